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
//! seconds more, and are asked three times, never four. While the player is out of view, time stands
//! still.
//!
//! Without a face, the keys 1 to 6 show the six expressions.

#[path = "arcade/mod.rs"]
mod arcade;

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, SelfView, WarmUpOver};
use bevy_emotion::hud::ink::{self, Fill, Ink, Style, Token};
use bevy_emotion::hud::motion::{Spring, Stiffness, approach};
use bevy_emotion::hud::theme::{Theme, sign};
use bevy_emotion::hud::{HudSettings, HudSystems, Screen};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

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
            .add_observer(celebrate)
            .add_observer(|_: On<FaceWarmedUp>, mut scene: ResMut<Scene>| scene.warmed_up += 1)
            .add_systems(Startup, hang_canvas)
            .add_systems(OnEnter(Act::Title), open_title)
            .add_systems(OnEnter(Act::WarmUp), open_warm_up)
            .add_systems(OnEnter(Act::Play), open_play)
            .add_systems(OnEnter(Act::Over), open_results)
            .add_systems(
                Update,
                (note_company, read_player, play.run_if(in_state(Act::Play)))
                    .chain()
                    .in_set(EmotionSystems::React),
            )
            .add_systems(
                Update,
                (act, paint, write, place, grow_bars).chain().in_set(HudSystems::Draw),
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
    dice.shuffle(&mut spare);
    // Stable: the order among those that are equally hard stays that of the dice.
    spare.sort_by_key(|expression| player.hardness(*expression) > 0.0);
    let mut plan = ASKED.repeat(LEAST_ASKED);
    plan.extend(spare.into_iter().take(ROUNDS - plan.len()));
    // Thrown anew until no two are the same in a row: about one throw in ten is.
    loop {
        dice.shuffle(&mut plan);
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

/// A small generator of random numbers: SplitMix64 (Steele, Lea, Flood, 2014).
#[derive(Debug, Clone, Copy, Default)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.unit()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (self.next() % (last as u64 + 1)) as usize;
            items.swap(last, other);
        }
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

// ---- Menus and results -------------------------------------------------------------------------

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
    for spot in Spot::ALL {
        let mut line = commands.spawn((
            DespawnOnExit(Act::Play),
            spot,
            Node {
                position_type: PositionType::Absolute,
                width: Val::Px(spot.width()),
                height: Val::ZERO,
                align_items: AlignItems::Center,
                justify_content: spot.justify(),
                column_gap: Val::Px(10.0),
                ..default()
            },
        ));
        line.with_children(|line| {
            for (word, style, color) in spot.words() {
                line.spawn((*word, ink::text("", *style, *color)));
            }
        });
    }
    commands.spawn((
        DespawnOnExit(Act::Play),
        SelfView::new(1),
        Node {
            position_type: PositionType::Absolute,
            right: Val::Px(16.0),
            top: Val::Px(16.0),
            ..default()
        },
    ));
    let card = Node {
        flex_direction: FlexDirection::Column,
        align_items: AlignItems::Center,
        row_gap: Val::Px(12.0),
        padding: UiRect::axes(Val::Px(36.0), Val::Px(26.0)),
        ..default()
    };
    let over_all = Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        height: Val::Percent(100.0),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        ..default()
    };
    commands.spawn((DespawnOnExit(Act::Play), Paused, over_all, Visibility::Hidden)).with_children(
        |screen| {
            screen.spawn(ink::overlay_panel(card)).with_children(|card| {
                card.spawn(ink::text("The game waits for you", Style::Large, Token::Text));
                card.spawn((Word::Away, ink::text("", Style::Small, Token::Text)));
                card.spawn(ink::text("No time is lost.", Style::Small, Token::Quiet));
            });
        },
    );
}

/// The panel that is shown while nobody is there.
#[derive(Component)]
struct Paused;

/// A bar of the chart that grows to its length.
#[derive(Component)]
struct Bar {
    /// Its length, 0 to 1.
    length: f32,
    /// How long it waits, in seconds.
    delay: f32,
    age: f32,
}

/// Widths of the chart's columns, in HUD units.
const COLUMNS: [f32; 5] = [142.0, 84.0, 220.0, 66.0, 72.0];

fn open_results(game: Res<Game>, mut commands: Commands) {
    let menu = FaceMenu::new("Once more?")
        .with_item("Again")
        .with_item("Warm up again")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Act::Over), menu)).observe(choose);

    let page = Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        top: Val::Px(20.0),
        justify_content: JustifyContent::Center,
        ..default()
    };
    let card = Node {
        flex_direction: FlexDirection::Column,
        row_gap: Val::Px(9.0),
        padding: UiRect::axes(Val::Px(30.0), Val::Px(20.0)),
        // The mask stands beside it.
        margin: UiRect::left(Val::Px(MASK_COLUMN)),
        ..default()
    };
    commands.spawn((DespawnOnExit(Act::Over), page)).with_children(|page| {
        page.spawn(ink::panel(card)).with_children(|card| {
            card.spawn(ink::text(game.rank(), Style::Title, Token::Text));
            card.spawn(ink::text(&summary(&game), Style::Small, Token::Quiet));
            card.spawn(row()).with_children(|row| {
                let heads = ["Asked for", "Hits", "Best match", "", "Mean time"];
                for (head, width) in heads.into_iter().zip(COLUMNS) {
                    cell(row, width, JustifyContent::FlexStart, |cell| {
                        cell.spawn(ink::text(head, Style::Small, Token::Quiet));
                    });
                }
            });
            for (place, expression) in ASKED.into_iter().enumerate() {
                let tally = game.tally(expression);
                card.spawn(row()).with_children(|row| chart_row(row, place, expression, tally));
            }
        });
    });
}

fn summary(game: &Game) -> String {
    let hits = game.outcomes.iter().filter(|outcome| outcome.time.is_some()).count();
    let rounds = game.outcomes.len();
    let (score, combo) = (grouped(game.score), game.best_combo);
    format!("{score} points     {hits} of {rounds} faces hit     best combo: {combo} in a row")
}

/// A number with its thousands apart.
fn grouped(number: u32) -> String {
    let (thousands, rest) = (number / 1000, number % 1000);
    if thousands == 0 { rest.to_string() } else { format!("{thousands} {rest:03}") }
}

fn row() -> Node {
    Node { align_items: AlignItems::Center, column_gap: Val::Px(14.0), ..default() }
}

fn cell(
    row: &mut ChildSpawnerCommands,
    width: f32,
    justify_content: JustifyContent,
    content: impl FnOnce(&mut ChildSpawnerCommands),
) {
    let node = Node {
        width: Val::Px(width),
        flex_shrink: 0.0,
        align_items: AlignItems::Center,
        justify_content,
        column_gap: Val::Px(9.0),
        ..default()
    };
    row.spawn(node).with_children(content);
}

/// Sign and name, a dot for each time it was asked for, the best match, the mean time.
fn chart_row(row: &mut ChildSpawnerCommands, place: usize, expression: Expression, tally: Tally) {
    let [name, hits, bar, percent, time] = COLUMNS;
    cell(row, name, JustifyContent::FlexStart, |cell| {
        let color = Token::ExpressionText(expression);
        cell.spawn(ink::text(sign(expression), Style::Digits, color));
        cell.spawn(ink::text(&title_case(expression), Style::Small, Token::Text));
    });
    cell(row, hits, JustifyContent::FlexStart, |cell| {
        let hits = format!("{}/{}", tally.hit, tally.asked);
        cell.spawn(ink::text(&hits, Style::Digits, Token::Text));
    });
    let round = BorderRadius::all(Val::Px(8.0));
    cell(row, bar, JustifyContent::FlexStart, |cell| {
        let track = Node {
            width: Val::Percent(100.0),
            height: Val::Px(16.0),
            border_radius: round,
            ..default()
        };
        cell.spawn((track, Fill(Token::Track))).with_children(|track| {
            track.spawn((
                Bar { length: tally.best, delay: 0.12 * place as f32, age: 0.0 },
                Node {
                    width: Val::ZERO,
                    height: Val::Percent(100.0),
                    border_radius: round,
                    ..default()
                },
                Fill(Token::Expression(expression)),
            ));
        });
    });
    cell(row, percent, JustifyContent::FlexStart, |cell| {
        let best = format!("{:.0} %", 100.0 * tally.best);
        cell.spawn(ink::text(&best, Style::Digits, Token::Text));
    });
    cell(row, time, JustifyContent::FlexStart, |cell| {
        let mean = match tally.hit {
            0 => "missed".to_owned(),
            hits => format!("{:.1} s", tally.seconds / hits as f32),
        };
        cell.spawn(ink::text(&mean, Style::Digits, Token::Text));
    });
}

