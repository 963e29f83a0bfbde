//! The contents of an authorization request.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use super::answer::Invalid;
use crate::parameters::Parameters;

const OPERATIONS: [&str; 7] = [
    "ALL", "READ", "CREATE", "UPDATE", "DELETE", "WRITE", "CUSTOM",
];

/// The validated part of an authorization request that does not depend on the client.
pub struct Asked {
    /// The requested access.
    pub access: Access,
    /// The state, returned unchanged.
    pub state: Option<String>,
    /// The challenge that the verifier must match.
    pub challenge: Option<Challenge>,
}

/// The access that the person is asked to allow.
pub struct Access {
    /// The scopes; at least one.
    pub scopes: Vec<String>,
    /// `access_type=offline`; Zoho's default is online.
    pub offline: bool,
    /// `prompt=consent`.
    pub prompted: bool,
}

/// A PKCE challenge (RFC 7636 §4.2).
pub enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// The verifier's SHA-256 in base64url.
    S256(String),
}

impl Asked {
    /// Validates the parameters. Zoho does not say how it treats undocumented values of `access_type`, `prompt` and
    /// `code_challenge_method`: here they are refused.
    pub fn read(parameters: &Parameters) -> Result<Self, Invalid> {
        Access::scopes(parameters)?;
        if parameters.value("response_type") != Some("code") {
            return Err(Invalid::ResponseType);
        }
        Ok(Self {
            access: Access::read(parameters)?,
            state: parameters.value("state").map(str::to_owned),
            challenge: Challenge::read(parameters)?,
        })
    }
}

impl Access {
    /// Validates scope, access type and prompt.
    pub fn read(parameters: &Parameters) -> Result<Self, Invalid> {
        let offline = match parameters.value("access_type") {
            Some("offline") => true,
            Some("online") | None => false,
            Some(_) => return Err(Invalid::Request),
        };
        let prompted = match parameters.value("prompt") {
            Some("consent") => true,
            None => false,
            Some(_) => return Err(Invalid::Request),
        };
        Ok(Self {
            scopes: Self::scopes(parameters)?,
            offline,
            prompted,
        })
    }

    fn scopes(parameters: &Parameters) -> Result<Vec<String>, Invalid> {
        scopes(parameters.value("scope").unwrap_or_default()).ok_or(Invalid::Scope)
    }
}

impl Challenge {
    fn read(parameters: &Parameters) -> Result<Option<Self>, Invalid> {
        let challenge = parameters.value("code_challenge");
        if challenge.is_some_and(|text| !is_verifier(text)) {
            return Err(Invalid::Request);
        }
        match (
            challenge.map(str::to_owned),
            parameters.value("code_challenge_method"),
        ) {
            (None, None) => Ok(None),
            (Some(text), None | Some("plain")) => Ok(Some(Self::Plain(text))),
            (Some(text), Some("S256")) => Ok(Some(Self::S256(text))),
            _ => Err(Invalid::Request),
        }
    }

    /// Whether it was made from `verifier`.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        is_verifier(verifier)
            && match self {
                Self::Plain(expected) => verifier == expected,
                Self::S256(expected) => {
                    let hash = digest(&SHA256, verifier.as_bytes());
                    BASE64_URL_SAFE_NO_PAD.encode(hash) == *expected
                }
            }
    }
}

/// Whether the text is 43 to 128 unreserved characters (RFC 7636 §4.1).
fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

/// Splits scopes at commas, as documented, or at spaces, which have been seen to work. None if any is malformed.
pub fn scopes(text: &str) -> Option<Vec<String>> {
    let scopes = text.split([',', ' ']);
    scopes
        .map(|scope| is_scope(scope).then(|| scope.to_owned()))
        .collect()
}

/// Whether it has the shape `Service.group[.sub].OPERATION`. Some services, though not the CRM, write the operation in
/// lower case.
fn is_scope(scope: &str) -> bool {
    let parts: Vec<&str> = scope.split('.').collect();
    let word = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let operation = parts.last().copied().unwrap_or_default();
    let operation = match parts[0] {
        "ZohoCRM" => operation.to_owned(),
        _ => operation.to_ascii_uppercase(),
    };
    (3..=4).contains(&parts.len())
        && parts.iter().all(word)
        && OPERATIONS.contains(&operation.as_str())
        && !scope.starts_with("ZohoCRM.modules.Activities.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_their_shape() {
        for good in [
            "ZohoCRM.modules.READ",
            "ZohoCRM.modules.leads.ALL",
            "ZohoBooks.fullaccess.all",
        ] {
            assert!(is_scope(good), "{good}");
        }
        for bad in [
            "",
            "READ",
            "ZohoCRM.READ",
            "ZohoCRM.modules.read",
            "ZohoCRM.modules.EVERYTHING",
            "ZohoCRM..READ",
            "ZohoCRM.modules.leads.more.READ",
            "ZohoCRM.modules.Activities.READ",
            "ZohoCRM.mod<b>.READ",
        ] {
            assert!(!is_scope(bad), "{bad}");
        }
    }

    #[test]
    fn commas_and_spaces_separate_but_nothing_may_be_empty() {
        let both = scopes("ZohoCRM.org.READ,ZohoCRM.users.READ ZohoCRM.settings.READ");
        assert_eq!(both.unwrap().len(), 3);
        assert!(scopes("ZohoCRM.org.READ,").is_none());
        assert!(scopes("").is_none());
    }

    #[test]
    fn s256_is_that_of_rfc_7636_appendix_b() {
        let challenge = Challenge::S256("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned());
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }
}
