//! The training of a voice model: statistics, members, temperature.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{AutodiffModule, Module};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use burn_optim::{AdamWConfig, GradientsParams, Optimizer};
use emotion_core::Expression;
use emotion_voice::functionals::COUNT;
use emotion_voice::model::{
    Dense, MOST_DEVIATIONS, OUTPUTS, Outputs, Runner, VoiceHeader, VoiceModel,
};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::dataset::{TRAIN, Utterance};
use super::recipe::VoiceRecipe;
use super::table::{Piece, arousal, frames, pieces, windows};
use crate::error::TrainError;
use crate::temperature::{LabelledLogits, fit_temperature};

/// Added to deviations, which are divided by.
const LEAST_DEVIATION: f32 = 1e-4;

/// What a training run tells on its way.
pub trait VoiceObserver {
    /// The statistics of all pieces are there.
    fn prepared(&mut self, pieces: usize);
    /// An epoch of a member is done; both count from 1.
    fn epoch(&mut self, member: usize, epoch: usize, loss: f64);
}

/// Trains a model on the split `train`, and fits its temperature on speakers that each member has not heard and on
/// the split `val`.
///
/// # Errors
/// [`TrainError`] where the loss is not finite any more, or a backend fails.
pub fn train<B: AutodiffBackend>(
    recipe: &VoiceRecipe,
    utterances: &[Utterance],
    device: &B::Device,
    observer: &mut dyn VoiceObserver,
) -> Result<VoiceModel, TrainError> {
    let training: Vec<&Utterance> = utterances.iter().filter(|u| u.split == TRAIN).collect();
    let validation: Vec<&Utterance> = utterances.iter().filter(|u| u.split != TRAIN).collect();
    let pieces = pieces(&training, recipe);
    observer.prepared(pieces.len());
    let (mean, deviation) = moments(&pieces);
    let sets: BTreeSet<String> = training.iter().map(|u| u.set.clone()).collect();
    let header = VoiceHeader::new(&recipe.name, sets.into_iter().collect(), &recipe.terms);
    let table = Table::new(&training, &pieces, (&mean, &deviation), recipe);
    let folds = folds(&training, recipe.members);

    let mut model = VoiceModel { header, mean, deviation, members: Vec::new() };
    let mut unheard = Vec::new();
    for member in 0..recipe.members {
        let heard: Vec<usize> = (0..pieces.len())
            .filter(|piece| recipe.members == 1 || folds[pieces[*piece].utterance] != member)
            .collect();
        let layers = train_member::<B>(recipe, member, &table, &heard, device, observer)?;
        if recipe.members > 1 {
            let alone = VoiceModel { members: vec![layers.clone()], ..model.clone() };
            let of_fold = training.iter().zip(&folds).filter(|(_, fold)| **fold == member);
            unheard.extend(of_fold.map(|(utterance, _)| logits(&alone, utterance)));
        }
        model.members.push(layers);
    }
    unheard.extend(validation.iter().map(|utterance| logits(&model, utterance)));
    if !unheard.is_empty() {
        model.header.temperature = fit_temperature(&unheard);
    }
    Ok(model)
}

/// What a model says of a whole recording: the mean of its windows' outputs.
pub fn outputs(model: &VoiceModel, samples: &[f32]) -> Outputs {
    let frames = frames(samples);
    let mut functionals = emotion_voice::functionals::Functionals::default();
    let (mut runner, mut statistics) = (Runner::default(), Box::new([0.0; COUNT]));
    let mut sums = Outputs { logits: [0.0; Expression::COUNT], arousal: 0.0 };
    let count = windows(&frames).count() as f32;
    for window in windows(&frames) {
        functionals.measure(window, &mut statistics);
        let outputs = runner.run(model, &statistics);
        sums.arousal += outputs.arousal / count;
        sums.logits.iter_mut().zip(outputs.logits).for_each(|(sum, x)| *sum += x / count);
    }
    sums
}

fn logits(model: &VoiceModel, utterance: &Utterance) -> LabelledLogits {
    let Outputs { logits, .. } = outputs(model, &utterance.samples);
    LabelledLogits { logits, label: utterance.label }
}