fn grow_bars(time: Res<Time>, settings: Res<HudSettings>, mut bars: Query<(&mut Bar, &mut Node)>) {
    for (mut bar, mut node) in &mut bars {
        bar.age += time.delta_secs();
        let grown = ((bar.age - bar.delay) / 0.7).clamp(0.0, 1.0);
        let eased = if settings.reduced_motion { 1.0 } else { 1.0 - (1.0 - grown).powi(3) };
        node.width = Val::Percent(100.0 * bar.length * eased);
    }
}

// ---- Words on the screen -----------------------------------------------------------------------

/// A line of words while the game is played.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Score,
    ScoreName,
    Combo,
    Round,
    Name,
    Hint,
    Cheer,
    MeterTop,
    MeterMark,
    MeterRest,
}

/// A word in it.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Score,
    ScoreName,
    Combo,
    Round,
    Sign,
    Name,
    Hint,
    Cheer,
    MeterTop,
    MeterMark,
    MeterRest,
    Away,
}

impl Spot {
    const ALL: [Self; 10] = [
        Self::Score,
        Self::ScoreName,
        Self::Combo,
        Self::Round,
        Self::Name,
        Self::Hint,
        Self::Cheer,
        Self::MeterTop,
        Self::MeterMark,
        Self::MeterRest,
    ];

    const fn words(self) -> &'static [(Word, Style, Token)] {
        match self {
            Self::Score => &[(Word::Score, Style::Title, Token::Text)],
            Self::ScoreName => &[(Word::ScoreName, Style::Small, Token::Quiet)],
            Self::Combo => &[(Word::Combo, Style::Large, Token::Note)],
            Self::Round => &[(Word::Round, Style::Small, Token::Quiet)],
            Self::Name => &[
                (Word::Sign, Style::LargeSign, Token::Text),
                (Word::Name, Style::Title, Token::Text),
            ],
            Self::Hint => &[(Word::Hint, Style::Small, Token::Quiet)],
            Self::Cheer => &[(Word::Cheer, Style::Large, Token::Text)],
            Self::MeterTop => &[(Word::MeterTop, Style::Digits, Token::Text)],
            Self::MeterMark => &[(Word::MeterMark, Style::Small, Token::Text)],
            Self::MeterRest => &[(Word::MeterRest, Style::Small, Token::Quiet)],
        }
    }

    const fn width(self) -> f32 {
        match self {
            Self::Name | Self::Hint | Self::Cheer => 900.0,
            Self::Round => 320.0,
            Self::Score | Self::ScoreName | Self::Combo => 220.0,
            Self::MeterTop | Self::MeterRest | Self::MeterMark => 120.0,
        }
    }

    const fn justify(self) -> JustifyContent {
        match self {
            Self::Score | Self::ScoreName | Self::Combo | Self::MeterMark => {
                JustifyContent::FlexStart
            }
            _ => JustifyContent::Center,
        }
    }

    /// Where its middle is, or its start, in view space.
    fn place(self, layout: &Layout) -> Vec2 {
        let Layout { half, unit, .. } = *layout;
        let meter = layout.meter();
        match self {
            Self::ScoreName => Vec2::new(-half.x + 32.0, half.y - 34.0),
            Self::Score => Vec2::new(-half.x + 32.0, half.y - 66.0),
            Self::Combo => Vec2::new(-half.x + 32.0, half.y - 130.0),
            Self::Round => Vec2::new(0.0, half.y - 44.0),
            Self::Name => Vec2::new(0.0, -half.y + 74.0 * unit),
            Self::Hint => Vec2::new(0.0, -half.y + 30.0),
            Self::Cheer => Vec2::new(0.0, layout.middle.y - 0.4 * layout.ring()),
            Self::MeterTop => Vec2::new(meter.center().x, meter.max.y + 20.0),
            Self::MeterMark => {
                Vec2::new(meter.max.x + 22.0, meter.min.y + layout.mark * meter.height())
            }
            Self::MeterRest => Vec2::new(meter.center().x, meter.min.y - 20.0),
        }
    }
}

/// Puts the lines to their places, whatever the screen's size.
fn place(
    screen: Res<Screen>,
    scene: Res<Scene>,
    game: Res<Game>,
    mut spots: Query<(&Spot, &mut Node, &mut UiTransform), Without<Bar>>,
) {
    let layout = Layout::of(&screen, Act::Play, &game);
    for (spot, mut node, mut transform) in &mut spots {
        let at = screen.ui_from_view(spot.place(&layout));
        let start = match spot.justify() {
            JustifyContent::Center => at.x - spot.width() / 2.0,
            _ => at.x,
        };
        let (left, top) = (Val::Px(start), Val::Px(at.y));
        if (node.left, node.top) != (left, top) {
            (node.left, node.top) = (left, top);
        }
        let (lift, scale) = match spot {
            Spot::Cheer => (24.0 * scene.lift, 1.0),
            Spot::Score => (0.0, 1.0 + 0.12 * scene.pop.max(0.0)),
            _ => (0.0, 1.0),
        };
        *transform = UiTransform {
            translation: Val2::px(0.0, -lift),
            scale: Vec2::splat(scale),
            ..UiTransform::IDENTITY
        };
    }
}

/// Writes the words.
fn write(
    game: Res<Game>,
    player: Res<Player>,
    scene: Res<Scene>,
    mut words: Query<(&Word, &mut Text, &mut Ink)>,
    mut paused: Query<&mut Visibility, With<Paused>>,
) {
    let wanted = game.wanted();
    for (word, mut text, mut ink) in &mut words {
        let (content, color) = match word {
            Word::Score => (grouped(scene.points.round() as u32), Token::Text),
            Word::ScoreName => ("Points".to_owned(), Token::Quiet),
            Word::Combo => (combo(&game), Token::Note),
            Word::Round => {
                let round = (game.outcomes.len() + usize::from(!game.pauses())).min(ROUNDS);
                (format!("Face {} of {ROUNDS}", round.max(1)), Token::Quiet)
            }
            Word::Sign => (sign(wanted).to_owned(), Token::ExpressionText(wanted)),
            Word::Name => (name(&game), Token::ExpressionText(wanted)),
            Word::Hint => (hint(&game, &player), Token::Text),
            Word::Cheer => (scene.says.clone(), Token::Text),
            Word::MeterTop => (sign(wanted).to_owned(), Token::ExpressionText(wanted)),
            Word::MeterMark => ("hold".to_owned(), Token::Text),
            Word::MeterRest => ("rest".to_owned(), Token::Quiet),
            Word::Away => (player.away_because.to_owned(), Token::Text),
        };
        if text.0 != content {
            text.0 = content;
        }
        if ink.color != color {
            ink.color = color;
        }
    }
    for mut visibility in &mut paused {
        let away = player.away >= AWAY || player.away > 0.0 && *visibility != Visibility::Hidden;
        visibility.set_if_neq(if away { Visibility::Inherited } else { Visibility::Hidden });
    }
}

impl Game {
    /// Whether the outcome of a round is looked at.
    fn pauses(&self) -> bool {
        matches!(self.phase, Phase::Cheer { .. } | Phase::Over)
    }
}

fn combo(game: &Game) -> String {
    match game.combo {
        0 | 1 => String::new(),
        hits => format!("×{}   {hits} in a row", game.multiplier()),
    }
}

fn name(game: &Game) -> String {
    match game.phase {
        Phase::Rest { .. } => "Relax".to_owned(),
        _ => title_case(game.wanted()),
    }
}

fn title_case(expression: Expression) -> String {
    let name = expression.name();
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What to do next.
fn hint(game: &Game, player: &Player) -> String {
    match game.phase {
        Phase::Rest { .. } => "Let your face come back to rest for the next one".to_owned(),
        Phase::Show { held, .. } if held > 0.0 => "Hold it!".to_owned(),
        Phase::Show { passed, .. } if passed > 1.6 && player.matching(game.asked()) < MARK => {
            how(game.asked()).to_owned()
        }
        Phase::Show { .. } => "Show this face until the meter is above the mark".to_owned(),
        Phase::Cheer { .. } | Phase::Over => "And relax".to_owned(),
    }
}

/// How an expression is made: the muscles, after FACS (Ekman, Friesen, 1978).
const fn how(expression: Expression) -> &'static str {
    match expression {
        Expression::Angry => {
            "Pull your brows down and together, press your lips or bare your teeth"
        }
        Expression::Disgust => "Wrinkle your nose and raise your upper lip",
        Expression::Fear => "Raise your brows and draw them together, stretch your mouth sideways",
        Expression::Happy => "Raise your cheeks and the corners of your mouth",
        Expression::Sad => "Raise the inner ends of your brows, corners of your mouth down",
        Expression::Surprise => "Raise your brows, open your eyes wide, drop your jaw",
        Expression::Neutral => "Let everything go",
    }
}
// ---- The stage: what moves ---------------------------------------------------------------------

