//! Cameras of Linux, through the kernel's Video4Linux2.

use std::fs;
use std::io;
use std::time::Instant;

use linuxvideo::format::{FrameIntervals, FrameSizes, PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, CapabilityFlags, Device, Fract};

use super::pixels::{Encoding, Layout, decode};
use super::{CaptureError, Fault, WireFormat, distance_from_wish};

/// An open camera that streams.
pub(super) struct Camera {
    stream: ReadStream,
    name: String,
    format: WireFormat,
    layout: Layout,
}

impl Camera {
    /// Opens and starts a camera: 640x480 at 30 frames per second in MJPEG, else in YUYV, else in the nearest
    /// format. An error is what the system says of it.
    pub(super) fn start(index: u32) -> Result<Self, String> {
        let wish = |encoding| WireFormat { encoding, width: 640, height: 480, frame_rate: 30 };
        let mut refusal = None;
        for encoding in [Encoding::Jpeg, Encoding::Yuyv] {
            match Self::start_in(index, wish(encoding.name())) {
                Ok(Some(camera)) => return Ok(camera),
                Ok(None) => {}
                Err(error) => refusal = Some(error),
            }
        }
        let mut listed = formats(index)?;
        listed.sort_by_key(distance_from_wish);
        listed.dedup();
        // Drivers refuse some of the formats that they list.
        for format in listed.into_iter().take(8) {
            match Self::start_in(index, format) {
                Ok(Some(camera)) => return Ok(camera),
                Ok(None) => {}
                Err(error) => refusal = Some(error),
            }
        }
        let none =
            || "it offers no format that can be decoded (MJPEG, YUYV, NV12, RGB, grey)".to_owned();
        Err(refusal.map_or_else(none, |error| error.to_string()))
    }

