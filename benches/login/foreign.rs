//! One login of another client, with a stop-watch.

use crate::Outcome;
use crate::clients::{Client, Clients};
use crate::load::Load;
use crate::login::{Place, free_port};
use crate::process::Process;
use crate::stand_in::StandIn;
use crate::watch;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use url::Url;
use url::form_urlencoded::Serializer;

/// A login that takes longer has failed.
const WITHIN: Duration = Duration::from_secs(5);

/// Between two looks whether it ended.
const LOOK: Duration = Duration::from_micros(50);

/// One login's figures.
pub struct Measured {
    /// From just before the process to its listening socket.
    pub listening: Duration,
    /// From just before the browser's connection to the code at the authorization server; none when the page came first.
    pub judging: Option<Duration>,
    /// From the last answer of the authorization server to the page; none when the page came first.
    pub answering: Option<Duration>,
    /// From the browser's close after the page, or from the last answer if that came later, to the end.
    pub closing: Duration,
    /// The most memory that was resident; bytes.
    pub peak_bytes: u64,
}

/// Logs in once. A failure ends with what the client printed after the address.
pub fn login(
    clients: &Clients,
    client: &Client,
    stand_in: &mut StandIn,
    place: &Place,
    loaded: bool,
) -> Outcome<Measured> {
    let port = free_port()?;
    let command = clients.command(client, port, &place.store)?;
    let began = Instant::now();
    let (mut program, printed) = start(command)?;
    let measured = measure(
        client,
        port,
        &mut program,
        &printed,
        began,
        stand_in,
        loaded,
    );
    drop(program);
    measured.map_err(|error| {
        let printed: Vec<String> = printed.iter().collect();
        format!("{error}; it printed: {}", printed.join(" ")).into()
    })
}

fn measure(
    client: &Client,
    port: u16,
    program: &mut Process,
    printed: &Receiver<String>,
    began: Instant,
    stand_in: &mut StandIn,
    loaded: bool,
) -> Outcome<Measured> {
    let listening = thread::spawn(move || watch::listening(port, began));
    let peak = watch::peak(program.0.id());
    let address = printed_address(printed)?;
    let listening = listening.join().map_err(|_| "the watch broke")??;
    let load = loaded.then(|| Load::start(port)).transpose()?;

    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let called = SystemTime::now();
    let mut connection = TcpStream::connect_timeout(&here, WITHIN)?;
    connection.set_read_timeout(Some(WITHIN))?;
    connection.write_all(callback(client, &address)?.as_bytes())?;
    let answered = read_page(&connection)?;
    drop(connection);
    let closed = SystemTime::now();
    let ended = end(program)?;
    drop(load);
    let last = stand_in.last()?;
    Ok(Measured {
        listening,
        judging: last.post.duration_since(called).ok(),
        answering: answered.duration_since(last.answer).ok(),
        closing: ended.duration_since(closed.max(last.answer))?,
        peak_bytes: peak.join().map_err(|_| "the watch broke")?,
    })
}

/// On a terminal, because some clients talk to people only. What it prints is read to its end.
fn start(mut command: Command) -> Outcome<(Process, Receiver<String>)> {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let name = ptsname(&terminal, Vec::new())?.into_string()?;
    let side = OpenOptions::new().read(true).write(true).open(name)?;
    command.stdout(side.try_clone()?).stderr(side);
    let process = Process::start(&mut command)?;
    let (tell, printed) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(File::from(terminal)).lines();
        let mut lines = lines.map_while(Result::ok);
        lines.all(|line| line.trim().is_empty() || tell.send(line).is_ok());
    });
    Ok((process, printed))
}

fn printed_address(printed: &Receiver<String>) -> Outcome<Url> {
    loop {
        let line = printed.recv_timeout(WITHIN)?;
        if line.contains("redirect_uri=")
            && let Some(at) = line.find("https://")
        {
            return Ok(Url::parse(line[at..].trim())?);
        }
    }
}

/// What a browser sends after a consent, as the authorization server lets it.
fn callback(client: &Client, address: &Url) -> Outcome<String> {
    let parameter = |wanted: &str| {
        let mut pairs = address.query_pairs();
        let found = pairs.find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    let redirect = Url::parse(&parameter("redirect_uri").ok_or("no redirect URI")?)?;
    let response = Serializer::new(String::new())
        .append_pair("code", "code")
        .append_pair("state", &parameter("state").unwrap_or_default())
        .finish();
    let (path, host) = (redirect.path(), redirect.authority());
    Ok(if client.is_posted_to() {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{response}",
            response.len()
        )
    } else {
        format!("GET {path}?{response} HTTP/1.1\r\nHost: {host}\r\n\r\n")
    })
}

/// When the page's first bytes came; returns when it is whole.
fn read_page(connection: &TcpStream) -> Outcome<SystemTime> {
    let mut reader = BufReader::new(connection);
    let mut status = String::new();
    reader.read_line(&mut status)?;
    let answered = SystemTime::now();
    if !status.contains(" 200 ") {
        return Err(format!("the callback was answered by {status:?}").into());
    }
    let mut length = u64::MAX;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse()?,
            Some(_) => {}
            None => break,
        }
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    Ok(answered)
}

fn end(program: &mut Process) -> Outcome<SystemTime> {
    let began = Instant::now();
    while began.elapsed() < WITHIN {
        if let Some(status) = program.0.try_wait()? {
            let ended = SystemTime::now();
            return if status.success() {
                Ok(ended)
            } else {
                Err(format!("it ended with {status}").into())
            };
        }
        thread::sleep(LOOK);
    }
    Err("it does not end".into())
}
