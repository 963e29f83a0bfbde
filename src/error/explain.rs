//! Why something could not be done, and what to do next. Every sentence that names an option is here.

use crate::context::Signal;
use crate::error::{Error, Request, profile};
use crate::handover::format_error::Why;
use crate::handover::format_options::Need;
use crate::handover::{NotWritten, Unwritten};
use crate::loopback::bind::{PortReason, PortUnavailable};
use crate::untrusted::Untrusted;
use crate::zoho::crm::{Identity, Unchecked};
use crate::zoho::data_centers::{DATA_CENTERS, DataCenter};
use crate::zoho::network::{NetworkError, NetworkFailure as Failure};
use crate::zoho::token::ExchangeError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use std::io::{self, ErrorKind};

/// What a person is told when something could not be done: on the page, in the terminal and by the exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What went wrong, a few words: the heading of a page.
    pub title: &'static str,
    /// The code that Zoho sent, as it can be shown.
    pub code: Option<String>,
    /// Why, in one line.
    pub cause: String,
    /// What to do next, in one line. It ends in a colon where a command follows.
    pub remedy: String,
    /// The whole command that does it.
    pub command: Option<String>,
    /// The API console, where something has to be changed there.
    pub console: Option<&'static str>,
    /// The process's exit code, as the README lists them.
    pub exit_code: u8,
}

impl Explanation {
    /// What to do next with its command and its console, in one line.
    pub fn next(&self) -> String {
        let command = self.command.as_ref();
        let command = command.map(|command| format!(" {command}"));
        let console = self
            .console
            .map(|console| format!(" (API console: {console})"));
        format!(
            "{}{}{}",
            self.remedy,
            command.unwrap_or_default(),
            console.unwrap_or_default()
        )
    }

    pub(super) fn command(self, command: impl Into<String>) -> Self {
        let command = Some(command.into());
        Self { command, ..self }
    }

    fn console(self, console: &'static str) -> Self {
        let console = Some(console);
        Self { console, ..self }
    }
}

/// Ports below this one need privileges on most systems.
const FIRST_FREE_PORT: u16 = 1024;

/// The login once more, which asks for what is missing.
const LOGIN: &str = "zoho-grant login";

impl Error {
    /// Why, what to do next, and the exit code.
    pub fn explain(&self) -> Explanation {
        Explanation {
            code: self.code(),
            ..self.explained()
        }
    }

    /// The code that Zoho sent.
    fn code(&self) -> Option<String> {
        match self {
            Self::Refused => Some("access_denied".to_owned()),
            Self::Authorization(code) => Some(code.to_string()),
            Self::TokenNotAccepted { code, .. } => Some((*code).to_owned()),
            Self::Unfulfilled {
                error: ExchangeError::Refused(error),
                ..
            } => Some(error.to_string()),
            _ => None,
        }
    }

