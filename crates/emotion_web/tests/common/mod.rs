//! What the tests share: the files of an analyzer, and frames of the puppet.

#![allow(dead_code, clippy::expect_used, reason = "each test uses some of it, and may fail")]

use std::time::Duration;

use emotion_core::{Expression, Frame, FrameSource};
use emotion_puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};
use emotion_vision::detect::CascadePaths;
use emotion_vision::image::GreyImage;
use emotion_web::Parts;

/// The model that the package has.
pub const MODEL: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/efficientnet/efficientnet.safetensors");

/// The bytes of the files.
pub struct Files([Vec<u8>; 4]);

impl Files {
    pub fn as_parts(&self) -> Parts<'_> {
        let [frontal, frontal_strict, profile, model] = &self.0;
        Parts { frontal, frontal_strict, profile, model }
    }
}

/// The model and the cascades that are installed.
pub fn parts() -> Files {
    let paths = CascadePaths::find(None).expect("opencv-data is installed");
    let files = [paths.frontal, paths.frontal_strict, paths.profile, MODEL.into()];
    Files(files.map(|path| std::fs::read(path).expect("readable")))
}

/// Frames of the puppet in grey, calm and then happy.
pub fn grey_frames(frames: u64) -> Vec<Frame> {
    let steps = vec![
        (Duration::ZERO, Expression::Neutral),
        (Duration::from_millis(500), Expression::Happy),
    ];
    let config = PuppetConfig {
        frames: Some(frames),
        motion: PuppetMotion::default(),
        script: PuppetScript::Steps(steps),
        ..PuppetConfig::default()
    };
    let mut source = PuppetSource::new(config);
    let frames = std::iter::from_fn(|| source.next_frame().expect("a frame"));
    frames.map(|frame| in_grey(&frame)).collect()
}

fn in_grey(frame: &Frame) -> Frame {
    let mut grey = GreyImage::default();
    grey.set_from_frame(frame);
    let grey = grey.pixels().to_vec();
    Frame::from_grey(grey, frame.width(), frame.height(), frame.sequence(), frame.time())
        .expect("as large as before")
}
