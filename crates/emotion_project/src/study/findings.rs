//! What the viewers of a study showed together, and how two studies differ.

use emotion_core::Expression;
use rusqlite::params;

use super::Study;
use super::band::{FEWEST_VIEWERS, Point, band};
use super::curve::{Baseline, Curves, curve};
use super::moments::{Moment, moments};
use super::permutation::{Comparison, Design, compare};
use crate::{Project, ProjectError, Rollup, SessionState, Span, audit};

/// What the viewers of a study showed. Nothing in here is about fewer than five people.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// The study.
    pub study: Study,
    /// How many viewers it is about.
    pub viewers: usize,
    /// Who is not counted.
    pub left_out: LeftOut,
    /// The models that read them.
    pub models: Vec<String>,
    /// A curve for each expression that was asked for.
    pub courses: Vec<Course>,
}

/// The mean curve of an expression over a film.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The expression.
    pub expression: Expression,
    /// A point for each second; `None` where fewer than five viewers were seen.
    pub points: Vec<Option<Point>>,
    /// Where the band leaves the baseline.
    pub moments: Vec<Moment>,
}

/// Viewers that are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// They do not agree any more.
    pub withdrawn: usize,
    /// Their import did not come to its end.
    pub unfinished: usize,
    /// They were seen too little to take a baseline from.
    pub unseen: usize,
}

/// Two studies, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The first study.
    pub first: Findings,
    /// The second one.
    pub second: Findings,
    /// Who saw what.
    pub design: Design,
    /// Viewers that are left out of the comparison, since they saw both films where most saw one, or one where most
    /// saw both.
    pub left_out: usize,
    /// How they differ, for each expression.
    pub comparisons: Vec<(Expression, Comparison)>,
}

/// A viewer's recording.
struct Viewer {
    person: i64,
    lead: u64,
    seconds: Vec<Rollup>,
}

impl LeftOut {
    /// In words, or nothing.
    pub fn in_words(self) -> String {
        let parts = [
            (self.withdrawn, "do not agree any more"),
            (self.unfinished, "have an unfinished import"),
            (self.unseen, "were in view too little for a baseline"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, why)| format!("{count} {why}"))
            .collect();
        parts.join(", ")
    }
}

impl Viewer {
    fn curve(&self, study: &Study, expression: Expression) -> Option<Vec<Option<f64>>> {
        curve(&self.seconds, self.lead, study.seconds(), study.baseline, expression)
    }
}

fn curves(study: &Study, viewers: &[&Viewer], expression: Expression) -> Curves {
    let viewers = viewers.iter().filter_map(|viewer| viewer.curve(study, expression)).collect();
    Curves { seconds: study.seconds(), viewers }
}

impl Project {
    /// What the viewers of a study showed: a curve for each of the expressions.
    ///
    /// # Errors
    /// [`ProjectError::TooFewViewers`] below five; or when the project cannot be read.
    pub fn findings(
        &self,
        study: &str,
        expressions: &[Expression],
    ) -> Result<Findings, ProjectError> {
        let study = self.study(study)?;
        let (viewers, left_out, models) = self.viewers(&study)?;
        let viewers: Vec<&Viewer> = viewers.iter().collect();
        let findings = findings(study, &viewers, left_out, models, expressions)?;
        let detail = format!("study {}, {} viewers", findings.study.id, findings.viewers);
        audit::log(&self.db, "study evaluated", "", &detail)?;
        Ok(findings)
    }