/// How the mask's face follows: with a little overshoot.
const MORPH: Stiffness = Stiffness { frequency: 15.0, damping: 0.62 };
/// How it springs back from a squeeze.
const SQUEEZE: Stiffness = Stiffness { frequency: 17.0, damping: 0.28 };
/// How many sparks there are at most.
const SPARKS: usize = 160;

/// What is drawn, apart from words; moved once an update.
#[derive(Resource, Debug, Default)]
struct Scene {
    clock: f32,
    /// How much of each expression the mask shows.
    weights: [Spring<f32>; Expression::COUNT],
    /// The mask's place and size, eased.
    middle: Vec2,
    size: f32,
    /// How much it is squeezed together.
    squeeze: Spring<f32>,
    /// How much it shakes its head, how much its colours are gone: after a miss.
    shake: f32,
    grey: f32,
    /// How much the score jumps, how far the cheer has risen.
    pop: f32,
    lift: f32,
    /// The score that is shown, on its way to the real one.
    points: f32,
    /// The meter, eased, and how much of the holding time is over.
    meter: f32,
    held: f32,
    /// What is said about the last round.
    says: String,
    waves: Vec<Wave>,
    sparks: Vec<Spark>,
    dice: Dice,
    /// How many expressions of the warm-up are over.
    warmed_up: usize,
}

/// A ring that runs outwards.
#[derive(Debug, Clone, Copy)]
struct Wave {
    expression: Expression,
    /// Its age in seconds, below 0 while it waits.
    age: f32,
}

/// Confetti; lengths are in radii of the mask, from its middle.
#[derive(Debug, Clone, Copy)]
struct Spark {
    expression: Expression,
    at: Vec2,
    velocity: Vec2,
    turn: f32,
    spin: f32,
    size: f32,
    age: f32,
    life: f32,
}

/// Where things are on the screen, in view space.
struct Layout {
    /// Half of the screen.
    half: Vec2,
    /// The size of things: 1 on a screen of 960 x 720 or larger units.
    unit: f32,
    /// The middle of the mask, and the radius of its face.
    middle: Vec2,
    size: f32,
    /// The mark on the meter.
    mark: f32,
}

/// The width of the chart's page that is left for the mask, in HUD units.
const MASK_COLUMN: f32 = 210.0;

impl Layout {
    fn of(screen: &Screen, act: Act, game: &Game) -> Self {
        let half = screen.size / 2.0;
        let unit = (screen.size.y / 720.0).min(screen.size.x / 960.0);
        let (middle, size) = match act {
            Act::Title => (Vec2::new(0.0, half.y - 210.0 * unit), 158.0),
            Act::WarmUp => (Vec2::new(0.0, half.y - 116.0 * unit), 84.0),
            Act::Play => (Vec2::new(0.0, 22.0 * unit), 164.0),
            Act::Over => {
                let x = (-392.0_f32).max(118.0 - half.x);
                (Vec2::new(x, half.y - 205.0 * unit), 96.0)
            }
        };
        let mark = match game.phase {
            Phase::Rest { .. } => REST_MARK,
            _ => MARK,
        };
        Self { half, unit, middle, size: size * unit, mark }
    }

    /// The radius of the ring of time.
    fn ring(&self) -> f32 {
        1.47 * self.size
    }

    fn meter(&self) -> Rect {
        let x = self.middle.x + self.ring() + 78.0 * self.unit;
        Rect::from_center_size(
            Vec2::new(x, self.middle.y - 40.0 * self.unit),
            Vec2::new(26.0, 320.0) * self.unit,
        )
    }
}

/// Moves everything on.
fn act(
    time: Res<Time>,
    act: Res<State<Act>>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    game: Res<Game>,
    player: Res<Player>,
    faces: Query<&FaceCalibration, With<PlayerSlot>>,
    mut scene: ResMut<Scene>,
) {
    let scene = &mut *scene;
    let seconds = time.delta_secs();
    let still = settings.reduced_motion;
    scene.clock += seconds;

    let wanted = match act.get() {
        Act::Title => ASKED[(scene.clock / 1.9) as usize % ASKED.len()],
        Act::WarmUp if faces.iter().any(|face| face.progress().is_none()) => {
            ASKED.get(scene.warmed_up).copied().unwrap_or(Expression::Neutral)
        }
        Act::WarmUp => Expression::Neutral,
        Act::Play => game.wanted(),
        Act::Over if game.score < 1500 => Expression::Sad,
        Act::Over => Expression::Happy,
    };
    let morph = if still { MORPH.calm() } else { MORPH };
    for expression in Expression::ALL {
        let goal = f32::from(u8::from(expression == wanted));
        scene.weights[expression.index()].follow(goal, morph, seconds);
    }

    let layout = Layout::of(&screen, *act.get(), &game);
    let jump = scene.size == 0.0 || still;
    let eased = if jump { 1.0 } else { approach(0.16, seconds) };
    scene.middle += (layout.middle - scene.middle) * eased;
    scene.size += (layout.size - scene.size) * eased;

    scene.squeeze.follow(0.0, SQUEEZE, seconds);
    scene.shake *= 1.0 - approach(0.22, seconds);
    scene.grey *= 1.0 - approach(0.45, seconds);
    scene.pop *= 1.0 - approach(0.16, seconds);
    scene.lift += (1.0 - scene.lift) * approach(0.25, seconds);
    scene.points += (game.score as f32 - scene.points) * approach(0.14, seconds);

    let matched = player.matching(game.wanted());
    scene.meter += (matched - scene.meter) * approach(0.05, seconds);
    scene.held = match game.phase {
        Phase::Show { held, .. } => (held / HOLD).min(1.0),
        Phase::Rest { held, .. } => (held / REST_HOLD).min(1.0),
        Phase::Cheer { .. } | Phase::Over => 0.0,
    };
    if !matches!(game.phase, Phase::Cheer { .. }) {
        scene.says.clear();
    }

    scene.waves.iter_mut().for_each(|wave| wave.age += seconds);
    scene.waves.retain(|wave| wave.age < WAVE_LIFE);
    for spark in &mut scene.sparks {
        spark.age += seconds;
        spark.velocity.y -= 2.6 * seconds;
        spark.velocity *= (-1.3 * seconds).exp();
        spark.at += spark.velocity * seconds;
        spark.turn += spark.spin * seconds;
    }
    scene.sparks.retain(|spark| spark.age < spark.life);
}

/// How long a ring runs outwards, in seconds.
const WAVE_LIFE: f32 = 0.9;

impl Scene {
    /// Rings, and confetti where things may fly.
    fn burst(&mut self, expression: Expression, step: u32, still: bool) {
        for ring in 0..step.min(MOST_COMBO) {
            self.waves.push(Wave { expression, age: -0.13 * ring as f32 });
        }
        if still {
            return;
        }
        let count = (18 + 14 * step as usize).min(SPARKS.saturating_sub(self.sparks.len()));
        for _ in 0..count {
            let dice = &mut self.dice;
            let direction = Vec2::from_angle(dice.between(0.0, TAU));
            self.sparks.push(Spark {
                expression,
                at: direction * dice.between(1.0, 1.4),
                velocity: direction * dice.between(0.9, 3.1) + Vec2::Y * dice.between(0.2, 1.4),
                turn: dice.between(0.0, TAU),
                spin: dice.between(-9.0, 9.0),
                size: dice.between(0.03, 0.065),
                age: 0.0,
                life: dice.between(0.8, 1.7),
            });
        }
    }
}

/// What is seen and heard of what happened.
fn celebrate(
    happened: On<Happened>,
    settings: Res<HudSettings>,
    mut scene: ResMut<Scene>,
    mut commands: Commands,
) {
    let still = settings.reduced_motion;
    let mut tone = |pitch_hz: f32, seconds: f32| {
        commands.trigger(arcade::Blip { pitch_hz, seconds });
    };
    scene.lift = if still { 1.0 } else { 0.0 };
    match *happened {
        Happened::Rested => {
            tone(392.0, 0.05);
            if !still {
                scene.squeeze.velocity = 1.6;
            }
        }
        Happened::Hit(outcome, step) => {
            // Up a pentatonic scale with the combo.
            let degree = [0.0, 2.0, 4.0, 7.0, 9.0][(outcome.points as usize / 60) % 5];
            tone(523.25 * 2f32.powf((degree + 3.0 * step as f32) / 12.0), 0.16);
            let praise = match outcome.best {
                0.95.. => "Perfect!",
                0.8.. => "Great!",
                _ => "Good!",
            };
            scene.says = format!("{praise}  +{}", outcome.points);
            scene.burst(outcome.asked, step, still);
            if !still {
                scene.squeeze.velocity = -3.4;
                scene.pop = 1.0;
            }
        }
        Happened::Missed(outcome) => {
            tone(174.6, 0.22);
            scene.says = match outcome.best {
                0.4.. => "So close!",
                _ => "Too late. The next one will do!",
            }
            .to_owned();
            scene.grey = 1.0;
            scene.shake = f32::from(u8::from(!still));
        }
        Happened::Over => {
            tone(784.0, 0.3);
            for expression in ASKED {
                scene.burst(expression, 1, still);
            }
        }
    }
}

