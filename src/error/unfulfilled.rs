//! Requests about tokens that Zoho did not fulfill: why, and what to do next.

use crate::error::Request;
use crate::error::explanation::{Explanation, LOGIN, explained, network, zoho};
use crate::untrusted::Untrusted;
use crate::zoho::data_centers::{DATA_CENTERS, DataCenter};
use crate::zoho::token::ExchangeError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;

pub(super) fn unfulfilled(
    request: &Request,
    error: &ExchangeError,
    server: &AccountsServer,
) -> Explanation {
    match error {
        ExchangeError::Refused(error) => refused(request, error, server).code(error.to_string()),
        ExchangeError::Unreadable(_) => zoho(
            "Unreadable response from Zoho",
            "Zoho does not send such responses, but a gateway or proxy in between may.",
            "If this happens again, check the proxy. Wait a minute, then try again:",
        )
        .command(again(request)),
        ExchangeError::NoAnswer(error) => {
            let grant_token = match request {
                Request::Exchange(_) | Request::SelfClient if error.unsent => {
                    " The grant token was not used, but it is valid only for a few minutes."
                }
                Request::Exchange(_) | Request::SelfClient => " The grant token may be used up.",
                _ => "",
            };
            let remedy = format!("{}{grant_token}", network(error));
            explained("No response from Zoho", &error.trouble.to_string(), &remedy)
        }
    }
}

/// What Zoho's error means for the request. After most of them, the same command may succeed.
fn refused(request: &Request, error: &TokenError, server: &AccountsServer) -> Explanation {
    let again = again(request);
    let retry = |title, cause: &str, remedy: &str| zoho(title, cause, remedy).command(again);
    let console = server.api_console();
    match (error, request) {
        (TokenError::InvalidClient, _) => invalid_client(request, server),
        (TokenError::InvalidClientSecret, _) => retry(
            "Client secret not accepted",
            &format!(
                "{server} does not accept the client secret: secrets differ by data center unless \
                 \"Use the same OAuth credentials for all data centers\" is selected."
            ),
            "Copy this data center's client secret from the API console, then try again:",
        )
        .console(console),
        (TokenError::InvalidRedirectUri, Request::Exchange(uri)) => retry(
            "Redirect URI not registered",
            "The redirect URI differs from the one registered for this client, perhaps by a single \
             character.",
            &format!("Register exactly {uri} for the client in the API console, and log in again:"),
        )
        .console(console),
        (TokenError::InvalidRedirectUri, _) => zoho(
            "Grant token from another client type",
            "The grant token belongs to a client that has a redirect URI.",
            "Use a grant token from the console's Self Client, or log in with this client:",
        )
        .command(LOGIN),
        (TokenError::InvalidCode, Request::Exchange(_)) => retry(
            "Grant token expired",
            "The grant token has expired, was already used, or belongs to another data center.",
            "A grant token is valid for about a minute and works once. Log in again and consent without delay:",
        ),
        (TokenError::InvalidCode, Request::SelfClient) => retry(
            "Grant token not accepted",
            "A grant token works once, for its own client, in its own data center, and for the 3 \
             to 10 minutes chosen when it was generated.",
            "Generate a new one in the API console (your self client → Generate Code) and exchange \
             it right away, with --dc set to that console's data center:",
        )
        .console(console),
        (TokenError::InvalidCode, Request::Device) => retry(
            "Code expired",
            "The code has expired, or its tokens were already fetched.",
            "Get a new code:",
        ),
        (TokenError::InvalidCode, Request::Refresh { .. }) => retry(
            "Refresh token no longer valid",
            "It was revoked, or newer consents displaced it (Zoho keeps about twenty per person \
             and client), or it belongs to another client or data center.",
            "Consent again:",
        ),
        (TokenError::InvalidCode, Request::Revoke) => zoho(
            "Refresh token no longer valid",
            "Zoho no longer recognizes it.",
            "Delete it here:",
        )
        .command("zoho-grant forget"),
        (TokenError::AccessDenied, _) => retry(
            "Access denied by Zoho",
            "The consent was declined, or too many grant tokens were requested.",
            "Wait a few minutes, then try again and accept:",
        ),
        (TokenError::Throttled, _) => zoho(
            "Too many token requests",
            "Zoho allows about ten token requests in ten minutes.",
            "Wait at least 10 minutes: every attempt before then extends the wait.",
        ),
        (TokenError::Other(code), _) => undocumented(code, again),
    }
}

/// The client is unknown at this server. Which option names another one depends on the request.
fn invalid_client(request: &Request, server: &AccountsServer) -> Explanation {
    let unknown = |remedy: &str| {
        let cause = format!(
            "{server} does not know the client ID: it is registered in another data center, or \
             multi-DC is turned off for it."
        );
        zoho("Client ID not found in this data center", &cause, remedy)
            .console(server.api_console())
    };
    let mut others = DATA_CENTERS.iter();
    let other = others.find(|center| server.data_center() != Some(center));
    let DataCenter { name, code, .. } = other.expect("there is more than one data center");
    let elsewhere = format!("{} --dc {code}", again(request));
    match request {
        Request::Device => unknown(&format!(
            "Use a client of the type \"Non-browser\" and the data center where it is registered, \
             for example {name}:"
        ))
        .command(elsewhere),
        Request::Exchange(_) | Request::SelfClient => unknown(&format!(
            "Turn on multi-DC in the client's Settings, or log in at the data center where the \
             client is registered, for example {name}:"
        ))
        .command(elsewhere),
        Request::Refresh { again } => unknown(
            "Consent again, with --dc set to the data center where the client is registered:",
        )
        .command(again),
        Request::Revoke => unknown(
            "Turn on multi-DC in the client's Settings, or set ZOHO_DC to the data center where it \
             is registered and pass the file with --env-file.",
        ),
    }
}

/// An undocumented error from Zoho's consent page or token request.
pub(super) fn undocumented(code: &Untrusted, again: &str) -> Explanation {
    let explanation = if code.raw() == "invalid_scope" {
        zoho(
            "Scope not accepted",
            "Zoho does not document this error; its name says that one of the scopes is wrong.",
            "Check the spelling of the scopes in zoho-grant login --scope. To look scopes up:",
        )
        .command("zoho-grant scopes")
    } else {
        zoho(
            "Zoho sent an error",
            "Zoho does not document this error.",
            "Check the client's type, secret and redirect URI in the API console, then try again:",
        )
        .command(again)
    };
    explanation.code(code.to_string())
}

/// The command that repeats a request.
fn again(request: &Request) -> &str {
    match request {
        Request::Exchange(_) => LOGIN,
        Request::SelfClient => "zoho-grant exchange",
        Request::Device => "zoho-grant device",
        Request::Refresh { again } => again,
        Request::Revoke => "zoho-grant revoke",
    }
}
