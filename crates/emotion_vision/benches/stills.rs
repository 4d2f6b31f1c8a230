//! What finding the faces of single pictures costs, and which faces are found.
//!
//! `cargo bench --bench stills` takes drawn photos, of which it knows the faces; with `-- [--rows FILE]
//! FOLDER...` the pictures of these folders instead. A picture's time is the fastest of three, on one
//! thread. `--rows` writes the boxes of the folders' pictures as CSV.

#![expect(clippy::print_stdout, reason = "a bench prints its result")]
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use emotion_core::{Frame, FrameRect};
use emotion_vision::detect::{Detection, FaceDetector, HaarDetector};

#[path = "../tests/pictures/mod.rs"]
mod pictures;

use pictures::{Head, Picture};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How often each picture is searched; the fastest counts.
const RUNS: usize = 3;
/// A face counts as found where the boxes overlap by this much (intersection over union).
const FOUND: f32 = 0.35;

fn main() -> Outcome<()> {
    let mut arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let mut rows = None;
    if let Some(at) = arguments.iter().position(|argument| argument == "--rows") {
        arguments.remove(at);
        rows = (at < arguments.len()).then(|| PathBuf::from(arguments.remove(at)));
    }
    let mut detector = HaarDetector::from_system(None)?;
    println!(
        "{:<34}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}{:>11}",
        "one thread",
        "pictures",
        "median",
        "mean",
        "p95 ms",
        "faces",
        "found",
        "false",
        "with faces"
    );
    if arguments.is_empty() {
        measure_drawn(&mut detector)?;
    }
    let mut table = String::from("file,x,y,side,roll_deg,confidence\n");
    for folder in arguments.iter().map(Path::new) {
        measure_folder(&mut detector, folder, &mut table)?;
    }
    if let Some(path) = rows {
        std::fs::write(path, table)?;
    }
    Ok(())
}

fn measure_drawn(detector: &mut HaarDetector) -> Outcome<()> {
    let upright: Vec<Head> = (0..5).flat_map(|seed| Head::four(seed, 0.12)).collect();
    let leaning: Vec<Head> = (0..5).flat_map(|seed| Head::four(seed, 0.6)).collect();
    let sides = |index: u64| [50.0, 64.0, 90.0, 130.0, 180.0, 240.0][index as usize % 6];
    let photos =
        (0..30).map(|index| Picture::photo(640, 480, sides(index), &upright, index)).collect();
    measure(detector, "one face, 640x480", photos, None)?;
    let photos = (0..30)
        .map(|index| Picture::photo(640, 480, sides(index).max(90.0), &leaning, index))
        .collect();
    measure(detector, "one leaning face, 640x480", photos, None)?;
    let photos = (0..20)
        .map(|index| {
            let reach = [0.95, 1.05, 1.2, 1.4][index as usize % 4];
            Picture::tight(350, reach, &upright[index as usize % upright.len()], index)
        })
        .collect();
    measure(detector, "filled by a face, 350x350", photos, None)?;
    let photos = (0..8).map(|index| Picture::group(4, 2, &upright[index..], index as u64));
    measure(detector, "4 faces, 640x480", photos.collect(), None)?;
    let photos = (0..4).map(|index| Picture::group(20, 5, &upright[index..], index as u64));
    measure(detector, "20 faces, 640x480", photos.collect(), None)?;
    let photos = (0..4).map(|index| Picture::group(30, 6, &upright[index..], index as u64));
    measure(detector, "30 faces, 640x480", photos.collect(), None)?;
    let photos = (0..10).map(|index| Picture::photo(640, 480, 26.0, &upright, index)).collect();
    measure(detector, "one face of 26 pixels, asked for", photos, Some(24.0))?;
    let photos = (0..40).map(|index| Picture::textured(640, 480, index)).collect();
    measure(detector, "no face, 640x480", photos, None)
}

fn measure(
    detector: &mut HaarDetector,
    name: &str,
    pictures: Vec<Picture>,
    smallest: Option<f32>,
) -> Outcome<()> {
    let mut sums = Sums::default();
    for picture in &pictures {
        let found = sums.search(detector, &picture.frame(), smallest)?;
        let near = |face: &FrameRect, found: &Detection| face.iou(&found.bbox_in_frame) >= FOUND;
        let of_found = |face: &&FrameRect| found.iter().any(|found| near(face, found));
        sums.faces += picture.faces.len();
        sums.found += picture.faces.iter().filter(of_found).count();
        sums.wrong += found
            .iter()
            .filter(|found| !picture.faces.iter().any(|face| near(face, found)))
            .count();
    }
    sums.print(name, true);
    Ok(())
}

fn measure_folder(detector: &mut HaarDetector, folder: &Path, table: &mut String) -> Outcome<()> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut sums = Sums::default();
    for file in files {
        let picture = match image::open(&file) {
            Ok(picture) => picture.into_rgb8(),
            Err(error) => {
                println!("left out {}: {error}", file.display());
                continue;
            }
        };
        let (width, height) = picture.dimensions();
        let frame = Frame::from_rgb(picture.into_raw(), width, height, 0, Duration::ZERO)?;
        for face in sums.search(detector, &frame, None)? {
            let (x, y) = face.bbox_in_frame.center();
            writeln!(
                table,
                "{},{x:.1},{y:.1},{:.1},{:.1},{:.2}",
                file.display(),
                face.bbox_in_frame.width,
                face.roll.to_degrees(),
                face.confidence
            )?;
        }
    }
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    sums.print(&name.unwrap_or_default(), false);
    Ok(())
}

/// What came out over all pictures of a kind.
#[derive(Default)]
struct Sums {
    times: Vec<Duration>,
    faces: usize,
    found: usize,
    wrong: usize,
    with_faces: usize,
}

impl Sums {
    fn search(
        &mut self,
        detector: &mut HaarDetector,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Outcome<Vec<Detection>> {
        let (mut found, mut fastest) = (Vec::new(), Duration::MAX);
        for _ in 0..RUNS {
            let start = Instant::now();
            found = detector.detect_still(frame, smallest)?;
            fastest = fastest.min(start.elapsed());
        }
        self.times.push(fastest);
        self.with_faces += usize::from(!found.is_empty());
        Ok(found)
    }

    /// `found` and `wrong` are known where the faces are.
    fn print(&mut self, name: &str, is_known: bool) {
        self.times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let count = self.times.len();
        let at = |part: usize| self.times.get(count * part / 100).copied().map_or(0.0, ms);
        let mean = ms(self.times.iter().sum()) / count.max(1) as f64;
        print!("{name:<34}{count:>9}{:>9.1}{mean:>9.1}{:>9.1}", at(50), at(95));
        if is_known {
            print!("{:>9}{:>9}{:>8}", self.faces, self.found, self.wrong);
        } else {
            print!("{:>9}{:>9}{:>8}", "", "", "");
        }
        println!("{:>11}", self.with_faces);
    }
}