/// Which member leaves out which recording: whole speakers, so many of each set.
fn folds(training: &[&Utterance], members: usize) -> Vec<usize> {
    let mut speakers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for utterance in training {
        speakers.insert((&utterance.set, &utterance.speaker), 0);
    }
    for (index, fold) in speakers.values_mut().enumerate() {
        *fold = index % members;
    }
    training.iter().map(|u| speakers[&(u.set.as_str(), u.speaker.as_str())]).collect()
}

fn moments(pieces: &[Piece]) -> (Vec<f32>, Vec<f32>) {
    let count = pieces.len().max(1) as f64;
    let (mut sums, mut squares) = (vec![0.0_f64; COUNT], vec![0.0_f64; COUNT]);
    for piece in pieces {
        for (index, value) in piece.statistics.iter().enumerate() {
            sums[index] += f64::from(*value);
            squares[index] += f64::from(*value) * f64::from(*value);
        }
    }
    let mean: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
    let deviation = squares.iter().zip(&mean).map(|(square, mean)| {
        (square / count - mean * mean).max(0.0).sqrt() as f32 + LEAST_DEVIATION
    });
    (mean.iter().map(|mean| *mean as f32).collect(), deviation.collect())
}

/// What a network is trained on.
struct Table {
    /// The pieces' statistics, standardised.
    inputs: Vec<Vec<f32>>,
    targets: Vec<[f32; OUTPUTS]>,
    weights: Vec<f32>,
}

impl Table {
    fn new(
        training: &[&Utterance],
        pieces: &[Piece],
        (mean, deviation): (&[f32], &[f32]),
        recipe: &VoiceRecipe,
    ) -> Self {
        let standardised = |piece: &Piece| {
            let moments = mean.iter().zip(deviation);
            let values = piece.statistics.iter().zip(moments);
            values
                .map(|(value, (mean, deviation))| {
                    ((value - mean) / deviation).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
                })
                .collect()
        };
        let mut of_set: BTreeMap<&str, f32> = BTreeMap::new();
        let mut of_class: BTreeMap<(&str, usize), f32> = BTreeMap::new();
        for piece in pieces {
            let utterance = training[piece.utterance];
            *of_set.entry(&utterance.set).or_default() += 1.0;
            *of_class.entry((&utterance.set, utterance.label.index())).or_default() += 1.0;
        }
        let weight = |piece: &Piece| {
            let utterance = training[piece.utterance];
            let set = of_set[utterance.set.as_str()];
            let class = of_class[&(utterance.set.as_str(), utterance.label.index())];
            set.powf(-recipe.set_balance) * (class / set).powf(-recipe.class_balance)
        };
        let weights: Vec<f32> = pieces.iter().map(weight).collect();
        let mean_weight = weights.iter().sum::<f32>() / weights.len().max(1) as f32;
        let target = |piece: &Piece| {
            let utterance = training[piece.utterance];
            let mut target = [recipe.label_smoothing / Expression::COUNT as f32; OUTPUTS];
            target[utterance.label.index()] += 1.0 - recipe.label_smoothing;
            target[Expression::COUNT] = arousal(utterance);
            target
        };
        Self {
            inputs: pieces.iter().map(standardised).collect(),
            targets: pieces.iter().map(target).collect(),
            weights: weights.iter().map(|weight| weight / mean_weight).collect(),
        }
    }
}

/// Dense layers with ReLU between them.
#[derive(Module, Debug)]
struct Network<B: Backend> {
    layers: Vec<Linear<B>>,
    dropout: Dropout,
    input_dropout: Dropout,
}

impl<B: Backend> Network<B> {
    fn new(recipe: &VoiceRecipe, device: &B::Device) -> Self {
        let mut inputs = COUNT;
        let mut layers = Vec::new();
        for outputs in recipe.hidden.iter().copied().chain([OUTPUTS]) {
            layers.push(LinearConfig::new(inputs, outputs).init(device));
            inputs = outputs;
        }
        Self {
            layers,
            dropout: DropoutConfig::new(recipe.dropout).init(),
            input_dropout: DropoutConfig::new(recipe.input_dropout).init(),
        }
    }

