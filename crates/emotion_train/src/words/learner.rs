//! The training loop.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::backend::Autodiff;
use burn::module::AutodiffModule;
use burn::tensor::activation::log_sigmoid;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use burn_optim::{AdamWConfig, GradientsParams, Optimizer};
use emotion_core::Expression;
use emotion_words::text::tokenise;
use emotion_words::{KnownWords, WordsHeader, WordsModel, WordsNetwork, WordsReadout};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::batch::{PreparedLines, known_words};
use super::direct::{Direct, fit_direct};
use super::evaluation::{Read, SetFigures, figures};
use super::fit::{ReadLine, fit};
use super::lines::{LabelledLine, LineSplit, Lines, LinesError};
use super::recipe::WordsRecipe;
use crate::backend::{TrainBackend, with_backend};
use crate::ema::{decay_at, update_average};
use crate::error::{TrainError, unwritable};
use crate::save::{save_bytes, write};

/// Lines in a batch of validation.
const BATCH: usize = 256;

/// The inputs of a training run, and the folder for its results.
pub struct WordsRun<'a> {
    /// The hyperparameters.
    pub recipe: &'a WordsRecipe,
    /// The lines: `train` to train on, `val` to choose the best epoch and to fit the readout.
    pub lines: &'a Lines,
    /// The folder for the model, the recipe and the history.
    pub folder: &'a Path,
}

/// Receives the progress of a run.
pub trait WordsObserver {
    /// A step was done: the epoch, from 1; steps done in it, and all; its mean loss.
    fn step(&mut self, epoch: usize, step: usize, steps: usize, loss: f64);
    /// An epoch was done and validated.
    fn epoch(&mut self, report: &WordsEpoch);
}

/// The results of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordsEpoch {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Mean training loss.
    pub loss: f64,
    /// Figures on `val` by set. The readout of each half of the lines is fitted on the other half.
    pub sets: BTreeMap<String, SetFigures>,
    /// Mean of the sets' macro-F1.
    pub macro_f1: f64,
    /// Whether it is the best so far.
    pub is_best: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

/// Trains a network and writes the best epoch's averaged weights into the run's folder.
///
/// Returns the path of the model.
///
/// # Errors
/// [`TrainError`] when lines or folder cannot be used, or the loss is not finite any more.
pub fn train(
    run: &WordsRun<'_>,
    backend: TrainBackend,
    observer: &mut dyn WordsObserver,
) -> Result<PathBuf, TrainError> {
    with_backend!(backend, B => train_on::<Autodiff<B>>(run, &Default::default(), observer))
}

fn train_on<B: AutodiffBackend>(
    run: &WordsRun<'_>,
    device: &B::Device,
    observer: &mut dyn WordsObserver,
) -> Result<PathBuf, TrainError> {
    let recipe = run.recipe;
    let training = some(run.lines.of(LineSplit::Train), "train")?;
    let validation = some(run.lines.of(LineSplit::Val), "val")?;
    std::fs::create_dir_all(run.folder).map_err(|error| unwritable(run.folder, error))?;
    let text = serde_json::to_string_pretty(recipe).unwrap_or_default() + "\n";
    write(&run.folder.join("recipe.json"), text.as_bytes())?;

    let prepared = PreparedLines::new(&training, &recipe.network);
    let frequent = prepared.frequent(recipe.least_direct);
    let known = known_words(&training, recipe.least_known);
    let validation = Validation {
        prepared: PreparedLines::new(&validation, &recipe.network),
        lines: validation,
        known: &known,
    };
    let path = run.folder.join(format!("{}.safetensors", recipe.name));
    let mut learner = Learner::<B>::new(recipe, device);
    let (rows, epochs) = (recipe.network.direct, recipe.direct_epochs);
    let direct = fit_direct(&prepared, &validation.prepared, &frequent, rows, epochs, recipe.seed);
    if let Some(direct) = direct {
        learner.start_with(direct);
    }
    let optimizer = AdamWConfig::new().with_weight_decay(recipe.weight_decay);
    let mut optimizer = optimizer.init::<B, WordsNetwork<B>>();
    let mut history: Vec<WordsEpoch> = Vec::new();
    for epoch in 0..recipe.epochs {
        let started = Instant::now();
        let loss = learner.epoch(epoch, &mut optimizer, &prepared, &frequent, observer)?;
        let average = learner.average.clone();
        let read = validation.read::<B::InnerBackend>(&average, recipe, device)?;
        let sets = validation.cross_fitted(&read);
        let macro_f1 =
            sets.values().map(|set| set.macro_f1).sum::<f64>() / sets.len().max(1) as f64;
        let is_best = history.iter().all(|earlier| earlier.macro_f1 < macro_f1);
        if is_best {
            let mut header = WordsHeader::new(&recipe.name, recipe.network);
            header.readout = fit(&read);
            let model = WordsModel { header, network: average, known: known.clone() };
            save_bytes(&path, &model.to_bytes()?)?;
        }
        let seconds = started.elapsed().as_secs_f64();
        history.push(WordsEpoch { epoch: epoch + 1, loss, sets, macro_f1, is_best, seconds });
        let text = serde_json::to_string_pretty(&history).unwrap_or_default() + "\n";
        write(&run.folder.join("history.json"), text.as_bytes())?;
        if let Some(report) = history.last() {
            observer.epoch(report);
        }
    }
    Ok(path)
}

