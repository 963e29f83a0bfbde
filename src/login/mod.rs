//! The login flow: from a bound redirect URI to the page that shows the outcome.

pub mod device;
mod exchange;
pub mod outcome;
mod reading;
pub mod self_client;

use crate::context::{Context, stopped};
use crate::error::Error;
use crate::event::{Event, reporting};
use crate::loopback::Loopback;
use crate::loopback::decide::{Answer, Expectation};
use crate::loopback::serve::{Page, Server, Serving};
use crate::pages;
use crate::pages::refused::page_for;
use crate::settings::Settings;
use crate::zoho::authorization::{AuthorizationRequest, random_letters, random_text};
use crate::zoho::http::Zoho;
use exchange::{exchange, unless_stopped};
use outcome::{Outcome, hand_over};
use secrecy::ExposeSecret;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until};

/// Runs one login, from the bound redirect URI to the page that shows the outcome.
pub async fn login(
    settings: &Settings,
    loopback: Loopback,
    context: &mut Context,
) -> Result<Outcome, Error> {
    attempt(settings, loopback, context, &|| {}, &pages::result::of).await
}

/// Renders the page that shows the outcome of a login.
pub(crate) type DrawOutcome<'a> = &'a dyn Fn(&Result<Outcome, Error>, &Settings) -> Page;

/// The same for a caller that needs to know when Zoho's response is accepted, and that renders the page.
pub(crate) async fn attempt(
    settings: &Settings,
    loopback: Loopback,
    context: &mut Context,
    called_back: &dyn Fn(),
    draw: DrawOutcome<'_>,
) -> Result<Outcome, Error> {
    let zoho = Zoho::new(settings.answer_within, reporting(&context.tell));
    let listens = loopback.redirect_uri().is_here();
    let request = AuthorizationRequest::new(
        &settings.home,
        settings.client.id(),
        &settings.scopes,
        loopback.redirect_uri().as_str(),
        settings.pkce,
        context.random.as_mut(),
    );
    let mut server = serve(settings, loopback, &request, context);
    let reached = unless_stopped(zoho.reach(&settings.home), context).await?;
    reached.map_err(Error::Unreachable)?;

    // Zoho's own URL contains the state, so no opener may have it on its command line.
    let start = listens.then(|| server.start_address());
    (context.tell)(Event::Ready {
        start: start.clone(),
        address: request.address.clone(),
    });
    if let Some(start) = start {
        (context.open)(&start);
    }
    let answer = wait(settings, &mut server, &request, context).await?;
    called_back();
    if answer.unseen {
        (context.tell)(Event::SenderUnseen);
    }

    let mut outcome: Result<Outcome, Error> = async {
        let granted = exchange::granted(answer.response)?;
        let obtained = exchange(&zoho, settings, Some(&request), granted, context).await?;
        Ok(Outcome {
            sender_unseen: answer.unseen,
            ..hand_over(&zoho, settings, obtained, settings.page_first, context).await
        })
    }
    .await;
    let page = draw(&outcome, settings);
    deliver(server, page, &mut outcome, settings, context).await;
    outcome
}

/// Shows the page. What was meant for it alone is handed over after all if no browser fetches it.
async fn deliver(
    server: Server,
    page: Page,
    outcome: &mut Result<Outcome, Error>,
    settings: &Settings,
    context: &mut Context,
) {
    let mut showing = pin!(server.show(page));
    // A second signal ends the process at once, so after the first nothing may be on the page alone.
    let delivered = tokio::select! {
        biased;
        delivered = &mut showing => Some(delivered),
        _ = stopped(&mut context.stopped) => None,
    };
    if let Ok(outcome) = outcome
        && settings.page_first
        && delivered != Some(true)
    {
        outcome.write(settings, context);
    }
    if delivered.is_none() {
        showing.await;
    }
}

fn serve(
    settings: &Settings,
    loopback: Loopback,
    request: &AuthorizationRequest,
    context: &mut Context,
) -> Server {
    let mut one_time = |place: &str| {
        let random = random_text(context.random.as_mut());
        format!("/{place}/{}", random.expose_secret()).into()
    };
    let (start_path, page_path) = (one_time("start"), one_time("result"));
    let name = random_letters(context.random.as_mut());
    let expected = Expectation {
        redirect_uri: loopback.redirect_uri().clone(),
        state: request.state.clone(),
        start_path,
        page_path,
        page_host: loopback.host_below_localhost(&name),
        home: settings.home.clone(),
        trust: settings.trust.clone(),
    };
    let (tell, rehearsal) = (Arc::clone(&context.tell), settings.rehearsal);
    let serving = Serving {
        expected,
        consent: request.address.clone(),
        persons: Arc::clone(&context.persons),
        draw: Arc::new(move |occasion| page_for(occasion, rehearsal)),
        tell: Arc::new(move |notice| tell(Event::OnPort(notice))),
    };
    Server::new(loopback, serving)
}

/// Waits for the authorization response. A response accepted before the deadline wins over the deadline.
async fn wait(
    settings: &Settings,
    server: &mut Server,
    request: &AuthorizationRequest,
    context: &mut Context,
) -> Result<Answer, Error> {
    let began = Instant::now();
    let deadline = began + settings.timeout;
    let mut second = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            biased;
            Some(answer) = server.answers.recv() => return Ok(answer),
            signal = stopped(&mut context.stopped) => return Err(Error::Stopped { signal, code_spent: false }),
            () = sleep_until(deadline) => return Err(Error::TimedOut {
                redirect_uri: request.redirect_uri.clone(),
                console: settings.home.api_console(),
            }),
            Some(text) = context.pasted.recv() => match server.pasted(&text) {
                Ok(answer) => return Ok(answer),
                Err(not) => (context.tell)(Event::NotTaken(not)),
            },
            now = second.tick() => (context.tell)(Event::Waiting {
                since: now.saturating_duration_since(began),
                left: deadline.saturating_duration_since(now),
                started: server.was_started(),
            }),
        }
    }
}
