//! The training loop: steps, validation, checkpoints.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::module::{AutodiffModule, Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::activation::log_softmax;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, ElementConversion, Tensor, TensorData};
use burn_optim::{AdamWConfig, GradientsParams, Optimizer};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::batch::Batcher;
use super::calibration::{self, Labelled};
use super::checkpoint::{Checkpoint, unwritable, write};
use super::dataset::{DataError, DataSet, LabelledFace, Split};
use super::evaluation::Tally;
use super::recipe::Recipe;
use super::teacher::Teacher;
use crate::classify::models::Network;
use crate::classify::models::training::TrainingBackend;
use crate::classify::preprocess::SIDE;
use crate::classify::weights::{self, LoadError, ModelFile, ModelHeader};
use crate::emotion::{Expression, Scores};

/// Faces in one step of validation.
const VALIDATION_BATCH: usize = 256;

/// What a run works with and where it leaves its results.
pub struct Run<'a> {
    /// What to do.
    pub recipe: &'a Recipe,
    /// The faces; `Training` teaches, `PublicTest` chooses the best epoch.
    pub data: &'a DataSet,
    /// A larger network's opinions of the training faces.
    pub teacher: Option<&'a Teacher>,
    /// The folder for the model, the curves, the recipe and the checkpoint.
    pub folder: &'a Path,
    /// Weights to start from instead of random ones.
    pub start: Option<&'a ModelFile>,
    /// Go on from the checkpoint in the folder.
    pub resume: bool,
    /// Compute the convolutions in bfloat16: faster where the processor has it, and where the
    /// backend can.
    pub bfloat16: bool,
}

/// Is told how a run goes.
pub trait Observer {
    /// A step is done.
    fn step(&mut self, progress: StepProgress);
    /// An epoch is done, validated and saved; `history` ends with it.
    fn epoch(&mut self, history: &[EpochReport]);
}

/// Where a run stands within an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepProgress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps done in it.
    pub step: usize,
    /// Steps in each epoch.
    pub steps: usize,
    /// Mean loss of the epoch so far.
    pub loss: f64,
}

/// How far a run has come after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Mean training loss.
    pub loss: f64,
    /// The learning rate of the last step.
    pub learning_rate: f64,
    /// Accuracy of the averaged weights on PublicTest, 0 to 1, by FER-2013's labels.
    pub accuracy: f64,
    /// Mean of the classes' accuracies.
    pub mean_class_accuracy: f64,
    /// Negative log-likelihood of the right labels.
    pub nll: f64,
    /// Accuracy by the majority of the FER+ votes, where they were read.
    pub ferplus_accuracy: Option<f64>,
    /// Seconds since the last report.
    pub seconds: f64,
}

