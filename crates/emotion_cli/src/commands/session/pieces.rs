//! A long film is analyzed in pieces, so that an import that was interrupted ends with the same numbers as one
//! that was not.
//!
//! Tracks, smoothed scores and the learnt prior depend on everything before, and cannot be stored. Each piece
//! therefore begins anew, some time before it counts; an import that goes on analyzes its piece from the
//! beginning.

use std::time::Duration;

use emotion_core::{Analysis, Frame};
use emotion_session::{FaceFinder, FaceReader};

use crate::commands::pipeline::Parts;

/// The length of a piece.
const PIECE: Duration = Duration::from_secs(30 * 60);
/// A piece is analyzed from so much earlier on: the memory of the learnt prior.
pub const LEAD_IN: Duration = Duration::from_secs(2 * 60);

/// The pieces of one session, in order.
pub struct Pieces<'a> {
    parts: &'a Parts,
    now: Piece,
    /// The next one, while it runs beside the one that counts.
    next: Option<Piece>,
}

/// What analyzes one piece.
struct Piece {
    number: u32,
    finder: FaceFinder,
    reader: FaceReader,
}

impl<'a> Pieces<'a> {
    /// Begins with the piece that `time` is in.
    ///
    /// # Errors
    /// When the detector or the model cannot be loaded.
    pub fn at(parts: &'a Parts, time: Duration) -> anyhow::Result<Self> {
        Ok(Self { parts, now: Piece::new(parts, number_of(time)?)?, next: None })
    }

    /// When the piece begins that the last frame belongs to; its tracks are none of those before it. Frames are
    /// wanted from [`LEAD_IN`] before that on.
    pub fn begins(&self) -> Duration {
        self.now.begins()
    }

    /// Analyzes the next frame, which is at `time` of the session.
    ///
    /// # Errors
    /// When the detector or the model fails.
    pub fn analyze(&mut self, frame: &Frame, time: Duration) -> anyhow::Result<Analysis> {
        let number = number_of(time)?;
        if number > self.now.number {
            // After a gap in the film it may be another one than the next.
            let next = self.next.take().filter(|next| next.number == number);
            self.now = next.map_or_else(|| Piece::new(self.parts, number), Ok)?;
        }
        let coming = number_of(time + LEAD_IN)?;
        if coming > self.now.number {
            let mut next = match self.next.take() {
                Some(next) => next,
                None => Piece::new(self.parts, coming)?,
            };
            next.analyze(frame)?;
            self.next = Some(next);
        }
        self.now.analyze(frame)
    }
}

/// The number of the piece that a time is in.
fn number_of(time: Duration) -> anyhow::Result<u32> {
    Ok(u32::try_from(time.as_secs() / PIECE.as_secs())?)
}

impl Piece {
    fn new(parts: &Parts, number: u32) -> anyhow::Result<Self> {
        Ok(Self { number, finder: parts.finder()?, reader: parts.reader()? })
    }

    fn begins(&self) -> Duration {
        PIECE * self.number
    }

    fn analyze(&mut self, frame: &Frame) -> anyhow::Result<Analysis> {
        Ok(self.reader.read(&self.finder.find(frame)?)?)
    }
}
