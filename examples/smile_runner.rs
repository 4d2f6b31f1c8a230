//! Smile Runner: a side-scroller that is played with the face.
//!
//! Smile to jump, and keep smiling to jump higher. Look surprised to dash through crystal and rock.
//! Frown to raise the shield against birds. Every obstacle wears the expression that it needs, so
//! that there is nothing to learn first. Who enjoys it runs faster and meets more; who looks
//! unhappy gets an easier course. Keys: up, right, down.
//!
//! `cargo run --release --example smile_runner`
//!
//! [`Run`] has the rules and knows nothing of Bevy's world; systems bring it the player's face and
//! tell what came of it; [`View`] draws it, anew in each frame, into one mesh.

#[path = "arcade/mod.rs"]
mod arcade;

use std::f32::consts::{PI, TAU};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bevy::camera::visibility::NoFrustumCulling;
use bevy::math::Affine2;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy_emotion::hands_free::*;
use bevy_emotion::hud::ink::{Ink, Style, Token};
use bevy_emotion::hud::motion::{Spring, Stiffness, approach};
use bevy_emotion::hud::theme::{Theme, sign};
use bevy_emotion::hud::{HudSettings, HudSystems, Screen};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use arcade::dice::Dice;

fn main() -> AppExit {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(7, |since| since.as_secs());
    arcade::run("Smile Runner", SmileRunnerPlugin { seed })
}

/// Where the player is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// The menu.
    #[default]
    Title,
    /// The face finds its rest and its reach.
    WarmUp,
    /// The run.
    Play,
    /// What came of it.
    Over,
}

/// What the player can do.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A smile; the longer, the higher.
    Jump,
    /// A look of surprise that comes fast.
    Dash,
    /// A frown, for as long as it is held.
    Shield,
}

/// The game. The same seed and the same face give the same run.
#[derive(Debug, Clone, Copy)]
pub struct SmileRunnerPlugin {
    /// What the courses are made from.
    pub seed: u64,
}

impl Default for SmileRunnerPlugin {
    fn default() -> Self {
        Self { seed: 7 }
    }
}

impl Plugin for SmileRunnerPlugin {
    fn build(&self, app: &mut App) {
        let fast = Duration::from_millis(500);
        let map = ExpressionMap::new()
            .with(Action::Jump, Expression::Happy.above(0.5).release_at(0.3))
            .with(Action::Jump, KeyCode::ArrowUp)
            .with(Action::Jump, KeyCode::Space)
            .with(Action::Dash, Expression::Surprise.above(0.5).release_at(0.25).within(fast))
            .with(Action::Dash, KeyCode::ArrowRight)
            .with(Action::Shield, Expression::Angry.above(0.45).release_at(0.25))
            .with(Action::Shield, KeyCode::ArrowDown);
        app.add_plugins(ExpressionInputPlugin::new(map))
            .init_state::<Phase>()
            .insert_resource(Run::stroll(self.seed))
            .insert_resource(Record { next_seed: self.seed, best: 0, is_new: false })
            .init_resource::<Attention>()
            .init_resource::<Look>()
            .init_resource::<Dust>()
            .add_systems(Startup, prepare)
            .add_systems(OnEnter(Phase::Title), title)
            .add_systems(OnEnter(Phase::WarmUp), warm_up)
            .add_systems(OnEnter(Phase::Play), begin)
            .add_systems(OnEnter(Phase::Over), result)
            .add_systems(
                Update,
                (
                    (attend, play).chain().run_if(in_state(Phase::Play)),
                    stroll.run_if(not(in_state(Phase::Play))),
                    feel,
                    mirror,
                )
                    .chain()
                    .in_set(EmotionSystems::React),
            )
            .add_systems(Update, paint.in_set(HudSystems::Draw));
    }
}

// ---------------------------------------------------------------------------------------------
// The rules. Lengths are in HUD units, of which the screen is 720 high; x is the way from the
// start, y the height above the ground; times are in seconds.

/// The length of a course: about 90 seconds.
pub const COURSE: f32 = 30_000.0;
/// A metre of the score.
pub const METRE: f32 = 50.0;
/// What a star is worth.
pub const STAR_SCORE: u32 = 10;
/// What a life that is left at the flag is worth.
pub const LIFE_SCORE: u32 = 100;
/// Lives at the start.
pub const LIVES: u8 = 3;
/// Nothing can happen to the hero for this long after a hit.
pub const SAFE_TIME: f32 = 2.2;
/// What a face needs from seeing what to do until it is read.
pub const REACTION: f32 = 0.5;
/// From one obstacle's end to the next one's beginning there are at least so many seconds, at the
/// highest speed: a jump ends, the face goes back to rest, and reacts.
pub const BREATH: f32 = 1.5;
/// Running speed of an unhappy and of a happy player.
pub const SPEEDS: [f32; 2] = [270.0, 400.0];
/// Time constant with which the mood follows the face.
const MOOD_TIME: f32 = 10.0;
/// How far ahead the course is made: more than can be seen.
const SIGHT: f32 = 1_700.0;
/// Radius of the hero.
const HERO: f32 = 44.0;
const JUMP_SPEED: f32 = 640.0;
/// Gravity: with a full smile, with none, and on the way down.
const GRAVITY: [f32; 3] = [900.0, 1_900.0, 1_500.0];
/// A smile a little before landing counts.
const JUMP_BUFFER: f32 = 0.2;
/// A smile a little after the edge counts.
const EDGE_GRACE: f32 = 0.1;
const DASH_TIME: f32 = 0.65;
const DASH_SPEED: f32 = 260.0;
/// From the start of a dash to the next one.
const DASH_EVERY: f32 = 1.3;
/// The shield lasts this long, and needs that long to fill up again.
const SHIELD_TIME: f32 = 2.5;
const SHIELD_REST: f32 = 4.0;
/// An empty shield can be raised again from here on.
const SHIELD_LEAST: f32 = 0.25;
/// The result comes so long after the end.
const END_TIME: f32 = 2.5;

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

/// The same number, 0 to 1, for the same place of the scenery.
fn chance(place: f32, which: u64) -> f32 {
    Dice((place as i64 as u64).wrapping_mul(8).wrapping_add(which)).unit()
}

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

impl Course {
    /// A course that begins with one of each.
    const LESSON: [Kind; 4] = [Kind::Rock, Kind::Crystal, Kind::Bird, Kind::Gap];

    fn new(seed: u64) -> Self {
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
            Kind::Crystal => (78.0, 205.0),
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

/// What the player does, in a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Controls {
    /// The smile began.
    pub jump: bool,
    /// How strong it is while it lasts, 0 to 1.
    pub smile: f32,
    /// The surprise began.
    pub dash: bool,
    /// The frown is held.
    pub shield: bool,
    /// How pleasant the face looks, -1 to 1.
    pub valence: f32,
}

/// The one who runs.
#[derive(Debug, Clone, Copy)]
pub struct Hero {
    /// How far it has come.
    pub x: f32,
    /// How high its feet are above the ground; below it in a gap.
    pub y: f32,
    /// How fast it rises.
    pub rise: f32,
    /// Whether it stands on the ground.
    pub on_ground: bool,
    /// How long the dash goes on.
    pub dash: f32,
    /// How long until the next dash.
    pub dash_wait: f32,
    /// Whether the shield is up.
    pub shield: bool,
    /// How full the shield is, 0 to 1.
    pub energy: f32,
    /// How long nothing can happen to it.
    pub safe: f32,
    /// Since it left the ground.
    air_time: f32,
    /// Since the last smile began.
    smile_age: f32,
    spent: bool,
}

/// Something to be heard and seen, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// A jump began.
    Jumped,
    /// It ended.
    Landed,
    /// A dash began.
    Dashed,
    /// The shield went up.
    Raised,
    /// A bird flew against the shield.
    Blocked(Vec2),
    /// Crystal or rock broke.
    Broke(Kind, Vec2),
    /// A life was lost.
    Hit(Vec2),
    /// A star was taken.
    Star(Vec2),
    /// An obstacle was mastered.
    Cleared(Kind),
    /// The flag was reached.
    Won,
    /// No life is left.
    Lost,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// At the flag.
    Won,
    /// Without lives.
    Lost,
}

/// A run: all of the rules.
#[derive(Resource, Debug, Clone)]
pub struct Run {
    /// The one who runs.
    pub hero: Hero,
    /// What it runs through.
    pub course: Course,
    /// Lives that are left.
    pub lives: u8,
    /// Stars that were taken.
    pub stars: u32,
    /// Obstacles that were mastered.
    pub cleared: u32,
    /// How pleasant the player has looked lately, -1 to 1.
    pub mood: f32,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What happened since somebody looked.
    pub moments: Vec<Moment>,
    /// Seconds since the start, and since the end.
    time: f32,
    end_time: f32,
    is_stroll: bool,
}

impl Run {
    /// At the start of a course.
    pub fn new(seed: u64) -> Self {
        let hero = Hero {
            x: 0.0,
            y: 0.0,
            rise: 0.0,
            on_ground: true,
            dash: 0.0,
            dash_wait: 0.0,
            shield: false,
            energy: 1.0,
            safe: 0.0,
            air_time: 0.0,
            smile_age: f32::INFINITY,
            spent: false,
        };
        Self {
            hero,
            course: Course::new(seed),
            lives: LIVES,
            stars: 0,
            cleared: 0,
            mood: 0.0,
            outcome: None,
            moments: Vec::new(),
            time: 0.0,
            end_time: 0.0,
            is_stroll: false,
        }
    }

    /// A walk without obstacles, behind the menu.
    pub fn stroll(seed: u64) -> Self {
        Self { is_stroll: true, ..Self::new(seed) }
    }

    /// Metres that were run.
    pub fn metres(&self) -> u32 {
        (self.hero.x.min(COURSE) / METRE) as u32
    }

    /// Metres, stars, and the lives that are left at the flag.
    pub fn score(&self) -> u32 {
        let bonus = if self.outcome == Some(Outcome::Won) { LIFE_SCORE } else { 0 };
        self.metres() + self.stars * STAR_SCORE + u32::from(self.lives) * bonus
    }

    /// The mood as difficulty, 0 to 1; a face at rest has 0.4.
    pub fn zest(&self) -> f32 {
        (0.4 + self.mood * 1.2).clamp(0.0, 1.0)
    }

    /// How fast the hero runs.
    pub fn speed(&self) -> f32 {
        let [slow, fast] = SPEEDS;
        let running = if self.is_stroll { 120.0 } else { slow + (fast - slow) * self.zest() };
        match self.outcome {
            Some(Outcome::Lost) => running * (-4.0 * self.end_time).exp(),
            Some(Outcome::Won) => running * (-1.6 * self.end_time).exp(),
            None => running,
        }
    }

    /// What comes next.
    pub fn ahead(&self) -> Option<&Obstacle> {
        self.course.obstacles.iter().find(|it| it.fate == Fate::Ahead)
    }

    /// How long until the hero is there.
    pub fn seconds_to(&self, obstacle: &Obstacle) -> f32 {
        (obstacle.x - self.hero.x) / self.speed().max(1.0)
    }

    /// Whether the result can be shown.
    pub fn is_over(&self) -> bool {
        self.outcome.is_some() && self.end_time >= END_TIME
    }

