//! Batches: faces and their targets as tensors for one step.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use emotion_core::Expression;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::augment::{self, Augmentation};
use super::dataset::LabelledFace;
use super::recipe::Recipe;
use super::teacher::Teacher;

/// Tensors for one step.
pub(super) struct Batch<B: Backend> {
    /// `[batch, 1, side, side]`.
    pub faces: Tensor<B, 4>,
    /// Targets of the head for FER-2013's labels, `[batch, 7]`: probabilities times the class's
    /// weight.
    pub original: Tensor<B, 2>,
    /// Targets of the head for the votes of FER+.
    pub ferplus: Tensor<B, 2>,
}

/// Makes batches of augmented faces.
pub(super) struct Batcher<'a> {
    recipe: &'a Recipe,
    teacher: Option<&'a Teacher>,
    class_weights: [f32; Expression::COUNT],
}

impl<'a> Batcher<'a> {
    /// A batcher for the faces of a split.
    pub fn new(recipe: &'a Recipe, teacher: Option<&'a Teacher>, faces: &[LabelledFace]) -> Self {
        Self { recipe, teacher, class_weights: class_weights(faces, recipe.class_balance) }
    }

    /// The faces, randomly augmented and scaled to `side` pixels.
    pub fn batch<B: Backend>(
        &self,
        faces: &[&LabelledFace],
        side: usize,
        random: &mut ChaCha8Rng,
        device: &B::Device,
    ) -> Batch<B> {
        let augmentation = &self.recipe.augmentation;
        let mut examples: Vec<Example> = faces
            .iter()
            .map(|face| {
                let weight = self.class_weights[face.label.index()];
                let targets = targets(face, self.recipe, self.teacher);
                Example {
                    pixels: augmentation.apply(&face.image, side, random),
                    original: targets.original.map(|share| share * weight),
                    ferplus: targets.ferplus.map(|share| share * weight),
                }
            })
            .collect();
        blend(&mut examples, augmentation, side, random);

        let count = faces.len();
        let pixels = examples.iter().flat_map(|example| &example.pixels).copied().collect();
        let rows = |targets: fn(&Example) -> &[f32; Expression::COUNT]| {
            let numbers: Vec<f32> = examples.iter().flat_map(targets).copied().collect();
            Tensor::from_data(TensorData::new(numbers, [count, Expression::COUNT]), device)
        };
        Batch {
            faces: numbers(pixels, [count, 1, side, side], device),
            original: rows(|example| &example.original),
            ferplus: rows(|example| &example.ferplus),
        }
    }
}

/// One face of a batch.
#[derive(Clone)]
struct Example {
    pixels: Vec<f32>,
    original: [f32; Expression::COUNT],
    ferplus: [f32; Expression::COUNT],
}

fn numbers<B: Backend>(data: Vec<f32>, shape: [usize; 4], device: &B::Device) -> Tensor<B, 4> {
    Tensor::from_data(TensorData::new(data, shape), device)
}

/// Blends some faces and their targets with their neighbours in the batch, by mixup (Zhang et al.,
/// 2018) or CutMix (Yun et al., 2019).
fn blend(
    examples: &mut [Example],
    augmentation: &Augmentation,
    side: usize,
    random: &mut ChaCha8Rng,
) {
    if augmentation.mixup + augmentation.cutmix <= 0.0 {
        return;
    }
    let others = examples.to_vec();
    let neighbours = others.iter().cycle().skip(1);
    for (example, other) in examples.iter_mut().zip(neighbours) {
        let chance: f32 = random.random();
        let share = if chance < augmentation.mixup {
            augment::mixup(&mut example.pixels, &other.pixels, random)
        } else if chance < augmentation.mixup + augmentation.cutmix {
            augment::cutmix(&mut example.pixels, &other.pixels, side, random)
        } else {
            continue;
        };
        for (mine, others) in
            [(&mut example.original, &other.original), (&mut example.ferplus, &other.ferplus)]
        {
            for (mine, other) in mine.iter_mut().zip(others) {
                *mine += (other - *mine) * share;
            }
        }
    }
}

/// The target probabilities of both heads for a face.
struct Targets {
    original: [f32; Expression::COUNT],
    ferplus: [f32; Expression::COUNT],
}

