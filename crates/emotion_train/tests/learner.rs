//! Whole runs of a tiny network. Here, and not beside the loop: all backends would be compiled once more.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::path::Path;

use burn::backend::Flex;
use emotion_core::{PIXELS, SIDE};
use emotion_models::models::Architecture;
use emotion_models::models::cnn4::Cnn4Config;
use emotion_models::weights::ModelFile;
use emotion_train::backend::TrainBackend;
use emotion_train::dataset::{DataSet, Split};
use emotion_train::error::TrainError;
use emotion_train::learner::{Observer, Run, StepProgress, train};
use emotion_train::recipe::Recipe;
use emotion_train::report::EpochReport;
use emotion_train::save::save_model;

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
fn a_resumed_run_ends_like_an_uninterrupted_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, start) = (data(folder.path()), start(folder.path()));
    let train_in = |name: &str, recipe: &Recipe, resume: bool| {
        let folder = folder.path().join(name);
        let (start, teacher) = (Some(&start), None);
        let run =
            Run { recipe, data: &data, teacher, folder: &folder, start, resume, bfloat16: false };
        train(&run, TrainBackend::Flex, &mut Silent)
    };
    let uninterrupted = train_in("a", &recipe(3), false).expect("a run");
    // A run that was killed in its third epoch: what it leaves is the second's checkpoint.
    stop_after(2, &recipe(3), &data, &start, &folder.path().join("b"));
    let resumed = train_in("b", &recipe(3), true).expect("a run");
    let read = |path: &Path| std::fs::read(path).expect("a model");
    assert!(read(&uninterrupted) == read(&resumed));
    let lines = |path: &Path| {
        let text = std::fs::read_to_string(path.with_file_name("checkpoint/progress.json"));
        let progress: serde_json::Value =
            serde_json::from_str(&text.expect("a file")).expect("JSON");
        let history = progress["history"].as_array().expect("epochs").clone();
        assert_eq!(history.len(), 3);
        let numbers = |epoch: serde_json::Value| [epoch["loss"].clone(), epoch["nll"].clone()];
        history.into_iter().map(numbers).collect::<Vec<_>>()
    };
    assert_eq!(lines(&uninterrupted), lines(&resumed));

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
        train(&run, TrainBackend::Flex, &mut Kill(epoch)).map(|_| ())
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
    let result = train(&run, TrainBackend::Flex, &mut Silent);
    assert!(matches!(result, Err(TrainError::Folder { .. })));
}
