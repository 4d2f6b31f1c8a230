//! Faces found by Haar cascades, and followed where they find nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::engine::{CascadeEngine, EngineError, RustEngine};
use super::follow::Follower;
use super::look::{Look, Looker, Side};
use super::pictures::{Pictures, Place, WORK_SIDE};
use super::search::{Candidate, FULL_SEARCH, Pass, SMALL_FACES, Schedule, Searcher, WINDOW};
use super::still::StillSearch;
use super::{DetectError, Detection, FaceDetector, FoundBy, KnownFace, cascade};
use crate::haar::Cascade;
use crate::image::GreyImage;
use crate::math;
use emotion_core::Frame;

/// A known face is recognised again from this strength on.
const RECOGNISED: f32 = 6.0;
/// A new face is reported from this strength on; the tracker wants more, or more than one.
const REPORTED: f32 = 9.0;
/// Pictures of their own are worked on in this size at most, however small the faces that are asked for.
const LARGEST_WORK_SIDE: f32 = 2048.0;
/// Between these strengths a second look decides.
const DOUBTFUL: f32 = 6.0;
const CLEAR: f32 = 20.0;
/// The strength at which a face is as likely as not, in [`certainty`].
const EVEN: f32 = 10.0;
/// The confidence of a face that is only followed falls to a third in this time.
const FOLLOWED_DECAY: Duration = Duration::from_millis(600);
/// A face that is only followed is given up below this confidence.
const GIVEN_UP: f32 = 0.3;
/// What may be spent on a frame while no face is in view, in units of an upright pass.
const INCOME_ALONE: f32 = 1.7;
/// The same while one is.
const INCOME_KNOWN: f32 = 1.2;
/// What a look at one place costs in those units.
const LOOK_COST: f32 = 0.3;
/// The picture is searched in all ways at once at most this often, when the last face is lost.
const FULL_SEARCH_PAUSE: Duration = Duration::from_secs(1);

/// Finds faces with Haar cascades (Viola and Jones, *Rapid object detection using a boosted cascade
/// of simple features*, 2001): the files are OpenCV's, the code is ours.
///
/// Places that the default frontal cascade or the one for profiles points out from afar are looked
/// at closely with `alt2`, turned both ways; where the head leans is where most agree. Known faces
/// are looked at in every frame, the whole picture is searched in turns, leaning, from the side and
/// for small faces, as far as the costs of the frame allow. A face that is not recognised in a
/// frame is followed by the motion of its picture, with a confidence that decays.
///
/// Frames are scaled down to 640 pixels for all of it. Faces from an eighth of the picture's
/// shorter side are found quickly, from a sixteenth after a while. The same frames give the same
/// faces.
pub struct HaarDetector {
    engine: Box<dyn CascadeEngine>,
    searcher: Searcher,
    looker: Looker,
    follower: Follower,
    schedule: Schedule,
    before: Option<Before>,
    full_search: Option<Duration>,
    /// Pictures whose memory the next frame takes.
    spare: Pictures,
    scratch: GreyImage,
}

/// What is kept of the frame before.
struct Before {
    time: Duration,
    pictures: Pictures,
    faces: Vec<FaceBefore>,
}

/// A face of the frame before.
struct FaceBefore {
    track: u64,
    place: Place,
    side: Option<Side>,
}

/// A face of this frame.
#[derive(Clone, Copy)]
struct Found {
    known: Option<u64>,
    place: Place,
    side: Option<Side>,
    confidence: f32,
    found_by: FoundBy,
    /// How far from where it was expected, in sides.
    surprise: f32,
}

/// The cascade files of a [`HaarDetector`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CascadePaths {
    /// `haarcascade_frontalface_default.xml`, which searches.
    pub frontal: PathBuf,
    /// `haarcascade_frontalface_alt2.xml`, which decides.
    pub frontal_strict: PathBuf,
    /// `haarcascade_profileface.xml`.
    pub profile: PathBuf,
}

impl CascadePaths {
    /// The files of `folder`, or, without one, those that are installed: in the folder that
    /// `OPENCV_HAAR_CASCADES` or `OPENCV_SAMPLES_DATA_PATH` names, in `assets/`, or where systems
    /// keep OpenCV's data. `folder` may also be one of the files, for the folder that it is in.
    ///
    /// # Errors
    /// [`DetectError::CascadeMissing`] says where it looked and which package brings the files.
    pub fn find(folder: Option<&Path>) -> Result<Self, DetectError> {
        let given_file = folder.filter(|path| path.is_file());
        let folder = given_file.and_then(Path::parent).or(folder);
        let find = |name| cascade::find(name, folder);
        Ok(Self {
            frontal: match given_file {
                Some(file) => file.to_owned(),
                None => find(cascade::FRONTAL)?,
            },
            frontal_strict: find(cascade::FRONTAL_STRICT)?,
            profile: find(cascade::PROFILE)?,
        })
    }
}

