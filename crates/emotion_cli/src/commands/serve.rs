//! `emotion serve`: pictures, cameras and films over HTTP and WebSocket, with a page.

use std::fs;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use emotion_models::{BackendChoice, ModelChoice};
use emotion_serve::{Config, KeyHash, TlsFiles, new_key};

/// Serves the pipeline over HTTP and WebSocket, with a page for the browser
///
/// By default it listens on this machine only. Any other address needs --keys and --tls-cert with
/// --tls-key, or --insecure. Nothing that clients send is kept. docs/serve.md describes it.
#[derive(Args)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// File of keys that clients may use; --new-key makes its lines
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Prints a new key for NAME and the line for the file of keys, and ends
    #[arg(long, value_name = "NAME", exclusive = true)]
    new_key: Option<String>,

    /// Certificate for HTTPS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Listens on any address without keys or TLS: something before this server has to protect it
    #[arg(long)]
    insecure: bool,

    /// Name that clients call this server by, beside localhost and addresses; may be repeated
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,

    /// Origin of another site whose pages may ask, https://example.org; may be repeated
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,

    /// Threads that analyze; by default one for each core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Analyses that may wait before clients are told to come again
    #[arg(long, value_name = "N", default_value = "64")]
    queue: NonZeroUsize,

    /// Requests a minute that a client may make; 0 is any number
    #[arg(long, value_name = "N", default_value = "12000")]
    requests_per_minute: u32,

    /// Connections that an address may have at the same time
    #[arg(long, value_name = "N", default_value = "64")]
    connections_per_address: NonZeroUsize,

    /// Live sessions at the same time
    #[arg(long, value_name = "N", default_value = "32")]
    live_sessions: NonZeroUsize,

    /// Backend of the model: auto (a real GPU, else the CPU), wgpu or cpu
    #[arg(long, value_name = "auto|wgpu|cpu", default_value = "auto")]
    backend: BackendChoice,

    /// Name of a shipped model, or a file of weights; by default the one that fits the machine
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<ModelChoice>,

    /// The folder of OpenCV's cascades
    #[arg(long, value_name = "FOLDER")]
    cascade: Option<PathBuf>,
}

/// Serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// When the server cannot start, or fails.
pub fn run(args: &ServeArgs) -> anyhow::Result<()> {
    if let Some(name) = &args.new_key {
        let key = new_key();
        eprintln!("for the client (it is not stored anywhere): {key}");
        eprintln!("for the file of keys: {}", KeyHash::of(name, &key));
        return Ok(());
    }
    let config = config(args)?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    emotion_serve::run(config, |address| eprintln!("listening on {scheme}://{address}/"))?;
    Ok(())
}

fn config(args: &ServeArgs) -> anyhow::Result<Config> {
    let keys = match &args.keys {
        None => Vec::new(),
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| {
                format!("cannot read the keys in {}; check its path", path.display())
            })?;
            KeyHash::read_lines(&text).with_context(|| path.display().to_string())?
        }
    };
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(private_key)) => {
            Some(TlsFiles { certificate: certificate.clone(), private_key: private_key.clone() })
        }
        _ => None,
    };
    let default = Config::default();
    Ok(Config {
        address: args.listen,
        tls,
        keys,
        insecure: args.insecure,
        hosts: args.hosts.clone(),
        origins: args.origins.clone(),
        backend: args.backend,
        model: args.model.clone().unwrap_or_default(),
        cascades: args.cascade.clone(),
        threads: args.threads.unwrap_or(default.threads),
        queue: args.queue,
        requests_per_minute: NonZeroU32::new(args.requests_per_minute),
        connections_per_address: args.connections_per_address,
        live_sessions: args.live_sessions,
        ..default
    })
}
