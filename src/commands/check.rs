//! `check`: are these credentials alive, whose are they, which scopes answer.

use crate::cli::options;
use crate::cli::source::Source;
use crate::cli::tokens::Check;
use crate::cli::usage::Usage;
use crate::commands::live::{Live, live};
use crate::commands::{App, Stop};
use crate::terminal::check_report::{Answer, Findings};
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::error::explain::Explanation;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::crm::{self, Identity};
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::{ApiDomain, Trust};

/// The scopes for which Zoho documents a question that anyone may ask.
const QUESTIONS: &str = "ZohoCRM.org.READ,ZohoCRM.users.READ";

/// Exit code 5 when they are dead.
pub fn check(arguments: &Check, app: &App) -> Result<ExitCode, Stop> {
    let source = Source::of(&arguments.from)?;
    let domains = options::trusted_domains(&arguments.trust_api_domain)?;
    let outcome = ask(app, &source, domains);
    if let Err(Stop::Error(error)) = &outcome
        && arguments.json
        && let Explanation {
            cause,
            exit_code: 5,
            ..
        } = error.explain()
    {
        let printed = app.terminal.dead(&format!("{error} {cause}"));
        printed.map_err(Error::NotPrinted)?;
    }
    let (live, identity) = outcome?;
    let findings = findings(&live, &identity);
    let printed = app.terminal.findings(&findings, arguments.json);
    printed.map_err(Error::NotPrinted)?;
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}

/// A token that the CRM refuses may have been pushed out by newer ones: the refresh token decides.
fn ask(app: &App, source: &Source, domains: Vec<ApiDomain>) -> Result<(Live, Identity), Stop> {
    let mut live = live(app, source, None)?;
    live.put_back(source);
    let domain = domain(&live, source, domains)?;
    let mut identity = identity(app, &live, &domain);
    if identity.token_refused() && !live.refreshed {
        let refused = live.token.clone();
        live = self::live(app, source, Some(&refused))?;
        live.put_back(source);
        identity = self::identity(app, &live, &domain);
    }
    if identity.token_refused() {
        return Err(Error::TokenNotAccepted(domain).into());
    }
    Ok((live, identity))
}

/// Where the API is, by the source; trusted by the table, now, or when the profile was kept.
fn domain(live: &Live, source: &Source, given: Vec<ApiDomain>) -> Result<ApiDomain, Usage> {
    let kept = &live.kept;
    let table = kept.accounts_server.data_center();
    let named = kept.api_domain.as_ref().map(Untrusted::raw);
    let named = named.or(table.map(|center| center.api_domain));
    let named = named.unwrap_or("an unknown server").to_owned();
    let further = [given, kept.trusted.1.clone()].concat();
    let trust = Trust::new(&kept.accounts_server, Vec::new(), further);
    trust.api_domain(&named).ok_or_else(|| Usage {
        what: format!("The access token is not sent to {}.", Untrusted::new(named)),
        cause: format!(
            "{} has no API domain that is one of Zoho's known ones.",
            source.shown()
        ),
        remedy: "If you know that the API is there, give it with --trust-api-domain.".to_owned(),
        exit_code: 7,
    })
}

/// Every question is asked, whatever was granted: the CRM tells a scope that is missing from a token that is dead.
fn identity(app: &App, live: &Live, domain: &ApiDomain) -> Identity {
    let scopes = Scopes::parse(QUESTIONS).expect("these are scopes");
    let zoho = app.zoho();
    let asked = crm::check(&zoho, domain, &live.token, &scopes);
    app.runtime.block_on(asked)
}

fn findings<'a>(live: &'a Live, identity: &'a Identity) -> Findings<'a> {
    let granted = live.kept.scopes.as_ref();
    let scopes = granted.map_or_else(
        || {
            QUESTIONS
                .split(',')
                .map(|scope| (scope, answer(scope, identity)))
                .collect()
        },
        |granted| {
            granted
                .iter()
                .map(|scope| (scope, answer(scope, identity)))
                .collect()
        },
    );
    Findings {
        kept: &live.kept,
        organization: identity.organization.as_ref().ok(),
        user: identity.user.as_ref().ok(),
        scopes,
    }
}

fn answer(scope: &str, identity: &Identity) -> Answer {
    let asked = match scope {
        "ZohoCRM.org.READ" | "ZohoCRM.org.ALL" => identity.organization.as_ref().err(),
        "ZohoCRM.users.READ" | "ZohoCRM.users.ALL" => identity.user.as_ref().err(),
        _ => return Answer::NotAsked,
    };
    asked.map_or(Answer::Yes, |why| Answer::No(why.to_string()))
}
