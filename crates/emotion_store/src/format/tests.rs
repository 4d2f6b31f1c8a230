use std::f32::consts::TAU;

use emotion_core::{Analysis, Expression, FrameRect, Reading, Scores};

use super::*;
use crate::What;

/// A face that moves and changes as people do, with a detector's jitter.
fn reading(track: u64, number: u64) -> Reading {
    let phase = number as f32 / 90.0 * TAU + track as f32;
    let mixed = track.wrapping_mul(104_729).wrapping_add(number * 7919);
    let jitter = (mixed % 13) as f32 / 13.0 - 0.5;
    let scores = |noise: f32| {
        let mut weights = [0.1; Expression::COUNT];
        weights[3] += 0.6 * (1.0 + phase.sin()) + noise;
        weights[6] += 0.5 * (1.0 - phase.sin());
        Scores::from_weights(weights).expect("usable weights")
    };
    let smoothed = scores(0.0);
    let (highest, confidence) = smoothed.highest();
    Reading {
        track,
        bbox_in_frame: FrameRect::square((320.0 + 80.0 * phase.sin(), 240.0 + jitter), 151.3),
        roll: 0.2 * phase.cos(),
        presence: 0.9 + 0.1 * jitter,
        scores: smoothed,
        raw_scores: scores(0.1 * (jitter + 0.5)),
        dominant: (confidence > 0.3).then_some(highest),
        confidence,
    }
}

fn session(frames: u64, faces: u64) -> Recording {
    let moments = (0..frames).map(|number| {
        // A camera does not keep to its rate exactly.
        let time = Duration::from_nanos(number * 33_366_700 + (number * 7919 % 1_000_003));
        let readings = (1..=faces).map(|track| reading(track, number)).collect();
        let detect_time = Duration::from_micros(3000 + number * 31 % 997);
        let classify_time = Duration::from_micros(2000 + number * 17 % 499);
        let sequence = 5 + number;
        let analysis = Analysis { sequence, time: time / 2, readings, detect_time, classify_time };
        Moment::new(time, What::Frame { frame_size: (640, 480), analysis })
    });
    let mut moments: Vec<_> = moments.collect();
    if frames > 50 {
        let at = moments[40].at;
        moments.insert(41, Moment::new(at, What::NewSource));
        if let What::Frame { frame_size, .. } = &mut moments[50].what {
            *frame_size = (1280, 720);
        }
    }
    let length = moments.last().map_or(Duration::ZERO, |moment| moment.at) * 2;
    let info = RecordingInfo::now("a test");
    Recording { info, moments, length, ..Recording::default() }
}

fn is_near(a: &Reading, b: &Reading) -> bool {
    let near = |a: f32, b: f32, by: f32| (a - b).abs() <= by;
    let (p, q) = (&a.bbox_in_frame, &b.bbox_in_frame);
    let rect = [(p.x, q.x), (p.y, q.y), (p.width, q.width), (p.height, q.height)];
    rect.iter().all(|(a, b)| near(*a, *b, 0.5 / 32.0 + 1e-4))
        && near(a.roll, b.roll, 0.5 / 2048.0 + 1e-6)
        && near(a.presence, b.presence, 0.5 / 255.0 + 1e-6)
        && near(a.confidence, b.confidence, 1.0 / 4096.0)
        && a.scores.iter().zip(b.scores.iter()).all(|(a, b)| near(a.1, b.1, 1.0 / 4096.0))
        && a.raw_scores.iter().zip(b.raw_scores.iter()).all(|(a, b)| near(a.1, b.1, 1.0 / 4096.0))
        && (a.track, a.dominant) == (b.track, b.dominant)
}

