//! Cascade files: what is read, what is refused, and what any bytes do.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::sync::Arc;

use emotion_vision::haar::{
    Cascade, CascadeError, CascadeSearch, Hit, SearchPyramid, Sizes, group,
};
use emotion_vision::image::GreyImage;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bright above dark, twice: a stump, and a tree of two nodes.
const SMALL: &str = r#"<?xml version="1.0"?>
<opencv_storage>
<cascade type_id="opencv-cascade-classifier"><stageType>BOOST</stageType>
  <featureType>HAAR</featureType>
  <height>8</height><width>8</width>
  <stages>
    <_><stageThreshold>5.0e-01</stageThreshold>
      <weakClassifiers>
        <_><internalNodes>0 -1 0 5.0e-01</internalNodes><leafValues>0. 1.</leafValues></_>
      </weakClassifiers></_>
    <_><stageThreshold>5.0e-01</stageThreshold>
      <weakClassifiers>
        <_><internalNodes>1 0 0 9. 0 -1 1 1.0e-01</internalNodes>
          <leafValues>0. 1. 0.</leafValues></_>
      </weakClassifiers></_>
  </stages>
  <features>
    <_><rects><_>0 0 8 8 -1.</_><_>0 0 8 4 2.</_></rects><tilted>0</tilted></_>
    <_><rects><_>2 0 4 8 -1.</_><_>2 0 4 4 2.</_></rects></_>
  </features>
</cascade>
</opencv_storage>
"#;

const SIZES: Sizes = Sizes { step: 1.2, smallest: 8, largest: 32 };

fn hits(cascade: Cascade, picture: &GreyImage) -> Vec<Hit> {
    let mut search = CascadeSearch::new(Arc::new(cascade));
    let mut pyramid = SearchPyramid::default();
    pyramid.set(picture, search.window(), &SIZES);
    let mut hits = Vec::new();
    search.search(&pyramid, &mut hits);
    hits
}

/// Dark, with a bright bar above a black one.
fn bars() -> GreyImage {
    let pixels = (0..40 * 40).map(|index| {
        let (x, y) = (index % 40, index / 40);
        match (x, y) {
            (12..20, 12..16) => 250,
            (12..20, 16..20) => 0,
            _ => 100,
        }
    });
    GreyImage::from_pixels(pixels.collect(), 40, 40).expect("1600 pixels")
}

fn refused(xml: &str) -> CascadeError {
    Cascade::from_xml(xml.as_bytes()).expect_err("it was taken")
}

#[test]
fn a_small_cascade_finds_what_it_knows() {
    let cascade = Cascade::from_xml(SMALL.as_bytes()).expect("a cascade");
    assert_eq!(cascade.window(), (8, 8));
    let hits = hits(cascade, &bars());
    assert!(hits.contains(&Hit { x: 12, y: 12, width: 8, height: 8 }), "{hits:?}");
    let shows_bars =
        |hit: &Hit| [hit.x, hit.y].iter().all(|start| start + hit.width > 12 && *start < 20);
    assert!(hits.iter().all(shows_bars), "{hits:?}");
    let groups = group(&hits, 2);
    assert!(groups.len() < hits.len() / 3, "{groups:?}");
    assert!(groups.iter().all(|group| group.hits > 2 && shows_bars(&group.mean)), "{groups:?}");
}

#[test]
fn what_cannot_be_evaluated_is_refused_with_its_reason() {
    let cases = [
        (SMALL.replace("<tilted>0<", "<tilted>1<"), "tilted"),
        (SMALL.replace("HAAR", "LBP"), "other than Haar"),
        (SMALL.replace("0 0 8 4 2.", "0 0 9 4 2."), "outside"),
        (SMALL.replace("0 0 8 4 2.", "0 0 8 4"), "five numbers"),
        (SMALL.replace("0 -1 0 5.0e-01", "0 -1 7 5.0e-01"), "feature"),
        (SMALL.replace("0 -1 0 5.0e-01", "0 -9 0 5.0e-01"), "nowhere"),
        (SMALL.replace("1 0 0 9.", "0 0 0 9."), "never asked"),
        (SMALL.replace("<width>8<", "<width>100000<"), "window"),
        (SMALL.replace("<width>8<", "<width>many<"), "no number"),
        (SMALL.replace("5.0e-01</stage", "nan</stage"), "finite"),
        (SMALL[..SMALL.len() / 2].to_owned(), "not XML"),
        (String::new(), "not XML"),
        ("<a><b/></a>".to_owned(), "no element with stages"),
    ];
    for (xml, reason) in cases {
        let message = refused(&xml).to_string();
        assert!(message.contains(reason), "{reason}: {message}");
    }
}

/// Any bytes are a cascade that can be searched with, or an error: no crash, no endless loop.
#[test]
fn any_bytes_are_an_error_or_a_cascade() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let picture = bars();
    let mut taken = 0;
    for run in 0..100_000 {
        let mut bytes = match run % 4 {
            0 => {
                let mut bytes = vec![0; random.random_range(0..200)];
                random.fill_bytes(&mut bytes);
                bytes
            }
            _ => SMALL.as_bytes().to_vec(),
        };
        for _ in 0..random.random_range(0..4) {
            change(&mut bytes, &mut random);
        }
        let Ok(cascade) = Cascade::from_xml(&bytes) else { continue };
        taken += 1;
        if taken % 10 == 0 {
            hits(cascade, &picture);
        }
    }
    assert!(taken > 1000, "{taken} were taken: the changes are too coarse to test anything");
}

fn change(bytes: &mut Vec<u8>, random: &mut impl Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = random.random_range(0..bytes.len());
    match random.random_range(0..5) {
        0 => bytes[at] = random.random(),
        1 => bytes[at] = b"0123456789-.e< "[random.random_range(0..15)],
        2 => bytes.truncate(at),
        3 => {
            bytes.remove(at);
        }
        _ => {
            let end = (at + random.random_range(1..60)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            let to = random.random_range(0..bytes.len());
            bytes.splice(to..to, part);
        }
    }
}

#[test]
fn absurd_sizes_and_pictures_have_no_hits() {
    let cascade = Arc::new(Cascade::from_xml(SMALL.as_bytes()).expect("a cascade"));
    let mut search = CascadeSearch::new(cascade);
    let mut pyramid = SearchPyramid::default();
    let mut hits = Vec::new();
    for step in [f64::NAN, 0.0, 1.0, -3.0, f64::INFINITY] {
        pyramid.set(&bars(), (8, 8), &Sizes { step, smallest: 9, largest: 32 });
        search.search(&pyramid, &mut hits);
        assert!(hits.is_empty(), "step {step}");
    }
    let fine = Sizes { step: 1.0 + f64::EPSILON, smallest: 9, largest: 32 };
    pyramid.set(&bars(), (8, 8), &fine);
    search.search(&pyramid, &mut hits);
    assert!(hits.is_empty(), "steps that lead nowhere end");
    pyramid.set(&bars(), (0, 0), &SIZES);
    pyramid.set(&bars(), (20, 20), &SIZES);
    search.search(&pyramid, &mut hits);
    assert!(hits.is_empty(), "it is prepared for another window");
    for (width, height) in [(0, 0), (1, 1), (7, 90), (400, 8)] {
        let flat = GreyImage::from_pixels(vec![0; width * height], width, height).expect("black");
        pyramid.set(&flat, (8, 8), &SIZES);
        search.search(&pyramid, &mut hits);
        assert!(hits.is_empty(), "{width}x{height}");
    }
}