/// Trains a network and leaves the best epoch's averaged weights in the run's folder.
///
/// Returns the path of the model.
///
/// # Errors
/// [`TrainError`] when data, folder or checkpoint cannot be used, or the loss is no longer finite.
pub fn train<B: AutodiffBackend + TrainingBackend>(
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

    let mut model: Network<B> = match run.start {
        Some(file) => file.network(device)?,
        None => {
            B::seed(device, recipe.seed);
            recipe.network.init(device)
        }
    };
    let mut average = model.valid();
    let mut optimizer =
        AdamWConfig::new().with_weight_decay(recipe.weight_decay).init::<B, Network<B>>();
    let mut history: Vec<EpochReport> = Vec::new();
    let checkpoint = Checkpoint::new(run.folder);
    if run.resume {
        history = checkpoint.history(recipe)?;
        model = model.load_record(checkpoint.load::<B, _>("model", device)?);
        average = average.load_record(checkpoint.load::<B::InnerBackend, _>("average", device)?);
        optimizer = optimizer.load_record(checkpoint.load::<B, _>("optimizer", device)?);
    }

    let path = run.folder.join(format!("{}.safetensors", recipe.name));
    let batcher = Batcher::new(recipe, run.teacher, faces);
    let steps = faces.len().div_ceil(recipe.batch);
    let mut started = std::time::Instant::now();
    for epoch in history.last().map_or(0, |last| last.epoch)..recipe.epochs {
        // Each epoch has a seed of its own, so that a resumed run goes on as an unbroken one.
        let seed = recipe.seed.wrapping_mul(1_000_003).wrapping_add(epoch as u64);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        B::seed(device, seed);
        let mut order: Vec<&LabelledFace> = faces.iter().collect();
        order.shuffle(&mut random);

        let mut loss_sum = 0.0;
        let mut learning_rate = 0.0;
        for (step, batch) in order.chunks(recipe.batch).enumerate() {
            let batch = batcher.batch::<B>(batch, recipe.side_at(epoch), &mut random, device);
            let faces = if run.bfloat16 { batch.faces.cast(DType::BF16) } else { batch.faces };
            let (original, ferplus) = model.forward_training(faces);
            let loss = cross_entropy(original, batch.original)
                + cross_entropy(ferplus, batch.ferplus) * recipe.ferplus_weight;
            let value = f64::from(loss.clone().into_scalar().elem::<f32>());
            if !value.is_finite() {
                return Err(TrainError::Diverged { epoch: epoch + 1, step });
            }
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let done = epoch * steps + step;
            learning_rate = recipe.learning_rate_at(done, steps);
            model = optimizer.step(learning_rate, model, gradients);
            // At first the average is young: it follows fast, then slower and slower.
            let keep = recipe.average.min((1.0 + done as f64) / (10.0 + done as f64));
            average = follow(average, &model.valid(), keep);

            loss_sum += value;
            let loss = loss_sum / (step + 1) as f64;
            observer.step(StepProgress { epoch: epoch + 1, step: step + 1, steps, loss });
        }

        let is_last = epoch + 1 == recipe.epochs;
        if (epoch + 1) % recipe.validate_every.max(1) != 0 && !is_last {
            continue;
        }
        let (tally, logits) = validate(&average, public_test, recipe.ferplus_share, device)?;
        history.push(EpochReport {
            epoch: epoch + 1,
            loss: loss_sum / steps as f64,
            learning_rate,
            accuracy: tally.original.accuracy(),
            mean_class_accuracy: tally.original.mean_class_accuracy(),
            nll: tally.original.nll(),
            ferplus_accuracy: tally.ferplus.map(|tally| tally.accuracy()),
            seconds: started.elapsed().as_secs_f64(),
        });
        if is_best(&history) {
            let temperature = calibration::fit_temperature(&logits);
            save_model(&path, &average, recipe, temperature)?;
        }
        checkpoint.save::<B, _>("model", model.clone().into_record())?;
        checkpoint.save::<B::InnerBackend, _>("average", average.clone().into_record())?;
        checkpoint.save::<B, _>("optimizer", optimizer.to_record())?;
        checkpoint.finish(recipe, &history)?;
        started = std::time::Instant::now();
        observer.epoch(&history);
    }
    Ok(path)
}

/// Writes a network as a model file, with its hash beside it.
///
/// # Errors
/// [`TrainError`] when it cannot be written.
pub fn save_model<B: Backend>(
    path: &Path,
    network: &Network<B>,
    recipe: &Recipe,
    temperature: f32,
) -> Result<(), TrainError> {
    let mut header = ModelHeader::new(&recipe.name, recipe.network.clone());
    header.ferplus_share = recipe.ferplus_share;
    header.temperature = temperature;
    header.labels_temperature = temperature;
    let bytes = weights::to_bytes(network, &header)?;
    save_bytes(path, &bytes)
}

/// Writes a model file and its line in `SHA256SUMS`.
///
/// # Errors
/// [`TrainError::Folder`] when one of them cannot be written.
pub fn save_bytes(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sums = path.with_file_name(weights::SUMS_FILE);
    let others = std::fs::read_to_string(&sums).unwrap_or_default();
    let mut lines: Vec<String> = others
        .lines()
        .filter(|line| !line.ends_with(&format!(" {name}")))
        .map(str::to_owned)
        .collect();
    lines.push(format!("{}  {name}", weights::sha256(bytes)));
    lines.sort_by(|a, b| a.split_whitespace().last().cmp(&b.split_whitespace().last()));
    write(path, bytes)?;
    write(&sums, (lines.join("\n") + "\n").as_bytes())
}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A model cannot be read or made.
    #[error(transparent)]
    Model(#[from] LoadError),
    /// The run's folder cannot be written to.
    #[error("{file} cannot be written: {reason}; name another folder with --out")]
    Folder {
        /// The file or folder.
        file: String,
        /// The system's message.
        reason: String,
    },
    /// The checkpoint cannot be used.
    #[error("the run cannot be resumed from {file}: {reason}; start it anew without --resume")]
    Checkpoint {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The loss is no longer a number.
    #[error(
        "the loss is no number any more in epoch {epoch}, step {step}; lower the learning rate"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in it, from 0.
        step: usize,
    },
    /// The backend failed.
    #[error("the backend failed: {0}")]
    Backend(String),
}

