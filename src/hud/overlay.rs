//! What panels over the picture have in common: where they lie, and how they open.

use bevy::prelude::*;

use super::ink;
use super::motion::Ramp;

/// A node over the whole screen, with its content in the middle, in front of everything else.
pub fn over_the_screen() -> impl Bundle {
    (ink::whole_screen(), GlobalZIndex(10))
}

/// Grows a bit while it opens; without movement it is there or it is not.
pub fn open(ramp: Ramp, still: bool, transform: &mut Mut<UiTransform>, seen: &mut Mut<Visibility>) {
    let open = if still { ramp.value().round() } else { ramp.value() };
    let scale = if still { 1.0 } else { 0.92 + 0.08 * open };
    transform.set_if_neq(UiTransform::from_scale(Vec2::splat(scale)));
    seen.set_if_neq(if open > 0.0 { Visibility::Inherited } else { Visibility::Hidden });
}
