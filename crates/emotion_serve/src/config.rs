//! What a server is told at its start.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use emotion_models::{BackendChoice, ModelChoice};

use crate::guard::keys::KeyHash;

/// How a server listens, whom it answers, and how much it takes on.
///
/// The default is for one's own machine: it listens on 127.0.0.1 and needs no key. Any other address
/// needs keys and TLS, or [`Config::insecure`].
#[derive(Debug, Clone)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one.
    pub address: SocketAddr,
    /// Certificate and private key for HTTPS.
    pub tls: Option<TlsFiles>,
    /// Keys that clients send as `Authorization: Bearer KEY`. Without any, none is asked for.
    pub keys: Vec<KeyHash>,
    /// Listens on any address without keys or TLS, behind a proxy that has both for one.
    pub insecure: bool,
    /// Names that clients may call this server by, beside `localhost` and addresses.
    pub hosts: Vec<String>,
    /// Origins of other sites whose pages may ask, `https://example.org` for one.
    pub origins: Vec<String>,
    /// Where the model runs.
    pub backend: BackendChoice,
    /// The model.
    pub model: ModelChoice,
    /// The folder of the cascades; else those that are installed.
    pub cascades: Option<PathBuf>,
    /// Threads that analyze.
    pub threads: NonZeroUsize,
    /// Analyses that may wait.
    pub queue: NonZeroUsize,
    /// Requests a minute that a client may make; `None` is any number.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Connections that an address may have at the same time.
    pub connections_per_address: NonZeroUsize,
    /// Live sessions at the same time.
    pub live_sessions: NonZeroUsize,
    /// Films that wait, are analyzed, or whose result has not been forgotten yet.
    pub jobs: NonZeroUsize,
    /// Bytes of a film.
    pub film_bytes: u64,
    /// How long the result of a job is remembered.
    pub job_memory: Duration,
    /// How long a request without a film may take.
    pub request_time: Duration,
    /// How long a client may be silent in the middle of a request or a live session.
    pub silence: Duration,
    /// How long requests in work may take when the server ends.
    pub drain_time: Duration,
}

impl Default for Config {
    fn default() -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let count = |count: usize| NonZeroUsize::MIN.saturating_add(count - 1);
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            tls: None,
            keys: Vec::new(),
            insecure: false,
            hosts: Vec::new(),
            origins: Vec::new(),
            backend: BackendChoice::Cpu,
            model: ModelChoice::Default,
            cascades: None,
            threads,
            queue: count(64),
            requests_per_minute: NonZeroU32::new(12_000),
            connections_per_address: count(64),
            live_sessions: count(32),
            jobs: count(16),
            film_bytes: 512 << 20,
            job_memory: Duration::from_secs(15 * 60),
            request_time: Duration::from_secs(60),
            silence: Duration::from_secs(20),
            drain_time: Duration::from_secs(20),
        }
    }
}

impl Config {
    /// Refuses what would let strangers in.
    ///
    /// # Errors
    /// [`ConfigError`] says what is missing.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.address.ip().is_loopback() || self.insecure {
            return Ok(());
        }
        let address = self.address;
        match (self.keys.is_empty(), self.tls.is_none()) {
            (true, true) => Err(ConfigError::Unprotected { address, missing: "keys and TLS" }),
            (true, false) => Err(ConfigError::Unprotected { address, missing: "keys" }),
            (false, true) => Err(ConfigError::Unprotected { address, missing: "TLS" }),
            (false, false) => Ok(()),
        }
    }
}

/// Files for HTTPS, both PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, followed by those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub private_key: PathBuf,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Others could reach the server, and nothing would stop them.
    #[error(
        "on {address} others can reach this server, so it needs {missing}; give them, listen on 127.0.0.1, or \
         say that it may be insecure (behind a proxy that protects it)"
    )]
    Unprotected {
        /// The address to listen on.
        address: SocketAddr,
        /// What would protect it.
        missing: &'static str,
    },
    /// An origin that is none.
    #[error("\"{0}\" is no origin; write one as https://example.org, without a path")]
    Origin(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_addresses_need_keys_and_tls() {
        let mut config = Config { address: ([0, 0, 0, 0], 80).into(), ..Config::default() };
        let message = config.check().expect_err("unprotected").to_string();
        assert!(message.contains("needs keys and TLS"), "{message}");
        config.keys = vec![KeyHash::of("someone", "secret")];
        let message = config.check().expect_err("in clear").to_string();
        assert!(message.contains("needs TLS"), "{message}");
        config.insecure = true;
        assert_eq!(config.check(), Ok(()));
        assert_eq!(Config::default().check(), Ok(()));
    }
}
