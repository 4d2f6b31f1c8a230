//! In the making. CHANGE: no bevy_pbr, no bevy_light, no Camera3d: see the top of GAMES.md (custom Material2d with a perspective vertex shader).
fn main() {}
