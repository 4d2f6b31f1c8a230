//! Shares from a model's confusion matrix.

use emotion_core::Expression;
use emotion_models::Confusion;

/// An expression and its share, 0 to 1.
pub type Share = (Expression, f32);

/// Labels of the faces read as `expression`, the most frequent first; empty if there are none.
pub fn shown_by_those_read_as(confusion: &Confusion, expression: Expression) -> Vec<Share> {
    shares(Expression::ALL.map(|shown| confusion[shown.index()][expression.index()]))
}

/// Readings of the faces labelled `expression`, the most frequent first; empty if there are none.
pub fn read_from_those_showing(confusion: &Confusion, expression: Expression) -> Vec<Share> {
    shares(confusion[expression.index()])
}

fn shares(counts: [u32; Expression::COUNT]) -> Vec<Share> {
    let total: u32 = counts.iter().sum();
    if total == 0 {
        return Vec::new();
    }
    let share = |(expression, count)| (expression, count as f32 / total as f32);
    let mut shares: Vec<_> = Expression::ALL.into_iter().zip(counts).map(share).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_is_shown_and_columns_what_is_read() {
        let mut confusion = Confusion::default();
        confusion[Expression::Angry.index()] = [7, 0, 1, 0, 2, 0, 0];
        confusion[Expression::Sad.index()] = [2, 0, 0, 0, 0, 0, 0];
        confusion[Expression::Fear.index()] = [1, 0, 0, 0, 0, 0, 0];
        let read = read_from_those_showing(&confusion, Expression::Angry);
        assert_eq!(read[..2], [(Expression::Angry, 0.7), (Expression::Sad, 0.2)]);
        let shown = shown_by_those_read_as(&confusion, Expression::Angry);
        assert_eq!(shown[..2], [(Expression::Angry, 0.7), (Expression::Sad, 0.2)]);
        assert!(read_from_those_showing(&confusion, Expression::Happy).is_empty());
    }
}
