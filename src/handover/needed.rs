//! What a reader needs, in words.

use crate::handover::format_options::Need;

impl Need {
    /// Reads on from "needs".
    pub fn what(self) -> &'static str {
        match self {
            Self::AccessToken => "an access token",
            Self::RefreshToken => "a refresh token, which is not there",
            Self::ApiDomain => "the API domain, which Zoho did not tell",
            Self::Endpoint => "an endpoint, and there is none known for this accounts server",
            Self::Environment => "the organisation's environment, which is not known from Zoho",
            Self::StartDate => "a start date",
            Self::UserAgent => "a user agent",
        }
    }

    /// What to do, one line, naming the option.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::AccessToken => "Give ZOHO_ACCESS_TOKEN, or run the login again.",
            Self::RefreshToken => {
                "Run the login again and accept on Zoho's page; only a consent gives one."
            }
            Self::ApiDomain => {
                "Give ZOHO_API_DOMAIN to `zoho-grant export`, or choose another --format."
            }
            Self::Endpoint => "Give --endpoint, such as crm.zoho.eu/crm/private.",
            Self::Environment => "Give --environment: Production, Developer or Sandbox.",
            Self::StartDate => "Give --start-date, such as 2026-01-01.",
            Self::UserAgent => {
                "Give --user-agent: the reader's name and an address at which Zoho could reach you."
            }
        }
    }
}