fn targets(face: &LabelledFace, recipe: &Recipe, teacher: Option<&Teacher>) -> Targets {
    let spread = recipe.label_smoothing / Expression::COUNT as f32;
    let mut original = [spread; Expression::COUNT];
    original[face.label.index()] += 1.0 - recipe.label_smoothing;
    // Without votes the FER+ head learns nothing from this face: targets of zero give a loss of zero.
    let shares = face.votes.and_then(|votes| votes.shares());
    let mut ferplus = shares.unwrap_or([0.0; Expression::COUNT]);
    if let Some(soft) = teacher.and_then(|teacher| teacher.targets(face.row)) {
        let mix = |target: &mut [f32; Expression::COUNT], soft: &[f32; Expression::COUNT]| {
            for (target, soft) in target.iter_mut().zip(soft) {
                *target += (soft - *target) * recipe.teacher_share;
            }
        };
        mix(&mut original, &soft.original);
        mix(&mut ferplus, &soft.ferplus);
    }
    Targets { original, ferplus }
}

/// A weight for each class: frequency to the power of minus `balance`, scaled to a mean of 1 over the
/// faces.
fn class_weights(faces: &[LabelledFace], balance: f32) -> [f32; Expression::COUNT] {
    let mut counts = [0_usize; Expression::COUNT];
    for face in faces {
        counts[face.label.index()] += 1;
    }
    let weights = counts.map(|count| (1.0 / count.max(1) as f32).powf(balance));
    let sum: f32 = counts.iter().zip(weights).map(|(&count, weight)| count as f32 * weight).sum();
    weights.map(|weight| weight * faces.len() as f32 / sum)
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use emotion_core::{FaceImage, PIXELS, SIDE};
    use rand::SeedableRng;

    use super::*;

    fn face(row: usize, label: Expression) -> LabelledFace {
        let grey = (0..PIXELS).map(|index| (index * (row + 3) % 200) as u8).collect();
        LabelledFace { row, image: FaceImage { grey }, label, votes: None }
    }

    #[test]
    fn targets_mix_label_votes_and_teacher() {
        let recipe = Recipe { label_smoothing: 0.07, ..Recipe::default() };
        let targets = targets(&face(0, Expression::Happy), &recipe, None);
        assert!((targets.original[Expression::Happy.index()] - 0.94).abs() < 1e-6);
        assert!((targets.original.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(targets.ferplus, [0.0; Expression::COUNT]);
    }

    #[test]
    fn rare_classes_weigh_more_with_balance() {
        let faces = [Expression::Happy, Expression::Happy, Expression::Happy, Expression::Disgust];
        let faces: Vec<_> = faces.into_iter().map(|label| face(0, label)).collect();
        assert_eq!(class_weights(&faces, 0.0)[Expression::Happy.index()], 1.0);
        let weights = class_weights(&faces, 1.0);
        let (happy, disgust) =
            (weights[Expression::Happy.index()], weights[Expression::Disgust.index()]);
        assert!((disgust / happy - 3.0).abs() < 1e-5);
        assert!((3.0 * happy + disgust - 4.0).abs() < 1e-5);
    }

    #[test]
    fn blended_faces_have_blended_targets() {
        let recipe = Recipe {
            label_smoothing: 0.0,
            augmentation: Augmentation { cutmix: 1.0, ..Augmentation::default() },
            ..Recipe::default()
        };
        let faces = [face(0, Expression::Happy), face(1, Expression::Sad)];
        let batcher = Batcher::new(&recipe, None, &faces);
        let both: Vec<_> = faces.iter().collect();
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let batch: Batch<Flex> = batcher.batch(&both, SIDE, &mut random, &Default::default());
        assert_eq!(batch.faces.dims(), [2, 1, SIDE, SIDE]);
        let targets = batch.original.into_data().to_vec::<f32>().expect("numbers");
        let (happy, sad) = (targets[Expression::Happy.index()], targets[Expression::Sad.index()]);
        assert!(sad > 0.0 && happy > sad && (happy + sad - 1.0).abs() < 1e-5, "{targets:?}");
    }
}
