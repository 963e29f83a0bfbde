//! Any `.env` file: our lines appear in it once, and the others stay unchanged.

use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};
use zoho_grant::credentials::Credentials;
use zoho_grant::handover::dotenv;
use zoho_grant::handover::fields::View;
use zoho_grant::handover::format_options::FormatOptions;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::crm::Identity;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::AccountsServer;

const ALWAYS: [&str; 5] = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "ACCESS_TOKEN",
    "ACCOUNTS_URL",
    "DC",
];
const SOMETIMES: [&str; 4] = [
    "REFRESH_TOKEN",
    "ACCESS_TOKEN_EXPIRES_AT",
    "API_DOMAIN",
    "SCOPE",
];

static LEAST: LazyLock<Credentials> = LazyLock::new(|| Credentials {
    client: Client::new(Id::new("1000.EXAMPLE").unwrap(), "examplesecret".into()).unwrap(),
    access_token: Some("1000.a.a".into()),
    refresh_token: None,
    token_type: Untrusted::new("Bearer"),
    expires_at: None,
    scopes: None,
    accounts_server: AccountsServer::of(&DATA_CENTERS[1]),
    api_domain: None,
    data_center: None,
    redirect_uri: None,
    trusted: Default::default(),
    identity: Identity::not_asked("nobody asked"),
});

static MOST: LazyLock<Credentials> = LazyLock::new(|| Credentials {
    client: LEAST.client.clone(),
    access_token: LEAST.access_token.clone(),
    refresh_token: Some("1000.r.r".into()),
    token_type: LEAST.token_type.clone(),
    expires_at: Some(UNIX_EPOCH + Duration::from_secs(1_795_433_758)),
    scopes: Some(Scopes::parse("A.b.READ,A.c.ALL").unwrap()),
    accounts_server: LEAST.accounts_server.clone(),
    api_domain: Some(Untrusted::new(DATA_CENTERS[1].api_domain)),
    data_center: None,
    redirect_uri: None,
    trusted: Default::default(),
    identity: Identity::not_asked("nobody asked"),
});

/// Checks one input: the existing file.
pub fn check(input: &[u8]) {
    let Ok(existing) = str::from_utf8(input) else {
        return;
    };
    let most = merged(&MOST, existing);
    let least = merged(&LEAST, existing);
    let times = |document, name: &str| {
        let set = dotenv::read(document).into_iter();
        set.filter(|(set, _)| set.strip_prefix("ZOHO_") == Some(name))
            .count()
    };
    for name in ALWAYS {
        assert_eq!([times(&most, name), times(&least, name)], [1, 1], "{name}");
    }
    for name in SOMETIMES {
        assert_eq!([times(&most, name), times(&least, name)], [1, 0], "{name}");
    }
    // What follows counts lines, and a quoted value may span several.
    if existing.lines().any(opens_a_quote) {
        return;
    }
    for name in ALWAYS {
        assert_eq!([count(&most, name), count(&least, name)], [1, 1], "{name}");
    }
    for name in SOMETIMES {
        assert_eq!([count(&most, name), count(&least, name)], [1, 0], "{name}");
    }
    for document in [&most, &least] {
        assert!(
            others(document).starts_with(&others(existing)),
            "another line was changed"
        );
    }
    assert_eq!(merged(&LEAST, &most), least_again(&most));
}

/// Merges, then merges again to check that nothing changes.
fn merged(credentials: &Credentials, existing: &str) -> String {
    let of = View {
        credentials,
        options: &FormatOptions::default(),
    };
    let once = dotenv::merged(of, existing).unwrap();
    let twice = dotenv::merged(of, &once).unwrap();
    assert_eq!(twice, once);
    once.as_str().to_owned()
}

/// What minimal credentials leave of a file that held complete ones.
fn least_again(most: &str) -> String {
    let gone = |line: &&str| !SOMETIMES.iter().any(|name| sets(line, name));
    most.split_inclusive('\n').filter(gone).collect()
}

fn count(document: &str, name: &str) -> usize {
    document.lines().filter(|line| sets(line, name)).count()
}

/// The lines that are not ours, in order. The last one gets the line ending it lacked.
fn others(document: &str) -> String {
    let ours = |line: &str| ALWAYS.iter().chain(&SOMETIMES).any(|name| sets(line, name));
    let mut others = String::new();
    for line in document.split_inclusive('\n').filter(|line| !ours(line)) {
        others += line;
    }
    others
}

/// Whether a value opens a quote that its line does not close.
fn opens_a_quote(line: &str) -> bool {
    let value = line.split_once('=').map(|(_, value)| value.trim_start());
    let quote = value.and_then(|value| value.chars().next());
    quote.is_some_and(|quote| "\"'".contains(quote) && line.matches(quote).count() < 2)
}

/// Whether a line sets a variable, as in a shell but tolerating spaces around the name.
fn sets(line: &str, name: &str) -> bool {
    let Some((set, _)) = line.split_once('=') else {
        return false;
    };
    let words: Vec<&str> = set.split_whitespace().collect();
    let ([set] | ["export", set]) = words.as_slice() else {
        return false;
    };
    set.strip_prefix("ZOHO_") == Some(name)
}
