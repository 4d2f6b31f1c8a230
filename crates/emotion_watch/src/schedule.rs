//! When a camera is watched.

use serde::{Deserialize, Serialize};

/// Minutes of a week.
const WEEK: usize = 7 * DAY;
/// Minutes of a day.
const DAY: usize = 24 * 60;

/// A span of some days: `days = ["mon", "tue"]`, `from = "08:00"`, `to = "20:00"`.
///
/// A span that ends before it begins goes on into the next day. `to = "24:00"` is midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days on which it begins; all of them if left out.
    #[serde(default = "Day::all")]
    pub days: Vec<Day>,
    /// When it begins, HH:MM.
    pub from: String,
    /// When it ends, HH:MM.
    pub to: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "days")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    fn all() -> Vec<Self> {
        vec![Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun]
    }
}

/// Which minutes of a week are watched, in the local time of the watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// One for each minute from Monday 00:00.
    minutes: Vec<bool>,
}

/// Why hours are no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// No time of day.
    #[error("\"{0}\" is no time of day; write HH:MM, from 00:00 to 24:00")]
    Time(String),
    /// It is over when it begins.
    #[error("it begins and ends at {0}; for whole days write from = \"00:00\", to = \"24:00\"")]
    Empty(String),
    /// No day is named.
    #[error("it names no days; leave `days` out for all of them")]
    NoDays,
    /// Two of them cover the same minute.
    #[error(
        "two of them cover {day:?} {hour:02}:{minute:02}; make them one, or let one end where the other begins"
    )]
    Overlap {
        /// The first day that both cover.
        day: Day,
        /// The first hour.
        hour: usize,
        /// The first minute.
        minute: usize,
    },
}

impl Schedule {
    /// All week.
    pub fn always() -> Self {
        Self { minutes: vec![true; WEEK] }
    }

    /// The minutes of these hours; all week if there are none.
    ///
    /// # Errors
    /// [`ScheduleError`] if a span cannot be read, is empty, or covers a minute that another one covers.
    pub fn new(hours: &[Hours]) -> Result<Self, ScheduleError> {
        if hours.is_empty() {
            return Ok(Self::always());
        }
        let mut minutes = vec![false; WEEK];
        for span in hours {
            let (from, to) = (minute_of_day(&span.from)?, minute_of_day(&span.to)?);
            if from == to {
                return Err(ScheduleError::Empty(span.from.clone()));
            }
            if span.days.is_empty() {
                return Err(ScheduleError::NoDays);
            }
            let length = if to > from { to - from } else { DAY - from + to };
            for day in &span.days {
                for minute in 0..length {
                    let at = (*day as usize * DAY + from + minute) % WEEK;
                    if std::mem::replace(&mut minutes[at], true) {
                        let day = Day::all()[at / DAY];
                        let (hour, minute) = (at % DAY / 60, at % 60);
                        return Err(ScheduleError::Overlap { day, hour, minute });
                    }
                }
            }
        }
        Ok(Self { minutes })
    }

    /// Whether a local time, in seconds since the start of 1970, is part of it.
    pub fn covers(&self, local: i64) -> bool {
        // 1970 began on a Thursday.
        let minute = (local.div_euclid(60) + 3 * 24 * 60).rem_euclid(7 * 24 * 60);
        usize::try_from(minute)
            .ok()
            .and_then(|minute| self.minutes.get(minute))
            .is_some_and(|on| *on)
    }

    /// How many minutes of a day it covers, in the mean of a week.
    pub fn minutes_a_day(&self) -> f64 {
        self.minutes.iter().filter(|on| **on).count() as f64 / 7.0
    }
}

fn minute_of_day(text: &str) -> Result<usize, ScheduleError> {
    let parse = || {
        let (hour, minute) = text.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(hour) || !digits(minute) {
            return None;
        }
        let (hour, minute): (usize, usize) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
    };
    parse().ok_or_else(|| ScheduleError::Time(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(days: &[Day], from: &str, to: &str) -> Hours {
        Hours { days: days.to_vec(), from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn a_night_goes_on_into_the_next_day() {
        let night = Schedule::new(&[hours(&[Day::Sun], "22:00", "06:00")]).expect("a schedule");
        // Monday, 2 March 2026.
        let monday = 1_772_409_600;
        assert!(night.covers(monday + 5 * 3600) && !night.covers(monday + 6 * 3600));
        assert!(night.covers(monday - 60) && !night.covers(monday - 3 * 3600));
        assert_eq!(night.minutes_a_day(), 480.0 / 7.0);
        assert!(Schedule::always().covers(-1));
    }

    #[test]
    fn overlaps_and_nonsense_are_refused() {
        let two = [hours(&[Day::Mon], "22:00", "06:00"), hours(&Day::all(), "05:00", "07:00")];
        let overlap = ScheduleError::Overlap { day: Day::Tue, hour: 5, minute: 0 };
        assert_eq!(Schedule::new(&two), Err(overlap));
        for (from, to) in [("8:00", "10:00"), ("08:00", "24:01"), ("08:60", "09:00"), ("", "01:00")]
        {
            assert!(matches!(
                Schedule::new(&[hours(&[Day::Mon], from, to)]),
                Err(ScheduleError::Time(_))
            ));
        }
        assert!(Schedule::new(&[hours(&[Day::Mon], "08:00", "08:00")]).is_err());
        assert!(Schedule::new(&[hours(&[], "08:00", "09:00")]).is_err());
    }
}
