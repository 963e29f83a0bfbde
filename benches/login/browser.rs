//! A minimal browser that can consent: it sends requests, follows redirects and posts one form.

use crate::Outcome;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use url::Url;

/// The redirects that a consent needs, plus a few.
const REDIRECTS: usize = 5;

/// A browser that trusts a single certificate authority.
pub struct Browser(Arc<ClientConfig>);

/// A server's response.
pub struct Answer {
    /// The redirect target, as sent.
    pub location: Option<String>,
    /// The page's text.
    pub body: String,
}

impl Browser {
    /// Trusts the given authority, in PEM.
    pub fn trusting(authority: &str) -> Outcome<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Goes from the authorization request to the callback's address: follows redirects and accepts immediately.
    pub fn consent(&self, address: &str) -> Outcome<Url> {
        let mut address = Url::parse(address)?;
        for _ in 0..REDIRECTS {
            let answer = self.secure(&address, &get(&address))?;
            if let Some(next) = answer.location {
                address = address.join(&next)?;
                continue;
            }
            let (_, ticket) = answer
                .body
                .split_once("name=\"ticket\" value=\"")
                .ok_or("no consent page")?;
            let ticket = ticket.split('"').next().unwrap_or_default();
            let action = address.join("/consent")?;
            let decided = self.secure(
                &action,
                &post(&action, &format!("ticket={ticket}&decision=accept")),
            )?;
            return Ok(Url::parse(
                &decided.location.ok_or("no redirect to the callback")?,
            )?);
        }
        Err("too many redirects".into())
    }

    fn secure(&self, address: &Url, request: &str) -> Outcome<Answer> {
        let name = ServerName::try_from("localhost")?;
        let connection = ClientConnection::new(Arc::clone(&self.0), name)?;
        ask(
            &mut StreamOwned::new(connection, connect(address)?),
            request,
        )
    }
}

/// Opens a connection to this machine.
pub fn connect(address: &Url) -> Outcome<TcpStream> {
    let port = address.port().ok_or("an address without a port")?;
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends one request and reads the complete response; the connection stays open.
pub fn ask(stream: &mut (impl Read + Write), request: &str) -> Outcome<Answer> {
    stream.write_all(request.as_bytes())?;
    let mut stream = BufReader::new(stream);
    let (mut location, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.starts_with("HTTP/1.1 ") {
                continue;
            }
            break;
        };
        match name {
            "location" => location = Some(value.to_owned()),
            "content-length" => length = value.parse()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Answer {
        location,
        body: String::from_utf8(body)?,
    })
}

/// A GET request as sent by a browser that can resolve names under localhost.
pub fn get(address: &Url) -> String {
    format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Firefox/153.0\r\n\r\n",
        path(address),
        address.authority()
    )
}

fn post(address: &Url, form: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        path(address),
        address.authority(),
        form.len()
    )
}

fn path(address: &Url) -> String {
    let query = address.query().map(|query| format!("?{query}"));
    format!("{}{}", address.path(), query.unwrap_or_default())
}
