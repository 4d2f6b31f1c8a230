//! # Mimic
//!
//! A mask asks for a face, and the player shows it before the ring around the mask has run down.
//! Twenty rounds; each of the six expressions at least three times, never the same twice in a row.
//! Between two rounds the face comes back to rest.
//!
//! ## How a face is scored
//!
//! Nobody is measured against an ideal, everybody against their own face. With the strengths of
//! [`FaceInput`] (0 is the player's own rest, 1 what their warm-up showed they can reach), the asked
//! expression `a` and every other one `o`:
//!
//! ```text
//! match = strength(a) - 0.5 · max over o of (strength(o) - company(a, o)), kept within 0 to 1
//! ```
//!
//! `company(a, o)` is how strongly `o` was there at the player's own best `a` of the warm-up (0
//! without one, 0.8 at most): whose fear always looks a bit surprised is not punished for it. A round
//! is hit when the match was held above 0.6 for 0.4 seconds; a flicker below costs twice its time.
//!
//! `points = 100 · quality · speed · combo`: quality is the mean match above the mark, speed 1 to 2
//! by the part of the time that was left, combo 1 to 4, one more with every third hit in a row.
//!
//! ## Who gets how much time
//!
//! Six seconds, 0.35 less with every hit in a row, but never less than three, and never less than
//! one and a half times what this player needed on average so far: slow faces are not outrun.
//! Expressions that the warm-up showed to be hard for this player (a reach below 0.3) get up to two
//! seconds more, and are asked three times, never four; the speed counts against all of their time.
//! While the player is out of view, time stands still.
//!
//! Without a face, the keys 1 to 6 show the six expressions.

#[path = "arcade/mod.rs"]
mod arcade;

#[path = "mimic/canvas.rs"]
mod canvas;
#[path = "mimic/mask.rs"]
mod mask;
#[path = "mimic/results.rs"]
mod results;
#[path = "mimic/scene.rs"]
mod scene;
#[path = "mimic/theatre.rs"]
mod theatre;
#[path = "mimic/words.rs"]
mod words;

use bevy::prelude::*;
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, WarmUpOver};
use bevy_emotion::hud::HudSystems;
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use arcade::dice::Dice;
use scene::Scene;

fn main() -> AppExit {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = now.map_or(0, |since| since.as_secs());
    arcade::run("Mimic", MimicPlugin { seed })
}

/// The parts of the evening.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Act {
    /// The title and its menu.
    #[default]
    Title,
    /// The player shows each of the six as well as they can.
    WarmUp,
    /// Twenty rounds.
    Play,
    /// How it went.
    Over,
}

/// The game.
#[derive(Debug, Clone, Copy, Default)]
pub struct MimicPlugin {
    /// What is asked for follows from it; each further game takes the next one.
    pub seed: u64,
}

impl Plugin for MimicPlugin {
    fn build(&self, app: &mut App) {
        let keys = [
            KeyCode::Digit1,
            KeyCode::Digit2,
            KeyCode::Digit3,
            KeyCode::Digit4,
            KeyCode::Digit5,
            KeyCode::Digit6,
        ];
        let bindings = ASKED.into_iter().zip(keys);
        let map = bindings
            .fold(ExpressionMap::new(), |map, (expression, key)| map.with(Show(expression), key));
        app.add_plugins(ExpressionInputPlugin::new(map))
            .init_state::<Act>()
            .insert_resource(Seed(self.seed))
            .insert_resource(Game::new(self.seed, &Player::default()))
            .init_resource::<Player>()
            .init_resource::<Scene>()
            .add_observer(scene::celebrate)
            .add_observer(|_: On<FaceWarmedUp>, mut scene: ResMut<Scene>| scene.warmed_up += 1)
            .add_systems(Startup, theatre::hang_canvas)
            .add_systems(OnEnter(Act::Title), open_title)
            .add_systems(OnEnter(Act::WarmUp), open_warm_up)
            .add_systems(OnEnter(Act::Play), open_play)
            .add_systems(OnEnter(Act::Over), results::open_results)
            .add_systems(
                Update,
                (note_company, read_player, play.run_if(in_state(Act::Play)))
                    .chain()
                    .in_set(EmotionSystems::React),
            )
            .add_systems(
                Update,
                (scene::act, theatre::paint, words::write, words::place, results::grow_bars)
                    .chain()
                    .in_set(HudSystems::Draw),
            );
    }
}

// ---- The rules: no Bevy in here ----------------------------------------------------------------

