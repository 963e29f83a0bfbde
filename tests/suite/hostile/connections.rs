//! Row 4: strangers on the port delay neither the genuine callback nor the exit, and do not fill the memory.

use super::endings::exchanging;
use super::login::{Login, codes, stand_in};
use super::wire::{self, ask};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// How much memory strangers may cost. The peak before them is the program itself, most of it mapped from its file.
const GROWTH_BYTES: u64 = 8 * 1024 * 1024;

/// Opens connections that each send part of a request and then nothing more.
pub async fn strangers(
    login: &Login,
    count: usize,
    part: impl Fn(usize) -> Vec<u8>,
) -> Vec<TcpStream> {
    let mut open = Vec::new();
    for number in 0..count {
        let mut stream = wire::connect(login.port()).await;
        // A connection dropped in favor of a newer one rejects the rest.
        let _ = stream.write_all(&part(number)).await;
        open.push(stream);
    }
    open
}

/// Idle, half a request, header by header, and half a TLS ClientHello.
fn slow(login: &Login) -> impl Fn(usize) -> Vec<u8> {
    let head = login.head("GET", "/callback?error=access_denied", "Cookie: a=");
    move |number| {
        let whole = head.trim_end().as_bytes();
        match number % 4 {
            0 => Vec::new(),
            1 => whole[..20].to_vec(),
            2 => whole.to_vec(),
            _ => vec![0x16],
        }
    }
}

#[tokio::test]
async fn row_04_five_hundred_slow_connections_do_not_keep_the_callback_waiting() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let open = strangers(&login, 500, slow(&login)).await;
    let callback = login.consent().await;
    let page = login.complete(&callback).await;
    assert_eq!(page.status(), "201");
    let ended = login.program.wait().await;
    // Nobody but the program has closed any of them.
    drop(open);
    assert_eq!(ended.code, Some(0));
    assert_eq!(codes(&zoho), [Some(callback.code)]);
}

#[tokio::test]
async fn row_04_an_idle_pre_connection_of_the_browser_carries_the_callback_late() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let before = strangers(&login, 100, slow(&login)).await;
    let mut early = wire::connect(login.port()).await;
    let open = strangers(&login, 20, slow(&login)).await;
    // Answered after all of them were accepted.
    assert_eq!(login.get("/", "").await.status(), "404");
    let callback = login.consent().await;
    let target = callback
        .url
        .as_str()
        .split_once(&login.authority())
        .unwrap()
        .1;
    early
        .write_all(login.head("GET", target, "").as_bytes())
        .await
        .unwrap();
    let answer = wire::read(&mut early).await;
    assert_eq!(answer.status(), "303");
    login.get(answer.header("location").unwrap(), "").await;
    login.ends_with(0).await;
    drop((before, open));
}

#[tokio::test]
async fn row_04_a_burst_of_connections_does_not_push_out_a_callback_before_it() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let callback = login.consent().await;
    let target = callback
        .url
        .as_str()
        .split_once(&login.authority())
        .unwrap()
        .1;
    // All of them wait in the queue of a program that was paused in the meantime.
    login.program.signal("STOP");
    let mut genuine = wire::connect(login.port()).await;
    genuine
        .write_all(login.head("GET", target, "").as_bytes())
        .await
        .unwrap();
    let open = strangers(&login, 400, |_| Vec::new()).await;
    login.program.signal("CONT");
    let answer = wire::read(&mut genuine).await;
    assert_eq!(answer.status(), "303", "{}", answer.0);
    login.get(answer.header("location").unwrap(), "").await;
    login.ends_with(0).await;
    drop(open);
}

#[tokio::test]
async fn row_04_newer_connections_do_not_push_out_a_callback_that_waits_for_zoho() {
    let (release, _zoho, login, mut browser) = exchanging().await;
    let open = strangers(&login, 200, slow(&login)).await;
    // Answered after all of them were accepted.
    assert_eq!(login.get("/callback", "").await.status(), "400");
    release.notify_one();
    let answer = wire::read(&mut browser).await;
    assert_eq!(answer.status(), "303", "{}", answer.0);
    login.get(answer.header("location").unwrap(), "").await;
    login.ends_with(0).await;
    drop(open);
}

#[tokio::test]
async fn row_04_heads_that_never_end_do_not_fill_the_memory() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let head = login.head("GET", "/callback", "Cookie: ");
    let long = format!("{}{}", head.trim_end(), "a".repeat(120_000)).into_bytes();
    let before = peak(&login);
    let open = strangers(&login, 500, |_| long.clone()).await;
    // Its answer comes after everything before it was read.
    assert_eq!(login.get("/callback", "").await.status(), "400");
    let growth = peak(&login) - before;
    assert!(growth < GROWTH_BYTES, "{growth} bytes");
    login.assert_alive(&zoho).await;
    drop(open);
}

#[tokio::test]
async fn row_04_the_exit_waits_for_no_stranger() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let open = strangers(&login, 60, slow(&login)).await;
    let callback = login.consent().await;
    login.complete(&callback).await;
    let began = Instant::now();
    login.ends_with(0).await;
    // Half of the strangers' deadline.
    assert!(began.elapsed() < Duration::from_secs(5));
    drop(open);
}

#[tokio::test]
async fn row_04_a_reader_that_never_reads_does_not_stop_the_others() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let request = login
        .head("GET", "/callback", "")
        .replace("Connection: close\r\n", "");
    let mut deaf = wire::connect(login.port()).await;
    let before = peak(&login);
    // One request is answered, then the connection is closed.
    while deaf.write_all(request.as_bytes()).await.is_ok() {}
    let answer = ask(&login.redirect_uri, "GET", "").await;
    assert_eq!(answer.status(), "400");
    assert!(peak(&login) - before < GROWTH_BYTES);
    login.assert_alive(&zoho).await;
}

/// The peak memory of the process so far, in bytes.
pub fn peak(login: &Login) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", login.program.id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}
