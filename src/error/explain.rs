//! Why something could not be done, and what to do next. Every sentence that names an option is here.

use crate::context::Signal;
use crate::error::{Error, Request};
use crate::handover::format_error::Why;
use crate::handover::format_options::Need;
use crate::handover::{NotWritten, Unwritten};
use crate::loopback::bind::{PortReason, PortUnavailable};
use crate::profiles::error::ProfileError as Profile;
use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;
use crate::zoho::crm::{Identity, Unchecked};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::network::{NetworkError, NetworkFailure as Failure};
use crate::zoho::token::ExchangeError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use std::io::{self, ErrorKind};

/// What a person is told beside what could not be done.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why, in one line.
    pub cause: String,
    /// What to do next, in one line.
    pub remedy: String,
    /// The process's exit code, as the README lists them.
    pub exit_code: u8,
}

/// Ports below this one need privileges on most systems.
const FIRST_FREE_PORT: u16 = 1024;

impl Error {
    /// Why, what to do next, and the exit code.
    pub fn explain(&self) -> Explanation {
        match self {
            Self::Port(unavailable) => port(unavailable),
            Self::Unreachable(error) => machine(error.trouble.to_string(), network(error)),
            Self::TimedOut {
                redirect_uri,
                console,
            } => explained(
                4,
                "Nobody consented, or Zoho showed an error page, which zoho-grant cannot detect.",
                format!(
                    "If Zoho showed one, correct what it names ({console}; the redirect URI must be exactly \
                     {redirect_uri}). Then run the login again, with a longer --timeout if need be."
                ),
            ),
            Self::Stopped { signal, code_spent } => stopped(*signal, *code_spent),
            Self::Refused => explained(
                3,
                "Somebody clicked Reject on Zoho's page.",
                "If that was a mistake, run the login again and accept.",
            ),
            Self::Authorization(code) => undocumented(code),
            Self::Empty => zoho(
                "The address that the browser brought was incomplete.",
                "Run the login again.",
            ),
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
                "A code lives about five minutes; nobody entered it and accepted in that time.",
                "Run the command again for a new code, and enter it at once.",
            ),
            Self::ForeignLocation(_) => untrusted(
                "Your client secret would have gone to that data center's server. It was not sent.",
                "If you know that server, give it with --trust-accounts-server.",
            ),
            Self::NoRefreshToken => zoho(
                "Zoho gives one only for offline access and a fresh consent; this login asked for both. The access \
                 token works for about an hour.",
                "Run the login again and accept on Zoho's page. If none comes again, look at the client's type in the \
                 console: a client-based (JavaScript) client never gets one, so register a server-based client.",
            ),
            Self::ForeignApiDomain(_) => untrusted(
                "Nothing was sent there, so the credentials are unchecked.",
                "If you know that this server is Zoho's, give it with --trust-api-domain. Otherwise do not use the \
                 credentials, and revoke them.",
            ),
            Self::TokenNotAccepted { .. } => zoho(
                "Either the API domain is the wrong one, or newer tokens (about ten) have pushed this one out.",
                "Check that it is your organization's API domain, and run the login again.",
            ),
            Self::NotWritten(error) => not_written(error),
            Self::NotPrinted(_) => machine(
                "Whatever reads it may have ended, or its disk may be full.",
                "Run it again with an output that can be written.",
            ),
            Self::NotKept(error) => Explanation {
                cause: format!(
                    "{} Nothing is lost: they were handed over instead.",
                    profile(error).cause
                ),
                exit_code: 1,
                ..profile(error)
            },
            Self::Profile(
                error @ (Profile::NoKeyring(_) | Profile::Locked(_) | Profile::Keyring(_)),
            ) => {
                let remedy = "Unlock the keyring that holds them and run it in that session, or consent again and keep \
                     them in a file: zoho-grant login --save --save-to file.";
                machine(profile(error).cause, remedy)
            }
            Self::CannotKeep(error) | Self::Profile(error) => profile(error),
            Self::NotPutBack(_) => machine(
                "The access token is good and was handed over; the next run has to refresh again.",
                "Correct that soon: Zoho allows about ten refreshes in ten minutes.",
            ),
            Self::NotForgotten(_) => machine(
                "They are of no use to anyone any more.",
                "Remove them yourself, so that no program tries them.",
            ),
            Self::NothingToRefresh { again } => zoho(
                "An access token lives for about an hour, and only a refresh token gets another.",
                format!("Consent again: {again}"),
            ),
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

fn explained(exit_code: u8, cause: impl Into<String>, remedy: impl Into<String>) -> Explanation {
    Explanation {
        cause: cause.into(),
        remedy: remedy.into(),
        exit_code,
    }
}

/// This machine, or the way to Zoho.
fn machine(cause: impl Into<String>, remedy: impl Into<String>) -> Explanation {
    explained(1, cause, remedy)
}

/// Zoho answered, but not with what was asked for.
fn zoho(cause: impl Into<String>, remedy: impl Into<String>) -> Explanation {
    explained(5, cause, remedy)
}

/// Refused for safety.
fn untrusted(cause: &str, remedy: &str) -> Explanation {
    explained(7, cause, remedy)
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
    explained(6, cause, format!("{first}, {other}"))
}

/// The system's words with a capital and without its error number.
fn sentence(error: &io::Error) -> String {
    let text = error.to_string();
    let mut chars = text.split(" (os error").next().unwrap_or(&text).chars();
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
        "The grant token was on its way to Zoho and is spent; no answer had come."
    } else {
        "No grant token was used up."
    };
    let remedy = "Run the login again when you want to go on.";
    explained(signal.exit_code(), format!("{why} {spent}"), remedy)
}

fn accounts_server(named: &Untrusted, location: Option<&Untrusted>) -> Explanation {
    let center = DataCenter::of_accounts_server(named.raw());
    let at = location.and_then(|location| DataCenter::of_code(location.raw()));
    match (center, at) {
        (Some(center), Some(at)) if center != at => untrusted(
            "It is Zoho's, but not that of the data center named beside it. Nothing was sent anywhere.",
            "Run the login again, and open only the address that it prints. If you were sent a link, that may have \
             been an attack.",
        ),
        (Some(_), _) => untrusted(
            "It is Zoho's, but this login began on this machine and stays here. Nothing was sent anywhere.",
            "Begin the login at Zoho: give --dc and leave --accounts-url out.",
        ),
        (None, _) => untrusted(
            "It is not one of Zoho's known servers. Nothing was sent anywhere, your client secret least of all.",
            "If you know that this server is Zoho's, give it with --trust-accounts-server. Otherwise somebody may \
             have tampered with the address.",
        ),
    }
}

/// An error that Zoho describes nowhere, of its consent page or of the token request.
fn undocumented(code: &Untrusted) -> Explanation {
    let remedy = match code.raw() {
        "invalid_scope" => {
            "Check --scope of zoho-grant login letter by letter: one of the scopes may not exist."
        }
        _ => "Check client and scopes in Zoho's API console, and run the login again.",
    };
    zoho("Zoho does not document this error.", remedy)
}

fn unfulfilled(request: &Request, error: &ExchangeError, server: &AccountsServer) -> Explanation {
    match error {
        ExchangeError::Refused(error) => refused(request, error, server),
        ExchangeError::Unreadable(_) => zoho(
            "Zoho does not answer like that: a gateway or a proxy in between may.",
            "Wait a minute and run the login again; check the proxy if it happens again.",
        ),
        ExchangeError::NoAnswer(error) => {
            let grant_token = match request {
                Request::Exchange { .. } if error.unsent => {
                    " The grant token was not used, but it lives for minutes at most."
                }
                Request::Exchange { .. } => " The grant token may be spent.",
                _ => "",
            };
            let remedy = format!("{}{grant_token}", network(error));
            machine(error.trouble.to_string(), remedy)
        }
    }
}

fn refused(request: &Request, error: &TokenError, server: &AccountsServer) -> Explanation {
    let console = server.api_console();
    match (error, request) {
        (TokenError::InvalidClient, _) => invalid_client(request, server),
        (TokenError::InvalidClientSecret, _) => zoho(
            format!(
                "The client secret is not the one of {server}: secrets differ per data center unless \"Use the same \
                 OAuth credentials for all data centers\" is ticked."
            ),
            format!("Copy the client secret of this data center ({console} → your client)."),
        ),
        (
            TokenError::InvalidRedirectUri,
            Request::Exchange {
                redirect_uri: Some(uri),
            },
        ) => zoho(
            "The redirect URI differs from the one registered for this client, if only by one character.",
            format!("Register exactly {uri} ({console} → your client), and run the login again."),
        ),
        (TokenError::InvalidRedirectUri, _) => zoho(
            "The grant token is of a client that has a redirect URI.",
            "Use one of the console's Self Client, or run zoho-grant login.",
        ),
        (TokenError::InvalidCode, _) => invalid_code(request, console),
        (TokenError::AccessDenied, _) => zoho(
            "The consent was refused, or too many grant tokens were asked for.",
            "Wait a few minutes, run the login again and accept.",
        ),
        (TokenError::Throttled, _) => zoho(
            "Too many token requests in a short time: Zoho allows about ten in ten minutes.",
            "Wait at least 10 minutes before the next try: every try in between makes it longer.",
        ),
        (TokenError::Other(code), _) => undocumented(code),
    }
}

/// The client is unknown where it was sent: which option names another place depends on the request.
fn invalid_client(request: &Request, server: &AccountsServer) -> Explanation {
    let console = server.api_console();
    zoho(
        format!(
            "The client ID is unknown at {server}: it is registered in another data center, or multi-DC is off \
                 for it."
        ),
        match request {
            Request::Device => format!(
                "Use a client of the type \"non-browser\" ({console}), and --dc of the data center where it is \
                     registered."
            ),
            Request::Exchange { .. } => format!(
                "Run it with --dc of the data center where the client is registered, or switch on multi-DC for \
                     the client ({console} → your client → Settings)."
            ),
            Request::Refresh { again } => {
                format!(
                    "Consent again, with --dc of the data center where the client is registered: {again}"
                )
            }
            Request::Revoke => format!(
                "Switch on multi-DC for the client ({console} → your client → Settings), or set ZOHO_DC to the \
                     data center where it is registered and name the file with --env-file."
            ),
        },
    )
}

/// A grant token, a device code or a refresh token that Zoho does not know, or does not know any more.
fn invalid_code(request: &Request, console: &str) -> Explanation {
    match request {
        Request::Exchange {
            redirect_uri: Some(_),
        } => zoho(
            "The grant token had expired, was used before, or belongs to another data center.",
            "Run the login again and consent without a pause: a grant token lives for about a minute and works once.",
        ),
        Request::Exchange { redirect_uri: None } => zoho(
            "It works once, for its own client, at its own data center, and for the 3 to 10 minutes that were chosen \
             when the console made it: one of these does not hold, or it belongs to another data center.",
            format!(
                "Make a new one ({console} → your self client → Generate Code) and exchange it at once, with --dc of \
                 the data center whose console made it."
            ),
        ),
        Request::Device => zoho(
            "The code had expired, or its tokens were fetched already.",
            "Run the command again for a new code.",
        ),
        Request::Refresh { again } => zoho(
            "It was revoked, or newer consents pushed it out (Zoho keeps about twenty per person and client), or it \
             belongs to another client or data center.",
            format!("Consent again: {again}"),
        ),
        Request::Revoke => zoho(
            "Zoho does not know it any more.",
            "Remove it: zoho-grant forget.",
        ),
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
        Failure::OtherName => {
            "Check the VPN, the proxy and the hosts file, and do not go on before."
        }
        Failure::NoAuthorities(_) => {
            "Install the system's certificates (on Debian: apt-get install ca-certificates); if SSL_CERT_FILE or \
             SSL_CERT_DIR is set, let it name certificates in PEM form (BEGIN CERTIFICATE)."
        }
        Failure::Tls(_) => "Check the proxy and the VPN; try another network.",
        Failure::Proxy(_) => {
            "Check HTTPS_PROXY and NO_PROXY, and whether the proxy wants a password."
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
    let cause = if *printed {
        "Nothing is lost: they were printed instead."
    } else {
        "Nor could they be printed."
    };
    match why {
        Unwritten::RefreshTokenSpared => zoho(
            "The old one may be the only one that works. What there is went to standard output instead.",
            "Name another file with --output, or take the old refresh token out of this one first.",
        ),
        Unwritten::Format(error) => machine(cause, format(&error.why)),
        Unwritten::File(_) => machine(
            cause,
            "Copy them from the terminal or the page now, or correct the path and run the login again.",
        ),
        Unwritten::Output(_) => machine(
            cause,
            "A page in the browser, if one waits, shows them once. Otherwise run it again with --output FILE.",
        ),
    }
}

fn profile(error: &Profile) -> Explanation {
    let cause = match error {
        Profile::Missing { known, .. } if known.is_empty() => "No profile was kept yet.".to_owned(),
        Profile::Missing { known, .. } => {
            let known: Vec<_> = known.iter().map(Name::as_str).collect();
            format!("There are: {}.", known.join(", "))
        }
        Profile::Unreadable { reason, .. }
        | Profile::Broken { reason, .. }
        | Profile::Unwritable { reason, .. }
        | Profile::Lock { reason, .. }
        | Profile::NoKeyring(reason)
        | Profile::Keyring(reason) => {
            let reason = Untrusted::new(reason.trim_end_matches('.'));
            format!("The reason given: {reason}.")
        }
        Profile::Locked(reason) => {
            let reason = Untrusted::new(reason);
            format!("Nobody unlocked it, or it has no default part ({reason}).")
        }
        Profile::NotAFile(_) => {
            "A link, a folder or a pipe there may be somebody's trap.".to_owned()
        }
        Profile::NotOurs(_) => "Its owner could have named servers of their own in it.".to_owned(),
        Profile::Open(_) => "It holds secrets, which nobody else may read or write.".to_owned(),
        Profile::Busy(_) => "That run was stopped (Ctrl-Z), or waits for the keyring.".to_owned(),
        Profile::Interrupted => "The keyring, or another run, did not answer in time.".to_owned(),
        Profile::Lost(_) => "They were removed there, or another keyring is open.".to_owned(),
    };
    let exit_code = if matches!(error, Profile::Missing { .. }) {
        2
    } else {
        1
    };
    explained(exit_code, cause, profile_remedy(error))
}

fn profile_remedy(error: &Profile) -> String {
    let fixed = match error {
        Profile::Unreadable { path, .. } => {
            return format!(
                "Give yourself the right to read it: chmod 600 {}.",
                Untrusted::path(path)
            );
        }
        Profile::NotAFile(path) => {
            return format!("Move what is at {} away.", Untrusted::path(path));
        }
        Profile::NotOurs(path) => {
            let path = Untrusted::path(path);
            return format!(
                "Run as its owner, or give it to yourself: sudo chown \"$USER\" {path}."
            );
        }
        Profile::Open(path) => {
            let path = Untrusted::path(path);
            return format!(
                "Close it: chmod go-rwx {path}. If others use this machine, revoke what was kept: zoho-grant revoke."
            );
        }
        Profile::Broken { path, .. } => {
            let path = Untrusted::path(path);
            return format!(
                "Correct {path} or move it away, and save anew: zoho-grant login --save."
            );
        }
        Profile::Busy(path) => {
            let path = Untrusted::path(path);
            return format!("Let that run go on or end it; on Linux `fuser -v {path}` names it.");
        }
        Profile::Lost(name) => return format!("Consent again: zoho-grant login --save {name}."),
        Profile::Missing { .. } => {
            "Name another with --profile, a file of variables with --env-file, or save one: zoho-grant login --save."
        }
        Profile::Unwritable { .. } => "Free space there or correct its rights, and try again.",
        Profile::Lock { .. } => {
            "Check its folder's rights, and whether its file system can lock files."
        }
        Profile::NoKeyring(_) => {
            "Give --save-to file to keep them in a file that only you can read, or leave --save out."
        }
        Profile::Locked(_) => {
            "Unlock the keyring (log in to the desktop, or open its password program) and try again, or give \
             --save-to file."
        }
        Profile::Keyring(_) => {
            "Try again, or give --save-to file to keep them in a file that only you can read."
        }
        Profile::Interrupted => {
            "Use what was handed over, or log in again: with the keyring unlocked, or with --save-to file."
        }
    };
    fixed.to_owned()
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
        assert!(mismatch.cause.contains("named beside it"), "{mismatch:?}");
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
