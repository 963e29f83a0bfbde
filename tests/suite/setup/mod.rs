//! The guided start: `setup`, and its rehearsal.

mod attempts;
mod page;
mod program;
mod rules;
#[cfg(target_os = "linux")]
mod strangers;
mod traces;
mod walk;

use crate::hostile::login::Callback;
use crate::hostile::wire::{self, Answer, ask};
use crate::program::Program;
use url::form_urlencoded::Serializer;
use url::{Position, Url};

/// Where the stand-in's data centers stand in the list.
pub const US: &str = "0";
pub const EU: &str = "1";

/// A rehearsal of the guided start, and its page as a browser without scripts sees it.
pub struct Guide {
    pub program: Program,
    /// What the opener is given.
    pub opening: Url,
    /// The page, once it was opened.
    pub page: Url,
    /// What the page's forms hold.
    pub token: String,
}

impl Guide {
    /// A rehearsal whose page is open.
    pub async fn start(options: &[&str]) -> Self {
        let mut guide = Self::unopened(options).await;
        guide.open().await;
        guide
    }

    /// A rehearsal whose page nobody has opened.
    pub async fn unopened(options: &[&str]) -> Self {
        let begin = ["demo", "--flow", "setup", "--no-browser", "-v"];
        Self::of(Program::start(&[&begin, options].concat())).await
    }

    /// A program that has told where its page is.
    pub async fn of(mut program: Program) -> Self {
        let line = program.line_with("/setup/").await;
        let opening: Url = line.trim().parse().unwrap();
        Self {
            program,
            page: opening.clone(),
            opening,
            token: String::new(),
        }
    }

    /// Opens the page.
    pub async fn open(&mut self) {
        let answer = ask(&self.opening, "GET", "").await;
        let page = answer.header("location").expect("it leads to the page");
        self.page = self.opening.join(page).unwrap();
        let html = self.html().await;
        between(&html, "name=\"token\" value=\"", "\"").clone_into(&mut self.token);
    }

    /// The page as it is now.
    pub async fn html(&self) -> String {
        let answer = ask(&self.page, "GET", "").await;
        assert_eq!(answer.status(), "201", "{}", answer.0);
        answer.body().to_owned()
    }

    /// What is entered, beside the token.
    pub fn form(&self, fields: &[(&str, &str)]) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("token", &self.token);
        form.extend_pairs(fields).finish()
    }

    /// Enters something; where that leads.
    pub async fn enter(&self, fields: &[(&str, &str)]) -> Url {
        let answer = ask(&self.page, "POST", &self.form(fields)).await;
        assert_eq!(answer.status(), "303", "{}", answer.0);
        self.page.join(answer.header("location").unwrap()).unwrap()
    }

    /// Enters something that is wrong; the page as it is then.
    pub async fn wrong(&self, fields: &[(&str, &str)]) -> String {
        let led = self.enter(fields).await;
        assert_eq!(led.path(), self.page.path(), "it was taken");
        self.html().await
    }

    /// Enters what an attempt needs; its start address.
    pub async fn attempt(&self, client: &Registered, fields: &[(&str, &str)]) -> Url {
        let mut all = vec![
            ("center", client.center),
            ("id", &client.id),
            ("secret", &client.secret),
            ("destination", "airbyte"),
        ];
        all.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
        all.extend(fields);
        let led = self.enter(&all).await;
        let answer = ask(&led, "GET", "").await;
        assert_eq!(answer.status(), "201", "{}", self.html().await);
        let start = between(answer.body(), "content=\"0;url=", "\"");
        start.replace("&#38;", "&").parse().unwrap()
    }

    /// The redirect URI that the page shows.
    pub async fn redirect_uri(&self) -> String {
        let html = self.html().await;
        let row = between(&html, "id=\"redirect-uri\"", "</div>");
        between(row, "<code translate=\"no\">", "</code>").to_owned()
    }

    /// Registers a client in the console that the page links to.
    pub async fn register(&self, center: &'static str, kind: &str, uri: &str) -> Registered {
        let html = self.html().await;
        let link = between(
            &html,
            &format!("console k{center}\"><a class=\"open\" href=\""),
            "\"",
        );
        let console: Url = link.parse().unwrap();
        let fields = [
            ("type", kind),
            ("name", "zoho-grant"),
            ("homepage", "http://localhost"),
            ("redirect_uri", uri),
        ];
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = ask(&console, "POST", &form).await;
        let value = |id: &str| {
            between(
                answer.body(),
                &format!("id=\"{id}\" translate=\"no\">"),
                "<",
            )
            .to_owned()
        };
        Registered {
            center,
            id: value("client-id"),
            secret: value("client-secret"),
        }
    }

    /// A client as the page says that it is to be registered.
    pub async fn server_based(&self, center: &'static str) -> Registered {
        let uri = self.redirect_uri().await;
        self.register(center, "Server-based Applications", &uri)
            .await
    }
}

/// A redirect URI on a port that nobody has just now.
pub fn free_uri() -> String {
    let port = crate::hostile::port::free_port();
    format!("http://localhost:{port}/callback")
}

/// A guided start that opened its page for the person, in an environment where only that opener is.
pub async fn opened(command: &[String]) -> Guide {
    let arguments: Vec<_> = command.iter().map(String::as_str).collect();
    let program = Program::start_in(&[("BROWSER", "true")], &arguments);
    let mut guide = Guide::of(program).await;
    guide.open().await;
    guide
}

/// What the console shows of a new client.
pub struct Registered {
    pub center: &'static str,
    pub id: String,
    pub secret: String,
}

/// Follows a start address to Zoho: its consent page, or its error page.
pub async fn zohos_page(start: &Url) -> (Url, Answer) {
    let mut page = start.clone();
    loop {
        let answer = ask(&page, "GET", "").await;
        let Some(next) = answer.header("location") else {
            return (page, answer);
        };
        page = page.join(next).unwrap();
    }
}

/// Consents, and stops before the callback.
pub async fn consent(start: &Url) -> Callback {
    let answer = ask(start, "GET", "").await;
    let zoho = answer.header("location").expect("it leads to Zoho");
    crate::hostile::login::consent(&zoho.parse().unwrap()).await
}

/// Consents, and follows the callback to the page that tells how it went.
pub async fn complete(start: &Url) -> Answer {
    let callback = consent(start).await;
    let answer = ask(&callback.url, "GET", "").await;
    let page = answer
        .header("location")
        .expect("the callback is answered with a page");
    ask(&callback.url.join(page).unwrap(), "GET", "").await
}

/// A request to the page with these header lines in place of a browser's.
pub async fn request(page: &Url, method: &str, headers: &str, body: &str) -> Answer {
    let target = &page[Position::BeforePath..Position::AfterQuery];
    let request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n{body}");
    wire::send(page.port().unwrap(), request.as_bytes()).await
}

/// What stands between two texts.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split(after).next().unwrap_or(rest)
}
