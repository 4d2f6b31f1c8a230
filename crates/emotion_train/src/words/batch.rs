//! Lines as batches.

use std::collections::{HashMap, HashSet};

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use emotion_core::Expression;
use emotion_words::text::{TokenKind, tokenise};
use emotion_words::{InputRows, KnownWords, Pieces, WordsConfig, WordsInput, whole};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::lines::LabelledLine;
use super::recipe::WordsRecipe;

/// Batches that are sorted by length together, so that little of a batch is padding.
const SORTED_TOGETHER: usize = 32;

/// Lines in pieces, with their labels.
pub(super) struct PreparedLines {
    pieces: Vec<Pieces>,
    labels: Vec<[bool; Expression::COUNT]>,
}

impl PreparedLines {
    pub fn new(lines: &[&LabelledLine], config: &WordsConfig) -> Self {
        let pieces = |line: &&LabelledLine| Pieces::of(&tokenise(&line.text), config.tokens);
        Self {
            pieces: lines.iter().map(pieces).collect(),
            labels: lines.iter().map(|line| line.labels).collect(),
        }
    }

    /// The direct pieces of each line.
    pub fn direct(&self) -> impl Iterator<Item = &Vec<u64>> {
        self.pieces.iter().map(|line| &line.direct)
    }

    pub fn labels(&self) -> &[[bool; Expression::COUNT]] {
        &self.labels
    }

    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The direct pieces that are there often enough.
    pub fn frequent(&self, least: usize) -> HashSet<u64> {
        let mut counts: HashMap<u64, usize> = HashMap::new();
        for piece in self.pieces.iter().flat_map(|line| &line.direct) {
            *counts.entry(*piece).or_default() += 1;
        }
        counts.retain(|_, count| *count >= least);
        counts.into_keys().collect()
    }

    /// The lines' numbers in a random order, in batches of lines that are about equally long.
    pub fn batches(&self, size: usize, random: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(random);
        let mut batches = Vec::new();
        for part in order.chunks_mut(size * SORTED_TOGETHER) {
            part.sort_by_key(|line| self.pieces[*line].tokens.len());
            batches.extend(part.chunks(size).map(<[usize]>::to_vec));
        }
        batches.shuffle(random);
        batches
    }

    /// Lines as the network's input, as a reader has it.
    pub fn whole_rows(&self, lines: &[usize]) -> InputRows {
        self.rows(lines, |_| true)
    }

    fn rows(&self, lines: &[usize], counts: impl Fn(u64) -> bool) -> InputRows {
        let pieces: Vec<&Pieces> = lines.iter().map(|line| &self.pieces[*line]).collect();
        InputRows::new(&pieces, counts)
    }

    /// Lines as input for training, some words and pieces left out, and their labels, `[lines, 7]`.
    pub fn training_batch<B: Backend>(
        &self,
        lines: &[usize],
        frequent: &HashSet<u64>,
        recipe: &WordsRecipe,
        random: &mut ChaCha8Rng,
        device: &B::Device,
    ) -> (WordsInput<B>, Tensor<B, 2>) {
        let mut rows = self.rows(lines, |piece| frequent.contains(&piece));
        for kept in &mut rows.kept {
            if random.random::<f32>() < recipe.word_dropout {
                *kept = 0.0;
            }
        }
        let more = 1.0 / (1.0 - recipe.direct_dropout);
        for weight in &mut rows.direct_weights {
            *weight *= if random.random::<f32>() < recipe.direct_dropout { 0.0 } else { more };
        }
        let labels = lines.iter().flat_map(|line| self.labels[*line]);
        let labels: Vec<f32> = labels.map(|has| if has { 1.0 } else { 0.0 }).collect();
        let labels = TensorData::new(labels, [lines.len(), Expression::COUNT]);
        (rows.on(&recipe.network, device), Tensor::from_data(labels, device))
    }
}

/// The words and emoji that are there often enough to be known.
pub(super) fn known_words(lines: &[&LabelledLine], least: usize) -> KnownWords {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for line in lines {
        for token in tokenise(&line.text).tokens {
            if token.kind != TokenKind::Sign {
                *counts.entry(whole(&token)).or_default() += 1;
            }
        }
    }
    counts.retain(|_, count| *count >= least);
    let mut words: Vec<u64> = counts.into_keys().collect();
    words.sort_unstable();
    KnownWords::new(&words)
}
