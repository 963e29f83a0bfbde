//! Serves the stand-in at Zoho's own names over TLS, on port 443 of a private network. `tests/consumers/stand_in.rs` uses
//! this file too.

use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};
use rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, ServerConfig, SupportedProtocolVersion,
};
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tempfile::NamedTempFile;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use url::Url;
use zoho_stand_in::DataCenter;

/// The TLS version and, if one was negotiated, the application protocol of a handshake.
pub type Handshake = (ProtocolVersion, Option<Vec<u8>>);

/// A server at Zoho's names.
pub struct Cloud {
    /// The certificate of the authority that signed for all names, for SSL_CERT_FILE.
    pub authority: NamedTempFile,
    /// Every handshake so far.
    pub handshakes: Arc<Mutex<Vec<Handshake>>>,
    serving: JoinHandle<io::Result<()>>,
}

impl Cloud {
    /// Serves Zoho's names and `more` at an address, with these TLS versions and application protocols.
    pub async fn start(
        address: &str,
        router: axum::Router,
        more: &[&str],
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> io::Result<Self> {
        let names: Vec<_> = names()
            .into_iter()
            .chain(more.iter().map(|name| (*name).to_owned()))
            .collect();
        let (pem, leaf, key) = certify(names);
        let config = ServerConfig::builder_with_protocol_versions(versions);
        let config = config.with_no_client_auth();
        let mut config = config.with_single_cert(vec![leaf], key.into()).unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let mut authority = NamedTempFile::new()?;
        authority.write_all(pem.as_bytes())?;
        let handshakes = Arc::default();
        let listener = Tls {
            tcp: TcpListener::bind((address, 443)).await?,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            shaking: JoinSet::new(),
            done: Arc::clone(&handshakes),
        };
        let server = axum::serve(listener, router).into_future();
        Ok(Self {
            authority,
            handshakes,
            serving: tokio::spawn(server),
        })
    }

    /// Stops listening, so that another server can start.
    pub async fn end(self) {
        self.serving.abort();
        let _ = self.serving.await;
    }

    /// The person's browser.
    pub fn person(&self) -> Person {
        let pem = fs::read(&self.authority).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).flatten());
        let config = ClientConfig::builder().with_root_certificates(roots);
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(config.with_no_client_auth());
        Person(client.build().unwrap())
    }
}

/// Every host name of Zoho that the stand-in serves.
pub fn names() -> Vec<String> {
    let centers = DataCenter::EVERYWHERE.into_iter();
    let names = centers.flat_map(|center| {
        let addresses = center.addresses();
        let api = addresses.api_domain;
        // Some programs omit "www.".
        [addresses.accounts_url, api.replacen("www.", "", 1), api]
    });
    names
        .map(|origin| origin.replacen("https://", "", 1))
        .collect()
}

/// Creates an authority and returns its certificate in PEM, with a certificate and key that it signed for these names.
fn certify(names: Vec<String>) -> (String, CertificateDer<'static>, PrivatePkcs8KeyDer<'static>) {
    let [ours, theirs] = [(); 2].map(|()| KeyPair::generate().unwrap());
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&ours).unwrap().pem();
    let leaf = CertificateParams::new(names).unwrap();
    let leaf = leaf.signed_by(&theirs, &Issuer::new(params, ours)).unwrap();
    (pem, leaf.der().clone(), theirs.serialize_der().into())
}

/// Accepts TLS connections. A client that never starts its handshake does not delay the others.
struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    shaking: JoinSet<io::Result<(TlsStream<TcpStream>, SocketAddr)>>,
    done: Arc<Mutex<Vec<Handshake>>>,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            tokio::select! {
                Ok((stream, from)) = self.tcp.accept() => {
                    let handshake = self.acceptor.accept(stream);
                    self.shaking.spawn(async move { Ok((handshake.await?, from)) });
                }
                Some(Ok(Ok((stream, from)))) = self.shaking.join_next() => {
                    let (_, shaken) = stream.get_ref();
                    let protocol = shaken.alpn_protocol().map(<[u8]>::to_vec);
                    let version = shaken.protocol_version().unwrap();
                    self.done.lock().unwrap().push((version, protocol));
                    return (stream, from);
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A person who consents at Zoho's own addresses.
pub struct Person(pub reqwest::Client);

impl Person {
    /// Opens Zoho's address, enters the code if asked, and accepts. Returns where Zoho redirects, if it does.
    pub async fn consent(&self, address: &str) -> reqwest::Result<Option<Url>> {
        let (mut at, mut page) = self.follow(self.0.get(address)).await?;
        if let Some(code) = value_of("user_code", &page) {
            let form = format!("user_code={code}");
            (at, page) = self.follow(self.form(&at, "/device", form)).await?;
        }
        let ticket = value_of("ticket", &page).unwrap_or_else(|| panic!("no consent page: {page}"));
        let form = format!("ticket={ticket}&decision=accept");
        let answer = self.form(&at, "/consent", form).send().await?;
        Ok(location(&answer))
    }

    fn form(&self, at: &Url, action: &str, form: String) -> reqwest::RequestBuilder {
        let post = self.0.post(at.join(action).unwrap()).body(form);
        post.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Follows redirects and returns the last page with its address.
    pub async fn follow(&self, request: reqwest::RequestBuilder) -> reqwest::Result<(Url, String)> {
        let mut answer = request.send().await?;
        while let Some(next) = location(&answer) {
            answer = self.0.get(next).send().await?;
        }
        Ok((answer.url().clone(), answer.text().await?))
    }
}

fn location(answer: &reqwest::Response) -> Option<Url> {
    let location = answer.headers().get("location")?;
    answer.url().join(location.to_str().ok()?).ok()
}

fn value_of<'a>(name: &str, page: &'a str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" "))?;
    let (_, rest) = rest.split_once("value=\"")?;
    rest.split('"').next()
}
