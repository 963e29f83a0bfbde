use super::*;

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
        title: marked("title"),
        organization: Some(marked("organization")),
        organization_detail: Some(marked("detail")),
        person: Some(marked("person")),
        email: Some(marked("email")),
        data_center: marked("center"),
        scopes: vec![marked("scope")],
        expires_at: Some(marked("moment")),
        expires_in_words: Some(marked("words")),
        problems: vec![Problem {
            what: marked("what"),
            cause: marked("cause"),
            remedy: marked("remedy"),
        }],
        notes: vec![marked("note")],
        handed_over: vec![marked("place")],
        values: vec![value("Shown", false), value("Client secret", true)],
        readers: vec![
            reader(Ok(marked("text").into())),
            reader(Err(marked("why"))),
        ],
        rehearsal: false,
    }
}

fn reader(document: Result<Zeroizing<String>, String>) -> Reader {
    Reader {
        format: marked("format").leak(),
        title: marked("reader").leak(),
        purpose: marked("purpose").leak(),
        file_name: marked("file").leak(),
        remarks: &[Remark {
            text: "remark<b>&\"'",
            link: Some(("linked<b>&\"'", "https://example.com/page")),
        }],
        document,
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
    let view = MessageView {
        tone,
        title: marked("title"),
        paragraphs: vec![marked("paragraph")],
        next: vec![marked("step")],
        rehearsal,
    };
    message(&view)
}

#[test]
fn a_result_page_escapes_every_field() {
    let fields = "title organization detail person email center scope moment words what cause \
                  remedy note place Shown format reader purpose file text why remark linked";
    let mut fields: Vec<_> = fields.split(' ').collect();
    fields.extend(["Client secret", "value of Shown", "value of Client secret"]);
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
    for secret in ["value of Client secret", "text&#60;"] {
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
    assert_eq!(html.matches("<button").count(), 4);
    assert_eq!(html.matches(" hidden><span>").count(), 4);
    view.values[1].label = "API domain";
    assert_eq!(view.values[1].name_in_sentence(), "API domain");
}

#[test]
fn an_unknown_owner_is_said_plainly() {
    let mut view = marked_result();
    assert!(!result(&view).html.contains("Not known"));
    (view.organization, view.person, view.email) = (None, None, None);
    assert!(result(&view).html.contains("Not known"));
}

#[test]
fn a_message_page_is_sound_and_has_no_script() {
    for (tone, word) in [
        (Tone::Good, "Success"),
        (Tone::Attention, "Attention"),
        (Tone::Bad, "Failure"),
        (Tone::Neutral, "Nothing happened"),
    ] {
        let page = message_of(tone, false);
        assert_sound(&page, &["title", "paragraph", "step"]);
        assert!(page.html.contains(word) && !page.html.contains("<script"));
        let policy = &page.content_security_policy;
        assert!(
            policy.contains("; form-action 'none'; sandbox ") && !policy.contains("script-src")
        );
    }
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

#[test]
fn the_chooser_waits_for_the_script_and_offers_every_reader() {
    let html = result(&marked_result()).html;
    assert!(html.contains("<p class=\"choose\" hidden>"));
    assert_eq!(html.matches("<option ").count(), 2);
    assert_eq!(html.matches("<details class=\"reader\">").count(), 2);
    assert!(html.contains("Not available: why"));
    assert!(html.contains("<a href=\"https://example.com/page\" target=\"_blank\" rel="));
}

#[test]
fn adobes_form_is_named_only_when_its_six_fields_come_first() {
    let named = |labels: &[&'static str]| {
        let mut view = marked_result();
        let of = |label: &&'static str| Value {
            label,
            value: label.to_string().into(),
            secret: false,
        };
        view.values = labels.iter().map(of).collect();
        result(&view).html.contains("The first six")
    };
    assert!(named(&ADOBE_FORM));
    assert!(!named(&ADOBE_FORM[1..]));
    assert!(!named(&ADOBE_FORM[..5]));
}
