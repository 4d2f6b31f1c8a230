//! Colours, sizes and durations that more than one file of the HUD needs.
//!
//! [`Theme`] is a resource; the HUD is repainted whenever it changes. Layout and durations are
//! constants. Lengths are in HUD units: at scale 1 the screen is
//! always [`SCREEN_HEIGHT`] units high (see `Screen`), whatever its pixels.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::HudSettings;
use emotion_core::Expression;

/// Height of the screen in HUD units at scale 1; a window narrower than 4:3 has more.
pub const SCREEN_HEIGHT: f32 = 720.0;
/// Least width of the screen at scale 1, in HUD units.
pub const SCREEN_MIN_WIDTH: f32 = 960.0;
/// Grid step of panels and gaps, in HUD units.
pub const GRID: f32 = 8.0;
/// Distance of panels from the screen's edge, in HUD units.
pub const MARGIN: f32 = 2.0 * GRID;
/// Radius of a panel's corners, in HUD units.
pub const CORNER: f32 = 12.0;

/// Radius of a face's ring, in sides of its box: outside of the box's corners (0.71).
pub const RING_RADIUS: f32 = 0.8;
/// Least radius when faces are close: outside of the face, though not of its box's corners.
pub const RING_LEAST: f32 = 0.58;

/// How long a reaction takes to fade in.
pub const REACTION_IN: Duration = Duration::from_millis(200);
/// How long a reaction takes to fade out.
pub const REACTION_OUT: Duration = Duration::from_millis(650);
/// How long the ring of a face takes to fade in; it fades out in twice the time.
pub const FACE_FADE: Duration = Duration::from_millis(300);

/// The colours and text sizes of the HUD. Change it at any time.
///
/// An app that inserts its own before the HUD is added keeps it.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::Expression;
/// use bevy_emotion::hud::theme::Theme;
///
/// let mut theme = Theme::STANDARD;
/// theme.expressions[Expression::Happy.index()] = Color::srgb_u8(0xFF, 0xC8, 0x57);
/// App::new().insert_resource(theme);
/// ```
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Theme {
    /// The colour of each expression, in the order of [`Expression::ALL`], the same everywhere.
    pub expressions: [Color; Expression::COUNT],
    /// Main text.
    pub text: Color,
    /// Names of readings, hints.
    pub text_quiet: Color,
    /// Notes: worth reading, nothing wrong.
    pub text_note: Color,
    /// Problems.
    pub text_problem: Color,
    /// Background of panels.
    pub panel: Color,
    /// The thin border of panels and keys.
    pub panel_border: Color,
    /// Empty part of a bar, keys, the chosen line of a list.
    pub track: Color,
    /// Size of the text of readings and panels, in HUD units.
    pub text_small: f32,
    /// Size of the expression's name, in HUD units.
    pub text_large: f32,
}

impl Default for Theme {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl Theme {
    /// Dark, translucent panels and strong colours that stay apart for colour-blind people.
    pub const STANDARD: Self = Self {
        expressions: [
            Color::srgb_u8(0xF2, 0x55, 0x0F),
            Color::srgb_u8(0x54, 0x9D, 0x6C),
            Color::srgb_u8(0x8E, 0x6B, 0xE0),
            Color::srgb_u8(0xF2, 0xB7, 0x05),
            Color::srgb_u8(0x3A, 0x72, 0x9C),
            Color::srgb_u8(0x35, 0xB6, 0xD6),
            Color::srgb_u8(0xC8, 0xCC, 0xD0),
        ],
        text: Color::srgb(0.95, 0.96, 0.98),
        text_quiet: Color::srgb(0.78, 0.80, 0.84),
        text_note: Color::srgb(0.95, 0.78, 0.36),
        text_problem: Color::srgb(1.0, 0.48, 0.30),
        panel: Color::srgba(0.022, 0.027, 0.04, 0.86),
        panel_border: Color::srgba(1.0, 1.0, 1.0, 0.08),
        track: Color::srgba(1.0, 1.0, 1.0, 0.10),
        text_small: 15.0,
        text_large: 26.0,
    };

