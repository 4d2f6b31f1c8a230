//! Face, voice and words of a film, put together in order of time.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use emotion_capture::SourceSpec;
use emotion_core::{
    Analysis, Evidence, Expression, FusedReading, Modality, SessionTime, Speaker, StreamId,
    SubjectId,
};
use emotion_fusion::{Attribution, Fuser, Level, SpeakerFinder, Subjects};
use emotion_vision::mouth::MouthMotion;
use emotion_voice::VoiceReading;
use emotion_words::cues::{CueFormat, CueReader};
use emotion_words::{WordReader, WordReading};

/// Broken cues that are named one by one; further ones are counted.
const NAMED: usize = 10;
/// How long a voice that was heard last still counts as speaking, in seconds.
const SPOKE: f64 = 0.6;

/// What was read of a film besides its faces.
pub enum Said {
    /// A window of a voice, and whose it is.
    Voice(VoiceReading, Attribution),
    /// A subtitle, and whose it is.
    Words(Box<Line>, Attribution),
    /// One answer.
    Fused {
        /// The frame with which it came.
        frame: Option<u64>,
        /// When.
        time: SessionTime,
        /// Whose it is.
        subject: SubjectId,
        /// The answer.
        reading: FusedReading,
    },
}

/// A subtitle.
pub struct Line {
    /// What is shown.
    pub text: String,
    /// From when to when.
    pub span: (SessionTime, SessionTime),
    /// What is read of it.
    pub reading: WordReading,
}

/// What is drawn into a film beside the faces' own boxes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notes {
    /// Below the face of a track.
    pub below: Vec<(u64, Note)>,
    /// At the lower edge.
    pub caption: Vec<Note>,
    /// The track of the face that speaks.
    pub speaks: Option<u64>,
}

/// A piece of text, in the colour of an expression.
pub type Note = (String, Option<Expression>);

/// Puts together what one film says.
pub struct Together {
    speakers: SpeakerFinder,
    subjects: Subjects,
    lines: VecDeque<Line>,
    /// The subtitle that is shown, for the film.
    shown: Option<(String, (SessionTime, SessionTime), Option<Expression>)>,
    /// The last window of a voice, and whose it is.
    voice: Option<(VoiceReading, Attribution)>,
    answers: Vec<(SubjectId, FusedReading)>,
}

impl Together {
    /// Reads the subtitles of a film, where there are some.
    ///
    /// # Errors
    /// When the subtitles or the weights cannot be used.
    pub fn new(subtitles: Option<&Path>) -> anyhow::Result<Self> {
        let lines = match subtitles {
            Some(path) => read_lines(path)?,
            None => Vec::new(),
        };
        Ok(Self {
            speakers: SpeakerFinder::new(StreamId::default()),
            subjects: Subjects::new(Fuser::shipped()?),
            lines: lines.into(),
            shown: None,
            voice: None,
            answers: Vec::new(),
        })
    }

    /// Takes in how loud it is.
    pub fn hear(&mut self, levels: &[Level], is_voice: bool) {
        self.speakers.hear(levels, is_voice);
    }

    /// Takes in what mouths do in a frame.
    pub fn see(&mut self, time: SessionTime, mouths: &[MouthMotion]) {
        for mouth in mouths {
            self.speakers.see(mouth.track, time, mouth.motion);
        }
    }

    /// Takes in a window of a voice, and finds out whose it is.
    pub fn voice(&mut self, reading: VoiceReading, said: &mut Vec<Said>) {
        let time = reading.span.1;
        let attribution = self.speakers.find(time);
        if let Some(subject) = attribution.speaker.subject(StreamId::default()) {
            let evidence = reading.evidence(Some(subject)).attributed(attribution.certainty);
            self.take(evidence, subject, time, said);
        }
        self.voice = Some((reading, attribution));
        said.push(Said::Voice(reading, attribution));
    }

    /// Takes in the subtitles that end by a time; all that are left without one.
    pub fn words_until(&mut self, time: Option<SessionTime>, said: &mut Vec<Said>) {
        while let Some(line) =
            self.lines.pop_front_if(|line| time.is_none_or(|time| line.span.1 <= time))
        {
            let attribution = self.speakers.find(line.span.1);
            if let Some(subject) = attribution.speaker.subject(StreamId::default()) {
                let evidence = line.reading.evidence(Some(subject), line.span);
                let evidence = evidence.attributed(attribution.certainty);
                self.take(evidence, subject, line.span.1, said);
            }
            said.push(Said::Words(Box::new(line), attribution));
        }
        let now = time.unwrap_or_default();
        let begun = self.lines.front().filter(|line| line.span.0 <= now);
        self.shown = begun.map(|line| (line.text.clone(), line.span, line.reading.dominant));
    }

