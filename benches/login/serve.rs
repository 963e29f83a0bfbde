//! Runs the stand-in's process: both data centers over TLS, each with an accounts server and an API domain.

use crate::Outcome;
use crate::stamped::{Stamped, Stamps};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead};
use std::net::TcpListener;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use zoho_stand_in::{Addresses, DataCenter, Rehearsal, StandIn};

/// The first line that the process prints.
#[derive(Serialize, Deserialize)]
pub struct Opening {
    /// The only client's ID.
    pub client_id: String,
    /// The only client's secret, created for this benchmark.
    pub client_secret: String,
    /// The accounts servers, in the order of `DataCenter::PAIR`.
    pub accounts_urls: [String; 2],
    /// The API domains, in the same order.
    pub api_domains: [String; 2],
    /// The certificate of the authority that signed all of theirs, in PEM.
    pub authority: String,
}

/// Serves until standard input ends. Answers each line of it with the times of the last response and the last post.
pub fn serve(redirect_uri: &str) -> Outcome<()> {
    let (tls, authority) = tls()?;
    let (accounts, accounts_urls) = listeners()?;
    let (apis, api_domains) = listeners()?;
    let addresses = [0, 1].map(|at| Addresses {
        accounts_url: accounts_urls[at].clone(),
        api_domain: api_domains[at].clone(),
    });
    let places = DataCenter::PAIR.into_iter().zip(addresses).collect();
    let stand_in = StandIn::at(places, Rehearsal::default());
    stand_in.register_redirect_uri(redirect_uri);
    let opening = Opening {
        client_id: stand_in.client_id(),
        client_secret: stand_in.client_secret().expose_secret().to_owned(),
        accounts_urls,
        api_domains,
        authority,
    };
    let last = Stamps::default();
    let server = Server {
        tls,
        last: last.clone(),
    };
    let sites = accounts
        .into_iter()
        .zip(DataCenter::PAIR)
        .chain(apis.into_iter().zip(DataCenter::PAIR));
    let sites = sites.map(|(listener, at)| (listener, stand_in.router(at)));
    server.run(sites.collect());
    println!("{}", serde_json::to_string(&opening)?);
    for line in io::stdin().lock().lines() {
        line?;
        let [written, posted] = last.nanoseconds();
        println!("{written} {posted}");
    }
    Ok(())
}

#[derive(Clone)]
struct Server {
    tls: TlsAcceptor,
    last: Stamps,
}

impl Server {
    /// Serves on a separate thread until the process ends.
    fn run(self, sites: Vec<(TcpListener, Router)>) {
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                for (listener, router) in sites {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    tokio::spawn(self.clone().accept(listener, router));
                }
                std::future::pending::<io::Result<()>>().await
            })
        });
    }

    async fn accept(self, listener: tokio::net::TcpListener, router: Router) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(self.clone().answer(stream, router.clone()));
        }
    }

    async fn answer(self, stream: TcpStream, router: Router) -> Outcome<()> {
        stream.set_nodelay(true)?;
        let stream = self.tls.accept(stream).await?;
        let stream = Stamped {
            stream,
            last: self.last,
        };
        let service = TowerToHyperService::new(router);
        Ok(http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await?)
    }
}

/// Listens on two free ports, ready for the runtime.
fn listeners() -> Outcome<([TcpListener; 2], [String; 2])> {
    let (first, second) = (listener()?, listener()?);
    Ok(([first.0, second.0], [first.1, second.1]))
}

fn listener() -> Outcome<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    Ok((listener, url))
}

/// A certificate for localhost, and the authority behind it in PEM.
fn tls() -> Outcome<(TlsAcceptor, String)> {
    let mut authority = CertificateParams::new([])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    // A distinct name: OpenSSL treats a certificate as self-signed if its issuer has the same name.
    let name = &mut authority.distinguished_name;
    name.push(DnType::CommonName, "Authority of a benchmark");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let mut certificate = CertificateParams::new(["localhost".to_owned()])?;
    certificate.use_authority_key_identifier_extension = true;
    let certificate = certificate.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((TlsAcceptor::from(Arc::new(config)), authority.pem()))
}
