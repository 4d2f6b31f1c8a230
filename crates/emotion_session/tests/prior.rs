//! What an analyzer makes of a camera's mix of expressions, frame by frame.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::time::Duration;

use emotion_core::{Expression, FaceImage, Frame, FrameRect, Scores};
use emotion_models::{Classifier, ClassifierInfo, ClassifyError};
use emotion_session::{Analyzer, PriorMode};
use emotion_vision::detect::{DetectError, Detection, FaceDetector, FoundBy, KnownFace};
use emotion_vision::track::TrackerConfig;

/// One face in the middle of every frame.
struct OneFace;

impl FaceDetector for OneFace {
    fn detect(&mut self, _: &Frame, known: &[KnownFace]) -> Result<Vec<Detection>, DetectError> {
        Ok(vec![Detection {
            bbox_in_frame: FrameRect::square((32.0, 24.0), 20.0),
            roll: 0.0,
            confidence: 1.0,
            found_by: FoundBy::Frontal,
            known: known.first().map(|known| known.track),
        }])
    }

    fn reset(&mut self) {}
}

/// Reads a bright frame as somewhat sad, a dark one as somewhat neutral.
struct ByLight {
    info: ClassifierInfo,
    prior: Option<Scores>,
}

impl Classifier for ByLight {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let read = |face: &FaceImage| says(if face.grey[0] > 127 { SAD } else { NEUTRAL });
        Ok(faces.iter().map(read).collect())
    }

    fn description(&self) -> &ClassifierInfo {
        &self.info
    }

    fn prior(&self) -> Option<Scores> {
        self.prior
    }
}

const SAD: Expression = Expression::Sad;
const NEUTRAL: Expression = Expression::Neutral;

fn says(expression: Expression) -> Scores {
    Scores::UNIFORM.mix(&Scores::certain(expression), 0.7)
}

fn analyzer(mode: PriorMode, prior: Option<Scores>) -> Analyzer {
    let info = ClassifierInfo {
        model: "played".to_owned(),
        backend: "cpu".to_owned(),
        device: "script".to_owned(),
        note: None,
        confusion: None,
    };
    let classifier = Box::new(ByLight { info, prior });
    Analyzer::new(Box::new(OneFace), classifier, TrackerConfig::default()).with_prior(mode)
}

fn frame(grey: u8, tenth: u32) -> Frame {
    let time = Duration::from_millis(100) * tenth;
    Frame::from_rgb(vec![grey; 64 * 48 * 3], 64, 48, u64::from(tenth), time).expect("a frame")
}

/// How sad a face is read in the frames from one tenth of a second to another, all bright or dark.
fn sadness(analyzer: &mut Analyzer, grey: u8, tenths: std::ops::Range<u32>) -> Vec<f32> {
    tenths
        .map(|tenth| {
            let analysis = analyzer.analyze(&frame(grey, tenth)).expect("it is read");
            analysis.readings[0].raw_scores.get(SAD)
        })
        .collect()
}

#[test]
fn a_camera_that_sees_sadness_hears_it_better_until_its_next_epoch() {
    let mut analyzer = analyzer(PriorMode::Adaptive, Some(Scores::UNIFORM));
    let sad = sadness(&mut analyzer, 255, 0..600);
    assert!(sad[0] < says(SAD).get(SAD), "the guess: cameras see few sad faces");
    assert!(sad[599] > sad[0] + 0.05, "{} {}", sad[0], sad[599]);
    assert!(sad.windows(2).all(|pair| pair[1] >= pair[0] - 1e-6), "it is learnt steadily");

    let calm = sadness(&mut analyzer, 0, 600..1800);
    assert!(calm[1199] < 0.5 * calm[0], "two calm minutes: {} {}", calm[0], calm[1199]);

    analyzer.reset();
    assert_eq!(sadness(&mut analyzer, 255, 1800..1801), sad[..1], "another epoch");
    analyzer.restart();
    assert_eq!(sadness(&mut analyzer, 255, 0..600), sad, "the same frames, the same readings");
}

#[test]
fn smoothed_scores_are_those_of_the_corrected_ones() {
    let mut analyzer = analyzer(PriorMode::Adaptive, Some(Scores::UNIFORM));
    for tenth in 0..600 {
        let analysis = analyzer.analyze(&frame(255, tenth)).expect("it is read");
        let reading = &analysis.readings[0];
        let (smoothed, raw) = (reading.scores.get(SAD), reading.raw_scores.get(SAD));
        assert!((smoothed - raw).abs() < 0.03, "{smoothed} {raw}");
    }
}

#[test]
fn pictures_and_models_without_a_prior_are_not_corrected() {
    let mut watching = analyzer(PriorMode::Adaptive, Some(Scores::UNIFORM));
    sadness(&mut watching, 255, 0..300);
    let still = watching.analyze_still(&frame(255, 0), None).expect("it is read");
    assert_eq!(still.readings[0].scores, says(SAD));

    let plain = says(SAD).get(SAD);
    let mut unknown = analyzer(PriorMode::Adaptive, None);
    assert!(sadness(&mut unknown, 255, 0..300).iter().all(|sad| *sad == plain));
    let mut none = analyzer(PriorMode::None, Some(Scores::UNIFORM));
    assert!(sadness(&mut none, 255, 0..300).iter().all(|sad| *sad == plain));
}