    /// Time passes.
    pub fn step(&mut self, controls: &Controls, seconds: f32) {
        self.time += seconds;
        if self.outcome.is_some() {
            self.end_time += seconds;
            self.celebrate();
            self.fly(&Controls::default(), seconds);
            self.hero.x += self.speed() * seconds;
            return;
        }
        self.mood += (controls.valence - self.mood) * approach(MOOD_TIME, seconds);
        if !self.is_stroll {
            self.course.extend(self.hero.x + SIGHT, self.zest());
        }
        self.act(controls, seconds);
        self.fly(controls, seconds);
        self.hero.x +=
            seconds * (self.speed() + if self.hero.dash > 0.0 { DASH_SPEED } else { 0.0 });
        self.meet();
        self.collect();
        if self.hero.x >= COURSE && self.outcome.is_none() && !self.is_stroll {
            self.end(Outcome::Won, Moment::Won);
        }
    }

    /// The player's face sets things off.
    fn act(&mut self, controls: &Controls, seconds: f32) {
        let hero = &mut self.hero;
        hero.safe = (hero.safe - seconds).max(0.0);
        hero.dash = (hero.dash - seconds).max(0.0);
        hero.dash_wait = (hero.dash_wait - seconds).max(0.0);
        hero.smile_age = if controls.jump { 0.0 } else { hero.smile_age + seconds };
        let has_ground = hero.on_ground || (hero.rise <= 0.0 && hero.air_time < EDGE_GRACE);
        if hero.smile_age < JUMP_BUFFER && has_ground {
            (hero.rise, hero.on_ground, hero.air_time) = (JUMP_SPEED, false, EDGE_GRACE);
            hero.smile_age = f32::INFINITY;
            self.moments.push(Moment::Jumped);
        }
        if controls.dash && hero.dash_wait == 0.0 {
            (hero.dash, hero.dash_wait) = (DASH_TIME, DASH_EVERY);
            self.moments.push(Moment::Dashed);
        }
        let had_shield = std::mem::replace(&mut hero.shield, controls.shield && !hero.spent);
        if hero.shield {
            hero.energy = (hero.energy - seconds / SHIELD_TIME).max(0.0);
            hero.spent = hero.energy == 0.0;
            if !had_shield {
                self.moments.push(Moment::Raised);
            }
        } else {
            hero.energy = (hero.energy + seconds / SHIELD_REST).min(1.0);
            hero.spent &= hero.energy < SHIELD_LEAST;
        }
    }

    /// Up and down.
    fn fly(&mut self, controls: &Controls, seconds: f32) {
        let hero = &mut self.hero;
        hero.air_time += seconds;
        let [smiling, plain, falling] = GRAVITY;
        let gravity = match hero.rise {
            ..=0.0 => falling,
            _ if controls.smile > 0.0 => plain + (smiling - plain) * (0.5 + controls.smile / 2.0),
            _ => plain,
        };
        if hero.dash > 0.0 {
            hero.rise = 0.0;
        } else if !hero.on_ground {
            hero.y += hero.rise * seconds - gravity * seconds * seconds / 2.0;
            hero.rise -= gravity * seconds;
        }
        let over_gap = hero.safe == 0.0
            && hero.dash == 0.0
            && self.course.obstacles.iter().any(|it| {
                it.kind == Kind::Gap && (it.x + 14.0..it.x + it.width - 14.0).contains(&hero.x)
            });
        if over_gap && hero.on_ground {
            (hero.on_ground, hero.rise, hero.air_time) = (false, 0.0, 0.0);
        }
        // The far edge is climbed by who nearly made it.
        if !over_gap && !hero.on_ground && hero.rise <= 0.0 && hero.y <= 0.0 && hero.y > -36.0 {
            (hero.y, hero.rise, hero.on_ground, hero.air_time) = (0.0, 0.0, true, 0.0);
            self.moments.push(Moment::Landed);
        } else if hero.y <= -36.0 && (!over_gap || hero.y < -110.0) {
            // Whoever fell is thrown out again, and the gap carries for a while.
            let place = Vec2::new(hero.x, 0.0);
            (hero.y, hero.rise) = (0.0, JUMP_SPEED);
            if let Some(gap) = self
                .course
                .obstacles
                .iter_mut()
                .rfind(|it| it.kind == Kind::Gap && it.fate == Fate::Ahead && it.x < place.x)
            {
                gap.fate = Fate::Passed;
            }
            self.hit(place);
        }
    }

    /// What happens between the hero and obstacles.
    fn meet(&mut self) {
        let hero = self.hero;
        for index in 0..self.course.obstacles.len() {
            let it = self.course.obstacles[index];
            if it.fate != Fate::Ahead || it.x - hero.x > 60.0 {
                continue;
            }
            let place = Vec2::new(it.x + it.width / 2.0, it.height / 2.0);
            let dashes = hero.dash > 0.0;
            let fate = match it.kind {
                Kind::Rock if hero.x < it.x - 24.0 => continue,
                Kind::Rock if hero.x > it.x + it.width + 24.0 => Fate::Passed,
                Kind::Rock if hero.y > it.height - 16.0 => continue,
                Kind::Crystal if hero.x < it.x - 34.0 => continue,
                Kind::Rock | Kind::Crystal if dashes => {
                    self.moments.push(Moment::Broke(it.kind, place));
                    Fate::Gone
                }
                Kind::Gap if hero.x < it.x + it.width || hero.y < 0.0 => continue,
                Kind::Gap => Fate::Passed,
                Kind::Bird if hero.x < it.x - 40.0 => continue,
                Kind::Bird if hero.shield => {
                    self.moments.push(Moment::Blocked(Vec2::new(hero.x + HERO, hero.y + HERO)));
                    Fate::Gone
                }
                Kind::Rock | Kind::Crystal | Kind::Bird => {
                    self.course.obstacles[index].fate = Fate::Gone;
                    self.hit(place);
                    continue;
                }
            };
            self.course.obstacles[index].fate = fate;
            self.cleared += 1;
            self.moments.push(Moment::Cleared(it.kind));
        }
    }

    fn collect(&mut self) {
        let (middle, moments) = (Vec2::new(self.hero.x, self.hero.y + HERO), &mut self.moments);
        let before = self.course.stars.len();
        self.course.stars.retain(|star| {
            let is_taken = star.distance(middle) < HERO + 26.0;
            if is_taken {
                moments.push(Moment::Star(*star));
            }
            !is_taken
        });
        self.stars += (before - self.course.stars.len()) as u32;
    }

    /// Costs a life, unless the hero was hit just before.
    fn hit(&mut self, place: Vec2) {
        if self.hero.safe > 0.0 || self.outcome.is_some() {
            return;
        }
        self.lives = self.lives.saturating_sub(1);
        self.hero.safe = SAFE_TIME;
        self.hero.dash = 0.0;
        self.moments.push(Moment::Hit(place));
        if self.lives == 0 {
            self.end(Outcome::Lost, Moment::Lost);
        }
    }

    fn end(&mut self, outcome: Outcome, moment: Moment) {
        self.outcome = Some(outcome);
        self.hero.shield = false;
        self.moments.push(moment);
    }

    /// At the flag, the hero hops for joy.
    fn celebrate(&mut self) {
        let hero = &mut self.hero;
        (hero.dash, hero.safe) = (0.0, hero.safe.max(0.1));
        if self.outcome == Some(Outcome::Won) && hero.on_ground {
            (hero.rise, hero.on_ground) = (420.0, false);
        }
    }
}

// ---------------------------------------------------------------------------------------------
// Between the rules and Bevy.

/// The best result so far, and the next course.
#[derive(Resource, Debug)]
pub struct Record {
    next_seed: u64,
    /// The best score.
    pub best: u32,
    is_new: bool,
}

/// Whether the player is there: the run waits for a face that went out of view.
#[derive(Resource, Debug, Default)]
pub struct Attention {
    /// A face plays, not the keyboard.
    has_face: bool,
    /// How long it has been out of view.
    away: f32,
    /// How long until the run goes on.
    back_in: f32,
}

impl Attention {
    /// A face may be lost for so long.
    const PATIENCE: f32 = 0.4;

    /// Whether the run waits.
    pub fn is_waiting(&self) -> bool {
        self.away > Self::PATIENCE || self.back_in > 0.0
    }
}

/// How the hero looks: eased, and with what springs.
#[derive(Resource, Debug, Default)]
struct Look {
    strengths: [f32; Expression::COUNT],
    /// Above 0 it is tall, below flat.
    squash: Spring<f32>,
    shield: f32,
    dash: f32,
    shake: f32,
    /// Since each chip's action was set off, fading from 1.
    flashes: [f32; 3],
    /// How lively the course is.
    zest: f32,
    /// Where the hero stands (a share of the screen's width from its middle), how much higher than
    /// in a run the ground is, and how much larger the hero is.
    stand: Vec3,
    seconds: f32,
}

/// Particles.
#[derive(Resource, Debug, Default)]
struct Dust(Vec<Mote>);

#[derive(Debug, Clone, Copy)]
struct Mote {
    position: Vec2,
    velocity: Vec2,
    weight: f32,
    size: f32,
    color: LinearRgba,
    age: f32,
    life: f32,
}

fn title(mut commands: Commands) {
    let menu = FaceMenu::new("How far does your face take you?")
        .with_text("Try it: the bars above show how your face is read.")
        .with_item("Play")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Phase::Title), menu)).observe(
        |chosen: On<MenuChosen>,
         mut next: ResMut<NextState<Phase>>,
         mut exit: MessageWriter<AppExit>| {
            match chosen.item {
                0 => next.set(Phase::WarmUp),
                _ => _ = exit.write(AppExit::Success),
            }
        },
    );
}

fn warm_up(mut commands: Commands, mut run: ResMut<Run>, record: Res<Record>) {
    *run = Run::stroll(record.next_seed);
    let expressions = [Expression::Happy, Expression::Surprise, Expression::Angry];
    commands
        .spawn((DespawnOnExit(Phase::WarmUp), FaceWarmUp::new(expressions)))
        .observe(|_: On<WarmUpOver>, mut next: ResMut<NextState<Phase>>| next.set(Phase::Play));
}

fn begin(
    mut commands: Commands,
    mut run: ResMut<Run>,
    mut record: ResMut<Record>,
    mut attention: ResMut<Attention>,
    mut input: ResMut<ExpressionInput<Action>>,
) {
    *run = Run::new(record.next_seed);
    record.next_seed = Dice(record.next_seed).roll();
    *attention = Attention::default();
    for action in ACTIONS {
        input.consume(action);
    }
    let corner = Node {
        position_type: PositionType::Absolute,
        right: Val::Px(16.0),
        top: Val::Px(16.0),
        ..default()
    };
    commands.spawn((DespawnOnExit(Phase::Play), SelfView::new(1), corner));
}

