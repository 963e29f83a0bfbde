//! The destinations on the result page: one for each program, with a document in its format.

use crate::credentials::Credentials;
use crate::error::explain;
use crate::handover::destination::Destination;
use crate::handover::fields::View;
use crate::handover::format::{FORMATS, Form, Format};
use crate::handover::format_error::Why;
use crate::handover::format_options::Need;
use crate::handover::remark::Remark;
use crate::settings::Settings;
use crate::zoho::client::{Client, Id};
use zeroize::Zeroizing;

/// In the order of the page. Of Adobe's two sources, the one that Adobe still supports comes first.
const ORDER: [Destination; 6] = [
    Destination::AdobeRest,
    Destination::Adobe,
    Destination::Airbyte,
    Destination::Sdk,
    Destination::Env,
    Destination::Other,
];

/// The format for creating Adobe's Zoho CRM source through Adobe's API.
const BY_API: &str = "adobe-json";

/// The placeholder for a secret in a masked document.
const STAND_IN: &str = "zohoGrantHidesThis";

/// What is shown in its place.
const DOTS: &str = "••••••••••••";

/// How many characters of a masked document are shown.
const PREVIEW: usize = 2000;

/// A program that can use the credentials.
pub struct Choice {
    /// The program.
    pub destination: Destination,
    /// The title of its tab.
    pub title: &'static str,
    /// Whether its tab is open at first.
    pub chosen: bool,
    /// Its document, or why it is unavailable, in one line.
    pub document: Result<Document, String>,
    /// What to know before relying on it.
    pub remarks: &'static [Remark],
    /// The credentials in further formats.
    pub others: Vec<Other>,
}

/// The credentials in a further format.
pub struct Other {
    /// The consumer, as a heading.
    pub title: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// Its document, or why it is unavailable, in one line.
    pub document: Result<Document, String>,
}

/// The credentials in a program's format.
pub struct Document {
    /// Its name on buttons: "airbyte document".
    pub name: String,
    /// The file name to save it as; none if it is run instead.
    pub file_name: Option<&'static str>,
    /// The whole text with secrets, masked until revealed.
    pub text: Zeroizing<String>,
    /// Its beginning without secrets, if it is the first document in its tab.
    pub masked: Option<String>,
}

impl Choice {
    /// Whether the program needs a file.
    pub(super) fn saves_first(&self) -> bool {
        matches!(self.destination, Destination::Sdk | Destination::Env)
    }

    /// The label of the copy button.
    pub(super) fn copy_label(&self) -> &'static str {
        match self.destination {
            Destination::AdobeRest => "Copy curl command",
            Destination::Adobe => "Copy all six fields",
            Destination::Airbyte => "Copy configuration",
            Destination::Sdk | Destination::Env | Destination::Other => "Copy credentials",
        }
    }
}

/// Every destination. One of them is chosen: the person's, if it is available.
pub(super) fn choices(credentials: &Credentials, settings: &Settings) -> Vec<Choice> {
    let mut choices = ORDER.map(|destination| choice(destination, credentials, settings));
    let wanted = settings.destination.unwrap_or_default();
    let chosen = choices
        .iter()
        .position(|choice| choice.destination == wanted && choice.document.is_ok());
    choices[chosen.unwrap_or(ORDER.len() - 1)].chosen = true;
    choices.into()
}

fn choice(destination: Destination, credentials: &Credentials, settings: &Settings) -> Choice {
    let format = match destination {
        Destination::Other => main_format(settings),
        of => of.format(),
    };
    let of = settings.target.view(credentials);
    let (title, others) = match destination {
        Destination::Adobe => ("Adobe Zoho CRM", vec![by_api(of)]),
        Destination::AdobeRest => ("Adobe REST API", Vec::new()),
        Destination::Env => (".env", Vec::new()),
        Destination::Other => ("More", others(format, of)),
        Destination::Airbyte | Destination::Sdk => (destination.title(), Vec::new()),
    };
    let document = document(format, title, of).map(|document| Document {
        masked: preview(format, of),
        ..document
    });
    Choice {
        destination,
        title,
        chosen: false,
        document: match destination {
            Destination::AdobeRest => document.map(as_request),
            _ => document,
        },
        remarks: format.remarks,
        others,
    }
}

