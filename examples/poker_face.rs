//! Poker face: two players before one camera, and a stage that tries to make them laugh. Who
//! leaves their straight face first loses the round; the best of three wins. After each round the
//! moment is shown again, slowly, as curves. Alone, you play against a puppet whose nerves get
//! stronger the more often you win.
//!
//! `cargo run --release --example poker_face --features games` (`-- --source puppet --heads 2`
//! lets two puppets play.)
//!
//! Both are measured from their own rest, which the warm-up finds. Nobody loses by leaving the
//! picture: the round waits until both are back.
//!
//! From top to bottom: the rules ([`Match`]), the puppet ([`Nerves`]), the screens, the gags, and
//! what draws them.

#[path = "arcade/mod.rs"]
mod arcade;

use std::collections::VecDeque;
use std::f32::consts::{PI, TAU};
use std::time::Duration;

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::math::Affine2;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy::text::{FontSize, TextBounds};
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, SelfView, WarmUpOver};
use bevy_emotion::hud::ink::{Ink, Style, Token};
use bevy_emotion::hud::motion::approach;
use bevy_emotion::hud::theme::{Palette, Theme, sign};
use bevy_emotion::hud::{HudSettings, HudSystems, Screen};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

fn main() -> AppExit {
    arcade::run("Poker Face", PokerFacePlugin::default())
}

// ------------------------------------------------------------------------------------------------
// The game
// ------------------------------------------------------------------------------------------------

/// A face breaks when it is further from its rest than this (see [`heat`]) …
pub const LIMIT: f32 = 0.5;
/// … for this long.
pub const HOLD: Duration = Duration::from_millis(300);
/// A round that nobody loses ends here.
pub const ROUND: Duration = Duration::from_secs(60);
/// Rounds of a match, at most; two won ones decide it.
pub const ROUNDS: usize = 3;
/// Straight faces for this long open the curtain.
const CURTAIN: Duration = Duration::from_secs(3);
/// A face has to be this calm for that.
const CALM: f32 = 0.35;
/// Who cannot look calm for this long is measured anew.
const RESTLESS: Duration = Duration::from_secs(8);
/// A face that is lost for less is taken to be there.
const GRACE: Duration = Duration::from_millis(250);
/// Who returns has this long to compose themselves.
const BREATH: Duration = Duration::from_secs(1);
/// The laughter after a break, before it is shown again.
const LAUGHTER: Duration = Duration::from_millis(2200);
/// How much of it the curves show.
const AFTER: f32 = 0.8;
/// What the curves show, in seconds.
pub const WINDOW: f32 = 6.0;
/// How long it takes to draw them, and how long they stay.
const REPLAY: f32 = 9.0;
const REPLAY_STAYS: f32 = 3.5;
/// How long stone faces are admired.
const STONE: Duration = Duration::from_secs(4);
/// Width of a player's mirror.
const MIRROR: f32 = 168.0;

/// The whole game; the same `seed`, the same gags and the same nerves.
#[derive(Clone, Default)]
pub struct PokerFacePlugin {
    /// Of the gags and the puppet's nerves.
    pub seed: u64,
}

/// Where the player is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scene {
    /// The menu.
    #[default]
    Title,
    /// Both players' rest is found.
    WarmUp,
    /// A match.
    Play,
    /// Who has won.
    Over,
}

impl Plugin for PokerFacePlugin {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<MeasurePlugin>() {
            app.add_plugins(MeasurePlugin);
        }
        app.init_state::<Scene>()
            .insert_resource(PlayerSlots::new(2).with_order(SlotOrder::Leftmost))
            .insert_resource(Match::new(self.seed))
            .init_resource::<Players>()
            .init_resource::<Record>()
            .init_resource::<Canvas>()
            .init_resource::<View>()
            .add_systems(Startup, prepare_canvas)
            .add_systems(OnEnter(Scene::Title), open_title)
            .add_systems(OnEnter(Scene::WarmUp), open_warm_up)
            .add_systems(OnEnter(Scene::Play), open_play)
            .add_systems(OnEnter(Scene::Over), open_over)
            .add_systems(
                Update,
                (look, (seat_puppets_by_key, act, fret).chain().run_if(in_state(Scene::Play)))
                    .chain()
                    .in_set(EmotionSystems::React),
            )
            .add_systems(Update, (ease, paint, show_canvas).chain().in_set(HudSystems::Draw));
    }
}

/// What is known of both players in this update.
#[derive(Resource, Default)]
pub struct Players(pub [Player; 2]);

/// What is known of a player.
#[derive(Clone, Copy, Default, Debug)]
pub struct Player {
    /// Their face, while they have one.
    pub face: Option<Entity>,
    /// It is in view, and its rest is known.
    pub ready: bool,
    /// Its rest is looked for.
    pub measuring: bool,
    /// How it looks.
    pub looks: Looks,
}

/// How a face looks: strengths in the order of [`Expression::ALL`] from its own rest, and its tilt.
#[derive(Clone, Copy, Default, Debug)]
pub struct Looks {
    /// Of each expression, 0 to 1.
    pub strengths: [f32; 7],
    /// In radians, positive to the player's right.
    pub tilt: f32,
}

impl Looks {
    /// How far the face has left its rest, 0 to 1, and by what. Smiles count most: they are what
    /// this is about.
    pub fn heat(&self) -> (f32, Expression) {
        let mut most = (0.0, Expression::Neutral);
        for expression in Expression::ALL {
            let weight = match expression {
                Expression::Neutral => 0.0,
                Expression::Happy => 1.0,
                Expression::Surprise => 0.85,
                _ => 0.75,
            };
            let heat = self.strengths[expression.index()] * weight;
            if heat > most.0 {
                most = (heat, expression);
            }
        }
        most
    }
}

/// Finds the players' faces and reads them.
fn look(
    slots: Res<PlayerSlots>,
    game: Res<Match>,
    faces: Query<(Entity, &Face, &FaceInput, &FaceCalibration)>,
    puppets: Query<(&Puppet, &VirtualFace)>,
    mut players: ResMut<Players>,
) {
    let of_track = |track: u64| faces.iter().find(|(_, face, ..)| face.track == track);
    let is_puppet = |entity: &Entity| {
        faces.get(*entity).is_ok_and(|(_, face, ..)| {
            puppets.iter().any(|(_, puppet)| puppet.track() == face.track)
        })
    };
    for (index, player) in players.0.iter_mut().enumerate() {
        let puppet = puppets.iter().find(|(puppet, _)| puppet.player == index);
        let slotted = [1_u8, 2].map(|slot| slots.face(slot).filter(|face| !is_puppet(face)));
        player.face = match puppet {
            Some((_, face)) => of_track(face.track()).map(|(entity, ..)| entity),
            // The puppet may have taken the first slot while its opponent was away.
            None if game.alone => slotted.into_iter().flatten().next(),
            None => slotted[index],
        };
        let seen = player.face.and_then(|face| faces.get(face).ok());
        player.ready = seen.is_some_and(|(_, face, _, calibration)| {
            face.visible && calibration.progress().is_none()
        });
        player.measuring = seen.is_some_and(|(_, face, _, calibration)| {
            face.visible && calibration.progress().is_some()
        });
        if let Some((_, _, input, _)) = seen {
            let strengths = Expression::ALL.map(|expression| input.strength(expression));
            player.looks = Looks { strengths, tilt: input.tilt };
        } else {
            player.looks = Looks::default();
        }
    }
}

