//! What a camera sees how often, learnt while it watches.

use std::str::FromStr;
use std::time::Duration;

use emotion_core::{Expression, Scores};

/// Which prior the scores are corrected for.
///
/// A model's scores hold for the mix of expressions in the data that it was calibrated on
/// ([`Classifier::prior`](emotion_models::Classifier::prior)). In front of a camera the mix is another
/// one, and the scores are corrected for it by Bayes' rule. Single pictures are never corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PriorMode {
    /// The scores stay as the model gives them.
    None,
    /// A fixed guess of what cameras see: 40 % neutral, 22 % happy, the others 2 to 10 %.
    Camera,
    /// Begins with the guess of how often faces are neutral, and learns that from what it sees. The mix of
    /// the other expressions stays the model's: a face that looks sad at rest would otherwise be read as
    /// ever sadder.
    #[default]
    Adaptive,
}

impl PriorMode {
    /// All of them with the names that [`FromStr`] reads.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::None, "none"), (Self::Camera, "camera"), (Self::Adaptive, "adaptive")];
}

impl std::fmt::Display for PriorMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::ALL.iter().find(|(mode, _)| mode == self).map_or("", |(_, name)| name);
        f.pad(name)
    }
}

impl FromStr for PriorMode {
    type Err = UnknownPrior;

    fn from_str(name: &str) -> Result<Self, UnknownPrior> {
        let found = Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(mode, _)| *mode).ok_or_else(|| UnknownPrior(name.to_owned()))
    }
}

/// A name that is no prior's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no prior; use none, camera or adaptive")]
pub struct UnknownPrior(String);

/// The guess of what cameras see. It is an assumption, not measured; the mix of FER+ is much like it
/// (34 % neutral, 28 % happy).
const IN_FRONT_OF_A_CAMERA: [f32; Expression::COUNT] = [0.09, 0.02, 0.07, 0.22, 0.10, 0.10, 0.40];
/// How many seconds of a face the guess weighs as much as.
const GUESS_SECONDS: f32 = 40.0;
/// After this time, in seconds, what was seen has lost 63 % of its weight.
const MEMORY: f32 = 120.0;
/// What passes between two frames counts as seen up to this.
const LONGEST_GAP: f32 = 1.0;
/// The neutral part that is learnt stays between these.
const NEUTRAL_RANGE: (f32, f32) = (0.1, 0.75);

/// Corrects the scores of one camera for the mix of expressions that it sees.
///
/// Expectation-maximisation on unlabelled scores (Saerens, Latinne and Decaestecker, *Adjusting the
/// outputs of a classifier to new a priori probabilities*, 2002), one step for each frame (Cappé and
/// Moulines, *On-line expectation-maximization algorithm for latent data models*, 2009). The guess is
/// the Beta prior of the neutral part. Frames that follow each other show the same face, so a face counts
/// by its time in view and not by its frames: the result hardly depends on the frame rate.
///
/// The same scores at the same times give the same corrections.
#[derive(Debug, Clone)]
pub struct PriorAdapter {
    mode: PriorMode,
    /// The seconds in which a face was seen, as far as they are remembered, and those of them in which
    /// one was neutral.
    seen: f32,
    neutral: f32,
    /// The time of the last frame with a face.
    last: Option<Duration>,
}

impl PriorAdapter {
    /// Nothing is learnt yet.
    pub const fn new(mode: PriorMode) -> Self {
        Self { mode, seen: 0.0, neutral: 0.0, last: None }
    }

    /// Corrects the scores of the faces of the frame at `time`, which hold under `model_prior`, and
    /// learns from them. A frame before the last one begins anew.
    pub fn adapt(
        &mut self,
        time: Duration,
        model_prior: &Scores,
        scores: &[Scores],
    ) -> Vec<Scores> {
        if self.mode == PriorMode::None || scores.is_empty() {
            return scores.to_vec();
        }
        let passed = self.pass(time);
        let camera_prior = self.prior(model_prior);
        let corrected: Vec<Scores> = scores
            .iter()
            .map(|scores| correct(scores, model_prior, &camera_prior).unwrap_or(*scores))
            .collect();
        if self.mode == PriorMode::Adaptive {
            let passed = passed.min(LONGEST_GAP);
            for scores in &corrected {
                self.seen += passed;
                self.neutral += passed * scores.get(Expression::Neutral);
            }
        }
        corrected
    }

