use super::*;
use crate::study::simulation::{Kind, SECONDS, curves, truth};

/// In how many of so many simulations the band holds the whole true curve.
fn covered(kind: Kind, viewers: usize, simulations: u64) -> usize {
    let truth = truth(kind);
    let holds = |seed: &u64| {
        let found = band(&curves(kind, viewers, *seed));
        assert_eq!(found.len(), SECONDS);
        found.iter().zip(&truth).all(|(point, truth)| {
            let point = point.unwrap();
            point.low <= *truth && *truth <= point.high
        })
    };
    (0..simulations).filter(holds).count()
}

/// Few simulations, for every run of the tests: 95 % of 200 is 190, and 180 to 199 lie within three standard
/// deviations of it.
#[test]
fn the_band_holds_the_whole_curve() {
    for kind in Kind::ALL {
        let covered = covered(kind, 12, 200);
        assert!((180..=199).contains(&covered), "{kind:?}: {covered} of 200");
    }
}

/// All of them: 93 to 97 % of the viewers that are like people, and up to 98 % where noise bursts out in single scenes,
/// for which a dozen viewers make the band a little too wide. Takes minutes; `scripts/soak` runs it.
#[test]
#[ignore = "takes minutes"]
fn needs_minutes_the_band_holds_the_whole_curve_in_93_to_97_percent() {
    let mut failed = Vec::new();
    for kind in Kind::ALL {
        for viewers in [12, 30] {
            let covered = covered(kind, viewers, 1000);
            eprintln!("{kind:?}, {viewers} viewers: {covered} of 1000");
            let most = if kind == Kind::Bursts { 980 } else { 970 };
            if !(930..=most).contains(&covered) {
                failed.push((kind, viewers, covered));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn seconds_with_fewer_than_five_viewers_are_hidden() {
    let mut curves = curves(Kind::Smiles, 12, 1);
    for curve in &mut curves.viewers[..8] {
        curve[40] = None;
    }
    for curve in &mut curves.viewers[..7] {
        curve[41] = None;
    }
    let points = band(&curves);
    assert_eq!(points[40], None, "four viewers");
    assert_eq!(points[41].unwrap().viewers, 5);
    assert_eq!(points.iter().flatten().count(), SECONDS - 1);
    let few = Curves { viewers: curves.viewers[..4].to_vec(), ..curves };
    assert_eq!(band(&few), vec![None; SECONDS]);
}

#[test]
fn viewers_who_all_show_the_same_have_a_band_without_width() {
    let curves = Curves { seconds: 3, viewers: vec![vec![Some(0.25), Some(0.5), None]; 6] };
    let points = band(&curves);
    let point = points[1].unwrap();
    assert_eq!((point.mean, point.low, point.high), (0.5, 0.5, 0.5));
    assert_eq!(points[2], None);
    assert_eq!(band(&Curves::default()), []);
}

/// The same band, written anew with numpy from the description above, gives the same numbers.
#[test]
#[ignore = "needs numpy, in the Python that EMOTION_PYTHON names"]
fn needs_numpy_the_band_is_that_of_numpy() {
    let mut curves = curves(Kind::Smiles, 12, 5);
    for second in 20..60 {
        curves.viewers[second % 12][second] = None;
    }
    let draws: Vec<Vec<u32>> = (0..200)
        .map(|draw| {
            let mut random = ChaCha8Rng::seed_from_u64(draw);
            let mut times = vec![0; 12];
            for _ in 0..12 {
                times[random.random_range(0..12)] += 1;
            }
            times
        })
        .collect();
    let data = serde_json::json!({ "curves": curves.viewers, "draws": draws });
    let reference: Vec<[f64; 3]> =
        crate::study::simulation::numpy(include_str!("reference.py"), &data);
    let points = band_of_draws(&curves, &draws);
    assert_eq!(points.len(), reference.len());
    for (second, (point, reference)) in points.into_iter().zip(reference).enumerate() {
        let point = point.unwrap();
        for (found, expected) in [point.mean, point.low, point.high].into_iter().zip(reference) {
            assert!((found - expected).abs() < 1e-9, "second {second}: {found} {expected}");
        }
    }
}