/// Mean over the batch of minus target times log probability.
fn cross_entropy<B: Backend>(logits: Tensor<B, 2>, targets: Tensor<B, 2>) -> Tensor<B, 1> {
    let faces = logits.dims()[0] as f64;
    (log_softmax(logits, 1) * targets).sum() / -faces
}

/// Results by FER-2013's labels and by FER+.
struct Validation {
    original: Tally,
    ferplus: Option<Tally>,
}

fn validate<B: Backend>(
    network: &Network<B>,
    faces: &[LabelledFace],
    ferplus_share: f64,
    device: &B::Device,
) -> Result<(Validation, Vec<Labelled>), TrainError> {
    let network = network.fold(ferplus_share);
    let mut labelled = Vec::with_capacity(faces.len());
    let mut original = Tally::default();
    let mut ferplus = Tally::default();
    for batch in faces.chunks(VALIDATION_BATCH) {
        let pixels: Vec<f32> = batch.iter().flat_map(|face| face.image.input()).collect();
        let pixels = TensorData::new(pixels, [batch.len(), 1, SIDE, SIDE]);
        let logits = network.forward(Tensor::from_data(pixels, device)).into_data();
        let logits: Vec<f32> =
            logits.to_vec().map_err(|error| TrainError::Backend(format!("{error:?}")))?;
        for (face, row) in batch.iter().zip(logits.chunks_exact(Expression::COUNT)) {
            let mut logits = [0.0; Expression::COUNT];
            logits.copy_from_slice(row);
            let scores = Scores::from_logits(logits).unwrap_or(Scores::UNIFORM);
            original.add(face.label, &scores);
            labelled.push(Labelled { logits, label: face.label });
            if let Some(majority) = face.votes.and_then(|votes| votes.majority()) {
                ferplus.add(majority, &scores);
            }
        }
    }
    let ferplus = (ferplus.count() > 0).then_some(ferplus);
    Ok((Validation { original, ferplus }, labelled))
}

fn is_best(history: &[EpochReport]) -> bool {
    match history.split_last() {
        Some((last, earlier)) => earlier.iter().all(|epoch| epoch.accuracy <= last.accuracy),
        None => false,
    }
}

/// Moves the averaged weights towards the trained ones; `keep` is the share that stays.
fn follow<B: Backend>(average: Network<B>, trained: &Network<B>, keep: f64) -> Network<B> {
    struct Collect<B: Backend>(HashMap<ParamId, Tensor<B, 1>>);
    impl<B: Backend> ModuleVisitor<B> for Collect<B> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            self.0.insert(param.id, param.val().flatten(0, D - 1));
        }
    }
    struct Follow<B: Backend>(HashMap<ParamId, Tensor<B, 1>>, f64);
    impl<B: Backend> ModuleMapper<B> for Follow<B> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
            let Some(target) = self.0.remove(&param.id) else { return param };
            param.map(|value| {
                let target = target.reshape(value.shape());
                value * self.1 + target * (1.0 - self.1)
            })
        }
    }
    let mut collect = Collect(HashMap::new());
    trained.visit(&mut collect);
    average.map(&mut Follow(collect.0, keep))
}

#[cfg(test)]
mod tests {
    use burn::backend::{Autodiff, Flex};

    use super::*;
    use crate::classify::models::Architecture;
    use crate::classify::models::cnn4::Cnn4Config;
    use crate::classify::preprocess::PIXELS;
    use crate::train::checkpoint::Progress;

    struct Silent;

    impl Observer for Silent {
        fn step(&mut self, progress: StepProgress) {
            assert!(progress.loss.is_finite() && progress.step <= progress.steps);
        }

        fn epoch(&mut self, _history: &[EpochReport]) {}
    }

