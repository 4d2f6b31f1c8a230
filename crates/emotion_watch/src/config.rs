//! The file of a watch: `watch.toml`.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use emotion_project::{Exemption, Purpose, Refused};
use serde::Deserialize;

use crate::schedule::{Hours, Schedule, ScheduleError};
use crate::zone::{Polygon, PolygonError};
use crate::{Rule, RuleKind};

/// What is watched, and who is told. [`WatchConfig::parse`] reads and checks it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchConfig {
    /// What it is for: one of the purposes of `emotion project new`.
    pub purpose: String,
    /// Why a purpose that the law forbids is allowed here.
    pub exemption: Option<ExemptionConfig>,
    /// Minutes by which local time is ahead of UTC, for schedules. Summer time is not looked up.
    #[serde(default)]
    pub utc_offset_minutes: i32,
    /// The cameras.
    #[serde(rename = "camera", default)]
    pub cameras: Vec<CameraConfig>,
    /// Where alerts are posted.
    #[serde(rename = "webhook", default)]
    pub webhooks: Vec<WebhookConfig>,
    /// The broker that alerts are published to.
    pub mqtt: Option<MqttConfig>,
    /// A page with alerts and rings.
    pub page: Option<PageConfig>,
}

/// An exemption from Article 5(1)(f) of the AI Act.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionConfig {
    /// Medical or safety.
    pub kind: ExemptionKind,
    /// The reason, in a sentence.
    pub because: String,
}

/// The two exemptions that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExemptionKind {
    /// For medical reasons.
    Medical,
    /// For reasons of safety.
    Safety,
}

/// A camera and its rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraConfig {
    /// Its name: small letters, digits and `_`.
    pub name: String,
    /// Where its pictures come from: `camera:0`, `rtsp://…`, a film, `puppet`.
    pub source: String,
    /// How many false alarms a day all its rules together may give.
    #[serde(default = "one")]
    pub false_alarms_a_day: f64,
    /// For how many watched hours it learns what is usual before it tells anything.
    #[serde(default = "day")]
    pub learn_hours: f64,
    /// Named parts of the picture.
    #[serde(rename = "zone", default)]
    pub zones: Vec<ZoneConfig>,
    /// Parts of the picture in which nothing counts.
    #[serde(rename = "mask", default)]
    pub masks: Vec<MaskConfig>,
    /// When it is watched; always if left out.
    #[serde(rename = "schedule", default)]
    pub hours: Vec<Hours>,
    /// What is looked for.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
}

/// A named part of the picture.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneConfig {
    /// Its name: small letters, digits and `_`.
    pub name: String,
    /// Its corners. A face is in it if its centre is.
    pub polygon_in_frame: Polygon,
}

/// A part of the picture in which nothing counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskConfig {
    /// Its corners. A face is dropped if its centre is in it.
    pub polygon_in_frame: Polygon,
}

/// Where alerts are posted as JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// The address, `http://…`.
    pub url: String,
    /// Sent as `Authorization: Bearer …`.
    pub token: Option<String>,
}

/// A broker, and how topics begin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttConfig {
    /// The broker's host.
    pub host: String,
    /// The broker's port.
    #[serde(default = "mqtt_port")]
    pub port: u16,
    /// User name, if the broker asks for one.
    pub user: Option<String>,
    /// The password for it.
    pub password: Option<String>,
    /// How the watch's own topics begin.
    #[serde(default = "topic")]
    pub topic: String,
    /// How the topics of Home Assistant's discovery begin.
    #[serde(default = "discovery")]
    pub discovery: String,
}

/// A page on this machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageConfig {
    /// Address and port; it has to be one of this machine alone.
    #[serde(default = "page_address")]
    pub listen: SocketAddr,
}

const fn one() -> f64 {
    1.0
}

const fn day() -> f64 {
    24.0
}

const fn mqtt_port() -> u16 {
    1883
}

fn topic() -> String {
    "emotion".to_owned()
}

fn discovery() -> String {
    "homeassistant".to_owned()
}

fn page_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8090))
}

