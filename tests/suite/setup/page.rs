//! What the page says of what was entered.

use super::{EU, Guide, US, between};

const ID: &str = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";

/// One request, within what the issue allows.
#[tokio::test]
async fn it_is_one_request_of_at_most_150_kilobytes() {
    let guide = Guide::start(&[]).await;
    let html = guide.html().await;
    assert!(html.len() <= 150_000, "{}", html.len());
    assert!(html.len() > 50_000, "the scopes are missing");
    for part in [" src=", "url(", "@import", "<link rel=\"stylesheet"] {
        assert!(!html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn what_was_entered_survives_every_error_but_the_secret_is_never_shown() {
    let guide = Guide::start(&[]).await;
    let html = guide
        .wrong(&[
            ("crm", "https://mail.example.com/<b>"),
            ("id", ID),
            ("secret", SECRET),
            ("destination", "airbyte"),
            ("which", "own"),
            ("scopes", "ZohoCRM.é.READ"),
        ])
        .await;
    for part in [
        "2 things to correct",
        "value=\"https://mail.example.com/&#60;b&#62;\"",
        &format!("value=\"{ID}\""),
        "value=\"airbyte\" data-scopes=\"",
        "value=\"ZohoCRM.é.READ\"",
        "Received; leave empty to keep it.",
    ] {
        assert!(html.contains(part), "no {part} in {html}");
    }
    let airbyte = between(&html, "value=\"airbyte\"", ">");
    assert!(airbyte.ends_with(" checked"), "{airbyte}");
    assert!(!html.contains(SECRET));
    assert!(!html.contains("<b>"));
}

#[tokio::test]
async fn errors_stand_beside_their_field_and_on_top() {
    let guide = Guide::start(&[]).await;
    let html = guide
        .wrong(&[("id", "1000.A B"), ("secret", ""), ("destination", "other")])
        .await;
    let top = between(&html, "id=\"problem\"", "</section>");
    assert!(top.contains("autofocus"), "{top}");
    for (anchor, why) in [
        ("center", "Choose where you log in"),
        ("id", "This cannot be a client ID"),
        ("secret", "Enter the client secret"),
    ] {
        assert!(
            top.contains(&format!("<a href=\"#{anchor}\">{why}")),
            "{top}"
        );
        let beside = between(&html, &format!("id=\"{anchor}-error\">"), "</p>");
        assert!(beside.starts_with(why), "{beside}");
        assert!(
            html.contains(&format!("{anchor}-error\"")),
            "{anchor} is not described by it"
        );
    }
}

#[tokio::test]
async fn swapped_values_are_noticed_and_neither_is_shown() {
    let guide = Guide::start(&[]).await;
    let fields = [
        ("center", EU),
        ("id", SECRET),
        ("secret", ID),
        ("destination", "other"),
    ];
    let html = guide.wrong(&fields).await;
    assert!(html.contains("This looks like the client secret"), "{html}");
    assert!(html.contains("This looks like the client ID"), "{html}");
    assert!(!html.contains(SECRET));
}

#[tokio::test]
async fn an_unusual_id_is_questioned_once_and_taken_on_confirmation() {
    let guide = Guide::start(&[]).await;
    let fields = [
        ("center", US),
        ("id", "1000.UNUSUAL"),
        ("secret", SECRET),
        ("destination", "other"),
    ];
    let html = guide.wrong(&fields).await;
    assert!(html.contains("name=\"confirmed\""), "{html}");
    let confirmed = [&fields[..], &[("confirmed", "on")]].concat();
    assert!(guide.enter(&confirmed).await.path().ends_with("/go"));
}

#[tokio::test]
async fn a_destination_that_cannot_be_served_is_told_on_the_page() {
    let guide = Guide::start(&[]).await;
    // Airbyte wants to know the environment, and without the scope nobody can be asked.
    let fields = [
        ("center", US),
        ("id", ID),
        ("secret", SECRET),
        ("destination", "airbyte"),
        ("which", "own"),
        ("scopes", "ZohoCRM.modules.READ"),
    ];
    let led = guide.enter(&fields).await;
    let answer = crate::hostile::wire::ask(&led, "GET", "").await;
    assert_eq!(answer.status(), "303");
    let html = guide.html().await;
    assert!(html.contains("id=\"destination-error\""), "{html}");
    assert!(html.contains("environment"), "{html}");
}

#[tokio::test]
async fn options_are_what_the_page_begins_with() {
    let guide = Guide::start(&[
        "--for",
        "airbyte",
        "--scope",
        "ZohoCRM.modules.READ,ZohoCRM.org.READ,ZohoCRM.new.READ",
    ])
    .await;
    let html = guide.html().await;
    assert!(between(&html, "value=\"airbyte\"", ">").ends_with(" checked"));
    assert!(between(&html, "id=\"own\"", ">").ends_with(" checked"));
    assert_eq!(
        between(&html, "name=\"scopes\" class=\"code\" value=\"", "\""),
        "ZohoCRM.new.READ"
    );
    assert_eq!(html.matches("name=\"s\"").count(), 580);
    let ticked = html
        .lines()
        .filter(|line| line.contains("name=\"s\"") && line.contains(" checked>"));
    assert_eq!(ticked.count(), 2);
}