fn some<'a>(
    lines: Vec<&'a LabelledLine>,
    split: &'static str,
) -> Result<Vec<&'a LabelledLine>, LinesError> {
    if lines.is_empty() { Err(LinesError::NoSplit(split)) } else { Ok(lines) }
}

/// What changes from step to step.
struct Learner<'a, B: AutodiffBackend> {
    recipe: &'a WordsRecipe,
    device: &'a B::Device,
    model: WordsNetwork<B>,
    /// The moving average of the model's weights.
    average: WordsNetwork<B::InnerBackend>,
    steps_done: usize,
}

impl<'a, B: AutodiffBackend> Learner<'a, B> {
    fn new(recipe: &'a WordsRecipe, device: &'a B::Device) -> Self {
        B::seed(device, recipe.seed);
        let model: WordsNetwork<B> = recipe.network.init(device);
        let average = model.valid();
        Self { recipe, device, model, average, steps_done: 0 }
    }

    /// Puts what the logistic regression has learnt into the network.
    fn start_with(&mut self, direct: Direct) {
        let shape = [direct.table.len(), Expression::COUNT];
        let table =
            TensorData::new(direct.table.into_iter().flatten().collect::<Vec<f32>>(), shape);
        let bias = TensorData::new(direct.bias.to_vec(), [Expression::COUNT]);
        let table = Tensor::from_data(table, self.device);
        let bias = Tensor::from_data(bias, self.device);
        self.model.direct = self.model.direct.clone().map(|_| table);
        let output = self.model.output.bias.take();
        self.model.output.bias = output.map(|old| old.map(|_| bias));
        self.average = self.model.valid();
    }

    /// Trains on each line once; returns the mean loss.
    fn epoch(
        &mut self,
        epoch: usize,
        optimizer: &mut impl Optimizer<WordsNetwork<B>, B>,
        lines: &PreparedLines,
        frequent: &HashSet<u64>,
        observer: &mut dyn WordsObserver,
    ) -> Result<f64, TrainError> {
        let recipe = self.recipe;
        let seed = recipe.seed.wrapping_mul(1_000_003).wrapping_add(epoch as u64);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        B::seed(self.device, seed);
        let batches = lines.batches(recipe.batch, &mut random);
        let mut sum = 0.0;
        for (step, batch) in batches.iter().enumerate() {
            let (input, labels) =
                lines.training_batch::<B>(batch, frequent, recipe, &mut random, self.device);
            let loss = cross_entropy(self.model.forward(input), labels);
            let value = f64::from(loss.clone().into_scalar().elem::<f32>());
            if !value.is_finite() {
                return Err(TrainError::Diverged { epoch: epoch + 1, step });
            }
            self.update(loss, optimizer, recipe.epochs * batches.len());
            sum += value;
            observer.step(epoch + 1, step + 1, batches.len(), sum / (step + 1) as f64);
        }
        Ok(sum / batches.len().max(1) as f64)
    }

