//! How high a figure gets how rarely: the tail of what a camera usually shows.
//!
//! The largest value of each minute is kept. Of those, the value that is passed with probability *p* is estimated with
//!
//! - a negative binomial distribution for whole numbers (how many faces), fitted by its moments, or Poisson's where the
//!   variance is no larger than the mean: the model of Farrington et al., *A statistical algorithm for the early detection of
//!   outbreaks of infectious disease*, J. R. Stat. Soc. A 159 (1996), as widened by Noufaily et al., Stat. Med. 32 (2013);
//! - a Gumbel distribution for others (seconds, speed), fitted by L-moments: the distribution of block maxima in
//!   Coles, *An Introduction to Statistical Modeling of Extreme Values* (2001), ch. 3; L-moments as in Hosking, J. R. Stat. Soc. B 52
//!   (1990);
//!
//! and where there are enough minutes to see it (`n·p ≥ 1`), never below the empirical quantile.

/// Of so many minutes, the highest is left out of the fit: one unusual minute in a day does not change what is usual.
const OUTLIER: usize = 1000;
/// Euler's constant, the mean of the standard Gumbel distribution.
const EULER: f64 = 0.577_215_664_901_532_9;
/// No figure is expected above this.
const HIGHEST: f64 = 10_000.0;

/// The smallest whole number that a minute reaches with probability `p` at most.
///
/// `maxima` are sorted.
pub fn whole(maxima: &[f32], p: f64) -> f64 {
    let fitted = without_outliers(maxima);
    let n = fitted.len().max(1) as f64;
    let mean = fitted.iter().map(|value| f64::from(*value)).sum::<f64>() / n;
    let variance = fitted.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / n;
    let mut k = 0.0;
    let mut mass = if variance > mean && mean > 0.0 {
        let size = mean * mean / (variance - mean);
        (size * (size / (size + mean)).ln()).exp()
    } else {
        (-mean).exp()
    };
    let mut above = 1.0;
    // P(X ≥ k) falls until it is p at most; each mass follows from the one before.
    while above > p && k < HIGHEST {
        above -= mass;
        mass *= if variance > mean && mean > 0.0 {
            let size = mean * mean / (variance - mean);
            (size + k) / (k + 1.0) * (mean / (size + mean))
        } else {
            mean / (k + 1.0)
        };
        k += 1.0;
    }
    k.max(empirical(maxima, p).map_or(0.0, |seen| seen.floor() + 1.0))
}

/// The value that a minute passes with probability `p`.
///
/// `maxima` are sorted.
pub fn real(maxima: &[f32], p: f64) -> f64 {
    let fitted = without_outliers(maxima);
    let n = fitted.len();
    if n < 2 {
        return f64::INFINITY;
    }
    let mean = fitted.iter().map(|value| f64::from(*value)).sum::<f64>() / n as f64;
    let weighted = fitted.iter().enumerate().map(|(rank, value)| rank as f64 * f64::from(*value));
    let second = 2.0 * weighted.sum::<f64>() / (n as f64 * (n - 1) as f64) - mean;
    let scale = second / std::f64::consts::LN_2;
    let location = mean - EULER * scale;
    let quantile = location - scale * (-(-p).ln_1p()).ln();
    quantile.max(empirical(maxima, p).unwrap_or(quantile))
}

/// The value that a share of `p` of all minutes passed, where that is one minute at least.
fn empirical(maxima: &[f32], p: f64) -> Option<f64> {
    let passed = (maxima.len() as f64 * p).floor() as usize;
    (passed >= 1)
        .then(|| maxima.get(maxima.len().checked_sub(1 + passed)?).map(|it| f64::from(*it)))?
}

fn without_outliers(maxima: &[f32]) -> &[f32] {
    &maxima[..maxima.len() - maxima.len() / OUTLIER]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poissons_tail_is_that_of_tables() {
        // Mean and variance 2: of P(X ≥ 7) = 0.0045 and P(X ≥ 6) = 0.0166 the first is below 0.01.
        let maxima: Vec<f32> = [0.0; 25].into_iter().chain([2.0; 50]).chain([4.0; 25]).collect();
        assert_eq!(whole(&maxima, 0.009), 7.0);
        assert_eq!(whole(&[0.0; 100], 0.001), 1.0);
    }

    #[test]
    fn a_wider_spread_has_a_higher_tail() {
        let wide: Vec<f32> = [0.0; 60].into_iter().chain([5.0; 40]).collect();
        assert!(whole(&wide, 1e-3) > 12.0, "{}", whole(&wide, 1e-3));
    }

    #[test]
    fn gumbels_quantile_is_found_again() {
        let quantile = |u: f64| 3.0 - 0.5 * (-u.ln()).ln();
        let maxima: Vec<f32> =
            (0..900).map(|i| quantile((f64::from(i) + 0.5) / 900.0) as f32).collect();
        let (found, expected) = (real(&maxima, 1e-4), quantile(1.0 - 1e-4));
        assert!((found - expected).abs() < 0.15, "{found} instead of {expected}");
    }

    #[test]
    fn one_unusual_minute_changes_nothing_and_what_is_seen_often_does() {
        let usual: Vec<f32> = (0..2000).map(|i| (i % 3) as f32).collect();
        let mut once = usual.clone();
        once.sort_by(f32::total_cmp);
        let before = whole(&once, 1e-4);
        once[1999] = 90.0;
        assert_eq!(whole(&once, 1e-4), before);
        let mut often = usual;
        often[..20].fill(50.0);
        often.sort_by(f32::total_cmp);
        assert_eq!(whole(&often, 1e-3), 51.0, "2 of 2000 may pass it, and 20 reached it");
    }
}
