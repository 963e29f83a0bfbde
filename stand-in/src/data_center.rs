//! Zoho's data centers, as its documents and its users have them (zoho.com/crm/developer/docs/api/v8/multi-dc).

use crate::Addresses;

/// A data center: a cloud of its own.
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
    /// China: no client of another data center is known there, nor one of it elsewhere.
    Cn,
    /// United Kingdom.
    Uk,
    /// United Arab Emirates.
    Ae,
    /// Singapore.
    Sg,
}

impl DataCenter {
    /// The two that are played on this machine.
    pub const PAIR: [Self; 2] = [Self::Us, Self::Eu];

    /// All.
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

    /// As in `location`: "eu".
    pub fn code(self) -> &'static str {
        self.facts().0
    }

    /// "Europe".
    pub fn name(self) -> &'static str {
        self.facts().1
    }

    /// Zoho's own servers.
    pub fn addresses(self) -> Addresses {
        let (_, _, accounts, api) = self.facts();
        Addresses {
            accounts_url: format!("https://accounts.{accounts}"),
            api_domain: format!("https://www.{api}"),
        }
    }

    /// Code, name, and the domains of accounts server and API.
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
