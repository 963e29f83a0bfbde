//! Why something could not be done, and what to do next. Every sentence that names an option is here.

use crate::context::Signal;
use crate::error::explanation::{Explanation, LOGIN, explained, network, untrusted, zoho};
use crate::error::unfulfilled::{undocumented, unfulfilled};
use crate::error::{Error, profile};
use crate::handover::format_error::Why;
use crate::handover::format_options::Need;
use crate::handover::{NotWritten, Unwritten};
use crate::loopback::bind::{PortReason, PortUnavailable};
use crate::untrusted::Untrusted;
use crate::zoho::crm::{Identity, Unchecked};
use crate::zoho::data_centers::DataCenter;
use std::io::{self, ErrorKind};

/// Ports below this one require privileges on most systems.
const FIRST_FREE_PORT: u16 = 1024;

impl Error {
    /// Why, what to do next, and the exit code.
    #[expect(clippy::too_many_lines, reason = "one match, one arm for each error")]
    pub fn explain(&self) -> Explanation {
        match self {
            Self::Port(unavailable) => port(unavailable),
            Self::Unreachable(error) => explained(
                "Zoho could not be reached",
                &error.trouble.to_string(),
                network(error),
            ),
            Self::TimedOut {
                redirect_uri,
                console,
            } => explained(
                "Nothing received from Zoho",
                "Nobody consented, or Zoho showed an error page, which zoho-grant cannot detect.",
                &format!(
                    "If Zoho showed an error, fix its cause (the redirect URI must be exactly \
                     {redirect_uri}). Then log in again, with a longer --timeout if you need \
                     more time:"
                ),
            )
            .exiting(4)
            .command("zoho-grant login --timeout 15m")
            .console(console),
            Self::SetUpTimedOut => explained(
                "Nothing was entered in time",
                "Nobody continued to Zoho from the setup page.",
                "Run zoho-grant setup again, with a longer --timeout if necessary.",
            )
            .exiting(4),
            Self::OpenedTwice => untrusted(
                "The setup page was opened twice",
                "This system does not reveal who owns a connection, so one of the two may have been another user of \
                 this machine. What was entered there was discarded.",
                "If both were yours, run zoho-grant setup again and keep its tab open, or run zoho-grant login.",
            ),
            Self::Stopped { signal, code_spent } => stopped(*signal, *code_spent),
            Self::Refused => explained(
                "Consent declined",
                "Someone clicked Reject on Zoho's page.",
                "If that was a mistake, log in again and click Accept:",
            )
            .exiting(3)
            .code("access_denied")
            .command(LOGIN),
            Self::Authorization(code) => undocumented(code, LOGIN),
            Self::Empty => zoho(
                "Incomplete response from Zoho",
                "The address that the browser delivered was incomplete.",
                "Log in again:",
            )
            .command(LOGIN),
            Self::TwoDataCenters(named, location) => untrusted(
                "Two data centers in one response",
                &format!(
                    "The accounts server belongs to {} ({}), but the location is {location}. \
                     Nothing was sent anywhere.",
                    named.name, named.accounts_server
                ),
                "If someone sent you a link to log in, it may have been an attack. Log in again, \
                 and open only the address in the terminal:",
            )
            .command(LOGIN),
            Self::ForeignAccountsServer(named) => accounts_server(named),
            Self::Unfulfilled(request, error, server) => unfulfilled(request, error, server),
            Self::CodeExpired => explained(
                "Code expired",
                "A code is valid for about five minutes, and nobody entered it and accepted in \
                 that time.",
                "Get a new code and enter it right away:",
            )
            .exiting(4)
            .command("zoho-grant device"),
            Self::ForeignLocation(_) => untrusted(
                "Unknown data center",
                "Your client secret would have gone to that data center's server. It was not sent.",
                "If you know that server, pass it with --trust-accounts-server.",
            ),
            Self::NoRefreshToken => zoho(
                "No refresh token",
                "Zoho issues one only for offline access and a fresh consent; this login requested \
                 both. The access token works for about an hour.",
                "If the client's type in the API console is client-based (JavaScript), register a \
                 server-based client: the other kind never gets a refresh token. Then log in again \
                 and accept:",
            )
            .command(LOGIN),
            Self::ForeignApiDomain(_) => untrusted(
                "Unknown API domain",
                "Nothing was sent there, so the credentials are unchecked.",
                "If you know that this server is Zoho's, pass it with --trust-api-domain. \
                 Otherwise, do not use the credentials, and revoke them.",
            ),
            Self::TokenNotAccepted { code, .. } => zoho(
                "Access token not accepted by the CRM",
                "Either the API domain is wrong, or about ten newer tokens have displaced \
                 this one.",
                "Check that it is your organization's API domain, and log in again:",
            )
            .code(*code)
            .command(LOGIN),
            Self::NotWritten(error) => not_written(error),
            Self::NotPrinted(_) => explained(
                "Standard output failed",
                "The program that reads it may have exited, or the disk may be full.",
                "Run the command again with a writable output.",
            ),
            Self::NotKept(error) => profile::not_saved(error),
            Self::Profile(error) => profile::unusable(error),
            Self::CannotKeep(error) => profile::explain(error),
            Self::NotPutBack(_) => explained(
                "Refreshed token not saved",
                "The access token works and was output, but the next run must refresh again.",
                "Fix this soon: Zoho allows about ten refreshes in ten minutes.",
            ),
            Self::NotForgotten(_) => explained(
                "Revoked, but not deleted here",
                "They no longer work.",
                "Delete them yourself, so that no program tries to use them.",
            ),
            Self::NothingToRefresh { again } => zoho(
                "Access token expired",
                "An access token is valid for about an hour, and getting another requires a \
                 refresh token.",
                "Consent again:",
            )
            .command(again),
        }
    }
}

