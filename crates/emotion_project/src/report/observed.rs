//! What the sessions of a person come to.

use emotion_core::Expression;

use crate::stats::{mean, median};
use crate::{
    Mark, MarkKind, Person, Project, ProjectError, Rollup, Session, SessionState, Smile, Span,
};

/// Points of a curve.
const BINS: u64 = 160;
/// Of a bin so much has to be seen, or it is taken for missing.
const LEAST_VISIBLE: f64 = 0.2;
/// Without a mark, so many seconds in view from the start of a session are taken for rest.
const REST_SECONDS: usize = 60;
/// Sessions that were seen for less are shown, but not compared, in minutes.
const LEAST_MINUTES: f64 = 1.0;

/// The sessions of a person.
pub struct Observed {
    /// In order of time.
    pub sessions: Vec<SessionSeen>,
    /// What the person's face shows at rest: the median over sessions.
    pub baseline: Option<[f64; Expression::COUNT]>,
    /// In how many sessions the rest was marked.
    pub marked_rests: usize,
    /// Sessions that are not stored to their end.
    pub unfinished: usize,
}

/// A session in a report.
pub struct SessionSeen {
    pub session: Session,
    pub marks: Vec<Mark>,
    pub smiles: Vec<Smile>,
    /// Minutes in which the person was seen, in all.
    pub minutes_visible: f64,
    /// In which part of the session the person was seen, 0 to 1.
    pub visible: f64,
    /// In which part of it frames came at all.
    pub watched: f64,
    /// In which part of the frames the expression was sure.
    pub sure: f64,
    /// In which part of it other faces were in view.
    pub company: f64,
    /// What the face shows at rest in this session.
    pub rest: Option<[f64; Expression::COUNT]>,
    /// How far the face is from the person's rest, 0 to 1: the mean over seconds.
    pub movement: Option<f64>,
    /// The curve: bins and their length in seconds.
    pub bins: Vec<Rollup>,
    pub bin_seconds: u64,
    pub minutes: Vec<Rollup>,
}

/// Something that is followed over sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Smiles,
    SmileLength,
    Movement,
    SelfReport,
}

impl Measure {
    pub const ALL: [Self; 4] = [Self::Smiles, Self::SmileLength, Self::Movement, Self::SelfReport];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Smiles => "Smiles",
            Self::SmileLength => "Length of a smile",
            Self::Movement => "Distance from rest",
            Self::SelfReport => "Self-report",
        }
    }

    pub const fn unit(self) -> &'static str {
        match self {
            Self::Smiles => "a visible minute",
            Self::SmileLength => "s, median",
            Self::Movement => "% of all probability",
            Self::SelfReport => "of 10, mean",
        }
    }

    /// The value of a session; `None` if it was seen too little, or nothing was said.
    pub fn of(self, seen: &SessionSeen) -> Option<f64> {
        if self == Self::SelfReport {
            let ratings: Vec<f64> = seen.ratings().map(|(_, value)| value).collect();
            return mean(&ratings);
        }
        if seen.minutes_visible < LEAST_MINUTES {
            return None;
        }
        match self {
            Self::Smiles => Some(seen.smiles.len() as f64 / seen.minutes_visible),
            Self::SmileLength => {
                median(&seen.smiles.iter().map(Smile::seconds).collect::<Vec<_>>())
            }
            Self::Movement => seen.movement.map(|part| part * 100.0),
            Self::SelfReport => None,
        }
    }
}

impl Observed {
    pub fn load(project: &Project, person: &Person) -> Result<Self, ProjectError> {
        let mut observed =
            Self { sessions: Vec::new(), baseline: None, marked_rests: 0, unfinished: 0 };
        for session in project.sessions(person)? {
            observed.unfinished += usize::from(session.state != SessionState::Complete);
            if session.length_ms == 0 {
                continue;
            }
            let seconds = project.rollups(session.id, Span::Second)?;
            let seen = SessionSeen::new(project, session, &seconds)?;
            let rests = seen.marks.iter().any(|mark| mark.kind == MarkKind::Rest);
            observed.marked_rests += usize::from(rests);
            observed.sessions.push(seen);
        }
        observed.baseline = baseline(&observed.sessions);
        if let Some(baseline) = observed.baseline {
            for seen in &mut observed.sessions {
                // Once more from the disk, rather than all sessions at once in memory.
                let seconds = project.rollups(seen.session.id, Span::Second)?;
                let distances: Vec<f64> = seconds
                    .iter()
                    .filter_map(|second| distance(&second.means()?, &baseline).into())
                    .collect();
                seen.movement = mean(&distances);
            }
        }
        Ok(observed)
    }

