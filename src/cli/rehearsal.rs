//! The plan of `demo`, which ignores the variables of real logins.

use crate::cli::plan::{self, Opener, Plan, TIMEOUT, page_first, target};
use crate::cli::usage::Usage;
use crate::cli::{Callback, Demo, Flow};
use crate::prompt;
use std::time::Duration;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};
use zoho_stand_in::DataCenter::{Eu, Us};
use zoho_stand_in::failure::{Failure, Stage};
use zoho_stand_in::{Rehearsal, StandIn};

/// A rehearsal has no registered port to match.
const REDIRECT_URI: &str = "http://localhost:0/callback";

/// What to do without a browser.
const WITHOUT_BROWSER: &str =
    "No browser was found on this machine. zoho-grant demo --yes consents for you.";

/// How long to wait, with a person and without one: without one, an answer comes immediately or never.
const TIMEOUTS: [Duration; 2] = [TIMEOUT, Duration::from_secs(5)];

/// The interval between two polls, with and without a person entering the code.
const POLLS: [Duration; 2] = [Duration::from_secs(1), Duration::from_millis(100)];

/// Plans `demo` for whichever flow it rehearses. The stand-in's own values are known to be valid.
pub async fn plan(arguments: &Demo) -> Result<Plan, Usage> {
    let (flow, yes) = (arguments.flow, arguments.yes);
    let (consent, callback) = (&arguments.consent, &arguments.callback);
    let stand_in = stand_in(arguments).await?;
    let odd = "the stand-in's values can be used";
    let server = |at| AccountsServer::given(&stand_in.accounts_url(at)).expect(odd);
    let (home, away) = (server(Us), server(Eu));
    let domains = [Us, Eu].map(|at| ApiDomain::given(&stand_in.api_domain(at)).expect(odd));
    let id = Id::new(&stand_in.client_id()).expect(odd);
    let redirect_uri = if flow == Flow::Paste {
        if !yes && !prompt::possible() {
            return Err(Usage::new(
                "--flow paste",
                "the address must be pasted, but there is no terminal",
                "Run it in a terminal, or add --yes.",
            ));
        }
        RedirectUri::elsewhere(&format!("{home}/landing")).expect(odd)
    } else {
        redirect_uri(callback)
    };
    let mut warnings = Vec::new();
    let given = arguments.result.hand_over.scopes(consent.scopes());
    let scopes = plan::scopes(given, &mut warnings);
    let opener = match (yes, callback.no_browser) {
        (true, _) if flow == Flow::Paste => Opener::PastingVisitor,
        (true, _) => Opener::Visitor,
        (false, no_browser) => Opener::of(no_browser),
    };
    let needs_one = opener == Opener::Nobody && !callback.no_browser;
    Ok(Plan {
        settings: Settings {
            client: Client::new(id, stand_in.client_secret()).expect(odd),
            trust: Trust::new(&home, (vec![away], domains.into())),
            pkce: !callback.no_pkce,
            verify: !arguments.result.no_verify,
            timeout: consent.timeout.unwrap_or(TIMEOUTS[usize::from(yes)]),
            answer_within: ANSWER_WITHIN,
            target: target(&arguments.result, Some(&home), &scopes, &mut warnings)?,
            scopes,
            keeping: None,
            destination: arguments.result.hand_over.reader(),
            rehearsal: true,
            page_first: !yes && page_first(&arguments.result),
            home,
        },
        opener,
        redirect_uri,
        note: needs_one.then(|| WITHOUT_BROWSER.to_owned()),
        warnings,
        stand_in: Some(stand_in),
    })
}

/// The redirect URI that was passed, or one on any free port.
pub fn redirect_uri(callback: &Callback) -> RedirectUri {
    let given = callback.redirect_uri.clone();
    given.unwrap_or_else(|| RedirectUri::parse(REDIRECT_URI).expect("it is a redirect URI"))
}

/// Starts the stand-in. Only a login can move to another data center.
pub async fn stand_in(arguments: &Demo) -> Result<StandIn, Usage> {
    let logs_in = matches!(arguments.flow, Flow::Login | Flow::Paste);
    let sets_up = arguments.flow == Flow::Setup;
    let can_fail = |failure: Failure| match failure.stage() {
        Stage::Token | Stage::Crm => true,
        Stage::Device => arguments.flow == Flow::Device,
        Stage::Callback if failure == Failure::Refused => arguments.flow != Flow::SelfClient,
        Stage::Page | Stage::Callback => logs_in || sets_up,
    };
    if let Some(failure) = arguments.fail.filter(|failure| !can_fail(*failure)) {
        let remedy = match failure.stage() {
            Stage::Device => "Add --flow device.",
            _ => "Omit --flow.",
        };
        let why = "it cannot happen in this flow";
        return Err(Usage::new(&format!("--fail {failure}"), why, remedy));
    }
    let moves = logs_in && arguments.result.hand_over.knows("eu");
    let rehearsal = Rehearsal {
        failure: arguments.fail,
        person_at: if moves { Eu } else { Us },
        interval: POLLS[usize::from(arguments.yes)],
        ..Rehearsal::default()
    };
    let started = StandIn::start(rehearsal).await;
    started.map_err(|error| Usage::machine(&error))
}
