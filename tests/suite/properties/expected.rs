//! The login that requests are checked against, and a second parser of queries for comparison.

use std::sync::LazyLock;
use zoho_grant::loopback::decide::Expectation;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::trust::{AccountsServer, Trust};

pub const STATE: &str = "the-state";
pub const START: &str = "/start/s";
pub const PAGE: &str = "/result/p";
pub const PAGE_HOST: &str = "abcdefghij.localhost:8085";

pub static EXPECTED: LazyLock<Expectation> = LazyLock::new(|| {
    let home = AccountsServer::of(&DATA_CENTERS[0]);
    Expectation {
        redirect_uri: RedirectUri::parse("http://localhost:8085/callback").unwrap(),
        state: STATE.into(),
        start_path: START.into(),
        page_path: PAGE.into(),
        page_host: Some(PAGE_HOST.to_owned()),
        trust: Trust::new(&home, <_>::default()),
        home,
    }
});

/// The accounts server that a query leads to: the one it names, else its known location's, else where the login began.
pub fn server(query: &str) -> String {
    let first = |name| values(query, name).into_iter().next();
    let location = || {
        let code = first("location")?;
        let mut table = DATA_CENTERS.iter();
        let center = table.find(|center| center.code == code)?;
        Some(center.accounts_server.to_owned())
    };
    let named = first("accounts-server").or_else(location);
    named.unwrap_or_else(|| EXPECTED.home.to_string())
}

/// Every value of a parameter, decoded without the library that the program uses.
pub fn values(query: &str, name: &str) -> Vec<String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .filter(|(named, _)| decoded(named) == name)
        .map(|(_, value)| decoded(value))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|pair| match pair {
            [high, low] => Some(hex(*high)? * 16 + hex(*low)?),
            _ => None,
        });
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}
