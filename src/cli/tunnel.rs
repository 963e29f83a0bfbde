//! Whether the person's browser may be on another machine, and how it reaches the redirect URI on this one.

use std::net::IpAddr;
use std::path::Path;
use zoho_grant::loopback::redirect_uri::RedirectUri;

/// Where the program seems to run.
#[derive(Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// On the person's own machine.
    Here,
    /// On a machine that they reach through SSH; contains the command that forwards the redirect URI to it.
    Remote(String),
    /// In a container, whose loopback addresses are its own.
    Container,
}

/// The files that container engines put into every container.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// Detects where this process runs.
pub fn of_this_process(uri: &RedirectUri) -> Surroundings {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    surroundings(uri, variable, |path| Path::new(path).exists())
}

/// What the variables and files reveal. What is missing for the SSH command remains a placeholder.
fn surroundings(
    uri: &RedirectUri,
    variable: impl Fn(&str) -> Option<String>,
    exists: impl Fn(&str) -> bool,
) -> Surroundings {
    if !uri.is_here() {
        return Surroundings::Here;
    }
    let (port, host) = (uri.port(), uri.host());
    let forward = format!("-L {port}:{host}:{port}");
    if variable("CODESPACES").is_some() {
        return Surroundings::Remote(format!("gh codespace ssh -- {forward}"));
    }
    if let Some(connection) = variable("SSH_CONNECTION") {
        let mut parts = connection.split(' ').skip(2);
        let server = parts.next().filter(|part| part.parse::<IpAddr>().is_ok());
        let user = variable("USER").filter(|user| is_plain(user));
        let other_port = parts.next().filter(|part| *part != "22" && is_plain(part));
        let option = other_port.map_or_else(String::new, |port| format!(" -p {port}"));
        let user = user.unwrap_or_else(|| "USER".to_owned());
        let server = server.unwrap_or("HOST");
        return Surroundings::Remote(format!("ssh {forward}{option} {user}@{server}"));
    }
    let told = ["REMOTE_CONTAINERS", "KUBERNETES_SERVICE_HOST"];
    if told.into_iter().any(|name| variable(name).is_some()) || MARKS.into_iter().any(exists) {
        return Surroundings::Container;
    }
    Surroundings::Here
}

/// Whether a shell would read the text as one plain word.
fn is_plain(text: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    !text.is_empty() && text.chars().all(plain) && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "http://localhost:8085/callback";

    fn found(uri: &str, variables: &[(&str, &str)], files: &[&str]) -> Surroundings {
        let uri = RedirectUri::parse(uri).unwrap();
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        surroundings(&uri, variable, |path| files.contains(&path))
    }

    fn command(uri: &str, variables: &[(&str, &str)]) -> String {
        match found(uri, variables, &["/.dockerenv"]) {
            Surroundings::Remote(command) => command,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ssh_reveals_user_server_and_port() {
        let ssh = ("SSH_CONNECTION", "192.0.2.7 50514 198.51.100.4 22");
        assert_eq!(
            command(URI, &[ssh, ("USER", "ada")]),
            "ssh -L 8085:localhost:8085 ada@198.51.100.4"
        );
        let other = ("SSH_CONNECTION", "192.0.2.7 50514 2001:db8::4 2222");
        assert_eq!(
            command("http://[::1]:90/", &[other, ("USER", "$(reboot)")]),
            "ssh -L 90:[::1]:90 -p 2222 USER@2001:db8::4"
        );
        assert_eq!(
            command(URI, &[ssh, ("CODESPACES", "true")]),
            "gh codespace ssh -- -L 8085:localhost:8085"
        );
    }

    #[test]
    fn containers_are_detected_by_variables_and_files() {
        for variable in ["REMOTE_CONTAINERS", "KUBERNETES_SERVICE_HOST"] {
            assert_eq!(
                found(URI, &[(variable, "10.0.0.1")], &[]),
                Surroundings::Container
            );
        }
        for file in ["/.dockerenv", "/run/.containerenv"] {
            assert_eq!(found(URI, &[], &[file]), Surroundings::Container);
        }
        assert_eq!(found(URI, &[], &[]), Surroundings::Here);
        let elsewhere = "https://app.example.com/";
        assert_eq!(
            found(elsewhere, &[("CODESPACES", "true")], &[]),
            Surroundings::Here
        );
    }

    #[test]
    fn a_variable_never_becomes_a_command() {
        let ssh = ("SSH_CONNECTION", "a b ;reboot 22;reboot");
        assert_eq!(
            command("http://localhost:8085/", &[ssh]),
            "ssh -L 8085:localhost:8085 USER@HOST"
        );
    }
}
