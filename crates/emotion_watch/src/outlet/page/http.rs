//! As much HTTP as a page on one's own machine needs: one request for each connection, bounded in size and time.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

/// Bytes of head and body.
const LARGEST: usize = 16 * 1024;
const HEADERS: usize = 64;
/// A request has to be over by then.
const DEADLINE: Duration = Duration::from_secs(5);

/// A request whose host and origin are this page's own.
pub struct Request {
    pub method: String,
    pub path: String,
    pub is_json: bool,
    pub body: Vec<u8>,
}

/// An answer.
pub struct Answer {
    status: u16,
    kind: &'static str,
    body: Cow<'static, str>,
}

impl Answer {
    pub fn ok(kind: &'static str, body: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 200, kind, body: body.into() }
    }

    pub fn problem(status: u16, message: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: format!("{message}\n").into() }
    }
}

/// Reads a request, answers it, and closes the connection.
pub fn serve(mut stream: TcpStream, port: u16, answer: impl FnOnce(&Request) -> Answer) {
    let by = Instant::now() + DEADLINE;
    let _ = stream.set_write_timeout(Some(DEADLINE));
    let answer = match read(&mut stream, port, by) {
        Ok(request) => answer(&request),
        Err(problem) => problem,
    };
    let Answer { status, kind, body } = answer;
    let head = format!(
        "HTTP/1.1 {status} \r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\
         content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
         x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\ncache-control: no-store\r\n\r\n",
        body.len()
    );
    // Whoever asked has gone if this fails.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn read(stream: &mut TcpStream, port: u16, by: Instant) -> Result<Request, Answer> {
    let mut bytes = Vec::new();
    let (mut request, length, begin) = loop {
        read_some(stream, &mut bytes, by)?;
        if let Some(head) = head(&bytes, port)? {
            break head;
        }
    };
    if begin + length > LARGEST {
        return Err(Answer::problem(413, "the request is too large"));
    }
    while bytes.len() < begin + length {
        read_some(stream, &mut bytes, by)?;
    }
    request.body = bytes[begin..begin + length].to_vec();
    Ok(request)
}

fn read_some(stream: &mut TcpStream, bytes: &mut Vec<u8>, by: Instant) -> Result<(), Answer> {
    let left = by.saturating_duration_since(Instant::now());
    let mut part = [0; 4096];
    if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
        return Err(Answer::problem(408, "the request took too long"));
    }
    match stream.read(&mut part) {
        Ok(0) => Err(Answer::problem(400, "the request ends in its middle")),
        Ok(_) if bytes.len() > LARGEST => Err(Answer::problem(413, "the request is too large")),
        Ok(read) => {
            bytes.extend_from_slice(&part[..read]);
            Ok(())
        }
        Err(_) => Err(Answer::problem(408, "the request took too long")),
    }
}

/// The request without its body, the length of that, and where it begins; `None` if the head is not whole.
fn head(bytes: &[u8], port: u16) -> Result<Option<(Request, usize, usize)>, Answer> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let begin = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(begin)) => begin,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => {
            return Err(Answer::problem(400, &format!("this is no HTTP request: {error}")));
        }
    };
    let header = |name: &str| {
        let found = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| String::from_utf8_lossy(header.value).into_owned())
    };
    if !header("host").is_some_and(|host| is_own(&host, port)) {
        return Err(Answer::problem(421, "this host is not served here; ask for localhost"));
    }
    let is_own_origin =
        |origin: String| origin.strip_prefix("http://").is_some_and(|host| is_own(host, port));
    if !header("origin").is_none_or(is_own_origin) {
        return Err(Answer::problem(403, "pages of other sites get nothing here"));
    }
    if header("transfer-encoding").is_some() {
        return Err(Answer::problem(411, "send the body with its length"));
    }
    let length = match header("content-length").map(|length| length.parse()) {
        None => 0,
        Some(Ok(length)) if length <= LARGEST => length,
        Some(_) => return Err(Answer::problem(413, "the request is too large")),
    };
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().split('?').next().unwrap_or_default().to_owned(),
        is_json: header("content-type").is_some_and(|kind| kind.starts_with("application/json")),
        body: Vec::new(),
    };
    Ok(Some((request, length, begin)))
}

/// A name of this machine alone, so that no site reaches the page by a name of its own (DNS rebinding).
fn is_own(host: &str, port: u16) -> bool {
    let Some(name) = host.strip_suffix(&format!(":{port}")) else { return false };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
