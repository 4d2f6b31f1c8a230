//! Frames for the benches: the puppet's, drawn beforehand, because a camera costs a game no time either.

use std::thread;
use std::time::{Duration, Instant};

use bevy_emotion::capture::puppet::{PuppetConfig, PuppetSource};
use bevy_emotion::capture::{FrameSender, FrameSource};
use bevy_emotion::prelude::Frame;

/// As a camera with 30 frames a second.
pub const FRAME_TIME: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Frames that are drawn.
const DRAWN: u64 = 90;

/// Draws frames with so many rows of heads, one below the other.
///
/// # Errors
/// When a frame cannot be made, as a message.
pub fn draw(rows: u64, heads: u8, size: (u32, u32)) -> Result<Vec<Frame>, String> {
    let mut puppets: Vec<PuppetSource> = (0..rows)
        .map(|row| PuppetConfig {
            size,
            heads,
            seed: 1 + row,
            frames: Some(DRAWN),
            ..Default::default()
        })
        .map(PuppetSource::new)
        .collect();
    let mut frames = Vec::new();
    for sequence in 0..DRAWN {
        let mut rgb = Vec::new();
        for puppet in &mut puppets {
            let frame = puppet.next_frame().map_err(|error| error.to_string())?;
            rgb.extend_from_slice(frame.ok_or("the puppet has ended")?.rgb());
        }
        let (height, time) = (size.1 * puppets.len() as u32, FRAME_TIME * sequence as u32);
        let frame = Frame::from_rgb(rgb, size.0, height, sequence, time);
        frames.push(frame.map_err(|error| error.to_string())?);
    }
    Ok(frames)
}

/// Offers the frames at their pace, forwards and backwards, so that nothing jumps. `tell` is called with the time at
/// which one is offered, and says whether to go on.
pub fn film(frames: &[Frame], sender: &FrameSender, tell: impl Fn(Instant) -> bool) {
    let start = Instant::now();
    let there_and_back = frames.iter().chain(frames.iter().rev());
    for (sequence, frame) in there_and_back.cycle().enumerate() {
        let time = FRAME_TIME * sequence as u32;
        thread::sleep(time.saturating_sub(start.elapsed()));
        let (width, height) = (frame.width(), frame.height());
        let rgb = frame.rgb().to_vec();
        let Ok(frame) = Frame::from_rgb(rgb, width, height, sequence as u64, time) else { return };
        if !tell(Instant::now()) {
            return;
        }
        sender.offer(frame);
    }
}