/// The rules: three rounds, who broke, at what.
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
    /// Whom the round waits for, and for how long; `resume` counts down once they are back.
    pub away_for: [Duration; 2],
    resume: Duration,
    restless_for: [Duration; 2],
    /// The gags of this round.
    pub show: Show,
    /// The last seconds, oldest first.
    pub history: VecDeque<Sample>,
    seed: u64,
    matches: u64,
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
    fn new(seed: u64) -> Self {
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
    fn start(&mut self) {
        self.outcomes.clear();
        self.matches += 1;
        self.start_round();
    }

    fn start_round(&mut self) {
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

    fn turn_to(&mut self, part: Part) {
        self.part = part;
        self.part_for = Duration::ZERO;
    }

    /// Rounds won by each.
    pub fn wins(&self) -> [usize; 2] {
        [0, 1].map(|player| {
            let lost = |outcome: &&Outcome| matches!(outcome, Outcome::Broke { player: who, .. } if *who != player);
            self.outcomes.iter().filter(lost).count()
        })
    }

    /// Who has won the match, once it is decided; `Some(None)` is a draw.
    pub fn decided(&self) -> Option<Option<usize>> {
        let [one, two] = self.wins();
        let over = self.outcomes.len() >= ROUNDS || one.max(two) * 2 > ROUNDS;
        over.then(|| match one.cmp(&two) {
            std::cmp::Ordering::Greater => Some(0),
            std::cmp::Ordering::Less => Some(1),
            std::cmp::Ordering::Equal => None,
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
    fn stage_time(&self) -> f32 {
        match self.part {
            Part::Replay => self.replayed_until(),
            Part::Broken => self.clock.as_secs_f32() + self.part_for.as_secs_f32().min(AFTER),
            _ => self.clock.as_secs_f32(),
        }
    }

    /// The time of the round that the curves have reached: slower and slower.
    fn replayed_until(&self) -> f32 {
        let drawn = (self.part_for.as_secs_f32() / REPLAY).min(1.0);
        self.window_start() + WINDOW * (1.0 - (1.0 - drawn).powf(1.7))
    }

    fn window_start(&self) -> f32 {
        self.clock.as_secs_f32() + AFTER - WINDOW
    }

    /// How the faces looked at a time of the round.
    fn looks_at(&self, at: f32) -> Option<[Looks; 2]> {
        let after = self.history.partition_point(|sample| sample.at < at);
        self.history.get(after.min(self.history.len().saturating_sub(1))).map(|it| it.looks)
    }

    fn remember(&mut self, at: f32, players: &Players) {
        self.history.push_back(Sample { at, looks: players.0.map(|player| player.looks) });
        while self.history.front().is_some_and(|sample| sample.at < at - WINDOW - 1.0) {
            self.history.pop_front();
        }
    }

    /// Whether the round can go on: nobody is away, or has just come back.
    fn all_there(&mut self, players: &Players, delta: Duration) -> bool {
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
    fn perform(&mut self, players: &Players, delta: Duration) -> Option<Outcome> {
        self.clock += delta;
        self.remember(self.clock.as_secs_f32(), players);
        for (breaking, player) in self.breaking.iter_mut().zip(&players.0) {
            let over = player.looks.heat().0 > LIMIT;
            *breaking = if over { *breaking + delta } else { Duration::ZERO };
        }
        let at = self.clock;
        // People laugh a moment after what made them.
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

/// Moves the match on.
fn act(
    time: Res<Time>,
    keys: Option<Res<ButtonInput<KeyCode>>>,
    players: Res<Players>,
    mut game: ResMut<Match>,
    mut record: ResMut<Record>,
    mut next: ResMut<NextState<Scene>>,
    mut commands: Commands,
) {
    let delta = time.delta();
    let before = game.part_for;
    let skips = keys.is_some_and(|keys| keys.any_just_pressed([KeyCode::Enter, KeyCode::Space]));
    let game = &mut *game;
    match game.part {
        Part::Curtain => {
            if !game.all_there(&players, delta) {
                game.part_for = Duration::ZERO;
                return;
            }
            let mut calm = true;
            for (player, restless) in players.0.iter().zip(&mut game.restless_for) {
                if player.looks.heat().0 < CALM {
                    *restless = Duration::ZERO;
                    continue;
                }
                calm = false;
                *restless += delta;
                if let Some(entity) = player.face.filter(|_| *restless > RESTLESS) {
                    *restless = Duration::ZERO;
                    commands.trigger(CalibrateFace { entity });
                }
            }
            game.part_for = if calm { before + delta } else { Duration::ZERO };
            if calm && before.as_secs() != game.part_for.as_secs() {
                commands.trigger(arcade::Blip { pitch_hz: 440.0, seconds: 0.08 });
            }
            if game.part_for >= CURTAIN {
                game.turn_to(Part::Act);
            }
        }
        Part::Act => {
            if !game.all_there(&players, delta) {
                return;
            }
            game.part_for += delta;
            let shown = game.show.act_at(game.clock.as_secs_f32());
            let ended = game.perform(&players, delta);
            let shows = game.show.act_at(game.clock.as_secs_f32());
            if let (Some((act, from)), Some((_, to))) = (shown, shows) {
                let punch = GAGS[act.gag].punch;
                if from < punch && to >= punch {
                    commands.trigger(arcade::Blip { pitch_hz: 880.0, seconds: 0.12 });
                }
            }
            let Some(outcome) = ended else { return };
            game.outcomes.push(outcome);
            match outcome {
                Outcome::Broke { player, .. } if game.alone => record.add(player == 1),
                _ => {}
            }
            let stone = outcome == Outcome::StoneFaces;
            let pitch_hz = if stone { 523.0 } else { 196.0 };
            commands.trigger(arcade::Blip { pitch_hz, seconds: 0.5 });
            game.turn_to(if stone { Part::Stone } else { Part::Broken });
        }
        Part::Broken => {
            game.part_for += delta;
            game.remember(game.clock.as_secs_f32() + game.part_for.as_secs_f32(), &players);
            if game.part_for >= LAUGHTER {
                game.turn_to(Part::Replay);
            }
        }
        Part::Replay | Part::Stone => {
            game.part_for += delta;
            let stays = match game.part {
                Part::Stone => STONE,
                _ => Duration::from_secs_f32(REPLAY + REPLAY_STAYS),
            };
            if game.part_for < stays && !skips {
                return;
            }
            if game.decided().is_some() {
                next.set(Scene::Over);
            } else {
                game.start_round();
            }
        }
    }
}

/// The gags of a round, in order.
#[derive(Default, Clone)]
pub struct Show(pub Vec<Act>);

/// A gag on the stage.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Of [`GAGS`].
    pub gag: usize,
    /// When the curtain opens for it, in seconds of the round; its title is shown before.
    pub start: f32,
    /// Of what it leaves to chance.
    pub seed: u64,
}

/// How long each gag's title is shown, in seconds.
const TITLE: f32 = 1.4;

impl Show {
    /// Sillier and sillier; what was not there yet comes first.
    fn new(mut dice: Dice, performed: &mut [u32; GAGS.len()]) -> Self {
        let mut order: Vec<(f32, usize)> = (0..GAGS.len())
            .map(|gag| (performed[gag] as f32 * 10.0 + dice.between(0.0, 4.0), gag))
            .collect();
        order.sort_by(|one, two| one.0.total_cmp(&two.0));
        let mut time = 0.0;
        let enough = order.iter().take_while(|(_, gag)| {
            let goes_on = time < ROUND.as_secs_f32();
            time += TITLE + GAGS[*gag].seconds;
            goes_on
        });
        let mut chosen: Vec<(f32, usize)> =
            enough.map(|(_, gag)| (GAGS[*gag].silliness, *gag)).collect();
        chosen.iter_mut().for_each(|(silliness, _)| *silliness += dice.between(-0.7, 0.7));
        chosen.sort_by(|one, two| one.0.total_cmp(&two.0));
        let mut start = 0.0;
        let acts = chosen.into_iter().map(|(_, gag)| {
            performed[gag] += 1;
            start += TITLE;
            let act = Act { gag, start, seed: dice.next() };
            start += GAGS[gag].seconds;
            act
        });
        Self(acts.collect())
    }

    /// What is on the stage, and for how long: negative while its title is shown.
    pub fn act_at(&self, clock: f32) -> Option<(Act, f32)> {
        let next = self.0.partition_point(|act| act.start - TITLE <= clock);
        let act = *self.0.get(next.checked_sub(1)?)?;
        Some((act, clock - act.start))
    }
}

/// Splitmix64: small, and the same everywhere.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }
}

// ------------------------------------------------------------------------------------------------
// The puppet
// ------------------------------------------------------------------------------------------------

/// How the rounds against the puppet went.
#[derive(Resource, Default, Debug, Clone, Copy)]
pub struct Record {
    /// Rounds that the puppet lost.
    pub won: u32,
    /// Rounds that it won.
    pub lost: u32,
}

impl Record {
    fn add(&mut self, won: bool) {
        if won {
            self.won += 1;
        } else {
            self.lost += 1;
        }
    }

    /// How calm the puppet is, 0.1 to 0.9: it learns from who beats it, and is merciful.
    pub fn skill(&self) -> f32 {
        (0.45 + 0.12 * (self.won as f32 - self.lost as f32)).clamp(0.1, 0.9)
    }
}

/// A puppet that plays; its [`VirtualFace`] is on the same entity.
#[derive(Component)]
pub struct Puppet {
    /// Whom it plays for: 0 or 1.
    pub player: usize,
    /// The key that bites its lip, when a person without a camera stands behind it.
    pub key: Option<KeyCode>,
    /// How close it is to laughing.
    pub nerves: Nerves,
    round: usize,
}

/// How close a puppet is to laughing.
#[derive(Clone)]
pub struct Nerves {
    /// It laughs at 1.
    pub urge: f32,
    /// How much breath is left for biting the lip, 0 to 1.
    pub breath: f32,
    /// How calm it is, 0 to 1.
    pub skill: f32,
    /// How funny it finds each gag.
    tastes: [f32; GAGS.len()],
    dice: Dice,
    twitch: (Expression, f32, f32),
    next_twitch: f32,
    laughs_for: Option<f32>,
}

impl Nerves {
    /// At the beginning of a round.
    pub fn new(seed: u64, skill: f32) -> Self {
        let mut dice = Dice(seed);
        let tastes = std::array::from_fn(|_| dice.between(0.3, 1.7));
        let twitch = (Expression::Happy, 0.0, 0.0);
        Self {
            urge: 0.0,
            breath: 1.0,
            skill,
            tastes,
            dice,
            twitch,
            next_twitch: 1.0,
            laughs_for: None,
        }
    }

    /// `seconds` pass with a gag that is as funny as `tickle`, 0 to 1. What the face shows then.
    pub fn endure(
        &mut self,
        seconds: f32,
        gag: usize,
        tickle: f32,
        bites: bool,
    ) -> (Expression, f32) {
        if let Some(laughs_for) = &mut self.laughs_for {
            *laughs_for += seconds;
            return (Expression::Happy, (0.4 + *laughs_for * 2.0).min(1.0));
        }
        let bites = bites && self.breath > 0.0;
        self.breath = (self.breath + seconds * if bites { -0.5 } else { 0.2 }).clamp(0.0, 1.0);
        let pull = if bites { 0.3 } else { 1.0 };
        self.urge += seconds * pull * tickle * self.tastes[gag] * (1.3 - self.skill);
        let calms = 0.03 + 0.16 * self.skill + if bites { 0.5 } else { 0.0 };
        self.urge = (self.urge - seconds * calms * self.urge).max(0.0);
        if self.urge >= 1.0 {
            self.laughs_for = Some(0.0);
        }
        self.next_twitch -= seconds;
        self.twitch.2 -= seconds;
        if self.next_twitch <= 0.0 {
            // Mostly the corner of the mouth; sometimes it fights with all it has.
            let fights = self.urge > 0.5 && self.dice.between(0.0, 1.0) < 0.4;
            let expression = if fights { Expression::Angry } else { Expression::Happy };
            let size = self.dice.between(0.25, 0.6) * (0.25 + self.urge * 0.5);
            self.twitch = (expression, size, self.dice.between(0.15, 0.5));
            self.next_twitch = self.dice.between(0.5, 2.4) / (0.4 + self.urge);
        }
        match self.twitch {
            (expression, size, left) if left > 0.0 => (expression, size),
            _ => (Expression::Happy, 0.15 * self.urge),
        }
    }
}

/// How funny a gag is `t` seconds after it began, 0 to 1.
pub fn tickle(gag: usize, t: f32) -> f32 {
    let Gag { silliness, punch, .. } = GAGS[gag];
    let awaited = 0.2 * between(t, punch - 3.0, punch);
    let landed = if t > punch { (-(t - punch) / 1.6).exp() } else { 0.0 };
    silliness / 5.0 * (awaited + landed)
}

/// The puppets watch the gags.
fn fret(
    time: Res<Time>,
    keys: Option<Res<ButtonInput<KeyCode>>>,
    game: Res<Match>,
    record: Res<Record>,
    mut puppets: Query<(&mut Puppet, &mut VirtualFace)>,
) {
    for (mut puppet, mut face) in &mut puppets {
        let round = game.outcomes.len();
        match game.part {
            Part::Curtain if puppet.round != round || puppet.nerves.laughs_for.is_some() => {
                puppet.round = round;
                let seed = game.seed ^ (game.matches << 16) ^ ((round as u64) << 4);
                let skill = if puppet.key.is_some() { 0.3 } else { record.skill() };
                puppet.nerves = Nerves::new(seed ^ puppet.player as u64, skill);
                face.release();
            }
            Part::Act if game.is_paused() => {}
            Part::Act => {
                let Some((act, t)) = game.show.act_at(game.clock.as_secs_f32()) else { continue };
                let bites = puppet
                    .key
                    .is_some_and(|key| keys.as_ref().is_some_and(|keys| keys.pressed(key)));
                let tickle = tickle(act.gag, t);
                let shown = puppet.nerves.endure(time.delta_secs(), act.gag, tickle, bites);
                face.show(shown.0, shown.1);
            }
            Part::Broken if puppet.nerves.laughs_for.is_some() => {
                let shown = puppet.nerves.endure(time.delta_secs(), 0, 0.0, false);
                face.show(shown.0, shown.1);
            }
            Part::Curtain | Part::Broken | Part::Replay | Part::Stone => face.release(),
        }
    }
}

/// The keys of players without a camera: they call a puppet, and bite its lip.
pub const KEYS: [KeyCode; 2] = [KeyCode::KeyA, KeyCode::KeyL];

/// Who is not seen may send a puppet, and help it with a key.
fn seat_puppets_by_key(
    keys: Option<Res<ButtonInput<KeyCode>>>,
    players: Res<Players>,
    game: Res<Match>,
    puppets: Query<&Puppet>,
    mut commands: Commands,
) {
    let Some(keys) = keys else { return };
    for (index, key) in KEYS.into_iter().enumerate() {
        let has_one = puppets.iter().any(|puppet| puppet.player == index);
        let waits = game.away_for[index] > GRACE && players.0[index].face.is_none();
        if waits && !has_one && keys.just_pressed(key) {
            commands.spawn(puppet(index, Some(key)));
        }
    }
}

fn puppet(player: usize, key: Option<KeyCode>) -> impl Bundle {
    let x = if player == 0 { -0.97 } else { 0.97 };
    (
        // The nerves are those of a round, and come with the curtain.
        Puppet { player, key, nerves: Nerves::new(0, 0.5), round: usize::MAX },
        VirtualFace::new().at(Vec2::new(x, 0.0)),
        DespawnOnExit(Scene::Play),
    )
}

// ------------------------------------------------------------------------------------------------
// The screens
// ------------------------------------------------------------------------------------------------

fn open_title(mut commands: Commands) {
    commands
        .spawn((
            DespawnOnExit(Scene::Title),
            // The stage says what the game is.
            FaceMenu::new("")
                .with_item("Two players")
                .with_item("Alone, against the puppet")
                .with_item("Quit")
                .with_place(MenuPlace::Bottom),
        ))
        .observe(
            |chosen: On<MenuChosen>,
             mut game: ResMut<Match>,
             mut next: ResMut<NextState<Scene>>,
             mut exit: MessageWriter<AppExit>| {
                if chosen.item == 2 {
                    exit.write(AppExit::Success);
                    return;
                }
                game.alone = chosen.item == 1;
                next.set(Scene::WarmUp);
            },
        );
}

fn open_warm_up(game: Res<Match>, mut slots: ResMut<PlayerSlots>, mut commands: Commands) {
    // Who sits left is player 1, whoever was seen first.
    slots.reseat();
    commands
        .spawn((
            DespawnOnExit(Scene::WarmUp),
            FaceWarmUp::new([Expression::Happy, Expression::Surprise]).for_players(if game.alone {
                1
            } else {
                2
            }),
        ))
        .observe(|_: On<WarmUpOver>, mut next: ResMut<NextState<Scene>>| {
            next.set(Scene::Play);
        });
}

fn open_play(
    mut game: ResMut<Match>,
    mut slots: ResMut<PlayerSlots>,
    screen: Res<Screen>,
    mut commands: Commands,
) {
    slots.reseat();
    game.start();
    if game.alone {
        commands.spawn(puppet(1, None));
    }
    let layout = Layout::new(screen.size);
    for player in 0..if game.alone { 1 } else { 2 } {
        let middle = layout.size.x / 2.0 + layout.column_of(player);
        commands.spawn((
            DespawnOnExit(Scene::Play),
            SelfView::new(player as u8 + 1),
            Node {
                position_type: PositionType::Absolute,
                left: Val::Px(middle - MIRROR / 2.0),
                bottom: Val::Px(14.0),
                ..default()
            },
        ));
    }
}

fn open_over(mut commands: Commands) {
    commands
        .spawn((
            DespawnOnExit(Scene::Over),
            FaceMenu::new("")
                .with_item("Again")
                .with_item("Warm up again")
                .with_item("Quit")
                .with_place(MenuPlace::Bottom),
        ))
        .observe(
            |chosen: On<MenuChosen>,
             mut next: ResMut<NextState<Scene>>,
             mut exit: MessageWriter<AppExit>| {
                match chosen.item {
                    0 => next.set(Scene::Play),
                    1 => next.set(Scene::WarmUp),
                    _ => {
                        exit.write(AppExit::Success);
                    }
                }
            },
        );
}

// ------------------------------------------------------------------------------------------------
// The gags. The stage is 740 wide and 460 high, its origin in the middle; things stand at -150.
// ------------------------------------------------------------------------------------------------

/// Something to laugh at.
pub struct Gag {
    /// Its title.
    pub name: &'static str,
    /// 1 to 5.
    pub silliness: f32,
    /// How long it takes.
    pub seconds: f32,
    /// When it is meant to be funny.
    pub punch: f32,
    /// What is said, from when on. Without any, a joke of [`JOKES`] is told.
    lines: &'static [(f32, &'static str)],
    /// The times that are shown where nothing may move.
    poses: &'static [f32],
    draw: fn(&mut Canvas, f32),
}

/// All of them.
pub const GAGS: [Gag; 11] = [
    Gag {
        name: "A dramatic pause",
        silliness: 1.0,
        seconds: 7.5,
        punch: 4.2,
        lines: &[
            (0.5, "To be …"),
            (1.9, "…"),
            (4.2, "(whispers) … a pear."),
            (5.6, "To be a pear."),
        ],
        poses: &[1.0, 3.0, 4.6, 6.4],
        draw: dramatic_pause,
    },
    Gag {
        name: "A cactus tells a joke",
        silliness: 1.6,
        seconds: 7.5,
        punch: 3.6,
        lines: &[],
        poses: &[1.2, 4.0, 6.3],
        draw: cactus,
    },
    Gag {
        name: "A potato, slowly",
        silliness: 2.0,
        seconds: 9.0,
        punch: 6.4,
        lines: &[
            (0.7, "A potato."),
            (2.8, "Closer."),
            (4.6, "Closer …"),
            (6.4, "It knows what you did."),
        ],
        poses: &[0.8, 3.2, 5.4, 8.0],
        draw: potato,
    },
    Gag {
        name: "A very serious duck",
        silliness: 2.6,
        seconds: 8.5,
        punch: 5.7,
        lines: &[
            (0.8, "A very serious duck."),
            (3.2, "It has never been late."),
            (4.6, "Ahem."),
            (6.6, "quack."),
        ],
        poses: &[1.6, 3.9, 5.9, 7.6],
        draw: duck,
    },
    Gag {
        name: "Countdown to nothing",
        silliness: 2.4,
        seconds: 9.0,
        punch: 5.6,
        lines: &[
            (0.2, "Prepare yourselves."),
            (3.6, "This is it!"),
            (4.9, ""),
            (6.2, "…"),
            (7.5, "Worth every second."),
        ],
        poses: &[0.5, 2.3, 4.2, 5.4, 7.8],
        draw: countdown,
    },
    Gag {
        name: "A balloon makes a speech",
        silliness: 3.2,
        seconds: 8.5,
        punch: 4.5,
        lines: &[
            (0.6, "Ladies and gentlemen,"),
            (2.0, "I have prepared seven hours of remarks."),
            (4.5, "Pffffffthhhrrrt."),
            (7.1, "In short: thank you."),
        ],
        poses: &[1.0, 3.4, 5.2, 7.6],
        draw: balloon,
    },
    Gag {
        name: "A knock at the door",
        silliness: 3.4,
        seconds: 8.5,
        punch: 5.2,
        lines: &[
            (0.8, "Knock, knock."),
            (2.4, "…"),
            (3.2, "Who is it?"),
            (5.6, "Sniff."),
            (6.3, "Sniff. Somebody here is about to laugh."),
        ],
        poses: &[1.0, 4.4, 6.4, 8.2],
        draw: nose,
    },
    Gag {
        name: "The general's eyes",
        silliness: 3.8,
        seconds: 8.5,
        punch: 4.3,
        lines: &[
            (0.4, "The general has never laughed."),
            (2.6, "Today he was shown the bill."),
            (5.9, "It was two soups."),
        ],
        poses: &[1.0, 3.9, 5.2, 7.8],
        draw: general,
    },
    Gag {
        name: "A dog",
        silliness: 3.6,
        seconds: 10.0,
        punch: 5.4,
        lines: &[
            (0.9, "A dog."),
            (3.4, "Still the dog."),
            (5.4, "We apologise for the dog."),
            (8.4, "End of dog."),
        ],
        poses: &[2.0, 4.4, 6.4, 9.0],
        draw: long_dog,
    },
    Gag {
        name: "The orchestra sneezes",
        silliness: 4.4,
        seconds: 9.0,
        punch: 6.3,
        lines: &[
            (0.3, "Symphony in A … choo."),
            (3.7, "And now: the tuba."),
            (5.0, "Aaaah … aaaAAAH …"),
            (6.3, "tchi."),
        ],
        poses: &[1.0, 2.7, 5.8, 6.6, 8.2],
        draw: orchestra,
    },
    Gag {
        name: "Jelly keeps calm",
        silliness: 4.8,
        seconds: 9.0,
        punch: 6.2,
        lines: &[
            (0.5, "I am jelly. I do not wobble."),
            (2.6, "This is not wobbling."),
            (4.4, "This is loud stillness."),
            (6.2, "Oh no."),
            (7.6, "I meant to do that."),
        ],
        poses: &[1.0, 3.4, 5.6, 6.8, 8.3],
        draw: jelly,
    },
];

/// Told by a cactus.
const JOKES: [[&str; 2]; 8] = [
    ["I bought a shy clock.", "It hides its face with its hands."],
    ["The fork has left the spoon.", "She saw no point in him."],
    ["My umbrella has joined a band.", "They only do covers."],
    ["I was married to a lamp.", "She went out every night."],
    ["My toaster is in therapy.", "The smallest things make it jump."],
    ["My pillow has written a book.", "I slept through the best part."],
    ["I have adopted a very old wall.", "It leans on me a lot."],
    ["They asked me for a hug.", "It went in. It did not come out."],
];

impl Gag {
    /// What is said at `t`, and since when.
    fn line(&self, t: f32, seed: u64) -> Option<(&'static str, f32)> {
        let joke = JOKES[(seed % JOKES.len() as u64) as usize];
        let told = [(0.7, joke[0]), (self.punch, joke[1])];
        let lines = if self.lines.is_empty() { &told[..] } else { self.lines };
        lines.iter().rev().find(|(from, _)| t >= *from).map(|(from, line)| (*line, t - from))
    }

    /// The time that is drawn where nothing may move: one picture after the other.
    fn still(&self, t: f32) -> f32 {
        let next = self.poses.partition_point(|pose| pose - 0.8 <= t);
        self.poses[next.saturating_sub(1)]
    }
}

const WHITE: Color = rgb(0xF7F4EC);
const INK: Color = rgb(0x1B1A24);

/// An eye that looks somewhere; `lid` closes it, 0 to 1, in the colour of its face.
fn eye(canvas: &mut Canvas, at: Vec2, radius: f32, looks: Vec2, lid: f32, skin: Color) {
    canvas.disc(at, radius, WHITE);
    canvas.disc(at + looks.clamp_length_max(1.0) * radius * 0.45, radius * 0.5, INK);
    canvas.disc(
        at + looks.clamp_length_max(1.0) * radius * 0.45 + radius * xy(-0.16, 0.18),
        radius * 0.14,
        WHITE,
    );
    if lid > 0.02 {
        let low = radius * (1.06 - 2.12 * lid);
        let half = (1.06_f32.powi(2) * radius * radius - low * low).max(0.0).sqrt();
        let start = low.atan2(half);
        let edge: Vec<Vec2> = (0..=16)
            .map(|it| {
                at + Vec2::from_angle(start + (PI - 2.0 * start) * it as f32 / 16.0) * radius * 1.06
            })
            .collect();
        canvas.flat(&edge, skin);
        canvas.stroke(
            &[at + xy(-half, low), at + xy(half, low)],
            radius * 0.14,
            INK.with_alpha(0.55),
        );
    }
}

/// A shadow on the floor.
fn shadow(canvas: &mut Canvas, x: f32, width: f32) {
    canvas.glow(xy(x, -152.0), xy(width, width * 0.16), Color::BLACK.with_alpha(0.55));
}

/// Legs, left and right, that walk by `step`.
fn legs(canvas: &mut Canvas, hip: Vec2, apart: f32, length: f32, step: f32, color: Color) {
    for side in [-1.0, 1.0] {
        let swing = (step + side * PI / 2.0).sin();
        let foot =
            hip + xy(side * apart + swing * length * 0.45, -length + (swing * side).max(0.0) * 4.0);
        canvas.stroke(&[hip + xy(side * apart, 0.0), foot], 7.0, color);
        canvas.ball(foot + xy(6.0, -1.0), xy(14.0, 6.0), color);
    }
}

fn dramatic_pause(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xB7C94B);
    let breath = 1.0 + 0.015 * (t * 2.2).sin();
    let panic = between(t, 2.4, 3.4) * (1.0 - between(t, 4.3, 4.8));
    let bow_down = between(t, 6.2, 6.8);
    shadow(canvas, 0.0, 120.0);
    canvas.within(xy(0.0, -150.0), -0.22 * bow_down, xy(1.0, breath), |canvas| {
        // The cape, then the pear.
        canvas.solid(
            &[xy(-40.0, 150.0), xy(-112.0, 2.0), xy(112.0, 2.0), xy(40.0, 150.0)],
            rgb(0x7A2036),
        );
        let pear: Vec<Vec2> = (0..44)
            .map(|it| {
                let angle = it as f32 / 44.0 * TAU;
                let narrow = 0.5 + 0.5 * angle.sin();
                xy(angle.cos() * (84.0 - 40.0 * narrow * narrow), 98.0 + angle.sin() * 98.0)
            })
            .collect();
        canvas.solid(&pear, skin);
        canvas.stroke(&bow(xy(0.0, 194.0), xy(2.0, 212.0), xy(16.0, 222.0)), 7.0, rgb(0x5B4026));
        canvas.within(xy(14.0, 210.0), 0.5, Vec2::ONE, |canvas| {
            canvas.ball(xy(18.0, 0.0), xy(20.0, 9.0), rgb(0x5E8F3A))
        });
        canvas.stroke(&bow(xy(-44.0, 142.0), xy(0.0, 122.0), xy(44.0, 142.0)), 9.0, rgb(0xD8B25A));
        let looks = xy(panic * (t * 5.0).sin(), 0.25 * (1.0 - panic));
        for side in [-1.0, 1.0] {
            eye(canvas, xy(side * 19.0, 158.0), 14.0, looks, 0.28 * (1.0 - panic), skin);
            canvas.stroke(
                &[xy(side * 8.0, 178.0 + 6.0 * panic), xy(side * 32.0, 176.0 + 12.0 * panic)],
                5.0,
                INK,
            );
        }
        let speaks = if (0.5..1.6).contains(&t) || t > 5.6 { (t * 11.0).sin().abs() } else { 0.0 };
        canvas.ball(xy(0.0, 124.0), xy(12.0, 2.5 + 8.0 * speaks), rgb(0x5A2530));
        if panic > 0.3 {
            canvas.ball(
                xy(48.0, 168.0 - 16.0 * (t * 0.9).fract()),
                xy(5.0, 8.0),
                rgb(0x8FD3EE).with_alpha(0.9),
            );
        }
    });
    // What it speaks to.
    canvas.within(xy(118.0, -60.0 - 70.0 * bow_down), 0.2, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(27.0, 24.0), rgb(0xC98A4B));
        canvas.stroke(&[xy(0.0, 22.0), xy(3.0, 36.0)], 4.0, rgb(0x8B6A3A));
        canvas.stroke(&bow(xy(-12.0, 18.0), xy(-22.0, 0.0), xy(-8.0, -20.0)), 2.0, rgb(0x9A6230));
        canvas.stroke(&bow(xy(12.0, 18.0), xy(22.0, 0.0), xy(8.0, -20.0)), 2.0, rgb(0x9A6230));
    });
    canvas.stroke(
        &bow(xy(70.0, -60.0), xy(104.0, -110.0), xy(114.0, -84.0 - 70.0 * bow_down)),
        10.0,
        skin,
    );
    // The prompter.
    let peeks = between(t, 3.7, 4.1) * (1.0 - between(t, 5.2, 5.6));
    canvas.within(xy(-380.0 + 66.0 * peeks, -70.0), -0.25, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(46.0, 52.0), rgb(0xE0A27E));
        eye(canvas, xy(22.0, 12.0), 11.0, xy(1.0, 0.0), 0.2, rgb(0xE0A27E));
        canvas.ball(xy(38.0, -16.0), xy(7.0, 9.0), rgb(0x6B2F36));
    });
}