    fn forward(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        let mut x = self.input_dropout.forward(inputs);
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if index + 1 < self.layers.len() {
                x = self.dropout.forward(relu(x));
            }
        }
        x
    }

    fn dense(&self) -> Result<Vec<Dense>, TrainError> {
        let values = |data: TensorData| {
            data.convert::<f32>().into_vec::<f32>().map_err(|error| {
                TrainError::Backend(format!("weights cannot be read: {error:?}"))
            })
        };
        let dense = |layer: &Linear<B>| {
            let bias = match &layer.bias {
                Some(bias) => values(bias.val().into_data())?,
                None => vec![0.0; layer.weight.dims()[1]],
            };
            Ok(Dense { weight: values(layer.weight.val().into_data())?, bias })
        };
        self.layers.iter().map(dense).collect()
    }
}

fn train_member<B: AutodiffBackend>(
    recipe: &VoiceRecipe,
    member: usize,
    table: &Table,
    heard: &[usize],
    device: &B::Device,
    observer: &mut dyn VoiceObserver,
) -> Result<Vec<Dense>, TrainError> {
    let seed = recipe.seed.wrapping_mul(7_919).wrapping_add(member as u64);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    B::seed(device, seed);
    let mut network = Network::<B>::new(recipe, device);
    let mut optimizer =
        AdamWConfig::new().with_weight_decay(recipe.weight_decay).init::<B, Network<B>>();
    let mut order = heard.to_vec();
    let steps = order.len().div_ceil(recipe.batch);
    for epoch in 0..recipe.epochs {
        order.shuffle(&mut random);
        let mut losses = 0.0;
        for (step, batch) in order.chunks(recipe.batch).enumerate() {
            let loss = loss(&network, recipe, table, batch, &mut random, device);
            let value = f64::from(loss.clone().into_scalar().elem::<f32>());
            if !value.is_finite() {
                return Err(TrainError::Diverged { epoch: epoch + 1, step });
            }
            losses += value;
            let done = (epoch * steps + step) as f64 / (recipe.epochs * steps) as f64;
            let rate = recipe.learning_rate * (1.0 + (std::f64::consts::PI * done).cos()) / 2.0;
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            network = optimizer.step(rate, network, gradients);
        }
        observer.epoch(member + 1, epoch + 1, losses / steps as f64);
    }
    network.valid().dense()
}

fn loss<B: AutodiffBackend>(
    network: &Network<B>,
    recipe: &VoiceRecipe,
    table: &Table,
    batch: &[usize],
    random: &mut ChaCha8Rng,
    device: &B::Device,
) -> Tensor<B, 1> {
    let count = batch.len();
    let mut inputs = Vec::with_capacity(count * COUNT);
    for piece in batch {
        // The sum of three even ones is nearly normal.
        let mut noise = || (0..3).map(|_| random.random_range(-1.0..1.0)).sum::<f32>();
        inputs.extend(table.inputs[*piece].iter().map(|value| value + recipe.noise * noise()));
    }
    let targets: Vec<f32> = batch.iter().flat_map(|piece| table.targets[*piece]).collect();
    let weights: Vec<f32> = batch.iter().map(|piece| table.weights[*piece]).collect();
    let matrix = |values, width| {
        Tensor::<B, 2>::from_data(TensorData::new(values, [count, width]), device)
    };
    let (inputs, targets) = (matrix(inputs, COUNT), matrix(targets, OUTPUTS));
    let weights = matrix(weights, 1);
    let outputs = network.forward(inputs);
    let classes = 0..Expression::COUNT;
    let last = Expression::COUNT..OUTPUTS;
    let logits = log_softmax(outputs.clone().slice([0..count, classes.clone()]), 1);
    let surprise = (logits * targets.clone().slice([0..count, classes])).sum_dim(1).neg();
    let miss = outputs.slice([0..count, last.clone()]) - targets.slice([0..count, last]);
    let misses = (miss.clone() * miss) * recipe.arousal_weight;
    ((surprise + misses) * weights).mean()
}
