//! The setup page's listeners, on an origin of their own: turns judged requests into pages and into steps of the guided
//! setup.

use crate::event::{Event, SetUp, Tell};
use crate::loopback::Loopback;
use crate::loopback::connections::{Connection, Purpose, Reply};
use crate::loopback::decide::same;
use crate::loopback::peer::Persons;
use crate::loopback::serve::{respond, see_other, too_large};
use crate::pages;
use crate::setup::Beginning;
use crate::setup::decide::{Expectation, FORM_BYTES, GO, Place, Refusal, decide};
use crate::setup::draft::{Draft, Entered};
use crate::setup::form::Form;
use crate::zoho::authorization::random_text;
use crate::zoho::registration::DeadEnd;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Request, StatusCode};
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Time limit for receiving a form; a browser sends it at once.
const FORM_DEADLINE: Duration = Duration::from_secs(10);

/// Where the person is.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// At the page.
    Asking,
    /// Their form was accepted, and Zoho is being contacted.
    Reaching,
    /// An attempt is waiting for them at this address.
    At(SecretString),
    /// Zoho's response was accepted: nothing more can be entered, unless the attempt fails.
    CalledBack,
}

/// Something that the person did.
pub(super) enum Step {
    /// They are active, so the time limit starts anew.
    Seen,
    /// They entered everything that an attempt needs.
    Entered(Box<Entered>),
    /// The page was opened twice, perhaps by someone else.
    OpenedTwice,
}

/// The running setup page. Dropping it closes every connection.
pub(super) struct Front {
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

struct Shared {
    expected: Expectation,
    token: SecretString,
    redirect_uri: String,
    beginning: Beginning,
    tell: Tell,
    state: Mutex<State>,
    phase: watch::Sender<Phase>,
    stepped: Notify,
}

struct State {
    draft: Draft,
    /// How often the page was opened by a user whom the system does not reveal.
    unseen_openings: usize,
    seen: bool,
    entered: Option<Box<Entered>>,
    neighbor_told: bool,
    /// The attempt that the browser was redirected to.
    led_on: bool,
}

impl State {
    fn is_opened_twice(&self) -> bool {
        self.unseen_openings > 1
    }

    fn step(&mut self) -> Option<Step> {
        if self.is_opened_twice() {
            return Some(Step::OpenedTwice);
        }
        let seen = std::mem::take(&mut self.seen);
        let entered = self.entered.take().map(Step::Entered);
        entered.or_else(|| seen.then_some(Step::Seen))
    }
}

impl Front {
    /// Serves the page on these listeners until dropped.
    pub(super) fn new(
        listeners: Loopback,
        redirect_uri: &str,
        (beginning, draft): (Beginning, Draft),
        persons: &Arc<Persons>,
        tell: &Tell,
        random: &mut dyn CryptoRng,
    ) -> Self {
        let mut path =
            |place: &str| format!("/{place}/{}", random_text(random).expose_secret()).into();
        let expected = Expectation {
            authority: listeners.redirect_uri().authority().to_owned(),
            opening: path("setup"),
            page: path("guide"),
        };
        let shared = Arc::new(Shared {
            expected,
            token: random_text(random),
            redirect_uri: redirect_uri.to_owned(),
            beginning,
            tell: Arc::clone(tell),
            state: Mutex::new(State {
                draft,
                unseen_openings: 0,
                seen: false,
                entered: None,
                neighbor_told: false,
                led_on: false,
            }),
            phase: watch::Sender::new(Phase::Asking),
            stepped: Notify::new(),
        });
        let (answering, rehearsal) = (Arc::clone(&shared), shared.beginning.rehearsal);
        let on_port = Arc::clone(tell);
        let purpose = Purpose {
            answer: Arc::new(move |request, connection| {
                Box::pin(answer(Arc::clone(&answering), request, connection))
            }),
            too_large: Arc::new(move || too_large(&pages::setup::head_too_large(rehearsal))),
            tell: Arc::new(move |notice| on_port(Event::OnPort(notice))),
        };
        Self {
            shared,
            _accepting: listeners.accept(persons, &purpose),
        }
    }

    /// The address for the opener.
    pub(super) fn opening(&self) -> String {
        self.shared.address(&self.shared.expected.opening)
    }

