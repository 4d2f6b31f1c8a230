//! What the shader can draw: the constants of the same names in `room.wgsl`.

pub const MATTER: f32 = 0.0;
pub const LANTERN: f32 = 1.0;
pub const SKY: f32 = 2.0;
pub const SHADE: f32 = 3.0;
pub const FLAME: f32 = 4.0;
pub const GROUND: f32 = 5.0;
pub const BACKDROP: f32 = 6.0;
pub const EMBER: f32 = 7.0;
pub const WING: f32 = 8.0;
pub const LEAF: f32 = 9.0;
