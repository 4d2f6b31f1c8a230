//! The skin of a face: bones, flesh and the folds that an expression draws into it.

use super::face::FaceShape;
use super::landmarks::Landmarks;
use super::looks::Look;
use super::pen::Spot;
use super::relief::{Layer, Relief};

/// Models the skin and lights it; `roll` turns the head under a fixed light.
pub(super) fn model(
    relief: &mut Relief,
    look: &Look,
    face: &FaceShape,
    marks: &Landmarks,
    roll: f32,
) {
    relief.clear(
        (0.05 * marks.place((0.0, 0.0), 0.0).0, 0.08 + 0.5 * marks.drop),
        1.1,
        1.56 + 0.5 * marks.drop,
    );
    bones(relief, look, face, marks);
    brow_folds(relief, face, marks);
    eye_folds(relief, face, marks);
    nose_and_cheeks(relief, face, marks);
    mouth_and_chin(relief, look, face, marks);
    let (sin, cos) = roll.sin_cos();
    let (x, y) = (-0.42, -0.58);
    relief.light(look.skin, [cos * x + sin * y, cos * y - sin * x, 0.70]);
}

fn both(mut act: impl FnMut(f32)) {
    act(-1.0);
    act(1.0);
}

fn bones(relief: &mut Relief, look: &Look, face: &FaceShape, marks: &Landmarks) {
    use Layer::{Blush, Height, Shade};
    let at = |x: f32, y: f32, out: f32| marks.place((x, y), out);
    // Temples fall back, the forehead and the muzzle stand out.
    relief.bump(Height, at(0.0, -0.72, 0.0), (0.75, 0.5), 0.0, 0.05);
    relief.bump(Height, at(0.0, 0.92 + 0.4 * marks.drop, 0.0), (0.55, 0.42), 0.0, 0.07);
    both(|side| {
        relief.bump(Height, at(side * 0.45, -0.27, 0.0), (0.42, 0.17), side * 6.0, 0.05);
        relief.bump(Height, at(side * 0.43, 0.0, 0.0), (0.36, 0.25), 0.0, -0.115);
        relief.bump(Height, at(side * 0.455, 0.015, 0.0), (0.30, 0.20), 0.0, 0.085);
        relief.bump(Shade, at(side * 0.40, -0.10, 0.0), (0.36, 0.20), side * 8.0, 0.20);
        relief.bump(Shade, at(side * 0.24, -0.02, 0.0), (0.17, 0.20), 0.0, 0.20);
        relief.bump(Shade, at(side * 0.42, 0.16, 0.0), (0.30, 0.12), side * 8.0, 0.10);
        // The jaw turns away from the light.
        relief.bump(Shade, at(side * 1.02, 0.75, 0.0), (0.42, 0.75), side * 12.0, 0.22);
        relief.bump(
            Blush,
            at(side * 0.58, 0.48, 0.0),
            (0.42, 0.32),
            side * -14.0,
            0.38 + 0.2 * face.cheek,
        );
        relief.bump(Blush, at(side * 0.43, 0.05, 0.0), (0.34, 0.22), 0.0, 0.22);
    });
    relief.bump(Blush, at(0.0, 0.5, 0.3), (0.26, 0.2), 0.0, 0.3);
    relief.bump(Blush, at(0.0, 1.3 + marks.drop, 0.0), (0.3, 0.2), 0.0, 0.15);
    // Hair shades the edges of the face.
    relief.bump(Shade, (0.0, -1.28), (1.1, 0.42), 0.0, 0.55);
    both(|side| relief.bump(Shade, (side * 1.06, -0.25), (0.2, 1.0), 0.0, 0.45));
    if look.stubble > 0.0 {
        let dark = look.stubble;
        relief.bump(Shade, at(0.0, 1.2 + 0.8 * marks.drop, 0.0), (0.85, 0.6), 0.0, 0.35 * dark);
        relief.bump(Shade, at(0.0, 0.78, 0.0), (0.42, 0.13), 0.0, 0.28 * dark);
    }
}

