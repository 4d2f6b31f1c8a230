//! Puppets that play: drawn side by side in one picture, which the real detector and model read.

use bevy::prelude::*;
use bevy_emotion::capture::{FrameSource, SourceControl};
use bevy_emotion::prelude::*;
use emotion_puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};

/// Puppets side by side in one picture, each with a will of its own, and who reads them.
pub struct Puppet {
    heads: Vec<PuppetSource>,
    camera: PuppetCamera,
    missed: usize,
    analyzer: Analyzer,
    feed: FeedId,
    picture: Handle<Image>,
    sequence: u64,
}

impl Puppet {
    /// Heads at rest before a camera; what is read in their faces goes to a feed.
    pub fn new(heads: u32, camera: PuppetCamera, feed: FeedId, picture: Handle<Image>) -> Self {
        let config = |seed| PuppetConfig {
            size: (camera.side, camera.side),
            frames_per_second: camera.frames_per_second,
            seed,
            script: PuppetScript::Hold(Expression::Neutral),
            // It cannot lean at will: what it did by itself would choose in menus.
            motion: PuppetMotion { tilt: 0.0, ..PuppetMotion::default() },
            ..PuppetConfig::default()
        };
        let classifier = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::default());
        let analyzer = Analyzer::new(
            Box::new(HaarDetector::from_system(None).expect("the cascades are installed")),
            classifier.load().expect("the model is part of the crate"),
            TrackerConfig::default(),
        );
        Self {
            heads: (1..=heads).map(|head| PuppetSource::new(config(u64::from(head)))).collect(),
            camera,
            missed: 0,
            analyzer,
            feed,
            picture,
            sequence: 0,
        }
    }

    /// Updates from one picture to the next.
    pub fn updates(&self) -> u64 {
        self.camera.updates
    }

    /// The pictures so far in which not all heads were found.
    pub fn missed(&self) -> usize {
        self.missed
    }

    /// A head, counted from the left, puts on an expression.
    pub fn show(&mut self, head: usize, expression: Expression) {
        self.heads[head].control(SourceControl::Expression(expression));
    }

    /// All heads put on an expression.
    pub fn show_all(&mut self, expression: Expression) {
        for head in &mut self.heads {
            head.control(SourceControl::Expression(expression));
        }
    }

    /// The next picture is drawn, read and handed in.
    pub fn act(&mut self, world: &mut World) {
        let frames: Vec<Frame> = self
            .heads
            .iter_mut()
            .map(|head| head.next_frame().expect("a picture").expect("it never ends"))
            .collect();
        let side = self.camera.side;
        let row = side as usize * 3;
        let mut rgb = Vec::with_capacity(row * side as usize * frames.len());
        for y in 0..side as usize {
            for frame in &frames {
                rgb.extend_from_slice(&frame.rgb()[y * row..(y + 1) * row]);
            }
        }
        let time = frames[0].time();
        let size = UVec2::new(side * frames.len() as u32, side);
        let rgba = rgb.chunks_exact(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect();
        let frame = Frame::from_rgb(rgb, size.x, size.y, self.sequence, time).expect("a frame");
        self.sequence += 1;
        let analysis = self.analyzer.analyze(&frame).expect("it is read");
        self.missed += usize::from(analysis.readings.len() != self.heads.len());
        if let Some(mut image) = world.resource_mut::<Assets<Image>>().get_mut(&self.picture) {
            image.data = Some(rgba);
        }
        world.resource_mut::<EmotionFeed>().send(self.feed, size, analysis);
    }
}

/// The camera in front of the puppets.
#[derive(Clone, Copy)]
pub struct PuppetCamera {
    /// Side of a puppet's part of the picture in pixels.
    pub side: u32,
    /// Updates from one picture to the next.
    pub updates: u64,
    /// The same by the puppets' own clock.
    pub frames_per_second: f64,
}

impl PuppetCamera {
    /// The usual one: 15 pictures a second.
    pub const NEAR: Self = Self { side: 480, updates: 4, frames_per_second: 15.0 };
    /// For a long time, with updates twice as long: the smallest and rarest pictures with which a game
    /// can still be played.
    pub const FAR: Self = Self { side: 160, updates: 4, frames_per_second: 7.5 };
}
