//! What the person has entered so far, and its validation. Everything survives an error, and the secret is never shown.

use crate::handover::destination::Destination;
use crate::setup::form::SubmittedForm;
use crate::zoho::client::{Client, Id, NotAClient};
use crate::zoho::registration::{self, Slip};
use crate::zoho::scope_catalog;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::AccountsServer;
use clap::ValueEnum;
use derive_more::Display;
use secrecy::SecretString;
use std::time::Duration;

/// A data center that can be chosen.
#[derive(Clone, Debug)]
pub struct Center {
    /// "eu"; empty for a server that the person named.
    pub code: &'static str,
    /// "Europe".
    pub name: String,
    /// The CRM's host there: "crm.zoho.eu".
    pub crm: String,
    /// The API console, where clients are registered.
    pub console: String,
    /// The accounts server, where a login begins.
    pub server: AccountsServer,
}

/// What the page offers.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The data centers to choose from.
    pub centers: Vec<Center>,
    /// Where a profile would be saved: "in this computer's keyring". None if nothing can be saved.
    pub save: Option<String>,
    /// How long to wait for the person; starts anew with each step.
    pub limit: Duration,
    /// Whether Zoho is the stand-in, which every page then mentions.
    pub rehearsal: bool,
}

/// What has been entered so far.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The data center's index in the list.
    pub center: Option<usize>,
    /// An address that was pasted instead but not recognized.
    pub crm: String,
    /// The client ID.
    pub id: String,
    /// Whether the client ID has an unusual shape, which the person must confirm.
    pub is_odd: bool,
    /// The client secret, which is never written back.
    pub secret: Option<Secret>,
    /// The program that will read the CRM.
    pub destination: Destination,
    /// The person's own scopes, instead of those that the destination needs.
    pub scopes: Option<Scopes>,
    /// Typed scopes that cannot be parsed.
    pub unread_scopes: String,
    /// Whether to save the credentials in a profile.
    pub save: bool,
    /// The errors, in the order of the fields.
    pub slips: Vec<(SetupField, String)>,
    /// The field that Zoho's error page is about, if the person saw one: Zoho does not redirect from it, so that the
    /// program cannot detect it.
    pub dead_end: Option<SetupField>,
    /// How the last attempt failed: what could not be done, why, and what to do.
    pub failure: Option<[String; 3]>,
    /// Whether the person has been sent to Zoho.
    pub began: bool,
}

/// A client secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The secret itself.
    pub value: SecretString,
    /// If it existed before anything was entered: the only client ID that it is for, and the only server, if
    /// it came with one.
    pub of: Option<(String, Option<AccountsServer>)>,
}

/// The field that an error is about. `Display` is its anchor on the page.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq)]
#[display(rename_all = "lowercase")]
pub enum SetupField {
    /// The data center.
    Center,
    /// The registration in the API console.
    Register,
    /// The client ID.
    Id,
    /// The client secret.
    Secret,
    /// The program that will read the CRM.
    Destination,
    /// The scopes.
    Scopes,
}

/// Everything that an attempt needs.
#[derive(Debug)]
pub struct Entered {
    /// The accounts server where it begins.
    pub server: AccountsServer,
    /// The registered client.
    pub client: Client,
    /// The program that will read the CRM.
    pub destination: Destination,
    /// The scopes to request.
    pub scopes: Scopes,
    /// Whether to save the credentials in a profile.
    pub save: bool,
}

impl Draft {
    /// Stores and validates what was entered; returns all of it if nothing is wrong.
    pub(super) fn take(&mut self, form: &SubmittedForm, centers: &[Center]) -> Option<Entered> {
        self.slips.clear();
        (self.dead_end, self.failure) = (None, None);
        if self.saw(&form.saw) {
            return None;
        }
        self.save = *form.save == "on";
        let center = self.center(form, centers);
        let center = self.noted(SetupField::Center, center);
        let client = self.client(form, center);
        let destination = Destination::from_str(&form.destination, false);
        let destination = destination.map_err(|_| "Choose what will read the CRM.");
        let destination = self.noted(SetupField::Destination, destination);
        self.destination = destination.unwrap_or(self.destination);
        let scopes = self.scopes(form);
        let scopes = self.noted(SetupField::Scopes, scopes);
        Some(Entered {
            server: center?.server.clone(),
            client: client?,
            destination: destination?,
            scopes: scopes?,
            save: self.save,
        })
    }

