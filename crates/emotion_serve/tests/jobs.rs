//! Films as jobs.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

mod common;

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use common::{Answer, TestServer, agent};

/// Something that begins as a film does, and is none.
const NO_FILM: &[u8] = b"RIFF\x10\0\0\0AVI and nothing that could be read";

fn send(server: &TestServer, film: &[u8], name: &str) -> Answer {
    let request = agent().post(server.url("/v1/jobs")).header("content-type", "video/mp4");
    Answer::of(request.header("idempotency-key", name).send(film).expect("an answer"))
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("/v1/jobs/{id}"));
    id
}

/// Waits until the job is over, and gives its state.
fn state(server: &TestServer, id: &str) -> String {
    for _ in 0..600 {
        let status = server.get(&format!("/v1/jobs/{id}")).json();
        let state = status["state"].as_str().expect("a state").to_owned();
        if state != "queued" && state != "running" {
            return state;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the job never ended");
}

#[test]
fn what_is_no_film_is_refused_or_fails() {
    let server = TestServer::start(|config| config.film_bytes = 1000);
    send(&server, b"#EXTM3U\nhttp://example.org/x.ts", "a")
        .is_problem(415, "unsupported_media_type");
    send(&server, b"", "a").is_problem(415, "unsupported_media_type");
    send(&server, &[0; 1001], "a").is_problem(413, "body_too_large");
    server.post("/v1/jobs", "text/plain", NO_FILM).is_problem(415, "unsupported_media_type");
    server.get("/v1/jobs/0123").is_problem(404, "not_found");
    let job = id(&send(&server, NO_FILM, "a"));
    assert_eq!(state(&server, &job), "failed");
    let result = server.get(&format!("/v1/jobs/{job}/result"));
    result.is_problem(422, "film_unusable");
    assert!(!result.text.contains("/tmp"), "a path of the server: {}", result.text);
    let events = server.get(&format!("/v1/jobs/{job}/events"));
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert!(events.text.contains("event: progress"), "{}", events.text);
    assert!(events.text.contains("\"state\":\"failed\""), "{}", events.text);
}

#[test]
fn the_same_request_is_the_same_job_and_deleted_ones_are_gone() {
    let server = TestServer::start(|config| {
        config.jobs = NonZeroUsize::MIN.saturating_add(1);
    });
    let job = id(&send(&server, NO_FILM, "a"));
    assert_eq!(id(&send(&server, NO_FILM, "a")), job);
    send(&server, b"RIFF\0\0\0\0AVI another one", "a").is_problem(409, "idempotency_conflict");
    let other = id(&send(&server, NO_FILM, "b"));
    assert_ne!(other, job);
    let full = send(&server, NO_FILM, "c");
    full.is_problem(503, "too_many");
    assert_eq!(full.header("retry-after"), "10");
    state(&server, &job);
    let url = server.url(&format!("/v1/jobs/{job}"));
    let deleted = Answer::of(agent().delete(&url).call().expect("an answer"));
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    server.get(&format!("/v1/jobs/{job}")).is_problem(404, "not_found");
    assert_ne!(state(&server, &other), "running");
}

#[cfg(feature = "films")]
mod films {
    use emotion_core::Frame;
    use image::ImageFormat;

    use super::*;
    use common::{encode, puppet_frames};

    /// A film of JPEG pictures (AVI, Motion JPEG), 25 a second.
    fn film(frames: &[Frame]) -> Vec<u8> {
        let pictures: Vec<_> = frames.iter().map(|it| encode(it, ImageFormat::Jpeg)).collect();
        let (width, height) = (frames[0].width(), frames[0].height());
        let count = u32::try_from(pictures.len()).expect("few");
        let words =
            |words: &[u32]| words.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>();
        let chunk = |name: &[u8], body: &[u8]| {
            let length = u32::try_from(body.len()).expect("small").to_le_bytes();
            let padding: &[u8] = if body.len() % 2 == 1 { &[0] } else { &[] };
            [name, &length, body, padding].concat()
        };
        let list = |kind: &[u8], body: &[u8]| chunk(b"LIST", &[kind, body].concat());
        let main = words(&[40_000, 0, 0, 16, count, 0, 1, 0, width, height, 0, 0, 0, 0]);
        let stream = [&b"vidsMJPG"[..], &words(&[0, 0, 0, 1, 25, 0, count, 0, u32::MAX, 0, 0, 0])];
        let format = [
            &words(&[40, width, height, 0x0018_0001])[..],
            b"MJPG",
            &words(&[width * height * 3, 0, 0, 0, 0]),
        ];
        let stream = [chunk(b"strh", &stream.concat()), chunk(b"strf", &format.concat())].concat();
        let header = [chunk(b"avih", &main), list(b"strl", &stream)].concat();
        let movie: Vec<u8> = pictures.iter().flat_map(|it| chunk(b"00dc", it)).collect();
        let body = [list(b"hdrl", &header), list(b"movi", &movie)].concat();
        chunk(b"RIFF", &[b"AVI ", &body[..]].concat())
    }

    #[test]
    fn a_film_gives_events_and_rows() {
        let server = TestServer::start(|_| {});
        let frames = puppet_frames(60, 1);
        let job = id(&send(&server, &film(&frames), "a"));
        let early = server.get(&format!("/v1/jobs/{job}/result"));
        assert!(early.status == 200 || early.json()["code"] == "not_ready", "{early:?}");
        let progress = server.get(&format!("/v1/jobs/{job}/events")).text;
        assert!(progress.contains("\"state\":\"done\""), "{progress}");
        let result = server.get(&format!("/v1/jobs/{job}/result")).json();
        assert_eq!(result["frames"], 60);
        let events = result["events"].as_array().expect("events");
        let mut changes = events.iter().filter(|event| event["event"] == "expression_changed");
        assert_eq!(changes.next_back().expect("it smiles")["to"], "happy");
        let readings = events.iter().filter(|event| event["face"].is_object()).count();
        let rows = server.get(&format!("/v1/jobs/{job}/result?format=csv"));
        assert_eq!(rows.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(rows.text.lines().count(), readings + 1);
        server.get(&format!("/v1/jobs/{job}/result?format=xml")).is_problem(400, "bad_request");
    }
}
