//! What a model mistakes for what, from its card. The only place that reads cards.

use crate::emotion::Expression;

/// Faces counted by what they show (rows) and what was read (columns), in the order of
/// [`Expression::ALL`].
pub type Confusion = [[u32; Expression::COUNT]; Expression::COUNT];

/// The cards of the models that ship.
const CARDS: [(&str, &str); 1] = [("cnn4", include_str!("../../models/cnn4.md"))];

/// The confusion matrix of a model that ships, by the model's name.
pub fn confusion_of(model: &str) -> Option<Confusion> {
    let (_, card) = CARDS.iter().find(|(name, _)| *name == model)?;
    parse(card)
}

/// Reads the table whose last seven columns and whose rows are the seven expressions, in order.
fn parse(card: &str) -> Option<Confusion> {
    let mut lines = card.lines().map(cells);
    lines.find(|cells| {
        last_seven(cells).is_some_and(|names| names == Expression::ALL.map(Expression::name))
    })?;
    let mut rows = lines.skip(1);
    let mut confusion = Confusion::default();
    for (expression, counts) in Expression::ALL.into_iter().zip(&mut confusion) {
        let row = rows.next().filter(|row| row.first() == Some(&expression.name()))?;
        for (count, cell) in counts.iter_mut().zip(last_seven(&row)?) {
            *count = cell.parse().ok()?;
        }
    }
    Some(confusion)
}

/// The cells of a line of a table in Markdown; of any other line, nothing of use.
fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

fn last_seven<'a>(cells: &[&'a str]) -> Option<[&'a str; Expression::COUNT]> {
    cells.last_chunk().copied()
}

/// An expression and its share, 0 to 1.
pub type Share = (Expression, f32);

/// Of the faces that were read as `expression`: what they show, the most frequent first.
pub fn shown_by_those_read_as(confusion: &Confusion, expression: Expression) -> Vec<Share> {
    shares(Expression::ALL.map(|shown| confusion[shown.index()][expression.index()]))
}

/// Of the faces that show `expression`: what they were read as, the most frequent first.
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
    use crate::classify::ModelChoice;

    #[test]
    fn the_shipped_model_has_a_confusion_matrix() {
        let confusion = confusion_of(&ModelChoice::Default.to_string()).expect("a matrix");
        let faces: u32 = confusion.iter().flatten().sum();
        assert_eq!(faces, 3589, "PublicTest has 3,589 faces");
        // What every model of this kind gets right most often.
        let happy = read_from_those_showing(&confusion, Expression::Happy);
        assert_eq!(happy[0].0, Expression::Happy);
        assert!(happy[0].1 > 0.8, "{happy:?}");
        assert_eq!(confusion_of("another"), None);
    }

    const CARD: &str = "\
| labels | faces |
| --- | --- |
| FER-2013 | 3589 |

| | recall | angry | disgust | fear | happy | sad | surprise | neutral |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| angry | 70 % | 7 | 0 | 1 | 0 | 2 | 0 | 0 |
| disgust | 0 % | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
| fear | 0 % | 1 | 0 | 0 | 0 | 0 | 0 | 0 |
| happy | 0 % | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
| sad | 0 % | 2 | 0 | 0 | 0 | 0 | 0 | 0 |
| surprise | 0 % | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
| neutral | 0 % | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
";

    #[test]
    fn rows_are_what_is_shown_and_columns_what_is_read() {
        let confusion = parse(CARD).expect("a matrix");
        let read = read_from_those_showing(&confusion, Expression::Angry);
        assert_eq!(read[..2], [(Expression::Angry, 0.7), (Expression::Sad, 0.2)]);
        let shown = shown_by_those_read_as(&confusion, Expression::Angry);
        assert_eq!(shown[..2], [(Expression::Angry, 0.7), (Expression::Sad, 0.2)]);
        assert!(read_from_those_showing(&confusion, Expression::Happy).is_empty());
    }

    #[test]
    fn a_card_without_a_whole_table_has_no_matrix() {
        assert_eq!(parse("no table"), None);
        assert_eq!(parse(&CARD.replace("| fear | 0 %", "| fright | 0 %")), None);
        assert_eq!(parse(&CARD.replace("| 7 |", "| many |")), None);
    }
}
