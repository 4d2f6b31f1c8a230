//! The WebSocket.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod common;

use std::time::Duration;

use common::{TestServer, encode, puppet_frames};
use emotion_core::{Frame, SessionTime, StreamId};
use emotion_models::{BackendChoice, ClassifierOptions, ModelChoice};
use emotion_session::{Analyzer, Lifecycle, LifecycleConfig, Observation};
use emotion_vision::detect::HaarDetector;
use emotion_vision::track::TrackerConfig;
use futures_util::{SinkExt, StreamExt};
use image::ImageFormat;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(server: &TestServer, settings: &str) -> Socket {
    let url = server.url("/v1/live").replace("http://", "ws://");
    let (mut socket, _) = connect_async(url).await.expect("a socket");
    socket.send(Message::text(settings)).await.expect("sent");
    socket
}

/// The next message; `None` when the server closed, with its reason in `Err`.
async fn next(socket: &mut Socket) -> Result<Value, String> {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(30), socket.next()).await;
        match message.expect("an answer in time") {
            Some(Ok(Message::Text(text))) => {
                return Ok(serde_json::from_str(&text).expect("JSON"));
            }
            Some(Ok(Message::Close(frame))) => {
                return Err(frame.map(|frame| frame.reason.to_string()).unwrap_or_default());
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.to_string()),
            None => return Err(String::new()),
        }
    }
}

/// The events of these frames, as the session's own parts make them.
fn expected(frames: &[Frame], rate: f64) -> Vec<Value> {
    let options = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::Default);
    let mut analyzer = Analyzer::new(
        Box::new(HaarDetector::from_system(None).expect("cascades")),
        options.load().expect("a model"),
        TrackerConfig::default(),
    );
    let mut lifecycle = Lifecycle::new(StreamId::default(), LifecycleConfig::default());
    let mut events = Vec::new();
    for (number, frame) in (0..).zip(frames) {
        let time = Duration::from_secs_f64(number as f64 / rate);
        let size = (frame.width(), frame.height());
        let rgb = frame.rgb().to_vec();
        let frame = Frame::from_rgb(rgb, size.0, size.1, number, time).expect("a frame");
        let analysis = analyzer.analyze(&frame).expect("an analysis");
        let observation = Observation { time: SessionTime(time), frame_size: size, analysis };
        lifecycle.observe(&observation, &mut events);
    }
    // Through text, as the answers come.
    let text = serde_json::to_string(&events).expect("JSON");
    let events: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    events.into_iter().map(timeless).collect()
}

