//! The training loop: steps, validation, checkpoints.

use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Module};
use burn::tensor::activation::log_softmax;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, ElementConversion, Tensor};
use burn_optim::{AdamWConfig, GradientsParams, Optimizer};
use emotion_models::models::Network;
use emotion_models::models::training::TrainingBackend;
use emotion_models::weights::ModelFile;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::backend::{TrainBackend, with_backend};
use super::batch::{Batch, Batcher};
use super::checkpoint::Checkpoint;
use super::dataset::{DataSet, LabelledFace, Split};
use super::ema::{decay_at, update_average};
use super::error::{TrainError, unwritable};
use super::recipe::Recipe;
use super::report::{EpochReport, is_best};
use super::save::{save_model, write};
use super::teacher::Teacher;
use super::temperature::fit_temperature;
use super::validation::validate;

/// The inputs of a training run, and the folder for its results.
pub struct Run<'a> {
    /// The hyperparameters.
    pub recipe: &'a Recipe,
    /// The faces: `Training` to train on, `PublicTest` to choose the best epoch.
    pub data: &'a DataSet,
    /// Soft targets from larger networks.
    pub teacher: Option<&'a Teacher>,
    /// The folder for the model, the curves, the recipe and the checkpoint.
    pub folder: &'a Path,
    /// Weights to start from instead of random ones.
    pub start: Option<&'a ModelFile>,
    /// Resume from the checkpoint in the folder.
    pub resume: bool,
    /// Compute the convolutions in bfloat16, where the backend can: faster on processors that have
    /// it.
    pub bfloat16: bool,
}

/// Receives the progress of a run.
pub trait Observer {
    /// A step was done.
    fn step(&mut self, progress: StepProgress);
    /// An epoch was done, validated and saved; it is the last one in `history`.
    fn epoch(&mut self, history: &[EpochReport]);
}

/// The progress within an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepProgress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps done in the epoch.
    pub step: usize,
    /// Steps in an epoch.
    pub steps: usize,
    /// Mean loss of the epoch so far.
    pub loss: f64,
}

/// Trains a network and writes the best epoch's averaged weights into the run's folder.
///
/// Returns the path of the model.
///
/// # Errors
/// [`TrainError`] when data, folder or checkpoint cannot be used, or the loss is not finite any more.
pub fn train(
    run: &Run<'_>,
    backend: TrainBackend,
    observer: &mut dyn Observer,
) -> Result<PathBuf, TrainError> {
    with_backend!(backend, B => train_on::<Autodiff<B>>(run, &Default::default(), observer))
}

fn train_on<B: AutodiffBackend + TrainingBackend>(
    run: &Run<'_>,
    device: &B::Device,
    observer: &mut dyn Observer,
) -> Result<PathBuf, TrainError> {
    let recipe = run.recipe;
    let faces = run.data.faces(Split::Training)?;
    let public_test = run.data.faces(Split::PublicTest)?;
    std::fs::create_dir_all(run.folder).map_err(|error| unwritable(run.folder, error))?;
    let recipe_text = serde_json::to_string_pretty(recipe).unwrap_or_default() + "\n";
    write(&run.folder.join("recipe.json"), recipe_text.as_bytes())?;

    let optimizer = AdamWConfig::new().with_weight_decay(recipe.weight_decay);
    let mut state = State::start(run, optimizer.init::<B, Network<B>>(), device)?;
    let checkpoint = Checkpoint::new(run.folder);
    if run.resume {
        state = state.resume(&checkpoint, recipe, device)?;
    }

    let path = run.folder.join(format!("{}.safetensors", recipe.name));
    let batcher = Batcher::new(recipe, run.teacher, faces);
    let mut started = Instant::now();
    for epoch in state.history.last().map_or(0, |last| last.epoch)..recipe.epochs {
        let summary;
        (state, summary) = train_epoch(state, epoch, run, faces, &batcher, device, observer)?;
        let is_last = epoch + 1 == recipe.epochs;
        if (epoch + 1) % recipe.validate_every.max(1) != 0 && !is_last {
            continue;
        }
        let validation = validate(&state.average, public_test, recipe.ferplus_share, device)?;
        state.history.push(EpochReport {
            epoch: epoch + 1,
            loss: summary.loss,
            learning_rate: summary.learning_rate,
            accuracy: validation.original.accuracy(),
            mean_class_accuracy: validation.original.mean_class_accuracy(),
            nll: validation.original.nll(),
            ferplus_accuracy: validation.ferplus.map(|tally| tally.accuracy()),
            seconds: started.elapsed().as_secs_f64(),
        });
        if is_best(&state.history) {
            let temperature = fit_temperature(&validation.logits);
            save_model(&path, &state.average, recipe, temperature)?;
        }
        state.save(&checkpoint, recipe)?;
        started = Instant::now();
        observer.epoch(&state.history);
    }
    Ok(path)
}

