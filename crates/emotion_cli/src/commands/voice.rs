//! `emotion train --voice` and `emotion evaluate --voice`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow, ensure};
use emotion_capture::SoundFile;
use emotion_core::AudioSource;
use emotion_train::backend::TrainBackend;
use emotion_train::save::save_bytes;
use emotion_train::voice::dataset::{Place, TRAIN, VoiceData};
use emotion_train::voice::evaluation::{SetFigures, evaluate};
use emotion_train::voice::hearing::Hearing;
use emotion_train::voice::learner::{VoiceObserver, train};
use emotion_train::voice::recipe::VoiceRecipe;
use emotion_voice::{Resampler, VoiceModel};
use serde::Serialize;

/// The split that is measured on where there is one, and not learned from.
const VALIDATION: &str = "val";
/// Problems that are listed one by one.
const LISTED: usize = 10;
/// The noise of the figures under noise, in decibels.
const NOISE: f32 = 10.0;

/// What `emotion train --voice` needs.
pub struct Training<'a> {
    pub data: &'a Path,
    pub recipe: Option<&'a Path>,
    pub epochs: Option<usize>,
    pub seed: Option<u64>,
    pub out: &'a Path,
    pub backend: TrainBackend,
}

/// Trains a voice model and writes it with its hash and its recipe.
pub fn run_training(args: &Training<'_>) -> anyhow::Result<()> {
    let mut recipe = match args.recipe {
        Some(path) => VoiceRecipe::read(path)?,
        None => VoiceRecipe::default(),
    };
    recipe.epochs = args.epochs.unwrap_or(recipe.epochs);
    recipe.seed = args.seed.unwrap_or(recipe.seed);
    ensure!(recipe.epochs > 0, "--epochs must be at least 1");
    let splits = VoiceData::splits(args.data)?;
    if let Some(missing) = recipe.sets.iter().find(|set| !splits.contains_key(*set)) {
        let known: Vec<_> = splits.keys().map(String::as_str).collect();
        return Err(anyhow!("there is no set {missing} in the data, only {}", known.join(", ")));
    }
    let wanted = |set: &str, split: &str| {
        let of_recipe = recipe.sets.is_empty() || recipe.sets.iter().any(|name| name == set);
        of_recipe && (split == TRAIN || split == VALIDATION)
    };
    let data = read(args.data, wanted)?;
    let learned = data.utterances.iter().filter(|u| u.split == TRAIN).count();
    ensure!(learned > 0, "no recording is in the split {TRAIN}");
    eprintln!(
        "{}: {learned} recordings to learn from, {} of other speakers",
        recipe.name,
        data.utterances.len() - learned
    );
    let mut screen = Screen { started: Instant::now() };
    let model = train(&recipe, &data.utterances, args.backend, &mut screen)?;

    let bytes = model.to_bytes().map_err(|reason| anyhow!("the model is unusable: {reason}"))?;
    std::fs::create_dir_all(args.out)
        .with_context(|| format!("{} cannot be made", args.out.display()))?;
    let path = args.out.join(format!("{}.safetensors", recipe.name));
    save_bytes(&path, &bytes)?;
    let recipe_path = args.out.join("recipe.json");
    std::fs::write(&recipe_path, serde_json::to_string_pretty(&recipe)? + "\n")
        .with_context(|| format!("{} cannot be written", recipe_path.display()))?;
    eprintln!(
        "{}: {} weights, temperature {:.3}",
        path.display(),
        model.parameters(),
        model.header.temperature
    );
    let validation: Vec<_> = data.utterances.into_iter().filter(|u| u.split != TRAIN).collect();
    if !validation.is_empty() {
        let hearing = Hearing { adaptive: true, noise: None, stream: false };
        print(VALIDATION, &evaluate(&Arc::new(model), &validation, hearing));
    }
    Ok(())
}

struct Screen {
    started: Instant,
}

impl VoiceObserver for Screen {
    fn prepared(&mut self, pieces: usize) {
        eprintln!("{pieces} pieces in {:.0} s", self.started.elapsed().as_secs_f64());
    }

    fn epoch(&mut self, member: usize, epoch: usize, loss: f64) {
        let seconds = self.started.elapsed().as_secs_f64();
        eprintln!("network {member}, epoch {epoch}: loss {loss:.3} ({seconds:.0} s)");
    }

    fn unheard(&mut self, figures: &BTreeMap<String, SetFigures>) {
        print("training speakers that each network has not heard", figures);
    }
}

/// What `emotion evaluate --voice` needs.
pub struct Evaluation<'a> {
    pub data: &'a Path,
    /// `None`: all splits that are not learned from.
    pub split: Option<&'a str>,
    pub model: &'a str,
    pub json: Option<&'a PathBuf>,
}

/// The figures of a voice model, as JSON.
#[derive(Serialize)]
struct Report {
    model: String,
    terms: String,
    trained_on: Vec<String>,
    parameters: usize,
    without_label: usize,
    unreadable: usize,
    /// Each speaker's recordings one after another, to whose voice the model gets used.
    sets: BTreeMap<String, SetFigures>,
    /// Each recording as if nothing had been heard of its speaker.
    alone: BTreeMap<String, SetFigures>,
    /// As `sets`, with pink noise at 10 dB.
    noise_10_db: BTreeMap<String, SetFigures>,
    /// As `sets`, through voice activity and the windows of a stream.
    stream: BTreeMap<String, SetFigures>,
    /// Median time of a window: statistics and network.
    milliseconds_a_window: f64,
}