/// The first of the other formats: the requested one, unless it belongs to a destination.
fn main_format(settings: &Settings) -> &'static Format {
    let asked = Format::named(settings.target.form.name());
    let asked = asked.filter(|format| Destination::of_format(format.name).is_none());
    asked.unwrap_or_else(|| Destination::Other.format())
}

/// Every format that has no place elsewhere on the page.
fn others(main: &Format, of: View) -> Vec<Other> {
    let is_elsewhere =
        |name| name == main.name || name == BY_API || Destination::of_format(name).is_some();
    let rest = FORMATS.iter().filter(|format| !is_elsewhere(format.name));
    let other = |format: &'static Format| Other {
        title: format.title,
        purpose: format.purpose,
        document: document(format, format.title, of),
    };
    rest.map(other).collect()
}

/// Creates a connection of Adobe's Zoho CRM source through Adobe's API.
fn by_api(of: View) -> Other {
    let format = Format::named(BY_API).expect("it is a known format");
    Other {
        title: "Create the connection with Adobe's API instead",
        purpose: "the complete curl command",
        document: document(format, format.title, of).map(as_request),
    }
}

fn document(format: &'static Format, title: &str, of: View) -> Result<Document, String> {
    let text = Form::Format(format).document(of);
    Ok(Document {
        name: format!("{} document", format.name),
        file_name: Some(format.file_name),
        text: text.map_err(|unfit| unavailable(title, &unfit.why))?,
        masked: None,
    })
}

/// The beginning of the document without secrets.
fn preview(format: &'static Format, of: View) -> Option<String> {
    let masked = Form::Format(format).document(View {
        credentials: &masked(of.credentials),
        ..of
    });
    Some(beginning(&masked.ok()?.replace(STAND_IN, DOTS)))
}

/// The request to Adobe's Flow Service that creates a connection from this body. The body is on standard input, because
/// every user of a machine can read its command lines.
fn as_request(body: Document) -> Document {
    let call = |body: &str| {
        Zeroizing::new(format!(
            "curl -X POST https://platform.adobe.io/data/foundation/flowservice/connections \\\n  \
             -H \"Authorization: Bearer $ADOBE_ACCESS_TOKEN\" \\\n  \
             -H \"x-api-key: $ADOBE_API_KEY\" \\\n  \
             -H \"x-gw-ims-org-id: $ADOBE_ORG_ID\" \\\n  \
             -H \"x-sandbox-name: $ADOBE_SANDBOX\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  \
             --data-binary @- <<'JSON'\n{body}JSON\n"
        ))
    };
    Document {
        name: "curl command".to_owned(),
        file_name: None,
        text: call(&body.text),
        masked: body.masked.map(|body| call(&body).to_string()),
    }
}

/// The same credentials with placeholders for the secrets.
fn masked(credentials: &Credentials) -> Credentials {
    let hidden = || STAND_IN.into();
    let id = Id::new(credentials.client.id()).expect("it was an ID before");
    Credentials {
        client: Client::new(id, hidden()).expect("the placeholder is a valid secret"),
        access_token: credentials.access_token.as_ref().map(|_| hidden()),
        refresh_token: credentials.refresh_token.as_ref().map(|_| hidden()),
        ..credentials.clone()
    }
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => format!("{}\n…\n", &text[..end]),
        None => text.to_owned(),
    }
}