fn brow_folds(relief: &mut Relief, face: &FaceShape, marks: &Landmarks) {
    use Layer::{Height, Shade};
    let at = |x: f32, y: f32| marks.place((x, y), 0.03);
    // Brows carry a roll of skin with them.
    both(|side| {
        let [inner, middle, outer] = marks.brow(side);
        let low = (-face.inner_brow).max(0.0);
        relief.bump(Height, (middle.0, middle.1 + 0.03), (0.40, 0.13), side * 6.0, 0.03);
        relief.bump(Height, (inner.0, inner.1), (0.2, 0.13), 0.0, 0.025 + 0.045 * low);
        relief.bump(Shade, (inner.0, inner.1 + 0.11), (0.26, 0.13), side * 14.0, 0.38 * low);
        relief.fold(
            Height,
            (outer.0, outer.1 + 0.12),
            (inner.0, inner.1 + 0.12),
            side * 0.06,
            0.05,
            -0.012,
        );
        // The furrows of a frown.
        let frown = face.frown;
        relief.fold(
            Height,
            at(side * 0.075, -0.13),
            at(side * 0.10, -0.42),
            side * 0.015,
            0.05,
            -0.032 * frown,
        );
        relief.fold(
            Shade,
            at(side * 0.075, -0.14),
            at(side * 0.10, -0.41),
            side * 0.015,
            0.04,
            0.26 * frown,
        );
    });
    relief.bump(Height, at(0.0, -0.32), (0.08, 0.2), 0.0, 0.035 * face.frown);
    // Raised brows fold the forehead: whole brows all across it, their inner ends in the middle.
    let across = face.outer_brow.max(0.0).min(face.inner_brow.max(0.0));
    let middle = (face.inner_brow.max(0.0) - across).max(0.0);
    for (number, y) in [-0.64f32, -0.76, -0.88].into_iter().enumerate() {
        let fade = 1.0 - 0.2 * number as f32;
        let wide = |x: f32, bend: f32, amount: f32, relief: &mut Relief| {
            relief.fold(Height, at(-x, y), at(x, y), bend, 0.045, -0.03 * amount * fade);
            relief.fold(Shade, at(-x, y), at(x, y), bend, 0.03, 0.22 * amount * fade);
        };
        wide(0.62, -0.05, across, relief);
        wide(0.36, 0.07, middle, relief);
    }
}

fn eye_folds(relief: &mut Relief, face: &FaceShape, marks: &Landmarks) {
    use Layer::{Height, Shade};
    let tight = face.squint.max(face.cheek);
    both(|side| {
        let on = |x: f32, y: f32| marks.on_eye(side, (x, y));
        let eye = &marks.eye;
        // The lower lid's bag.
        let bag = 0.010 + 0.018 * tight;
        relief.fold(Height, on(0.66, 0.14), on(0.24, 0.17), side * 0.07, 0.05, -bag);
        relief.bump(Height, on(0.45, eye.lower + 0.05), (0.24, 0.055), 0.0, 0.02 + 0.03 * tight);
        relief.fold(Shade, on(0.68, 0.16), on(0.22, 0.18), side * 0.09, 0.045, 0.05 + 0.18 * tight);
        // Crow's feet.
        let feet = (1.1 * face.cheek.max(0.6 * face.squint) - 0.1).max(0.0);
        for (dy, length) in [(-0.10, 0.15), (0.0, 0.18), (0.10, 0.16)] {
            let (from, to) = (on(0.76, 0.04 + 0.35 * dy), on(0.76 + length, 0.03 + 1.5 * dy));
            relief.fold(Height, from, to, side * 0.01, 0.026, -0.010 * feet);
            relief.fold(Shade, from, to, side * 0.01, 0.02, 0.2 * feet);
        }
    });
}

