//! One camera: its moments in, its alerts out.

use std::collections::BTreeMap;
use std::time::Duration;

use emotion_core::SessionTime;
use serde::Serialize;

use crate::alert::{Alert, AlertEvent, AlertState};
use crate::config::{CameraConfig, ConfigError};
use crate::evidence::{EvidenceFace, Memory, SPAN};
use crate::moment::Moment;
use crate::schedule::Schedule;
use crate::signal::Signal;
use crate::usual::Usual;
use crate::zone::Polygon;
use crate::{Rule, RuleKind};

/// An alert is over when its figure stayed below the threshold for this long.
const QUIET: Duration = Duration::from_secs(10);
/// An alert whose figure rises is told of again after this long at the earliest.
const REPEAT: Duration = Duration::from_secs(30);

/// Watches one camera. The same moments give the same alerts.
///
/// It knows nothing of other cameras: a face that leaves one and comes to another is nobody's.
#[derive(Debug, Clone)]
pub struct CameraWatcher {
    name: String,
    schedule: Schedule,
    masks: Vec<Polygon>,
    rules: Vec<RuleWatcher>,
    memory: Memory,
    /// The local time of the session's start, in seconds since 1970, and by how much it is ahead of UTC.
    started_local: i64,
    utc_offset: i64,
    last: Option<Moment>,
    is_active: bool,
}

#[derive(Debug, Clone)]
struct RuleWatcher {
    rule: Rule,
    name: String,
    zone: Option<Polygon>,
    signal: Signal,
    usual: Usual,
    figure: f64,
    alerts: u64,
    open: Option<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    alert: Alert,
    told: f64,
    told_at: SessionTime,
    last_above: SessionTime,
}

/// How a camera is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CameraState {
    /// Its name.
    pub name: String,
    /// Whether its schedule says that it is watched now.
    pub is_active: bool,
    /// The faces in view that no mask hides, as rings are drawn of them.
    pub faces: Vec<EvidenceFace>,
    /// Its rules.
    pub rules: Vec<RuleState>,
}

/// How a rule is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleState {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub kind: RuleKind,
    /// The figure now.
    pub figure: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it has to reach; `None` while it still learns.
    pub threshold: Option<f64>,
    /// The highest figure of a usual minute, in the median.
    pub usual: Option<f64>,
    /// Whether the threshold is that of this hour of the day.
    pub is_of_hour: bool,
    /// Watched minutes that are missing until it knows what is usual.
    pub minutes_to_learn: usize,
    /// Alerts so far.
    pub alerts: u64,
    /// The alert that is on.
    pub open: Option<String>,
}

impl CameraWatcher {
    /// Watches a camera whose session starts at `started_at`, in seconds since the start of 1970 (UTC).
    ///
    /// # Errors
    /// [`ConfigError`] if the camera cannot be watched so.
    pub fn new(
        config: &CameraConfig,
        started_at: i64,
        utc_offset_minutes: i32,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let schedule = config.schedule()?;
        // Each rule has its share of the budget, and each watched minute its share of that.
        let minutes = schedule.minutes_a_day().max(1.0) * config.rules.len() as f64;
        let p = (config.false_alarms_a_day / minutes).min(0.5);
        let rules = config.rules.iter().map(|rule| {
            let zone = config.zones.iter().find(|zone| Some(&zone.name) == rule.zone.as_ref());
            RuleWatcher {
                rule: rule.clone(),
                name: rule.name(),
                zone: zone.map(|zone| zone.polygon_in_frame.clone()),
                signal: Signal::new(rule),
                usual: Usual::new(rule.kind.is_whole(), config.learn_hours, p),
                figure: 0.0,
                alerts: 0,
                open: None,
            }
        });
        let utc_offset = i64::from(utc_offset_minutes) * 60;
        Ok(Self {
            name: config.name.clone(),
            rules: rules.collect(),
            schedule,
            masks: config.masks.iter().map(|mask| mask.polygon_in_frame.clone()).collect(),
            memory: Memory::default(),
            started_local: started_at + utc_offset,
            utc_offset,
            last: None,
            is_active: false,
        })
    }

