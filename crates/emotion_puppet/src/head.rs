//! Draws one head, from the shoulders through skin, eyes and mouth to the hair.

use tiny_skia::{Path, PathBuilder, Pixmap, Transform};

use super::face::FaceShape;
use super::hair::{Hair, Layer};
use super::landmarks::Landmarks;
use super::looks::Look;
use super::motion::Sway;
use super::overlay::lay_over;
use super::pen::{
    Pen, Spot, add_closed, closed, gradient, mixed, open, oval, picture, plain, radial, shaded,
};
use super::relief::Relief;
use super::skin;

const MOUTH_DARK: [u8; 3] = [48, 14, 16];
const TEETH: [u8; 3] = [238, 232, 220];

/// One head with what it keeps between frames.
pub(super) struct Head {
    look: Look,
    hair: Hair,
    relief: Relief,
}

impl Head {
    /// A head whose face is drawn about `pixels_per_unit` pixels to its half width.
    pub fn new(look: Look, pixels_per_unit: f32, seed: u64) -> Self {
        Self {
            look,
            hair: Hair::new(&look, pixels_per_unit, seed),
            relief: Relief::new((pixels_per_unit * 0.8).clamp(16.0, 160.0), seed),
        }
    }

    /// Draws the head; `to_frame` maps its coordinates to the frame, `body_to_frame` those of the
    /// shoulders, which move less.
    pub fn draw(
        &mut self,
        canvas: &mut Pixmap,
        face: &FaceShape,
        sway: &Sway,
        to_frame: Transform,
        body_to_frame: Transform,
    ) {
        let marks = Landmarks::new(face, sway);
        skin::model(&mut self.relief, &self.look, face, &marks, sway.roll);
        let look = &self.look;
        let pen = &mut Pen { canvas, to_canvas: to_frame };
        hair_layer(pen, self.hair.back.as_ref());
        pen.to_canvas = body_to_frame;
        shoulders(pen, look);
        pen.to_canvas = to_frame;
        neck(pen, look, &marks);
        pen.to_canvas = body_to_frame;
        collar(pen, look);
        pen.to_canvas = to_frame;
        ears(pen, look);
        both(|side| eyeball(pen, look, &marks, sway, side));
        inside_of_mouth(pen, face, &marks);
        if let Some((pixels, place)) = self.relief.skin() {
            pen.fill_around_holes(face_with_holes(&marks), picture(pixels, place));
        }
        both(|side| lids(pen, look, &marks, side));
        nostrils(pen, look, face, &marks);
        lips(pen, look, &marks);
        both(|side| brow(pen, look, &marks, side));
        hair_layer(pen, self.hair.front.as_ref());
        if look.glasses {
            glasses(pen, &marks);
        }
    }
}

fn hair_layer(pen: &mut Pen<'_>, layer: Option<&Layer>) {
    if let Some(layer) = layer {
        lay_over(pen.canvas, &layer.picture, layer.place.post_concat(pen.to_canvas));
    }
}

fn both(mut act: impl FnMut(f32)) {
    act(-1.0);
    act(1.0);
}

fn shoulders(pen: &mut Pen<'_>, look: &Look) {
    let cloth = look.cloth;
    let shape = [
        (-2.95, 9.0),
        (-2.75, 3.6),
        (-2.55, 2.75),
        (-2.0, 2.2),
        (-1.25, 1.95),
        (-0.8, 1.66),
        (-0.62, 1.9),
        (0.0, 2.12),
        (0.62, 1.9),
        (0.8, 1.66),
        (1.25, 1.95),
        (2.0, 2.2),
        (2.55, 2.75),
        (2.75, 3.6),
        (2.95, 9.0),
    ];
    let shine = gradient(
        (-1.4, 1.5),
        (1.6, 3.6),
        &[(0.0, shaded(cloth, 1.3), 1.0), (0.45, cloth, 1.0), (1.0, shaded(cloth, 0.5), 1.0)],
    );
    pen.fill(closed(&shape), shine);
    both(|side| {
        let fold = open(&[(side * 1.35, 2.1), (side * 1.55, 2.8), (side * 1.45, 3.6)]);
        pen.stroke(fold, shaded(cloth, 0.55), 0.35, 0.08);
    });
}

