//! The rules of a match: its rounds, who broke, and at what.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::time::Duration;

use arcade::dice::Dice;
use bevy::prelude::*;
use bevy_emotion::prelude::Expression;

use crate::gags::GAGS;
use crate::looks::{Looks, Players};
use crate::show::{ROUND, Show};

/// A face breaks when it is further from its rest than this (see [`Looks::heat`]) …
pub const LIMIT: f32 = 0.5;
/// … for this long.
pub const HOLD: Duration = Duration::from_millis(300);
/// Rounds of a match, at most; two won ones decide it.
pub const ROUNDS: usize = 3;
/// A face that is lost for less is taken to be there.
pub(crate) const GRACE: Duration = Duration::from_millis(250);
/// Who returns has this long to compose themselves.
const BREATH: Duration = Duration::from_secs(1);
/// What the curves show, in seconds.
pub const WINDOW: f32 = 6.0;
/// How much of the laughter the curves show.
const AFTER: f32 = 0.8;
/// What is kept for them: the laughter comes on top.
const KEPT: f32 = WINDOW + 3.0;
/// How long it takes to draw them, in seconds.
pub(crate) const REPLAY: f32 = 9.0;

/// A match: up to three rounds against each other or against the puppet.
#[derive(Resource)]
pub struct Match {
    /// Against the puppet.
    pub alone: bool,
    /// What goes on.
    pub part: Part,
    /// How long the part has gone on.
    pub part_for: Duration,
    /// How each round ended; its length is the number of rounds that are over.
    pub outcomes: Vec<Outcome>,
    /// Time in this round, without pauses.
    pub clock: Duration,
    /// How long each player has been over the limit.
    pub breaking: [Duration; 2],
    /// How long each player has been away.
    pub away_for: [Duration; 2],
    /// What is left of the pause for those who came back.
    resume: Duration,
    /// How long each player could not look calm before the curtain.
    pub(crate) restless_for: [Duration; 2],
    /// The gags of this round.
    pub show: Show,
    /// The last seconds, oldest first.
    pub history: VecDeque<Sample>,
    /// Of the gags and the puppet's nerves.
    pub(crate) seed: u64,
    /// How many matches have begun.
    pub(crate) matches: u64,
    /// How often each gag has been performed.
    performed: [u32; GAGS.len()],
}

/// What goes on in a round, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The curtain is closed until both look calm.
    Curtain,
    /// The gags.
    Act,
    /// Somebody laughs.
    Broken,
    /// The curves.
    Replay,
    /// Nobody laughed.
    Stone,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A player broke.
    Broke {
        /// Who: 0 or 1.
        player: usize,
        /// When, in time of the round.
        at: Duration,
        /// At which of [`GAGS`].
        gag: usize,
        /// With which expression.
        expression: Expression,
    },
    /// Both in the same moment.
    Together {
        /// When, in time of the round.
        at: Duration,
        /// At which of [`GAGS`].
        gag: usize,
    },
    /// Nobody.
    StoneFaces,
}

/// Both players at a time of the round.
#[derive(Clone, Copy)]
pub struct Sample {
    /// In seconds.
    pub at: f32,
    /// How they looked.
    pub looks: [Looks; 2],
}

