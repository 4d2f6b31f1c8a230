//! The geometry of a square convolution kernel.

use burn::backend::Flex;

use crate::models::layers::ConvLayer;

/// Which input pixels a kernel covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kernel {
    pub(super) side: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl Kernel {
    /// The kernel of a layer; an error where it is not square or dilated.
    pub(super) fn of(conv: &ConvLayer<Flex>) -> Result<Self, String> {
        let [_, _, height, width] = conv.weight.dims();
        let options = &conv.options;
        let square = [height, options.stride[0], options.padding[0]]
            == [width, options.stride[1], options.padding[1]];
        if square && options.dilation == [1, 1] {
            Ok(Self { side: height, stride: options.stride[0], padding: options.padding[0] })
        } else {
            Err("a convolution's kernel is not square or is dilated".to_owned())
        }
    }

    /// The output's side for an input's side.
    #[inline]
    pub(super) fn output_side(&self, input: usize) -> usize {
        (input + 2 * self.padding).saturating_sub(self.side) / self.stride + 1
    }

    /// The part of the kernel that lies inside the input at an output position, along one axis.
    #[inline]
    pub(super) fn overlap(&self, output: usize, input: usize) -> Overlap {
        let start = output * self.stride;
        let skipped = self.padding.saturating_sub(start);
        let first = (start + skipped).saturating_sub(self.padding);
        let end = (start + self.side).saturating_sub(self.padding).min(input);
        Overlap { skipped, first, count: end.saturating_sub(first) }
    }
}

/// The rows (or columns) of a kernel that lie inside the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlap {
    /// Rows of the kernel before them, which lie in the padding.
    pub(super) skipped: usize,
    /// The input row that the first of them covers.
    pub(super) first: usize,
    /// How many there are.
    pub(super) count: usize,
}