fn neck(pen: &mut Pen<'_>, look: &Look, marks: &Landmarks) {
    let skin = shaded(look.skin, 0.86);
    let shape = [
        (-0.60, 0.7),
        (-0.56, 1.5),
        (-0.72, 1.86),
        (0.0, 2.2),
        (0.72, 1.86),
        (0.56, 1.5),
        (0.60, 0.7),
    ];
    let round = gradient(
        (-0.66, 0.0),
        (0.66, 0.0),
        &[
            (0.0, shaded(skin, 0.72), 1.0),
            (0.35, skin, 1.0),
            (0.6, shaded(skin, 0.86), 1.0),
            (1.0, shaded(skin, 0.5), 1.0),
        ],
    );
    pen.fill(closed(&shape), round);
    // The chin's shadow.
    let shadow = mixed(shaded(look.skin, 0.3), [40, 12, 10], 0.4);
    pen.soft((0.08, 1.42 + marks.drop), (0.75, 0.5), 0.0, shadow, 0.8);
}

fn collar(pen: &mut Pen<'_>, look: &Look) {
    let crescent = |inner: f32, outer: f32| {
        let edge = |grow: f32| {
            (0..=8).map(move |step| {
                let (sin, cos) = (0.12 + 2.9 * step as f32 / 8.0).sin_cos();
                (cos * (0.74 + grow), 1.60 + sin * (0.50 + grow))
            })
        };
        let points: Vec<Spot> = edge(outer).chain(edge(inner).rev()).collect();
        closed(&points)
    };
    let lit = |tone: f32| {
        let cloth = shaded(look.cloth, tone);
        let stops = [(0.0, shaded(cloth, 1.25), 1.0), (1.0, shaded(cloth, 0.7), 1.0)];
        gradient((-0.8, 1.6), (0.9, 2.2), &stops)
    };
    pen.fill(crescent(-0.015, 0.14), lit(0.6));
    pen.fill(crescent(0.0, 0.115), lit(1.06));
}

fn ears(pen: &mut Pen<'_>, look: &Look) {
    both(|side| {
        let tone = if side < 0.0 { 0.95 } else { 0.75 };
        let skin = shaded(look.skin, tone);
        pen.fill(oval((side * 1.03, 0.17), (0.13, 0.29)), plain(skin, 1.0));
        let inner = mixed(shaded(skin, 0.6), [150, 40, 30], 0.25);
        pen.soft((side * 1.06, 0.16), (0.08, 0.2), 0.0, inner, 0.7);
    });
}

fn eyeball(pen: &mut Pen<'_>, look: &Look, marks: &Landmarks, sway: &Sway, side: f32) {
    let eye = &marks.eye;
    let (x, y) = marks.on_eye(side, eye.center);
    // White, greyer towards the corners and under the upper lid.
    let white = radial(
        (x, y + 0.04),
        0.3,
        &[(0.0, [244, 241, 236], 1.0), (0.55, [226, 220, 214], 1.0), (1.0, [150, 128, 120], 1.0)],
    );
    pen.fill(oval((x, y), (0.31, 0.26)), white);
    let look_at = (x + 0.085 * sway.gaze.0, y - 0.005 + 0.05 * sway.gaze.1);
    let iris = radial(
        look_at,
        0.116,
        &[
            (0.0, shaded(look.iris, 0.7), 1.0),
            (0.45, shaded(look.iris, 1.25), 1.0),
            (0.8, look.iris, 1.0),
            (1.0, shaded(look.iris, 0.35), 1.0),
        ],
    );
    pen.fill(oval(look_at, (0.116, 0.116)), iris);
    pen.fill(oval(look_at, (0.055, 0.055)), plain([10, 8, 8], 1.0));
    pen.soft((x, eye.upper - 0.005), (0.3, 0.085), 0.0, [30, 16, 14], 0.62);
    pen.soft((look_at.0 + 0.03, look_at.1 + 0.06), (0.06, 0.05), 0.0, shaded(look.iris, 1.9), 0.4);
    pen.fill(
        oval((look_at.0 - 0.042, look_at.1 - 0.045), (0.027, 0.025)),
        plain([255, 255, 255], 0.95),
    );
    // The pink of the inner corner.
    let inner = marks.on_eye(side, (eye.inner.0 + 0.02, eye.inner.1));
    pen.soft(inner, (0.05, 0.045), 0.0, [196, 110, 100], 0.8);
}