fn result(mut commands: Commands, run: Res<Run>, mut record: ResMut<Record>) {
    record.is_new = run.score() > record.best;
    record.best = record.best.max(run.score());
    let menu = FaceMenu::new("Once more?")
        .with_item("Again")
        .with_item("Warm up again")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Phase::Over), menu)).observe(
        |chosen: On<MenuChosen>,
         mut next: ResMut<NextState<Phase>>,
         mut exit: MessageWriter<AppExit>| {
            match chosen.item {
                0 => next.set(Phase::Play),
                1 => next.set(Phase::WarmUp),
                _ => _ = exit.write(AppExit::Success),
            }
        },
    );
}

/// Notices when the player goes out of view, and comes back.
fn attend(
    time: Res<Time>,
    keys: Res<ButtonInput<KeyCode>>,
    slots: Res<PlayerSlots>,
    faces: Query<&Face>,
    mut attention: ResMut<Attention>,
) {
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let was_waiting = attention.is_waiting();
    if face.is_some_and(|face| face.visible) {
        attention.back_in = match was_waiting {
            true if attention.away > 0.0 => 1.0,
            _ => (attention.back_in - time.delta_secs()).max(0.0),
        };
        (attention.has_face, attention.away) = (true, 0.0);
    } else if attention.has_face {
        attention.away += time.delta_secs();
    }
    // Who takes the keyboard needs no face.
    if was_waiting && keys.get_just_pressed().next().is_some() {
        *attention = Attention::default();
    }
}

fn play(
    time: Res<Time>,
    attention: Res<Attention>,
    input: Res<ExpressionInput<Action>>,
    slots: Res<PlayerSlots>,
    faces: Query<&FaceInput>,
    mut run: ResMut<Run>,
    mut next: ResMut<NextState<Phase>>,
) {
    if attention.is_waiting() {
        return;
    }
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let smiles = input.pressed(Action::Jump);
    let mut controls = Controls {
        jump: input.just_pressed(Action::Jump),
        smile: if smiles { input.value(Action::Jump).max(0.1) } else { 0.0 },
        dash: input.just_pressed(Action::Dash),
        shield: input.pressed(Action::Shield),
        valence: face.map_or(0.0, |face| face.valence),
    };
    let mut left = time.delta_secs();
    while left > 0.0 {
        run.step(&controls, left.min(1.0 / 30.0));
        left -= 1.0 / 30.0;
        (controls.jump, controls.dash) = (false, false);
    }
    if run.is_over() {
        next.set(Phase::Over);
    }
}

/// Behind the menus the hero walks on, or rests where it came to.
fn stroll(time: Res<Time>, mut run: ResMut<Run>) {
    run.step(&Controls::default(), time.delta_secs().min(0.1));
}

/// Each moment is heard and seen.
fn feel(
    time: Res<Time>,
    theme: Res<Theme>,
    settings: Res<HudSettings>,
    mut run: ResMut<Run>,
    mut look: ResMut<Look>,
    mut dust: ResMut<Dust>,
    mut commands: Commands,
) {
    let seconds = time.delta_secs();
    let mut dice = Dice(run.time.to_bits().into());
    let feet = Vec2::new(run.hero.x, run.hero.y);
    let [smile, surprise, frown] =
        ACTIONS.map(|action| theme.color(expression(action)).to_linear());
    let sand = hex(0xB8A9D9);
    let stars = run.stars;
    for moment in std::mem::take(&mut run.moments) {
        let (pitch_hz, length) = match moment {
            Moment::Jumped => {
                (look.squash.velocity, look.flashes[0]) = (3.4, 1.0);
                dust.burst(&mut dice, 10, feet, 150.0, (smile + sand) * 0.5, 0.0);
                (520.0, 0.09)
            }
            Moment::Landed => {
                look.squash.velocity = -2.6;
                dust.burst(&mut dice, 6, feet, 120.0, sand, 0.0);
                (150.0, 0.03)
            }
            Moment::Dashed => {
                (look.squash.velocity, look.flashes[1]) = (-2.6, 1.0);
                dust.burst(&mut dice, 14, feet + Vec2::Y * HERO, 260.0, surprise, 0.0);
                (880.0, 0.12)
            }
            Moment::Raised => {
                look.flashes[2] = 1.0;
                (330.0, 0.1)
            }
            Moment::Blocked(place) => {
                dust.burst(&mut dice, 16, place, 330.0, frown, -300.0);
                (240.0, 0.14)
            }
            Moment::Broke(kind, place) => {
                look.shake = 0.6;
                let color = if kind == Kind::Crystal { surprise } else { hex(0x8A7FA8) };
                for height in [-0.6, 0.0, 0.6] {
                    let place = place + Vec2::Y * place.y * height;
                    dust.burst(&mut dice, 12, place, 420.0, color, -900.0);
                }
                (1_250.0, 0.1)
            }
            Moment::Hit(place) => {
                (look.shake, look.squash.velocity) = (1.0, -4.5);
                dust.burst(&mut dice, 18, place, 360.0, hex(0xFF8FA3), -500.0);
                (110.0, 0.25)
            }
            Moment::Star(place) => {
                dust.burst(&mut dice, 5, place, 130.0, hex(0xFFE9A8), 0.0);
                (780.0 + 60.0 * (stars % 8) as f32, 0.06)
            }
            Moment::Cleared(_) => continue,
            Moment::Won => (1_320.0, 0.5),
            Moment::Lost => (82.0, 0.6),
        };
        commands.trigger(arcade::Blip { pitch_hz, seconds: length });
    }
    // Confetti from above, at the flag.
    if run.outcome == Some(Outcome::Won) && (run.end_time * 5.0).fract() < seconds * 5.0 {
        let color = theme.color(Expression::ALL[(dice.roll() % 6) as usize]).to_linear();
        let place = feet + Vec2::new(dice.between(-380.0, 700.0), dice.between(300.0, 440.0));
        dust.burst(&mut dice, 22, place, 260.0, color, -220.0);
    }
    if run.hero.on_ground && run.outcome.is_none() && dice.between(0.0, 1.0) < seconds * 14.0 {
        dust.burst(&mut dice, 1, feet - Vec2::X * 20.0, 60.0, sand, 0.0);
    }
    dust.settle(seconds, settings.reduced_motion);
}

impl Dust {
    fn burst(
        &mut self,
        dice: &mut Dice,
        count: u32,
        at: Vec2,
        speed: f32,
        color: LinearRgba,
        weight: f32,
    ) {
        for _ in 0..count {
            let way = Vec2::from_angle(dice.between(0.0, TAU)) * dice.between(0.3, 1.0) * speed;
            self.0.push(Mote {
                position: at,
                velocity: way + Vec2::Y * speed * 0.35,
                weight,
                size: dice.between(3.0, 8.0),
                color,
                age: 0.0,
                life: dice.between(0.4, 0.9) + if weight < 0.0 { 0.4 } else { 0.0 },
            });
        }
    }

    fn settle(&mut self, seconds: f32, is_calm: bool) {
        self.0.retain_mut(|mote| {
            mote.age += seconds;
            mote.velocity.y += mote.weight * seconds;
            mote.velocity *= (-1.8 * seconds).exp();
            mote.position += mote.velocity * seconds;
            mote.age < mote.life && !is_calm
        });
    }
}

const ACTIONS: [Action; 3] = [Action::Jump, Action::Dash, Action::Shield];

const fn expression(action: Action) -> Expression {
    match action {
        Action::Jump => Expression::Happy,
        Action::Dash => Expression::Surprise,
        Action::Shield => Expression::Angry,
    }
}

/// The hero's face does what the player's does, or what the keys say.
fn mirror(
    time: Res<Time>,
    phase: Res<State<Phase>>,
    run: Res<Run>,
    input: Res<ExpressionInput<Action>>,
    slots: Res<PlayerSlots>,
    faces: Query<&FaceInput>,
    mut look: ResMut<Look>,
) {
    let seconds = time.delta_secs();
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let mut shown = Expression::ALL.map(|it| face.map_or(0.0, |face| face.strength(it)));
    for action in ACTIONS.into_iter().filter(|action| input.pressed(*action)) {
        let shown = &mut shown[expression(action).index()];
        *shown = shown.max(0.8);
    }
    match run.outcome {
        Some(Outcome::Won) => shown[Expression::Happy.index()] = 1.0,
        Some(Outcome::Lost) => shown[Expression::Sad.index()] = 1.0,
        None => {}
    }
    for (eased, shown) in look.strengths.iter_mut().zip(shown) {
        *eased += (shown - *eased) * approach(0.06, seconds);
    }
    let stiffness = Stiffness { frequency: 17.0, damping: 0.35 };
    look.squash.follow(0.0, stiffness, seconds);
    let goals = [f32::from(run.hero.shield), f32::from(run.hero.dash > 0.0), run.zest()];
    look.shield += (goals[0] - look.shield) * approach(0.06, seconds);
    look.dash += (goals[1] - look.dash) * approach(0.07, seconds);
    look.zest += (goals[2] - look.zest) * approach(0.8, seconds);
    let stand = match phase.get() {
        Phase::Title => Vec3::new(0.0, 64.0, 1.9),
        Phase::WarmUp => Vec3::new(-0.385, 40.0, 1.6),
        Phase::Play => Vec3::new(-0.27, 0.0, 1.0),
        Phase::Over => Vec3::new(-0.33, 64.0, 1.2),
    };
    let share = if look.seconds == 0.0 { 1.0 } else { approach(0.3, seconds) };
    look.stand = look.stand.lerp(stand, share);
    look.shake *= (-6.0 * seconds).exp();
    for flash in &mut look.flashes {
        *flash *= (-4.0 * seconds).exp();
    }
    look.seconds += seconds;
}

// ---------------------------------------------------------------------------------------------
// Drawing: all of it anew in each frame, into one mesh and a pool of texts.

/// The mesh that everything is drawn into.
#[derive(Component)]
struct Canvas;

/// A text of the pool.
#[derive(Component)]
struct Caption;

fn prepare(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let mesh = meshes.add(Mesh::new(PrimitiveTopology::TriangleList, default()));
    let material = materials.add(ColorMaterial::default());
    commands.spawn((Canvas, Mesh2d(mesh), MeshMaterial2d(material), NoFrustumCulling));
    let styles = [(BIG, 2), (Style::Large, 10), (Style::LargeSign, 6), (Style::Small, 14)];
    for style in styles.into_iter().flat_map(|(style, count)| std::iter::repeat_n(style, count)) {
        let ink = Ink { style, color: Token::Text };
        commands.spawn((Caption, Text2d::default(), ink, Visibility::Hidden));
    }
}

/// The largest text.
const BIG: Style = Style::Title;

