//! `export`: credentials from variables or a profile once more, in any format. It makes no request.

use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use crate::cli::{Export, folder, handover, keep, options};
use crate::commands::Stop;
use secrecy::SecretString;
use std::io::Write;
use zeroize::Zeroizing;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::foreign::Foreign;
use zoho_grant::handover::{self as hand_over, Target, Written};
use zoho_grant::zoho::client::{Client, Id, NotAClient, token};
use zoho_grant::zoho::crm::Identity;
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};

/// Writes the credentials of the profile or of the variables where they shall go, or nowhere.
pub fn export(
    arguments: &Export,
    output: &mut dyn Write,
    warnings: &mut Vec<String>,
) -> Result<Written, Stop> {
    let variables = Variables::of_file_or_environment(arguments.env_file.as_deref())?;
    let credentials = match &arguments.profile {
        Some(name) => of_profile(name, &variables)?,
        None => credentials(&variables)?,
    };
    // Nobody is asked, so what the CRM would tell is known to be missing.
    let target = arguments.hand_over.target(false, warnings)?;
    Ok(write(&credentials, &target, output)?)
}

fn of_profile(name: &str, variables: &Variables) -> Result<Credentials, Stop> {
    let name = keep::name(Some(name), variables)?;
    let kept = folder::profiles()?.load(&name).map_err(Error::Profile)?;
    Ok(kept.into_credentials("export asks nobody"))
}

fn write(
    credentials: &Credentials,
    target: &Target,
    output: &mut dyn Write,
) -> Result<Written, Usage> {
    let document = target.form.document(credentials, &target.extras);
    document.map_err(|unfit| handover::refused(&unfit))?;
    hand_over::write(credentials, target, output).map_err(|error| Usage {
        what: error.to_string(),
        cause: "The credentials are still where they were read.".to_owned(),
        remedy: "Mend the place, or name another with --output.".to_owned(),
        exit_code: error.exit_code(),
    })
}

fn credentials(variables: &Variables) -> Result<Credentials, Usage> {
    let of_tokens = &variables.of_tokens();
    let accounts_server = accounts_server(variables, of_tokens)?;
    let data_center = accounts_server.data_center();
    let named = checked(of_tokens, "ZOHO_API_DOMAIN", ApiDomain::given)?;
    let api_domain = named.or_else(|| data_center.map(ApiDomain::of));
    let credentials = Credentials {
        client: client(variables)?,
        access_token: checked(of_tokens, "ZOHO_ACCESS_TOKEN", token)?,
        refresh_token: checked(of_tokens, "ZOHO_REFRESH_TOKEN", token)?,
        token_type: Foreign::new("Bearer"),
        expires_at: checked(
            of_tokens,
            "ZOHO_ACCESS_TOKEN_EXPIRES_AT",
            humantime::parse_rfc3339,
        )?,
        scopes: checked(variables, "ZOHO_SCOPE", Scopes::parse)?,
        api_domain: api_domain.map(|domain| Foreign::new(domain.as_str())),
        accounts_server,
        data_center,
        redirect_uri: variables
            .find("ZOHO_REDIRECT_URI")
            .map(|(uri, _)| uri.to_string()),
        identity: Identity::not_asked("export asks nobody"),
    };
    match (&credentials.access_token, &credentials.refresh_token) {
        (None, None) => Err(Usage::no_variable(
            "ZOHO_REFRESH_TOKEN (or ZOHO_ACCESS_TOKEN)",
        )),
        _ => Ok(credentials),
    }
}

/// Where the tokens are of; no default will do, for it would be a guess.
fn accounts_server(variables: &Variables, of_tokens: &Variables) -> Result<AccountsServer, Usage> {
    let names = ["ZOHO_ACCOUNTS_URL", "ZOHO_DC"];
    let told = |of: &Variables| names.iter().any(|name| of.find(name).is_some());
    if told(of_tokens) {
        return options::home(None, None, of_tokens);
    }
    let missing = Usage::no_variable("ZOHO_ACCOUNTS_URL (or ZOHO_DC)");
    Err(if told(variables) {
        Usage {
            cause: "The file of --env-file holds a token but not where it is from, and what the environment says \
                    may be of another login."
                .to_owned(),
            remedy: "Add it to the file.".to_owned(),
            ..missing
        }
    } else {
        missing
    })
}

fn client(variables: &Variables) -> Result<Client, Usage> {
    let id = checked(variables, "ZOHO_CLIENT_ID", Id::new)?;
    let secret = checked(variables, "ZOHO_CLIENT_SECRET", token)?;
    let id = id.ok_or_else(|| Usage::no_variable("ZOHO_CLIENT_ID"))?;
    let secret: SecretString = secret.ok_or_else(|| Usage::no_variable("ZOHO_CLIENT_SECRET"))?;
    Client::new(id, secret).map_err(|not: NotAClient| unusable("ZOHO_CLIENT_SECRET", not))
}