// ---- The character sheet -----------------------------------------------------------------------

/// What a feature is in each expression, in the order of [`Expression::ALL`].
type Feature = [f32; Expression::COUNT];

/// The mask's face. Lengths are in radii of the face, y up, the eyes' middle at (±0.36, 0.14).
#[rustfmt::skip]
mod sheet {
    use super::Feature;
    //                                   angry disgust  fear  happy   sad  surpr. neutral
    /// Heights of the brows above the eyes: inner end, middle, outer end.
    pub const BROW_IN: Feature      = [  0.13,  0.19,  0.47,  0.36,  0.47,  0.52,  0.31];
    pub const BROW_MID: Feature     = [  0.28,  0.25,  0.46,  0.46,  0.38,  0.62,  0.37];
    pub const BROW_OUT: Feature     = [  0.45,  0.28,  0.31,  0.34,  0.20,  0.47,  0.28];
    /// How far the inner ends are from the middle of the face.
    pub const BROW_GAP: Feature     = [  0.11,  0.13,  0.13,  0.19,  0.15,  0.19,  0.18];
    /// How far the eyes are open upwards and downwards.
    pub const LID_UP: Feature       = [  0.13,  0.09,  0.23,  0.17,  0.13,  0.25,  0.16];
    pub const LID_LOW: Feature      = [  0.09,  0.03,  0.17, -0.05,  0.11,  0.22,  0.13];
    /// The upper lid's slant; positive is lower at the nose.
    pub const SLANT: Feature        = [  0.75,  0.30, -0.25,  0.00, -0.65,  0.00,  0.00];
    pub const PUPIL: Feature        = [  0.085, 0.085, 0.060, 0.110, 0.110, 0.080, 0.105];
    pub const GAZE: Feature         = [  0.00, -0.01,  0.01,  0.03, -0.04,  0.00,  0.00];
    /// The mouth: half its width, height of its corners, of the middle of its upper and lower line.
    pub const MOUTH: Feature        = [  0.31,  0.29,  0.36,  0.46,  0.29,  0.21,  0.25];
    pub const CORNER: Feature       = [ -0.07, -0.11, -0.07,  0.17, -0.16, -0.03,  0.02];
    pub const LIP_UP: Feature       = [  0.06,  0.10,  0.04,  0.02,  0.02,  0.17, -0.03];
    pub const LIP_LOW: Feature      = [ -0.14, -0.02, -0.14, -0.31,  0.00, -0.33, -0.035];
    /// How round the mouth is: 0 a lens, 1 an ellipse.
    pub const ROUND: Feature        = [  1.10,  0.30,  1.00,  0.15,  0.10,  1.00,  0.00];
    /// How much of the open mouth are upper and lower teeth; how much tongue there is.
    pub const TEETH: Feature        = [  0.50,  0.55,  0.42,  0.30,  0.00,  0.00,  0.00];
    pub const LOWER_TEETH: Feature  = [  0.50,  0.00,  0.42,  0.00,  0.00,  0.00,  0.00];
    pub const TONGUE: Feature       = [  0.00,  0.00,  0.00,  1.00,  0.00,  0.70,  0.00];
    /// One side of the mouth up.
    pub const SKEW: Feature         = [  0.00,  0.06,  0.00,  0.00,  0.00,  0.00,  0.00];
    pub const TREMBLE: Feature      = [  0.00,  0.00,  1.00,  0.00,  0.15,  0.00,  0.00];
    pub const WRINKLES: Feature     = [  0.35,  1.00,  0.00,  0.00,  0.00,  0.00,  0.00];
    pub const FURROW: Feature       = [  1.00,  0.25,  0.35,  0.00,  0.20,  0.00,  0.00];
    pub const CHEEKS: Feature       = [  0.55,  0.10,  0.00,  1.00,  0.25,  0.30,  0.30];
    /// What only a mask can show: tears, drops of sweat, steam, sparkles, rays.
    pub const TEARS: Feature        = [  0.00,  0.00,  0.00,  0.00,  1.00,  0.00,  0.00];
    pub const SWEAT: Feature        = [  0.00,  0.00,  1.00,  0.00,  0.00,  0.00,  0.00];
    pub const STEAM: Feature        = [  1.00,  0.00,  0.00,  0.00,  0.00,  0.00,  0.00];
    pub const SPARKLE: Feature      = [  0.00,  0.00,  0.00,  1.00,  0.00,  0.00,  0.00];
    pub const RAYS: Feature         = [  0.00,  0.00,  0.00,  0.00,  0.00,  1.00,  0.00];
    /// The whole head: taller, sunk, tilted (radians).
    pub const STRETCH: Feature      = [ -0.03, -0.02,  0.03, -0.01,  0.02,  0.06,  0.00];
    pub const SINK: Feature         = [  0.00,  0.01, -0.01,  0.00,  0.05, -0.04,  0.00];
    pub const TILT: Feature         = [  0.00, -0.07,  0.03,  0.00,  0.06,  0.00,  0.00];
}

impl Scene {
    /// A feature of the mask as it is now, between the expressions.
    fn feature(&self, feature: &Feature) -> f32 {
        self.weights.iter().zip(feature).map(|(weight, value)| weight.value * value).sum()
    }

    /// The same, where overshooting below 0 makes no sense.
    fn amount(&self, feature: &Feature) -> f32 {
        self.feature(feature).clamp(0.0, 1.2)
    }

    /// The mask's colour as it is now.
    fn color(&self, theme: &Theme) -> LinearRgba {
        let mut mixed = LinearRgba::NONE;
        let mut total = 0.0;
        for expression in Expression::ALL {
            let weight = self.weights[expression.index()].value.clamp(0.0, 1.0);
            mixed = mixed + theme.color(expression).to_linear() * weight;
            total += weight;
        }
        let color = if total > 0.0 { mixed * (1.0 / total) } else { LinearRgba::gray(0.5) };
        let grey = LinearRgba::gray(0.2 * color.red + 0.7 * color.green + 0.1 * color.blue);
        color.mix(&grey, 0.85 * self.grey.min(1.0)).with_alpha(1.0)
    }
}

// ---- Drawing -----------------------------------------------------------------------------------

/// The one mesh that everything but words is drawn into.
#[derive(Resource)]
struct CanvasMesh(Handle<Mesh>);

fn hang_canvas(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let mesh = meshes.add(Canvas::default().into_mesh());
    commands.spawn((
        Mesh2d(mesh.clone()),
        MeshMaterial2d(materials.add(ColorMaterial::default())),
        Transform::from_xyz(0.0, 0.0, -50.0),
        // Its bounds change with every update.
        NoFrustumCulling,
    ));
    commands.insert_resource(CanvasMesh(mesh));
}

/// Draws the whole picture anew.
fn paint(
    state: Res<State<Act>>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    theme: Res<Theme>,
    game: Res<Game>,
    scene: Res<Scene>,
    canvas_mesh: Res<CanvasMesh>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let layout = Layout::of(&screen, *state.get(), &game);
    let mut canvas = Canvas { soft: 0.8 * screen.units_per_pixel.max(0.5), ..default() };
    let color = scene.color(&theme);
    let still = settings.reduced_motion;
    paint_theatre(&mut canvas, &layout, &scene, color, still);
    for wave in &scene.waves {
        let part = (wave.age / WAVE_LIFE).clamp(0.0, 1.0);
        let eased = if still { 0.3 } else { 1.0 - (1.0 - part).powi(2) };
        let radius = scene.size * (1.5 + 0.95 * eased);
        let light = if wave.age < 0.0 { 0.0 } else { (1.0 - part).powi(2) * 0.7 };
        let color = theme.color(wave.expression).to_linear().with_alpha(light);
        canvas.ring(scene.middle, radius, scene.size * 0.05 * (1.0 - part), color);
    }
    if *state.get() == Act::Play {
        paint_time(&mut canvas, &scene, &game, color);
        paint_meter(&mut canvas, &layout, &scene, color);
        paint_rounds(&mut canvas, &layout, &game, &theme);
    }
    paint_mask(&mut canvas, &scene, color, still);
    for spark in &scene.sparks {
        let fades = ((spark.life - spark.age) / 0.4).clamp(0.0, 1.0);
        let side = Vec2::from_angle(spark.turn) * spark.size * scene.size;
        // Confetti turns over while it falls.
        let across = side.perp() * (0.55 * (spark.turn * 1.7).cos());
        let at = scene.middle + spark.at * scene.size;
        let color = theme.color(spark.expression).to_linear();
        let color = color.mix(&LinearRgba::WHITE, 0.25).with_alpha(fades);
        let corners =
            [at + side + across, at - side + across, at - side - across, at + side - across];
        canvas.fill(&corners, at, color, color);
    }
    if let Some(mut mesh) = meshes.get_mut(&canvas_mesh.0) {
        *mesh = canvas.into_mesh();
    }
}