fn inside_of_mouth(pen: &mut Pen<'_>, face: &FaceShape, marks: &Landmarks) {
    let mouth = &marks.mouth;
    let gap = mouth.bottom - mouth.top;
    if gap < 0.01 {
        return;
    }
    let middle = marks.place((0.0, (mouth.top + mouth.bottom) / 2.0), 0.0);
    let reach = (mouth.half_width * 1.15, gap * 0.9 + 0.15);
    pen.fill(oval(middle, reach), plain(MOUTH_DARK, 1.0));
    if face.jaw > 0.3 {
        let tongue = marks.place((0.0, mouth.bottom - 0.02), 0.0);
        let size = (mouth.half_width * 0.7, 0.12 + 0.1 * (face.jaw - 0.3));
        pen.soft(tongue, size, 0.0, [158, 66, 66], 0.9);
    }
    let width = mouth.half_width * 0.93;
    if face.lower_teeth > 0.05 {
        let edge = mouth.bottom - 0.075 * face.lower_teeth;
        row_of_teeth(pen, marks, width * 0.8, (edge, mouth.bottom + 0.1), -0.03, 7);
    }
    if face.upper_teeth > 0.05 {
        let edge = mouth.top + (0.135 * face.upper_teeth).min(gap * 0.8);
        let arc = mouth.corner - edge;
        row_of_teeth(
            pen,
            marks,
            width,
            (mouth.top - 0.14, edge),
            (arc * 0.55).clamp(-0.09, 0.03),
            8,
        );
    }
}

/// Teeth from one side to the other; `bend` is how far the outer ones are below the middle ones.
fn row_of_teeth(
    pen: &mut Pen<'_>,
    marks: &Landmarks,
    width: f32,
    (top, bottom): Spot,
    bend: f32,
    count: u8,
) {
    let at = |x: f32, y: f32| marks.place((x, y), 0.0);
    let shape = [
        at(-width, top + bend),
        at(0.0, top),
        at(width, top + bend),
        at(width * 0.98, bottom + bend),
        at(width * 0.5, bottom + bend * 0.25),
        at(0.0, bottom),
        at(-width * 0.5, bottom + bend * 0.25),
        at(-width * 0.98, bottom + bend),
    ];
    let (left, right) = (at(-width, 0.0), at(width, 0.0));
    let shade = gradient(
        (left.0, 0.0),
        (right.0, 0.0),
        &[
            (0.0, shaded(TEETH, 0.35), 1.0),
            (0.25, shaded(TEETH, 0.92), 1.0),
            (0.5, TEETH, 1.0),
            (0.75, shaded(TEETH, 0.88), 1.0),
            (1.0, shaded(TEETH, 0.3), 1.0),
        ],
    );
    pen.fill(closed(&shape), shade);
    let half = f32::from(count) / 2.0;
    for tooth in 1..count {
        // Teeth look narrower towards the sides, as they stand on an arch.
        let place = (f32::from(tooth) - half) / half;
        let x = width * (place * 1.3).sin() / 1.3f32.sin();
        let bend = bend * (x / width).powi(2);
        let gap = open(&[at(x, top + bend), at(x, bottom + bend)]);
        pen.stroke(gap, [120, 96, 88], 0.38, 0.011);
    }
}

fn face_with_holes(marks: &Landmarks) -> Option<Path> {
    let mut path = PathBuilder::new();
    add_closed(&mut path, &marks.outline());
    for side in [-1.0, 1.0] {
        add_eye(&mut path, marks, side);
    }
    if marks.mouth.bottom - marks.mouth.top > 0.008 {
        add_closed(&mut path, &marks.opening());
    }
    path.finish()
}

