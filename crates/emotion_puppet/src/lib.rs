//! The puppet: the camera everyone has.
//!
//! [`PuppetSource`] draws shaded, moving heads that put on the seven expressions. Its frames go
//! through the same detector and model as a camera's, so it needs no camera, no picture of anybody
//! and no licence: it is the default where no camera is found, the toy whose face the keys pull,
//! the known truth for tests ([`PuppetSource::truth`]) and the clock for measuring the delay from
//! camera to screen. The same configuration and the same wishes give the same frames, pixel for
//! pixel.

mod draw;
mod face;
mod hair;
mod head;
mod landmarks;
mod looks;
mod motion;
mod overlay;
mod pen;
mod relief;
mod skin;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::draw::{HeadPose, Painter};
use self::face::FaceShape;
use self::motion::{Acting, Sway};
use emotion_core::{
    CaptureError, Expression, Frame, FrameRect, FrameSource, Pacing, SourceControl,
};

/// How many heads a picture can hold.
pub const MAX_HEADS: u8 = 4;

/// Sides of the pictures that are drawn; others are held to these.
const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;

/// What a puppet looks like and does.
#[derive(Debug, Clone, PartialEq)]
pub struct PuppetConfig {
    /// Width and height of the frames in pixels, each held to 64 to 4096.
    pub size: (u32, u32),
    /// Frames per second; anything that is no positive number counts as 30.
    pub frames_per_second: f64,
    /// How many heads there are, each with a look of its own; held to 1 to [`MAX_HEADS`].
    pub heads: u8,
    /// Decides motion, blinks, looks and grain.
    pub seed: u64,
    /// How much the heads move.
    pub motion: PuppetMotion,
    /// What expressions are shown, and when.
    pub script: PuppetScript,
    /// How much of an expression is in the face at rest, 0 to 1, as in those of people who look sad
    /// or cross when they are not; nothing of any if `None`.
    pub rest: Option<(Expression, f32)>,
    /// How many frames there are; endless if `None`.
    pub frames: Option<u64>,
}

impl Default for PuppetConfig {
    fn default() -> Self {
        Self {
            size: (640, 480),
            frames_per_second: 30.0,
            heads: 1,
            seed: 1,
            motion: PuppetMotion::default(),
            script: PuppetScript::default(),
            rest: None,
            frames: None,
        }
    }
}

/// How much a puppet moves beside its expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PuppetMotion {
    /// Furthest way from the middle, in half widths of the face.
    pub sway: f32,
    /// Furthest lean to either side, in radians.
    pub tilt: f32,
    /// Furthest change of size, as a part of it.
    pub zoom: f32,
    /// How far the head turns and nods, 0 to 1 (about 15 degrees).
    pub turn: f32,
    /// How far the eyes wander, 0 to 1.
    pub gaze: f32,
    /// Whether the eyes blink.
    pub blinks: bool,
}

impl Default for PuppetMotion {
    fn default() -> Self {
        Self { sway: 0.22, tilt: 0.12, zoom: 0.05, turn: 0.5, gaze: 0.6, blinks: true }
    }
}

impl PuppetMotion {
    /// A head that is held still, with open eyes that look into the camera.
    pub const STILL: Self =
        Self { sway: 0.0, tilt: 0.0, zoom: 0.0, turn: 0.0, gaze: 0.0, blinks: false };
}

/// What expressions a puppet shows, and when. A wish of the user ([`SourceControl`]) ends it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum PuppetScript {
    /// Through all seven again and again, neutral between each two; several heads show different ones.
    #[default]
    Tour,
    /// One expression from the first frame on.
    Hold(Expression),
    /// Each expression from its time on; neutral before the first.
    Steps(Vec<(Duration, Expression)>),
}

/// What is known of a head in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PuppetTruth {
    /// A square from the brows to below the mouth, as Haar frames a face.
    pub box_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// The expression that is shown or being put on.
    pub expression: Expression,
    /// When that expression was begun, on the source's clock; it is fully there 180 ms later.
    pub since: Duration,
}

/// Draws the puppet frame by frame.
pub struct PuppetSource {
    config: PuppetConfig,
    painter: Painter,
    acting: Vec<Acting>,
    truth: Vec<PuppetTruth>,
    next: u64,
}

impl PuppetSource {
    /// A puppet at the start of its script.
    pub fn new(config: PuppetConfig) -> Self {
        let rate = config.frames_per_second;
        let config = PuppetConfig {
            size: (
                config.size.0.clamp(*SIDES.start(), *SIDES.end()),
                config.size.1.clamp(*SIDES.start(), *SIDES.end()),
            ),
            frames_per_second: if rate.is_finite() && rate > 0.0 { rate } else { 30.0 },
            heads: config.heads.clamp(1, MAX_HEADS),
            ..config
        };
        let mut rest = FaceShape::REST;
        if let Some((expression, amount)) = config.rest {
            rest.step(&FaceShape::REST, &FaceShape::of(expression), amount.clamp(0.0, 1.0));
        }
        let acting = (0..config.heads)
            .map(|head| Acting::new(config.script.clone(), usize::from(head) * 2, rest))
            .collect();
        let painter = Painter::new(config.size, config.heads, config.seed);
        Self { config, painter, acting, truth: Vec::new(), next: 0 }
    }

    /// What the last frame shows, head by head from the left; empty before the first frame.
    pub fn truth(&self) -> &[PuppetTruth] {
        &self.truth
    }

    fn time_of(&self, sequence: u64) -> Duration {
        Duration::from_secs_f64(sequence as f64 / self.config.frames_per_second)
    }
}

fn sway_of(config: &PuppetConfig, head: u8, time: Duration) -> Sway {
    let mut sway = Sway::at(time, head, config.seed, &config.motion);
    if config.heads > 1 {
        // Neighbours leave each other room.
        sway.offset.0 *= 0.5;
        sway.scale = 1.0 + (sway.scale - 1.0) * 0.5;
    }
    sway
}

impl FrameSource for PuppetSource {
    fn label(&self) -> String {
        "puppet".to_owned()
    }

    fn pacing(&self) -> Pacing {
        Pacing::Timed
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError> {
        if self.config.frames.is_some_and(|frames| self.next >= frames) {
            return Ok(None);
        }
        let time = self.time_of(self.next);
        self.truth.clear();
        let mut poses = Vec::with_capacity(self.acting.len());
        for (head, acting) in (0..self.config.heads).zip(&self.acting) {
            let sway = sway_of(&self.config, head, time);
            let pose =
                HeadPose::new(self.config.size, self.config.heads, head, acting.face(time), sway);
            let shown = acting.shown(time);
            self.truth.push(PuppetTruth {
                box_in_frame: pose.box_in_frame(),
                roll: pose.roll(),
                expression: shown.expression,
                since: shown.since,
            });
            poses.push(pose);
        }
        let rgb = self.painter.paint(&poses, self.next);
        let (width, height) = self.config.size;
        let frame = Frame::from_rgb(rgb, width, height, self.next, time)
            .map_err(|error| CaptureError::Frame { label: self.label(), error })?;
        self.next += 1;
        Ok(Some(frame))
    }

    fn frame_count(&self) -> Option<u64> {
        self.config.frames
    }

    fn frame_rate(&self) -> Option<f64> {
        Some(self.config.frames_per_second)
    }

    fn control(&mut self, control: SourceControl) {
        match control {
            SourceControl::Expression(expression) => {
                let time = self.time_of(self.next);
                for acting in &mut self.acting {
                    acting.wish(time, expression);
                }
            }
        }
    }
}
