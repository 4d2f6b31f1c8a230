//! How the HUD answers to each expression, as data: text files in [RON] that can be changed while
//! the program runs.
//!
//! A [`Reaction`] says how the ring is posed and what flies off it while a face shows an
//! expression. Reactions are mixed by their strength, so that one goes while the next comes and
//! nothing ever jumps. The seven that are part of the crate lie in `assets/reactions/`; a file of
//! the same name in the app's own folder replaces one, a file of another name adds to it
//! ([`ReactionFilesPlugin`]). `docs/hud.md` explains every field.
//!
//! [RON]: https://github.com/ron-rs/ron

mod curve;
mod emitter;
mod files;

use bevy::asset::Asset;
use bevy::color::{Color, Srgba};
use bevy::ecs::entity::Entity;
use bevy::ecs::event::EntityEvent;
use bevy::ecs::observer::On;
use bevy::ecs::resource::Resource;
use bevy::ecs::system::{Commands, Res};
use bevy::log::error;
use bevy::math::Vec2;
use bevy::reflect::TypePath;
use serde::{Deserialize, Deserializer};

pub use curve::{Curve, Moment, Term};
pub use emitter::{Dice, Emitter, Particle, Shape};
pub use files::{ReactionFilesPlugin, ReactionLoadError, ReactionLoader, ReloadReactions};

use crate::plugin::ExpressionChanged;
use emotion_core::{Expression, without_bom};

/// What an expression does to the ring around a face. An asset, written in RON.
///
/// ```
/// use bevy_emotion::hud::reactions::Reaction;
///
/// let nod = Reaction::from_ron(
///     r#"(
///         expression: happy,
///         pose: (y: [Hold(0.04), Wave(size: 0.02, cycles: 1.0)], glow: [Hold(0.5)]),
///         sound: "ding",
///     )"#,
/// )?;
/// assert_eq!(nod.sound.as_deref(), Some("ding"));
/// # Ok::<(), bevy_emotion::hud::reactions::ReactionError>(())
/// ```
#[derive(Asset, TypePath, Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// The expression that it answers to.
    pub expression: Expression,
    /// The colour of what glows and flies, as `"#F2B705"`; without one it is the theme's colour of
    /// the expression.
    #[serde(default, deserialize_with = "hex_color")]
    pub color: Option<Color>,
    /// How the ring moves at full strength.
    #[serde(default)]
    pub pose: PoseCurves,
    /// What flies off it.
    #[serde(default)]
    pub emitter: Option<Emitter>,
    /// The name of a sound, for [`ReactionSound`].
    #[serde(default)]
    pub sound: Option<String>,
}

/// How the ring moves: a [`Curve`] for each part of a [`Pose`]. Lengths are in ring radii.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoseCurves {
    /// Shift to the right.
    pub x: Curve,
    /// Shift upwards.
    pub y: Curve,
    /// Added to the width.
    pub width: Curve,
    /// Added to the height.
    pub height: Curve,
    /// Height of the ripples that run around the ring.
    pub ripple: Curve,
    /// How far the lower half hangs down.
    pub sag: Curve,
    /// Glow around the ring, 0 to 1.
    pub glow: Curve,
    /// How far the darkness at the edge of the picture closes in, 0 to 1.
    pub gloom: Curve,
    /// Rings that spread from the ring.
    pub spread: Option<Spread>,
}

/// Rings that spread from a face's ring, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Seconds from one to the next, 0.5 to 10.
    pub period: f32,
    /// How visible the first one is, 0 to 1.
    pub first: f32,
    /// How visible later ones are, 0 to 1.
    pub later: f32,
}

/// How the ring differs from a circle at rest around the face. Lengths are in ring radii.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pose {
    /// Shift, y up.
    pub offset: Vec2,
    /// Added to the scale in x and y.
    pub stretch: Vec2,
    /// Height of the ripples that run around the ring.
    pub ripple: f32,
    /// How far the lower half hangs down.
    pub sag: f32,
    /// Glow around the ring, 0 to 1.
    pub glow: f32,
    /// How far the ring that spreads has come, 0 to 1.
    pub wave_progress: f32,
    /// How visible that ring is, 0 to 1.
    pub wave_opacity: f32,
    /// How far the darkness at the edge of the picture closes in, 0 to 1.
    pub gloom: f32,
}

