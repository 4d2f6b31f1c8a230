//! Panels at the rim of the screen: a column in each corner. A panel moves off the screen when a
//! face comes near.

use std::time::Duration;

use bevy::prelude::*;

use super::HudSettings;
use super::face::ShownFace;
use super::motion::Ramp;
use super::place::{Circle, FACE};
use super::screen::Screen;
use super::theme::{GRID, MARGIN};

/// How long a panel takes to move away and to come back.
const DUCK: Duration = Duration::from_millis(200);
const RETURN: Duration = Duration::from_millis(450);

/// The columns of panels in the four corners of the screen.
#[derive(Resource, Debug, Clone, Copy)]
pub struct Rim {
    /// From the upper left corner downwards.
    pub top_left: Entity,
    /// From the upper right corner downwards.
    pub top_right: Entity,
    /// From the lower left corner upwards.
    pub bottom_left: Entity,
    /// From the lower right corner upwards.
    pub bottom_right: Entity,
}

impl FromWorld for Rim {
    fn from_world(world: &mut World) -> Self {
        let margin = Val::Px(MARGIN);
        let mut column = |top: bool, left: bool| {
            let pick = |wanted: bool| if wanted { margin } else { Val::Auto };
            let node = Node {
                position_type: PositionType::Absolute,
                left: pick(left),
                right: pick(!left),
                top: pick(top),
                bottom: pick(!top),
                flex_direction: if top {
                    FlexDirection::Column
                } else {
                    FlexDirection::ColumnReverse
                },
                align_items: if left { AlignItems::FlexStart } else { AlignItems::FlexEnd },
                row_gap: Val::Px(GRID),
                ..Node::default()
            };
            world.spawn((node, Name::new("HUD column"))).id()
        };
        Self {
            top_left: column(true, true),
            top_right: column(true, false),
            bottom_left: column(false, true),
            bottom_right: column(false, false),
        }
    }
}

/// A panel at the rim.
#[derive(Component, Debug)]
#[require(UiTransform)]
pub(super) struct RimPanel {
    /// Direction off the screen, in UI space: one of the four axis directions.
    way_out: Vec2,
    /// Whether the user wants to see it.
    wanted: fn(&HudSettings) -> bool,
    ducked: Ramp,
    /// Where it is when no face is near, in UI space.
    home: Rect,
}

impl RimPanel {
    /// A panel that leaves the screen towards `way_out` (UI space, y down).
    pub fn new(way_out: Vec2, wanted: fn(&HudSettings) -> bool) -> Self {
        Self { way_out, wanted, ducked: Ramp::default(), home: Rect::default() }
    }

    /// The area that it covers, in UI space; `None` while it is away or not laid out yet.
    pub fn taken(&self) -> Option<Rect> {
        let there = self.ducked.value() < 1.0 && !self.home.is_empty();
        there.then(|| self.home.inflate(GRID / 2.0))
    }
}

/// Moves panels out of the way of faces. Panels hidden by the user take no room in their column.
pub(super) fn duck(
    time: Res<Time>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    faces: Query<&ShownFace>,
    mut panels: Query<(
        &mut RimPanel,
        &mut Node,
        &ComputedNode,
        &UiGlobalTransform,
        &mut UiTransform,
        &mut Visibility,
    )>,
) {
    for (mut panel, mut node, computed, global, mut transform, mut visibility) in &mut panels {
        let to_units = computed.inverse_scale_factor();
        let size = computed.size() * to_units;
        let way = panel.way_out * (size + 2.0 * MARGIN);
        // The layout used the shift of the previous update.
        let shift = if settings.reduced_motion { Vec2::ZERO } else { way * panel.ducked.value() };
        panel.home = Rect::from_center_size(global.translation * to_units - shift, size);
        let home = panel.home;
        let in_the_way = faces.iter().filter(|shown| shown.presence.value() > 0.0).any(|shown| {
            let (middle, radius) = shown.circle();
            // The face must not be covered; part of its ring may be.
            let circle = Circle { middle: screen.ui_from_view(middle), radius: radius * FACE };
            circle.overlap(home) > 0.0
        });
        let wanted = (panel.wanted)(&settings);
        let away = in_the_way || !wanted;
        panel.ducked.advance(away, DUCK, RETURN, time.delta_secs());
        let ducked = panel.ducked.value();
        // With reduced motion it appears and disappears at once.
        let shift = if settings.reduced_motion { Vec2::ZERO } else { way * ducked };
        let seen = if ducked < 1.0 && !(settings.reduced_motion && away) {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        };
        visibility.set_if_neq(seen);
        transform.set_if_neq(UiTransform::from_translation(Val2::px(shift.x, shift.y)));
        let display = if !wanted && ducked == 1.0 { Display::None } else { Display::Flex };
        if node.display != display {
            node.display = display;
        }
    }
}