    fn recipe(epochs: usize) -> Recipe {
        let channels = [2, 3, 4, 5];
        Recipe {
            network: Architecture::Cnn4(Cnn4Config { channels, hidden: 6, dropout: 0.0 }),
            epochs,
            batch: 4,
            ..Recipe::default()
        }
    }

    /// Bright faces are happy, faces that are bright on the left are sad.
    fn data(folder: &Path) -> DataSet {
        let mut text = "emotion,pixels,Usage\n".to_owned();
        for row in 0..14 {
            let pixel = |index: usize| match row % 2 {
                0 => (index * (row + 3)) % 200,
                _ => 200 - index % SIDE * 4 + row,
            };
            let pixels: Vec<String> = (0..PIXELS).map(|index| pixel(index).to_string()).collect();
            let split = if row < 10 { Split::Training } else { Split::PublicTest };
            text += &format!("{},{},{split}\n", 3 + row % 2, pixels.join(" "));
        }
        let path = folder.join("faces.csv");
        std::fs::write(&path, text).expect("a file");
        DataSet::read_csv(&path).expect("a data set")
    }

    fn start(folder: &Path) -> ModelFile {
        let network = recipe(1).network.init::<Flex>(&Default::default());
        let path = folder.join("start.safetensors");
        save_model(&path, &network, &recipe(1), 1.0).expect("a model");
        ModelFile::read(&path).expect("a model")
    }

    #[test]
    fn a_resumed_run_ends_where_an_unbroken_one_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, start) = (data(folder.path()), start(folder.path()));
        let train_in = |name: &str, recipe: &Recipe, resume: bool| {
            let folder = folder.path().join(name);
            let (start, teacher) = (Some(&start), None);
            let run = Run {
                recipe,
                data: &data,
                teacher,
                folder: &folder,
                start,
                resume,
                bfloat16: false,
            };
            train::<Autodiff<Flex>>(&run, &Default::default(), &mut Silent)
        };
        let unbroken = train_in("a", &recipe(3), false).expect("a run");
        // A run that was killed in its third epoch: what it leaves is the second's checkpoint.
        stop_after(2, &recipe(3), &data, &start, &folder.path().join("b"));
        let resumed = train_in("b", &recipe(3), true).expect("a run");
        let read = |path: &Path| std::fs::read(path).expect("a model");
        assert!(read(&unbroken) == read(&resumed));
        let lines = |path: &Path| {
            let text = std::fs::read_to_string(path.with_file_name("checkpoint/progress.json"));
            let progress: Progress = serde_json::from_str(&text.expect("a file")).expect("JSON");
            progress.history.into_iter().map(|epoch| (epoch.loss, epoch.nll)).collect::<Vec<_>>()
        };
        assert_eq!(lines(&unbroken), lines(&resumed));

        let other = Recipe { seed: 9, ..recipe(3) };
        assert!(matches!(train_in("b", &other, true), Err(TrainError::Checkpoint { .. })));
        assert!(matches!(train_in("c", &other, true), Err(TrainError::Checkpoint { .. })));
    }

    /// Trains until an epoch is done, then panics, as a kill would.
    fn stop_after(epoch: usize, recipe: &Recipe, data: &DataSet, start: &ModelFile, folder: &Path) {
        struct Kill(usize);
        impl Observer for Kill {
            fn step(&mut self, progress: StepProgress) {
                assert!(progress.epoch <= self.0, "killed");
            }

            fn epoch(&mut self, _history: &[EpochReport]) {}
        }
        let killed = std::panic::catch_unwind(|| {
            let start = Some(start);
            let run =
                Run { recipe, data, teacher: None, folder, start, resume: false, bfloat16: false };
            train::<Autodiff<Flex>>(&run, &Default::default(), &mut Kill(epoch)).map(|_| ())
        });
        assert!(killed.is_err());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = data(folder.path());
        let file = folder.path().join("faces.csv");
        let recipe = recipe(1);
        let run = Run {
            recipe: &recipe,
            data: &data,
            teacher: None,
            folder: &file,
            start: None,
            resume: false,
            bfloat16: false,
        };
        let result = train::<Autodiff<Flex>>(&run, &Default::default(), &mut Silent);
        assert!(matches!(result, Err(TrainError::Folder { .. })));
    }
}