    /// The address of the page, which must not appear on a command line.
    pub(super) fn page(&self) -> String {
        self.shared.address(&self.shared.expected.page)
    }

    /// Waits for what the person does next.
    pub(super) async fn step(&self) -> Step {
        loop {
            let step = self.shared.state().step();
            if let Some(step) = step {
                return step;
            }
            self.shared.stepped.notified().await;
        }
    }

    /// Sets where the person is.
    pub(super) fn phase(&self) -> &watch::Sender<Phase> {
        &self.shared.phase
    }

    /// Shows the page again, with what is wrong.
    pub(super) fn ask_again(&self, wrong: impl FnOnce(&mut Draft)) {
        wrong(&mut self.shared.state().draft);
        self.shared.phase.send_replace(Phase::Asking);
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>, connection: Connection) -> Reply {
    let (head, body) = request.into_parts();
    let decided = decide(&shared.expected, &head, || connection.peer());
    let mut reply = match decided {
        Ok((place, owner_told)) => shared.serve(place, owner_told, body).await,
        Err(refusal) => Err(refusal),
    }
    .unwrap_or_else(|refusal| shared.refuse(refusal));
    // With no-referrer, the page's own form would arrive with the origin `null`.
    let same_origin = HeaderValue::from_static("same-origin");
    reply
        .headers_mut()
        .insert(header::REFERRER_POLICY, same_origin);
    reply
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn address(&self, path: &SecretString) -> String {
        format!("http://{}{}", self.expected.authority, path.expose_secret())
    }

    async fn serve(
        &self,
        place: Place,
        owner_told: bool,
        body: Incoming,
    ) -> Result<Reply, Refusal> {
        if self.is_opened_twice(place, owner_told) {
            let page = pages::setup::opened_twice(self.beginning.rehearsal);
            return Ok(respond(StatusCode::GONE, page));
        }
        self.step(|state| state.seen = true);
        match place {
            Place::Opening => Ok(see_other(self.expected.page.expose_secret())),
            Place::Page => Ok(self.page()),
            Place::Go => Ok(self.go().await),
            Place::Form => {
                let body = timeout(FORM_DEADLINE, whole(body)).await;
                let body = body.ok().flatten().ok_or(Refusal::Length)?;
                self.form(&body)
            }
        }
    }

    /// The opener's address is useless to other users only if the system reveals that they are other users.
    fn is_opened_twice(&self, place: Place, owner_told: bool) -> bool {
        let mut state = self.state();
        if place == Place::Opening && !owner_told {
            state.unseen_openings += 1;
        }
        if state.is_opened_twice() {
            self.stepped.notify_one();
        }
        state.is_opened_twice()
    }

    fn step(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.stepped.notify_one();
    }

    fn page(&self) -> Reply {
        let page = if self.is_called_back() {
            pages::setup::called_back(self.beginning.rehearsal)
        } else {
            pages::setup::page(&pages::setup::SetupPage {
                draft: &self.state().draft,
                action: self.expected.page.expose_secret(),
                token: self.token.expose_secret(),
                centers: &self.beginning.centers,
                redirect_uri: &self.redirect_uri,
                save: self.beginning.save.as_deref(),
                rehearsal: self.beginning.rehearsal,
            })
        };
        // Chromium keeps a page with status 200 for its back button, which should show what happened since.
        respond(StatusCode::CREATED, page)
    }

    fn is_called_back(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::CalledBack)
    }

    /// Handles a submitted form. Always answers with a redirect, so that no history entry contains a form.
    fn form(&self, body: &[u8]) -> Result<Reply, Refusal> {
        let form = Form::read(body).ok_or(Refusal::Form)?;
        if !same(form.value("token"), &self.token) {
            return Err(Refusal::Form);
        }
        let page = self.expected.page.expose_secret();
        if self.is_called_back() {
            return Ok(see_other(page));
        }
        let mut state = self.state();
        if let Some(end) = dead_end(form.value("saw")) {
            state.draft.slips.clear();
            (state.draft.failure, state.draft.dead_end) = (None, Some(end));
            return Ok(see_other(&format!("{page}#problem")));
        }
        let Some(entered) = state.draft.take(&form, &self.beginning.centers) else {
            return Ok(see_other(&format!("{page}#problem")));
        };
        state.draft.began = true;
        state.led_on = false;
        state.entered = Some(Box::new(entered));
        drop(state);
        self.phase.send_replace(Phase::Reaching);
        self.stepped.notify_one();
        Ok(see_other(&format!("{page}{GO}")))
    }