    /// Updates weights and average by the gradient of a loss.
    fn update(
        &mut self,
        loss: Tensor<B, 1>,
        optimizer: &mut impl Optimizer<WordsNetwork<B>, B>,
        steps: usize,
    ) {
        let rate = self.recipe.learning_rate_at(self.steps_done, steps);
        let mut gradients = loss.backward();
        let direct = [self.model.direct.id];
        let direct = GradientsParams::from_params(&mut gradients, &self.model, &direct);
        let others = GradientsParams::from_grads(gradients, &self.model);
        let mut model = self.model.clone();
        if self.recipe.direct_rate > 0.0 {
            model = optimizer.step(rate * self.recipe.direct_rate, model, direct);
        }
        self.model = optimizer.step(rate, model, others);
        let decay = decay_at(self.steps_done, self.recipe.average);
        self.average = update_average(self.average.clone(), &self.model.valid(), decay);
        self.steps_done += 1;
    }
}

/// The binary cross entropy of seven labels, each for itself; mean over all.
fn cross_entropy<B: Backend>(logits: Tensor<B, 2>, labels: Tensor<B, 2>) -> Tensor<B, 1> {
    let there = log_sigmoid(logits.clone()) * labels.clone();
    let absent = log_sigmoid(-logits) * (labels * -1.0 + 1.0);
    -(there + absent).mean()
}

/// The lines to choose by.
struct Validation<'a> {
    lines: Vec<&'a LabelledLine>,
    prepared: PreparedLines,
    known: &'a KnownWords,
}

impl Validation<'_> {
    fn read<B: Backend>(
        &self,
        network: &WordsNetwork<B>,
        recipe: &WordsRecipe,
        device: &B::Device,
    ) -> Result<Vec<ReadLine>, TrainError> {
        // What was too rare to be learnt has zeros in its row, unless it shares the row: all pieces count.
        let all: Vec<usize> = (0..self.prepared.len()).collect();
        let mut read = Vec::with_capacity(all.len());
        for batch in all.chunks(BATCH) {
            let rows = self.prepared.whole_rows(batch);
            let logits = network.forward(rows.on::<B>(&recipe.network, device)).into_data();
            let logits: Vec<f32> = logits
                .convert::<f32>()
                .to_vec()
                .map_err(|error| TrainError::Backend(format!("{error:?}")))?;
            for (line, row) in batch.iter().zip(logits.chunks_exact(Expression::COUNT)) {
                let mut logits = [0.0; Expression::COUNT];
                logits.copy_from_slice(row);
                let line = self.lines[*line];
                let known = self.known.share_of(&tokenise(&line.text));
                read.push(ReadLine { logits, labels: line.labels, known });
            }
        }
        Ok(read)
    }

    /// The figures, each half of the lines with a readout that was fitted on the other half.
    fn cross_fitted(&self, read: &[ReadLine]) -> BTreeMap<String, SetFigures> {
        let half = |rest: usize| {
            let lines = read.iter().enumerate().filter(|(index, _)| index % 2 == rest);
            fit(&lines.map(|(_, line)| *line).collect::<Vec<_>>())
        };
        let readouts: [WordsReadout; 2] = [half(1), half(0)];
        figures(&self.lines, |_, index| {
            let (line, readout) = (&read[index], &readouts[index % 2]);
            let is_understood = line.known >= readout.least_known && line.known > 0.0;
            match is_understood {
                true => Read {
                    scores: readout.scores(&line.logits),
                    labels: readout.labels(&line.logits),
                    is_understood,
                },
                false => Read {
                    scores: emotion_core::Scores::UNIFORM,
                    labels: [false; Expression::COUNT],
                    is_understood,
                },
            }
        })
    }
}