fn cactus(canvas: &mut Canvas, t: f32) {
    let green = rgb(0x4E9A63);
    let told = t > 3.6;
    let talks = (0.7..2.2).contains(&t) || (3.6..5.2).contains(&t);
    let proud = pop(t, 4.9) * 0.06;
    shadow(canvas, 0.0, 100.0);
    canvas.within(
        xy(0.0, -150.0),
        0.03 * (t * 2.0).sin(),
        xy(1.0 - proud, 1.0 + proud),
        |canvas| {
            canvas.solid(
                &[xy(-46.0, 46.0), xy(-36.0, 0.0), xy(36.0, 0.0), xy(46.0, 46.0)],
                rgb(0xB5643C),
            );
            canvas.solid(&block(xy(0.0, 50.0), xy(54.0, 10.0), 6.0), rgb(0xC9744A));
            let lift = if told { 24.0 * pop(t, 4.9) } else { 0.0 };
            canvas.stroke(
                &bow(xy(-30.0, 112.0), xy(-82.0, 104.0), xy(-78.0, 150.0 + lift)),
                30.0,
                green,
            );
            canvas.stroke(&bow(xy(30.0, 122.0), xy(78.0, 112.0), xy(66.0, 138.0)), 28.0, green);
            canvas.solid(&block(xy(0.0, 138.0), xy(44.0, 86.0), 44.0), green);
            for (x, y) in [
                (-28.0, 84.0),
                (24.0, 74.0),
                (0.0, 96.0),
                (30.0, 112.0),
                (-30.0, 198.0),
                (26.0, 204.0),
                (0.0, 66.0),
            ] {
                canvas.stroke(
                    &[xy(x - 4.0, y + 4.0), xy(x, y), xy(x + 4.0, y + 4.0)],
                    2.0,
                    rgb(0xDDEBC8),
                );
            }
            let flower = pop(t, 4.9) * if told { 1.0 } else { 0.0 };
            for petal in 0..6 {
                let way = Vec2::from_angle(petal as f32 * TAU / 6.0) * 12.0 * flower;
                canvas.disc(xy(8.0, 228.0) + way, 9.0 * flower.max(0.0), rgb(0xE86F9C));
            }
            canvas.disc(xy(8.0, 228.0), 7.0 * flower.max(0.0), rgb(0xF5D25D));
            let waits = t > 5.2;
            let looks = if waits { xy((t * 2.4).sin(), 0.0) } else { xy(0.2, 0.1) };
            for side in [-1.0, 1.0] {
                eye(
                    canvas,
                    xy(side * 18.0, 170.0),
                    14.0,
                    looks,
                    if waits { 0.15 } else { 0.3 },
                    green,
                );
            }
            let open = if talks { (t * 12.0).sin().abs() } else { 0.0 };
            canvas.ball(
                xy(0.0, 138.0),
                xy(15.0 + 3.0 * f32::from(u8::from(waits)), 2.5 + 8.0 * open),
                rgb(0x21442D),
            );
        },
    );
    // The microphone.
    canvas.stroke(&[xy(58.0, -150.0), xy(58.0, -22.0), xy(38.0, -2.0)], 5.0, rgb(0x6C7080));
    canvas.ball(xy(58.0, -150.0), xy(30.0, 6.0), rgb(0x4A4D5A));
    canvas.within(xy(34.0, 2.0), 0.8, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(11.0, 14.0), rgb(0x9DA2B4))
    });
    // Ba-dum-tss.
    let hit = if told { jolt(t, 5.0) } else { 0.0 };
    canvas.within(xy(-226.0, -150.0), 0.0, Vec2::ONE, |canvas| {
        shadow(canvas, 0.0, 0.1);
        canvas.ball(xy(0.0, 46.0), xy(62.0, 48.0), rgb(0x9A3147));
        canvas.ball(xy(0.0, 46.0), xy(48.0, 36.0), rgb(0xE9E1D0));
        canvas.stroke(&[xy(70.0, 0.0), xy(70.0, 108.0)], 4.0, rgb(0x6C7080));
        canvas.within(xy(70.0, 110.0), hit * 0.5, Vec2::ONE, |canvas| {
            canvas.ball(Vec2::ZERO, xy(46.0, 7.0), rgb(0xE2B84B));
        });
    });
    if (5.0..6.0).contains(&t) {
        let words = if t < 5.15 {
            "ba"
        } else if t < 5.3 {
            "ba-dum"
        } else {
            "ba-dum – tss!"
        };
        canvas.write(words, xy(-210.0, 30.0), 24.0, rgb(0xF1D68A));
    }
    // Nobody laughs.
    let rolls = between(t, 5.7, 7.5);
    if rolls > 0.0 {
        let x = 420.0 - 840.0 * rolls;
        canvas.within(xy(x, -120.0 + 24.0 * (t * 6.0).sin().abs()), t * 6.0, Vec2::ONE, |canvas| {
            for turn in 0..7 {
                canvas.within(
                    Vec2::ZERO,
                    turn as f32 * 0.9,
                    xy(1.0, 0.5 + 0.06 * turn as f32),
                    |canvas| {
                        let mut loops = oval(Vec2::ZERO, Vec2::splat(26.0));
                        loops.push(loops[0]);
                        canvas.stroke(&loops, 2.5, rgb(0xB08A52));
                    },
                );
            }
        });
    }
}

fn potato(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xB98B56);
    let near = between(t, 0.6, 6.2);
    let size = 0.34 + 1.5 * near * near;
    let wakes = between(t, 6.4, 6.7);
    let brow = pop(t, 7.4) * f32::from(u8::from(t > 7.4));
    // The light narrows.
    canvas.glow(xy(0.0, -10.0), xy(420.0, 300.0), rgb(0xFFE2A8).with_alpha(0.10 + 0.08 * near));
    canvas.glow(
        xy(0.0, -150.0 - 30.0 * near),
        xy(150.0 * size, 22.0 * size),
        Color::BLACK.with_alpha(0.6),
    );
    canvas.within(xy(0.0, -100.0 + 72.0 * near), 0.0, Vec2::splat(size), |canvas| {
        let lumps: Vec<Vec2> = (0..64)
            .map(|it| {
                let angle = it as f32 / 64.0 * TAU;
                let lump = 1.0 + 0.06 * (angle * 3.0 + 0.7).sin() + 0.03 * (angle * 5.0).cos();
                Vec2::from_angle(angle) * xy(132.0, 100.0) * lump
            })
            .collect();
        canvas.solid(&lumps, skin);
        canvas.glow(xy(-44.0, 46.0), xy(64.0, 36.0), WHITE.with_alpha(0.2));
        for (x, y, turn) in [
            (-90.0, -8.0, 0.3),
            (70.0, 56.0, -0.4),
            (96.0, -14.0, 0.1),
            (-26.0, -66.0, 0.0),
            (40.0, -58.0, 0.5),
            (-58.0, 66.0, -0.2),
            (8.0, 80.0, 0.1),
        ] {
            canvas.within(xy(x, y), turn, Vec2::ONE, |canvas| {
                canvas.ball(Vec2::ZERO, xy(8.0, 3.5), rgb(0x8E6537));
                canvas.stroke(
                    &bow(xy(-9.0, -5.0), xy(0.0, -10.0), xy(9.0, -5.0)),
                    1.6,
                    rgb(0xD6AE79),
                );
            });
        }
        if wakes > 0.0 {
            for side in [-1.0, 1.0] {
                let at = xy(side * 34.0, 12.0);
                canvas.disc(at, 19.5, rgb(0x8E6537));
                eye(canvas, at, 18.0, xy(0.0, -0.1), 1.0 - wakes * 0.62, skin);
            }
            canvas.stroke(
                &bow(
                    xy(14.0, 40.0 + 14.0 * brow),
                    xy(34.0, 48.0 + 26.0 * brow),
                    xy(56.0, 36.0 + 10.0 * brow),
                ),
                6.0,
                rgb(0x5E3F1C),
            );
            canvas.stroke(&[xy(-54.0, 37.0), xy(-14.0, 35.0)], 6.0, rgb(0x5E3F1C));
            canvas.stroke(&[xy(-16.0, -34.0), xy(18.0, -34.0 + 5.0 * brow)], 4.0, rgb(0x5E3F1C));
        } else {
            for side in [-1.0, 1.0] {
                canvas.stroke(
                    &bow(
                        xy(side * 34.0 - 16.0, 10.0),
                        xy(side * 34.0, 4.0),
                        xy(side * 34.0 + 16.0, 10.0),
                    ),
                    2.5,
                    rgb(0x8E6537),
                );
            }
        }
    });
}

fn duck(canvas: &mut Canvas, t: f32) {
    let yellow = rgb(0xF2C744);
    let walks = between(t, 0.2, 2.8);
    let steps = between(t, 5.1, 5.7);
    let slips = ((t - 5.7) / 0.75).clamp(0.0, 1.0);
    let lies = t > 6.45;
    let x = -440.0 + 420.0 * walks + 90.0 * steps + 110.0 * slips;
    // The peel.
    canvas.within(
        xy(72.0 + 190.0 * between(t, 5.7, 6.2), -146.0 + 120.0 * (PI * between(t, 5.7, 6.2)).sin()),
        6.0 * between(t, 5.7, 6.2),
        Vec2::ONE,
        |canvas| {
            for turn in [-1.1, 0.0, 1.1] {
                canvas.within(xy(0.0, 6.0), turn, Vec2::ONE, |canvas| {
                    canvas.stroke(
                        &bow(Vec2::ZERO, xy(12.0, 2.0), xy(6.0, -16.0)),
                        9.0,
                        rgb(0xE9D15B),
                    );
                });
            }
        },
    );
    shadow(canvas, x, 84.0 - 30.0 * (PI * slips).sin());
    let up = 170.0 * (PI * slips).sin();
    let turned = -(slips * 3.0 * PI);
    let land = if lies { jolt(t, 6.45) * 0.3 } else { 0.0 };
    let walking = if walks < 1.0 || (steps > 0.0 && steps < 1.0) { 1.0 } else { 0.0 };
    let waddle = 0.07 * walking * (t * 11.0).sin();
    let middle = if lies { xy(x, -78.0) } else { xy(x, -82.0 + up) };
    canvas.within(middle, turned + waddle, xy(1.0 + land, 1.0 - land), |canvas| {
        let step = if lies { t * 14.0 } else { t * 11.0 * walking };
        let reach = if lies { 40.0 } else { 30.0 };
        legs(canvas, xy(0.0, -36.0), 15.0, reach, step, rgb(0xE8863A));
        canvas.solid(&[xy(-66.0, 8.0), xy(-108.0, 38.0), xy(-60.0, 34.0)], yellow);
        canvas.ball(xy(-8.0, 0.0), xy(76.0, 48.0), yellow);
        let ahem = between(t, 4.5, 4.7) * (1.0 - between(t, 5.2, 5.5));
        canvas.within(xy(-14.0, 4.0), 0.2 - 0.9 * ahem, Vec2::ONE, |canvas| {
            canvas.ball(xy(-14.0, -2.0), xy(44.0, 25.0), rgb(0xDDA92F));
        });
        canvas.ball(xy(50.0, 66.0), xy(42.0, 42.0), yellow);
        let open = if (4.6..5.1).contains(&t) || (6.6..7.1).contains(&t) { 9.0 } else { 1.0 };
        canvas.ball(xy(98.0, 50.0 - open), xy(22.0, 7.0), rgb(0xD97426));
        canvas.ball(xy(98.0, 58.0), xy(28.0, 8.0), rgb(0xEE9440));
        // Manners: bow tie, monocle, hat.
        for side in [-1.0, 1.0] {
            canvas.solid(
                &[xy(44.0, 24.0), xy(44.0 + side * 26.0, 36.0), xy(44.0 + side * 26.0, 10.0)],
                rgb(0xB32A44),
            );
        }
        canvas.disc(xy(44.0, 23.0), 6.0, rgb(0x7F1A30));
        let stare = between(t, 2.8, 3.1) * (1.0 - between(t, 5.0, 5.2));
        let blink = if (3.7..3.85).contains(&t) { 1.0 } else { 0.35 };
        let lid = if slips > 0.0 && !lies { 0.0 } else { blink };
        eye(canvas, xy(62.0, 76.0), 14.0, xy(1.0 - stare, -0.1), lid, yellow);
        let mut rim = oval(xy(62.0, 76.0), Vec2::splat(19.0));
        rim.push(rim[0]);
        canvas.stroke(&rim, 3.0, rgb(0xF6EFD8));
        canvas.within(
            xy(40.0, 104.0 + 70.0 * (PI * slips).sin()),
            0.12 + slips * 0.6 * f32::from(u8::from(!lies)),
            Vec2::ONE,
            |canvas| {
                canvas.solid(&block(xy(0.0, 22.0), xy(24.0, 24.0), 5.0), rgb(0x2B2936));
                canvas.solid(&block(xy(0.0, 0.0), xy(38.0, 5.0), 5.0), rgb(0x2B2936));
                canvas.flat(&block(xy(0.0, 9.0), xy(24.0, 5.0), 1.0), rgb(0xB32A44));
            },
        );
    });
    if lies {
        for star in 0..4 {
            let angle = t * 3.0 + star as f32 * TAU / 4.0;
            canvas.disc(
                xy(x - 40.0, -150.0 + 20.0) + Vec2::from_angle(angle) * xy(84.0, 18.0),
                5.0,
                rgb(0xFFE9A0),
            );
        }
    }
}

fn countdown(canvas: &mut Canvas, t: f32) {
    let number = 5 - (t / 0.96).floor() as i32;
    let part = (t / 0.96).fract();
    if number > 0 {
        let heat = t / 4.8;
        canvas.glow(
            Vec2::ZERO,
            Vec2::splat(260.0 + 120.0 * heat),
            rgb(0xF2A03D).with_alpha(0.12 + 0.2 * heat),
        );
        for spoke in 0..12 {
            let way = Vec2::from_angle(spoke as f32 * TAU / 12.0 + t * 0.3);
            canvas.stroke(
                &[way * 170.0, way * (186.0 + 34.0 * heat)],
                5.0,
                rgb(0xF2A03D).with_alpha(0.25 + 0.5 * heat),
            );
        }
        let grown = 1.0 + 0.12 * (1.0 - pop(part * 0.96, 0.0));
        canvas.within(xy(0.0, 10.0), 0.0, Vec2::splat(grown), |canvas| {
            canvas.ball(Vec2::ZERO, Vec2::splat(146.0), rgb(0x3A2233));
            let arc: Vec<Vec2> = (0..=48)
                .map(|it| {
                    Vec2::from_angle(PI / 2.0 - TAU * (1.0 - part) * it as f32 / 48.0) * 146.0
                })
                .collect();
            canvas.stroke(&arc, 13.0, rgb(0xF6C453));
            canvas.write(&number.to_string(), xy(0.0, 4.0), 170.0 * grown, WHITE);
        });
        return;
    }
    // Nothing.
    canvas.flat(
        &square(xy(-380.0, -240.0), xy(380.0, 240.0)),
        rgb(0x0A0810).with_alpha(0.75 * between(t, 4.8, 4.9)),
    );
    let light = between(t, 5.4, 5.8);
    canvas.solid(
        &[xy(-16.0, 240.0), xy(16.0, 240.0), xy(120.0, -150.0), xy(-120.0, -150.0)],
        rgb(0xFFE7B0).with_alpha(0.10 * light),
    );
    canvas.glow(xy(0.0, -150.0), xy(130.0, 22.0), rgb(0xFFE7B0).with_alpha(0.35 * light));
    // One piece of confetti.
    let falls = ((t - 6.0) / 1.5).clamp(0.0, 1.0);
    let sways = (1.0 - falls) * 36.0 * (t * 4.0).sin();
    if t > 6.0 {
        canvas.within(
            xy(sways, 250.0 - 398.0 * falls),
            2.0 * (1.0 - falls) * (t * 3.0).sin(),
            xy(1.0, 0.45 + 0.4 * (1.0 - falls) * (t * 5.0).cos().abs()),
            |canvas| {
                canvas.solid(&block(Vec2::ZERO, xy(13.0, 8.0), 2.0), rgb(0xE86F9C));
            },
        );
    }
    // A tiny flag, for the occasion.
    let waves = pop(t, 7.5) * f32::from(u8::from(t > 7.5));
    if waves > 0.0 {
        canvas.within(xy(60.0, -150.0), 0.0, xy(1.0, waves.max(0.05)), |canvas| {
            canvas.stroke(&[Vec2::ZERO, xy(0.0, 70.0)], 4.0, rgb(0xB7AFA0));
            canvas.solid(
                &[xy(0.0, 70.0), xy(54.0, 58.0 + 4.0 * (t * 6.0).sin()), xy(0.0, 44.0)],
                rgb(0x58A5D8),
            );
        });
    }
}

