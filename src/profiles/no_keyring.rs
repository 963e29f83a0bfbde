//! In place of a keyring, where the system is of another kind or the program was built without.

use crate::profiles::error::ProfileError;
use crate::profiles::profile::Name;
use zeroize::Zeroizing;

fn none<T>() -> Result<T, ProfileError> {
    Err(ProfileError::NoKeyring(
        "this program was built without one".to_owned(),
    ))
}

/// Nothing can be kept.
pub fn try_out() -> Result<(), ProfileError> {
    none()
}

/// Nothing is there.
pub fn load(_: &Name) -> Result<Zeroizing<Vec<u8>>, ProfileError> {
    none()
}

/// Nothing can be kept.
pub fn save(_: &Name, _: &str) -> Result<(), ProfileError> {
    none()
}

/// Nothing is there.
pub fn forget(_: &Name) -> Result<(), ProfileError> {
    none()
}
