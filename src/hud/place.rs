//! Places for the panels of a face: beside it, on the screen, and over no face.

use bevy::math::{Rect, Vec2};

/// Radius of the face with its hair, as a share of the ring's radius: it is never covered.
pub const FACE: f32 = 0.78;

/// A circle that nothing may cover, in UI space.
#[derive(Debug, Clone, Copy)]
pub struct Circle {
    /// Its middle.
    pub middle: Vec2,
    /// Its radius.
    pub radius: f32,
}

impl Circle {
    /// How deep `rect` reaches into the circle, 0 when it does not.
    pub fn overlap(&self, rect: Rect) -> f32 {
        let closest = self.middle.clamp(rect.min, rect.max);
        (self.radius - closest.distance(self.middle)).max(0.0)
    }
}

/// The best of the `candidates` (middles, best first) for a panel of `size`: the first one that
/// lies on the screen, over no face and on nothing taken. `None` when there is no such place.
///
/// The candidate with the index `current` is kept as long as it is free, so that panels do not
/// jump.
pub fn choose(
    candidates: &[Vec2],
    size: Vec2,
    current: Option<usize>,
    screen: Rect,
    faces: &[Circle],
    taken: &[Rect],
) -> Option<(usize, Rect)> {
    let place = |index: usize| {
        let rect = onto_screen(Rect::from_center_size(*candidates.get(index)?, size), screen);
        let free = faces.iter().all(|face| face.overlap(rect) == 0.0)
            && taken.iter().all(|other| rect.intersect(*other).is_empty());
        free.then_some((index, rect))
    };
    current.and_then(place).or_else(|| (0..candidates.len()).find_map(place))
}

/// Moves `rect` by the least that puts it onto the screen; shrinks it if it is larger.
pub fn onto_screen(rect: Rect, screen: Rect) -> Rect {
    let middle = rect.center();
    let half = (rect.size() / 2.0).min(screen.size() / 2.0);
    Rect::from_center_half_size(middle.clamp(screen.min + half, screen.max - half), half)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Rect = Rect { min: Vec2::ZERO, max: Vec2::new(1280.0, 720.0) };
    const SIZE: Vec2 = Vec2::new(160.0, 120.0);

    fn beside(face: Circle) -> [Vec2; 2] {
        let away = Vec2::new(face.radius + SIZE.x / 2.0 + 16.0, 0.0);
        [face.middle + away, face.middle - away]
    }

    #[test]
    fn the_first_free_place_is_taken() {
        let face = Circle { middle: Vec2::new(640.0, 360.0), radius: 100.0 };
        let right = choose(&beside(face), SIZE, None, SCREEN, &[face], &[]);
        assert_eq!(right.map(|(index, _)| index), Some(0));
        let other = Circle { middle: Vec2::new(840.0, 360.0), radius: 100.0 };
        let left = choose(&beside(face), SIZE, Some(0), SCREEN, &[face, other], &[]);
        assert_eq!(left.map(|(index, _)| index), Some(1));
    }

    #[test]
    fn a_place_is_kept_while_it_is_free() {
        let face = Circle { middle: Vec2::new(640.0, 360.0), radius: 100.0 };
        let kept = choose(&beside(face), SIZE, Some(1), SCREEN, &[face], &[]);
        assert_eq!(kept.map(|(index, _)| index), Some(1));
    }

    #[test]
    fn panels_stay_on_the_screen_and_off_the_face_at_its_edge() {
        let face = Circle { middle: Vec2::new(1270.0, 20.0), radius: 100.0 };
        let (index, rect) = choose(&beside(face), SIZE, None, SCREEN, &[face], &[])
            .expect("there is room on the left");
        assert_eq!(index, 1);
        assert!(SCREEN.contains(rect.min) && SCREEN.contains(rect.max));
        assert_eq!(face.overlap(rect), 0.0);
    }

    #[test]
    fn without_room_there_is_no_panel() {
        let face = Circle { middle: Vec2::new(640.0, 360.0), radius: 900.0 };
        assert_eq!(choose(&beside(face), SIZE, None, SCREEN, &[face], &[]), None);
    }
}