    fn explained(&self) -> Explanation {
        match self {
            Self::Port(unavailable) => port(unavailable),
            Self::Unreachable(error) => {
                machine("Zoho could not be reached", error.trouble.to_string(), network(error))
            }
            Self::TimedOut {
                redirect_uri,
                console,
            } => timed_out(redirect_uri).console(console),
            Self::SetUpTimedOut => explained(
                4,
                "Nothing was entered in time",
                "Nobody continued to Zoho from the set-up page.",
                "Run zoho-grant setup again, with a longer --timeout if need be.",
            ),
            Self::OpenedTwice => opened_twice(),
            Self::Stopped { signal, code_spent } => stopped(*signal, *code_spent),
            Self::Refused => explained(
                3,
                "Consent refused",
                "Somebody clicked Reject on Zoho's page.",
                "If that was a mistake, log in again and click Accept:",
            )
            .command(LOGIN),
            Self::Authorization(code) => undocumented("Zoho sent an error", code, LOGIN),
            Self::Empty => zoho(
                "Incomplete response from Zoho",
                "The address that the browser brought was incomplete.",
                "Log in again:",
            )
            .command(LOGIN),
            Self::ForeignAccountsServer { named, location } => {
                accounts_server(named, location.as_ref())
            }
            Self::Unfulfilled {
                request,
                error,
                server,
            } => unfulfilled(request, error, server),
            Self::CodeExpired => explained(
                4,
                "Code expired",
                "A code lives about five minutes; nobody entered it and accepted in that time.",
                "Get a new code, and enter it at once:",
            )
            .command("zoho-grant device"),
            Self::ForeignLocation(_) => untrusted(
                "Unknown data center",
                "Your client secret would have gone to that data center's server. It was not sent.",
                "If you know that server, give it with --trust-accounts-server.",
            ),
            Self::NoRefreshToken => zoho(
                "No refresh token",
                "Zoho gives one only for offline access and a fresh consent; this login asked for both. The access \
                 token works for about an hour.",
                "If the client's type in the API console is client-based (JavaScript), register a server-based client: \
                 the other kind never gets a refresh token. Then log in again and accept:",
            )
            .command(LOGIN),
            Self::ForeignApiDomain(_) => untrusted(
                "Unknown API domain",
                "Nothing was sent there, so the credentials are unchecked.",
                "If you know that this server is Zoho's, give it with --trust-api-domain. Otherwise do not use the \
                 credentials, and revoke them.",
            ),
            Self::TokenNotAccepted { .. } => zoho(
                "Access token not accepted by the CRM",
                "Either the API domain is the wrong one, or newer tokens (about ten) have pushed this one out.",
                "Check that it is your organization's API domain, and log in again:",
            )
            .command(LOGIN),
            Self::NotWritten(error) => not_written(error),
            Self::NotPrinted(_) => machine(
                "Standard output failed",
                "The program that reads it may have ended, or its disk may be full.",
                "Run the command again with an output that can be written.",
            ),
            Self::NotKept(error) => profile::not_saved(error),
            Self::Profile(error) => profile::unusable(error),
            Self::CannotKeep(error) => profile::explain(error),
            Self::NotPutBack(_) => machine(
                "Refreshed token not saved",
                "The access token is good and was handed over; the next run has to refresh again.",
                "Correct that soon: Zoho allows about ten refreshes in ten minutes.",
            ),
            Self::NotForgotten(_) => machine(
                "Revoked, but not deleted here",
                "They are of no use to anyone any more.",
                "Delete them yourself, so that no program tries them.",
            ),
            Self::NothingToRefresh { again } => zoho(
                "Access token expired",
                "An access token lives for about an hour, and only a refresh token gets another.",
                "Consent again:",
            )
            .command(again),
        }
    }
}

/// What the check could not tell and why, one sentence each. A refused token is a graver thing, told as an error.
pub fn unchecked(identity: &Identity) -> Vec<String> {
    let answers = [
        ("organization", identity.organization.as_ref().err()),
        ("person", identity.user.as_ref().err()),
    ];
    let sentence = |(question, why): (_, Option<&Unchecked>)| {
        let remedy = match why? {
            Unchecked::TokenRefused(_) => return None,
            Unchecked::ScopeMissing => "; add the scope to --scope and run the login again",
            Unchecked::Because(_) => "",
        };
        Some(format!("The {question} was not checked: {}{remedy}.", why?))
    };
    answers.into_iter().filter_map(sentence).collect()
}

