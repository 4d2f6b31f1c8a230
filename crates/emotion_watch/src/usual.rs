//! What is usual for one rule of one camera, and from where on it is not.

use std::collections::VecDeque;
use std::time::Duration;

use emotion_core::SessionTime;

use crate::tail;

/// Minutes of so many days are kept.
const DAYS: usize = 28;
const MINUTES_A_DAY: usize = 24 * 60;
/// The hour of day has a threshold of its own once it was watched for so many minutes, with the hours beside it.
const ENOUGH_IN_HOUR: usize = 3 * 3 * 60;
/// Thresholds are set anew after so many minutes.
const REFIT: usize = 15;
/// A minute without readings for longer than this is not learnt.
const GAP: Duration = Duration::from_secs(10);

/// The maxima of minutes, and the threshold that follows from them.
#[derive(Debug, Clone)]
pub struct Usual {
    minutes: VecDeque<Minute>,
    open: Option<Open>,
    is_whole: bool,
    /// Minutes that are watched before a threshold is set.
    learn_minutes: usize,
    /// The probability that a usual minute reaches the threshold.
    p: f64,
    since_fit: usize,
    fit: Option<Fit>,
    fit_hour: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Minute {
    hour: u8,
    highest: f32,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    number: i64,
    hour: u8,
    highest: f32,
    last: SessionTime,
    has_gap: bool,
}

/// What is usual, and the threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Half of all minutes stay below this.
    pub median: f64,
    /// What a usual minute reaches as rarely as the budget says.
    pub threshold: f64,
    /// Whether it is that of this hour of the day.
    pub is_of_hour: bool,
}

impl Usual {
    /// Nothing is known. `p` is the probability with which a usual minute may reach the threshold.
    pub fn new(is_whole: bool, learn_hours: f64, p: f64) -> Self {
        Self {
            minutes: VecDeque::new(),
            open: None,
            is_whole,
            learn_minutes: (learn_hours * 60.0).ceil() as usize,
            p,
            since_fit: 0,
            fit: None,
            fit_hour: None,
        }
    }

    /// Takes in a figure at a session's time and a local time in seconds since 1970.
    pub fn learn(&mut self, time: SessionTime, local: i64, figure: f64) {
        let number = local.div_euclid(60);
        let hour = u8::try_from(local.div_euclid(3600).rem_euclid(24)).unwrap_or(0);
        let figure = figure as f32;
        match &mut self.open {
            Some(open) if open.number == number => {
                open.has_gap |= time.since(open.last) > GAP;
                open.highest = open.highest.max(figure);
                open.last = time;
            }
            _ => {
                let before = self.open.replace(Open {
                    number,
                    hour,
                    highest: figure,
                    last: time,
                    has_gap: false,
                });
                if let Some(before) = before {
                    self.close(before, time);
                }
            }
        }
        let is_due = self.since_fit >= REFIT || self.fit_hour != Some(hour);
        if is_due && self.minutes.len() >= self.learn_minutes {
            self.fit(hour);
        }
    }

    /// What was seen: the hour of day and the highest figure of each minute, the oldest first.
    pub fn minutes(&self) -> Vec<(u8, f32)> {
        self.minutes.iter().map(|minute| (minute.hour, minute.highest)).collect()
    }

    /// Goes on from what was seen before.
    pub fn restore(&mut self, minutes: Vec<(u8, f32)>) {
        let usable =
            minutes.into_iter().filter(|(hour, highest)| *hour < 24 && highest.is_finite());
        let kept = usable.map(|(hour, highest)| Minute { hour, highest });
        self.minutes = kept.collect();
        while self.minutes.len() > DAYS * MINUTES_A_DAY {
            self.minutes.pop_front();
        }
        self.fit_hour = None;
    }

    /// What was learnt; `None` while it still learns.
    pub const fn known(&self) -> Option<Fit> {
        self.fit
    }

