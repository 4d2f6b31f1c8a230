//! The help: what is on the screen and what the keys do, over the picture.

use std::time::Duration;

use bevy::prelude::*;

use super::HudSettings;
use super::keys::{KEYS, key_cap};
use super::motion::Ramp;
use super::theme::{self, Fonts, GRID, TEXT, TEXT_QUIET};

const OPEN: Duration = Duration::from_millis(180);

const ABOUT: &str = "Each face wears a ring of seven arcs: the probabilities of seven expressions. \
    The one that leads is thick and named; thin and breathing means unsure. The dial shows how \
    pleasant (right) and how active (up) the largest face looks. What a person feels is not \
    visible to this program.";

/// The panel in the middle.
#[derive(Component, Default)]
#[require(UiTransform, Visibility::Hidden)]
pub(super) struct Help {
    open: Ramp,
}

/// Makes the panel; it waits until it is asked for.
pub(super) fn spawn(mut commands: Commands, fonts: Res<Fonts>) {
    commands
        .spawn((
            Node {
                position_type: PositionType::Absolute,
                width: Val::Percent(100.0),
                height: Val::Percent(100.0),
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                ..Node::default()
            },
            GlobalZIndex(10),
            Help::default(),
        ))
        .with_children(|screen| {
            screen
                .spawn((
                    Node {
                        width: Val::Px(64.0 * GRID),
                        flex_direction: FlexDirection::Column,
                        padding: UiRect::all(Val::Px(3.0 * GRID)),
                        row_gap: Val::Px(1.5 * GRID),
                        border: UiRect::all(Val::Px(1.0)),
                        border_radius: BorderRadius::all(Val::Px(theme::CORNER)),
                        ..Node::default()
                    },
                    BackgroundColor(theme::PANEL.with_alpha(0.94)),
                    BorderColor::all(theme::PANEL_BORDER),
                ))
                .with_children(|panel| {
                    panel.spawn((Text::new("bevy_emotion"), fonts.large(), TextColor(TEXT)));
                    panel.spawn((Text::new(ABOUT), fonts.small(), TextColor(TEXT_QUIET)));
                    for (key, _, sentence) in KEYS {
                        panel.spawn((
                            Node { align_items: AlignItems::Center, ..Node::default() },
                            children![
                                (
                                    Node {
                                        width: Val::Px(9.0 * GRID),
                                        flex_shrink: 0.0,
                                        ..Node::default()
                                    },
                                    children![key_cap(key, &fonts)],
                                ),
                                (Text::new(sentence), fonts.small(), TextColor(TEXT),),
                            ],
                        ));
                    }
                });
        });
}

/// Opens and closes it.
pub(super) fn show(
    time: Res<Time>,
    settings: Res<HudSettings>,
    help: Single<(&mut Help, &mut UiTransform, &mut Visibility)>,
) {
    let (mut help, mut transform, mut visibility) = help.into_inner();
    help.open.advance(settings.help, OPEN, OPEN, time.delta_secs());
    let open = help.open.value();
    transform.set_if_neq(UiTransform::from_scale(Vec2::splat(0.92 + 0.08 * open)));
    let seen = if open > 0.0 { Visibility::Inherited } else { Visibility::Hidden };
    visibility.set_if_neq(seen);
}
