//! `--save`: checked before anything opens.

use crate::cli::folder;
use crate::cli::handover::HandOver;
use crate::cli::layers::Layers;
use crate::cli::tokens::Keep;
use crate::cli::usage::Usage;
use zeroize::Zeroizing;
use zoho_grant::error::Error;
use zoho_grant::profiles::Keeping;
use zoho_grant::profiles::profile::Name;

/// What `--save` asks for. Tries it out: a keyring that is missing or locked must show itself before the consent.
pub fn keeping(
    keep: &Keep,
    hand_over: &HandOver,
    layers: &Layers,
) -> Result<Option<Keeping>, Usage> {
    let Some(named) = &keep.save else {
        return Ok(None);
    };
    let given = [Some(named), keep.profile.as_ref()];
    let named = given.into_iter().flatten().find(|name| !name.is_empty());
    let place = keep.save_to;
    let keeping = Keeping {
        profiles: folder::profiles()?,
        name: layers.profile_name(named.map(String::as_str))?,
        place,
        hand_over: hand_over.is_asked_for(),
    };
    let tried = keeping.profiles.try_out(place);
    tried.map_err(|trouble| Usage::from(&Error::CannotKeep(trouble)))?;
    Ok(Some(keeping))
}

/// The profile that is named, or the default one.
pub fn name(named: Option<Zeroizing<String>>) -> Result<Name, Usage> {
    let Some(name) = named else {
        return Ok(Name::default());
    };
    let remedy = "Give a name such as work.";
    name.parse().map_err(|not| {
        Usage::new(
            "The profile's name (--save, --profile or ZOHO_PROFILE)",
            not,
            remedy,
        )
    })
}
