//! The program where Zoho's own names lead to the stand-in, behind TLS: in a network of each test's own, with a hosts
//! file of its own. No address is given to the program there; it goes where its own table sends it.

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

/// Set where a test runs in its own network.
const INSIDE: &str = "INSIDE_A_NETWORK_OF_ITS_OWN";

/// What a shell does first in a new network, with the hosts file as its first word.
const ENTER: &str = r#"PATH="$PATH:/usr/sbin:/sbin"
    ip link set lo up && mount --bind "$1" /etc/hosts && shift && echo entered >&2 && exec "$@""#;

/// Whether this is the network of the test's own. If it is not, the whole test has run there when this returns.
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

/// The hosts file from here on: localhost, and Zoho's names at these addresses, in this order.
fn lead_names_to(addresses: &[&str]) {
    let names = cloud::names().join(" ");
    let lines = addresses
        .iter()
        .map(|address| format!("{address} {names}\n"));
    let local = ["127.0.0.1 localhost\n", "::1 localhost\n"].map(str::to_owned);
    let lines: String = local.into_iter().chain(lines).collect();
    fs::write("/etc/hosts", lines).unwrap();
}

/// All of Zoho, at its own names, and a client there.
struct Zoho {
    stand_in: StandIn,
    cloud: Cloud,
    home: DataCenter,
}

impl Zoho {
    /// A client registered at one data center, of a person at another.
    async fn between(home: DataCenter, person_at: DataCenter) -> Self {
        Self::speaking(home, person_at, &[&TLS12, &TLS13], &[]).await
    }

    /// The same with these versions of TLS, and these protocols beneath.
    async fn speaking(
        home: DataCenter,
        person_at: DataCenter,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> Self {
        lead_names_to(&["127.0.0.1"]);
        let stand_in = StandIn::everywhere(Rehearsal {
            home,
            person_at,
            interval: std::time::Duration::from_millis(100),
            ..Rehearsal::default()
        });
        stand_in.register_redirect_uri("http://localhost:8085/callback");
        let router = stand_in.by_host();
        let cloud = Cloud::start(router, &[], versions, protocols)
            .await
            .unwrap();
        Self {
            stand_in,
            cloud,
            home,
        }
    }

    /// The program with the client and its data center, and no address.
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

    /// Runs it to its end.
    async fn run(&self, arguments: &[&str]) -> Ended {
        Program::spawn(&mut self.command(arguments)).wait().await
    }

    /// A login that a person accepts.
    async fn login(&self, options: &[&str]) -> Ended {
        let mut command = self.command(&["login", "--no-browser"]);
        self.complete(command.args(options)).await
    }

    /// Accepts in a login that is started by a command.
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
