//! Key moments: where the band leaves the baseline.

use super::band::Point;

/// Moments that are so close are one, in seconds.
const CLOSE: usize = 2;

/// Seconds in a row in which viewers showed clearly more, or less, than at their baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// The first second.
    pub from: usize,
    /// The last one.
    pub to: usize,
    /// The second in which the mean is farthest from the baseline.
    pub peak: usize,
    /// What it is there.
    pub point: Point,
}

/// The key moments of a mean curve, in order of time.
pub fn moments(points: &[Option<Point>]) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for (at, point) in points.iter().enumerate() {
        let Some(point) = point.filter(|it| it.low > 0.0 || it.high < 0.0) else { continue };
        let near = moments
            .last_mut()
            .filter(|it| at - it.to <= CLOSE && it.point.mean.signum() == point.mean.signum());
        match near {
            Some(moment) => {
                moment.to = at;
                if point.mean.abs() > moment.point.mean.abs() {
                    (moment.peak, moment.point) = (at, point);
                }
            }
            None => moments.push(Moment { from: at, to: at, peak: at, point }),
        }
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_where_the_band_leaves_zero() {
        let means = [0.0, 0.3, 0.5, 0.0, 0.4, 0.0, 0.0, 0.0, 0.2, -0.2, -0.3, 0.05];
        let points: Vec<_> = means
            .into_iter()
            .map(|mean| Some(Point { viewers: 9, mean, low: mean - 0.1, high: mean + 0.1 }))
            .collect();
        let found: Vec<_> = moments(&points).iter().map(|it| (it.from, it.to, it.peak)).collect();
        assert_eq!(found, [(1, 4, 2), (8, 8, 8), (9, 10, 10)]);
        assert_eq!(moments(&[None, None]), []);
    }
}
