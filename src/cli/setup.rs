//! `setup`: the page's initial contents, from the arguments of `login`.

use crate::cli::layers::Layers;
use crate::cli::plan::{self, Opener};
use crate::cli::usage::Usage;
use crate::cli::{Credentials, Demo, Grant, Login, folder, rehearsal};
use std::time::Duration;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::profiles::Keeping;
use zoho_grant::profiles::profile::Backend;
use zoho_grant::settings::Settings;
use zoho_grant::setup::draft::{Beginning, Center, Draft, Entered, Secret};
use zoho_grant::setup::place_of;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};
use zoho_stand_in::{DataCenter, StandIn};

/// How long to wait for a person who registers a client.
const LIMIT: Duration = Duration::from_mins(30);

/// What the command will do.
pub struct SetupPlan {
    /// What the page offers.
    pub beginning: Beginning,
    /// What is filled in.
    pub draft: Draft,
    /// The redirect URI.
    pub redirect_uri: RedirectUri,
    /// Who opens the page.
    pub opener: Opener,
    /// Warnings to show in advance, one sentence each.
    pub warnings: Vec<String>,
    /// The stand-in, kept alive during a rehearsal.
    pub stand_in: Option<StandIn>,
    /// Where the credentials would be saved, if the person wants that. What is there now may be revoked afterward.
    pub keeping: Option<Keeping>,
    result: Credentials,
    trusted: (Vec<AccountsServer>, Vec<ApiDomain>),
    pkce: bool,
}

/// The plan of `setup`.
pub fn plan(arguments: &Login) -> Result<SetupPlan, Usage> {
    let (grant, callback) = (&arguments.grant, &arguments.callback);
    let mut layers = Layers::new(grant)?;
    let redirect_uri = plan::callback(arguments, &layers)?;
    let centers = centers(&layers.home(grant)?);
    let draft = draft(arguments, &layers, &centers)?;
    let keeping = keeping(grant, &layers)?;
    layers.warnings.extend(layers.note);
    let plan = SetupPlan {
        beginning: Beginning {
            centers,
            save: keeping.as_ref().map(described),
            limit: arguments.consent.timeout.unwrap_or(LIMIT),
            rehearsal: false,
        },
        draft,
        redirect_uri,
        opener: Opener::of(callback.no_browser),
        warnings: layers.warnings,
        stand_in: None,
        keeping,
        result: grant.result.clone(),
        trusted: layers.trusted,
        pkce: !callback.no_pkce,
    };
    plan.try_out()
}

/// What is filled in.
fn draft(arguments: &Login, layers: &Layers, centers: &[Center]) -> Result<Draft, Usage> {
    let grant = &arguments.grant;
    let reader = grant.result.hand_over.reader();
    let mut draft = Draft {
        destination: reader.unwrap_or_default(),
        ..Draft::default()
    };
    let id = layers.id(&grant.client)?;
    // If nothing specifies it, the person chooses: a default would be a guess.
    let names_it = layers.name_a_server(&grant.servers);
    let server = names_it.then(|| layers.home(grant)).transpose()?;
    draft.center = server.as_ref().and_then(|server| place_of(centers, server));
    let secret = plan::secret(&grant.client, layers)?;
    if let Some(id) = id {
        id.as_str().clone_into(&mut draft.id);
        let of = Some((draft.id.clone(), server));
        draft.secret = secret.map(|value| Secret { value, of });
    }
    let given = layers.scopes(arguments.consent.scopes())?;
    draft.scopes = given.filter(|scopes| *scopes != draft.destination.scopes());
    draft.save = grant.keep.is_requested();
    Ok(draft)
}

