//! Time in a session.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment on a session's clock, from its start: its running time without the pauses.
///
/// In files and messages it is a number of seconds, exact to the nanosecond for 50 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct SessionTime(pub Duration);

impl SessionTime {
    /// The start.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// Seconds since the start.
    pub fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }

    /// The time from `earlier` to this one; zero when it is the later one.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<Duration> for SessionTime {
    fn from(since_start: Duration) -> Self {
        Self(since_start)
    }
}

impl Add<Duration> for SessionTime {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}

impl AddAssign<Duration> for SessionTime {
    fn add_assign(&mut self, time: Duration) {
        *self = *self + time;
    }
}

impl Sub<Duration> for SessionTime {
    type Output = Self;

    fn sub(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(time))
    }
}

impl Serialize for SessionTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_secs_f64())
    }
}

impl<'de> Deserialize<'de> for SessionTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds)
            .map(Self)
            .map_err(|error| serde::de::Error::custom(format!("{seconds} is no time: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact_to_the_nanosecond() {
        for nanoseconds in [0, 1, 33_333_333, 1_000_000_001, 4_000_000_123_456_789] {
            let time = SessionTime(Duration::from_nanos(nanoseconds));
            let text = serde_json::to_string(&time).expect("JSON");
            assert_eq!(serde_json::from_str::<SessionTime>(&text).expect("a time"), time, "{text}");
        }
        assert!(serde_json::from_str::<SessionTime>("-1.0").is_err());
    }
}
