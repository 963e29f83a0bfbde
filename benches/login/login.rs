//! One login from start to end, timed.

use crate::browser::{Browser, ask, connect, get};
use crate::certificates::Store;
use crate::load::Load;
use crate::process::Process;
use crate::stand_in::StandIn;
use crate::{Outcome, PROGRAM};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Below the ports that systems assign to outgoing connections, which could connect to themselves.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// Far longer than a start takes; after this the program has failed.
const START_WITHIN: Duration = Duration::from_secs(10);

/// The pause between two connection attempts: a busy loop would take the processor from the starting program.
const PAUSE: Duration = Duration::from_micros(50);

/// What every login needs.
pub struct Place {
    /// The redirect URI's port.
    pub port: u16,
    /// The program's certificate store.
    pub store: Store,
    /// The browser that consents.
    pub browser: Browser,
}

/// The measurements of one login.
pub struct Measured {
    /// From just before the process starts until both address families accept connections.
    pub listening: Duration,
    /// From just before the browser connects for the callback until the stand-in receives the code, including any load.
    pub judging: Duration,
    /// From the stand-in's last response until the browser receives the redirect.
    pub answering: Duration,
    /// From the browser's close after the page until the process exits.
    pub closing: Duration,
    /// From just before the process starts until it exits; under load, until the strangers end as well.
    pub whole: Duration,
    /// Peak resident memory just before the browser's close, in bytes.
    pub peak_bytes: u64,
}

/// Logs in once, with strangers at the callback port if `loaded`.
pub fn login(stand_in: &mut StandIn, place: &Place, loaded: bool) -> Outcome<Measured> {
    let began = Instant::now();
    let port = place.port;
    let listening = thread::spawn(move || listening(port, began));
    let mut program = Process::start(&mut command(stand_in, place))?;
    let address = printed_address(&mut program)?;
    let listening = listening
        .join()
        .map_err(|_| "the watch on the port broke")??;
    // Kept until the end, so that the program exits under load.
    let _load = loaded.then(|| Load::start(port)).transpose()?;
    let callback = place.browser.consent(&address)?;

    let called = SystemTime::now();
    let redirect = ask(&mut connect(&callback)?, &get(&callback))?;
    let redirected = SystemTime::now();
    let page = callback.join(&redirect.location.ok_or("no redirect to the page")?)?;
    let mut connection = connect(&page)?;
    let page = ask(&mut connection, &get(&page))?;
    let peak_bytes = peak_bytes(program.0.id())?;

    let closed = Instant::now();
    drop(connection);
    let status = program.0.wait()?;
    let ended = Instant::now();
    if !status.success() || !is_whole(&page.body) {
        return Err(format!("the login failed: {status}").into());
    }
    let last = stand_in.last()?;
    Ok(Measured {
        listening,
        judging: last.post.duration_since(called)?,
        answering: redirected.duration_since(last.answer)?,
        closing: ended - closed,
        whole: ended - began,
        peak_bytes,
    })
}

fn is_whole(page: &str) -> bool {
    page.contains("Rehearsal Company") && page.trim_end().ends_with("</html>")
}

/// A port that is free on this machine.
pub fn free_port() -> Outcome<u16> {
    let free = |port: &u16| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
            && TcpListener::bind((Ipv6Addr::LOCALHOST, *port)).is_ok()
    };
    PORTS
        .clone()
        .find(free)
        .ok_or_else(|| "no port is free".into())
}

fn command(stand_in: &StandIn, place: &Place) -> Command {
    let zoho = &stand_in.opening;
    let mut command = Command::new(PROGRAM);
    command
        .args(["login", "--no-browser", "--client-id", &zoho.client_id])
        .args([
            "--redirect-uri",
            &format!("http://localhost:{}/callback", place.port),
        ])
        .args(["--accounts-url", &zoho.accounts_urls[0]])
        .args(["--trust-accounts-server", &zoho.accounts_urls[1]])
        .args(["--trust-api-domain", &zoho.api_domains[1]])
        .env_clear()
        .env("SSL_CERT_FILE", place.store.path())
        .env("ZOHO_CLIENT_SECRET", &zoho.client_secret)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// The authorization request that the program prints. Whatever it prints later fits into the pipe.
fn printed_address(program: &mut Process) -> Outcome<String> {
    let stderr = program
        .0
        .stderr
        .as_mut()
        .ok_or("its standard error is a pipe")?;
    for line in BufReader::new(stderr).lines() {
        let line = line?;
        if line.contains("/oauth/v2/auth?") {
            return Ok(line.trim().to_owned());
        }
    }
    Err("the program printed no address".into())
}

/// Tries to connect until both address families accept.
fn listening(port: u16, began: Instant) -> io::Result<Duration> {
    for address in [
        IpAddr::from(Ipv4Addr::LOCALHOST),
        Ipv6Addr::LOCALHOST.into(),
    ] {
        while let Err(refused) = TcpStream::connect((address, port)) {
            if began.elapsed() > START_WITHIN {
                return Err(refused);
            }
            thread::sleep(PAUSE);
        }
    }
    Ok(began.elapsed())
}

/// The kernel's record of peak resident memory: `VmHWM`, in kB of 1024 bytes.
fn peak_bytes(process: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kilobytes
        .ok_or("no VmHWM in the process's status")?
        .parse::<u64>()?
        * 1024)
}