/// A variable's value, parsed; nothing when it is not set.
fn checked<T, E: std::fmt::Display>(
    variables: &Variables,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, Usage> {
    let found: Option<Zeroizing<String>> = variables.find(name).map(|(value, _)| value);
    found
        .map(|value| parse(&value).map_err(|not| unusable(name, not)))
        .transpose()
}

fn unusable(name: &str, reason: impl std::fmt::Display) -> Usage {
    Usage::new(name, reason, "Mend it in --env-file or in the environment.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Arguments, Command};
    use clap::Parser;
    use expect_test::{Expect, expect};
    use std::fs;

    /// What `export` writes for an env file's text, or the refusal.
    fn exported(text: &str, options: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zoho.env");
        fs::write(&file, text).unwrap();
        let line = ["zoho-grant", "export", "--env-file", file.to_str().unwrap()];
        let words = line.into_iter().chain(options.split_whitespace());
        let Command::Export(arguments) = Arguments::parse_from(words).command else {
            unreachable!("it is an export");
        };
        let (mut output, mut warnings) = (Vec::new(), Vec::new());
        match export(&arguments, &mut output, &mut warnings) {
            Ok(_) => String::from_utf8(output).unwrap(),
            Err(Stop::Usage(usage)) => {
                assert!(output.is_empty(), "a refused export wrote something");
                let Usage {
                    what,
                    cause,
                    remedy,
                    exit_code,
                } = usage;
                format!("{exit_code}: {what} {cause} {remedy}")
            }
            Err(Stop::Error(error)) => error.to_string(),
        }
    }

    fn check(text: &str, options: &str, expected: &Expect) {
        expected.assert_eq(&exported(text, options));
    }

    const FULL: &str = "ZOHO_CLIENT_ID=1000.EXAMPLE\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_REFRESH_TOKEN=1000.r.r\n\
        ZOHO_ACCESS_TOKEN=1000.a.a\nZOHO_ACCESS_TOKEN_EXPIRES_AT=2026-11-23T11:35:58Z\n\
        ZOHO_ACCOUNTS_URL=https://accounts.zoho.eu\nZOHO_API_DOMAIN=https://www.zohoapis.eu\n";

    #[test]
    fn what_dotenv_wrote_comes_back_the_same() {
        assert_eq!(exported(FULL, "--format dotenv"), FULL);
    }

    #[test]
    fn a_refresh_token_and_a_data_centre_are_enough_for_airbyte() {
        let text = "ZOHO_CLIENT_ID=1000.EXAMPLE\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_DC=jp\n";
        let options = "--format airbyte --environment sandbox --edition free";
        check(
            text,
            options,
            &expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "refresh_token": "1000.r.r",
              "dc_region": "JP",
              "environment": "Sandbox",
              "edition": "Free"
            }
        "#]],
        );
        check(
            text,
            "--format adobe",
            &expect![
                "2: --format adobe cannot be used. Adobe needs an access token. Give ZOHO_ACCESS_TOKEN, or run the login again."
            ],
        );
    }

    #[test]
    fn a_missing_variable_is_named() {
        for name in ["ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_ACCOUNTS_URL"] {
            let text: Vec<&str> = FULL
                .lines()
                .filter(|line| !line.starts_with(&format!("{name}=")))
                .collect();
            let refusal = exported(&text.join("\n"), "--format json");
            assert!(refusal.starts_with(&format!("2: {name}")), "{refusal}");
        }
        let tokens = FULL.replace("TOKEN=", "TOKEN_NOT=");
        check(
            &tokens,
            "--format json",
            &expect![
                "2: ZOHO_REFRESH_TOKEN (or ZOHO_ACCESS_TOKEN) is missing. Neither --env-file nor the environment holds it. Set it, or name a file that holds it with --env-file."
            ],
        );
    }

    #[test]
    fn what_cannot_be_used_is_named_and_never_shown() {
        let odd = FULL.replace("=1000.r.r", "=two words");
        check(
            &odd,
            "--format json",
            &expect![
                "2: ZOHO_REFRESH_TOKEN cannot be used. It holds a space, a line break or another character that Zoho never uses there. Mend it in --env-file or in the environment."
            ],
        );
        let odd = FULL.replace("=2026-11-23T11:35:58Z", "=soon");
        check(
            &odd,
            "--format json",
            &expect![
                "2: ZOHO_ACCESS_TOKEN_EXPIRES_AT cannot be used. Timestamp format is invalid. Mend it in --env-file or in the environment."
            ],
        );
        check(
            FULL,
            "--format singer --start-date 2026-01-01 --user-agent me",
            &expect![
                "2: --format singer cannot be used. Singer knows only these data centres: us; and these credentials are of Europe (eu). Choose another --format: json is good in every data centre."
            ],
        );
        check(
            &FULL.replace("examplesecret", "a$b"),
            "--format windows-cmd",
            &expect![
                "2: --format windows-cmd cannot be used. Windows-cmd cannot carry the CLIENT_SECRET: it holds characters that would change their meaning there. Choose another --format: json carries every value."
            ],
        );
    }
}
