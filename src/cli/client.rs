//! The client: given, or asked for on a terminal.

use crate::cli::Registered;
use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use crate::prompt;
use secrecy::SecretString;
use zeroize::Zeroizing;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::trust::AccountsServer;

/// The client's id and secret, asked for if need be. Warns when the id looks unusual.
pub fn client(
    arguments: &Registered,
    variables: &Variables,
    home: &AccountsServer,
    warnings: &mut Vec<String>,
) -> Result<Client, Usage> {
    let console = home.api_console();
    let remedy = format!("Copy it from {console}.");
    let id = id(arguments, variables, console)?;
    let id =
        Id::new(&id).map_err(|not| Usage::new("--client-id (or ZOHO_CLIENT_ID)", not, &remedy))?;
    if id.is_odd() {
        warnings.push(
            "The client ID does not look like 1000. and 30 capital letters and digits; is it complete?".to_owned(),
        );
    }
    let secret = secret(arguments, variables, console)?;
    Client::new(id, secret).map_err(|not| Usage::new("The client secret", not, &remedy))
}

fn id(
    arguments: &Registered,
    variables: &Variables,
    console: &str,
) -> Result<Zeroizing<String>, Usage> {
    if let Some(id) = variables.or(arguments.client_id.as_deref(), "ZOHO_CLIENT_ID") {
        return Ok(id);
    }
    if !prompt::possible() {
        return Err(Usage::missing(
            "client ID",
            "--client-id ID or ZOHO_CLIENT_ID",
            console,
        ));
    }
    let answer = prompt::text(&format!("Client ID, from {console}:"));
    answer
        .map(Zeroizing::new)
        .map_err(|error| Usage::unanswered(&error))
}

fn secret(
    arguments: &Registered,
    variables: &Variables,
    console: &str,
) -> Result<SecretString, Usage> {
    if let Some(path) = &arguments.client_secret_file {
        let remedy = "Name a file that holds the client secret and nothing else.";
        return prompt::secret_file(path)
            .map_err(|error| Usage::new("--client-secret-file", error, remedy));
    }
    if let Some((secret, _)) = variables.find("ZOHO_CLIENT_SECRET") {
        return Ok(secret.as_str().into());
    }
    if !prompt::possible() {
        let option = "--client-secret-file PATH (- for standard input) or ZOHO_CLIENT_SECRET";
        return Err(Usage::missing("client secret", option, console));
    }
    prompt::hidden("Client secret").map_err(|error| Usage::unanswered(&error))
}