/// What the check could not find out and why, one sentence each. A token that is not accepted is reported as an error.
pub fn unchecked(identity: &Identity) -> Vec<String> {
    let sentence = |question, why: Option<&Unchecked>| {
        let remedy = match why? {
            Unchecked::TokenRefused(_) => return None,
            Unchecked::ScopeMissing => "; add the scope to --scope and run the login again",
            Unchecked::Because(_) => "",
        };
        Some(format!("The {question} was not checked: {}{remedy}.", why?))
    };
    let organization = sentence("organization", identity.organization.as_ref().err());
    let person = sentence("person", identity.user.as_ref().err());
    organization.into_iter().chain(person).collect()
}

/// What to do if credentials cannot be written in a form.
pub fn format(why: &Why) -> &'static str {
    match why {
        Why::CannotCarry(_) => "Choose another --format; json can represent every value.",
        Why::DataCenter { .. } => "Choose another --format; json works for every data center.",
        Why::Scope(_) => "Add it to --scope; zoho-grant scopes WORD finds scopes.",
        Why::NotAsked(_) => {
            "Omit --no-verify, and include ZohoCRM.org.READ and ZohoCRM.users.READ in the scopes."
        }
        Why::Absent | Why::AbsentName(_) => "Omit it, or choose --format json.",
        Why::Missing(Need::AccessToken) => "Set ZOHO_ACCESS_TOKEN, or run the login again.",
        Why::Missing(Need::RefreshToken) => "Run the login again and accept on Zoho's page.",
        Why::Missing(Need::ApiDomain) => {
            "Set ZOHO_API_DOMAIN for `zoho-grant export`, or choose another --format."
        }
        Why::Missing(Need::Endpoint) => "Pass --endpoint, such as crm.zoho.eu/crm/private.",
        Why::Missing(Need::Environment) => "Pass --environment Production, Developer or Sandbox.",
        Why::Missing(Need::StartDate) => "Pass --start-date, such as 2026-01-01.",
        Why::Missing(Need::UserAgent) => {
            "Pass --user-agent with the program's name and a way for Zoho to contact you."
        }
    }
}

fn port(PortUnavailable { port, reason, .. }: &PortUnavailable) -> Explanation {
    let is_low = *port < FIRST_FREE_PORT;
    let (cause, first) = match reason {
        PortReason::ConnectionKept => (
            "A program that used this port before still holds a connection on it. Your browser \
             might send Zoho's response through that connection, and the program could read it."
                .to_owned(),
            "Stop that program",
        ),
        PortReason::Refused(error) if is_low && error.kind() == ErrorKind::PermissionDenied => (
            format!("This user may not use port {port}: ports below 1024 require privileges."),
            "Run the login with those privileges",
        ),
        PortReason::Refused(error) => (
            format!(
                "{}. Zoho compares the redirect URI, including the port, character by character.",
                sentence(error)
            ),
            "Stop that program",
        ),
    };
    let other =
        "or also register a redirect URI with another port and pass it with --redirect-uri.";
    explained("Port unavailable", &cause, &format!("{first}, {other}")).exiting(6)
}

/// The system's message, capitalized and without its error number.
fn sentence(error: &io::Error) -> String {
    let text = error.to_string();
    capitalized(text.split(" (os error").next().unwrap_or(&text))
}

