//! Runs the stand-in Zoho at Zoho's own names for `tests/consumers/run`, in a private network: prints the variables for a
//! login there, consents at each address read from standard input, and ends with it. Each request is reported on
//! standard error without its parameters.

#[path = "../suite/names/cloud.rs"]
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "written for the tests, which use more of it"
)]
mod cloud;

use std::io::{self, BufRead};
use std::thread;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use cloud::Cloud;
use rustls::version::{TLS12, TLS13};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tower::ServiceExt;
use url::Url;
use url::form_urlencoded::Serializer;
use zoho_stand_in::{Rehearsal, StandIn};

/// The API that rclone uses. It is not part of the CRM, so the stand-in does not have it.
const WORKDRIVE: &str = "workdrive.zoho.eu";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stand_in = StandIn::everywhere(Rehearsal::default());
    let zoho = stand_in.by_host();
    let files = workdrive(zoho.clone());
    let router = files.fallback_service(zoho.layer(from_fn(as_form)));
    let versions = [&TLS12, &TLS13];
    let cloud = Cloud::start(
        "127.0.0.1",
        router.layer(from_fn(told)),
        &[WORKDRIVE],
        &versions,
        &[],
    )
    .await?;
    println!("ZOHO_CLIENT_ID={}", stand_in.client_id());
    let secret = stand_in.client_secret();
    println!("ZOHO_CLIENT_SECRET={}", secret.expose_secret());
    println!("SSL_CERT_FILE={}", cloud.authority.path().display());
    println!("NAMES={} {WORKDRIVE}", cloud::names().join(" "));
    println!();

    let (person, mut addresses) = (cloud.person(), lines());
    while let Some(address) = addresses.recv().await {
        for (name, value) in Url::parse(&address)?.query_pairs() {
            if name == "redirect_uri" {
                stand_in.register_redirect_uri(&value);
            }
        }
        if let Some(callback) = person.consent(&address).await? {
            person.follow(person.0.get(callback)).await?;
        }
    }
    cloud.end().await;
    Ok(())
}

/// Reports each request and its status.
async fn told(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).cloned();
    let host = host
        .as_ref()
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answer = next.run(request).await;
    eprintln!("{method} {host}{path}: {}", answer.status());
    answer
}

/// Converts token requests to plain forms. Zoho also accepts parameters in the query, which Airbyte's connector sends, and
/// multipart bodies, which its own Node SDK sends; the stand-in deliberately does not.
async fn as_form(request: Request, next: Next) -> Response {
    if request.uri().path() != "/oauth/v2/token" {
        return next.run(request).await;
    }
    let (mut head, body) = request.into_parts();
    let kind = head.headers.get(header::CONTENT_TYPE);
    let in_parts = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let form = if let Some(query) = head.uri.query() {
        query.to_owned()
    } else if in_parts {
        form_of_parts(Request::from_parts(head.clone(), body)).await
    } else {
        return next.run(Request::from_parts(head, body)).await;
    };
    head.uri = Uri::from_static("/oauth/v2/token");
    head.headers.remove(header::CONTENT_LENGTH);
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    head.headers.insert(header::CONTENT_TYPE, kind);
    next.run(Request::from_parts(head, form.into())).await
}

async fn form_of_parts(request: Request) -> String {
    let Ok(mut parts) = Multipart::from_request(request, &()).await else {
        return String::new();
    };
    let mut pairs = Vec::new();
    while let Ok(Some(part)) = parts.next_field().await {
        let name = part.name().unwrap_or_default().to_owned();
        pairs.push((name, part.text().await.unwrap_or_default()));
    }
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Lists one file if the token is valid. Only the fields that rclone reads are here; Zoho's full response is not known.
fn workdrive(zoho: Router) -> Router {
    let list = async move |uri: Uri, headers: HeaderMap| {
        let mut request = Request::get("/crm/v8/org").header(header::HOST, "www.zohoapis.eu");
        if let Some(token) = headers.get(header::AUTHORIZATION) {
            // How rclone sends a token that it has just refreshed.
            let token = token.to_str().unwrap_or_default();
            let token = token.replacen("Bearer ", "Zoho-oauthtoken ", 1);
            request = request.header(header::AUTHORIZATION, token);
        }
        let request = request.body(Body::empty()).expect("it has a path");
        let Ok(answer) = zoho.clone().oneshot(request).await;
        let body = to_bytes(answer.into_body(), usize::MAX)
            .await
            .unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if body["code"] == "INVALID_TOKEN" {
            return Err(StatusCode::UNAUTHORIZED);
        }
        let first = uri
            .query()
            .is_none_or(|query| query.contains("page%5Boffset%5D=0"));
        if !first {
            return Ok(Json(json!({ "data": [] })));
        }
        let time = 1_767_258_000_000_u64;
        let file = json!({
            "name": "First file.txt",
            "is_folder": false,
            "created_time_in_millisecond": time,
            "modified_time_in_millisecond": time,
            "storage_info": { "size_in_bytes": 12 },
        });
        Ok(Json(
            json!({ "data": [{ "id": "1", "type": "files", "attributes": file }] }),
        ))
    };
    Router::new().route("/api/v1/files/{folder}/files", get(list))
}

/// Reads lines of standard input on a separate thread.
fn lines() -> mpsc::Receiver<String> {
    let (line, lines) = mpsc::channel(1);
    thread::spawn(move || {
        for text in io::stdin().lock().lines().map_while(Result::ok) {
            if line.blocking_send(text).is_err() {
                break;
            }
        }
    });
    lines
}
