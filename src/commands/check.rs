//! `check`: are these credentials alive, whose are they, which scopes answer.

use crate::cli::life::Check;
use crate::cli::options;
use crate::cli::source::Source;
use crate::commands::live::{Live, live};
use crate::commands::profiles::unprinted;
use crate::commands::{Around, Stop};
use crate::terminal::findings::{Answer, Findings};
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::foreign::Foreign;
use zoho_grant::zoho::crm::{Identity, Unchecked};
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::{ApiDomain, Trust};

/// The scopes for which Zoho documents a question that anyone may ask.
const QUESTIONS: &str = "ZohoCRM.org.READ,ZohoCRM.users.READ";

/// Exit code 5 when they are dead.
pub fn check(arguments: &Check, around: &Around) -> Result<ExitCode, Stop> {
    let source = Source::chosen(&arguments.from)?;
    let domains = options::trusted_domains(&arguments.trust_api_domain)?;
    let outcome = ask(around, &source, domains);
    if let Err(Stop::Error(error)) = &outcome
        && arguments.json
        && error.exit_code() == 5
    {
        let dead = format!("{error} {}", error.cause());
        around
            .terminal
            .dead(&dead)
            .map_err(|error| unprinted(&error))?;
    }
    let (live, identity) = outcome?;
    let findings = findings(&live, &identity);
    let printed = around.terminal.findings(&findings, arguments.json);
    printed.map_err(|error| unprinted(&error))?;
    if let Some(problem) = &live.problem {
        around.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}

/// A token that the CRM refuses may have been pushed out by newer ones: the refresh token decides.
fn ask(
    around: &Around,
    source: &Source,
    domains: Vec<ApiDomain>,
) -> Result<(Live, Identity), Stop> {
    let mut live = live(around, source, None)?;
    live.put_back(source);
    let trust = Trust::new(&live.kept.accounts_server, Vec::new(), domains);
    let domain = domain(&live, &trust)?;
    let mut identity = identity(around, &live, &domain);
    if identity.token_refused() && !live.refreshed {
        let refused = live.token.clone();
        live = self::live(around, source, Some(&refused))?;
        live.put_back(source);
        identity = self::identity(around, &live, &domain);
    }
    if identity.token_refused() {
        return Err(Error::TokenNotAccepted(domain).into());
    }
    Ok((live, identity))
}

fn domain(live: &Live, trust: &Trust) -> Result<ApiDomain, Error> {
    let named = live.kept.api_domain.clone();
    let table = live.kept.accounts_server.data_center();
    let named = named.or_else(|| table.map(|center| Foreign::new(center.api_domain)));
    let named = named.unwrap_or_else(|| Foreign::new("none"));
    trust
        .api_domain(named.raw())
        .ok_or(Error::ForeignApiDomain(named))
}

/// Every question is asked, whatever was granted: the CRM tells a scope that is missing from a token that is dead.
fn identity(around: &Around, live: &Live, domain: &ApiDomain) -> Identity {
    let scopes = Scopes::parse(QUESTIONS).expect("these are scopes");
    let zoho = around.zoho();
    around
        .runtime
        .block_on(zoho.check(domain, &live.token, &scopes))
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
    match asked {
        None => Answer::Yes,
        Some(Unchecked::TokenRefused) => {
            Answer::No("the CRM does not accept the access token".to_owned())
        }
        Some(Unchecked::Because(why)) => Answer::No(why.clone()),
    }
}