fn add_eye(path: &mut PathBuilder, marks: &Landmarks, side: f32) {
    if marks.eye.open < 0.04 {
        return;
    }
    let [start, a, b, end] = marks.upper_lid(side, 0.0);
    let [_, c, d, back] = marks.lower_lid(side);
    path.move_to(start.0, start.1);
    path.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
    path.cubic_to(c.0, c.1, d.0, d.1, back.0, back.1);
    path.close();
}

fn lids(pen: &mut Pen<'_>, look: &Look, marks: &Landmarks, side: f32) {
    let band = |low: f32, high: f32| {
        let [start, a, b, end] = marks.upper_lid(side, low);
        let [_, c, d, tip] = marks.upper_lid(side, high);
        let mut path = PathBuilder::new();
        path.move_to(start.0, start.1);
        path.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
        path.line_to(tip.0 + side * 0.01, tip.1);
        path.cubic_to(d.0, d.1, c.0, c.1, start.0, start.1);
        path.close();
        path.finish()
    };
    let dark = mixed(shaded(look.skin, 0.35), [30, 10, 8], 0.4);
    // The fold of the upper lid, nearer to the lashes when the eye is wide open.
    let fold = 0.085 - 0.035 * (marks.eye.open - 1.0).clamp(-0.5, 1.0);
    let [start, a, b, end] = marks.upper_lid(side, fold);
    let mut path = PathBuilder::new();
    path.move_to(start.0, start.1 - 0.02);
    path.cubic_to(a.0, a.1, b.0, b.1, end.0 + side * 0.02, end.1);
    let crease = path.finish();
    pen.stroke(crease.clone(), dark, 0.16, 0.05);
    pen.stroke(crease, dark, 0.3, 0.018);
    // Lashes.
    let lashes = mixed(look.brows, [10, 6, 6], 0.7);
    pen.fill(band(-0.010, 0.020 + 0.014 * look.soft_features), plain(lashes, 0.9));
    let [start, a, b, end] = marks.lower_lid(side);
    let mut path = PathBuilder::new();
    path.move_to(start.0, start.1);
    path.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
    pen.stroke(path.finish(), dark, 0.4, 0.016);
}

fn nostrils(pen: &mut Pen<'_>, look: &Look, face: &FaceShape, marks: &Landmarks) {
    let dark = mixed(shaded(look.skin, 0.25), [40, 8, 8], 0.5);
    both(|side| {
        let center =
            marks.place((side * (0.11 + 0.015 * face.nose), 0.64 - 0.055 * face.nose), 0.2);
        pen.soft(center, (0.085, 0.045), side * -14.0, dark, 0.95);
    });
}

fn lips(pen: &mut Pen<'_>, look: &Look, marks: &Landmarks) {
    let mouth = &marks.mouth;
    let outer = marks.lips();
    let mut path = PathBuilder::new();
    add_closed(&mut path, &outer);
    let apart = mouth.bottom - mouth.top > 0.008;
    if apart {
        add_closed(&mut path, &marks.opening());
    }
    let strength = 0.45 + 0.35 * look.soft_features;
    let color = mixed([255, 255, 255], [214, 134, 130], strength);
    let stain = gradient(
        (0.0, mouth.top - mouth.upper_lip),
        (0.0, mouth.bottom + mouth.lower_lip),
        &[(0.0, shaded(color, 0.94), 1.0), (0.45, shaded(color, 0.82), 1.0), (1.0, color, 1.0)],
    );
    pen.stain_around_holes(path.finish(), stain);
    let dark = mixed(shaded(look.lips, 0.3), MOUTH_DARK, 0.5);
    let opening = marks.opening();
    if apart {
        let mut edge = opening;
        if let Some(first) = edge.first().copied() {
            edge.push(first);
        }
        pen.stroke(open(&edge), dark, 0.45, 0.02);
    } else {
        // Closed lips meet in a line that is darkest at its ends.
        let line: Vec<Spot> = opening.iter().take(5).copied().collect();
        pen.stroke(open(&line), dark, 0.35, 0.045);
        pen.stroke(open(&line), dark, 0.75, 0.02);
    }
    let gloss = marks.place((-0.07, mouth.bottom + mouth.lower_lip * 0.45), 0.06);
    pen.soft(gloss, (0.13, 0.035), 0.0, [255, 236, 228], 0.28 * look.soft_features + 0.08);
}