/// How close a ring may come to the middle of its face, in ring radii: the corners of the face's
/// box lie at 0.71 / 0.8 = 0.89, the face itself well inside of them.
const CLOSEST: f32 = 0.82;
/// How fast a ring may be shifted and stretched, in ring radii a second.
const FASTEST_SHIFT: f32 = 2.4;
const FASTEST_STRETCH: f32 = 2.7;
/// How far glow and darkness may go up and down more than three times a second: flashes can harm
/// people (WCAG 2.1, 2.3.1).
const MOST_FLICKER: f32 = 0.2;

impl Reaction {
    /// Reads and checks a reaction.
    ///
    /// # Errors
    /// [`ReactionError`] says where the text is wrong, or what about its numbers.
    pub fn from_ron(text: &str) -> Result<Self, ReactionError> {
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let reaction: Self = options
            .from_str(without_bom(text))
            .map_err(|error| ReactionError::Text(Box::new(error)))?;
        let problem = reaction.pose.problem().or_else(|| reaction.emitter.as_ref()?.problem());
        problem.map_or(Ok(reaction), |problem| Err(ReactionError::Numbers(problem)))
    }

    /// The ring's pose at full strength.
    pub fn pose(&self, moment: Moment) -> Pose {
        let curves = &self.pose;
        let mut pose = Pose {
            offset: Vec2::new(curves.x.at(moment), curves.y.at(moment)),
            stretch: Vec2::new(curves.width.at(moment), curves.height.at(moment)),
            ripple: curves.ripple.at(moment),
            sag: curves.sag.at(moment),
            glow: curves.glow.at(moment),
            gloom: curves.gloom.at(moment),
            ..Pose::default()
        };
        if let Some(Spread { period, first, later }) = curves.spread {
            let progress = (moment.since / period).fract();
            // Each comes in softly and is gone at its end.
            let fade = (progress * 8.0).min(1.0) * (1.0 - progress).powi(2);
            let loudness = later + (first - later) * (-moment.since).exp();
            (pose.wave_progress, pose.wave_opacity) = (progress, loudness * fade);
        }
        pose
    }

    /// Whether it has a say in the ring's glow.
    pub(super) fn glows(&self) -> bool {
        self.pose.glow != Curve::default()
    }

    /// The ring's pose for people who do not want movement: what is held, and nothing else.
    pub fn still_pose(&self) -> Pose {
        let curves = &self.pose;
        Pose {
            offset: Vec2::new(curves.x.still(), curves.y.still()),
            stretch: Vec2::new(curves.width.still(), curves.height.still()),
            sag: curves.sag.still(),
            glow: curves.glow.still(),
            gloom: curves.gloom.still(),
            ..Pose::default()
        }
    }
}

impl PoseCurves {
    fn problem(&self) -> Option<&'static str> {
        let all = [
            &self.x,
            &self.y,
            &self.width,
            &self.height,
            &self.ripple,
            &self.sag,
            &self.glow,
            &self.gloom,
        ];
        let reach = |curve: &Curve| curve.bounds().map(f32::abs).into_iter().fold(0.0, f32::max);
        let narrowest = self.width.bounds()[0].min(self.height.bounds()[0]);
        let closest = 1.0 + narrowest - reach(&self.x).hypot(reach(&self.y)) - reach(&self.ripple);
        let shift = self.x.speed().hypot(self.y.speed());
        let stretch = self.width.speed().max(self.height.speed());
        let flicker = self.glow.flicker().max(self.gloom.flicker());
        let spread = self.spread.is_none_or(|Spread { period, first, later }| {
            (0.5..=10.0).contains(&period)
                && [first, later].iter().all(|part| (0.0..=1.0).contains(part))
        });
        let checks = [
            (
                all.iter().all(|curve| curve.is_sound()),
                "`pose` has a number that cannot be shown: cycles and decay go from 0 to 20, \
                 depth from 0 to 1",
            ),
            (
                closest >= CLOSEST,
                "`pose` would bring the ring over the face: x, y, ripple and what width and \
                 height lose may come to 0.18 in all",
            ),
            (
                reach(&self.width).max(reach(&self.height)) <= 0.5,
                "the ring may grow by 0.5 at most",
            ),
            (reach(&self.sag) <= 0.5, "`sag` has to be from -0.5 to 0.5"),
            (shift <= FASTEST_SHIFT, "x and y move too fast: smaller sizes or fewer cycles help"),
            (
                stretch <= FASTEST_STRETCH,
                "width and height change too fast: smaller sizes or fewer cycles help",
            ),
            (
                flicker <= MOST_FLICKER,
                "glow and gloom may change by 0.2 at most in waves of more than 3 cycles",
            ),
            (spread, "`spread` needs a period from 0.5 to 10, first and later from 0 to 1"),
        ];
        checks.into_iter().find(|(good, _)| !good).map(|(_, problem)| problem)
    }
}

