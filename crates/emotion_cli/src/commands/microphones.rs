//! `emotion microphones`: lists the microphones, and listens to one.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use emotion_capture::{
    CaptureState, Listening, Microphone, MicrophoneInfo, OpenSound, microphones,
};
use emotion_core::StreamId;
use emotion_voice::{Ear, VoiceModel};

/// How long a microphone may give nothing.
const PATIENCE: Duration = Duration::from_secs(4);

/// Lists the microphones, or listens to one and prints its level and what is read of the voice
#[derive(Args)]
pub struct MicrophonesArgs {
    /// Listens for so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    listen: Option<u32>,

    /// The microphone to listen to: its id or a part of its name; the system's default without it
    #[arg(long, value_name = "ID|NAME", requires = "listen")]
    microphone: Option<String>,

    /// The model that reads the voice: voice, voice-nc (not for commercial use) or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "voice", requires = "listen")]
    voice_model: String,
}

/// Prints the table, or what is heard.
pub fn run(args: &MicrophonesArgs) -> anyhow::Result<()> {
    if let Some(seconds) = args.listen {
        return listen(args, Duration::from_secs(u64::from(seconds)));
    }
    let found = microphones().context("the microphones cannot be listed")?;
    let text = if found.is_empty() { NO_MICROPHONE.to_owned() } else { table(&found) };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

const NO_MICROPHONE: &str = "\
No microphone found. Plug one in. On Linux, check that a sound server (PipeWire or PulseAudio) runs, or that you are in the
group `audio`. Files of sound need none: emotion analyze talk.wav.
";

fn table(microphones: &[MicrophoneInfo]) -> String {
    let rows: Vec<[String; 3]> = microphones
        .iter()
        .map(|microphone| {
            let format = match (&microphone.problem, microphone.format) {
                (Some(problem), _) => problem.clone(),
                (None, Some((rate, 1))) => format!("{rate} Hz, mono"),
                (None, Some((rate, channels))) => format!("{rate} Hz, {channels} channels"),
                (None, None) => "-".to_owned(),
            };
            let star = if microphone.is_default { "* " } else { "  " };
            [format!("{star}{}", microphone.id), microphone.name.clone(), format]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let (first, second) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
    let mut text = String::new();
    for [id, name, format] in &rows {
        text += &format!("{id:first$}  {name:second$}  {format}\n");
    }
    text
}

fn listen(args: &MicrophonesArgs, time: Duration) -> anyhow::Result<()> {
    let mut ear = Ear::new(Arc::new(VoiceModel::shipped_or_file(&args.voice_model)?));
    let wanted = args.microphone.clone();
    let open: Arc<OpenSound> =
        Arc::new(move || Ok(Box::new(Microphone::open(wanted.as_deref(), PATIENCE)?)));
    let listening = Listening::start(StreamId(0), open, PATIENCE * 2)?;
    let mut out = io::stdout().lock();
    let (start, mut shown) = (Instant::now(), None);
    let mut readings = Vec::new();
    while start.elapsed() < time {
        let chunk = listening.chunks().recv_timeout(Duration::from_millis(100));
        if let Ok(chunk) = chunk {
            ear.hear(&chunk, &mut readings)?;
        }
        for reading in readings.drain(..) {
            let (expression, confidence) = reading.highest();
            writeln!(
                out,
                "{:7.2} s  {expression} {:.0} %, arousal {:+.2}, {:.0} dB above the noise",
                reading.span.1.as_secs_f64(),
                confidence * 100.0,
                reading.arousal,
                reading.quality.snr_db
            )?;
        }
        let second = start.elapsed().as_secs();
        if shown != Some(second) {
            shown = Some(second);
            let status = listening.status();
            let state = match &status.state {
                CaptureState::Streaming => status.label.clone(),
                CaptureState::Retrying { reason, .. } | CaptureState::Failed { reason } => {
                    reason.clone()
                }
                other => format!("{other:?}").to_lowercase(),
            };
            eprintln!("{state}: {:.0} dB, {} samples lost", status.level_db, status.lost_samples);
        }
    }
    let status = listening.status();
    let heard = ear.heard();
    eprintln!(
        "{} chunks, {} samples heard, {} lost, {} clipped, {} readings",
        status.chunks, heard.samples, status.lost_samples, heard.clipped, heard.readings
    );
    if status.chunks == 0 {
        if let CaptureState::Retrying { reason, .. } = status.state {
            bail!("nothing was heard: {reason}");
        }
        bail!("nothing was heard; list the microphones to see which there are");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_marked_and_problems_are_told() {
        let microphone = |id: &str, is_default, format, problem: Option<&str>| MicrophoneInfo {
            id: id.to_owned(),
            name: "Built-in".to_owned(),
            is_default,
            format,
            problem: problem.map(str::to_owned),
        };
        let text = table(&[
            microphone("alsa:default", true, Some((48_000, 2)), None),
            microphone("alsa:hw:1", false, None, Some("it is busy")),
        ]);
        assert_eq!(
            text,
            "* alsa:default  Built-in  48000 Hz, 2 channels\n  alsa:hw:1     Built-in  it is busy\n"
        );
    }
}
