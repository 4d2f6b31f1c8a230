//! What makes one head different from another.

use super::pen::Rgb;

/// The colours and the hair of a head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub skin: Rgb,
    pub lips: Rgb,
    pub iris: Rgb,
    pub hair: Rgb,
    pub brows: Rgb,
    pub cloth: Rgb,
    pub style: HairStyle,
    /// Darkness of a short beard, 0 to 1.
    pub stubble: f32,
    pub glasses: bool,
    /// Thickness of lashes and fullness of lips, 0 to 1.
    pub soft_features: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HairStyle {
    /// Parted, down to the shoulders.
    Long,
    /// Cut short, with a fringe to one side.
    Short,
    /// Tight curls.
    Curly,
    /// Combed back.
    Swept,
}

/// The look of head number `head`.
pub(super) const fn look(head: u8) -> Look {
    match head % 4 {
        0 => Look {
            skin: [236, 190, 164],
            lips: [188, 92, 90],
            iris: [86, 108, 84],
            hair: [84, 50, 34],
            brows: [62, 40, 30],
            cloth: [38, 96, 104],
            style: HairStyle::Long,
            stubble: 0.0,
            glasses: false,
            soft_features: 1.0,
        },
        1 => Look {
            skin: [206, 152, 118],
            lips: [168, 96, 84],
            iris: [74, 50, 34],
            hair: [38, 30, 28],
            brows: [34, 26, 24],
            cloth: [134, 66, 48],
            style: HairStyle::Short,
            stubble: 0.5,
            glasses: false,
            soft_features: 0.2,
        },
        2 => Look {
            skin: [160, 106, 78],
            lips: [142, 72, 66],
            iris: [58, 36, 24],
            hair: [30, 22, 20],
            brows: [30, 22, 20],
            cloth: [168, 128, 58],
            style: HairStyle::Curly,
            stubble: 0.0,
            glasses: false,
            soft_features: 0.9,
        },
        _ => Look {
            skin: [240, 198, 176],
            lips: [190, 110, 104],
            iris: [84, 112, 138],
            hair: [150, 146, 144],
            brows: [104, 98, 96],
            cloth: [70, 76, 112],
            style: HairStyle::Swept,
            stubble: 0.15,
            glasses: true,
            soft_features: 0.3,
        },
    }
}
