//! What the overlays share: their layout, and how they open.

use bevy::prelude::*;

use super::ink;
use super::motion::Ramp;

/// A node that fills the screen in front of everything else and centres its content.
pub fn over_the_screen() -> impl Bundle {
    (ink::whole_screen(), GlobalZIndex(10))
}

/// Grows the overlay slightly while it opens; if `still`, it appears and disappears at once.
pub fn open(ramp: Ramp, still: bool, transform: &mut Mut<UiTransform>, seen: &mut Mut<Visibility>) {
    let open = if still { ramp.value().round() } else { ramp.value() };
    let scale = if still { 1.0 } else { 0.92 + 0.08 * open };
    transform.set_if_neq(UiTransform::from_scale(Vec2::splat(scale)));
    seen.set_if_neq(if open > 0.0 { Visibility::Inherited } else { Visibility::Hidden });
}
