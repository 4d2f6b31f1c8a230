//! Milliseconds that models take for one face and for eight: on each backend, layer by layer on
//! Burn's `flex` (what the CPU backend saves against it), and on ONNX Runtime with the same network,
//! where Python has it (`EMOTION_PYTHON` names one; one thread).
//!
//! All take turns in one run, so that a busy machine slows all of them alike; medians.
//!
//! `cargo bench -p emotion_models --features cnn4,efficientnet,resnet,onnx --bench classify [-- MODEL…]`

#![expect(clippy::print_stdout, reason = "a bench prints its result")]

#[path = "../../emotion_cli/tests/python/mod.rs"]
mod python;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use burn::backend::Flex;
use burn::tensor::{Tensor, TensorData};
use emotion_core::{FaceImage, Frame, FrameRect, PIXELS, SIDE};
use emotion_models::models::layers::FoldedNetwork;
use emotion_models::weights::ModelFile;
use emotion_models::{
    BackendChoice, Classifier, ClassifierOptions, Hardware, ModelChoice, Readout, onnx,
    shipped_models,
};
use emotion_vision::crop::face_image;

/// How long a model's measurement goes on for each number of faces.
const TIME: Duration = Duration::from_secs(6);

/// Calls that one contender makes before it is the next one's turn.
const TURN: usize = 4;

/// The numbers of faces.
const FACES: [usize; 2] = [1, 8];

fn main() -> Result<(), Box<dyn Error>> {
    let named: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let models: Vec<String> =
        if named.is_empty() { shipped_models().map(str::to_owned).collect() } else { named };
    print_preparation()?;
    let python = python::with_onnx_runtime();
    if let Err(reason) = &python {
        println!("without ONNX Runtime: {reason}");
    }
    let folder = tempfile::tempdir()?;
    for model in models {
        let file = model.parse::<ModelChoice>()?.read(Hardware::Cpu)?;
        println!("\n{model}: {}", file.header().architecture.cost());
        let mut contenders: Vec<Box<dyn Contender>> = Vec::new();
        for backend in [BackendChoice::Cpu, BackendChoice::Wgpu] {
            match Backend::start(backend, model.parse()?) {
                Ok(contender) => contenders.push(Box::new(contender)),
                Err(error) => println!("{backend}: {error}"),
            }
        }
        contenders.push(Box::new(LayerByLayer::new(&file)?));
        if let Ok(python) = &python {
            let path = folder.path().join("model.onnx");
            std::fs::write(&path, onnx::export(&file)?)?;
            contenders.push(Box::new(OnnxRuntime::start(python, &path)?));
        }
        print_times(&mut contenders)?;
    }
    Ok(())
}

/// Prints a row for each contender.
fn print_times(contenders: &mut [Box<dyn Contender>]) -> Result<(), Box<dyn Error>> {
    let mut medians = Vec::new();
    for faces in FACES {
        let mut times = vec![Vec::new(); contenders.len()];
        let started = Instant::now();
        while started.elapsed() < TIME {
            for (contender, times) in contenders.iter_mut().zip(&mut times) {
                for _ in 0..TURN {
                    times.push(contender.milliseconds(faces)?);
                }
            }
        }
        medians.push(times.into_iter().map(median).collect::<Vec<_>>());
    }
    println!("{:>10} {:>10}", "1 face", "8 faces");
    for (place, contender) in contenders.iter().enumerate() {
        let [one, eight] = [medians[0][place], medians[1][place]];
        println!("{one:>7.2} ms {eight:>7.2} ms  {}", contender.name());
    }
    Ok(())
}

/// What runs a model.
trait Contender {
    fn name(&self) -> String;

    /// Time of one call with so many faces.
    fn milliseconds(&mut self, faces: usize) -> Result<f64, Box<dyn Error>>;
}

/// A backend of this crate.
struct Backend {
    classifier: Box<dyn Classifier>,
    start: f64,
    faces: Vec<FaceImage>,
}

impl Backend {
    fn start(backend: BackendChoice, model: ModelChoice) -> Result<Self, Box<dyn Error>> {
        let started = Instant::now();
        let mut classifier = ClassifierOptions::new(backend, model).load()?;
        let start = milliseconds_since(started);
        let faces: Vec<FaceImage> = (0..FACES[1]).map(face).collect();
        // A batch of another size is another set of shaders.
        classifier.classify(&faces)?;
        Ok(Self { classifier, start, faces })
    }
}

