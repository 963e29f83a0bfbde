//! The command that connects the person's browser to a remote machine's redirect URI.

use std::net::IpAddr;
use zoho_grant::loopback::redirect_uri::RedirectUri;

/// The `ssh -L` command, if this machine was reached over SSH or is a container. Values that the variables do not
/// reveal remain placeholders.
pub fn command(uri: &RedirectUri, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    if !uri.is_here() {
        return None;
    }
    let (port, host) = (uri.port(), uri.host());
    let forward = format!("-L {port}:{host}:{port}");
    if variable("CODESPACES").is_some() {
        return Some(format!("gh codespace ssh -- {forward}"));
    }
    if let Some(connection) = variable("SSH_CONNECTION") {
        let mut parts = connection.split(' ').skip(2);
        let server = parts.next().filter(|part| part.parse::<IpAddr>().is_ok());
        let user = variable("USER").filter(|user| is_plain(user));
        let other_port = parts.next().filter(|part| *part != "22" && is_plain(part));
        let option = other_port
            .map(|port| format!(" -p {port}"))
            .unwrap_or_default();
        let user = user.unwrap_or_else(|| "USER".to_owned());
        let server = server.unwrap_or("HOST");
        return Some(format!("ssh {forward}{option} {user}@{server}"));
    }
    variable("REMOTE_CONTAINERS").map(|_| format!("ssh {forward} USER@HOST"))
}

/// Whether a shell would read the text as one plain word.
fn is_plain(text: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    !text.is_empty() && text.chars().all(plain) && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(uri: &str, variables: &[(&str, &str)]) -> Option<String> {
        let uri = RedirectUri::parse(uri).unwrap();
        command(&uri, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn ssh_tells_user_server_and_port() {
        let ssh = ("SSH_CONNECTION", "192.0.2.7 50514 198.51.100.4 22");
        let uri = "http://localhost:8085/callback";
        assert_eq!(
            line(uri, &[ssh, ("USER", "ada")]).unwrap(),
            "ssh -L 8085:localhost:8085 ada@198.51.100.4"
        );
        let other = ("SSH_CONNECTION", "192.0.2.7 50514 2001:db8::4 2222");
        assert_eq!(
            line("http://[::1]:90/", &[other, ("USER", "$(reboot)")]).unwrap(),
            "ssh -L 90:[::1]:90 -p 2222 USER@2001:db8::4"
        );
    }

    #[test]
    fn containers_have_their_own_way_in_and_others_need_none() {
        let uri = "http://localhost:8085/callback";
        assert_eq!(
            line(uri, &[("CODESPACES", "true")]).unwrap(),
            "gh codespace ssh -- -L 8085:localhost:8085"
        );
        assert_eq!(
            line(uri, &[("REMOTE_CONTAINERS", "true")]).unwrap(),
            "ssh -L 8085:localhost:8085 USER@HOST"
        );
        assert_eq!(line(uri, &[]), None);
        assert_eq!(
            line("https://app.example.com/", &[("CODESPACES", "true")]),
            None
        );
    }

    #[test]
    fn what_a_variable_holds_never_becomes_a_command() {
        let ssh = ("SSH_CONNECTION", "a b ;reboot 22;reboot");
        assert_eq!(
            line("http://localhost:8085/", &[ssh]).unwrap(),
            "ssh -L 8085:localhost:8085 USER@HOST"
        );
    }
}
