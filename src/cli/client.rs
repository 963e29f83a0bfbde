//! The client: given, or asked for on a terminal.

use crate::cli::Registered;
use crate::cli::layers::Registration;
use crate::cli::usage::Usage;
use crate::prompt;
use secrecy::SecretString;
use zeroize::Zeroizing;
use zoho_grant::zoho::client::{Client, Id};

/// The client's id and secret, asked for if need be. Warns when the id looks unusual.
pub fn client(
    arguments: &Registered,
    registration: Registration,
    warnings: &mut Vec<String>,
) -> Result<Client, Usage> {
    let console = registration.home.api_console();
    let remedy = format!("Copy it from {console}.");
    let id = registration.id.map_or_else(|| id(console), Ok)?;
    let id =
        Id::new(&id).map_err(|not| Usage::new("--client-id (or ZOHO_CLIENT_ID)", not, &remedy))?;
    if id.is_odd() {
        warnings.push(
            "The client ID does not look like 1000. and 30 capital letters and digits; is it complete?".to_owned(),
        );
    }
    let secret = registration.secret;
    let secret = secret.map_or_else(|| secret_of(arguments, console), Ok)?;
    Client::new(id, secret).map_err(|not| Usage::new("The client secret", not, &remedy))
}

fn id(console: &str) -> Result<Zeroizing<String>, Usage> {
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

fn secret_of(arguments: &Registered, console: &str) -> Result<SecretString, Usage> {
    if let Some(path) = &arguments.client_secret_file {
        let remedy = "Name a file that holds the client secret and nothing else.";
        return prompt::secret_file(path)
            .map_err(|error| Usage::new("--client-secret-file", error, remedy));
    }
    if !prompt::possible() {
        let option = "--client-secret-file PATH (- for standard input) or ZOHO_CLIENT_SECRET";
        return Err(Usage::missing("client secret", option, console));
    }
    prompt::hidden("Client secret").map_err(|error| Usage::unanswered(&error))
}
