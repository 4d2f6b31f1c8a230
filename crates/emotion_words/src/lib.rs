//! Seven probabilities for a line of text, and subtitles and transcripts as lines with times.
//!
//! [`WordReader`] reads lines: in memory, on the calling thread, in bounded time. [`cues`] makes timed lines of
//! subtitles, transcripts and plain text. Nothing here opens a file or starts a thread.
//!
//! It reads the expression of words, and does not know what a person feels.

pub mod cues;
mod error;
mod input;
mod known;
mod model;
mod network;
mod pieces;
mod reader;
mod readout;
pub mod text;

pub use error::WordsError;
pub use input::InputRows;
pub use known::KnownWords;
pub use model::{WordsHeader, WordsModel};
pub use network::{WordsConfig, WordsInput, WordsNetwork};
pub use pieces::{MAX_PIECES, Pieces, whole};
pub use reader::{WordReader, WordReading};
pub use readout::WordsReadout;
