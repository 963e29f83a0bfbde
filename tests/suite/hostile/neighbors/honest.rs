//! Legitimate setups that the rules against neighbors must not block.

use super::{Neighbor, SECOND_USER, Victim, cases, free, second_user};
use crate::browser::{ACCEPT, value};
use crate::browsers::{Browser, firefox};
use crate::hostile::files::{home, ordinary};
use crate::hostile::login::{Login, consent, stand_in};
use crate::hostile::missing;
use crate::hostile::port::free_port;
use crate::hostile::wire::{self, ask, soon};
use crate::hostile::zoho::Hostile;
use Browser::{Chromium, Firefox};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::yield_now;

/// The test that runs in a namespace with only one address family.
const INSIDE: &str = "hostile::neighbors::honest::inside_a_network_of_its_own";

async fn a_login_from_start_to_end(browser: Browser, host: &str) {
    let Some(mut tab) = browser.open().await else {
        return;
    };
    let victim = Victim::start(stand_in().await, &free(host)).await;
    tab.go(victim.start.as_str()).await;
    tab.follow(ACCEPT).await;
    let page = tab.text().await;
    assert!(page.contains("Connected to Rehearsal Company"), "{page}");
    victim.login.ends_with(0).await;
}
cases!(a_login_from_start_to_end {
    chromium(Chromium, "localhost") chromium_ipv4(Chromium, "127.0.0.1") chromium_ipv6(Chromium, "[::1]")
    firefox(Firefox, "localhost") firefox_ipv4(Firefox, "127.0.0.1") firefox_ipv6(Firefox, "[::1]")
});

/// With DNS over HTTPS only, an HTTP proxy and HTTPS-only mode.
#[tokio::test]
async fn firefox_is_strict() {
    let strict = r#"
        user_pref("dom.security.https_only_mode", true);
        user_pref("network.proxy.type", 1);
        user_pref("network.proxy.http", "127.0.0.1");
        user_pref("network.proxy.http_port", 9);
        user_pref("network.trr.mode", 3);
        user_pref("network.trr.uri", "https://127.0.0.1:9/");
    "#;
    let Some(mut tab) = firefox::Tab::open_with(strict).await else {
        return;
    };
    let victim = Victim::start(stand_in().await, &free("localhost")).await;
    tab.go(victim.start.as_str()).await;
    tab.follow(ACCEPT).await;
    let page = tab.text().await;
    assert!(page.contains("Connected to Rehearsal Company"), "{page}");
    victim.login.ends_with(0).await;
}

#[tokio::test]
async fn firefox_copies_and_saves() {
    let folder = tempfile::tempdir().unwrap();
    let saving = format!(
        "user_pref(\"browser.download.folderList\", 2);\nuser_pref(\"browser.download.dir\", {:?});\n\
         user_pref(\"browser.download.always_ask_before_handling_new_types\", false);",
        folder.path()
    );
    let Some(mut tab) = firefox::Tab::open_with(&saving).await else {
        return;
    };
    let victim = Victim::start(stand_in().await, &free("localhost")).await;
    tab.go(victim.start.as_str()).await;
    tab.follow(ACCEPT).await;
    let ended = victim.login.program.wait().await;
    let token = value(&ended.stdout, "Refresh token");

    tab.click("[data-name='refresh token'] [data-copy]").await;
    tab.until("document.getElementById('said').textContent === 'Copied refresh token'")
        .await;
    tab.click("[data-name='json document'] [data-save]").await;
    let saved = folder.path().join("zoho-credentials.json");
    let is_there = || std::fs::read_to_string(&saved).is_ok_and(|text| text.contains(token));
    soon("the file", async {
        while !is_there() {
            yield_now().await;
        }
    })
    .await;
}

/// Zoho's address is copied from one browser into another.
#[tokio::test]
async fn another_browser_goes_on() {
    let (Some(mut tab), Some(mut other)) = (Chromium.open().await, Firefox.open().await) else {
        return;
    };
    let victim = Victim::start(stand_in().await, &free("localhost")).await;
    tab.go(victim.start.as_str()).await;
    let zoho = tab.js("location.href").await;
    other.go(zoho.as_str().unwrap()).await;
    other.follow(ACCEPT).await;
    let page = other.text().await;
    assert!(page.contains("Connected to Rehearsal Company"), "{page}");
    victim.login.ends_with(0).await;
}

/// `sudo zoho-grant`, while the browser stays the person's own.
#[tokio::test]
async fn root_by_sudo_serves_who_asked_for_it() {
    let sudo = format!("SUDO_UID={SECOND_USER}");
    assert_serves_the_second_user(&["env", &sudo]).await;
}

/// The program runs as root for the user who started it.
#[tokio::test]
async fn a_real_user_is_served() {
    assert_serves_the_second_user(&["setpriv", "--ruid", SECOND_USER]).await;
}

async fn assert_serves_the_second_user(words: &[&str]) {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let victim = Victim::start_through(words, stand_in().await, &redirect_uri).await;
    let mut person = Neighbor::of(&redirect_uri).await;
    let answer = person.get(&victim.start).await;
    let zoho = answer.header("location").expect("it leads to Zoho");
    let genuine = consent(&zoho.parse().unwrap()).await;
    person.bring(&genuine.url).await;
    assert!(person.loot.contains("Refresh token"));
    victim.login.ends_with(0).await;
}

