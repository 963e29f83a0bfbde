//! Row 24: another user who learns the state by some means.

use super::{
    Neighbor, SECOND_USER, SOMEBODY_ELSE, THIRD_USER, Victim, as_user, cases, free, get,
    second_user,
};
use crate::hostile::endings::exchanging;
use crate::hostile::files::{home, ordinary};
use crate::hostile::login::{Login, codes, consent, stand_in};
use crate::hostile::wire::{self, ask, soon};
use crate::hostile::zoho::Hostile;
use crate::program;
use std::net::UdpSocket;
use tokio::io::AsyncWriteExt;
use tokio::task::yield_now;
use url::Url;

/// Prints the start address as soon as it appears on any command line. Its own command line does not match.
const READ_COMMAND_LINES: &str = r#"until
    grep -ahoE "http://[^/ ]+:$1/start/[[:alnum:]_-]{20,}" /proc/[0-9]*/cmdline 2>&- | head -1 | grep .
do :; done"#;

/// The start address that the second user finds on the browser's command line.
async fn read_from_command_lines(redirect_uri: &Url) -> Url {
    let mut command = as_user(SECOND_USER, "sh");
    let port = redirect_uri.port().unwrap().to_string();
    command.args(["-c", READ_COMMAND_LINES, "sh", &port]);
    let output = soon("the start address", command.output()).await.unwrap();
    let address = String::from_utf8(output.stdout).unwrap();
    address.trim().parse().unwrap()
}

async fn row_24_another_user_opens_the_start_address_first(host: &str) {
    if !second_user() {
        return;
    }
    let redirect_uri = free(host);
    let victim = Victim::start(stand_in().await, &redirect_uri).await;
    let start = read_from_command_lines(&redirect_uri).await;
    assert_eq!(start, victim.start);
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    if let Some(zoho) = neighbor.get(&start).await.header("location") {
        // The other user consents with their own account there.
        let his = consent(&zoho.parse().unwrap()).await;
        neighbor.bring(&his.url).await;
    }
    let said = victim.assert_unharmed(&neighbor.loot).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
    assert!(!said.contains("second time"), "{said}");
}
cases!(row_24_another_user_opens_the_start_address_first {
    localhost("localhost") ipv4("127.0.0.1") ipv6("[::1]")
});

#[tokio::test]
async fn row_24_another_user_who_only_opens_the_start_address_uses_up_nothing() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let victim = Victim::start(stand_in().await, &redirect_uri).await;
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    neighbor.get(&victim.start).await;
    let said = victim.assert_unharmed(&neighbor.loot).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

async fn row_24_another_user_knows_zohos_address_and_brings_a_code_of_his_own_first(host: &str) {
    if !second_user() {
        return;
    }
    let redirect_uri = free(host);
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    // As when a click in a terminal puts the address on a command line.
    let his = consent(&victim.zohos_address().await).await;
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    neighbor.bring(&his.url).await;
    let said = victim.assert_unharmed(&neighbor.loot).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}
cases!(row_24_another_user_knows_zohos_address_and_brings_a_code_of_his_own_first {
    localhost("localhost") ipv4("127.0.0.1") ipv6("[::1]")
});

async fn row_24_another_user_is_known_however_he_connects(to: &str, from: &str, way: &str) {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let his = consent(&victim.zohos_address().await).await;
    let port = redirect_uri.port().unwrap();
    let mut neighbor =
        Neighbor::between(SECOND_USER, ("127.0.0.1", 0), port, [to, from, way]).await;
    neighbor.bring(&his.url).await;
    assert!(
        !neighbor.loot.is_empty(),
        "{from} does not reach {to} by {way}"
    );
    let said = victim.assert_unharmed(&neighbor.loot).await;
    assert!(
        said.contains(SOMEBODY_ELSE),
        "{from} to {to} by {way}: {said}"
    );
}
cases!(row_24_another_user_is_known_however_he_connects {
    ipv6("::1", "", "relay")
    mapped("::ffff:127.0.0.1", "", "relay")
    from_elsewhere("127.0.0.1", "127.0.0.53", "relay")
    from_outside("127.0.0.1", &address_to_the_outside(), "relay")
    multipath("127.0.0.1", "", "mptcp")
    device("127.0.0.1", "", "device")
    device_ipv6("::1", "", "device")
});

