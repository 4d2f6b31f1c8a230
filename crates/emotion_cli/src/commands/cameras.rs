//! `emotion cameras`: lists the cameras and their formats.

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use emotion_capture::{CameraInfo, cameras};

/// Lists the cameras with their formats
///
/// The number is what `--source camera:N` takes.
#[derive(Args)]
pub struct CamerasArgs {}

/// Prints the table. Having no camera is not an error: the message says what to do.
pub fn run(_args: &CamerasArgs) -> anyhow::Result<()> {
    let cameras = cameras().context("the cameras cannot be listed")?;
    let text = if cameras.is_empty() { NO_CAMERA.to_owned() } else { table(&cameras) };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

const NO_CAMERA: &str = "\
No camera found. Plug one in. On Linux, check that /dev/video* exists and that you are in the group
`video`. Everything also works without one: --source puppet draws a face, and --source takes films,
pictures and streams.
";

/// One row for each camera, encoding and size.
fn table(cameras: &[CameraInfo]) -> String {
    let mut rows =
        vec![["source", "name", "format", "size", "frames per second"].map(str::to_owned)];
    for camera in cameras {
        let mut first = [format!("camera:{}", camera.index), camera.name.clone()];
        if let Some(problem) = &camera.problem {
            let [source, name] = first;
            rows.push([source, name, "-".to_owned(), "-".to_owned(), problem.clone()]);
            continue;
        }
        for format in &camera.formats {
            let [source, name] = std::mem::take(&mut first);
            let rates: Vec<_> = format.frame_rates.iter().map(u32::to_string).collect();
            rows.push([
                source,
                name,
                format.encoding.clone(),
                format!("{}x{}", format.width, format.height),
                rates.join(" "),
            ]);
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            text += &format!("{cell:width$}  ");
        }
        text += &row[4];
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use emotion_capture::CameraFormat;

    use super::*;

    #[test]
    fn columns_line_up_and_problems_are_told() {
        let format = |encoding: &str, width, height, frame_rates: &[u32]| CameraFormat {
            encoding: encoding.to_owned(),
            width,
            height,
            frame_rates: frame_rates.to_vec(),
        };
        let cameras = [
            CameraInfo {
                index: 0,
                name: "Integrated Camera".to_owned(),
                formats: vec![
                    format("MJPEG", 640, 480, &[30, 15]),
                    format("YUYV", 1280, 720, &[10]),
                ],
                problem: None,
            },
            CameraInfo {
                index: 12,
                name: "Other".to_owned(),
                formats: Vec::new(),
                problem: Some("camera 12 is busy".to_owned()),
            },
        ];
        let expected = "\
source     name               format  size      frames per second
camera:0   Integrated Camera  MJPEG   640x480   30 15
                              YUYV    1280x720  10
camera:12  Other              -       -         camera 12 is busy
";
        assert_eq!(table(&cameras), expected);
    }
}
