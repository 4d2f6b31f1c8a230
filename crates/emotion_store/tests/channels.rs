//! Recordings of several channels.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::cell::RefCell;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;
use std::time::Duration;

use emotion_core::{Analysis, FrameRect, Reading, Scores};
use emotion_store::{
    Channel, ChannelKind, Moment, Recording, RecordingInfo, RecordingWriter, What,
};

fn channel(id: u16, kind: &str, label: &str) -> Channel {
    Channel { id, kind: ChannelKind::from(kind.to_owned()), label: label.to_owned() }
}

/// Two cameras, and a kind of data that is yet to come.
fn info() -> RecordingInfo {
    let channels = vec![
        channel(0, "faces", "left camera"),
        channel(9, "faces", "right camera"),
        channel(500, "smell", "the room"),
    ];
    RecordingInfo { channels, ..RecordingInfo::now("a test") }
}

/// A frame with a number by which it is known again, and so many faces.
fn frame(at_ms: u64, channel: u16, number: u64, faces: u64) -> Moment {
    let reading = |track| Reading {
        track,
        bbox_in_frame: FrameRect::square((100.0 + number as f32, 90.0), 64.0),
        roll: 0.0,
        presence: 1.0,
        scores: Scores::UNIFORM,
        raw_scores: Scores::UNIFORM,
        dominant: None,
        confidence: Scores::UNIFORM.highest().1,
    };
    let readings = (1..=faces).map(reading).collect();
    let analysis = Analysis { sequence: number, readings, ..Analysis::default() };
    let what = What::Frame { frame_size: (640, 480), analysis };
    Moment::new(Duration::from_millis(at_ms), what).in_channel(channel)
}

/// Channel, time in milliseconds and number of the frames.
fn frames(recording: &Recording) -> Vec<(u16, u128, u64)> {
    let moments = recording.moments.iter();
    let frames = moments.filter_map(|moment| match &moment.what {
        What::Frame { analysis, .. } => {
            Some((moment.channel, moment.at.as_millis(), analysis.sequence))
        }
        What::NewSource => None,
    });
    frames.collect()
}

/// A file whose bytes can be looked at while it is written.
#[derive(Clone, Default)]
struct File(Rc<RefCell<Vec<u8>>>);

