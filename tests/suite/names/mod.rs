//! Tests the program where Zoho's own names resolve to the stand-in, behind TLS. Each test has its own network
//! namespace and hosts file. The program is given no addresses there: it uses its own table.

pub mod cloud;
mod everywhere;
mod moves;
mod ways;

use crate::hostile::login::{Callback, Login};
use crate::needs;
use crate::program::{Ended, Program, command};
use cloud::Cloud;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use secrecy::ExposeSecret;
use std::env;
use std::fs;
use std::process::{Command, Stdio};
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// Set when a test runs in its own network.
const INSIDE: &str = "INSIDE_A_NETWORK_OF_ITS_OWN";

/// What a shell does first in a new network, with the hosts file as its first argument.
const ENTER: &str = r#"PATH="$PATH:/usr/sbin:/sbin"
    ip link set lo up && mount --bind "$1" /etc/hosts && shift && echo entered >&2 && exec "$@""#;

/// Whether this is the test's own network. If not, the whole test has run there when this returns.
fn inside<T>(_test: T) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let (_, name) = std::any::type_name::<T>().split_once("::").unwrap();
    let hosts = tempfile::NamedTempFile::new().unwrap();
    let mut alone = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        alone.args(["--user", "--map-root-user"]);
    }
    alone.args(["--net", "--mount", "sh", "-c", ENTER, "sh"]);
    alone.arg(hosts.path()).arg(env::current_exe().unwrap());
    alone
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1");
    let ran = alone.stdin(Stdio::null()).output();
    let said = ran.as_ref().map(|ran| String::from_utf8_lossy(&ran.stderr));
    match (&ran, said) {
        (Ok(ran), Ok(said)) if said.contains("entered\n") => {
            let told = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success(), "{told}\n{said}");
            assert!(
                told.contains("1 passed"),
                "no test is called {name}: {told}"
            );
        }
        (_, said) => {
            let why = said.map_or_else(ToString::to_string, |said| said.trim().to_owned());
            needs::missing("REQUIRE_NAMES", &format!("no network of its own: {why}"));
        }
    }
    false
}

/// Rewrites the hosts file: localhost, and Zoho's names at these addresses, in this order.
fn lead_names_to(addresses: &[&str]) {
    let names = cloud::names().join(" ");
    let lines = addresses
        .iter()
        .map(|address| format!("{address} {names}\n"));
    let local = ["127.0.0.1 localhost\n", "::1 localhost\n"].map(str::to_owned);
    let lines: String = local.into_iter().chain(lines).collect();
    fs::write("/etc/hosts", lines).unwrap();
}

/// All of Zoho at its own names, and a client there.
struct Zoho {
    stand_in: StandIn,
    cloud: Cloud,
    home: DataCenter,
}

impl Zoho {
    /// Starts with a client registered at one data center and a person at another.
    async fn between(home: DataCenter, person_at: DataCenter) -> Self {
        Self::at("127.0.0.1", home, person_at).await
    }

    /// The same at another address of this machine.
    async fn at(address: &str, home: DataCenter, person_at: DataCenter) -> Self {
        Self::speaking(address, home, person_at, &[&TLS12, &TLS13], &[]).await
    }

    /// Starts with these TLS versions and application protocols as well.
    async fn speaking(
        address: &str,
        home: DataCenter,
        person_at: DataCenter,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> Self {
        lead_names_to(&[address]);
        let stand_in = StandIn::everywhere(Rehearsal {
            home,
            person_at,
            interval: std::time::Duration::from_millis(100),
            ..Rehearsal::default()
        });
        stand_in.register_redirect_uri("http://localhost:8085/callback");
        let router = stand_in.by_host();
        let cloud = Cloud::start(address, router, &[], versions, protocols)
            .await
            .unwrap();
        Self {
            stand_in,
            cloud,
            home,
        }
    }

    /// The program with the client and its data center, but no address.
    fn command(&self, arguments: &[&str]) -> tokio::process::Command {
        let secret = self.stand_in.client_secret();
        let variables = [
            ("ZOHO_CLIENT_ID", &*self.stand_in.client_id()),
            ("ZOHO_CLIENT_SECRET", secret.expose_secret()),
            ("ZOHO_DC", self.home.code()),
        ];
        let mut command = command(&variables, arguments);
        command.env("SSL_CERT_FILE", self.cloud.authority.path());
        command
    }

    /// Runs it to completion.
    async fn run(&self, arguments: &[&str]) -> Ended {
        Program::spawn(&mut self.command(arguments)).wait().await
    }

    /// Runs a login that a person accepts.
    async fn login(&self, options: &[&str]) -> Ended {
        let mut command = self.command(&["login", "--no-browser"]);
        self.complete(command.args(options)).await
    }

    /// Runs a command that starts a login, and accepts in it.
    async fn complete(&self, command: &mut tokio::process::Command) -> Ended {
        let login = Login::of(command).await;
        let person = self.cloud.person();
        let url = person
            .consent(login.address.as_str())
            .await
            .unwrap()
            .unwrap();
        let callback = Callback {
            url,
            code: String::new(),
        };
        login.complete(&callback).await;
        login.program.wait().await
    }
}
