//! Row 29: the cookies of every app on localhost, which a browser sends to all of its ports.

use super::connections::{peak, strangers};
use super::login::{Login, stand_in};

/// How much memory large heads may cost together: the shared room twice, since a buffer doubles as it grows, plus the
/// connections.
const GROWTH_BYTES: u64 = 14 * 1024 * 1024;

/// A header with this many bytes of cookies.
fn cookies(bytes: usize) -> String {
    let crumb = "session=0123456789abcdef; ";
    let mut cookies = crumb.repeat(bytes / crumb.len() + 1);
    cookies.truncate(bytes);
    format!("Cookie: {cookies}\r\n")
}

#[tokio::test]
async fn row_29_a_head_of_hundreds_of_kilobytes_is_served() {
    for bytes in [64 * 1024, 200_000, 700_000] {
        let zoho = stand_in().await;
        let login = Login::start(&zoho, &[]).await;
        let genuine = login.consent().await.url;
        let target = &genuine[url::Position::BeforePath..];
        let cookies = cookies(bytes);
        let answer = login.get(target, &cookies).await;
        assert_eq!(answer.status(), "303", "{bytes}: {}", answer.heading());
        let page = answer.header("location").unwrap();
        let page = login.get(page, &cookies).await;
        assert_eq!(page.status(), "201", "{bytes}: {}", page.heading());
        let said = login.ends_with(0).await;
        assert!(!said.contains("KiB of headers"), "{bytes}: {said}");
    }
}

#[tokio::test]
async fn row_29_a_head_beyond_that_is_told_on_a_page_and_in_the_terminal() {
    let zoho = stand_in().await;
    let mut login = Login::start(&zoho, &[]).await;
    let genuine = login.consent().await.url;
    let target = &genuine[url::Position::BeforePath..];
    for _ in 0..2 {
        let answer = login.get(target, &cookies(800_000)).await;
        assert_eq!(answer.status(), "431", "{}", answer.0);
        assert!(answer.body().contains("cookies"), "{}", answer.body());
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    login.program.told("KiB of headers").await;
    let said = login.assert_alive(&zoho).await.stderr;
    assert_eq!(said.matches("Clear the cookies").count(), 1, "{said}");
}

#[tokio::test]
async fn row_29_refused_heads_give_back_the_room_that_they_took() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    // Together they would take all of the shared room twice.
    for _ in 0..12 {
        let refused = login.get("/elsewhere", &cookies(800_000)).await;
        assert_eq!(refused.status(), "431");
    }
    let own = login.get("/elsewhere", &cookies(700_000)).await;
    assert_eq!(own.status(), "404");
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_29_two_hundred_large_heads_share_some_megabytes() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let head = login.head("GET", "/callback", &cookies(700_000));
    // Their ends are missing, so that the server keeps what it has read.
    let unfinished = head.trim_end().as_bytes().to_vec();
    let before = peak(&login);
    let open = strangers(&login, 200, |_| unfinished.clone()).await;
    // Its answer comes after everything before it was read.
    assert_eq!(login.get("/callback", "").await.status(), "400");
    let growth = peak(&login) - before;
    assert!(growth < GROWTH_BYTES, "{growth} bytes");
    login.assert_alive(&zoho).await;
    drop(open);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn row_29_another_user_gets_no_shared_room() {
    use super::neighbors::{Neighbor, second_user};
    use super::wire;
    if !second_user() {
        return;
    }
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let neighbor = Neighbor::of(&login.redirect_uri).await;
    for (bytes, status) in [(60_000, "404"), (100_000, "431")] {
        let head = login.head("GET", "/elsewhere", &cookies(bytes));
        let answer = wire::send(neighbor.port, head.as_bytes()).await;
        assert_eq!(answer.status(), status, "{bytes}");
        // The person's own request is served.
        let own = login.get("/elsewhere", &cookies(100_000)).await;
        assert_eq!(own.status(), "404");
    }
    let said = login.assert_alive(&zoho).await.stderr;
    // Nothing another user sends is reported as the person's browser.
    assert!(!said.contains("KiB of headers"), "{said}");
}