impl HaarDetector {
    /// A detector with the cascades of `cascades`, or with those that are installed: see
    /// [`CascadePaths::find`].
    ///
    /// # Errors
    /// [`DetectError::CascadeMissing`] says where it looked and which package brings the files,
    /// [`DetectError::CascadeUnusable`] what is wrong with one.
    pub fn from_system(cascades: Option<&Path>) -> Result<Self, DetectError> {
        Self::from_paths(&CascadePaths::find(cascades)?)
    }

    /// A detector with these cascades.
    ///
    /// # Errors
    /// [`DetectError::CascadeUnusable`] when a file cannot be read or is no cascade.
    pub fn from_paths(paths: &CascadePaths) -> Result<Self, DetectError> {
        Ok(Self::from_cascades(
            cascade::load(&paths.frontal)?,
            cascade::load(&paths.frontal_strict)?,
            cascade::load(&paths.profile)?,
        ))
    }

    /// A detector with cascades that were read from anywhere ([`Cascade::from_xml`]): the one that
    /// searches, the one that decides, and the one for faces seen from the side.
    pub fn from_cascades(frontal: Cascade, frontal_strict: Cascade, profile: Cascade) -> Self {
        Self::with_engine(Box::new(RustEngine::new(frontal, frontal_strict, profile)))
    }

    /// A detector whose cascades something else evaluates, to be compared with this crate.
    pub fn with_engine(engine: Box<dyn CascadeEngine>) -> Self {
        Self {
            engine,
            searcher: Searcher::default(),
            looker: Looker::default(),
            follower: Follower::default(),
            schedule: Schedule::new(),
            before: None,
            full_search: None,
            spare: Pictures::default(),
            scratch: GreyImage::default(),
        }
    }

    fn find(&mut self, frame: &Frame, known: &[KnownFace]) -> Result<Vec<Detection>, EngineError> {
        let mut pictures = std::mem::take(&mut self.spare);
        pictures.set(frame, WORK_SIDE, &mut self.scratch);
        let before = self.before.take();
        let mut faces = Vec::new();
        for face in known {
            faces.extend(self.find_known(&pictures, before.as_ref(), frame.time(), face)?);
        }
        keep_one_each(&mut faces);
        self.schedule.spend(LOOK_COST * known.len() as f32);

        if self.is_new_scene(frame.time(), before.as_ref(), &faces) {
            for pass in FULL_SEARCH {
                self.search(&pictures, pass, &mut faces)?;
            }
            if faces.is_empty() {
                for pass in SMALL_FACES {
                    self.search(&pictures, pass, &mut faces)?;
                }
            }
        } else {
            let income = if faces.is_empty() { INCOME_ALONE } else { INCOME_KNOWN };
            for pass in self.schedule.passes(income) {
                self.search(&pictures, pass, &mut faces)?;
            }
        }

        let detections = faces
            .iter()
            .map(|face| Detection {
                bbox_in_frame: pictures.box_of(&face.place),
                roll: face.place.roll,
                confidence: face.confidence,
                found_by: face.found_by,
                known: face.known,
            })
            .collect();
        let remembered = faces.iter().filter_map(|face| {
            face.known.map(|track| FaceBefore { track, place: face.place, side: face.side })
        });
        let now = Before { time: frame.time(), faces: remembered.collect(), pictures };
        self.before = Some(now);
        if let Some(before) = before {
            self.spare = before.pictures;
        }
        Ok(detections)
    }

