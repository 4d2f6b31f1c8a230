//! Models as ONNX files: the files themselves, and ONNX Runtime's answers against this crate's.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod python;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use burn::backend::Flex;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor, TensorData};
use emotion_core::Expression;
use emotion_core::{FaceImage, PIXELS, SIDE};
use emotion_models::models::Architecture;
use emotion_models::onnx::proto::{FLOAT, Length, Model, ValueInfo};
use emotion_models::onnx::{FACES, LOGITS, OPERATORS, PROBABILITIES, export};
use emotion_models::weights::{ModelFile, ModelHeader, to_bytes};
use emotion_models::{BackendChoice, ClassifierOptions, Hardware, ModelChoice, shipped_models};
use prost::Message;

/// How far ONNX Runtime's outputs may be from ours.
const TOLERANCE: f32 = 1e-3;

/// Adds something to all biases, scales, shifts and running statistics: those of a new network are 0
/// and 1, with which any way of folding is right.
struct Unsettle;

impl<B: Backend> ModuleMapper<B> for Unsettle {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        param.map(|tensor| {
            if D > 1 {
                return tensor;
            }
            let some = Distribution::Uniform(0.05, 0.4);
            tensor.clone() + Tensor::random(tensor.shape(), some, &tensor.device())
        })
    }
}

/// A model of each kind with random weights, written into a folder.
fn random_models(folder: &Path) -> Vec<(String, ModelChoice)> {
    let device = Default::default();
    Flex::seed(&device, 11);
    let mut models = Vec::new();
    for architecture in Architecture::all() {
        let name = format!("random-{}", architecture.name());
        let network = architecture.init::<Flex>(&device).map(&mut Unsettle);
        let mut header = ModelHeader::new(&name, architecture);
        header.temperature = 1.7;
        header.ferplus_share = 0.3;
        let path = folder.join(format!("{name}.safetensors"));
        std::fs::write(&path, to_bytes(&network, &header).expect("bytes")).expect("a file");
        models.push((name, ModelChoice::Path(path)));
    }
    models
}

/// The models that ship and [`random_models`].
fn models(folder: &Path) -> Vec<(String, ModelChoice)> {
    let shipped =
        shipped_models().map(|name| (name.to_owned(), ModelChoice::Name(name.to_owned())));
    shipped.chain(random_models(folder)).collect()
}

fn read(choice: &ModelChoice) -> ModelFile {
    choice.read(Hardware::Cpu).expect("a model")
}

#[test]
fn files_are_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, choice) in models(folder.path()) {
        let file = read(&choice);
        let model = Model::decode(&*export(&file).expect("ONNX")).expect("a message");
        let operators: Vec<_> =
            model.opset_import.iter().map(|set| (set.domain.as_str(), set.version)).collect();
        assert_eq!(operators, [("", OPERATORS)]);
        for expression in Expression::ALL {
            assert!(model.doc_string.contains(expression.name()), "{}", model.doc_string);
        }
        let entry = |key| model.metadata_props.iter().find(|entry| entry.key == key);
        let value = |key| entry(key).map(|entry| entry.value.as_str()).expect("an entry");
        assert_eq!(value("labels"), "angry,disgust,fear,happy,sad,surprise,neutral");
        assert_eq!(value("preprocessing"), file.header().preprocessing);
        assert!(value("temperature").parse::<f32>().expect("a number") > 0.0);

        let graph = model.graph.expect("a graph");
        let shapes: Vec<_> = graph.input.iter().chain(&graph.output).map(shape).collect();
        let batch_of = |dims: &[usize]| {
            let dims = dims.iter().map(|&length| Length::Fixed(length as i64));
            std::iter::once(Length::Named("batch".to_owned())).chain(dims).collect::<Vec<_>>()
        };
        let expected = [
            (FACES.to_owned(), batch_of(&[1, SIDE, SIDE])),
            (LOGITS.to_owned(), batch_of(&[Expression::COUNT])),
            (PROBABILITIES.to_owned(), batch_of(&[Expression::COUNT])),
        ];
        assert_eq!(shapes, expected, "{name}");

        let constants: HashSet<&str> =
            graph.initializer.iter().map(|constant| constant.name.as_str()).collect();
        assert_eq!(constants.len(), graph.initializer.len(), "{name}: a name twice");
        let mut known = constants.clone();
        known.insert(FACES);
        let mut used = HashSet::new();
        for node in &graph.node {
            for input in &node.input {
                assert!(known.contains(input.as_str()), "{name}: {} reads {input}", node.name);
                used.insert(input.as_str());
            }
            for output in &node.output {
                assert!(known.insert(output), "{name}: {output} twice");
            }
            assert!(OPERATOR_NAMES.contains(&node.op_type.as_str()), "{}", node.op_type);
        }
        assert!(known.contains(LOGITS) && known.contains(PROBABILITIES), "{name}");
        assert!(constants.is_subset(&used), "{name}: constants that nobody reads");

        let mut numbers = 0;
        for constant in &graph.initializer {
            let count = constant.dims.iter().product::<i64>() as usize;
            let size = if constant.data_type == FLOAT { 4 } else { 8 };
            assert_eq!(constant.raw_data.len(), count * size, "{name}: {}", constant.name);
            numbers += if constant.data_type == FLOAT { count } else { 0 };
        }
        // And what makes probabilities of logits.
        let parameters = file.header().architecture.cost().parameters + 1 + Expression::COUNT;
        assert_eq!(numbers, parameters, "{name}");
    }
}

/// All that the networks here are made of.
const OPERATOR_NAMES: [&str; 13] = [
    "Add",
    "Conv",
    "Div",
    "Flatten",
    "Gemm",
    "GlobalAveragePool",
    "HardSwish",
    "MaxPool",
    "Mul",
    "Relu",
    "Reshape",
    "Sigmoid",
    "Softmax",
];

