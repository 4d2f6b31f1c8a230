//! The rules of a run. Lengths are in HUD units, of which the screen is 720 high; x is the way from
//! the start, y the height above the ground; times are in seconds.

use bevy::prelude::*;
use bevy_emotion::hud::motion::approach;

use crate::course::{COURSE, Course, Fate, Kind, Obstacle, SIGHT, SPEEDS};
use crate::moves::{Controls, DASH_SPEED, HERO, Hero, Moment};

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
/// The mood, as difficulty, of a face at rest.
pub(crate) const ZEST_AT_REST: f32 = 0.4;
/// Time constant with which the mood follows the face.
const MOOD_TIME: f32 = 10.0;
/// The result comes so long after the end.
const END_TIME: f32 = 2.5;

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
    pub(crate) time: f32,
    pub(crate) end_time: f32,
    pub(crate) is_stroll: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// At the flag.
    Won,
    /// Without lives.
    Lost,
}

impl Run {
    /// At the start of a course.
    pub fn new(seed: u64) -> Self {
        Self {
            hero: Hero::at_the_start(),
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

    /// The mood as difficulty, 0 to 1.
    pub fn zest(&self) -> f32 {
        (ZEST_AT_REST + self.mood * 1.2).clamp(0.0, 1.0)
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
        self.hero.act(controls, seconds, &mut self.moments);
        self.fly(controls, seconds);
        self.hero.x +=
            seconds * (self.speed() + if self.hero.dash > 0.0 { DASH_SPEED } else { 0.0 });
        self.meet();
        self.collect();
        if self.hero.x >= COURSE && self.outcome.is_none() && !self.is_stroll {
            self.end(Outcome::Won, Moment::Won);
        }
    }

    /// Up and down. A fall into a gap costs a life.
    fn fly(&mut self, controls: &Controls, seconds: f32) {
        let over_gap = self.is_over_gap();
        if !self.hero.fly(controls, seconds, over_gap, &mut self.moments) {
            return;
        }
        // Whoever fell was thrown out again, and the gap carries for a while.
        let place = Vec2::new(self.hero.x, 0.0);
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

    /// Whether there is nothing under the hero. A dash, and the time after a hit, carry it.
    fn is_over_gap(&self) -> bool {
        let hero = &self.hero;
        hero.safe == 0.0
            && hero.dash == 0.0
            && self.course.obstacles.iter().any(|it| {
                it.kind == Kind::Gap && (it.x + 14.0..it.x + it.width - 14.0).contains(&hero.x)
            })
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
