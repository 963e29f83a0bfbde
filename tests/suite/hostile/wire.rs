//! Requests and responses exactly as they are on the wire.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Position, Url};

/// Far longer than anything takes, so that a hang becomes a failure.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// A response, or empty text if the connection was closed without one.
pub struct Answer(pub String);

impl Answer {
    pub fn status(&self) -> &str {
        self.0.split(' ').nth(1).unwrap_or("none")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.0.split("\r\n").skip(1);
        let mut fields = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": "));
        fields
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The page's heading.
    pub fn heading(&self) -> &str {
        let behind = self.body().split_once("<h1>");
        behind.map_or("", |(_, rest)| rest.split("</h1>").next().unwrap_or(rest))
    }
}

/// Limits how long to wait.
pub async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    let waited = timeout(PATIENCE, wait).await;
    waited.unwrap_or_else(|_| panic!("{what} took longer than {PATIENCE:?}"))
}

/// Sends bytes to a port of this machine and reads until the other side closes.
pub async fn send(port: u16, bytes: &[u8]) -> Answer {
    exchange(connect(port).await, bytes).await
}

async fn exchange(mut stream: TcpStream, bytes: &[u8]) -> Answer {
    // A request that is refused early is not read to its end.
    let _ = stream.write_all(bytes).await;
    read(&mut stream).await
}

pub async fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

/// Reads everything until the other side closes.
pub async fn read(stream: &mut TcpStream) -> Answer {
    let mut text = Vec::new();
    let _ = soon("an answer", stream.read_to_end(&mut text)).await;
    Answer(String::from_utf8_lossy(&text).into_owned())
}

/// Sends a request as a browser without fetch metadata would.
pub async fn ask(url: &Url, method: &str, body: &str) -> Answer {
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n{body}",
        url.authority(),
        body.len()
    );
    let port = url.port().unwrap();
    let mut addresses = vec![(IpAddr::from(Ipv4Addr::LOCALHOST), port).into()];
    match url.host() {
        Some(Host::Ipv6(ip)) => addresses = vec![SocketAddr::from((ip, port))],
        // Whichever family this machine has.
        _ => addresses.push((Ipv6Addr::LOCALHOST, port).into()),
    }
    let stream = TcpStream::connect(&addresses[..]).await;
    exchange(stream.unwrap(), request.as_bytes()).await
}
