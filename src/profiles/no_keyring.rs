//! In place of a keyring, where the system is of another kind or the program was built without.

use crate::profiles::error::Trouble;
use crate::profiles::profile::Name;
use zeroize::Zeroizing;

fn none<T>() -> Result<T, Trouble> {
    Err(Trouble::NoKeyring(
        "this program was built without one".to_owned(),
    ))
}

/// Nothing can be kept.
pub fn try_out() -> Result<(), Trouble> {
    none()
}

/// Nothing is there.
pub fn load(_: &Name) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    none()
}

/// Nothing can be kept.
pub fn save(_: &Name, _: &str) -> Result<(), Trouble> {
    none()
}

/// Nothing is there.
pub fn forget(_: &Name) -> Result<(), Trouble> {
    none()
}
