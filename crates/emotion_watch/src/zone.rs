//! Parts of a picture: zones that rules look at, and masks in which nothing counts.

use serde::{Deserialize, Serialize};

/// A polygon in the frame. Its corners are fractions of the frame's width and height, (0, 0) top left and (1, 1) bottom right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polygon {
    corners_in_frame: Vec<[f32; 2]>,
}

/// Why a polygon is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolygonError {
    /// Too few corners.
    #[error("it has {0} corners; give at least three, as [[0, 0], [0.5, 0], [0.5, 1]]")]
    Corners(usize),
    /// A corner lies outside the frame.
    #[error(
        "the corner [{0}, {1}] is outside the frame; both numbers are fractions of the frame, from 0 to 1"
    )]
    Outside(f32, f32),
    /// Its corners are on a line.
    #[error("its corners lie on a line, so that nothing can be in it")]
    Flat,
}

impl Polygon {
    /// A polygon of these corners, in order.
    pub const fn new(corners_in_frame: Vec<[f32; 2]>) -> Self {
        Self { corners_in_frame }
    }

    /// The corners, in order.
    pub fn corners_in_frame(&self) -> &[[f32; 2]] {
        &self.corners_in_frame
    }

    /// Whether it can be used.
    ///
    /// # Errors
    /// [`PolygonError`] with fewer than three corners, one outside the frame, or without an area.
    pub fn check(&self) -> Result<(), PolygonError> {
        let corners = &self.corners_in_frame;
        if corners.len() < 3 {
            return Err(PolygonError::Corners(corners.len()));
        }
        let outside = |&&[x, y]: &&[f32; 2]| !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y);
        if let Some([x, y]) = corners.iter().find(outside) {
            return Err(PolygonError::Outside(*x, *y));
        }
        let double_area: f32 = self.edges().map(|([ax, ay], [bx, by])| ax * by - bx * ay).sum();
        if double_area.abs() < 1e-6 { Err(PolygonError::Flat) } else { Ok(()) }
    }

    /// Whether a point is in it, by the even-odd rule.
    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let crosses = |&([ax, ay], [bx, by]): &([f32; 2], [f32; 2])| {
            (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
        };
        self.edges().filter(crosses).count() % 2 == 1
    }

    fn edges(&self) -> impl Iterator<Item = ([f32; 2], [f32; 2])> {
        let corners = &self.corners_in_frame;
        corners.iter().copied().zip(corners.iter().copied().cycle().skip(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_in_it_or_not() {
        let hook = Polygon::new(vec![
            [0.0, 0.0],
            [1.0, 0.0],
            [1.0, 1.0],
            [0.5, 1.0],
            [0.5, 0.5],
            [0.0, 0.5],
        ]);
        assert_eq!(hook.check(), Ok(()));
        for (point, inside) in [([0.2, 0.2], true), ([0.7, 0.9], true), ([0.2, 0.7], false)] {
            assert_eq!(hook.contains(point), inside, "{point:?}");
        }
    }

    #[test]
    fn what_is_no_polygon_is_refused() {
        let check = |corners: &[[f32; 2]]| Polygon::new(corners.to_vec()).check();
        assert_eq!(check(&[[0.0, 0.0], [1.0, 1.0]]), Err(PolygonError::Corners(2)));
        assert_eq!(
            check(&[[0.0, 0.0], [1.2, 0.0], [1.0, 1.0]]),
            Err(PolygonError::Outside(1.2, 0.0))
        );
        assert_eq!(check(&[[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]), Err(PolygonError::Flat));
        assert!(check(&[[0.0, f32::NAN], [1.0, 0.0], [1.0, 1.0]]).is_err());
    }
}
