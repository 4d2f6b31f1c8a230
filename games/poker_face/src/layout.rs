//! Where everything is on the screen.

use bevy::prelude::*;

use crate::shapes::xy;

/// Half the stage, and the width of its frame.
pub(crate) const STAGE: Vec2 = xy(370.0, 230.0);
const FRAME: f32 = 20.0;

/// Where everything is, from the middle of the screen.
pub(crate) struct Layout {
    pub(crate) size: Vec2,
    /// View units in each of its units.
    pub(crate) zoom: f32,
    /// Middle and scale of the stage.
    pub(crate) stage: Vec2,
    pub(crate) scale: f32,
    /// The middle of the right player's column, and its width.
    pub(crate) column: f32,
    pub(crate) column_width: f32,
}

impl Layout {
    pub(crate) fn new(size: Vec2) -> Self {
        // Everything is laid out on a screen of 720 units' height, or 960 units' width.
        let zoom = (size.y / 720.0).min(size.x / 960.0).max(0.1);
        let size = size / zoom;
        let column_width = (size.x * 0.21).clamp(195.0, 290.0);
        let scale = ((size.x - 2.0 * column_width) / (2.0 * STAGE.x)).clamp(0.5, 1.0);
        let column = (size.x / 2.0 + STAGE.x * scale + FRAME).min(1270.0) / 2.0;
        let stage = xy(0.0, 282.0 - STAGE.y * scale - 72.0 * (1.0 - scale));
        Self { size, zoom, stage, scale, column, column_width }
    }

    /// The middle of a player's column.
    pub(crate) fn column_of(&self, player: usize) -> f32 {
        if player == 0 { -self.column } else { self.column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_beside_the_stage_on_every_screen() {
        for (width, height) in [(1280.0, 720.0), (960.0, 720.0), (1680.0, 720.0), (853.0, 480.0)] {
            let layout = Layout::new(Vec2::new(width, height));
            let stage = STAGE.x * layout.scale + FRAME;
            let half = layout.column_width * 0.4 + 5.0;
            assert!(layout.column - half >= stage, "{width}: over the stage");
            assert!(layout.column + half <= layout.size.x / 2.0, "{width}: out of the screen");
            assert!(layout.stage.y + STAGE.y * layout.scale <= 290.0, "{width}: over the clock");
            assert!((layout.size * layout.zoom - Vec2::new(width, height)).length() < 0.1);
        }
    }
}