/// What to do where credentials cannot take a form.
pub fn format(why: &Why) -> &'static str {
    match why {
        Why::CannotCarry(_) => "Choose another --format: json carries every value.",
        Why::DataCenter { .. } => "Choose another --format: json is good in every data center.",
        Why::Scope(_) => "Add it to --scope; zoho-grant scopes WORD finds scopes.",
        Why::NotAsked(_) => {
            "Leave --no-verify out, and let ZohoCRM.org.READ and ZohoCRM.users.READ be among the scopes."
        }
        Why::Absent | Why::AbsentName(_) => "Leave it out, or choose --format json.",
        Why::Missing(need) => match need {
            Need::AccessToken => "Give ZOHO_ACCESS_TOKEN, or run the login again.",
            Need::RefreshToken => "Run the login again and accept on Zoho's page.",
            Need::ApiDomain => {
                "Give ZOHO_API_DOMAIN to `zoho-grant export`, or choose another --format."
            }
            Need::Endpoint => "Give --endpoint, such as crm.zoho.eu/crm/private.",
            Need::Environment => "Give --environment: Production, Developer or Sandbox.",
            Need::StartDate => "Give --start-date, such as 2026-01-01.",
            Need::UserAgent => {
                "Give --user-agent: the program's name and where Zoho can reach you."
            }
        },
    }
}

pub(super) fn explained(
    exit_code: u8,
    title: &'static str,
    cause: impl Into<String>,
    remedy: impl Into<String>,
) -> Explanation {
    Explanation {
        title,
        cause: cause.into(),
        remedy: remedy.into(),
        exit_code,
        ..Explanation::default()
    }
}

fn timed_out(redirect_uri: &str) -> Explanation {
    explained(
        4,
        "Nothing received from Zoho",
        "Nobody consented, or Zoho showed an error page, which zoho-grant cannot detect.",
        format!(
            "If Zoho showed one, correct what it names (the redirect URI must be exactly {redirect_uri}). Then log in again, \
             with a longer --timeout if you need more time:"
        ),
    )
    .command("zoho-grant login --timeout 15m")
}

/// This machine, or the network between it and Zoho.
fn machine(
    title: &'static str,
    cause: impl Into<String>,
    remedy: impl Into<String>,
) -> Explanation {
    explained(1, title, cause, remedy)
}

/// Zoho answered, but not with what was asked for.
fn zoho(title: &'static str, cause: impl Into<String>, remedy: impl Into<String>) -> Explanation {
    explained(5, title, cause, remedy)
}

/// Refused for safety.
fn untrusted(title: &'static str, cause: &str, remedy: &str) -> Explanation {
    explained(7, title, cause, remedy)
}

fn port(PortUnavailable { port, reason, .. }: &PortUnavailable) -> Explanation {
    let (cause, first) = match reason {
        PortReason::ConnectionKept => (
            "A program that used this port before still holds a connection on it. Your browser might send Zoho's \
             response through that connection, and the program could read it."
                .to_owned(),
            "Stop that program",
        ),
        PortReason::Refused(refused) if refused.kind() == ErrorKind::PermissionDenied && *port < FIRST_FREE_PORT => (
            format!("This user may not use port {port}: ports below 1024 need privileges."),
            "Run the login with the rights for it",
        ),
        PortReason::Refused(refused) => (
            format!("{}. Zoho compares the redirect URI, port included, letter by letter.", sentence(refused)),
            "Stop that program",
        ),
    };
    let other = "or register a redirect URI with another port beside this one and give it with --redirect-uri.";
    explained(6, "Port unavailable", cause, format!("{first}, {other}"))
}

