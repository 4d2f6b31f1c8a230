//! The models that are part of the program.

use std::path::Path;

use crate::model::{VoiceModel, VoiceModelError, sha256};

/// A model that is part of the program.
struct Shipped {
    name: &'static str,
    weights: &'static [u8],
    sums: &'static str,
}

/// Those that the features bring.
const SHIPPED: &[Shipped] = &[
    #[cfg(feature = "voice")]
    Shipped {
        name: emotion_model_voice::NAME,
        weights: emotion_model_voice::WEIGHTS,
        sums: emotion_model_voice::SHA256SUMS,
    },
    #[cfg(feature = "voice-nc")]
    Shipped {
        name: emotion_model_voice_nc::NAME,
        weights: emotion_model_voice_nc::WEIGHTS,
        sums: emotion_model_voice_nc::SHA256SUMS,
    },
];

impl VoiceModel {
    /// The names of the models that are part of the program.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|shipped| shipped.name)
    }

    /// One of the models that are part of the program, by name.
    ///
    /// # Errors
    /// [`VoiceModelError`] where there is none of that name, or its bytes are not the listed ones.
    pub fn shipped(name: &str) -> Result<Self, VoiceModelError> {
        let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) else {
            let known: Vec<_> = Self::shipped_names().collect();
            let reason = match known.is_empty() {
                true => "no voice model is part of this program; name a file".to_owned(),
                false => format!("there is no such model; use {} or a file", known.join(", ")),
            };
            return Err(VoiceModelError::Unfit { path: name.to_owned(), reason });
        };
        let file = format!("{name}.safetensors");
        let listed = shipped.sums.lines().any(|line| {
            line.split_once("  ")
                .is_some_and(|(sum, of)| of == file && sum == sha256(shipped.weights))
        });
        if !listed {
            let reason = "its hash is not the listed one".to_owned();
            return Err(VoiceModelError::Damaged { path: file, reason });
        }
        Self::from_bytes(&file, shipped.weights)
    }

    /// A name without separator or extension is a model that is part of the program, all else a file.
    ///
    /// # Errors
    /// [`VoiceModelError`] where it cannot be read or used.
    pub fn shipped_or_file(name: &str) -> Result<Self, VoiceModelError> {
        let path = Path::new(name);
        let bare = path.extension().is_none() && path.components().count() == 1;
        if bare { Self::shipped(name) } else { Self::read(path) }
    }
}