    /// Takes in a frame's faces, and gives one answer for each of whom more is known.
    pub fn faces(&mut self, analysis: &Analysis, mouths: &[MouthMotion], said: &mut Vec<Said>) {
        let time: SessionTime = analysis.time.into();
        self.answers.clear();
        for reading in &analysis.readings {
            let mut evidence = Evidence::of_face(StreamId::default(), time, reading);
            if let Some(mouth) = mouths.iter().find(|mouth| mouth.track == reading.track) {
                evidence = evidence.in_light(mouth.contrast);
            }
            let subject = SubjectId { stream: StreamId::default(), track: reading.track };
            self.subjects.take(evidence);
            if let Some(answer) = self.answer(subject, time) {
                let (frame, reading) = (Some(analysis.sequence), answer.clone());
                said.push(Said::Fused { frame, time, subject, reading });
                self.answers.push((subject, answer));
            }
        }
    }

    /// What to draw into the frame of this time.
    pub fn notes(&self, time: SessionTime) -> Notes {
        let mut notes = Notes::default();
        let recent = self
            .voice
            .as_ref()
            .filter(|(reading, _)| time.as_secs_f64() - reading.span.1.as_secs_f64() < SPOKE);
        if let Some((reading, attribution)) = recent {
            let (expression, probability) = reading.highest();
            let text = format!("sounds {expression} {:.0}%", probability * 100.0);
            match attribution.speaker {
                Speaker::Face(subject) => {
                    notes.speaks = Some(subject.track);
                    notes.below.push((subject.track, (text, Some(expression))));
                }
                Speaker::Unseen => {
                    notes
                        .caption
                        .push((format!("voice out of the picture {text}"), Some(expression)));
                }
                Speaker::Unsure | Speaker::Nobody => {
                    notes.caption.push((format!("voice, unsure whose, {text}"), Some(expression)));
                }
            }
        }
        for (subject, answer) in &self.answers {
            let text = match (&answer.conflict, answer.dominant) {
                (Some(conflict), _) => conflict.to_string(),
                (None, Some(dominant)) => {
                    format!("together {dominant} {:.0}%", answer.confidence * 100.0)
                }
                (None, None) => "together unsure".to_owned(),
            };
            notes.below.push((subject.track, (text, answer.dominant)));
        }
        if let Some((text, _, expression)) = &self.shown {
            notes.caption.push((text.replace('\n', " "), *expression));
        }
        notes
    }

    fn take(
        &mut self,
        evidence: Evidence,
        subject: SubjectId,
        time: SessionTime,
        said: &mut Vec<Said>,
    ) {
        self.subjects.take(evidence);
        // Those in view are answered with their next frame.
        if subject.is_unseen()
            && let Some(reading) = self.answer(subject, time)
        {
            said.push(Said::Fused { frame: None, time, subject, reading });
        }
    }

    /// The answer for a subject of whom more than its face is known.
    fn answer(&self, subject: SubjectId, time: SessionTime) -> Option<FusedReading> {
        let reading = self.subjects.read(subject, time)?;
        let more = reading.contributions.iter().any(|part| part.modality != Modality::Face);
        more.then_some(reading)
    }
}

/// The subtitles of an input: those that were named, or those beside it that have its name.
pub fn subtitles_of(input: &OsStr, named: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_owned());
    }
    let Ok(SourceSpec::Path(film)) = SourceSpec::from_os_str(input) else { return None };
    let beside = ["srt", "vtt"].map(|extension| film.with_extension(extension));
    let found = beside.into_iter().find(|path| path.is_file())?;
    eprintln!("{}: with the subtitles {}", input.display(), found.display());
    Some(found)
}

/// The lines of subtitles, by time.
fn read_lines(path: &Path) -> anyhow::Result<Vec<Line>> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{name} cannot be read as subtitles"))?;
    let format = CueFormat::of_name(&name);
    if format == CueFormat::Lines {
        bail!("{name} has no times; name subtitles (.srt, .vtt) or a transcript (.csv, .tsv)");
    }
    let reader = WordReader::shipped()?;
    let (mut lines, mut broken) = (Vec::new(), 0);
    for cue in CueReader::new(BufReader::new(file), format) {
        let cue = match cue {
            Ok(cue) => cue,
            Err(error) if error.is_final() => {
                return Err(anyhow::Error::new(error).context(name));
            }
            Err(error) => {
                broken += 1;
                if broken <= NAMED {
                    eprintln!("{name}: {error}");
                }
                continue;
            }
        };
        let Some((start, end)) = cue.span else { continue };
        let reading = reader.read(&cue.text);
        lines.push(Line { text: cue.text, span: (start.into(), end.into()), reading });
    }
    if broken > 0 {
        eprintln!("{name}: {broken} broken subtitles left out");
    }
    lines.sort_by_key(|line| line.span.1);
    Ok(lines)
}