/// The system's words with a capital and without its error number.
fn sentence(error: &io::Error) -> String {
    let text = error.to_string();
    let mut chars = text.split(" (os error").next().unwrap_or(&text).chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn opened_twice() -> Explanation {
    untrusted(
        "The set-up page was opened twice",
        "This system does not tell whose connections these are, so one of the two may have been another user of this \
         machine. What was entered there is forgotten.",
        "If both were yours, run zoho-grant setup again and keep its tab open; or run zoho-grant login.",
    )
}

fn stopped(signal: Signal, code_spent: bool) -> Explanation {
    let why = match signal {
        Signal::Interrupt => "Ctrl-C was pressed.",
        Signal::Terminate => "The process was asked to end.",
        Signal::HangUp => "The terminal was closed.",
    };
    let spent = if code_spent {
        "The grant token was on its way to Zoho and is spent; no answer had come."
    } else {
        "No grant token was used up."
    };
    let exit_code = signal.exit_code();
    explained(
        exit_code,
        "Login stopped",
        format!("{why} {spent}"),
        "To continue, log in again:",
    )
    .command(LOGIN)
}

fn accounts_server(named: &Untrusted, location: Option<&Untrusted>) -> Explanation {
    let center = DataCenter::of_accounts_server(named.raw());
    let at = location.and_then(|location| DataCenter::of_code(location.raw()));
    match (center, at) {
        (Some(center), Some(at)) if center != at => untrusted(
            "Two data centers in one response",
            &format!(
                "The accounts server is that of {} ({named}), but the location is {} ({}). Nothing was sent anywhere.",
                center.name, at.name, at.code
            ),
            "If somebody sent you a link to log in, it may have been an attack. Log in again, and open only the address \
             in the terminal:",
        )
        .command(LOGIN),
        (Some(_), _) => untrusted(
            "Login began at another server",
            "That server is Zoho's, but this login began on this machine and stays here. Nothing was sent anywhere.",
            "Begin the login at Zoho: give --dc and leave --accounts-url out.",
        ),
        (None, _) => untrusted(
            "Unknown accounts server",
            "It is not one of Zoho's known servers. Nothing was sent anywhere, your client secret least of all.",
            "If you know that this server is Zoho's, give it with --trust-accounts-server. Otherwise somebody may \
             have tampered with the address.",
        ),
    }
}

/// An error that Zoho describes nowhere, of its consent page or of the token request.
fn undocumented(title: &'static str, code: &Untrusted, again: &str) -> Explanation {
    if code.raw() == "invalid_scope" {
        return zoho(
            "Scope not accepted",
            "Zoho does not document this error; its name says that one of the scopes is wrong.",
            "Check the option --scope of zoho-grant login letter by letter. To look scopes up:",
        )
        .command("zoho-grant scopes");
    }
    zoho(
        title,
        "Zoho does not document this error.",
        "Check the client's type, secret and redirect URI in the API console, then try again:",
    )
    .command(again)
}

/// The command that makes a request once more.
fn again(request: &Request) -> &str {
    match request {
        Request::Exchange {
            redirect_uri: Some(_),
        } => LOGIN,
        Request::Exchange { redirect_uri: None } => "zoho-grant exchange",
        Request::Device => "zoho-grant device",
        Request::Refresh { again } => again,
        Request::Revoke => "zoho-grant revoke",
    }
}

fn unfulfilled(request: &Request, error: &ExchangeError, server: &AccountsServer) -> Explanation {
    match error {
        ExchangeError::Refused(error) => refused(request, error, server),
        ExchangeError::Unreadable(_) => zoho(
            "Unreadable answer from Zoho",
            "Zoho does not answer like that: a gateway or a proxy in between may.",
            "Wait a minute, then try again. If it happens again, check the proxy:",
        )
        .command(again(request)),
        ExchangeError::NoAnswer(error) => {
            let grant_token = match request {
                Request::Exchange { .. } if error.unsent => {
                    " The grant token was not used, but it lives for minutes at most."
                }
                Request::Exchange { .. } => " The grant token may be spent.",
                _ => "",
            };
            let remedy = format!("{}{grant_token}", network(error));
            machine("No answer from Zoho", error.trouble.to_string(), remedy)
        }
    }
}

fn refused(request: &Request, error: &TokenError, server: &AccountsServer) -> Explanation {
    let console = server.api_console();
    match (error, request) {
        (TokenError::InvalidClient, _) => invalid_client(request, server),
        (TokenError::InvalidClientSecret, _) => zoho(
            "Client secret not accepted",
            format!(
                "The client secret is not the one of {server}: secrets differ per data center unless \"Use the same \
                 OAuth credentials for all data centers\" is ticked."
            ),
            "Copy the client secret of this data center from the API console, then try again:",
        )
        .command(again(request))
        .console(console),
        (
            TokenError::InvalidRedirectUri,
            Request::Exchange {
                redirect_uri: Some(uri),
            },
        ) => zoho(
            "Redirect URI not registered",
            "The redirect URI differs from the one registered for this client, if only by one character.",
            format!("Register exactly {uri} for the client in the API console, and log in again:"),
        )
        .command(LOGIN)
        .console(console),
        (TokenError::InvalidRedirectUri, _) => zoho(
            "Grant token of another client type",
            "The grant token is of a client that has a redirect URI.",
            "Use a grant token of the console's Self Client, or log in with this client:",
        )
        .command(LOGIN),
        (TokenError::InvalidCode, _) => invalid_code(request, console),
        (TokenError::AccessDenied, _) => zoho(
            "Access denied by Zoho",
            "The consent was refused, or too many grant tokens were requested.",
            "Wait a few minutes, then try again and accept:",
        )
        .command(again(request)),
        (TokenError::Throttled, _) => zoho(
            "Too many token requests",
            "Zoho allows about ten token requests in ten minutes.",
            "Wait at least 10 minutes: every attempt before then extends the wait.",
        ),
        (TokenError::Other(code), _) => undocumented("Zoho sent an error", code, again(request)),
    }
}

/// The client is unknown where it was sent: which option names another place depends on the request.
fn invalid_client(request: &Request, server: &AccountsServer) -> Explanation {
    let explanation = zoho(
        "Client ID not found in this data center",
        format!(
            "{server} does not know the client ID: it is registered in another data center, or multi-DC is off for it."
        ),
        String::new(),
    )
    .console(server.api_console());
    let elsewhere = elsewhere(server);
    let (remedy, command) = match request {
        Request::Device => (
            format!(
                "Use a client of the type \"Non-browser\", and the data center where it is registered, for example {}:",
                elsewhere.name
            ),
            format!("zoho-grant device --dc {}", elsewhere.code),
        ),
        Request::Exchange { .. } => (
            format!(
                "Turn on multi-DC in the client's Settings, or log in at the data center where the client is registered, \
                 for example {}:",
                elsewhere.name
            ),
            format!("{} --dc {}", again(request), elsewhere.code),
        ),
        Request::Refresh { again } => (
            "Consent again, with --dc of the data center where the client is registered:"
                .to_owned(),
            again.clone(),
        ),
        Request::Revoke => {
            let remedy = "Turn on multi-DC in the client's Settings, or set ZOHO_DC to the data center where it is \
                          registered and name the file with --env-file.";
            let remedy = remedy.to_owned();
            return Explanation {
                remedy,
                ..explanation
            };
        }
    };
    Explanation {
        remedy,
        ..explanation
    }
    .command(command)
}

/// Another data center than the one that was asked, as an example.
fn elsewhere(server: &AccountsServer) -> &'static DataCenter {
    let mut others = DATA_CENTERS.iter();
    let other = others.find(|center| server.data_center() != Some(center));
    other.expect("the table has more than one data center")
}

