//! Lines of words are read: on a thread of its own, in their order.

use bevy::prelude::*;
use emotion_core::supervise::Worker;
use emotion_words::{WordReader, WordReading};

use super::{EmotionSystems, HearPlugin, ReadWords, Whose};

/// Reads [`SaidWords`]: chat, subtitles, what a recogniser of speech understood. It is English. Add it after
/// [`EmotionPlugins`](super::EmotionPlugins).
#[derive(Debug, Clone, Copy, Default)]
pub struct WordsPlugin;

/// A line that somebody said or wrote.
#[derive(Message, Debug, Clone, PartialEq, Eq)]
pub struct SaidWords {
    /// Whose it is.
    pub whose: Whose,
    /// The line.
    pub text: String,
}

impl SaidWords {
    /// A line of the only one in view.
    pub fn new(text: impl Into<String>) -> Self {
        Self { whose: Whose::default(), text: text.into() }
    }
}

/// How reading goes.
#[derive(Resource, Debug, Clone, PartialEq, Eq, Default)]
pub struct WordsStatus {
    /// Lines that were read.
    pub lines: u64,
    /// Lines that were read and not understood: another language, numbers, gibberish.
    pub not_understood: u64,
    /// Why nothing can be read; `None` while all is well.
    pub problem: Option<String>,
}

/// The thread, from the first line on.
#[derive(Resource, Default)]
struct Reader(Option<Worker<SaidWords, Result<(SaidWords, WordReading), String>>>);

impl Plugin for WordsPlugin {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<HearPlugin>() {
            app.add_plugins(HearPlugin);
        }
        app.add_message::<SaidWords>()
            .init_resource::<WordsStatus>()
            .init_resource::<Reader>()
            .add_systems(PreUpdate, read.before(EmotionSystems::Capture).ambiguous_with_all());
    }
}

fn read(
    mut said: MessageReader<SaidWords>,
    mut reader: ResMut<Reader>,
    mut status: ResMut<WordsStatus>,
    mut words: MessageWriter<ReadWords>,
) {
    let result = hand_over(&mut reader, said.read().cloned(), |line, reading| {
        status.lines += 1;
        status.not_understood += u64::from(!reading.is_understood());
        let known = if reading.is_understood() { reading.known } else { 0.0 };
        let WordReading { scores, dominant, .. } = reading;
        words.write(ReadWords { whose: line.whose, text: line.text, scores, dominant, known });
    });
    if let Err(problem) = result {
        let problem = format!("words are not read: {problem}");
        warn!("{problem}");
        status.problem = Some(problem);
        // The next line begins with another reader.
        reader.0 = None;
    }
}

fn hand_over(
    reader: &mut Reader,
    said: impl Iterator<Item = SaidWords>,
    mut tell: impl FnMut(SaidWords, WordReading),
) -> Result<(), String> {
    for line in said {
        let worker = match &mut reader.0 {
            Some(worker) => worker,
            none => none.insert(Worker::start("words", make).map_err(|error| error.to_string())?),
        };
        worker.ask(line).map_err(|error| error.to_string())?;
    }
    let Some(worker) = &mut reader.0 else { return Ok(()) };
    while let Some(answer) = worker.poll().map_err(|error| error.to_string())? {
        let (line, reading) = answer?;
        tell(line, reading);
    }
    Ok(())
}

/// Makes a reader, and what reads with it; runs on a thread of its own.
fn make() -> impl FnMut(SaidWords) -> Result<(SaidWords, WordReading), String> {
    let reader = WordReader::shipped().map_err(|problem| problem.to_string());
    move |line| {
        let reader = reader.as_ref().map_err(|problem| problem.clone())?;
        let reading = reader.read(&line.text);
        Ok((line, reading))
    }
}