/// Draws the game as it is.
fn paint(
    phase: Res<State<Phase>>,
    (run, record, attention, look, dust): (
        Res<Run>,
        Res<Record>,
        Res<Attention>,
        Res<Look>,
        Res<Dust>,
    ),
    (screen, theme, settings): (Res<Screen>, Res<Theme>, Res<HudSettings>),
    input: Res<ExpressionInput<Action>>,
    canvas: Single<&Mesh2d, With<Canvas>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut captions: Query<
        (&mut Text2d, &mut Ink, &mut Anchor, &mut Transform, &mut Visibility),
        With<Caption>,
    >,
) {
    let mut brush = Brush::new(screen.units_per_pixel);
    let is_calm = settings.reduced_motion;
    let size = screen.size;
    let hero_at = look.stand.x * size.x + if is_calm { 0.0 } else { 46.0 * look.dash };
    let view = View {
        run: &run,
        look: &look,
        theme: &theme,
        is_calm,
        size,
        camera: run.hero.x - hero_at,
        ground: -size.y / 2.0 + 196.0 + look.stand.y,
        mood: look.zest * 2.0 - 1.0,
    };
    let shake = if is_calm { 0.0 } else { 14.0 * look.shake };
    let shake = Vec2::new((look.seconds * 61.0).sin(), (look.seconds * 53.0).cos()) * shake;
    view.sky(&mut brush);
    view.hills(&mut brush);
    brush.frame = Affine2::from_translation(shake);
    view.course(&mut brush);
    let feet = view.at(run.hero.x, 0.0);
    brush.frame *= Affine2::from_translation(feet)
        * Affine2::from_scale(Vec2::splat(look.stand.z))
        * Affine2::from_translation(-feet);
    view.hero(&mut brush);
    view.motes(&mut brush, &dust);
    brush.frame = Affine2::IDENTITY;
    match phase.get() {
        Phase::Title => view.title(&mut brush, &input),
        Phase::WarmUp => {}
        Phase::Play => {
            view.signs(&mut brush);
            view.status(&mut brush, &input);
            if attention.is_waiting() {
                view.waiting(&mut brush, &attention);
            }
        }
        Phase::Over => view.result(&mut brush, &record),
    }

    // Each text takes the next of its style.
    let mut taken = 0_u64;
    for (mut text, mut ink, mut anchor, mut transform, mut visibility) in &mut captions {
        let of_style = |(_, words): &(usize, &Words)| words.style == ink.style;
        let mut waiting = brush.texts.iter().enumerate().filter(of_style);
        let Some((index, words)) = waiting.find(|(index, _)| taken & (1 << index) == 0) else {
            visibility.set_if_neq(Visibility::Hidden);
            continue;
        };
        taken |= 1 << index;
        visibility.set_if_neq(Visibility::Inherited);
        anchor.set_if_neq(Anchor(Vec2::X * words.align));
        transform.set_if_neq(Transform::from_translation(words.position.extend(20.0)));
        if ink.color != words.color {
            ink.color = words.color;
        }
        if text.0 != words.words {
            text.0.clone_from(&words.words);
        }
    }
    if let Some(mut mesh) = meshes.get_mut(&canvas.0) {
        brush.fill(&mut mesh);
    }
}

/// What the drawing looks at. View space: the origin is the middle of the screen, y up.
struct View<'a> {
    run: &'a Run,
    look: &'a Look,
    theme: &'a Theme,
    is_calm: bool,
    size: Vec2,
    /// The x of the course that is in the middle of the screen.
    camera: f32,
    /// The y of the ground.
    ground: f32,
    /// -1 to 1.
    mood: f32,
}