/// A grant token, a device code or a refresh token that Zoho does not know, or does not know any more.
fn invalid_code(request: &Request, console: &'static str) -> Explanation {
    match request {
        Request::Exchange {
            redirect_uri: Some(_),
        } => zoho(
            "Grant token expired",
            "The grant token had expired, was used before, or belongs to another data center.",
            "A grant token lives for about a minute and works once. Log in again and consent without a pause:",
        )
        .command(LOGIN),
        Request::Exchange { redirect_uri: None } => zoho(
            "Grant token not accepted",
            "A grant token works once, for its own client, at its own data center, and for the 3 to 10 minutes that were \
             chosen when it was generated.",
            "Generate a new one in the API console (your self client → Generate Code) and exchange it at once, with --dc \
             of that console's data center:",
        )
        .command("zoho-grant exchange")
        .console(console),
        Request::Device => zoho(
            "Code expired",
            "The code had expired, or its tokens were fetched already.",
            "Get a new code:",
        )
        .command("zoho-grant device"),
        Request::Refresh { again } => zoho(
            "Refresh token no longer valid",
            "It was revoked, or newer consents pushed it out (Zoho keeps about twenty per person and client), or it \
             belongs to another client or data center.",
            "Consent again:",
        )
        .command(again),
        Request::Revoke => zoho(
            "Refresh token no longer valid",
            "Zoho does not know it any more.",
            "Delete it here:",
        )
        .command("zoho-grant forget"),
    }
}

