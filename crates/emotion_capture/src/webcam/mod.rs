//! Webcams: one format is agreed on with the driver, and every frame is decoded to RGB.
//!
//! Calls into a driver may block forever, which the supervisor handles, and panic on broken hardware, which becomes
//! an error here.

#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod pixels;
#[cfg(target_os = "linux")]
mod v4l2;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use emotion_core::Frame;
#[cfg(not(target_os = "linux"))]
use native as driver;
#[cfg(target_os = "linux")]
use v4l2 as driver;

use super::{CameraFormat, CameraInfo, CaptureError, FrameSource, Pacing};

/// This many frames in a row may be damaged (USB loses packets) before the camera counts as lost.
const DAMAGED_FRAMES_ALLOWED: u32 = 30;

/// An open, streaming webcam.
pub(super) struct Webcam {
    // Dropped in this order: the camera is closed before it may be opened again.
    camera: driver::Camera,
    hold: Hold,
    label: String,
    opened_at: Instant,
    sequence: u64,
    lost: bool,
}

/// What a driver agreed to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WireFormat {
    /// How pixels are encoded: `MJPEG`, `YUYV`, …
    encoding: &'static str,
    width: u32,
    height: u32,
    /// Frames per second; 0 where the driver does not tell.
    frame_rate: u32,
}

/// Why there is no next frame.
#[derive(Debug)]
enum Fault {
    /// This frame cannot be decoded; the next one may.
    Damaged(String),
    /// There will be no more frames.
    Lost(String),
}

impl Webcam {
    /// Opens a camera by its number and starts its stream.
    pub(super) fn open(index: u32) -> Result<Self, CaptureError> {
        driver::ask_permission()?;
        let hold = Hold::take(index)?;
        let camera = guarded(index, || driver::Camera::start(index))?.map_err(|reason| {
            let listed = list().map_or(true, |cameras| cameras.iter().any(|(n, _)| *n == index));
            if listed { open_error(index, reason) } else { CaptureError::UnknownCamera { index } }
        })?;
        let WireFormat { encoding, width, height, frame_rate } = camera.format();
        let label =
            format!("camera {index} ({}) {width}x{height} {encoding}", camera.name().trim());
        tracing::info!("opened {label} at {frame_rate} frames per second");
        Ok(Self { camera, hold, label, opened_at: Instant::now(), sequence: 0, lost: false })
    }

    /// Opens the first camera that opens and has a number above `last`.
    pub(super) fn open_first(last: Option<u32>) -> Result<Self, CaptureError> {
        driver::ask_permission()?;
        let mut reason = None;
        for (index, _) in list()? {
            if last.is_some_and(|last| index <= last) {
                continue;
            }
            match Self::open(index) {
                Ok(webcam) => return Ok(webcam),
                Err(error) => {
                    tracing::info!("{error}");
                    let busy = matches!(error, CaptureError::CameraBusy { .. });
                    let state = if busy { "is busy" } else { "does not open" };
                    // If several fail, report the first: users most likely mean that one.
                    reason = reason.or(Some(format!("camera {index} {state}")));
                }
            }
        }
        let reason = reason.unwrap_or_else(|| "none is connected".to_owned());
        Err(CaptureError::NoCamera { reason })
    }

    /// Its number.
    pub(super) fn index(&self) -> u32 {
        self.hold.0
    }

    fn lost(&mut self, reason: String) -> CaptureError {
        self.lost = true;
        CaptureError::CameraLost { index: self.index(), reason }
    }
}

impl FrameSource for Webcam {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn pacing(&self) -> Pacing {
        Pacing::Live
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError> {
        if self.lost {
            return Ok(None);
        }
        let mut damaged = 0;
        loop {
            let index = self.index();
            let read = guarded(index, || self.camera.next_picture());
            // Decoders report some kinds of damage by panicking.
            let read = read.unwrap_or_else(|error| Err(Fault::Damaged(error.to_string())));
            let reason = match read {
                Ok((rgb, arrival)) => {
                    let WireFormat { width, height, .. } = self.camera.format();
                    let time = arrival - self.opened_at;
                    match Frame::from_rgb(rgb, width, height, self.sequence, time) {
                        Ok(frame) => {
                            self.sequence += 1;
                            return Ok(Some(frame.with_captured_at(arrival)));
                        }
                        Err(error) => error.to_string(),
                    }
                }
                Err(Fault::Damaged(reason)) => reason,
                Err(Fault::Lost(reason)) => return Err(self.lost(reason)),
            };
            if damaged == DAMAGED_FRAMES_ALLOWED {
                return Err(self.lost(reason));
            }
            damaged += 1;
        }
    }