    /// Watched minutes that are missing until a threshold is set.
    pub fn minutes_to_learn(&self) -> usize {
        self.learn_minutes.saturating_sub(self.minutes.len())
    }

    fn close(&mut self, open: Open, next: SessionTime) {
        if open.has_gap || next.since(open.last) > GAP {
            return;
        }
        self.minutes.push_back(Minute { hour: open.hour, highest: open.highest });
        if self.minutes.len() > DAYS * MINUTES_A_DAY {
            self.minutes.pop_front();
        }
        self.since_fit += 1;
    }

    fn fit(&mut self, hour: u8) {
        self.since_fit = 0;
        self.fit_hour = Some(hour);
        let is_near = |minute: &&Minute| [0, 1, 23].contains(&((minute.hour + 24 - hour) % 24));
        let near: Vec<f32> = self.minutes.iter().filter(is_near).map(|it| it.highest).collect();
        let is_of_hour = near.len() >= ENOUGH_IN_HOUR;
        let mut maxima =
            if is_of_hour { near } else { self.minutes.iter().map(|it| it.highest).collect() };
        maxima.sort_by(f32::total_cmp);
        let threshold =
            if self.is_whole { tail::whole(&maxima, self.p) } else { tail::real(&maxima, self.p) };
        let median = maxima.get(maxima.len() / 2).map_or(0.0, |it| f64::from(*it));
        self.fit = Some(Fit { median, threshold, is_of_hour });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(usual: &mut Usual, minutes: std::ops::Range<i64>, figure: impl Fn(i64) -> f64) {
        for second in minutes.start * 60..minutes.end * 60 {
            let time = SessionTime(Duration::from_secs(second.unsigned_abs()));
            usual.learn(time, second, figure(second));
        }
    }

    #[test]
    fn it_says_that_it_still_learns() {
        let mut usual = Usual::new(true, 2.0, 1e-3);
        watch(&mut usual, 0..100, |second| (second / 60 % 2) as f64);
        assert_eq!((usual.known(), usual.minutes_to_learn()), (None, 21));
        watch(&mut usual, 100..122, |second| (second / 60 % 2) as f64);
        assert!(usual.known().is_some_and(|fit| fit.threshold >= 4.0 && !fit.is_of_hour));
    }

    #[test]
    fn after_days_each_hour_has_its_own() {
        let mut usual = Usual::new(true, 24.0, 1e-3);
        let busy = |second: i64| if (8..20).contains(&(second / 3600 % 24)) { 6.0 } else { 0.0 };
        watch(&mut usual, 0..4 * 1440 + 180, busy);
        let night = usual.known().expect("a fit");
        watch(&mut usual, 4 * 1440 + 180..4 * 1440 + 780, busy);
        let noon = usual.known().expect("a fit");
        assert!(night.is_of_hour && noon.is_of_hour);
        assert!(night.threshold < 2.0 && noon.threshold > 12.0, "{night:?} {noon:?}");
    }

    #[test]
    fn what_was_seen_is_taken_along() {
        let (mut before, mut after) = (Usual::new(true, 1.0, 1e-3), Usual::new(true, 1.0, 1e-3));
        watch(&mut before, 0..100, |second| (second / 60 % 3) as f64);
        after.restore(before.minutes());
        watch(&mut after, 100..101, |_| 0.0);
        watch(&mut before, 100..101, |_| 0.0);
        assert_eq!(after.minutes_to_learn(), 0);
        let threshold = |usual: &Usual| usual.known().map(|fit| fit.threshold);
        assert!(
            threshold(&after)
                .is_some_and(|it| (it - threshold(&before).unwrap_or(0.0)).abs() <= 1.0)
        );
    }

    #[test]
    fn minutes_with_gaps_are_not_learnt() {
        let mut usual = Usual::new(true, 1.0, 1e-3);
        for second in (0..7200).step_by(20) {
            usual.learn(SessionTime(Duration::from_secs(second as u64)), second, 1.0);
        }
        assert_eq!(usual.minutes_to_learn(), 60);
    }
}
