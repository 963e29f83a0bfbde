//! Attempts: one after the other, each with a state and a verifier of its own.

use super::{EU, Guide, US, complete, consent, zohos_page};
use crate::hostile::wire::ask;
use std::collections::HashMap;
use url::Url;

#[tokio::test]
async fn from_nothing_to_the_destinations_document() {
    for center in [US, EU] {
        let guide = Guide::start(&[]).await;
        let client = guide.server_based(center).await;
        let page = complete(&guide.attempt(&client, &[]).await).await;
        assert_eq!(page.status(), "201", "{}", page.0);
        let ended = guide.program.wait().await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let document: HashMap<String, String> = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(document["client_id"], client.id);
        assert_eq!(document["client_secret"], client.secret);
        assert_eq!(
            document["dc_region"],
            ["US", "EU"][usize::from(center == EU)]
        );
        assert!(!ended.stderr.contains(&client.secret));
    }
}

#[tokio::test]
async fn each_dead_end_is_explained_and_leads_on_to_success() {
    let guide = Guide::start(&[]).await;
    let client = guide.server_based(EU).await;
    let short = guide.redirect_uri().await;
    let short = short.trim_end_matches("/callback");
    let elsewhere = guide.register(EU, "Server-based Applications", short).await;
    for (registered, fields, title, saw, told) in [
        (
            &client,
            &[("center", US)][..],
            "Invalid Client",
            "client",
            "another data center than United States",
        ),
        (
            &elsewhere,
            &[],
            "Invalid Redirect Uri",
            "redirect-uri",
            "letter by letter",
        ),
        (
            &client,
            &[
                ("destination", "other"),
                ("which", "own"),
                (
                    "scopes",
                    "ZohoCRM.modules.reed,ZohoCRM.org.READ,ZohoCRM.users.READ",
                ),
            ],
            "Invalid OAuth Scope",
            "scope",
            "did you mean ZohoCRM.modules.READ?",
        ),
    ] {
        let start = guide.attempt(registered, fields).await;
        let (_, zoho) = zohos_page(&start).await;
        assert!(
            zoho.body().contains(&format!("<title>{title}")),
            "{}",
            zoho.0
        );
        let html = guide.html().await;
        assert!(html.contains("Did Zoho show an error?"), "{html}");
        let html = guide.wrong(&[("saw", saw)]).await;
        assert!(
            html.contains(&format!("{title}: ")) && html.contains(told),
            "{saw}: {html}"
        );
        assert!(
            html.contains(&format!("value=\"{}\"", registered.id)),
            "what was entered is gone"
        );
    }
    // Only the one field is corrected: the secret is kept.
    let start = guide.attempt(&client, &[("secret", "")]).await;
    let page = complete(&start).await;
    assert_eq!(page.status(), "201", "{}", page.0);
    guide.program.ends_with(0).await;
}

#[tokio::test]
async fn clients_of_other_types_come_to_a_dead_end_too() {
    let guide = Guide::start(&[]).await;
    let uri = guide.redirect_uri().await;
    let own = guide.register(US, "Self Client", &uri).await;
    let (_, zoho) = zohos_page(&guide.attempt(&own, &[]).await).await;
    assert!(
        zoho.body().contains("<title>Invalid Redirect Uri"),
        "{}",
        zoho.0
    );
    let html = guide.wrong(&[("saw", "redirect-uri")]).await;
    assert!(
        html.contains("another type than Server-based Applications"),
        "{html}"
    );

    let script = guide.register(US, "Client-based Applications", &uri).await;
    let callback = consent(&guide.attempt(&script, &[]).await).await.url;
    assert!(
        callback
            .fragment()
            .is_some_and(|rest| rest.contains("access_token="))
    );
    let told = ask(&callback, "GET", "").await;
    assert!(told.body().contains("Server-based"), "{}", told.0);
    let client = guide.server_based(US).await;
    assert_eq!(
        complete(&guide.attempt(&client, &[]).await).await.status(),
        "201"
    );
    guide.program.ends_with(0).await;
}

#[tokio::test]
async fn an_older_attempt_is_dead_once_a_newer_one_has_begun() {
    let guide = Guide::start(&[]).await;
    let client = guide.server_based(US).await;
    let first = guide.attempt(&client, &[]).await;
    let (older, _) = zohos_page(&first).await;
    let stale = crate::hostile::login::consent(&older).await;
    let second = guide.attempt(&client, &[]).await;
    let (newer, _) = zohos_page(&second).await;
    for name in ["state", "code_challenge"] {
        assert_ne!(parameter(&older, name), parameter(&newer, name), "{name}");
    }
    assert_eq!(ask(&first, "GET", "").await.status(), "404");
    let answer = ask(&stale.url, "GET", "").await;
    assert_eq!(answer.header("location"), Some("/not-this-login"));
    let callback = crate::hostile::login::consent(&newer).await;
    let answer = ask(&callback.url, "GET", "").await;
    let page = callback
        .url
        .join(answer.header("location").unwrap())
        .unwrap();
    assert_eq!(ask(&page, "GET", "").await.status(), "201");
    let stderr = guide.program.ends_with(0).await;
    assert_eq!(stderr.matches("/oauth/v2/token →").count(), 1, "{stderr}");
}

#[tokio::test]
async fn a_failed_exchange_leads_back_to_the_one_field() {
    let mut guide = Guide::start(&[]).await;
    let client = guide.server_based(US).await;
    let wrong = "f".repeat(42);
    let page = complete(&guide.attempt(&client, &[("secret", &wrong)]).await).await;
    assert!(
        page.body()
            .contains("Zoho does not accept this client secret"),
        "{}",
        page.0
    );
    assert!(
        page.body().contains(&format!("href=\"{}\"", guide.page)),
        "no way back"
    );
    guide
        .program
        .line_with("The set-up page is still open")
        .await;
    let html = guide.html().await;
    assert!(html.contains("id=\"secret-error\""), "{html}");
    assert!(html.contains(&format!("value=\"{}\"", client.id)), "{html}");
    assert!(
        !html.contains("leave empty to keep it"),
        "a secret that is wrong is kept"
    );
    let page = complete(&guide.attempt(&client, &[]).await).await;
    assert!(!page.body().contains("does not accept"), "{}", page.0);
    guide.program.ends_with(0).await;
}

#[tokio::test]
async fn a_refusal_ends_it_as_it_ends_a_login() {
    let guide = Guide::start(&["--fail", "refused"]).await;
    let client = guide.server_based(US).await;
    let page = complete(&guide.attempt(&client, &[]).await).await;
    assert!(page.body().contains("refused"), "{}", page.0);
    guide.program.ends_with(3).await;
}

#[tokio::test]
async fn it_waits_anew_with_each_step_and_no_longer() {
    let guide = Guide::start(&["--timeout", "1s"]).await;
    let stderr = guide.program.ends_with(4).await;
    assert!(
        stderr.contains("Nothing was entered at the set-up page in time"),
        "{stderr}"
    );
}

fn parameter(address: &Url, name: &str) -> String {
    let mut all = address.query_pairs();
    all.find(|(known, _)| known == name).unwrap().1.into_owned()
}
