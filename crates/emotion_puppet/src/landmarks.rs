//! Where the parts of a face are for given positions of its muscles.

use super::face::FaceShape;
use super::motion::Sway;
use super::pen::Spot;

/// Places on a head, in half widths of the face, right and down from between the eyes.
///
/// Sides are `-1.0` (left in the picture) and `1.0`.
pub(super) struct Landmarks {
    turn: f32,
    nod: f32,
    /// How far the chin is below its place at rest.
    pub drop: f32,
    pub eye: Eye,
    pub mouth: Mouth,
    brow: Brow,
}

/// An eye, for the side `1.0`; mirrored for the other.
pub(super) struct Eye {
    pub center: Spot,
    pub inner: Spot,
    pub outer: Spot,
    /// The middle of the upper lid's edge and of the lower one's.
    pub upper: f32,
    pub lower: f32,
    /// How far the outer part of the upper lid hangs below its arch.
    pub droop: f32,
    /// 0 closed, 1 as at rest, above 1 wide.
    pub open: f32,
}

/// The mouth.
pub(super) struct Mouth {
    pub half_width: f32,
    pub corner: f32,
    /// The edges of the opening in the middle.
    pub top: f32,
    pub bottom: f32,
    pub upper_lip: f32,
    pub lower_lip: f32,
    /// 0 pointed at the corners, 1 full.
    pub fullness: f32,
}

struct Brow {
    inner: Spot,
    middle: Spot,
    outer: Spot,
}

impl Landmarks {
    pub fn new(face: &FaceShape, sway: &Sway) -> Self {
        let drop = 0.30 * face.jaw;
        Self {
            turn: sway.turn,
            nod: sway.nod,
            drop,
            eye: Eye::new(face, sway.blink),
            mouth: Mouth::new(face, drop),
            brow: Brow::new(face),
        }
    }

    /// A place on the front of the head after its turn and nod: what is nearer to the viewer moves
    /// further. `out` is how far it stands out from the egg shape of the head.
    pub fn place(&self, (x, y): Spot, out: f32) -> Spot {
        let depth = (1.0 - (x / 1.1).powi(2) - ((y - 0.1) / 1.65).powi(2)).max(0.0).sqrt() + out;
        (x + 0.17 * self.turn * depth, y + 0.13 * self.nod * depth)
    }

    /// The edge of the face, from the top clockwise.
    pub fn outline(&self) -> Vec<Spot> {
        let drop = self.drop;
        let right = [
            (0.0, -1.30),
            (0.55, -1.18),
            (0.90, -0.72),
            (1.0, -0.10),
            (0.965, 0.38),
            (0.87, 0.82 + 0.35 * drop),
            (0.60, 1.20 + 0.8 * drop),
            (0.28, 1.42 + drop),
            (0.0, 1.47 + drop),
        ];
        let left = right[1..8].iter().rev().map(|(x, y)| (-x, *y));
        let shift = 0.05 * self.turn;
        right.iter().copied().chain(left).map(|(x, y)| (x + shift, y)).collect()
    }

    /// Points along the middle of a brow, from the nose outwards.
    pub fn brow(&self, side: f32) -> [Spot; 3] {
        let Brow { inner, middle, outer } = &self.brow;
        [inner, middle, outer].map(|(x, y)| self.place((side * x, *y), 0.05))
    }

    /// A point of an eye, with coordinates given for the side `1.0`.
    pub fn on_eye(&self, side: f32, (x, y): Spot) -> Spot {
        self.place((side * x, y), 0.0)
    }

    /// The upper lid's edge (or a line `raise` above it) as a cubic curve from the inner corner to
    /// the outer one: start, two control points and end.
    pub fn upper_lid(&self, side: f32, raise: f32) -> [Spot; 4] {
        let eye = &self.eye;
        let (inner, outer) = (eye.inner, eye.outer);
        let width = outer.0 - inner.0;
        let level = |corner: f32| corner + (eye.upper - raise - corner) / 0.75;
        [
            inner,
            (inner.0 + 0.22 * width, level(inner.1)),
            (outer.0 - 0.24 * width, level(outer.1) + eye.droop),
            (outer.0, outer.1 - raise * 0.3),
        ]
        .map(|spot| self.on_eye(side, spot))
    }

    /// The lower lid's edge from the outer corner to the inner one, as [`Landmarks::upper_lid`].
    pub fn lower_lid(&self, side: f32) -> [Spot; 4] {
        let eye = &self.eye;
        let (inner, outer) = (eye.inner, eye.outer);
        let width = outer.0 - inner.0;
        let level = |corner: f32| corner + (eye.lower - corner) / 0.75;
        [
            outer,
            (outer.0 - 0.25 * width, level(outer.1)),
            (inner.0 + 0.3 * width, level(inner.1)),
            inner,
        ]
        .map(|spot| self.on_eye(side, spot))
    }