/// A dark stage: a wall in the dusk, a spot on the mask, a floor, curtains.
fn paint_theatre(
    canvas: &mut Canvas,
    layout: &Layout,
    scene: &Scene,
    color: LinearRgba,
    still: bool,
) {
    let Layout { half, unit, .. } = *layout;
    let wall = |red: u8, green: u8, blue: u8| Color::srgb_u8(red, green, blue).to_linear();
    let floor_line = -half.y + 118.0 * unit;
    let left_right = |y: f32| [Vec2::new(-half.x - 9.0, y), Vec2::new(half.x + 9.0, y)];
    canvas.band(
        &left_right(half.y + 9.0),
        &left_right(floor_line),
        wall(0x0C, 0x0D, 0x1B),
        wall(0x1B, 0x17, 0x30),
    );
    canvas.band(
        &left_right(floor_line),
        &left_right(-half.y - 9.0),
        wall(0x17, 0x12, 0x26),
        wall(0x0A, 0x08, 0x12),
    );
    let middle = scene.middle;
    canvas.glow(middle, 3.1 * scene.size, color.with_alpha(0.13));
    canvas.glow(middle, 1.9 * scene.size, color.with_alpha(0.16));
    // The light falls from above.
    let lamp = Vec2::new(middle.x, half.y + 60.0);
    for (spread, light) in [(1.5, 0.045), (1.0, 0.05), (0.6, 0.04)] {
        let foot = floor_line - 20.0;
        let reach = spread * scene.size;
        canvas.band(
            &[lamp - Vec2::new(30.0, 0.0), lamp + Vec2::new(30.0, 0.0)],
            &[Vec2::new(middle.x - reach, foot), Vec2::new(middle.x + reach, foot)],
            LinearRgba::WHITE.with_alpha(light),
            color.with_alpha(0.0),
        );
    }
    canvas.place(Vec2::new(middle.x, floor_line - 34.0 * unit), 0.0, Vec2::new(1.0, 0.16));
    canvas.glow(Vec2::ZERO, 2.6 * scene.size, color.with_alpha(0.22));
    canvas.place(Vec2::ZERO, 0.0, Vec2::ONE);
    // Dust in the light.
    for mote in 0..26 {
        let seed = mote as f32;
        let time = if still { 0.0 } else { scene.clock };
        let x = ((seed * 0.618).fract() - 0.5) * 2.0 * half.x * 0.8;
        let rise = (seed * 0.379 + time * (0.008 + 0.006 * (seed * 0.77).fract())).fract();
        let y = floor_line + rise * (half.y - floor_line);
        let drift = 14.0 * (time * 0.5 + seed).sin();
        let light = 0.16 * (PI * rise).sin() * (0.4 + 0.6 * (seed * 0.53).fract());
        let radius = (2.0 + 5.0 * (seed * 0.31).fract()) * unit;
        canvas.glow(Vec2::new(x + drift, y), radius, LinearRgba::WHITE.with_alpha(light));
    }
    // Curtains: folds that are lit from the stage, a swag along the top.
    let (dark, lit) = (wall(0x1C, 0x0A, 0x18), wall(0x4A, 0x16, 0x2C));
    for side in [-1.0, 1.0] {
        let mut edge = half.x + 12.0;
        for fold in 0..4 {
            let wide = (44.0 - 5.0 * fold as f32) * unit;
            let time = if still { 0.0 } else { scene.clock };
            let sway = (time * 0.6 + fold as f32 * 1.3).sin() * 2.5 * fold as f32;
            let line = |x: f32, bulge: f32| -> Vec<Vec2> {
                (0..=12)
                    .map(|step| {
                        let part = step as f32 / 12.0;
                        let waist = (part * PI).sin() * bulge;
                        Vec2::new(side * (x + waist), half.y + 9.0 - part * (2.0 * half.y + 18.0))
                    })
                    .collect()
            };
            let outer = line(edge, 0.0);
            let crest = line(edge - 0.55 * wide, -0.3 * sway);
            let inner = line(edge - wide, -sway);
            let near = lit.mix(&color, 0.05 + 0.02 * fold as f32);
            canvas.band(&outer, &crest, dark, near);
            canvas.band(&crest, &inner, near, dark);
            edge -= 0.93 * wide;
        }
    }
    let swags = 6;
    for swag in 0..swags {
        let wide = 2.0 * half.x / swags as f32;
        let start = -half.x + wide * swag as f32;
        let line = |drop: f32| -> Vec<Vec2> {
            (0..=16)
                .map(|step| {
                    let part = step as f32 / 16.0;
                    let sag = drop * (0.35 + 0.65 * (PI * part).sin());
                    Vec2::new(start - 4.0 + (wide + 8.0) * part, half.y + 9.0 - sag)
                })
                .collect()
        };
        let (low, high) = (line(34.0 * unit), line(20.0 * unit));
        canvas.band(&line(0.0), &high, dark, lit);
        canvas.band(&high, &low, lit, dark);
    }
}

/// The ring of time: what is left of it, from the top on; inside, how much of the hold is done.
fn paint_time(canvas: &mut Canvas, scene: &Scene, game: &Game, color: LinearRgba) {
    let (middle, size) = (scene.middle, scene.size);
    let radius = 1.47 * size;
    canvas.ring(middle, radius, 0.075 * size, LinearRgba::WHITE.with_alpha(0.07));
    let left = match game.phase {
        Phase::Show { limit, passed, .. } => (1.0 - passed / limit).clamp(0.0, 1.0),
        Phase::Rest { .. } => 1.0,
        Phase::Cheer { .. } | Phase::Over => 0.0,
    };
    let rests = matches!(game.phase, Phase::Rest { .. });
    if left > 0.0 {
        let hurry = ((0.3 - left) / 0.3).clamp(0.0, 1.0);
        let wide = size * (0.06 + 0.03 * hurry);
        let bright = color.mix(&LinearRgba::WHITE, 0.15 + 0.35 * hurry);
        let bright = bright.with_alpha(if rests { 0.25 } else { 1.0 });
        canvas.arc(middle, radius, wide, FRAC_PI_2, FRAC_PI_2 + TAU * left, bright);
        if !rests {
            let head = middle + radius * Vec2::from_angle(FRAC_PI_2 + TAU * left);
            canvas.glow(head, 0.2 * size, bright.with_alpha(0.5));
        }
    }
    if scene.held > 0.0 {
        let turn = TAU * scene.held;
        let white = LinearRgba::WHITE.with_alpha(0.95);
        canvas.arc(middle, radius - 0.1 * size, 0.035 * size, FRAC_PI_2 - turn, FRAC_PI_2, white);
    }
}

/// How far the face has come, from its rest at the bottom towards what is asked at the top.
fn paint_meter(canvas: &mut Canvas, layout: &Layout, scene: &Scene, color: LinearRgba) {
    let rect = layout.meter();
    let wide = rect.width();
    let (bottom, top) = (
        Vec2::new(rect.center().x, rect.min.y + wide / 2.0),
        Vec2::new(rect.center().x, rect.max.y - wide / 2.0),
    );
    canvas.line(bottom, top, wide + 8.0, Color::srgba(0.02, 0.02, 0.05, 0.75).to_linear());
    canvas.line(bottom, top, wide, LinearRgba::WHITE.with_alpha(0.10));
    let level = bottom.lerp(top, scene.meter.clamp(0.0, 1.0));
    let above = scene.meter >= layout.mark;
    let bright = color.mix(&LinearRgba::WHITE, if above { 0.35 } else { 0.0 });
    canvas.line(bottom, level, wide, bright);
    if above {
        canvas.glow(level, 2.2 * wide, color.with_alpha(0.5));
    }
    canvas.fill_circle(
        level - Vec2::new(0.0, 0.1 * wide),
        0.28 * wide,
        LinearRgba::WHITE.with_alpha(0.55),
    );
    let mark = rect.min.y + layout.mark * rect.height();
    let white = LinearRgba::WHITE;
    canvas.line(Vec2::new(rect.min.x - 6.0, mark), Vec2::new(rect.max.x + 6.0, mark), 2.5, white);
    let tip = Vec2::new(rect.max.x + 8.0, mark);
    let arrow = [tip, tip + Vec2::new(9.0, 6.0), tip + Vec2::new(9.0, -6.0)];
    canvas.fill(&arrow, tip + Vec2::new(6.0, 0.0), white, white);
}