fn balloon(canvas: &mut Canvas, t: f32) {
    let red = rgb(0xD9475C);
    let flies = between(t, 4.5, 6.7);
    let air = (0.86 + 0.24 * between(t, 0.4, 4.4)) * (1.0 - 0.72 * flies);
    let route = |part: f32| {
        let angle = part * 11.0;
        xy(
            (angle * 1.0).sin() * 250.0 * (1.0 - part * 0.7),
            60.0 + (angle * 1.7).cos() * 110.0 * (1.0 - part) - 130.0 * part,
        )
    };
    // The lectern.
    shadow(canvas, 0.0, 96.0);
    canvas.solid(
        &[xy(-58.0, -38.0), xy(-44.0, -150.0), xy(44.0, -150.0), xy(58.0, -38.0)],
        rgb(0x6B4A33),
    );
    canvas.solid(&block(xy(0.0, -34.0), xy(70.0, 9.0), 4.0), rgb(0x835C40));
    canvas.solid(&block(xy(0.0, -92.0), xy(20.0, 20.0), 20.0), rgb(0xD8B25A));
    let rests = t > 6.7;
    let at = if flies > 0.0 && !rests {
        let start = between(t, 4.5, 4.9);
        xy(0.0, 78.0).lerp(route(flies), start)
    } else if rests {
        xy(0.0, -22.0)
    } else {
        xy(6.0 * (t * 1.6).sin(), 78.0 + 5.0 * (t * 2.3).sin())
    };
    if flies > 0.0 && !rests {
        for puff in 1..7 {
            let past = (flies - puff as f32 * 0.018).max(0.0);
            canvas.disc(
                route(past),
                3.0 + puff as f32 * 1.8,
                WHITE.with_alpha(0.30 - puff as f32 * 0.04),
            );
        }
    }
    let angle = if flies > 0.0 && !rests { flies * 23.0 } else { 0.04 * (t * 1.9).sin() };
    let scale =
        if rests { xy(0.62, 0.16) } else { xy(air, air * (1.0 + 0.05 * flies * (t * 40.0).sin())) };
    canvas.within(at, angle, scale, |canvas| {
        if !rests {
            canvas.stroke(
                &bow(xy(0.0, -92.0), xy(14.0, -112.0), xy(-4.0, -132.0)),
                2.5,
                rgb(0xC9C2B2),
            );
        }
        canvas.solid(&[xy(-12.0, -98.0), xy(0.0, -80.0), xy(12.0, -98.0)], rgb(0xB93349));
        let skin: Vec<Vec2> =
            oval(Vec2::ZERO, xy(80.0, 92.0))
                .into_iter()
                .map(|point| {
                    if point.y < 0.0 {
                        xy(point.x * (1.0 + point.y / 400.0), point.y)
                    } else {
                        point
                    }
                })
                .collect();
        canvas.solid(&skin, red);
        canvas.glow(xy(-30.0, 44.0), xy(30.0, 24.0), WHITE.with_alpha(0.5));
        let speaks = if (0.6..4.3).contains(&t) { (t * 9.0).sin().abs() } else { 0.0 };
        let shock = if flies > 0.0 && !rests { 1.0 } else { 0.0 };
        for side in [-1.0, 1.0] {
            eye(
                canvas,
                xy(side * 26.0, 14.0),
                15.0 + 4.0 * shock,
                xy(0.1, 0.2),
                0.3 * (1.0 - shock),
                red,
            );
            let mut rim = oval(xy(side * 26.0, 14.0), Vec2::splat(22.0));
            rim.push(rim[0]);
            canvas.stroke(&rim, 3.0, rgb(0x3A2030));
        }
        canvas.stroke(&[xy(-5.0, 14.0), xy(5.0, 14.0)], 3.0, rgb(0x3A2030));
        canvas.ball(xy(0.0, -28.0), xy(17.0, 3.0 + 11.0 * speaks.max(shock)), rgb(0x641526));
    });
    if flies == 0.0 && t > 0.6 {
        // Its speech, all of it.
        canvas.solid(
            &[xy(-26.0, -24.0), xy(26.0, -24.0), xy(20.0, -14.0), xy(-20.0, -14.0)],
            rgb(0xEFE7D3),
        );
    }
}

fn nose(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xE39B7B);
    let knock = jolt(t, 0.8) + jolt(t, 1.15) + jolt(t, 1.5);
    let open = between(t, 3.6, 4.4) * (1.0 - between(t, 7.7, 7.85));
    let out = between(t, 4.7, 5.6) * (1.0 - between(t, 7.4, 7.7));
    let slam = jolt(t, 7.85);
    canvas.within(xy(knock * 4.0 + slam * 7.0, 0.0), 0.0, Vec2::ONE, |canvas| {
        canvas.solid(&block(xy(0.0, -70.0), xy(62.0, 88.0), 12.0), rgb(0x50392D));
        canvas.flat(&block(xy(0.0, -74.0), xy(48.0, 76.0), 8.0), rgb(0x0D0B12));
        canvas.within(xy(-48.0, -74.0), 0.0, xy(1.0 - 0.8 * open, 1.0 + 0.08 * open), |canvas| {
            canvas.solid(&block(xy(48.0, 0.0), xy(48.0, 76.0), 6.0), rgb(0x9C5B3A));
            canvas.flat(&block(xy(48.0, 34.0), xy(30.0, 26.0), 6.0), rgb(0x7F472C));
            canvas.flat(&block(xy(48.0, -32.0), xy(30.0, 28.0), 6.0), rgb(0x7F472C));
            canvas.disc(xy(84.0, 2.0), 6.0, rgb(0xE2B84B));
        });
    });
    if t > 0.8 && t < 2.2 {
        for (from, x) in [(0.8, -110.0), (1.15, 110.0), (1.5, 0.0)] {
            if t > from {
                let rises = between(t, from, from + 0.5);
                canvas.write(
                    "knock",
                    xy(x, 40.0 + 26.0 * rises),
                    24.0,
                    rgb(0xF1D68A).with_alpha(1.0 - between(t, from + 0.4, from + 0.8)),
                );
            }
        }
    }
    if out > 0.0 {
        let flare = ((t - 5.6) * 8.0).sin().max(0.0) * f32::from(u8::from((5.6..7.2).contains(&t)));
        let size = 0.12 + 1.38 * out;
        canvas.glow(xy(0.0, -150.0), xy(190.0 * out, 26.0), Color::BLACK.with_alpha(0.5 * out));
        canvas.within(
            xy(0.0, -66.0 + 8.0 * out),
            0.05 * (t * 3.0).sin() * out,
            Vec2::splat(size),
            |canvas| {
                // Seen from below, coming nearer.
                let bridge = [xy(-34.0, 70.0), xy(-78.0, -30.0), xy(78.0, -30.0), xy(34.0, 70.0)];
                canvas.solid(&bridge, rgb(0xD18969));
                canvas.ball(xy(0.0, 66.0), xy(35.0, 22.0), rgb(0xD18969));
                for side in [-1.0, 1.0] {
                    canvas.ball(xy(side * 66.0, -26.0), xy(40.0 + 8.0 * flare, 35.0), skin);
                }
                canvas.ball(xy(0.0, -18.0), xy(62.0, 56.0), skin);
                canvas.glow(xy(-16.0, 10.0), xy(32.0, 22.0), WHITE.with_alpha(0.45));
                for side in [-1.0, 1.0] {
                    canvas.ball(
                        xy(side * 38.0, -44.0),
                        xy(17.0 + 8.0 * flare, 11.0 + 5.0 * flare),
                        rgb(0x3B1715),
                    );
                    canvas.stroke(
                        &bow(
                            xy(side * 36.0, -44.0),
                            xy(side * 40.0, -56.0),
                            xy(side * 47.0, -60.0),
                        ),
                        2.0,
                        rgb(0x5B3A22),
                    );
                }
            },
        );
    }
}

fn general(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xD9A078);
    let strain = between(t, 2.8, 4.2) * f32::from(u8::from(t < 4.3));
    let out = if t < 6.6 {
        pop(t, 4.3) * f32::from(u8::from(t > 4.3))
    } else {
        1.0 - between(t, 6.6, 6.8)
    };
    let shiver = strain * 2.5 * (t * 50.0).sin();
    // A portrait in gold.
    canvas.solid(&block(xy(0.0, 10.0), xy(196.0, 206.0), 16.0), rgb(0xC4973F));
    canvas.solid(&block(xy(0.0, 10.0), xy(172.0, 182.0), 8.0), rgb(0x39485A));
    canvas.glow(xy(0.0, 60.0), xy(170.0, 150.0), rgb(0x7C93A8).with_alpha(0.5));
    // The uniform stays in its frame.
    canvas.solid(
        &[xy(-96.0, -92.0), xy(-150.0, -170.0), xy(150.0, -170.0), xy(96.0, -92.0), xy(0.0, -64.0)],
        rgb(0x8E2C3B),
    );
    for side in [-1.0, 1.0] {
        canvas.solid(&block(xy(side * 108.0, -104.0), xy(36.0, 11.0), 10.0), rgb(0xE2B84B));
        for thread in 0..5 {
            let x = side * 108.0 - 26.0 + 13.0 * thread as f32;
            canvas.stroke(&[xy(x, -112.0), xy(x, -126.0)], 4.0, rgb(0xE2B84B));
        }
    }
    for row in 0..2 {
        for column in 0..3 {
            canvas.ball(
                xy(-62.0 + 26.0 * column as f32, -122.0 - 26.0 * row as f32),
                xy(9.0, 9.0),
                [rgb(0xE2B84B), rgb(0x58A5D8), rgb(0xD8D4C8)][(row + column) % 3],
            );
        }
    }
    canvas.within(xy(shiver, 14.0), 0.0, xy(1.0 + 0.04 * strain, 1.0 - 0.03 * strain), |canvas| {
        canvas.ball(xy(0.0, -10.0), xy(94.0, 104.0), skin.mix(&rgb(0xD8433A), 0.55 * strain));
        canvas.solid(
            &[
                xy(-118.0, 58.0),
                xy(-96.0, 96.0),
                xy(0.0, 150.0),
                xy(96.0, 96.0),
                xy(118.0, 58.0),
                xy(0.0, 78.0),
            ],
            rgb(0x2E3350),
        );
        canvas.ball(xy(0.0, 104.0), xy(15.0, 17.0), rgb(0xE2B84B));
        let sockets = out.clamp(0.0, 1.0);
        for side in [-1.0, 1.0] {
            let home = xy(side * 38.0, 14.0);
            canvas.disc(home, 21.0, rgb(0x55302A).with_alpha(sockets.max(0.25)));
        }
        canvas.ball(xy(0.0, -22.0), xy(21.0, 26.0), skin.mix(&rgb(0xC46A4E), 0.35));
        let twirl = 0.18 * (t * 1.3).sin() + 0.35 * jolt(t, 6.8);
        for side in [-1.0, 1.0] {
            canvas.within(xy(0.0, -52.0), side * twirl, Vec2::ONE, |canvas| {
                let points = bow(xy(0.0, 0.0), xy(side * 66.0, -34.0), xy(side * 92.0, 22.0));
                for (it, point) in points.iter().enumerate() {
                    canvas.disc(*point, 17.0 - it as f32 * 0.85, rgb(0x4B3B34));
                }
            });
        }
        canvas.stroke(
            &bow(xy(-20.0, -80.0), xy(0.0, -80.0 + 10.0 * out.min(1.0)), xy(20.0, -80.0)),
            5.0,
            rgb(0x6B2F36),
        );
        for side in [-1.0, 1.0] {
            let home = xy(side * 38.0, 14.0);
            let swing = 0.12 * out * (t * 9.0 + side).sin();
            let away = Vec2::from_angle(-PI / 2.0 + side * 0.75 + swing) * 150.0 * out;
            let at = home + away;
            if out.abs() > 0.03 {
                // The spring.
                let turns: Vec<Vec2> = (0..=44)
                    .map(|it| {
                        let part = it as f32 / 44.0;
                        home + away * part
                            + away.normalize_or_zero().perp() * 11.0 * (part * TAU * 7.0).sin()
                    })
                    .collect();
                canvas.stroke(&turns, 3.5, rgb(0xAEB4C2));
            }
            let looks = if t < 2.6 {
                xy((t * 1.4).sin() * 0.8, 0.0)
            } else if t > 5.3 && t < 6.6 {
                xy(-side, 0.2)
            } else {
                Vec2::ZERO
            };
            let size = 19.0 + 11.0 * strain + 13.0 * out.clamp(0.0, 1.2);
            let lid =
                if t < 2.6 { 0.34 } else { 0.34 * (1.0 - strain) * (1.0 - out.clamp(0.0, 1.0)) };
            eye(canvas, at, size, looks, lid, skin);
            let rises = 30.0 * strain + 26.0 * out.clamp(0.0, 1.0);
            canvas.stroke(
                &[
                    home + xy(-side * 20.0, 26.0 + rises * 0.6),
                    home + xy(side * 28.0, 34.0 + rises),
                ],
                10.0,
                rgb(0x4B3B34),
            );
        }
    });
}

fn long_dog(canvas: &mut Canvas, t: f32) {
    let brown = rgb(0xA8683C);
    let front = -470.0 + 205.0 * t;
    let length = 1180.0;
    let back = front - length;
    let bob = |x: f32| 4.0 * (t * 9.0 + x * 0.02).sin();
    // Legs first, wherever they come into view.
    for pair in 0..11 {
        let x = front - 20.0 - pair as f32 * 114.0;
        if x.abs() < 460.0 {
            shadow(canvas, x, 46.0);
            legs(
                canvas,
                xy(x, -92.0 + bob(x)),
                12.0,
                54.0,
                t * 10.0 + pair as f32 * 1.3,
                rgb(0x8B522C),
            );
        }
    }
    let left = back.max(-480.0);
    if left < 480.0 {
        let count = 24;
        let spine: Vec<Vec2> = (0..=count)
            .map(|it| {
                let x = left + (front.min(480.0) - left) * it as f32 / count as f32;
                xy(x, -80.0 + bob(x))
            })
            .collect();
        canvas.stroke(&spine, 62.0, brown);
        let lit: Vec<Vec2> = spine.iter().map(|point| *point + xy(0.0, 17.0)).collect();
        canvas.stroke(&lit, 9.0, rgb(0xC98652).with_alpha(0.8));
    }
    if front < 500.0 {
        canvas.within(
            xy(front + 18.0, -44.0 + bob(front)),
            0.05 * (t * 4.5).sin(),
            Vec2::ONE,
            |canvas| {
                canvas.ball(xy(0.0, 10.0), xy(46.0, 42.0), brown);
                canvas.ball(xy(42.0, -4.0), xy(34.0, 20.0), rgb(0xBD7B4A));
                canvas.ball(xy(72.0, 4.0), xy(10.0, 9.0), INK);
                eye(canvas, xy(18.0, 24.0), 11.0, xy(0.7, 0.0), 0.3, brown);
                canvas.within(xy(-20.0, 34.0), 0.2 + 0.1 * (t * 9.0).sin(), Vec2::ONE, |canvas| {
                    canvas.ball(xy(-6.0, -28.0), xy(17.0, 38.0), rgb(0x7A4524))
                });
                canvas.stroke(
                    &bow(xy(30.0, -14.0), xy(44.0, -20.0), xy(58.0, -12.0)),
                    3.0,
                    rgb(0x5A3018),
                );
            },
        );
    }
    // A passenger, half-way.
    let seat = front - 640.0;
    if seat.abs() < 460.0 {
        canvas.within(xy(seat, -40.0 + bob(seat)), 0.0, Vec2::ONE, |canvas| {
            canvas.ball(xy(0.0, 20.0), xy(24.0, 27.0), rgb(0x9AA3B5));
            canvas.ball(xy(0.0, 56.0), xy(20.0, 20.0), rgb(0xB4BCCB));
            for side in [-1.0, 1.0] {
                canvas.ball(xy(side * 18.0, 72.0), xy(11.0, 11.0), rgb(0xD9A9B4));
                eye(canvas, xy(side * 8.0, 58.0), 6.0, xy(0.0, 0.0), 0.35, rgb(0xB4BCCB));
            }
            canvas.solid(&block(xy(30.0, 18.0), xy(20.0, 15.0), 2.0), rgb(0xEFE7D3));
            canvas.stroke(&[xy(30.0, 30.0), xy(30.0, 6.0)], 1.5, rgb(0xAFA58D));
        });
    }
    if back > -520.0 {
        canvas.within(
            xy(back - 18.0, -62.0 + bob(back)),
            0.35 * (t * 14.0).sin(),
            Vec2::ONE,
            |canvas| {
                canvas.stroke(&bow(Vec2::ZERO, xy(-34.0, 10.0), xy(-44.0, 64.0)), 11.0, brown);
                canvas.solid(&[xy(-44.0, 116.0), xy(-44.0, 74.0), xy(-106.0, 95.0)], rgb(0xEFE7D3));
                canvas.write("fin", xy(-62.0, 95.0), 17.0, INK);
                canvas.stroke(&[xy(-44.0, 62.0), xy(-44.0, 118.0)], 4.0, rgb(0xB7AFA0));
            },
        );
    }
}

