//! The help overlay: what is on the screen and what the keys do.

use std::time::Duration;

use bevy::prelude::*;

use super::ink::{self, Style, Token};
use super::keys::{KEYS, key_cap};
use super::motion::Ramp;
use super::theme::GRID;
use super::{HudSettings, HudSystems, Overlay, overlay};

const OPEN: Duration = Duration::from_millis(180);

const ABOUT: &str = "Each face has a ring of seven arcs: the probabilities of seven expressions. \
    The dominant one is thick and named; thin, pulsing arcs mean unsure. The dial shows how \
    pleasant (right) and how active (up) the largest face looks. This program cannot see what a \
    person feels.";

/// What is on the screen and what the keys do ([`Overlay::Help`], the key H).
#[derive(Debug, Clone, Copy, Default)]
pub struct HelpPlugin;

impl Plugin for HelpPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Startup, spawn).add_systems(PostUpdate, show.in_set(HudSystems::Draw));
    }
}

/// The panel in the middle.
#[derive(Component, Default)]
#[require(UiTransform, Visibility::Hidden)]
struct Help {
    open: Ramp,
}

/// Spawns the panel, hidden.
fn spawn(mut commands: Commands) {
    commands.spawn((overlay::over_the_screen(), Help::default())).with_children(|screen| {
        screen
            .spawn(ink::overlay_panel(Node {
                width: Val::Px(74.0 * GRID),
                max_width: Val::Percent(94.0),
                flex_direction: FlexDirection::Column,
                padding: UiRect::all(Val::Px(2.5 * GRID)),
                row_gap: Val::Px(GRID),
                ..Node::default()
            }))
            .with_children(|panel| {
                panel.spawn(ink::text("bevy_emotion", Style::Large, Token::Text));
                panel.spawn(ink::paragraph(ABOUT, Style::Small, Token::Quiet));
                for key in KEYS {
                    panel.spawn((
                        Node { align_items: AlignItems::Center, ..Node::default() },
                        children![
                            (
                                Node {
                                    width: Val::Px(9.0 * GRID),
                                    flex_shrink: 0.0,
                                    ..Node::default()
                                },
                                children![key_cap(key.cap)],
                            ),
                            ink::paragraph(key.sentence, Style::Small, Token::Text),
                        ],
                    ));
                }
            });
    });
}

/// Opens and closes it.
fn show(
    time: Res<Time>,
    settings: Res<HudSettings>,
    help: Single<(&mut Help, &mut UiTransform, &mut Visibility)>,
) {
    let (mut help, mut transform, mut visibility) = help.into_inner();
    let wanted = settings.overlay == Some(Overlay::Help);
    help.open.advance(wanted, OPEN, OPEN, time.delta_secs());
    overlay::open(help.open, settings.reduced_motion, &mut transform, &mut visibility);
}