impl Pose {
    /// Adds `strength` (0 to 1) of another pose.
    pub fn add(&mut self, other: &Self, strength: f32) {
        self.offset += other.offset * strength;
        self.stretch += other.stretch * strength;
        self.ripple += other.ripple * strength;
        self.sag += other.sag * strength;
        self.glow += other.glow * strength;
        self.gloom += other.gloom * strength;
        if other.wave_opacity > 0.0 {
            self.wave_progress = other.wave_progress;
            self.wave_opacity = other.wave_opacity * strength;
        }
    }

    /// Keeps the ring off the face, however many reactions were added.
    pub(super) fn limit(&mut self) {
        self.offset = self.offset.clamp_length_max(0.16);
        let room = 1.0 - CLOSEST - self.offset.length();
        self.ripple = self.ripple.clamp(0.0, room.max(0.0));
        self.stretch = self.stretch.clamp(Vec2::splat(self.ripple - room), Vec2::splat(0.5));
        self.glow = self.glow.clamp(0.0, 1.2);
        self.gloom = self.gloom.clamp(0.0, 1.0);
    }
}

/// Why a text is no reaction.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReactionError {
    /// It is not written as it has to be.
    #[error("line and column {0}")]
    Text(Box<ron::error::SpannedError>),
    /// A number is out of its range.
    #[error("{0}")]
    Numbers(&'static str),
}

/// The reactions that are shown, by name. Each goes by the name of its file without `.ron`.
#[derive(Resource, Debug, Clone, Default)]
pub struct Reactions {
    named: Vec<(String, Reaction)>,
}

/// The seven that are part of the crate.
const BUILT_IN: [(&str, &str); Expression::COUNT] = [
    ("angry", include_str!("../../../assets/reactions/angry.ron")),
    ("disgust", include_str!("../../../assets/reactions/disgust.ron")),
    ("fear", include_str!("../../../assets/reactions/fear.ron")),
    ("happy", include_str!("../../../assets/reactions/happy.ron")),
    ("sad", include_str!("../../../assets/reactions/sad.ron")),
    ("surprise", include_str!("../../../assets/reactions/surprise.ron")),
    ("neutral", include_str!("../../../assets/reactions/neutral.ron")),
];

impl Reactions {
    /// The seven that are part of the crate.
    pub fn built_in() -> Self {
        let mut reactions = Self::default();
        for (name, _) in BUILT_IN {
            reactions.restore(name);
        }
        reactions
    }

    /// Those that answer to an expression, with their places among all.
    pub fn to(&self, expression: Expression) -> impl Iterator<Item = (usize, &Reaction)> {
        let all = self.named.iter().enumerate();
        all.filter(move |(_, (_, reaction))| reaction.expression == expression)
            .map(|(place, (_, reaction))| (place, reaction))
    }

    /// The reaction of this name.
    pub fn get(&self, name: &str) -> Option<&Reaction> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, reaction)| reaction)
    }

    /// Adds a reaction, in place of one of the same name.
    pub fn set(&mut self, name: &str, reaction: Reaction) {
        match self.named.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = reaction,
            None => self.named.push((name.to_owned(), reaction)),
        }
    }

    /// Takes a reaction away; where the crate has one of this name, that comes back.
    pub fn restore(&mut self, name: &str) {
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
        match built_in.map(|(_, text)| Reaction::from_ron(text)) {
            Some(Ok(reaction)) => self.set(name, reaction),
            // A test sees to it that they can all be read.
            Some(Err(problem)) => error!("the built-in reaction {name}: {problem}"),
            None => self.named.retain(|(known, _)| known != name),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.named.len()
    }
}

