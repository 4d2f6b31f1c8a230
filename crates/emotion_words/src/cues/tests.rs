//! Good and broken files of every kind.

use super::*;

/// Start in milliseconds and text of each cue, and the messages of what is broken.
fn read(format: CueFormat, bytes: &[u8]) -> (Vec<(u128, String)>, Vec<String>) {
    let (mut cues, mut errors) = (Vec::new(), Vec::new());
    for item in CueReader::new(bytes, format) {
        match item {
            Ok(cue) => {
                let start = cue.span.map_or(0, |(start, _)| start.as_millis());
                cues.push((start, cue.text));
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    (cues, errors)
}

fn cue(start: u128, text: &str) -> (u128, String) {
    (start, text.to_owned())
}

#[test]
fn subrip_is_read_with_its_times() {
    let text = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Oh no!</i>\r\nNot again.\r\n\r\n\
                2\r\n00:01:00,000 --> 00:01:02,000\r\nThank you\r\n";
    let (cues, errors) = read(CueFormat::Srt, text.as_bytes());
    assert_eq!(cues, [cue(1000, "Oh no! Not again."), cue(60_000, "Thank you")]);
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn a_broken_cue_is_named_and_the_next_one_read() {
    let text = "1\n00:00:01,000 -> 00:00:02,000\nlost\nlost, too\n\n2\n00:00:xx,000 --> 00:00:05,000\nlost\n\n\
                3\n00:00:09,000 --> 00:00:08,000\nlost\n\n4\n\n5\n00:00:10,000 --> 00:00:11,000\nkept\n";
    let (cues, errors) = read(CueFormat::Srt, text.as_bytes());
    assert_eq!(cues, [cue(10_000, "kept")]);
    let lines: Vec<_> = errors.iter().map(|error| error.split(':').next().unwrap_or("")).collect();
    assert_eq!(lines, ["line 2", "line 7", "line 11", "line 14"]);
}

#[test]
fn web_vtt_has_blocks_that_are_no_cues() {
    let text = "WEBVTT - a title\nKind: captions\n\nNOTE\n00:00 --> 00:01\nnot this\n\nSTYLE\n::cue {}\n\n\
                intro\n00:02.000 --> 00:03.000 align:start\n<v Ann>Hello &amp; welcome\n\n\
                00:01:04.000 --> 00:01:05.000\nBye\n";
    let (cues, errors) = read(CueFormat::WebVtt, text.as_bytes());
    assert_eq!(cues, [cue(2000, "Hello & welcome"), cue(64_000, "Bye")]);
    assert!(errors.is_empty(), "{errors:?}");
    let (cues, errors) = read(CueFormat::WebVtt, b"1\n00:01 --> 00:02\nno header\n");
    assert!(cues.is_empty() && errors.len() == 1 && errors[0].contains("WEBVTT"), "{errors:?}");
}

#[test]
fn transcripts_have_names_or_none() {
    let text =
        "speaker,start,end,text\nann,0.5,1.5,\"Well, no\"\nbob,00:02,1,back\nann,3,4\nbob,5,6,ok\n";
    let (cues, errors) = read(CueFormat::Csv, text.as_bytes());
    assert_eq!(cues, [cue(500, "Well, no"), cue(5000, "ok")]);
    assert!(errors[0].starts_with("line 3") && errors[1].starts_with("line 4"), "{errors:?}");
    assert_eq!(read(CueFormat::Tsv, b"1\t2\ta, \"b\"\n").0, [cue(1000, "a, \"b\"")]);
    let (cues, errors) = read(CueFormat::Csv, b"some text\nmore\n");
    assert!(cues.is_empty() && errors.len() == 1, "{errors:?}");
}

#[test]
fn plain_lines_may_be_anything() {
    let mut bytes = b"first\n\n  \nsec\xffond\r\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'a', 10_000_000));
    bytes.extend_from_slice(b"\nlast");
    let cues: Vec<Cue> =
        CueReader::new(bytes.as_slice(), CueFormat::Lines).collect::<Result<_, _>>().expect("cues");
    let lines: Vec<u64> = cues.iter().map(|cue| cue.line).collect();
    assert_eq!(lines, [1, 4, 5, 6]);
    assert_eq!(cues[1].text, "sec\u{fffd}ond");
    assert!(cues[1].has_invalid_utf8 && !cues[0].has_invalid_utf8);
    assert!(cues[2].is_cut && cues[2].text.len() == MAX_LINE);
    assert_eq!(cues[3].text, "last");
}

#[test]
fn utf_16_is_refused_once() {
    let (cues, errors) = read(CueFormat::Srt, b"\xff\xfe1\x00\n\x00");
    assert!(cues.is_empty() && errors.len() == 1 && errors[0].contains("UTF-8"), "{errors:?}");
}

#[test]
fn names_tell_the_format() {
    assert_eq!(CueFormat::of_name("a.b/Film.SRT"), CueFormat::Srt);
    assert_eq!(CueFormat::of_name("chat.txt"), CueFormat::Lines);
    assert_eq!(CueFormat::of_name("-"), CueFormat::Lines);
}

#[test]
fn random_bytes_end_and_never_break_anything() {
    let mut state = 1_u32;
    let mut bytes = Vec::new();
    for _ in 0..200_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push(b"0123456789:,.-> \n\n\r<>{}\\&;WEBVTT\xff\xc3"[(state >> 24) as usize % 34]);
    }
    for format in
        [CueFormat::Srt, CueFormat::WebVtt, CueFormat::Csv, CueFormat::Tsv, CueFormat::Lines]
    {
        let items = CueReader::new(bytes.as_slice(), format).count();
        assert!(items <= bytes.len());
    }
}
