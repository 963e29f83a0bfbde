use super::*;
use crate::error::Error;
use crate::error::explanation::Explanation;
use crate::handover::destination::Destination;
use crate::handover::remark::Remark;
use crate::handover::{Written, samples};
use crate::login::outcome::Outcome;
use crate::profiles::profile::Backend;
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use crate::zoho::crm::{Organization, Unchecked, User};
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::scopes::Scopes;
use destinations::{Choice, Document, Other};
use result::message;
use result::tests::{outcome, settings};

/// A field's name followed by markup.
fn marked(field: &str) -> String {
    format!("{field}<b>&\"'")
}

/// True of every page: untrusted text is escaped, nothing is loaded, and nothing violates the policy.
fn assert_sound(page: &Page, fields: &[&str]) {
    let html = page.html.as_str();
    for field in fields {
        let escaped = format!("{field}&#60;b&#62;&#38;&#34;&#39;");
        assert!(html.contains(&escaped), "{field} is missing or raw");
    }
    let linked = r#"<a href="https://"#;
    let shown = r#"<code class="value" translate="no">https://accounts.zoho.eu<"#;
    let rest = html.replace(linked, "").replace(shown, "");
    assert_eq!(
        html.matches("<a ").count(),
        html.matches(r#" target="_blank" rel="noreferrer noopener">"#)
            .count(),
        "a link would replace the page, or reveal its address"
    );
    for refused in ["<b>", "http://", "https://", " src=", "url(", "@import"] {
        assert!(!rest.contains(refused), "{refused}");
    }
    for kind in ["style", "script"] {
        let inline: Vec<_> = html.split(&format!("<{kind}>")).skip(1).collect();
        assert_eq!(html.matches(&format!("<{kind}")).count(), inline.len());
        for rest in inline {
            let (text, _) = rest.split_once(&format!("</{kind}>")).unwrap();
            let directive = format!("{kind}-src {}", hash(text));
            assert!(page.content_security_policy.contains(&directive), "{kind}");
        }
    }
    let attributes = html
        .split('<')
        .filter_map(|piece| piece.split_once('>'))
        .flat_map(|(tag, _)| tag.split_whitespace().skip(1))
        .filter_map(|word| word.split_once('='));
    for (name, _) in attributes {
        assert!(name != "style" && !name.starts_with("on"), "{name}");
    }
}

/// A login whose every text from outside is marked.
fn marked_login() -> Outcome {
    let outside = |field| Some(Untrusted::new(marked(field)));
    let mut credentials = samples::full();
    credentials.identity.organization = Ok(Organization {
        name: outside("organization"),
        id: outside("identifier"),
        kind: outside("Kind"),
        edition: outside("Edition"),
    });
    credentials.identity.user = Ok(User {
        name: outside("person"),
        email: outside("email"),
    });
    credentials.api_domain = outside("domain");
    Outcome {
        written: Written::File("text", marked("place").into()),
        problems: vec![
            Error::Authorization(Untrusted::new(marked("code"))),
            Error::Unreachable(NetworkError {
                server: marked("what"),
                trouble: NetworkFailure::Other(marked("cause")),
                unsent: false,
            }),
            Error::TimedOut {
                redirect_uri: marked("remedy"),
                console: "https://console.example/path",
            },
            Error::NothingToRefresh {
                again: marked("command"),
            },
        ],
        reading: Some(marked("reading")),
        kept: Some(("work".parse().unwrap(), Backend::File)),
        ..outcome(credentials)
    }
}

fn marked_choices() -> Vec<Choice> {
    vec![
        choice(Destination::Other, Ok(document("main"))),
        choice(Destination::Airbyte, Err(marked("why"))),
    ]
}

fn result_of(login: &Outcome) -> Page {
    result::result(login, &settings(None, "text"), marked_choices())
}

fn explained() -> Explanation {
    Explanation {
        title: marked("heading").leak(),
        code: Some(marked("code")),
        cause: marked("cause"),
        remedy: marked("remedy"),
        command: Some(marked("command")),
        console: Some("https://console.example/path"),
        exit_code: 5,
    }
}

fn choice(destination: Destination, document: Result<Document, String>) -> Choice {
    Choice {
        destination,
        title: marked("tab").leak(),
        chosen: destination == Destination::Other,
        document,
        remarks: &[Remark {
            text: "remark<b>&\"'",
            link: Some(("linked<b>&\"'", "https://example.com/page")),
        }],
        others: vec![Other {
            title: marked("other").leak(),
            purpose: marked("purpose").leak(),
            document: Err(marked("absent")),
        }],
    }
}

fn document(name: &str) -> Document {
    Document {
        name: marked(&format!("name of {name}")),
        file_name: Some(marked("file").leak()),
        text: marked(&format!("text of {name}")).into(),
        masked: Some(marked("masked")),
    }
}

#[test]
fn a_result_page_escapes_every_field() {
    let fields = "organization Kind Edition identifier person email domain reading code cause remedy command what \
                  place tab why remark linked other purpose absent file masked";
    let mut fields: Vec<_> = fields.split_whitespace().collect();
    fields.extend(["name of main", "text of main"]);
    assert_sound(&result_of(&marked_login()), &fields);
    let mut login = marked_login();
    login.credentials.scopes = Some(Scopes::parse("scope<b>&'").unwrap());
    login.credentials.identity.user = Err(Unchecked::Because(marked("note")));
    let page = result_of(&login);
    assert_sound(&page, &["note"]);
    assert!(page.html.contains("scope&#60;b&#62;&#38;&#39;"));
}

#[test]
fn a_result_page_may_run_its_script_and_nothing_else() {
    let policy = result_of(&marked_login()).content_security_policy;
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src {style}; img-src data:; frame-ancestors 'none'; \
             base-uri 'none'; form-action 'none'; sandbox allow-scripts allow-downloads allow-popups \
             allow-popups-to-escape-sandbox; script-src {script}"
        )
    );
}