impl View<'_> {
    /// From the course to the screen.
    fn at(&self, x: f32, y: f32) -> Vec2 {
        Vec2::new(x - self.camera, self.ground + y)
    }

    fn accent(&self, expression: Expression) -> LinearRgba {
        self.theme.color(expression).to_linear()
    }

    /// A colour for low, middle and high mood.
    fn tint(&self, [low, middle, high]: [u32; 3]) -> LinearRgba {
        let end = if self.mood < 0.0 { low } else { high };
        hex(middle).mix(&hex(end), self.mood.abs().min(1.0))
    }

    /// How far the evening has come, 0 to 1.
    fn evening(&self) -> f32 {
        (self.run.hero.x / COURSE).clamp(0.0, 1.0)
    }

    fn sky(&self, brush: &mut Brush) {
        let half = self.size / 2.0 + 20.0;
        let night = 0.55 * self.evening();
        let top = self.tint([0x080D1F, 0x10173A, 0x1A1B4B]).mix(&hex(0x050815), night);
        let middle = self.tint([0x152645, 0x2C2F66, 0x5B3A7D]).mix(&hex(0x151B40), night);
        let haze = self.tint([0x3A5A78, 0x8A6899, 0xF0A070]).mix(&hex(0x5A4A80), night);
        let down = half.y - self.ground;
        let rows: Vec<_> = (0..=14_u8)
            .map(|row| half.y - down * f32::from(row) / 14.0)
            .map(|y| [Vec2::new(half.x, y), Vec2::new(-half.x, y)])
            .collect();
        brush.band(&rows, |point| {
            let depth = (half.y - point.y) / down;
            let upper = top.mix(&middle, (depth / 0.6).min(1.0));
            upper.mix(&haze, ((depth - 0.3) / 0.6).clamp(0.0, 1.0).powf(1.5))
        });
        for star in 0..70_u8 {
            let place = f32::from(star);
            let [x, y, size] = [1, 2, 3].map(|which| chance(place, which));
            let twinkle = if self.is_calm {
                0.8
            } else {
                0.6 + 0.4 * (self.look.seconds * (0.6 + size) + place).sin()
            };
            let position = Vec2::new((x * 2.0 - 1.0) * half.x, half.y * (0.05 + 0.95 * y));
            let white = LinearRgba::WHITE.with_alpha((0.15 + 0.6 * self.evening()) * twinkle * y);
            brush.disc(position, Vec2::splat(0.7 + 1.3 * size), white);
        }
        let sun = Vec2::new(half.x * 0.42, self.ground + 240.0 - 170.0 * self.evening());
        let warm = self.tint([0xC9D8F0, 0xFFD9B0, 0xFFE3A0]);
        brush.glow(sun, Vec2::splat(420.0), warm.with_alpha(0.30));
        brush.glow(sun, Vec2::splat(130.0), warm.with_alpha(0.45));
        brush.disc(sun, Vec2::splat(46.0), warm.with_alpha(0.92));
        for cloud in self.repeated(0.05, 430.0) {
            let [height, size, side] = [1, 2, 3].map(|which| chance(cloud.0, which));
            let middle = Vec2::new(cloud.1 + 200.0 * side, self.ground + 300.0 + 150.0 * height);
            let color = haze.mix(&LinearRgba::WHITE, 0.25).with_alpha(0.34);
            for (x, y, width, height) in [
                (0.0, 0.0, 190.0, 34.0),
                (-70.0, 12.0, 90.0, 40.0),
                (10.0, 24.0, 110.0, 52.0),
                (84.0, 10.0, 80.0, 36.0),
            ] {
                let grown = 0.7 + 0.6 * size;
                brush.glow(
                    middle + Vec2::new(x, y) * grown,
                    Vec2::new(width, height) * grown,
                    color,
                );
            }
        }
    }

    /// Where something stands that is repeated in a layer: its number, and its x on the screen.
    fn repeated(&self, speed: f32, distance: f32) -> impl Iterator<Item = (f32, f32)> + use<> {
        let shift = self.camera * speed;
        let half = self.size.x / 2.0 + distance;
        let first = ((shift - half) / distance).floor() as i64;
        let last = ((shift + half) / distance).ceil() as i64;
        (first..=last).map(move |number| (number as f32, number as f32 * distance - shift))
    }

    fn hills(&self, brush: &mut Brush) {
        let night = 0.45 * self.evening();
        let layers = [
            (0.08, 150.0, [0x2B4562, 0x55508A, 0x9A5C86], 310.0),
            (0.20, 92.0, [0x1C3350, 0x3B3A72, 0x663F7A], 230.0),
            (0.42, 38.0, [0x12223A, 0x25274F, 0x3C2A5C], 170.0),
        ];
        for (index, (speed, base, colors, length)) in layers.into_iter().enumerate() {
            let color = self.tint(colors).mix(&hex(0x0A0E24), night);
            let haze =
                color.mix(&self.tint([0x2F4A66, 0x6D5A90, 0xB0707F]), 0.35 - 0.1 * index as f32);
            let ridge = |x: f32| {
                let x = x + self.camera * speed;
                let roll = (x / length).sin()
                    + 0.55 * (x / length * 2.3 + 1.3).sin()
                    + 0.25 * (x / length * 4.1).sin();
                self.ground + base + 0.26 * length * roll
            };
            let half = self.size.x / 2.0 + 30.0;
            let steps = (half / 10.0) as i16;
            let edges: Vec<_> = (-steps..=steps)
                .map(|step| f32::from(step) * 10.0)
                .map(|x| [Vec2::new(x, ridge(x)), Vec2::new(x, self.ground - 10.0)])
                .collect();
            brush.band(&edges, |point| if point.y < self.ground { haze } else { color });
            if index == 0 {
                continue;
            }
            // Round trees stand on the nearer hills.
            for (number, x) in self.repeated(speed, if index == 1 { 96.0 } else { 150.0 }) {
                let [side, size, is_there] = [4, 5, 6].map(|which| chance(number, which));
                if is_there < 0.35 {
                    continue;
                }
                let x = x + 90.0 * side;
                let size = (14.0 + 16.0 * size) * if index == 1 { 0.75 } else { 1.35 };
                let foot = Vec2::new(x, ridge(x) - 6.0);
                let trunk = color.mix(&LinearRgba::BLACK, 0.12);
                brush.line(&[foot, foot + Vec2::Y * size * 1.6], size * 0.2, trunk);
                let crown = foot + Vec2::Y * size * 2.1;
                brush.disc(crown, Vec2::new(size, size * 1.25), trunk);
                brush.disc(
                    crown + Vec2::new(size * 0.25, size * 0.25),
                    Vec2::new(size, size * 1.2) * 0.6,
                    color,
                );
            }
        }
    }

    /// Ground, obstacles, stars and the flag.
    fn course(&self, brush: &mut Brush) {
        let half = self.size.x / 2.0 + 40.0;
        let bottom = -self.size.y / 2.0 - 40.0;
        let mut from = -half;
        let gaps = self.run.course.obstacles.iter().filter(|it| it.kind == Kind::Gap);
        for gap in gaps.map(Some).chain([None]) {
            let to = gap.map_or(half, |gap| self.at(gap.x, 0.0).x).min(half);
            if to > from {
                self.earth(brush, from, to, bottom);
            }
            if let Some(gap) = gap {
                from = from.max(self.at(gap.x + gap.width, 0.0).x);
                let middle = self.at(gap.x + gap.width / 2.0, -150.0);
                brush.glow(
                    middle,
                    Vec2::splat(gap.width * 1.2),
                    self.accent(Expression::Happy).with_alpha(0.35),
                );
            }
        }
        for star in &self.run.course.stars {
            let bob =
                if self.is_calm { 0.0 } else { (self.look.seconds * 3.0 + star.x * 0.01).sin() };
            let position = self.at(star.x, star.y + 4.0 * bob);
            if position.x.abs() < half {
                brush.glow(position, Vec2::splat(44.0), hex(0xFFD978).with_alpha(0.5));
                brush.star(position, 14.0, 0.12 * bob, hex(0xFFE08A));
            }
        }
        self.flag(brush);
        for (number, it) in self.run.course.obstacles.iter().enumerate() {
            let place = self.at(it.x, 0.0);
            if it.fate == Fate::Gone || place.x > half + 700.0 || place.x + it.width < -half {
                continue;
            }
            match it.kind {
                Kind::Rock => self.rock(brush, it),
                Kind::Crystal => self.crystal(brush, it),
                Kind::Bird => self.bird(brush, it, number as f32),
                Kind::Gap => {}
            }
        }
    }

    fn earth(&self, brush: &mut Brush, from: f32, to: f32, bottom: f32) {
        let night = 0.35 * self.evening();
        let deep = hex(0x0B0D20);
        let soil = self.tint([0x1D3148, 0x2F2C58, 0x472F5E]).mix(&deep, night);
        let grass = self.tint([0x3F7F86, 0x5E7FB8, 0x9C7FC4]).mix(&deep, night);
        let top = self.ground;
        let side = [[0.0, 10.0], [3.0, 4.0], [10.0, 0.0]];
        let edge = side.map(|[x, y]| (from + x, top - y)).into_iter();
        let edge = edge.chain(side.into_iter().rev().map(|[x, y]| (to - x, top - y)));
        let upper: Vec<_> = edge.map(|(x, y)| Vec2::new(x, y)).collect();
        let to_depth = |depth: f32| -> Vec<[Vec2; 2]> {
            upper.iter().map(|point| [*point, Vec2::new(point.x, top - depth)]).collect()
        };
        brush.band(&to_depth(top - bottom), |point| if point.y < top - 20.0 { deep } else { soil });
        brush.band(&to_depth(22.0), |point| {
            if point.y < top - 12.0 { grass.with_alpha(0.0) } else { grass }
        });
        let light = grass.mix(&LinearRgba::WHITE, 0.35);
        brush.line(&[Vec2::new(from + 9.0, top - 2.0), Vec2::new(to - 9.0, top - 2.0)], 3.0, light);
        for (number, x) in self.repeated(1.0, 58.0) {
            let [side, depth, size] = [1, 2, 3].map(|which| chance(number, which + 20));
            let x = x + 50.0 * side;
            if x < from + 30.0 || x > to - 30.0 {
                continue;
            }
            let pebble = Vec2::new(x, top - 38.0 - 120.0 * depth);
            let color = soil.mix(&grass, 0.35).with_alpha(0.5);
            brush.disc(pebble, Vec2::new(5.0 + 9.0 * size, 4.0 + 5.0 * size), color);
            if size > 0.4 {
                for lean in [-5.0, 0.0, 5.0] {
                    let foot = Vec2::new(x + lean, top - 3.0);
                    brush.line(&[foot, foot + Vec2::new(lean, 9.0 + 6.0 * depth)], 3.0, grass);
                }
            }
        }
    }

    fn rock(&self, brush: &mut Brush, it: &Obstacle) {
        let foot = self.at(it.x + it.width / 2.0, 0.0);
        let glow = self.accent(Expression::Happy).with_alpha(0.42);
        brush.glow(foot + Vec2::Y * it.height * 0.5, Vec2::splat(it.width * 1.5), glow);
        let outline: Vec<_> = (0..=10_u8)
            .map(|step| {
                let angle = PI * f32::from(step) / 10.0;
                let bump = 0.88 + 0.2 * chance(it.x + f32::from(step), 5);
                let half = Vec2::new(it.width / 2.0 + 6.0, it.height);
                foot + Vec2::from_angle(angle) * half * bump - Vec2::Y * 4.0
            })
            .collect();
        let [light, dark] = [hex(0xA79BC9), hex(0x40395F)];
        brush.fan(&outline, |point| {
            dark.mix(&light, ((point.y - foot.y) / it.height).clamp(0.0, 1.0))
        });
        for (x, y, size) in [(-0.16, 0.52, 0.16), (0.2, 0.3, 0.11)] {
            let spot = foot + Vec2::new(x * it.width, y * it.height);
            brush.disc(spot, Vec2::new(it.width, it.height * 0.7) * size, light.with_alpha(0.35));
        }
    }

    fn crystal(&self, brush: &mut Brush, it: &Obstacle) {
        let accent = self.accent(Expression::Surprise);
        let foot = self.at(it.x + it.width / 2.0, -4.0);
        brush.glow(
            foot + Vec2::Y * it.height * 0.5,
            Vec2::new(190.0, 210.0),
            accent.with_alpha(0.5),
        );
        let [lit, shade] = [accent.mix(&LinearRgba::WHITE, 0.5), accent.mix(&hex(0x10204A), 0.55)];
        let frame = brush.frame;
        for (x, height, width, lean) in [
            (-20.0, 0.74, 17.0, 0.16),
            (24.0, 0.80, 18.0, -0.13),
            (2.0, 1.0, 21.0, -0.01),
            (-32.0, 0.44, 14.0, 0.34),
            (36.0, 0.40, 14.0, -0.36),
        ] {
            let (w, h): (f32, f32) = (width, it.height * height);
            brush.frame = frame * Affine2::from_angle_translation(lean, foot + Vec2::X * x);
            let [middle, tip] = [Vec2::new(0.2 * w, 0.0), Vec2::new(0.1 * w, h)];
            let [left, right] = [Vec2::new(-w, h - 1.2 * w), Vec2::new(w, h - 1.6 * w)];
            let dim = |point: Vec2, by: f32| shade.mix(&lit, (point.y / h).clamp(0.0, 1.0) * by);
            let facet = [Vec2::new(-w, 0.0), middle, tip, left];
            brush.fan(&facet, |point| dim(point, 1.0).with_alpha(0.95));
            let facet = [middle, Vec2::new(w, 0.0), right, tip];
            brush.fan(&facet, |point| dim(point, 0.45).with_alpha(0.95));
            let gleam = [Vec2::new(-0.55 * w, h * 0.3), Vec2::new(-0.55 * w, h - 1.6 * w)];
            brush.line(&gleam, 3.0, LinearRgba::WHITE.with_alpha(0.45));
        }
        brush.frame = frame;
    }

    /// Where a bird is: it comes faster than the ground, and down to the hero.
    fn bird_at(&self, it: &Obstacle) -> Vec2 {
        let distance = it.x - self.run.hero.x;
        let near = self.run.hero.y + HERO;
        let height = near + (190.0 - near) * (distance / 620.0).clamp(0.0, 1.0);
        self.at(self.run.hero.x + distance * 1.55, height)
    }

    fn bird(&self, brush: &mut Brush, it: &Obstacle, phase: f32) {
        let accent = self.accent(Expression::Angry);
        let beat = if self.is_calm { 0.3 } else { (self.look.seconds * 13.0 + phase).sin() };
        let place = self.bird_at(it) + Vec2::Y * beat * 4.0;
        brush.glow(place, Vec2::splat(84.0), accent.with_alpha(0.6));
        let dark = hex(0x3A1E33);
        let frame = brush.frame;
        brush.frame = frame * Affine2::from_translation(place);
        let wing = |side: f32| {
            [
                Vec2::new(-8.0, 4.0),
                Vec2::new(16.0, 4.0),
                Vec2::new(20.0 + 8.0 * side, 12.0 + 34.0 * beat),
            ]
        };
        let fill = |brush: &mut Brush, mut wing: [Vec2; 3], color| {
            if beat < -0.2 {
                wing.reverse();
            }
            brush.fan(&wing, |_| color);
        };
        fill(brush, wing(1.0), dark.mix(&accent, 0.25));
        brush.fan(&[Vec2::new(14.0, -8.0), Vec2::new(44.0, 2.0), Vec2::new(14.0, 10.0)], |_| dark);
        brush.disc(Vec2::ZERO, Vec2::new(26.0, 21.0), dark.mix(&accent, 0.12));
        brush.disc(Vec2::new(-5.0, -6.0), Vec2::new(16.0, 11.0), accent.with_alpha(0.55));
        brush.fan(&[Vec2::new(-22.0, 6.0), Vec2::new(-42.0, -1.0), Vec2::new(-22.0, -7.0)], |_| {
            hex(0xFFC46B)
        });
        fill(brush, wing(0.0), dark.mix(&accent, 0.45));
        brush.disc(Vec2::new(-13.0, 5.0), Vec2::splat(6.5), LinearRgba::WHITE);
        brush.disc(Vec2::new(-15.0, 4.5), Vec2::splat(3.2), hex(0x1A1020));
        brush.line(&[Vec2::new(-22.0, 8.5), Vec2::new(-6.0, 14.0)], 4.0, hex(0x1A1020));
        brush.frame = frame;
    }

    fn flag(&self, brush: &mut Brush) {
        let foot = self.at(COURSE, 0.0);
        if foot.x.abs() > self.size.x {
            return;
        }
        brush.glow(foot + Vec2::Y * 200.0, Vec2::splat(300.0), hex(0xFFE9B0).with_alpha(0.4));
        brush.line(&[foot, foot + Vec2::Y * 300.0], 9.0, hex(0xE9E2F5));
        brush.disc(foot + Vec2::Y * 306.0, Vec2::splat(11.0), hex(0xFFD978));
        let stripes = [Expression::Happy, Expression::Surprise, Expression::Angry];
        for (index, stripe) in stripes.into_iter().enumerate() {
            let edges: Vec<_> = (0..=16_u8)
                .map(|step| {
                    let x = f32::from(step) * 9.0;
                    let wave =
                        if self.is_calm { 0.0 } else { (x / 26.0 - self.look.seconds * 5.0).sin() };
                    let top = 290.0 - 32.0 * index as f32 + wave * x / 18.0;
                    [top, top - 33.0].map(|y| foot + Vec2::new(x + 4.0, y))
                })
                .collect();
            let color = self.accent(stripe);
            brush.band(&edges, |_| color);
        }
    }

    fn hero(&self, brush: &mut Brush) {
        let (hero, look) = (&self.run.hero, self.look);
        let is_lost = self.run.outcome == Some(Outcome::Lost);
        let squash = if self.is_calm { 0.0 } else { look.squash.value.clamp(-0.4, 0.4) };
        let stretch =
            squash + if hero.on_ground || self.is_calm { 0.0 } else { hero.rise.abs() / 5_000.0 };
        let stride = hero.x / 30.0;
        let runs = hero.on_ground && !is_lost && self.run.speed() > 20.0;
        let bob = if runs && !self.is_calm { 4.0 * stride.sin().abs() } else { 0.0 };
        let radii = Vec2::new(HERO * (1.0 - 0.6 * stretch), HERO * (1.0 + stretch));
        let feet = self.at(hero.x, hero.y + bob);
        let shade = (1.0 - hero.y.abs() / 320.0).clamp(0.0, 1.0);
        if hero.y > -4.0 {
            let shadow = LinearRgba::BLACK.with_alpha(0.35 * shade);
            brush.disc(self.at(hero.x, -4.0), Vec2::new(42.0 * (0.6 + 0.4 * shade), 7.0), shadow);
        }
        if hero.safe > 0.0 && self.run.outcome.is_none() {
            let is_faint = self.is_calm || (hero.safe * 14.0).sin() < 0.0;
            brush.fade = if is_faint { 0.4 } else { 1.0 };
        }
        let middle = feet + Vec2::Y * radii.y;
        let surprise = self.accent(Expression::Surprise);
        if look.dash > 0.02 && !self.is_calm {
            for ghost in 1..=4_u8 {
                let back = f32::from(ghost) * 34.0 * look.dash;
                let color = surprise.with_alpha(0.28 * look.dash / f32::from(ghost));
                brush.disc(middle - Vec2::X * back, radii * (1.0 - 0.08 * f32::from(ghost)), color);
            }
            for line in 0..7_u8 {
                let [y, x] = [1, 2].map(|which| chance(f32::from(line), which));
                let x = (x * 400.0 - look.seconds * 1_500.0).rem_euclid(420.0) - 480.0;
                let start = middle + Vec2::new(x, (y - 0.5) * 120.0);
                brush.line(
                    &[start, start + Vec2::X * 90.0],
                    3.0,
                    surprise.with_alpha(0.5 * look.dash),
                );
            }
        }
        let glow = self.strongest().map_or(hex(0xFFF1DC), |(it, _)| self.accent(it));
        brush.glow(middle, Vec2::splat(130.0), glow.with_alpha(0.5));
        let lean =
            if is_lost { 0.3 } else { (hero.rise / 3_000.0).clamp(-0.2, 0.2) - 0.12 * look.dash };
        let frame = brush.frame;
        let foot_color = hex(0xC98B6A);
        for (side, phase) in [(-1.0, 0.0), (1.0, PI)] {
            let swing =
                if runs { Vec2::from_angle(-stride + phase) } else { Vec2::new(0.2 * side, 0.0) };
            let foot = self.at(hero.x, hero.y)
                + Vec2::new(15.0 * side + 15.0 * swing.x, 5.0 + 9.0 * swing.y.max(0.0));
            brush.disc(foot, Vec2::new(15.0, 9.0), foot_color);
        }
        brush.frame = frame * Affine2::from_angle_translation(lean, middle);
        // A sprout that sways with what it does.
        let sway =
            if self.is_calm { 0.0 } else { -0.05 * look.squash.velocity - hero.rise / 2_600.0 };
        let tip = Vec2::new(-6.0 + 14.0 * sway, radii.y + 22.0);
        brush.line(
            &[Vec2::Y * (radii.y - 4.0), Vec2::new(0.0, radii.y + 10.0), tip],
            5.0,
            hex(0x6FB38A),
        );
        for (side, turn) in [(-1.0, 0.5), (1.0, -0.35)] {
            let turn: f32 = turn + sway;
            let leaf = tip + Vec2::from_angle(turn) * 12.0 * side;
            brush.leaf(
                leaf,
                Vec2::new(14.0, 7.5),
                turn,
                hex(if side < 0.0 { 0x6FB38A } else { 0x8FD6A4 }),
            );
        }
        let [light, dark] = self.body();
        brush.body(radii, light, dark);
        brush.frame *= Affine2::from_scale(radii);
        let blinks = !self.is_calm && (look.seconds * 0.31).fract() < 0.035;
        brush.face(&look.strengths, if blinks { 0.1 } else { 1.0 }, 0.10);
        brush.frame = frame;
        brush.fade = 1.0;
        self.shield(brush, middle);
    }

    fn strongest(&self) -> Option<(Expression, f32)> {
        let shown = Expression::ALL.into_iter().filter(|it| *it != Expression::Neutral);
        let shown = shown.map(|it| (it, self.look.strengths[it.index()]));
        shown.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|it| it.1 > 0.25)
    }

    /// The colours of the body, above and below, with a breath of what the face shows.
    fn body(&self) -> [LinearRgba; 2] {
        let (tint, amount) = self
            .strongest()
            .map_or((LinearRgba::WHITE, 0.0), |(it, strength)| (self.accent(it), strength));
        [hex(0xFFF3E0).mix(&tint, 0.10 * amount), hex(0xE8B184).mix(&tint, 0.45 * amount)]
    }

    fn shield(&self, brush: &mut Brush, middle: Vec2) {
        let (accent, hero) = (self.accent(Expression::Angry), &self.run.hero);
        let up = self.look.shield;
        if up > 0.02 {
            let radius = HERO * (1.3 + 0.45 * up);
            brush.glow(middle, Vec2::splat(radius * 1.9), accent.with_alpha(0.6 * up));
            brush.disc(middle, Vec2::splat(radius), accent.with_alpha(0.16 * up));
            brush.ring(
                middle,
                radius,
                5.0,
                [0.0, TAU],
                accent.mix(&LinearRgba::WHITE, 0.3).with_alpha(0.9 * up),
            );
            brush.ring(
                middle,
                radius - 10.0,
                4.0,
                [1.9, 2.9],
                LinearRgba::WHITE.with_alpha(0.5 * up),
            );
        }
        if hero.energy < 0.99 && self.run.outcome.is_none() {
            let radius = HERO * 1.95;
            brush.ring(middle, radius, 3.0, [0.0, TAU], LinearRgba::WHITE.with_alpha(0.12));
            let full = [PI / 2.0 - TAU * hero.energy, PI / 2.0];
            brush.ring(middle, radius, 4.0, full, accent.with_alpha(0.9));
        }
    }

    fn motes(&self, brush: &mut Brush, dust: &Dust) {
        for mote in &dust.0 {
            let left = 1.0 - mote.age / mote.life;
            let color = mote.color.with_alpha(0.9 * left);
            let position = self.at(mote.position.x, mote.position.y);
            brush.disc(position, Vec2::splat(mote.size * (0.4 + 0.6 * left)), color);
        }
    }

    /// Above what comes: what to show, and when.
    fn signs(&self, brush: &mut Brush) {
        let lane = self.ground + 306.0;
        let right = self.size.x / 2.0 - 84.0;
        let mut before = f32::NEG_INFINITY;
        let signs = self.run.course.obstacles.iter();
        for it in signs.filter(|it| it.fate == Fate::Ahead && it.has_sign) {
            let seconds = self.run.seconds_to(it);
            let place = match it.kind {
                Kind::Bird => self.bird_at(it),
                _ => self.at(it.x + it.width / 2.0, it.height),
            };
            let x = place.x.min(right);
            if seconds > 3.4 || x - before < 150.0 || self.run.outcome.is_some() {
                break;
            }
            let is_next = before == f32::NEG_INFINITY;
            before = x;
            let expression = it.kind.expression();
            let accent = self.accent(expression);
            let cue = seconds - it.kind.lead() - REACTION;
            let is_now = is_next && cue < 0.0;
            // It comes, and goes when it is too late.
            let comes = ((3.4 - seconds) * 4.0).min((seconds + 0.15) * 5.0).clamp(0.0, 1.0);
            let comes = if self.is_calm { 1.0 } else { comes * comes * (3.0 - 2.0 * comes) };
            let pulse = if is_now && !self.is_calm {
                1.12 + 0.05 * (self.look.seconds * 16.0).sin()
            } else {
                1.0
            };
            let radius = comes * pulse * if is_next { 42.0 } else { 32.0 };
            let middle = Vec2::new(x, lane);
            // Down to what it is about.
            let mut y = lane - 84.0;
            while place.x <= right + 60.0 && y > place.y + 26.0 {
                brush.disc(Vec2::new(x, y), Vec2::splat(2.6), accent.with_alpha(0.75));
                y -= 15.0;
            }
            if is_next {
                let left = (cue / 1.8).clamp(0.0, 1.0);
                let alpha = 0.85 * (1.0 - left);
                let light = accent.with_alpha(if is_now { 0.9 } else { 0.45 });
                brush.glow(middle, Vec2::splat(radius * 2.6), light);
                brush.ring(
                    middle,
                    radius + 5.0 + 52.0 * left,
                    4.0,
                    [0.0, TAU],
                    accent.with_alpha(alpha),
                );
            }
            let panel = self.theme.panel.to_linear().with_alpha(0.92);
            brush.disc(middle, Vec2::splat(radius + 5.0), if is_now { accent } else { panel });
            brush.ring(middle, radius + 3.0, 4.0, [0.0, TAU], accent);
            brush.emblem(middle, radius * 0.84, expression, accent);
            if comes < 0.9 {
                continue;
            }
            let words = verb(expression);
            let width = 46.0 + 13.0 * words.len() as f32;
            let below = middle - Vec2::Y * (if is_next { 66.0 } else { 56.0 });
            brush.pill(below, Vec2::new(width, 34.0), panel);
            let ink = Token::ExpressionText(expression);
            brush.say(
                Style::LargeSign,
                ink,
                below + Vec2::X * (16.0 - width / 2.0),
                -0.5,
                sign(expression),
            );
            brush.say(Style::Large, ink, below + Vec2::X * (40.0 - width / 2.0), -0.5, words);
        }
    }

    /// Lives, score, mood, way, and what the face can do.
    fn status(&self, brush: &mut Brush, input: &ExpressionInput<Action>) {
        let run = self.run;
        let corner = Vec2::new(-self.size.x / 2.0, self.size.y / 2.0);
        let panel = self.theme.panel.to_linear().with_alpha(0.62);
        brush.pill(corner + Vec2::new(142.0, -66.0), Vec2::new(252.0, 100.0), panel);
        for life in 0..LIVES {
            let place = corner + Vec2::new(46.0 + 40.0 * f32::from(life), -44.0);
            let is_left = life < run.lives;
            let size = if is_left { 15.0 } else { 12.0 };
            let color = if is_left { hex(0xFF6F8B) } else { LinearRgba::WHITE.with_alpha(0.16) };
            brush.heart(place, size, color);
        }
        // The mood: a line from sad to happy, and a small face on it.
        let [from, to] = [38.0, 246.0].map(|x| corner + Vec2::new(x, -90.0));
        let stops = [Expression::Sad, Expression::Neutral, Expression::Happy];
        let [low, middle, high] = stops.map(|it| self.accent(it));
        let color = |share: f32| match share {
            ..0.5 => low.mix(&middle, 2.0 * share),
            _ => middle.mix(&high, 2.0 * share - 1.0),
        };
        let edges: Vec<_> = (0..=12_u8)
            .map(|step| from.lerp(to, f32::from(step) / 12.0))
            .map(|point| [point + Vec2::Y * 4.0, point - Vec2::Y * 4.0])
            .collect();
        brush.band(&edges, |point| color((point.x - from.x) / (to.x - from.x)));
        let knob = from.lerp(to, self.look.zest);
        let mut mood = [0.0; Expression::COUNT];
        mood[Expression::Happy.index()] = self.mood.max(0.0);
        mood[Expression::Sad.index()] = (-self.mood).max(0.0);
        brush.disc(knob, Vec2::splat(19.0), color(self.look.zest));
        brush.badge(knob, 16.0, &mood);
        let pace = match self.look.zest {
            ..0.25 => "gentle pace",
            ..0.65 => "steady pace",
            _ => "lively pace",
        };
        let beside = corner + Vec2::new(256.0, -44.0);
        brush.say(Style::Small, Token::Quiet, beside, 0.5, pace);

        let top = Vec2::new(0.0, corner.y);
        let width = (self.size.x * 0.3).min(420.0);
        brush.pill(top - Vec2::Y * 66.0, Vec2::new(width + 60.0, 100.0), panel);
        brush.say(BIG, Token::Text, top - Vec2::Y * 42.0, 0.0, &run.score().to_string());
        let [from, to] = [-0.5, 0.5].map(|side| top + Vec2::new(width * side, -78.0));
        brush.line(&[from, to], 8.0, LinearRgba::WHITE.with_alpha(0.14));
        let here = from.lerp(to, self.evening());
        brush.line(&[from, here], 8.0, hex(0xFFE08A));
        brush.disc(here, Vec2::splat(9.0), hex(0xFFF3E0));
        brush.line(&[to, to + Vec2::Y * 22.0], 3.0, LinearRgba::WHITE);
        let cloth = [Vec2::new(0.0, 22.0), Vec2::new(0.0, 9.0), Vec2::new(16.0, 15.5)];
        brush.fan(&cloth.map(|point| to + point), |_| hex(0xFFD978));
        let words = format!("{} m", run.metres());
        brush.say(Style::Small, Token::Quiet, from - Vec2::Y * 20.0, -0.5, &words);
        brush.star(to - Vec2::new(46.0, 20.0), 9.0, 0.0, hex(0xFFE08A));
        let words = run.stars.to_string();
        brush.say(Style::Small, Token::Text, to - Vec2::Y * 20.0, 0.5, &words);

        let (words, ink) = self.hint(input);
        let bottom = -self.size.y / 2.0;
        brush.say(Style::Large, ink, Vec2::new(0.0, bottom + 112.0), 0.0, words);
        self.chips(brush, bottom + 50.0, input);
    }

    fn title(&self, brush: &mut Brush, input: &ExpressionInput<Action>) {
        let top = self.size.y / 2.0;
        brush.say(BIG, Token::Text, Vec2::Y * (top - 62.0), 0.0, "Smile Runner");
        self.chips(brush, top - 140.0, input);
    }

    fn chips(&self, brush: &mut Brush, y: f32, input: &ExpressionInput<Action>) {
        for (index, action) in ACTIONS.into_iter().enumerate() {
            let middle = Vec2::new(270.0 * (index as f32 - 1.0), y);
            self.chip(brush, middle, action, input, self.look.flashes[index]);
        }
    }

    /// What to do next.
    fn hint(&self, input: &ExpressionInput<Action>) -> (&'static str, Token) {
        let run = self.run;
        match run.outcome {
            Some(Outcome::Won) => return ("You made it!", Token::Note),
            Some(Outcome::Lost) => return ("Oh no!", Token::Problem),
            None => {}
        }
        let next = run.ahead().filter(|it| run.seconds_to(it) < 3.0);
        let Some(next) = next else {
            return if run.hero.x < 900.0 {
                ("Look at the signs: they show what your face has to do", Token::Text)
            } else {
                ("Relax your face", Token::Quiet)
            };
        };
        let ink = Token::ExpressionText(next.kind.expression());
        match next.kind {
            Kind::Rock | Kind::Gap if run.hero.on_ground && input.pressed(Action::Jump) => {
                ("Relax for a moment, then smile again", Token::Note)
            }
            Kind::Rock => ("Smile to jump over it, and keep smiling to jump higher", ink),
            Kind::Gap => ("Smile to jump across", ink),
            Kind::Crystal => ("Look surprised, all of a sudden, to dash through it", ink),
            Kind::Bird if run.hero.energy < SHIELD_LEAST => {
                ("The shield is empty: relax", Token::Note)
            }
            Kind::Bird => ("Frown until it is gone: that is your shield", ink),
        }
    }

    /// An action: what the face shows of it, and whether it is ready.
    fn chip(
        &self,
        brush: &mut Brush,
        middle: Vec2,
        action: Action,
        input: &ExpressionInput<Action>,
        flash: f32,
    ) {
        let expression = expression(action);
        let (accent, size) = (self.accent(expression), Vec2::new(250.0, 62.0));
        let hero = &self.run.hero;
        let (name, ready) = match action {
            Action::Jump => ("to jump", 1.0),
            Action::Dash => ("to dash", 1.0 - hero.dash_wait / DASH_EVERY),
            Action::Shield => ("to shield", hero.energy),
        };
        let grown = size + if self.is_calm { 0.0 } else { 10.0 * flash };
        let is_on = input.pressed(action);
        brush.pill(
            middle,
            grown + 6.0,
            accent.with_alpha(if is_on { 0.95 } else { 0.30 + 0.5 * flash }),
        );
        brush.pill(middle, grown, self.theme.panel.to_linear().with_alpha(1.0));
        let shown = self.look.strengths[expression.index()];
        let full = size.x - 76.0;
        let [left, right] = [0.0, full].map(|x| middle + Vec2::new(x - size.x / 2.0 + 64.0, -22.0));
        brush.line(&[left, right], 5.0, LinearRgba::WHITE.with_alpha(0.12));
        if shown > 0.02 {
            brush.line(&[left, left.lerp(right, shown.min(1.0))], 5.0, accent);
        }
        let icon = middle - Vec2::X * (size.x / 2.0 - 32.0);
        brush.disc(icon, Vec2::splat(25.0), accent.with_alpha(0.25));
        brush.ring(icon, 26.0, 3.0, [0.0, TAU], LinearRgba::WHITE.with_alpha(0.12));
        let turn = [PI / 2.0 - TAU * ready, PI / 2.0];
        brush.ring(icon, 26.0, 3.5, turn, accent.with_alpha(if ready < 1.0 { 0.6 } else { 1.0 }));
        brush.emblem(icon, 20.0, expression, accent);
        let text = middle + Vec2::new(64.0 - size.x / 2.0, 6.0);
        let ink = Token::ExpressionText(expression);
        brush.say(Style::LargeSign, ink, text, -0.5, sign(expression));
        brush.say(Style::Large, ink, text + Vec2::X * 22.0, -0.5, verb(expression));
        let end = middle + Vec2::new(size.x / 2.0 - 14.0, 6.0);
        brush.say(Style::Small, Token::Quiet, end, 0.5, name);
    }

    fn waiting(&self, brush: &mut Brush, attention: &Attention) {
        brush.pill(Vec2::ZERO, self.size + 200.0, LinearRgba::BLACK.with_alpha(0.45));
        brush.pill(
            Vec2::Y * 40.0,
            Vec2::new(520.0, 150.0),
            self.theme.panel.to_linear().with_alpha(0.96),
        );
        let (words, more) = if attention.away > 0.0 {
            ("Come back into view", "The run waits for you. Any key goes on without a face.")
        } else {
            ("There you are!", "On we go …")
        };
        brush.say(Style::Large, Token::Text, Vec2::Y * 62.0, 0.0, words);
        brush.say(Style::Small, Token::Quiet, Vec2::Y * 22.0, 0.0, more);
        if attention.away == 0.0 {
            let turn = [PI / 2.0 - TAU * attention.back_in, PI / 2.0];
            brush.ring(Vec2::Y * 150.0, 22.0, 6.0, turn, hex(0xFFE08A));
        }
    }

    fn result(&self, brush: &mut Brush, record: &Record) {
        let run = self.run;
        let middle = Vec2::Y * (self.size.y / 2.0 - 170.0);
        let panel = self.theme.panel.to_linear().with_alpha(0.9);
        let is_won = run.outcome == Some(Outcome::Won);
        let accent = self.accent(if is_won { Expression::Happy } else { Expression::Sad });
        brush.glow(middle, Vec2::new(620.0, 330.0), accent.with_alpha(0.45));
        brush.pill(middle, Vec2::new(606.0, 266.0), accent.with_alpha(0.8));
        brush.pill(middle, Vec2::new(600.0, 260.0), panel.with_alpha(1.0));
        let title = if is_won { "You made it to the flag!" } else { "Out of lives" };
        brush.say(Style::Large, Token::Text, middle + Vec2::Y * 92.0, 0.0, title);
        brush.say(BIG, Token::Note, middle + Vec2::Y * 36.0, 0.0, &run.score().to_string());
        let best = match record.is_new {
            true => "points: your best so far".to_owned(),
            false => format!("points; your best is {}", record.best),
        };
        brush.say(Style::Small, Token::Quiet, middle - Vec2::Y * 4.0, 0.0, &best);
        let parts = [
            (format!("{} m", run.metres()), "of 600 m".to_owned()),
            (format!("{} stars", run.stars), format!("{} points", run.stars * STAR_SCORE)),
            (format!("{} lives", run.lives), format!("{} each at the flag", LIFE_SCORE)),
        ];
        for (index, (much, of)) in parts.into_iter().enumerate() {
            let place = middle + Vec2::new(188.0 * (index as f32 - 1.0), -70.0);
            brush.pill(
                place - Vec2::Y * 10.0,
                Vec2::new(176.0, 78.0),
                LinearRgba::WHITE.with_alpha(0.018),
            );
            brush.say(Style::Large, Token::Text, place + Vec2::Y * 4.0, 0.0, &much);
            brush.say(Style::Small, Token::Quiet, place - Vec2::Y * 26.0, 0.0, &of);
        }
    }
}

