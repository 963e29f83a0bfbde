//! `export`: writes saved credentials or variables in any format, without a request.

use crate::cli::usage::Usage;
use crate::cli::{Export, handover};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use crate::terminal::output::Output;
use std::io::Write;
use zoho_grant::error::Error;
use zoho_grant::handover::{Written, write};

/// Runs `export`.
pub fn run(arguments: &Export, app: &App) -> Ended {
    let mut warnings = Vec::new();
    let exported = export(arguments, &mut Output, &mut warnings);
    app.terminal.warn(&warnings);
    app.terminal.went_to(&exported?);
    Ok(0)
}

/// Writes the source's credentials to the target, or nowhere.
fn export(
    arguments: &Export,
    output: &mut dyn Write,
    warnings: &mut Vec<String>,
) -> Result<Written, Usage> {
    let source = Source::of_either(&arguments.from)?;
    let credentials = source.load()?;
    source.is_worth_exporting()?;
    // The CRM's earlier answers may be saved; rendering the document shows whether they are.
    let prefix = &arguments.from.env_prefix;
    let target = arguments.hand_over.target(prefix, None, warnings)?;
    let document = target.form.document(target.view(&credentials));
    document.map_err(|unfit| handover::refused(&unfit))?;
    write(&credentials, &target, output).map_err(|error| Usage {
        cause: "The credentials are unchanged at their source.".to_owned(),
        remedy: "Correct the destination, or pass another with --output.".to_owned(),
        ..Usage::from(&Error::NotWritten(error))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Arguments, Command};
    use clap::Parser;
    use expect_test::{Expect, expect};
    use std::fs;

    /// What `export` writes for the text of an env file, or the error.
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
            Err(usage) => {
                assert!(output.is_empty(), "a refused export wrote something");
                let Usage {
                    what,
                    cause,
                    remedy,
                    exit_code,
                } = usage;
                let words = format!("{exit_code}: {what} {cause} {remedy}");
                words.replace(file.to_str().unwrap(), "FILE")
            }
        }
    }

    fn check(text: &str, options: &str, expected: &Expect) {
        expected.assert_eq(&exported(text, options));
    }

    const FULL: &str = "ZOHO_CLIENT_ID=1000.EXAMPLE\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_REFRESH_TOKEN=1000.r.r\n\
        ZOHO_ACCESS_TOKEN=1000.a.a\nZOHO_ACCESS_TOKEN_EXPIRES_AT=2026-11-23T11:35:58Z\n\
        ZOHO_ACCOUNTS_URL=https://accounts.zoho.eu\nZOHO_API_DOMAIN=https://www.zohoapis.eu\n\
        ZOHO_DC=EU\nZOHO_SCOPE=ZohoCRM.org.READ,ZohoCRM.users.READ\n";

    #[test]
    fn what_dotenv_wrote_comes_back_the_same() {
        assert_eq!(exported(FULL, "--format dotenv"), FULL);
    }

    #[test]
    fn a_refresh_token_and_a_data_center_are_enough_for_airbyte() {
        let text = "ZOHO_CLIENT_ID=1000.EXAMPLE\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_DC=jp\n";
        let options = "--format airbyte --environment sandbox";
        check(
            text,
            options,
            &expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "refresh_token": "1000.r.r",
              "dc_region": "JP",
              "environment": "Sandbox"
            }
        "#]],
        );
        check(
            text,
            "--format adobe",
            &expect![
                "2: --format adobe cannot be used. The format adobe needs an access token. Set ZOHO_ACCESS_TOKEN, or run the login again."
            ],
        );
    }

    #[test]
    fn a_missing_variable_is_named() {
        let unknown = FULL.replace("API_DOMAIN", "API").replace("ZOHO_DC", "DC");
        for name in ["ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_ACCOUNTS_URL"] {
            let text: Vec<&str> = unknown
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
                "2: ZOHO_REFRESH_TOKEN (or ZOHO_ACCESS_TOKEN) is missing. It is not in FILE, and related values must come from the same place. Add it there, or pass --env-file with a file that has all of them, or --profile."
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
                "2: ZOHO_REFRESH_TOKEN cannot be used. It contains a space, a line break or another character that Zoho never uses there. Correct it in FILE."
            ],
        );
        let odd = FULL.replace("=2026-11-23T11:35:58Z", "=soon");
        check(
            &odd,
            "--format json",
            &expect![
                "2: ZOHO_ACCESS_TOKEN_EXPIRES_AT cannot be used. Timestamp format is invalid. Correct it in FILE."
            ],
        );
        check(
            FULL,
            "--format singer --start-date 2026-01-01 --user-agent me",
            &expect![
                "2: --format singer cannot be used. The format singer supports only these data centers: us; and not Europe (eu). Choose another --format; json works for every data center."
            ],
        );
        check(
            &FULL.replace("examplesecret", "a$b"),
            "--format windows-cmd",
            &expect![
                "2: --format windows-cmd cannot be used. The format windows-cmd cannot represent the CLIENT_SECRET: it contains characters that have a special meaning there. Choose another --format; json can represent every value."
            ],
        );
    }
}
