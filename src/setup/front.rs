//! The setup page's listeners, on an origin of their own: turns judged requests into pages and into steps of the guided
//! setup.

use crate::context::Context;
use crate::event::{Event, SetUp, Tell};
use crate::loopback::Loopback;
use crate::loopback::connections::{Connection, Purpose, Reply};
use crate::loopback::decide::same;
use crate::loopback::serve::{respond, see_other, too_large};
use crate::pages;
use crate::setup::decide::{Addresses, FORM_BYTES, GO, SetupRefusal, SetupRequest, decide};
use crate::setup::draft::{Beginning, Draft, Entered};
use crate::setup::form::SubmittedForm;
use crate::zoho::authorization::random_text;
use axum::response::IntoResponse;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Request, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Time limit for receiving a form; a browser sends it at once.
const FORM_DEADLINE: Duration = Duration::from_secs(10);

/// Where the person is.
pub(super) enum Phase {
    /// At the page.
    Asking,
    /// Their form was accepted, and Zoho is being contacted.
    Reaching,
    /// An attempt is waiting for them at this address; none if they continued to it.
    At(Option<SecretString>),
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

/// The running setup page.
pub(super) struct Front {
    expected: Addresses,
    token: SecretString,
    redirect_uri: String,
    pub(super) beginning: Beginning,
    pub(super) tell: Tell,
    state: Mutex<Progress>,
    changed: Notify,
}

struct Progress {
    draft: Draft,
    phase: Phase,
    /// The last step that the guide has not taken.
    step: Option<Step>,
    /// How often the page was opened by a user whom the system does not reveal.
    unseen_openings: usize,
    neighbor_told: bool,
}

impl Progress {
    fn is_opened_twice(&self) -> bool {
        self.unseen_openings > 1
    }
}

impl Front {
    /// Serves the page on these listeners until the returned tasks are dropped, which also closes every connection.
    pub(super) fn serve(
        listeners: Loopback,
        redirect_uri: &str,
        (beginning, draft): (Beginning, Draft),
        context: &mut Context,
    ) -> (Arc<Self>, JoinSet<()>) {
        let mut random = || random_text(context.random.as_mut());
        let mut path = |place: &str| format!("/{place}/{}", random().expose_secret()).into();
        let expected = Addresses {
            authority: listeners.redirect_uri().authority().to_owned(),
            opening: path("setup"),
            page: path("guide"),
        };
        let front = Arc::new(Self {
            expected,
            token: random(),
            redirect_uri: redirect_uri.to_owned(),
            beginning,
            tell: Arc::clone(&context.tell),
            state: Mutex::new(Progress {
                draft,
                phase: Phase::Asking,
                step: None,
                unseen_openings: 0,
                neighbor_told: false,
            }),
            changed: Notify::new(),
        });
        let (answering, on_port) = (Arc::clone(&front), Arc::clone(&context.tell));
        let unread = pages::setup::refused(SetupRefusal::HeadTooLarge, front.beginning.rehearsal);
        let purpose = Purpose {
            answer: Arc::new(move |request, connection| {
                Box::pin(answer(Arc::clone(&answering), request, connection))
            }),
            too_large: too_large(&unread),
            tell: Arc::new(move |notice| on_port(Event::OnPort(notice))),
        };
        (front, listeners.accept(&context.persons, &purpose))
    }

    /// The address for the opener.
    pub(super) fn opening(&self) -> String {
        self.address(&self.expected.opening)
    }

    /// The address of the page, which must not appear on a command line.
    pub(super) fn page(&self) -> String {
        self.address(&self.expected.page)
    }

    fn address(&self, path: &SecretString) -> String {
        format!("http://{}{}", self.expected.authority, path.expose_secret())
    }

    /// Waits for what the person does next.
    pub(super) async fn step(&self) -> Step {
        self.until(|state| {
            if state.is_opened_twice() {
                return Some(Step::OpenedTwice);
            }
            state.step.take()
        })
        .await
    }

    /// Waits for Zoho's response.
    pub(super) async fn called_back(&self) {
        let called_back =
            |state: &mut Progress| matches!(state.phase, Phase::CalledBack).then_some(());
        self.until(called_back).await;
    }

    /// Sets where the person is.
    pub(super) fn set_phase(&self, phase: Phase) {
        self.change(|state| state.phase = phase);
    }

    /// Shows the page again, with what is wrong.
    pub(super) fn ask_again(&self, wrong: impl FnOnce(&mut Draft)) {
        self.change(|state| {
            wrong(&mut state.draft);
            state.phase = Phase::Asking;
        });
    }

    fn state(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes whoever waits for a change.
    fn change<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.notify_waiters();
        changed
    }

