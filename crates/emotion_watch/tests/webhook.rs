//! Webhooks: what fails is tried again, and what does not arrive is counted.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use emotion_core::SessionTime;
use emotion_watch::outlet::{Retries, Webhook};
use emotion_watch::{Notice, WebhookConfig};

/// A server that answers with one status after the other, and gives what it was sent.
fn server(statuses: &'static [u16]) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let serving = thread::spawn(move || {
        let answer = |status: &u16| {
            let (mut stream, _) = listener.accept().expect("a request");
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                let mut part = [0; 1024];
                let read = stream.read(&mut part).expect("a request");
                request.extend_from_slice(&part[..read]);
            }
            let answer =
                format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("an answer");
            String::from_utf8(request).expect("text")
        };
        statuses.iter().map(answer).collect()
    });
    (url, serving)
}

fn notice() -> Notice {
    Notice::CameraRecovered { camera: "foyer".to_owned(), time: SessionTime::ZERO }
}

const RETRIES: Retries = Retries { count: 2, pause: Duration::from_millis(5) };

#[test]
fn what_fails_is_tried_again_and_then_given_up() {
    let (url, serving) = server(&[500, 503, 204, 500, 500, 404]);
    let config = WebhookConfig { url, token: Some("secret".to_owned()) };
    let webhook = Webhook::start(&config, RETRIES).expect("a thread");
    webhook.send(&notice());
    webhook.send(&notice());
    let counts = webhook.finish();
    assert_eq!((counts.sent(), counts.failed(), counts.dropped()), (1, 1, 0));
    let requests = serving.join().expect("all requests");
    let first = requests[0].to_lowercase();
    assert!(first.contains("authorization: bearer secret"), "{first}");
    assert!(
        first.ends_with(r#"{"notice":"camera_recovered","camera":"foyer","time":0.0}"#),
        "{first}"
    );
}

#[test]
fn a_listener_that_is_too_slow_misses_some_and_that_is_counted() {
    // Nobody accepts: the first notice waits for its answer while the queue fills.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let webhook = Webhook::start(&WebhookConfig { url, token: None }, RETRIES).expect("a thread");
    for _ in 0..300 {
        webhook.send(&notice());
    }
    assert!(webhook.counts().dropped() >= 300 - 257, "{}", webhook.counts().dropped());
}
