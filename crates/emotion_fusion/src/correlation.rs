//! How much two series go together.

/// Pearson's correlation; `None` where one side does not vary.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut products, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for pair in pairs {
        products += (pair.0 - x) * (pair.1 - y);
        xx += (pair.0 - x).powi(2);
        yy += (pair.1 - y).powi(2);
    }
    (xx > 0.0 && yy > 0.0).then(|| products / (xx * yy).sqrt())
}
