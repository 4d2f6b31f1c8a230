//! What cameras send, decoded to RGB.

use image::ImageFormat;
use yuv::{
    YuvBiPlanarImage, YuvConversionMode, YuvPackedImage, YuvRange, YuvStandardMatrix,
    yuv_nv12_to_rgb, yuyv422_to_rgb,
};

/// How the pixels of a camera are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// A JPEG picture for each frame.
    Jpeg,
    /// Two pixels in four bytes: brightness, blue, brightness, red.
    Yuyv,
    /// Brightness of all pixels, then colours of each four.
    Nv12,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Brightness alone.
    Grey,
}

/// How a frame lies in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) encoding: Encoding,
    pub(super) width: u32,
    pub(super) height: u32,
    /// From the start of a row to the next; 0 where rows follow each other without a gap, and for JPEG.
    pub(super) bytes_per_line: usize,
}

impl Encoding {
    pub(super) const ALL: [Self; 6] =
        [Self::Jpeg, Self::Yuyv, Self::Nv12, Self::Rgb, Self::Bgr, Self::Grey];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "MJPEG",
            Self::Yuyv => "YUYV",
            Self::Nv12 => "NV12",
            Self::Rgb => "RGB",
            Self::Bgr => "BGR",
            Self::Grey => "grey",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }

    fn bytes_per_pixel(self) -> usize {
        match self {
            Self::Rgb | Self::Bgr => 3,
            Self::Yuyv => 2,
            Self::Jpeg | Self::Nv12 | Self::Grey => 1,
        }
    }
}

/// Decodes a frame to RGB, three bytes a pixel. Drivers round the size of a buffer up; what is too much is ignored.
pub(super) fn decode(data: &[u8], layout: Layout) -> Result<Vec<u8>, String> {
    if layout.encoding == Encoding::Jpeg {
        return decode_jpeg(data, layout);
    }
    let (width, height) = (layout.width as usize, layout.height as usize);
    let used = width * layout.encoding.bytes_per_pixel();
    let stride = if layout.bytes_per_line == 0 { used } else { layout.bytes_per_line };
    let rows = if layout.encoding == Encoding::Nv12 { height + height.div_ceil(2) } else { height };
    // The last row may end where its pixels do.
    let needed = stride * rows.saturating_sub(1) + used;
    if stride < used || data.len() < needed {
        return Err(format!("{} bytes came of {needed}", data.len()));
    }
    let mut rgb = vec![0; width * height * 3];
    let lines = || data.chunks(stride).map(|line| &line[..used.min(line.len())]).take(height);
    match layout.encoding {
        Encoding::Yuyv => yuyv_to_rgb(data, layout, stride, &mut rgb)?,
        Encoding::Nv12 => nv12_to_rgb(data, layout, stride, &mut rgb)?,
        Encoding::Rgb => {
            for (line, out) in lines().zip(rgb.chunks_exact_mut(width * 3)) {
                out.copy_from_slice(line);
            }
        }
        Encoding::Bgr => {
            for (line, out) in lines().zip(rgb.chunks_exact_mut(width * 3)) {
                for (from, to) in line.chunks_exact(3).zip(out.chunks_exact_mut(3)) {
                    to.copy_from_slice(&[from[2], from[1], from[0]]);
                }
            }
        }
        Encoding::Grey => {
            for (grey, out) in lines().flatten().zip(rgb.chunks_exact_mut(3)) {
                out.fill(*grey);
            }
        }
        Encoding::Jpeg => {}
    }
    Ok(rgb)
}

fn decode_jpeg(data: &[u8], layout: Layout) -> Result<Vec<u8>, String> {
    let picture = image::load_from_memory_with_format(data, ImageFormat::Jpeg)
        .map_err(|error| error.to_string())?
        .into_rgb8();
    if picture.dimensions() != (layout.width, layout.height) {
        let (width, height) = picture.dimensions();
        return Err(format!("a picture of {width}x{height} came"));
    }
    Ok(picture.into_raw())
}

fn yuyv_to_rgb(data: &[u8], layout: Layout, stride: usize, rgb: &mut [u8]) -> Result<(), String> {
    let Layout { width, height, .. } = layout;
    let yuy = &data[..data.len().min(stride * height as usize)];
    let packed = YuvPackedImage { yuy, yuy_stride: stride as u32, width, height };
    yuyv422_to_rgb(&packed, rgb, width * 3, YuvRange::Limited, YuvStandardMatrix::Bt601)
        .map_err(|error| error.to_string())
}

