//! Samples, notes and frequencies.

/// Frames in a second.
pub const SAMPLE_RATE: u32 = 44_100;
/// The same as a number to calculate with.
pub(super) const RATE: f32 = SAMPLE_RATE as f32;
/// D3 as a MIDI note: the tonic of both modes.
pub(super) const TONIC: i32 = 50;

/// Of a MIDI note, in hertz.
pub(super) fn frequency(note: i32) -> f32 {
    440.0 * ((note - 69) as f32 / 12.0).exp2()
}