fn brow(pen: &mut Pen<'_>, look: &Look, marks: &Landmarks, side: f32) {
    let [inner, middle, outer] = marks.brow(side);
    let thick = 0.085 - 0.012 * look.soft_features;
    // Full at the inner third, thin at the outer end, and always across the brow's own line.
    let profile = [0.30, 0.52, 0.54, 0.46, 0.34, 0.20, 0.03];
    let edge = |sign: f32| {
        profile.into_iter().enumerate().map(move |(place, part)| {
            let along = place as f32 / 6.0;
            let (x, y) = curve(inner, middle, outer, along);
            let (dx, dy) = {
                let from = curve(inner, middle, outer, along - 0.05);
                let to = curve(inner, middle, outer, along + 0.05);
                (to.0 - from.0, to.1 - from.1)
            };
            let across = sign * side * thick * part / dx.hypot(dy).max(1e-3);
            (x - dy * across, y + dx * across)
        })
    };
    let shape: Vec<Spot> = edge(-1.0).chain(edge(1.0).rev()).collect();
    let fade = |part: f32| {
        gradient(
            inner,
            outer,
            &[
                (0.0, look.brows, 0.25 * part),
                (0.18, look.brows, 0.8 * part),
                (0.7, look.brows, 0.85 * part),
                (1.0, look.brows, 0.5 * part),
            ],
        )
    };
    pen.fill(closed(&shape), fade(0.75));
    pen.stroke_with(closed(&shape), fade(0.3), 0.03);
    for hair in 0..22u8 {
        let along = f32::from(hair) / 21.0;
        let root = curve(inner, middle, outer, along * 0.92);
        let tip = curve(inner, middle, outer, (along * 0.92 + 0.13).min(1.0));
        let rise = thick * (0.55 - 0.5 * along);
        let sink = if hair % 2 == 0 { 0.9 } else { 0.1 };
        let hair = open(&[(root.0, root.1 + rise * sink), (tip.0, tip.1 + rise * (sink - 1.1))]);
        pen.stroke(hair, shaded(look.brows, 0.75), 0.4, 0.013);
    }
}

/// A point of the smooth curve through three points.
fn curve(from: Spot, middle: Spot, to: Spot, along: f32) -> Spot {
    let bend = |from: f32, middle: f32, to: f32| {
        let pull = 2.0 * middle - 0.5 * (from + to);
        let rest = 1.0 - along;
        rest * rest * from + 2.0 * rest * along * pull + along * along * to
    };
    (bend(from.0, middle.0, to.0), bend(from.1, middle.1, to.1))
}

fn glasses(pen: &mut Pen<'_>, marks: &Landmarks) {
    both(|side| {
        let (x, y) = marks.place((side * 0.46, 0.06), 0.12);
        let rim = closed(&[
            (x - 0.31, y - 0.05),
            (x - 0.2, y - 0.2),
            (x + 0.2, y - 0.2),
            (x + 0.31, y - 0.05),
            (x + 0.2, y + 0.2),
            (x - 0.2, y + 0.2),
        ]);
        pen.stroke(rim, [48, 44, 46], 0.85, 0.026);
        let bow = open(&[(x + side * 0.31, y - 0.06), (side * 1.03, 0.0)]);
        pen.stroke(bow, [48, 44, 46], 0.85, 0.026);
    });
    let [left, middle, right] = [-0.15, 0.0, 0.15]
        .map(|x: f32| marks.place((x, 0.03 - 0.03 * (1.0 - (x / 0.15).powi(2))), 0.2));
    pen.stroke(open(&[left, middle, right]), [48, 44, 46], 0.85, 0.026);
}
