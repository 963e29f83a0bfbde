//! Rows 9, 10 and 13: external text can neither add markup to pages nor control the terminal.

use super::login::{Login, stand_in};
use super::wire::Answer;
use super::zoho::{Hostile, Reply, ok, token};
use serde_json::json;

const MARKUP: &str = "<script>alert(1)</script><img src=x onerror=a>\"'><b>";
const ESCAPES: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\r\u{8}\u{202e}gpj";

/// Without colors, escape sequences would be stripped from all output.
const COLORED: &str = "--color=always";

/// Markup, escape sequences, and a marker that shows where the text ended up.
fn nasty(marker: &str) -> String {
    format!("{marker}{MARKUP}{ESCAPES}")
}

fn assert_headers(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{}", answer.0);
    }
    let policy = answer
        .header("content-security-policy")
        .unwrap_or_else(|| panic!("{}", answer.0));
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
}

fn assert_harmless(page: &Answer, stderr: &str, what: &str) {
    assert!(!page.body().contains("<script>alert"), "{what}");
    assert!(!page.body().contains("<img src"), "{what}");
    assert!(!page.body().contains("\"'><b>"), "{what}");
    assert_eq!(shown(stderr), None, "{what}: {stderr:?}");
}

/// Finds a character that a terminal would obey, other than the colors the program was asked for.
fn shown(text: &str) -> Option<char> {
    let colors = ["0", "1", "2", "31", "32", "33"];
    let uncolored = colors.iter().fold(text.to_owned(), |text, color| {
        text.replace(&format!("\u{1b}[{color}m"), "")
    });
    let obeyed = |char: &char| (char.is_control() && *char != '\n') || *char == '\u{202e}';
    uncolored.chars().find(obeyed)
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn row_10_every_answer_that_we_compose_carries_every_header() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let target = format!("/?{}#{MARKUP}", encoded(MARKUP));
    for (method, target, headers) in [
        ("GET", "/", ""),
        ("GET", target.as_str(), ""),
        ("GET", "/callback", ""),
        ("GET", "/callback?error=access_denied", ""),
        ("GET", "/callback?state=other", ""),
        ("POST", "/callback", ""),
        ("HEAD", "/callback", ""),
        ("GET", "/callback", "Sec-Purpose: prefetch\r\n"),
        ("GET", "/callback", "Host: twice\r\n"),
        ("OPTIONS", "*", ""),
    ] {
        let answer = login.request(method, target, headers).await;
        // The HTTP library rejects bytes that no request line may contain, without a page.
        if answer.header("content-type").is_some() {
            assert_headers(&answer);
        }
        assert!(!answer.body().contains("<script>alert"));
    }
    assert_headers(&login.get("/callback?error=access_denied", "").await);
    let callback = login.consent().await;
    let target = callback
        .url
        .as_str()
        .split_once(&login.authority())
        .unwrap()
        .1;
    let redirect = login.get(target, "").await;
    assert_headers(&redirect);
    let page = redirect.header("location").unwrap().to_owned();
    assert_headers(&login.get(&page, "").await);
    login.ends_with(0).await;
}

#[tokio::test]
async fn rows_10_and_13_a_strangers_parameters_are_not_shown() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &["-vvv", COLORED]).await;
    let value = encoded(&nasty("stranger"));
    for name in [
        "error",
        "code",
        "state",
        "location",
        "accounts-server",
        "error_description",
        "x",
    ] {
        let answer = login.get(&format!("/callback?{name}={value}"), "").await;
        assert!(!answer.body().contains("stranger"), "{name}");
    }
    let ended = login.assert_alive(&zoho).await;
    assert_eq!(shown(&ended.stderr), None, "{:?}", ended.stderr);
    assert!(!ended.stderr.contains("stranger"));
}

#[tokio::test]
async fn rows_09_10_and_13_parameters_of_our_own_callback_are_shown_harmlessly() {
    for (parameters, code, told) in [
        ("error=NASTY", 5, "sent an error instead"),
        ("accounts-server=NASTY", 7, "not trusted"),
        ("error=access_denied&location=NASTY", 3, "access_denied"),
        ("code=NASTY", 5, "neither a grant token nor an error"),
        ("code=1000.code&location=NASTY", 0, "unknown data center"),
    ] {
        let zoho = Hostile::start(|_| None).await;
        let login = zoho.login(&["-vv", COLORED]).await;
        let parameters = parameters.replace("NASTY", &encoded(&nasty("marker")));
        let target = format!("/callback?{parameters}&state={}", login.state());
        let answer = login.get(&target, "").await;
        let page = login.get(answer.header("location").unwrap(), "").await;
        assert_headers(&page);
        let stderr = login.ends_with(code).await;
        assert!(stderr.contains(told), "{stderr}");
        assert_harmless(&page, &stderr, &parameters);
    }
}

