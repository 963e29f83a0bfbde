//! The plan of `demo`: the variables of real logins do not matter to it.

use crate::cli::flows::Flow;
use crate::cli::plan::{Opener, Plan, TIMEOUT, target};
use crate::cli::usage::Usage;
use crate::cli::{Demo, options};
use crate::prompt;
use std::time::Duration;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};
use zoho_stand_in::failure::{Failure, Stage};
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// A rehearsal has no registered port to keep to.
const REDIRECT_URI: &str = "http://localhost:0/callback";

/// How long a rehearsal without a person waits: what comes, comes at once.
const VISITOR_TIMEOUT: Duration = Duration::from_secs(5);

/// Between two polls, when a person enters the code and when nobody does.
const POLLS: [Duration; 2] = [Duration::from_secs(1), Duration::from_millis(100)];

/// The plan of `demo`, whichever way it goes.
pub async fn plan(arguments: &Demo) -> Result<Plan, Usage> {
    let mut warnings = Vec::new();
    let credentials = &arguments.credentials;
    let stand_in = StandIn::start(rehearsal(arguments)?)
        .await
        .map_err(|error| Usage::machine(&error))?;
    let (home, trust) = servers(&stand_in)?;
    let client =
        Id::new(&stand_in.client_id()).and_then(|id| Client::new(id, stand_in.client_secret()));
    let scopes = options::scopes(credentials.scope().as_deref(), &mut warnings)?;
    let settings = Settings {
        client: client.map_err(|not| Usage::new("The stand-in", not, ""))?,
        trust,
        pkce: !arguments.callback.no_pkce,
        verify: !credentials.no_verify,
        timeout: credentials.timeout.unwrap_or(if arguments.yes {
            VISITOR_TIMEOUT
        } else {
            TIMEOUT
        }),
        answer_within: ANSWER_WITHIN,
        target: target(credentials, &scopes, &mut warnings)?,
        scopes,
        keeping: None,
        rehearsal: true,
        home,
    };
    Ok(Plan {
        redirect_uri: redirect_uri(arguments, &settings, &stand_in)?,
        settings,
        opener: match (arguments.yes, arguments.callback.no_browser) {
            (true, _) => Opener::Visitor,
            (false, true) => Opener::Nobody,
            (false, false) => Opener::Browser,
        },
        pasting: prompt::possible(),
        tunnel: None,
        warnings,
        stand_in: Some(stand_in),
    })
}

/// What the stand-in plays: only a login moves by itself to another data centre.
fn rehearsal(arguments: &Demo) -> Result<Rehearsal, Usage> {
    let (failure, way) = (arguments.fail, arguments.way);
    if let Some(failure) = failure.filter(|failure| !can_fail(way, *failure)) {
        return Err(Usage::new(
            &format!("--fail {failure}"),
            "that cannot happen on this way to tokens",
            if failure.stage() == Stage::Device {
                "Add --flow device."
            } else {
                "Leave --flow out."
            },
        ));
    }
    let moves =
        matches!(way, Flow::Login | Flow::Paste) && arguments.credentials.hand_over.knows("eu");
    Ok(Rehearsal {
        failure,
        person_at: if moves {
            DataCenter::Eu
        } else {
            DataCenter::Us
        },
        interval: POLLS[usize::from(arguments.yes)],
        ..Rehearsal::default()
    })
}

fn can_fail(way: Flow, failure: Failure) -> bool {
    match failure.stage() {
        Stage::Token | Stage::Crm => true,
        Stage::Device => way == Flow::Device,
        Stage::Page => matches!(way, Flow::Login | Flow::Paste),
        Stage::Callback if failure == Failure::Refused => way != Flow::SelfClient,
        Stage::Callback => matches!(way, Flow::Login | Flow::Paste),
    }
}

fn redirect_uri(
    arguments: &Demo,
    settings: &Settings,
    stand_in: &StandIn,
) -> Result<RedirectUri, Usage> {
    if arguments.way != Flow::Paste {
        let given = arguments.callback.redirect_uri.as_deref();
        return options::redirect_uri(given.unwrap_or(REDIRECT_URI), &settings.home);
    }
    if !arguments.yes && !prompt::possible() {
        return Err(Usage::new(
            "--flow paste",
            "the address must be pasted, and there is no terminal",
            "Run it in a terminal, or add --yes.",
        ));
    }
    let landing = format!("{}/landing", stand_in.accounts_url(DataCenter::Us));
    RedirectUri::elsewhere(&landing).map_err(|not| Usage::new("The stand-in", not, ""))
}

/// Where the rehearsed login begins, and the servers of the stand-in, which are all that it trusts.
fn servers(stand_in: &StandIn) -> Result<(AccountsServer, Trust), Usage> {
    use DataCenter::{Eu, Us};
    let unusable = |not| Usage::new("The stand-in", not, "");
    let home = AccountsServer::given(&stand_in.accounts_url(Us)).map_err(unusable)?;
    let away = AccountsServer::given(&stand_in.accounts_url(Eu)).map_err(unusable)?;
    let domains = [Us, Eu].map(|center| ApiDomain::given(&stand_in.api_domain(center)));
    let trust = Trust::new(&home, vec![away], domains.into_iter().flatten().collect());
    Ok((home, trust))
}
