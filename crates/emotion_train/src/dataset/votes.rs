//! The votes of FER+ for a face (Barsoum et al., *Training deep networks for facial expression
//! recognition with crowd-sourced label distribution*, 2016).

use emotion_core::Expression;

/// The ten votes for one face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Votes {
    /// Votes for each expression, in the order of [`Expression::ALL`].
    pub expressions: [u8; Expression::COUNT],
    /// Votes for contempt, which is not a class of FER-2013.
    pub contempt: u8,
    /// Votes for "unknown".
    pub unknown: u8,
    /// Votes for "not a face".
    pub not_a_face: u8,
}

/// The choice with the most votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// One of the seven.
    Expression(Expression),
    /// Contempt, which is not a class of FER-2013.
    Contempt,
    /// "Unknown".
    Unknown,
    /// "Not a face".
    NotAFace,
    /// Two or more choices share the highest number of votes.
    Tie,
}

impl Votes {
    /// From the order of the file: neutral, happiness, surprise, sadness, anger, disgust, fear,
    /// contempt, unknown, not a face.
    pub(super) fn from_columns(columns: [u8; 10]) -> Self {
        let [neutral, happy, surprise, sad, angry, disgust, fear, contempt, unknown, not_a_face] =
            columns;
        Self {
            expressions: [angry, disgust, fear, happy, sad, surprise, neutral],
            contempt,
            unknown,
            not_a_face,
        }
    }

    /// The votes as a distribution over the seven expressions; `None` when none of them has a vote, or
    /// more voted for "not a face" than for all seven.
    pub fn shares(&self) -> Option<[f32; Expression::COUNT]> {
        let sum: u32 = self.expressions.iter().map(|&votes| u32::from(votes)).sum();
        let usable = sum > 0 && u32::from(self.not_a_face) <= sum;
        usable.then(|| self.expressions.map(|votes| f32::from(votes) / sum as f32))
    }

    /// The choice with the most votes.
    pub fn verdict(&self) -> Verdict {
        let others = [
            (Verdict::Contempt, self.contempt),
            (Verdict::Unknown, self.unknown),
            (Verdict::NotAFace, self.not_a_face),
        ];
        let expressions =
            Expression::ALL.map(Verdict::Expression).into_iter().zip(self.expressions);
        let (mut verdict, mut most) = (Verdict::Tie, 0);
        for (candidate, votes) in expressions.chain(others) {
            if votes > most {
                (verdict, most) = (candidate, votes);
            } else if votes == most {
                verdict = Verdict::Tie;
            }
        }
        verdict
    }

    /// The expression with the most votes; `None` for ties, contempt, unknown and not a face.
    pub fn majority(&self) -> Option<Expression> {
        match self.verdict() {
            Verdict::Expression(expression) => Some(expression),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_and_missing_faces_have_no_majority() {
        let votes = |columns| Votes::from_columns(columns);
        for (columns, verdict) in [
            ([5, 5, 0, 0, 0, 0, 0, 0, 0, 0], Verdict::Tie),
            ([4, 0, 0, 0, 0, 0, 0, 0, 4, 2], Verdict::Tie),
            ([0; 10], Verdict::Tie),
            ([4, 0, 0, 0, 3, 0, 0, 0, 3, 0], Verdict::Expression(Expression::Neutral)),
            ([1, 1, 1, 0, 0, 0, 0, 5, 1, 1], Verdict::Contempt),
            ([1, 1, 1, 0, 0, 0, 0, 1, 5, 1], Verdict::Unknown),
            ([0, 0, 0, 0, 4, 0, 0, 0, 0, 6], Verdict::NotAFace),
        ] {
            assert_eq!(votes(columns).verdict(), verdict, "{columns:?}");
            let expected = match verdict {
                Verdict::Expression(expression) => Some(expression),
                _ => None,
            };
            assert_eq!(votes(columns).majority(), expected);
        }
        assert_eq!(votes([0, 0, 0, 0, 0, 0, 0, 0, 0, 10]).shares(), None);
        let shares = votes([0, 0, 0, 0, 5, 0, 0, 5, 0, 0]).shares().expect("shares");
        assert_eq!(shares[Expression::Angry.index()], 1.0);
    }
}
