//! The Fourier transform of real numbers, of one length.
//!
//! Small enough to have here: the usual crates change features of packages that the rest of the workspace is built with.

/// How many numbers are transformed.
pub const LENGTH: usize = 1024;
/// How many frequencies come of them.
pub const BINS: usize = LENGTH / 2 + 1;

/// Half: pairs of real numbers are transformed as complex ones.
const HALF: usize = LENGTH / 2;

/// A transform and its memory.
pub struct Fourier {
    /// cos and -sin of each step of a full turn in `LENGTH` parts, for the first half of it.
    turns: Vec<(f32, f32)>,
    /// Where each number goes before the butterflies: its bits in reverse.
    reversed: Vec<usize>,
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Default for Fourier {
    fn default() -> Self {
        let turn = |index: usize| {
            let angle = std::f64::consts::TAU * index as f64 / LENGTH as f64;
            (angle.cos() as f32, -angle.sin() as f32)
        };
        let bits = HALF.trailing_zeros();
        Self {
            turns: (0..=HALF).map(turn).collect(),
            reversed: (0..HALF).map(|i| i.reverse_bits() >> (usize::BITS - bits)).collect(),
            re: vec![0.0; HALF],
            im: vec![0.0; HALF],
        }
    }
}

impl Fourier {
    /// The spectrum of real numbers, frequency by frequency: real and imaginary parts.
    pub fn spectrum(&mut self, input: &[f32; LENGTH], mut each: impl FnMut(usize, f32, f32)) {
        for (index, place) in self.reversed.iter().enumerate() {
            self.re[index] = input[2 * place];
            self.im[index] = input[2 * place + 1];
        }
        self.butterflies();
        for bin in 0..BINS {
            let (one, other) = (bin % HALF, (HALF - bin) % HALF);
            let (even_re, even_im) =
                ((self.re[one] + self.re[other]) / 2.0, (self.im[one] - self.im[other]) / 2.0);
            let (odd_re, odd_im) =
                ((self.im[one] + self.im[other]) / 2.0, (self.re[other] - self.re[one]) / 2.0);
            let (cos, sin) = self.turns[bin];
            each(bin, even_re + odd_re * cos - odd_im * sin, even_im + odd_re * sin + odd_im * cos);
        }
    }

    /// Cooley and Tukey's algorithm, radix 2, in place.
    fn butterflies(&mut self) {
        let mut half = 1;
        while half < HALF {
            let step = LENGTH / (2 * half);
            let blocks = self.re.chunks_exact_mut(2 * half).zip(self.im.chunks_exact_mut(2 * half));
            for (re, im) in blocks {
                let ((re_low, re_high), (im_low, im_high)) =
                    (re.split_at_mut(half), im.split_at_mut(half));
                let low = re_low.iter_mut().zip(im_low);
                let high = re_high.iter_mut().zip(im_high);
                for ((low, high), (cos, sin)) in low.zip(high).zip(self.turns.iter().step_by(step))
                {
                    let (re, im) = (*high.0 * cos - *high.1 * sin, *high.0 * sin + *high.1 * cos);
                    (*high.0, *high.1) = (*low.0 - re, *low.1 - im);
                    (*low.0, *low.1) = (*low.0 + re, *low.1 + im);
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_that_defines_it() {
        let mut input = [0.0; LENGTH];
        for (index, value) in input.iter_mut().enumerate() {
            *value = ((index * 7_919) % 101) as f32 / 50.0 - 1.0;
        }
        let mut found = vec![(0.0, 0.0); BINS];
        Fourier::default().spectrum(&input, |bin, re, im| found[bin] = (re, im));
        for bin in [0, 1, 2, 77, 256, 511, 512] {
            let (mut re, mut im) = (0.0_f64, 0.0_f64);
            for (index, value) in input.iter().enumerate() {
                let angle = std::f64::consts::TAU * (bin * index) as f64 / LENGTH as f64;
                re += f64::from(*value) * angle.cos();
                im -= f64::from(*value) * angle.sin();
            }
            let (found_re, found_im) = found[bin];
            assert!((f64::from(found_re) - re).abs() < 2e-3, "{bin}: {found_re} {re}");
            assert!((f64::from(found_im) - im).abs() < 2e-3, "{bin}: {found_im} {im}");
        }
    }
}