/// The address from which this machine would reach others, or one of its own if it cannot.
fn address_to_the_outside() -> String {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Nothing is sent. RFC 5737 reserves this address for documentation.
    let _ = socket.connect("198.51.100.1:9");
    let address = socket.local_addr().unwrap().ip();
    if address.is_unspecified() {
        String::new()
    } else {
        address.to_string()
    }
}

#[tokio::test]
async fn row_24_another_user_knows_the_callback_of_the_victim() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let genuine = victim.consent().await;
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    neighbor.bring(&genuine.url).await;
    victim.assert_nothing_stolen(&neighbor.loot);
    victim.complete(&genuine.url).await;
    let said = victim
        .assert_ended_with(&genuine.code, &neighbor.loot)
        .await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

#[tokio::test]
async fn row_24_another_user_waits_beside_the_victim_for_the_page() {
    if !second_user() {
        return;
    }
    let (release, _zoho, login, mut browser) = exchanging().await;
    let mut neighbor = Neighbor::of(&login.redirect_uri).await;
    let his = format!("?code=1000.other&state={}", login.state());
    let his = login.redirect_uri.join(&his).unwrap();
    // Whether the other user's request is judged before or after it, it gets the same response.
    release.notify_one();
    neighbor.bring(&his).await;
    assert!(!neighbor.loot.contains("1000.refresh"), "STOLEN: the page");
    let answer = wire::read(&mut browser).await;
    let page = login.redirect_uri.join(answer.header("location").unwrap());
    let page = page.unwrap();
    // The page's address would not help the other user either.
    neighbor.get(&page).await;
    assert!(!neighbor.loot.contains("1000.refresh"), "STOLEN: the page");
    let shown = ask(&page, "GET", "").await;
    assert!(shown.body().contains("1000.refresh"), "{}", shown.0);
    let said = login.ends_with(0).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

async fn row_24_another_user_who_is_gone_at_once_uses_up_no_start(end: &str) {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let victim = Victim::start(stand_in().await, &redirect_uri).await;
    let neighbor = Neighbor::by(&redirect_uri, end).await;
    // The other user is gone before the connection is accepted.
    victim.login.program.signal("STOP");
    neighbor.send(&victim.start).await;
    victim.login.program.signal("CONT");
    victim.assert_unharmed("").await;
}
cases!(row_24_another_user_who_is_gone_at_once_uses_up_no_start {
    closed("close") reset("reset")
});

/// The sender can no longer be identified: the request has no effect, or the person is told to check.
async fn row_24_another_user_who_is_gone_at_once_ends_no_login_in_silence(end: &str) {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let his = consent(&victim.zohos_address().await).await;
    let neighbor = Neighbor::by(&redirect_uri, end).await;
    victim.login.program.signal("STOP");
    neighbor.send(&his.url).await;
    victim.login.program.signal("CONT");
    let genuine = victim.consent().await;
    let answer = ask(&genuine.url, "GET", "").await;
    if let Some(page) = answer.header("location") {
        ask(&redirect_uri.join(page).unwrap(), "GET", "").await;
    }
    let ended = victim.login.program.wait().await;
    let told = ended.stderr.contains("Check that the organization");
    assert!(
        told || codes(&victim.zoho) == [Some(genuine.code)],
        "{end}: {}",
        ended.stderr
    );
}
cases!(row_24_another_user_who_is_gone_at_once_ends_no_login_in_silence {
    closed("close") reset("reset")
});

/// The other user knows the whole callback, from a worker for example; the person's page is still under `localhost`.
#[tokio::test]
async fn row_26_another_user_who_is_gone_at_once_does_not_choose_where_the_page_is() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let genuine = victim.consent().await;
    let neighbor = Neighbor::by(&redirect_uri, "close").await;
    victim.login.program.signal("STOP");
    neighbor.send(&genuine.url).await;
    victim.login.program.signal("CONT");
    let target = &genuine.url[url::Position::BeforePath..];
    let chromium = "User-Agent: Chrome/156\r\n";
    let answer = victim.login.get(target, chromium).await;
    let page = answer.header("location").unwrap_or_default();
    assert!(page.contains(".localhost:"), "{}", answer.heading());
}

