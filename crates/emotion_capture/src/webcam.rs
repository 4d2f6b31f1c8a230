//! Webcams through nokhwa: negotiates one format and decodes every frame to RGB.
//!
//! Nokhwa's calls may block forever and, on broken hardware, panic. The supervisor handles
//! blocking; panics become errors here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use nokhwa::pixel_format::{FormatDecoder, RgbFormat};
use nokhwa::utils::{
    ApiBackend, CameraFormat as WireFormat, CameraIndex, FrameFormat, RequestedFormat,
    RequestedFormatType, Resolution,
};
use nokhwa::{Buffer, Camera, NokhwaError};

use super::{CameraFormat, CameraInfo, CaptureError, FrameSource, Pacing};
use emotion_core::Frame;

/// This many frames in a row may be damaged (USB loses packets) before the camera counts as lost.
const DAMAGED_FRAMES_ALLOWED: u32 = 30;

/// An open, streaming webcam.
pub(super) struct Webcam {
    // Dropped in this order: the camera is closed before it may be opened again.
    camera: Camera,
    hold: Hold,
    label: String,
    format: WireFormat,
    opened_at: Instant,
    sequence: u64,
    lost: bool,
}

impl Webcam {
    /// Opens a camera by its number and starts its stream.
    pub(super) fn open(index: u32) -> Result<Self, CaptureError> {
        allow_cameras()?;
        let hold = Hold::take(index)?;
        let (camera, format) = guarded(index, || start_camera(index))?.map_err(|error| {
            let listed = list().map_or(true, |cameras| cameras.iter().any(|(n, _)| *n == index));
            if listed { open_error(index, &error) } else { CaptureError::UnknownCamera { index } }
        })?;
        let name = camera.info().human_name();
        let label = format!(
            "camera {index} ({}) {}x{} {}",
            name.trim(),
            format.width(),
            format.height(),
            encoding(format.format()),
        );
        tracing::info!("opened {label} at {} frames per second", format.frame_rate());
        let opened_at = Instant::now();
        Ok(Self { camera, hold, label, format, opened_at, sequence: 0, lost: false })
    }

    /// Opens the first camera that opens and has a number above `last`.
    pub(super) fn open_first(last: Option<u32>) -> Result<Self, CaptureError> {
        allow_cameras()?;
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
            let buffer = match guarded(index, || self.camera.frame())? {
                Ok(buffer) => buffer,
                Err(error) => return Err(self.lost(driver_says(&error))),
            };
            let arrival = Instant::now();
            let (width, height) = (self.format.width(), self.format.height());
            let rgb = match guarded(index, || decode(&buffer, self.format)) {
                Ok(Ok(rgb)) => rgb,
                // The JPEG decoder reports damage by panicking.
                Ok(Err(_)) | Err(_) if damaged < DAMAGED_FRAMES_ALLOWED => {
                    damaged += 1;
                    continue;
                }
                Ok(Err(error)) => return Err(self.lost(driver_says(&error))),
                Err(error) => return Err(self.lost(error.to_string())),
            };
            let time = arrival - self.opened_at;
            let frame = match Frame::from_rgb(rgb, width, height, self.sequence, time) {
                Ok(frame) => frame.with_captured_at(arrival),
                Err(_) if damaged < DAMAGED_FRAMES_ALLOWED => {
                    damaged += 1;
                    continue;
                }
                Err(error) => {
                    self.lost = true;
                    return Err(CaptureError::Frame { label: self.label.clone(), error });
                }
            };
            self.sequence += 1;
            return Ok(Some(frame));
        }
    }

    fn frame_rate(&self) -> Option<f64> {
        Some(f64::from(self.format.frame_rate())).filter(|rate| *rate > 0.0)
    }
}

impl Drop for Webcam {
    fn drop(&mut self) {
        // Nokhwa's own drop unwraps the result of stopping. After this there is nothing to stop.
        match guarded(self.index(), || self.camera.stop_stream()) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("{} did not stop: {error}", self.label),
            Err(error) => tracing::warn!("{error}"),
        }
    }
}

