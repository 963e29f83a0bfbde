//! The other loopback clients, each with its own way of being told where to log in.

use crate::Outcome;
use crate::certificates::Store;
use crate::generic::{AUTHORIZE, TOKEN};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const GOOGLE: &str = include_str!("clients/login_google.py");
const MSAL: &str = include_str!("clients/login_msal.py");
const SIZE: &str = include_str!("clients/size.py");

/// A client that is on this machine.
pub struct Client {
    /// As it is installed.
    pub name: &'static str,
    /// On disk with all that it requires, without the Python interpreter and git.
    pub bytes: u64,
    program: PathBuf,
    arguments: Vec<String>,
}

/// The clients, and a folder with their settings.
pub struct Clients {
    /// Those that are here.
    pub found: Vec<Client>,
    /// The names of the others.
    pub missing: Vec<&'static str>,
    /// The authorization server's.
    origin: String,
    settings: TempDir,
}

impl Client {
    /// Whether it takes the authorization response by POST only.
    pub fn is_posted_to(&self) -> bool {
        self.name == "msal"
    }
}

impl Clients {
    /// Looks for them in `PATH`, and for those in Python where `python3` finds packages.
    pub fn find(origin: &str) -> Outcome<Self> {
        let mut clients = Self {
            found: Vec::new(),
            missing: Vec::new(),
            origin: origin.to_owned(),
            settings: tempfile::tempdir()?,
        };
        let folder = clients.settings.path().to_owned();
        fs::create_dir(folder.join("bin"))?;
        if let Some(git) = in_path("git") {
            std::os::unix::fs::symlink(git, folder.join("bin/git"))?;
        }
        clients.add(
            "git-credential-oauth",
            program("git-credential-oauth", "get"),
        );
        clients.add(
            "google-auth-oauthlib",
            python("google-auth-oauthlib", GOOGLE),
        );
        clients.add("msal", python("msal", MSAL));
        clients.add("ortie", program("ortie", "auth get"));
        Ok(clients)
    }

    /// How to start one with this callback port. None of them finds a browser.
    pub fn command(&self, client: &Client, port: u16, store: &Store) -> Outcome<Command> {
        let home = self.settings.path();
        self.write_settings(home, port)?;
        let mut command = Command::new(&client.program);
        command
            .args(&client.arguments)
            .env_clear()
            .env("HOME", home)
            .env("PATH", home.join("bin"))
            .env("BENCH_ORIGIN", &self.origin)
            .env("BENCH_PORT", port.to_string())
            .env("ORTIE_CONFIG", home.join("ortie.toml"))
            .env("REQUESTS_CA_BUNDLE", store.path())
            .env("SSL_CERT_FILE", store.path())
            .stdin(File::open(home.join("input"))?);
        Ok(command)
    }

    fn add(&mut self, name: &'static str, client: Option<(PathBuf, Vec<String>, u64)>) {
        match client {
            None => self.missing.push(name),
            Some((program, arguments, bytes)) => self.found.push(Client {
                name,
                bytes,
                program,
                arguments,
            }),
        }
    }

    /// git's settings are those of git-credential-oauth, which wants paths, and the host on standard input.
    fn write_settings(&self, home: &Path, port: u16) -> Outcome<()> {
        let origin = &self.origin;
        let redirect = format!("http://127.0.0.1:{port}");
        let git = format!(
            "[credential \"{origin}\"]\noauthClientId = client\noauthAuthURL = {AUTHORIZE}\n\
             oauthTokenURL = {TOKEN}\noauthRedirectURL = {redirect}\n"
        );
        let ortie = format!(
            "[accounts.bench]\ndefault = true\nclient-id = \"client\"\nscopes = [\"read\"]\n\
             endpoints.authorization = \"{origin}{AUTHORIZE}\"\nendpoints.token = \"{origin}{TOKEN}\"\n\
             endpoints.redirection = \"{redirect}\"\n\
             storage.read.command = \"exit 1\"\nstorage.write.command = \"read -r token || true\"\n"
        );
        let host = origin.trim_start_matches("https://");
        fs::write(home.join(".gitconfig"), git)?;
        fs::write(home.join("ortie.toml"), ortie)?;
        fs::write(
            home.join("input"),
            format!("protocol=https\nhost={host}\n\n"),
        )?;
        Ok(())
    }
}

fn program(name: &str, arguments: &str) -> Option<(PathBuf, Vec<String>, u64)> {
    let program = in_path(name)?;
    let bytes = fs::metadata(&program).ok()?.len();
    let arguments = arguments.split(' ').map(str::to_owned).collect();
    Some((program, arguments, bytes))
}

fn python(package: &str, script: &str) -> Option<(PathBuf, Vec<String>, u64)> {
    let python = in_path("python3")?;
    let size = Command::new(&python).args(["-c", SIZE, package]).output();
    let bytes = String::from_utf8(size.ok()?.stdout).ok()?.trim().parse();
    Some((
        python,
        vec!["-c".to_owned(), script.to_owned()],
        bytes.ok()?,
    ))
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
