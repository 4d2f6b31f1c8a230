//! What lies over the room: the dial, the card, arrows and the mirror.

use bevy::prelude::*;
use bevy_emotion::hands_free::SelfView;
use bevy_emotion::hud::ink::{self, Style, Token};

use crate::arrows::build_arrows;
use crate::card::build_card;
use crate::dial::build_dial;
use crate::scene::Scene;

/// Builds it for the scene that begins.
pub fn build_hud(scene: Res<State<Scene>>, mut commands: Commands) {
    let scene = *scene.get();
    let plays = scene == Scene::Play;
    let whole = Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        height: Val::Percent(100.0),
        ..default()
    };
    commands.spawn((DespawnOnExit(scene), whole)).with_children(|hud| {
        hud.spawn(ink::panel(Node {
            position_type: PositionType::Absolute,
            left: Val::Px(16.0),
            bottom: Val::Px(16.0),
            padding: UiRect::axes(Val::Px(16.0), Val::Px(10.0)),
            flex_direction: FlexDirection::Column,
            align_items: AlignItems::Center,
            row_gap: Val::Px(4.0),
            ..default()
        }))
        .with_children(build_dial);

        if plays {
            hud.spawn(lower_row()).with_children(|row| {
                row.spawn(ink::panel(Node {
                    flex_direction: FlexDirection::Column,
                    align_items: AlignItems::Center,
                    padding: UiRect::axes(Val::Px(28.0), Val::Px(14.0)),
                    row_gap: Val::Px(8.0),
                    ..default()
                }))
                .with_children(build_card);
            });
            build_arrows(hud);
        } else {
            hud.spawn(lower_row()).with_children(|row| {
                row.spawn(ink::panel(Node {
                    padding: UiRect::axes(Val::Px(20.0), Val::Px(10.0)),
                    ..default()
                }))
                .with_child(ink::text(
                    "Tilt your head to look around · left, right, left: the menu",
                    Style::Small,
                    Token::Quiet,
                ));
            });
        }
    });
    commands.spawn((
        DespawnOnExit(scene),
        SelfView::new(1),
        Node {
            position_type: PositionType::Absolute,
            right: Val::Px(16.0),
            top: Val::Px(16.0),
            ..default()
        },
    ));
}

/// A row at the lower edge, for what lies in its middle.
fn lower_row() -> Node {
    Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        bottom: Val::Px(16.0),
        justify_content: JustifyContent::Center,
        ..default()
    }
}
