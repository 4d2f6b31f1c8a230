//! What each scene opens: menus, the warm-up, the mirrors.

use bevy::prelude::*;
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, SelfView, WarmUpOver};
use bevy_emotion::hud::Screen;
use bevy_emotion::input::PlayerSlots;
use bevy_emotion::prelude::Expression;

use crate::layout::Layout;
use crate::puppet::puppet;
use crate::rules::Match;
use crate::scene::Scene;

/// Width of a player's mirror.
const MIRROR: f32 = 168.0;

pub(crate) fn open_title(mut commands: Commands) {
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

pub(crate) fn open_warm_up(
    game: Res<Match>,
    mut slots: ResMut<PlayerSlots>,
    mut commands: Commands,
) {
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

pub(crate) fn open_play(
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

pub(crate) fn open_over(mut commands: Commands) {
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
