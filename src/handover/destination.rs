//! The program that will read the CRM: the scopes and the format that it needs.

use crate::handover::format::Format;
use crate::zoho::scopes::{self, Scopes};
use clap::ValueEnum;

/// The program that will read the CRM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Destination {
    /// Adobe Experience Platform's Zoho CRM source (deprecated by Adobe; see adobe-rest).
    Adobe,
    /// Adobe Experience Platform's Generic REST API source.
    AdobeRest,
    /// Airbyte's Zoho CRM source.
    Airbyte,
    /// One of Zoho's own SDKs.
    Sdk,
    /// A program that reads variables or a .env file.
    Env,
    /// Something else.
    #[default]
    Other,
}

/// The scopes that Airbyte's connector specifies (source-zoho-crm 0.3.6), and the user's, for the check.
const AIRBYTE: &str = "ZohoCRM.settings.modules.READ,ZohoCRM.settings.fields.READ,ZohoCRM.modules.READ,\
     ZohoCRM.modules.custom.READ,ZohoCRM.org.READ,ZohoCRM.users.READ";

impl Destination {
    /// Its name on pages: "Airbyte".
    pub fn title(self) -> &'static str {
        match self {
            Self::Adobe => "Adobe Experience Platform",
            Self::AdobeRest => "Adobe, Generic REST API",
            Self::Airbyte => "Airbyte",
            Self::Sdk => "Zoho SDK",
            Self::Env => ".env file",
            Self::Other => "Something else",
        }
    }

    /// Its name on the command line: "adobe-rest".
    pub fn option(self) -> String {
        let value = self.to_possible_value();
        let value = value.expect("no destination is skipped");
        value.get_name().to_owned()
    }

    /// Its format.
    pub fn format(self) -> &'static Format {
        let name = match self {
            Self::Adobe => "adobe",
            Self::AdobeRest => "adobe-rest",
            Self::Airbyte => "airbyte",
            Self::Sdk => "zoho-sdk",
            Self::Env => "dotenv",
            Self::Other => "text",
        };
        Format::named(name).expect("a test checks each of these names")
    }

    /// The destination that this format is for, if any.
    pub fn of_format(name: &str) -> Option<Self> {
        let mut all = Self::value_variants().iter().copied();
        all.find(|destination| *destination != Self::Other && destination.format().name == name)
    }

    /// The scopes that it needs, if its vendor documents them; otherwise the default scopes.
    pub fn scopes(self) -> Scopes {
        let scopes = match self {
            Self::Airbyte => AIRBYTE,
            _ => scopes::DEFAULT,
        };
        Scopes::parse(scopes).expect("a test parses each of these lists")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::scope_catalog;

    #[test]
    fn each_has_a_format_and_scopes_that_zoho_knows() {
        for destination in Destination::value_variants() {
            let of_format = Destination::of_format(destination.format().name);
            let own = Some(*destination).filter(|own| *own != Destination::Other);
            assert_eq!(of_format, own);
            let scopes = destination.scopes();
            assert!(scopes.iter().all(scope_catalog::is_known), "{scopes:?}");
        }
    }
}