/// What the player is asked to do.
const fn verb(expression: Expression) -> &'static str {
    match expression {
        Expression::Happy => "Smile",
        Expression::Surprise => "Surprise",
        _ => "Frown",
    }
}

/// A colour from red, green and blue in sRGB.
fn hex(rgb: u32) -> LinearRgba {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color::srgb_u8(red, green, blue).to_linear()
}

/// A text to be shown.
struct Words {
    style: Style,
    color: Token,
    position: Vec2,
    /// -0.5 begins at its position, 0 is around it, 0.5 ends there.
    align: f32,
    words: String,
}

/// Draws shapes with soft edges, one over the other, into a mesh.
struct Brush {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
    texts: Vec<Words>,
    /// Where shapes are put.
    frame: Affine2,
    /// Shares of their opacity.
    fade: f32,
    /// How soft edges are: a pixel.
    feather: f32,
}

impl Brush {
    fn new(feather: f32) -> Self {
        let (positions, colors, indices, texts) = Default::default();
        Self { positions, colors, indices, texts, frame: Affine2::IDENTITY, fade: 1.0, feather }
    }

    /// Gives the mesh what was drawn.
    fn fill(self, mesh: &mut Mesh) {
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, self.positions);
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, self.colors);
        mesh.insert_indices(Indices::U32(self.indices));
    }

    fn say(&mut self, style: Style, color: Token, position: Vec2, align: f32, words: &str) {
        self.texts.push(Words { style, color, position, align, words: words.to_owned() });
    }

    fn vertex(&mut self, position: Vec2, color: LinearRgba) {
        self.positions.push([position.x, position.y, 0.0]);
        self.colors.push([color.red, color.green, color.blue, color.alpha * self.fade]);
    }

    fn next(&self) -> u32 {
        self.positions.len() as u32
    }

    fn quad(&mut self, [a, b, c, d]: [u32; 4]) {
        self.indices.extend([a, b, c, b, d, c]);
    }

    /// A shape around its middle, with corners counter-clockwise.
    fn fan(&mut self, outline: &[Vec2], shade: impl Fn(Vec2) -> LinearRgba) {
        let (start, count) = (self.next(), outline.len());
        let middle = outline.iter().sum::<Vec2>() / count.max(1) as f32;
        self.vertex(self.frame.transform_point2(middle), shade(middle));
        let placed: Vec<_> = outline.iter().map(|it| self.frame.transform_point2(*it)).collect();
        for (index, point) in placed.iter().enumerate() {
            let along = placed[(index + 1) % count] - placed[(index + count - 1) % count];
            let out = Vec2::new(along.y, -along.x).normalize_or_zero() * self.feather;
            let color = shade(outline[index]);
            self.vertex(*point, color);
            self.vertex(*point + out, color.with_alpha(0.0));
        }
        for index in 0..count as u32 {
            let [here, there] = [index, (index + 1) % count as u32].map(|it| start + 1 + 2 * it);
            self.indices.extend([start, here, there]);
            self.quad([here, here + 1, there, there + 1]);
        }
    }

    /// A strip between two edges.
    fn band(&mut self, edges: &[[Vec2; 2]], shade: impl Fn(Vec2) -> LinearRgba) {
        let start = self.next();
        for [upper, lower] in edges {
            let [over, under] = [upper, lower].map(|it| self.frame.transform_point2(*it));
            let out = (over - under).normalize_or_zero() * self.feather;
            let [first, last] = [shade(*upper), shade(*lower)];
            self.vertex(over + out, first.with_alpha(0.0));
            self.vertex(over, first);
            self.vertex(under, last);
            self.vertex(under - out, last.with_alpha(0.0));
        }
        for here in (0..edges.len().saturating_sub(1) as u32).map(|it| start + 4 * it) {
            for row in here..here + 3 {
                self.quad([row, row + 1, row + 4, row + 5]);
            }
        }
    }

    fn disc(&mut self, middle: Vec2, radii: Vec2, color: LinearRgba) {
        self.leaf(middle, radii, 0.0, color);
    }

    /// A disc that is turned.
    fn leaf(&mut self, middle: Vec2, radii: Vec2, turn: f32, color: LinearRgba) {
        self.fan(&oval(middle, radii, turn), |_| color);
    }

    /// Light that fades outwards, softly.
    fn glow(&mut self, middle: Vec2, radii: Vec2, color: LinearRgba) {
        const RINGS: [f32; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
        for pair in RINGS.windows(2) {
            let [inner, outer] = [pair[0], pair[1]];
            let edges: Vec<_> = (0..=32_u8)
                .map(|step| Vec2::from_angle(TAU * f32::from(step) / 32.0) * radii)
                .map(|way| [way * outer, way * inner].map(|way| middle + way))
                .collect();
            let feather = std::mem::take(&mut self.feather);
            self.band(&edges, |point| {
                let left = 1.0 - ((point - middle) / radii).length().min(1.0);
                color.with_alpha(color.alpha * left * left)
            });
            self.feather = feather;
        }
    }

    /// A rectangle with round corners.
    fn pill(&mut self, middle: Vec2, size: Vec2, color: LinearRgba) {
        let radius = (size.min_element() / 2.0).min(20.0);
        let inner = size / 2.0 - radius;
        let corners = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)];
        let outline: Vec<_> = (0..24_u8)
            .map(|step| {
                let (x, y) = corners[usize::from(step / 6)];
                let angle = TAU / 4.0 * (f32::from(step / 6) + f32::from(step % 6) / 5.0);
                middle + Vec2::new(x, y) * inner + Vec2::from_angle(angle) * radius
            })
            .collect();
        self.fan(&outline, |_| color);
    }

    /// A line with round ends.
    fn line(&mut self, points: &[Vec2], width: f32, color: LinearRgba) {
        let edges: Vec<_> = (0..points.len())
            .map(|index| {
                let along =
                    points[(index + 1).min(points.len() - 1)] - points[index.saturating_sub(1)];
                let out = along.perp().normalize_or_zero() * width / 2.0;
                [points[index] + out, points[index] - out]
            })
            .collect();
        self.band(&edges, |_| color);
        for (end, before) in [(0, 1), (points.len() - 1, points.len().saturating_sub(2))] {
            let angle = (points[end] - points[before.min(points.len() - 1)]).to_angle();
            let cap: Vec<_> = (0..=8_u8)
                .map(|step| angle - PI / 2.0 + PI * f32::from(step) / 8.0)
                .map(|angle| points[end] + Vec2::from_angle(angle) * width / 2.0)
                .collect();
            self.fan(&cap, |_| color);
        }
    }

    /// A part of a circle, from an angle to another.
    fn ring(
        &mut self,
        middle: Vec2,
        radius: f32,
        width: f32,
        [from, to]: [f32; 2],
        color: LinearRgba,
    ) {
        let steps = ((to - from) * 9.0).ceil().max(2.0);
        let edges: Vec<_> = (0..=steps as u16)
            .map(|step| Vec2::from_angle(from + (to - from) * f32::from(step) / steps))
            .map(|way| [radius + width / 2.0, radius - width / 2.0].map(|it| middle + way * it))
            .collect();
        self.band(&edges, |_| color);
    }

    fn star(&mut self, middle: Vec2, radius: f32, turn: f32, color: LinearRgba) {
        let outline: [Vec2; 10] = std::array::from_fn(|step| {
            let radius = if step % 2 == 0 { radius } else { radius * 0.52 };
            middle + Vec2::from_angle(turn + PI / 2.0 + TAU * step as f32 / 10.0) * radius
        });
        self.fan(&outline, |_| color);
    }

    fn heart(&mut self, middle: Vec2, size: f32, color: LinearRgba) {
        let outline: [Vec2; 28] = std::array::from_fn(|step| {
            let (sin, cos) = (-TAU * step as f32 / 28.0).sin_cos();
            let y = 13.0 * cos
                - 5.0 * (2.0 * cos * cos - 1.0)
                - 2.0 * (4.0 * cos * cos * cos - 3.0 * cos);
            middle + Vec2::new(16.0 * sin * sin * sin, y + 2.0) * size / 16.0
        });
        self.fan(&outline, |_| color);
    }

    /// A round body, lit from above.
    fn body(&mut self, radii: Vec2, light: LinearRgba, dark: LinearRgba) {
        let shade =
            |point: Vec2| dark.mix(&light, (0.62 + 0.7 * point.y / radii.y).clamp(0.0, 1.0));
        self.fan(&oval(Vec2::ZERO, radii, 0.0), shade);
        let spot = radii * Vec2::new(0.34, 0.2);
        self.leaf(radii * Vec2::new(-0.3, 0.68), spot, 0.35, LinearRgba::WHITE.with_alpha(0.45));
    }

    /// A small face that shows one expression: a sign.
    fn emblem(&mut self, middle: Vec2, radius: f32, expression: Expression, color: LinearRgba) {
        self.disc(middle, Vec2::splat(radius), color.mix(&LinearRgba::WHITE, 0.55));
        let mut shown = [0.0; Expression::COUNT];
        shown[expression.index()] = 1.0;
        self.badge(middle, radius, &shown);
    }

    fn badge(&mut self, middle: Vec2, radius: f32, shown: &[f32; Expression::COUNT]) {
        let frame = self.frame;
        self.frame =
            frame * Affine2::from_translation(middle) * Affine2::from_scale(Vec2::splat(radius));
        self.face(shown, 1.0, 0.0);
        self.frame = frame;
    }

    /// A face in a circle of radius 1, from the strengths of the seven expressions. `lids` closes
    /// the eyes, `ahead` is where they look.
    fn face(&mut self, shown: &[f32; Expression::COUNT], lids: f32, ahead: f32) {
        let [angry, disgust, fear, happy, sad, surprise, _] = *shown;
        let dark = hex(0x2A1B3A);
        let open =
            1.0 + 0.40 * surprise + 0.25 * fear - 0.35 * angry - 0.30 * happy - 0.2 * disgust;
        let open = open.max(0.25) * lids;
        for side in [-1.0, 1.0] {
            let eye = Vec2::new(0.34 * side + ahead, 0.14);
            let eye_radii = Vec2::new(0.19 + 0.03 * surprise, 0.22 * open);
            self.disc(eye, eye_radii, LinearRgba::WHITE);
            let pupil = eye + Vec2::new(0.35 * ahead, 0.0);
            let pupil_radius = 0.115 - 0.025 * surprise;
            let pupil_radii = Vec2::new(pupil_radius, pupil_radius.min(eye_radii.y * 0.9));
            self.disc(pupil, pupil_radii, dark);
            self.disc(pupil + Vec2::new(0.04, 0.05 * open), pupil_radii * 0.35, LinearRgba::WHITE);
            let raise = 0.47 + 0.20 * surprise + 0.12 * fear + 0.07 * happy - 0.06 * angry;
            let inner = raise - 0.19 * angry + 0.14 * sad + 0.08 * fear - 0.06 * disgust;
            let outer = raise - 0.02 + 0.08 * angry - 0.12 * sad - 0.03 * fear;
            let [from, to] =
                [Vec2::new(0.17 * side + ahead, inner), Vec2::new(0.55 * side + ahead, outer)];
            let arch = 0.09 - 0.09 * angry;
            let brow: [Vec2; 7] = std::array::from_fn(|step| {
                let share = step as f32 / 6.0;
                from.lerp(to, share) + Vec2::Y * arch * 4.0 * share * (1.0 - share)
            });
            self.line(&brow, 0.075 + 0.03 * angry, dark);
            let blush = hex(0xFF8FA0).with_alpha(0.25 + 0.4 * happy);
            self.disc(Vec2::new(0.62 * side + ahead, -0.14), Vec2::new(0.15, 0.10), blush);
        }
        let half = 0.25 + 0.15 * happy - 0.09 * surprise + 0.02 * angry + 0.04 * fear;
        let curve = 0.10 + 0.26 * happy
            - 0.30 * sad
            - 0.26 * angry
            - 0.16 * disgust
            - 0.14 * fear
            - 0.1 * surprise;
        let gape = 0.30 * happy + 0.52 * surprise + 0.14 * fear + 0.06 * angry;
        let middle = Vec2::new(ahead * 0.9, -0.32 - 0.05 * surprise);
        let edges: Vec<_> = (0..=14_u8)
            .map(|step| {
                let x = (f32::from(step) / 7.0 - 1.0).clamp(-1.0, 1.0);
                let bow = curve * (x * x - 0.5);
                let arch = (1.0 - x * x).sqrt();
                let up = bow + 0.03 + gape * arch * (0.5 * surprise.min(1.0));
                let down = bow - 0.03 - gape * arch * (1.0 - 0.5 * surprise.min(1.0));
                [up, down].map(|y| middle + Vec2::new(x * half, y))
            })
            .collect();
        self.band(&edges, |_| dark);
        if gape > 0.12 {
            let tongue =
                middle - Vec2::Y * (0.5 * curve + gape * (1.0 - 0.5 * surprise.min(1.0)) - 0.08);
            self.disc(tongue, Vec2::new(half * 0.5, 0.09 * gape.min(0.4) / 0.3), hex(0xF0788C));
        }
    }
}

/// The outline of a disc, smooth at any size.
fn oval(middle: Vec2, radii: Vec2, turn: f32) -> Vec<Vec2> {
    let steps = (12.0 + radii.max_element() * 0.5).min(48.0) as u16;
    let steps = if radii.max_element() < 1.5 { 24 } else { steps };
    let turned = Vec2::from_angle(turn);
    (0..steps)
        .map(|step| Vec2::from_angle(TAU * f32::from(step) / f32::from(steps)) * radii)
        .map(|point| middle + turned.rotate(point))
        .collect()
}
