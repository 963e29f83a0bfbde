//! The proxy that the environment specifies. The HTTP library ignores an address that it cannot use, and would connect
//! without a proxy.

use crate::zoho::network::NetworkFailure;
use hyper::http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::StatusCode;
use std::env;
use std::ffi::OsString;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// The schemes that the HTTP library supports.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// A proxy that refused once will answer just as fast again.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// Rejects an address that the library would ignore. Reads the variables in the library's order.
pub(super) fn check(server: &str) -> Result<(), NetworkFailure> {
    let first = |names: [&'static str; 2]| {
        let mut names = names.into_iter();
        let set = names.find_map(|name| Some((name, env::var_os(name)?)));
        set.filter(|(_, value)| !value.is_empty())
    };
    let named = first(["HTTPS_PROXY", "https_proxy"]);
    let Some((variable, value)) = named.or_else(|| first(["ALL_PROXY", "all_proxy"])) else {
        return Ok(());
    };
    let exceptions =
        first(["NO_PROXY", "no_proxy"]).and_then(|(_, value)| value.into_string().ok());
    let exempt = Matcher::builder()
        .all("http://127.0.0.1:9")
        .no(exceptions.unwrap_or_default())
        .build();
    let server = server.parse::<Uri>();
    if server.is_ok_and(|server| exempt.intercept(&server).is_none()) {
        return Ok(());
    }
    usable(value).map_err(|why| {
        let said = format!("{variable} does not specify a usable proxy: {why}.");
        NetworkFailure::ProxySetting(said)
    })
}

/// The value may contain a password, so it is never shown.
fn usable(value: OsString) -> Result<(), &'static str> {
    let value = value.into_string().map_err(|_| "its value is not text")?;
    if value.starts_with(['"', '\'']) || value.ends_with(['"', '\'']) {
        return Err("its value is in quotes");
    }
    if value.contains(|char: char| !char.is_ascii_graphic()) {
        return Err("its value contains a space or a character that is not valid in an address");
    }
    let url = if value.contains("://") {
        Url::parse(&value)
    } else {
        Url::parse(&format!("http://{value}"))
    };
    let url = url.map_err(|error| match error {
        url::ParseError::InvalidPort => "its port is not valid",
        _ => "its value is not an address",
    })?;
    if !SCHEMES.contains(&url.scheme()) {
        return Err("its value begins with an unknown scheme");
    }
    let any = Uri::from_static("https://accounts.zoho.com");
    let known = Matcher::builder().all(value).build();
    match (url.port(), known.intercept(&any)) {
        (Some(0), _) => Err("its port is not valid"),
        (_, None) => Err("its value is not an address"),
        _ => Ok(()),
    }
}

/// Asks a proxy that refused once more, to get the status that the HTTP library does not reveal.
pub(super) async fn refusal(server: &str) -> Option<String> {
    let server: Uri = server.parse().ok()?;
    let proxy = Matcher::from_system().intercept(&server)?;
    let place = proxy.uri();
    let port = place.port_u16().unwrap_or(80);
    if place.scheme_str() != Some("http") {
        return None;
    }
    let target = format!("{}:{}", server.host()?, server.port_u16().unwrap_or(443));
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    if let Some(authorization) = proxy.basic_auth() {
        let value = authorization.as_bytes();
        request.extend([b"Proxy-Authorization: ", value, b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    let answer = async {
        let host = place.host()?.trim_matches(['[', ']']);
        let mut stream = TcpStream::connect((host, port)).await.ok()?;
        stream.write_all(&request).await.ok()?;
        let mut start = [0; "HTTP/1.1 403".len()];
        stream.read_exact(&mut start).await.ok()?;
        Some(start)
    };
    let start = timeout(ANSWERS_WITHIN, answer).await.ok()??;
    let status = StatusCode::from_bytes(start.strip_prefix(b"HTTP/1.")?.get(2..)?).ok()?;
    (!status.is_success()).then(|| format!("it returned {status}"))
}
