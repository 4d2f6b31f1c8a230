//! Fitting the readout on lines that were not trained on.

use emotion_core::Expression;
use emotion_words::WordsReadout;

/// Neighbouring thresholds over which F1 is averaged at most, so that none is chosen by luck.
const SMOOTHED: usize = 21;

/// Share of the lines of known language that may be taken for not understood.
const MAY_BE_LOST: f64 = 0.01;

/// Steps of the descent for the shifts.
const STEPS: usize = 400;

/// The network's output for a line, and its labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadLine {
    pub logits: [f32; Expression::COUNT],
    pub labels: [bool; Expression::COUNT],
    /// The share of its words that are known.
    pub known: f32,
}

/// Fits thresholds, probabilities and the least share of known words.
pub(super) fn fit(lines: &[ReadLine]) -> WordsReadout {
    let mut readout = WordsReadout {
        thresholds: std::array::from_fn(|label| threshold(lines, label)),
        least_known: least_known(lines),
        ..WordsReadout::default()
    };
    fit_shares(&mut readout, lines);
    fit_scale(&mut readout, lines);
    readout
}

/// The threshold of a label with the highest F1.
fn threshold(lines: &[ReadLine], label: usize) -> f32 {
    let mut order: Vec<(f32, bool)> =
        lines.iter().map(|line| (line.logits[label], line.labels[label])).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = order.iter().filter(|(_, has)| *has).count();
    if all == 0 {
        // Never there: above all that was seen.
        return order.first().map_or(0.0, |(logit, _)| logit + 1.0);
    }
    let mut right = 0;
    let mut curve = Vec::with_capacity(order.len());
    for (index, (_, has)) in order.iter().enumerate() {
        right += usize::from(*has);
        curve.push(2.0 * right as f64 / (index + 1 + all) as f64);
    }
    // Few lines are not smoothed much: their best threshold is sharp.
    let width = (all / 10).clamp(1, SMOOTHED).min(curve.len());
    let smooth = curve.windows(width).map(|part| part.iter().sum::<f64>());
    let best = smooth.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index);
    let last = best + (width - 1) / 2;
    let logit = |index: usize| order.get(index).or(order.last()).map_or(0.0, |(logit, _)| *logit);
    (logit(last) + logit(last + 1)) / 2.0
}

/// The share of known words that all but a few lines have.
fn least_known(lines: &[ReadLine]) -> f32 {
    let mut shares: Vec<f32> =
        lines.iter().map(|line| line.known).filter(|known| *known > 0.0).collect();
    shares.sort_by(f32::total_cmp);
    shares.get((shares.len() as f64 * MAY_BE_LOST) as usize).copied().unwrap_or(0.0)
}

/// Scale and shifts with the least cross entropy, where a line with several labels is shared between them.
fn fit_shares(readout: &mut WordsReadout, lines: &[ReadLine]) {
    let count = lines.len().max(1) as f32;
    for step in 0..STEPS {
        let mut scale_slope = 0.0;
        let mut slopes = [0.0_f32; Expression::COUNT];
        for line in lines {
            let labels = line.labels.iter().filter(|has| **has).count().max(1) as f32;
            let scores = readout.scores(&line.logits);
            for (index, score) in scores.as_array().iter().enumerate() {
                let wanted = if line.labels[index] { 1.0 / labels } else { 0.0 };
                slopes[index] += (score - wanted) / count;
                scale_slope += (score - wanted) * line.logits[index] / count;
            }
        }
        let rate = if step < STEPS / 2 { 1.0 } else { 0.3 };
        readout.scale = (readout.scale - 0.1 * rate * scale_slope).clamp(0.1, 10.0);
        for (shift, slope) in readout.shift.iter_mut().zip(slopes) {
            *shift -= rate * slope;
        }
    }
}

/// Stretches the probabilities until the highest is, on average, as high as it is right: a line with two labels
/// is read right by either.
fn fit_scale(readout: &mut WordsReadout, lines: &[ReadLine]) {
    let fitted = *readout;
    let (mut low, mut high) = (0.25_f32, 4.0_f32);
    for _ in 0..24 {
        let middle = (low * high).sqrt();
        let tried = stretched(fitted, middle);
        let mut surplus = 0.0;
        for line in lines {
            let (highest, probability) = tried.scores(&line.logits).highest();
            surplus += probability - f32::from(u8::from(line.labels[highest.index()]));
        }
        if surplus > 0.0 { high = middle } else { low = middle }
    }
    *readout = stretched(fitted, (low * high).sqrt());
}

fn stretched(mut readout: WordsReadout, by: f32) -> WordsReadout {
    readout.scale *= by;
    readout.shift = readout.shift.map(|shift| shift * by);
    readout
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines whose first or second label is there; the network is right of nine in ten and far too sure.
    fn lines() -> Vec<ReadLine> {
        let line = |index: usize| {
            let mut labels = [false; Expression::COUNT];
            labels[index % 2] = true;
            let mut logits = [-20.0; Expression::COUNT];
            let said = if index % 10 < 9 { index % 2 } else { 1 - index % 2 };
            logits[said] = 10.0 + (index % 7) as f32 * 0.1;
            logits[1 - said] = -10.0 + (index % 7) as f32 * 0.1;
            ReadLine { logits, labels, known: 0.2 + (index % 100) as f32 * 0.008 }
        };
        (0..1000).map(line).collect()
    }

    #[test]
    fn probabilities_become_as_high_as_they_are_right() {
        let readout = fit(&lines());
        let mean: f32 = lines().iter().map(|line| readout.scores(&line.logits).highest().1).sum();
        assert!((mean / 1000.0 - 0.9).abs() < 0.02, "{}", mean / 1000.0);
    }

    #[test]
    fn thresholds_divide_and_few_lines_are_lost() {
        let readout = fit(&lines());
        let right =
            lines().iter().filter(|line| readout.labels(&line.logits) == line.labels).count();
        // 900 are said right; of those whose logit is the lowest that is right, smoothing may cost some.
        assert!((800..=900).contains(&right), "{right}");
        let lost = lines().iter().filter(|line| line.known < readout.least_known).count();
        assert!((1..=10).contains(&lost), "{lost}");
    }

    #[test]
    fn a_label_that_can_be_told_is_told() {
        let line = |index: usize| {
            let mut labels = [false; Expression::COUNT];
            labels[index % 3] = true;
            let logits = std::array::from_fn(|label| if labels[label] { 3.0 } else { -3.0 });
            ReadLine { logits, labels, known: 1.0 }
        };
        let lines: Vec<ReadLine> = (0..60).map(line).collect();
        let readout = fit(&lines);
        assert!(lines.iter().all(|line| readout.labels(&line.logits) == line.labels));
    }
}