fn unavailable(title: &str, why: &Why) -> String {
    match why {
        Why::DataCenter { known, theirs } => format!(
            "{title} supports only the data centers {}. These credentials are for {}.",
            known.join(", "),
            theirs.map_or_else(|| "an unknown data center".to_owned(), ToString::to_string)
        ),
        Why::Missing(Need::RefreshToken) => format!("{title} needs a refresh token."),
        Why::Missing(Need::ApiDomain) => {
            format!("{title} needs the API domain, which is unknown.")
        }
        Why::Missing(Need::Environment) => format!(
            "{title} needs the organization's environment, which is unknown. Log in again with --environment \
             Production, Developer or Sandbox."
        ),
        _ => format!("{title} {why}. {}", explain::format(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use crate::pages::result::tests::settings;
    use crate::zoho::data_centers::DataCenter;

    fn of(
        destination: Option<Destination>,
        format: &str,
        credentials: &Credentials,
    ) -> Vec<Choice> {
        choices(credentials, &settings(destination, format))
    }

    fn chosen(choices: &[Choice]) -> &Choice {
        let mut chosen = choices.iter().filter(|choice| choice.chosen);
        let first = chosen.next().expect("one is chosen");
        assert!(chosen.next().is_none(), "two are chosen");
        first
    }

    #[test]
    fn the_persons_destination_is_chosen_if_it_can_be_served() {
        let full = samples::full();
        for destination in ORDER {
            let choices = of(Some(destination), "text", &full);
            assert_eq!(chosen(&choices).destination, destination);
        }
        assert_eq!(
            chosen(&of(None, "text", &full)).destination,
            Destination::Other
        );
        let mut canada = samples::full();
        canada.data_center = DataCenter::of_code("ca");
        let choices = of(Some(Destination::Airbyte), "airbyte", &canada);
        assert_eq!(chosen(&choices).destination, Destination::Other);
        let airbyte = choices
            .iter()
            .find(|choice| choice.destination == Destination::Airbyte);
        let why = airbyte.unwrap().document.as_ref().err().unwrap();
        assert_eq!(
            why,
            "Airbyte supports only the data centers us, au, eu, in, cn, jp. These credentials are for Canada (ca)."
        );
    }

    #[test]
    fn every_format_is_on_the_page_once() {
        for format in ["text", "fish", "airbyte"] {
            let choices = of(None, format, &samples::full());
            let all = choices
                .iter()
                .map(|choice| 1 + choice.others.len())
                .sum::<usize>();
            assert_eq!(all, FORMATS.len(), "{format}");
            let first = chosen(&choices).document.as_ref().ok().unwrap();
            let expected = if format == "airbyte" { "text" } else { format };
            assert_eq!(first.name, format!("{expected} document"));
        }
    }

    #[test]
    fn what_is_shown_at_first_holds_the_form_and_no_secret() {
        let mut full = samples::full();
        let secret = "it's;a\"secret$";
        full.client = Client::new(Id::new("1000.EXAMPLE").unwrap(), secret.into()).unwrap();
        for choice in of(None, "text", &full) {
            let mut others = choice
                .others
                .iter()
                .filter_map(|other| other.document.as_ref().ok());
            assert!(others.all(|other| other.masked.is_none()));
            let Ok(document) = &choice.document else {
                // Neither has a quoting that all of its programs accept.
                let unquoted = [Destination::Sdk, Destination::Env];
                assert!(unquoted.contains(&choice.destination));
                continue;
            };
            let masked = document.masked.as_ref().unwrap();
            for hidden in ["1000.a.a", "1000.r.r", secret, "secret$", STAND_IN] {
                assert!(!masked.contains(hidden), "{masked}");
            }
            assert!(masked.contains(DOTS), "{masked}");
            assert!(document.text.contains("1000.r.r"));
            assert_eq!(masked.lines().count(), document.text.lines().count());
        }
    }

    #[test]
    fn adobes_call_is_whole_and_keeps_secrets_off_the_command_line() {
        let choices = of(None, "text", &samples::full());
        let call = &choices[0].document.as_ref().ok().unwrap().text;
        let (command, body) = call.split_once("<<'JSON'\n").unwrap();
        assert!(!command.contains("1000."), "{command}");
        let body = body.strip_suffix("JSON\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            body["connectionSpec"]["id"],
            "4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62"
        );
        assert_eq!(body["auth"]["params"]["refreshToken"], "1000.r.r");
    }

    #[test]
    fn a_long_document_is_shown_in_part() {
        let long = "株".repeat(5000);
        assert_eq!(beginning(&long).chars().count(), PREVIEW + 3);
        assert_eq!(beginning("short\n"), "short\n");
    }
}