    /// The edge of the opening between the lips, clockwise from the left corner.
    pub fn opening(&self) -> Vec<Spot> {
        let mouth = &self.mouth;
        let (width, corner) = (mouth.half_width, mouth.corner);
        let full = mouth.fullness;
        let part = 0.5 + 0.26 * full;
        let toward = |edge: f32| edge + (corner - edge) * (0.26 - 0.16 * full);
        let (top, bottom) = (toward(mouth.top), toward(mouth.bottom));
        self.on_mouth(&[
            (-width, corner),
            (-width * part, top),
            (0.0, mouth.top),
            (width * part, top),
            (width, corner),
            (width * part, bottom),
            (0.0, mouth.bottom),
            (-width * part, bottom),
        ])
    }

    /// The edge of the lips, clockwise from the left corner.
    pub fn lips(&self) -> Vec<Spot> {
        let mouth = &self.mouth;
        let (width, corner) = (mouth.half_width + 0.025, mouth.corner);
        let full = mouth.fullness;
        let part = 0.52 + 0.2 * full;
        let toward = |edge: f32, amount: f32| edge + (corner - edge) * amount;
        let top = mouth.top - mouth.upper_lip;
        let bottom = mouth.bottom + mouth.lower_lip;
        let side_top = toward(top, 0.4 - 0.2 * full);
        let side_bottom = toward(bottom, 0.3 - 0.16 * full);
        self.on_mouth(&[
            (-width, corner),
            (-width * part, side_top),
            (-0.1, top - 0.006),
            (0.0, top + 0.022),
            (0.1, top - 0.006),
            (width * part, side_top),
            (width, corner),
            (width * part, side_bottom),
            (0.0, bottom),
            (-width * part, side_bottom),
        ])
    }

    pub fn on_mouth(&self, spots: &[Spot]) -> Vec<Spot> {
        spots.iter().map(|spot| self.place(*spot, 0.06)).collect()
    }
}

impl Eye {
    fn new(face: &FaceShape, blink: f32) -> Self {
        let lift = if face.upper_lid > 0.0 { 0.5 } else { 0.75 } * face.upper_lid;
        let open = ((1.0 + lift - 0.3 * face.squint) * (1.0 - blink)).max(0.0);
        let lower =
            0.088 + 0.025 * face.upper_lid.max(0.0) - 0.035 * face.squint - 0.02 * face.cheek;
        let upper = lower + (-0.082 - lower) * open;
        // Brows that hang at the outer end pull the lids with them.
        let slope = (face.inner_brow - face.outer_brow).clamp(0.0, 1.6);
        let anger = (-face.inner_brow).max(0.0) * face.frown;
        Self {
            center: (0.455, 0.01),
            inner: (0.215, 0.05),
            outer: (0.705, 0.02 + 0.035 * slope * (1.0 - face.upper_lid.max(0.0)) - 0.03 * anger),
            upper,
            lower,
            droop: 0.07 * slope * (1.0 - face.upper_lid.clamp(0.0, 1.0)) * (1.0 - blink)
                - 0.05 * anger,
            open,
        }
    }
}

impl Mouth {
    fn new(face: &FaceShape, drop: f32) -> Self {
        let middle = 0.93 - 0.03 * face.nose - 0.04 * face.upper_lip;
        let part = face.part;
        let smile = face.corner.max(0.0);
        let top = middle - 0.035 * part - 0.10 * face.upper_lip * part.min(1.0) + 0.03 * smile
            - 0.05 * face.chin * (1.0 - part);
        let bottom = middle + 0.055 * part + 1.05 * drop + 0.05 * smile * part
            - 0.05 * face.chin * (1.0 - part);
        let sag = if face.corner > 0.0 { 0.15 } else { 0.13 };
        Self {
            half_width: 0.375 * (1.0 + 0.36 * face.width - 0.32 * face.round + 0.1 * smile),
            corner: middle - 0.018 + 0.25 * drop - sag * face.corner + 0.3 * drop * face.round,
            top,
            bottom: bottom.max(top),
            upper_lip: 0.095
                - 0.05 * face.press
                - 0.025 * smile
                - 0.02 * face.upper_lip
                - 0.02 * face.jaw,
            lower_lip: 0.135 - 0.07 * face.press - 0.025 * smile - 0.03 * face.jaw,
            fullness: (face.round + 0.7 * face.upper_teeth.min(face.lower_teeth)).min(1.0),
        }
    }
}

impl Brow {
    fn new(face: &FaceShape) -> Self {
        let lift = |amount: f32, up: f32, down: f32| {
            -if amount > 0.0 { up * amount } else { down * amount }
        };
        let squeeze = 0.07 * face.frown;
        Self {
            inner: (0.185 - squeeze, -0.265 + lift(face.inner_brow, 0.20, 0.14)),
            middle: (
                0.52 - 0.5 * squeeze,
                -0.345 + lift(0.45 * face.inner_brow + 0.55 * face.outer_brow, 0.17, 0.17),
            ),
            outer: (0.86, -0.225 + lift(face.outer_brow, 0.16, 0.14)),
        }
    }
}
