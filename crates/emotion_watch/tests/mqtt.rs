//! MQTT against a real broker: sensors that Home Assistant finds, alerts, acknowledgement, last will.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use emotion_core::{Expression, Scores, SessionTime};
use emotion_watch::outlet::Mqtt;
use emotion_watch::{CameraWatcher, Face, Moment, Notice, WatchConfig};
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::Value;

struct Broker(Child);

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn broker(folder: &std::path::Path) -> (Broker, u16) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let config = folder.join("mosquitto.conf");
    fs::write(&config, format!("listener {port} 127.0.0.1\nallow_anonymous true\n"))
        .expect("a file");
    let broker =
        Broker(Command::new("mosquitto").arg("-c").arg(config).spawn().expect("mosquitto"));
    let by = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < by, "the broker does not answer");
        thread::sleep(Duration::from_millis(20));
    }
    (broker, port)
}

/// Hears all topics.
fn hear_all(port: u16) -> (Client, Receiver<(String, String)>) {
    let (client, mut connection) = Client::new(MqttOptions::new("test", "127.0.0.1", port), 64);
    client.subscribe("#", QoS::AtLeastOnce).expect("a subscription");
    let (sender, heard) = channel();
    thread::spawn(move || {
        for event in connection.iter().map_while(Result::ok) {
            if let Event::Incoming(Packet::Publish(it)) = event {
                let payload = String::from_utf8_lossy(&it.payload).into_owned();
                if sender.send((it.topic, payload)).is_err() {
                    return;
                }
            }
        }
    });
    (client, heard)
}

fn wait_for(heard: &Receiver<(String, String)>, topic: &str, part: &str) -> String {
    loop {
        let (at, payload) = heard.recv_timeout(Duration::from_secs(20)).expect(topic);
        if at == topic && payload.contains(part) {
            return payload;
        }
    }
}

#[test]
#[ignore = "needs the broker mosquitto"]
fn needs_mosquitto_sensors_are_found_and_alerts_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, port) = broker(folder.path());
    let (client, heard) = hear_all(port);
    let config = WatchConfig::parse(&format!(
        "purpose = \"audience\"\nmqtt = {{ host = \"127.0.0.1\", port = {port} }}\n\
         [[camera]]\nname = \"foyer\"\nsource = \"puppet\"\n[[camera.rule]]\nkind = \"count\"\nthreshold = 1\n"
    ))
    .expect("a file");
    let mqtt = Mqtt::start(config.mqtt.as_ref().expect("a broker"), &config).expect("a thread");
    let found =
        wait_for(&heard, "homeassistant/binary_sensor/emotion_foyer_count/config", "unique_id");
    let sensor: Value = serde_json::from_str(&found).expect("JSON");
    assert_eq!(sensor["state_topic"], "emotion/foyer/count/state");

    let mut watcher = CameraWatcher::new(&config.cameras[0], 0, 0).expect("a camera");
    let face = Face {
        track: 1,
        center_in_frame: [0.5, 0.5],
        size_in_frame: [0.1, 0.1],
        scores: Scores::certain(Expression::Happy),
        dominant: Some(Expression::Happy),
    };
    let mut id = String::new();
    for second in 0..3 {
        let time = SessionTime(Duration::from_secs(second));
        for event in watcher.see(Moment { time, faces: vec![face.clone()] }) {
            id.clone_from(&event.alert.id);
            mqtt.send(&Notice::Alert(Box::new(event)));
        }
    }
    wait_for(&heard, "emotion/foyer/count/state", "ON");
    let attributes = wait_for(&heard, "emotion/foyer/count/alert", "1 face in view");
    assert!(attributes.contains("\"readings\":[]"), "{attributes}");

    client.publish("emotion/acknowledge", QoS::AtLeastOnce, false, id.clone()).expect("a message");
    let by = Instant::now() + Duration::from_secs(10);
    let acknowledged = loop {
        match mqtt.acknowledged() {
            Some(acknowledged) => break acknowledged,
            None if Instant::now() < by => thread::sleep(Duration::from_millis(20)),
            None => break String::new(),
        }
    };
    assert_eq!(acknowledged, id);
    assert_eq!(mqtt.finish().dropped(), 0);
    wait_for(&heard, "emotion/status", "offline");
}
