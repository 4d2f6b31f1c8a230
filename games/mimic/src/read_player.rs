//! Reads the player's face and keys.

use bevy::prelude::*;
use bevy_emotion::input::{
    ExpressionInput, ExpressionMap, ExpressionRange, FaceInput, PlayerSlots, RestingBaseline,
    WarmUp,
};
use bevy_emotion::prelude::{Expression, Face};

use crate::player::{ASKED, Player};

/// How much of another expression may come along with one at most.
const MOST_COMPANY: f32 = 0.8;
/// How long a key takes to full strength, in seconds.
const KEY_TIME: f32 = 0.25;
/// How long somebody has to be gone for the game to say so, in seconds; it goes on after they were
/// back for as long.
pub(crate) const AWAY: f32 = 0.5;

/// A key that shows an expression.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Show(pub Expression);

/// What else a face showed at its own best of each expression: ways from rest to certainty.
#[derive(Component, Debug, Clone, Copy, Default)]
pub struct Company([[f32; Expression::COUNT]; Expression::COUNT]);

/// Reads the first player's face, or their keys.
pub fn read_player(
    time: Res<Time>,
    slots: Res<PlayerSlots>,
    keys: Res<ExpressionInput<Show>>,
    faces: Query<(&Face, &FaceInput, &ExpressionRange, &RestingBaseline, Option<&Company>)>,
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

    let finding_rest = face.is_some_and(|(.., resting, _)| resting.progress().is_some());
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

/// Notes the company of each expression while a face is warmed up.
pub fn note_company(
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

/// The keys 1 to 6, in the order of [`ASKED`].
pub fn bindings() -> ExpressionMap<Show> {
    let keys = [
        KeyCode::Digit1,
        KeyCode::Digit2,
        KeyCode::Digit3,
        KeyCode::Digit4,
        KeyCode::Digit5,
        KeyCode::Digit6,
    ];
    ASKED
        .into_iter()
        .zip(keys)
        .fold(ExpressionMap::new(), |map, (expression, key)| map.with(Show(expression), key))
}
