//! The chart at the end: how each expression went.

use bevy::prelude::*;
use bevy_emotion::hands_free::{FaceMenu, MenuPlace};
use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::ink::{self, Fill, Style, Token};
use bevy_emotion::hud::theme::sign;
use bevy_emotion::prelude::Expression;

use crate::act::Act;
use crate::format::{grouped, title_case};
use crate::game::{Game, Tally};
use crate::layout::MASK_COLUMN;
use crate::menus::choose;
use crate::player::ASKED;

/// A bar of the chart that grows to its length.
#[derive(Component)]
pub struct Bar {
    /// Its length, 0 to 1.
    length: f32,
    /// How long it waits, in seconds.
    delay: f32,
    age: f32,
}

/// Widths of the chart's columns, in HUD units.
const COLUMNS: [f32; 5] = [142.0, 84.0, 220.0, 66.0, 72.0];

pub fn open_results(game: Res<Game>, mut commands: Commands) {
    let menu = FaceMenu::new("Once more?")
        .with_item("Again")
        .with_item("Warm up again")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Act::Over), menu)).observe(choose);

    let page = Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        top: Val::Px(42.0),
        justify_content: JustifyContent::Center,
        ..default()
    };
    let card = Node {
        flex_direction: FlexDirection::Column,
        row_gap: Val::Px(12.0),
        padding: UiRect::axes(Val::Px(30.0), Val::Px(20.0)),
        // The mask stands beside it.
        margin: UiRect::left(Val::Px(MASK_COLUMN)),
        ..default()
    };
    commands.spawn((DespawnOnExit(Act::Over), page)).with_children(|page| {
        page.spawn(ink::panel(card)).with_children(|card| {
            let head = Node {
                justify_content: JustifyContent::SpaceBetween,
                align_items: AlignItems::Baseline,
                ..default()
            };
            card.spawn(head).with_children(|head| {
                head.spawn(ink::text(game.rank(), Style::Title, Token::Text));
                let points = format!("{} points", grouped(game.score));
                head.spawn(ink::text(&points, Style::Large, Token::Note));
            });
            card.spawn(ink::text(&summary(&game), Style::Medium, Token::Text));
            card.spawn(row()).with_children(|row| {
                let heads = ["Asked for", "Hits", "Best match", "", "Mean time"];
                for (head, width) in heads.into_iter().zip(COLUMNS) {
                    cell(row, width, JustifyContent::FlexStart, |cell| {
                        cell.spawn(ink::text(head, Style::Small, Token::Quiet));
                    });
                }
            });
            for (place, expression) in ASKED.into_iter().enumerate() {
                let tally = game.tally(expression);
                card.spawn(row()).with_children(|row| chart_row(row, place, expression, tally));
            }
        });
    });
}

fn summary(game: &Game) -> String {
    let hits = game.outcomes.iter().filter(|outcome| outcome.time.is_some()).count();
    let (rounds, combo) = (game.outcomes.len(), game.best_combo);
    format!("{hits} of {rounds} faces hit, {combo} of them in a row")
}

fn row() -> Node {
    Node { align_items: AlignItems::Center, column_gap: Val::Px(14.0), ..default() }
}

fn cell(
    row: &mut ChildSpawnerCommands,
    width: f32,
    justify_content: JustifyContent,
    content: impl FnOnce(&mut ChildSpawnerCommands),
) {
    let node = Node {
        width: Val::Px(width),
        flex_shrink: 0.0,
        align_items: AlignItems::Center,
        justify_content,
        column_gap: Val::Px(9.0),
        ..default()
    };
    row.spawn(node).with_children(content);
}

/// Sign and name, a dot for each time it was asked for, the best match, the mean time.
fn chart_row(row: &mut ChildSpawnerCommands, place: usize, expression: Expression, tally: Tally) {
    let [name, hits, bar, percent, time] = COLUMNS;
    cell(row, name, JustifyContent::FlexStart, |cell| {
        let color = Token::ExpressionText(expression);
        cell.spawn(ink::text(sign(expression), Style::Digits, color));
        cell.spawn(ink::text(&title_case(expression), Style::Medium, Token::Text));
    });
    cell(row, hits, JustifyContent::FlexStart, |cell| {
        let hits = format!("{}/{}", tally.hit, tally.asked);
        cell.spawn(ink::text(&hits, Style::Digits, Token::Text));
    });
    let round = BorderRadius::all(Val::Px(10.0));
    cell(row, bar, JustifyContent::FlexStart, |cell| {
        let track = Node {
            width: Val::Percent(100.0),
            height: Val::Px(20.0),
            border_radius: round,
            ..default()
        };
        cell.spawn((track, Fill(Token::Track))).with_children(|track| {
            track.spawn((
                Bar { length: tally.best, delay: 0.12 * place as f32, age: 0.0 },
                Node {
                    width: Val::ZERO,
                    height: Val::Percent(100.0),
                    border_radius: round,
                    ..default()
                },
                Fill(Token::Expression(expression)),
            ));
        });
    });
    cell(row, percent, JustifyContent::FlexStart, |cell| {
        let best = format!("{:.0} %", 100.0 * tally.best);
        cell.spawn(ink::text(&best, Style::Digits, Token::Text));
    });
    cell(row, time, JustifyContent::FlexStart, |cell| {
        let mean = match tally.hit {
            0 => "missed".to_owned(),
            hits => format!("{:.1} s", tally.seconds / hits as f32),
        };
        cell.spawn(ink::text(&mean, Style::Digits, Token::Text));
    });
}

pub fn grow_bars(
    time: Res<Time>,
    settings: Res<HudSettings>,
    mut bars: Query<(&mut Bar, &mut Node)>,
) {
    for (mut bar, mut node) in &mut bars {
        bar.age += time.delta_secs();
        let grown = ((bar.age - bar.delay) / 0.7).clamp(0.0, 1.0);
        let eased = if settings.reduced_motion { 1.0 } else { 1.0 - (1.0 - grown).powi(3) };
        node.width = Val::Percent(100.0 * bar.length * eased);
    }
}
