//! The self client: exchanges a grant token from Zoho's API console for verified credentials
//! (zoho.com/accounts/protocol/oauth/self-client).

use crate::context::Context;
use crate::error::Error;
use crate::event::reporting;
use crate::login::outcome::{Outcome, hand_over};
use crate::loopback::decide::Granted;
use crate::settings::Settings;
use crate::zoho::http::Zoho;
use secrecy::SecretString;

/// Exchanges the grant token at the settings' accounts server, only once: each attempt counts toward Zoho's throttle.
pub async fn exchange(
    settings: &Settings,
    code: &SecretString,
    context: &mut Context,
) -> Result<Outcome, Error> {
    let zoho = Zoho::new(settings.answer_within, reporting(&context.tell));
    let granted = Granted {
        code: code.clone(),
        accounts_server: settings.home.clone(),
        location: None,
    };
    let obtained = super::exchange::exchange(&zoho, settings, None, granted, context).await?;
    Ok(hand_over(&zoho, settings, obtained, false, context).await)
}