    /// Starts it in exactly this encoding and size; `None` where the driver answers with another one.
    fn start_in(index: u32, wanted: WireFormat) -> io::Result<Option<Self>> {
        let Some(encoding) = Encoding::from_name(wanted.encoding) else { return Ok(None) };
        let device = Device::open(path(index))?;
        let name = name(index, &device)?;
        let asked = PixFormat::new(wanted.width, wanted.height, fourcc(encoding));
        let device = device.video_capture(asked)?;
        let given = device.format();
        let (width, height) = (given.width(), given.height());
        if encoding_of(given.pixel_format()) != Some(encoding)
            || (width, height) != (wanted.width, wanted.height)
        {
            return Ok(None);
        }
        let layout =
            Layout { encoding, width, height, bytes_per_line: given.bytes_per_line() as usize };
        // Not every driver has a rate to set.
        let interval = device.set_frame_interval(Fract::new(1, wanted.frame_rate.max(1)));
        let frame_rate = interval.ok().and_then(|interval| whole_rate(&interval)).unwrap_or(0);
        let stream = device.into_stream()?;
        let format = WireFormat { encoding: encoding.name(), width, height, frame_rate };
        Ok(Some(Self { stream, name, format, layout }))
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    pub(super) fn format(&self) -> WireFormat {
        self.format
    }

    /// Waits for the next picture: RGB, and when it came. Blocks for as long as the driver does.
    pub(super) fn next_picture(&mut self) -> Result<(Vec<u8>, Instant), Fault> {
        let layout = self.layout;
        let read = self.stream.dequeue(|buffer| {
            let arrival = Instant::now();
            if buffer.is_error() {
                return Ok(Err("the driver marked it as damaged".to_owned()));
            }
            Ok(decode(&buffer, layout).map(|rgb| (rgb, arrival)))
        });
        match read {
            Ok(decoded) => decoded.map_err(Fault::Damaged),
            Err(error) => Err(Fault::Lost(error.to_string())),
        }
    }
}

/// Nothing to ask for: who may open the device file may use the camera.
#[expect(clippy::unnecessary_wraps, reason = "other systems ask, and may be refused")]
pub(super) fn ask_permission() -> Result<(), CaptureError> {
    Ok(())
}

/// Numbers and names of the cameras. A device that cannot be asked stays in: opening it says why.
pub(super) fn list() -> Result<Vec<(u32, String)>, String> {
    let folder = fs::read_dir("/dev").map_err(|error| format!("/dev: {error}"))?;
    let numbers = folder.filter_map(|entry| {
        entry.ok()?.file_name().to_str()?.strip_prefix("video")?.parse::<u32>().ok()
    });
    let cameras = numbers.filter_map(|index| {
        let camera = Device::open(path(index)).and_then(|device| {
            let can = device.capabilities()?.device_capabilities();
            // Most webcams have a second device for metadata, and some devices are outputs or codecs.
            let captures = can.contains(CapabilityFlags::VIDEO_CAPTURE);
            captures.then(|| name(index, &device)).transpose()
        });
        match camera {
            Ok(name) => name.map(|name| (index, name)),
            Err(_) => Some((index, path(index))),
        }
    });
    Ok(cameras.collect())
}

/// What the kernel calls a camera, which is most exact, else what its driver does.
fn name(index: u32, device: &Device) -> io::Result<String> {
    match fs::read_to_string(format!("/sys/class/video4linux/video{index}/name")) {
        Ok(name) => Ok(name.trim().to_owned()),
        Err(_) => Ok(device.capabilities()?.card().trim().to_owned()),
    }
}

/// The formats of a camera that can be decoded, one for each frame rate.
pub(super) fn formats(index: u32) -> Result<Vec<WireFormat>, String> {
    read_formats(index).map_err(|error| error.to_string())
}

fn read_formats(index: u32) -> io::Result<Vec<WireFormat>> {
    let device = Device::open(path(index))?;
    let mut formats = Vec::new();
    for listed in device.formats(BufType::VIDEO_CAPTURE) {
        let code = listed?.pixel_format();
        let Some(encoding) = encoding_of(code) else { continue };
        for (width, height) in sizes(&device, code) {
            for frame_rate in frame_rates(&device, code, width, height) {
                let encoding = encoding.name();
                formats.push(WireFormat { encoding, width, height, frame_rate });
            }
        }
    }
    Ok(formats)
}

/// The sizes of an encoding. Of ranges those that are usual; 640x480 where the driver lists none.
fn sizes(device: &Device, code: PixelFormat) -> Vec<(u32, u32)> {
    const USUAL: [(u32, u32); 5] = [(320, 240), (640, 480), (800, 600), (1280, 720), (1920, 1080)];
    match device.frame_sizes(code) {
        Ok(FrameSizes::Discrete(sizes)) => {
            sizes.iter().map(|size| (size.width(), size.height())).collect()
        }
        Ok(FrameSizes::Stepwise(range) | FrameSizes::Continuous(range)) => {
            let fits = |(width, height): &(u32, u32)| {
                (range.min_width()..=range.max_width()).contains(width)
                    && (range.min_height()..=range.max_height()).contains(height)
            };
            USUAL.into_iter().filter(fits).collect()
        }
        Err(_) => vec![(640, 480)],
    }
}

/// Whole frames per second of a format. Of ranges those that are usual; 30 where the driver lists none.
fn frame_rates(device: &Device, code: PixelFormat, width: u32, height: u32) -> Vec<u32> {
    const USUAL: [u32; 6] = [60, 30, 25, 15, 10, 5];
    match device.frame_intervals(code, width, height) {
        Ok(FrameIntervals::Discrete(intervals)) => {
            intervals.iter().filter_map(|interval| whole_rate(interval.fract())).collect()
        }
        Ok(FrameIntervals::Stepwise(range) | FrameIntervals::Continuous(range)) => {
            let (longest, shortest) = (range.max().as_f32(), range.min().as_f32());
            let fits = |rate: &u32| (shortest..=longest).contains(&(1.0 / *rate as f32));
            USUAL.into_iter().filter(fits).collect()
        }
        Err(_) => vec![30],
    }
}

/// Frames per second where that is nearly a whole number (30000/1001 is 30), else nothing.
fn whole_rate(interval: &Fract) -> Option<u32> {
    let rate = f64::from(interval.denominator()) / f64::from(interval.numerator().max(1));
    ((rate - rate.round()).abs() <= rate * 0.01).then_some(rate.round() as u32)
}

fn path(index: u32) -> String {
    format!("/dev/video{index}")
}

fn fourcc(encoding: Encoding) -> PixelFormat {
    PixelFormat::from_fourcc(match encoding {
        Encoding::Jpeg => *b"MJPG",
        Encoding::Yuyv => *b"YUYV",
        Encoding::Nv12 => *b"NV12",
        Encoding::Rgb => *b"RGB3",
        Encoding::Bgr => *b"BGR3",
        Encoding::Grey => *b"GREY",
    })
}

fn encoding_of(code: PixelFormat) -> Option<Encoding> {
    Encoding::ALL.into_iter().find(|encoding| fourcc(*encoding) == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_whole_or_nearly_so() {
        let rate = |numerator, denominator| whole_rate(&Fract::new(numerator, denominator));
        assert_eq!(rate(1, 30), Some(30));
        assert_eq!(rate(1001, 30000), Some(30));
        assert_eq!(rate(2, 25), None, "12.5");
        assert_eq!(rate(0, 25), Some(25), "a driver that does not know");
    }

    #[test]
    fn each_encoding_has_one_code() {
        for encoding in Encoding::ALL {
            assert_eq!(encoding_of(fourcc(encoding)), Some(encoding));
        }
        assert_eq!(encoding_of(PixelFormat::from_fourcc(*b"H264")), None);
    }
}
