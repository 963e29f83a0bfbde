//! `check`: whether credentials work, who owns them, and which scopes respond.

use crate::cli::tokens::Check;
use crate::cli::usage::Usage;
use crate::commands::live::{Live, Wanted, domain, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::zoho::crm::{self, Identity};
use zoho_grant::zoho::scopes::{Scopes, reads};
use zoho_grant::zoho::trust::ApiDomain;

/// The scopes whose documented requests any user may make.
const QUESTIONS: &str = "ZohoCRM.org.READ,ZohoCRM.users.READ";

/// Exits with code 5 if the credentials are no longer valid.
pub fn check(arguments: &Check, app: &App) -> Ended {
    let live = match ask(app, arguments) {
        Ok(live) => live,
        Err(usage) => {
            if arguments.json {
                app.terminal.unchecked(&usage)?;
            }
            return Err(usage);
        }
    };
    let kept = &live.kept;
    let scopes: Vec<&str> = match &kept.scopes {
        Some(granted) => granted.iter().collect(),
        None => QUESTIONS.split(',').collect(),
    };
    let scopes = scopes.into_iter();
    let scopes = scopes.map(|scope| (scope, answer(scope, &kept.identity)));
    let scopes: Vec<_> = scopes.collect();
    app.terminal.findings(kept, &scopes, arguments.json)?;
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the CRM who owns the credentials. If it refuses the access token, newer ones may have displaced it: the refresh token decides.
fn ask(app: &App, arguments: &Check) -> Result<Live, Usage> {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, &Wanted::of(arguments.refresh))?;
    live.put_back(&source);
    let domain = domain(&live, &source, &arguments.trust_api_domain)?;
    let mut identity = identity(app, &live, &domain);
    if identity.token_refused().is_some() && !live.refreshed {
        let other = Wanted::Other(live.token.clone());
        live = self::live(app, &source, &other)?;
        live.put_back(&source);
        identity = self::identity(app, &live, &domain);
    }
    if let Some(code) = identity.token_refused() {
        return Err(Error::TokenNotAccepted { domain, code }.into());
    }
    live.kept.identity = identity;
    Ok(live)
}

/// Makes every request, whatever was granted: the CRM distinguishes a missing scope from an invalid token.
fn identity(app: &App, live: &Live, domain: &ApiDomain) -> Identity {
    let scopes = Scopes::parse(QUESTIONS).expect("these are scopes");
    let zoho = app.zoho();
    let answers = crm::check(&zoho, domain, &live.token, &scopes);
    app.wait("Asking the CRM …", answers)
}

/// Whether a scope responds, or why not; none if no documented request for it is open to every user.
fn answer(scope: &str, identity: &Identity) -> Option<Result<(), String>> {
    let failed = if reads(scope, "ZohoCRM.org") {
        identity.organization.as_ref().err()
    } else if reads(scope, "ZohoCRM.users") {
        identity.user.as_ref().err()
    } else {
        return None;
    };
    Some(failed.map_or(Ok(()), |why| Err(why.to_string())))
}
