//! Kinds of response shared by the accounts server and the CRM.

use std::future::{pending, ready};
use std::io;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use serde_json::Value;

use super::Site;
use crate::DataCenter;

/// A JSON response.
pub fn json(status: StatusCode, body: &Value) -> Response {
    (status, Json(body)).into_response()
}

/// A redirect to exactly this address.
pub fn redirect(status: StatusCode, to: String) -> Response {
    (status, [(header::LOCATION, to)]).into_response()
}

/// Redirects the same request to another data center.
pub fn moved(site: &Site, to: DataCenter, uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let accounts_url = &site.world.addresses(to).accounts_url;
    redirect(StatusCode::FOUND, format!("{accounts_url}{path}"))
}

/// The response of a gateway when Zoho does not answer.
pub fn bad_gateway() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head>\
                <body><center><h1>502 Bad Gateway</h1></center></body></html>\n";
    (StatusCode::BAD_GATEWAY, Html(page)).into_response()
}

/// A response that never comes. The connection stays open until the client closes it.
pub async fn never() -> Response {
    pending().await
}

/// No response: the body fails before its first byte, so hyper drops the connection without sending the head.
pub fn closed() -> Response {
    let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
    Body::from_stream(stream::once(ready(Err::<Bytes, _>(broken)))).into_response()
}
