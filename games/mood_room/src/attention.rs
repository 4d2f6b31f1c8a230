//! Whether the player is there: the game waits for a face that went out of view.

use bevy::prelude::*;
use bevy_emotion::hud::ink::{self, Style, Token};
use bevy_emotion::input::PlayerSlots;
use bevy_emotion::prelude::Face;

use crate::scene::Scene;

/// Whether the player is there.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Attention {
    /// A face has played since the scene began.
    played: bool,
    missing: f32,
    /// The game waits until the face is back.
    pub waiting: bool,
    /// A menu lies over the room.
    pub menu: Option<Entity>,
}

/// The panel that asks the player to come back.
#[derive(Component)]
pub struct ComeBack;

/// Whether the game goes on.
pub fn is_going(attention: Res<Attention>) -> bool {
    !attention.waiting && attention.menu.is_none()
}

/// Watches whether the player is there. Who plays with keys is never waited for.
pub fn attend(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    slots: Res<PlayerSlots>,
    keys: Res<ButtonInput<KeyCode>>,
    faces: Query<&Face>,
    mut attention: ResMut<Attention>,
    panels: Query<Entity, With<ComeBack>>,
    mut commands: Commands,
) {
    let plays = matches!(scene.get(), Scene::Play | Scene::Stay);
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    if face.is_some_and(|face| face.visible) {
        (attention.played, attention.missing) = (true, 0.0);
    } else {
        attention.missing += time.delta_secs();
    }
    if keys.get_pressed().len() > 0 {
        attention.played = false;
    }
    attention.waiting = plays && attention.played && attention.missing > 0.5;
    let shown = attention.waiting && attention.menu.is_none();
    if shown && panels.is_empty() {
        commands.spawn((ComeBack, ink::whole_screen(), GlobalZIndex(15))).with_children(|over| {
            let panel = ink::overlay_panel(Node {
                flex_direction: FlexDirection::Column,
                align_items: AlignItems::Center,
                padding: UiRect::axes(Val::Px(40.0), Val::Px(28.0)),
                row_gap: Val::Px(10.0),
                ..default()
            });
            over.spawn(panel).with_children(|panel| {
                panel.spawn(ink::text("The room waits for you", Style::Large, Token::Text));
                let hint = "Come back into view. Any key goes on without a camera.";
                panel.spawn(ink::text(hint, Style::Medium, Token::Quiet));
            });
        });
    } else if !shown {
        for panel in &panels {
            commands.entity(panel).despawn();
        }
    }
}
