//! A live access token: refreshed only once, no matter how many processes ask at the same time.

use crate::cli::folder;
use crate::cli::usage::Usage;
use crate::commands::App;
use crate::commands::source::Source;
use secrecy::{ExposeSecret, SecretString};
use std::fs::File;
use std::time::{Duration, SystemTime};
use zoho_grant::credentials::Credentials;
use zoho_grant::error::{Error, Request};
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::lock::PATIENCE;
use zoho_grant::profiles::refusal;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::token::{self, ExchangeError};
use zoho_grant::zoho::trust::{ApiDomain, Trust};

/// How long to wait before saying so; a refresh takes less.
const IN_SILENCE: Duration = Duration::from_secs(2);

/// A source's credentials with a live access token.
pub struct Live {
    /// All of the credentials.
    pub kept: Credentials,
    /// Whether the access token is fresh from Zoho.
    refreshed: bool,
    /// A problem despite success.
    problem: Option<Error>,
    /// Held until the refreshed credentials are saved, so that other processes waiting for the lock find them.
    turn: Option<File>,
}

impl Live {
    /// The live access token.
    pub fn token(&self) -> &SecretString {
        let token = self.kept.access_token.as_ref();
        token.expect("live credentials have an access token")
    }

    /// Saves refreshed credentials. A caller that prints the access token does that first: a keyring that prompts or
    /// stalls must not hold it back.
    pub fn put_back(&mut self, source: &Source) {
        let _turn = self.turn.take();
        if self.refreshed {
            self.problem = source.put_back(&self.kept).err();
        }
    }

    /// Shows the problem, if there is one: the access token works nonetheless.
    pub fn tell_problem(&self, app: &App) {
        if let Some(problem) = &self.problem {
            app.terminal.error(problem);
        }
    }
}

/// Asks the CRM with a live access token, at a trusted API domain. `ask` returns the answer, and whether the CRM refused
/// the token: newer ones may have displaced it, so it is called once more with another one, unless that one was fresh.
pub fn ask<T>(
    app: &App,
    source: &Source,
    mut refresh: bool,
    given: &[ApiDomain],
    ask: impl Fn(&Live, &ApiDomain) -> Result<(T, bool), Usage>,
) -> Result<(Live, T), Usage> {
    let mut refused = None;
    loop {
        let mut live = live(app, source, refresh, refused.as_ref())?;
        live.put_back(source);
        let domain = domain(&live.kept, source, given)?;
        let domain = domain.ok_or_else(|| untrusted("an unknown server", source))?;
        let (answer, is_refused) = ask(&live, &domain)?;
        if !is_refused || live.refreshed || refused.is_some() {
            return Ok((live, answer));
        }
        (refresh, refused) = (false, live.kept.access_token);
    }
}

/// Refreshes only if that is requested whatever Zoho said earlier, or if the current token is not live or the CRM
/// refused it.
pub fn live(
    app: &App,
    source: &Source,
    refresh: bool,
    refused: Option<&SecretString>,
) -> Result<Live, Usage> {
    let began = SystemTime::now();
    // A keyring may prompt at each load, so there is only one load if the lock is free.
    let mut turn = source.lock_at_once();
    let mut kept = source.load()?;
    let current = kept.access_token.clone().filter(|_| refresh);
    let unwanted = current.as_ref().or(refused);
    if turn.is_none() && !is_live(&kept, unwanted) {
        turn = wait(app, source)?;
        // A process that had to wait finds what the first one saved.
        if turn.is_some() {
            kept = source.load()?;
        }
    }
    let is_old = !is_live(&kept, unwanted);
    if is_old {
        // Zoho's answer to another process, received while this one waited, applies to both.
        let since = refresh.then_some(began);
        kept = self::refresh(app, source, kept, turn.is_some(), since)?;
    }
    Ok(Live {
        kept,
        refreshed: is_old,
        problem: None,
        turn: turn.filter(|_| is_old),
    })
}

