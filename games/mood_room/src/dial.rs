//! The dial of valence and arousal: where the mood is, and where the lantern wants it.

use bevy::prelude::*;
use bevy_emotion::hud::ink::{self, Style, Token};
use bevy_emotion::hud::theme::Theme;

use crate::goals::GOALS;
use crate::mood::{Mood, TRAIL};
use crate::quest::Quest;
use crate::room::LANTERNS;
use crate::scene::Scene;

/// Side of the dial's plane.
const DIAL: f32 = 176.0;

/// Parts of the dial.
#[derive(Component, Clone, Copy)]
pub enum DialPart {
    Goal,
    Fill,
    Trail(usize),
    Dot,
}

/// The plane with its cross, the circle, the trail and the dot.
pub fn build_dial(panel: &mut ChildSpawnerCommands) {
    panel.spawn(ink::text("lively", Style::Small, Token::Quiet));
    let part = || {
        (
            Node {
                position_type: PositionType::Absolute,
                border_radius: BorderRadius::MAX,
                ..default()
            },
            BackgroundColor::default(),
            BorderColor::default(),
        )
    };
    panel
        .spawn((
            Node {
                width: Val::Px(DIAL),
                height: Val::Px(DIAL),
                border: UiRect::all(Val::Px(1.0)),
                border_radius: BorderRadius::MAX,
                ..default()
            },
            ink::Edge(Token::Track),
        ))
        .with_children(|dial| {
            for (width, height) in [(DIAL, 1.0), (1.0, DIAL)] {
                dial.spawn((
                    Node {
                        position_type: PositionType::Absolute,
                        left: Val::Px((DIAL - width) / 2.0),
                        top: Val::Px((DIAL - height) / 2.0),
                        width: Val::Px(width),
                        height: Val::Px(height),
                        ..default()
                    },
                    ink::Fill(Token::Track),
                ));
            }
            dial.spawn((DialPart::Goal, part()));
            dial.spawn((DialPart::Fill, part()));
            for index in (0..TRAIL).rev() {
                dial.spawn((DialPart::Trail(index), part()));
            }
            dial.spawn((DialPart::Dot, part()));
        });
    panel
        .spawn(Node {
            width: Val::Px(DIAL),
            justify_content: JustifyContent::SpaceBetween,
            ..default()
        })
        .with_children(|words| {
            for word in ["cold", "calm", "warm"] {
                words.spawn(ink::text(word, Style::Small, Token::Quiet));
            }
        });
}

/// Puts its parts to their places.
pub fn draw_dial(
    scene: Res<State<Scene>>,
    quest: Res<Quest>,
    mood: Res<Mood>,
    theme: Res<Theme>,
    mut parts: Query<(&DialPart, &mut Node, &mut BackgroundColor, &mut BorderColor)>,
) {
    let goal = GOALS[quest.lit.min(LANTERNS - 1)];
    let calling = quest.calling().is_some() && *scene.get() == Scene::Play;
    let color = theme.color(goal.expression);
    let welcome = quest.welcomes(mood.room);
    // The plane's edge is at 1; it is all within the dial.
    let scale = DIAL / 2.0;
    let radius = quest.radius().min(1.0) * scale;
    for (part, mut node, mut fill, mut edge) in &mut parts {
        let (at, radius, paint) = match part {
            DialPart::Goal if calling => {
                edge.set_all(color);
                node.border = UiRect::all(Val::Px(if welcome { 3.0 } else { 2.0 }));
                (goal.middle(), radius, color.with_alpha(if welcome { 0.3 } else { 0.16 }))
            }
            DialPart::Fill if calling => {
                (goal.middle(), radius * quest.fill, color.with_alpha(0.55))
            }
            DialPart::Goal | DialPart::Fill => {
                edge.set_all(Color::NONE);
                (Vec2::ZERO, 0.0, Color::NONE)
            }
            DialPart::Trail(index) => match mood.trail.get(*index) {
                Some(at) => {
                    let old = *index as f32 / TRAIL as f32;
                    (*at, 4.0 - 2.5 * old, theme.text.with_alpha(0.5 * (1.0 - old)))
                }
                None => (Vec2::ZERO, 0.0, Color::NONE),
            },
            DialPart::Dot => (mood.room, 7.0, theme.text),
        };
        let corner = Vec2::new(at.x, -at.y) * scale + DIAL / 2.0 - radius - 1.0;
        node.left = Val::Px(corner.x);
        node.top = Val::Px(corner.y);
        node.width = Val::Px(2.0 * radius);
        node.height = Val::Px(2.0 * radius);
        fill.0 = paint;
    }
}