fn nose_and_cheeks(relief: &mut Relief, face: &FaceShape, marks: &Landmarks) {
    use Layer::{Blush, Height, Shade};
    let at = |x: f32, y: f32, out: f32| marks.place((x, y), out);
    let up = -0.07 * face.nose;
    relief.bump(Height, at(0.0, 0.02, 0.1), (0.17, 0.62), 0.0, 0.075);
    relief.bump(Height, at(0.0, 0.34, 0.25), (0.17, 0.5), 0.0, 0.10);
    relief.bump(Height, at(0.0, 0.50 + up, 0.3), (0.17, 0.17), 0.0, 0.10);
    relief.bump(Height, at(0.0, 0.70 + up, 0.2), (0.24, 0.09), 0.0, -0.06);
    relief.bump(Shade, at(0.03, 0.70 + up, 0.2), (0.34, 0.15), 0.0, 0.34);
    relief.bump(Shade, at(0.17, 0.30, 0.15), (0.10, 0.36), 8.0, 0.16);
    both(|side| {
        let wide = 0.19 + 0.04 * face.nose + 0.015 * face.cheek;
        relief.bump(Height, at(side * wide, 0.57 + 1.4 * up, 0.2), (0.115, 0.115), 0.0, 0.075);
        relief.fold(
            Height,
            at(side * (wide + 0.11), 0.46 + up, 0.1),
            at(side * (wide + 0.08), 0.68 + up, 0.1),
            side * -0.03,
            0.04,
            -0.02,
        );
        // Wrinkles of the nose run across its bridge and down its sides.
        for (number, y) in [0.02f32, 0.11, 0.20].into_iter().enumerate() {
            let (from, to) = (
                at(side * 0.02, y - 0.05, 0.2),
                at(side * (0.17 + 0.02 * number as f32), y + 0.06, 0.1),
            );
            relief.fold(Height, from, to, side * 0.02, 0.035, -0.026 * face.nose);
            relief.fold(Shade, from, to, side * 0.02, 0.03, 0.26 * face.nose);
        }
        relief.fold(
            Shade,
            at(side * 0.2, 0.18, 0.1),
            at(side * 0.30, 0.48, 0.1),
            side * -0.03,
            0.07,
            0.28 * face.nose,
        );
        // Cheeks: flesh that rises with the corners of the mouth.
        let rise = -0.10 * face.cheek;
        relief.bump(
            Height,
            at(side * 0.58, 0.42 + rise, 0.0),
            (0.40, 0.34),
            side * -18.0,
            0.045 + 0.075 * face.cheek,
        );
        relief.bump(
            Shade,
            at(side * 0.72, 0.98, 0.0),
            (0.22, 0.42),
            side * 22.0,
            0.10 + 0.06 * face.jaw,
        );
        relief.bump(Blush, at(side * 0.58, 0.42 + rise, 0.0), (0.3, 0.24), 0.0, 0.2 * face.cheek);
        // The fold from the nose to the corner of the mouth.
        let disgust = face.nose * face.upper_lip;
        let deep = face
            .cheek
            .max(face.upper_lip)
            .max(0.5 * face.nose)
            .max(0.35 * face.corner.abs())
            .max(0.3 * face.width)
            .max(1.4 * disgust);
        let corner = marks.mouth.half_width + 0.12 + 0.07 * disgust;
        let (from, to) = (
            at(side * 0.28, 0.54 + up - 0.08 * disgust, 0.1),
            at(side * corner, marks.mouth.corner + 0.10 + 0.10 * face.corner.max(0.0), 0.05),
        );
        let bend = side * (-0.04 - 0.05 * face.cheek - 0.05 * disgust);
        relief.fold(Height, from, to, bend, 0.085, -0.008 - 0.036 * deep);
        relief.fold(Shade, from, to, bend, 0.055, 0.05 + 0.26 * deep);
        // Flesh is pushed up on the cheek's side of the fold.
        relief.fold(Height, from, to, bend - side * 0.09, 0.11, 0.02 * deep);
    });
}

fn mouth_and_chin(relief: &mut Relief, look: &Look, face: &FaceShape, marks: &Landmarks) {
    use Layer::{Height, Shade};
    let mouth = &marks.mouth;
    let at = |x: f32, y: f32| -> Spot { marks.place((x, y), 0.06) };
    let width = mouth.half_width;
    let full = 0.8 + 0.4 * look.soft_features;
    relief.fold(Height, at(0.0, 0.68), at(0.0, mouth.top - mouth.upper_lip), 0.0, 0.05, -0.025);
    let upper = mouth.top - mouth.upper_lip * 0.5;
    relief.bump(Height, at(0.0, upper), (width * 0.95, 0.09), 0.0, 0.03 * full);
    let lower = mouth.bottom + mouth.lower_lip * 0.45;
    relief.bump(Height, at(0.0, lower), (width * 0.85, 0.12), 0.0, 0.065 * full);
    let below = mouth.bottom + mouth.lower_lip + 0.045;
    relief.bump(Height, at(0.0, below), (width * 0.8, 0.08), 0.0, -0.035);
    relief.bump(Shade, at(0.0, below), (width * 0.85, 0.09), 0.0, 0.24);
    // The ball of the chin, and the dimples of one that is pushed up.
    let chin = 1.28 + 0.9 * marks.drop - 0.04 * face.chin;
    relief.bump(Height, at(0.0, chin), (0.32, 0.24), 0.0, 0.075 + 0.03 * face.chin);
    for (x, y) in [(-0.12, 0.0), (0.1, -0.03), (0.0, 0.07), (-0.04, -0.09), (0.17, 0.06)] {
        relief.bump(Height, at(x, chin + y), (0.06, 0.05), 0.0, -0.02 * face.chin);
    }
    both(|side| {
        let corner = at(side * (width + 0.05), mouth.corner);
        relief.bump(Shade, corner, (0.07, 0.07), 0.0, 0.22 + 0.12 * face.corner.abs());
        // Corners that are pulled down leave a line below them.
        let down = (-face.corner).max(0.0);
        let (from, to) = (
            at(side * (width + 0.03), mouth.corner + 0.02),
            at(side * (width + 0.1), mouth.corner + 0.24),
        );
        relief.fold(Height, from, to, side * -0.02, 0.06, -0.035 * down);
        relief.fold(Shade, from, to, side * -0.02, 0.045, 0.3 * down);
        relief.bump(
            Height,
            at(side * (width + 0.13), mouth.corner),
            (0.09, 0.12),
            0.0,
            -0.012 * face.corner.max(0.0) + 0.02 * face.press,
        );
    });
}
