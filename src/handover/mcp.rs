//! `mcp`: a server entry in an MCP client's configuration, with the variables of `dotenv`.

use crate::handover::dotenv;
use crate::handover::fields::View;
use crate::handover::json::{Json, pretty};
use crate::handover::remark::Remark;
use zeroize::Zeroizing;

/// The placeholder for the person's own command.
const PLACEHOLDER: &str = "COMMAND-OF-YOUR-MCP-SERVER";

/// What to know before relying on this format.
pub(super) static REMARKS: [Remark; 1] = [Remark {
    text: "Without --command, COMMAND-OF-YOUR-MCP-SERVER marks where your server's command goes. \
           zoho-crm-mcp-server 0.1.0 accepts these names, but expects the token URL in ZOHO_ACCOUNTS_URL: \
           docs/use-with/mcp.md has a --template for it.",
    link: None,
}];

/// The first word is the command, the others are its arguments.
pub(super) fn document(of: View) -> Zeroizing<String> {
    let command = of.options.command.as_deref().unwrap_or_default();
    let mut words = command.split_whitespace();
    let prefix = &of.options.env_prefix;
    let variables = dotenv::variables(of.credentials);
    let variables = variables.map(|(name, value)| (prefix.name(name), value));
    let given = variables.iter();
    let given = given.filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    let server = Json::object([
        ("command", words.next().unwrap_or(PLACEHOLDER).into()),
        ("args", Json::List(words.map(Json::from).collect())),
        ("env", Json::object(given)),
    ]);
    let servers = Json::object([("zoho", server)]);
    pretty(&Json::object([("mcpServers", servers)]))
}

#[cfg(test)]
mod tests {
    use super::PLACEHOLDER;
    use crate::handover::fields::View;
    use crate::handover::format::Form;
    use crate::handover::format_options::FormatOptions;
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn a_server_with_its_variables() {
        expect![[r#"
            {
              "mcpServers": {
                "zoho": {
                  "command": "COMMAND-OF-YOUR-MCP-SERVER",
                  "env": {
                    "ZOHO_CLIENT_ID": "1000.EXAMPLE",
                    "ZOHO_CLIENT_SECRET": "examplesecret",
                    "ZOHO_REFRESH_TOKEN": "1000.r.r",
                    "ZOHO_ACCESS_TOKEN": "1000.a.a",
                    "ZOHO_ACCESS_TOKEN_EXPIRES_AT": "2026-11-23T11:35:58Z",
                    "ZOHO_ACCOUNTS_URL": "https://accounts.zoho.eu",
                    "ZOHO_API_DOMAIN": "https://www.zohoapis.eu",
                    "ZOHO_DC": "EU",
                    "ZOHO_SCOPE": "ZohoCRM.modules.READ,ZohoCRM.settings.READ"
                  }
                }
              }
            }
        "#]]
        .assert_eq(&samples::document("mcp", &samples::full()));
    }

    #[test]
    fn the_persons_command_takes_the_place_of_the_placeholder() {
        let options = &FormatOptions {
            command: Some("uvx zoho-server --stdio".to_owned()),
            env_prefix: "CRM_".parse().unwrap(),
            ..FormatOptions::default()
        };
        let form = Form::named("mcp").unwrap();
        let document = form.document(View {
            credentials: &samples::bare(),
            options,
        });
        let document = document.unwrap();
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let server = &document["mcpServers"]["zoho"];
        assert_eq!(server["command"], "uvx");
        assert_eq!(
            server["args"],
            serde_json::json!(["zoho-server", "--stdio"])
        );
        assert_eq!(server["env"]["CRM_CLIENT_ID"], "1000.EXAMPLE");
        assert!(!document.to_string().contains(PLACEHOLDER));
    }

    #[test]
    fn the_remark_names_the_placeholder() {
        assert!(super::REMARKS[0].text.contains(PLACEHOLDER));
    }
}
