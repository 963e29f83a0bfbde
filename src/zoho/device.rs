//! Consent on another device, in Zoho's own protocol, which is not RFC 8628
//! (zoho.com/accounts/protocol/oauth/devices).

use crate::untrusted::Untrusted;
use crate::zoho::client::Client;
use crate::zoho::http::{HttpAnswer, Zoho};
use crate::zoho::scopes::Scopes;
use crate::zoho::token::{self, ExchangeError, Tokens};
use crate::zoho::trust::{AccountsServer, plain_url};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Zoho's older page says 30 seconds, a newer one is quoted with 5: the slower one is always acceptable.
const INTERVAL: Duration = Duration::from_secs(30);

/// Zoho documents five minutes.
const LIFE: Duration = Duration::from_mins(5);

/// A larger number is in milliseconds: an interval in seconds is never as long as a code's lifetime.
const LONGEST_INTERVAL_IN_SECONDS: f64 = 300.0;

/// The code that the person enters, and the code for requesting the tokens.
#[derive(Debug)]
pub struct DeviceCode {
    /// The code to enter.
    pub user_code: Untrusted,
    /// Where to enter it: an http or https address.
    pub address: Untrusted,
    /// The same address with the code in it, if Zoho provided one.
    pub complete: Option<Untrusted>,
    /// The device code, which is exchanged for tokens after the consent.
    pub device_code: SecretString,
    /// The time between two polls.
    pub interval: Duration,
    /// The time until the code expires.
    pub life: Duration,
}

/// The answer to a poll.
#[derive(Debug)]
pub enum Poll {
    /// The person consented.
    Tokens(Tokens),
    /// They have not decided yet.
    Pending,
    /// The polls are too frequent.
    SlowDown,
    /// Their account is in the data center with this code: continue there.
    OtherDataCenter(Untrusted),
    /// They declined.
    Refused,
    /// The code has expired.
    Expired,
}

/// Requests a user code, with offline access and a fresh consent.
pub async fn code(
    zoho: &Zoho,
    server: &AccountsServer,
    client_id: &str,
    scopes: &Scopes,
) -> Result<DeviceCode, ExchangeError> {
    let scopes = scopes.joined(",");
    let form = [
        ("client_id", client_id),
        ("grant_type", "device_request"),
        ("scope", &scopes),
        ("access_type", "offline"),
        ("prompt", "consent"),
    ];
    judge_code(&zoho.post(server, "/oauth/v3/device/code", &form).await?)
}

/// Requests the tokens once.
pub async fn poll(
    zoho: &Zoho,
    server: &AccountsServer,
    client: &Client,
    code: &DeviceCode,
) -> Result<Poll, ExchangeError> {
    let form = [
        ("client_id", client.id()),
        ("client_secret", client.secret().expose_secret()),
        ("grant_type", "device_token"),
        ("code", code.device_code.expose_secret()),
    ];
    judge_poll(&zoho.post(server, "/oauth/v3/device/token", &form).await?)
}

fn judge_code(answer: &HttpAnswer) -> Result<DeviceCode, ExchangeError> {
    let awaited = "a user code";
    let fields = token::accepted(answer, awaited)?;
    let unreadable = || token::unreadable(answer, awaited);
    let address = |name| fields.told(name).filter(is_address);
    let time = |name, longest| {
        let time = fields.time(name, longest);
        time.filter(|time| !time.is_zero())
    };
    Ok(DeviceCode {
        user_code: fields.told("user_code").ok_or_else(unreadable)?,
        address: address("verification_url").ok_or_else(unreadable)?,
        complete: address("verification_uri_complete"),
        device_code: fields.secret("device_code").ok_or_else(unreadable)?,
        interval: time("interval", LONGEST_INTERVAL_IN_SECONDS).unwrap_or(INTERVAL),
        life: time("expires_in", token::LONGEST_LIFE_IN_SECONDS).unwrap_or(LIFE),
    })
}

fn is_address(text: &Untrusted) -> bool {
    plain_url(text.raw()).is_some_and(|url| matches!(url.scheme(), "https" | "http"))
}