/// Measures a voice model.
pub fn run_evaluation(args: &Evaluation<'_>) -> anyhow::Result<()> {
    let model = Arc::new(model(args.model)?);
    let splits = VoiceData::splits(args.data)?;
    let others =
        |set: &str| splits.get(set).is_some_and(|splits| splits.iter().any(|s| s != TRAIN));
    let wanted = |set: &str, split: &str| match args.split {
        Some(wanted) => split == wanted,
        // A set that is only measured on may call all of it anything.
        None => split != TRAIN || !others(set),
    };
    let data = read(args.data, wanted)?;
    let figures = |adaptive, noise, stream| {
        evaluate(&model, &data.utterances, Hearing { adaptive, noise, stream })
    };
    let report = Report {
        model: model.header.name.clone(),
        terms: model.header.terms.clone(),
        trained_on: model.header.trained_on.clone(),
        parameters: model.parameters(),
        without_label: data.without_label,
        unreadable: data.unreadable.len(),
        sets: figures(true, None, false),
        alone: figures(false, None, false),
        noise_10_db: figures(true, Some(NOISE), false),
        stream: figures(true, None, true),
        milliseconds_a_window: milliseconds_a_window(&model, &data),
    };
    eprintln!("{}: {}; {}", report.model, report.trained_on.join(", "), report.terms);
    print("speaker known", &report.sets);
    print("alone", &report.alone);
    print("noise 10 dB", &report.noise_10_db);
    print("stream", &report.stream);
    eprintln!("{:.3} ms a window", report.milliseconds_a_window);
    if let Some(path) = args.json {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(path, text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// One of the models that ship, or a file.
pub fn model(name: &str) -> anyhow::Result<VoiceModel> {
    Ok(VoiceModel::shipped_or_file(name)?)
}

fn milliseconds_a_window(model: &VoiceModel, data: &VoiceData) -> f64 {
    use emotion_voice::frames::Framer;
    use emotion_voice::functionals::{COUNT, Functionals};
    let mut functionals = Functionals::default();
    let mut runner = emotion_voice::model::Runner::default();
    let (mut statistics, mut times) = (Box::new([0.0; COUNT]), Vec::new());
    for utterance in data.utterances.iter().take(200) {
        let mut frames = Vec::new();
        let start = Instant::now();
        Framer::default().push(&utterance.samples, |frame| frames.push(frame));
        // A window brings 30 new frames.
        let framing = start.elapsed().as_secs_f64() * emotion_voice::STEP as f64;
        let framing = framing / frames.len().max(1) as f64;
        let window = &frames[..frames.len().min(emotion_voice::LONGEST)];
        let start = Instant::now();
        functionals.measure(window, &mut statistics);
        std::hint::black_box(runner.run(model, &statistics));
        times.push((framing + start.elapsed().as_secs_f64()) * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Reads recordings, and says what was left out.
pub fn read(folder: &Path, wanted: impl Fn(&str, &str) -> bool) -> anyhow::Result<VoiceData> {
    let data = VoiceData::read(folder, wanted, &mut decode)?;
    if data.without_label > 0 {
        eprintln!("{} recordings have a label that is no expression; left out", data.without_label);
    }
    for problem in data.unreadable.iter().take(LISTED) {
        eprintln!("left out: {problem}");
    }
    if data.unreadable.len() > LISTED {
        eprintln!("left out: {} more", data.unreadable.len() - LISTED);
    }
    Ok(data)
}

/// A recording at 16 kHz.
fn decode(place: &Place) -> Result<Vec<f32>, String> {
    let label = place.path.display().to_string();
    let source = match &place.part {
        Some(part) => SoundFile::open_part(&place.path, part.clone(), &label),
        None => SoundFile::open(&place.path),
    };
    let mut source = source.map_err(|error| error.to_string())?;
    let mut samples = Vec::new();
    let mut resampler: Option<Resampler> = None;
    while let Some(chunk) = source.next_chunk().map_err(|error| error.to_string())? {
        let rate = chunk.sample_rate();
        if resampler.as_ref().is_none_or(|known| known.rate() != rate) {
            resampler = Some(Resampler::new(rate).map_err(|error| error.to_string())?);
        }
        if let Some(resampler) = &mut resampler {
            resampler.push(chunk.samples(), &mut samples);
        }
    }
    if let Some(resampler) = &mut resampler {
        resampler.finish(&mut samples);
    }
    Ok(samples)
}

fn print(title: &str, sets: &BTreeMap<String, SetFigures>) {
    eprintln!("{title}:");
    for (set, figures) in sets {
        let percent = |share: f64| share * 100.0;
        let recalls: Vec<String> = figures
            .per_class_recall
            .iter()
            .map(|(name, recall)| format!("{name} {:.0}", percent(*recall)))
            .collect();
        let arousal =
            figures.arousal_correlation.map_or("-".to_owned(), |value| format!("{value:.2}"));
        eprintln!(
            "  {set}: {} recordings, unweighted recall {:.1} %, accuracy {:.1} %, calibration error {:.1} %, \
             arousal r {arousal}; {}",
            figures.n,
            percent(figures.uar),
            percent(figures.accuracy),
            percent(figures.ece),
            recalls.join(", ")
        );
    }
}
