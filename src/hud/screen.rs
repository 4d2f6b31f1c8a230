//! The screen's own space, and where the camera picture lies in it.
//!
//! View space: the origin is the middle of the screen, x to the right, y up; at scale 1 one HUD
//! unit is a 720th of the screen's height. Bevy's UI has its origin at the top left and y down; with
//! `UiScale` its pixels are the same HUD units.

use bevy::prelude::*;

use super::HudSettings;
use super::core::HudCamera;
use super::theme::{SCREEN_HEIGHT, SCREEN_MIN_WIDTH};
use crate::plugin::MainView;
use emotion_core::FrameRect;

/// The screen's size and the picture's place in it.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Width and height in HUD units.
    pub size: Vec2,
    /// HUD units per logical pixel.
    pub units_per_pixel: f32,
    /// The frame's size in its pixels.
    pub frame_size: Vec2,
    /// Whether the frame is mirrored left to right.
    pub mirrored: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            size: Vec2::new(1280.0, SCREEN_HEIGHT),
            units_per_pixel: 1.0,
            frame_size: Vec2::new(640.0, 480.0),
            mirrored: false,
        }
    }
}

impl Screen {
    /// HUD units per pixel of the frame, which fills the screen with its aspect ratio kept.
    pub fn units_per_frame_pixel(&self) -> f32 {
        (self.size / self.frame_size).max_element()
    }

    /// A point of the frame (pixels from the top left) in view space.
    pub fn view_from_frame(&self, position_in_frame: Vec2) -> Vec2 {
        let from_middle =
            (position_in_frame - self.frame_size / 2.0) * self.units_per_frame_pixel();
        let x = if self.mirrored { -from_middle.x } else { from_middle.x };
        Vec2::new(x, -from_middle.y)
    }

    /// Middle and half side of a face's box in view space.
    pub fn face_in_view(&self, bbox_in_frame: FrameRect) -> (Vec2, f32) {
        let (x, y) = bbox_in_frame.center();
        let side = bbox_in_frame.width.max(bbox_in_frame.height);
        (self.view_from_frame(Vec2::new(x, y)), side * self.units_per_frame_pixel() / 2.0)
    }

    /// How far a head leans on the screen, in radians, clockwise.
    pub fn lean_in_view(&self, roll: f32) -> f32 {
        if self.mirrored { -roll } else { roll }
    }

    /// A point of view space in UI space (from the top left, y down).
    pub fn ui_from_view(&self, position_in_view: Vec2) -> Vec2 {
        Vec2::new(position_in_view.x + self.size.x / 2.0, self.size.y / 2.0 - position_in_view.y)
    }

    /// The whole screen in UI space.
    pub fn rect_in_ui(&self) -> Rect {
        Rect::from_corners(Vec2::ZERO, self.size)
    }
}

/// Measures the screen and scales camera and UI with it.
pub(super) fn measure(
    mut screen: ResMut<Screen>,
    mut ui_scale: ResMut<UiScale>,
    view: MainView,
    settings: Res<HudSettings>,
    mut camera: Single<(&Camera, &mut Projection), With<HudCamera>>,
) {
    let Some(pixels) = camera.0.logical_viewport_size().filter(|size| size.min_element() > 0.0)
    else {
        return;
    };
    let fitting = (SCREEN_HEIGHT / pixels.y).max(SCREEN_MIN_WIDTH / pixels.x);
    let units_per_pixel = fitting / settings.valid_scale();
    let frame_size = view
        .status()
        .and_then(|status| status.frame_size)
        .map_or(screen.frame_size, |size| size.as_vec2().max(Vec2::ONE));
    let measured = Screen {
        size: pixels * units_per_pixel,
        units_per_pixel,
        frame_size,
        mirrored: settings.mirrored,
    };
    if *screen == measured {
        return;
    }
    *screen = measured;
    ui_scale.0 = 1.0 / units_per_pixel;
    if let Projection::Orthographic(projection) = &mut *camera.1 {
        projection.scale = units_per_pixel;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_fills_the_screen_around_the_same_middle() {
        let screen = Screen::default();
        assert_eq!(screen.units_per_frame_pixel(), 2.0);
        assert_eq!(screen.view_from_frame(Vec2::new(320.0, 240.0)), Vec2::ZERO);
        assert_eq!(screen.view_from_frame(Vec2::ZERO), Vec2::new(-640.0, 480.0));
        let (middle, half) = screen.face_in_view(FrameRect::new(320.0, 240.0, 100.0, 100.0));
        assert_eq!((middle, half), (Vec2::new(100.0, -100.0), 100.0));
        assert_eq!(screen.ui_from_view(middle), Vec2::new(740.0, 460.0));
    }

    #[test]
    fn a_mirror_exchanges_left_and_right_only() {
        let screen = Screen { mirrored: true, ..Screen::default() };
        assert_eq!(screen.view_from_frame(Vec2::ZERO), Vec2::new(640.0, 480.0));
        assert_eq!(screen.lean_in_view(0.3), -0.3);
    }
}
