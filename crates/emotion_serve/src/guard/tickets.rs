//! Tickets for browser sockets, which cannot send a key in a header. A ticket is good for one
//! socket, and for a short time, so that one in a proxy's log is worth nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Client;
use super::keys::{new_key, sha256};

/// How long a ticket can be used.
pub const LIFE: Duration = Duration::from_secs(30);
/// Tickets that may be unused at the same time.
const MOST: usize = 4096;

/// The tickets that were given and not used yet.
#[derive(Default)]
pub struct Tickets {
    unused: Mutex<HashMap<[u8; 32], (Client, Instant)>>,
}

impl Tickets {
    /// A ticket for this client; `None` when too many are unused.
    pub fn issue(&self, client: Client) -> Option<String> {
        let mut unused = self.unused.lock().unwrap_or_else(PoisonError::into_inner);
        unused.retain(|_, (_, issued)| issued.elapsed() < LIFE);
        if unused.len() >= MOST {
            return None;
        }
        let ticket = new_key();
        unused.insert(sha256(&ticket), (client, Instant::now()));
        Some(ticket)
    }

    /// Whose ticket it is. It is used up by that.
    pub fn redeem(&self, ticket: &str) -> Option<Client> {
        // Looked up by its hash: how long that takes tells nothing about the ticket.
        let hash = sha256(ticket);
        let mut unused = self.unused.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, issued) = unused.remove(&hash)?;
        (issued.elapsed() < LIFE).then_some(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once() {
        let tickets = Tickets::default();
        let ticket = tickets.issue(Client::Key(2)).expect("a ticket");
        assert_eq!(tickets.redeem("another"), None);
        assert_eq!(tickets.redeem(&ticket), Some(Client::Key(2)));
        assert_eq!(tickets.redeem(&ticket), None);
    }

    #[test]
    fn unused_tickets_are_bounded() {
        let tickets = Tickets::default();
        let issued = (0..MOST + 3).filter_map(|_| tickets.issue(Client::Key(0))).count();
        assert_eq!(issued, MOST);
    }
}
