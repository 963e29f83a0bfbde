//! Every page that a browser is shown: ours in each state, and the stand-in's. A new page is one more line here.

use crate::browsers::chromium::Tab;
use crate::hostile::wire::ask;
use crate::program::DEADLINE;
use crate::rehearsed::{Stage, bounded};
use crate::setup::{EU, Guide};
use std::time::Duration;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::handover::Written;
use zoho_grant::handover::destination::Destination;
use zoho_grant::handover::format::Form;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::decide::{Place, Refusal};
use zoho_grant::loopback::notice::Occasion;
use zoho_grant::pages::refused::page_for;
use zoho_grant::pages::result;
use zoho_grant::profiles::profile::Backend;
use zoho_grant::settings::Settings;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::crm::{Identity, Organization};
use zoho_grant::zoho::data_centers::DataCenter;
use zoho_grant::zoho::scopes::Scopes;
use zoho_stand_in::failure::{Failure, Stage as At};
use zoho_stand_in::{Rehearsal, visitor};

/// A page, as it was sent.
pub struct Shown {
    /// What it is, for whoever reads a failed test.
    pub name: String,
    pub html: String,
    /// Whether it is judged with each of its destinations in turn.
    pub is_whole: bool,
    /// Whether it holds more than any real one.
    pub is_huge: bool,
    /// How many bytes it may have, unless it is huge.
    pub largest: usize,
    /// The organization's name that ends its heading, as it is shown.
    pub organization: Option<String>,
}

/// All of them.
pub async fn pages(tab: &mut Tab) -> Vec<Shown> {
    let mut pages = refusals();
    let stage = Stage::new(Rehearsal::default()).await;
    let ended = stage.visited().await;
    let login = ended.login();
    pages.extend(results(&stage.settings, &login.credentials));
    for failure in [
        Failure::Refused,
        Failure::ForeignAccountsServer,
        Failure::LocationMismatch,
        Failure::InvalidClient,
        Failure::InvalidClientSecret,
        Failure::InvalidRedirectUri,
        Failure::InvalidCode,
        Failure::AccessDenied,
        Failure::Throttled,
        Failure::GeneralError,
        Failure::InvalidScope,
        Failure::UnauthorizedClient,
        Failure::InvalidGrant,
        Failure::NoRefreshToken,
        Failure::Html,
        Failure::HalfJson,
        Failure::Redirect,
        Failure::Closed,
        Failure::ForeignApiDomain,
        Failure::ScopeMismatch,
        Failure::InvalidToken,
        Failure::CrmHtml,
        Failure::InvalidClientPage,
        Failure::InvalidRedirectUriPage,
        Failure::InvalidScopePage,
    ] {
        pages.push(shown(failure.to_string(), failed(failure).await));
    }
    pages.extend(stand_ins(tab).await);
    pages.extend(guides().await);
    pages
}

fn shown(name: impl Into<String>, html: impl Into<String>) -> Shown {
    Shown {
        name: name.into(),
        html: html.into(),
        is_whole: false,
        is_huge: false,
        largest: 60_000,
        organization: None,
    }
}

/// The guided start: its page as it begins, with everything wrong, and after Zoho showed an error; and what leads on.
async fn guides() -> Vec<Shown> {
    let guide = Guide::start(&[]).await;
    let began = guide.html().await;
    let wrong = guide.wrong(&[("id", "1000.A B"), ("crm", "mars")]).await;
    let client = guide.server_based(EU).await;
    let fields = [
        ("center", EU),
        ("id", &client.id),
        ("secret", &client.secret),
        ("destination", "env"),
    ];
    let led = guide.enter(&fields).await;
    let leading = ask(&led, "GET", "").await;
    // It goes on at once; here it stays to be looked at.
    let leading = leading
        .body()
        .replace("http-equiv=\"refresh\"", "name=\"refresh\"");
    let saw = guide.wrong(&[("saw", "redirect-uri")]).await;
    let nothing = ask(&guide.page.join("/nothing").unwrap(), "GET", "").await;
    let set_up = |(name, html)| Shown {
        largest: 150_000,
        ..shown(name, html)
    };
    [
        ("setup page", began),
        ("setup page with errors", wrong),
        ("setup page after Zoho's error", saw),
        ("leading on to Zoho", leading),
        ("nothing at this address", nothing.body().to_owned()),
    ]
    .map(set_up)
    .into()
}

