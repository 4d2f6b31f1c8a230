//! Clients that mean no good, or are broken. Each gets its status, and the server goes on.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};

use common::{Answer, TestServer, agent, face, form, status_of};
use emotion_serve::{Config, KeyHash, Server};

fn is_well(server: &TestServer) {
    let answer = server.post("/v1/analyze", "image/png", &face());
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// A PNG header that promises this size, with the right check sum.
fn promise(width: u32, height: u32) -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    picture.extend(width.to_be_bytes());
    picture.extend(height.to_be_bytes());
    picture.extend([8, 2, 0, 0, 0]);
    let sum = crc(&picture[12..]);
    picture.extend(sum.to_be_bytes());
    picture.extend(b"\0\0\0\x0AIDAT\x78\x9C\x63\0\0\0\x02\0\x01\0");
    picture
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[test]
fn bodies_that_are_no_pictures() {
    let server = TestServer::start(|_| {});
    let whole = face();
    let png = |body: &[u8]| server.post("/v1/analyze", "image/png", body);
    png(b"").is_problem(415, "picture_unknown");
    png(b"PK\x03\x04 a zip file").is_problem(415, "picture_unknown");
    png(b"GIF89a\x01\0\x01\0").is_problem(415, "picture_unknown");
    png(&whole[..whole.len() / 2]).is_problem(422, "picture_damaged");
    png(&promise(100_000, 100_000)).is_problem(413, "picture_too_large");
    png(&promise(4000, 4000)).is_problem(413, "picture_too_large");
    png(&promise(0, 10)).is_problem(422, "picture_damaged");
    let head = "POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
    let declared = format!("{head}content-length: 25000001\r\n\r\n");
    assert_eq!(server.raw_status(declared.as_bytes()), 413);
    // Without a length it is noticed on the way; the server may close before the client has read why.
    let mut endless = format!("{head}transfer-encoding: chunked\r\n\r\n17D7841\r\n").into_bytes();
    endless.resize(endless.len() + 0x17D_7841, b'x');
    assert!([0, 413].contains(&server.raw_status(&endless)));
    server.post("/v1/analyze", "text/html", b"<p>").is_problem(415, "unsupported_media_type");
    server
        .post("/v1/analyze", "application/json", b"{\"url\":\"http://example.org\"}")
        .is_problem(415, "unsupported_media_type");
    server.post("/v1/analyze", "multipart/form-data", b"x").is_problem(400, "bad_request");
    let (kind, body) = form(&[("a.png", &whole)]);
    server.post("/v1/analyze", &kind, &body[..body.len() / 2]).is_problem(400, "bad_request");
    server.post("/v1/analyze?smallest=1", "image/png", &whole).is_problem(400, "bad_request");
    server.post("/v1/analyze?path=/etc/passwd", "image/png", &whole).is_problem(400, "bad_request");
    server.get("/nothing").is_problem(404, "not_found");
    server.get("/../../etc/passwd").is_problem(404, "not_found");
    server.get("/v1/analyze").is_problem(405, "method_not_allowed");
    server.get("/v1/live").is_problem(400, "bad_request");
    is_well(&server);
}

/// A chunk of compressed text that grows a thousandfold is no way to fill the memory.
#[test]
fn a_picture_with_a_bomb_beside_it() {
    let server = TestServer::start(|_| {});
    let mut picture = promise(16, 16);
    // An embedded profile that claims to be compressed, and is not.
    let body = [&b"icc\0\0"[..], &[0; 1_000_000]].concat();
    let mut chunk = u32::try_from(body.len()).expect("small").to_be_bytes().to_vec();
    chunk.extend(b"iCCP");
    chunk.extend(&body);
    let sum = crc(&chunk[4..]);
    chunk.extend(sum.to_be_bytes());
    picture.splice(33..33, chunk);
    let answer = server.post("/v1/analyze", "image/png", &picture);
    assert!([413, 422].contains(&answer.status), "{answer:?}");
    is_well(&server);
}

#[test]
fn ten_thousand_malformed_bodies() {
    let server = TestServer::start(|config| config.requests_per_minute = None);
    let whole = face();
    let agent = agent();
    let mut state = 1_u32;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let url = server.url("/v1/analyze");
    for _ in 0..10_000 {
        // The beginning matters most: with it whole, some would be pictures.
        let mut body = whole[..random(400) + 1].to_vec();
        for _ in 0..4 {
            let place = random(body.len());
            body[place] = random(256) as u8;
        }
        let kind = ["image/png", "multipart/form-data; boundary=PNG"][random(2)];
        let answer = agent.post(&url).header("content-type", kind).send(&body).expect("an answer");
        let answer = Answer::of(answer);
        assert!([400, 413, 415, 422].contains(&answer.status), "{answer:?} for {body:?}");
    }
    is_well(&server);
}

#[test]
fn hosts_and_origins_of_others() {
    let server = TestServer::start(|config| {
        config.hosts = vec!["faces.example".to_owned()];
        config.origins = vec!["https://lab.example".to_owned()];
    });
    let ask = |headers: &str| {
        server.raw_status(
            format!("GET /v1/models HTTP/1.1\r\n{headers}connection: close\r\n\r\n").as_bytes(),
        )
    };
    assert_eq!(ask("host: localhost\r\n"), 200);
    assert_eq!(ask("host: faces.example:99\r\n"), 200);
    assert_eq!(ask("host: evil.example\r\n"), 421);
    assert_eq!(ask(""), 421);
    assert_eq!(ask("host: localhost\r\norigin: http://localhost\r\n"), 200);
    assert_eq!(ask("host: localhost\r\norigin: https://lab.example\r\n"), 200);
    assert_eq!(ask("host: localhost\r\norigin: https://evil.example\r\n"), 403);
    assert_eq!(ask("host: localhost\r\norigin: null\r\n"), 403);
    let page = "GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert_eq!(server.raw_status(page.as_bytes()), 421);
    let socket = "GET /v1/live HTTP/1.1\r\nhost: localhost\r\norigin: https://evil.example\r\n\
                  connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                  sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    assert_eq!(server.raw_status(socket.as_bytes()), 403);
    let preflight = |origin: &str| {
        server.raw(
            format!(
                "OPTIONS /v1/analyze HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\n\
                 access-control-request-method: POST\r\nconnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let allowed = "access-control-allow-origin: https://lab.example";
    assert!(preflight("https://lab.example").contains(allowed));
    assert!(!preflight("https://evil.example").contains("access-control-allow-origin"));
}

#[test]
fn every_answer_protects_the_browser() {
    let server = TestServer::start(|_| {});
    for path in ["/", "/v1/models", "/nothing", "/docs/"] {
        let answer = server.get(path);
        assert!(answer.header("content-security-policy").starts_with("default-src 'self'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
}

#[test]
fn keys_and_tickets() {
    let server = TestServer::start(|config| {
        config.keys = vec![KeyHash::of("someone", "secret")];
    });
    server.get("/v1/models").is_problem(401, "unauthorized");
    server.get("/metrics").is_problem(401, "unauthorized");
    assert_eq!(server.get("/v1/models").header("www-authenticate"), "Bearer");
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/").status, 200);
    let with = |key: &str| {
        let header = format!("Bearer {key}");
        let request = agent().get(server.url("/v1/models")).header("authorization", &header);
        Answer::of(request.call().expect("an answer"))
    };
    with("wrong").is_problem(401, "unauthorized");
    assert_eq!(with("secret").status, 200);
    let request = agent().post(server.url("/v1/tickets")).header("authorization", "Bearer secret");
    let ticket = Answer::of(request.send_empty().expect("an answer")).json();
    let ticket = ticket["ticket"].as_str().expect("a ticket").to_owned();
    let socket = |ticket: &str| {
        let request = format!(
            "GET /v1/live?ticket={ticket} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        server.raw_status(request.as_bytes())
    };
    assert_eq!(socket("wrong"), 401);
    assert_eq!(socket(&ticket), 101);
    assert_eq!(socket(&ticket), 401, "a ticket is good once");
}

#[test]
fn too_many_requests_are_told_when_to_come_again() {
    let server = TestServer::start(|config| config.requests_per_minute = NonZeroU32::new(3));
    for left in ["2", "1", "0"] {
        let answer = server.get("/v1/models");
        assert_eq!((answer.status, answer.header("ratelimit-remaining")), (200, left));
    }
    let refused = server.get("/v1/models");
    refused.is_problem(429, "rate_limited");
    assert_eq!(refused.header("ratelimit-limit"), "3");
    assert!((1..=20).contains(&refused.header("retry-after").parse::<u32>().expect("seconds")));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn slow_clients_are_not_waited_for() {
    let server = TestServer::start(|config| config.silence = Duration::from_millis(500));
    let start = Instant::now();
    let mut half = TcpStream::connect(server.address).expect("a connection");
    let head = "POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\n\
                content-length: 1000\r\n\r\n";
    half.write_all(head.as_bytes()).expect("sent");
    half.write_all(b"only so much").expect("sent");
    let mut answer = String::new();
    half.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    let _ = half.read_to_string(&mut answer);
    assert_eq!(status_of(&answer), 408, "{answer}");
    assert!(start.elapsed() < Duration::from_secs(10));
    // A client that leaves in the middle of its body.
    drop(half);
    let mut leaves = TcpStream::connect(server.address).expect("a connection");
    leaves.write_all(head.as_bytes()).expect("sent");
    drop(leaves);
    is_well(&server);
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let server = TestServer::start(|_| {});
    let start = Instant::now();
    let mut slow = TcpStream::connect(server.address).expect("a connection");
    slow.write_all(b"GET / HTTP/1.1\r\nhost: local").expect("sent");
    slow.set_read_timeout(Some(Duration::from_secs(40))).expect("a limit");
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).expect("closed by the server");
    let seconds = start.elapsed().as_secs();
    assert!((14..30).contains(&seconds), "{seconds} s");
    let large = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "a".repeat(64 << 10));
    assert!([0, 431].contains(&server.raw_status(large.as_bytes())));
}

#[test]
fn connections_of_an_address_are_counted() {
    let two = NonZeroUsize::MIN.saturating_add(1);
    let server = TestServer::start(|config| config.connections_per_address = two);
    let ask = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let mut start = [0; 12];
        stream.read_exact(&mut start).map(|()| start)
    };
    let mut open: Vec<_> =
        (0..2).map(|_| TcpStream::connect(server.address).expect("a connection")).collect();
    for stream in &mut open {
        assert_eq!(&ask(stream).expect("an answer"), b"HTTP/1.1 200");
    }
    let mut third = TcpStream::connect(server.address).expect("a connection");
    assert!(ask(&mut third).is_err(), "a third connection was answered");
    drop(open);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(server.get("/healthz").status, 200);
}

#[tokio::test]
async fn other_addresses_need_protection() {
    let config = Config { address: ([0, 0, 0, 0], 0).into(), ..Config::default() };
    let Err(error) = Server::start(config).await else { panic!("it listens unprotected") };
    assert!(error.to_string().contains("needs keys and TLS"), "{error}");
}