/// What can be asked for.
pub const ASKED: [Expression; 6] = [
    Expression::Happy,
    Expression::Surprise,
    Expression::Angry,
    Expression::Sad,
    Expression::Fear,
    Expression::Disgust,
];
/// How many rounds a game has.
pub const ROUNDS: usize = 20;
/// How often each of the six is asked at least.
const LEAST_ASKED: usize = 3;
/// The match that counts.
pub const MARK: f32 = 0.6;
/// For how long it has to be held, in seconds.
pub const HOLD: f32 = 0.4;
/// The part of the strongest other expression that is taken off.
const OTHERS: f32 = 0.5;
/// How much of another expression may come along with one at most.
const MOST_COMPANY: f32 = 0.8;
/// How much of neutral is a rest, and for how long, in seconds.
pub const REST_MARK: f32 = 0.55;
const REST_HOLD: f32 = 0.3;
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
/// Below this reach an expression is hard for the player; the more so the nearer it is to
/// [`ExpressionRange::LEAST_REACH`], where it gets all of this time on top, in seconds.
const HARD_REACH: f32 = 0.3;
const MORE_TIME: f32 = 2.0;
/// Hits in a row for one more step of the combo, and its highest step.
const COMBO_STEP: u32 = 3;
const MOST_COMBO: u32 = 4;
/// How long the outcome of a round is looked at, in seconds.
const CHEER: f32 = 0.9;

/// What the player's face does, and can do. Arrays are in the order of [`Expression::ALL`].
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Player {
    /// How strongly each expression is shown.
    pub strengths: [f32; Expression::COUNT],
    /// How far each can go; [`ExpressionRange::reach`].
    pub reach: [f32; Expression::COUNT],
    /// What else is there at the player's best of each: strengths, the asked one first.
    pub company: [[f32; Expression::COUNT]; Expression::COUNT],
    /// Seconds until the game goes on: it grows while nobody is in view. Above 0 time stands still.
    pub away: f32,
    /// What to do about that.
    pub away_because: &'static str,
    /// Whether a face is in view, and was warmed up.
    has_face: bool,
    warmed: bool,
    /// Whether they play with keys.
    by_keys: bool,
}

impl Default for Player {
    fn default() -> Self {
        let mut strengths = [0.0; Expression::COUNT];
        strengths[Expression::Neutral.index()] = 1.0;
        Self {
            strengths,
            reach: [ExpressionRange::DEFAULT_REACH; Expression::COUNT],
            company: [[0.0; Expression::COUNT]; Expression::COUNT],
            away: 0.0,
            away_because: "",
            has_face: false,
            warmed: false,
            by_keys: false,
        }
    }
}

impl Player {
    /// How well they show what is asked for, 0 to 1; the formula is at the top of this file.
    pub fn matching(&self, asked: Expression) -> f32 {
        if asked == Expression::Neutral {
            return self.strengths[asked.index()];
        }
        let others = ASKED.into_iter().filter(|other| *other != asked).map(|other| {
            self.strengths[other.index()] - self.company[asked.index()][other.index()]
        });
        let other = others.fold(0.0, f32::max);
        (self.strengths[asked.index()] - OTHERS * other).clamp(0.0, 1.0)
    }

    /// How hard an expression is for them: 0 not at all, 1 their warm-up hardly showed it.
    pub fn hardness(&self, expression: Expression) -> f32 {
        let room = HARD_REACH - ExpressionRange::LEAST_REACH;
        ((HARD_REACH - self.reach[expression.index()]) / room).clamp(0.0, 1.0)
    }
}

/// What is asked for, in order. The two rounds that are left over when each was asked three times
/// go to two expressions that are not hard for the player, if there are any.
pub fn plan(seed: u64, player: &Player) -> Vec<Expression> {
    let mut dice = Dice(seed);
    let mut spare = ASKED.to_vec();
    shuffle(&mut spare, &mut dice);
    // Stable: the order among those that are equally hard stays that of the dice.
    spare.sort_by_key(|expression| player.hardness(*expression) > 0.0);
    let mut plan = ASKED.repeat(LEAST_ASKED);
    plan.extend(spare.into_iter().take(ROUNDS - plan.len()));
    // Thrown anew until no two are the same in a row: about one throw in ten is.
    loop {
        shuffle(&mut plan, &mut dice);
        if plan.windows(2).all(|pair| pair[0] != pair[1]) {
            return plan;
        }
    }
}

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

fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for last in (1..items.len()).rev() {
        let other = (dice.roll() % (last as u64 + 1)) as usize;
        items.swap(last, other);
    }
}

// ---- The player --------------------------------------------------------------------------------

/// A key that shows an expression.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Show(pub Expression);

/// How long a key takes to full strength, in seconds.
const KEY_TIME: f32 = 0.25;
/// How long somebody has to be gone for the game to say so, in seconds; it goes on after they were
/// back for as long.
const AWAY: f32 = 0.5;

/// What else a face showed at its own best of each expression: ways from rest to certainty.
#[derive(Component, Debug, Clone, Copy, Default)]
struct Company([[f32; Expression::COUNT]; Expression::COUNT]);

