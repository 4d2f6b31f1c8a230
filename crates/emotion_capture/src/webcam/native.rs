//! Cameras of macOS and Windows, through nokhwa.

use std::time::Instant;

use nokhwa::pixel_format::{FormatDecoder, RgbFormat};
use nokhwa::utils::{
    ApiBackend, CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType,
    Resolution,
};
use nokhwa::{Buffer, NokhwaError};

use super::{CaptureError, Fault, WireFormat, distance_from_wish};

/// An open camera that streams.
pub(super) struct Camera {
    camera: nokhwa::Camera,
    format: CameraFormat,
}

impl Camera {
    /// Opens and starts a camera: 640x480 at 30 frames per second in MJPEG, else in YUYV, else in the nearest
    /// format. An error is what the system says of it.
    pub(super) fn start(index: u32) -> Result<Self, String> {
        start(index).map_err(|error| error.to_string())
    }

    pub(super) fn name(&self) -> String {
        self.camera.info().human_name()
    }

    pub(super) fn format(&self) -> WireFormat {
        wire_format(&self.format)
    }

    /// Waits for the next picture: RGB, and when it came. Blocks for as long as the driver does.
    pub(super) fn next_picture(&mut self) -> Result<(Vec<u8>, Instant), Fault> {
        let buffer = self.camera.frame().map_err(|error| Fault::Lost(error.to_string()))?;
        let arrival = Instant::now();
        let rgb =
            decode(&buffer, self.format).map_err(|error| Fault::Damaged(error.to_string()))?;
        Ok((rgb, arrival))
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        // Nokhwa's own drop unwraps the result of stopping. After this there is nothing to stop.
        if let Err(error) = self.camera.stop_stream() {
            tracing::warn!("a camera did not stop: {error}");
        }
    }
}

/// Asks for permission to use cameras, where the system requires it (macOS).
pub(super) fn ask_permission() -> Result<(), CaptureError> {
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

/// Numbers and names of the cameras.
pub(super) fn list() -> Result<Vec<(u32, String)>, String> {
    let listed = nokhwa::query(ApiBackend::Auto).map_err(|error| error.to_string())?;
    let cameras = listed.iter().filter_map(|camera| {
        Some((camera.index().as_index().ok()?, camera.human_name().trim().to_owned()))
    });
    Ok(cameras.collect())
}

/// The formats of a camera, one for each frame rate.
pub(super) fn formats(index: u32) -> Result<Vec<WireFormat>, String> {
    let formats = open_in_any_format(index)
        .and_then(|mut camera| camera.compatible_camera_formats())
        .map_err(|error| error.to_string())?;
    Ok(formats.iter().map(wire_format).collect())
}

fn start(index: u32) -> Result<Camera, NokhwaError> {
    let wanted = Resolution::new(640, 480);
    for encoding in [FrameFormat::MJPEG, FrameFormat::YUYV] {
        let exact = RequestedFormatType::Exact(CameraFormat::new(wanted, encoding, 30));
        if let Ok(started) = start_in(index, exact) {
            return Ok(started);
        }
    }
    let mut camera = open_in_any_format(index)?;
    let mut formats = camera.compatible_camera_formats()?;
    drop(camera);
    formats.sort_by_key(|format| distance_from_wish(&wire_format(format)));
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
    Ok(Camera { camera, format })
}

fn start_in(index: u32, request: RequestedFormatType) -> Result<Camera, NokhwaError> {
    let mut camera =
        nokhwa::Camera::new(CameraIndex::Index(index), RequestedFormat::new::<RgbFormat>(request))?;
    camera.open_stream()?;
    let format = camera.camera_format();
    Ok(Camera { camera, format })
}

/// Opens a camera without starting its stream, in any format that works.
fn open_in_any_format(index: u32) -> Result<nokhwa::Camera, NokhwaError> {
    let open = |request| {
        nokhwa::Camera::new(CameraIndex::Index(index), RequestedFormat::new::<RgbFormat>(request))
    };
    // Each request picks another format, and the call fails if the driver refuses that format.
    open(RequestedFormatType::None)
        .or_else(|_| open(RequestedFormatType::AbsoluteHighestFrameRate))
        .or_else(|_| open(RequestedFormatType::AbsoluteHighestResolution))
}

fn wire_format(format: &CameraFormat) -> WireFormat {
    let encoding = match format.format() {
        FrameFormat::MJPEG => "MJPEG",
        FrameFormat::YUYV => "YUYV",
        FrameFormat::NV12 => "NV12",
        FrameFormat::RAWRGB => "RGB",
        FrameFormat::RAWBGR => "BGR",
        FrameFormat::GRAY => "grey",
    };
    let (width, height) = (format.width(), format.height());
    WireFormat { encoding, width, height, frame_rate: format.frame_rate() }
}

/// Decodes a buffer to RGB. Drivers round buffer sizes up; the excess is ignored.
fn decode(buffer: &Buffer, format: CameraFormat) -> Result<Vec<u8>, NokhwaError> {
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
