//! Panels at the rim of the screen: they duck away when a face comes near.

use std::time::Duration;

use bevy::prelude::*;

use super::face::ShownFace;
use super::motion::Ramp;
use super::place::{Circle, FACE};
use super::screen::Screen;
use super::theme::{GRID, MARGIN};

/// How long a panel takes to duck away and to come back.
const DUCK: Duration = Duration::from_millis(200);
const RETURN: Duration = Duration::from_millis(450);

/// A panel at the rim.
#[derive(Component, Debug)]
#[require(UiTransform)]
pub(super) struct RimPanel {
    /// The way off the screen, in UI space: one of the four directions.
    way_out: Vec2,
    ducked: Ramp,
    /// Where it is when no face is near, in UI space.
    home: Rect,
    /// Whether its content wants to be seen.
    pub wanted: bool,
}

impl RimPanel {
    /// A panel that leaves the screen towards `way_out` (UI space, y down).
    pub fn leaving_towards(way_out: Vec2) -> Self {
        Self { way_out, ducked: Ramp::default(), home: Rect::default(), wanted: true }
    }

    /// What it takes of the screen, unless it is away.
    pub fn taken(&self) -> Option<Rect> {
        let there = self.wanted && self.ducked.value() < 1.0 && !self.home.is_empty();
        there.then(|| self.home.inflate(GRID / 2.0))
    }
}

/// Moves panels out of the way of faces.
pub(super) fn duck(
    time: Res<Time>,
    screen: Res<Screen>,
    faces: Query<&ShownFace>,
    mut panels: Query<(&mut RimPanel, &ComputedNode, &UiGlobalTransform, &mut UiTransform)>,
) {
    for (mut panel, node, global, mut transform) in &mut panels {
        let to_units = node.inverse_scale_factor();
        let size = node.size() * to_units;
        let way = panel.way_out * (size + 2.0 * MARGIN);
        // Layout ran with the shift of the update before.
        let shift = way * panel.ducked.value();
        panel.home = Rect::from_center_size(global.translation * to_units - shift, size);
        let home = panel.home;
        let in_the_way = faces.iter().filter(|shown| shown.presence.value() > 0.0).any(|shown| {
            let (middle, radius) = shown.circle();
            // The face is what nothing may cover; a bit of its ring may be.
            let circle = Circle { middle: screen.ui_from_view(middle), radius: radius * FACE };
            circle.overlap(home) > 0.0
        });
        let away = in_the_way || !panel.wanted;
        panel.ducked.advance(away, DUCK, RETURN, time.delta_secs());
        let shift = way * panel.ducked.value();
        let moved = UiTransform::from_translation(Val2::px(shift.x, shift.y));
        transform.set_if_neq(moved);
    }
}
