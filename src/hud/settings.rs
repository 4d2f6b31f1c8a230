//! The HUD's settings.

use bevy::prelude::*;

use super::theme::Palette;

/// The HUD's settings. May be changed at any time.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct HudSettings {
    /// Picture and faces are hidden, the readings stay.
    pub privacy: bool,
    /// The picture is mirrored left to right, as people are used to from mirrors.
    pub mirrored: bool,
    /// Scale of texts and panels: 1 suits most screens. Values are clamped to
    /// [`HudSettings::SCALES`].
    pub scale: f32,
    /// Nothing shakes, bounces, slides or flies; things fade instead.
    pub reduced_motion: bool,
    /// The choice of theme.
    pub palette: Palette,
    /// Which panels are shown.
    pub panels: Panels,
    /// The panel over the picture, if one is open.
    pub overlay: Option<Overlay>,
}

impl Default for HudSettings {
    fn default() -> Self {
        Self {
            privacy: false,
            mirrored: false,
            scale: 1.0,
            reduced_motion: false,
            palette: Palette::default(),
            panels: Panels::default(),
            overlay: None,
        }
    }
}

impl HudSettings {
    /// The smallest and the largest scale.
    pub const SCALES: [f32; 2] = [0.75, 1.5];
    /// Change for a press of + or -.
    const SCALE_STEP: f32 = 0.125;

    /// The scale, clamped to its limits; 1 for NaN.
    pub fn valid_scale(&self) -> f32 {
        let [least, most] = Self::SCALES;
        if self.scale.is_nan() { 1.0 } else { self.scale.clamp(least, most) }
    }

    /// Makes texts and panels larger or smaller by a number of steps.
    pub fn zoom(&mut self, steps: f32) {
        self.scale = self.valid_scale() + steps * Self::SCALE_STEP;
        self.scale = self.valid_scale();
    }

    /// Opens an overlay, or closes it if it is open.
    pub fn toggle(&mut self, overlay: Overlay) {
        self.overlay = if self.overlay == Some(overlay) { None } else { Some(overlay) };
    }
}

/// A panel over the picture; there is one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// What is on the screen and what the keys do.
    Help,
    /// The list of cameras.
    Cameras,
}

/// Which panels are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Panels {
    /// Everything at the rim of the screen: `info`, `delays`, `dial` and `keys`.
    pub rim: bool,
    /// Source, model, notes and problems.
    pub info: bool,
    /// The three sparklines.
    pub delays: bool,
    /// The valence-arousal dial.
    pub dial: bool,
    /// The keys.
    pub keys: bool,
    /// The name beside each face.
    pub label: bool,
    /// The bars beside each face.
    pub bars: bool,
    /// How reliable the shown expression is.
    pub why: bool,
}

impl Default for Panels {
    fn default() -> Self {
        Self {
            rim: true,
            info: true,
            delays: true,
            dial: true,
            keys: true,
            label: true,
            bars: true,
            why: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_stays_within_its_limits() {
        let mut settings = HudSettings::default();
        for _ in 0..20 {
            settings.zoom(1.0);
        }
        assert_eq!(settings.scale, HudSettings::SCALES[1]);
        for _ in 0..40 {
            settings.zoom(-1.0);
        }
        assert_eq!(settings.scale, HudSettings::SCALES[0]);
        settings.scale = f32::NAN;
        assert_eq!(settings.valid_scale(), 1.0);
    }

    #[test]
    fn one_overlay_replaces_the_other() {
        let mut settings = HudSettings::default();
        settings.toggle(Overlay::Help);
        settings.toggle(Overlay::Cameras);
        assert_eq!(settings.overlay, Some(Overlay::Cameras));
        settings.toggle(Overlay::Cameras);
        assert_eq!(settings.overlay, None);
    }
}