    /// Takes in the faces of a frame, and says what that began, changed or ended.
    pub fn see(&mut self, mut moment: Moment) -> Vec<AlertEvent> {
        moment
            .faces
            .retain(|face| !self.masks.iter().any(|mask| mask.contains(face.center_in_frame)));
        let seconds = i64::try_from(moment.time.0.as_secs()).unwrap_or(i64::MAX);
        let local = self.started_local.saturating_add(seconds);
        self.is_active = self.schedule.covers(local);
        let mut events = Vec::new();
        if !self.is_active {
            self.close(moment.time, &mut events);
            self.memory = Memory::default();
            self.last = Some(Moment { time: moment.time, faces: Vec::new() });
            return events;
        }
        self.memory.keep(&moment);
        let place = Place {
            camera: &self.name,
            began_at: local - self.utc_offset,
            local,
            memory: &self.memory,
        };
        for rule in &mut self.rules {
            rule.see(&moment, &place, &mut events);
        }
        self.last = Some(moment);
        events
    }

    /// The source begins anew, or is gone: tracks of before mean nothing, and nobody left.
    pub fn new_source(&mut self) {
        for rule in &mut self.rules {
            rule.signal.forget();
            rule.figure = 0.0;
        }
        self.last = None;
    }

    /// Ends what is on: its rules are not watched any more.
    pub fn close(&mut self, now: SessionTime, events: &mut Vec<AlertEvent>) {
        for rule in &mut self.rules {
            rule.signal.forget();
            rule.figure = 0.0;
            rule.end(now, &self.memory, events);
        }
    }

    /// Takes note of an alert that is on; `None` if there is none of this id, or it is noted already.
    pub fn acknowledge(&mut self, id: &str, now: SessionTime) -> Option<AlertEvent> {
        let mut open = self.rules.iter_mut().filter_map(|rule| rule.open.as_mut());
        let open = open.find(|open| open.alert.id == id && !open.alert.is_acknowledged)?;
        open.alert.is_acknowledged = true;
        Some(AlertEvent::new(AlertState::Acknowledged, now, &open.alert))
    }

    /// The camera's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What each rule learnt: by its name the hour of day and the highest figure of each minute.
    pub(crate) fn learnt(&self) -> BTreeMap<String, Vec<(u8, f32)>> {
        self.rules.iter().map(|rule| (rule.name.clone(), rule.usual.minutes())).collect()
    }

    /// Goes on from what rules of these names learnt before.
    pub(crate) fn restore(&mut self, mut learnt: BTreeMap<String, Vec<(u8, f32)>>) {
        for rule in &mut self.rules {
            if let Some(minutes) = learnt.remove(&rule.name) {
                rule.usual.restore(minutes);
            }
        }
    }

    /// How it is doing.
    pub fn state(&self) -> CameraState {
        let faces = self.last.iter().flat_map(|moment| &moment.faces);
        CameraState {
            name: self.name.clone(),
            is_active: self.is_active,
            faces: faces.map(EvidenceFace::new).collect(),
            rules: self.rules.iter().map(RuleWatcher::state).collect(),
        }
    }
}

/// Where and when a rule looks.
struct Place<'a> {
    camera: &'a str,
    began_at: i64,
    local: i64,
    memory: &'a Memory,
}

impl RuleWatcher {
    fn see(&mut self, moment: &Moment, place: &Place, events: &mut Vec<AlertEvent>) {
        let in_zone = |zone: &Polygon, center| zone.contains(center);
        let zone = self.zone.as_ref();
        let faces = moment.faces.iter();
        let faces: Vec<_> = faces
            .filter(|face| zone.is_none_or(|zone| in_zone(zone, face.center_in_frame)))
            .collect();
        let now = moment.time;
        self.figure = self.signal.measure(now, &faces);
        let threshold = self.threshold();
        // What is unusual is learnt as the most that is usual: one long alert does not make itself usual, and
        // what has changed for good raises the threshold bit by bit.
        let most = threshold.unwrap_or(f64::INFINITY);
        self.usual.learn(now, place.local, self.figure.min(most));
        match threshold {
            Some(threshold) if self.figure >= threshold => {
                self.above(now, threshold, place, events)
            }
            _ => self.below(now, place, events),
        }
    }

