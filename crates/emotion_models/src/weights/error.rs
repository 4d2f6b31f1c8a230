//! Errors of loading models.

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the model file {from} cannot be read: {reason}; check its path and permissions")]
    Unreadable {
        /// The file.
        from: String,
        /// The system's message.
        reason: String,
    },
    /// No shipped model has this name.
    #[error("there is no model {name}; use one of {} or a .safetensors file", known.join(", "))]
    Unknown {
        /// The requested name.
        name: String,
        /// The names of the models that ship.
        known: Vec<String>,
    },
    /// The file is damaged.
    #[error("the model file {from} is damaged: {reason}; fetch or train it again")]
    Damaged {
        /// The file.
        from: String,
        /// What is wrong.
        reason: String,
    },
    /// The file's hash differs from the one in the `SHA256SUMS` beside it.
    #[error(
        "the model file {from} does not match SHA256SUMS beside it (its SHA-256 is {found}, listed is \
         {expected}); fetch it again or correct the list"
    )]
    Hash {
        /// The file.
        from: String,
        /// The listed hash.
        expected: String,
        /// The file's hash.
        found: String,
    },
    /// The file is intact, but this crate cannot use its model.
    #[error("the model file {from} does not fit this program: {reason}")]
    Unfit {
        /// The file.
        from: String,
        /// What does not fit.
        reason: String,
    },
    /// The backend cannot be used on this machine.
    #[error("the {backend} backend cannot be used: {reason}; try the CPU")]
    Backend {
        /// The backend's name.
        backend: String,
        /// Its message.
        reason: String,
    },
}
