//! A server from its start to its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use emotion_models::ClassifierOptions;
use emotion_vision::detect::DetectError;
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::config::{Config, ConfigError, TlsFiles};
use crate::guard::connections::CountConnections;
use crate::pool::{AnalyzerPool, Parts, PoolStartError};
use crate::routes::routes;

/// How long the head of a request may take, from its first byte or from the answer before.
const HEAD_TIME: Duration = Duration::from_secs(15);

/// A server that answers.
pub struct Server {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: JoinHandle<io::Result<()>>,
    ending: watch::Sender<bool>,
    app: App,
}

impl Server {
    /// Loads the model, binds the address and answers from then on.
    ///
    /// # Errors
    /// [`StartError`] says what is missing.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config.check()?;
        let (ending, is_ending) = watch::channel(false);
        let loaded = {
            let config = config.clone();
            tokio::task::spawn_blocking(move || load(&config)).await
        };
        let (parts, pool) = loaded.map_err(|error| StartError::Crashed(error.to_string()))??;
        let app = App::new(config, parts, pool, is_ending)?;
        let (listener, address) = bind(app.config.address)?;
        let handle = Handle::new();
        let task = serve(&app, listener, handle.clone()).await?;
        let info = app.pool.info();
        tracing::info!(%address, model = %info.model, backend = %info.backend, "listening");
        Ok(Self { address, handle, task, ending, app })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, answers what is in work, and ends.
    ///
    /// # Errors
    /// [`StartError::Listen`] when the server had failed.
    pub async fn stop(self) -> Result<(), StartError> {
        tracing::info!("ending: what is in work is answered");
        // Nobody listens when no session was ever opened.
        let _ = self.ending.send(true);
        let drain_time = self.app.config.drain_time;
        self.handle.graceful_shutdown(Some(drain_time));
        // Live sessions are no requests any more. All places are free when all have ended.
        let places = u32::try_from(self.app.config.live_sessions.get()).unwrap_or(u32::MAX);
        let sessions = tokio::time::timeout(drain_time, self.app.live.acquire_many(places)).await;
        if sessions.is_err() {
            tracing::warn!("live sessions did not end in time; they are cut off");
        }
        match self.task.await {
            Ok(ended) => ended.map_err(StartError::Listen),
            Err(error) => Err(StartError::Crashed(error.to_string())),
        }
    }
}

/// Runs a server until SIGTERM or Ctrl-C, and lets it answer what is in work. `started` hears the
/// address.
///
/// # Errors
/// [`StartError`] when it does not start, or fails.
pub fn run(config: Config, started: impl FnOnce(SocketAddr)) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Listen)?;
    let ended = runtime.block_on(async {
        let mut stop = StopSignal::new().map_err(StartError::Listen)?;
        let mut server = Server::start(config).await?;
        started(server.address());
        tokio::select! {
            () = stop.wait() => server.stop().await,
            ended = &mut server.task => match ended {
                Ok(ended) => ended.map_err(StartError::Listen),
                Err(error) => Err(StartError::Crashed(error.to_string())),
            },
        }
    });
    // A film whose decoder hangs is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

/// SIGTERM and Ctrl-C.
struct StopSignal {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignal {
    fn new() -> io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}

fn load(config: &Config) -> Result<(Arc<Parts>, AnalyzerPool), StartError> {
    let options = ClassifierOptions::new(config.backend, config.model.clone());
    let parts = Arc::new(Parts::new(config.cascades.as_deref(), options)?);
    let pool = AnalyzerPool::start(&parts, config.threads, config.queue)?;
    Ok((parts, pool))
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| StartError::Bind { address, error })
}

type Service = IntoMakeServiceWithConnectInfo<Router, SocketAddr>;

async fn serve(
    app: &App,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
) -> Result<JoinHandle<io::Result<()>>, StartError> {
    let connections = CountConnections::new(app.config.connections_per_address);
    let service: Service = routes(app).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)
        .map_err(StartError::Listen)?
        .first_request_timeout(HEAD_TIME)
        .handle(handle)
        .acceptor(connections);
    let builder = server.http_builder();
    // The server's own `http1_only` would leave out WebSockets.
    *builder = builder.clone().http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(32 << 10);
    Ok(match &app.config.tls {
        None => tokio::spawn(server.serve(service)),
        Some(files) => {
            let tls = tls(files).await?;
            let server = server.map(|connections| RustlsAcceptor::new(tls).acceptor(connections));
            tokio::spawn(server.serve(service))
        }
    })
}

async fn tls(files: &TlsFiles) -> Result<RustlsConfig, StartError> {
    let config = RustlsConfig::from_pem_file(&files.certificate, &files.private_key)
        .await
        .map_err(StartError::Tls)?;
    // WebSockets are HTTP/1.1.
    let mut inner = (*config.get_inner()).clone();
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.reload_from_config(Arc::new(inner));
    Ok(config)
}

/// Why a server does not start, or fails.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There are no cascades.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// The model cannot be used.
    #[error(transparent)]
    Pool(#[from] PoolStartError),
    /// The address cannot be had.
    #[error(
        "cannot listen on {address}: {error}; take another port, or end the program that has it"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("certificate and private key cannot be used: {0}; both have to be PEM files")]
    Tls(io::Error),
    /// The listener failed.
    #[error("the server failed: {0}")]
    Listen(io::Error),
    /// A part of the server panicked.
    #[error("the server crashed: {0}; please report it")]
    Crashed(String),
}