fn orchestra(canvas: &mut Canvas, t: f32) {
    let sneezes = [1.9, 2.4, 2.9];
    let colors = [rgb(0x6FA8C9), rgb(0xD9A441), rgb(0xB07CC6), rgb(0xD9756B)];
    let inhales = between(t, 3.8, 6.2);
    let held = f32::from(u8::from(t < 6.3));
    for (player, color) in colors.into_iter().enumerate() {
        let x = -150.0 + 124.0 * player as f32;
        let tuba = player == 3;
        let at = if tuba { 6.3 } else { sneezes[player] };
        let swells = if tuba {
            inhales * held
        } else {
            between(t, at - 0.9, at) * f32::from(u8::from(t < at))
        };
        let sneeze = jolt(t, at) * if tuba { 0.15 } else { 1.0 };
        let ducks = if tuba { 0.0 } else { inhales * held };
        let size = 1.0 + swells * if tuba { 0.75 } else { 0.28 };
        shadow(canvas, x, 60.0);
        canvas.solid(
            &[xy(x - 24.0, -78.0), xy(x - 42.0, -150.0), xy(x + 42.0, -150.0), xy(x + 24.0, -78.0)],
            INK.mix(&color, 0.18),
        );
        canvas.solid(&[xy(x - 12.0, -78.0), xy(x, -116.0), xy(x + 12.0, -78.0)], WHITE);
        let head = xy(x - 26.0 * ducks, -46.0 - 30.0 * ducks);
        canvas.within(
            head,
            -0.3 * swells + 0.5 * sneeze.abs() + 0.3 * ducks,
            Vec2::splat(size),
            |canvas| {
                canvas.ball(xy(0.0, 8.0), xy(38.0, 40.0), color);
                let shut = swells > 0.5 || sneeze.abs() > 0.1;
                for side in [-1.0, 1.0] {
                    eye(
                        canvas,
                        xy(side * 14.0, 20.0),
                        9.0,
                        xy(if ducks > 0.3 { 1.0 } else { 0.0 }, 0.0),
                        if shut { 0.95 } else { 0.3 - 0.3 * ducks },
                        color,
                    );
                }
                canvas.ball(
                    xy(0.0, 4.0),
                    xy(if tuba { 15.0 } else { 9.0 }, 11.0),
                    color.mix(&rgb(0xC0392B), 0.4),
                );
                canvas.ball(
                    xy(0.0, -16.0),
                    xy(7.0 + 7.0 * swells, 3.0 + 9.0 * swells + 8.0 * sneeze.abs()),
                    rgb(0x4B1D22),
                );
                canvas.stroke(
                    &bow(xy(-20.0, 46.0), xy(0.0, 62.0), xy(20.0, 46.0)),
                    9.0,
                    INK.mix(&color, 0.3),
                );
            },
        );
        // What it plays.
        match player {
            0 => {
                canvas.within(xy(x - 34.0, -104.0), 0.7, Vec2::ONE, |canvas| {
                    canvas.ball(Vec2::ZERO, xy(13.0, 20.0), rgb(0x9B5A2C));
                    canvas.stroke(&[xy(0.0, 16.0), xy(0.0, 52.0)], 5.0, rgb(0x5A3018));
                });
            }
            1 => canvas.stroke(&[xy(x - 6.0, -88.0), xy(x + 44.0, -112.0)], 6.0, rgb(0xC9CCD8)),
            2 => canvas.solid(
                &[xy(x + 32.0, -130.0), xy(x + 52.0, -88.0), xy(x + 12.0, -96.0)],
                rgb(0xD5DBE4),
            ),
            _ => {
                canvas.ball(xy(x + 52.0, -92.0), xy(30.0, 30.0), rgb(0xE2B84B));
                canvas.ball(xy(x + 62.0, -52.0), xy(38.0, 20.0), rgb(0xF0CC6A));
                canvas.ball(xy(x + 62.0, -50.0), xy(28.0, 12.0), rgb(0x7A5A1A));
            }
        }
        if !tuba && t > at && t < at + 0.7 {
            let flown = between(t, at, at + 0.6);
            for drop in 0..9 {
                let way = Vec2::from_angle(0.9 + 0.16 * drop as f32)
                    * (40.0 + 110.0 * flown * (0.7 + 0.05 * drop as f32));
                canvas.disc(
                    head + way - xy(0.0, 70.0 * flown * flown),
                    4.0,
                    rgb(0xBFE3F2).with_alpha(0.9 * (1.0 - flown)),
                );
            }
            canvas.write(
                "tchoo!",
                head + xy(0.0, 74.0 + 24.0 * flown),
                24.0,
                color.mix(&Color::WHITE, 0.4).with_alpha(1.0 - between(t, at + 0.4, at + 0.7)),
            );
        }
    }
    // The conductor.
    let beat = if t < 3.2 { (t * 12.5).sin() } else { 0.0 };
    let faints = between(t, 6.9, 7.5);
    canvas.within(xy(-292.0, -150.0), 1.5 * faints + 0.25 * inhales * held, Vec2::ONE, |canvas| {
        canvas.solid(
            &[xy(-22.0, 84.0), xy(-34.0, 0.0), xy(34.0, 0.0), xy(22.0, 84.0)],
            rgb(0x26242F),
        );
        canvas.ball(xy(0.0, 112.0), xy(30.0, 32.0), rgb(0xE0A27E));
        for side in [-1.0, 1.0] {
            canvas.ball(xy(side * 30.0, 124.0), xy(15.0, 22.0), rgb(0xD8D4C8));
        }
        eye(
            canvas,
            xy(10.0, 118.0),
            8.0,
            xy(1.0, 0.0),
            if faints > 0.5 { 1.0 } else { 0.2 },
            rgb(0xE0A27E),
        );
        let hand = xy(52.0, 84.0 + 26.0 * beat);
        canvas.stroke(&[xy(16.0, 70.0), hand], 12.0, rgb(0x26242F));
        canvas.stroke(&[hand, hand + xy(30.0, 20.0 + 8.0 * beat)], 3.0, WHITE);
    });
    if t > 6.3 {
        canvas.write("tchi.", xy(232.0, 40.0), 18.0, WHITE.with_alpha(1.0 - between(t, 7.6, 8.2)));
    }
}

fn jelly(canvas: &mut Canvas, t: f32) {
    let green = rgb(0x5DBE7E);
    let splat = between(t, 6.6, 6.85);
    let wild = between(t, 1.6, 6.2) * (1.0 - splat);
    let wobble = wild * (0.03 + 0.13 * wild) * (t * (7.0 + 5.0 * wild)).sin();
    let rise = 1.0 + 0.4 * between(t, 6.1, 6.5) * (1.0 - splat);
    let flat = 1.0 - 0.74 * splat + 0.1 * jolt(t, 6.85);
    shadow(canvas, 0.0, 150.0 + 90.0 * splat);
    canvas.ball(xy(0.0, -148.0), xy(176.0, 15.0), rgb(0xD8D4C8));
    let skew = |point: Vec2| {
        // The top goes furthest, and later than the bottom.
        let high = (point.y / 190.0).clamp(0.0, 1.0);
        let ripple = wild * 8.0 * (t * 13.0 + point.y * 0.05).sin();
        xy(
            point.x * (1.0 + 0.75 * splat) / rise.sqrt()
                + 420.0 * wobble * high * high
                + ripple * high,
            point.y * flat * rise * (1.0 - wobble.abs() * 0.3),
        )
    };
    let body: Vec<Vec2> = (0..=40)
        .map(|it| {
            let angle = it as f32 / 40.0 * PI;
            let scallop = 1.0 + 0.035 * (angle * 9.0).cos();
            xy(angle.cos() * 128.0 * scallop, angle.sin().powf(0.62) * 190.0)
        })
        .map(|point| skew(point) + xy(0.0, -146.0))
        .collect();
    canvas.blend(&body, rgb(0x9BE8AE), rgb(0x2F8A5B));
    let at = |x: f32, y: f32| skew(xy(x, y)) + xy(0.0, -146.0);
    canvas.glow(at(-50.0, 140.0), xy(30.0, 34.0 * flat), WHITE.with_alpha(0.5));
    // A cherry on top, as long as it holds.
    let falls = between(t, 6.6, 7.2);
    let cherry =
        at(0.0, 188.0) + xy(150.0 * falls, 14.0 + 70.0 * (PI * falls).sin() - 40.0 * falls);
    canvas.ball(cherry, xy(17.0, 17.0), rgb(0xC9283E));
    canvas.stroke(
        &bow(cherry + xy(0.0, 14.0), cherry + xy(4.0, 30.0), cherry + xy(16.0, 36.0)),
        3.0,
        rgb(0x4E7A3A),
    );
    let worry = between(t, 3.0, 6.0);
    for side in [-1.0, 1.0] {
        let home = at(side * 38.0, 112.0) + xy(side * 30.0 * splat, 6.0 * splat);
        let lag = xy(-wobble * 60.0, 0.0);
        eye(
            canvas,
            home + lag,
            18.0 + 5.0 * worry,
            xy(-wobble * 9.0, 0.1),
            0.36 * (1.0 - worry),
            green,
        );
        canvas.stroke(
            &[
                home + lag + xy(-side * 16.0, 28.0 + 10.0 * worry),
                home + lag + xy(side * 18.0, 30.0 - 4.0 * worry),
            ],
            5.0,
            rgb(0x1F5C3C),
        );
    }
    let mouth = at(0.0, 64.0);
    let oh = between(t, 6.0, 6.3) * (1.0 - between(t, 7.4, 7.7));
    let speaks = if (0.5..6.0).contains(&t) { (t * 8.0).sin().abs() * 5.0 } else { 0.0 };
    canvas.ball(mouth, xy(20.0 - 4.0 * oh, 3.0 + speaks + 14.0 * oh), rgb(0x174A30));
}

// ------------------------------------------------------------------------------------------------
// The theatre
// ------------------------------------------------------------------------------------------------

/// What is shown, eased in time.
#[derive(Resource, Default)]
struct View {
    looks: [Looks; 2],
    /// How much each player laughs out loud.
    laughs: [f32; 2],
    /// How far the curtain is open.
    curtain: f32,
    /// How much the screen is darkened for a message.
    dim: f32,
    clock: f32,
}

/// Where everything is, in view space.
struct Layout {
    size: Vec2,
    /// Middle and scale of the stage.
    stage: Vec2,
    scale: f32,
    /// The middle of the right player's column, and its width.
    column: f32,
    column_width: f32,
}

const STAGE: Vec2 = xy(370.0, 230.0);

impl Layout {
    fn new(size: Vec2) -> Self {
        let column_width = (size.x * 0.21).clamp(195.0, 290.0);
        let scale = ((size.x - 2.0 * column_width) / (2.0 * STAGE.x)).clamp(0.5, 1.0);
        let column = STAGE.x * scale + (column_width + 8.0) / 2.0;
        let stage = xy(0.0, 282.0 - STAGE.y * scale - 18.0 * (1.0 - scale) * 4.0);
        Self { size, stage, scale, column, column_width }
    }

    fn column_of(&self, player: usize) -> f32 {
        if player == 0 { -self.column } else { self.column }
    }
}

/// The colours of the players and of the house.
struct Colors {
    players: [Color; 2],
    text: Color,
    quiet: Color,
    gold: Color,
    warning: Color,
}

impl Colors {
    fn new(theme: &Theme, settings: &HudSettings) -> Self {
        let players = match settings.palette {
            Palette::Standard => [rgb(0x55C7B4), rgb(0xF08CB4)],
            Palette::HighContrast => [rgb(0x7FE8FF), rgb(0xFFE02C)],
        };
        Self {
            players,
            text: theme.text,
            quiet: theme.text_quiet,
            gold: rgb(0xF1CD79),
            warning: theme.text_problem,
        }
    }
}

fn name(player: usize, alone: bool) -> &'static str {
    match (player, alone) {
        (0, true) => "You",
        (_, true) => "The puppet",
        (0, false) => "Player 1",
        (_, false) => "Player 2",
    }
}

/// Everything that is shown follows what is.
fn ease(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    players: Res<Players>,
    game: Res<Match>,
    mut view: ResMut<View>,
) {
    let seconds = time.delta_secs();
    view.clock += seconds;
    let playing = *scene.get() == Scene::Play;
    let replayed = (playing && game.part == Part::Replay).then(|| game.replayed_until());
    let shown = replayed
        .and_then(|at| game.looks_at(at))
        .unwrap_or_else(|| players.0.map(|player| player.looks));
    let broke_at = game.clock.as_secs_f32();
    for player in 0..2 {
        let loses = match game.outcomes.last() {
            Some(Outcome::Broke { player: who, .. }) => *who == player,
            Some(Outcome::Together { .. }) => true,
            _ => false,
        };
        let laughs = playing
            && loses
            && (game.part == Part::Broken || replayed.is_some_and(|at| at > broke_at));
        let part = approach(0.12, seconds);
        view.laughs[player] += (f32::from(u8::from(laughs)) - view.laughs[player]) * part;
        let looks = &mut view.looks[player];
        let part = approach(0.07, seconds);
        for (eased, strength) in looks.strengths.iter_mut().zip(shown[player].strengths) {
            *eased += (strength - *eased) * part;
        }
        looks.tilt += (shown[player].tilt - looks.tilt) * part;
    }
    let open = match (scene.get(), game.part) {
        (Scene::Play, Part::Act) => match game.show.act_at(game.clock.as_secs_f32()) {
            Some((act, t)) => {
                between(t, -0.5, 0.1)
                    * (1.0 - between(t, GAGS[act.gag].seconds - 0.3, GAGS[act.gag].seconds))
            }
            None => 0.0,
        },
        (Scene::Play, Part::Broken | Part::Replay) | (Scene::Title, _) => 1.0,
        _ => 0.0,
    };
    view.curtain += (open - view.curtain) * approach(0.1, seconds);
    let dim = playing && (game.is_paused() || matches!(game.part, Part::Stone));
    view.dim += (f32::from(u8::from(dim)) - view.dim) * approach(0.12, seconds);
}

/// Draws everything.
fn paint(
    scene: Res<State<Scene>>,
    screen: Res<Screen>,
    theme: Res<Theme>,
    settings: Res<HudSettings>,
    players: Res<Players>,
    game: Res<Match>,
    record: Res<Record>,
    view: Res<View>,
    puppets: Query<&Puppet>,
    mut canvas: ResMut<Canvas>,
) {
    let canvas = &mut *canvas;
    let layout = Layout::new(screen.size);
    let colors = Colors::new(&theme, &settings);
    let still = settings.reduced_motion;
    canvas.clear();
    stage(canvas, &layout, &view, &game, *scene.get(), still, &colors);
    for player in 0..2 {
        let skill = puppets
            .iter()
            .find(|puppet| puppet.player == player)
            .map(|puppet| (&puppet.nerves, puppet.key));
        column(canvas, &layout, player, &view, &game, *scene.get(), skill, still, &colors);
    }
    match scene.get() {
        Scene::Title | Scene::WarmUp => {}
        Scene::Play => playing(canvas, &layout, &view, &game, &players, still, &colors, &theme),
        Scene::Over => result(canvas, &layout, &game, &record, &colors, &theme),
    }
}

/// Covers everything between two rectangles around the same middle.
fn surround(canvas: &mut Canvas, outer: Rect, inner: Rect, color: impl Fn(f32) -> Color) {
    let mut part =
        |from: Vec2, to: Vec2| canvas.blend(&square(from, to), color(to.y), color(from.y));
    part(outer.min, xy(inner.min.x, outer.max.y));
    part(xy(inner.max.x, outer.min.y), outer.max);
    part(xy(inner.min.x - 1.0, inner.max.y), xy(inner.max.x + 1.0, outer.max.y));
    part(xy(inner.min.x - 1.0, outer.min.y), xy(inner.max.x + 1.0, inner.min.y));
}

fn stage(
    canvas: &mut Canvas,
    layout: &Layout,
    view: &View,
    game: &Match,
    scene: Scene,
    still: bool,
    colors: &Colors,
) {
    let clock = if still { 0.0 } else { view.clock };
    let replays = scene == Scene::Play && game.part == Part::Replay;
    canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
        // While the curves are shown, the gag goes on in a small picture above them.
        let (at, scale) = if replays { (xy(0.0, 142.0), 0.34) } else { (Vec2::ZERO, 1.0) };
        canvas.within(at, 0.0, Vec2::splat(scale), |canvas| {
            boards(canvas, clock);
            let words = canvas.words.len();
            match scene {
                Scene::Title => title_piece(canvas, view, still, colors),
                Scene::Play => {
                    if let Some((act, t)) = game.show.act_at(game.stage_time())
                        && t > -0.5
                        && !matches!(game.part, Part::Curtain | Part::Stone)
                    {
                        let gag = &GAGS[act.gag];
                        let t = t.clamp(0.0, gag.seconds);
                        (gag.draw)(canvas, if still { gag.still(t) } else { t });
                    }
                }
                Scene::WarmUp | Scene::Over => {}
            }
            if replays || view.curtain < 0.5 {
                canvas.words.truncate(words);
            }
        });
        if replays {
            let inner = Rect::from_center_half_size(at, STAGE * scale);
            surround(canvas, Rect::from_center_half_size(Vec2::ZERO, STAGE + 4.0), inner, |_| {
                rgb(0x12101C)
            });
            let mut rim = block(at, STAGE * scale + 3.0, 8.0);
            rim.push(rim[0]);
            canvas.stroke(&rim, 5.0, colors.gold.mix(&Color::BLACK, 0.35));
        } else {
            curtains(canvas, view.curtain, clock, still);
        }
    });
    hall(canvas, layout, clock);
}

