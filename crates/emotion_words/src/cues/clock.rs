//! Times as subtitles and transcripts write them.

use std::time::Duration;

/// Reads `01:02:03,456`, `02:03.456`, `3.5` or `3`: hours and minutes may be missing, the decimal sign is a point
/// or a comma. `None` for anything else.
pub fn time(text: &str) -> Option<Duration> {
    let mut parts = text.trim().rsplit(':');
    let seconds = parts.next()?.replace(',', ".");
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    if !plain(&seconds) {
        return None;
    }
    let mut sum: f64 = seconds.parse().ok()?;
    if parts.clone().next().is_some() && sum >= 60.0 {
        return None;
    }
    for unit in [60.0, 3600.0] {
        let Some(part) = parts.next() else { break };
        if part.is_empty() || part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        sum += part.parse::<f64>().ok()? * unit;
    }
    if parts.next().is_some() {
        return None;
    }
    // A year is longer than any film.
    (sum < 3.2e7).then(|| Duration::from_micros((sum * 1e6).round() as u64))
}

/// Start and end of a line such as `00:01.000 --> 00:02.500 align:start`.
///
/// # Errors
/// What is wrong with it, for people.
pub fn span(line: &str) -> Result<(Duration, Duration), String> {
    let (start, rest) = line.split_once("-->").ok_or("there is no \"-->\" between two times")?;
    let end = rest.split_whitespace().next().unwrap_or_default();
    ordered(start.trim(), end)
}

/// Start and end of two texts.
///
/// # Errors
/// What is wrong with them, for people.
pub fn ordered(start: &str, end: &str) -> Result<(Duration, Duration), String> {
    let read = |text: &str| {
        time(text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            format!("\"{shown}\" is not a time such as 00:01:02.500")
        })
    };
    let span = (read(start)?, read(end)?);
    if span.1 < span.0 {
        Err(format!("it ends at {end}, before its start at {start}"))
    } else {
        Ok(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_their_forms() {
        let seconds = |text| time(text).map(|time| time.as_secs_f64());
        assert_eq!(seconds("01:02:03,456"), Some(3723.456));
        assert_eq!(seconds("02:03.5"), Some(123.5));
        assert_eq!(seconds("100:00:00.000"), Some(360_000.0));
        assert_eq!(seconds("75.25"), Some(75.25));
        for wrong in ["", "-1", "1:75", "a", "1:2:3:4", "1e9", "NaN", "inf", "1.2.3", "99999999999"]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spans_have_to_run_forwards() {
        assert!(span("00:01,000 --> 00:02,000 X1:40 X2:600").is_ok());
        assert!(span("00:03,000 --> 00:02,000").is_err_and(|reason| reason.contains("before")));
        assert!(span("00:01,000 -> 00:02,000").is_err());
        assert!(span("00:01,000 -->").is_err());
    }
}
