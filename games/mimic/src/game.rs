//! The rules: rounds, points and time. No Bevy in here but for its derives.

use bevy::prelude::*;
use bevy_emotion::prelude::Expression;

use crate::plan::plan;
use crate::player::Player;

/// The match that counts.
pub const MARK: f32 = 0.6;
/// For how long it has to be held, in seconds.
pub const HOLD: f32 = 0.4;
/// How much of neutral is a rest, and for how long, in seconds.
pub const REST_MARK: f32 = 0.55;
pub(crate) const REST_HOLD: f32 = 0.3;
/// After this time, in seconds, less and less of a rest will do; after the second one none is
/// needed: whoever cannot come back to rest is not kept waiting for ever.
const REST_PATIENCE: [f32; 2] = [4.0, 9.0];
/// The time for a round, in seconds: at first, less with each hit in a row, and at least.
pub const LONGEST: f32 = 6.0;
const SHORTER_BY: f32 = 0.35;
/// The least of it.
pub const SHORTEST: f32 = 3.0;
/// Nobody gets less than this many times their own mean.
const PACE: f32 = 1.5;
/// An expression that is as hard as can be for the player gets so much time on top, in seconds.
const MORE_TIME: f32 = 2.0;
/// Hits in a row for one more step of the combo, and its highest step.
const COMBO_STEP: u32 = 3;
pub(crate) const MOST_COMBO: u32 = 4;
/// How long the outcome of a round is looked at, in seconds.
const CHEER: f32 = 0.9;

/// A game from its first round to its last.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Game {
    /// What is asked for in each round.
    pub plan: Vec<Expression>,
    /// How the rounds went that are over.
    pub outcomes: Vec<Outcome>,
    /// What happens now.
    pub phase: Phase,
    /// The points of all rounds.
    pub score: u32,
    /// Hits in a row.
    pub combo: u32,
    /// The most hits in a row.
    pub best_combo: u32,
}

/// What happens in a round. Times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    /// The face comes back to rest.
    Rest {
        /// Since when.
        waited: f32,
        /// For how long it has rested.
        held: f32,
    },
    /// The face is asked for.
    Show {
        /// How much time there is.
        limit: f32,
        /// How much of it is over.
        passed: f32,
        /// For how long the face was held.
        held: f32,
        /// The time above the mark, also where it was not held.
        above: f32,
        /// The match, summed up over that time.
        sum: f32,
        /// The best match.
        best: f32,
    },
    /// The outcome is looked at.
    Cheer {
        /// For how long.
        passed: f32,
    },
    /// All rounds are over.
    Over,
}

impl Phase {
    const REST: Self = Self::Rest { waited: 0.0, held: 0.0 };
}

/// How a round went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// What was asked for.
    pub asked: Expression,
    /// The seconds it took; `None` when it was missed.
    pub time: Option<f32>,
    /// The best match, 0 to 1.
    pub best: f32,
    /// What it brought.
    pub points: u32,
}

/// Something happened in the game.
#[derive(Event, Debug, Clone, Copy, PartialEq)]
pub enum Happened {
    /// The face has come back to rest: the next one is asked for.
    Rested,
    /// A round was hit; with the step of the combo.
    Hit(Outcome, u32),
    /// A round was missed.
    Missed(Outcome),
    /// The game is over.
    Over,
}

impl Game {
    /// A game that has not begun.
    pub fn new(seed: u64, player: &Player) -> Self {
        Self {
            plan: plan(seed, player),
            outcomes: Vec::new(),
            phase: Phase::REST,
            score: 0,
            combo: 0,
            best_combo: 0,
        }
    }

    /// What is asked for in this round, or was in the last one.
    pub fn asked(&self) -> Expression {
        let round = match self.phase {
            Phase::Cheer { .. } => self.outcomes.len().saturating_sub(1),
            _ => self.outcomes.len(),
        };
        self.plan.get(round).copied().unwrap_or(Expression::Neutral)
    }

    /// What the mask shows: what is to be shown now.
    pub fn wanted(&self) -> Expression {
        match self.phase {
            Phase::Rest { .. } => Expression::Neutral,
            _ => self.asked(),
        }
    }

    /// The step of the combo, 1 to 4.
    pub fn multiplier(&self) -> u32 {
        (1 + self.combo / COMBO_STEP).min(MOST_COMBO)
    }

