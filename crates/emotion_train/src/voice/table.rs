//! Recordings as rows of statistics.

use emotion_core::Expression;
use emotion_voice::frames::{Frame, Framer};
use emotion_voice::functionals::{COUNT, Functionals};
use emotion_voice::{LONGEST, STEP};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use super::dataset::Utterance;
use super::recipe::VoiceRecipe;

/// How much more active a voice is that was meant to be strong.
const STRONG: f32 = 0.15;
/// How much less active one is that was not, and a calm one.
const NORMAL: f32 = -0.1;
const CALM: f32 = -0.25;

/// A piece of a recording.
pub(super) struct Piece {
    /// The recording's number.
    pub utterance: usize,
    /// Which copy of the recording it is from; 0 is as recorded.
    pub copy: usize,
    pub statistics: Box<[f32; COUNT]>,
}

/// The windows of the recordings as recorded, and their augmented copies.
pub(super) fn pieces(utterances: &[&Utterance], recipe: &VoiceRecipe) -> Vec<Piece> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = utterances.len().div_ceil(threads).max(1);
    let numbered: Vec<(usize, &Utterance)> = utterances.iter().copied().enumerate().collect();
    std::thread::scope(|scope| {
        let parts: Vec<_> = numbered
            .chunks(share)
            .map(|part| scope.spawn(move || pieces_of(part, utterances, recipe)))
            .collect();
        parts.into_iter().filter_map(|part| part.join().ok()).flatten().collect()
    })
}

fn pieces_of(part: &[(usize, &Utterance)], all: &[&Utterance], recipe: &VoiceRecipe) -> Vec<Piece> {
    let mut functionals = Functionals::default();
    let mut pieces = Vec::new();
    for (utterance, recording) in part {
        let mut add = |frames: &[Frame], copy| {
            let mut statistics = Box::new([0.0; COUNT]);
            functionals.measure(frames, &mut statistics);
            pieces.push(Piece { utterance: *utterance, copy, statistics });
        };
        for window in windows(&frames(&recording.samples)) {
            add(window, 0);
        }
        // A recording's copies do not depend on how many threads make them.
        let seed = recipe.seed.wrapping_mul(1_000_003).wrapping_add(*utterance as u64);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for copy in 1..=recipe.copies {
            let other = all[random.random_range(0..all.len())];
            let place = place(recording, copy, recipe.seed);
            let samples = &recording.samples;
            let changed = recipe.augmentation.apply(samples, &other.samples, place, &mut random);
            let frames = frames(&changed);
            let (shortest, longest) = recipe.piece;
            let length = random.random_range(shortest..=longest).min(frames.len());
            let start = random.random_range(0..=frames.len() - length);
            if length > 0 {
                add(&frames[start..start + length], copy);
            }
        }
    }
    pieces
}

/// A copy of all recordings of a speaker has one place, as if they were made on one day.
fn place(recording: &Utterance, copy: usize, seed: u64) -> ChaCha8Rng {
    let name = format!("{}/{}/{copy}/{seed}", recording.set, recording.speaker);
    let digest = Sha256::digest(name.as_bytes());
    let first = digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    ChaCha8Rng::seed_from_u64(first)
}

/// The frames of a whole recording.
pub(super) fn frames(samples: &[f32]) -> Vec<Frame> {
    let mut frames = Vec::new();
    Framer::default().push(samples, |frame| frames.push(frame));
    frames
}

/// The windows that a stream of it would be read in, all as long as they get.
pub(super) fn windows(frames: &[Frame]) -> impl Iterator<Item = &[Frame]> {
    let steps = frames.len().saturating_sub(LONGEST) / STEP;
    let whole = LONGEST.min(frames.len());
    (0..=steps).map(move |step| &frames[step * STEP..step * STEP + whole])
}

/// How active a recording was meant to be, -1 to 1: nobody rated it, its label says so.
pub(super) fn arousal(utterance: &Utterance) -> f32 {
    let (_, arousal) = utterance.label.valence_arousal();
    let shift = match utterance.is_strong {
        _ if utterance.is_calm => CALM,
        Some(true) if utterance.label != Expression::Sad => STRONG,
        Some(false) => NORMAL,
        _ => 0.0,
    };
    (arousal + shift).clamp(-1.0, 1.0)
}