/// A dot for each round: full when it was hit, a small ring when it was missed.
fn paint_rounds(canvas: &mut Canvas, layout: &Layout, game: &Game, theme: &Theme) {
    let gap = 15.0 * layout.unit;
    let y = layout.half.y - 22.0;
    for round in 0..ROUNDS {
        let x = (round as f32 - (ROUNDS - 1) as f32 / 2.0) * gap;
        let at = Vec2::new(x, y);
        canvas.fill_circle(at, 6.5 * layout.unit, Color::srgba(0.02, 0.02, 0.05, 0.6).to_linear());
        match game.outcomes.get(round) {
            Some(outcome) => {
                let color = theme.color(outcome.asked).to_linear();
                if outcome.time.is_some() {
                    canvas.fill_circle(at, 5.2 * layout.unit, color.mix(&LinearRgba::WHITE, 0.1));
                } else {
                    canvas.ring(at, 3.6 * layout.unit, 1.6, color);
                }
            }
            None => {
                let light = if round == game.outcomes.len() { 0.95 } else { 0.22 };
                canvas.fill_circle(at, 2.6 * layout.unit, LinearRgba::WHITE.with_alpha(light));
            }
        }
    }
}

/// The mask: an egg with a rim, ribbons, and the face of the character sheet.
fn paint_mask(canvas: &mut Canvas, scene: &Scene, color: LinearRgba, still: bool) {
    let clock = if still { 0.0 } else { scene.clock };
    let of = |feature: &Feature| scene.feature(feature);
    let amount = |feature: &Feature| scene.amount(feature);
    let black = LinearRgba::rgb(0.012, 0.008, 0.02);
    let white = LinearRgba::rgb(0.93, 0.94, 0.96);
    let ink = color.mix(&black, 0.88);
    let lip = color.mix(&black, 0.74);

    let squeeze = scene.squeeze.value.clamp(-0.3, 0.3);
    let breath = 0.008 * (clock * 1.7).sin();
    let stretch = of(&sheet::STRETCH) + breath - squeeze;
    let tilt = of(&sheet::TILT)
        + 0.02 * (clock * 0.9).sin()
        + 0.13 * scene.shake * (scene.clock * 26.0).sin();
    let sink = of(&sheet::SINK) + 0.012 * (clock * 1.7).cos();
    let size = scene.size * Vec2::new(1.0 - 0.7 * stretch, 1.0 + stretch);
    canvas.place(scene.middle - Vec2::new(0.0, sink * scene.size), tilt, size);

    // Ribbons from the temples.
    for side in [-1.0, 1.0] {
        for (end, phase) in [(Vec2::new(1.24, -0.86), 0.0), (Vec2::new(1.02, -1.08), 1.4)] {
            let ribbon: Vec<Vec2> = (0..=18)
                .map(|step| {
                    let part = step as f32 / 18.0;
                    let flutter = 0.07 * part * (part * 7.0 - clock * 2.2 + phase).sin();
                    let hang = Vec2::new(0.8, 0.12).lerp(end, part)
                        + Vec2::new(flutter, -0.1 * part * (1.0 - part));
                    hang * Vec2::new(side, 1.0)
                })
                .collect();
            canvas.stroke(&ribbon, |part| 0.075 + 0.05 * part, color.mix(&black, 0.55));
        }
    }
    paint_air(canvas, scene, color, clock);

    // The face: a shadow, a rim, a vaulted front.
    let egg = |grow: f32| -> Vec<Vec2> {
        (0..64)
            .map(|step| {
                let (x, y) = (TAU * step as f32 / 64.0).sin_cos();
                let chin = if y < 0.0 {
                    1.0 - 0.13 * y * y - 0.05 * y.powi(4)
                } else {
                    1.0 - 0.05 * y * y
                };
                let high = if y < 0.0 { 1.1 } else { 1.02 };
                Vec2::new(0.92 * x * chin, high * y) * grow
            })
            .collect()
    };
    let shadow: Vec<Vec2> = egg(1.05).iter().map(|at| *at - Vec2::new(0.0, 0.07)).collect();
    canvas.fill(&shadow, Vec2::ZERO, black.with_alpha(0.6), black.with_alpha(0.25));
    canvas.fill(&egg(1.0), Vec2::ZERO, color.mix(&black, 0.5), color.mix(&black, 0.45));
    let front = egg(0.955);
    let light = color.mix(&LinearRgba::WHITE, 0.34);
    canvas.fill(&front, Vec2::new(-0.1, 0.3), light, color.mix(&black, 0.12));
    canvas.glow(Vec2::new(-0.3, 0.66), 0.42, LinearRgba::WHITE.with_alpha(0.25));
    let blush = LinearRgba::rgb(1.0, 0.12, 0.14);
    for side in [-1.0, 1.0] {
        let cheeks = 0.36 * amount(&sheet::CHEEKS);
        canvas.glow(Vec2::new(0.53 * side, -0.16), 0.27, blush.with_alpha(cheeks));
    }

    // The nose, and what wrinkles it.
    let nose: Vec<Vec2> = curve(14, |t| Vec2::new(0.1 * t, -0.2 - 0.06 * (1.0 - t * t)));
    canvas.stroke(&nose, |_| 0.035, ink.with_alpha(0.5));
    let wrinkles = amount(&sheet::WRINKLES);
    if wrinkles > 0.03 {
        for fold in 0..3 {
            let y = 0.06 - 0.075 * fold as f32;
            let wide = 0.09 + 0.012 * fold as f32;
            let line = curve(8, |t| Vec2::new(wide * t, y + 0.035 * (1.0 - t * t)));
            canvas.stroke(
                &line,
                |part| 0.026 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.75 * wrinkles.min(1.0)),
            );
        }
        for side in [-1.0, 1.0] {
            let line =
                curve(10, |t| Vec2::new(side * (0.25 + 0.09 * t - 0.03 * t * t), -0.24 - 0.13 * t));
            canvas.stroke(
                &line,
                |part| 0.028 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.55 * wrinkles.min(1.0)),
            );
        }
    }
    let furrow = amount(&sheet::FURROW);
    if furrow > 0.03 {
        for side in [-1.0, 1.0] {
            let line = curve(8, |t| Vec2::new(side * (0.045 + 0.008 * t), 0.4 + 0.09 * t));
            canvas.stroke(
                &line,
                |part| 0.028 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.7 * furrow.min(1.0)),
            );
        }
    }

    // It blinks now and then.
    let blink = (clock + 1.2 * (clock * 0.21).sin()).rem_euclid(3.7);
    let open =
        if still { 1.0 } else { 1.0 - (1.0 - ((blink - 0.09) / 0.09).abs()).clamp(0.0, 1.0) };
    let (lid_up, lid_low) = (of(&sheet::LID_UP), of(&sheet::LID_LOW));
    let (slant, pupil, gaze) = (of(&sheet::SLANT), of(&sheet::PUPIL), of(&sheet::GAZE));
    for side in [-1.0, 1.0] {
        let eye = Vec2::new(0.36 * side, 0.14);
        // `t` runs from -1 at the nose to 1 at the temple.
        let bow = |t: f32| (1.0 - t * t).max(0.0).powf(0.72);
        let low = |t: f32| -lid_low * bow(t);
        let high = |t: f32| {
            let up = lid_up * bow(t) * (1.0 + slant * (t - 0.15)).clamp(0.1, 1.7);
            low(t) + (up - low(t)).max(0.015) * open
        };
        let wide = 0.225;
        let at = |t: f32, y: f32| eye + Vec2::new(side * wide * t, y);
        let upper = curve(20, |t| at(t, high(t)));
        let lower = curve(20, |t| at(t, low(t)));
        canvas.band(&upper, &lower, white.mix(&color, 0.12), white);
        // The pupil, where the lids leave it free.
        let centre = gaze + 0.25 * (lid_up - lid_low);
        let dark = |radius: f32, offset: Vec2, color: LinearRgba, canvas: &mut Canvas| {
            let chord = |s: f32| radius * (1.0 - s * s).max(0.0).sqrt();
            let column = |s: f32| (offset.x + radius * s) / wide;
            let middle = centre + offset.y;
            let top = curve(14, |s| {
                let t = column(s);
                at(t, (middle + chord(s)).min(high(t)).max(low(t)))
            });
            let bottom = curve(14, |s| {
                let t = column(s);
                at(t, (middle - chord(s)).max(low(t)).min(high(t)))
            });
            canvas.band(&top, &bottom, color, color);
        };
        dark(pupil * 1.12, Vec2::ZERO, ink.mix(&color, 0.25), canvas);
        dark(pupil * 0.82, Vec2::ZERO, black, canvas);
        // The light comes from the left for both eyes.
        let shine = Vec2::new(-0.36 * side * pupil, 0.36 * pupil);
        dark(pupil * 0.3, shine, LinearRgba::WHITE, canvas);
        canvas.stroke(&upper, |part| 0.05 * (0.35 + 0.65 * (PI * part).sin()), ink);
        canvas.stroke(&lower, |part| 0.022 * (0.4 + 0.6 * (PI * part).sin()), ink.with_alpha(0.7));

        let (inner, mid, outer) = (of(&sheet::BROW_IN), of(&sheet::BROW_MID), of(&sheet::BROW_OUT));
        let gap = of(&sheet::BROW_GAP);
        let brow = curve(18, |t| {
            let part = (t + 1.0) / 2.0;
            let ends = inner + (outer - inner) * part;
            let arch = mid - (inner + outer) / 2.0;
            let x = gap + (0.64 - gap) * part;
            eye * Vec2::new(0.0, 1.0) + Vec2::new(side * x, ends + arch * (1.0 - t * t))
        });
        canvas.stroke(&brow, |part| 0.115 - 0.075 * part * part, ink);
    }
    paint_mouth(canvas, scene, clock, [ink, lip, white]);
    paint_drops(canvas, scene, clock);
    canvas.place(Vec2::ZERO, 0.0, Vec2::ONE);
}