/// The cameras with their formats: see [`super::cameras`].
pub(super) fn cameras() -> Result<Vec<CameraInfo>, CaptureError> {
    allow_cameras()?;
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
    let failed = |reason| CaptureError::NoCamera { reason };
    let listed = catch_unwind(|| nokhwa::query(ApiBackend::Auto))
        .map_err(|panic| failed(panic_message(panic.as_ref())))?
        .map_err(|error| failed(error.to_string()))?;
    let mut cameras: Vec<_> = listed
        .iter()
        .filter_map(|camera| {
            Some((camera.index().as_index().ok()?, camera.human_name().trim().to_owned()))
        })
        .collect();
    cameras.sort();
    cameras.dedup_by_key(|(index, _)| *index);
    #[cfg(target_os = "linux")]
    cameras.retain(|(index, _)| linux::may_be_camera(*index));
    Ok(cameras)
}

fn formats_of(index: u32) -> Result<Vec<CameraFormat>, CaptureError> {
    let hold = Hold::take(index)?;
    let mut formats = guarded(index, || {
        prepare(index);
        let mut camera = open_in_any_format(index)?;
        camera.compatible_camera_formats()
    })?
    .map_err(|error| open_error(index, &error))?;
    drop(hold);
    formats.sort_by_key(|format| {
        (rank(format.format()), format.width(), format.height(), u32::MAX - format.frame_rate())
    });
    formats.dedup();
    let mut grouped: Vec<CameraFormat> = Vec::new();
    for format in formats {
        let encoding = encoding(format.format()).to_owned();
        let (width, height) = (format.width(), format.height());
        match grouped.last_mut() {
            Some(last)
                if (&last.encoding, last.width, last.height) == (&encoding, width, height) =>
            {
                last.frame_rates.push(format.frame_rate());
            }
            _ => grouped.push(CameraFormat {
                encoding,
                width,
                height,
                frame_rates: vec![format.frame_rate()],
            }),
        }
    }
    Ok(grouped)
}

/// Opens and starts a camera: 640x480 at 30 frames per second in MJPEG, else in YUYV, else in the
/// nearest format.
fn start_camera(index: u32) -> Result<(Camera, WireFormat), NokhwaError> {
    prepare(index);
    let wanted = Resolution::new(640, 480);
    for encoding in [FrameFormat::MJPEG, FrameFormat::YUYV] {
        let exact = RequestedFormatType::Exact(WireFormat::new(wanted, encoding, 30));
        if let Ok(started) = start_in(index, exact) {
            return Ok(started);
        }
    }
    let mut camera = open_in_any_format(index)?;
    let mut formats = camera.compatible_camera_formats()?;
    drop(camera);
    formats.sort_by_key(distance_from_wish);
    formats.dedup();
    // Drivers refuse some of the formats that they list.
    for format in formats.iter().take(8) {
        if let Ok(started) = start_in(index, RequestedFormatType::Exact(*format)) {
            return Ok(started);
        }
    }
    camera = open_in_any_format(index)?;
    camera.open_stream()?;
    let format = camera.camera_format();
    Ok((camera, format))
}

