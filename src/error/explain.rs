//! Why something could not be done, and what to do next. Every sentence that names an option is here.

use crate::context::Signal;
use crate::error::{Error, Request};
use crate::handover::format_error::Why;
use crate::handover::format_options::Need;
use crate::handover::{NotWritten, Unwritten};
use crate::loopback::bind::{PortReason, PortUnavailable};
use crate::profiles::error::ProfileError;
use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;
use crate::zoho::crm::{Identity, Unchecked};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::token::ExchangeError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use std::io::ErrorKind;

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

const NOT_ZOHOS: &str = "Zoho does not answer like that: a gateway or a proxy in between may.";

impl Error {
    /// Why, what to do next, and the exit code.
    pub fn explain(&self) -> Explanation {
        match self {
            Self::Port(unavailable) => port(unavailable),
            Self::Unreachable(error) => network(error, ""),
            Self::TimedOut { redirect_uri, console } => told(
                4,
                "Either nobody consented, or Zoho showed an error page. Zoho does not redirect then, so zoho-grant \
                 cannot detect it.",
                format!(
                    "If Zoho showed an error page, correct what it names ({console}; the redirect URI must be exactly \
                     {redirect_uri}), and run the login again, with a longer --timeout if you need more time."
                ),
            ),
            Self::Stopped { signal, code_spent } => stopped(*signal, *code_spent),
            Self::Refused => told(
                3,
                "Somebody chose to reject on Zoho's page, so Zoho gave nothing.",
                "If that was a mistake, run the login again and accept.",
            ),
            Self::Authorization(code) => undocumented(code),
            Self::Empty => told(
                5,
                "The address that the browser brought was incomplete.",
                "Run the login again. If it happens again, check client and scopes in Zoho's API console.",
            ),
            Self::ForeignAccountsServer { named, location } => {
                foreign_accounts_server(named, location.as_ref())
            }
            Self::Unfulfilled { request, error, server } => unfulfilled(request, error, server),
            Self::CodeExpired => told(
                4,
                "A code lives about five minutes; nobody entered it and accepted while it did.",
                "Run the command again for a new code, and enter it at once; --timeout shortens the wait.",
            ),
            Self::ForeignLocation(_) => told(
                7,
                "Your client secret would have gone to that data center's server. It was not sent.",
                "If you know the server of that data center, give it with --trust-accounts-server.",
            ),
            Self::NoRefreshToken => told(
                5,
                "Zoho gives one only for offline access and a fresh consent; this login asked for both. The access \
                 token works for about an hour.",
                "Run the login again and accept on Zoho's page. If none comes again, look at the client's type in the \
                 console: a client-based (JavaScript) client never gets one, so register a server-based client.",
            ),
            Self::ForeignApiDomain(_) => told(
                7,
                "Nothing was sent there, so the credentials are unchecked.",
                "If you know that this server is Zoho's, give it with --trust-api-domain. Otherwise do not use the \
                 credentials, and revoke them.",
            ),
            Self::TokenNotAccepted(_) => told(
                5,
                "A fresh token is refused when the API domain is the wrong one, or when newer tokens have pushed it \
                 out: about ten live at a time.",
                "Check that this API domain is the one of your organization's data center, and run the login again.",
            ),
            Self::NotWritten(error) => not_written(error),
            Self::NotPrinted(_) => told(
                1,
                "The program that reads it may have ended, or its disk may be full.",
                "Run it again with an output that can be written.",
            ),
            Self::CannotKeep(error) => profile(error),
            Self::NotKept(error) => {
                let Explanation { cause, remedy, .. } = profile(error);
                let cause = format!("{cause} Nothing is lost: they were handed over instead.");
                told(1, cause, remedy)
            }
            Self::Profile(error) => kept(error),
            Self::NotPutBack(_) => told(
                1,
                "The access token is good and was handed over; the next run has to refresh again.",
                "Fix that: Zoho allows about ten refreshes in ten minutes.",
            ),
            Self::NotForgotten(_) => told(
                1,
                "They are of no use to anyone any more.",
                "Remove them yourself, so that no program tries them.",
            ),
            Self::NothingToRefresh { again } => told(
                5,
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
    let sentence = |(question, answer): (_, Option<&Unchecked>)| match answer? {
        Unchecked::TokenRefused => None,
        why @ Unchecked::ScopeMissing => Some(format!(
            "The {question} was not checked: {why}; add the scope to --scope and run the login again."
        )),
        why @ Unchecked::Because(_) => Some(format!("The {question} was not checked: {why}.")),
    };
    answers.into_iter().filter_map(sentence).collect()
}

/// What to do where credentials cannot take a form.
pub fn format(why: &Why) -> &'static str {
    match why {
        Why::CannotCarry(_) => "Choose another --format: json carries every value.",
        Why::DataCenter { .. } => "Choose another --format: json is good in every data center.",
        Why::Absent | Why::AbsentName(_) => "Leave it out, or choose --format json.",
        Why::Missing(Need::AccessToken) => "Give ZOHO_ACCESS_TOKEN, or run the login again.",
        Why::Missing(Need::RefreshToken) => {
            "Run the login again and accept on Zoho's page; only a consent gives one."
        }
        Why::Missing(Need::ApiDomain) => {
            "Give ZOHO_API_DOMAIN to `zoho-grant export`, or choose another --format."
        }
        Why::Missing(Need::Endpoint) => "Give --endpoint, such as crm.zoho.eu/crm/private.",
        Why::Missing(Need::Environment) => {
            "Give --environment: Production, Developer or Sandbox."
        }
        Why::Missing(Need::Edition) => {
            "Give --edition: Free, Standard, Professional, Enterprise or Ultimate."
        }
        Why::Missing(Need::StartDate) => "Give --start-date, such as 2026-01-01.",
        Why::Missing(Need::UserAgent) => {
            "Give --user-agent: the program's name and an address at which Zoho can reach you."
        }
    }
}

fn told(exit_code: u8, cause: impl Into<String>, remedy: impl Into<String>) -> Explanation {
    Explanation {
        cause: cause.into(),
        remedy: remedy.into(),
        exit_code,
    }
}

fn port(PortUnavailable { port, reason, .. }: &PortUnavailable) -> Explanation {
    let another = "register a redirect URI with another port beside this one and give it with --redirect-uri.";
    match reason {
        PortReason::ConnectionKept => told(
            6,
            "A program that used this port before still holds a connection on it. Your browser might send Zoho's \
             response through that connection, and the program could read it.",
            format!("Stop that program, or {another}"),
        ),
        PortReason::Refused(refused)
            if refused.kind() == ErrorKind::PermissionDenied && *port < FIRST_FREE_PORT =>
        {
            told(
                6,
                format!("You do not have the rights for port {port}: ports below 1024 need privileges."),
                format!("Run the login with those rights, or {another}"),
            )
        }
        PortReason::Refused(refused) => told(
            6,
            format!(
                "{}. Another port would not do: Zoho compares the redirect URI letter by letter.",
                sentence(&refused.to_string())
            ),
            format!("Stop that program, or {another}"),
        ),
    }
}

/// The system's words with a capital and without its error number.
fn sentence(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
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
    let (spent, remedy) = if code_spent {
        (
            "The grant token was on its way to Zoho, and no answer had come.",
            "Run the login again; the grant token is spent.",
        )
    } else {
        (
            "No grant token was used up.",
            "Run the login again when you want to go on.",
        )
    };
    told(signal.exit_code(), format!("{why} {spent}"), remedy)
}

fn foreign_accounts_server(named: &Untrusted, location: Option<&Untrusted>) -> Explanation {
    let center = DataCenter::of_accounts_server(named.raw());
    let told_center = location.and_then(|location| DataCenter::of_code(location.raw()));
    match (center, told_center) {
        (Some(center), Some(other)) if center != other => told(
            7,
            format!(
                "It is Zoho's, but not that of the data center {} named beside it. Nothing was sent anywhere.",
                other.code
            ),
            "Run the login again, and open only the address that it prints. If you were sent a link, that may have \
             been an attack.",
        ),
        (Some(_), _) => told(
            7,
            "It is Zoho's, but this login began at a server on this machine and stays there. Nothing was sent anywhere.",
            "Begin the login at Zoho: with --dc, and without --accounts-url.",
        ),
        (None, _) => told(
            7,
            "It is not one of Zoho's known servers, and it would have received your client secret. Nothing was sent \
             anywhere.",
            "If you know that this server is Zoho's, give it with --trust-accounts-server. Otherwise somebody may \
             have tampered with the address.",
        ),
    }
}

/// An error that Zoho describes nowhere, of its consent page or of the token request.
fn undocumented(code: &Untrusted) -> Explanation {
    let remedy = match code.raw() {
        "invalid_scope" => {
            "Check --scope letter by letter: one of the scopes may not exist (zoho-grant scopes lists those that do)."
        }
        _ => "Check client and scopes in Zoho's API console, and run the login again.",
    };
    told(5, "Zoho does not document this error.", remedy)
}

fn unfulfilled(request: &Request, error: &ExchangeError, server: &AccountsServer) -> Explanation {
    match error {
        ExchangeError::Refused(error) => refused(request, error, server),
        ExchangeError::Unreadable(_) => told(
            5,
            NOT_ZOHOS,
            "Wait a minute and run the command again; check the proxy if it happens again.",
        ),
        ExchangeError::NoAnswer(error) => network(
            error,
            match request {
                Request::Exchange { redirect_uri: None } if !error.unsent => {
                    " The grant token may be spent: make a new one in the console."
                }
                Request::Exchange { .. } if !error.unsent => " The grant token may be spent.",
                Request::Exchange { .. } => {
                    " The grant token was not used, but it lives for a few minutes at most."
                }
                _ => "",
            },
        ),
    }
}

fn refused(request: &Request, error: &TokenError, server: &AccountsServer) -> Explanation {
    let console = server.api_console();
    let (cause, remedy) = match (error, request) {
        (TokenError::InvalidClient, Request::Device) => (
            unknown_client(server),
            format!(
                "Use a client of the type \"non-browser\" ({console}), and --dc of the data center where it is registered."
            ),
        ),
        (TokenError::InvalidClient, _) => (
            unknown_client(server),
            format!(
                "Run it with --dc of the data center where the client is registered, or switch on multi-DC for the \
                 client ({console} → your client → Settings)."
            ),
        ),
        (TokenError::InvalidClientSecret, _) => (
            format!(
                "The client secret is not the one of {server}: secrets differ per data center unless \
                 \"Use the same OAuth credentials for all data centers\" is ticked."
            ),
            format!(
                "Copy the client secret of this data center ({console} → your client), and run the login again."
            ),
        ),
        (TokenError::InvalidRedirectUri, _) => (
            "The redirect URI differs from the one registered for this client, if only by one character.".to_owned(),
            match request {
                Request::Exchange { redirect_uri: Some(uri) } => format!(
                    "Register exactly {uri} ({console} → your client), and run the login again."
                ),
                _ => "Use a grant token of the console's Self Client: one of another client needs its redirect URI, so \
                      use login."
                    .to_owned(),
            },
        ),
        (TokenError::InvalidCode, _) => return invalid_code(request, console),
        (TokenError::AccessDenied, _) => (
            "The consent was refused, or too many grant tokens were asked for.".to_owned(),
            "Wait a few minutes, run the login again and accept.".to_owned(),
        ),
        (TokenError::Throttled, _) => (
            "Too many token requests in a short time: Zoho allows about ten in ten minutes.".to_owned(),
            "Wait at least 10 minutes before the next try: every try in between makes it longer.".to_owned(),
        ),
        (TokenError::Other(code), _) => return undocumented(code),
    };
    told(5, cause, remedy)
}

fn unknown_client(server: &AccountsServer) -> String {
    format!(
        "The client ID is unknown at {server}: it is registered in another data center, or multi-DC is off for it."
    )
}

fn invalid_code(request: &Request, console: &str) -> Explanation {
    match request {
        Request::Exchange { redirect_uri: Some(_) } => told(
            5,
            "The grant token had expired, was used before, or belongs to another data center.",
            "Run the login again and consent without a pause: a grant token lives for about a minute and works once.",
        ),
        Request::Exchange { redirect_uri: None } => told(
            5,
            "It works once, at its own data center, for its own client, and for the 3 to 10 minutes that were chosen \
             when the console made it: one of these does not hold.",
            format!(
                "Make a new one ({console} → your self client → Generate Code) and exchange it at once, with --dc of \
                 the data center whose console made it."
            ),
        ),
        Request::Device => told(
            5,
            "The code had expired, or its tokens were fetched already.",
            "Run the command again for a new code.",
        ),
        Request::Refresh { .. } | Request::Revoke => told(
            5,
            "It was revoked, or newer consents pushed it out (Zoho keeps about twenty per person and client), or it \
             belongs to another client or data center.",
            match request {
                Request::Refresh { again } => format!("Consent again: {again}"),
                _ => "There is nothing left to revoke.".to_owned(),
            },
        ),
    }
}

fn network(error: &NetworkError, grant_token: &str) -> Explanation {
    let remedy = match &error.trouble {
        NetworkFailure::Name => {
            "Check the network, the VPN and HTTPS_PROXY; and the spelling, if you gave --accounts-url."
        }
        NetworkFailure::Refused => {
            "Check the network, a firewall and HTTPS_PROXY; and the address, if you gave --accounts-url."
        }
        NetworkFailure::UnknownIssuer => {
            "Add your company's root certificate to the system's certificate store (or name a file that holds it in \
             SSL_CERT_FILE), or use a network without that proxy."
        }
        NetworkFailure::Validity => {
            "Set this machine's clock; if it is right, a proxy in between has an outdated certificate."
        }
        NetworkFailure::OtherName => {
            "Check the VPN, the proxy and the hosts file. Do not go on until Zoho itself answers."
        }
        NetworkFailure::NoAuthorities(_) => {
            "Install the system's certificates (on Debian: apt-get install ca-certificates); if SSL_CERT_FILE or \
             SSL_CERT_DIR is set, let it name certificates in PEM form (BEGIN CERTIFICATE)."
        }
        NetworkFailure::Tls(_) => "Check the proxy and the VPN; try another network.",
        NetworkFailure::Proxy(_) => {
            "Check HTTPS_PROXY and NO_PROXY, and whether the proxy wants a user and password."
        }
        NetworkFailure::Slow
        | NetworkFailure::Closed
        | NetworkFailure::TooLong(_)
        | NetworkFailure::Other(_) => "Check the network and the proxy, then run the command again.",
    };
    told(1, error.trouble.to_string(), format!("{remedy}{grant_token}"))
}

fn not_written(NotWritten { why, printed, .. }: &NotWritten) -> Explanation {
    let cause = if *printed {
        "Nothing is lost: they were printed instead."
    } else {
        "Nor could they be printed."
    };
    match why {
        Unwritten::RefreshTokenSpared => told(
            5,
            "The old one may be the only one that works. What there is went to standard output instead.",
            "Name another file with --output, or take the old refresh token out of this one first.",
        ),
        Unwritten::Format(error) => told(1, cause, format(&error.why)),
        Unwritten::File(_) => told(
            1,
            cause,
            "Copy them from the terminal or the page now, or correct the path and run the login again.",
        ),
        Unwritten::Output(_) => told(
            1,
            cause,
            "A page in the browser, if one waits, shows them once. Otherwise run the command again with --output FILE.",
        ),
    }
}

/// A profile that is wanted, not made.
fn kept(error: &ProfileError) -> Explanation {
    use ProfileError::{Keyring, Locked, NoKeyring};
    let explained = profile(error);
    match error {
        NoKeyring(_) | Locked(_) | Keyring(_) => told(
            explained.exit_code,
            explained.cause,
            "Unlock the keyring that holds them and run it in that session, or consent again and keep them in a file: \
             zoho-grant login --save --save-to file.",
        ),
        _ => explained,
    }
}

fn profile(error: &ProfileError) -> Explanation {
    let given = |reason: &str| {
        let reason = Untrusted::new(reason.trim_end_matches('.'));
        format!("The reason given: {reason}.")
    };
    match error {
        ProfileError::Missing { known, .. } => told(
            2,
            if known.is_empty() {
                "No profile was kept yet.".to_owned()
            } else {
                let known: Vec<_> = known.iter().map(Name::as_str).collect();
                format!("There are: {}.", known.join(", "))
            },
            "Name another with --profile, name a file of variables with --env-file, or keep one: zoho-grant login \
             --save.",
        ),
        ProfileError::Unreadable { path, reason } => told(
            1,
            given(reason),
            format!("Give yourself the right to read it: chmod 600 {}.", Untrusted::path(path)),
        ),
        ProfileError::NotAFile(path) => told(
            1,
            "A link, a folder or a pipe in place of such a file may be somebody's trap.",
            format!("Move what stands at {} away.", Untrusted::path(path)),
        ),
        ProfileError::NotOurs(path) => told(
            1,
            "Whoever owns it could have named servers of their own in it.",
            format!(
                "Run as its owner, or give it to yourself: sudo chown \"$USER\" {}.",
                Untrusted::path(path)
            ),
        ),
        ProfileError::Open(path) => told(
            1,
            "It holds secrets, so it is used only while nobody else can read or write it.",
            format!(
                "Close it: chmod go-rwx {}. If others use this machine, revoke what was kept: zoho-grant revoke.",
                Untrusted::path(path)
            ),
        ),
        ProfileError::Broken { path, reason } => told(
            1,
            given(reason),
            format!(
                "Correct {} or move it away, and keep the credentials anew: zoho-grant login --save.",
                Untrusted::path(path)
            ),
        ),
        ProfileError::Unwritable { reason, .. } => told(
            1,
            given(reason),
            "Free space there or correct its rights, and try again.",
        ),
        ProfileError::Lock { reason, .. } => told(
            1,
            given(reason),
            "Check the rights of its folder, and whether its file system can lock files.",
        ),
        ProfileError::Busy(path) => told(
            1,
            "It does not go on: it was stopped (Ctrl-Z), or waits for the keyring.",
            format!(
                "Let that run go on or end it, and try again; on Linux `fuser -v {}` names it.",
                Untrusted::path(path)
            ),
        ),
        ProfileError::NoKeyring(reason) => told(
            1,
            given(reason),
            "Give --save-to file to keep them in a file that only you can read, or leave --save out.",
        ),
        ProfileError::Locked(reason) => told(
            1,
            format!("Nobody unlocked it, or it has no default part ({}).", Untrusted::new(reason)),
            "Unlock the keyring (log in to the desktop, or open its password program) and try again, or give --save-to \
             file.",
        ),
        ProfileError::Keyring(reason) => told(
            1,
            given(reason),
            "Try again, or give --save-to file to keep them in a file that only you can read.",
        ),
        ProfileError::Lost(name) => told(
            1,
            "They were removed there, or another keyring is open.",
            format!("Consent again: zoho-grant login --save {name}."),
        ),
        ProfileError::Interrupted => told(
            1,
            "The keyring, or another run that uses the profile, did not answer in time.",
            "Use what was handed over, or log in again: with the keyring unlocked, or with --save-to file.",
        ),
    }
}
