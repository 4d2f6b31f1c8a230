//! Sources of sound and lines of words at work, with the models that ship.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy_emotion::SessionTime;
use bevy_emotion::capture::{CaptureError, CaptureState, OpenSound};
use bevy_emotion::core::{AudioChunk, AudioSource, Pacing};
use bevy_emotion::prelude::*;

use crate::stage::PATIENCE;

const RATE: u32 = 16_000;

/// Somebody who says "a, e, o" about 130 times a second high, four syllables a second.
struct Speaker {
    phase: f32,
    states: [[f32; 2]; 3],
    index: usize,
}

const FORMANTS: [[f32; 3]; 3] =
    [[730.0, 1090.0, 2440.0], [530.0, 1840.0, 2480.0], [570.0, 840.0, 2410.0]];

impl Speaker {
    fn sample(&mut self) -> f32 {
        use std::f32::consts::{PI, TAU};
        let rate = RATE as f32;
        let time = self.index as f32 / rate;
        self.index += 1;
        self.phase += (130.0 + 25.0 * (time * 2.0).sin()) / rate;
        let pulse = if self.phase >= 1.0 { 1.0 } else { 0.0 };
        self.phase = self.phase.fract();
        let mut sum = 0.0;
        for (state, hertz) in self.states.iter_mut().zip(FORMANTS[(time * 4.0) as usize % 3]) {
            let radius = (-PI * 90.0 / rate).exp();
            let turn = (TAU * hertz / rate).cos();
            let out = pulse + 2.0 * radius * turn * state[0] - radius * radius * state[1];
            *state = [out, state[0]];
            sum += out;
        }
        sum * 0.03 * (PI * (time * 4.0).fract().min(0.8) / 0.8).sin()
    }
}

impl AudioSource for Speaker {
    fn label(&self) -> String {
        "a speaker".to_owned()
    }

    fn pacing(&self) -> Pacing {
        Pacing::Live
    }

    /// 20 ms at a time, ten times as fast as it sounds.
    fn next_chunk(&mut self) -> Result<Option<AudioChunk>, CaptureError> {
        std::thread::sleep(Duration::from_millis(2));
        let start = self.index;
        let samples: Vec<f32> = (0..RATE / 50).map(|_| self.sample()).collect();
        let time = Duration::from_secs_f64(start as f64 / f64::from(RATE));
        let sequence = start as u64 / u64::from(RATE / 50);
        let chunk = AudioChunk::new(samples, RATE, sequence, SessionTime(time));
        chunk.map(Some).map_err(|error| CaptureError::Sound { label: self.label(), error })
    }
}

fn app(open: Arc<OpenSound>) -> App {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins,
        TrackPlugin,
        VoicePlugin { source: VoiceSource::Custom(open) },
    ));
    app
}

/// Updates until it is so.
fn until(app: &mut App, what: &str, mut so: impl FnMut(&mut App) -> bool) {
    let start = Instant::now();
    while !so(app) {
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: {:?}",
            app.world().get_resource::<VoiceStatus>()
        );
        std::thread::sleep(Duration::from_millis(5));
        app.update();
    }
}

fn status(app: &App) -> VoiceStatus {
    app.world().resource::<VoiceStatus>().clone()
}

#[test]
fn a_voice_is_heard_and_read_until_it_is_muted() {
    let mut app =
        app(Arc::new(|| Ok(Box::new(Speaker { phase: 0.0, states: [[0.0; 2]; 3], index: 0 }))));
    until(&mut app, "somebody speaks", |app| status(app).speaks);
    let heard = status(&app);
    assert_eq!((heard.state, heard.label.as_str()), (CaptureState::Streaming, "a speaker"));
    assert!((-60.0..0.0).contains(&heard.level_db), "{}", heard.level_db);
    until(&mut app, "the voice is read", |app| {
        let world = app.world_mut();
        world.query::<(&UnseenSpeaker, &Voice, &Fused)>().iter(world).count() == 1
    });
    assert_eq!(status(&app).problem, None);

    app.world_mut().resource_mut::<VoiceSettings>().muted = true;
    until(&mut app, "it is muted", |app| status(app).state == CaptureState::Paused);
    app.update();
    assert!(!status(&app).speaks && status(&app).level_db == f32::NEG_INFINITY);
}

#[test]
fn a_microphone_that_is_not_there_is_said() {
    let mut app = app(Arc::new(|| {
        let problem = "was not found; plug one in".to_owned();
        Err(CaptureError::Microphone { name: "of this test".to_owned(), problem })
    }));
    until(
        &mut app,
        "it is said",
        |app| matches!(status(app).state, CaptureState::Retrying { reason, .. } if reason.contains("plug one in")),
    );
}

#[cfg(feature = "films")]
#[test]
fn a_file_that_is_not_there_is_said() {
    let mut app = App::new();
    let source = VoiceSource::File("no_such_file.wav".into());
    app.add_plugins((MinimalPlugins, VoicePlugin { source }));
    until(
        &mut app,
        "it is said",
        |app| matches!(status(app).state, CaptureState::Retrying { reason, .. } if reason.contains("no_such_file")),
    );
}

#[test]
fn lines_are_read_in_their_order() {
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, TrackPlugin, WordsPlugin));
    for text in ["I hate this so much", "xqzt 4711", "I am so happy, thank you!"] {
        app.world_mut().write_message(SaidWords::new(text));
    }
    until(&mut app, "they are read", |app| app.world().resource::<WordsStatus>().lines == 3);
    let status = app.world().resource::<WordsStatus>().clone();
    assert_eq!((status.not_understood, status.problem), (1, None));
    app.update();
    let world = app.world_mut();
    let words = world.query::<&Words>().single(world).unwrap();
    assert_eq!(words.text, "I am so happy, thank you!");
    assert_eq!(words.dominant, Some(Expression::Happy));
    assert!(words.known > 0.5, "{words:?}");
}
