//! What a person is shown of an error, and its exit code.

use crate::zoho::network::{NetworkError, NetworkFailure as Failure};

/// The login command, which asks for what is missing.
pub(super) const LOGIN: &str = "zoho-grant login";

/// How an error is explained on the page, in the terminal and by the exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What went wrong, in a few words: the heading of a page.
    pub title: &'static str,
    /// Zoho's error code, safe to show.
    pub code: Option<String>,
    /// Why, in one line.
    pub cause: String,
    /// What to do next, in one line. It ends in a colon if a command follows.
    pub remedy: String,
    /// The complete command to run.
    pub command: Option<String>,
    /// The API console, if something must be changed there.
    pub console: Option<&'static str>,
    /// The process's exit code, as listed in the README.
    pub exit_code: u8,
}

impl Explanation {
    /// What to do next with its command and its console, in one line.
    pub fn next(&self) -> String {
        let mut next = self.remedy.clone();
        next.extend(self.command.iter().map(|command| format!(" {command}")));
        next.extend(
            self.console
                .map(|console| format!(" (API console: {console})")),
        );
        next
    }

    pub(super) fn code(self, code: impl Into<String>) -> Self {
        let code = Some(code.into());
        Self { code, ..self }
    }

    pub(super) fn command(self, command: impl Into<String>) -> Self {
        let command = Some(command.into());
        Self { command, ..self }
    }

    pub(super) fn exiting(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    pub(super) fn console(self, console: &'static str) -> Self {
        let console = Some(console);
        Self { console, ..self }
    }
}

/// This machine, or the network between it and Zoho, unless another exit code is set.
pub(super) fn explained(title: &'static str, cause: &str, remedy: &str) -> Explanation {
    Explanation {
        title,
        cause: cause.to_owned(),
        remedy: remedy.to_owned(),
        exit_code: 1,
        ..Explanation::default()
    }
}

/// Zoho answered, but not with what was requested.
pub(super) fn zoho(title: &'static str, cause: &str, remedy: &str) -> Explanation {
    explained(title, cause, remedy).exiting(5)
}

/// Refused for safety.
pub(super) fn untrusted(title: &'static str, cause: &str, remedy: &str) -> Explanation {
    explained(title, cause, remedy).exiting(7)
}

/// What to do if a request got no response.
pub fn network(error: &NetworkError) -> &'static str {
    match &error.trouble {
        Failure::Name => {
            "Check the network, the VPN, HTTPS_PROXY, and --accounts-url if you passed it."
        }
        Failure::Refused => {
            "Check the network, the firewall, HTTPS_PROXY, and --accounts-url if you passed it."
        }
        Failure::UnknownIssuer => {
            "Add your company's root certificate to the system's certificate store (or set SSL_CERT_FILE to a file that \
             contains it), or use a network without that proxy."
        }
        Failure::Validity => "Set this machine's clock, or have the proxy's certificate renewed.",
        Failure::OtherName => "Check the VPN, the proxy and the hosts file before you continue.",
        Failure::NoAuthorities(_) => {
            "Install the system's certificates (on Debian: apt-get install ca-certificates); if SSL_CERT_FILE or \
             SSL_CERT_DIR is set, it must point to certificates in PEM format (BEGIN CERTIFICATE)."
        }
        Failure::Tls(_) => "Check the proxy and the VPN; try another network.",
        Failure::Proxy(_) => {
            "Check HTTPS_PROXY and NO_PROXY, and whether the proxy requires a password."
        }
        Failure::ProxySetting(_) => {
            "Set it to an address such as http://proxy.example:8080 or socks5h://127.0.0.1:1080, without quotes, or unset it."
        }
        Failure::Slow | Failure::Closed | Failure::TooLong(_) | Failure::Other(_) => {
            "Check the network and the proxy, then run the command again."
        }
    }
}
