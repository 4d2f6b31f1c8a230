//! What all requests share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::body::Memory;
use crate::config::{Config, ConfigError};
use crate::guard::hosts::Hosts;
use crate::guard::keys::Keys;
use crate::guard::rate::Rate;
use crate::guard::tickets::Tickets;
use crate::jobs::Jobs;
use crate::metrics::Metrics;
use crate::pool::{AnalyzerPool, Parts};

/// A handle to what all requests share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What all requests share.
pub struct Shared {
    /// What the server was told at its start.
    pub config: Config,
    /// What analyzers are made of.
    pub parts: Arc<Parts>,
    /// The threads that analyze.
    pub pool: AnalyzerPool,
    /// Memory for bodies.
    pub memory: Memory,
    /// Films.
    pub jobs: Jobs,
    /// Places for live sessions.
    pub live: Arc<Semaphore>,
    /// Counts for operators.
    pub metrics: Metrics,
    /// Names of this server.
    pub hosts: Hosts,
    /// Keys of clients.
    pub keys: Keys,
    /// Tickets for sockets.
    pub tickets: Tickets,
    /// How often clients may ask.
    pub rate: Rate,
    /// Whether the server is about to end.
    pub ending: watch::Receiver<bool>,
}

impl App {
    /// Puts together what requests share.
    ///
    /// # Errors
    /// [`ConfigError`] when the configuration makes no sense.
    pub fn new(
        config: Config,
        parts: Arc<Parts>,
        pool: AnalyzerPool,
        ending: watch::Receiver<bool>,
    ) -> Result<Self, ConfigError> {
        Ok(Self(Arc::new(Shared {
            parts,
            pool,
            memory: Memory::default(),
            jobs: Jobs::new(&config),
            live: Arc::new(Semaphore::new(config.live_sessions.get())),
            metrics: Metrics::new(),
            hosts: Hosts::new(&config.hosts, &config.origins)?,
            keys: Keys::new(config.keys.clone()),
            tickets: Tickets::default(),
            rate: Rate::new(config.requests_per_minute),
            ending,
            config,
        })))
    }
}

impl Shared {
    /// Waits until the server is about to end.
    pub async fn ended(&self) {
        let mut ending = self.ending.clone();
        // Without a server there is nothing to wait for, either.
        let _ = ending.wait_for(|ending| *ending).await;
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