/// What to do where a request got no answer.
pub fn network(error: &NetworkError) -> &'static str {
    match &error.trouble {
        Failure::Name => {
            "Check the network, the VPN, HTTPS_PROXY, and --accounts-url if you gave it."
        }
        Failure::Refused => {
            "Check the network, the firewall, HTTPS_PROXY, and --accounts-url if you gave it."
        }
        Failure::UnknownIssuer => {
            "Add your company's root certificate to the system's certificate store (or name a file that holds it in \
             SSL_CERT_FILE), or use a network without that proxy."
        }
        Failure::Validity => "Set this machine's clock, or have the proxy's certificate renewed.",
        Failure::OtherName => "Check the VPN, the proxy and the hosts file before you continue.",
        Failure::NoAuthorities(_) => {
            "Install the system's certificates (on Debian: apt-get install ca-certificates); if SSL_CERT_FILE or \
             SSL_CERT_DIR is set, let it name certificates in PEM form (BEGIN CERTIFICATE)."
        }
        Failure::Tls(_) => "Check the proxy and the VPN; try another network.",
        Failure::Proxy(_) => {
            "Check HTTPS_PROXY and NO_PROXY, and whether the proxy requires a password."
        }
        Failure::ProxySetting(_) => {
            "Set it as in http://proxy.example:8080 or socks5h://127.0.0.1:1080, without quotes; or unset it."
        }
        Failure::Slow | Failure::Closed | Failure::TooLong(_) | Failure::Other(_) => {
            "Check the network and the proxy, then run the command again."
        }
    }
}

fn not_written(NotWritten { why, printed, .. }: &NotWritten) -> Explanation {
    let title = "Credentials not written";
    let cause = if *printed {
        "Nothing is lost: they were printed instead."
    } else {
        "They could not be printed either."
    };
    match why {
        Unwritten::RefreshTokenSpared => zoho(
            "File left unchanged",
            "The old refresh token may be the only one that works. The new credentials went to standard output instead.",
            "Name another file with --output, or remove the old refresh token from this one first.",
        ),
        Unwritten::Format(error) => machine(title, cause, format(&error.why)),
        Unwritten::File(_) => machine(
            title,
            cause,
            "Copy them from the terminal or the page now, or correct the path and log in again.",
        ),
        Unwritten::Output(_) => machine(
            title,
            cause,
            "If a page in the browser is waiting, it shows them once. Otherwise run the command again with --output FILE.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn port_refused(port: u16, kind: ErrorKind) -> Explanation {
        let error = Error::Port(PortUnavailable {
            address: Ipv4Addr::LOCALHOST.into(),
            port,
            holder: None,
            reason: PortReason::Refused(kind.into()),
        });
        error.explain()
    }

    #[test]
    fn a_low_port_lacks_rights_and_a_taken_one_is_held() {
        let low = port_refused(80, ErrorKind::PermissionDenied);
        assert_eq!(low.exit_code, 6);
        assert!(low.cause.contains("need privileges"), "{low:?}");
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
            Error::ForeignAccountsServer { named, location }.explain()
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
