//! How many connections an address has at the same time.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tower_http::add_extension::AddExtension;

/// Counts connections by address, and closes those that are too many.
#[derive(Clone)]
pub struct CountConnections {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
}

impl CountConnections {
    /// Lets each address have `most` connections.
    pub fn new(most: NonZeroUsize) -> Self {
        Self { open: Arc::default(), most: most.get() }
    }

    fn count(&self, address: IpAddr) -> Option<Counted> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Counted { open: self.open.clone(), address })
    }
}

/// A connection that counts until this is dropped.
pub struct Counted {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for CountConnections {
    type Stream = TcpStream;
    /// It holds the count for as long as the connection lives; a live session takes a share.
    type Service = AddExtension<S, Arc<Counted>>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.admit(stream, service))
    }
}

impl CountConnections {
    fn admit<S>(
        &self,
        stream: TcpStream,
        service: S,
    ) -> io::Result<(TcpStream, AddExtension<S, Arc<Counted>>)> {
        let address = stream.peer_addr()?.ip();
        stream.set_nodelay(true)?;
        let counted = self.count(address).ok_or_else(|| {
            tracing::warn!(%address, "too many connections of one address");
            io::Error::other("too many connections of one address")
        })?;
        Ok((stream, AddExtension::new(service, Arc::new(counted))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_more_than_it_may() {
        let connections = CountConnections::new(NonZeroUsize::MIN.saturating_add(1));
        let address = IpAddr::from([10, 0, 0, 1]);
        let (one, two) = (connections.count(address), connections.count(address));
        assert!(one.is_some() && two.is_some() && connections.count(address).is_none());
        assert!(connections.count(IpAddr::from([10, 0, 0, 2])).is_some());
        drop(one);
        assert!(connections.count(address).is_some());
    }
}
