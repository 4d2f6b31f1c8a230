//! How the hero looks: it mirrors the face, on springs.

use bevy::prelude::*;
use bevy_emotion::hud::motion::{Spring, Stiffness, approach};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use crate::action::{ACTIONS, Action, expression};
use crate::phase::Phase;
use crate::run::{Outcome, Run};

/// How the hero looks: eased, and with what springs.
#[derive(Resource, Debug, Default)]
pub struct Look {
    pub strengths: [f32; Expression::COUNT],
    /// Above 0 it is tall, below flat.
    pub squash: Spring<f32>,
    pub shield: f32,
    pub dash: f32,
    pub shake: f32,
    /// Since each chip's action was set off, fading from 1.
    pub flashes: [f32; 3],
    /// How lively the course is.
    pub zest: f32,
    /// Where the hero stands (a share of the screen's width from its middle), how much higher than
    /// in a run the ground is, and how much larger the hero is.
    pub stand: Vec3,
    /// Whether a voice is listened to.
    pub hears: bool,
    pub seconds: f32,
}

/// The hero's face does what the player's does, or what the keys say.
pub fn mirror(
    time: Res<Time>,
    phase: Res<State<Phase>>,
    run: Res<Run>,
    input: Res<ExpressionInput<Action>>,
    slots: Res<PlayerSlots>,
    faces: Query<&FaceInput>,
    voices: Query<(), With<VoiceLevel>>,
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
    look.hears = !voices.is_empty();
    look.seconds += seconds;
}
