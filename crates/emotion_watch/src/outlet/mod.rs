//! Who is told: webhooks, MQTT, a page. Each is a feature, runs on threads of its own, and never holds up the watch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "mqtt")]
mod mqtt;
#[cfg(feature = "page")]
mod page;
#[cfg(feature = "webhook")]
mod webhook;

#[cfg(feature = "mqtt")]
pub use mqtt::Mqtt;
#[cfg(feature = "page")]
pub use page::Page;
#[cfg(feature = "webhook")]
pub use webhook::{Retries, Webhook};

/// Notices that wait for a slow listener. More than that, and some are left out and counted.
pub const QUEUE: usize = 256;

/// How many notices an outlet passed on.
#[derive(Debug, Clone, Default)]
pub struct Counts(Arc<[AtomicU64; 3]>);

impl Counts {
    /// Notices that arrived.
    pub fn sent(&self) -> u64 {
        self.0[0].load(Ordering::Relaxed)
    }

    /// Notices that were given up after several tries.
    pub fn failed(&self) -> u64 {
        self.0[1].load(Ordering::Relaxed)
    }

    /// Notices that were left out because too many waited.
    pub fn dropped(&self) -> u64 {
        self.0[2].load(Ordering::Relaxed)
    }

    #[cfg(any(feature = "webhook", feature = "mqtt"))]
    fn count(&self, which: Fate) {
        self.0[which as usize].fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(any(feature = "webhook", feature = "mqtt"))]
#[derive(Debug, Clone, Copy)]
enum Fate {
    Sent,
    #[cfg(feature = "webhook")]
    Failed,
    Dropped = 2,
}