/// Why a watch cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is no TOML, or has a field that is unknown, missing or of another kind.
    #[error("{0}")]
    Toml(Box<toml::de::Error>),
    /// It may not be watched for this purpose.
    #[error(transparent)]
    Purpose(#[from] Refused),
    /// No camera.
    #[error("it names no camera; add one with [[camera]], a name, a source and a [[camera.rule]]")]
    NoCamera,
    /// A name that cannot be one of a topic.
    #[error("\"{0}\" is no name; take small letters, digits and _, 32 at most")]
    Name(String),
    /// A name that is taken.
    #[error(
        "\"{0}\" is there twice; give each camera, and each zone of a camera, a name of its own"
    )]
    Twice(String),
    /// A zone or mask.
    #[error("camera {camera}, {part}: {error}")]
    Polygon {
        /// The camera.
        camera: String,
        /// Which zone or mask.
        part: String,
        /// What is wrong with it.
        error: PolygonError,
    },
    /// A schedule.
    #[error("camera {camera}, schedule: {error}")]
    Schedule {
        /// The camera.
        camera: String,
        /// What is wrong with it.
        error: ScheduleError,
    },
    /// A rule.
    #[error("camera {camera}, rule {rule}: {problem}")]
    Rule {
        /// The camera.
        camera: String,
        /// The rule's name.
        rule: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Something else of a camera.
    #[error("camera {camera}: {problem}")]
    Camera {
        /// The camera.
        camera: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The address of a webhook.
    #[error(
        "the webhook {0} is not http://; this program sends without TLS: post to a relay on this machine, which forwards \
         over HTTPS"
    )]
    Webhook(String),
    /// The page's address is seen by others.
    #[error(
        "the page would listen on {0}, which other machines reach; take 127.0.0.1, and a proxy with keys and TLS for others"
    )]
    Page(SocketAddr),
}

impl WatchConfig {
    /// Reads and checks a file's text.
    ///
    /// # Errors
    /// [`ConfigError`] says what is wrong, where, and what to do.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self =
            toml::from_str(text).map_err(|error| ConfigError::Toml(Box::new(error)))?;
        config.check()?;
        Ok(config)
    }

    /// The purpose, and why it is allowed if the law forbids it.
    ///
    /// # Errors
    /// [`Refused`] if it is not on the list, or forbidden without a reason.
    pub fn purpose(&self) -> Result<(Purpose, Option<Exemption>), Refused> {
        let purpose: Purpose = self.purpose.parse()?;
        let exemption = self.exemption.as_ref().map(|it| Exemption {
            is_medical: it.kind == ExemptionKind::Medical,
            reason: it.because.clone(),
        });
        purpose.check(exemption.as_ref())?;
        Ok((purpose, exemption))
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.purpose()?;
        if self.cameras.is_empty() {
            return Err(ConfigError::NoCamera);
        }
        check_names(self.cameras.iter().map(|camera| &camera.name))?;
        self.cameras.iter().try_for_each(CameraConfig::check)?;
        if let Some(hook) = self.webhooks.iter().find(|hook| !hook.url.starts_with("http://")) {
            return Err(ConfigError::Webhook(hook.url.clone()));
        }
        match &self.page {
            Some(page) if !page.listen.ip().is_loopback() => Err(ConfigError::Page(page.listen)),
            _ => Ok(()),
        }
    }
}

impl CameraConfig {
    /// A camera of this name with these rules, all else as it comes.
    pub fn new(name: &str, source: &str, rules: Vec<Rule>) -> Self {
        Self {
            name: name.to_owned(),
            source: source.to_owned(),
            false_alarms_a_day: one(),
            learn_hours: day(),
            zones: Vec::new(),
            masks: Vec::new(),
            hours: Vec::new(),
            rules,
        }
    }

    /// When it is watched.
    ///
    /// # Errors
    /// [`ConfigError::Schedule`] if its hours cannot be read or overlap.
    pub fn schedule(&self) -> Result<Schedule, ConfigError> {
        let camera = self.name.clone();
        Schedule::new(&self.hours).map_err(|error| ConfigError::Schedule { camera, error })
    }