/// The last page of a login that fails in this way.
async fn failed(failure: Failure) -> String {
    let mut stage = Stage::new(Rehearsal {
        failure: Some(failure),
        ..Rehearsal::default()
    })
    .await;
    stage.settings.answer_within = DEADLINE;
    if failure.stage() == At::Page {
        // Zoho never redirects there, so the login waits in vain.
        stage.settings.timeout = Duration::from_secs(1);
    }
    let ended = stage.visited().await;
    ended.visit.expect("the visitor came to a page").page
}

fn refusals() -> Vec<Shown> {
    let neighbor = |place| Refusal::Neighbor { uid: 1001, place };
    let refusals = [
        Refusal::Host,
        Refusal::OtherHost,
        Refusal::Path,
        Refusal::Method,
        Refusal::Metadata,
        Refusal::Repeated,
        Refusal::Bare,
        Refusal::ForeignState,
        Refusal::UntiedError,
        Refusal::Worker,
        neighbor(Place::Callback),
        neighbor(Place::Start),
        neighbor(Place::Page),
        Refusal::Unseen,
        Refusal::Used,
    ];
    let mut occasions = refusals.map(Occasion::Refused).to_vec();
    occasions.extend([
        Occasion::StartedTwice,
        Occasion::ShownAlready,
        Occasion::WorkerAtStart {
            clear: "/start/random/clear".to_owned(),
        },
        Occasion::HeadTooLarge,
    ]);
    let page = |occasion: &Occasion| {
        let page = page_for(occasion, true);
        shown(format!("{occasion:?}"), page.html.as_str())
    };
    occasions.iter().map(page).collect()
}

/// The page of good and of not so good logins.
fn results(settings: &Settings, good: &Credentials) -> Vec<Shown> {
    let page = |name: &str, outcome: Outcome| {
        let page = result::of(&Ok(outcome), settings);
        shown(name, page.html.as_str())
    };
    let whole = Shown {
        is_whole: true,
        ..page("whole result", outcome(good.clone()))
    };
    let saved = Outcome {
        kept: Some(("work".parse().unwrap(), Backend::File)),
        written: Written::Nowhere,
        ..outcome(good.clone())
    };
    let unseen = Outcome {
        sender_unseen: true,
        ..outcome(good.clone())
    };
    let read = Outcome {
        reading: Some(
            "Airbyte will be able to read Leads, Accounts and 12 more modules.".to_owned(),
        ),
        ..outcome(good.clone())
    };
    let unchecked = Credentials {
        identity: Identity::not_asked("the check was turned off"),
        ..good.clone()
    };
    let elsewhere = Credentials {
        data_center: DataCenter::of_code("ca"),
        refresh_token: None,
        ..good.clone()
    };
    let mut pages = vec![
        whole,
        page("saved result", saved),
        page("result of an unseen sender", unseen),
        page("result with what will be read", read),
        page("unchecked result", outcome(unchecked)),
        page(
            "result with destinations that cannot be served",
            outcome(elsewhere),
        ),
        Shown {
            is_huge: true,
            ..page("result with a document of 100 kB", outcome(huge(good)))
        },
    ];
    for destination in [Destination::Airbyte, Destination::Adobe] {
        let page = chosen(settings, good, destination);
        pages.push(shown(format!("result for {destination:?}"), page));
    }
    pages.extend(NAMES.map(|(name, told)| named(settings, good, name, told)));
    let unnamed = identified(good, "");
    pages.push(page("result without a name", outcome(unnamed)));
    pages
}

/// The settings cannot be cloned, so they are made as the others are.
fn chosen(settings: &Settings, good: &Credentials, destination: Destination) -> String {
    let settings = Settings {
        client: settings.client.clone(),
        scopes: settings.scopes.clone(),
        home: settings.home.clone(),
        trust: settings.trust.clone(),
        target: zoho_grant::handover::Target {
            form: Form::Format(destination.format()),
            extras: settings.target.extras.clone(),
            file: None,
            last_resort: None,
        },
        destination: Some(destination),
        keeping: None,
        ..*settings
    };
    let page = result::of(&Ok(outcome(good.clone())), &settings);
    page.html.as_str().to_owned()
}

