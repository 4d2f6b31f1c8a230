//! Alerts over MQTT 3.1.1, with the discovery of Home Assistant.
//!
//! | topic | what |
//! | --- | --- |
//! | `emotion/status` | `online` or `offline`, retained; the broker says `offline` when the watch is gone (last will) |
//! | `emotion/CAMERA/RULE/state` | `ON` while an alert is on, else `OFF`, retained |
//! | `emotion/CAMERA/RULE/alert` | the last notice of the rule as JSON, without its evidence |
//! | `emotion/alert` | each notice as JSON |
//! | `emotion/acknowledge` | send the id of an alert here |
//! | `homeassistant/binary_sensor/…/config` | a sensor for each rule, retained |

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rumqttc::{Client, Connection, Event, LastWill, MqttOptions, Outgoing, Packet, QoS};
use serde_json::json;

use super::{Counts, Fate, QUEUE};
use crate::{AlertState, Evidence, MqttConfig, Notice, WatchConfig};

/// A broker that is gone is tried again after this time.
const PAUSE: Duration = Duration::from_secs(2);
/// What waits at the end has so long to go out.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A connection to a broker, on a thread of its own. It connects again by itself.
pub struct Mqtt {
    client: Client,
    topic: String,
    counts: Counts,
    acknowledged: Receiver<String>,
    thread: JoinHandle<()>,
}

impl Mqtt {
    /// Connects to the broker, in which each camera's rules become sensors.
    ///
    /// # Errors
    /// When the system gives no thread. A broker that does not answer is tried again and again.
    pub fn start(config: &MqttConfig, watch: &WatchConfig) -> io::Result<Self> {
        let mut options =
            MqttOptions::new(format!("{}-watch", config.topic), &config.host, config.port);
        options.set_keep_alive(Duration::from_secs(15));
        if let Some(user) = &config.user {
            options.set_credentials(user, config.password.clone().unwrap_or_default());
        }
        let status = format!("{}/status", config.topic);
        options.set_last_will(LastWill::new(&status, "offline", QoS::AtLeastOnce, true));
        let first = first_messages(config, watch);
        // All sensors fit into the queue, with what happens meanwhile.
        let (client, connection) = Client::new(options, QUEUE + 3 * first.len());
        let (sender, acknowledged) = channel();
        let session = Session {
            client: client.clone(),
            first,
            acknowledge: format!("{}/acknowledge", config.topic),
            sender,
        };
        let spawned = thread::Builder::new().name("mqtt".to_owned());
        let thread = spawned.spawn(move || session.run(connection))?;
        let (topic, counts) = (config.topic.clone(), Counts::default());
        let mqtt = Self { client, topic, counts, acknowledged, thread };
        for camera in &watch.cameras {
            for rule in &camera.rules {
                let topic = format!("{}/{}/{}/state", config.topic, camera.name, rule.name());
                mqtt.publish(topic, true, "OFF".to_owned());
            }
        }
        Ok(mqtt)
    }

    /// Publishes a notice soon.
    pub fn send(&self, notice: &Notice) {
        self.publish(format!("{}/alert", self.topic), false, json!(notice).to_string());
        let Notice::Alert(event) = notice else { return };
        let alert = &event.alert;
        let topic = format!("{}/{}/{}", self.topic, alert.camera, alert.rule);
        match event.state {
            AlertState::New => self.publish(format!("{topic}/state"), true, "ON".to_owned()),
            AlertState::End => self.publish(format!("{topic}/state"), true, "OFF".to_owned()),
            AlertState::Update | AlertState::Acknowledged => {}
        }
        // Home Assistant keeps attributes in its history: the evidence stays out of it.
        let mut event = event.clone();
        event.alert.evidence = Evidence::default();
        self.publish(format!("{topic}/alert"), false, json!(event).to_string());
    }

    /// An alert that somebody acknowledged over MQTT.
    pub fn acknowledged(&self) -> Option<String> {
        self.acknowledged.try_recv().ok()
    }

    /// How many notices went to the connection, and how many were left out because too many waited.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Says that the watch is over, and ends when what waits went out, or after two seconds.
    pub fn finish(self) -> Counts {
        self.publish(format!("{}/status", self.topic), true, "offline".to_owned());
        let by = Instant::now() + LAST_WORDS;
        if let Err(error) = self.client.try_disconnect() {
            tracing::warn!("the MQTT broker is not told of the end: {error}");
            return self.counts;
        }
        while !self.thread.is_finished() && Instant::now() < by {
            thread::sleep(Duration::from_millis(10));
        }
        self.counts
    }

    fn publish(&self, topic: String, retained: bool, payload: String) {
        match self.client.try_publish(&topic, QoS::AtLeastOnce, retained, payload) {
            Ok(()) => self.counts.count(Fate::Sent),
            Err(error) => {
                self.counts.count(Fate::Dropped);
                tracing::warn!(
                    "a message for {topic} was left out, because too many wait: {error}"
                );
            }
        }
    }
}

struct Session {
    client: Client,
    first: Vec<(String, String)>,
    acknowledge: String,
    sender: Sender<String>,
}

impl Session {
    fn run(&self, mut connection: Connection) {
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => self.greet(),
                Ok(Event::Outgoing(Outgoing::Disconnect)) => return,
                Ok(Event::Incoming(Packet::Publish(message))) => {
                    let id = String::from_utf8_lossy(&message.payload).into_owned();
                    if self.sender.send(id).is_err() {
                        return;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!("the MQTT broker is not there, it is tried again: {error}");
                    thread::sleep(PAUSE);
                }
            }
        }
    }

    fn greet(&self) {
        let client = &self.client;
        let publish = |(topic, payload): &(String, String)| {
            client.try_publish(topic, QoS::AtLeastOnce, true, payload.as_bytes())
        };
        let asked = client.try_subscribe(&self.acknowledge, QoS::AtLeastOnce);
        if let Err(error) = asked.and_then(|()| self.first.iter().try_for_each(publish)) {
            tracing::error!(
                "not all sensors were announced, because too many messages wait: {error}"
            );
        }
    }
}

/// Discovery and the first states, as topics with what is retained there.
fn first_messages(config: &MqttConfig, watch: &WatchConfig) -> Vec<(String, String)> {
    let topic = &config.topic;
    let mut messages = vec![(format!("{topic}/status"), "online".to_owned())];
    for camera in &watch.cameras {
        for rule in &camera.rules {
            let name = rule.name();
            let unique = format!("{topic}_{}_{name}", camera.name);
            let state = format!("{topic}/{}/{name}", camera.name);
            let sensor = json!({
                "name": name.replace(['_', '-'], " "),
                "unique_id": unique,
                "state_topic": format!("{state}/state"),
                "json_attributes_topic": format!("{state}/alert"),
                "json_attributes_template": "{{ value_json.alert | tojson }}",
                "availability_topic": format!("{topic}/status"),
                "device": { "identifiers": [format!("{topic}_{}", camera.name)], "name": camera.name },
            });
            messages.push((
                format!("{}/binary_sensor/{unique}/config", config.discovery),
                sensor.to_string(),
            ));
        }
    }
    messages
}
