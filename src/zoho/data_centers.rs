//! Zoho's data centres (zoho.com/crm/developer/docs/api/v8/multi-dc, accounts/protocol/oauth/multi-dc).

/// One of Zoho's data centres: a cloud of its own with its own servers and console.
#[derive(Debug, PartialEq, Eq)]
pub struct DataCenter {
    /// The code that `location` carries: "eu".
    pub code: &'static str,
    /// The region's name: "Europe".
    pub name: &'static str,
    /// Origin of the accounts server.
    pub accounts_server: &'static str,
    /// Origin of the CRM API.
    pub api_domain: &'static str,
    /// Origin of the API console, where it is known.
    pub api_console: Option<&'static str>,
    /// How the servers are known, in a few words; what Zoho documents is the surest.
    pub evidence: &'static str,
}

/// Every data centre that is known. Canada's accounts server is no misprint.
pub static DATA_CENTERS: [DataCenter; 11] = [
    DataCenter {
        code: "us",
        name: "United States",
        accounts_server: "https://accounts.zoho.com",
        api_domain: "https://www.zohoapis.com",
        api_console: Some("https://api-console.zoho.com"),
        evidence: "documented",
    },
    DataCenter {
        code: "eu",
        name: "Europe",
        accounts_server: "https://accounts.zoho.eu",
        api_domain: "https://www.zohoapis.eu",
        api_console: Some("https://api-console.zoho.eu"),
        evidence: "documented",
    },
    DataCenter {
        code: "in",
        name: "India",
        accounts_server: "https://accounts.zoho.in",
        api_domain: "https://www.zohoapis.in",
        api_console: Some("https://api-console.zoho.in"),
        evidence: "documented",
    },
    DataCenter {
        code: "au",
        name: "Australia",
        accounts_server: "https://accounts.zoho.com.au",
        api_domain: "https://www.zohoapis.com.au",
        api_console: Some("https://api-console.zoho.com.au"),
        evidence: "documented",
    },
    DataCenter {
        code: "jp",
        name: "Japan",
        accounts_server: "https://accounts.zoho.jp",
        api_domain: "https://www.zohoapis.jp",
        api_console: Some("https://api-console.zoho.jp"),
        evidence: "documented",
    },
    DataCenter {
        code: "ca",
        name: "Canada",
        accounts_server: "https://accounts.zohocloud.ca",
        api_domain: "https://www.zohoapis.ca",
        api_console: Some("https://api-console.zohocloud.ca"),
        evidence: "documented",
    },
    DataCenter {
        code: "sa",
        name: "Saudi Arabia",
        accounts_server: "https://accounts.zoho.sa",
        api_domain: "https://www.zohoapis.sa",
        api_console: Some("https://api-console.zoho.sa"),
        evidence: "documented; console: users report",
    },
    DataCenter {
        code: "cn",
        name: "China",
        accounts_server: "https://accounts.zoho.com.cn",
        api_domain: "https://www.zohoapis.com.cn",
        api_console: Some("https://api-console.zoho.com.cn"),
        evidence: "documented; a separate cloud",
    },
    DataCenter {
        code: "uk",
        name: "United Kingdom",
        accounts_server: "https://accounts.zoho.uk",
        api_domain: "https://www.zohoapis.uk",
        api_console: Some("https://api-console.zoho.uk"),
        evidence: "accounts documented; the rest: users report",
    },
    DataCenter {
        code: "ae",
        name: "United Arab Emirates",
        accounts_server: "https://accounts.zoho.ae",
        api_domain: "https://www.zohoapis.ae",
        api_console: Some("https://api-console.zoho.ae"),
        evidence: "API domain documented; accounts: Zoho's own code; console: users report",
    },
    DataCenter {
        code: "sg",
        name: "Singapore",
        accounts_server: "https://accounts.zoho.sg",
        api_domain: "https://www.zohoapis.sg",
        api_console: None,
        evidence: "users report",
    },
];

impl DataCenter {
    /// The data centre with this code, in lower case.
    pub fn of_code(code: &str) -> Option<&'static Self> {
        DATA_CENTERS.iter().find(|center| center.code == code)
    }

    /// The data centre that people mean by a name: its code, its top-level domain ("com.au"), or what Zoho's own code calls
    /// it; in any case, with spaces around it.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.trim().to_ascii_lowercase();
        let name = if name == "uae" { "ae" } else { &name };
        let domain = |center: &Self| {
            let host = center.accounts_server.strip_prefix("https://accounts.");
            let host = host.unwrap_or_default();
            host == name || host.strip_prefix("zoho.") == Some(name)
        };
        let mut centers = DATA_CENTERS.iter();
        Self::of_code(name).or_else(|| centers.find(|center| domain(center)))
    }

    /// Every API domain of this data centre: that of the table, those of its sandboxes and developer accounts, and the
    /// bare one.
    pub fn api_domains(&self) -> impl Iterator<Item = String> {
        let environments = ["www.", "sandbox.", "developer.", ""];
        environments
            .map(|name| self.api_domain.replacen("www.", name, 1))
            .into_iter()
    }

    /// The data centre that one of these API domains belongs to.
    pub fn of_api_domain(origin: &str) -> Option<&'static Self> {
        let mut centers = DATA_CENTERS.iter();
        centers.find(|center| center.api_domains().any(|domain| domain == origin))
    }

    /// The data centre whose accounts server is exactly this origin.
    pub fn of_accounts_server(origin: &str) -> Option<&'static Self> {
        DATA_CENTERS
            .iter()
            .find(|center| center.accounts_server == origin)
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
    fn an_api_domain_tells_its_data_centre_in_every_environment() {
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
