//! A watch of recordings: what it would have said.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, bail};
use emotion_core::{Epoch, SessionTime, StreamId};
use emotion_session::{Lifecycle, LifecycleConfig, Observation};
use emotion_store::{RecordingReader, What};
use emotion_watch::{Watch, WatchConfig};

use super::outlets::print;

/// A recording in the place of a camera.
#[derive(Debug, Clone)]
pub struct Replay {
    camera: String,
    file: PathBuf,
}

impl FromStr for Replay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((camera, file)) if !camera.is_empty() && !file.is_empty() => {
                Ok(Self { camera: camera.to_owned(), file: file.into() })
            }
            _ => Err("write the camera's name and the recording, as foyer=monday.face".to_owned()),
        }
    }
}

impl Replay {
    /// Prints the notices of a recording, block by block.
    ///
    /// # Errors
    /// When there is no such camera, or the recording cannot be read.
    pub fn run(&self, config: &WatchConfig) -> anyhow::Result<()> {
        let Some(camera) = config.cameras.iter().find(|camera| camera.name == self.camera) else {
            bail!("the file has no camera \"{}\"", self.camera);
        };
        let only = WatchConfig { cameras: vec![camera.clone()], ..config.clone() };
        let mut reader = RecordingReader::open(&self.file)
            .with_context(|| format!("cannot replay {}", self.file.display()))?;
        let started_at = i64::try_from(reader.info().started_at).unwrap_or(i64::MAX);
        let mut watch = Watch::new(&only, started_at)?;
        let mut lifecycle = Lifecycle::new(StreamId(0), LifecycleConfig::default());
        let mut epoch = Epoch::default();
        while let Some(moments) = reader.next_block()? {
            for moment in moments {
                let time = SessionTime(moment.at);
                let mut events = Vec::new();
                match moment.what {
                    What::NewSource => {
                        epoch = epoch.next();
                        lifecycle.begin_epoch(epoch, time, time, &mut events);
                    }
                    What::Frame { frame_size, analysis } => {
                        let observation = Observation { time, frame_size, analysis };
                        lifecycle.observe(&observation, &mut events);
                    }
                }
                for event in &events {
                    watch.hear(event).iter().try_for_each(print)?;
                }
            }
        }
        watch.close().iter().try_for_each(print)?;
        if let Some(damage) = reader.damage() {
            eprintln!("{}: {damage}", self.file.display());
        }
        self.say_state(&watch);
        Ok(())
    }

    fn say_state(&self, watch: &Watch) {
        for (camera, _) in watch.state().cameras {
            for rule in camera.rules {
                let threshold = rule.threshold.map_or_else(
                    || {
                        format!(
                            "still learning, {} watched minutes are missing",
                            rule.minutes_to_learn
                        )
                    },
                    |threshold| format!("alerts from {threshold:.1} {}", rule.unit),
                );
                eprintln!("{} {}: {} alerts; {threshold}", self.camera, rule.name, rule.alerts);
            }
        }
    }
}