impl Contender for Backend {
    fn name(&self) -> String {
        let info = self.classifier.description();
        format!("{} on {}, started in {:.0} ms", info.backend, info.device, self.start)
    }

    fn milliseconds(&mut self, faces: usize) -> Result<f64, Box<dyn Error>> {
        let started = Instant::now();
        std::hint::black_box(self.classifier.classify(&self.faces[..faces])?);
        Ok(milliseconds_since(started))
    }
}

/// The network's layers as Burn's operations, one face after the other.
struct LayerByLayer(FoldedNetwork<Flex>);

impl LayerByLayer {
    fn new(file: &ModelFile) -> Result<Self, Box<dyn Error>> {
        let network = file.network::<Flex>(&Default::default())?;
        Ok(Self(network.fold(file.header().share(Readout::Output))))
    }
}

impl Contender for LayerByLayer {
    fn name(&self) -> String {
        "Burn's flex, layer by layer".to_owned()
    }

    fn milliseconds(&mut self, faces: usize) -> Result<f64, Box<dyn Error>> {
        let started = Instant::now();
        for seed in 0..faces {
            let pixels = TensorData::new(face(seed).input(), [1, 1, SIDE, SIDE]);
            let logits = self.0.forward(Tensor::from_data(pixels, &Default::default()));
            std::hint::black_box(logits.into_data());
        }
        Ok(milliseconds_since(started))
    }
}

/// A Python that answers each number of faces with the milliseconds that they took.
const SERVER: &str = r#"
import sys, time, numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
faces = numpy.random.default_rng(1).standard_normal((8, 1, 48, 48)).astype("float32")
session.run(None, {"faces": faces})
print(onnxruntime.__version__, flush=True)
for line in sys.stdin:
    batch = faces[: int(line)]
    started = time.perf_counter()
    session.run(None, {"faces": batch})
    print((time.perf_counter() - started) * 1e3, flush=True)
"#;

/// ONNX Runtime in a process of its own, which measures itself.
struct OnnxRuntime {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    version: String,
}

impl OnnxRuntime {
    fn start(python: &str, model: &Path) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(python);
        command.args(["-c", SERVER]).arg(model);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let questions = process.stdin.take().ok_or("Python has no input")?;
        let answers = process.stdout.take().ok_or("Python has no output")?;
        let mut runtime =
            Self { process, questions, answers: BufReader::new(answers), version: String::new() };
        runtime.version = runtime.answer()?;
        Ok(runtime)
    }

    fn answer(&mut self) -> Result<String, Box<dyn Error>> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.is_empty() { Err("Python has ended".into()) } else { Ok(line.trim().to_owned()) }
    }
}

impl Contender for OnnxRuntime {
    fn name(&self) -> String {
        format!("ONNX Runtime {}, one thread", self.version)
    }

    fn milliseconds(&mut self, faces: usize) -> Result<f64, Box<dyn Error>> {
        writeln!(self.questions, "{faces}")?;
        Ok(self.answer()?.parse()?)
    }
}

impl Drop for OnnxRuntime {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How long cutting a face out of a frame takes.
fn print_preparation() -> Result<(), Box<dyn Error>> {
    let frame = noise(640, 480)?;
    let crop = |side| {
        let bbox_in_frame = FrameRect::square((320.0, 240.0), side);
        let times = (0..200).map(|_| {
            let started = Instant::now();
            std::hint::black_box(face_image(&frame, bbox_in_frame, 0.2));
            milliseconds_since(started)
        });
        median(times.collect())
    };
    println!(
        "preparing a face of 40, 160 and 400 pixels: {:.3}, {:.3}, {:.3} ms",
        crop(40.0),
        crop(160.0),
        crop(400.0)
    );
    Ok(())
}

fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn face(seed: usize) -> FaceImage {
    FaceImage { grey: (0..PIXELS).map(|index| (index * (seed + 7) % 251) as u8).collect() }
}

fn noise(width: u32, height: u32) -> Result<Frame, emotion_core::FrameError> {
    let bytes = (0..width as usize * height as usize * 3).map(|index| (index * 7 % 253) as u8);
    Frame::from_rgb(bytes.collect(), width, height, 0, Duration::ZERO)
}