impl File {
    fn read(&self) -> Recording {
        Recording::from_bytes(&self.0.borrow()).expect("a recording")
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file and its writer.
fn begin(info: &RecordingInfo) -> (File, RecordingWriter<File>) {
    let file = File::default();
    let writer = RecordingWriter::new(file.clone(), info).expect("a writer");
    (file, writer)
}

#[test]
fn channels_are_declared_in_the_file() {
    let (file, writer) = begin(&info());
    writer.finish(Duration::ZERO).expect("written");
    let recording = file.read();
    assert_eq!(recording.info, info());
    assert_eq!(recording.info.channels[2].kind, ChannelKind::Other("smell".to_owned()));
    assert_eq!((recording.damage, recording.unread.len()), (None, 0));
    let text = String::from_utf8_lossy(&file.0.borrow()).into_owned();
    assert!(text.contains(r#"{"id":9,"kind":"faces","label":"right camera"}"#), "{text}");
    assert!(text.contains(r#"{"id":500,"kind":"smell","label":"the room"}"#), "{text}");
}

#[test]
fn channels_are_merged_by_time() {
    let (file, mut writer) = begin(&info());
    // The second camera is 1.6 s behind the first one, and has two moments at the same time.
    for number in 0..200 {
        writer.push(&frame(2000 + 40 * number, 0, number, 1)).expect("written");
        writer.push(&frame(405 + 40 * (number - number % 2), 9, number, 1)).expect("written");
    }
    let change = Moment::new(Duration::from_secs(20), What::NewSource).in_channel(9);
    writer.push(&change).expect("written");
    writer.finish(Duration::from_secs(21)).expect("written");

    let mut expected: Vec<_> = (0..200).map(|number| (0, 2000 + 40 * number, number)).collect();
    expected.extend((0..200).map(|number| (9, 405 + 40 * (number - number % 2), number)));
    expected.sort_by_key(|(_, at, _)| *at);
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(channel, at, number)| (channel, u128::from(at), number))
        .collect();
    let recording = file.read();
    assert_eq!(frames(&recording), expected);
    assert_eq!(recording.moments.last(), Some(&change));
    assert_eq!((recording.damage, recording.length), (None, Duration::from_secs(21)));
    let again = recording.to_bytes().expect("bytes");
    assert_eq!(Recording::from_bytes(&again).expect("a recording"), recording);
}

#[test]
fn times_of_a_channel_do_not_go_back() {
    let (file, mut writer) = begin(&info());
    for (at, channel, number) in [(500, 0, 0), (300, 9, 1), (400, 0, 2), (350, 9, 3)] {
        writer.push(&frame(at, channel, number, 1)).expect("written");
    }
    writer.finish(Duration::ZERO).expect("written");
    assert_eq!(frames(&file.read()), [(9, 300, 1), (9, 350, 3), (0, 500, 0), (0, 500, 2)]);
}

#[test]
fn a_crash_costs_the_last_second_of_each_channel() {
    let (file, mut writer) = begin(&info());
    let mut pushed = Vec::new();
    for number in 0..400 {
        let mut moments = vec![frame(40 * number, 0, number, 1)];
        // The second camera has a frame from time to time, and then none any more.
        if number % 37 == 3 && number < 200 {
            moments.push(frame(40 * number + 1, 9, 1000 + number, 1));
        }
        for moment in moments {
            writer.push(&moment).expect("written");
            pushed.push((moment.channel, moment.at.as_millis(), number));
        }
        let now = u128::from(40 * number);
        let read = frames(&file.read());
        let old = pushed.iter().filter(|(_, at, _)| at + 1000 <= now);
        for (channel, at, _) in old {
            let is_there = read.iter().any(|(id, time, _)| (id, time) == (channel, at));
            assert!(is_there, "at {now} ms channel {channel} lacks its frame at {at} ms");
        }
    }
    // A crash: it is not finished, and nothing is damaged.
    drop(writer);
    let damage = file.read().damage.expect("no end");
    assert_eq!((damage.skipped_bytes, damage.cut_off), (0, true));
}

#[test]
fn little_waits_in_memory_however_many_channels_there_are() {
    let channels = (0..50).map(|id| channel(id, "faces", "")).collect();
    let info = RecordingInfo { channels, ..RecordingInfo::default() };
    let (file, mut writer) = begin(&info);
    let mut pushed = 0;
    let mut written = 0;
    // All at once: time does not pass.
    for number in 0..40 {
        for id in 0..50 {
            writer.push(&frame(0, id, number, 20)).expect("written");
            pushed += 1;
        }
        let bytes = writer.written();
        assert!(bytes - written < 80 * 1024, "{} bytes at once", bytes - written);
        written = bytes;
    }
    let before_the_end = file.read().moments.len();
    assert!(before_the_end > pushed / 2, "{before_the_end} of {pushed} moments are written");
    writer.finish(Duration::ZERO).expect("written");
    assert_eq!(file.read().moments.len(), pushed);
}

#[test]
fn what_has_no_channel_is_refused_and_the_recording_goes_on() {
    let (file, mut writer) = begin(&info());
    writer.push(&frame(0, 0, 0, 1)).expect("written");
    for (id, words) in
        [(1, ["no channel 1", "RecordingInfo::channels"]), (500, ["500", "\"smell\""])]
    {
        let error = writer.push(&frame(5000, id, 1, 1)).expect_err("no such channel");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
    }
    writer.push(&frame(10, 9, 2, 1)).expect("written");
    writer.finish(Duration::ZERO).expect("written");
    assert_eq!(frames(&file.read()), [(0, 0, 0), (9, 10, 2)]);
    let moments = vec![frame(0, 3, 0, 1)];
    assert!(Recording { moments, ..Recording::default() }.to_bytes().is_err());
}

#[test]
fn damage_costs_a_block_of_one_channel() {
    let (file, mut writer) = begin(&info());
    for number in 0..100 {
        for id in [0, 9] {
            writer.push(&frame(40 * number, id, number, 1)).expect("written");
        }
    }
    writer.finish(Duration::from_secs(4)).expect("written");
    let whole = file.read();
    let bytes = file.0.borrow().clone();
    let start =
        bytes.windows(4).position(|four| four == [0xFA, 0xCE, 0xB2, 0x0C]).expect("a block");
    for place in start..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x40;
        let part = Recording::from_bytes(&damaged).expect("most of it");
        assert!(part.damage.is_some(), "at {place}");
        let lost: Vec<_> = whole.moments.iter().filter(|it| !part.moments.contains(it)).collect();
        assert!(lost.len() <= 26, "{} moments are lost for a byte at {place}", lost.len());
        assert!(lost.iter().all(|moment| moment.channel == lost[0].channel), "at {place}");
    }
}
