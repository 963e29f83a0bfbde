//! Consent on another device: the person enters a code there while this program polls Zoho for the tokens.

use crate::context::{Context, stopped};
use crate::error::{Error, Request};
use crate::event::{Event, reporting};
use crate::login::exchange::{complete, finish, unless_stopped};
use crate::login::outcome::{Outcome, hand_over};
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use crate::zoho::device::{self, DeviceCode, Poll};
use crate::zoho::http::Zoho;
use crate::zoho::token::{ExchangeError, Tokens};
use crate::zoho::trust::AccountsServer;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until};

/// How many consecutive polls may fail in transit before the login ends.
const TROUBLES: u8 = 3;

/// Polling Zoho faster would only earn a request to slow down; a stand-in sets its own pace.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// One login with a non-browser client, from requesting the user code to handing over the credentials.
pub async fn device(settings: &Settings, context: &mut Context) -> Result<Outcome, Error> {
    let zoho = Zoho::new(settings.answer_within, reporting(&context.tell));
    let asked = device::code(
        &zoho,
        &settings.home,
        settings.client.id(),
        &settings.scopes,
    );
    let code = unless_stopped(asked, context).await?;
    let code = code.map_err(|error| match error {
        ExchangeError::NoAnswer(error) => Error::Unreachable(error),
        error => Request::Device.unfulfilled(error, &settings.home),
    })?;
    (context.tell)(Event::EnterCode {
        user_code: code.user_code.clone(),
        address: code.address.clone(),
        complete: code.complete.clone(),
    });
    (context.open)(code.complete.as_ref().unwrap_or(&code.address).raw());
    let (tokens, from) = poll(&zoho, settings, &code, context).await?;
    let obtained = complete(&zoho, settings, tokens, from, None, context).await;
    Ok(hand_over(&zoho, settings, obtained, false, context).await)
}

/// Polls at the interval and the data center that Zoho names until there are tokens.
async fn poll(
    zoho: &Zoho,
    settings: &Settings,
    code: &DeviceCode,
    context: &mut Context,
) -> Result<(Tokens, (AccountsServer, Option<Untrusted>)), Error> {
    let began = Instant::now();
    let deadline = began + code.life.min(settings.timeout);
    let (mut server, mut location) = (settings.home.clone(), None);
    let mut pace = if server.is_loopback() {
        code.interval
    } else {
        code.interval.max(SHORTEST_INTERVAL)
    };
    let mut troubles = 0;
    loop {
        pause(pace, began, deadline, context).await?;
        let asked = device::poll(zoho, &server, &settings.client, code);
        // No grant token is at risk here: the code can be polled for again.
        let answer = finish(asked, false, &mut context.stopped).await?;
        troubles = if answer.is_err() { troubles + 1 } else { 0 };
        match answer {
            Ok(Poll::Tokens(tokens)) => return Ok((tokens, (server, location))),
            // Zoho does not document by how much; doubling turns 5 seconds into 10, as in RFC 8628 section 3.5.
            Ok(Poll::SlowDown) => pace = pace.saturating_mul(2),
            Ok(Poll::OtherDataCenter(told)) => {
                // The client secret goes there, so only a known data center or the person may name it. A server that redirects
                // us to itself leads nowhere.
                let other = settings.trust.at_location(told.raw(), &settings.home);
                let other = other.filter(|other| *other != server);
                server = other.ok_or_else(|| Error::ForeignLocation(told.clone()))?;
                location = Some(told);
                (context.tell)(Event::MovedTo(server.to_string()));
            }
            Ok(Poll::Refused) => return Err(Error::Refused),
            Ok(Poll::Expired) => return Err(Error::CodeExpired),
            Err(error) if troubles == TROUBLES || matches!(error, ExchangeError::Refused(_)) => {
                return Err(Request::Device.unfulfilled(error, &server));
            }
            Ok(Poll::Pending) | Err(_) => {}
        }
    }
}

async fn pause(
    pace: Duration,
    began: Instant,
    deadline: Instant,
    context: &mut Context,
) -> Result<(), Error> {
    let until = Instant::now().checked_add(pace).unwrap_or(deadline);
    let mut second = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            biased;
            signal = stopped(&mut context.stopped) => return Err(Error::Stopped { signal, code_spent: false }),
            () = sleep_until(deadline) => return Err(Error::CodeExpired),
            () = sleep_until(until) => return Ok(()),
            now = second.tick() => (context.tell)(Event::Waiting {
                since: now.saturating_duration_since(began),
                left: deadline.saturating_duration_since(now),
                started: true,
            }),
        }
    }
}
