//! An encoder and the file that it writes.

use std::path::Path;
use std::time::Duration;

use ffmpeg_next::format::Pixel;
use ffmpeg_next::format::context::Output;
use ffmpeg_next::software::scaling::{Context, Flags};
use ffmpeg_next::util::error::EAGAIN;
use ffmpeg_next::{Codec, Dictionary, Error, Packet, Rational, codec, encoder, format, frame};

/// Parts of a second in which times are written: whole ones for the usual rates, and no more than MPEG-4
/// part 2 can count.
const TICKS: i32 = 60_000;

/// A film that is being encoded.
pub(super) struct Encoding {
    output: Output,
    encoder: encoder::Video,
    scaler: Context,
    rgb: frame::Video,
    yuv: frame::Video,
    /// Width of the pictures that come, in pixels.
    width: usize,
    time_base: Rational,
    /// How long a frame is shown, in units of `time_base`.
    frame_ticks: i64,
    last: Option<i64>,
}

impl Encoding {
    /// Opens the file with the first encoder that takes the film, or says what the last one said.
    pub(super) fn open(path: &Path, frame_rate: f64, size: (u32, u32)) -> Result<Self, String> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let encoders: &[&str] = match extension.as_str() {
            "webm" => &["libvpx", "libvpx-vp9"],
            _ => &["libx264", "libopenh264", "h264_videotoolbox", "h264_mf", "mpeg4"],
        };
        let rate = Rational::from(frame_rate.clamp(0.01, 1000.0)).reduce();
        // AVI has no times.
        let time_base = if extension == "avi" { rate.invert() } else { Rational::new(1, TICKS) };
        let mut reason = "this system's FFmpeg has none for it".to_owned();
        for codec in encoders.iter().filter_map(|name| encoder::find_by_name(name)) {
            match Self::with_codec(path, codec, size, rate, time_base) {
                Ok(encoding) => return Ok(encoding),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(reason)
    }

    fn with_codec(
        path: &Path,
        codec: Codec,
        (width, height): (u32, u32),
        rate: Rational,
        time_base: Rational,
    ) -> Result<Self, Error> {
        let (even_width, even_height) = (width & !1, height & !1);
        let mut output = format::output(&format!("file:{}", path.display()))?;
        let mut encoder = codec::context::Context::new_with_codec(codec).encoder().video()?;
        encoder.set_width(even_width);
        encoder.set_height(even_height);
        encoder.set_format(Pixel::YUV420P);
        encoder.set_time_base(time_base);
        encoder.set_frame_rate(Some(rate));
        encoder.set_gop(120);
        // For the encoders that go by rate instead of by quality.
        encoder.set_bit_rate((f64::from(width * height) * 4.0).max(500_000.0) as usize);
        if output.format().flags().contains(format::Flags::GLOBAL_HEADER) {
            encoder.set_flags(codec::Flags::GLOBAL_HEADER);
        }
        let mut settings = Dictionary::new();
        if codec.name() == "libx264" {
            settings.set("crf", "20");
            settings.set("preset", "veryfast");
        }
        let encoder = encoder.open_with(settings)?;
        let mut stream = output.add_stream(codec)?;
        stream.set_parameters(&encoder);
        stream.set_time_base(time_base);
        stream.set_avg_frame_rate(rate);
        output.write_header()?;
        let (rgb, yuv, flags) = (Pixel::RGB24, Pixel::YUV420P, Flags::BICUBIC);
        let frame_ticks = (1.0 / (f64::from(rate) * f64::from(time_base))).round().max(1.0);
        Ok(Self {
            output,
            encoder,
            scaler: Context::get(
                rgb,
                even_width,
                even_height,
                yuv,
                even_width,
                even_height,
                flags,
            )?,
            rgb: frame::Video::new(rgb, even_width, even_height),
            yuv: frame::Video::empty(),
            width: width as usize,
            time_base,
            frame_ticks: frame_ticks as i64,
            last: None,
        })
    }

    /// Appends a picture of 8-bit RGB, shown from `time` on.
    pub(super) fn write(&mut self, rgb: &[u8], time: Duration) -> Result<(), Error> {
        let stride = self.rgb.stride(0);
        let kept = self.rgb.width() as usize * 3;
        let rows = self.rgb.data_mut(0).chunks_exact_mut(stride);
        for (row, to) in rgb.chunks_exact(self.width * 3).zip(rows) {
            to[..kept].copy_from_slice(&row[..kept]);
        }
        let tick = (time.as_secs_f64() / f64::from(self.time_base)).round() as i64;
        let tick = self.last.map_or(tick, |last| tick.max(last + 1));
        self.last = Some(tick);
        self.scaler.run(&self.rgb, &mut self.yuv)?;
        self.yuv.set_pts(Some(tick));
        self.encoder.send_frame(&self.yuv)?;
        self.write_packets()
    }

    /// Finishes the file.
    pub(super) fn close(mut self) -> Result<(), Error> {
        self.encoder.send_eof()?;
        self.write_packets()?;
        self.output.write_trailer()
    }

    fn write_packets(&mut self) -> Result<(), Error> {
        let mut packet = Packet::empty();
        loop {
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {}
                Err(Error::Eof | Error::Other { errno: EAGAIN }) => return Ok(()),
                Err(error) => return Err(error),
            }
            let in_file = self.output.stream(0).map_or(self.time_base, |stream| stream.time_base());
            packet.set_stream(0);
            // Without it the last frame would not be shown at all.
            packet.set_duration(self.frame_ticks);
            packet.rescale_ts(self.time_base, in_file);
            packet.write_interleaved(&mut self.output)?;
        }
    }
}
