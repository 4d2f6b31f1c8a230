//! What rules look at: the faces of one frame.

use emotion_core::{Event, EventKind, Expression, FaceReading, Scores, SessionTime, SubjectId};

/// The faces of a frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moment {
    /// When it was, on the session's clock.
    pub time: SessionTime,
    /// The faces in view.
    pub faces: Vec<Face>,
}

/// A face in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Its track in this stream. It tells one face from another while it is in view, leaves no alert, and means nothing
    /// in any other stream.
    pub track: u64,
    /// Its centre, as fractions of the frame's width and height.
    pub center_in_frame: [f32; 2],
    /// Width and height of its square, as fractions of the frame's width and height.
    pub size_in_frame: [f32; 2],
    /// Seven probabilities, smoothed over time.
    pub scores: Scores,
    /// What it shows; `None` when unsure.
    pub dominant: Option<Expression>,
}

impl Face {
    /// A face that was read.
    pub fn new(track: u64, reading: &FaceReading) -> Self {
        let (width, height) = reading.frame_size;
        let (width, height) = (width.max(1) as f32, height.max(1) as f32);
        let bbox = &reading.bbox_in_frame;
        let (x, y) = bbox.center();
        Self {
            track,
            center_in_frame: [x / width, y / height],
            size_in_frame: [bbox.width / width, bbox.height / height],
            scores: reading.scores,
            dominant: reading.dominant,
        }
    }

    /// Its centre in widths of the frame, both ways: its square tells the shape of the frame.
    pub(crate) fn place(&self) -> [f32; 2] {
        let [x, y] = self.center_in_frame;
        let [width, height] = self.size_in_frame;
        [x, y * width / height.max(1e-6)]
    }
}

/// What a stream's events say.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A frame with its faces.
    Moment(Moment),
    /// The source began anew: tracks of before mean nothing.
    NewSource,
    /// Something is wrong with the source or the analysis.
    Problem(String),
    /// It is over.
    Recovered,
}

/// Makes moments of the events of one stream.
#[derive(Debug, Clone, Default)]
pub struct Gatherer {
    open: Option<(Moment, usize)>,
}

impl Gatherer {
    /// Takes in an event of the stream. A moment comes with the last of its faces.
    pub fn hear(&mut self, event: &Event) -> Option<Heard> {
        match &event.kind {
            EventKind::FrameAnalyzed { faces, .. } => {
                self.open = Some((Moment { time: event.time, faces: Vec::new() }, *faces));
                self.complete()
            }
            EventKind::FaceAppeared { subject, face }
            | EventKind::FaceRead { subject, face }
            | EventKind::FaceReturned { subject, face } => self.add(*subject, face),
            EventKind::EpochBegan => Some(Heard::NewSource),
            EventKind::Problem { message } => Some(Heard::Problem(message.clone())),
            EventKind::Recovered => Some(Heard::Recovered),
            _ => None,
        }
    }

    fn add(&mut self, subject: SubjectId, face: &FaceReading) -> Option<Heard> {
        let (moment, _) = self.open.as_mut()?;
        // A face that returns is read once for each frame, whatever the events are called.
        if moment.faces.iter().all(|known| known.track != subject.track) {
            moment.faces.push(Face::new(subject.track, face));
        }
        self.complete()
    }

    fn complete(&mut self) -> Option<Heard> {
        let is_whole =
            self.open.as_ref().is_some_and(|(moment, faces)| moment.faces.len() >= *faces);
        self.open.take_if(|_| is_whole).map(|(moment, _)| Heard::Moment(moment))
    }
}