    /// Whether it can be watched.
    ///
    /// # Errors
    /// [`ConfigError`] says what is wrong with it.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.schedule()?;
        check_names(self.zones.iter().map(|zone| &zone.name))?;
        let zones =
            self.zones.iter().map(|zone| (format!("zone {}", zone.name), &zone.polygon_in_frame));
        let masks = self.masks.iter().zip(1..);
        let masks = masks.map(|(mask, number)| (format!("mask {number}"), &mask.polygon_in_frame));
        for (part, polygon) in zones.chain(masks) {
            let camera = self.name.clone();
            polygon.check().map_err(|error| ConfigError::Polygon { camera, part, error })?;
        }
        let problem = |problem: &str| ConfigError::Camera {
            camera: self.name.clone(),
            problem: problem.to_owned(),
        };
        if self.rules.is_empty() {
            return Err(problem("it has no rule; add a [[camera.rule]]"));
        }
        if !(self.false_alarms_a_day > 0.0 && self.false_alarms_a_day <= 100.0) {
            return Err(problem("false_alarms_a_day has to be above 0, and 100 at most"));
        }
        if !(1.0..=24.0 * 28.0).contains(&self.learn_hours) {
            return Err(problem(
                "learn_hours has to be from 1 to 672: what is usual is kept for 28 days",
            ));
        }
        let mut known = BTreeSet::new();
        self.rules.iter().try_for_each(|rule| self.check_rule(rule, &mut known))
    }

    fn check_rule(&self, rule: &Rule, known: &mut BTreeSet<String>) -> Result<(), ConfigError> {
        let problem = |problem: String| {
            Err(ConfigError::Rule { camera: self.name.clone(), rule: rule.name(), problem })
        };
        if let Some(zone) = &rule.zone
            && !self.zones.iter().any(|known| known.name == *zone)
        {
            return problem(format!("there is no zone \"{zone}\"; add it as a [[camera.zone]]"));
        }
        if !known.insert(rule.name()) {
            return problem("it is there twice; leave one out".to_owned());
        }
        let is_positive = |value: Option<f64>| value.is_none_or(|it| it > 0.0 && it.is_finite());
        if !is_positive(rule.at_least) || !is_positive(rule.threshold) {
            return problem("at_least and threshold have to be above 0".to_owned());
        }
        match (rule.within_seconds, rule.kind) {
            (Some(_), RuleKind::Count | RuleKind::Dwell) => {
                problem("it looks at each moment by itself; leave within_seconds out".to_owned())
            }
            (Some(seconds), _) if !(0.5..=60.0).contains(&seconds) => {
                problem("within_seconds has to be from 0.5 to 60".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// Names are parts of topics and labels of metrics.
fn check_names<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), ConfigError> {
    let mut known = BTreeSet::new();
    for name in names {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 32 || !name.bytes().all(fits) {
            return Err(ConfigError::Name(name.clone()));
        }
        if !known.insert(name) {
            return Err(ConfigError::Twice(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        purpose = "audience"
        [[camera]]
        name = "foyer"
        source = "puppet"
        [[camera.zone]]
        name = "door"
        polygon_in_frame = [[0, 0], [0.5, 0], [0.5, 1]]
        [[camera.rule]]
        kind = "count"
        zone = "door"
    "#;

    fn refusal(from: &str, to: &str) -> String {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD);
        WatchConfig::parse(&text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said() {
        WatchConfig::parse(GOOD).expect("a good file");
        let cases = [
            ("source =", "sorce =", "sorce"),
            ("[0.5, 1]", "[0.5, 1.5]", "zone door: the corner [0.5, 1.5] is outside the frame"),
            ("\"audience\"", "\"workplace\"", "Article 5(1)(f)"),
            ("\"audience\"", "\"crime\"", "is not a purpose"),
            ("\"foyer\"", "\"Foyer/1\"", "is no name"),
            ("zone = \"door\"", "zone = \"gate\"", "no zone \"gate\""),
            ("zone = \"door\"", "within_seconds = 3", "leave within_seconds out"),
            ("kind = \"count\"", "kind = \"suspicious_person\"", "unknown variant"),
            (
                "purpose = \"audience\"",
                "purpose = \"audience\"\npage = { listen = \"0.0.0.0:80\" }",
                "other machines",
            ),
            (
                "purpose = \"audience\"",
                "purpose = \"audience\"\nwebhook = [{ url = \"https://a\" }]",
                "without TLS",
            ),
        ];
        for (from, to, expected) in cases {
            let message = refusal(from, to);
            assert!(message.contains(expected), "{message}");
        }
        let hours = "[[camera.schedule]]\nfrom = \"08:00\"\nto = \"12:00\"\n";
        let message = refusal("[[camera.rule]]", &format!("{hours}{hours}[[camera.rule]]"));
        assert!(
            message.contains("camera foyer, schedule: two of them cover Mon 08:00"),
            "{message}"
        );
    }

    #[test]
    fn the_file_of_the_page_is_good() {
        let page = include_str!("../../../docs/watch.md");
        let text = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next());
        let config = WatchConfig::parse(text.expect("an example")).expect("a good file");
        assert_eq!((config.cameras.len(), config.cameras[0].rules.len()), (2, 4));
    }

    #[test]
    fn an_exemption_makes_a_forbidden_purpose_possible() {
        let text = GOOD.replace(
            "\"audience\"",
            "\"workplace\"\nexemption = { kind = \"safety\", because = \"people near presses\" }",
        );
        assert!(WatchConfig::parse(&text).is_ok());
    }
}
