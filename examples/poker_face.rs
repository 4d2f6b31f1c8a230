//! Poker face: two players before one camera, and a stage that tries to make them laugh. Who
//! leaves their straight face first loses the round; the best of three wins. After each round the
//! moment is shown again, slowly, as curves. Alone, you play against a puppet whose nerves get
//! stronger the more often you win.
//!
//! `cargo run --release --example poker_face` (`-- --source puppet --heads 2` lets two puppets
//! play.)
//!
//! Both are measured from their own rest, which the warm-up finds. Nobody loses by leaving the
//! picture: the round waits until both are back.
//!
//! From top to bottom: the rules ([`Match`]), the puppet ([`Nerves`]), the screens. Beside this file,
//! in `poker_face/`: the gags, the theatre that shows everything, and the canvas it is drawn on.

#[path = "arcade/mod.rs"]
mod arcade;
#[path = "poker_face/canvas.rs"]
mod canvas;
#[path = "poker_face/gags.rs"]
mod gags;
#[path = "poker_face/theatre.rs"]
mod theatre;

use std::collections::VecDeque;
use std::f32::consts::{PI, TAU};
use std::time::Duration;

use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, SelfView, WarmUpOver};
use bevy_emotion::hud::{HudSystems, Screen};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use arcade::dice::Dice;

use canvas::*;
pub use gags::*;
use theatre::*;

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
/// What is kept for them: the laughter comes on top.
const KEPT: f32 = WINDOW + 3.0;
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
        while self.history.front().is_some_and(|sample| sample.at < at - KEPT) {
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
            let act = Act { gag, start, seed: dice.roll() };
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
        let mood = dice.between(0.7, 1.3);
        let tastes = std::array::from_fn(|_| mood * dice.between(0.3, 1.7));
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
        self.urge += seconds * pull * tickle * self.tastes[gag] * (1.0 - 0.55 * self.skill);
        let calms = 0.05 + 0.1 * self.skill + if bites { 0.5 } else { 0.0 };
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
        let middle = (layout.size.x / 2.0 + layout.column_of(player)) * layout.zoom;
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