/// The empty stage.
fn boards(canvas: &mut Canvas, clock: f32) {
    let wall = square(-STAGE + xy(0.0, 110.0), STAGE);
    canvas.blend(&wall, rgb(0x201A3A), rgb(0x4A3468));
    for stripe in 0..9 {
        let x = -STAGE.x + 82.0 * stripe as f32;
        canvas.blend(
            &square(xy(x, -120.0), xy(x + 40.0, 230.0)),
            rgb(0x2A2148).with_alpha(0.35),
            rgb(0x5A3F78).with_alpha(0.35),
        );
    }
    canvas.blend(&square(-STAGE, xy(STAGE.x, -118.0)), rgb(0x8A5A3C), rgb(0x4A2C22));
    for board in -9..=9 {
        let x = board as f32 * 44.0;
        canvas.stroke(
            &[xy(x * 0.86, -119.0), xy(x * 1.25, -230.0)],
            1.6,
            rgb(0x2E1B16).with_alpha(0.55),
        );
    }
    canvas.stroke(&[xy(-STAGE.x, -118.0), xy(STAGE.x, -118.0)], 3.0, rgb(0x241636));
    let sway = 8.0 * (clock * 0.5).sin();
    canvas.glow(xy(sway, 10.0), xy(360.0, 300.0), rgb(0xFFE0A6).with_alpha(0.17));
    canvas.glow(xy(sway * 0.5, -160.0), xy(330.0, 70.0), rgb(0xFFE0A6).with_alpha(0.22));
}

/// Two faces that try.
fn title_piece(canvas: &mut Canvas, view: &View, still: bool, colors: &Colors) {
    let t = if still { 0.0 } else { view.clock };
    let breath = (t * 0.37).fract() * 10.0;
    for player in 0..2 {
        let side = if player == 0 { -1.0 } else { 1.0 };
        let slip = if player == 0 {
            jolt(breath, 3.0).abs()
        } else {
            between(breath, 6.0, 7.0) * (1.0 - between(breath, 8.4, 9.2))
        };
        let mut looks = Looks::default();
        looks.strengths[Expression::Happy.index()] = 0.55 * slip;
        let stares = xy(-side * 0.9, 0.0);
        canvas.within(
            xy(side * 150.0, -62.0 + 3.0 * (t * 1.8 + side).sin()),
            0.0,
            Vec2::ONE,
            |canvas| {
                shadow(canvas, 0.0, 0.1);
                canvas.glow(xy(0.0, -92.0), xy(104.0, 16.0), Color::BLACK.with_alpha(0.5));
                head(canvas, 84.0, colors.players[player], &looks, stares, 0.0, false, t);
            },
        );
    }
    canvas.write("Poker Face", xy(0.0, 148.0), 76.0, colors.gold);
    canvas.write("Who laughs first, loses.", xy(0.0, 84.0), 22.0, colors.text);
}

/// Red velvet.
fn curtains(canvas: &mut Canvas, open: f32, clock: f32, still: bool) {
    let open = if still { open.round() } else { open };
    let reach = STAGE.x * (1.0 - open * 0.88);
    for side in [-1.0, 1.0] {
        for fold in (0..7).rev() {
            let [from, to] =
                [fold as f32, fold as f32 + 1.0].map(|edge| STAGE.x - reach * edge / 7.0);
            let sway = 2.5 * (clock * 0.9 + fold as f32).sin() * (1.0 - open * 0.5);
            let (from, to) = (side * (from + 6.0), side * (to - 1.0));
            let hem = -226.0 + 6.0 * (fold % 2) as f32;
            let outline =
                [xy(from + sway, hem), xy(to + sway, hem), xy(to, 232.0), xy(from, 232.0)];
            canvas.blend(&outline, rgb(0x5E1428), rgb(0x8E2338));
            let (a, b) = (from + (to - from) * 0.3, from + (to - from) * 0.62);
            canvas.blend(
                &[xy(a + sway, hem), xy(b + sway, hem), xy(b, 232.0), xy(a, 232.0)],
                rgb(0x86213A).with_alpha(0.75),
                rgb(0xBF3A4F).with_alpha(0.75),
            );
            canvas.blend(
                &[
                    xy(to + sway - side * -6.0, hem),
                    xy(to + sway, hem),
                    xy(to, 232.0),
                    xy(to - side * -6.0, 232.0),
                ],
                rgb(0x2A0814).with_alpha(0.5),
                rgb(0x3A0C1A).with_alpha(0.5),
            );
            canvas.stroke(
                &[xy(from + sway, hem + 4.0), xy(to + sway, hem + 4.0)],
                5.0,
                rgb(0xD9AE55),
            );
        }
    }
    // The valance.
    for swag in 0..6 {
        let x = -STAGE.x + 740.0 / 6.0 * (swag as f32 + 0.5);
        let outline: Vec<Vec2> = (0..=20)
            .map(|it| Vec2::from_angle(PI + PI * it as f32 / 20.0) * xy(63.0, 40.0) + xy(x, 216.0))
            .chain([xy(x + 63.0, 236.0), xy(x - 63.0, 236.0)])
            .collect();
        canvas.blend(&outline, rgb(0x5A1226), rgb(0x9C2A40));
        canvas.stroke(&outline[..21], 4.0, rgb(0xD9AE55));
    }
}

/// The dark house around the stage, its frame, and the heads in the front rows.
fn hall(canvas: &mut Canvas, layout: &Layout, clock: f32) {
    let half = layout.size / 2.0 + 2.0;
    let opening = Rect::from_center_half_size(layout.stage, STAGE * layout.scale);
    let dark = |y: f32| rgb(0x08070E).mix(&rgb(0x1D1730), (y + half.y) / (2.0 * half.y));
    surround(canvas, Rect::from_center_half_size(Vec2::ZERO, half), opening, dark);
    // Light falls out of it.
    canvas.glow(
        xy(0.0, opening.min.y - 6.0),
        xy(opening.half_size().x * 1.3, 130.0),
        rgb(0xFFCE8A).with_alpha(0.13),
    );
    let frame = |grown: f32| {
        let mut rim = block(layout.stage, STAGE * layout.scale + grown, 14.0 + grown);
        rim.push(rim[0]);
        rim
    };
    canvas.stroke(&frame(9.0), 20.0, rgb(0x3A2340));
    canvas.stroke(&frame(9.0), 12.0, rgb(0x573057));
    canvas.stroke(&frame(1.0), 4.0, rgb(0xB98D45));
    canvas.stroke(&frame(18.0), 3.0, rgb(0xB98D45));
    let reach = STAGE * layout.scale + 9.5;
    let bulb = |canvas: &mut Canvas, at: Vec2, index: i32| {
        let lit = 0.65 + 0.35 * (clock * 1.6 - index as f32 * 0.7).sin();
        canvas.glow(layout.stage + at, Vec2::splat(16.0), rgb(0xFFD98A).with_alpha(0.4 * lit));
        canvas.disc(layout.stage + at, 3.4, rgb(0xFFE9B8).mix(&rgb(0xA77B3A), 1.0 - lit));
    };
    for index in 0..=20 {
        let x = -reach.x + reach.x * 2.0 * index as f32 / 20.0;
        bulb(canvas, xy(x, reach.y), index);
    }
    for index in 1..=11 {
        let y = reach.y - reach.y * 2.0 * index as f32 / 12.0;
        bulb(canvas, xy(-reach.x, y), -index);
        bulb(canvas, xy(reach.x, y), 20 + index);
    }
    // The audience.
    for row in [0, 1] {
        for seat in -8..=8 {
            let near = row as f32;
            let x = (seat as f32 + 0.5 * near) * 92.0 + 9.0 * (seat as f32 * 2.3).sin();
            let y =
                -half.y + 30.0 - 26.0 * near + 3.0 * (clock * 1.1 + seat as f32 * 1.7 + near).sin();
            let color = rgb(0x0F0C18).mix(&rgb(0x000000), 0.5 * near);
            canvas.flat(&block(xy(x, y - 42.0), xy(42.0, 34.0), 26.0), color);
            canvas.flat(&oval(xy(x, y), xy(24.0, 27.0)), color);
        }
    }
}

/// A head of `radius` around the origin that looks like its player.
fn head(
    canvas: &mut Canvas,
    radius: f32,
    color: Color,
    looks: &Looks,
    stares: Vec2,
    laughs: f32,
    wooden: bool,
    clock: f32,
) {
    let [angry, disgust, fear, happy, sad, surprise, _] = looks.strengths;
    let (heat, _) = looks.heat();
    let bounce = laughs * (clock * 18.0).sin();
    let scale = Vec2::splat(radius / 100.0)
        * xy(1.0 + 0.02 * bounce, 1.0 - 0.04 * bounce + 0.04 * surprise);
    // As in a mirror: the player's right is on the right.
    canvas.within(xy(0.0, 5.0 * bounce), -looks.tilt, scale, |canvas| {
        let skin = color.mix(&rgb(0xE2483D), 0.35 * heat * heat);
        if wooden {
            for side in [-1.0, 1.0] {
                canvas.stroke(
                    &[xy(side * 60.0, 76.0), xy(side * 46.0, 210.0)],
                    2.0,
                    WHITE.with_alpha(0.35),
                );
            }
            canvas.solid(&block(xy(0.0, 2.0), xy(88.0, 100.0), 66.0), skin);
            for line in 0..4 {
                let y = 62.0 - 44.0 * line as f32;
                canvas.stroke(
                    &bow(xy(-80.0, y), xy(0.0, y + 14.0), xy(80.0, y - 4.0)),
                    2.0,
                    Color::BLACK.with_alpha(0.10),
                );
            }
            for side in [-1.0, 1.0] {
                canvas.stroke(
                    &[xy(side * 34.0, -26.0), xy(side * 34.0, -96.0)],
                    3.0,
                    Color::BLACK.with_alpha(0.35),
                );
                canvas.ball(xy(side * 90.0, 2.0), xy(11.0, 15.0), skin.mix(&Color::BLACK, 0.25));
            }
        } else {
            for side in [-1.0, 1.0] {
                canvas.ball(xy(side * 96.0, 0.0), xy(17.0, 24.0), skin.mix(&Color::BLACK, 0.12));
            }
            canvas.ball(Vec2::ZERO, xy(97.0, 100.0), skin);
            canvas.solid(
                &[
                    xy(-82.0, 48.0),
                    xy(-58.0, 88.0),
                    xy(0.0, 112.0),
                    xy(58.0, 88.0),
                    xy(82.0, 48.0),
                    xy(0.0, 74.0),
                ],
                skin.mix(&rgb(0x15121F), 0.72),
            );
        }
        canvas.glow(xy(-34.0, 56.0), xy(44.0, 26.0), WHITE.with_alpha(0.22));
        let blush = 0.16 + 0.5 * happy.max(heat * 0.6);
        for side in [-1.0, 1.0] {
            canvas.glow(xy(side * 56.0, -18.0), xy(30.0, 20.0), rgb(0xF0566B).with_alpha(blush));
        }
        let blink = if (clock * 0.23 + radius).fract() < 0.03 { 1.0 } else { 0.0_f32 };
        let wide = 0.45 * surprise + 0.4 * fear;
        let squint = 0.5 * happy + 0.35 * angry + 0.45 * disgust + 0.6 * laughs;
        let lid = (0.16 - wide + squint).clamp(0.0, 0.86).max(blink);
        let wander = stares
            + xy(0.14 * (clock * 0.7).sin(), 0.1 * (clock * 0.9).cos())
            + xy(0.0, -0.3 * sad);
        for side in [-1.0, 1.0] {
            eye(canvas, xy(side * 36.0, 12.0), 20.0 * (1.0 + 0.5 * wide), wander, lid, skin);
            let lift = 22.0 * surprise + 14.0 * fear - 12.0 * angry - 5.0 * disgust + 6.0 * happy;
            let slant = 15.0 * sad + 13.0 * fear - 20.0 * angry - 9.0 * disgust;
            let inner = xy(side * 17.0, 42.0 + lift + slant);
            let outer = xy(side * 60.0, 42.0 + lift - slant * 0.7);
            let arch = inner.midpoint(outer) + xy(0.0, 7.0 + 8.0 * surprise);
            canvas.stroke(&bow(inner, arch, outer), 9.0, skin.mix(&rgb(0x15121F), 0.8));
        }
        canvas.ball(xy(0.0, -10.0), xy(11.0, 9.0), skin.mix(&rgb(0xC0392B), 0.22));
        let curve = happy - 0.8 * sad - 0.45 * angry - 0.35 * fear - 0.5 * disgust;
        let wide = 32.0 * (1.0 + 0.4 * happy - 0.4 * surprise + 0.25 * fear);
        let open = (26.0 * surprise
            + 9.0 * fear
            + 22.0 * (happy - 0.55).max(0.0)
            + 20.0 * laughs * (1.0 + 0.3 * bounce))
            .max(0.0);
        let middle = xy(0.0, -50.0 + 6.0 * curve);
        let dark = rgb(0x3B1420);
        let corners = [middle + xy(-wide, 13.0 * curve), middle + xy(wide, 13.0 * curve)];
        if open < 2.0 {
            canvas.stroke(&bow(corners[0], middle - xy(0.0, 15.0 * curve), corners[1]), 6.5, dark);
        } else {
            let upper = bow(corners[1], middle + xy(0.0, open * 0.35 - 11.0 * curve), corners[0]);
            let lower = bow(corners[0], middle - xy(0.0, open * 1.7 + 17.0 * curve), corners[1]);
            let outline: Vec<Vec2> = upper.iter().chain(&lower[1..16]).copied().collect();
            canvas.flat(&outline, dark);
            canvas.flat(
                &oval(middle - xy(0.0, open * 0.72 + 6.0 * curve), xy(wide * 0.45, open * 0.28)),
                rgb(0xE2687A),
            );
            canvas.stroke(&outline, 4.0, dark);
        }
        // It costs strength.
        if heat > 0.25 && laughs < 0.5 {
            let slide = (clock * 0.7).fract();
            let alpha = ((heat - 0.25) * 4.0).min(1.0) * (1.0 - slide);
            canvas.ball(
                xy(80.0, 56.0 - 44.0 * slide),
                xy(8.0, 12.0),
                rgb(0x9ED9F5).with_alpha(alpha),
            );
        }
    });
}

