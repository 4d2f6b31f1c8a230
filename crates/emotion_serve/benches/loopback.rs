//! Round trips and throughput on loopback, 640×480, one face: `cargo bench -p emotion_serve`.
//!
//! `REQUESTS=100000 cargo bench -p emotion_serve` sends that many pictures to watch the memory.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measurement that fails may panic")]

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use emotion_core::{Frame, FrameSource};
use emotion_puppet::{PuppetConfig, PuppetSource};
use emotion_serve::{Config, Server};
use futures_util::{SinkExt, StreamExt};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const FRAMES: usize = 120;

#[tokio::main]
async fn main() {
    let frames = frames();
    let jpegs: Vec<Bytes> = frames.iter().map(jpeg).collect();
    let planes: Vec<Bytes> = frames.iter().map(i420).collect();
    let (server, address) = start(1).await;
    requests(address, &jpegs).await;
    let i420 = r#"{"format":"i420","width":640,"height":480}"#;
    for (name, settings, frames) in
        [("JPEG", r#"{"format":"jpeg"}"#, &jpegs), ("I420", i420, &planes)]
    {
        round_trips(name, address, settings, frames).await;
        throughput(name, address, settings, frames).await;
    }
    memory(address, &jpegs).await;
    server.stop().await.expect("it ends");
    let (server, address) = start(2).await;
    eight_sessions(address, &jpegs).await;
    server.stop().await.expect("it ends");
}

async fn start(threads: usize) -> (Server, SocketAddr) {
    let config = Config {
        address: ([127, 0, 0, 1], 0).into(),
        threads: NonZeroUsize::new(threads).expect("some"),
        requests_per_minute: None,
        ..Config::default()
    };
    let server = Server::start(config).await.expect("a server");
    let address = server.address();
    (server, address)
}

fn frames() -> Vec<Frame> {
    let config = PuppetConfig { frames: Some(FRAMES as u64), ..PuppetConfig::default() };
    let mut source = PuppetSource::new(config);
    std::iter::from_fn(|| source.next_frame().expect("a frame")).collect()
}

fn jpeg(frame: &Frame) -> Bytes {
    let picture = RgbImage::from_raw(frame.width(), frame.height(), frame.rgb().to_vec());
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 85);
    picture.expect("whole").write_with_encoder(encoder).expect("a picture");
    bytes.into()
}

/// Y exactly, U and V of every second pixel: BT.601, limited range.
fn i420(frame: &Frame) -> Bytes {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let pixel = |x: usize, y: usize| {
        let at = (y * width + x) * 3;
        [0, 1, 2].map(|channel| f32::from(frame.rgb()[at + channel]))
    };
    let plane = |step: usize, offset: f32, [r, g, b]: [f32; 3]| {
        let rows = (0..height).step_by(step);
        let places = rows.flat_map(move |y| (0..width).step_by(step).map(move |x| (x, y)));
        places.map(move |(x, y)| {
            let [red, green, blue] = pixel(x, y);
            (offset + red * r + green * g + blue * b).round() as u8
        })
    };
    let y = plane(1, 16.0, [0.257, 0.504, 0.098]);
    let u = plane(2, 128.0, [-0.148, -0.291, 0.439]);
    let v = plane(2, 128.0, [0.439, -0.368, -0.071]);
    y.chain(u).chain(v).collect()
}

async fn open(address: SocketAddr, settings: &str) -> Socket {
    let (mut socket, _) = connect_async(format!("ws://{address}/v1/live")).await.expect("a socket");
    socket.send(Message::text(settings)).await.expect("sent");
    socket.next().await.expect("ready").expect("ready");
    socket
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{name}: p50 {:.1} ms, p99 {:.1} ms ({} times)", at(0.5), at(0.99), times.len());
}

async fn requests(address: SocketAddr, pictures: &[Bytes]) {
    let pictures = pictures.to_vec();
    let times = tokio::task::spawn_blocking(move || {
        let agent = ureq::Agent::new_with_defaults();
        let url = format!("http://{address}/v1/analyze");
        let ask = |picture: &Bytes| {
            let start = Instant::now();
            let request = agent.post(&url).header("content-type", "image/jpeg");
            let mut answer = request.send(&picture[..]).expect("an answer");
            let text = answer.body_mut().read_to_string().expect("a body");
            assert!(text.contains("bbox_in_frame"), "{text}");
            start.elapsed()
        };
        pictures.iter().map(ask).collect()
    });
    report("POST /v1/analyze, JPEG, searched thoroughly", times.await.expect("ran"));
}

async fn round_trips(name: &str, address: SocketAddr, settings: &str, frames: &[Bytes]) {
    let mut socket = open(address, settings).await;
    let mut times = Vec::new();
    for frame in frames.iter().cycle().take(5 * FRAMES) {
        let start = Instant::now();
        socket.send(Message::binary(frame.clone())).await.expect("sent");
        socket.next().await.expect("an answer").expect("an answer");
        times.push(start.elapsed());
    }
    report(&format!("GET /v1/live, {name}, one frame after the other"), times);
}

async fn throughput(name: &str, address: SocketAddr, settings: &str, frames: &[Bytes]) {
    let mut socket = open(address, settings).await;
    let count = 5 * FRAMES;
    let start = Instant::now();
    let mut results = 0;
    for (number, frame) in frames.iter().cycle().take(count).enumerate() {
        socket.send(Message::binary(frame.clone())).await.expect("sent");
        if number > 0 {
            results += usize::from(is_result(socket.next().await.expect("an answer")));
        }
    }
    results += usize::from(is_result(socket.next().await.expect("an answer")));
    let rate = results as f64 / start.elapsed().as_secs_f64();
    println!(
        "GET /v1/live, {name}, one thread, window 2: {rate:.0} frames/s, {} dropped",
        count - results
    );
}

fn is_result(message: Result<Message, tokio_tungstenite::tungstenite::Error>) -> bool {
    message.expect("an answer").to_text().expect("text").contains("\"type\":\"result\"")
}

async fn eight_sessions(address: SocketAddr, frames: &[Bytes]) {
    let sessions: Vec<_> = (0..8)
        .map(|number| {
            let frames = frames.to_vec();
            tokio::spawn(async move {
                let mut socket = open(address, r#"{"format":"jpeg"}"#).await;
                tokio::time::sleep(Duration::from_millis(12 * number)).await;
                let mut ticks = tokio::time::interval(Duration::from_millis(100));
                let (mut times, mut dropped) = (Vec::new(), 0);
                for frame in frames {
                    ticks.tick().await;
                    let start = Instant::now();
                    socket.send(Message::binary(frame)).await.expect("sent");
                    if is_result(socket.next().await.expect("an answer")) {
                        times.push(start.elapsed());
                    } else {
                        dropped += 1;
                    }
                }
                (times, dropped)
            })
        })
        .collect();
    let (mut all, mut lost) = (Vec::new(), 0);
    for session in sessions {
        let (times, dropped) = session.await.expect("ran");
        all.extend(times);
        lost += dropped;
    }
    report("eight live sessions, 10 frames/s each, two threads", all);
    println!("  dropped: {lost}");
}

async fn memory(address: SocketAddr, pictures: &[Bytes]) {
    let count = std::env::var("REQUESTS").ok().and_then(|count| count.parse().ok()).unwrap_or(500);
    let before = resident_kib();
    let rounds = usize::div_ceil(count, pictures.len());
    for _ in 0..rounds {
        requests(address, pictures).await;
    }
    let count = rounds * pictures.len();
    println!("memory: {before} KiB before, {} KiB after {count} pictures", resident_kib());
}

/// What the process holds in memory; 0 where the system does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}