    /// Opaque panels, white and larger text, and seven colours as far apart as they can be for
    /// people with and without colour blindness.
    pub const HIGH_CONTRAST: Self = Self {
        expressions: [
            Color::srgb_u8(0xB5, 0x48, 0x00),
            Color::srgb_u8(0x68, 0xBE, 0x67),
            Color::srgb_u8(0xB1, 0x85, 0xFF),
            Color::srgb_u8(0xFF, 0xE0, 0x2C),
            Color::srgb_u8(0x39, 0x6B, 0xAF),
            Color::srgb_u8(0x99, 0xD3, 0xFF),
            Color::WHITE,
        ],
        text: Color::WHITE,
        text_quiet: Color::srgb(0.92, 0.92, 0.92),
        text_note: Color::srgb(1.0, 0.88, 0.30),
        text_problem: Color::srgb(1.0, 0.62, 0.45),
        panel: Color::srgb(0.0, 0.0, 0.0),
        panel_border: Color::srgba(1.0, 1.0, 1.0, 0.75),
        track: Color::srgba(1.0, 1.0, 1.0, 0.16),
        text_small: 16.0,
        text_large: 28.0,
    };

    /// The expression's colour.
    pub const fn color(&self, expression: Expression) -> Color {
        self.expressions[expression.index()]
    }

    /// The expression's colour for shaders: linear red, green, blue and alpha.
    pub fn linear(&self, expression: Expression) -> Vec4 {
        self.color(expression).to_linear().to_vec4()
    }

    /// The expression's colour, lightened enough to be read as text on a panel.
    pub fn text_color(&self, expression: Expression) -> Color {
        self.color(expression).mix(&Color::WHITE, 0.4)
    }
}

/// Which theme the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Palette {
    /// The app's theme: [`Theme::STANDARD`] unless it has inserted another.
    #[default]
    Standard,
    /// [`Theme::HIGH_CONTRAST`].
    HighContrast,
}

/// The sign beside an expression's name, so that colour is never the only cue.
pub const fn sign(expression: Expression) -> &'static str {
    match expression {
        Expression::Angry => "▲",
        Expression::Disgust => "◆",
        Expression::Fear => "▽",
        Expression::Happy => "●",
        Expression::Sad => "▼",
        Expression::Surprise => "○",
        Expression::Neutral => "■",
    }
}