/// A player: name, rounds, face and composure.
fn column(
    canvas: &mut Canvas,
    layout: &Layout,
    player: usize,
    view: &View,
    game: &Match,
    scene: Scene,
    puppet: Option<(&Nerves, Option<KeyCode>)>,
    still: bool,
    colors: &Colors,
) {
    if scene == Scene::Title {
        return;
    }
    let x = layout.column_of(player);
    let color = colors.players[player];
    let clock = if still { 0.0 } else { view.clock };
    let radius = (layout.column_width * 0.33).min(90.0);
    let alone = game.alone;
    let wooden = puppet.is_some() || alone && player == 1;
    let looks = &view.looks[player];
    let (heat, expression) = looks.heat();
    canvas.glow(xy(x, 96.0), xy(layout.column_width * 0.8, 230.0), color.with_alpha(0.12));
    canvas.write(name(player, alone), xy(x, 300.0), 28.0, color.mix(&Color::WHITE, 0.35));
    // A star for each round won.
    let wins = game.wins()[player];
    for star in 0..2 {
        let at = xy(x - 17.0 + 34.0 * star as f32, 260.0);
        if star < wins {
            canvas.glow(at, Vec2::splat(24.0), colors.gold.with_alpha(0.4));
        }
        canvas.flat(
            &star_shape(at, 12.0),
            if star < wins { colors.gold } else { WHITE.with_alpha(0.14) },
        );
    }
    let laughs = if still { view.laughs[player].round() } else { view.laughs[player] };
    let inward = if player == 0 { 0.35 } else { -0.35 };
    let trembles =
        if still { 0.0 } else { 3.0 * (heat - 0.3).max(0.0) * (view.clock * 47.0).sin() };
    let face_color = if wooden { rgb(0xD6A468).mix(&color, 0.2) } else { color };
    canvas.within(xy(x + trembles, 124.0), 0.0, Vec2::ONE, |canvas| {
        canvas.glow(xy(0.0, -radius * 1.16), xy(radius, 14.0), Color::BLACK.with_alpha(0.5));
        head(canvas, radius, face_color, looks, xy(inward, 0.05), laughs, wooden, clock);
    });
    if laughs > 0.4 {
        for (index, text) in ["HA", "ha", "HA!"].into_iter().enumerate() {
            let rises = if still { 0.4 } else { (view.clock * 0.9 + index as f32 / 3.0).fract() };
            let side = [-1.0, 1.0, 0.35][index];
            let at = xy(x + side * radius * 0.95, 150.0 + 90.0 * rises);
            canvas.write(text, at, 26.0, WHITE.with_alpha((1.0 - rises) * laughs));
        }
    }
    // Composure: how much of the straight face is left.
    let half = xy(layout.column_width * 0.40, 13.0);
    let at = xy(x + trembles, -24.0);
    let left = 1.0 - heat;
    let alarm = heat > LIMIT;
    canvas.flat(&block(at, half + 5.0, 18.0), rgb(0x05040A).with_alpha(0.75));
    canvas.flat(&block(at, half, 13.0), WHITE.with_alpha(0.10));
    let tint = color.mix(&rgb(0xF2550F), between(heat, 0.2, LIMIT));
    let filled = (half.x * left).max(half.y * 0.6);
    canvas.solid(&block(at - xy(half.x - filled, 0.0), xy(filled, half.y), 13.0), tint);
    canvas.flat(
        &block(at - xy(half.x - filled, -5.0), xy((filled - 9.0).max(1.0), 2.5), 2.5),
        WHITE.with_alpha(0.35),
    );
    let limit = at.x - half.x + 2.0 * half.x * (1.0 - LIMIT);
    canvas.stroke(&[xy(limit, at.y - 19.0), xy(limit, at.y + 19.0)], 3.0, colors.gold);
    let breaking = (game.breaking[player].as_secs_f32() / HOLD.as_secs_f32()).min(1.0);
    if breaking > 0.0 && scene == Scene::Play {
        // It cracks.
        for crack in 0..5 {
            let from =
                xy(at.x - half.x + 2.0 * half.x * (0.14 + 0.18 * crack as f32), at.y + half.y);
            let zigzag: Vec<Vec2> = (0..5)
                .map(|it| {
                    from + xy(if it % 2 == 0 { -5.0 } else { 6.0 }, -6.5 * it as f32 * breaking)
                })
                .collect();
            canvas.stroke(&zigzag, 2.5, rgb(0x05040A));
        }
    }
    let percent = format!("composure  {:.0} %", left * 100.0);
    canvas.write(&percent, xy(x, -58.0), 17.0, if alarm { colors.warning } else { colors.quiet });
    let state = match heat {
        _ if laughs > 0.5 => "broken",
        heat if heat > LIMIT => "breaking!",
        heat if heat > 0.3 => "wavering …",
        heat if heat > 0.12 => "a twitch?",
        _ => "stone",
    };
    let shown =
        if heat > 0.12 { format!("{state}  {}", expression.name()) } else { state.to_owned() };
    canvas.write(&shown, xy(x + 11.0 * f32::from(u8::from(heat > 0.12)), -86.0), 19.0, colors.text);
    if heat > 0.12 {
        let words = canvas.write(
            sign(expression),
            xy(x - 9.0 * shown.len() as f32 / 2.0 - 12.0, -86.0),
            18.0,
            colors.gold,
        );
        words.sign = true;
    }
    match puppet {
        Some((nerves, Some(key))) => {
            let key = if key == KEYS[0] { "A" } else { "L" };
            let hint = format!("{key} held: bite your lip\nbreath {:.0} %", nerves.breath * 100.0);
            canvas.write(&hint, xy(x, -150.0), 17.0, colors.quiet);
        }
        Some((nerves, None)) => {
            canvas.write("its nerves", xy(x, -126.0), 17.0, colors.quiet);
            for dot in 0..5 {
                let strong = nerves.skill * 5.0 >= dot as f32 + 0.5;
                canvas.disc(
                    xy(x - 40.0 + 20.0 * dot as f32, -152.0),
                    6.0,
                    if strong { colors.gold } else { WHITE.with_alpha(0.16) },
                );
            }
        }
        None => {}
    }
}

fn star_shape(at: Vec2, radius: f32) -> Vec<Vec2> {
    (0..10)
        .map(|it| {
            let reach = if it % 2 == 0 { radius } else { radius * 0.48 };
            at + Vec2::from_angle(PI / 2.0 + it as f32 * PI / 5.0) * reach
        })
        .collect()
}

/// What is said below the stage.
fn caption(canvas: &mut Canvas, layout: &Layout, text: &str, since: f32, color: Color) {
    let y = layout.stage.y - STAGE.y * layout.scale - 56.0;
    let width = STAGE.x * layout.scale * 2.0 - 20.0;
    let shown = between(since, 0.0, 0.18);
    canvas.flat(
        &block(xy(0.0, y), xy(width / 2.0, 27.0), 27.0),
        rgb(0x05040A).with_alpha(0.72 * shown),
    );
    let size = (width / (text.chars().count() as f32 * 0.52)).clamp(17.0, 28.0);
    canvas.write(text, xy(0.0, y + 1.0), size, color.with_alpha(shown));
}

/// What is shown during a match, beside stage and players.
fn playing(
    canvas: &mut Canvas,
    layout: &Layout,
    view: &View,
    game: &Match,
    players: &Players,
    still: bool,
    colors: &Colors,
    theme: &Theme,
) {
    let round = (game.outcomes.len() + usize::from(matches!(game.part, Part::Curtain | Part::Act)))
        .min(ROUNDS);
    let part_for = game.part_for.as_secs_f32();
    // The clock: a bar that burns down above the stage.
    let left = (ROUND.saturating_sub(game.clock)).as_secs_f32();
    let y = 326.0;
    canvas.write(&format!("Round {round} of {ROUNDS}"), xy(-96.0, y), 22.0, colors.text);
    let bar = Rect::from_center_half_size(xy(62.0, y), xy(62.0, 5.0));
    canvas.flat(&block(bar.center(), bar.half_size(), 5.0), WHITE.with_alpha(0.14));
    let rest = left / ROUND.as_secs_f32();
    canvas.flat(
        &block(
            xy(bar.min.x + bar.half_size().x * rest, y),
            xy((bar.half_size().x * rest).max(4.0), 5.0),
            5.0,
        ),
        colors.gold,
    );
    canvas
        .write(&format!("{left:.0} s"), xy(134.0, y), 22.0, colors.text)
        .anchored(Anchor::CENTER_LEFT);

    let bottom = xy(0.0, -layout.size.y / 2.0 + 24.0);
    let act = game.show.act_at(game.clock.as_secs_f32());
    let hint = match game.part {
        Part::Curtain => "The curtain opens when both faces are calm.",
        Part::Act => "Keep a straight face.",
        Part::Broken => "Laugh now. You have earned it.",
        Part::Replay => "Space goes on",
        Part::Stone => "Next round in a moment",
    };
    canvas.write(hint, bottom, 18.0, colors.quiet);
    match game.part {
        Part::Curtain => waiting(canvas, layout, game, players, round, colors),
        Part::Act => {
            let Some((act, t)) = act else { return };
            let gag = &GAGS[act.gag];
            if t < -0.25 {
                let since = t + TITLE;
                let shown = between(since, 0.1, 0.4) * (1.0 - between(t, -0.5, -0.25));
                let number =
                    game.show.0.iter().position(|it| it.start == act.start).unwrap_or(0) + 1;
                let lift = if still { 0.0 } else { 10.0 * (1.0 - between(since, 0.1, 0.5)) };
                title_card(canvas, layout, &format!("No. {number}"), gag.name, lift, shown, colors);
            }
            if let Some((line, since)) = gag.line(t, act.seed)
                && !line.is_empty()
            {
                caption(canvas, layout, line, since, colors.text);
            }
        }
        Part::Broken => {
            let Some(outcome) = game.outcomes.last() else { return };
            let (text, color) = match outcome {
                Outcome::Broke { player, .. } => {
                    (format!("{} broke!", name(*player, game.alone)), colors.players[*player])
                }
                _ => ("Both broke!".to_owned(), colors.gold),
            };
            let grown = if still { 1.0 } else { pop(part_for, 0.0).max(0.01) };
            canvas.sheet = 1;
            canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
                canvas.flat(
                    &block(Vec2::ZERO, xy(300.0 * grown.min(1.1), 58.0), 58.0),
                    rgb(0x05040A).with_alpha(0.84),
                );
                let mut rim = block(Vec2::ZERO, xy(300.0 * grown.min(1.1), 58.0), 58.0);
                rim.push(rim[0]);
                canvas.stroke(&rim, 4.0, color);
                canvas.write(
                    &text,
                    xy(0.0, 2.0),
                    56.0 * layout.scale * grown,
                    color.mix(&Color::WHITE, 0.4),
                );
            });
        }
        Part::Replay => curves(canvas, layout, game, colors, theme),
        Part::Stone => {}
    }
    if view.dim > 0.02 {
        canvas.sheet = 1;
        let half = layout.size / 2.0;
        canvas.flat(&square(-half, half), rgb(0x05040A).with_alpha(0.66 * view.dim));
        let (head, body) = if game.part == Part::Stone {
            (
                "Stone faces!".to_owned(),
                "A whole minute, and nobody laughed. Nobody scores.".to_owned(),
            )
        } else {
            absence(game, players)
        };
        canvas.flat(
            &block(layout.stage, xy(330.0, 92.0), 28.0),
            rgb(0x100D1A).with_alpha(0.96 * view.dim),
        );
        canvas.write(&head, layout.stage + xy(0.0, 26.0), 40.0, colors.gold.with_alpha(view.dim));
        canvas
            .write(&body, layout.stage - xy(0.0, 36.0), 19.0, colors.text.with_alpha(view.dim))
            .within(600.0);
    }
}

fn title_card(
    canvas: &mut Canvas,
    layout: &Layout,
    above: &str,
    title: &str,
    lift: f32,
    shown: f32,
    colors: &Colors,
) {
    let at = layout.stage + xy(0.0, -lift);
    canvas.glow(at, xy(330.0 * layout.scale, 120.0), Color::BLACK.with_alpha(0.6 * shown));
    canvas.write(above, at + xy(0.0, 38.0), 22.0, colors.text.with_alpha(shown));
    let size = (46.0 * layout.scale).max(30.0);
    canvas.write(title, at - xy(0.0, 8.0), size, colors.gold.with_alpha(shown));
}

/// Whom the game waits for.
fn absence(game: &Match, players: &Players) -> (String, String) {
    let gone: Vec<usize> = (0..2).filter(|player| !players.0[*player].ready).collect();
    let who = match gone[..] {
        [] => return ("Welcome back".to_owned(), "Straight faces, please: it goes on.".to_owned()),
        [player] => name(player, game.alone),
        _ => "Both of you",
    };
    if gone.iter().any(|player| players.0[*player].measuring) {
        return (format!("{who}: relax"), "Your resting face is being measured.".to_owned());
    }
    let keys: Vec<&str> = gone
        .iter()
        .filter(|player| players.0[**player].face.is_none())
        .map(|player| ["A", "L"][*player])
        .collect();
    let puppet = if keys.is_empty() {
        String::new()
    } else {
        format!("\nNo camera? {} sends a puppet.", keys.join(" and "))
    };
    (format!("{who}: into view, please"), format!("The round waits; nothing is lost.{puppet}"))
}

/// Before the curtain opens.
fn waiting(
    canvas: &mut Canvas,
    layout: &Layout,
    game: &Match,
    players: &Players,
    round: usize,
    colors: &Colors,
) {
    let smiling =
        (0..2).find(|player| players.0[*player].ready && players.0[*player].looks.heat().0 >= CALM);
    let part_for = game.part_for.as_secs_f32();
    let (above, below) = if players.0.iter().any(|player| !player.ready) {
        absence(game, players)
    } else if let Some(player) = smiling {
        (format!("{}: a straight face, please", name(player, game.alone)), String::new())
    } else {
        ("Straight faces …".to_owned(), String::new())
    };
    title_card(canvas, layout, &above, &format!("Round {round}"), 0.0, 1.0, colors);
    if !below.is_empty() {
        canvas.write(&below, layout.stage - xy(0.0, 84.0), 18.0, colors.text).within(560.0);
    } else if part_for > 0.0 {
        let at = layout.stage - xy(0.0, 104.0);
        let left = CURTAIN.as_secs_f32() - part_for;
        canvas.disc(at, 34.0, rgb(0x05040A).with_alpha(0.7));
        let arc: Vec<Vec2> = (0..=40)
            .map(|it| {
                at + Vec2::from_angle(
                    PI / 2.0 - TAU * part_for / CURTAIN.as_secs_f32() * it as f32 / 40.0,
                ) * 34.0
            })
            .collect();
        canvas.stroke(&arc, 5.0, colors.gold);
        canvas.write(&format!("{:.0}", left.ceil().max(1.0)), at + xy(0.0, 1.0), 34.0, colors.text);
    }
}

/// The last seconds of both, drawn slowly.
fn curves(canvas: &mut Canvas, layout: &Layout, game: &Match, colors: &Colors, theme: &Theme) {
    let start = game.window_start();
    let broke_at = game.clock.as_secs_f32();
    let until = game.replayed_until();
    let Some(outcome) = game.outcomes.last().copied() else { return };
    let area = Rect::new(-278.0, -184.0, 342.0, 22.0);
    let x = |at: f32| area.min.x + area.width() * (at - start) / WINDOW;
    let y = |heat: f32| area.min.y + area.height() * heat.clamp(0.0, 1.0);
    let small = 15.5;
    canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
        canvas.blend(&square(area.min, area.max), rgb(0x1E1A30), rgb(0x171425));
        // Above the limit nobody is calm.
        canvas.blend(
            &square(xy(area.min.x, y(LIMIT)), area.max),
            rgb(0x5A2030).with_alpha(0.5),
            rgb(0x5A2030).with_alpha(0.15),
        );
        for (heat, label) in [(0.0, "calm"), (LIMIT, "limit"), (1.0, "lost it")] {
            let dashes = if heat == LIMIT { 34 } else { 1 };
            for dash in 0..dashes {
                let from = area.min.x + area.width() * dash as f32 / dashes as f32;
                let length = area.width() / dashes as f32 * if dashes == 1 { 1.0 } else { 0.55 };
                let color = if heat == LIMIT { colors.gold } else { WHITE.with_alpha(0.3) };
                canvas.stroke(&[xy(from, y(heat)), xy(from + length, y(heat))], 1.8, color);
            }
            canvas
                .write(label, xy(area.min.x - 10.0, y(heat)), small, colors.quiet)
                .anchored(Anchor::CENTER_RIGHT);
        }
        for second in -5..=0 {
            let at = broke_at + second as f32;
            canvas.stroke(
                &[xy(x(at), area.min.y), xy(x(at), area.min.y - 5.0)],
                1.8,
                WHITE.with_alpha(0.4),
            );
            let label = if second == 0 { "break".to_owned() } else { format!("{second} s") };
            canvas.write(&label, xy(x(at), area.min.y - 18.0), small, colors.quiet);
        }
        // The gag that did it.
        let gag = match outcome {
            Outcome::Broke { gag, .. } | Outcome::Together { gag, .. } => gag,
            Outcome::StoneFaces => return,
        };
        let act = game.show.0.iter().find(|act| act.gag == gag);
        let punch = act.map_or(start, |act| {
            let punch = act.start + GAGS[gag].punch;
            if punch < broke_at { punch } else { act.start }
        });
        let punch = punch.max(start + 0.05);
        if until >= punch {
            let shown = between(until, punch, punch + 0.3);
            let color = colors.gold.with_alpha(shown);
            for dash in 0..14 {
                let from = area.min.y + area.height() * dash as f32 / 14.0;
                canvas.stroke(&[xy(x(punch), from), xy(x(punch), from + 8.0)], 2.0, color);
            }
            canvas.flat(
                &[
                    xy(x(punch) - 8.0, area.max.y + 13.0),
                    xy(x(punch), area.max.y),
                    xy(x(punch) + 8.0, area.max.y + 13.0),
                ],
                color,
            );
            let right = x(punch) > 60.0;
            let anchor = if right { Anchor::CENTER_RIGHT } else { Anchor::CENTER_LEFT };
            let at = xy(x(punch) + if right { -10.0 } else { 10.0 }, area.max.y - 13.0);
            canvas.write(GAGS[gag].name, at, 17.0, color).anchored(anchor);
        }
        for player in 0..2 {
            let color = colors.players[player];
            let points: Vec<Vec2> = smooth(game, player, start, until)
                .into_iter()
                .map(|(at, heat)| xy(x(at), y(heat)))
                .collect();
            if points.len() < 2 {
                continue;
            }
            for pair in points.windows(2) {
                let floor = [xy(pair[0].x, area.min.y), xy(pair[1].x, area.min.y)];
                let vertices =
                    [(pair[0], 0.30), (pair[1], 0.30), (floor[0], 0.02), (floor[1], 0.02)].map(
                        |(at, alpha)| {
                            let at = canvas.place.transform_point2(at);
                            canvas.vertex(at, color.with_alpha(alpha).to_linear())
                        },
                    );
                let [a, b, c, d] = vertices;
                canvas.triangles(&[a, c, b, b, c, d]);
            }
            canvas.stroke(&points, 4.5, color);
            let tip = points[points.len() - 1];
            canvas.glow(tip, Vec2::splat(20.0), color.with_alpha(0.6));
            if player == 0 {
                canvas.disc(tip, 8.0, color);
            } else {
                canvas.flat(
                    &[
                        tip + xy(0.0, 11.0),
                        tip - xy(11.0, 0.0),
                        tip - xy(0.0, 11.0),
                        tip + xy(11.0, 0.0),
                    ],
                    color,
                );
            }
        }
        // Who is who.
        for player in 0..2 {
            let at = xy(-336.0 + 552.0 * player as f32, 62.0);
            let color = colors.players[player];
            canvas.stroke(&[at, at + xy(26.0, 0.0)], 4.5, color);
            if player == 0 {
                canvas.disc(at + xy(13.0, 0.0), 7.0, color);
            } else {
                let middle = at + xy(13.0, 0.0);
                canvas.flat(
                    &[
                        middle + xy(0.0, 9.0),
                        middle - xy(9.0, 0.0),
                        middle - xy(0.0, 9.0),
                        middle + xy(9.0, 0.0),
                    ],
                    color,
                );
            }
            canvas
                .write(name(player, game.alone), at + xy(34.0, 0.0), 17.0, colors.text)
                .anchored(Anchor::CENTER_LEFT);
        }
        let (expression, player) = match outcome {
            Outcome::Broke { expression, player, .. } => (expression, Some(player)),
            _ => (Expression::Happy, None),
        };
        let heat = player.map_or(LIMIT, |player| {
            game.looks_at(broke_at).map_or(LIMIT, |looks| looks[player].heat().0)
        });
        if until >= broke_at {
            let grown = pop(until * 1.6, broke_at * 1.6);
            let color = theme.color(expression);
            canvas.stroke(&[xy(x(broke_at), area.min.y), xy(x(broke_at), area.max.y)], 3.0, color);
            canvas.flat(&star_shape(xy(x(broke_at), y(heat)), 17.0 * grown.max(0.05)), WHITE);
            canvas.flat(&star_shape(xy(x(broke_at), y(heat)), 12.0 * grown.max(0.05)), color);
            let label = xy(x(broke_at) - 14.0, y(0.30));
            let color = theme.text_color(expression);
            canvas.write(expression.name(), label, 24.0, color).anchored(Anchor::CENTER_RIGHT);
            let width = 13.0 * expression.name().len() as f32 + 16.0;
            canvas
                .write(sign(expression), label - xy(width / layout.scale, 0.0), 22.0, color)
                .sign = true;
        }
    });
    let since = game.part_for.as_secs_f32();
    if until < broke_at {
        caption(canvas, layout, "Once more, slowly …", since, colors.text);
    } else {
        let text = told(outcome, game.alone);
        caption(canvas, layout, &text, 1.0, colors.text);
    }
}