fn paint_mouth(canvas: &mut Canvas, scene: &Scene, clock: f32, colors: [LinearRgba; 3]) {
    let [ink, lip, white] = colors;
    let of = |feature: &Feature| scene.feature(feature);
    let (half, corner) = (of(&sheet::MOUTH), of(&sheet::CORNER));
    let (up, low) = (of(&sheet::LIP_UP), of(&sheet::LIP_LOW));
    let (round, skew) = (of(&sheet::ROUND), of(&sheet::SKEW));
    let tremble = 0.012 * of(&sheet::TREMBLE);
    let bow = |t: f32| (1.0 - t * t).max(0.0).powf((1.0 - 0.5 * round).clamp(0.3, 1.0));
    let line = |middle: f32, t: f32| {
        let wave = tremble * (t * 9.0 + clock * 21.0).sin();
        // Closed corners lie on a bow, the lips' middles rise over it.
        let base = corner * t * t + skew * t * (1.0 + t) / 2.0;
        Vec2::new(half * t, -0.52 + base + middle * bow(t) + wave)
    };
    let upper = curve(28, |t| line(up, t));
    let lower = curve(28, |t| line(low.min(up), t));
    canvas.band(&upper, &lower, ink.mix(&LinearRgba::rgb(0.2, 0.0, 0.02), 0.5), ink);
    let between = |from: &[Vec2], to: &[Vec2], part: f32| -> Vec<Vec2> {
        from.iter().zip(to).map(|(from, to)| from.lerp(*to, part.clamp(0.0, 1.0))).collect()
    };
    let tongue = scene.amount(&sheet::TONGUE);
    if tongue > 0.03 {
        let red = LinearRgba::rgb(0.78, 0.09, 0.11).with_alpha(tongue.min(1.0));
        let back: Vec<Vec2> = lower
            .iter()
            .zip(&upper)
            .enumerate()
            .map(|(step, (low, up))| {
                let t = step as f32 / 14.0 - 1.0;
                low.lerp(*up, 0.42 * (1.0 - (t / 0.72).powi(2)).max(0.0))
            })
            .collect();
        canvas.band(&back, &lower, red.mix(&LinearRgba::WHITE, 0.12), red);
    }
    let teeth = scene.amount(&sheet::TEETH);
    if teeth > 0.02 {
        canvas.band(&upper, &between(&upper, &lower, teeth), white, white.mix(&ink, 0.06));
    }
    let lower_teeth = scene.amount(&sheet::LOWER_TEETH);
    if lower_teeth > 0.02 {
        canvas.band(&between(&lower, &upper, lower_teeth), &lower, white, white.mix(&ink, 0.1));
        // Where the rows meet, and from tooth to tooth.
        let clenched = lower_teeth.min(1.0);
        let seam = between(&upper, &lower, 0.5);
        canvas.stroke(&seam[1..28], |_| 0.014, ink.with_alpha(clenched));
        for tooth in [5, 8, 11, 14, 17, 20, 23] {
            let (from, to) = (upper[tooth], lower[tooth]);
            canvas.stroke(&[from, to], |_| 0.012, ink.with_alpha(0.7 * clenched));
        }
    }
    canvas.stroke(&lower, |part| 0.062 * (0.55 + 0.45 * (PI * part).sin()), lip);
    canvas.stroke(&upper, |part| 0.062 * (0.6 + 0.4 * (PI * part).sin()), lip);
}

/// Around the head: steam, rays, sparkles.
fn paint_air(canvas: &mut Canvas, scene: &Scene, color: LinearRgba, clock: f32) {
    let steam = scene.amount(&sheet::STEAM);
    if steam > 0.03 {
        for side in [-1.0, 1.0] {
            for puff in 0..3 {
                let rise = (clock * 0.7 + puff as f32 / 3.0).fract();
                let at = Vec2::new(side * (0.86 + 0.3 * rise), 0.5 + 0.42 * rise);
                let light = 0.42 * steam.min(1.0) * (PI * rise).sin();
                let cloud = color.mix(&LinearRgba::WHITE, 0.5).with_alpha(light);
                canvas.fill_circle(at, 0.06 + 0.1 * rise, cloud);
            }
        }
    }
    let rays = scene.amount(&sheet::RAYS);
    if rays > 0.03 {
        for ray in 0..9 {
            let angle = FRAC_PI_2 + (ray as f32 - 4.0) * 0.27;
            let direction = Vec2::from_angle(angle);
            let near = 1.14 + 0.02 * (clock * 6.0 + ray as f32).sin();
            let far = near + rays * if ray % 2 == 0 { 0.17 } else { 0.1 };
            let color = color.mix(&LinearRgba::WHITE, 0.5).with_alpha(rays.min(1.0));
            canvas.stroke(&[direction * near, direction * far], |_| 0.032, color);
        }
    }
    let sparkle = scene.amount(&sheet::SPARKLE);
    if sparkle > 0.03 {
        let stars = [(-0.98, 0.66, 0.0), (0.99, 0.8, 1.3), (1.1, 0.36, 2.4), (-1.1, 0.25, 3.6)];
        for (x, y, phase) in stars {
            let large = 0.105 * sparkle * (0.65 + 0.35 * (clock * 3.0 + phase).sin());
            let corners: Vec<Vec2> = (0..8)
                .map(|corner| {
                    let radius = if corner % 2 == 0 { large } else { 0.28 * large };
                    Vec2::new(x, y) + radius * Vec2::from_angle(corner as f32 * PI / 4.0)
                })
                .collect();
            let star = color.mix(&LinearRgba::WHITE, 0.6);
            canvas.fill(&corners, Vec2::new(x, y), LinearRgba::WHITE, star);
        }
    }
}

/// On the face: tears and sweat.
fn paint_drops(canvas: &mut Canvas, scene: &Scene, clock: f32) {
    let water = LinearRgba::rgb(0.55, 0.82, 1.0);
    let drop = |canvas: &mut Canvas, at: Vec2, large: f32, light: f32| {
        let outline: Vec<Vec2> = (0..20)
            .map(|step| {
                let (sin, cos) = (TAU * step as f32 / 20.0).sin_cos();
                // Narrow at its upper end.
                let wide = sin * (0.62 - 0.45 * (cos + 1.0) / 2.0).max(0.0) * 1.3;
                at + large * Vec2::new(wide, cos)
            })
            .collect();
        let color = water.with_alpha(light);
        canvas.fill(
            &outline,
            at - Vec2::new(0.0, 0.3 * large),
            LinearRgba::WHITE.with_alpha(light),
            color,
        );
    };
    let tears = scene.amount(&sheet::TEARS);
    if tears > 0.03 {
        for (side, phase) in [(-1.0, 0.0), (1.0, 0.55)] {
            let fall = (clock * 0.42 + phase).fract();
            let at = Vec2::new(side * 0.43, -0.03 - 0.62 * fall * fall);
            let light = tears.min(1.0) * ((1.0 - fall) / 0.25).min(1.0);
            drop(canvas, at, 0.1 * (fall * 5.0).min(1.0), 0.9 * light);
        }
    }
    let sweat = scene.amount(&sheet::SWEAT);
    if sweat > 0.03 {
        for (x, y, phase) in [(-0.68, 0.52, 0.0), (0.72, 0.42, 0.5), (0.5, 0.72, 0.25)] {
            let fall = (clock * 0.5 + phase).fract();
            let at = Vec2::new(x * (1.0 + 0.05 * fall), y - 0.24 * fall);
            let light = sweat.min(1.0) * (PI * fall).sin();
            drop(canvas, at, 0.085, 0.9 * light);
        }
    }
}