/// Puts the camera into a state that nokhwa can open. If that fails, opening reports why.
fn prepare(index: u32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = linux::leave_unknown_format(index) {
        tracing::debug!("camera {index}: {error}");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = index;
}

fn start_in(index: u32, request: RequestedFormatType) -> Result<(Camera, WireFormat), NokhwaError> {
    let mut camera =
        Camera::new(CameraIndex::Index(index), RequestedFormat::new::<RgbFormat>(request))?;
    camera.open_stream()?;
    let format = camera.camera_format();
    Ok((camera, format))
}

/// Opens a camera without starting its stream, in any format that works.
fn open_in_any_format(index: u32) -> Result<Camera, NokhwaError> {
    let open = |request| {
        Camera::new(CameraIndex::Index(index), RequestedFormat::new::<RgbFormat>(request))
    };
    // Each request picks another format, and the call fails if the driver refuses that format.
    open(RequestedFormatType::None)
        .or_else(|_| open(RequestedFormatType::AbsoluteHighestFrameRate))
        .or_else(|_| open(RequestedFormatType::AbsoluteHighestResolution))
}

/// Sort key: how far a format is from 640x480 at 30 frames per second in a cheap encoding.
fn distance_from_wish(format: &WireFormat) -> (bool, u32, u32, u32) {
    let pixels = format.width() * format.height();
    (
        format.frame_rate() < 15,
        pixels.abs_diff(640 * 480),
        rank(format.format()),
        format.frame_rate().abs_diff(30),
    )
}

/// Sort key: cheapest and best tested encodings first.
fn rank(encoding: FrameFormat) -> u32 {
    match encoding {
        FrameFormat::MJPEG => 0,
        FrameFormat::YUYV => 1,
        FrameFormat::NV12 => 2,
        FrameFormat::RAWRGB => 3,
        FrameFormat::RAWBGR => 4,
        FrameFormat::GRAY => 5,
    }
}

fn encoding(format: FrameFormat) -> &'static str {
    match format {
        FrameFormat::MJPEG => "MJPEG",
        FrameFormat::YUYV => "YUYV",
        FrameFormat::NV12 => "NV12",
        FrameFormat::RAWRGB => "RGB",
        FrameFormat::RAWBGR => "BGR",
        FrameFormat::GRAY => "grey",
    }
}

/// Decodes a buffer to RGB. Drivers round buffer sizes up; the excess is ignored.
fn decode(buffer: &Buffer, format: WireFormat) -> Result<Vec<u8>, NokhwaError> {
    let pixels = format.width() as usize * format.height() as usize;
    let bytes = match format.format() {
        FrameFormat::MJPEG => buffer.buffer().len(),
        FrameFormat::YUYV => pixels * 2,
        FrameFormat::NV12 => pixels * 3 / 2,
        FrameFormat::RAWRGB | FrameFormat::RAWBGR => pixels * 3,
        FrameFormat::GRAY => pixels,
    };
    let data = buffer.buffer();
    RgbFormat::write_output(format.format(), format.resolution(), &data[..bytes.min(data.len())])
}

/// Runs a call into nokhwa and turns a panic into an error.
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

/// Converts nokhwa's errors, which are plain text, and recognises those that the user can fix.
fn open_error(index: u32, error: &NokhwaError) -> CaptureError {
    let reason = driver_says(error);
    if reason.contains("os error 16") || reason.contains("busy") {
        return CaptureError::CameraBusy { index, reason: "another program uses it".to_owned() };
    }
    if reason.contains("os error 13") {
        let reason = "access denied; on Linux add yourself to the group `video`".to_owned();
        return CaptureError::CameraUnusable { index, reason };
    }
    CaptureError::CameraUnusable { index, reason }
}

fn driver_says(error: &NokhwaError) -> String {
    error.to_string()
}

/// Asks for permission to use cameras, where the system requires it (macOS).
fn allow_cameras() -> Result<(), CaptureError> {
    if nokhwa::nokhwa_check() {
        return Ok(());
    }
    let (answer, answered) = crossbeam_channel::bounded(1);
    nokhwa::nokhwa_initialize(move |granted| {
        // Only the first answer counts.
        let _ = answer.try_send(granted);
    });
    match answered.recv() {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(CaptureError::NoCamera {
            reason: "this program has no permission to use one; allow it in the system's settings"
                .to_owned(),
        }),
    }
}

/// Exclusive use of a camera within this program. A reader that hangs keeps it, so that the camera
/// is not opened a second time in parallel, which drivers and nokhwa do not handle well.
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

