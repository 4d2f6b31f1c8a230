//! The messages of a live session; `docs/asyncapi.yaml` describes the same ones.

use std::time::Duration;

use emotion_core::Event;
use serde::{Deserialize, Serialize};

use crate::health::Model;
use crate::picture::check_size;
use crate::problem::ProblemDetails;

/// How a client sends frames: its first message, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How frames are encoded.
    pub format: Format,
    /// Frames come at this rate: the time of each is its number divided by the rate. Without it,
    /// their time is that of their arrival.
    pub frame_rate: Option<f64>,
}

/// How frames are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG or PNG pictures.
    Jpeg,
    /// Planes of Y, U and V, of this size in pixels.
    I420 {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

/// The first message as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSettings {
    format: FormatName,
    width: Option<u32>,
    height: Option<u32>,
    frame_rate: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormatName {
    Jpeg,
    I420,
}

impl Settings {
    /// Reads and checks the first message.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let written: WrittenSettings = serde_json::from_str(text).map_err(|error| {
            format!("the settings are not understood: {error}; see docs/asyncapi.yaml")
        })?;
        let format = match (written.format, written.width, written.height) {
            (FormatName::Jpeg, None, None) => Format::Jpeg,
            (FormatName::Jpeg, ..) => return Err("JPEG pictures bring their size".to_owned()),
            (FormatName::I420, Some(width), Some(height)) => {
                check_size(width, height).map_err(|error| error.to_string())?;
                Format::I420 { width, height }
            }
            (FormatName::I420, ..) => return Err("i420 needs width and height".to_owned()),
        };
        if written.frame_rate.is_some_and(|rate| !(0.1..=1000.0).contains(&rate)) {
            return Err("frame_rate goes from 0.1 to 1000 frames a second".to_owned());
        }
        Ok(Self { format, frame_rate: written.frame_rate })
    }

    /// The time of a frame that came `since_start`.
    pub fn time(&self, frame: u64, since_start: Duration) -> Duration {
        match self.frame_rate {
            // Within 50 years at any rate that is allowed.
            Some(rate) => Duration::try_from_secs_f64(frame as f64 / rate).unwrap_or(since_start),
            None => since_start,
        }
    }
}

/// What a server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Answer {
    /// The session is ready: the answer to the settings.
    Ready {
        /// What reads the faces.
        model: Model,
        /// Frames that may be sent without an answer.
        window: u32,
        /// Bytes that a frame may have.
        max_frame_bytes: usize,
    },
    /// A frame was analyzed.
    Result {
        /// Its number, from 0.
        frame: u64,
        /// From its arrival to this answer, in seconds.
        seconds: f32,
        /// What happened in it.
        events: Vec<Event>,
    },
    /// A frame was not analyzed, because a newer one came or the server has too much to do.
    Dropped {
        /// Its number, from 0.
        frame: u64,
    },
    /// A frame could not be used. The session goes on.
    Refused {
        /// Its number, from 0.
        frame: u64,
        /// Why.
        problem: ProblemDetails,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        let read = |text| Settings::read(text);
        let jpeg = Settings { format: Format::Jpeg, frame_rate: None };
        assert_eq!(read(r#"{"format":"jpeg"}"#), Ok(jpeg));
        let i420 = read(r#"{"format":"i420","width":640,"height":480,"frame_rate":25}"#);
        let format = Format::I420 { width: 640, height: 480 };
        assert_eq!(i420, Ok(Settings { format, frame_rate: Some(25.0) }));
        for text in [
            "",
            "{}",
            r#"{"format":"webm"}"#,
            r#"{"format":"i420"}"#,
            r#"{"format":"i420","width":100000,"height":100000}"#,
            r#"{"format":"i420","width":0,"height":10}"#,
            r#"{"format":"jpeg","frame_rate":0}"#,
            r#"{"format":"jpeg","url":"http://example.org"}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_description_has_the_same_names() {
        let description = include_str!("../../../../docs/asyncapi.yaml");
        let dropped = Answer::Dropped { frame: 7 };
        let json = serde_json::to_string(&dropped).expect("JSON");
        assert_eq!(json, r#"{"type":"dropped","frame":7}"#);
        for name in ["ready", "result", "dropped", "refused"] {
            assert!(description.contains(&format!("type: {{ const: {name} }}")), "{name}");
        }
        for field in ["format", "width", "height", "frame_rate", "window", "max_frame_bytes"] {
            assert!(description.contains(&format!("          {field}:")), "{field}");
        }
    }
}