impl Match {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            alone: false,
            part: Part::Curtain,
            part_for: Duration::ZERO,
            outcomes: Vec::new(),
            clock: Duration::ZERO,
            breaking: default(),
            away_for: default(),
            resume: Duration::ZERO,
            restless_for: default(),
            show: Show::default(),
            history: VecDeque::new(),
            seed,
            matches: 0,
            performed: [0; GAGS.len()],
        }
    }

    /// The first round of another match, with the same players.
    pub(crate) fn start(&mut self) {
        self.outcomes.clear();
        self.matches += 1;
        self.start_round();
    }

    pub(crate) fn start_round(&mut self) {
        let round = self.outcomes.len() as u64;
        let seed = self.seed ^ (self.matches << 8) ^ round;
        self.show = Show::new(Dice(seed), &mut self.performed);
        self.clock = Duration::ZERO;
        self.history.clear();
        self.breaking = default();
        self.away_for = default();
        self.restless_for = default();
        self.resume = Duration::ZERO;
        self.turn_to(Part::Curtain);
    }

    pub(crate) fn turn_to(&mut self, part: Part) {
        self.part = part;
        self.part_for = Duration::ZERO;
    }

    /// Rounds won by each.
    pub fn wins(&self) -> [usize; 2] {
        [0, 1].map(|player| {
            let other_broke = |outcome: &&Outcome| {
                matches!(outcome, Outcome::Broke { player: who, .. } if *who != player)
            };
            self.outcomes.iter().filter(other_broke).count()
        })
    }

    /// Who has won the match, once it is decided; `Some(None)` is a draw.
    pub fn decided(&self) -> Option<Option<usize>> {
        let [one, two] = self.wins();
        let over = self.outcomes.len() >= ROUNDS || one.max(two) * 2 > ROUNDS;
        over.then(|| match one.cmp(&two) {
            Ordering::Greater => Some(0),
            Ordering::Less => Some(1),
            Ordering::Equal => None,
        })
    }

    /// Whether the round waits for somebody.
    pub fn is_paused(&self) -> bool {
        self.part == Part::Act && (self.resume > Duration::ZERO || self.longest_away() > GRACE)
    }

    fn longest_away(&self) -> Duration {
        self.away_for[0].max(self.away_for[1])
    }

    /// The time of the round that the stage shows: the replay shows it again.
    pub(crate) fn stage_time(&self) -> f32 {
        match self.part {
            Part::Replay => self.replayed_until(),
            Part::Broken => self.clock.as_secs_f32() + self.part_for.as_secs_f32().min(AFTER),
            _ => self.clock.as_secs_f32(),
        }
    }

    /// The time of the round that the curves have reached: slower and slower.
    pub(crate) fn replayed_until(&self) -> f32 {
        let drawn = (self.part_for.as_secs_f32() / REPLAY).min(1.0);
        self.window_start() + WINDOW * (1.0 - (1.0 - drawn).powf(1.7))
    }

    /// Where the curves begin, in time of the round.
    pub(crate) fn window_start(&self) -> f32 {
        self.clock.as_secs_f32() + AFTER - WINDOW
    }

    /// How the faces looked at a time of the round.
    pub(crate) fn looks_at(&self, at: f32) -> Option<[Looks; 2]> {
        let after = self.history.partition_point(|sample| sample.at < at);
        self.history.get(after.min(self.history.len().saturating_sub(1))).map(|it| it.looks)
    }

    /// Keeps how the faces look, and forgets what the curves will not show.
    pub(crate) fn remember(&mut self, at: f32, players: &Players) {
        self.history.push_back(Sample { at, looks: players.0.map(|player| player.looks) });
        while self.history.front().is_some_and(|sample| sample.at < at - KEPT) {
            self.history.pop_front();
        }
    }

    /// Whether the round can go on: nobody is away, or has just come back.
    pub(crate) fn all_there(&mut self, players: &Players, delta: Duration) -> bool {
        for (away, player) in self.away_for.iter_mut().zip(&players.0) {
            *away = if player.ready { Duration::ZERO } else { *away + delta };
        }
        if self.longest_away() > GRACE {
            self.resume = BREATH;
            self.breaking = default();
        }
        if self.longest_away() == Duration::ZERO && self.resume > Duration::ZERO {
            self.resume = self.resume.saturating_sub(delta);
            return false;
        }
        self.longest_away() == Duration::ZERO
    }

    /// A step of the gags. How the round ended, when it did.
    pub(crate) fn perform(&mut self, players: &Players, delta: Duration) -> Option<Outcome> {
        self.clock += delta;
        self.remember(self.clock.as_secs_f32(), players);
        for (breaking, player) in self.breaking.iter_mut().zip(&players.0) {
            let over = player.looks.heat().0 > LIMIT;
            *breaking = if over { *breaking + delta } else { Duration::ZERO };
        }
        let at = self.clock;
        // People laugh a moment after what made them laugh.
        let cause = at.saturating_sub(HOLD + Duration::from_millis(400)).as_secs_f32();
        let gag = self.show.act_at(cause).map_or(0, |(act, _)| act.gag);
        match self.breaking.map(|breaking| breaking >= HOLD) {
            [true, true] => Some(Outcome::Together { at, gag }),
            [false, false] if at >= ROUND => Some(Outcome::StoneFaces),
            [false, false] => None,
            [one, _] => {
                let player = if one { 0 } else { 1 };
                let expression = players.0[player].looks.heat().1;
                Some(Outcome::Broke { player, at, gag, expression })
            }
        }
    }
}