/// An event without how long it took.
fn timeless(mut event: Value) -> Value {
    if let Some(fields) = event.as_object_mut() {
        fields.remove("detect_seconds");
        fields.remove("classify_seconds");
    }
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_give_the_events_of_the_session() {
    let server = tokio::task::spawn_blocking(|| TestServer::start(|_| {})).await.expect("started");
    let frames = puppet_frames(60, 1);
    let mut socket = open(&server, r#"{"format":"jpeg","frame_rate":30}"#).await;
    let ready = next(&mut socket).await.expect("ready");
    assert_eq!((&ready["type"], &ready["window"]), (&"ready".into(), &2.into()));
    let mut events = Vec::new();
    for (number, frame) in frames.iter().enumerate() {
        let picture = encode(frame, ImageFormat::Png);
        socket.send(Message::binary(picture)).await.expect("sent");
        let answer = next(&mut socket).await.expect("an answer");
        assert_eq!((&answer["type"], &answer["frame"]), (&"result".into(), &number.into()));
        events.extend(answer["events"].as_array().expect("events").iter().cloned().map(timeless));
    }
    let shown: Vec<_> =
        events.iter().filter(|event| event["event"] == "expression_changed").collect();
    assert_eq!(shown.last().expect("it smiles")["to"], "happy");
    assert_eq!(events, expected(&frames, 30.0));
    tokio::task::spawn_blocking(move || drop(server)).await.expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_frame_is_answered_and_the_newest_wins() {
    let server = tokio::task::spawn_blocking(|| TestServer::start(|_| {})).await.expect("started");
    let picture = encode(&puppet_frames(1, 1)[0], ImageFormat::Jpeg);
    let mut socket = open(&server, r#"{"format":"jpeg"}"#).await;
    next(&mut socket).await.expect("ready");
    const FRAMES: usize = 40;
    for _ in 0..FRAMES {
        socket.feed(Message::binary(picture.clone())).await.expect("sent");
    }
    socket.flush().await.expect("sent");
    let mut answered = [false; FRAMES];
    let (mut results, mut dropped) = (0, 0);
    for _ in 0..FRAMES {
        let answer = next(&mut socket).await.expect("an answer");
        let frame = answer["frame"].as_u64().expect("a number") as usize;
        assert!(!std::mem::replace(&mut answered[frame], true), "{frame} twice");
        match answer["type"].as_str() {
            Some("result") => results += 1,
            Some("dropped") => dropped += 1,
            _ => panic!("{answer}"),
        }
    }
    assert!(answered.iter().all(|answered| *answered));
    assert!(results >= 2 && dropped >= 10, "{results} results, {dropped} dropped");
    tokio::task::spawn_blocking(move || drop(server)).await.expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_frame_is_refused_and_the_session_goes_on() {
    let server = tokio::task::spawn_blocking(|| TestServer::start(|_| {})).await.expect("started");
    let mut socket = open(&server, r#"{"format":"i420","width":64,"height":48}"#).await;
    next(&mut socket).await.expect("ready");
    socket.send(Message::binary(vec![1; 7])).await.expect("sent");
    let answer = next(&mut socket).await.expect("an answer");
    assert_eq!((&answer["type"], &answer["frame"]), (&"refused".into(), &0.into()));
    assert_eq!(answer["problem"]["code"], "picture_damaged");
    socket.send(Message::binary(vec![128; 64 * 48 * 3 / 2])).await.expect("sent");
    let answer = next(&mut socket).await.expect("an answer");
    assert_eq!((&answer["type"], &answer["frame"]), (&"result".into(), &1.into()));
    // Above the limit of a frame.
    let _ = socket.send(Message::binary(vec![1; 2_000_001])).await;
    assert!(next(&mut socket).await.is_err());
    for settings in ["{}", "no JSON", r#"{"format":"i420","width":99999,"height":99999}"#] {
        let mut socket = open(&server, settings).await;
        let reason = next(&mut socket).await.expect_err("refused");
        assert!(reason.starts_with("the client broke the protocol"), "{reason}");
    }
    tokio::task::spawn_blocking(move || drop(server)).await.expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_bounded_and_silent_ones_end() {
    let server = tokio::task::spawn_blocking(|| {
        TestServer::start(|config| {
            config.live_sessions = std::num::NonZeroUsize::MIN;
            config.silence = Duration::from_millis(800);
        })
    });
    let server = server.await.expect("started");
    let mut socket = open(&server, r#"{"format":"jpeg"}"#).await;
    next(&mut socket).await.expect("ready");
    let url = server.url("/v1/live").replace("http://", "ws://");
    let refused = connect_async(url).await.expect_err("one is enough").to_string();
    assert!(refused.contains("503"), "{refused}");
    let reason = next(&mut socket).await.expect_err("silent");
    assert!(reason.contains("silent"), "{reason}");
    let mut socket = open(&server, r#"{"format":"jpeg"}"#).await;
    next(&mut socket).await.expect("there is room again");
    tokio::task::spawn_blocking(move || drop(server)).await.expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_server_is_told_and_frames_in_work_are_answered() {
    let server = tokio::task::spawn_blocking(|| TestServer::start(|_| {})).await.expect("started");
    let picture = encode(&puppet_frames(1, 1)[0], ImageFormat::Png);
    let mut socket = open(&server, r#"{"format":"jpeg"}"#).await;
    next(&mut socket).await.expect("ready");
    socket.send(Message::binary(picture.clone())).await.expect("sent");
    socket.send(Message::binary(picture)).await.expect("sent");
    // Both frames are there, the first one in work.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let ended = tokio::task::spawn_blocking(move || {
        let mut server = server;
        let start = std::time::Instant::now();
        server.stop();
        start.elapsed()
    });
    let mut answers = 0;
    let reason = loop {
        match next(&mut socket).await {
            Ok(_) => answers += 1,
            Err(reason) => break reason,
        }
    };
    assert_eq!((answers, reason.as_str()), (2, "the server ends"));
    drop(socket);
    assert!(ended.await.expect("ended") < Duration::from_secs(5));
}