    /// The time that a round has, in seconds.
    pub fn limit(&self, asked: Expression, player: &Player) -> f32 {
        let hits: Vec<f32> = self.outcomes.iter().filter_map(|outcome| outcome.time).collect();
        let mean = hits.iter().sum::<f32>() / hits.len().max(1) as f32;
        let least = SHORTEST.max(PACE * mean);
        let time = (LONGEST - SHORTER_BY * self.combo as f32).max(least).min(LONGEST);
        time + MORE_TIME * player.hardness(asked)
    }

    /// The next `seconds`, with the face as it is.
    pub fn advance(&mut self, seconds: f32, player: &Player) -> Option<Happened> {
        let matched = player.matching(self.wanted());
        match &mut self.phase {
            Phase::Rest { waited, held } => {
                *waited += seconds;
                let [patient, impatient] = REST_PATIENCE;
                let yields = ((*waited - patient) / (impatient - patient)).clamp(0.0, 1.0);
                hold(held, seconds, matched >= REST_MARK * (1.0 - yields));
                if *held < REST_HOLD - ROUNDING {
                    return None;
                }
                let limit = self.limit(self.asked(), player);
                self.phase =
                    Phase::Show { limit, passed: 0.0, held: 0.0, above: 0.0, sum: 0.0, best: 0.0 };
                Some(Happened::Rested)
            }
            Phase::Show { limit, passed, held, above, sum, best } => {
                let counts = matched >= MARK;
                *passed += seconds;
                *best = best.max(matched);
                hold(held, seconds, counts);
                if counts {
                    *above += seconds;
                    *sum += matched * seconds;
                }
                let (time, best) = (*passed, *best);
                if *held >= HOLD - ROUNDING {
                    let speed = 2.0 - (time / *limit).min(1.0);
                    let quality = *sum / *above;
                    return Some(self.hit(time, best, quality * speed));
                }
                // Who is above the mark when the time is over may finish.
                (time >= *limit && !counts).then(|| self.miss(best))
            }
            Phase::Cheer { passed } => {
                *passed += seconds;
                if *passed < CHEER - ROUNDING {
                    return None;
                }
                let over = self.outcomes.len() >= self.plan.len();
                self.phase = if over { Phase::Over } else { Phase::REST };
                over.then_some(Happened::Over)
            }
            Phase::Over => None,
        }
    }

    fn hit(&mut self, time: f32, best: f32, worth: f32) -> Happened {
        self.combo += 1;
        self.best_combo = self.best_combo.max(self.combo);
        let points = (100.0 * worth).round() as u32 * self.multiplier();
        self.score += points;
        let outcome = Outcome { asked: self.asked(), time: Some(time), best, points };
        self.close(outcome);
        Happened::Hit(outcome, self.multiplier())
    }

    fn miss(&mut self, best: f32) -> Happened {
        self.combo = 0;
        let outcome = Outcome { asked: self.asked(), time: None, best, points: 0 };
        self.close(outcome);
        Happened::Missed(outcome)
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
        self.phase = Phase::Cheer { passed: 0.0 };
    }

    /// How an expression went, all in all.
    pub fn tally(&self, expression: Expression) -> Tally {
        let rounds = self.outcomes.iter().filter(|outcome| outcome.asked == expression);
        let mut tally = Tally::default();
        for outcome in rounds {
            tally.asked += 1;
            tally.hit += u32::from(outcome.time.is_some());
            tally.seconds += outcome.time.unwrap_or(0.0);
            tally.best = tally.best.max(outcome.best);
        }
        tally
    }

    /// The score in words.
    pub fn rank(&self) -> &'static str {
        match self.score {
            8500.. => "A thousand faces",
            6500.. => "Master of mime",
            4000.. => "Character actor",
            1500.. => "Understudy",
            _ => "Stage fright",
        }
    }
}

/// All rounds of one expression.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// How many there were.
    pub asked: u32,
    /// How many were hit.
    pub hit: u32,
    /// The seconds that all hits took together.
    pub seconds: f32,
    /// The best match, 0 to 1.
    pub best: f32,
}

/// Sums of frame times are off by a little.
const ROUNDING: f32 = 1e-4;

/// Counts what is held; a flicker costs twice its time.
fn hold(held: &mut f32, seconds: f32, counts: bool) {
    *held = if counts { *held + seconds } else { (*held - 2.0 * seconds).max(0.0) };
}
