use super::*;
use crate::handover::remark::Remark;
use destinations::{Document, Other};

/// A field's name followed by markup.
fn marked(field: &str) -> String {
    format!("{field}<b>&\"'")
}

/// Holds of every page: foreign text is escaped, nothing is loaded, nothing stands there that the policy refuses.
fn assert_sound(page: &Page, fields: &[&str]) {
    let html = page.html.as_str();
    for field in fields {
        let escaped = format!("{field}&#60;b&#62;&#38;&#34;&#39;");
        assert!(html.contains(&escaped), "{field} is missing or raw");
    }
    let linked = r#"<a href="https://"#;
    let rest = html.replace(linked, "");
    assert_eq!(
        html.matches("<a ").count(),
        html.matches(r#" target="_blank" rel="noreferrer noopener">"#)
            .count(),
        "a link would lead away from the page, or tell where it was"
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

fn marked_result() -> ResultView {
    ResultView {
        tone: Tone::Attention,
        title: marked("title").leak(),
        organization: Some(marked("organization")),
        organization_detail: Some(marked("detail")),
        organization_id: Some(marked("identifier")),
        person: Some(marked("person")),
        email: Some(marked("email")),
        data_center: marked("center"),
        revoke: Some(Revoke {
            command: marked("revoke"),
            needs_file: true,
        }),
        reading: vec![marked("reading")],
        scopes: vec![marked("scope")],
        expires_at: Some(marked("moment")),
        problems: vec![problem()],
        notes: vec![marked("note")],
        handed_over: vec![marked("place")],
        token_command: Some(marked("token")),
        values: vec![value("Shown", false), value("Client secret", true)],
        choices: vec![
            choice(Destination::Other, Ok(document("main"))),
            choice(Destination::Airbyte, Err(marked("why"))),
        ],
        rehearsal: false,
    }
}

fn problem() -> Problem {
    let explained = Explanation {
        title: marked("heading").leak(),
        code: Some(marked("code")),
        cause: marked("cause"),
        remedy: marked("remedy"),
        command: Some(marked("command")),
        console: Some("https://console.example/path"),
        exit_code: 5,
    };
    let what = marked("what");
    Problem { what, explained }
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
            remarks: &[],
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

fn value(label: &'static str, secret: bool) -> Value {
    Value {
        label: marked(label).leak(),
        value: marked(&format!("value of {label}")).into(),
        secret,
    }
}

fn message_of(tone: Tone, rehearsal: bool) -> Page {
    message(&MessageView {
        tone,
        problem: problem(),
        rehearsal,
    })
}

#[test]
fn a_result_page_escapes_every_field() {
    let fields = "title organization detail identifier person email center revoke reading scope moment heading code \
                  cause remedy command what note place token Shown tab why remark linked other purpose absent file \
                  masked";
    let mut fields: Vec<_> = fields.split_whitespace().collect();
    fields.extend(["Client secret", "value of Shown", "value of Client secret"]);
    fields.extend(["name of main", "text of main"]);
    assert_sound(&result(&marked_result()), &fields);
}

#[test]
fn a_result_page_may_run_its_script_and_nothing_else() {
    let policy = result(&marked_result()).content_security_policy;
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
    let page = result(&marked_result());
    for secret in ["value of Client secret", "text of main"] {
        let inside = innermost_details(&page.html, secret);
        assert!(inside.is_some_and(|before| before.contains("</summary>")));
    }
    assert_eq!(innermost_details(&page.html, "value of Shown"), None);
    let tags = page.html.split("<details").skip(1);
    for tag in tags.filter_map(|rest| rest.split('>').next()) {
        assert!(!tag.contains("open"), "some details are open");
    }
}

/// What stands between the tag of the details that hold the text, and the text, which occurs once.
fn innermost_details<'a>(html: &'a str, text: &str) -> Option<&'a str> {
    let (before, after) = html.split_once(text).unwrap();
    assert!(!after.contains(text), "{text} is there twice");
    let (_, inside) = before.rsplit_once("<details>")?;
    (!inside.contains("</details>")).then_some(inside)
}

#[test]
fn buttons_name_their_value_and_wait_for_the_script() {
    let mut view = marked_result();
    view.values[1].label = "Client secret";
    let html = result(&view).html;
    assert!(html.contains("data-copy hidden><span>Copy</span><span class=\"vh\"> client secret<"));
    // Three commands, a document to copy and to save, two values.
    assert_eq!(html.matches("<button").count(), 7);
    assert_eq!(html.matches(" hidden><span>").count(), 7);
    assert_eq!(html.matches("class=\"primary\"").count(), 1);
    view.values[1].label = "API domain";
    assert_eq!(view.values[1].name_in_sentence(), "API domain");
}

#[test]
fn a_destination_is_chosen_without_scripts_and_one_that_cannot_be_served_says_why() {
    let html = result(&marked_result()).html;
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
    let class = |length| {
        let mut view = marked_result();
        view.organization = Some("n".repeat(length));
        view.heading_class()
    };
    assert_eq!(
        [10, 36, 89, 90, 201].map(class),
        ["", "long", "long", "longest", "longest"]
    );
}

#[test]
fn an_option_is_a_piece_of_its_own() {
    assert_eq!(
        pieces("Give --save-to file, or leave --save out."),
        ["Give ", "--save-to", " file, or leave ", "--save", " out."]
    );
    assert_eq!(pieces("--dc"), ["", "--dc", ""]);
    assert_eq!(pieces("server-based"), ["server-based"]);
}

#[test]
fn a_message_page_is_sound_and_has_a_script_only_for_its_command() {
    for (tone, word) in [
        (Tone::Good, "Success"),
        (Tone::Attention, "Attention"),
        (Tone::Bad, "Failure"),
        (Tone::Neutral, "Nothing happened"),
    ] {
        let page = message_of(tone, false);
        assert_sound(
            &page,
            &["heading", "code", "what", "cause", "remedy", "command"],
        );
        assert!(page.html.contains(word) && page.html.contains("<h1>heading"));
        assert!(
            page.content_security_policy
                .contains("; form-action 'none'; sandbox ")
        );
    }
    let mut view = MessageView {
        tone: Tone::Bad,
        problem: problem(),
        rehearsal: false,
    };
    view.problem.explained.command = None;
    let page = message(&view);
    assert!(!page.html.contains("<script") && !page.html.contains("<button"));
    assert!(!page.content_security_policy.contains("script-src"));
}

#[test]
fn a_rehearsal_says_so_and_nothing_else_does() {
    let mut view = marked_result();
    for rehearsal in [false, true] {
        view.rehearsal = rehearsal;
        for page in [result(&view), message_of(Tone::Good, rehearsal)] {
            assert_eq!(page.html.contains("Rehearsal"), rehearsal);
        }
    }
}
