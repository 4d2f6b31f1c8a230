//! Pictures over HTTP.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod common;

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use common::{TestServer, encode, face, form, puppet_frames};
use emotion_core::Frame;
use emotion_models::{BackendChoice, ClassifierOptions, ModelChoice};
use emotion_session::Analyzer;
use emotion_vision::detect::HaarDetector;
use emotion_vision::track::TrackerConfig;
use image::ImageFormat;

#[test]
fn a_picture_gives_what_the_analyzer_gives() {
    let server = TestServer::start(|_| {});
    let frame = puppet_frames(1, 2).remove(0);
    for (format, kind) in [(ImageFormat::Png, "image/png"), (ImageFormat::Jpeg, "image/jpeg")] {
        let bytes = encode(&frame, format);
        let answer = server.post("/v1/analyze", kind, &bytes);
        assert_eq!(answer.status, 200, "{answer:?}");
        let json = answer.json();
        assert_eq!(json["model"]["name"], "efficientnet");
        let picture = &json["pictures"][0];
        assert_eq!(picture["frame_size"], serde_json::json!([frame.width(), frame.height()]));
        let expected = analyzed(&bytes);
        assert_eq!(picture["faces"].as_array().map(Vec::len), Some(2));
        assert_eq!(picture["faces"], expected);
    }
}

/// The faces of a picture, as the analyzer alone finds them.
fn analyzed(bytes: &[u8]) -> serde_json::Value {
    let picture = image::load_from_memory(bytes).expect("a picture").into_rgb8();
    let (width, height) = picture.dimensions();
    let frame = Frame::from_rgb(picture.into_raw(), width, height, 0, Duration::ZERO);
    let options = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::Default);
    let mut analyzer = Analyzer::new(
        Box::new(HaarDetector::from_system(None).expect("cascades")),
        options.load().expect("a model"),
        TrackerConfig::default(),
    );
    let analysis = analyzer.analyze_still(&frame.expect("a frame"), None).expect("an analysis");
    let faces = analysis.readings.iter();
    let faces = faces.map(|reading| emotion_core::FaceReading::new(reading, (width, height)));
    // Through text, as the answer came.
    let text = serde_json::to_string(&faces.collect::<Vec<_>>()).expect("JSON");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn several_pictures_are_read_even_if_one_is_none() {
    let server = TestServer::start(|_| {});
    let face = face();
    let (kind, body) = form(&[("a.png", &face), ("b.png", b"no picture"), ("c.png", &face)]);
    let json = server.post("/v1/analyze", &kind, &body).json();
    let pictures = json["pictures"].as_array().expect("pictures");
    assert_eq!(pictures.len(), 3);
    assert_eq!(pictures[1]["problem"]["code"], "picture_unknown");
    assert_eq!(pictures[2]["name"], "c.png");
    assert_eq!(pictures[0]["faces"], pictures[2]["faces"]);
    assert_eq!(pictures[0]["faces"].as_array().map(Vec::len), Some(1));
    let (kind, body) = form(&[("a.png", b"none"), ("b.png", b"none")]);
    server.post("/v1/analyze", &kind, &body).is_problem(415, "picture_unknown");
    let many: Vec<(&str, &[u8])> = vec![("a", b"x"); 65];
    let (kind, body) = form(&many);
    server.post("/v1/analyze", &kind, &body).is_problem(400, "bad_request");
    let (kind, body) = form(&[]);
    server.post("/v1/analyze", &kind, &body).is_problem(400, "bad_request");
}

#[test]
fn a_picture_lying_on_its_side_is_turned_by_its_exif_data() {
    let server = TestServer::start(|_| {});
    let frame = puppet_frames(1, 1).remove(0);
    let upright = image::RgbImage::from_raw(frame.width(), frame.height(), frame.rgb().to_vec());
    let lying = image::imageops::rotate270(&upright.expect("a picture"));
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 95)
        .encode_image(&lying)
        .expect("a picture");
    // APP1 with one entry: orientation 6, to be turned by 90° clockwise.
    let exif = b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    jpeg.splice(2..2, exif.iter().copied());
    let json = server.post("/v1/analyze", "image/jpeg", &jpeg).json();
    let picture = &json["pictures"][0];
    assert_eq!(picture["frame_size"], serde_json::json!([frame.width(), frame.height()]));
    let roll = picture["faces"][0]["roll"].as_f64().expect("a face");
    assert!(roll.abs() < 0.3, "{picture}");
}

#[test]
fn a_full_queue_says_when_to_try_again_and_recovers() {
    let server = Arc::new(TestServer::start(|config| {
        config.queue = std::num::NonZeroUsize::MIN;
    }));
    let face = Arc::new(face());
    let barrier = Arc::new(Barrier::new(16));
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let (server, face, barrier) = (server.clone(), face.clone(), barrier.clone());
            thread::spawn(move || {
                barrier.wait();
                server.post("/v1/analyze", "image/png", &face)
            })
        })
        .collect();
    let answers: Vec<_> = clients.into_iter().map(|client| client.join().expect("ran")).collect();
    let refused = answers.iter().filter(|answer| answer.status == 503);
    let refused: Vec<_> = refused.collect();
    assert!(!refused.is_empty(), "16 at once, one thread, a queue of one");
    for answer in refused {
        answer.is_problem(503, "queue_full");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(server.post("/v1/analyze", "image/png", &face).status, 200);
}

#[test]
fn everything_else_answers() {
    let server = TestServer::start(|_| {});
    assert_eq!(server.get("/healthz").json()["status"], "ok");
    assert_eq!(server.get("/readyz").json()["status"], "ok");
    let models = server.get("/v1/models").json();
    assert_eq!(models["models"][0]["expressions"][3], "happy");
    assert_eq!(server.get("/openapi.json").json()["openapi"], "3.1.0");
    let docs = server.get("/docs/");
    assert_eq!(docs.status, 200);
    assert!(!docs.text.contains("https://"), "the documentation loads something from elsewhere");
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html"));
    assert_eq!(server.get("/js/main.js").header("content-type"), "text/javascript");
    server.post("/v1/analyze", "image/png", &face());
    let metrics = server.get("/metrics").text;
    let counted = "emotion_pictures_total{from=\"Analyze\",outcome=\"Analyzed\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("route=\"/v1/analyze\""), "{metrics}");
    assert!(!metrics.contains("happy"), "{metrics}");
}
