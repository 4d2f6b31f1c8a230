//! The networks, each in a file of its own, generic over Burn's backend.

pub mod cnn4;
mod conv_block;

pub use conv_block::{ConvBlock, FoldedConv};

/// How large a network is and how much one face costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Numbers that training adjusts.
    pub parameters: usize,
    /// Multiplications with addition for one face, batch normalisation folded.
    pub multiply_adds: usize,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (parameters, multiply_adds) = (self.parameters as f64, self.multiply_adds as f64);
        write!(
            f,
            "{:.2} M parameters, {:.1} M multiply-adds a face",
            parameters / 1e6,
            multiply_adds / 1e6
        )
    }
}