/// What a run changes from step to step, and a checkpoint keeps.
struct State<B: AutodiffBackend, O> {
    model: Network<B>,
    /// The moving average of the model's weights.
    average: Network<B::InnerBackend>,
    optimizer: O,
    history: Vec<EpochReport>,
}

impl<B: AutodiffBackend, O: Optimizer<Network<B>, B>> State<B, O> {
    /// The state before the first step.
    fn start(run: &Run<'_>, optimizer: O, device: &B::Device) -> Result<Self, TrainError> {
        let model: Network<B> = match run.start {
            Some(file) => file.network(device)?,
            None => {
                B::seed(device, run.recipe.seed);
                run.recipe.network.init(device)
            }
        };
        let average = model.valid();
        Ok(Self { model, average, optimizer, history: Vec::new() })
    }

    /// The state in a checkpoint.
    fn resume(
        self,
        checkpoint: &Checkpoint,
        recipe: &Recipe,
        device: &B::Device,
    ) -> Result<Self, TrainError> {
        let history = checkpoint.history(recipe)?;
        let model = checkpoint.load::<B, _>("model", device)?;
        let average = checkpoint.load::<B::InnerBackend, _>("average", device)?;
        let optimizer = checkpoint.load::<B, _>("optimizer", device)?;
        Ok(Self {
            model: self.model.load_record(model),
            average: self.average.load_record(average),
            optimizer: self.optimizer.load_record(optimizer),
            history,
        })
    }

    fn save(&self, checkpoint: &Checkpoint, recipe: &Recipe) -> Result<(), TrainError> {
        checkpoint.save::<B, _>("model", self.model.clone().into_record())?;
        checkpoint.save::<B::InnerBackend, _>("average", self.average.clone().into_record())?;
        checkpoint.save::<B, _>("optimizer", self.optimizer.to_record())?;
        checkpoint.finish(recipe, &self.history)
    }

    /// Updates weights and average by the gradient of a loss.
    fn update(mut self, loss: Tensor<B, 1>, learning_rate: f64, decay: f64) -> Self {
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        let model = self.optimizer.step(learning_rate, self.model, gradients);
        let average = update_average(self.average, &model.valid(), decay);
        Self { model, average, ..self }
    }
}

/// The results of an epoch's steps.
struct EpochSummary {
    /// The mean loss.
    loss: f64,
    /// The learning rate of the last step.
    learning_rate: f64,
}

/// Trains on each face once.
fn train_epoch<B: AutodiffBackend + TrainingBackend, O: Optimizer<Network<B>, B>>(
    mut state: State<B, O>,
    epoch: usize,
    run: &Run<'_>,
    faces: &[LabelledFace],
    batcher: &Batcher<'_>,
    device: &B::Device,
    observer: &mut dyn Observer,
) -> Result<(State<B, O>, EpochSummary), TrainError> {
    let recipe = run.recipe;
    let steps = faces.len().div_ceil(recipe.batch);
    // Each epoch has its own seed, so that a resumed run continues like an uninterrupted one.
    let seed = recipe.seed.wrapping_mul(1_000_003).wrapping_add(epoch as u64);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    B::seed(device, seed);
    let mut order: Vec<&LabelledFace> = faces.iter().collect();
    order.shuffle(&mut random);

    let mut loss_sum = 0.0;
    let mut learning_rate = 0.0;
    for (step, batch) in order.chunks(recipe.batch).enumerate() {
        let batch = batcher.batch::<B>(batch, recipe.side_at(epoch), &mut random, device);
        let loss = loss(&state.model, batch, run);
        let value = f64::from(loss.clone().into_scalar().elem::<f32>());
        if !value.is_finite() {
            return Err(TrainError::Diverged { epoch: epoch + 1, step });
        }
        let done = epoch * steps + step;
        learning_rate = recipe.learning_rate_at(done, steps);
        state = state.update(loss, learning_rate, decay_at(done, recipe.average));

        loss_sum += value;
        let loss = loss_sum / (step + 1) as f64;
        observer.step(StepProgress { epoch: epoch + 1, step: step + 1, steps, loss });
    }
    Ok((state, EpochSummary { loss: loss_sum / steps as f64, learning_rate }))
}

/// The weighted cross entropy of both heads.
fn loss<B: TrainingBackend>(model: &Network<B>, batch: Batch<B>, run: &Run<'_>) -> Tensor<B, 1> {
    let faces = if run.bfloat16 { batch.faces.cast(DType::BF16) } else { batch.faces };
    let (original, ferplus) = model.forward_training(faces);
    cross_entropy(original, batch.original)
        + cross_entropy(ferplus, batch.ferplus) * run.recipe.ferplus_weight
}

/// The cross entropy of logits and target probabilities, mean over the batch.
fn cross_entropy<B: Backend>(logits: Tensor<B, 2>, targets: Tensor<B, 2>) -> Tensor<B, 1> {
    let faces = logits.dims()[0] as f64;
    (log_softmax(logits, 1) * targets).sum() / -faces
}