    fn find_still(
        &mut self,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Result<Vec<Detection>, EngineError> {
        let mut pictures = std::mem::take(&mut self.spare);
        let longer = frame.width().max(frame.height()) as f32;
        let smallest = smallest.filter(|side| side.is_finite() && *side > 0.0);
        let wanted = smallest.map_or(WORK_SIDE, |side| WINDOW as f32 / side * longer);
        pictures.set(frame, wanted.clamp(WORK_SIDE, LARGEST_WORK_SIDE), &mut self.scratch);
        let per_frame_pixel = pictures.size().0.max(pictures.size().1) / longer;
        let engine = &mut *self.engine;
        let search = StillSearch::new(engine, &mut self.searcher, &mut self.looker, &pictures);
        let faces = search.find(smallest.map(|side| side * per_frame_pixel))?;
        let detection = |look: &Look| Detection {
            bbox_in_frame: pictures.box_of(&look.place),
            roll: look.place.roll,
            confidence: certainty(look.strength),
            found_by: look.found_by,
            known: None,
        };
        let detections = faces.iter().map(detection).collect();
        self.spare = pictures;
        Ok(detections)
    }

    /// Looks for a known face where it is expected, then where its motion leads.
    fn find_known(
        &mut self,
        pictures: &Pictures,
        before: Option<&Before>,
        time: Duration,
        known: &KnownFace,
    ) -> Result<Option<Found>, EngineError> {
        let expected = pictures.place_of(&known.bbox_in_frame, known.roll);
        let last =
            before.and_then(|before| before.faces.iter().find(|face| face.track == known.track));
        let side = last.and_then(|face| face.side);
        let recognised = |look: &Look| look.strength >= RECOGNISED;
        let found = |look: Look| Found {
            known: Some(known.track),
            place: look.place,
            side: look.side.or(side),
            confidence: certainty(look.strength),
            found_by: look.found_by,
            surprise: look.place.distance(&expected),
        };
        let glance = self.looker.glance(&mut *self.engine, pictures, &expected, side)?;
        if let Some(look) = glance.filter(recognised) {
            return Ok(Some(found(look)));
        }
        if let Some(look) =
            self.looker.look(&mut *self.engine, pictures, &expected)?.filter(recognised)
        {
            return Ok(Some(found(look)));
        }
        let (Some(before), Some(last)) = (before, last) else { return Ok(None) };
        let Some(followed) = self.follower.follow(&before.pictures, pictures, &last.place) else {
            return Ok(None);
        };
        if let Some(look) =
            self.looker.look(&mut *self.engine, pictures, &followed)?.filter(recognised)
        {
            return Ok(Some(found(look)));
        }
        let passed = time.saturating_sub(before.time).as_secs_f32();
        let confidence = known.confidence * math::exp(-passed / FOLLOWED_DECAY.as_secs_f32());
        Ok((confidence >= GIVEN_UP).then(|| Found {
            known: Some(known.track),
            place: followed,
            side: last.side,
            confidence,
            found_by: FoundBy::Followed,
            surprise: followed.distance(&expected),
        }))
    }

    /// Makes one pass over the picture and looks at what it points out.
    fn search(
        &mut self,
        pictures: &Pictures,
        pass: Pass,
        faces: &mut Vec<Found>,
    ) -> Result<(), EngineError> {
        for candidate in self.searcher.search(&mut *self.engine, pictures, pass)? {
            self.find_new(pictures, &candidate, faces)?;
        }
        Ok(())
    }

    /// Looks closely at a candidate, and adds it to the faces if it is one.
    fn find_new(
        &mut self,
        pictures: &Pictures,
        candidate: &Candidate,
        faces: &mut Vec<Found>,
    ) -> Result<(), EngineError> {
        if faces.iter().any(|face| face.place.touches(&candidate.place)) {
            return Ok(());
        }
        self.schedule.spend(LOOK_COST);
        let mut look = self.looker.look(&mut *self.engine, pictures, &candidate.place)?;
        if let Some(doubtful) = look.filter(|look| (DOUBTFUL..CLEAR).contains(&look.strength)) {
            // A face becomes clearer when it is looked at straight, and chance does not.
            look = self.looker.look(&mut *self.engine, pictures, &doubtful.place)?;
            self.schedule.spend(LOOK_COST);
        }
        let Some(look) = look.filter(|look| look.strength >= REPORTED) else { return Ok(()) };
        if faces.iter().any(|face| face.place.touches(&look.place)) {
            return Ok(());
        }
        faces.push(Found {
            known: None,
            place: look.place,
            side: look.side,
            confidence: certainty(look.strength),
            found_by: look.found_by,
            surprise: 0.0,
        });
        Ok(())
    }

    /// Whether nothing is known of the picture: it is the first, or all faces just left it.
    fn is_new_scene(&mut self, time: Duration, before: Option<&Before>, faces: &[Found]) -> bool {
        let just_lost = faces.is_empty() && before.is_none_or(|before| !before.faces.is_empty());
        let rested =
            self.full_search.is_none_or(|last| time.saturating_sub(last) >= FULL_SEARCH_PAUSE);
        if just_lost && rested {
            self.full_search = Some(time);
        }
        just_lost && rested
    }
}

impl FaceDetector for HaarDetector {
    fn detect(
        &mut self,
        frame: &Frame,
        known: &[KnownFace],
    ) -> Result<Vec<Detection>, DetectError> {
        self.find(frame, known).map_err(|error| failed_on(frame, &error))
    }

    fn detect_still(
        &mut self,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Result<Vec<Detection>, DetectError> {
        self.reset();
        self.find_still(frame, smallest).map_err(|error| failed_on(frame, &error))
    }

    fn reset(&mut self) {
        self.schedule = Schedule::new();
        self.before = None;
        self.full_search = None;
    }
}

fn failed_on(frame: &Frame, error: &EngineError) -> DetectError {
    DetectError::Library { frame: format!("{frame:?}"), reason: error.to_string() }
}

/// How sure a strength makes, 0 to 1.
fn certainty(strength: f32) -> f32 {
    strength / (strength + EVEN)
}

/// Of known faces that were found in one place keeps the one that was expected there.
fn keep_one_each(faces: &mut Vec<Found>) {
    let recognised = |face: &Found| face.found_by != FoundBy::Followed;
    let better = |face: &Found, other: &Found| {
        (recognised(face), other.surprise, other.known)
            .partial_cmp(&(recognised(other), face.surprise, face.known))
            .is_some_and(std::cmp::Ordering::is_gt)
    };
    let kept = faces
        .iter()
        .filter(|face| {
            !faces.iter().any(|other| {
                other.known != face.known && other.place.touches(&face.place) && better(other, face)
            })
        })
        .copied()
        .collect();
    *faces = kept;
}
