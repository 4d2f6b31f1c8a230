//! From pieces of lines to the network's input.

use std::collections::HashMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::network::{WordsConfig, WordsInput};
use crate::pieces::Pieces;

/// Lines beside each other, padded to the longest.
#[derive(Debug, Clone, Default)]
pub struct InputRows {
    lines: usize,
    length: usize,
    /// Pieces of the different tokens; the first is padding.
    tokens: Vec<Vec<u64>>,
    places: Vec<usize>,
    mask: Vec<f32>,
    /// Which places are kept.
    pub kept: Vec<f32>,
    direct_length: usize,
    direct: Vec<u64>,
    /// The weight of each direct piece; 0 where there is none.
    pub direct_weights: Vec<f32>,
}

impl InputRows {
    /// Lines as rows; `counts` says which direct pieces count.
    pub fn new(lines: &[&Pieces], counts: impl Fn(u64) -> bool) -> Self {
        let longest = |length: fn(&Pieces) -> usize| {
            lines.iter().map(|line| length(line)).max().unwrap_or(0).max(1)
        };
        let length = longest(|line| line.tokens.len());
        let direct_length = longest(|line| line.direct.len());
        let mut rows = Self {
            lines: lines.len(),
            length,
            direct_length,
            tokens: vec![Vec::new()],
            ..Self::default()
        };
        let mut numbers: HashMap<&[u64], usize> = HashMap::new();
        for line in lines {
            for at in 0..length {
                let number = line.tokens.get(at).map_or(0, |token| {
                    *numbers.entry(token).or_insert_with(|| {
                        rows.tokens.push(token.clone());
                        rows.tokens.len() - 1
                    })
                });
                rows.places.push(number);
                rows.mask.push(if number == 0 { 0.0 } else { 1.0 });
            }
            for at in 0..direct_length {
                let piece = line.direct.get(at).copied();
                rows.direct.push(piece.unwrap_or(0));
                rows.direct_weights.push(if piece.is_some_and(&counts) { 1.0 } else { 0.0 });
            }
        }
        rows.kept = rows.mask.clone();
        rows
    }

    /// The rows on a device.
    pub fn on<B: Backend>(&self, config: &WordsConfig, device: &B::Device) -> WordsInput<B> {
        let most = self.tokens.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let mut pieces = Vec::with_capacity(self.tokens.len() * most);
        let mut weights = Vec::with_capacity(pieces.capacity());
        for token in &self.tokens {
            let weight = 1.0 / (token.len().max(1) as f32).sqrt();
            for at in 0..most {
                let piece = token.get(at);
                pieces.push(piece.map_or(0, |piece| row(*piece, config.pieces)));
                weights.push(if piece.is_some() { weight } else { 0.0 });
            }
        }
        let places: Vec<i32> = self.places.iter().map(|place| *place as i32).collect();
        let direct: Vec<i32> = self.direct.iter().map(|piece| row(*piece, config.direct)).collect();
        let table = [self.tokens.len(), most];
        let line = [self.lines, self.length, 1];
        let directs = [self.lines, self.direct_length];
        let floats = |values: &[f32]| values.to_vec();
        WordsInput {
            pieces: Tensor::from_data(TensorData::new(pieces, table), device),
            piece_weights: Tensor::from_data(TensorData::new(weights, table), device),
            places: Tensor::from_data(TensorData::new(places, [self.places.len()]), device),
            mask: Tensor::from_data(TensorData::new(floats(&self.mask), line), device),
            kept: Tensor::from_data(TensorData::new(floats(&self.kept), line), device),
            direct: Tensor::from_data(TensorData::new(direct, directs), device),
            direct_weights: Tensor::from_data(
                TensorData::new(floats(&self.direct_weights), directs),
                device,
            ),
        }
    }
}

/// The row of a piece in a table.
fn row(piece: u64, rows: usize) -> i32 {
    (piece % rows.max(1) as u64) as i32
}