/// Judged by the body: "pending" comes with status 200 or 400.
fn judge_poll(answer: &HttpAnswer) -> Result<Poll, ExchangeError> {
    let fields = token::read(answer, token::TOKEN)?;
    match fields.text("error") {
        Some("authorization_pending") => Ok(Poll::Pending),
        Some("slow_down") => Ok(Poll::SlowDown),
        Some("other_dc") => {
            let location = fields.text("user_location").unwrap_or_default();
            Ok(Poll::OtherDataCenter(Untrusted::new(location)))
        }
        Some("access_denied") => Ok(Poll::Refused),
        // The second is RFC 8628's term.
        Some("expired" | "expired_token") => Ok(Poll::Expired),
        _ => token::judge(answer).map(Poll::Tokens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::token_error::TokenError;
    use reqwest::StatusCode;

    fn answer(status: u16, body: &str) -> HttpAnswer {
        HttpAnswer {
            status: StatusCode::from_u16(status).unwrap(),
            body: body.as_bytes().to_vec().into(),
        }
    }

    fn times(fields: &str) -> (u128, u64) {
        let body = format!(
            r#"{{"user_code":"AB","device_code":"1000.d","verification_url":"https://accounts.zoho.com/device"{fields}}}"#
        );
        let code = judge_code(&answer(200, &body)).unwrap();
        (code.interval.as_millis(), code.life.as_secs())
    }

    fn polled(status: u16, body: &str) -> String {
        match judge_poll(&answer(status, body)) {
            Ok(Poll::Tokens(_)) => "tokens".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn times_come_in_seconds_or_milliseconds_or_not_at_all() {
        assert_eq!(times(r#","interval":5,"expires_in":300"#), (5000, 300));
        assert_eq!(
            times(r#","interval":"30000","expires_in":300000"#),
            (30_000, 300)
        );
        assert_eq!(
            times(r#","interval":1000,"expires_in":"86401000""#),
            (1000, 86_401)
        );
        assert_eq!(times(""), (30_000, 300));
        assert_eq!(times(r#","interval":0,"expires_in":-1"#), (30_000, 300));
        assert_eq!(
            times(r#","interval":"soon","expires_in":[1]"#),
            (30_000, 300)
        );
    }

    #[test]
    fn the_answer_needs_two_codes_and_an_address() {
        for body in [
            "<html>",
            "[]",
            r#"{"user_code":"A","device_code":"d"}"#,
            r#"{"user_code":"A","device_code":"d","verification_url":"javascript:alert(1)"}"#,
            r#"{"device_code":"d","verification_url":"https://a/"}"#,
            r#"{"user_code":"A","device_code":"d","device_code":"e","verification_url":"https://a/"}"#,
            r#"{"user_code":"A","device_code":"a\nb","verification_url":"https://a/"}"#,
        ] {
            let judged = judge_code(&answer(200, body));
            assert!(
                matches!(judged, Err(ExchangeError::Unreadable(_))),
                "{body}"
            );
        }
        let refused = judge_code(&answer(200, r#"{"error":"invalid_client"}"#)).unwrap_err();
        assert!(matches!(
            refused,
            ExchangeError::Refused(TokenError::InvalidClient)
        ));
    }

    #[test]
    fn a_poll_is_judged_by_its_body() {
        for status in [200, 400] {
            let pending = r#"{"error":"authorization_pending"}"#;
            assert_eq!(polled(status, pending), "Ok(Pending)");
        }
        assert_eq!(polled(200, r#"{"error":"slow_down"}"#), "Ok(SlowDown)");
        assert_eq!(polled(400, r#"{"error":"access_denied"}"#), "Ok(Refused)");
        assert_eq!(polled(200, r#"{"error":"expired"}"#), "Ok(Expired)");
        let moved = polled(200, r#"{"error":"other_dc","user_location":"eu"}"#);
        assert_eq!(moved, r#"Ok(OtherDataCenter(Untrusted("eu")))"#);
        assert_eq!(polled(200, r#"{"access_token":"a"}"#), "tokens");
        assert!(polled(200, r#"{"error":"invalid_code"}"#).contains("InvalidCode"));
        assert!(polled(502, "<html>").contains("web page"));
    }
}