    fn frame_rate(&self) -> Option<f64> {
        Some(f64::from(self.camera.format().frame_rate)).filter(|rate| *rate > 0.0)
    }
}

/// The cameras with their formats: see [`super::cameras`].
pub(super) fn cameras() -> Result<Vec<CameraInfo>, CaptureError> {
    driver::ask_permission()?;
    let cameras = list()?.into_iter().map(|(index, name)| {
        let (formats, problem) = match formats_of(index) {
            Ok(formats) => (formats, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        CameraInfo { index, name, formats, problem }
    });
    Ok(cameras.collect())
}

/// Numbers and names of the system's cameras, sorted by number.
fn list() -> Result<Vec<(u32, String)>, CaptureError> {
    let mut cameras = catch_unwind(driver::list)
        .unwrap_or_else(|panic| Err(panic_message(panic.as_ref())))
        .map_err(|reason| CaptureError::NoCamera { reason })?;
    cameras.sort();
    cameras.dedup_by_key(|(index, _)| *index);
    Ok(cameras)
}

fn formats_of(index: u32) -> Result<Vec<CameraFormat>, CaptureError> {
    let hold = Hold::take(index)?;
    let mut formats =
        guarded(index, || driver::formats(index))?.map_err(|reason| open_error(index, reason))?;
    drop(hold);
    formats.sort_by_key(|format| {
        (rank(format.encoding), format.width, format.height, u32::MAX - format.frame_rate)
    });
    formats.dedup();
    let mut grouped: Vec<CameraFormat> = Vec::new();
    for WireFormat { encoding, width, height, frame_rate } in formats {
        match grouped.last_mut() {
            Some(last)
                if (last.encoding.as_str(), last.width, last.height)
                    == (encoding, width, height) =>
            {
                last.frame_rates.push(frame_rate);
            }
            _ => grouped.push(CameraFormat {
                encoding: encoding.to_owned(),
                width,
                height,
                frame_rates: vec![frame_rate],
            }),
        }
    }
    Ok(grouped)
}

/// Sort key: how far a format is from 640x480 at 30 frames per second in a cheap encoding.
fn distance_from_wish(format: &WireFormat) -> (bool, u32, usize, u32) {
    let pixels = format.width.saturating_mul(format.height);
    (
        format.frame_rate < 15,
        pixels.abs_diff(640 * 480),
        rank(format.encoding),
        format.frame_rate.abs_diff(30),
    )
}

/// Sort key: cheapest and best tested encodings first.
fn rank(encoding: &str) -> usize {
    const ENCODINGS: [&str; 6] = ["MJPEG", "YUYV", "NV12", "RGB", "BGR", "grey"];
    ENCODINGS.iter().position(|known| *known == encoding).unwrap_or(ENCODINGS.len())
}

/// Runs a call into a driver and turns a panic into an error.
fn guarded<T>(index: u32, call: impl FnOnce() -> T) -> Result<T, CaptureError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| CaptureError::Crashed {
        label: format!("camera {index}"),
        reason: panic_message(panic.as_ref()),
    })
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

/// Recognises those of the drivers' messages that the user can do something about.
fn open_error(index: u32, reason: String) -> CaptureError {
    if reason.contains("os error 16") || reason.contains("busy") {
        return CaptureError::CameraBusy { index, reason: "another program uses it".to_owned() };
    }
    if reason.contains("os error 13") {
        let reason = "access denied; on Linux add yourself to the group `video`".to_owned();
        return CaptureError::CameraUnusable { index, reason };
    }
    CaptureError::CameraUnusable { index, reason }
}

/// Exclusive use of a camera within this program. A reader that hangs keeps it, so that the camera
/// is not opened a second time in parallel, which drivers do not handle well.
struct Hold(u32);

static HELD: Mutex<Vec<u32>> = Mutex::new(Vec::new());

impl Hold {
    fn take(index: u32) -> Result<Self, CaptureError> {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if held.contains(&index) {
            let reason = "this program is already reading it".to_owned();
            return Err(CaptureError::CameraBusy { index, reason });
        }
        held.push(index);
        Ok(Self(index))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|index| *index != self.0);
    }
}