#[test]
fn what_was_written_is_read() {
    let session = session(200, 2);
    let bytes = session.to_bytes().expect("bytes");
    let read = Recording::from_bytes(&bytes).expect("a recording");
    assert_eq!((&read.info, read.length), (&session.info, session.length));
    assert_eq!((read.damage, read.moments.len()), (None, session.moments.len()));
    for (read, written) in read.moments.iter().zip(&session.moments) {
        assert_eq!(read.at, written.at, "times are exact");
        match (&read.what, &written.what) {
            (What::NewSource, What::NewSource) => {}
            (
                What::Frame { frame_size, analysis },
                What::Frame { frame_size: size, analysis: written },
            ) => {
                assert_eq!(frame_size, size);
                assert_eq!(
                    (analysis.sequence, analysis.time, analysis.detect_time),
                    (written.sequence, written.time, written.detect_time)
                );
                for (read, written) in analysis.readings.iter().zip(&written.readings) {
                    assert!(is_near(read, written), "{read:?} is not {written:?}");
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(read.to_bytes().expect("bytes"), bytes, "rounding happens once");
}

#[test]
fn a_minute_of_one_face_is_small() {
    let size = session(1800, 1).to_bytes().expect("bytes").len();
    assert!(size < 100_000, "{size} bytes");
    assert!(size > 20_000, "{size} bytes: is it all there?");
}

#[test]
fn odd_readings_are_kept() {
    let mut odd = reading(u64::MAX, 3);
    odd.bbox_in_frame = FrameRect::new(-10.5, 1e9, 3.0, f32::NAN);
    odd.dominant = None;
    odd.confidence = 0.25;
    odd.raw_scores = Scores::certain(Expression::Fear);
    let other = Reading { track: 1, scores: Scores::UNIFORM, ..odd.clone() };
    let analysis = Analysis {
        sequence: u64::MAX,
        time: Duration::from_secs(9999),
        readings: vec![odd, other],
        ..Analysis::default()
    };
    let frame = What::Frame { frame_size: (1, 16_384), analysis };
    let moments = vec![
        Moment::new(Duration::ZERO, frame.clone()),
        Moment::new(Duration::from_secs(100_000), frame),
    ];
    let recording = Recording { moments, ..Recording::default() };
    let read = Recording::from_bytes(&recording.to_bytes().expect("bytes")).expect("a recording");
    let (_, analysis) = read.frames().nth(1).expect("a second frame");
    assert_eq!((analysis.sequence, analysis.time.as_secs()), (u64::MAX, 9999));
    assert_eq!(analysis.readings[0].track, u64::MAX);
    assert_eq!(analysis.readings[1].track, 1);
    assert_eq!(analysis.readings[0].confidence, 0.25);
    assert_eq!(analysis.readings[0].raw_scores, Scores::certain(Expression::Fear));
    assert_eq!(analysis.readings[0].bbox_in_frame.height, 0.0);
}

#[test]
fn a_recording_that_is_cut_off_reads_up_to_there() {
    let session = session(150, 1);
    let bytes = session.to_bytes().expect("bytes");
    let whole = Recording::from_bytes(&bytes).expect("a recording");
    let mut most = 0;
    for length in 0..bytes.len() {
        match Recording::from_bytes(&bytes[..length]) {
            Ok(read) => {
                assert_eq!(read.damage, Some(Damage { skipped_bytes: 0, cut_off: true }));
                assert_eq!(read.moments, whole.moments[..read.moments.len()]);
                assert!(read.moments.len() >= most);
                most = read.moments.len();
            }
            Err(RecordingError::Empty) => assert_eq!(length, 0),
            Err(RecordingError::DamagedHeader { .. }) => assert!(length < 300),
            Err(error) => panic!("{length} bytes: {error}"),
        }
    }
    assert_eq!(most, whole.moments.len());
}

#[test]
fn a_damaged_place_costs_its_block() {
    let session = session(300, 1);
    let bytes = session.to_bytes().expect("bytes");
    let whole = Recording::from_bytes(&bytes).expect("a recording");
    let start = bytes.windows(4).position(|window| window == BLOCK).expect("a block");
    for place in (start..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x40;
        let read = Recording::from_bytes(&damaged).expect("most of it");
        assert!(read.damage.is_some(), "at {place}");
        let lost = whole.moments.len() - read.moments.len();
        assert!(lost <= 40, "{lost} moments are lost for a byte at {place}");
        assert!(read.moments.iter().all(|moment| whole.moments.contains(moment)));
    }
}

#[test]
fn what_is_no_recording_is_refused_with_a_reason() {
    let refused = |bytes: &[u8]| Recording::from_bytes(bytes).expect_err("no recording");
    assert!(matches!(refused(b""), RecordingError::Empty));
    assert!(matches!(refused(b"\x89PNG\r\n\x1a\n"), RecordingError::NotARecording));
    assert!(matches!(refused(b"source,frame,time_s"), RecordingError::NotARecording));
    assert!(matches!(refused(&MAGIC), RecordingError::DamagedHeader { .. }));
    let mut newer = session(1, 1).to_bytes().expect("bytes");
    newer[8] = 9;
    let error = refused(&newer);
    assert!(error.to_string().contains("format 9"), "{error}");
    let mut damaged = session(1, 1).to_bytes().expect("bytes");
    damaged[20] ^= 1;
    assert!(matches!(refused(&damaged), RecordingError::DamagedHeader { .. }));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.face");
    assert!(RecordingWriter::create(&path, &RecordingInfo::default()).is_ok());
    let again = RecordingWriter::create(&path, &RecordingInfo::default());
    assert!(matches!(again, Err(RecordingError::Exists { .. })));
    let missing = Recording::load("no/such/file.face").expect_err("no file");
    assert!(missing.to_string().contains("no/such/file.face"), "{missing}");
}

#[test]
fn bytes_of_any_kind_do_no_harm() {
    let bytes = session(40, 2).to_bytes().expect("bytes");
    let start = bytes.windows(4).position(|window| window == BLOCK).expect("a block") + 8;
    // Checksums that fit, over blocks that make no sense.
    for place in start..start + 300 {
        let length = u32::from_le_bytes([
            bytes[start - 4],
            bytes[start - 3],
            bytes[start - 2],
            bytes[start - 1],
        ]) as usize;
        let mut payload = bytes[start..start + length].to_vec();
        let index = (place - start) % length;
        payload[index] = payload[index].wrapping_mul(31).wrapping_add(0x85);
        let mut damaged = bytes[..start - 4].to_vec();
        damaged.extend_from_slice(&sealed(&payload).expect("a small block"));
        damaged.extend_from_slice(&bytes[start + length + 4..]);
        let _ = Recording::from_bytes(&damaged);
    }
}

/// A recording with a block of 300 bytes of a channel of another kind after each of its own blocks.
fn with_unknown_blocks(recording: &Recording) -> Vec<u8> {
    let bytes = recording.to_bytes().expect("bytes");
    let is_section = |at: &usize| is_marker(&bytes[*at..]);
    let starts: Vec<_> = (0..bytes.len()).filter(is_section).collect();
    let mut mixed = bytes[..starts[0]].to_vec();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(bytes.len());
        mixed.extend_from_slice(&bytes[*start..end]);
        if end < bytes.len() {
            let payload = [vec![3, 0], vec![0xAB; 300]].concat();
            mixed.extend_from_slice(&BLOCK);
            mixed.extend_from_slice(&sealed(&payload).expect("a small block"));
        }
    }
    mixed
}

#[test]
fn channels_of_an_unknown_kind_are_left_out_and_reported() {
    let mut session = session(100, 1);
    let voice = Channel {
        id: 3,
        kind: ChannelKind::Other("voice".to_owned()),
        label: "microphone".to_owned(),
    };
    session.info.channels.push(voice.clone());
    let known = Recording::from_bytes(&session.to_bytes().expect("bytes")).expect("a recording");
    let mixed = with_unknown_blocks(&session);
    let read = Recording::from_bytes(&mixed).expect("a recording");
    assert_eq!(read.unread, [Unread { channel: voice, bytes: 4 * 300 }]);
    let report = read.unread[0].to_string();
    assert!(report.contains("channel 3") && report.contains("\"voice\""), "{report}");
    assert!(report.contains("1200 bytes"), "{report}");
    assert_eq!(read, Recording { unread: read.unread.clone(), ..known }, "the faces are all there");

    // Cut off or damaged within such a block, too.
    let place = mixed.windows(9).rposition(|window| window == [0xAB; 9]).expect("a block");
    let read = Recording::from_bytes(&mixed[..place]).expect("a recording");
    assert_eq!(read.damage, Some(Damage { skipped_bytes: 0, cut_off: true }));
    assert_eq!((read.moments.len(), read.unread[0].bytes), (101, 3 * 300));
    let mut damaged = mixed;
    damaged[place] = 0;
    let read = Recording::from_bytes(&damaged).expect("a recording");
    assert_eq!(read.damage, Some(Damage { skipped_bytes: 302 + 12, cut_off: false }));
    assert_eq!((read.moments.len(), read.unread[0].bytes), (101, 3 * 300));
}

#[test]
fn blocks_of_a_channel_that_is_not_declared_are_damage() {
    let session = session(100, 1);
    let read = Recording::from_bytes(&with_unknown_blocks(&session)).expect("a recording");
    assert_eq!(read.damage, Some(Damage { skipped_bytes: 4 * (302 + 12), cut_off: false }));
    assert_eq!((read.moments.len(), read.unread.len()), (101, 0));
}
