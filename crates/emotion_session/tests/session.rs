//! A live session without Bevy: frames go in at the real channel, events come out.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use emotion_capture::{Capture, FrameSender, frame_slot};
use emotion_core::{Event, EventKind, Expression, FaceImage, Frame, FrameRect, Scores, StreamId};
use emotion_models::{BackendChoice, Classifier, ClassifierInfo, ClassifierOptions, ModelChoice};
use emotion_models::{ClassifyError, ModelPool};
use emotion_session::{Analyzer, AnalyzerSettings, Session, SessionCommand, StreamConfig};
use emotion_vision::detect::{DetectError, Detection, FaceDetector, FoundBy, KnownFace};
use emotion_vision::track::TrackerConfig;

/// One face in the middle of every frame, unless nobody is there.
struct OneFace(Arc<AtomicBool>);

impl FaceDetector for OneFace {
    fn detect(&mut self, _: &Frame, known: &[KnownFace]) -> Result<Vec<Detection>, DetectError> {
        let detection = Detection {
            bbox_in_frame: FrameRect::square((32.0, 24.0), 20.0),
            roll: 0.0,
            confidence: 1.0,
            found_by: FoundBy::Frontal,
            known: known.first().map(|known| known.track),
        };
        Ok(if self.0.load(Ordering::Relaxed) { vec![detection] } else { Vec::new() })
    }

    fn reset(&mut self) {}
}

struct AlwaysHappy(ClassifierInfo);

impl Classifier for AlwaysHappy {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        Ok(vec![Scores::certain(Expression::Happy); faces.len()])
    }

    fn description(&self) -> &ClassifierInfo {
        &self.0
    }
}

fn config(there: &Arc<AtomicBool>) -> StreamConfig {
    let there = there.clone();
    let analyzer = AnalyzerSettings::with_analyzer(move || {
        let info = ClassifierInfo {
            model: "played".to_owned(),
            backend: "cpu".to_owned(),
            device: "script".to_owned(),
            note: None,
            confusion: None,
        };
        let detector = Box::new(OneFace(there.clone()));
        Ok(Analyzer::new(detector, Box::new(AlwaysHappy(info)), TrackerConfig::default()))
    });
    StreamConfig { analyzer, ..StreamConfig::default() }
}

/// A camera that a test plays.
struct Camera {
    sender: FrameSender,
    sequence: u64,
}

impl Camera {
    fn open(session: &Session, there: &Arc<AtomicBool>) -> (Self, StreamId) {
        let (sender, frames) = frame_slot();
        let capture = Capture::from_receiver("stage".into(), frames);
        (Self { sender, sequence: 0 }, session.add(capture, config(there)))
    }

    fn offer(&mut self) {
        let time = Duration::from_millis(33) * u32::try_from(self.sequence).unwrap();
        let frame = Frame::from_rgb(vec![90; 64 * 48 * 3], 64, 48, self.sequence, time).unwrap();
        self.sequence += 1;
        self.sender.offer(frame);
    }
}

/// Plays the cameras until an event is told that `is_it`; gives all up to there.
fn play(
    cameras: &mut [&mut Camera],
    events: &crossbeam_channel::Receiver<Event>,
    is_it: impl Fn(&Event) -> bool,
) -> Vec<Event> {
    let start = Instant::now();
    let mut told = Vec::new();
    loop {
        assert!(start.elapsed() < Duration::from_secs(30), "it is never told: {told:?}");
        cameras.iter_mut().for_each(|camera| camera.offer());
        while let Ok(event) = events.recv_timeout(Duration::from_millis(5)) {
            told.push(event);
            if told.last().is_some_and(&is_it) {
                return told;
            }
        }
    }
}

#[test]
fn the_life_of_a_face_is_told_to_whoever_listens() {
    let there = Arc::new(AtomicBool::new(true));
    let session = Session::start(Arc::default()).expect("a session");
    let events = session.subscribe();
    let (mut camera, stream) = Camera::open(&session, &there);
    let told = play(&mut [&mut camera], &events, |event| {
        matches!(event.kind, EventKind::ExpressionChanged { to: Some(Expression::Happy), .. })
    });
    assert!(told.iter().any(|event| matches!(event.kind, EventKind::FaceAppeared { .. })));
    assert!(told.iter().all(|event| event.stream == stream));
    assert!(told.windows(2).all(|pair| pair[0].time <= pair[1].time), "in order");

    there.store(false, Ordering::Relaxed);
    play(&mut [&mut camera], &events, |event| matches!(event.kind, EventKind::FaceHidden { .. }));
    there.store(true, Ordering::Relaxed);
    play(&mut [&mut camera], &events, |event| matches!(event.kind, EventKind::FaceReturned { .. }));

    // The source starts anew: other faces, in another epoch.
    let epoch = told[0].epoch;
    camera.sender.begin_epoch();
    camera.sequence = 0;
    let told = play(&mut [&mut camera], &events, |event| {
        matches!(event.kind, EventKind::FaceAppeared { .. })
    });
    assert!(told.iter().any(|event| matches!(event.kind, EventKind::FaceGone { .. })));
    assert!(told.last().unwrap().epoch > epoch);

    session.send(SessionCommand::Close(stream));
    play(&mut [], &events, |event| matches!(event.kind, EventKind::FaceGone { .. }));
}

#[test]
fn a_held_session_stands_still() {
    let there = Arc::new(AtomicBool::new(true));
    let session = Session::start(Arc::default()).expect("a session");
    let events = session.subscribe();
    let (mut camera, _) = Camera::open(&session, &there);
    play(&mut [&mut camera], &events, |event| matches!(event.kind, EventKind::FaceRead { .. }));
    session.send(SessionCommand::Pause(true));
    let start = Instant::now();
    while !session.status().paused {
        assert!(start.elapsed() < Duration::from_secs(10), "it is never held");
        std::thread::sleep(Duration::from_millis(1));
    }
    let before = session.status().time;
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(session.status().time, before);
    let hides = |event: Event| matches!(event.kind, EventKind::FaceHidden { .. });
    assert!(!events.try_iter().any(hides), "faces stay as they are");
    session.send(SessionCommand::Pause(false));
    play(&mut [&mut camera], &events, |event| matches!(event.kind, EventKind::FaceRead { .. }));
}

#[test]
fn streams_are_told_apart_and_share_a_model() {
    let there = Arc::new(AtomicBool::new(true));
    let pool = Arc::new(ModelPool::new());
    let session = Session::start(pool.clone()).expect("a session");
    let events = session.subscribe();
    let (mut one, first) = Camera::open(&session, &there);
    let (mut other, second) = Camera::open(&session, &there);
    let cameras = &mut [&mut one, &mut other];
    let appeared = |event: &Event| matches!(event.kind, EventKind::FaceAppeared { .. });
    let mut told = play(cameras, &events, appeared);
    told.extend(play(cameras, &events, appeared));
    let mut seen: Vec<StreamId> =
        told.iter().filter(|event| appeared(event)).map(|event| event.stream).collect();
    seen.sort();
    assert_eq!(seen, [first, second]);

    let options = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::Default);
    let models = [pool.load(&options).expect("a model"), pool.load(&options).expect("a model")];
    assert_eq!((models.len(), pool.len()), (2, 1));
}
