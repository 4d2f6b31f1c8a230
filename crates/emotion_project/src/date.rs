//! Moments as people write them. All of them are in UTC: a project may move between time zones.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// A text is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no moment; write it as 2026-03-02T14:30:00Z, or as a day, 2026-03-02")]
pub struct DateError(String);

/// Seconds since 1970 by the system's clock.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock that is set before 1970 is wrong anyway, and refused where it matters.
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Seconds since 1970 of a text: a moment with its zone, or a day (noon in UTC).
///
/// # Errors
/// [`DateError`] if it is neither.
pub fn parse_moment(text: &str) -> Result<i64, DateError> {
    let moment = text.parse::<Timestamp>();
    let moment = moment.or_else(|_| format!("{text}T12:00:00Z").parse());
    moment.map(Timestamp::as_second).map_err(|_| DateError(text.to_owned()))
}

/// The day: `2026-03-02`.
pub fn date_of(seconds: i64) -> String {
    part(seconds, 0..10)
}

/// The moment: `2026-03-02 14:30`.
pub fn moment_of(seconds: i64) -> String {
    part(seconds, 0..16).replace('T', " ")
}

fn part(seconds: i64, range: std::ops::Range<usize>) -> String {
    let text = Timestamp::from_second(seconds).map(|moment| moment.to_string());
    let text = text.unwrap_or_default();
    text.get(range).unwrap_or("an unknown day").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back() {
        let moment = parse_moment("2026-03-02T14:30:05Z").unwrap();
        assert_eq!(moment_of(moment), "2026-03-02 14:30");
        assert_eq!(date_of(moment), "2026-03-02");
        assert_eq!(parse_moment("2026-03-02T15:30:05+01:00"), Ok(moment));
        assert_eq!(moment_of(parse_moment("2026-03-02").unwrap()), "2026-03-02 12:00");
        assert!(parse_moment("yesterday").is_err());
    }
}
