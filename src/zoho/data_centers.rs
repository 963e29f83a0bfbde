//! Zoho's data centers (zoho.com/crm/developer/docs/api/v8/multi-dc, accounts/protocol/oauth/multi-dc).

use derive_more::Display;

/// One of Zoho's data centers: a separate cloud with its own servers and console.
#[derive(Debug, Display, PartialEq, Eq)]
#[display("{name} ({code})")]
pub struct DataCenter {
    /// The code used in `location`: "eu".
    pub code: &'static str,
    /// The region's name: "Europe".
    pub name: &'static str,
    /// Origin of the accounts server.
    pub accounts_server: &'static str,
    /// Origin of the CRM API.
    pub api_domain: &'static str,
    /// The top-level domain that many programs use for it: "com.au". It is the API's, which differs from the accounts
    /// server's only for Canada.
    pub tld: &'static str,
    /// Origin of the API console, if known.
    pub api_console: Option<&'static str>,
    /// How we know the servers, in a few words; Zoho's documentation is the best source.
    pub evidence: &'static str,
}

/// A data center: code, region, domain ending, evidence.
macro_rules! center {
    ($code:literal, $name:literal, $domain:literal, $evidence:literal) => {
        DataCenter {
            code: $code,
            name: $name,
            accounts_server: concat!("https://accounts.zoho.", $domain),
            api_domain: concat!("https://www.zohoapis.", $domain),
            tld: $domain,
            api_console: Some(concat!("https://api-console.zoho.", $domain)),
            evidence: $evidence,
        }
    };
}

/// Every known data center. Canada's accounts server is not a typo.
pub static DATA_CENTERS: [DataCenter; 11] = [
    center!("us", "United States", "com", "documented"),
    center!("eu", "Europe", "eu", "documented"),
    center!("in", "India", "in", "documented"),
    center!("au", "Australia", "com.au", "documented"),
    center!("jp", "Japan", "jp", "documented"),
    DataCenter {
        accounts_server: "https://accounts.zohocloud.ca",
        api_console: Some("https://api-console.zohocloud.ca"),
        ..center!("ca", "Canada", "ca", "documented")
    },
    center!(
        "sa",
        "Saudi Arabia",
        "sa",
        "documented; console: users report"
    ),
    center!("cn", "China", "com.cn", "documented; a separate cloud"),
    center!(
        "uk",
        "United Kingdom",
        "uk",
        "accounts documented; the rest: users report"
    ),
    center!(
        "ae",
        "United Arab Emirates",
        "ae",
        "API domain documented; accounts: Zoho's own code; console: users report"
    ),
    DataCenter {
        api_console: None,
        ..center!("sg", "Singapore", "sg", "users report")
    },
];

impl DataCenter {
    /// The data center with this lowercase code.
    pub fn of_code(code: &str) -> Option<&'static Self> {
        DATA_CENTERS.iter().find(|center| center.code == code)
    }

    /// The data center that people mean by a name: its code, its top-level domain ("com.au"), or its name in Zoho's own
    /// code. Ignores case and surrounding spaces.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.trim().to_ascii_lowercase();
        let name = if name == "uae" { "ae" } else { &name };
        DATA_CENTERS.iter().find(|center| {
            let host = center.accounts_server.strip_prefix("https://accounts.");
            [Some(center.code), Some(center.tld), host].contains(&Some(name))
        })
    }

    /// The data center of an API domain: its main one, one for sandboxes or developer accounts, or the bare domain.
    pub fn of_api_domain(origin: &str) -> Option<&'static Self> {
        let (environment, tld) = origin.strip_prefix("https://")?.split_once("zohoapis.")?;
        let is_known = ["", "www.", "sandbox.", "developer."].contains(&environment);
        let mut centers = DATA_CENTERS.iter();
        centers.find(|center| is_known && center.tld == tld)
    }

    /// The data center whose accounts server is exactly this origin.
    pub fn of_accounts_server(origin: &str) -> Option<&'static Self> {
        let mut centers = DATA_CENTERS.iter();
        centers.find(|center| center.accounts_server == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_is_https_without_path_and_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for center in &DATA_CENTERS {
            for origin in [center.accounts_server, center.api_domain] {
                let parsed = url::Url::parse(origin).unwrap();
                assert_eq!(parsed.origin().ascii_serialization(), origin);
                assert_eq!(parsed.scheme(), "https");
                assert!(seen.insert(origin), "{origin} twice");
            }
        }
    }

    #[test]
    fn each_has_a_top_level_domain() {
        let all = DATA_CENTERS.each_ref().map(|center| center.tld).join(" ");
        assert_eq!(all, "com eu in com.au jp ca sa com.cn uk ae sg");
    }

    #[test]
    fn canada_has_its_own_host() {
        let canada = DataCenter::of_code("ca").unwrap();
        assert_eq!(canada.accounts_server, "https://accounts.zohocloud.ca");
        assert!(DataCenter::of_accounts_server("https://accounts.zoho.ca").is_none());
    }

    #[test]
    fn the_names_that_people_give_are_known() {
        for (name, code) in [
            ("com", "us"),
            ("EU ", "eu"),
            ("com.au", "au"),
            ("com.cn", "cn"),
            ("zohocloud.ca", "ca"),
            ("uae", "ae"),
            ("Jp", "jp"),
            ("sa", "sa"),
        ] {
            assert_eq!(DataCenter::named(name).unwrap().code, code, "{name}");
        }
        assert_eq!(DataCenter::named("mars"), None);
        assert_eq!(DataCenter::named(""), None);
    }

    #[test]
    fn an_api_domain_tells_its_data_center_in_every_environment() {
        for domain in [
            "https://www.zohoapis.eu",
            "https://sandbox.zohoapis.eu",
            "https://developer.zohoapis.eu",
            "https://zohoapis.eu",
        ] {
            assert_eq!(DataCenter::of_api_domain(domain).unwrap().code, "eu");
        }
        assert_eq!(DataCenter::of_api_domain("https://evil.zohoapis.eu"), None);
    }
}
