//! `check`: whether credentials work, who owns them, and which scopes respond.

use crate::cli::tokens::Check;
use crate::cli::usage::Usage;
use crate::commands::live::{self, Live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use zoho_grant::error::Error;
use zoho_grant::zoho::crm::{self, Identity};
use zoho_grant::zoho::scopes::{Scopes, reads};

/// The scopes whose documented requests any user may make.
const QUESTIONS: &str = "ZohoCRM.org.READ,ZohoCRM.users.READ";

/// Exits with code 5 if the credentials are no longer valid.
pub fn check(arguments: &Check, app: &App) -> Ended {
    let questions = Scopes::parse(QUESTIONS).expect("these are scopes");
    let asked = ask(app, arguments, &questions);
    if let Err(usage) = &asked
        && arguments.json
    {
        app.terminal.unchecked(usage)?;
    }
    let live = asked?;
    let kept = &live.kept;
    let scopes = kept.scopes.as_ref().unwrap_or(&questions).iter();
    let scopes: Vec<_> = scopes
        .map(|scope| (scope, answer(scope, &kept.identity)))
        .collect();
    app.terminal.findings(kept, &scopes, arguments.json)?;
    live.tell_problem(app);
    Ok(0)
}

/// Makes every request, whatever was granted: the CRM distinguishes a missing scope from an invalid token.
fn ask(app: &App, arguments: &Check, questions: &Scopes) -> Result<Live, Usage> {
    let source = Source::of(&arguments.from)?;
    let (refresh, given) = (arguments.refresh, &arguments.trust_api_domain);
    let (mut live, identity) = live::ask(app, &source, refresh, given, |live, domain| {
        let zoho = app.zoho();
        let answers = crm::check(&zoho, domain, live.token(), questions);
        let identity = app.wait("Asking the CRM …", answers);
        let domain = domain.clone();
        Ok(match identity.token_refused() {
            Some(code) => (Err(Error::TokenNotAccepted { domain, code }), true),
            None => (Ok(identity), false),
        })
    })?;
    live.kept.identity = identity?;
    Ok(live)
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
