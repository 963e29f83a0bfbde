//! The self client: a grant token that Zoho's API console made, to checked credentials
//! (zoho.com/accounts/protocol/oauth/self-client).

use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::login::exchange;
use crate::login::outcome::{Outcome, hand_over};
use crate::settings::Settings;
use crate::unfulfilled::{Request, Unfulfilled};
use crate::zoho::Zoho;
use secrecy::SecretString;

/// Exchanges the grant token at the settings' accounts server, once: each try counts against Zoho's throttle.
pub async fn exchange(
    settings: &Settings,
    code: &SecretString,
    context: &mut Context,
) -> Result<Outcome, Error> {
    let zoho = Zoho::new(settings.answer_within, context.tell.clone());
    let server = &settings.home;
    (context.tell)(Event::Exchanging(server.to_string()));
    let exchange = zoho.exchange(&settings.client, None, server, code);
    let tokens = exchange::finish(exchange, &mut context.stopped).await?;
    let tokens = tokens.map_err(|error| {
        Error::Unfulfilled(Unfulfilled {
            request: Request::Exchange,
            error,
            server: server.clone(),
        })
    })?;
    let obtained = exchange::complete(&zoho, settings, tokens, server.clone(), None, context).await;
    Ok(hand_over(settings, obtained, context).await)
}