    /// Compares two studies: two versions of a film. Where at least five people saw both, these are compared with
    /// themselves; else those who saw one only.
    ///
    /// # Errors
    /// As [`Project::findings`].
    pub fn compare_studies(
        &self,
        first: &str,
        second: &str,
        expressions: &[Expression],
    ) -> Result<Compared, ProjectError> {
        let (first, second) = (self.study(first)?, self.study(second)?);
        if first.id == second.id {
            let text = "a study cannot be compared with itself; name two studies";
            return Err(ProjectError::BadStudy(text.to_owned()));
        }
        let (all, left_first, models_first) = self.viewers(&first)?;
        let (others, left_second, models_second) = self.viewers(&second)?;
        let is_in = |viewers: &[Viewer], it: &Viewer| viewers.iter().any(|v| v.person == it.person);
        let both = all.iter().filter(|it| is_in(&others, it)).count();
        let paired = both >= FEWEST_VIEWERS;
        let a: Vec<&Viewer> = all.iter().filter(|it| is_in(&others, it) == paired).collect();
        let b: Vec<&Viewer> = others.iter().filter(|it| is_in(&all, it) == paired).collect();
        let left_out = all.len() + others.len() - a.len() - b.len();
        let comparisons = expressions
            .iter()
            .map(|it| {
                (*it, compare(&curves(&first, &a, *it), &curves(&second, &b, *it), design(paired)))
            })
            .collect();
        let compared = Compared {
            first: findings(first, &a, left_first, models_first, expressions)?,
            second: findings(second, &b, left_second, models_second, expressions)?,
            design: design(paired),
            left_out,
            comparisons,
        };
        let detail =
            format!("studies {} and {}", compared.first.study.id, compared.second.study.id);
        audit::log(&self.db, "studies compared", "", &detail)?;
        Ok(compared)
    }

    /// The viewers of a study that count, by person, who does not, and the models that read them.
    fn viewers(&self, study: &Study) -> Result<(Vec<Viewer>, LeftOut, Vec<String>), ProjectError> {
        let sql = "SELECT session, lead_s FROM view WHERE study = ? ORDER BY person";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![study.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
        let (mut viewers, mut left_out) = (Vec::new(), LeftOut::default());
        let mut models = Vec::new();
        for (session, lead) in rows {
            let session = self.session(session)?;
            let consent = self.consent(session.person)?;
            if consent.is_none_or(|consent| consent.withdrawn_at.is_some()) {
                left_out.withdrawn += 1;
                continue;
            }
            if session.state == SessionState::Open {
                left_out.unfinished += 1;
                continue;
            }
            let viewer = Viewer {
                person: session.person,
                lead: u64::try_from(lead).unwrap_or(0),
                seconds: self.rollups(session.id, Span::Second)?,
            };
            if viewer.curve(study, Expression::Neutral).is_none() {
                left_out.unseen += 1;
                continue;
            }
            let model = session.model.unwrap_or_else(|| "unknown".to_owned());
            if !models.contains(&model) {
                models.push(model);
            }
            viewers.push(viewer);
        }
        Ok((viewers, left_out, models))
    }
}

const fn design(is_paired: bool) -> Design {
    if is_paired { Design::Paired } else { Design::Independent }
}

fn findings(
    study: Study,
    viewers: &[&Viewer],
    left_out: LeftOut,
    models: Vec<String>,
    expressions: &[Expression],
) -> Result<Findings, ProjectError> {
    if viewers.len() < FEWEST_VIEWERS {
        let words = left_out.in_words();
        let left_out = if words.is_empty() { words } else { format!(" (of the others, {words})") };
        let (study, viewers) = (study.name, viewers.len());
        return Err(ProjectError::TooFewViewers { study, viewers, left_out });
    }
    let course = |expression: &Expression| {
        let points = band(&curves(&study, viewers, *expression));
        Course { expression: *expression, moments: moments(&points), points }
    };
    let courses = expressions.iter().map(course).collect();
    Ok(Findings { courses, viewers: viewers.len(), study, left_out, models })
}

impl Findings {
    /// How baselines were taken, in words.
    pub(crate) fn baseline_in_words(&self) -> String {
        match self.study.baseline {
            Baseline::Film => "their median over the whole film".to_owned(),
            Baseline::Part { from, to } if to <= 0 => {
                format!("their median over the {} seconds before the film", to - from)
            }
            Baseline::Part { from, to } => {
                format!("their median over seconds {from} to {to} of the film")
            }
        }
    }

    /// How many viewers were seen in each second; `None` where fewer than five were.
    pub fn viewers_a_second(&self) -> Vec<Option<usize>> {
        let course = self.courses.first();
        course.map_or_else(Vec::new, |it| it.points.iter().map(|p| Some((*p)?.viewers)).collect())
    }
}