    /// A measure of all sessions that have it: their place and value.
    pub fn values(&self, measure: Measure) -> Vec<(usize, f64)> {
        let sessions = self.sessions.iter().enumerate();
        sessions.filter_map(|(index, seen)| Some((index, measure.of(seen)?))).collect()
    }

    /// Weeks since the first session.
    pub fn week(&self, index: usize) -> f64 {
        let start = |index: usize| self.sessions[index].session.started_at;
        (start(index) - start(0)) as f64 / (7.0 * 24.0 * 3600.0)
    }
}

/// Half the sum of differences: the part of all probability that lies elsewhere.
fn distance(a: &[f64; Expression::COUNT], b: &[f64; Expression::COUNT]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0
}

fn baseline(sessions: &[SessionSeen]) -> Option<[f64; Expression::COUNT]> {
    let rests: Vec<_> = sessions.iter().filter_map(|seen| seen.rest).collect();
    let mut baseline = [0.0; Expression::COUNT];
    for (index, value) in baseline.iter_mut().enumerate() {
        *value = median(&rests.iter().map(|rest| rest[index]).collect::<Vec<_>>())?;
    }
    Some(baseline)
}

impl SessionSeen {
    fn new(project: &Project, session: Session, seconds: &[Rollup]) -> Result<Self, ProjectError> {
        let marks = project.marks(session.id)?;
        let length = seconds.len().max(1) as f64;
        let visible = seconds.iter().map(Rollup::visible).sum::<f64>();
        let mut all = Rollup::default();
        seconds.iter().for_each(|second| all.add(second));
        let watched = seconds.iter().filter(|second| second.frames > 0).count() as f64;
        let bin_seconds = (seconds.len() as u64).div_ceil(BINS).max(1);
        let bins = seconds.chunks(usize::try_from(bin_seconds).unwrap_or(1)).map(|chunk| {
            let mut bin = Rollup::at(chunk.first().map_or(0, |second| second.at));
            chunk.iter().for_each(|second| bin.add(second));
            bin
        });
        Ok(Self {
            smiles: project.smiles(session.id)?,
            minutes: project.rollups(session.id, Span::Minute)?,
            rest: rest(seconds, &marks),
            marks,
            minutes_visible: visible / 60.0,
            visible: visible / length,
            watched: watched / length,
            sure: all.sure as f64 / all.seen.max(1) as f64,
            company: all.company as f64 / all.frames.max(1) as f64,
            movement: None,
            bins: bins.collect(),
            bin_seconds,
            session,
        })
    }

    /// Self-reports: when, in seconds, and the answer.
    pub fn ratings(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ratings = self.marks.iter().filter(|mark| mark.kind == MarkKind::Rating);
        ratings.filter_map(|mark| Some((mark.at_ms as f64 / 1000.0, mark.value?)))
    }

    /// Seconds from its start to its end.
    pub fn seconds(&self) -> f64 {
        self.session.length_ms as f64 / 1000.0
    }

    /// The session in a line.
    pub fn in_short(&self) -> String {
        let smiles = if self.smiles.len() == 1 {
            "1 smile"
        } else {
            &format!("{} smiles", self.smiles.len())
        };
        format!("{:.0} min, {:.0} % in view, {smiles}", self.seconds() / 60.0, self.visible * 100.0)
    }
}

/// Whether enough of a bin was seen to say something of it.
pub fn is_visible(bin: &Rollup) -> bool {
    bin.seen > 0 && bin.visible() >= LEAST_VISIBLE
}

/// The median of the seconds that are marked as rest, or else of the first ones in view.
fn rest(seconds: &[Rollup], marks: &[Mark]) -> Option<[f64; Expression::COUNT]> {
    let is_marked = |second: &&Rollup| {
        let at = second.at * 1000;
        let rests = marks.iter().filter(|mark| mark.kind == MarkKind::Rest);
        rests.into_iter().any(|mark| mark.at_ms <= at && mark.until_ms.is_some_and(|end| at < end))
    };
    let visible = || seconds.iter().filter(|second| second.visible() >= 0.5);
    let mut resting: Vec<&Rollup> = visible().filter(is_marked).collect();
    if resting.is_empty() {
        resting = visible().take(REST_SECONDS).collect();
    }
    let mut rest = [0.0; Expression::COUNT];
    for expression in Expression::ALL {
        let values: Vec<f64> =
            resting.iter().filter_map(|second| second.mean(expression)).collect();
        rest[expression.index()] = median(&values)?;
    }
    Some(rest)
}