/// The other user was seen when the connection was accepted.
#[tokio::test]
async fn row_24_another_user_who_is_gone_when_he_is_judged_has_no_effect() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let his = consent(&victim.zohos_address().await).await;
    let neighbor = Neighbor::by(&redirect_uri, "close").await;
    let mut connection = wire::connect(neighbor.port).await;
    while !has_connection(&redirect_uri) {
        yield_now().await;
    }
    // Answered after the other user's connection was accepted.
    assert_eq!(victim.login.get("/elsewhere", "").await.status(), "404");
    victim.login.program.signal("STOP");
    connection
        .write_all(get(&his.url).as_bytes())
        .await
        .unwrap();
    connection.shutdown().await.unwrap();
    wire::read(&mut connection).await;
    victim.login.program.signal("CONT");
    let said = victim.assert_unharmed("").await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

/// Whether the second user is connected to a redirect URI: state 1, and that user's ID.
fn has_connection(redirect_uri: &Url) -> bool {
    let there = format!(":{:04X}", redirect_uri.port().unwrap());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    table.lines().any(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        fields[2].ends_with(&there) && fields[3] == "01" && fields[7] == SECOND_USER
    })
}

#[tokio::test]
async fn row_24_another_user_is_known_without_proc() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let script = "mount -t tmpfs none /proc && exec \"$@\"";
    let words = ["unshare", "--mount", "sh", "-c", script, "sh"];
    let mut victim = Victim::start_through(&words, stand_in().await, &redirect_uri).await;
    let his = consent(&victim.zohos_address().await).await;
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    neighbor.bring(&his.url).await;
    let said = victim.assert_unharmed(&neighbor.loot).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

/// Neither of the two users is root.
#[tokio::test]
async fn row_24_another_user_gets_nothing_of_an_ordinary_users_login() {
    if !second_user() {
        return;
    }
    let (zoho, home) = (Hostile::start(|_| None).await, home());
    let login = Login::of(&mut ordinary(&home, &zoho, &[], &[])).await;
    let genuine = format!("?code=1000.code&state={}", login.state());
    let genuine = login.redirect_uri.join(&genuine).unwrap();
    let there = ["127.0.0.1", "", "relay"];
    let here = ("127.0.0.1", 0);
    let mut neighbor = Neighbor::between(THIRD_USER, here, login.port(), there).await;
    neighbor.bring(&genuine).await;
    assert!(!neighbor.loot.contains("1000.refresh"), "STOLEN: the page");
    let mut person = Neighbor::between(SECOND_USER, here, login.port(), there).await;
    person.bring(&genuine).await;
    assert!(person.loot.contains("1000.refresh"));
    let said = login.ends_with(0).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

#[tokio::test]
async fn row_24_another_user_gets_nothing_of_a_rehearsal() {
    if !second_user() {
        return;
    }
    let mut demo = program::command(&[], &["demo", "--no-browser"]);
    let login = Login::of(&mut demo).await;
    let mut neighbor = Neighbor::of(&login.redirect_uri).await;
    neighbor.bring(&login.consent().await.url).await;
    assert!(!neighbor.loot.contains("Refresh token"), "STOLEN: the page");
    let genuine = login.consent().await;
    assert_eq!(login.complete(&genuine).await.status(), "201");
    let said = login.ends_with(0).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}

#[tokio::test]
async fn row_24_another_user_who_stops_sending_is_still_known() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let his = consent(&victim.zohos_address().await).await;
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    neighbor.stops_sending = true;
    neighbor.bring(&his.url).await;
    let said = victim.assert_unharmed(&neighbor.loot).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}