    /// Takes the error page of Zoho's that the person saw; returns whether it is one.
    fn saw(&mut self, page: &str) -> bool {
        let (field, why) = match page {
            "client" => (SetupField::Id, "It does not exist in this data center."),
            "redirect-uri" => (
                SetupField::Register,
                "The redirect URI below is not registered for this client.",
            ),
            "scope" => (SetupField::Scopes, "One of these does not exist."),
            _ => return false,
        };
        self.dead_end = Some(field);
        self.slip(field, why);
        true
    }

    /// The scopes to request.
    pub fn chosen_scopes(&self) -> Scopes {
        let own = self.scopes.clone();
        own.unwrap_or_else(|| self.destination.scopes())
    }

    /// Adds an error for a field.
    pub fn slip(&mut self, field: SetupField, why: impl Into<String>) {
        self.slips.push((field, why.into()));
    }

    /// The value of a field; if it has an error instead, adds that.
    fn noted<T>(&mut self, field: SetupField, judged: Result<T, impl Into<String>>) -> Option<T> {
        judged.map_err(|why| self.slip(field, why)).ok()
    }

    /// A pasted address takes precedence over a choice.
    fn center<'a>(
        &mut self,
        form: &SubmittedForm,
        centers: &'a [Center],
    ) -> Result<&'a Center, &'static str> {
        let pasted = form.crm.trim();
        self.crm.clear();
        if pasted.is_empty() {
            let chosen = form.center.parse().ok();
            self.center = chosen.filter(|at| *at < centers.len()).or(self.center);
        } else {
            let code = registration::data_center(pasted).map(|center| center.code);
            let found = centers.iter().position(|center| code == Some(center.code));
            if found.is_none() {
                pasted.clone_into(&mut self.crm);
                return Err(
                    "This is not an address of Zoho CRM. It begins with crm.zoho, such as crm.zoho.eu/crm/org1.",
                );
            }
            self.center = found;
        }
        let chosen = self.center.and_then(|at| centers.get(at));
        chosen.ok_or("Choose where you log in to Zoho CRM, or paste the address of your CRM.")
    }

    fn client(&mut self, form: &SubmittedForm, center: Option<&Center>) -> Option<Client> {
        let (id, given) = (form.id.trim(), form.secret.as_str());
        let confirmed = self.is_odd && *form.confirmed == "on" && id == self.id;
        let mut judged = registration::client_id(id, confirmed);
        let secret = (!given.trim().is_empty()).then(|| registration::client_secret(given));
        // If the ID is in the secret's field, the secret may be in the ID's.
        if matches!(secret, Some(Err(Slip::Swapped))) && Id::new(id).is_ok_and(|id| id.is_odd()) {
            judged = Err(Slip::Swapped);
        }
        let is_secret = matches!(judged, Err(Slip::Swapped));
        let shown = if is_secret { "" } else { id };
        shown.clone_into(&mut self.id);
        self.is_odd = matches!(judged, Err(Slip::Odd)) || confirmed;
        let id = self.noted(SetupField::Id, judged.map_err(id_slip));
        let secret = match secret {
            Some(Ok(value)) => Ok(Secret { value, of: None }),
            Some(Err(slip)) => Err(secret_slip(slip)),
            None => self.kept_secret(center),
        };
        self.secret = self.noted(SetupField::Secret, secret);
        let secret = self.secret.as_ref()?.value.clone();
        Client::new(id?, secret).ok()
    }

    /// An existing secret, but only for the client and server that it came with.
    fn kept_secret(&mut self, center: Option<&Center>) -> Result<Secret, String> {
        let serves = |secret: &Secret| match (&secret.of, center) {
            (Some((_, Some(server))), Some(center)) if *server != center.server => false,
            (Some((id, _)), _) => *id == self.id,
            (None, _) => true,
        };
        let secret = self.secret.take().filter(serves);
        secret.ok_or_else(|| {
            "Enter the client secret, shown below the client ID in the console.".to_owned()
        })
    }

    fn scopes(&mut self, form: &SubmittedForm) -> Result<Scopes, String> {
        self.unread_scopes.clear();
        if *form.which != "own" {
            self.scopes = None;
            return Ok(self.destination.scopes());
        }
        let known = |place: &usize| Some(scope_catalog::all().nth(*place)?.scope);
        let ticked: Vec<_> = form.ticked.iter().filter_map(known).collect();
        let ticked = ticked.join(",");
        let typed = form.scopes.as_str();
        let chosen = Scopes::parse(&format!("{ticked},{typed}"));
        let readable = chosen.as_ref().ok().cloned();
        self.scopes = readable.or_else(|| Scopes::parse(&ticked).ok());
        chosen.map_err(|not| {
            typed.clone_into(&mut self.unread_scopes);
            if ticked.is_empty() && typed.trim().is_empty() {
                "Choose at least one scope.".to_owned()
            } else {
                format!("The scopes are not valid: {not}.")
            }
        })
    }
}