/// Waits for the source's lock, and says so when that takes longer than a refresh.
fn wait(app: &App, source: &Source) -> Result<Option<File>, Error> {
    let lock = match source.lock(IN_SILENCE) {
        Err(ProfileError::Busy(_)) => {
            app.terminal.must_say(&format!(
                "Waiting for another zoho-grant process that is using {}.",
                source.shown()
            ));
            source.lock(PATIENCE)
        }
        lock => lock,
    };
    lock.map_err(Error::Profile)
}

fn is_live(kept: &Credentials, unwanted: Option<&SecretString>) -> bool {
    // Without a refresh token there is no better token, so an unknown expiry is no reason to fail.
    let only = kept.refresh_token.is_none() && kept.expires_at.is_none();
    let token = kept.access_token.as_ref().map(ExposeSecret::expose_secret);
    let token = token.filter(|_| only || kept.are_fresh(SystemTime::now()));
    token.is_some() && token != unwanted.map(ExposeSecret::expose_secret)
}

/// Asks Zoho, unless it has already refused this token. With a given time, only refusals after it count.
fn refresh(
    app: &App,
    source: &Source,
    kept: Credentials,
    is_locked: bool,
    since: Option<SystemTime>,
) -> Result<Credentials, Usage> {
    let again = source.again(&kept);
    let Some(refresh_token) = &kept.refresh_token else {
        return Err(Error::NothingToRefresh { again }.into());
    };
    let (zoho, server) = (app.zoho(), &kept.accounts_server);
    let unfulfilled = |error| Request::Refresh { again }.unfulfilled(error, server);
    let remembered =
        folder::state().map(|state| refusal::path(&state, &kept.client, server, refresh_token));
    let remembered = remembered.as_deref();
    // A source that cannot be saved to has no other lock.
    let _alone = remembered.filter(|_| !is_locked).and_then(refusal::lock);
    let refusal = remembered.and_then(|path| refusal::recall(path, SystemTime::now()));
    if let Some((error, at)) = refusal
        && since.is_none_or(|since| at >= since)
    {
        app.terminal.not_asked(at);
        return Err(unfulfilled(ExchangeError::Refused(error)).into());
    }
    let answer = token::refresh(&zoho, &kept.client, server, refresh_token);
    let answer = app.wait("Refreshing the access token …", answer);
    if let Some(path) = remembered {
        refusal::remember(path, &answer, SystemTime::now());
    }
    let tokens = answer.map_err(unfulfilled)?;
    if matches!(source, Source::Variables(_)) {
        app.terminal.must_say(
            "The access token was refreshed, but it cannot be saved to variables, and Zoho allows about ten refreshes in ten \
             minutes. To save it, use --env-file FILE, or a profile: zoho-grant login --save.",
        );
    }
    Ok(kept.refreshed(tokens, SystemTime::now()))
}

/// The source's API domain, if the table trusts it, the person trusts it now, or it was trusted when the profile was
/// saved; none if neither the source nor the data center table names one.
pub fn domain(
    kept: &Credentials,
    source: &Source,
    given: &[ApiDomain],
) -> Result<Option<ApiDomain>, Usage> {
    let table = kept.accounts_server.data_center();
    let named = kept.api_domain.as_ref().map(Untrusted::raw);
    let Some(named) = named.or(table.map(|center| center.api_domain)) else {
        return Ok(None);
    };
    let further = [given, &kept.trusted.1].concat();
    let trust = Trust::new(&kept.accounts_server, (Vec::new(), further));
    let domain = trust.api_domain(named);
    domain.map(Some).ok_or_else(|| untrusted(named, source))
}

fn untrusted(named: &str, source: &Source) -> Usage {
    let what = format!("The access token is not sent to {}.", Untrusted::new(named));
    let cause = format!("{} has no known Zoho API domain.", source.shown());
    let remedy = "If you know that the API is there, pass it with --trust-api-domain.";
    Usage::wrong(what, cause, remedy).exiting(7)
}
