//! Lays a picture over a canvas, rotated and scaled, with smooth edges.
//!
//! tiny-skia's own bilinear pattern does the same, but takes longer for the hair alone than for
//! everything else on the head together: most of the picture is transparent, and it blends all of
//! it.

use tiny_skia::{Pixmap, Transform};

/// Draws `picture` over `canvas`; `place` maps the picture's pixels to the canvas.
pub(super) fn lay_over(canvas: &mut Pixmap, picture: &Pixmap, place: Transform) {
    let Some(back) = place.invert() else { return };
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let Some((columns, rows)) = covered(canvas, picture, place) else { return };
    let stride = picture.width() as usize;
    let source = picture.data();
    let at = |place: usize| {
        let bytes = &source[place * 4..place * 4 + 4];
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    };
    let canvas_width = canvas.width() as usize;
    // Places in the picture as fixed-point numbers with 16 fractional bits.
    let fixed = |value: f32| (value * 65536.0) as i32;
    let (step_x, step_y) = (fixed(back.sx), fixed(back.ky));
    for row in rows {
        let (x, y) = (columns.start as f32 + 0.5, row as f32 + 0.5);
        let mut u = fixed(back.sx * x + back.kx * y + back.tx - 0.5);
        let mut v = fixed(back.ky * x + back.sy * y + back.ty - 0.5);
        let start = (row * canvas_width + columns.start) * 4;
        let end = (row * canvas_width + columns.end) * 4;
        for pixel in canvas.data_mut()[start..end].chunks_exact_mut(4) {
            let (left, top) = (u >> 16, v >> 16);
            if (0..width - 1).contains(&left) && (0..height - 1).contains(&top) {
                let corner = top as usize * stride + left as usize;
                let (a, b) = (at(corner), at(corner + 1));
                let (c, d) = (at(corner + stride), at(corner + stride + 1));
                if (a | b | c | d) != 0 {
                    let (across, down) = (((u >> 8) & 255) as u32, ((v >> 8) & 255) as u32);
                    let drawn = mix(mix(a, b, across), mix(c, d, across), down);
                    let below = u32::from_le_bytes([pixel[0], pixel[1], pixel[2], pixel[3]]);
                    let clear = 255 - (drawn >> 24);
                    // Colours are premultiplied: what is drawn and what shows through add up.
                    let result = drawn + mix(0, below, clear + (clear >> 7));
                    pixel.copy_from_slice(&result.to_le_bytes());
                }
            }
            u += step_x;
            v += step_y;
        }
    }
}

/// Interpolates between two pixels, `amount` from 0 to 256, two channels at a time.
fn mix(from: u32, to: u32, amount: u32) -> u32 {
    const EVEN: u32 = 0x00ff_00ff;
    let rest = 256 - amount;
    let low = ((from & EVEN) * rest + (to & EVEN) * amount) >> 8;
    let high = ((from >> 8) & EVEN) * rest + ((to >> 8) & EVEN) * amount;
    (low & EVEN) | (high & !EVEN)
}

/// The columns and rows of the canvas that the picture can touch.
fn covered(
    canvas: &Pixmap,
    picture: &Pixmap,
    place: Transform,
) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let area =
        tiny_skia::Rect::from_xywh(0.0, 0.0, picture.width() as f32, picture.height() as f32)?;
    let area = area.transform(place)?;
    let clip = |value: f32, most: u32| (value.max(0.0) as usize).min(most as usize);
    let columns = clip(area.left(), canvas.width())..clip(area.right() + 1.0, canvas.width());
    let rows = clip(area.top(), canvas.height())..clip(area.bottom() + 1.0, canvas.height());
    Some((columns, rows))
}

#[cfg(test)]
mod tests {
    use tiny_skia::Color;

    use super::*;

    #[test]
    fn opaque_covers_clear_shows_and_half_mixes() {
        let filled = |color: Color| {
            let mut pixmap = Pixmap::new(8, 8).expect("a small picture");
            pixmap.fill(color);
            pixmap
        };
        let over = |alpha: u8| {
            let mut canvas = filled(Color::from_rgba8(200, 100, 0, 255));
            let picture = filled(Color::from_rgba8(0, 100, 200, alpha));
            lay_over(&mut canvas, &picture, Transform::from_rotate_at(90.0, 4.0, 4.0));
            canvas.pixel(4, 4).map(|p| [p.red(), p.green(), p.blue(), p.alpha()])
        };
        assert_eq!(over(255), Some([0, 100, 200, 255]));
        assert_eq!(over(0), Some([200, 100, 0, 255]));
        let half = over(128).expect("inside");
        assert!(
            half.iter().zip([100u8, 100, 100, 255]).all(|(a, b)| a.abs_diff(b) <= 2),
            "{half:?}"
        );
    }
}
