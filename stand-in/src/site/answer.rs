//! The kinds of answer that both the accounts server and the CRM give.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use hyper::body::Frame;
use serde_json::Value;

/// A JSON body.
pub fn json(status: StatusCode, body: &Value) -> Response {
    (status, axum::Json(body)).into_response()
}

/// A redirect with exactly this address.
pub fn redirect(status: StatusCode, to: &str) -> Response {
    match HeaderValue::try_from(to) {
        Ok(location) => (status, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// What stands between Zoho and the world when Zoho does not answer.
pub fn bad_gateway() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head>\
                <body><center><h1>502 Bad Gateway</h1></center></body></html>\n";
    (StatusCode::BAD_GATEWAY, Html(page)).into_response()
}

/// Never comes. The connection stays open until the client closes it.
pub async fn never() -> Response {
    match pending::<Infallible>().await {}
}

/// No answer: the connection is closed instead.
pub fn closed() -> Response {
    Body::new(Broken).into_response()
}

/// A body that fails before its first byte, upon which hyper drops the connection with the head still unsent.
struct Broken;

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
