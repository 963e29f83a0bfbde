//! Name lookups that still work if the resolver never answers for one address family.

use dns_lookup::{AddrFamily, AddrInfoHints, SockType, getaddrinfo};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// A resolver takes less, unless it never answers for one of the families.
const PATIENCE: Duration = Duration::from_secs(1);

/// The system's resolver.
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found = first(move |family| addresses(&name, family)).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Looks up both families at once, in the system's order; if that takes long, also each one separately.
async fn first(
    look: impl Fn(Option<AddrFamily>) -> io::Result<Vec<SocketAddr>> + Clone + Send + 'static,
) -> io::Result<Vec<SocketAddr>> {
    let mut running = JoinSet::new();
    let begin = |running: &mut JoinSet<_>, family| {
        let look = look.clone();
        running.spawn_blocking(move || look(family))
    };
    begin(&mut running, None);
    let mut separately = [AddrFamily::Inet, AddrFamily::Inet6].into_iter();
    let mut failed = io::Error::other("no address");
    loop {
        match timeout(PATIENCE, running.join_next()).await {
            Err(_) => {
                for family in separately.by_ref() {
                    begin(&mut running, Some(family));
                }
            }
            Ok(Some(Ok(Ok(found)))) if !found.is_empty() => return Ok(found),
            Ok(Some(Ok(Err(error)))) => failed = error,
            Ok(Some(_)) => {}
            Ok(None) => return Err(failed),
        }
    }
}

fn addresses(name: &str, family: Option<AddrFamily>) -> io::Result<Vec<SocketAddr>> {
    let hints = AddrInfoHints {
        address: family.map_or(0, Into::into),
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let found = getaddrinfo(Some(name), None, Some(hints))?;
    found
        .map(|found| found.map(|found| found.sockaddr))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::thread::sleep;
    use std::time::Instant;

    fn found() -> Vec<SocketAddr> {
        vec![(Ipv4Addr::LOCALHOST, 0).into()]
    }

    #[tokio::test]
    async fn the_families_together_are_enough_when_they_answer() {
        let look = |family: Option<AddrFamily>| match family {
            None => Ok(found()),
            Some(_) => panic!("each family by itself"),
        };
        assert_eq!(first(look).await.unwrap(), found());
    }

    #[tokio::test]
    async fn one_family_that_is_never_answered_for_costs_a_second() {
        let began = Instant::now();
        let look = |family| {
            if family != Some(AddrFamily::Inet) {
                sleep(Duration::from_secs(5));
            }
            Ok(found())
        };
        assert_eq!(first(look).await.unwrap(), found());
        assert!(began.elapsed() < Duration::from_secs(4));
    }

    #[tokio::test]
    async fn a_name_that_nobody_knows_is_an_error_at_once() {
        let look = |family: Option<AddrFamily>| {
            assert_eq!(family, None);
            Err(io::ErrorKind::NotFound.into())
        };
        assert_eq!(
            first(look).await.unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
