//! Title and warm-up.

use bevy::prelude::*;
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, WarmUpOver};

use crate::act::Act;
use crate::player::{ASKED, Player};
use crate::scene::Scene;

/// The title and its menu.
pub fn open_title(mut commands: Commands) {
    let menu = FaceMenu::new("Mimic")
        .with_text("Show the face that the mask asks for, before its ring has run down.")
        .with_item("Play")
        .with_item("Warm up again")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Act::Title), menu)).observe(choose);
}

/// The menus of title and results have the same three items.
pub fn choose(
    chosen: On<MenuChosen>,
    player: Res<Player>,
    mut next: ResMut<NextState<Act>>,
    mut exit: MessageWriter<AppExit>,
) {
    // A face that was never warmed up is, before it plays; keys need none.
    let ready = player.warmed || !player.has_face;
    match chosen.item {
        0 if ready => next.set(Act::Play),
        0 | 1 => next.set(Act::WarmUp),
        _ => {
            exit.write(AppExit::Success);
        }
    }
}

/// The player shows each of the six as well as they can.
pub fn open_warm_up(mut scene: ResMut<Scene>, mut commands: Commands) {
    scene.warmed_up = 0;
    commands
        .spawn((DespawnOnExit(Act::WarmUp), FaceWarmUp::new(ASKED)))
        .observe(|_: On<WarmUpOver>, mut next: ResMut<NextState<Act>>| next.set(Act::Play));
}