    /// The mix of expressions that scores are corrected for now.
    fn prior(&self, model_prior: &Scores) -> [f32; Expression::COUNT] {
        if self.mode == PriorMode::Camera {
            return IN_FRONT_OF_A_CAMERA;
        }
        let neutral = Expression::Neutral.index();
        let guess = IN_FRONT_OF_A_CAMERA[neutral];
        let learnt = (guess * GUESS_SECONDS + self.neutral) / (GUESS_SECONDS + self.seen);
        let learnt = learnt.clamp(NEUTRAL_RANGE.0, NEUTRAL_RANGE.1);
        let others = (1.0 - model_prior.get(Expression::Neutral)).max(f32::MIN_POSITIVE);
        let mut prior = model_prior.as_array().map(|share| share * (1.0 - learnt) / others);
        prior[neutral] = learnt;
        prior
    }

    /// Forgets all that was learnt: the next frame is of another epoch or stream.
    pub const fn reset(&mut self) {
        *self = Self::new(self.mode);
    }

    /// Forgets as much as the time since the last frame asks for; that time, in seconds.
    fn pass(&mut self, time: Duration) -> f32 {
        if self.last.is_some_and(|last| time < last) {
            self.reset();
        }
        let passed = self.last.map_or(0.0, |last| (time - last).as_secs_f32());
        self.last = Some(time);
        let kept = (-passed / MEMORY).exp();
        self.seen *= kept;
        self.neutral *= kept;
        passed
    }
}

