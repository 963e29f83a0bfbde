//! `exchange`: exchanges the grant token of a self client.

use crate::cli::plan::Opener;
use crate::cli::usage::Usage;
use crate::cli::{Consent, Grant};
use crate::commands::{App, Ended, guide};
use crate::prompt;
use secrecy::{ExposeSecret, SecretString};
use std::io;
use std::path::Path;
use zoho_grant::error::Error;
use zoho_grant::login::self_client::exchange;
use zoho_grant::zoho::client;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::trust::AccountsServer;

/// Runs `exchange`. After a refusal it tries another data center only if the person names one.
pub fn run(grant: &Grant, app: &App) -> Ended {
    let (mut settings, warnings) = guide::settings(grant, &Consent::default(), app)?;
    let code = code(grant)?;
    app.terminal.warn(&warnings);
    loop {
        let mut elsewhere = false;
        let flow = async {
            let mut context = app.context(Opener::Nobody, false);
            let outcome = exchange(&settings, &code, &mut context).await;
            elsewhere = outcome.as_ref().is_err_and(Error::may_be_elsewhere);
            outcome
        };
        let exit = app.obtain(&settings, grant.keep.revoke_old, flow);
        let mut others = others(&settings.home, &grant.servers.trust_accounts_server);
        if !elsewhere || others.is_empty() {
            return Ok(exit);
        }
        app.terminal.try_elsewhere(&others);
        if !prompt::possible() {
            return Ok(exit);
        }
        let mut lines = vec!["None of them".to_owned()];
        lines.extend(others.iter().map(ToString::to_string));
        let question = "Retry at which accounts server?";
        match app.ask(move || prompt::select(question, lines))? {
            0 => return Ok(exit),
            chosen => settings.home = others.swap_remove(chosen - 1),
        }
    }
}

/// The other servers that the grant token may belong to. In a rehearsal, none of them is Zoho's.
fn others(home: &AccountsServer, trusted: &[AccountsServer]) -> Vec<AccountsServer> {
    let table = DATA_CENTERS.iter().map(AccountsServer::of);
    let table = table.filter(|_| !home.is_loopback());
    let all = table.chain(trusted.iter().cloned());
    all.filter(|other| other != home).collect()
}

/// The grant token: prompted for on a terminal, otherwise read from standard input.
fn code(grant: &Grant) -> Result<SecretString, Usage> {
    let what = "The grant token";
    let secret_file = grant.client.client_secret_file.as_deref();
    if secret_file == Some(Path::new("-")) && !prompt::possible() {
        let why = "standard input already supplies the client secret";
        let remedy = "Set ZOHO_CLIENT_SECRET, or pass a file with --client-secret-file.";
        return Err(Usage::new(what, why, remedy));
    }
    let remedy = "Copy only the code shown in the console; it begins with 1000.";
    let code = prompt::secret("Grant token").map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => Usage::unanswered(&error),
        _ => Usage::new(what, error, remedy),
    })?;
    client::token(code.expose_secret()).map_err(|not| Usage::new(what, not, remedy))
}
