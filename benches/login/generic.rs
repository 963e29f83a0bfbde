//! An authorization server for any client: what it discovers, and tokens for every code. The consent is the
//! benchmark's own: it takes state and redirect URI from the address that a client prints.

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

/// The path of the authorization endpoint, which nobody asks.
pub const AUTHORIZE: &str = "/authorize";

/// The path of the token endpoint.
pub const TOKEN: &str = "/token";

/// What a client must be told of when it discovers the rest.
pub const ISSUER: &str = "/tenant";

/// Serves at an origin.
pub fn router(origin: &str) -> Router {
    let discovery = json!({
        "issuer": format!("{origin}{ISSUER}"),
        "authorization_endpoint": format!("{origin}{AUTHORIZE}"),
        "token_endpoint": format!("{origin}{TOKEN}"),
    });
    let tokens = json!({
        "access_token": "access", "refresh_token": "refresh",
        "token_type": "Bearer", "expires_in": 3600, "scope": "read",
    });
    Router::new()
        .route(
            &format!("{ISSUER}/.well-known/openid-configuration"),
            get(async move || Json(discovery)),
        )
        .route(TOKEN, post(async move || Json(tokens)))
}
