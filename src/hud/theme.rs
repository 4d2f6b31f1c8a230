//! Colours, sizes and times: every number of the HUD's look that more than one file needs.
//!
//! Lengths are in HUD units: the screen is always [`SCREEN_HEIGHT`] units high (see
//! `Screen`), whatever its pixels.

use std::time::Duration;

use bevy::prelude::*;

use crate::emotion::Expression;

/// Height of the screen in HUD units; a window narrower than 4:3 has more.
pub const SCREEN_HEIGHT: f32 = 720.0;
/// Width that a screen has at least, in HUD units.
pub const SCREEN_MIN_WIDTH: f32 = 960.0;
/// The grid that panels and gaps sit on.
pub const GRID: f32 = 8.0;
/// Distance of panels from the screen's edge.
pub const MARGIN: f32 = 2.0 * GRID;
/// Radius of a panel's corners.
pub const CORNER: f32 = 12.0;

/// Text of readings and panels.
pub const TEXT_SMALL: f32 = 14.0;
/// Text of the expression's name.
pub const TEXT_LARGE: f32 = 26.0;

/// Radius of a face's ring in sides of its box: outside of the box's corners (0.71).
pub const RING_RADIUS: f32 = 0.8;
/// The least it is where faces stand close: outside of the face, if not of its box's corners.
pub const RING_LEAST: f32 = 0.66;

/// How long a reaction takes to come.
pub const REACTION_IN: Duration = Duration::from_millis(200);
/// How long a reaction takes to go.
pub const REACTION_OUT: Duration = Duration::from_millis(650);
/// How long the ring of a face takes to come and to go.
pub const FACE_FADE: Duration = Duration::from_millis(300);

/// Main text.
pub const TEXT: Color = Color::srgb(0.93, 0.94, 0.96);
/// Names of readings, hints.
pub const TEXT_QUIET: Color = Color::srgb(0.70, 0.72, 0.76);
/// Notes: worth reading, nothing wrong.
pub const TEXT_NOTE: Color = Color::srgb(0.95, 0.78, 0.36);
/// Problems.
pub const TEXT_PROBLEM: Color = Color::srgb(1.0, 0.48, 0.30);
/// Background of panels.
pub const PANEL: Color = Color::srgba(0.022, 0.027, 0.04, 0.86);
/// The thin border of panels and keys.
pub const PANEL_BORDER: Color = Color::srgba(1.0, 1.0, 1.0, 0.08);
/// Empty part of a bar, axes of the dial.
pub const TRACK: Color = Color::srgba(1.0, 1.0, 1.0, 0.10);

/// The colour of an expression, the same everywhere; apart in hue and lightness.
pub const fn color(expression: Expression) -> Color {
    match expression {
        Expression::Angry => Color::srgb_u8(0xD5, 0x5E, 0x00),
        Expression::Disgust => Color::srgb_u8(0x5B, 0x9A, 0x3C),
        Expression::Fear => Color::srgb_u8(0x8E, 0x6B, 0xBF),
        Expression::Happy => Color::srgb_u8(0xF2, 0xB7, 0x05),
        Expression::Sad => Color::srgb_u8(0x3E, 0x7C, 0xB1),
        Expression::Surprise => Color::srgb_u8(0x35, 0xB6, 0xD6),
        Expression::Neutral => Color::srgb_u8(0xB8, 0xBC, 0xC2),
    }
}

/// The expression's colour as shaders want it.
pub fn linear(expression: Expression) -> Vec4 {
    color(expression).to_linear().to_vec4()
}

/// The expression's colour, lightened enough to be read as text on a panel.
pub fn text_color(expression: Expression) -> Color {
    color(expression).mix(&Color::WHITE, 0.28)
}

/// The HUD's two fonts.
#[derive(Resource, Clone)]
pub struct Fonts {
    text: Handle<Font>,
    digits: Handle<Font>,
}

impl FromWorld for Fonts {
    fn from_world(world: &mut World) -> Self {
        let mut fonts = world.resource_mut::<Assets<Font>>();
        let mut add = |data: &[u8]| fonts.add(Font::from_bytes(data.to_vec()));
        Self {
            text: add(epaint_default_fonts::UBUNTU_LIGHT),
            digits: add(epaint_default_fonts::HACK_REGULAR),
        }
    }
}

impl Fonts {
    /// The expression's name.
    pub fn large(&self) -> TextFont {
        TextFont::from_font_size(TEXT_LARGE).with_font(self.text.clone())
    }

    /// Words.
    pub fn small(&self) -> TextFont {
        TextFont::from_font_size(TEXT_SMALL).with_font(self.text.clone())
    }

    /// Numbers that change: all digits are equally wide, so that nothing jitters.
    pub fn digits(&self) -> TextFont {
        TextFont::from_font_size(TEXT_SMALL).with_font(self.digits.clone())
    }
}

/// A dark, translucent panel; `node` says where and how large.
pub fn panel(node: Node) -> impl Bundle {
    (
        Node {
            border: UiRect::all(Val::Px(1.0)),
            border_radius: BorderRadius::all(Val::Px(CORNER)),
            ..node
        },
        BackgroundColor(PANEL),
        BorderColor::all(PANEL_BORDER),
    )
}
