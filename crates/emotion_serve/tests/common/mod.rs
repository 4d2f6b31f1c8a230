//! A server on a free port, pictures of the puppet, and clients.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "each test uses some of it, and may fail"
)]

use std::io::{Cursor, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::time::Duration;

use emotion_core::{Expression, Frame, FrameSource};
use emotion_puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};
use emotion_serve::{Config, Server};
use image::{ImageFormat, RgbImage};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A server that ends with the test.
pub struct TestServer {
    pub address: SocketAddr,
    runtime: Runtime,
    server: Option<Server>,
}

impl TestServer {
    /// Starts one with one thread, a free port and what `change` says.
    pub fn start(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            address: ([127, 0, 0, 1], 0).into(),
            threads: NonZeroUsize::MIN,
            drain_time: Duration::from_secs(10),
            ..Config::default()
        };
        change(&mut config);
        let runtime = Runtime::new().expect("a runtime");
        let server = runtime.block_on(Server::start(config)).expect("a server");
        Self { address: server.address(), runtime, server: Some(server) }
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends the server, and waits for that.
    pub fn stop(&mut self) {
        let server = self.server.take().expect("it runs");
        self.runtime.block_on(server.stop()).expect("it ends");
    }

    pub fn get(&self, path: &str) -> Answer {
        Answer::of(agent().get(self.url(path)).call().expect("an answer"))
    }

    pub fn post(&self, path: &str, kind: &str, body: &[u8]) -> Answer {
        let request = agent().post(self.url(path)).header("content-type", kind);
        Answer::of(request.send(body).expect("an answer"))
    }

    /// Sends bytes as they are, and gives the head of what comes back.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(bytes);
        let mut head = Vec::new();
        let mut part = [0; 1024];
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut part) {
                Ok(read @ 1..) => head.extend_from_slice(&part[..read]),
                Ok(0) | Err(_) => break,
            }
        }
        String::from_utf8_lossy(&head).into_owned()
    }

    /// The status of the answer to `bytes`; 0 when the server only closed.
    pub fn raw_status(&self, bytes: &[u8]) -> u16 {
        status_of(&self.raw(bytes))
    }
}

/// The status in the first line of an answer; 0 when there is none.
pub fn status_of(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// A client that takes every status for an answer.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)));
    config.build().into()
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub fn of(mut response: ureq::http::Response<ureq::Body>) -> Self {
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Self {
            status: response.status().as_u16(),
            headers: headers.collect(),
            text: response.body_mut().read_to_string().expect("a body"),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Checks that it is a problem of this status and code, as RFC 9457 has it.
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let json = self.json();
        assert_eq!(json["code"], code, "{self:?}");
        assert_eq!(json["status"], status);
        assert_eq!(json["request_id"], self.header("x-request-id"));
        assert!(json["type"].as_str().is_some_and(|kind| kind.ends_with(code)));
        assert!(json["title"].is_string() && json["detail"].is_string());
    }
}

/// Frames of the puppet, calm and then happy.
pub fn puppet_frames(frames: u64, heads: u8) -> Vec<Frame> {
    let steps =
        vec![(Duration::ZERO, Expression::Neutral), (Duration::from_secs(1), Expression::Happy)];
    let config = PuppetConfig {
        heads,
        frames: Some(frames),
        motion: PuppetMotion::STILL,
        script: PuppetScript::Steps(steps),
        ..PuppetConfig::default()
    };
    let mut source = PuppetSource::new(config);
    std::iter::from_fn(|| source.next_frame().expect("a frame")).collect()
}

/// A frame as a picture file.
pub fn encode(frame: &Frame, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_raw(frame.width(), frame.height(), frame.rgb().to_vec());
    let mut bytes = Cursor::new(Vec::new());
    picture.expect("whole").write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// A PNG picture of the puppet.
pub fn face() -> Vec<u8> {
    encode(&puppet_frames(1, 1)[0], ImageFormat::Png)
}

/// A form with these files.
pub fn form(files: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--limit\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    ("multipart/form-data; boundary=limit".to_owned(), body)
}
