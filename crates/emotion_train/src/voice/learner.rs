//! The training of a voice model: statistics, members, temperature.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Module};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use burn_optim::{AdamWConfig, GradientsParams, Optimizer};
use emotion_core::Expression;
use emotion_voice::functionals::COUNT;
use emotion_voice::model::{Dense, MOST_DEVIATIONS, OUTPUTS, Outputs, VoiceHeader, VoiceModel};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::dataset::{TRAIN, Utterance};
use super::evaluation::{SetFigures, by_set};
use super::hearing::{Hearing, hear};
use super::recipe::VoiceRecipe;
use super::table::{Piece, arousal, pieces};
use crate::backend::{TrainBackend, with_backend};
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
    /// What each member makes of the training speakers that it has not heard: a better estimate than a few
    /// speakers for validation, of networks that are a little worse than all of them together.
    fn unheard(&mut self, figures: &BTreeMap<String, SetFigures>);
}

/// Trains a model on the split `train`, and fits its temperature on speakers that each member has not heard and on
/// the split `val`.
///
/// # Errors
/// [`TrainError`] where the loss is not finite any more, or a backend fails.
pub fn train(
    recipe: &VoiceRecipe,
    utterances: &[Utterance],
    backend: TrainBackend,
    observer: &mut dyn VoiceObserver,
) -> Result<VoiceModel, TrainError> {
    with_backend!(backend, B => {
        train_on::<Autodiff<B>>(recipe, utterances, &Default::default(), observer)
    })
}

fn train_on<B: AutodiffBackend>(
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
    let mut header = VoiceHeader::new(&recipe.name, sets.into_iter().collect(), &recipe.terms);
    header.adaptation = recipe.adaptation;
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
            let of_fold: Vec<&Utterance> = of_fold.map(|(utterance, _)| *utterance).collect();
            unheard.extend(of_fold.iter().copied().zip(hear_once(&alone, &of_fold)));
        }
        model.members.push(layers);
    }
    // The temperature of members alone: averaged they are a little less sure than they could be.
    let validated = validation.iter().copied().zip(hear_once(&model, &validation));
    let labelled: Vec<LabelledLogits> = unheard
        .iter()
        .copied()
        .chain(validated)
        .filter_map(|(utterance, outputs): (&Utterance, Option<Outputs>)| {
            Some(LabelledLogits { logits: outputs?.logits, label: utterance.label })
        })
        .collect();
    if !labelled.is_empty() {
        model.header.temperature = fit_temperature(&labelled);
    }
    let temperature = model.header.temperature;
    let calibrated = unheard.into_iter().map(|(utterance, outputs)| {
        let calibrated = |outputs: Outputs| Outputs {
            logits: outputs.logits.map(|logit| logit / temperature),
            ..outputs
        };
        (utterance, outputs.map(calibrated))
    });
    observer.unheard(&by_set(calibrated));
    Ok(model)
}

/// What a model makes of recordings, one speaker's after another.
fn hear_once(model: &VoiceModel, utterances: &[&Utterance]) -> Vec<Option<Outputs>> {
    let hearing = Hearing { adaptive: true, noise: None, stream: false };
    hear(&Arc::new(model.clone()), utterances, hearing)
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
    /// What is usual for a speaker in a place, relative to what is usual for all; and whose each piece is.
    usual: Vec<Vec<f32>>,
    speakers: Vec<usize>,
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
            values.map(|(value, (mean, deviation))| (value - mean) / deviation).collect()
        };
        let inputs: Vec<Vec<f32>> = pieces.iter().map(standardised).collect();
        let (usual, speakers) = usual(training, pieces, &inputs);
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
            inputs,
            usual,
            speakers,
            targets: pieces.iter().map(target).collect(),
            weights: weights.iter().map(|weight| weight / mean_weight).collect(),
        }
    }
}

/// The mean of each speaker's pieces in each place, and whose each piece is.
fn usual(
    training: &[&Utterance],
    pieces: &[Piece],
    inputs: &[Vec<f32>],
) -> (Vec<Vec<f32>>, Vec<usize>) {
    let mut numbers: BTreeMap<(&str, &str, usize), usize> = BTreeMap::new();
    let (mut sums, mut counts, mut speakers) = (Vec::new(), Vec::new(), Vec::new());
    for (piece, input) in pieces.iter().zip(inputs) {
        let utterance = training[piece.utterance];
        let key = (utterance.set.as_str(), utterance.speaker.as_str(), piece.copy);
        let number = *numbers.entry(key).or_insert(sums.len());
        if number == sums.len() {
            sums.push(vec![0.0; COUNT]);
            counts.push(0.0);
        }
        sums[number].iter_mut().zip(input).for_each(|(sum, value): (&mut f32, _)| *sum += value);
        counts[number] += 1.0;
        speakers.push(number);
    }
    for (sum, count) in sums.iter_mut().zip(counts) {
        sum.iter_mut().for_each(|value| *value /= count);
    }
    (sums, speakers)
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
            data.convert::<f32>()
                .into_vec::<f32>()
                .map_err(|error| TrainError::Backend(format!("weights cannot be read: {error:?}")))
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
        // A new speaker is as frequent as one who is known more or less.
        let known = recipe.adaptation * (random.random_range(-0.4..1.0_f32)).max(0.0);
        let mut noise = || (0..3).map(|_| random.random_range(-1.0..1.0)).sum::<f32>();
        let usual = &table.usual[table.speakers[*piece]];
        inputs.extend(table.inputs[*piece].iter().zip(usual).map(|(value, usual)| {
            (value - known * usual).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
                + recipe.noise * noise()
        }));
    }
    let targets: Vec<f32> = batch.iter().flat_map(|piece| table.targets[*piece]).collect();
    let weights: Vec<f32> = batch.iter().map(|piece| table.weights[*piece]).collect();
    let matrix =
        |values, width| Tensor::<B, 2>::from_data(TensorData::new(values, [count, width]), device);
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