/// A player's curve through the samples, a point for each twentieth of a second.
fn smooth(game: &Match, player: usize, start: f32, until: f32) -> Vec<(f32, f32)> {
    let step = 0.05;
    let heat = |at: f32| game.looks_at(at).map_or(0.0, |looks| looks[player].heat().0);
    let first = game.history.front().map_or(start, |sample| sample.at.max(start));
    let count = ((until - first) / step).floor().max(0.0) as usize;
    let times = (0..=count).map(|it| first + it as f32 * step).chain([until.max(first)]);
    times.map(|at| (at, (heat(at - 0.08) + 2.0 * heat(at) + heat(at + 0.08)) / 4.0)).collect()
}

/// How a round ended, in words.
fn told(outcome: Outcome, alone: bool) -> String {
    match outcome {
        Outcome::Broke { player, at, gag, expression } => format!(
            "{} broke after {:.0} s, at “{}”: {expression}",
            name(player, alone),
            at.as_secs_f32(),
            GAGS[gag].name,
        ),
        Outcome::Together { at, gag } => {
            format!("Both broke after {:.0} s, at “{}”", at.as_secs_f32(), GAGS[gag].name)
        }
        Outcome::StoneFaces => "Stone faces: nobody laughed for a minute".to_owned(),
    }
}

/// The end of the match, on the curtain.
fn result(
    canvas: &mut Canvas,
    layout: &Layout,
    game: &Match,
    record: &Record,
    colors: &Colors,
    theme: &Theme,
) {
    let at = layout.stage;
    canvas.glow(at, xy(420.0, 230.0) * layout.scale, Color::BLACK.with_alpha(0.72));
    let (head, color) = match game.decided() {
        Some(Some(0)) if game.alone => ("You win!".to_owned(), colors.players[0]),
        Some(Some(player)) => {
            (format!("{} wins!", name(player, game.alone)), colors.players[player])
        }
        _ => ("A draw of stone faces".to_owned(), colors.gold),
    };
    let k = layout.scale;
    canvas.write(&head, at + xy(0.0, 132.0 * k), 58.0 * k, color.mix(&Color::WHITE, 0.35));
    let [one, two] = game.wins();
    canvas.write(&format!("{one} : {two}"), at + xy(0.0, 68.0 * k), 44.0 * k, colors.gold);
    for (index, outcome) in game.outcomes.iter().enumerate() {
        let y = 12.0 * k - 40.0 * k * index as f32;
        let text = format!("{}.  {}", index + 1, told(*outcome, game.alone));
        let size = (STAGE.x * k * 1.86 / (text.chars().count() as f32 * 0.5)).clamp(15.0, 20.0);
        canvas
            .write(&text, at + xy(-STAGE.x * k * 0.86, y), size, colors.text)
            .anchored(Anchor::CENTER_LEFT);
        if let Outcome::Broke { expression, .. } = outcome {
            let words = canvas.write(
                sign(*expression),
                at + xy(-STAGE.x * k * 0.92, y),
                17.0,
                theme.text_color(*expression),
            );
            words.sign = true;
        }
    }
    if game.alone {
        let text = format!(
            "Against the puppet so far: {} won, {} lost. Its nerves follow.",
            record.won, record.lost
        );
        canvas.write(&text, at - xy(0.0, 116.0 * k), 17.0, colors.quiet);
    }
}

// ------------------------------------------------------------------------------------------------
// The canvas: everything is drawn anew in each update, into two meshes and a pool of texts
// ------------------------------------------------------------------------------------------------

/// What is drawn in this update, in view space. The front sheet lies over the texts of the back.
#[derive(Resource, Default)]
struct Canvas {
    sheets: [Sheet; 2],
    words: Vec<Words>,
    /// 0 is the back, 1 the front.
    sheet: usize,
    /// From what is drawn to view space.
    place: Affine2,
}

#[derive(Default)]
struct Sheet {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

/// A text that is drawn.
struct Words {
    text: String,
    at: Vec2,
    size: f32,
    angle: f32,
    color: Color,
    anchor: Anchor,
    /// Wrapped at this width.
    width: Option<f32>,
    sheet: usize,
    /// In the font that has the expressions' signs.
    sign: bool,
}

impl Words {
    fn anchored(&mut self, anchor: Anchor) -> &mut Self {
        self.anchor = anchor;
        self
    }

    fn within(&mut self, width: f32) -> &mut Self {
        self.width = Some(width);
        self
    }
}

/// Points of an ellipse.
const ROUND_POINTS: usize = 36;

impl Canvas {
    fn clear(&mut self) {
        for Sheet { positions, colors, indices } in &mut self.sheets {
            positions.clear();
            colors.clear();
            indices.clear();
        }
        self.words.clear();
        self.sheet = 0;
        self.place = Affine2::IDENTITY;
    }

    /// Draws with another origin, angle (counter-clockwise) and scale.
    fn within(&mut self, at: Vec2, angle: f32, scale: Vec2, draw: impl FnOnce(&mut Self)) {
        let before = self.place;
        self.place = before * Affine2::from_scale_angle_translation(scale, angle, at);
        draw(self);
        self.place = before;
    }

    fn scale(&self) -> f32 {
        self.place.matrix2.determinant().abs().sqrt()
    }

    fn vertex(&mut self, at: Vec2, color: LinearRgba) -> u32 {
        let sheet = &mut self.sheets[self.sheet];
        sheet.positions.push([at.x, at.y, 0.0]);
        sheet.colors.push(color.to_f32_array());
        sheet.positions.len() as u32 - 1
    }

    fn triangles(&mut self, corners: &[u32]) {
        self.sheets[self.sheet].indices.extend_from_slice(corners);
    }

    /// An outline around its middle, which sees all of it; from one colour at its top to another at
    /// its bottom. Its edge is smooth.
    fn blend(&mut self, outline: &[Vec2], top: Color, bottom: Color) {
        let count = outline.len();
        if count < 3 {
            return;
        }
        let (low, high) = outline
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), point| (low.min(point.y), high.max(point.y)));
        let (top, bottom) = (top.to_linear(), bottom.to_linear());
        let color = |y: f32| bottom.mix(&top, (y - low) / (high - low).max(1e-3));
        let points: Vec<Vec2> =
            outline.iter().map(|point| self.place.transform_point2(*point)).collect();
        let area: f32 = (0..count).map(|it| points[it].perp_dot(points[(it + 1) % count])).sum();
        let outward = if area > 0.0 { 0.5 } else { -0.5 };
        let mean = outline.iter().sum::<Vec2>() / count as f32;
        let middle = self.vertex(self.place.transform_point2(mean), color(mean.y));
        let first = middle + 1;
        for it in 0..count {
            let along = points[(it + 1) % count] - points[(it + count - 1) % count];
            let out = Vec2::new(along.y, -along.x).normalize_or_zero() * outward;
            let color = color(outline[it].y);
            self.vertex(points[it] - out, color);
            self.vertex(points[it] + out, color.with_alpha(0.0));
        }
        for it in 0..count as u32 {
            let [inner, next] = [first + it * 2, first + (it + 1) % count as u32 * 2];
            let rim = [inner, inner + 1, next, next, inner + 1, next + 1];
            self.triangles(&[middle, inner, next]);
            self.triangles(&rim);
        }
    }

    /// The same in one colour.
    fn flat(&mut self, outline: &[Vec2], color: Color) {
        self.blend(outline, color, color);
    }

    /// The same, lit from above: what has a body.
    fn solid(&mut self, outline: &[Vec2], color: Color) {
        let alpha = color.alpha();
        let top = color.mix(&Color::WHITE, 0.14).with_alpha(alpha);
        let bottom = color.mix(&Color::BLACK, 0.22).with_alpha(alpha);
        self.blend(outline, top, bottom);
    }

    fn disc(&mut self, at: Vec2, radius: f32, color: Color) {
        self.flat(&oval(at, Vec2::splat(radius)), color);
    }

    fn ball(&mut self, at: Vec2, radii: Vec2, color: Color) {
        self.solid(&oval(at, radii), color);
    }

    /// Light that fades away from its middle.
    fn glow(&mut self, at: Vec2, radii: Vec2, color: Color) {
        let color = color.to_linear();
        let middle = self.vertex(self.place.transform_point2(at), color);
        // Two rings: the eye sees the kink of a single one.
        for (part, share) in [(0.45, 0.42), (1.0, 0.0)] {
            for point in oval(at, radii * part) {
                let alpha = color.alpha * share;
                self.vertex(self.place.transform_point2(point), color.with_alpha(alpha));
            }
        }
        let count = ROUND_POINTS as u32;
        for it in 0..count {
            let (one, two) = (middle + 1 + it, middle + 1 + (it + 1) % count);
            let rim = [one, one + count, two, two, one + count, two + count];
            self.triangles(&[middle, one, two]);
            self.triangles(&rim);
        }
    }

    /// A stroke through points, with round ends.
    fn stroke(&mut self, points: &[Vec2], width: f32, color: Color) {
        let half = (width * self.scale() / 2.0).max(0.5);
        let points: Vec<Vec2> =
            points.iter().map(|point| self.place.transform_point2(*point)).collect();
        let color = color.to_linear();
        let clear = color.with_alpha(0.0);
        let last = points.len().saturating_sub(1);
        let mut before: Option<u32> = None;
        for (it, point) in points.iter().enumerate() {
            let along = points[(it + 1).min(last)] - points[it.saturating_sub(1)];
            let side = along.normalize_or_zero().perp();
            let first = self.vertex(*point + side * (half + 0.5), clear);
            self.vertex(*point + side * (half - 0.5), color);
            self.vertex(*point - side * (half - 0.5), color);
            self.vertex(*point - side * (half + 0.5), clear);
            if let Some(before) = before {
                for lane in 0..3 {
                    let (one, two) = (before + lane, first + lane);
                    self.triangles(&[one, two, one + 1, one + 1, two, two + 1]);
                }
            }
            before = Some(first);
        }
        if half > 1.2 && color.alpha > 0.9 {
            let place = std::mem::replace(&mut self.place, Affine2::IDENTITY);
            for end in [points.first(), points.last()].into_iter().flatten() {
                self.disc(*end, half, color.into());
            }
            self.place = place;
        }
    }

    /// Writes; sizes are in view units, whatever the place.
    fn write(&mut self, text: &str, at: Vec2, size: f32, color: Color) -> &mut Words {
        self.words.push(Words {
            text: text.to_owned(),
            at: self.place.transform_point2(at),
            size,
            angle: self.place.matrix2.x_axis.to_angle(),
            color,
            anchor: Anchor::CENTER,
            width: None,
            sheet: self.sheet,
            sign: false,
        });
        let last = self.words.len() - 1;
        &mut self.words[last]
    }
}

fn oval(at: Vec2, radii: Vec2) -> Vec<Vec2> {
    (0..ROUND_POINTS)
        .map(|it| at + Vec2::from_angle(it as f32 / ROUND_POINTS as f32 * TAU) * radii)
        .collect()
}

/// A rectangle with round corners.
fn block(at: Vec2, half: Vec2, corner: f32) -> Vec<Vec2> {
    let corner = corner.min(half.x).min(half.y);
    let mut points = Vec::with_capacity(32);
    for (quarter, toward) in
        [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].into_iter().enumerate()
    {
        let middle = at + (half - corner) * Vec2::from(toward);
        for step in 0..8 {
            let angle = (quarter as f32 + step as f32 / 7.0) * PI / 2.0;
            points.push(middle + Vec2::from_angle(angle) * corner);
        }
    }
    points
}

fn square(from: Vec2, to: Vec2) -> [Vec2; 4] {
    [from, Vec2::new(to.x, from.y), to, Vec2::new(from.x, to.y)]
}

/// From one point to another, bent towards a third.
fn bow(from: Vec2, towards: Vec2, to: Vec2) -> Vec<Vec2> {
    (0..=16)
        .map(|it| {
            let part = it as f32 / 16.0;
            from.lerp(towards, part).lerp(towards.lerp(to, part), part)
        })
        .collect()
}

const fn xy(x: f32, y: f32) -> Vec2 {
    Vec2::new(x, y)
}

const fn rgb(code: u32) -> Color {
    Color::srgb_u8((code >> 16) as u8, (code >> 8) as u8, code as u8)
}

/// How much of the way from `from` to `to` a time is, 0 to 1, with a soft start and end.
fn between(t: f32, from: f32, to: f32) -> f32 {
    let part = ((t - from) / (to - from)).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Comes at once, overshoots, and settles: 0 before `from`, 1 in the end.
fn pop(t: f32, from: f32) -> f32 {
    let since = (t - from).max(0.0);
    1.0 - (-since * 7.0).exp() * (since * 16.0).cos()
}

/// A shake that starts at `from` and dies down: -1 to 1.
fn jolt(t: f32, from: f32) -> f32 {
    let since = t - from;
    if since < 0.0 { 0.0 } else { (-since * 6.0).exp() * (since * 40.0).sin() }
}

/// One text of the pool.
#[derive(Component)]
struct Page {
    sign: bool,
}

#[derive(Component)]
struct SheetOf(usize);

/// Texts of the pool: in the common font, and in that of the signs.
const PAGES: [usize; 2] = [40, 12];

fn prepare_canvas(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let material = materials.add(ColorMaterial::default());
    for sheet in 0..2 {
        commands.spawn((
            SheetOf(sheet),
            Mesh2d(
                meshes
                    .add(Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())),
            ),
            MeshMaterial2d(material.clone()),
            Transform::from_xyz(0.0, 0.0, depth(sheet)),
            NoFrustumCulling,
        ));
    }
    for (count, sign) in PAGES.into_iter().zip([false, true]) {
        let style = if sign { Style::LargeSign } else { Style::Large };
        for _ in 0..count {
            commands.spawn((
                Page { sign },
                Text2d::default(),
                Ink { style, color: Token::Text },
                TextLayout::justify(Justify::Center),
                Visibility::Hidden,
            ));
        }
    }
}

const fn depth(sheet: usize) -> f32 {
    sheet as f32 * 20.0
}

/// Puts what was drawn on the screen.
fn show_canvas(
    mut canvas: ResMut<Canvas>,
    screen: Res<Screen>,
    mut meshes: ResMut<Assets<Mesh>>,
    sheets: Query<(&SheetOf, &Mesh2d)>,
    mut pages: Query<(
        &Page,
        &mut Text2d,
        &mut TextFont,
        &mut TextColor,
        &mut TextBounds,
        &mut Anchor,
        &mut Transform,
        &mut Visibility,
    )>,
) {
    for (of, mesh) in &sheets {
        let Some(mut mesh) = meshes.get_mut(&mesh.0) else { continue };
        let sheet = &mut canvas.sheets[of.0];
        let mut taken = std::mem::take(sheet);
        if taken.indices.is_empty() {
            // A mesh without anything in it is not drawn again.
            taken.positions = vec![[0.0; 3]; 3];
            taken.colors = vec![[0.0; 4]; 3];
            taken.indices = vec![0, 1, 2];
        }
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, taken.positions);
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, taken.colors);
        mesh.insert_indices(Indices::U32(taken.indices));
    }
    // Glyphs are drawn for the screen's own pixels.
    let pixels = 1.0 / screen.units_per_pixel;
    let mut words = [false, true].map(|sign| canvas.words.iter().filter(move |it| it.sign == sign));
    let mut height = 0.0;
    for (page, mut text, mut font, mut color, mut bounds, mut anchor, mut transform, mut seen) in
        &mut pages
    {
        let Some(words) = words[usize::from(page.sign)].next() else {
            seen.set_if_neq(Visibility::Hidden);
            continue;
        };
        // Sizes that change all the time would fill the font's atlases.
        let size = (words.size * pixels / 2.0).round().max(1.0) * 2.0;
        let scale = words.size / size;
        if text.0 != words.text {
            text.0.clone_from(&words.text);
        }
        if font.font_size != FontSize::Px(size) {
            font.font_size = FontSize::Px(size);
        }
        color.set_if_neq(TextColor(words.color));
        let width = words.width.map(|width| width / scale);
        if bounds.width != width {
            bounds.width = width;
        }
        anchor.set_if_neq(words.anchor);
        height += 0.01;
        *transform =
            Transform::from_translation(words.at.extend(depth(words.sheet) + 1.0 + height))
                .with_rotation(Quat::from_rotation_z(words.angle))
                .with_scale(Vec3::splat(scale));
        seen.set_if_neq(Visibility::Inherited);
    }
}
