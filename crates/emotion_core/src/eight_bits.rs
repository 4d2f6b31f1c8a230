//! Weights in eight bits: a quarter of the size, with an error that the small networks do not feel.

/// The largest whole number that is stored.
const MOST: f32 = 127.0;

/// Stores a table of rows of `width` values as whole numbers from -127 to 127, as the bytes of `i8`, and what each
/// column of them has to be multiplied by. `None` when a value is not finite.
pub fn to_eight_bits(values: &[f32], width: usize) -> Option<(Vec<u8>, Vec<f32>)> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut scales = vec![f32::MIN_POSITIVE; width];
    for row in values.chunks_exact(width) {
        for (scale, value) in scales.iter_mut().zip(row) {
            *scale = scale.max(value.abs() / MOST);
        }
    }
    let scaled = values.iter().zip(scales.iter().cycle());
    let bytes = scaled.map(|(value, scale)| ((value / scale).round() as i8) as u8).collect();
    Some((bytes, scales))
}

/// The table that [`to_eight_bits`] stored, nearly.
pub fn from_eight_bits(bytes: &[u8], scales: &[f32]) -> Vec<f32> {
    let scaled = bytes.iter().zip(scales.iter().cycle());
    scaled.map(|(byte, scale)| f32::from(*byte as i8) * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_is_off_by_half_a_step_at_most() {
        let values = [0.5, -300.0, 0.0, 0.25, 1.0, 0.0, -0.1, 299.0, 0.0];
        let (bytes, scales) = to_eight_bits(&values, 3).expect("finite");
        let restored = from_eight_bits(&bytes, &scales);
        for ((value, near), scale) in values.iter().zip(&restored).zip(scales.iter().cycle()) {
            assert!((value - near).abs() <= scale * 0.5, "{value} became {near}");
        }
        assert_eq!(
            to_eight_bits(&restored, 3),
            Some((bytes, scales)),
            "stored twice it is another"
        );
        assert_eq!(to_eight_bits(&[1.0, f32::NAN], 2), None);
    }
}