fn id_slip(slip: Slip) -> String {
    match slip {
        Slip::Wrong(NotAClient::Empty) => "Enter the client ID shown in the console.".to_owned(),
        Slip::Wrong(not) => format!("This cannot be a client ID: {not}."),
        Slip::Swapped => {
            "This looks like the client secret. The client ID begins with 1000.".to_owned()
        }
        Slip::Odd => {
            "It is not 1000. followed by 30 capital letters and digits. Is it complete?".to_owned()
        }
    }
}

fn secret_slip(slip: Slip) -> String {
    match slip {
        Slip::Wrong(not) => format!("This cannot be a client secret: {not}."),
        Slip::Swapped | Slip::Odd => {
            "This looks like the client ID. The client secret is shown below it in the console."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::data_centers::DATA_CENTERS;
    use secrecy::ExposeSecret;
    use url::form_urlencoded::Serializer;

    const ID: &str = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";
    const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";

    fn centers() -> Vec<Center> {
        let center = |center: usize| Center {
            code: DATA_CENTERS[center].code,
            name: String::new(),
            crm: String::new(),
            console: String::new(),
            server: AccountsServer::of(&DATA_CENTERS[center]),
        };
        vec![center(0), center(1)]
    }

    /// A form with these fields and a valid client.
    fn taken(draft: &mut Draft, fields: &[(&str, &str)]) -> Option<Entered> {
        let mut all = vec![
            ("center", "1"),
            ("id", ID),
            ("secret", SECRET),
            ("destination", "other"),
        ];
        all.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
        all.extend(fields);
        let body = Serializer::new(String::new()).extend_pairs(all).finish();
        draft.take(&SubmittedForm::read(body.as_bytes()).unwrap(), &centers())
    }

    fn draft() -> Draft {
        Draft::default()
    }

    fn slips(fields: &[(&str, &str)]) -> Vec<SetupField> {
        let mut draft = draft();
        assert!(taken(&mut draft, fields).is_none(), "{fields:?}");
        draft.slips.iter().map(|(field, _)| *field).collect()
    }

    #[test]
    fn what_is_whole_is_all_that_an_attempt_needs() {
        let entered = taken(&mut draft(), &[("destination", "airbyte"), ("save", "on")]).unwrap();
        assert_eq!(entered.server, centers()[1].server);
        assert_eq!(entered.client.id(), ID);
        assert_eq!(entered.client.secret().expose_secret(), SECRET);
        assert_eq!(entered.scopes, Destination::Airbyte.scopes());
        assert!(entered.save);
    }

    #[test]
    fn each_slip_is_told_of_its_field() {
        for (fields, slip) in [
            (&[("center", "")][..], SetupField::Center),
            (&[("center", "2")], SetupField::Center),
            (&[("crm", "mail.example.com")], SetupField::Center),
            // A data center that cannot be chosen here.
            (&[("crm", "crm.zoho.in")], SetupField::Center),
            (&[("id", "")], SetupField::Id),
            (&[("id", "1000.A B")], SetupField::Id),
            (&[("id", "1000.short")], SetupField::Id),
            (&[("id", SECRET)], SetupField::Id),
            (&[("secret", "")], SetupField::Secret),
            (&[("secret", "two words")], SetupField::Secret),
            (&[("secret", ID)], SetupField::Secret),
            (&[("destination", "mars")], SetupField::Destination),
            (&[("which", "own")], SetupField::Scopes),
            (
                &[("which", "own"), ("scopes", "\u{e9}")],
                SetupField::Scopes,
            ),
        ] {
            assert_eq!(slips(fields), [slip], "{fields:?}");
        }
        let all = [
            ("center", ""),
            ("id", ""),
            ("secret", ""),
            ("destination", ""),
            ("which", "own"),
        ];
        let order = [
            SetupField::Center,
            SetupField::Id,
            SetupField::Secret,
            SetupField::Destination,
            SetupField::Scopes,
        ];
        assert_eq!(slips(&all), order);
    }

    #[test]
    fn a_pasted_address_beats_the_choice() {
        let mut draft = draft();
        let entered = taken(
            &mut draft,
            &[("center", "0"), ("crm", " https://crm.zoho.eu/crm/org1 ")],
        );
        assert_eq!(entered.unwrap().server, centers()[1].server);
        assert_eq!((draft.center, &*draft.crm), (Some(1), ""));
        assert!(taken(&mut draft, &[("crm", "crm.zoho.example")]).is_none());
        assert_eq!(draft.crm, "crm.zoho.example");
    }

    #[test]
    fn an_odd_id_is_questioned_once_and_no_other_is_taken_in_its_place() {
        let mut draft = draft();
        assert!(taken(&mut draft, &[("id", "1000.odd"), ("confirmed", "on")]).is_none());
        assert!(draft.is_odd);
        assert!(taken(&mut draft, &[("id", "1000.other"), ("confirmed", "on")]).is_none());
        assert!(taken(&mut draft, &[("id", "1000.other"), ("confirmed", "on")]).is_some());
    }

    #[test]
    fn what_may_be_the_secret_is_not_kept_to_be_shown() {
        for (id, secret) in [(SECRET, ID), (SECRET, SECRET), ("unusual-secret", ID)] {
            let mut draft = draft();
            assert!(taken(&mut draft, &[("id", id), ("secret", secret)]).is_none());
            assert_eq!(draft.id, "", "{id}");
        }
    }

    #[test]
    fn the_secret_serves_on_when_another_field_is_corrected() {
        let mut draft = draft();
        assert!(taken(&mut draft, &[("id", "")]).is_none());
        let entered = taken(&mut draft, &[("secret", "")]).unwrap();
        assert_eq!(entered.client.secret().expose_secret(), SECRET);
    }

    #[test]
    fn a_kept_secret_is_for_its_own_client_and_server_alone() {
        let mut kept = draft();
        let of = Some((ID.to_owned(), Some(centers()[1].server.clone())));
        let secret = || {
            Some(Secret {
                value: SECRET.into(),
                of: of.clone(),
            })
        };
        kept.secret = secret();
        assert!(taken(&mut kept, &[("secret", "")]).is_some());
        for change in [
            ("center", "0"),
            ("id", "1000.ZYXWVUTSRQ0123456789ABCDEFGHIJ"),
        ] {
            kept.secret = secret();
            assert!(taken(&mut kept, &[("secret", ""), change]).is_none());
            assert!(kept.secret.is_none(), "{change:?}");
        }
        // One that came without a server is for any server that the person chooses.
        let of = Some((ID.to_owned(), None));
        let value = SECRET.into();
        kept.secret = Some(Secret { value, of });
        assert!(taken(&mut kept, &[("secret", ""), ("center", "0")]).is_some());
    }

    #[test]
    fn own_scopes_are_those_that_are_ticked_and_those_that_are_typed() {
        let known = |at| scope_catalog::all().nth(at).unwrap().scope;
        let fields = [
            ("which", "own"),
            ("s", "3"),
            ("s", "0"),
            ("s", "99999"),
            ("scopes", "ZohoCRM.new.READ"),
        ];
        let entered = taken(&mut draft(), &fields).unwrap();
        let all: Vec<_> = entered.scopes.iter().collect();
        assert_eq!(all, [known(3), known(0), "ZohoCRM.new.READ"]);
    }
}