/// Bayes' rule for another prior; `None` where nothing comes of it.
fn correct(scores: &Scores, from: &Scores, to: &[f32; Expression::COUNT]) -> Option<Scores> {
    let mut weights = *scores.as_array();
    for ((weight, from), to) in weights.iter_mut().zip(from.as_array()).zip(to) {
        *weight *= to / from;
    }
    Scores::from_weights(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model that was calibrated on a mix without a favourite.
    const MODEL: Scores = Scores::UNIFORM;

    /// A small generator of repeatable numbers, 0 to 1.
    struct Chance(u32);

    impl Chance {
        fn next(&mut self) -> f32 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as f32 / (1 << 24) as f32
        }

        /// One of the seven, drawn from a mix.
        fn draw(&mut self, mix: &[f32; Expression::COUNT]) -> Expression {
            let mut left = self.next();
            let drawn = Expression::ALL.into_iter().zip(mix).find(|(_, share)| {
                left -= **share;
                left < 0.0
            });
            drawn.map_or(Expression::Neutral, |(expression, _)| expression)
        }
    }

    fn mostly(expression: Expression, p: f32) -> Scores {
        let mut weights = [(1.0 - p) / 6.0; Expression::COUNT];
        weights[expression.index()] = p;
        Scores::from_weights(weights).expect("positive weights")
    }

    /// What a calibrated model says of a face: it is more or less sure, and right as often.
    fn read(chance: &mut Chance, truth: Expression) -> Scores {
        let sure = 0.4 + 0.55 * chance.next();
        let confused = mostly(truth, sure);
        mostly(chance.draw(confused.as_array()), sure)
    }

    fn second(count: u32) -> Duration {
        Duration::from_secs(u64::from(count))
    }

    /// Shows a mix of faces for some seconds, one each second; the share that was read right, and the
    /// mix that was learnt, averaged over the second half.
    fn watch(mode: PriorMode, mix: &[f32; 7], seconds: u32) -> (f32, [f32; 7]) {
        let (mut adapter, mut chance) = (PriorAdapter::new(mode), Chance(7));
        let (mut right, mut learnt) = (0, [0.0; 7]);
        for count in 0..seconds {
            let truth = chance.draw(mix);
            let scores = read(&mut chance, truth);
            let corrected = adapter.adapt(second(count), &MODEL, &[scores]);
            if count >= seconds / 2 {
                right += u32::from(corrected[0].highest().0 == truth);
                for (sum, share) in learnt.iter_mut().zip(adapter.prior(&MODEL)) {
                    *sum += share;
                }
            }
        }
        let half = seconds.div_ceil(2) as f32;
        (right as f32 / half, learnt.map(|sum| sum / half))
    }

    #[test]
    fn the_neutral_part_is_recovered_and_the_others_keep_their_proportions() {
        for neutral in [0.15, 0.4, 0.7] {
            let mut mix = [(1.0 - neutral) / 6.0; 7];
            mix[Expression::Neutral.index()] = neutral;
            let (_, learnt) = watch(PriorMode::Adaptive, &mix, 4000);
            let guess = IN_FRONT_OF_A_CAMERA;
            // The guess keeps a quarter of the weight, and the model is not sure.
            let far = (guess[6] - neutral).abs();
            let near = (learnt[6] - neutral).abs();
            assert!(near < 0.5 * far + 0.04, "{neutral}: learnt {}", learnt[6]);
            assert!(learnt[..6].iter().all(|share| (share - learnt[0]).abs() < 1e-4), "{learnt:?}");
        }
    }

    #[test]
    fn a_face_that_looks_sad_at_rest_is_not_read_as_ever_sadder() {
        let mut adapter = PriorAdapter::new(PriorMode::Adaptive);
        let mut looks = [0.05; 7];
        looks[Expression::Sad.index()] = 0.45;
        looks[Expression::Neutral.index()] = 0.3;
        let looks = Scores::from_weights(looks).expect("weights");
        let sad = |scores: &[Scores]| scores[0].get(Expression::Sad);
        let first = sad(&adapter.adapt(second(0), &MODEL, &[looks]));
        let mut last = first;
        for count in 1..600 {
            last = sad(&adapter.adapt(second(count), &MODEL, &[looks]));
        }
        assert!(last < first + 0.15, "{first} became {last}");
    }

    #[test]
    fn a_calm_stream_stays_neutral_and_an_expressive_one_is_heard() {
        let calm = [0.02, 0.01, 0.01, 0.03, 0.02, 0.01, 0.9];
        let right = |mode, mix| watch(mode, mix, 4000).0;
        let (adaptive, none) = (right(PriorMode::Adaptive, &calm), right(PriorMode::None, &calm));
        assert!(adaptive > 0.84 && adaptive > none + 0.1, "calm: {adaptive}, {none} without");
        let expressive = [0.2, 0.05, 0.15, 0.2, 0.2, 0.15, 0.05];
        let (adaptive, camera) =
            (right(PriorMode::Adaptive, &expressive), right(PriorMode::Camera, &expressive));
        assert!(adaptive > camera + 0.02, "expressive: {adaptive}, {camera} with the guess");
    }

    #[test]
    fn a_face_that_hardly_shows_it_is_neutral_to_the_guess_and_a_clear_one_is_not() {
        let mut adapter = PriorAdapter::new(PriorMode::Adaptive);
        let mut unsure = [0.02; 7];
        unsure[Expression::Sad.index()] = 0.5;
        unsure[Expression::Neutral.index()] = 0.4;
        let unsure = Scores::from_weights(unsure).expect("weights");
        let clear = mostly(Expression::Sad, 0.95);
        let read = adapter.adapt(second(0), &MODEL, &[unsure, clear]);
        assert_eq!(read[0].highest().0, Expression::Neutral);
        assert_eq!(read[1].highest().0, Expression::Sad);
        for count in 1..600 {
            adapter.adapt(second(count), &MODEL, &[mostly(Expression::Neutral, 0.95)]);
        }
        let read = adapter.adapt(second(600), &MODEL, &[clear]);
        assert_eq!(read[0].highest().0, Expression::Sad, "ten calm minutes do not deafen it");
    }

    #[test]
    fn what_is_long_ago_is_forgotten() {
        let sad = mostly(Expression::Sad, 0.9);
        let untaught = PriorAdapter::new(PriorMode::Adaptive).prior(&MODEL);
        let share =
            |adapter: &PriorAdapter| 1.0 - adapter.prior(&MODEL)[Expression::Neutral.index()];
        let mut adapter = PriorAdapter::new(PriorMode::Adaptive);
        for count in 0..180 {
            adapter.adapt(second(count), &MODEL, &[sad]);
        }
        let learnt = share(&adapter);
        assert!(learnt > 0.8, "{learnt}");
        // Nobody is there for twelve minutes, and the pause itself counts as a second.
        adapter.adapt(second(900), &MODEL, &[sad]);
        let rest = share(&adapter);
        assert!(rest < 0.65, "{rest}");
        adapter.adapt(second(10), &MODEL, &[sad]);
        assert_eq!(adapter.prior(&MODEL), untaught, "a clock that runs backwards");
        adapter.adapt(second(20), &MODEL, &[sad]);
        adapter.reset();
        assert_eq!(adapter.prior(&MODEL), untaught);
    }

    #[test]
    fn time_counts_and_not_frames() {
        let learn = |frames_per_second: u32| {
            let mut adapter = PriorAdapter::new(PriorMode::Adaptive);
            for frame in 0..=30 * frames_per_second {
                let time = Duration::from_secs(1) * frame / frames_per_second;
                adapter.adapt(time, &MODEL, &[mostly(Expression::Angry, 0.8)]);
            }
            adapter.prior(&MODEL)[Expression::Angry.index()]
        };
        assert!((learn(5) - learn(60)).abs() < 0.02, "{} {}", learn(5), learn(60));
    }

    #[test]
    fn the_same_frames_give_the_same_scores() {
        let run = || {
            let (mut adapter, mut chance) = (PriorAdapter::new(PriorMode::Adaptive), Chance(3));
            let mut all = Vec::new();
            for frame in 0..500 {
                let faces = [Expression::Happy, Expression::Fear].map(|it| read(&mut chance, it));
                all.extend(adapter.adapt(Duration::from_millis(33) * frame, &MODEL, &faces));
            }
            all
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn none_and_camera_do_not_learn() {
        let happy = [mostly(Expression::Happy, 0.6)];
        let mut none = PriorAdapter::new(PriorMode::None);
        let mut camera = PriorAdapter::new(PriorMode::Camera);
        let first = camera.adapt(second(0), &MODEL, &happy);
        assert_ne!(first, happy);
        for count in 1..100 {
            assert_eq!(none.adapt(second(count), &MODEL, &happy), happy);
            assert_eq!(camera.adapt(second(count), &MODEL, &happy), first);
        }
    }

    #[test]
    fn what_cannot_be_corrected_stays_and_teaches_no_nonsense() {
        let mut adapter = PriorAdapter::new(PriorMode::Adaptive);
        let certain = Scores::certain(Expression::Fear);
        let impossible_prior = Scores::certain(Expression::Happy);
        for (count, prior) in (0..1000).zip([impossible_prior, MODEL].into_iter().cycle()) {
            assert_eq!(adapter.adapt(second(count), &prior, &[certain]), [certain]);
        }
        let prior = adapter.prior(&MODEL);
        assert!(prior.iter().all(|share| share.is_finite() && *share > 0.0), "{prior:?}");
        assert!((prior.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{prior:?}");
        assert!(adapter.adapt(second(1000), &MODEL, &[]).is_empty());
    }

    #[test]
    fn names_read_back() {
        for (mode, name) in PriorMode::ALL {
            assert_eq!(name.parse(), Ok(mode));
            assert_eq!(mode.to_string(), name);
        }
        let error = "flat".parse::<PriorMode>().expect_err("an error").to_string();
        assert!(error.contains("none, camera or adaptive"), "{error}");
    }
}