/// The text with a capital first letter.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn stopped(signal: Signal, code_spent: bool) -> Explanation {
    let why = match signal {
        Signal::Interrupt => "Ctrl-C was pressed.",
        Signal::Terminate => "The process was asked to end.",
        Signal::HangUp => "The terminal was closed.",
    };
    let spent = if code_spent {
        "The grant token had been sent to Zoho and is used up, but no response had arrived."
    } else {
        "No grant token was used up."
    };
    explained(
        "Login stopped",
        &format!("{why} {spent}"),
        "To continue, run the same command again.",
    )
    .exiting(signal.exit_code())
}

fn accounts_server(named: &Untrusted) -> Explanation {
    if DataCenter::of_accounts_server(named.raw()).is_some() {
        return untrusted(
            "Login began at another server",
            "That server is Zoho's, but this login began on this machine and stays here. Nothing was sent anywhere.",
            "Begin the login at Zoho: pass --dc and omit --accounts-url.",
        );
    }
    untrusted(
        "Unknown accounts server",
        "It is not one of Zoho's known servers. Nothing was sent anywhere, least of all your client secret.",
        "If you know that this server is Zoho's, pass it with --trust-accounts-server. Otherwise, someone may have \
         tampered with the address.",
    )
}

fn not_written(NotWritten { why, printed, .. }: &NotWritten) -> Explanation {
    let cause = if *printed {
        "Nothing is lost: they were printed instead."
    } else {
        "They could not be printed either."
    };
    let remedy = match why {
        Unwritten::RefreshTokenSpared => {
            return zoho(
                "File left unchanged",
                "The old refresh token may be the only one that works. The new credentials went to standard output instead.",
                "Pass another file with --output, or remove the old refresh token from this one first.",
            );
        }
        Unwritten::Format(error) => format(&error.why),
        Unwritten::File(_) => {
            "Copy them from the terminal or the page now, or correct the path and log in again."
        }
        Unwritten::Output(_) => {
            "If a page in the browser is waiting, it shows them once. Otherwise run the command again with --output FILE."
        }
    };
    explained("Credentials not written", cause, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn port_refused(port: u16, kind: ErrorKind) -> Explanation {
        let error = Error::Port(PortUnavailable {
            address: Ipv4Addr::LOCALHOST.into(),
            port,
            holder: String::new(),
            reason: PortReason::Refused(kind.into()),
        });
        error.explain()
    }

    #[test]
    fn a_low_port_lacks_rights_and_a_taken_one_is_held() {
        let low = port_refused(80, ErrorKind::PermissionDenied);
        assert_eq!(low.exit_code, 6);
        assert!(low.cause.contains("require privileges"), "{low:?}");
        assert!(!low.remedy.contains("Stop that program"), "{low:?}");
        for (port, kind) in [
            (80, ErrorKind::AddrInUse),
            (8085, ErrorKind::PermissionDenied),
        ] {
            let taken = port_refused(port, kind);
            assert_eq!(taken.exit_code, 6);
            assert!(!taken.cause.contains("privileges"), "{taken:?}");
            assert!(taken.remedy.starts_with("Stop that program"), "{taken:?}");
        }
        assert!(low.remedy.contains("--redirect-uri"), "{low:?}");
    }

    #[test]
    fn a_server_of_the_table_is_never_called_unknown() {
        let named = |server: &str, location: Option<&str>| {
            let named = Untrusted::new(server);
            let location = location.map(Untrusted::new);
            Error::foreign_accounts_server(named, location.as_ref()).explain()
        };
        let mismatch = named("https://accounts.zoho.eu", Some("in"));
        assert!(
            mismatch.cause.contains("Europe (https://accounts.zoho.eu)"),
            "{mismatch:?}"
        );
        assert!(mismatch.cause.contains("India (in)"), "{mismatch:?}");
        assert!(!mismatch.remedy.contains("--trust"), "{mismatch:?}");
        for location in [None, Some("eu"), Some("zz")] {
            let rehearsal = named("https://accounts.zoho.eu", location);
            assert!(
                rehearsal.cause.contains("began on this machine"),
                "{rehearsal:?}"
            );
        }
        let stranger = named("https://accounts.zoho.evil", Some("eu"));
        assert!(stranger.remedy.contains("--trust-accounts-server"));
        assert_eq!(
            [mismatch.exit_code, stranger.exit_code],
            [7, 7],
            "{stranger:?}"
        );
    }

    #[test]
    fn an_undocumented_error_leads_to_no_document() {
        let remedy = |code: &str| Error::Authorization(Untrusted::new(code)).explain().remedy;
        assert!(remedy("invalid_scope").contains("--scope"));
        for code in ["general_error", "invalid_scope", "new_one"] {
            assert!(!remedy(code).contains("documentation"), "{code}");
        }
    }
}
