//! The network: vectors of words made of pieces, two convolutions over the words, and a table that is added.

use burn::module::{Initializer, Module, Param};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use emotion_core::Expression;
use serde::{Deserialize, Serialize};

/// The sizes of the network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WordsConfig {
    /// Rows of the table of pieces.
    pub pieces: usize,
    /// Width of a word's vector.
    pub width: usize,
    /// Channels of the convolutions.
    pub hidden: usize,
    /// Rows of the table of words and pairs of words that speak for themselves.
    pub direct: usize,
    /// Tokens of a line that are read.
    pub tokens: usize,
    /// Share of values that training drops before the output.
    pub dropout: f64,
}

impl Default for WordsConfig {
    fn default() -> Self {
        Self { pieces: 1 << 15, width: 64, hidden: 128, direct: 1 << 17, tokens: 96, dropout: 0.5 }
    }
}

impl WordsConfig {
    /// Whether the sizes are within the supported range.
    pub fn is_valid(&self) -> bool {
        (1..=1 << 20).contains(&self.pieces)
            && (1..=1 << 20).contains(&self.direct)
            && (1..=512).contains(&self.width)
            && (1..=1024).contains(&self.hidden)
            && (1..=256).contains(&self.tokens)
            && (0.0..1.0).contains(&self.dropout)
    }

    /// A network with random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> WordsNetwork<B> {
        let vectors = Initializer::Normal { mean: 0.0, std: 0.1 };
        WordsNetwork {
            pieces: vectors.init([self.pieces, self.width], device),
            direct: Initializer::Zeros.init([self.direct, Expression::COUNT], device),
            first: LinearConfig::new(3 * self.width, self.hidden).init(device),
            second: LinearConfig::new(3 * self.hidden, self.hidden).init(device),
            attention: LinearConfig::new(self.hidden, 1).init(device),
            output: LinearConfig::new(2 * self.hidden + self.width, Expression::COUNT).init(device),
            drop_vectors: DropoutConfig::new(self.dropout * 0.6).init(),
            drop_hidden: DropoutConfig::new(self.dropout * 0.4).init(),
            drop_output: DropoutConfig::new(self.dropout).init(),
        }
    }
}

/// The network that reads lines.
#[derive(Module, Debug)]
pub struct WordsNetwork<B: Backend> {
    /// The table of pieces, `[pieces, width]`.
    pub pieces: Param<Tensor<B, 2>>,
    /// What words and pairs of words say by themselves, `[direct, 7]`.
    pub direct: Param<Tensor<B, 2>>,
    /// A convolution over three words, as a dense layer.
    pub first: Linear<B>,
    /// A second one.
    pub second: Linear<B>,
    /// How much each word counts.
    pub attention: Linear<B>,
    /// To seven logits.
    pub output: Linear<B>,
    drop_vectors: Dropout,
    drop_hidden: Dropout,
    drop_output: Dropout,
}

/// Lines as the network reads them.
#[derive(Debug, Clone)]
pub struct WordsInput<B: Backend> {
    /// The rows of the pieces of each different token; the first token is padding, `[tokens, pieces]`.
    pub pieces: Tensor<B, 2, Int>,
    /// The weight of each of these, 0 where there is none.
    pub piece_weights: Tensor<B, 2>,
    /// Which token stands where, line after line, `[lines * length]`.
    pub places: Tensor<B, 1, Int>,
    /// 1 where there is a token, `[lines, length, 1]`.
    pub mask: Tensor<B, 3>,
    /// As `mask`, but 0 for words that training leaves out.
    pub kept: Tensor<B, 3>,
    /// Rows of the direct table, `[lines, most]`.
    pub direct: Tensor<B, 2, Int>,
    /// The weight of each of these.
    pub direct_weights: Tensor<B, 2>,
}

impl<B: Backend> WordsNetwork<B> {
    /// Seven logits for each line, `[lines, 7]`, each for itself: several expressions may be there.
    pub fn forward(&self, input: WordsInput<B>) -> Tensor<B, 2> {
        let [lines, length, _] = input.mask.dims();
        let vectors = looked_up(&self.pieces, input.pieces, input.piece_weights);
        let width = vectors.dims()[1];
        let vectors = vectors.select(0, input.places).reshape([lines, length, width]) * input.kept;
        let vectors = self.drop_vectors.forward(vectors);

        let first = relu(self.first.forward(neighbours(vectors.clone())));
        let first = self.drop_hidden.forward(first);
        let second = relu(self.second.forward(neighbours(first.clone() * input.mask.clone())));
        let features = (first + second) * input.mask.clone();

        let [_, _, hidden] = features.dims();
        let highest = features.clone().max_dim(1).reshape([lines, hidden]);
        // Padding gets no attention.
        let attention = self.attention.forward(features.clone()) + (input.mask.clone() - 1.0) * 1e4;
        let attended = (features * softmax(attention, 1)).sum_dim(1).reshape([lines, hidden]);
        let counts = input.mask.sum_dim(1).reshape([lines, 1]).clamp_min(1.0);
        let mean = vectors.sum_dim(1).reshape([lines, width]) / counts;
        let all = self.drop_output.forward(Tensor::cat(vec![highest, attended, mean], 1));
        self.output.forward(all) + looked_up(&self.direct, input.direct, input.direct_weights)
    }
}

/// The weighted sums of a table's rows: `[n, m]` rows to `[n, width]`.
fn looked_up<B: Backend>(
    table: &Param<Tensor<B, 2>>,
    rows: Tensor<B, 2, Int>,
    weights: Tensor<B, 2>,
) -> Tensor<B, 2> {
    let [n, m] = rows.dims();
    let values = table.val().select(0, rows.reshape([n * m]));
    let width = values.dims()[1];
    let sums = (values.reshape([n, m, width]) * weights.reshape([n, m, 1])).sum_dim(1);
    sums.reshape([n, width])
}

/// Each word with the one before and the one after it: `[lines, length, n]` to `[lines, length, 3 n]`.
fn neighbours<B: Backend>(x: Tensor<B, 3>) -> Tensor<B, 3> {
    let [lines, length, n] = x.dims();
    let edge = Tensor::zeros([lines, 1, n], &x.device());
    let padded = Tensor::cat(vec![edge.clone(), x.clone(), edge], 1);
    let before = padded.clone().slice([0..lines, 0..length]);
    let after = padded.slice([0..lines, 2..length + 2]);
    Tensor::cat(vec![before, x, after], 2)
}
