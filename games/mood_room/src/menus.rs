//! Title, warm-up, the menu over the room, and the menu at the end.

use bevy::prelude::*;
use bevy_emotion::hands_free::{FaceMenu, FaceWarmUp, MenuChosen, MenuPlace, WarmUpOver};
use bevy_emotion::hud::motion::approach;
use bevy_emotion::input::ExpressionInput;
use bevy_emotion::prelude::Expression;

use crate::action::Action;
use crate::attention::Attention;
use crate::evening::Evening;
use crate::gaze::Gaze;
use crate::quest::Quest;
use crate::room::LANTERNS;
use crate::scene::Scene;

/// How long all lanterns are enjoyed before the menu comes, in seconds.
const CELEBRATION: f32 = 3.5;

/// The title and its menu.
pub fn open_title(mut quest: ResMut<Quest>, mut gaze: ResMut<Gaze>, mut commands: Commands) {
    *quest = Quest::default();
    *gaze = Gaze::default();
    let menu = FaceMenu::new("Mood Room")
        .with_text(
            "Light, weather and music follow your face.\nLight the six lanterns, or just be here.",
        )
        .with_place(MenuPlace::Bottom)
        .with_item("Light the lanterns")
        .with_item("Just stay here")
        .with_item("Quit");
    commands.spawn((DespawnOnExit(Scene::Title), menu)).observe(
        |chosen: On<MenuChosen>,
         evening: Res<Evening>,
         mut next: ResMut<NextState<Scene>>,
         mut exit: MessageWriter<AppExit>| match chosen.item {
            0 => next.set(evening.first()),
            1 => next.set(Scene::Stay),
            _ => {
                exit.write(AppExit::Success);
            }
        },
    );
}

/// The face finds its rest and its reach.
pub fn open_warm_up(mut commands: Commands) {
    let wanted = [Expression::Happy, Expression::Surprise, Expression::Sad, Expression::Angry];
    commands.spawn((DespawnOnExit(Scene::WarmUp), FaceWarmUp::new(wanted))).observe(
        |over: On<WarmUpOver>, mut evening: ResMut<Evening>, mut next: ResMut<NextState<Scene>>| {
            evening.is_warm = over.with_faces;
            next.set(Scene::Play);
        },
    );
}

/// Opens the menu over the room.
pub fn call_menu(
    scene: Res<State<Scene>>,
    mut input: ResMut<ExpressionInput<Action>>,
    mut attention: ResMut<Attention>,
    mut commands: Commands,
) {
    let plays = matches!(scene.get(), Scene::Play | Scene::Stay);
    if !plays || attention.menu.is_some() || !input.just_pressed(Action::Menu) {
        return;
    }
    input.consume(Action::Menu);
    let other = if *scene.get() == Scene::Play { "Just stay here" } else { "Light the lanterns" };
    let menu = FaceMenu::new("The room holds its breath")
        .with_item("Go on")
        .with_item(other)
        .with_item("Back to the title")
        .with_item("Quit");
    let menu = commands.spawn((DespawnOnExit(*scene.get()), menu)).observe(choose_in_room).id();
    attention.menu = Some(menu);
}

fn choose_in_room(
    chosen: On<MenuChosen>,
    scene: Res<State<Scene>>,
    evening: Res<Evening>,
    mut attention: ResMut<Attention>,
    mut next: ResMut<NextState<Scene>>,
    mut exit: MessageWriter<AppExit>,
    mut commands: Commands,
) {
    commands.entity(chosen.entity).despawn();
    attention.menu = None;
    match chosen.item {
        0 => {}
        1 if *scene.get() == Scene::Play => next.set(Scene::Stay),
        1 => next.set(evening.first()),
        2 => next.set(Scene::Title),
        _ => {
            exit.write(AppExit::Success);
        }
    }
}

/// Enjoys the light, and then asks what comes next.
pub fn celebrate(
    time: Res<Time>,
    quest: Res<Quest>,
    mut evening: ResMut<Evening>,
    mut gaze: ResMut<Gaze>,
    menus: Query<(), With<FaceMenu>>,
    mut commands: Commands,
) {
    let before = evening.party;
    evening.party += time.delta_secs();
    let home = -gaze.turn;
    gaze.turn += home * approach(1.2, time.delta_secs());
    if before >= CELEBRATION || evening.party < CELEBRATION || !menus.is_empty() {
        return;
    }
    let (minutes, seconds) = ((quest.seconds / 60.0) as u32, quest.seconds % 60.0);
    let praise = match quest.light {
        580.. => "The room has never been so bright.",
        480.. => "It is warm and bright in here.",
        _ => "Every light in here is yours.",
    };
    let text = format!(
        "Six lanterns in {minutes}:{:02}, with {} of {} light.\n{praise}",
        seconds as u32,
        quest.light,
        100 * LANTERNS
    );
    let menu = FaceMenu::new("All lanterns are lit")
        .with_text(text)
        .with_place(MenuPlace::Bottom)
        .with_item("Again")
        .with_item("Warm up again")
        .with_item("Just stay here")
        .with_item("Quit");
    commands.spawn((DespawnOnExit(Scene::Over), menu)).observe(
        |chosen: On<MenuChosen>,
         mut next: ResMut<NextState<Scene>>,
         mut exit: MessageWriter<AppExit>| match chosen.item {
            0 => next.set(Scene::Play),
            1 => next.set(Scene::WarmUp),
            2 => next.set(Scene::Stay),
            _ => {
                exit.write(AppExit::Success);
            }
        },
    );
}