fn nv12_to_rgb(data: &[u8], layout: Layout, stride: usize, rgb: &mut [u8]) -> Result<(), String> {
    let Layout { width, height, .. } = layout;
    let (y_plane, colours) = data.split_at(stride * height as usize);
    let uv_plane = &colours[..colours.len().min(stride * (height as usize).div_ceil(2))];
    let stride = stride as u32;
    let planes =
        YuvBiPlanarImage { y_plane, y_stride: stride, uv_plane, uv_stride: stride, width, height };
    let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
    yuv_nv12_to_rgb(&planes, rgb, width * 3, range, matrix, YuvConversionMode::Balanced)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    const WIDTH: u32 = 64;
    const HEIGHT: u32 = 32;
    const PIXELS: usize = (WIDTH * HEIGHT) as usize;

    fn layout(encoding: Encoding, bytes_per_line: usize) -> Layout {
        Layout { encoding, width: WIDTH, height: HEIGHT, bytes_per_line }
    }

    fn orange_jpeg() -> Vec<u8> {
        let picture = RgbImage::from_pixel(WIDTH, HEIGHT, Rgb([230, 120, 30]));
        let mut jpeg = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut jpeg, ImageFormat::Jpeg).expect("an encoder");
        jpeg.into_inner()
    }

    fn assert_near(rgb: &[u8], wanted: [u8; 3]) {
        assert_eq!(rgb.len(), PIXELS * 3);
        for pixel in rgb.chunks_exact(3) {
            let near = pixel.iter().zip(wanted).all(|(value, wanted)| value.abs_diff(wanted) < 8);
            assert!(near, "{pixel:?} is not {wanted:?}");
        }
    }

    #[test]
    fn jpeg_frames_come_out_as_rgb() {
        let mut data = orange_jpeg();
        // Drivers hand over the whole buffer, with data of earlier frames at its end.
        data.extend([0xAB; 500]);
        assert_near(&decode(&data, layout(Encoding::Jpeg, 0)).expect("a picture"), [230, 120, 30]);
        let other = Layout { width: 32, ..layout(Encoding::Jpeg, 0) };
        assert!(decode(&data, other).expect_err("another size").contains("64x32"));
    }

    #[test]
    fn damaged_jpeg_frames_are_errors_or_pictures() {
        let jpeg = orange_jpeg();
        for length in [0, 1, 2, 20, jpeg.len() / 2, jpeg.len() - 2] {
            // Some decode with the rest in grey, which is fine.
            let _ = decode(&jpeg[..length], layout(Encoding::Jpeg, 0));
        }
        assert!(decode(&[7; 1000], layout(Encoding::Jpeg, 0)).is_err());
    }

    #[test]
    fn colours_are_right_in_every_encoding() {
        // Red in BT.601 with limited range: 81, 90, 240.
        let yuyv = [81, 90, 81, 240].repeat(PIXELS / 2);
        assert_near(&decode(&yuyv, layout(Encoding::Yuyv, 0)).expect("YUYV"), [255, 0, 0]);
        let nv12 = [[81; PIXELS].as_slice(), &[90, 240].repeat(PIXELS / 4)].concat();
        assert_near(&decode(&nv12, layout(Encoding::Nv12, 0)).expect("NV12"), [255, 0, 0]);
        let rgb = [200, 100, 50].repeat(PIXELS);
        assert_near(&decode(&rgb, layout(Encoding::Rgb, 0)).expect("RGB"), [200, 100, 50]);
        assert_near(&decode(&rgb, layout(Encoding::Bgr, 0)).expect("BGR"), [50, 100, 200]);
        let grey = [77; PIXELS];
        assert_near(&decode(&grey, layout(Encoding::Grey, 0)).expect("grey"), [77, 77, 77]);
    }

    #[test]
    fn gaps_between_rows_are_left_out() {
        for encoding in [Encoding::Yuyv, Encoding::Rgb, Encoding::Bgr, Encoding::Grey] {
            let used = WIDTH as usize * encoding.bytes_per_pixel();
            let mut row = vec![128; used];
            row.extend([3; 20]);
            let data = row.repeat(HEIGHT as usize);
            let grey = if encoding == Encoding::Yuyv { 130 } else { 128 };
            let rgb = decode(&data, layout(encoding, used + 20)).expect("a picture");
            assert_near(&rgb, [grey; 3]);
        }
    }

    #[test]
    fn padded_buffers_give_whole_pictures_and_short_ones_none() {
        let padded = vec![128; PIXELS * 2 + 4096];
        assert!(decode(&padded, layout(Encoding::Yuyv, 0)).is_ok());
        assert!(decode(&padded[..PIXELS * 2 - 1], layout(Encoding::Yuyv, 0)).is_err());
        assert!(decode(&padded[..PIXELS * 3 / 2], layout(Encoding::Nv12, 0)).is_ok());
        assert!(decode(&padded[..PIXELS], layout(Encoding::Nv12, 0)).is_err());
    }
}
