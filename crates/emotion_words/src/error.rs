//! Errors of loading a model.

/// Why a model of words could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// The bytes are not a whole model.
    #[error("the model of words is damaged: {0}; fetch or train it again")]
    Damaged(String),
    /// The model is whole, but this program cannot use it.
    #[error("the model of words does not fit this program: {0}; use one of the same version")]
    Unfit(String),
    /// The model cannot be written.
    #[error("the model of words cannot be written: {0}")]
    Unwritable(String),
}