/// A face's reaction wants to be heard: play the sound of this name, if you have one.
///
/// Triggered on the face when its expression begins, for each reaction that names a sound. The HUD
/// itself makes no noise.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::hud::reactions::ReactionSound;
///
/// fn play(sound: On<ReactionSound>, assets: Res<AssetServer>) {
///     // With Bevy's audio: spawn an AudioPlayer of this file.
///     info!("sounds/{}.ogg for the face {}", sound.name, sound.entity);
/// }
/// # App::new().add_observer(play);
/// ```
#[derive(EntityEvent, Debug, Clone, PartialEq, Eq)]
pub struct ReactionSound {
    /// The face.
    pub entity: Entity,
    /// What it shows now.
    pub expression: Expression,
    /// The sound's name, as the reaction gives it.
    pub name: String,
}

/// Announces the sounds of the reactions to a new expression.
pub(super) fn sound(
    change: On<ExpressionChanged>,
    reactions: Res<Reactions>,
    mut commands: Commands,
) {
    let Some(expression) = change.to else { return };
    for (_, reaction) in reactions.to(expression) {
        if let Some(name) = reaction.sound.clone() {
            commands.trigger(ReactionSound { entity: change.entity, expression, name });
        }
    }
}

fn hex_color<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Color>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    Srgba::hex(&text).map(|color| Some(color.into())).map_err(|_| {
        serde::de::Error::custom(format!("\"{text}\" is no colour; write it as \"#F2B705\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(expression: Expression) -> Reaction {
        let name = expression.name();
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).expect(name);
        Reaction::from_ron(text).unwrap_or_else(|problem| panic!("{name}: {problem}"))
    }

    fn poses(expression: Expression) -> impl Iterator<Item = Pose> {
        let reaction = built_in(expression);
        (0..600).map(move |step| {
            let since = step as f32 / 120.0;
            reaction.pose(Moment { since, clock: since + 7.3 })
        })
    }

    #[test]
    fn each_expression_has_its_built_in_reaction() {
        let reactions = Reactions::built_in();
        assert_eq!(reactions.count(), Expression::COUNT);
        for expression in Expression::ALL {
            assert_eq!(reactions.to(expression).count(), 1, "{expression}");
            assert_eq!(reactions.get(expression.name()), Some(&built_in(expression)));
        }
    }

    #[test]
    fn no_pose_jumps_or_covers_the_face() {
        for expression in Expression::ALL {
            let poses: Vec<_> = poses(expression).collect();
            for pair in poses.windows(2) {
                let moved = (pair[1].offset - pair[0].offset).length();
                let stretched = (pair[1].stretch - pair[0].stretch).length();
                assert!(moved < 0.02 && stretched < 0.03, "{expression}: {pair:?}");
            }
            for pose in poses {
                // The box's corners lie at 0.71 / 0.8 = 0.89 radii.
                let closest = 1.0 + pose.stretch.min_element() - pose.offset.length() - pose.ripple;
                assert!(closest > 0.82, "{expression}: {pose:?} comes to {closest}");
            }
        }
    }

    #[test]
    fn every_expression_moves_in_its_own_way() {
        for (index, one) in Expression::ALL.into_iter().enumerate() {
            for other in Expression::ALL.into_iter().skip(index + 1) {
                let differs = poses(one).zip(poses(other)).any(|(a, b)| a != b);
                assert!(differs, "{one} moves like {other}");
            }
        }
    }

    #[test]
    fn a_still_pose_is_different_for_each_expression_and_has_no_movement() {
        for (index, one) in Expression::ALL.into_iter().enumerate() {
            let pose = built_in(one).still_pose();
            assert_eq!((pose.ripple, pose.wave_opacity), (0.0, 0.0));
            for other in Expression::ALL.into_iter().skip(index + 1) {
                assert_ne!(pose, built_in(other).still_pose(), "{one} stands like {other}");
            }
        }
    }

    #[test]
    fn particles_start_outside_the_face_and_end() {
        for expression in Expression::ALL {
            let emitter = built_in(expression).emitter.expect("something flies");
            let mut dice = Dice::new(1);
            for _ in 0..200 {
                let particle = emitter.next(&mut dice);
                assert!(particle.position.length() > 0.95, "{expression}: {particle:?}");
                assert!(particle.life > 0.1 && particle.life < 4.0, "{expression}: {particle:?}");
            }
        }
    }

    #[test]
    fn many_reactions_together_still_leave_the_face_free() {
        let mut pose = Pose::default();
        for expression in Expression::ALL {
            for _ in 0..4 {
                pose.add(&built_in(expression).pose(Moment { since: 0.3, clock: 2.0 }), 1.0);
            }
        }
        pose.limit();
        let closest = 1.0 + pose.stretch.min_element() - pose.offset.length() - pose.ripple;
        assert!(closest > CLOSEST - 1e-4, "{pose:?} comes to {closest}");
    }

    #[test]
    fn the_guides_example_is_a_reaction() {
        let guide = include_str!("../../../docs/hud.md");
        let (_, rest) = guide.split_once("```ron\n").expect("an example");
        let (text, _) = rest.split_once("```").expect("its end");
        let confetti = Reaction::from_ron(text).expect("a reaction");
        assert_eq!(confetti.expression, Expression::Happy);
        assert!(confetti.emitter.is_some() && confetti.color.is_some());
    }

    #[test]
    fn a_bad_text_says_where_and_what() {
        for (text, said) in [
            ("(expression: happy, colour: \"#FFF\")", "colour"),
            ("(expression: glad)", "glad"),
            ("(expression: happy, color: \"amber\")", "write it as \"#F2B705\""),
            ("(expression: happy,\n pose: (y: [Hold(0.4)]))", "over the face"),
            ("(expression: happy, pose: (y: [Wave(size: 0.05, cycles: 19)]))", "too fast"),
            ("(expression: happy, pose: (glow: [Wave(size: 0.9, cycles: 9)]))", "more than 3"),
            ("(expression: happy, pose: (x: [Wave(size: 0.01, cycles: 99)]))", "0 to 20"),
            (
                "(expression: sad, emitter: (per_second: 9, shape: dot, distance: (0.1, 1.0), \
                 life: (1, 1), size: (0.1, 0.1), end_size: (0, 0)))",
                "outside of the face",
            ),
        ] {
            let problem = Reaction::from_ron(text).expect_err(text).to_string();
            assert!(problem.contains(said), "{text}: {problem}");
        }
        let problem = Reaction::from_ron("(expression: happy,\n  pose: (").expect_err("an end");
        assert!(problem.to_string().starts_with("line and column 2:"), "{problem}");
    }

    #[test]
    fn a_new_expression_announces_the_sounds_of_its_reactions() {
        use bevy::prelude::*;

        #[derive(Resource, Default)]
        struct Heard(Vec<String>);

        let mut app = App::new();
        let mut reactions = Reactions::built_in();
        let own = "(expression: happy, sound: \"ding\")";
        reactions.set("own", Reaction::from_ron(own).expect("a reaction"));
        app.insert_resource(reactions).init_resource::<Heard>().add_observer(sound).add_observer(
            |sound: On<ReactionSound>, mut heard: ResMut<Heard>| {
                heard.0.push(sound.name.clone());
            },
        );
        let entity = app.world_mut().spawn_empty().id();
        for (from, to) in [
            (None, Some(Expression::Happy)),
            (Some(Expression::Happy), None),
            (None, Some(Expression::Neutral)),
        ] {
            app.world_mut().trigger(ExpressionChanged { entity, from, to });
            app.world_mut().flush();
        }
        assert_eq!(app.world().resource::<Heard>().0, ["happy", "ding"]);
    }

    #[test]
    fn a_replaced_reaction_comes_back_when_its_file_goes() {
        let mut reactions = Reactions::built_in();
        let own = Reaction::from_ron("(expression: happy, sound: \"ding\")").expect("a reaction");
        reactions.set("happy", own.clone());
        reactions.set("confetti", own.clone());
        assert_eq!(reactions.to(Expression::Happy).count(), 2);
        assert_eq!(reactions.get("happy"), Some(&own));
        reactions.restore("happy");
        reactions.restore("confetti");
        assert_eq!(reactions.get("happy"), Some(&built_in(Expression::Happy)));
        assert_eq!(reactions.to(Expression::Happy).count(), 1);
    }
}
