//! Zoho's data centers, as documented by Zoho and reported by users (zoho.com/crm/developer/docs/api/v8/multi-dc).

use crate::Addresses;

/// A data center, which is a separate cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataCenter {
    /// United States.
    Us,
    /// Europe.
    Eu,
    /// India.
    In,
    /// Australia.
    Au,
    /// Japan.
    Jp,
    /// Canada.
    Ca,
    /// Saudi Arabia.
    Sa,
    /// China: it knows no clients of other data centers, and they know none of its clients.
    Cn,
    /// United Kingdom.
    Uk,
    /// United Arab Emirates.
    Ae,
    /// Singapore.
    Sg,
}

impl DataCenter {
    /// The two data centers that the stand-in plays on this machine.
    pub const PAIR: [Self; 2] = [Self::Us, Self::Eu];

    /// All data centers.
    pub const EVERYWHERE: [Self; 11] = [
        Self::Us,
        Self::Eu,
        Self::In,
        Self::Au,
        Self::Jp,
        Self::Ca,
        Self::Sa,
        Self::Cn,
        Self::Uk,
        Self::Ae,
        Self::Sg,
    ];

    /// Its code in `location`: "eu".
    pub fn code(self) -> &'static str {
        self.facts().0
    }

    /// Its name: "Europe".
    pub fn name(self) -> &'static str {
        self.facts().1
    }

    /// The addresses of Zoho's own servers.
    pub fn addresses(self) -> Addresses {
        let (_, _, accounts, api) = self.facts();
        Addresses {
            accounts_url: format!("https://accounts.{accounts}"),
            api_domain: format!("https://www.{api}"),
        }
    }

    /// The code, the name, and the domains of accounts server and API.
    fn facts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Us => ("us", "United States", "zoho.com", "zohoapis.com"),
            Self::Eu => ("eu", "Europe", "zoho.eu", "zohoapis.eu"),
            Self::In => ("in", "India", "zoho.in", "zohoapis.in"),
            Self::Au => ("au", "Australia", "zoho.com.au", "zohoapis.com.au"),
            Self::Jp => ("jp", "Japan", "zoho.jp", "zohoapis.jp"),
            Self::Ca => ("ca", "Canada", "zohocloud.ca", "zohoapis.ca"),
            Self::Sa => ("sa", "Saudi Arabia", "zoho.sa", "zohoapis.sa"),
            Self::Cn => ("cn", "China", "zoho.com.cn", "zohoapis.com.cn"),
            Self::Uk => ("uk", "United Kingdom", "zoho.uk", "zohoapis.uk"),
            Self::Ae => ("ae", "United Arab Emirates", "zoho.ae", "zohoapis.ae"),
            Self::Sg => ("sg", "Singapore", "zoho.sg", "zohoapis.sg"),
        }
    }
}