/// A machine without /proc, or with one that hides other users' processes.
async fn a_login_without_proc(mount: &str) {
    if !second_user() {
        return;
    }
    let script = format!("mount {mount} && exec \"$@\"");
    let words = ["unshare", "--mount", "sh", "-c", &script, "sh"];
    let victim = Victim::start_through(&words, stand_in().await, &free("localhost")).await;
    victim.assert_unharmed("").await;
}
cases!(a_login_without_proc {
    none("-t tmpfs none /proc")
    hidden("-t proc -o hidepid=2 proc /proc")
});

/// A whole login on a machine with a single address family.
async fn a_machine_of_one_family(first: &str, has: &str) {
    if !second_user() {
        return;
    }
    let script = format!("ip link set lo up && {first} && exec \"$@\"");
    let mut inside = Command::new("unshare");
    inside.args(["--net", "sh", "-c", &script, "sh"]);
    inside.arg(std::env::current_exe().unwrap());
    inside.args(["--exact", INSIDE, "--ignored", "--nocapture"]);
    let output = inside.env("ADDRESS", has).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
cases!(a_machine_of_one_family {
    ipv4("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6", "127.0.0.1:0")
    ipv6("ip address del 127.0.0.1/8 dev lo", "[::1]:0")
});

#[tokio::test]
#[ignore = "run by the test of a machine of one family"]
async fn inside_a_network_of_its_own() {
    let zoho = Hostile::on(&std::env::var("ADDRESS").unwrap(), |_| None).await;
    let login = Login::of(&mut zoho.command(&[])).await;
    let genuine = format!("?code=1000.code&state={}", login.state());
    let genuine = login.redirect_uri.join(&genuine).unwrap();
    let answer = ask(&genuine, "GET", "").await;
    let page = genuine.join(answer.header("location").unwrap()).unwrap();
    assert_eq!(ask(&page, "GET", "").await.status(), "201");
    login.ends_with(0).await;
}

/// The program on another machine, reached through `ssh -L`: sshd connects there as its user.
#[tokio::test]
async fn a_tunnel_by_ssh() {
    if !second_user() {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let Some((_server, ssh_port)) = sshd(keys.path()).await else {
        return missing("there is no sshd");
    };
    let (zoho, home) = (Hostile::start(|_| None).await, home());
    let login = Login::of(&mut ordinary(&home, &zoho, &[], &[])).await;
    let here = free_port();
    let forward = format!("127.0.0.1:{here}:localhost:{}", login.port());
    let _tunnel = ssh(keys.path(), ssh_port, &forward).await;
    let callback = format!("/callback?code=1000.code&state={}", login.state());
    let answer = wire::send(here, login.head("GET", &callback, "").as_bytes()).await;
    let page = answer.header("location").unwrap();
    let page = wire::send(here, login.head("GET", page, "").as_bytes()).await;
    assert!(page.body().contains("1000.refresh"), "{}", page.heading());
    login.ends_with(0).await;
}

/// An sshd that lets the second user in with a key from this folder, and its port.
async fn sshd(keys: &Path) -> Option<(Child, u16)> {
    // Its folder for privilege separation, hidden from other tests.
    const PLACE: &str = "mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd \"$@\"";
    if !Path::new("/usr/sbin/sshd").exists() {
        return None;
    }
    for name in ["host", "user"] {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
        let made = keygen.arg(keys.join(name)).status().await;
        assert!(made.unwrap().success());
    }
    let (port, folder) = (free_port(), keys.display());
    let configuration = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n\
         PidFile none\nStrictModes no\n"
    );
    std::fs::write(keys.join("sshd_config"), configuration).unwrap();
    // sshd reads the second user's keys as that user.
    std::fs::set_permissions(keys, Permissions::from_mode(0o755)).unwrap();
    let mut server = Command::new("unshare");
    server.args(["--mount", "sh", "-c", PLACE, "sh", "-D", "-e", "-f"]);
    server.arg(keys.join("sshd_config"));
    let server = spawn(server.stderr(Stdio::piped()), "Server listening").await;
    Some((server, port))
}

/// The second user's tunnel.
async fn ssh(keys: &Path, port: u16, forward: &str) -> Child {
    let mut client = Command::new("ssh");
    client.args(["-N", "-F", "none", "-l", "nobody", "-p", &port.to_string()]);
    client
        .args(["-L", forward, "127.0.0.1", "-v", "-i"])
        .arg(keys.join("user"));
    for option in [
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "ExitOnForwardFailure=yes",
        "IdentitiesOnly=yes",
    ] {
        client.args(["-o", option]);
    }
    spawn(
        client.stderr(Stdio::piped()),
        "Entering interactive session",
    )
    .await
}

/// Starts a program and waits until it prints this on standard error.
async fn spawn(command: &mut Command, ready: &str) -> Child {
    let mut child = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = String::new();
    while !said.contains(ready) {
        let line = soon(ready, lines.next_line()).await.unwrap();
        said += &line.unwrap_or_else(|| panic!("it ended after:\n{said}"));
        said.push('\n');
    }
    // Reads to the end, so that the program never blocks on a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}
