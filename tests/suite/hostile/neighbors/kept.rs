//! Row 25: the previous holder of the port keeps a connection of the browser's and relays everything.

use super::{Neighbor, SECOND_USER, Victim, cases, free, get, second_user};
use crate::browser::ACCEPT;
use crate::browsers::chromium::Tab;
use crate::hostile::login::{Callback, Login, command, stand_in};
use crate::hostile::wire::{self, Answer, soon};
use crate::program::Ended;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

/// The page of a typical app.
const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 57\r\n\r\n\
    <!doctype html><link rel=icon href=data:,><h1>An app</h1>";

/// The second user's app, which used to hold the port and reads what it relays to its successor.
struct Holder {
    /// The relay on the port.
    door: Neighbor,
    loot: Arc<Mutex<String>>,
    _serving: JoinSet<()>,
}

impl Holder {
    /// Listens on this address of this machine.
    async fn on(here: &str, redirect_uri: &Url, way: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inside = listener.local_addr().unwrap().port();
        let port = redirect_uri.port().unwrap();
        let door =
            Neighbor::between(SECOND_USER, (here, port), inside, ["127.0.0.1", "", way]).await;
        let hands = Neighbor::of(redirect_uri).await;
        let loot = Arc::default();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, hands, Arc::clone(&loot)));
        Self {
            door,
            loot,
            _serving: serving,
        }
    }

    fn loot(&self) -> String {
        self.loot.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, hands: Neighbor, loot: Arc<Mutex<String>>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        open.spawn(answer(stream, hands.port, Arc::clone(&loot)));
    }
}

/// Serves one connection until it is closed: answers the first page itself and relays everything else to the port's
/// holder.
async fn answer(mut near: TcpStream, hands: u16, loot: Arc<Mutex<String>>) {
    let mut request = String::new();
    while let Ok(byte) = near.read_u8().await {
        request.push(byte.into());
        if !request.ends_with("\r\n\r\n") {
            continue;
        }
        let mut reply = PAGE.to_owned();
        if !request.starts_with("GET / ") {
            let closing = request.replace(": keep-alive\r\n", ": close\r\n");
            let Answer(text) = wire::send(hands, closing.as_bytes()).await;
            *loot.lock().unwrap() += &text;
            reply = text.replace("connection: close\r\n", "");
        }
        if near.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        request.clear();
    }
}

/// Asserts that the program ended before it opened anything, and named the holder of the connection.
fn assert_not_begun(ended: &Ended, holder: &Holder) {
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    let id = holder.door.process.id().unwrap();
    assert!(
        ended.stderr.contains(&format!("(process {id}")),
        "{}",
        ended.stderr
    );
}

async fn row_25_a_connection_that_the_browser_would_use_again(host: &str) {
    if !second_user() {
        return;
    }
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let redirect_uri = free(host);
    let here = super::host(&redirect_uri);
    let mut holder = Holder::on(here, &redirect_uri, "relay").await;
    tab.go(redirect_uri.join("/").unwrap().as_str()).await;
    holder.door.stop_listening().await;
    match Victim::try_start(&[], stand_in().await, &redirect_uri).await {
        Err(ended) => assert_not_begun(&ended, &holder),
        Ok(victim) => {
            tab.go(victim.start.as_str()).await;
            tab.follow(ACCEPT).await;
            victim.assert_nothing_stolen(&holder.loot());
            panic!("it began beside a kept connection");
        }
    }
}
cases!(row_25_a_connection_that_the_browser_would_use_again {
    localhost("localhost") ipv4("127.0.0.1") ipv6("[::1]")
});

/// The browser connects ahead of need and has sent nothing on the connection yet.
async fn row_25_a_connection_that_speaks_late_of_whatever_family(here: &str, to: &str, way: &str) {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut holder = Holder::on(here, &redirect_uri, way).await;
    let to = (to, redirect_uri.port().unwrap());
    let early = TcpStream::connect(to).await.unwrap();
    holder.door.accepts().await;
    holder.door.stop_listening().await;
    match Victim::try_start(&[], stand_in().await, &redirect_uri).await {
        // A socket that no process holds cannot be attributed to one.
        Err(ended) if way == "hidden" => assert_eq!(ended.code, Some(6)),
        Err(ended) => assert_not_begun(&ended, &holder),
        Ok(mut victim) => {
            let genuine = victim.consent().await;
            holder.door.find().await;
            speak(early, &genuine).await;
            victim.assert_nothing_stolen(&holder.loot());
            panic!("{way} on {here}: it began beside a kept connection");
        }
    }
}
cases!(row_25_a_connection_that_speaks_late_of_whatever_family {
    ipv4("127.0.0.1", "127.0.0.1", "relay")
    ipv6("::1", "::1", "relay")
    mapped("::", "127.0.0.1", "relay")
    any("0.0.0.0", "127.0.0.1", "relay")
    hidden("127.0.0.1", "127.0.0.1", "hidden")
});

/// Goes from the callback to the page on one connection.
async fn speak(mut early: TcpStream, genuine: &Callback) {
    let keep = |address: &Url| get(address).replace(": close\r\n", ": keep-alive\r\n");
    early
        .write_all(keep(&genuine.url).as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        answer.push(soon("an answer", early.read_u8()).await.unwrap().into());
    }
    let page = Answer(answer).header("location").unwrap().to_owned();
    let page = genuine.url.join(&page).unwrap();
    early.write_all(keep(&page).as_bytes()).await.unwrap();
    soon("the page", early.read_u8()).await.unwrap();
}

#[tokio::test]
async fn row_25_a_server_that_was_killed_with_its_tab_open_is_no_hindrance() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut holder = Holder::on("127.0.0.1", &redirect_uri, "relay").await;
    tab.go(redirect_uri.join("/").unwrap().as_str()).await;
    holder.door.process.kill().await.unwrap();
    let victim = Victim::start(stand_in().await, &redirect_uri).await;
    tab.go(victim.start.as_str()).await;
    tab.follow(ACCEPT).await;
    victim.login.ends_with(0).await;
}

#[tokio::test]
async fn row_25_two_logins_one_after_the_other_are_no_hindrance() {
    let zoho = stand_in().await;
    let redirect_uri = free("localhost");
    for _ in 0..2 {
        let options = ["--redirect-uri", redirect_uri.as_str(), "--no-browser"];
        zoho.register_redirect_uri(redirect_uri.as_str());
        let login = Login::of(&mut command(&zoho, &options)).await;
        let callback = login.consent().await;
        // The program closes first, and leaves a socket in TIME_WAIT.
        login.complete(&callback).await;
        login.ends_with(0).await;
    }
}
