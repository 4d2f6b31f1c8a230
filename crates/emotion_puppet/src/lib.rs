//! The puppet: a drawn face that replaces a camera.
//!
//! [`PuppetSource`] draws shaded, moving heads that show the seven expressions. Its frames go
//! through the same detector and model as a camera's, but need no camera, no picture of a person
//! and no licence. It is the fallback when no camera is found, a toy whose expression the keys set,
//! the ground truth for tests ([`PuppetSource::truth`]) and the clock for measuring the delay from
//! camera to screen. The same configuration and the same [`SourceControl`]s give the same frames,
//! pixel for pixel.

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

/// The most heads in a frame.
pub const MAX_HEADS: u8 = 4;

/// Width and height of a frame in pixels are clamped to this range.
const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;

/// Appearance and behaviour of a puppet.
#[derive(Debug, Clone, PartialEq)]
pub struct PuppetConfig {
    /// Width and height of the frames in pixels, each clamped to 64 to 4096.
    pub size: (u32, u32),
    /// Frames per second; anything but a positive, finite number counts as 30.
    pub frames_per_second: f64,
    /// Number of heads, each with its own look; clamped to 1 to [`MAX_HEADS`].
    pub heads: u8,
    /// Random seed of motion, blinks, looks and grain.
    pub seed: u64,
    /// How much the heads move.
    pub motion: PuppetMotion,
    /// Which expressions are shown, and when.
    pub script: PuppetScript,
    /// An expression in the resting face and its amount, 0 to 1, as in people who look sad or cross
    /// when they are not. `None` is a neutral resting face.
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

/// How much a puppet moves apart from its expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PuppetMotion {
    /// Largest distance from the middle, in half widths of the face.
    pub sway: f32,
    /// Largest lean to either side, in radians.
    pub tilt: f32,
    /// Largest change of size, as a fraction of it.
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

/// Which expressions a puppet shows, and when. A user's [`SourceControl`] ends it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum PuppetScript {
    /// All seven in a loop, with neutral between any two; several heads show different ones.
    #[default]
    Tour,
    /// One expression from the first frame on.
    Hold(Expression),
    /// Each expression from its time on; neutral before the first.
    Steps(Vec<(Duration, Expression)>),
}

/// Ground truth of a head in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PuppetTruth {
    /// A square from the brows to below the mouth, as Haar cascades frame a face, in pixels.
    pub bbox_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// The expression that is shown or that the face is changing to.
    pub expression: Expression,
    /// When that expression began, on the source's clock; it is complete 180 ms later.
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

    /// Ground truth of the last frame, head by head from the left; empty before the first frame.
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
        // Heads beside each other move less, so that they do not overlap.
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
                bbox_in_frame: pose.bbox_in_frame(),
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