/// Remembers it while a face is warmed up.
fn note_company(
    mut faces: Query<(Entity, &WarmUp, &FaceInput, Option<&mut Company>)>,
    mut commands: Commands,
) {
    for (entity, warm_up, input, company) in &mut faces {
        let Some(mut company) = company else {
            commands.entity(entity).insert(Company::default());
            continue;
        };
        let Some(asked) = warm_up.expression else { continue };
        let peak = warm_up.peak(asked);
        // What is hardly there has no company, only noise around it.
        if peak < ExpressionRange::LEAST_REACH {
            company.0[asked.index()] = [0.0; Expression::COUNT];
        } else if input.scores.get(asked) >= peak - 1e-3 {
            company.0[asked.index()] = *input.scores.as_array();
        }
    }
}

/// Reads the first player's face, or their keys.
fn read_player(
    time: Res<Time>,
    slots: Res<PlayerSlots>,
    keys: Res<ExpressionInput<Show>>,
    faces: Query<(&Face, &FaceInput, &ExpressionRange, &FaceCalibration, Option<&Company>)>,
    mut player: ResMut<Player>,
    mut pressed: Local<[f32; Expression::COUNT]>,
) {
    let player = &mut *player;
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let face = face.filter(|(face, ..)| face.visible);
    player.strengths = [0.0; Expression::COUNT];
    player.has_face = face.is_some();
    if let Some((_, input, range, _, company)) = face {
        player.warmed = company.is_some();
        for expression in Expression::ALL {
            let index = expression.index();
            player.strengths[index] = input.strength(expression);
            player.reach[index] = range.reach(expression);
        }
        let company = company.copied().unwrap_or_default().0;
        for (strengths, ways) in player.company.iter_mut().zip(company) {
            for ((strength, way), reach) in strengths.iter_mut().zip(ways).zip(player.reach) {
                *strength = (way / reach).min(MOST_COMPANY);
            }
        }
    }
    if face.is_some() {
        player.by_keys = false;
    }
    for expression in ASKED {
        let key = keys.pressed(Show(expression));
        player.by_keys |= key;
        let strength = &mut pressed[expression.index()];
        let step = time.delta_secs() / KEY_TIME;
        *strength = (*strength + if key { step } else { -step }).clamp(0.0, 1.0);
        let shown = &mut player.strengths[expression.index()];
        *shown = shown.max(*strength);
    }
    let strongest = ASKED.map(|expression| player.strengths[expression.index()]);
    player.strengths[Expression::Neutral.index()] = 1.0 - strongest.into_iter().fold(0.0, f32::max);

    let finding_rest = face.is_some_and(|(.., calibration, _)| calibration.progress().is_some());
    let here = player.by_keys || face.is_some() && !finding_rest;
    if !here {
        player.away_because = if finding_rest {
            "Relax your face for a moment: the game looks for its rest"
        } else {
            "Come back into view, or hold one of the keys 1 to 6"
        };
    }
    let passed = if here { -time.delta_secs() } else { time.delta_secs() };
    player.away = (player.away + passed).clamp(0.0, AWAY);
}

/// The game goes on.
fn play(
    time: Res<Time>,
    player: Res<Player>,
    mut game: ResMut<Game>,
    mut next: ResMut<NextState<Act>>,
    mut commands: Commands,
) {
    if player.away > 0.0 {
        return;
    }
    if let Some(happened) = game.advance(time.delta_secs(), &player) {
        commands.trigger(happened);
        if happened == Happened::Over {
            next.set(Act::Over);
        }
    }
}

// ---- Menus -------------------------------------------------------------------------------------

/// The seed of the next game.
#[derive(Resource, Debug, Clone, Copy)]
struct Seed(u64);

fn open_title(mut commands: Commands) {
    let menu = FaceMenu::new("Mimic")
        .with_text("Show the face that the mask asks for, before its ring has run down.")
        .with_item("Play")
        .with_item("Warm up again")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Act::Title), menu)).observe(choose);
}

/// The menus of title and results have the same three items.
fn choose(
    chosen: On<MenuChosen>,
    player: Res<Player>,
    mut next: ResMut<NextState<Act>>,
    mut exit: MessageWriter<AppExit>,
) {
    // A face that was never warmed up is, before it plays; keys need none.
    let ready = player.warmed || !player.has_face;
    match chosen.item {
        0 if ready => next.set(Act::Play),
        0 | 1 => next.set(Act::WarmUp),
        _ => {
            exit.write(AppExit::Success);
        }
    }
}

fn open_warm_up(mut scene: ResMut<Scene>, mut commands: Commands) {
    scene.warmed_up = 0;
    commands
        .spawn((DespawnOnExit(Act::WarmUp), FaceWarmUp::new(ASKED)))
        .observe(|_: On<WarmUpOver>, mut next: ResMut<NextState<Act>>| next.set(Act::Play));
}

fn open_play(
    player: Res<Player>,
    mut seed: ResMut<Seed>,
    mut game: ResMut<Game>,
    mut scene: ResMut<Scene>,
    mut commands: Commands,
) {
    *game = Game::new(seed.0, &player);
    seed.0 = seed.0.wrapping_add(1);
    scene.points = 0.0;
    scene.says = String::new();
    words::spawn(&mut commands);
}
