//! Which model, and where it runs: names that a person writes, and the models that ship.

use std::path::PathBuf;
use std::str::FromStr;

use crate::weights::{self, LoadError, ModelFile};

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendChoice {
    /// A real GPU where there is one that works, else the CPU.
    #[default]
    Auto,
    /// Any device of wgpu's, software ones too.
    Wgpu,
    /// The CPU, one thread.
    Cpu,
}

impl BackendChoice {
    /// All of them with the names that [`FromStr`] reads.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Auto, "auto"), (Self::Wgpu, "wgpu"), (Self::Cpu, "cpu")];
}

impl std::fmt::Display for BackendChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::ALL.iter().find(|(choice, _)| choice == self).map_or("", |(_, name)| name);
        f.pad(name)
    }
}

impl FromStr for BackendChoice {
    type Err = UnknownBackend;

    fn from_str(name: &str) -> Result<Self, UnknownBackend> {
        let found = Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(choice, _)| *choice).ok_or_else(|| UnknownBackend(name.to_owned()))
    }
}

/// A name that is no backend's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no backend; use auto, wgpu or cpu")]
pub struct UnknownBackend(String);

/// Which model to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ModelChoice {
    /// The one that fits the machine best.
    #[default]
    Default,
    /// One of those that ship, by name.
    Name(String),
    /// A file.
    Path(PathBuf),
}

impl ModelChoice {
    /// Reads and checks the model's file; `hardware` is what it will run on.
    ///
    /// # Errors
    /// [`LoadError`] when there is no such model, or its file cannot be used.
    pub fn read(&self, hardware: Hardware) -> Result<ModelFile, LoadError> {
        let name = match self {
            Self::Default => hardware.default_model(),
            Self::Name(name) => name,
            Self::Path(path) => return ModelFile::read(path),
        };
        let shipped = SHIPPED.iter().find(|shipped| shipped.name == name).ok_or_else(|| {
            LoadError::Unknown {
                name: name.to_owned(),
                known: shipped_models().map(str::to_owned).collect(),
            }
        })?;
        let file = format!("{name}.safetensors");
        weights::check_sum(&file, &file, shipped.sums, shipped.weights)?;
        ModelFile::from_bytes(&file, shipped.weights.to_vec())
    }
}

/// What a model runs on: [`ModelChoice::Default`] is another one on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hardware {
    /// One core of a CPU.
    Cpu,
    /// A GPU.
    Gpu,
}

impl Hardware {
    /// The name of the model that fits it best, of those that are part of the program.
    ///
    /// Without any it is the name of the best one: loading it says what is missing.
    pub fn default_model(self) -> &'static str {
        let by_fit = match self {
            Self::Cpu => ["efficientnet", "cnn4", "resnet"],
            Self::Gpu => ["resnet", "efficientnet", "cnn4"],
        };
        by_fit
            .into_iter()
            .find(|name| shipped_models().any(|shipped| shipped == *name))
            .unwrap_or(by_fit[0])
    }
}

/// The names of the models that ship.
pub fn shipped_models() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|shipped| shipped.name)
}

impl FromStr for ModelChoice {
    type Err = std::convert::Infallible;

    /// A name without separator or extension is a model that ships, all else is a path.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = PathBuf::from(text);
        let bare = path.extension().is_none() && path.components().count() == 1;
        Ok(if bare { Self::Name(text.to_owned()) } else { Self::Path(path) })
    }
}

impl std::fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.pad("the default"),
            Self::Name(name) => f.pad(name),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// A model that is part of the program.
struct Shipped {
    name: &'static str,
    weights: &'static [u8],
    sums: &'static str,
}

/// Those that the features bring.
const SHIPPED: &[Shipped] = &[
    #[cfg(feature = "cnn4")]
    Shipped {
        name: emotion_model_cnn4::NAME,
        weights: emotion_model_cnn4::WEIGHTS,
        sums: emotion_model_cnn4::SHA256SUMS,
    },
    #[cfg(feature = "efficientnet")]
    Shipped {
        name: emotion_model_efficientnet::NAME,
        weights: emotion_model_efficientnet::WEIGHTS,
        sums: emotion_model_efficientnet::SHA256SUMS,
    },
    #[cfg(feature = "resnet")]
    Shipped {
        name: emotion_model_resnet::NAME,
        weights: emotion_model_resnet::WEIGHTS,
        sums: emotion_model_resnet::SHA256SUMS,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_told_apart() {
        let parse = |text: &str| match text.parse::<ModelChoice>() {
            Ok(choice) => choice,
            Err(never) => match never {},
        };
        assert_eq!(parse("cnn4"), ModelChoice::Name("cnn4".to_owned()));
        assert_eq!(parse("cnn4.safetensors"), ModelChoice::Path("cnn4.safetensors".into()));
        assert_eq!(parse("runs/cnn4"), ModelChoice::Path("runs/cnn4".into()));
        assert_eq!(parse("runs/cnn4").to_string(), "runs/cnn4");
    }
}