#[tokio::test]
async fn rows_10_and_13_zohos_fields_are_shown_harmlessly() {
    let nasty = |marker: &str| json!(nasty(marker)).to_string();
    for field in [
        "error",
        "status",
        "token_type",
        "api_domain",
        "scope",
        "expires_in",
        "access_token",
    ] {
        let body = token(&format!(r#""x":1,"{field}":{}"#, nasty(field)));
        let whole = Hostile::with_token(body)
            .await
            .whole(&["-vv", COLORED])
            .await;
        assert_harmless(&whole.page, &whole.stderr, field);
        assert_eq!(shown(&whole.stdout), None, "{field}: {:?}", whole.stdout);
        assert!(whole.code.is_some(), "{field}");
    }
}

#[tokio::test]
async fn rows_10_and_13_names_in_the_crm_are_shown_harmlessly() {
    for format in ["text", "json", "dotenv"] {
        let zoho = Hostile::start(|request| {
            let name = |marker: &str| nasty(marker);
            let body = json!({
                "org": [{ "company_name": name("company"), "zgid": name("zgid"), "type": name("type"),
                          "license_details": { "paid_type": name("paid") } }],
                "users": [{ "full_name": name("person"), "email": name("mail") }],
            });
            request
                .starts_with("GET /crm")
                .then(|| Reply::Bytes(ok(body.to_string())))
        });
        let whole = zoho.await.whole(&["--format", format, COLORED]).await;
        assert_eq!(whole.code, Some(0), "{}", whole.stderr);
        assert_harmless(&whole.page, &whole.stderr, format);
        // JSON escapes control characters itself, and needs no other escaping.
        assert!(
            !whole
                .stdout
                .contains(|char: char| char.is_ascii_control() && char != '\n'),
            "{format}"
        );
        assert!(whole.stderr.contains("company") && whole.page.body().contains("company"));
    }
}

#[tokio::test]
async fn row_10_an_error_body_of_the_crm_is_shown_harmlessly() {
    let body = json!({ "code": nasty("code"), "message": nasty("message") }).to_string();
    let zoho = Hostile::start(move |request| {
        request
            .starts_with("GET /crm")
            .then(|| Reply::Bytes(ok(body.clone())))
    });
    let whole = zoho.await.whole(&[COLORED]).await;
    assert_eq!(whole.code, Some(0));
    assert_harmless(&whole.page, &whole.stderr, "error body");
}

#[tokio::test]
async fn row_09_page_and_terminal_say_the_same() {
    use zoho_stand_in::failure::Failure;
    for (failure, code, said) in [
        (Failure::Refused, 3, "The consent was declined"),
        (Failure::InvalidClientSecret, 5, "invalid_client_secret"),
        (Failure::ScopeMismatch, 0, "OAUTH_SCOPE_MISMATCH"),
        (Failure::InvalidToken, 5, "INVALID_TOKEN"),
        (Failure::NoRefreshToken, 5, "Zoho issued no refresh token"),
    ] {
        let zoho = stand_in().await;
        zoho.fail(Some(failure));
        let login = Login::start(&zoho, &[]).await;
        let callback = login.consent().await;
        let page = login.complete(&callback).await;
        let stderr = login.ends_with(code).await;
        assert!(page.body().contains(said), "{failure}: {}", page.body());
        assert!(stderr.contains(said), "{failure}: {stderr}");
    }
}

#[tokio::test]
async fn row_13_the_name_of_a_file_is_shown_harmlessly() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("\u{1b}[2J");
    std::fs::create_dir(&folder).unwrap();
    let (path, git) = (folder.join("out"), folder.join(".git"));
    std::fs::create_dir(&git).unwrap();
    let zoho = Hostile::start(|_| None).await;
    let login = zoho
        .login(&["--output", path.to_str().unwrap(), COLORED])
        .await;
    std::fs::remove_dir_all(&folder).unwrap();
    let whole = Hostile::complete(login).await;
    assert_eq!(whole.code, Some(1));
    assert!(
        whole.stderr.contains("is in a git work tree"),
        "{}",
        whole.stderr
    );
    assert!(
        whole.stderr.contains("could not be written"),
        "{}",
        whole.stderr
    );
    assert_harmless(&whole.page, &whole.stderr, "file name");
}