/// Points of a curve whose parameter runs from -1 to 1.
fn curve(steps: usize, point: impl Fn(f32) -> Vec2) -> Vec<Vec2> {
    (0..=steps).map(|step| point(2.0 * step as f32 / steps as f32 - 1.0)).collect()
}

/// Vector shapes with soft edges, gathered into one mesh: what is drawn later lies above.
#[derive(Default)]
struct Canvas {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
    /// Width of the soft edges, in HUD units: the camera does not smooth any.
    soft: f32,
    /// Where shapes are put: middle, rotation and size.
    frame: Option<(Vec2, Vec2, Vec2)>,
}

impl Canvas {
    /// Puts what is drawn from now on somewhere, turned by radians, and scaled.
    fn place(&mut self, middle: Vec2, turn: f32, size: Vec2) {
        self.frame = Some((middle, Vec2::from_angle(turn), size));
    }

    fn point(&mut self, at: Vec2, color: LinearRgba) -> u32 {
        let at = match self.frame {
            Some((middle, turn, size)) => middle + turn.rotate(at * size),
            None => at,
        };
        self.positions.push([at.x, at.y, 0.0]);
        self.colors.push(color.to_f32_array());
        self.positions.len() as u32 - 1
    }

    fn edge(&self) -> f32 {
        self.soft / self.frame.map_or(1.0, |(.., size)| size.max_element().max(1e-3))
    }

    fn quad(&mut self, [a, b, c, d]: [u32; 4]) {
        self.indices.extend([a, b, c, a, c, d]);
    }

    /// A soft edge outside of an outline whose corners are drawn already.
    fn soften(&mut self, outline: &[(u32, Vec2, LinearRgba)]) {
        let count = outline.len();
        let at = |place: usize| outline[place % count].1;
        let area: f32 = (0..count).map(|place| at(place).perp_dot(at(place + 1))).sum();
        if area == 0.0 {
            return;
        }
        let edge = self.edge() * area.signum();
        let outer: Vec<u32> = (0..count)
            .map(|place| {
                let before = (at(place) - at(place + count - 1)).normalize_or_zero();
                let after = (at(place + 1) - at(place)).normalize_or_zero();
                let normal = -(before + after).normalize_or_zero().perp();
                self.point(at(place) + normal * edge, outline[place].2.with_alpha(0.0))
            })
            .collect();
        for place in 0..count {
            let next = (place + 1) % count;
            self.quad([outline[place].0, outline[next].0, outer[next], outer[place]]);
        }
    }

    /// A shape that can be seen whole from its `centre`.
    fn fill(&mut self, outline: &[Vec2], centre: Vec2, middle: LinearRgba, rim: LinearRgba) {
        let centre = self.point(centre, middle);
        let corners: Vec<_> = outline.iter().map(|at| (self.point(*at, rim), *at, rim)).collect();
        for place in 0..corners.len() {
            let next = corners[(place + 1) % corners.len()].0;
            self.indices.extend([centre, corners[place].0, next]);
        }
        self.soften(&corners);
    }

    /// What lies between two lines of as many points.
    fn band(&mut self, upper: &[Vec2], lower: &[Vec2], top: LinearRgba, bottom: LinearRgba) {
        let upper: Vec<_> = upper.iter().map(|at| (self.point(*at, top), *at, top)).collect();
        let lower: Vec<_> = lower.iter().map(|at| (self.point(*at, bottom), *at, bottom)).collect();
        for (above, below) in upper.windows(2).zip(lower.windows(2)) {
            self.quad([above[0].0, above[1].0, below[1].0, below[0].0]);
        }
        let outline: Vec<_> = upper.into_iter().chain(lower.into_iter().rev()).collect();
        self.soften(&outline);
    }

    /// A line with round ends; its width runs along with its part, 0 to 1.
    fn stroke(&mut self, line: &[Vec2], width: impl Fn(f32) -> f32, color: LinearRgba) {
        let last = line.len() - 1;
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (place, at) in line.iter().enumerate() {
            let along = line[(place + 1).min(last)] - line[place.saturating_sub(1)];
            let aside = along.normalize_or_zero().perp();
            let half = width(place as f32 / last as f32) / 2.0;
            left.push(*at + aside * half);
            right.push(*at - aside * half);
        }
        // The ends are rounded within one outline, so that thin colours do not add up.
        let cap = |from: Vec2, to: Vec2| -> Vec<Vec2> {
            let (middle, arm) = ((from + to) / 2.0, (from - to) / 2.0);
            (1..6)
                .map(|step| middle + Vec2::from_angle(PI * step as f32 / 6.0).rotate(arm))
                .collect()
        };
        let start = cap(left[0], right[0]);
        let end = cap(right[last], left[last]);
        let indices = |canvas: &mut Self, points: &[Vec2]| -> Vec<(u32, Vec2, LinearRgba)> {
            points.iter().map(|at| (canvas.point(*at, color), *at, color)).collect()
        };
        let (left, right) = (indices(self, &left), indices(self, &right));
        let (start, end) = (indices(self, &start), indices(self, &end));
        for (left, right) in left.windows(2).zip(right.windows(2)) {
            self.quad([left[0].0, left[1].0, right[1].0, right[0].0]);
        }
        let mut fan = |first: u32, points: &[(u32, Vec2, LinearRgba)], then: u32| {
            let mut before = points[0].0;
            for point in points.iter().skip(1).map(|point| point.0).chain([then]) {
                self.indices.extend([first, before, point]);
                before = point;
            }
        };
        fan(left[0].0, &start, right[0].0);
        fan(right[last].0, &end, left[last].0);
        let outline: Vec<_> = left.into_iter().rev().chain(start).chain(right).chain(end).collect();
        self.soften(&outline);
    }

    fn line(&mut self, from: Vec2, to: Vec2, width: f32, color: LinearRgba) {
        if from.distance(to) < 0.01 {
            self.fill_circle(from, width / 2.0, color);
        } else {
            self.stroke(&[from, to], |_| width, color);
        }
    }

    /// Circles around a middle, with a colour at each radius, from one angle to another.
    fn circles(&mut self, at: Vec2, angles: [f32; 2], circles: &[(f32, LinearRgba)]) {
        let [from, to] = angles;
        let steps = (((to - from).abs() / TAU * 72.0).ceil() as usize).max(2);
        let mut before: Vec<u32> = Vec::new();
        for step in 0..=steps {
            let direction = Vec2::from_angle(from + (to - from) * step as f32 / steps as f32);
            let spoke: Vec<u32> = circles
                .iter()
                .map(|(radius, color)| self.point(at + direction * *radius, *color))
                .collect();
            for (old, new) in before.windows(2).zip(spoke.windows(2)) {
                self.quad([old[0], old[1], new[1], new[0]]);
            }
            before = spoke;
        }
    }

    /// Light that fades to nothing at its radius.
    fn glow(&mut self, at: Vec2, radius: f32, color: LinearRgba) {
        let fading = |part: f32| color.with_alpha(color.alpha * (1.0 - part * part).powi(2));
        let circles = [0.0, 0.25, 0.45, 0.65, 0.82, 1.0].map(|part| (radius * part, fading(part)));
        self.circles(at, [0.0, TAU], &circles);
    }

    fn fill_circle(&mut self, at: Vec2, radius: f32, color: LinearRgba) {
        let edge = self.edge();
        let clear = color.with_alpha(0.0);
        self.circles(at, [0.0, TAU], &[(0.0, color), (radius, color), (radius + edge, clear)]);
    }

    fn ring(&mut self, at: Vec2, radius: f32, width: f32, color: LinearRgba) {
        self.band_around(at, radius, width, [0.0, TAU], color);
    }

    /// A part of a ring, with round ends.
    fn arc(&mut self, at: Vec2, radius: f32, width: f32, from: f32, to: f32, color: LinearRgba) {
        self.band_around(at, radius, width, [from, to], color);
        if color.alpha >= 1.0 && (to - from).abs() < TAU {
            for angle in [from, to] {
                self.fill_circle(at + radius * Vec2::from_angle(angle), width / 2.0, color);
            }
        }
    }

    fn band_around(
        &mut self,
        at: Vec2,
        radius: f32,
        width: f32,
        angles: [f32; 2],
        color: LinearRgba,
    ) {
        let (edge, clear, half) = (self.edge(), color.with_alpha(0.0), width / 2.0);
        let circles = [
            ((radius - half - edge).max(0.0), clear),
            ((radius - half).max(0.0), color),
            (radius + half, color),
            (radius + half + edge, clear),
        ];
        self.circles(at, angles, &circles);
    }

    fn into_mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}
