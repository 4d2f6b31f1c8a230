//! Easing: how far a movement has come at a time.

/// How much of the way from `from` to `to` a time is, 0 to 1, with a soft start and end.
pub(crate) fn between(t: f32, from: f32, to: f32) -> f32 {
    let part = ((t - from) / (to - from)).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Comes at once, overshoots, and settles: 0 before `from`, 1 in the end.
pub(crate) fn pop(t: f32, from: f32) -> f32 {
    let since = (t - from).max(0.0);
    1.0 - (-since * 7.0).exp() * (since * 16.0).cos()
}

/// A shake that starts at `from` and dies down: -1 to 1.
pub(crate) fn jolt(t: f32, from: f32) -> f32 {
    let since = t - from;
    if since < 0.0 { 0.0 } else { (-since * 6.0).exp() * (since * 40.0).sin() }
}
