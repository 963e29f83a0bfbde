//! A self client's grant token, made in the API console: exchanged without an authorization request.

use crate::error::Error;
use crate::obtain::{complete, redeem};
use crate::settings::Settings;
use crate::zoho::Zoho;
use crate::{Login, Surroundings, hand_over};
use secrecy::SecretString;

/// From a pasted grant token to the hand-over, at the data centre where it was made: `settings.home`.
pub async fn exchange(
    settings: &Settings,
    code: &SecretString,
    around: &mut Surroundings,
) -> Result<Login, Error> {
    let zoho = Zoho::new(settings.answer_within, around.tell.clone());
    let server = settings.home.clone();
    let tokens = redeem(&zoho, settings, None, &server, code, around).await?;
    let obtained = complete(&zoho, settings, tokens, server, None, around).await;
    Ok(hand_over(settings, obtained, around))
}
