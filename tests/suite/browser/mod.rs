//! Tests the rehearsal in a real browser.

mod access;
mod failures;
mod fragment;
pub mod looks;
#[cfg(unix)]
mod opener;
mod result;
mod strangers;

use crate::browsers::chromium::Tab;
use crate::program::Program;
use url::Url;

pub const ACCEPT: &str = "button[value=accept]";
const REJECT: &str = "button[value=refuse]";

/// A rehearsal waiting for consent, and the address of its consent page.
async fn demo(options: &[&str]) -> (Program, Url) {
    let mut program = Program::start(&[&["demo", "--no-browser"], options].concat());
    let address = printed_address(&mut program).await;
    (program, address)
}

async fn printed_address(program: &mut Program) -> Url {
    let line = program.line_with("/oauth/v2/auth?").await;
    Url::parse(line.trim()).expect("a URL is printed")
}

/// Consents, and waits for the final page.
async fn accept(tab: &mut Tab, address: &Url) {
    tab.go(address.as_str()).await;
    tab.follow(ACCEPT).await;
}

fn parameter(address: &Url, name: &str) -> String {
    let mut found = address.query_pairs().filter(|(key, _)| key == name);
    found.next().expect("it has the parameter").1.into_owned()
}

/// A response that differs from Zoho's, to the same redirect URI.
fn callback(address: &Url, query: &str) -> String {
    format!("{}?{query}", parameter(address, "redirect_uri"))
}

/// The value after a label in the text format.
pub fn value<'a>(stdout: &'a str, label: &str) -> &'a str {
    let mut lines = stdout.lines().filter_map(|line| line.split_once(':'));
    let found = lines.find(|(key, _)| *key == label);
    found.expect("it is printed").1.trim()
}

/// How often a grant token, real or forged, was sent anywhere.
fn token_requests(stderr: &str) -> usize {
    stderr.matches("/oauth/v2/token →").count()
}
