//! Facial muscles as numbers, and their positions in each of the seven expressions.
//!
//! The numbers follow the action units of the Facial Action Coding System (Ekman and Friesen,
//! 1978) and its prototypes of the basic expressions; the amounts are this crate's own.

use emotion_core::Expression;

/// How far each part of a face is from rest: 0 at rest to 1 at most, unless noted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FaceShape {
    /// Inner ends of the brows, -1 lowered to 1 raised (action units 4 and 1).
    pub inner_brow: f32,
    /// Outer ends of the brows, -1 lowered to 1 raised (2).
    pub outer_brow: f32,
    /// Brows pulled together, with the furrow between them (4).
    pub frown: f32,
    /// Upper lids, -1 closed to 1 wide open (5, 43).
    pub upper_lid: f32,
    /// Lower lids tightened and raised (7).
    pub squint: f32,
    /// Cheeks raised, with crow's feet (6).
    pub cheek: f32,
    /// Nose wrinkled (9).
    pub nose: f32,
    /// Upper lip raised (10).
    pub upper_lip: f32,
    /// Corners of the mouth, -1 down to 1 up (15, 12).
    pub corner: f32,
    /// Mouth, -1 narrow to 1 wide (18, 20).
    pub width: f32,
    /// Jaw dropped (26, 27).
    pub jaw: f32,
    /// Lips apart (25).
    pub part: f32,
    /// Mouth opened round rather than wide (22).
    pub round: f32,
    /// Lips pressed together (24).
    pub press: f32,
    /// Chin pushed up, with its dimples (17).
    pub chin: f32,
    /// Upper teeth seen between parted lips.
    pub upper_teeth: f32,
    /// Lower teeth seen between parted lips.
    pub lower_teeth: f32,
}

impl FaceShape {
    /// A face at rest.
    pub const REST: Self = Self {
        inner_brow: 0.0,
        outer_brow: 0.0,
        frown: 0.0,
        upper_lid: 0.0,
        squint: 0.0,
        cheek: 0.0,
        nose: 0.0,
        upper_lip: 0.0,
        corner: 0.0,
        width: 0.0,
        jaw: 0.0,
        part: 0.0,
        round: 0.0,
        press: 0.0,
        chin: 0.0,
        upper_teeth: 0.0,
        lower_teeth: 0.0,
    };

    /// The face of an expression at its full strength.
    pub const fn of(expression: Expression) -> Self {
        match expression {
            Expression::Angry => Self::angry(),
            Expression::Disgust => Self::disgust(),
            Expression::Fear => Self::fear(),
            Expression::Happy => Self::happy(),
            Expression::Sad => Self::sad(),
            Expression::Surprise => Self::surprise(),
            Expression::Neutral => Self::neutral(),
        }
    }

    const fn angry() -> Self {
        Self {
            inner_brow: -1.0,
            outer_brow: 0.05,
            frown: 1.0,
            upper_lid: 0.25,
            squint: 0.35,
            nose: 0.7,
            upper_lip: 0.5,
            corner: -0.75,
            width: 0.05,
            jaw: 0.38,
            part: 0.9,
            chin: 0.3,
            upper_teeth: 1.0,
            lower_teeth: 1.0,
            ..Self::REST
        }
    }

    const fn disgust() -> Self {
        Self {
            inner_brow: -0.7,
            outer_brow: -0.6,
            frown: 0.35,
            upper_lid: -0.75,
            squint: 0.8,
            cheek: 0.1,
            nose: 1.0,
            upper_lip: 1.0,
            corner: -1.0,
            width: -0.7,
            jaw: 0.1,
            part: 0.9,
            round: 0.25,
            chin: 0.2,
            upper_teeth: 0.9,
            lower_teeth: 0.1,
            ..Self::REST
        }
    }

    const fn fear() -> Self {
        Self {
            inner_brow: 1.0,
            outer_brow: -0.6,
            frown: 0.7,
            upper_lid: 1.0,
            corner: -0.4,
            width: 0.6,
            jaw: 0.7,
            part: 0.9,
            lower_teeth: 0.8,
            ..Self::REST
        }
    }

    const fn happy() -> Self {
        Self {
            outer_brow: 0.15,
            upper_lid: -0.1,
            squint: 0.45,
            cheek: 1.0,
            corner: 1.0,
            width: 0.65,
            jaw: 0.3,
            part: 0.8,
            upper_teeth: 1.0,
            ..Self::REST
        }
    }

    const fn sad() -> Self {
        Self {
            inner_brow: 1.0,
            outer_brow: -0.9,
            frown: 0.45,
            upper_lid: -0.4,
            corner: -1.0,
            width: 0.1,
            press: 0.2,
            chin: 0.7,
            ..Self::REST
        }
    }

    const fn surprise() -> Self {
        Self {
            inner_brow: 1.0,
            outer_brow: 1.0,
            upper_lid: 1.0,
            width: -0.5,
            jaw: 1.0,
            part: 0.8,
            round: 1.0,
            ..Self::REST
        }
    }

    /// All muscles at rest give a stare: relaxed lids are a little lower.
    const fn neutral() -> Self {
        Self { outer_brow: 0.3, squint: 0.35, ..Self::REST }
    }

    /// Adds `amount` of the difference between two faces to this one.
    pub fn step(&mut self, from: &Self, to: &Self, amount: f32) {
        for ((value, from), to) in self.values_mut().into_iter().zip(from.values()).zip(to.values())
        {
            *value += (to - from) * amount;
        }
    }

    /// The largest difference between two faces.
    #[cfg(test)]
    pub fn furthest(&self, other: &Self) -> f32 {
        let differences = self.values().into_iter().zip(other.values());
        differences.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    fn values(mut self) -> [f32; 17] {
        self.values_mut().map(|value| *value)
    }

    fn values_mut(&mut self) -> [&mut f32; 17] {
        [
            &mut self.inner_brow,
            &mut self.outer_brow,
            &mut self.frown,
            &mut self.upper_lid,
            &mut self.squint,
            &mut self.cheek,
            &mut self.nose,
            &mut self.upper_lip,
            &mut self.corner,
            &mut self.width,
            &mut self.jaw,
            &mut self.part,
            &mut self.round,
            &mut self.press,
            &mut self.chin,
            &mut self.upper_teeth,
            &mut self.lower_teeth,
        ]
    }
}
