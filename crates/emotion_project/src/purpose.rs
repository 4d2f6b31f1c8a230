//! What a project may be for.
//!
//! Regulation (EU) 2024/1689, the AI Act, forbids to infer emotions of people at work and in education
//! (Article 5(1)(f)) except for medical or safety reasons. This is no legal advice.

use std::fmt;
use std::str::FromStr;

/// What a project is for. The list is fixed; what is not on it cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A person watches their own expressions over weeks.
    Wellbeing,
    /// A therapist and a client look at sessions together.
    Therapy,
    /// A study with participants who agreed to it.
    Research,
    /// How viewers react to a film, a show, a game.
    Audience,
    /// How people get on with a product.
    Usability,
    /// Art, and play.
    Art,
    /// At work. Forbidden without an exemption.
    Workplace,
    /// In schools, universities and training. Forbidden without an exemption.
    Education,
    /// In the choice of applicants. Forbidden without an exemption.
    Recruiting,
}

impl Purpose {
    /// All of them, the forbidden ones last.
    pub const ALL: [Self; 9] = [
        Self::Wellbeing,
        Self::Therapy,
        Self::Research,
        Self::Audience,
        Self::Usability,
        Self::Art,
        Self::Workplace,
        Self::Education,
        Self::Recruiting,
    ];

    /// Its word in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wellbeing => "wellbeing",
            Self::Therapy => "therapy",
            Self::Research => "research",
            Self::Audience => "audience",
            Self::Usability => "usability",
            Self::Art => "art",
            Self::Workplace => "workplace",
            Self::Education => "education",
            Self::Recruiting => "recruiting",
        }
    }

    /// What it is, for notices.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Wellbeing => "so that a person can look at their own expressions over time",
            Self::Therapy => "so that therapist and client can look at their sessions together",
            Self::Research => "for a study whose participants agreed to it",
            Self::Audience => "to learn how an audience reacts to what it is shown",
            Self::Usability => "to learn how people get on with a product",
            Self::Art => "for art and play",
            Self::Workplace => "at a workplace",
            Self::Education => "in education",
            Self::Recruiting => "in the choice of applicants",
        }
    }

    /// Whether Article 5(1)(f) forbids it unless there are medical or safety reasons.
    pub const fn is_forbidden(self) -> bool {
        matches!(self, Self::Workplace | Self::Education | Self::Recruiting)
    }

    /// Whether people may be looked at together. Who agreed to therapy, or to watch themselves, did not agree to be
    /// part of a study (Article 5(1)(b) GDPR: purpose limitation).
    pub const fn allows_studies(self) -> bool {
        !matches!(self, Self::Wellbeing | Self::Therapy)
    }

    /// Whether a project may be made for it.
    ///
    /// # Errors
    /// [`Refused`] if it is forbidden and no exemption with a reason is named, or one is named that it does
    /// not need.
    pub fn check(self, exemption: Option<&Exemption>) -> Result<(), Refused> {
        match (self.is_forbidden(), exemption) {
            (true, None) => Err(Refused::Forbidden(self)),
            (true, Some(exemption)) if exemption.reason.trim().len() < MIN_REASON => {
                Err(Refused::NoReason(self))
            }
            (false, Some(_)) => Err(Refused::NotNeeded(self)),
            _ => Ok(()),
        }
    }
}

/// A reason shorter than this is none.
const MIN_REASON: usize = 12;

/// Why a forbidden purpose is allowed in this one case. Every report prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Whether the reason is a medical one; else it is one of safety.
    pub is_medical: bool,
    /// The reason, in the words of whoever answers for the project.
    pub reason: String,
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_medical { "medical" } else { "safety" };
        write!(f, "{kind} reasons: {}", self.reason)
    }
}

/// Why a project is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The purpose is forbidden.
    #[error(
        "{0} is refused: Article 5(1)(f) of the EU AI Act (Regulation (EU) 2024/1689) forbids to infer emotions \
         of people at work and in education, which includes the choice of applicants, except for medical or \
         safety reasons. If such a reason applies, name it; every report will print it"
    )]
    Forbidden(Purpose),
    /// The exemption has no reason.
    #[error(
        "{0} needs more than the name of an exemption from Article 5(1)(f) of the EU AI Act: say in a sentence \
         which medical or safety reason applies; every report will print it"
    )]
    NoReason(Purpose),
    /// An exemption that is not needed.
    #[error("{0} needs no exemption; leave it out")]
    NotNeeded(Purpose),
    /// Not on the list.
    #[error("\"{0}\" is not a purpose; choose one of {list}", list = list())]
    Unknown(String),
}

fn list() -> String {
    let allowed = Purpose::ALL.into_iter().filter(|purpose| !purpose.is_forbidden());
    allowed.map(Purpose::name).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Purpose {
    type Err = Refused;

    fn from_str(name: &str) -> Result<Self, Refused> {
        let found = Self::ALL.into_iter().find(|purpose| purpose.name() == name);
        found.ok_or_else(|| Refused::Unknown(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exemption(reason: &str) -> Exemption {
        Exemption { is_medical: true, reason: reason.to_owned() }
    }

    #[test]
    fn what_the_law_forbids_is_refused_with_its_article() {
        for purpose in [Purpose::Workplace, Purpose::Education, Purpose::Recruiting] {
            let message = purpose.check(None).unwrap_err().to_string();
            assert!(
                message.contains("Article 5(1)(f)") && message.contains("2024/1689"),
                "{message}"
            );
            assert!(purpose.check(Some(&exemption("yes"))).is_err());
            assert_eq!(purpose.check(Some(&exemption("fatigue of train drivers"))), Ok(()));
        }
    }

    #[test]
    fn the_others_are_allowed_and_need_no_exemption() {
        for purpose in Purpose::ALL.into_iter().filter(|purpose| !purpose.is_forbidden()) {
            assert_eq!(purpose.check(None), Ok(()));
            assert!(purpose.check(Some(&exemption("fatigue of train drivers"))).is_err());
            assert_eq!(purpose.name().parse(), Ok(purpose));
        }
        let message = "surveillance".parse::<Purpose>().unwrap_err().to_string();
        assert!(
            message.contains("wellbeing, therapy") && !message.contains("workplace"),
            "{message}"
        );
    }
}
