//! Files of version 1 of the format are read as they were by the version that wrote them.
//!
//! `v1.face` was written by that version: 2.5 s of two faces, with a change of the source and a frame
//! of another size.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::time::Duration;

use emotion_core::{Analysis, Expression, FrameRect, Scores};
use emotion_store::{Channel, Damage, Moment, Recording, RecordingInfo, What};

const FILE: &[u8] = include_bytes!("v1.face");
/// What blocks of version 1 and 2 begin with.
const BLOCKS: [[u8; 4]; 2] = [[0xFA, 0xCE, 0xB1, 0x0C], [0xFA, 0xCE, 0xB2, 0x0C]];

fn read(bytes: &[u8]) -> Recording {
    Recording::from_bytes(bytes).expect("a recording")
}

fn analysis(moment: &Moment) -> &Analysis {
    match &moment.what {
        What::Frame { analysis, .. } => Some(analysis),
        What::NewSource => None,
    }
    .expect("a frame")
}

fn scores(happy: f32, neutral: f32, other: f32) -> Scores {
    let weights = [other, other, other, happy, other, other, neutral];
    Scores::from_weights(weights).expect("usable weights")
}

/// Where the blocks begin with `marker`.
fn starts(bytes: &[u8], marker: [u8; 4]) -> Vec<usize> {
    (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&marker)).collect()
}

/// The moments' bytes of each block.
fn blocks(bytes: &[u8], marker: [u8; 4]) -> Vec<&[u8]> {
    let block = |start: usize| {
        let length = bytes[start + 4..].first_chunk::<4>().expect("a length");
        &bytes[start + 8..][..u32::from_le_bytes(*length) as usize]
    };
    starts(bytes, marker).into_iter().map(block).collect()
}

#[test]
fn the_file_is_of_version_1() {
    assert_eq!(FILE[8..10], 1_u16.to_le_bytes());
    assert_eq!((starts(FILE, BLOCKS[0]).len(), starts(FILE, BLOCKS[1]).len()), (3, 0));
}

#[test]
fn its_moments_are_read() {
    let recording = read(FILE);
    let info = RecordingInfo {
        crate_version: "0.1.0".to_owned(),
        model: Some("cnn4".to_owned()),
        source: "a session of the first format".to_owned(),
        frame_size: Some((640, 480)),
        started_at: 1_700_000_000,
        channels: vec![Channel::default()],
    };
    assert_eq!(recording.info, info);
    assert_eq!(recording.length, Duration::from_nanos(4_939_443_612));
    assert_eq!((recording.damage, recording.unread.len()), (None, 0));
    assert_eq!((recording.moments.len(), recording.frames().count()), (76, 75));
    assert!(recording.moments.iter().all(|moment| moment.channel == 0));
    let changed_at = Duration::from_nanos(1_334_984_760);
    assert_eq!(recording.moments[41], Moment::new(changed_at, What::NewSource));
    let sizes = recording.moments.iter().filter_map(|moment| match moment.what {
        What::Frame { frame_size, .. } => Some(frame_size),
        What::NewSource => None,
    });
    let other_size: Vec<_> = sizes.enumerate().filter(|(_, size)| *size != (640, 480)).collect();
    assert_eq!(other_size, [(49, (1280, 720))]);

    let last = recording.moments.last().expect("a moment");
    assert_eq!(last.at, Duration::from_nanos(2_469_721_806));
    let analysis = analysis(last);
    assert_eq!((analysis.sequence, analysis.time), (79, Duration::from_nanos(1_234_860_903)));
    assert_eq!(analysis.detect_time, Duration::from_micros(3300));
    assert_eq!(analysis.classify_time, Duration::from_micros(2260));
    let [first, second] = &analysis.readings[..] else { panic!("{analysis:?}") };
    assert_eq!((first.track, first.dominant), (1, Some(Expression::Neutral)));
    assert_eq!(first.bbox_in_frame, FrameRect::square((310.65625, 239.96875), 151.3125));
    assert_eq!((first.roll, first.presence), (0.19873047, 0.8980392));
    assert_eq!(first.scores, scores(0.35229492, 0.36816406, 0.055908203));
    assert_eq!(first.raw_scores.get(Expression::Happy), 0.36865234);
    assert_eq!(first.confidence, 0.36816406);
    assert_eq!((second.track, second.dominant), (2, Some(Expression::Happy)));
    assert_eq!(second.scores, scores(0.61987305, 0.11401367, 0.053222656));
    assert_eq!(second.raw_scores, scores(0.63061523, 0.1105957, 0.051757813));
}

#[test]
fn written_again_it_holds_the_same() {
    let recording = read(FILE);
    let bytes = recording.to_bytes().expect("bytes");
    assert_eq!(bytes[8..10], 2_u16.to_le_bytes());
    assert_eq!(read(&bytes), recording);
    let new = blocks(&bytes, BLOCKS[1]);
    let without_channel: Vec<_> =
        new.iter().filter_map(|block| block.strip_prefix(&[0, 0])).collect();
    assert_eq!(without_channel, blocks(FILE, BLOCKS[0]));
}

#[test]
fn cut_off_it_reads_up_to_there() {
    let whole = read(FILE);
    let first = starts(FILE, BLOCKS[0])[0];
    for length in first..FILE.len() {
        let part = read(&FILE[..length]);
        assert_eq!(part.damage, Some(Damage { skipped_bytes: 0, cut_off: true }), "{length}");
        assert_eq!(part.moments, whole.moments[..part.moments.len()]);
        let end = part.moments.last().map_or(Duration::ZERO, |moment| moment.at);
        assert_eq!(part.length, end);
    }
}

#[test]
fn damage_costs_its_block() {
    let whole = read(FILE);
    let starts = starts(FILE, BLOCKS[0]);
    let mut damaged = FILE.to_vec();
    damaged[starts[1] + 100] ^= 1;
    let part = read(&damaged);
    let skipped_bytes = starts[2] - starts[1];
    assert_eq!(part.damage, Some(Damage { skipped_bytes, cut_off: false }));
    assert_eq!(part.length, whole.length);
    let lost: Vec<_> = whole.moments.iter().filter(|it| !part.moments.contains(it)).collect();
    assert_eq!(lost.len() + part.moments.len(), whole.moments.len());
    let (first, last) = (lost[0].at, lost[lost.len() - 1].at);
    assert!(last - first <= Duration::from_millis(1040), "{first:?} to {last:?}");
}
