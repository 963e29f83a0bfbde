//! A TLS front end with real handshakes, and a proxy that requires CONNECT.

use rcgen::{CertificateParams, DnType, Issuer, KeyPair, date_time_ymd};
use std::io::Write;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// A certificate authority trusted only by programs that name its file.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The file for SSL_CERT_FILE.
    pub file: NamedTempFile,
}

/// Terminates TLS and forwards the plaintext.
pub struct Front {
    pub port: u16,
    pub accepting: AbortHandle,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(certificate.pem().as_bytes()).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            file,
        }
    }

    /// Serves with a certificate for this name that expires in this year.
    pub async fn front(&self, name: &str, year: i32, inside: &str) -> Front {
        self.serve(name, year, inside, true).await
    }

    /// Serves localhost, and closes without TLS's close_notify.
    pub async fn curt(&self, inside: &str) -> Front {
        self.serve("localhost", 2100, inside, false).await
    }

    async fn serve(&self, name: &str, year: i32, inside: &str, farewell: bool) -> Front {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            );
        let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
        let inside = inside.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, inside) = (acceptor.clone(), inside.clone());
                tokio::spawn(async move {
                    let mut outer = acceptor.accept(stream).await.ok()?;
                    let mut inner = TcpStream::connect(inside).await.ok()?;
                    if farewell {
                        return copy_bidirectional(&mut outer, &mut inner).await.ok();
                    }
                    let (mut from_outer, mut to_outer) = split(outer);
                    let (mut from_inner, mut to_inner) = inner.split();
                    tokio::select! {
                        there = copy(&mut from_outer, &mut to_inner) => Some((there.ok()?, 0)),
                        back = copy(&mut from_inner, &mut to_outer) => Some((0, back.ok()?)),
                    }
                });
            }
        });
        Front {
            port,
            accepting: accepting.abort_handle(),
        }
    }
}

/// A proxy that answers each first request with `answer`, then forwards to a port of this machine.
pub struct Proxy {
    pub port: u16,
    pub asked: watch::Receiver<Vec<String>>,
}

impl Proxy {
    pub async fn start(answer: &'static str, leads_to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (told, asked) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 4096];
                let length = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..length]).into_owned();
                told.send_modify(|all| all.push(head));
                let _ = stream.write_all(answer.as_bytes()).await;
                tokio::spawn(async move {
                    let mut inner = TcpStream::connect(("127.0.0.1", leads_to)).await.ok()?;
                    copy_bidirectional(&mut stream, &mut inner).await.ok()
                });
            }
        });
        Self { port, asked }
    }

    pub fn first_lines(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        asked
            .iter()
            .map(|head| head.lines().next().unwrap_or_default().to_owned())
            .collect()
    }
}

/// A SOCKS5 proxy that resolves names itself, and forwards all of them to a port of this machine (RFC 1928).
pub struct Socks {
    pub port: u16,
    /// The names and ports requested.
    pub asked: watch::Receiver<Vec<String>>,
}

impl Socks {
    pub async fn start(leads_to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (told, asked) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(name) = Self::greet(&mut stream).await else {
                    continue;
                };
                told.send_modify(|all| all.push(name));
                tokio::spawn(async move {
                    let mut inner = TcpStream::connect(("127.0.0.1", leads_to)).await.ok()?;
                    copy_bidirectional(&mut stream, &mut inner).await.ok()
                });
            }
        });
        Self { port, asked }
    }

    async fn greet(stream: &mut TcpStream) -> Option<String> {
        let mut head = [0; 2];
        stream.read_exact(&mut head).await.ok()?;
        let mut methods = vec![0; head[1].into()];
        stream.read_exact(&mut methods).await.ok()?;
        stream.write_all(&[5, 0]).await.ok()?;
        let mut request = [0; 5];
        stream.read_exact(&mut request).await.ok()?;
        // CONNECT to a domain name.
        if request[..4] != [5, 1, 0, 3] {
            return None;
        }
        let mut name = vec![0; request[4].into()];
        stream.read_exact(&mut name).await.ok()?;
        let port = stream.read_u16().await.ok()?;
        stream
            .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            .await
            .ok()?;
        Some(format!("{}:{port}", String::from_utf8_lossy(&name)))
    }
}