    fn threshold(&self) -> Option<f64> {
        let at_least = self.rule.at_least.unwrap_or(self.rule.kind.at_least());
        self.rule.threshold.or_else(|| self.usual.known().map(|fit| fit.threshold.max(at_least)))
    }

    fn above(
        &mut self,
        now: SessionTime,
        threshold: f64,
        place: &Place,
        events: &mut Vec<AlertEvent>,
    ) {
        let Some(open) = &mut self.open else {
            self.alerts += 1;
            let alert = Alert {
                id: format!("{}/{}/{}", place.camera, self.name, self.alerts),
                camera: place.camera.to_owned(),
                rule: self.name.clone(),
                kind: self.rule.kind,
                message: self.rule.kind.sentence(self.figure, self.rule.place()),
                figure: self.figure,
                unit: self.rule.kind.unit(),
                threshold,
                usual: self.usual.known().map(|fit| fit.median),
                began: now,
                began_at: place.began_at,
                ended: None,
                is_acknowledged: false,
                evidence: place.memory.around(now, now),
            };
            events.push(AlertEvent::new(AlertState::New, now, &alert));
            self.open = Some(Open { told: alert.figure, told_at: now, last_above: now, alert });
            return;
        };
        open.last_above = now;
        if self.figure > open.alert.figure {
            open.alert.figure = self.figure;
            open.alert.message = self.rule.kind.sentence(self.figure, self.rule.place());
        }
        self.go_on(now, place, events);
    }

    fn below(&mut self, now: SessionTime, place: &Place, events: &mut Vec<AlertEvent>) {
        if self.open.as_ref().is_some_and(|open| now.since(open.last_above) >= QUIET) {
            self.end(now, place.memory, events);
        } else {
            self.go_on(now, place, events);
        }
    }

    /// Tells of it again when its evidence is whole, or its figure rose.
    fn go_on(&mut self, now: SessionTime, place: &Place, events: &mut Vec<AlertEvent>) {
        let Some(open) = &mut self.open else { return };
        let is_whole = !open.alert.evidence.is_whole && now.since(open.alert.began) >= SPAN;
        if is_whole {
            open.alert.evidence = place.memory.around(open.alert.began, now);
        }
        let rose = open.alert.figure > open.told && now.since(open.told_at) >= REPEAT;
        if is_whole || (rose && !open.alert.is_acknowledged) {
            (open.told, open.told_at) = (open.alert.figure, now);
            events.push(AlertEvent::new(AlertState::Update, now, &open.alert));
        }
    }

    fn end(&mut self, now: SessionTime, memory: &Memory, events: &mut Vec<AlertEvent>) {
        let Some(Open { mut alert, .. }) = self.open.take() else { return };
        if !alert.evidence.is_whole {
            alert.evidence = memory.around(alert.began, now);
        }
        alert.ended = Some(now);
        events.push(AlertEvent::new(AlertState::End, now, &alert));
    }

    fn state(&self) -> RuleState {
        let known = self.usual.known();
        RuleState {
            name: self.name.clone(),
            kind: self.rule.kind,
            figure: self.figure,
            unit: self.rule.kind.unit(),
            threshold: self.threshold(),
            usual: known.map(|fit| fit.median),
            is_of_hour: known.is_some_and(|fit| fit.is_of_hour),
            minutes_to_learn: self.usual.minutes_to_learn(),
            alerts: self.alerts,
            open: self.open.as_ref().map(|open| open.alert.id.clone()),
        }
    }
}