    /// Waits until the state has something to take.
    async fn until<T>(&self, mut take: impl FnMut(&mut Progress) -> Option<T>) -> T {
        loop {
            // Exists before the state is looked at, so that no change is missed.
            let changed = self.changed.notified();
            let taken = take(&mut self.state());
            if let Some(taken) = taken {
                return taken;
            }
            changed.await;
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Reply, SetupRefusal> {
        let (head, body) = request.into_parts();
        let (requested, owner_told) = decide(&self.expected, &head, || connection.peer())?;
        if self.is_opened_twice(requested, owner_told) {
            return Err(SetupRefusal::OpenedTwice);
        }
        match requested {
            SetupRequest::Opening => Ok(see_other(self.expected.page.expose_secret())),
            SetupRequest::Page => Ok(self.show()),
            SetupRequest::Go => Ok(self.go().await),
            SetupRequest::Form => {
                let body = timeout(FORM_DEADLINE, whole(body)).await;
                let body = body.ok().flatten().ok_or(SetupRefusal::Length)?;
                self.form(&body)
            }
        }
    }

    /// Counts a request; returns whether the page was opened twice. The opener's address is useless to other users only
    /// if the system reveals that they are other users.
    fn is_opened_twice(&self, requested: SetupRequest, owner_told: bool) -> bool {
        self.change(|state| {
            if requested == SetupRequest::Opening && !owner_told {
                state.unseen_openings += 1;
            }
            state.step.get_or_insert(Step::Seen);
            state.is_opened_twice()
        })
    }

    fn show(&self) -> Reply {
        let state = self.state();
        let page = if matches!(state.phase, Phase::CalledBack) {
            pages::setup::called_back(self.beginning.rehearsal)
        } else {
            pages::setup::page(&pages::setup::SetupPage {
                beginning: &self.beginning,
                draft: &state.draft,
                action: self.expected.page.expose_secret(),
                token: self.token.expose_secret(),
                redirect_uri: &self.redirect_uri,
            })
        };
        // Chromium keeps a page with status 200 for its back button, which should show what happened since.
        respond(StatusCode::CREATED, page)
    }

    /// Handles a submitted form. Always answers with a redirect, so that no history entry contains a form.
    fn form(&self, body: &[u8]) -> Result<Reply, SetupRefusal> {
        let form = SubmittedForm::read(body).ok_or(SetupRefusal::Form)?;
        if !same(&form.token, &self.token) {
            return Err(SetupRefusal::Form);
        }
        let next = self.change(|state| {
            if matches!(state.phase, Phase::CalledBack) {
                return "";
            }
            let Some(entered) = state.draft.take(&form, &self.beginning.centers) else {
                return "#problem";
            };
            state.draft.began = true;
            state.phase = Phase::Reaching;
            state.step = Some(Step::Entered(Box::new(entered)));
            GO
        });
        let page = self.expected.page.expose_secret();
        Ok(see_other(&format!("{page}{next}")))
    }

    /// Continues to Zoho as soon as an attempt is waiting. Returns to the page if there is none, or after it has continued:
    /// the back button may come here.
    async fn go(&self) -> Reply {
        let waiting = self.until(|state| match &mut state.phase {
            Phase::Reaching => None,
            Phase::At(address) => Some(address.take()),
            Phase::Asking | Phase::CalledBack => Some(None),
        });
        match waiting.await {
            Some(address) => {
                let page = pages::setup::go(address.expose_secret(), self.beginning.rehearsal);
                respond(StatusCode::CREATED, page)
            }
            None => see_other(&format!("{}#problem", self.expected.page.expose_secret())),
        }
    }

    fn refuse(&self, refusal: SetupRefusal) -> Reply {
        if let SetupRefusal::Neighbor(uid) = refusal
            && !std::mem::replace(&mut self.state().neighbor_told, true)
        {
            (self.tell)(Event::SetUp(SetUp::Neighbor(uid)));
        }
        let page = pages::setup::refused(refusal, self.beginning.rehearsal);
        let reply = respond(refusal.status(), page);
        match refusal {
            SetupRefusal::Method => ([(header::ALLOW, "GET, POST")], reply).into_response(),
            _ => reply,
        }
    }
}

async fn answer(front: Arc<Front>, request: Request<Incoming>, connection: Connection) -> Reply {
    let answered = front.answer(request, &connection).await;
    let reply = answered.unwrap_or_else(|refusal| front.refuse(refusal));
    // With no-referrer, the page's own form would arrive with the origin `null`.
    ([(header::REFERRER_POLICY, "same-origin")], reply).into_response()
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
    use crate::loopback::peer::Persons;
    use crate::loopback::redirect_uri::RedirectUri;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::time::SystemTime;
    use tokio::sync::{mpsc, watch};

    impl Front {
        /// The person requests the page.
        pub(in crate::setup) fn see(&self) {
            assert!(!self.is_opened_twice(SetupRequest::Page, true));
        }
    }

    pub(in crate::setup) async fn front(limit: Duration) -> (Arc<Front>, JoinSet<()>) {
        let here = RedirectUri::parse("http://127.0.0.1:0/").unwrap();
        let listeners = Loopback::bind(&here).await.unwrap();
        let beginning = Beginning {
            centers: Vec::new(),
            save: None,
            limit,
            rehearsal: false,
        };
        let mut context = Context {
            tell: Arc::new(|_| {}),
            open: Box::new(|_| {}),
            pasted: mpsc::channel(1).1,
            output: Box::new(Vec::new()),
            persons: Arc::new(Persons::of_this_process(None)),
            random: Box::new(StdRng::seed_from_u64(1)),
            now: SystemTime::now,
            stopped: watch::channel(None).1,
        };
        let uri = "http://localhost:8085/callback";
        Front::serve(listeners, uri, (beginning, Draft::default()), &mut context)
    }

    #[tokio::test]
    async fn a_second_opening_closes_the_page_where_nobody_tells_whose_it_is() {
        let (front, _serving) = front(Duration::from_secs(1)).await;
        let opened_twice = |requested, told| front.is_opened_twice(requested, told);
        assert!(!opened_twice(SetupRequest::Opening, false));
        // The page's own address is on no command line.
        assert!(!opened_twice(SetupRequest::Page, false));
        assert!(!opened_twice(SetupRequest::Form, false));
        assert!(opened_twice(SetupRequest::Opening, false));
        assert!(opened_twice(SetupRequest::Page, false), "it stays closed");
        assert!(matches!(front.step().await, Step::OpenedTwice));
    }

    #[tokio::test]
    async fn the_same_user_may_open_it_again_where_that_is_told() {
        let (front, _serving) = front(Duration::from_secs(1)).await;
        for _ in 0..3 {
            assert!(!front.is_opened_twice(SetupRequest::Opening, true));
        }
    }
}
