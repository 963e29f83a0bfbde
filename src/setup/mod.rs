//! The guided setup: a page on an origin of its own that leads from nothing to a login, and stays until one succeeds.

pub mod decide;
pub mod draft;
mod form;
mod front;

use crate::context::{Context, Signal, stopped};
use crate::error::Error;
use crate::event::{Event, SetUp};
use crate::login::outcome::Outcome;
use crate::login::{DrawOutcome, attempt};
use crate::loopback::Loopback;
use crate::loopback::redirect_uri::RedirectUri;
use crate::loopback::serve::Page;
use crate::pages;
use crate::settings::Settings;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use draft::{Beginning, Center, Draft, Entered, SetupField};
use front::{Front, Phase, Step};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval, sleep_until};

/// Where the page is served: on a free port, an origin that hardly any app used before.
const LISTENS: &str = "http://127.0.0.1:0/";

/// Turns what was entered into settings, or says why the destination is unavailable.
pub type Make<'a> = &'a dyn Fn(Entered) -> Result<Settings, String>;

/// One guided setup, from the bound redirect URI to the page that shows the outcome. Each attempt has its own state and
/// verifier; a newer one ends the older. Also returns the settings of the one that succeeded.
pub async fn setup(
    (beginning, draft): (Beginning, Draft),
    make: Make<'_>,
    loopback: Loopback,
    context: &mut Context,
) -> Result<(Outcome, Settings), Error> {
    let here = RedirectUri::parse(LISTENS).expect("it is a redirect URI");
    let listeners = Loopback::bind(&here).await?;
    let redirect_uri = loopback.redirect_uri().as_str();
    let (front, _serving) = Front::serve(listeners, redirect_uri, (beginning, draft), context);
    let guide = Guide {
        front,
        make,
        stopped: context.stopped.clone(),
    };
    (context.tell)(Event::SetUp(SetUp::Open(guide.front.opening())));
    (context.open)(&guide.front.opening());
    guide.lead_on(context);
    let mut settings = guide.settings().await?;
    loop {
        settings = match guide.attempt(&settings, &loopback, context).await? {
            ControlFlow::Break(outcome) => return Ok((outcome, settings)),
            ControlFlow::Continue(settings) => settings,
        };
    }
}

struct Guide<'a> {
    front: Arc<Front>,
    make: Make<'a>,
    stopped: watch::Receiver<Option<Signal>>,
}

impl Guide<'_> {
    /// The browser is already at the page, which redirects it; and the guide, not the attempt, reports waiting.
    fn lead_on(&self, context: &mut Context) {
        let front = Arc::clone(&self.front);
        context.open = Box::new(move |start| front.set_phase(Phase::At(Some(start.into()))));
        let front = Arc::clone(&self.front);
        context.tell = Arc::new(move |event| match event {
            Event::Waiting { .. } => {}
            // If this machine does not serve the redirect URI, the page redirects to Zoho itself.
            Event::Ready { start, address } => {
                let paste = start.is_none();
                if paste {
                    front.set_phase(Phase::At(Some(address)));
                }
                (front.tell)(Event::SetUp(SetUp::Began { paste }));
            }
            event => (front.tell)(event),
        });
    }

    /// One attempt: what it obtained, or what the person entered next.
    async fn attempt(
        &self,
        settings: &Settings,
        loopback: &Loopback,
        context: &mut Context,
    ) -> Result<ControlFlow<Outcome, Settings>, Error> {
        self.front.set_phase(Phase::Reaching);
        let called_back = || self.front.set_phase(Phase::CalledBack);
        let draw: DrawOutcome<'_> = &|outcome, settings| match outcome {
            // Before its page sends the person back.
            Err(error) if goes_on(error) => self.failed(error),
            outcome => pages::result::of(outcome, settings),
        };
        let attempt = attempt(settings, loopback.clone(), context, &called_back, draw);
        let outcome = tokio::select! {
            biased;
            outcome = attempt => outcome,
            settings = self.settings() => return settings.map(ControlFlow::Continue),
        };
        match outcome {
            Ok(outcome) => Ok(ControlFlow::Break(outcome)),
            Err(error) if goes_on(&error) => {
                if !is_shown(&error) {
                    self.failed(&error);
                }
                self.settings().await.map(ControlFlow::Continue)
            }
            Err(error) => Err(error),
        }
    }

    /// Shows the person what failed, next to the field that it is about.
    fn failed(&self, error: &Error) -> Page {
        let (field, explained) = (field_of(error), error.explain());
        let what = field.map_or(explained.title, |(_, why)| why).to_owned();
        let failure = [what, explained.cause.clone(), explained.next()];
        let [what, cause, _] = failure.clone();
        (self.front.tell)(Event::SetUp(SetUp::Failed { what, cause }));
        self.front.ask_again(|draft| {
            if let Some((field, why)) = field {
                draft.slip(field, why);
                if field == SetupField::Secret {
                    draft.secret = None;
                }
            }
            draft.failure = Some(failure.clone());
        });
        pages::setup::failed(&failure, &self.front.page(), self.front.beginning.rehearsal)
    }

    /// What the person enters next. Nothing while Zoho's response is processed: an exchange is never interrupted.
    async fn settings(&self) -> Result<Settings, Error> {
        let mut stopped_by = self.stopped.clone();
        let limit = self.front.beginning.limit;
        let mut deadline = Instant::now() + limit;
        let mut second = interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                biased;
                () = self.front.called_back() => std::future::pending::<()>().await,
                signal = stopped(&mut stopped_by) => return Err(Error::Stopped { signal, code_spent: false }),
                step = self.front.step() => match step {
                    Step::Seen => deadline = Instant::now() + limit,
                    Step::OpenedTwice => return Err(Error::OpenedTwice),
                    Step::Entered(entered) => match (self.make)(*entered) {
                        Ok(settings) => return Ok(settings),
                        Err(why) => self.front.ask_again(|draft| draft.slip(SetupField::Destination, why)),
                    },
                },
                () = sleep_until(deadline) => return Err(Error::SetUpTimedOut),
                now = second.tick() => {
                    let left = deadline.saturating_duration_since(now);
                    (self.front.tell)(Event::SetUp(SetUp::Waiting { left }));
                }
            }
        }
    }
}

