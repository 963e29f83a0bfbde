//! A live access token: refreshed only once, no matter how many processes ask at the same time.

use crate::cli::folder;
use crate::cli::usage::Usage;
use crate::commands::App;
use crate::commands::source::Source;
use secrecy::{ExposeSecret, SecretString};
use std::time::{Duration, SystemTime};
use zoho_grant::credentials::Credentials;
use zoho_grant::error::{Error, Request};
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::lock::{Lock, PATIENCE};
use zoho_grant::profiles::refusal::{Refusal, Remembered};
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::token::{self, ExchangeError};
use zoho_grant::zoho::trust::{ApiDomain, Trust};

/// How long to wait before saying so; a refresh takes less.
const IN_SILENCE: Duration = Duration::from_secs(2);

/// A source's credentials with a live access token.
pub struct Live {
    /// All of the credentials.
    pub kept: Credentials,
    /// The live access token.
    pub token: SecretString,
    /// Whether the access token is fresh from Zoho.
    pub refreshed: bool,
    /// A problem despite success.
    pub problem: Option<Error>,
    /// Held until the refreshed credentials are saved, so that other processes waiting for the lock find them.
    turn: Option<Lock>,
}

impl Live {
    /// Saves refreshed credentials. A caller that prints the access token does that first: a keyring that prompts or
    /// stalls must not hold it back.
    pub fn put_back(&mut self, source: &Source) {
        let _turn = self.turn.take();
        if self.refreshed && self.problem.is_none() {
            self.problem = source.put_back(&self.kept).err();
        }
    }
}

/// Which access token will do.
pub enum Wanted {
    /// Any with more than five minutes left.
    Live,
    /// Any but this one, which the CRM refused.
    Other(SecretString),
    /// Any but the current one, whatever Zoho said earlier.
    Fresh,
}

impl Wanted {
    /// The need that `--refresh` or its absence expresses.
    pub fn of(refresh: bool) -> Self {
        if refresh { Self::Fresh } else { Self::Live }
    }
}

/// Refreshes only if the current token does not meet the need.
pub fn live(app: &App, source: &Source, wanted: &Wanted) -> Result<Live, Usage> {
    let began = SystemTime::now();
    // A keyring may prompt at each load, so there is only one load if the lock is free.
    let mut turn = source.lock_at_once();
    let mut kept = source.load()?;
    let refused = match wanted {
        Wanted::Live => None,
        Wanted::Other(refused) => Some(refused.clone()),
        Wanted::Fresh => kept.access_token.clone(),
    };
    let refused = refused.as_ref();
    if turn.is_none() && there(kept.clone(), refused).is_none() {
        turn = wait(app, source)?;
        // A process that had to wait finds what the first one saved.
        if turn.is_some() {
            kept = source.load()?;
        }
    }
    if let Some(live) = there(kept.clone(), refused) {
        return Ok(live);
    }
    // Zoho's answer to another process, received while this one waited, applies to both.
    let since = matches!(wanted, Wanted::Fresh).then_some(began);
    refresh(app, source, kept, turn, since)
}

/// Waits for the source's lock, and says so when that takes longer than a refresh.
fn wait(app: &App, source: &Source) -> Result<Option<Lock>, Error> {
    let brief = source.lock(IN_SILENCE);
    let lock = match brief {
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

fn there(kept: Credentials, refused: Option<&SecretString>) -> Option<Live> {
    // Without a refresh token there is no better token, so an unknown expiry is no reason to fail.
    let only = kept.refresh_token.is_none() && kept.expires_at.is_none();
    let token = match kept.live_token(SystemTime::now()) {
        None if only => kept.access_token.clone()?,
        token => token?.clone(),
    };
    let was_refused =
        refused.is_some_and(|refused| refused.expose_secret() == token.expose_secret());
    (!was_refused).then_some(Live {
        kept,
        token,
        refreshed: false,
        problem: None,
        turn: None,
    })
}

/// Asks Zoho, unless it has already refused this token. With a given time, only refusals after it count.
fn refresh(
    app: &App,
    source: &Source,
    kept: Credentials,
    turn: Option<Lock>,
    since: Option<SystemTime>,
) -> Result<Live, Usage> {
    let again = source.again(&kept);
    let Some(refresh_token) = &kept.refresh_token else {
        return Err(Error::NothingToRefresh { again }.into());
    };
    let (zoho, server) = (app.zoho(), &kept.accounts_server);
    let unfulfilled = |error| Error::Unfulfilled {
        request: Request::Refresh { again },
        error,
        server: server.clone(),
    };
    let remembered =
        folder::state().map(|state| Remembered::of(&state, &kept.client, server, refresh_token));
    let remembered = remembered.as_ref();
    // A source that cannot be saved to has no other lock.
    let _alone = remembered
        .filter(|_| turn.is_none())
        .and_then(Remembered::lock);
    let refusal = remembered.and_then(|remembered| remembered.recall(SystemTime::now()));
    if let Some(Refusal { error, at }) = refusal
        && since.is_none_or(|since| at >= since)
    {
        app.terminal.not_asked(at);
        return Err(unfulfilled(ExchangeError::Refused(error)).into());
    }
    let problem = source.try_out().err();
    let answer = token::refresh(&zoho, &kept.client, server, refresh_token);
    let answer = app.wait("Refreshing the access token …", answer);
    match (remembered, &answer) {
        (Some(remembered), Err(ExchangeError::Refused(error))) => {
            remembered.keep(error, SystemTime::now());
        }
        (Some(remembered), Ok(_)) => remembered.forget(),
        _ => {}
    }
    let tokens = answer.map_err(unfulfilled)?;
    let token = tokens.access_token.clone();
    let kept = kept.refreshed(tokens, SystemTime::now());
    if matches!(source, Source::Variables(_)) {
        app.terminal.must_say(
            "The access token was refreshed, but it cannot be saved to variables, and Zoho allows about ten refreshes in ten \
             minutes. To save it, use --env-file FILE, or a profile: zoho-grant login --save.",
        );
    }
    Ok(Live {
        kept,
        token,
        refreshed: true,
        problem,
        turn,
    })
}

/// The source's API domain, if the table trusts it, the person trusts it now, or it was trusted when the profile was
/// saved.
pub fn domain(live: &Live, source: &Source, given: &[ApiDomain]) -> Result<ApiDomain, Usage> {
    trusted_domain(live, source, given)?.ok_or_else(|| untrusted("an unknown server", source))
}

/// The same; none if neither the source nor the data center table names one.
pub fn trusted_domain(
    live: &Live,
    source: &Source,
    given: &[ApiDomain],
) -> Result<Option<ApiDomain>, Usage> {
    let kept = &live.kept;
    let table = kept.accounts_server.data_center();
    let named = kept.api_domain.as_ref().map(Untrusted::raw);
    let Some(named) = named.or(table.map(|center| center.api_domain)) else {
        return Ok(None);
    };
    let further = [given, &kept.trusted.1].concat();
    let trust = Trust::new(&kept.accounts_server, Vec::new(), further);
    let domain = trust.api_domain(named);
    domain.map(Some).ok_or_else(|| untrusted(named, source))
}

fn untrusted(named: &str, source: &Source) -> Usage {
    Usage {
        exit_code: 7,
        ..Usage::wrong(
            format!("The access token is not sent to {}.", Untrusted::new(named)),
            format!("{} has no known Zoho API domain.", source.shown()),
            "If you know that the API is there, pass it with --trust-api-domain.",
        )
    }
}