    /// Continues to Zoho as soon as an attempt is waiting. Returns to the page if there is none, or after it has continued:
    /// the back button may come here.
    async fn go(&self) -> Reply {
        let mut phase = self.phase.subscribe();
        let ready = phase.wait_for(|phase| !matches!(phase, Phase::Reaching));
        match ready.await.map(|phase| phase.clone()) {
            Ok(Phase::At(address)) if !std::mem::replace(&mut self.state().led_on, true) => {
                let page = pages::setup::go(address.expose_secret(), self.beginning.rehearsal);
                respond(StatusCode::CREATED, page)
            }
            _ => see_other(&format!("{}#problem", self.expected.page.expose_secret())),
        }
    }

    fn refuse(&self, refusal: Refusal) -> Reply {
        if let Refusal::Neighbor(uid) = refusal
            && !std::mem::replace(&mut self.state().neighbor_told, true)
        {
            (self.tell)(Event::SetUp(SetUp::Neighbor(uid)));
        }
        let page = pages::setup::refused(refusal, self.beginning.rehearsal);
        let mut reply = respond(refusal.status(), page);
        if refusal == Refusal::Method {
            let allowed = HeaderValue::from_static("GET, POST");
            reply.headers_mut().insert(header::ALLOW, allowed);
        }
        reply
    }
}

fn dead_end(saw: &str) -> Option<DeadEnd> {
    match saw {
        "client" => Some(DeadEnd::InvalidClient),
        "redirect-uri" => Some(DeadEnd::InvalidRedirectUri),
        "scope" => Some(DeadEnd::InvalidScope),
        _ => None,
    }
}

/// The complete body. Its length is as announced, which was checked.
async fn whole(mut body: Incoming) -> Option<Zeroizing<Vec<u8>>> {
    // Reserved in one piece, because growing leaves copies behind.
    let mut whole = Zeroizing::new(Vec::with_capacity(usize::try_from(FORM_BYTES).ok()?));
    while let Some(frame) = body.frame().await {
        whole.extend_from_slice(&frame.ok()?.into_data().ok()?);
    }
    Some(whole)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::handover::destination::Destination;
    use crate::loopback::redirect_uri::RedirectUri;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    impl Front {
        /// The person requests the page.
        pub(in crate::setup) fn see(&self) {
            self.shared.step(|state| state.seen = true);
        }
    }

    pub(in crate::setup) async fn front() -> Front {
        let here = RedirectUri::parse("http://127.0.0.1:0/").unwrap();
        let listeners = Loopback::bind(&here).await.unwrap();
        let beginning = Beginning {
            centers: Vec::new(),
            save: None,
            limit: Duration::from_secs(1),
            rehearsal: false,
        };
        let draft = Draft::new(Destination::Other);
        let persons = Arc::new(Persons::of_this_process(None));
        let tell: Tell = Arc::new(|_| {});
        let mut random = StdRng::seed_from_u64(1);
        let uri = "http://localhost:8085/callback";
        Front::new(
            listeners,
            uri,
            (beginning, draft),
            &persons,
            &tell,
            &mut random,
        )
    }

    #[tokio::test]
    async fn a_second_opening_closes_the_page_where_nobody_tells_whose_it_is() {
        let front = front().await;
        let opened_twice = |place, told| front.shared.is_opened_twice(place, told);
        assert!(!opened_twice(Place::Opening, false));
        // The page's own address is on no command line.
        assert!(!opened_twice(Place::Page, false));
        assert!(!opened_twice(Place::Form, false));
        assert!(opened_twice(Place::Opening, false));
        assert!(opened_twice(Place::Page, false), "it stays closed");
        assert!(matches!(front.step().await, Step::OpenedTwice));
    }

    #[tokio::test]
    async fn the_same_user_may_open_it_again_where_that_is_told() {
        let front = front().await;
        for _ in 0..3 {
            assert!(!front.shared.is_opened_twice(Place::Opening, true));
        }
    }
}
