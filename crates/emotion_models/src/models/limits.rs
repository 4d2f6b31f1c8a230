//! The sizes that a network may have. A file with larger ones is damaged.

/// Channels of one layer.
pub(super) const MAX_CHANNELS: usize = 2048;

/// Layers, blocks or stages in one list.
pub(super) const MAX_LAYERS: usize = 32;

/// Whether a number can be a dropout rate.
pub(super) fn is_dropout_rate(rate: f64) -> bool {
    (0.0..1.0).contains(&rate)
}
