//! The self client: a grant token that Zoho's API console made, to checked credentials
//! (zoho.com/accounts/protocol/oauth/self-client).

use crate::context::Context;
use crate::error::Error;
use crate::event::reporting;
use crate::login::exchange::{self, Granted};
use crate::login::outcome::{Outcome, hand_over};
use crate::settings::Settings;
use crate::zoho::http::Zoho;
use secrecy::SecretString;

/// Exchanges the grant token at the settings' accounts server, once: each try counts against Zoho's throttle.
pub async fn exchange(
    settings: &Settings,
    code: &SecretString,
    context: &mut Context,
) -> Result<Outcome, Error> {
    let zoho = Zoho::new(settings.answer_within, reporting(&context.tell));
    let granted = Granted {
        code: code.clone(),
        server: settings.home.clone(),
        location: None,
    };
    let obtained = exchange::exchange(&zoho, settings, None, granted, context).await?;
    Ok(hand_over(settings, obtained, false, context).await)
}
