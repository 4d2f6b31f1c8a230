//! The card at the lower edge: what the lantern wants, and the six lights.

use bevy::prelude::*;
use bevy_emotion::hud::ink::{self, Ink, Style, Token};
use bevy_emotion::hud::theme::{Theme, sign};

use crate::gaze::Gaze;
use crate::goals::GOALS;
use crate::mood::Mood;
use crate::quest::{IN_VIEW, PATIENCE, Quest};
use crate::room::{LANTERNS, bearing};

/// Words of the card at the lower edge.
#[derive(Component, Clone, Copy)]
pub enum Words {
    Sign,
    Name,
    Hint,
}

/// One of the six at the lower edge, and its light.
#[derive(Component)]
pub struct Pip(usize);

/// Name, hint and lights, still empty.
pub fn build_card(card: &mut ChildSpawnerCommands) {
    card.spawn(Node { align_items: AlignItems::Center, column_gap: Val::Px(12.0), ..default() })
        .with_children(|line| {
            line.spawn((Words::Sign, ink::text("", Style::LargeSign, Token::Text)));
            line.spawn((Words::Name, ink::text("", Style::Large, Token::Text)));
        });
    card.spawn((Words::Hint, ink::text("", Style::Medium, Token::Quiet)));
    card.spawn(Node { column_gap: Val::Px(14.0), margin: UiRect::top(Val::Px(2.0)), ..default() })
        .with_children(|row| {
            for index in 0..LANTERNS {
                row.spawn((
                    Pip(index),
                    Node {
                        width: Val::Px(20.0),
                        height: Val::Px(20.0),
                        border: UiRect::all(Val::Px(2.0)),
                        border_radius: BorderRadius::MAX,
                        ..default()
                    },
                    BackgroundColor::default(),
                    BorderColor::default(),
                ));
            }
        });
}

/// Says what to do next.
pub fn write(
    quest: Res<Quest>,
    gaze: Res<Gaze>,
    mood: Res<Mood>,
    mut words: Query<(&Words, &mut Text, &mut Ink)>,
) {
    let goal = GOALS[quest.lit.min(LANTERNS - 1)];
    let lit = &GOALS[quest.lit.saturating_sub(1)];
    let way = bearing(quest.lit) - gaze.turn;
    let is_seen = way.abs() <= IN_VIEW;
    let welcome = quest.welcomes(mood.room);
    let hint = match () {
        () if quest.calling().is_none() => "It is lit. Breathe, and rest your face",
        () if !is_seen && way > 0.0 => "A lantern glows on your right: tilt your head to the right",
        () if !is_seen => "A lantern glows on your left: tilt your head to the left",
        () if welcome => "Yes. Hold it a moment",
        () if quest.called_for > PATIENCE + 3.0 => {
            "Try it in your own way: the circle grows for you"
        }
        () => goal.hint,
    };
    let (name, expression) = match quest.calling() {
        Some(_) => (goal.name, goal.expression),
        None => (lit.name, lit.expression),
    };
    for (word, mut text, mut ink) in &mut words {
        let (content, color) = match word {
            Words::Sign => (sign(expression), Token::Expression(expression)),
            Words::Name => (name, Token::ExpressionText(expression)),
            Words::Hint if welcome && is_seen => (hint, Token::Text),
            Words::Hint => (hint, Token::Quiet),
        };
        if text.0 != content {
            content.clone_into(&mut text.0);
        }
        ink.set_if_neq(Ink { color, ..*ink });
    }
}

/// Fills the six lights.
pub fn draw_pips(
    quest: Res<Quest>,
    theme: Res<Theme>,
    mut pips: Query<(&Pip, &mut BackgroundColor, &mut BorderColor)>,
) {
    for (pip, mut fill, mut edge) in &mut pips {
        let color = theme.color(GOALS[pip.0].expression);
        let light = match pip.0 {
            index if index < quest.lit => 1.0,
            index if Some(index) == quest.calling() => 0.15 + 0.6 * quest.fill,
            _ => 0.0,
        };
        fill.0 = color.with_alpha(light);
        let calls = Some(pip.0) == quest.calling();
        edge.set_all(if calls { theme.text } else { color.with_alpha(0.6) });
    }
}