/// Whether the person can correct the error on the page, or try again there.
fn goes_on(error: &Error) -> bool {
    // Even if the grant token was used up, a new consent brings another.
    matches!(
        error,
        Error::Unreachable(_)
            | Error::TimedOut { .. }
            | Error::Authorization(_)
            | Error::Empty
            | Error::Unfulfilled(..)
    )
}

/// Whether it ends an attempt whose callback arrived, so that a page reports it.
fn is_shown(error: &Error) -> bool {
    !matches!(error, Error::Unreachable(_) | Error::TimedOut { .. })
}

/// The field that the error is about, and what is wrong there.
fn field_of(error: &Error) -> Option<(SetupField, &'static str)> {
    match error.refusal()? {
        TokenError::InvalidClient => Some((
            SetupField::Id,
            "This client ID does not exist in the data center where you logged in.",
        )),
        TokenError::InvalidClientSecret => Some((
            SetupField::Secret,
            "Zoho does not accept this client secret.",
        )),
        _ => None,
    }
}

/// The index of a server among the choices, if it is one.
pub fn place_of(centers: &[Center], server: &AccountsServer) -> Option<usize> {
    centers.iter().position(|center| center.server == *server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    fn guide(front: Arc<Front>, stopped: watch::Receiver<Option<Signal>>) -> Guide<'static> {
        Guide {
            front,
            make: &|_| unreachable!("nothing is entered"),
            stopped,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_limit_starts_anew_with_each_step() {
        let minutes = |count| Duration::from_mins(count);
        let (_stop, stopped) = watch::channel(None);
        let (front, _serving) = front::tests::front(minutes(30)).await;
        let guide = guide(front, stopped);
        let began = Instant::now();
        let steps = async {
            for _ in 0..2 {
                sleep(minutes(20)).await;
                guide.front.see();
            }
        };
        let (ended, ()) = tokio::join!(guide.settings(), steps);
        assert!(matches!(ended, Err(Error::SetUpTimedOut)));
        assert_eq!(began.elapsed().as_secs(), minutes(70).as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_ends_an_exchange_that_is_under_way() {
        let (stop, stopped) = watch::channel(None);
        let (front, _serving) = front::tests::front(Duration::from_mins(1)).await;
        let guide = guide(front, stopped);
        guide.front.set_phase(Phase::CalledBack);
        stop.send_replace(Some(Signal::Interrupt));
        let patience = tokio::time::timeout(Duration::from_hours(1), guide.settings());
        assert!(patience.await.is_err(), "it ended");
    }
}
