//! Who may ask, from where, and how often.

pub mod connections;
pub mod headers;
pub mod hosts;
pub mod keys;
pub mod rate;
pub mod tickets;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::body;
use crate::problem::{Code, Problem};

/// Who asks: the holder of a key, or an address where there are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// The holder of the key with this number.
    Key(usize),
    /// Somebody at this address; of IPv6 the first 64 bits, which are one customer's.
    Address(IpAddr),
}

impl Client {
    fn at(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
        })
    }
}

/// Lets a request through when its host, origin, key and rate are right.
pub async fn admit(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let known = check_host(&app, request.headers(), request.uri())
        .and_then(|()| check_origin(&app, request.headers()))
        .and_then(|()| check_key(&app, peer.ip(), &request));
    let client = match known {
        Ok(client) => client,
        Err(problem) => {
            body::discard(&app, request.into_body()).await;
            return problem.into_response();
        }
    };
    request.extensions_mut().insert(client);
    if !is_guarded(request.uri().path()) {
        return run(&app, request, next).await;
    }
    match app.rate.check(client) {
        Ok(allowance) => {
            let mut response = run(&app, request, next).await;
            allowance.write(response.headers_mut());
            response
        }
        Err((allowance, wait)) => {
            body::discard(&app, request.into_body()).await;
            let detail = format!("this client made too many requests; wait {wait} s");
            let problem = Problem::new(Code::RateLimited, detail).retry_after(wait);
            let mut response = problem.into_response();
            allowance.write(response.headers_mut());
            response
        }
    }
}

/// Runs the request for as long as it may take. What follows an answer's head (a live session, the
/// progress of a job) has limits of its own.
async fn run(app: &App, request: Request, next: Next) -> Response {
    let upload = request.method() == Method::POST && request.uri().path() == "/v1/jobs";
    let limit = if upload { FILM_TIME } else { app.config.request_time };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("the request took more than {} s; send less", limit.as_secs());
            Problem::new(Code::Timeout, detail).into_response()
        }
    }
}

/// How long the upload of a film may take.
const FILM_TIME: Duration = Duration::from_secs(15 * 60);

/// Whether a key is needed: the page, the documentation and the signs of life have nothing to hide.
fn is_guarded(path: &str) -> bool {
    path.starts_with("/v1/") || path == "/metrics"
}

fn check_host(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let header = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| uri.authority().map(|authority| authority.as_str()));
    if host.is_some_and(|host| app.hosts.knows_host(host)) {
        return Ok(());
    }
    let detail = "the request's Host is not one of this server's names; name it at the start";
    Err(Problem::new(Code::HostUnknown, detail))
}

fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if origin.to_str().is_ok_and(|origin| app.hosts.allows_origin(origin, host)) {
        return Ok(());
    }
    let detail = "pages of this origin may not ask this server; name the origin at the start";
    Err(Problem::new(Code::OriginForbidden, detail))
}

fn check_key(app: &App, address: IpAddr, request: &Request) -> Result<Client, Problem> {
    if app.keys.is_empty() || !is_guarded(request.uri().path()) {
        return Ok(Client::at(address));
    }
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(key) = header.and_then(|value| value.strip_prefix("Bearer ")) {
        if let Some(number) = app.keys.find(key.trim()) {
            return Ok(Client::Key(number));
        }
        let detail = "the key is not known here; check it";
        return Err(Problem::new(Code::Unauthorized, detail));
    }
    // Browsers cannot send a header with a socket.
    if request.uri().path() == "/v1/live"
        && let Some(ticket) = ticket_of(request.uri())
    {
        let detail = "the ticket is used up, too old or unknown; get another one";
        return app.tickets.redeem(&ticket).ok_or_else(|| Problem::new(Code::Unauthorized, detail));
    }
    let detail = "send a key of this server in the header \"Authorization: Bearer KEY\"";
    Err(Problem::new(Code::Unauthorized, detail))
}

fn ticket_of(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "ticket").map(|(_, ticket)| ticket.into_owned())
}
