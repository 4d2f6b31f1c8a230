//! The course: what is in the way, and how it is made while the hero runs. Lengths and times are as
//! in [`run`](crate::run).

use arcade::dice::Dice;
use bevy::prelude::*;
use bevy_emotion::prelude::*;

/// Running speed of an unhappy and of a happy player.
pub const SPEEDS: [f32; 2] = [270.0, 400.0];
/// The length of a course: about 90 seconds.
pub const COURSE: f32 = 30_000.0;
/// What a face needs from seeing what to do until it is read.
pub const REACTION: f32 = 0.5;
/// From one obstacle's end to the next one's beginning there are at least so many seconds, at the
/// highest speed: a jump ends, the face goes back to rest, and reacts.
pub const BREATH: f32 = 1.5;
/// How far ahead the course is made: more than can be seen.
pub(crate) const SIGHT: f32 = 1_700.0;

/// What lies ahead. It is made while the hero runs, as dense as the player's mood asks for.
#[derive(Debug, Clone)]
pub struct Course {
    dice: Dice,
    /// Where the last obstacle ends.
    end: f32,
    made: usize,
    last: [Option<Kind>; 2],
    /// From left to right; those far behind are forgotten.
    pub obstacles: Vec<Obstacle>,
    /// Stars that were not taken.
    pub stars: Vec<Vec2>,
}

/// Something in the way.
#[derive(Debug, Clone, Copy)]
pub struct Obstacle {
    /// What it is.
    pub kind: Kind,
    /// Where it begins; for a bird, where it meets the hero.
    pub x: f32,
    /// How wide it is; 0 for birds.
    pub width: f32,
    /// How high it is.
    pub height: f32,
    /// Whether it wears a sign: the first of a flock does.
    pub has_sign: bool,
    /// How it went.
    pub fate: Fate,
}

/// How it went with an obstacle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is still to come.
    Ahead,
    /// It was mastered and stands.
    Passed,
    /// It is broken, or flew away.
    Gone,
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To jump over.
    Rock,
    /// To jump over, too.
    Gap,
    /// A wall of crystal, to dash through.
    Crystal,
    /// It comes flying; only a shield helps.
    Bird,
}

impl Kind {
    /// What the player has to show.
    pub const fn expression(self) -> Expression {
        match self {
            Self::Rock | Self::Gap => Expression::Happy,
            Self::Crystal => Expression::Surprise,
            Self::Bird => Expression::Angry,
        }
    }

    /// So many seconds before it is there, the action has to begin.
    pub const fn lead(self) -> f32 {
        match self {
            Self::Rock => 0.32,
            Self::Gap => 0.16,
            Self::Crystal => 0.28,
            Self::Bird => 0.25,
        }
    }
}

impl Course {
    /// A course that begins with one of each.
    const LESSON: [Kind; 4] = [Kind::Rock, Kind::Crystal, Kind::Bird, Kind::Gap];

    pub(crate) fn new(seed: u64) -> Self {
        let (obstacles, stars) = (Vec::new(), Vec::new());
        Self { dice: Dice(seed), end: 700.0, made: 0, last: [None; 2], obstacles, stars }
    }

    /// Makes it up to there. `zest` is the mood, 0 to 1.
    pub fn extend(&mut self, until: f32, zest: f32) {
        while self.end < until.min(COURSE - 1_900.0) {
            let kind = self.next_kind();
            let mut pause = BREATH + (1.0 - zest) * 0.6;
            pause += self.dice.between(0.0, 0.7 - 0.4 * zest);
            if self.last[0].is_some_and(|last| last.expression() == kind.expression()) {
                // The face has to go back and come again.
                pause += 0.35;
            }
            if self.made < Self::LESSON.len() {
                pause += 0.7;
            }
            let x = self.end + pause * SPEEDS[1];
            self.row_of_stars(self.end, x, zest);
            self.end = self.place(kind, x, zest);
            self.last = [Some(kind), self.last[0]];
            self.made += 1;
            let behind = until - 2.0 * SIGHT;
            self.obstacles.retain(|it| it.x + it.width > behind);
            self.stars.retain(|star| star.x > behind);
        }
    }

    fn next_kind(&mut self) -> Kind {
        if let Some(kind) = Self::LESSON.get(self.made) {
            return *kind;
        }
        loop {
            let kind = match self.dice.roll() % 10 {
                0..3 => Kind::Rock,
                3..5 => Kind::Gap,
                5..8 => Kind::Crystal,
                _ => Kind::Bird,
            };
            // Never three times the same expression.
            let same = |last: &Option<Kind>| {
                last.is_some_and(|last| last.expression() == kind.expression())
            };
            if !self.last.iter().all(same) {
                return kind;
            }
        }
    }

    /// Puts an obstacle with its stars there, and gives its end.
    fn place(&mut self, kind: Kind, x: f32, zest: f32) -> f32 {
        let (width, height) = match kind {
            Kind::Rock => (self.dice.between(64.0, 96.0), self.dice.between(50.0, 92.0)),
            Kind::Gap => (self.dice.between(130.0, 160.0) + 40.0 * zest, 0.0),
            // Higher than the highest jump.
            Kind::Crystal => (78.0, 235.0),
            Kind::Bird => (0.0, 60.0),
        };
        let flock = if kind == Kind::Bird { 1 + (self.dice.roll() % 3) as usize } else { 1 };
        let mut end = x;
        for place in 0..flock {
            let x = x + place as f32 * 110.0;
            let (has_sign, fate) = (place == 0, Fate::Ahead);
            self.obstacles.push(Obstacle { kind, x, width, height, has_sign, fate });
            end = x + width;
        }
        let middle = f32::midpoint(x, end);
        match kind {
            // Along the jump.
            Kind::Rock | Kind::Gap => {
                for dx in [-130.0, -65.0, 0.0, 65.0, 130.0_f32] {
                    self.stars.push(Vec2::new(middle + dx, 225.0 - 0.0055 * dx * dx));
                }
            }
            // What the crystal held.
            Kind::Crystal => {
                for dx in [0.0, 70.0, 140.0] {
                    self.stars.push(Vec2::new(end + dx, 60.0));
                }
            }
            Kind::Bird => {}
        }
        end
    }

    fn row_of_stars(&mut self, from: f32, to: f32, zest: f32) {
        let count = 2 + (self.dice.between(0.0, 2.0 + 2.0 * zest)) as usize;
        let first = self.dice.between(0.45, 0.55) * (to - from) + from;
        for place in 0..count {
            self.stars.push(Vec2::new(first + place as f32 * 60.0 - 60.0, 50.0));
        }
    }
}
