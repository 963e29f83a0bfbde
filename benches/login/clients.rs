//! The other loopback clients, each with its own way of being told where to log in.

use crate::Outcome;
use crate::certificates::Store;
use crate::generic::{AUTHORIZE, TOKEN};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const GOOGLE: &str = include_str!("clients/google.py");
const MSAL: &str = include_str!("clients/msal.py");
const SIZE: &str = include_str!("clients/size.py");

/// A client that is on this machine.
pub struct Client {
    /// As it is installed.
    pub name: &'static str,
    /// On disk with all that it requires, without interpreter and git.
    pub bytes: u64,
    /// Where it is.
    program: PathBuf,
    /// Given after it.
    arguments: Vec<String>,
    /// What it reads.
    input: String,
    /// Whether its authorization response comes by POST.
    pub posted: bool,
    /// The callback port.
    pub port: u16,
}

/// The clients, and a folder with their settings.
pub struct Clients {
    /// Those that are here.
    pub found: Vec<Client>,
    /// The names of the others.
    pub missing: Vec<&'static str>,
    settings: TempDir,
}

impl Clients {
    /// Looks for them in `PATH`, and for those in Python where `python3` finds packages.
    pub fn find(origin: &str, port: u16) -> Outcome<Self> {
        let settings = tempfile::tempdir()?;
        let (found, missing) = (Vec::new(), Vec::new());
        write_settings(settings.path(), origin, port)?;
        let mut clients = Self {
            found,
            missing,
            settings,
        };
        let host = origin.trim_start_matches("https://");
        let config = clients.settings.path().join("ortie.toml");
        let config = config.to_str().ok_or("a plain path")?;
        let input = format!("protocol=https\nhost={host}\n\n");
        clients.add_program("git-credential-oauth", &["get"], &input, port);
        clients.add_program("ortie", &["-c", config, "auth", "get"], "", port);
        clients.add_python("google-auth-oauthlib", GOOGLE, origin, port);
        clients.add_python("msal", MSAL, origin, port);
        Ok(clients)
    }

    /// How to start one. A browser is not found by any of them.
    pub fn command(&self, client: &Client, store: &Store) -> Outcome<Command> {
        let input = self.settings.path().join("input");
        fs::write(&input, &client.input)?;
        let mut command = Command::new(&client.program);
        let [(_, bundle), _] = store.variables();
        command
            .args(&client.arguments)
            .env_clear()
            .env("PATH", self.settings.path().join("bin"))
            .env("HOME", self.settings.path())
            .envs(store.variables())
            .env("REQUESTS_CA_BUNDLE", bundle)
            .stdin(Stdio::from(fs::File::open(input)?));
        Ok(command)
    }

    fn add_program(&mut self, name: &'static str, arguments: &[&str], input: &str, port: u16) {
        let Some(program) = in_path(name) else {
            self.missing.push(name);
            return;
        };
        self.found.push(Client {
            name,
            bytes: fs::metadata(&program).map_or(0, |file| file.len()),
            program,
            arguments: arguments.iter().copied().map(str::to_owned).collect(),
            input: input.to_owned(),
            posted: false,
            port,
        });
    }

    fn add_python(&mut self, name: &'static str, script: &str, origin: &str, port: u16) {
        let Some((program, bytes)) = in_path("python3").and_then(|python| {
            let size = Command::new(&python).args(["-c", SIZE, name]).output();
            let bytes = String::from_utf8(size.ok()?.stdout).ok()?;
            Some((python, bytes.trim().parse().ok()?))
        }) else {
            self.missing.push(name);
            return;
        };
        let arguments = ["-c", script, origin, &port.to_string()];
        self.found.push(Client {
            name,
            bytes,
            program,
            arguments: arguments.map(str::to_owned).into(),
            input: String::new(),
            posted: name == "msal",
            port,
        });
    }
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// git's settings name the endpoints for git-credential-oauth; git is all that its `PATH` holds.
fn write_settings(folder: &Path, origin: &str, port: u16) -> Outcome<()> {
    let (authorize, token) = (format!("{origin}{AUTHORIZE}"), format!("{origin}{TOKEN}"));
    let git = format!(
        "[credential \"{origin}\"]\noauthClientId = client\noauthAuthURL = {authorize}\n\
         oauthTokenURL = {token}\noauthRedirectURL = http://127.0.0.1:{port}\n"
    );
    let ortie = format!(
        "[accounts.bench]\ndefault = true\nclient-id = \"client\"\nscopes = [\"read\"]\n\
         endpoints.authorization = \"{authorize}\"\nendpoints.token = \"{token}\"\n\
         endpoints.redirection = \"http://127.0.0.1:{port}\"\n\
         storage.read.command = \"cat token\"\nstorage.write.command = \"exit 0\"\n"
    );
    fs::write(folder.join(".gitconfig"), git)?;
    fs::write(folder.join("ortie.toml"), ortie)?;
    fs::create_dir(folder.join("bin"))?;
    if let Some(git) = in_path("git") {
        std::os::unix::fs::symlink(git, folder.join("bin/git"))?;
    }
    Ok(())
}