/// What a person could be called, and how often it is told.
const NAMES: [(&str, usize); 6] = [
    (
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ",
        8,
    ),
    ("株式会社サンプル商事", 60),
    ("شركة المثال للتجارة ", 1),
    (
        "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>",
        1,
    ),
    ("\u{1b}[2J\u{202e}gpj\u{2066}\u{200b}\u{0}", 1),
    ("W", 600),
];

fn named(settings: &Settings, good: &Credentials, name: &str, times: usize) -> Shown {
    let name = name.repeat(times);
    let page = result::of(&Ok(outcome(identified(good, &name))), settings);
    Shown {
        organization: Some(Untrusted::new(name.clone()).to_string().trim().to_owned()),
        ..shown(
            format!("result for {:.20}", name.escape_debug().to_string()),
            page.html.as_str(),
        )
    }
}

fn identified(good: &Credentials, name: &str) -> Credentials {
    let mut credentials = good.clone();
    let text = || Some(Untrusted::new(name));
    // Nothing but a name is ever long.
    let code = || text().filter(|code| code.raw().chars().count() < 100);
    credentials.identity.organization = Ok(Organization {
        name: text(),
        id: code(),
        kind: code(),
        edition: code(),
    });
    if let Ok(user) = &mut credentials.identity.user {
        (user.name, user.email) = (text(), code());
    }
    credentials
}

/// More scopes than any client has.
fn huge(good: &Credentials) -> Credentials {
    let scopes = (0..4000).map(|number| format!("ZohoCRM.modules.module{number}.READ"));
    let scopes = scopes.collect::<Vec<_>>().join(",");
    assert!(scopes.len() > 100_000);
    Credentials {
        scopes: Some(Scopes::parse(&scopes).unwrap()),
        ..good.clone()
    }
}

fn outcome(credentials: Credentials) -> Outcome {
    Outcome {
        credentials,
        written: Written::Output("text"),
        kept: None,
        problems: Vec::<Error>::new(),
        sender_unseen: false,
        reading: None,
    }
}

/// The pages of the stand-in: consent, a device's code, the same entered wrongly, the console.
async fn stand_ins(tab: &mut Tab) -> Vec<Shown> {
    let stage = Stage::new(Rehearsal::default()).await;
    let mut pages = Vec::new();
    let europe = stage.stand_in.accounts_url(zoho_stand_in::DataCenter::Eu);
    for (name, path) in [("device code", "/device"), ("console", "/console")] {
        pages.push(shown(name, seen(tab, &format!("{europe}{path}")).await));
    }
    let wrong = format!("{europe}/device?user_code=WRONG");
    let visit = bounded(visitor::consent(&wrong)).await.unwrap();
    assert_eq!(
        visit
            .title
            .as_deref()
            .map(|title| title.starts_with("Invalid Code")),
        Some(true)
    );
    pages.push(shown("wrong device code", visit.page));
    pages.push(shown("consent", consent(&stage, tab).await));
    pages
}

/// What a person sees who is led to Zoho.
async fn consent(stage: &Stage, tab: &mut Tab) -> String {
    let redirect_uri = "http://localhost:8085/callback";
    stage.stand_in.register_redirect_uri(redirect_uri);
    let europe = stage.stand_in.accounts_url(zoho_stand_in::DataCenter::Eu);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &stage.stand_in.client_id())
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", &stage.settings.scopes.joined(","))
        .append_pair("state", "state")
        .finish();
    let page = seen(tab, &format!("{europe}/oauth/v2/auth?{query}")).await;
    assert!(page.contains("Accept"), "{page}");
    page
}

/// The page at an address, as the browser has read it.
async fn seen(tab: &mut Tab, address: &str) -> String {
    tab.go(address).await;
    let page = tab.js("document.documentElement.outerHTML").await;
    format!("<!doctype html>{}", page.as_str().unwrap_or_default())
}
