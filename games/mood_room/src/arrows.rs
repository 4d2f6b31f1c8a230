//! Arrows at the edges point to the lantern that calls.

use bevy::prelude::*;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::ink::{self, Style, Token};
use bevy_emotion::hud::motion::approach;
use bevy_emotion::hud::theme::Theme;

use crate::gaze::Gaze;
use crate::quest::{IN_VIEW, Quest};
use crate::room::bearing;

/// The arrows at the edges: -1 the left one, 1 the right one.
#[derive(Component)]
pub struct Arrow(f32);

/// One at each side, not to be seen yet.
pub fn build_arrows(hud: &mut ChildSpawnerCommands) {
    for side in [-1.0, 1.0] {
        hud.spawn((Arrow(side), arrow_place(side))).with_child((
            ink::text(if side < 0.0 { "◀" } else { "▶" }, Style::LargeSign, Token::Text),
            Arrow(side),
        ));
    }
}

/// Arrows point to the lantern that calls while it is not looked at.
pub fn point(
    time: Res<Time<Real>>,
    quest: Res<Quest>,
    gaze: Res<Gaze>,
    theme: Res<Theme>,
    settings: Res<HudSettings>,
    mut arrows: Query<(&Arrow, &mut BackgroundColor, &mut UiTransform), Without<Text>>,
    mut signs: Query<(&Arrow, &mut TextColor), With<Text>>,
    mut shown: Local<[f32; 2]>,
) {
    let way = quest.calling().map_or(0.0, |lantern| bearing(lantern) - gaze.turn);
    let strengths = [-1.0, 1.0].map(|side| f32::from(u8::from(way * side > IN_VIEW)));
    for (shown, goal) in shown.iter_mut().zip(strengths) {
        *shown += (goal - *shown) * approach(0.15, time.delta_secs());
    }
    let index = |arrow: &Arrow| usize::from(arrow.0 > 0.0);
    let push = if settings.reduced_motion { 0.0 } else { (time.elapsed_secs() * 4.0).sin() * 6.0 };
    for (arrow, mut color, mut transform) in &mut arrows {
        let strength = shown[index(arrow)];
        color.0 = theme.panel.with_alpha(0.75 * strength);
        transform.translation = Val2::px(arrow.0 * push, 0.0);
    }
    for (arrow, mut color) in &mut signs {
        color.0 = theme.text.with_alpha(shown[index(arrow)]);
    }
}

fn arrow_place(side: f32) -> impl Bundle {
    let edge = Val::Px(28.0);
    let (left, right) = if side < 0.0 { (edge, Val::Auto) } else { (Val::Auto, edge) };
    (
        Node {
            position_type: PositionType::Absolute,
            left,
            right,
            top: Val::Percent(40.0),
            width: Val::Px(72.0),
            height: Val::Px(72.0),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            border_radius: BorderRadius::MAX,
            ..default()
        },
        BackgroundColor::default(),
        UiTransform::default(),
    )
}
