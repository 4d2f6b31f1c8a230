//! One loaded model for all who use it.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use emotion_core::{FaceImage, Scores};

use crate::classifier::{Classifier, ClassifierInfo, ClassifyError};
use crate::options::ClassifierOptions;
use crate::weights::LoadError;

/// Loads each model once, and hands it to everybody who asks for the same one.
///
/// On a CPU everybody runs it on their own thread: the weights are the same memory. On a GPU the
/// faces of all who wait are read in one batch, which there costs little more than one face.
#[derive(Debug, Default)]
pub struct ModelPool {
    models: Mutex<Vec<Entry>>,
}

/// A model that was loaded, as long as somebody uses it.
#[derive(Debug)]
struct Entry {
    options: ClassifierOptions,
    model: Weak<Shared>,
}

/// A model that several use.
struct Shared {
    info: ClassifierInfo,
    prior: Option<Scores>,
    model: Mutex<Box<dyn Classifier>>,
    /// Faces that wait for the model.
    waiting: Mutex<Vec<Request>>,
}

struct Request {
    faces: Vec<FaceImage>,
    answer: Sender<Result<Vec<Scores>, String>>,
}

impl ModelPool {
    /// A pool without models.
    pub fn new() -> Self {
        Self::default()
    }

    /// The model, loaded now or before.
    ///
    /// # Errors
    /// As [`ClassifierOptions::load`].
    pub fn load(&self, options: &ClassifierOptions) -> Result<Box<dyn Classifier>, LoadError> {
        // Held while loading: who asks for the same model waits for it instead of loading it, too.
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        models.retain(|entry| entry.model.strong_count() > 0);
        let known = models.iter().find(|entry| entry.options.is_same_model(options));
        if let Some(shared) = known.and_then(|entry| entry.model.upgrade()) {
            return Ok(Pooled::boxed(shared));
        }
        let model = options.load()?;
        let shared = Arc::new(Shared {
            info: model.description().clone(),
            prior: model.prior(),
            model: Mutex::new(model),
            waiting: Mutex::new(Vec::new()),
        });
        models.push(Entry { options: options.clone(), model: Arc::downgrade(&shared) });
        Ok(Pooled::boxed(shared))
    }

    /// How many models are loaded.
    pub fn len(&self) -> usize {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        models.iter().filter(|entry| entry.model.strong_count() > 0).count()
    }

    /// Whether no model is loaded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A user's share in a model.
struct Pooled {
    shared: Arc<Shared>,
    /// A copy that runs on the caller's thread, where the model can be copied.
    own: Option<Box<dyn Classifier>>,
}

impl Pooled {
    fn boxed(shared: Arc<Shared>) -> Box<dyn Classifier> {
        let own = shared.model.lock().unwrap_or_else(PoisonError::into_inner).share();
        Box::new(Self { shared, own })
    }
}

impl Classifier for Pooled {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        match &mut self.own {
            Some(own) => own.classify(faces),
            None => self.shared.classify(faces),
        }
    }

    fn description(&self) -> &ClassifierInfo {
        &self.shared.info
    }

    fn prior(&self) -> Option<Scores> {
        self.shared.prior
    }
}

impl Shared {
    /// Waits for the model, and reads the faces of all who wait by then in one batch.
    fn classify(&self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let (answer, answered) = channel();
        self.waiting().push(Request { faces: faces.to_vec(), answer });
        let failed =
            |reason: String| ClassifyError::Backend { backend: self.info.backend.clone(), reason };
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever had the model before may have read these faces, too.
        if let Ok(scores) = answered.try_recv() {
            return scores.map_err(failed);
        }
        let requests = std::mem::take(&mut *self.waiting());
        let batch: Vec<FaceImage> =
            requests.iter().flat_map(|request| request.faces.iter().cloned()).collect();
        let scores = model.classify(&batch).map_err(|error| error.to_string());
        let mut from = 0;
        for Request { faces, answer } in requests {
            let to = from + faces.len();
            let part = scores.clone().and_then(|scores| {
                scores.get(from..to).map(<[Scores]>::to_vec).ok_or_else(|| {
                    format!("it gave {} scores for {} faces", scores.len(), batch.len())
                })
            });
            // Who has left needs no answer.
            let _ = answer.send(part);
            from = to;
        }
        drop(model);
        match answered.recv() {
            Ok(scores) => scores.map_err(failed),
            Err(_) => Err(failed("the batch was lost".to_owned())),
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Request>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("info", &self.info).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::choice::{BackendChoice, ModelChoice};
    use emotion_core::{Expression, PIXELS};

    /// A model that cannot be copied, is slow, and counts its batches.
    struct Slow {
        info: ClassifierInfo,
        batches: Arc<AtomicUsize>,
    }

    impl Classifier for Slow {
        fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
            self.batches.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(30));
            let read = |face: &FaceImage| {
                let expression = Expression::ALL[usize::from(face.grey[0]) % Expression::COUNT];
                Scores::certain(expression)
            };
            Ok(faces.iter().map(read).collect())
        }

        fn description(&self) -> &ClassifierInfo {
            &self.info
        }
    }

    #[test]
    fn faces_of_all_who_wait_are_one_batch_and_everybody_gets_their_own() {
        let info = ClassifierInfo {
            model: "slow".to_owned(),
            backend: "wgpu".to_owned(),
            device: "none".to_owned(),
            note: None,
            confusion: None,
        };
        let batches = Arc::new(AtomicUsize::new(0));
        let slow = Slow { info: info.clone(), batches: batches.clone() };
        let shared = Arc::new(Shared {
            info,
            prior: None,
            model: Mutex::new(Box::new(slow)),
            waiting: Mutex::new(Vec::new()),
        });
        let users: Vec<_> = (0..6_u8)
            .map(|user| {
                let mut classifier = Pooled::boxed(shared.clone());
                thread::spawn(move || {
                    for _ in 0..5 {
                        let faces = [
                            FaceImage { grey: vec![user; PIXELS] },
                            FaceImage { grey: vec![user + 1; PIXELS] },
                        ];
                        let scores = classifier.classify(&faces).expect("scores");
                        let seen: Vec<_> = scores.iter().map(|s| s.highest().0).collect();
                        let expected = [user, user + 1]
                            .map(|face| Expression::ALL[usize::from(face) % Expression::COUNT]);
                        assert_eq!(seen, expected);
                    }
                })
            })
            .collect();
        for user in users {
            user.join().expect("a user");
        }
        let batches = batches.load(Ordering::Relaxed);
        assert!(batches < 30, "30 requests of 6 users in {batches} batches");
    }

    #[cfg(feature = "efficientnet")]
    #[test]
    fn the_same_model_is_loaded_once_and_read_alike() {
        let pool = ModelPool::new();
        let options = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::Default);
        let mut one = pool.load(&options).expect("a model");
        let mut other = pool.load(&options).expect("a model");
        assert_eq!(pool.len(), 1);
        let face = [FaceImage { grey: (0..PIXELS).map(|i| (i * 7 % 251) as u8).collect() }];
        let alone = options.load().expect("a model").classify(&face).expect("scores");
        assert_eq!(one.classify(&face).expect("scores"), alone);
        assert_eq!(other.classify(&face).expect("scores"), alone);
        drop((one, other));
        assert!(pool.is_empty(), "nobody uses it any more");
    }
}