/// The plan of `demo --flow setup`: each data center of the stand-in has its own console.
pub async fn rehearsed(arguments: &Demo) -> Result<SetupPlan, Usage> {
    if arguments.yes {
        return Err(Usage::new(
            "--yes",
            "the setup page is for a person to fill in",
            "Omit --yes, or rehearse another flow with it: zoho-grant demo --yes.",
        ));
    }
    let stand_in = rehearsal::stand_in(arguments).await?;
    let odd = "the stand-in's values can be used";
    let centers = DataCenter::PAIR.map(|at| Center {
        code: at.code(),
        name: at.name().to_owned(),
        crm: format!(
            "crm.zoho.{} (stand-in)",
            if at == DataCenter::Us { "com" } else { "eu" }
        ),
        console: stand_in.console_url(at),
        server: AccountsServer::given(&stand_in.accounts_url(at)).expect(odd),
    });
    let domains = DataCenter::PAIR.map(|at| ApiDomain::given(&stand_in.api_domain(at)).expect(odd));
    let servers = centers.iter().map(|center| center.server.clone()).collect();
    let callback = &arguments.callback;
    let reader = arguments.result.hand_over.reader();
    let draft = Draft {
        destination: reader.unwrap_or_default(),
        scopes: arguments.consent.scopes(),
        ..Draft::default()
    };
    let plan = SetupPlan {
        beginning: Beginning {
            centers: centers.into(),
            save: None,
            limit: arguments.consent.timeout.unwrap_or(LIMIT),
            rehearsal: true,
        },
        draft,
        redirect_uri: rehearsal::redirect_uri(callback),
        opener: Opener::of(callback.no_browser),
        warnings: Vec::new(),
        stand_in: Some(stand_in),
        keeping: None,
        result: arguments.result.clone(),
        trusted: (servers, domains.into()),
        pkce: !callback.no_pkce,
    };
    plan.try_out()
}

impl SetupPlan {
    /// Turns what was entered into a login's settings, or says why the destination is unavailable.
    pub fn settings(&self, entered: Entered) -> Result<Settings, String> {
        let (server, scopes) = (entered.server, entered.scopes);
        let result = Credentials {
            hand_over: self.result.hand_over.read_by(entered.destination),
            ..self.result.clone()
        };
        let target = plan::target(&result, Some(&server), &scopes, &mut Vec::new());
        let target =
            target.map_err(|usage| format!("{} {} {}", usage.what, usage.cause, usage.remedy))?;
        let keeping = self.keeping.clone().filter(|_| entered.save);
        Ok(Settings {
            client: entered.client,
            scopes,
            trust: Trust::new(&server, self.trusted.clone()),
            home: server,
            pkce: self.pkce,
            verify: !self.result.no_verify,
            timeout: self.beginning.limit,
            answer_within: ANSWER_WITHIN,
            target,
            destination: Some(entered.destination),
            keeping: keeping.map(|keeping| Keeping {
                hand_over: result.hand_over.is_asked_for(),
                ..keeping
            }),
            rehearsal: self.beginning.rehearsal,
            page_first: !entered.save && plan::page_first(&self.result),
        })
    }

    /// Detects a file that cannot be written, or an impossible format, before the browser opens.
    fn try_out(mut self) -> Result<Self, Usage> {
        let (centers, scopes) = (&self.beginning.centers, self.draft.chosen_scopes());
        let center = self.draft.center.and_then(|at| centers.get(at));
        let server = center.map(|center| &center.server);
        plan::target(&self.result, server, &scopes, &mut self.warnings)?;
        Ok(self)
    }
}

/// The known data centers, and the server that was passed if it is not among them.
fn centers(given: &AccountsServer) -> Vec<Center> {
    let center = |code, name: &str, crm: String, server: AccountsServer| Center {
        code,
        name: name.to_owned(),
        crm,
        console: server.api_console().to_owned(),
        server,
    };
    let of_table = DATA_CENTERS.iter().map(|known| {
        let server = AccountsServer::of(known);
        let crm = server.as_str().replacen("https://accounts.", "crm.", 1);
        center(known.code, known.name, crm, server)
    });
    let mut all: Vec<_> = of_table.collect();
    if place_of(&all, given).is_none() {
        all.push(center("", "As specified", given.to_string(), given.clone()));
    }
    all
}

/// Where a profile would be saved. With `--save`, it is tested as in a login; otherwise it is offered if a keyring
/// answers.
fn keeping(grant: &Grant, layers: &Layers) -> Result<Option<Keeping>, Usage> {
    if grant.keep.is_requested() {
        return plan::keeping(grant, layers);
    }
    let answers = folder::profiles().is_ok_and(|profiles| profiles.keyring_answers());
    answers.then(|| plan::place(grant, layers)).transpose()
}

/// How the page describes where a profile would be saved.
fn described(keeping: &Keeping) -> String {
    let place = match keeping.place {
        Backend::Keyring => "in this computer’s keyring",
        Backend::File => "in a file that only you can read",
    };
    format!("{place}, as profile {}", keeping.name)
}