fn shape(value: &ValueInfo) -> (String, Vec<Length>) {
    let tensor = value.value_type.as_ref().and_then(|it| it.tensor_type.as_ref()).expect("a type");
    assert_eq!(tensor.elem_type, FLOAT);
    let dims = &tensor.shape.as_ref().expect("a shape").dim;
    let lengths = dims.iter().map(|dim| dim.length.clone().expect("a length"));
    (value.name.clone(), lengths.collect())
}

#[test]
fn the_program_writes_the_same_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.onnx");
    let output = emotion(&["export", "--model", "cnn4", "--onnx", path_text(&path)]);
    assert!(output.status.success(), "{}", errors(&output));
    assert!(errors(&output).contains("cnn4"), "{}", errors(&output));
    let cnn4 = read(&ModelChoice::Name("cnn4".to_owned()));
    assert!(std::fs::read(&path).expect("the file") == export(&cnn4).expect("ONNX"));

    let nowhere = folder.path().join("nowhere/model.onnx");
    for (arguments, message) in [
        (["--model", "cnn4", "--onnx", path_text(&nowhere)], "cannot be written"),
        (["--model", "vgg", "--onnx", path_text(&path)], "there is no model vgg"),
    ] {
        let output = emotion(&[&["export"], &arguments[..]].concat());
        let text = errors(&output);
        assert!(!output.status.success() && text.contains(message), "{arguments:?}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

/// Runs each model of a folder on the folder's faces: the first one alone, then all of them; writes
/// logits and probabilities of each run.
const ONNX_RUNTIME: &str = r#"
import glob, sys, numpy, onnxruntime
folder = sys.argv[1]
faces = numpy.fromfile(folder + "/faces", "<f4").reshape(-1, 1, 48, 48)
for path in glob.glob(folder + "/*.onnx"):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with open(path + ".out", "wb") as out:
        for batch in (faces[:1], faces):
            for output in session.run(["logits", "probabilities"], {"faces": batch}):
                out.write(output.astype("<f4").tobytes())
"#;

#[test]
#[ignore = "needs Python with onnxruntime in EMOTION_PYTHON: scripts/test runs it"]
fn onnx_runtime_gives_the_same_outputs_needs_onnxruntime() {
    let python = python::with_onnx_runtime().unwrap_or_else(|reason| panic!("{reason}"));
    let folder = tempfile::tempdir().expect("a folder");
    let faces: Vec<FaceImage> = (0..3).map(face).collect();
    let pixels: Vec<f32> = faces.iter().flat_map(FaceImage::input).collect();
    let bytes: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
    std::fs::write(folder.path().join("faces"), bytes).expect("a file");
    let models = models(folder.path());
    let onnx_path = |name: &str| folder.path().join(format!("{name}.onnx"));
    for (name, choice) in &models {
        std::fs::write(onnx_path(name), export(&read(choice)).expect("ONNX")).expect("a file");
    }

    let output = Command::new(python).args(["-c", ONNX_RUNTIME]).arg(folder.path()).output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "{}", errors(&output));

    for (name, choice) in &models {
        let (logits, probabilities) = ours(choice, &faces, &pixels);
        let spread = (0..Expression::COUNT)
            .map(|place| (logits[place] - logits[Expression::COUNT + place]).abs())
            .fold(0.0, f32::max);

        let path = PathBuf::from(format!("{}.out", path_text(&onnx_path(name))));
        let bytes = std::fs::read(path).expect("ONNX Runtime's outputs");
        let theirs: Vec<f32> =
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let first = |numbers: &[f32]| numbers[..Expression::COUNT].to_vec();
        let ours =
            [first(&logits), first(&probabilities), logits.clone(), probabilities.clone()].concat();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        let furthest = ours
            .iter()
            .zip(&theirs)
            .map(|(ours, theirs)| (ours - theirs).abs())
            .fold(0.0, f32::max);
        eprintln!("{name}: ONNX Runtime's outputs are within {furthest:.1e}");
        // Networks with random weights say nearly the same of all faces: so closer than those, too.
        let close = furthest <= TOLERANCE && furthest < 0.05 * spread;
        assert!(close, "{name}: {furthest}, faces differ by {spread}\n{ours:?}\n{theirs:?}");
    }
}

/// Logits and probabilities of faces.
fn ours(choice: &ModelChoice, faces: &[FaceImage], pixels: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let file = read(choice);
    let device = Default::default();
    let network = file.network::<Flex>(&device).expect("a network");
    let network = network.fold(file.header().ferplus_share);
    let input = TensorData::new(pixels.to_vec(), [faces.len(), 1, SIDE, SIDE]);
    let logits = network.forward(Tensor::from_data(input, &device)).into_data();
    let options = ClassifierOptions::new(BackendChoice::Cpu, choice.clone());
    let scores = options.load().expect("a classifier").classify(faces).expect("scores");
    let probabilities = scores.iter().flat_map(|scores| Expression::ALL.map(|it| scores.get(it)));
    (logits.to_vec().expect("numbers"), probabilities.collect())
}

/// Something with edges and shades.
fn face(seed: usize) -> FaceImage {
    let grey = |index: usize| {
        let (x, y) = (index % SIDE, index / SIDE);
        let wave = ((x * (seed + 2)) as f32 * 0.21).sin() * ((y + seed * 9) as f32 * 0.17).cos();
        (128.0 + 90.0 * wave) as u8 ^ (u8::from((x / 6 + y / 8 + seed).is_multiple_of(3)) * 0x1f)
    };
    FaceImage { grey: (0..PIXELS).map(grey).collect() }
}

fn emotion(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
    command.args(arguments).env("RUST_BACKTRACE", "0").output().expect("the program runs")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