#[test]
fn a_secret_is_on_the_page_once_in_closed_details() {
    let page = result_of(&marked_login());
    for secret in ["examplesecret", "1000.a.a", "1000.r.r", "text of main"] {
        let inside = innermost_details(&page.html, secret);
        assert!(inside.is_some_and(|before| before.contains("</summary>")));
    }
    assert_eq!(innermost_details(&page.html, "1000.EXAMPLE"), None);
    let tags = page.html.split("<details").skip(1);
    for tag in tags.filter_map(|rest| rest.split('>').next()) {
        assert!(!tag.contains("open"), "some details are open");
    }
}

/// The text between the tag of the details around `text` and `text`, which occurs once.
fn innermost_details<'a>(html: &'a str, text: &str) -> Option<&'a str> {
    let (before, after) = html.split_once(text).unwrap();
    assert!(!after.contains(text), "{text} is there twice");
    let (_, inside) = before.rsplit_once("<details>")?;
    (!inside.contains("</details>")).then_some(inside)
}

#[test]
fn buttons_name_their_value_and_wait_for_the_script() {
    let mut login = marked_login();
    login.problems.truncate(1);
    let html = result_of(&login).html;
    for name in ["client secret", "API domain"] {
        let copy = format!("data-copy hidden><span>Copy</span><span class=\"vh\"> {name}<");
        assert!(html.contains(&copy), "{name}");
    }
    // Three commands, a document to copy and to save, seven values.
    assert_eq!(html.matches("<button").count(), 12);
    assert_eq!(html.matches(" hidden><span>").count(), 12);
    assert_eq!(html.matches("class=\"primary\"").count(), 1);
}

#[test]
fn a_destination_is_chosen_without_scripts_and_one_that_cannot_be_served_says_why() {
    let html = result_of(&marked_login()).html;
    let chosen = "<input type=\"radio\" name=\"to\" id=\"to-1\" checked><label for=\"to-1\">";
    assert!(html.contains(chosen));
    let refused = "id=\"to-2\" disabled aria-describedby=\"unavailable\"><label for=\"to-2\">";
    assert!(html.contains(refused));
    assert_eq!(html.matches("class=\"panel\"").count(), 1);
    let (_, reasons) = html.split_once("<ul id=\"unavailable\"").unwrap();
    assert!(reasons.split("</ul>").next().unwrap().contains("why"));
}

#[test]
fn long_names_are_set_smaller() {
    for (length, class) in [
        (10, ""),
        (36, "long"),
        (89, "long"),
        (90, "longest"),
        (201, "longest"),
    ] {
        let mut login = marked_login();
        if let Ok(organization) = &mut login.credentials.identity.organization {
            organization.name = Some(Untrusted::new("n".repeat(length)));
        }
        let heading = format!("<h1 class=\"{class}\">");
        assert!(result_of(&login).html.contains(&heading), "{length}");
    }
}

#[test]
fn an_option_is_a_piece_of_its_own() {
    assert_eq!(
        pieces("Pass --save-to file, or omit --save."),
        ["Pass ", "--save-to", " file, or omit ", "--save", "."]
    );
    assert_eq!(pieces("--dc"), ["", "--dc", ""]);
    assert_eq!(pieces("server-based"), ["server-based"]);
}

#[test]
fn a_message_page_is_sound_and_has_a_script_only_for_its_command() {
    let what = Error::Authorization(Untrusted::new(marked("what")));
    for (error, sign) in [(&what, "Failure"), (&Error::Refused, "Nothing happened")] {
        let page = message(error, explained(), false);
        assert_sound(&page, &["heading", "code", "cause", "remedy", "command"]);
        assert!(page.html.contains(sign) && page.html.contains("<h1>heading"));
        assert!(
            page.content_security_policy
                .contains("; form-action 'none'; sandbox ")
        );
    }
    assert_sound(&message(&what, explained(), false), &["what"]);
    let commandless = Explanation {
        command: None,
        ..explained()
    };
    let page = message(&what, commandless, false);
    assert!(!page.html.contains("<script") && !page.html.contains("<button"));
    assert!(!page.content_security_policy.contains("script-src"));
}

#[test]
fn a_rehearsal_says_so_and_nothing_else_does() {
    for rehearsal in [false, true] {
        let settings = Settings {
            rehearsal,
            ..settings(None, "text")
        };
        for outcome in [Ok(marked_login()), Err(Error::Refused)] {
            let page = result::of(&outcome, &settings);
            assert_eq!(page.html.contains("Rehearsal"), rehearsal);
        }
    }
}