#[cfg(test)]
#[cfg(feature = "pictures")]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    const SIZE: Resolution = Resolution { width_x: 64, height_y: 32 };

    fn orange_jpeg() -> Vec<u8> {
        let picture = RgbImage::from_pixel(64, 32, Rgb([230, 120, 30]));
        let mut jpeg = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut jpeg, ImageFormat::Jpeg).expect("an encoder");
        jpeg.into_inner()
    }

    fn decode_as(encoding: FrameFormat, data: &[u8]) -> Option<Vec<u8>> {
        let format = WireFormat::new(SIZE, encoding, 30);
        guarded(0, || decode(&Buffer::new(SIZE, data, encoding), format)).ok()?.ok()
    }

    #[test]
    fn jpeg_frames_come_out_as_rgb() {
        let mut data = orange_jpeg();
        // Drivers hand over the whole buffer, with data of earlier frames at its end.
        data.extend([0xAB; 500]);
        let rgb = decode_as(FrameFormat::MJPEG, &data).expect("a picture");
        assert_eq!(rgb.len(), 64 * 32 * 3);
        let near = |value: u8, wanted: u8| value.abs_diff(wanted) < 8;
        assert!(near(rgb[0], 230) && near(rgb[1], 120) && near(rgb[2], 30), "{:?}", &rgb[..3]);
    }

    #[test]
    fn damaged_jpeg_frames_are_no_panic() {
        let jpeg = orange_jpeg();
        for length in [0, 1, 2, 20, jpeg.len() / 2, jpeg.len() - 2] {
            // Some decode with the rest in grey, which is fine; none may unwind out of here.
            let _ = decode_as(FrameFormat::MJPEG, &jpeg[..length]);
        }
        assert!(decode_as(FrameFormat::MJPEG, &[7; 1000]).is_none());
    }

    #[test]
    fn padded_buffers_give_whole_pictures_and_short_ones_none() {
        let pixels = 64 * 32;
        let padded = vec![128; pixels * 2 + 4096];
        assert_eq!(decode_as(FrameFormat::YUYV, &padded).map(|rgb| rgb.len()), Some(pixels * 3));
        let padded = vec![128; pixels * 3 / 2 + 100];
        assert_eq!(decode_as(FrameFormat::NV12, &padded).map(|rgb| rgb.len()), Some(pixels * 3));
        assert!(decode_as(FrameFormat::NV12, &padded[..pixels]).is_none());
        // Red, green, blue from blue, green, red.
        let rgb = decode_as(FrameFormat::RAWBGR, &[1, 2, 3].repeat(pixels)).expect("a picture");
        assert_eq!(rgb[..3], [3, 2, 1]);
    }
}

/// What nokhwa does not do on Linux.
#[cfg(target_os = "linux")]
mod linux {
    use std::io;

    use v4l::capability::Flags;
    use v4l::video::Capture;
    use v4l::video::capture::Parameters;
    use v4l::{Device, Format, FourCC};

    /// Whether a video node may be a camera: most webcams have a second node for metadata, and
    /// some nodes are outputs or codecs. Nodes that cannot be queried stay in: opening them
    /// reports why.
    pub(super) fn may_be_camera(index: u32) -> bool {
        Device::new(index as usize)
            .and_then(|device| device.query_caps())
            .map_or(true, |caps| caps.capabilities.contains(Flags::VIDEO_CAPTURE))
    }

    /// Resets a format or frame rate that another program left set and that nokhwa does not know:
    /// nokhwa reads the current ones first and fails on unknown ones.
    pub(super) fn leave_unknown_format(index: u32) -> io::Result<()> {
        const KNOWN: [&[u8; 4]; 5] = [b"MJPG", b"YUYV", b"NV12", b"RGB3", b"BGR3"];
        let device = Device::new(index as usize)?;
        if !KNOWN.contains(&&device.format()?.fourcc.repr) {
            for code in KNOWN {
                let set = device.set_format(&Format::new(640, 480, FourCC::new(code)))?;
                if set.fourcc.repr == *code {
                    break;
                }
            }
        }
        for rate in [30, 25, 15, 10] {
            if device.params()?.interval.numerator == 1 {
                break;
            }
            device.set_params(&Parameters::with_fps(rate))?;
        }
        Ok(())
    }
}