/// Applies the palette that the user chose; [`Palette::Standard`] restores the app's theme.
pub(super) fn choose(
    settings: Res<HudSettings>,
    mut theme: ResMut<Theme>,
    mut shown: Local<Palette>,
    mut standard: Local<Option<Theme>>,
) {
    if settings.palette == *shown {
        return;
    }
    *shown = settings.palette;
    match settings.palette {
        Palette::HighContrast => {
            *standard = Some(std::mem::replace(&mut *theme, Theme::HIGH_CONTRAST));
        }
        Palette::Standard => *theme = standard.take().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use bevy::color::Oklaba;

    use super::*;

    type Matrix = [[f32; 3]; 3];

    const NORMAL: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    /// Simulates sight without one kind of cones, on linear RGB. Machado, Oliveira, Fernandes: *A
    /// Physiologically-based Model for Simulation of Color Vision Deficiency*, 2009, the table for
    /// severity 1.
    const PROTANOPIA: Matrix = [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ];
    const DEUTERANOPIA: Matrix = [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ];
    const TRITANOPIA: Matrix = [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ];

    /// How a colour looks through the matrix, in Oklab.
    fn seen(color: Color, matrix: &Matrix) -> Vec3 {
        let linear = color.to_linear();
        let seen = matrix.map(|row| {
            let sum = row[0] * linear.red + row[1] * linear.green + row[2] * linear.blue;
            sum.clamp(0.0, 1.0)
        });
        let lab = Oklaba::from(LinearRgba::rgb(seen[0], seen[1], seen[2]));
        Vec3::new(lab.lightness, lab.a, lab.b)
    }

    /// The two expressions that look most alike, and how far they are apart in Oklab.
    fn closest(theme: &Theme, matrix: &Matrix) -> (f32, Expression, Expression) {
        let mut closest = (f32::INFINITY, Expression::Angry, Expression::Angry);
        for (index, one) in Expression::ALL.into_iter().enumerate() {
            for other in Expression::ALL.into_iter().skip(index + 1) {
                let [a, b] = [one, other].map(|it| seen(theme.color(it), matrix));
                if a.distance(b) < closest.0 {
                    closest = (a.distance(b), one, other);
                }
            }
        }
        closest
    }

    #[test]
    fn the_seven_colours_are_apart_for_colour_blind_people() {
        // A difference of 0.02 in Oklab is just noticeable; these have to differ at a glance.
        for (theme, least) in [(Theme::STANDARD, 0.09), (Theme::HIGH_CONTRAST, 0.11)] {
            for (name, matrix) in [
                ("normal sight", NORMAL),
                ("protanopia", PROTANOPIA),
                ("deuteranopia", DEUTERANOPIA),
                ("tritanopia", TRITANOPIA),
            ] {
                let (distance, one, other) = closest(&theme, &matrix);
                assert!(distance > least, "{name}: {one} and {other} are {distance} apart");
            }
        }
    }

    #[test]
    fn colours_that_look_alike_would_be_noticed() {
        let mut theme = Theme::STANDARD;
        // Distinct for most people, alike for those without red or green cones.
        theme.expressions[Expression::Angry.index()] = Color::srgb_u8(0xD5, 0x5E, 0x00);
        theme.expressions[Expression::Disgust.index()] = Color::srgb_u8(0x8C, 0x80, 0x00);
        assert!(closest(&theme, &DEUTERANOPIA).0 < 0.06);
    }

    /// The contrast ratio of two opaque colours by WCAG 2.1, 1 to 21.
    fn contrast(one: Color, other: Color) -> f32 {
        let [a, b] = [one, other].map(|color| {
            let LinearRgba { red, green, blue, .. } = color.to_linear();
            0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
        });
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_and_colours_can_be_read_on_panels() {
        for (theme, least) in [(Theme::STANDARD, 4.5), (Theme::HIGH_CONTRAST, 7.0)] {
            let panel = theme.panel.with_alpha(1.0);
            for text in [theme.text, theme.text_quiet, theme.text_note, theme.text_problem] {
                assert!(contrast(text, panel) > least, "{text:?}: {}", contrast(text, panel));
            }
            for expression in Expression::ALL {
                // Text has 4.5 or more, bars and arcs 3 or more (WCAG 2.1, 1.4.3 and 1.4.11).
                assert!(contrast(theme.text_color(expression), panel) > 4.5, "{expression}");
                assert!(contrast(theme.color(expression), panel) > 3.0, "{expression}");
            }
        }
    }

    #[test]
    fn every_expression_has_a_sign_of_its_own() {
        let mut signs = Expression::ALL.map(sign);
        signs.sort_unstable();
        assert!(signs.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_apps_theme_comes_back_after_high_contrast() {
        let own = Theme { text_small: 21.0, ..Theme::STANDARD };
        let mut app = App::new();
        app.insert_resource(own.clone())
            .insert_resource(HudSettings { palette: Palette::HighContrast, ..default() })
            .add_systems(PostUpdate, choose);
        app.update();
        assert_eq!(*app.world().resource::<Theme>(), Theme::HIGH_CONTRAST);
        app.world_mut().resource_mut::<HudSettings>().palette = Palette::Standard;
        app.update();
        assert_eq!(*app.world().resource::<Theme>(), own);
    }
}
