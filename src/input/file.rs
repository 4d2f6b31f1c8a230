//! Expression maps in files: Bevy assets that are put in force when they are loaded.

use std::marker::PhantomData;

use bevy::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::map::{ExpressionMap, InputAction, MapProblem};

/// Takes the [`ExpressionMap`] from a file, and again whenever that file changes. Needs Bevy's
/// `AssetPlugin`, to be added before.
///
/// ```no_run
/// use bevy::prelude::*;
/// use bevy_emotion::input::{ExpressionInputPlugin, ExpressionMapPlugin};
///
/// #[derive(
///     serde::Serialize, serde::Deserialize, Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash,
/// )]
/// enum Action {
///     Jump,
///     Steer,
/// }
///
/// App::new().add_plugins((
///     DefaultPlugins,
///     ExpressionInputPlugin::<Action>::default(),
///     ExpressionMapPlugin::<Action>::new("controls.ron"),
/// ));
/// ```
///
/// The file says the same as the code:
///
/// ```ron
#[doc = include_str!("example.ron")]
/// ```
///
/// A file that cannot be used leaves the map before in force: [`ExpressionMapFile::problem`] and
/// the log say why.
#[derive(Debug, Clone)]
pub struct ExpressionMapPlugin<A> {
    /// The file's path in Bevy's assets; its name ends in `.ron`.
    pub path: String,
    actions: PhantomData<fn() -> A>,
}

impl<A> ExpressionMapPlugin<A> {
    /// The map of this file.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), actions: PhantomData }
    }
}

/// The file that the map comes from.
#[derive(Resource, Debug, Clone)]
pub struct ExpressionMapFile<A: InputAction> {
    /// The file; another handle takes the map from another file.
    pub handle: Handle<ExpressionMap<A>>,
    /// Why the file as it is now cannot be used; `None` while all is well.
    pub problem: Option<String>,
}

impl<A: InputAction + Serialize + DeserializeOwned> Plugin for ExpressionMapPlugin<A> {
    fn build(&self, app: &mut App) {
        let _ = app;
    }
}

impl<A: InputAction + DeserializeOwned> ExpressionMap<A> {
    /// Reads a map from the text of a file.
    ///
    /// # Errors
    /// [`MapFileError`] when it is not RON, names something unknown, or has a number out of range.
    pub fn from_ron(text: &str) -> Result<Self, MapFileError> {
        let _ = text;
        Ok(Self::new())
    }
}

impl<A: InputAction + Serialize> ExpressionMap<A> {
    /// The map as the text of a file, for settings that are kept.
    ///
    /// # Errors
    /// [`MapFileError::Write`] when an action has a form that RON cannot write.
    pub fn to_ron(&self) -> Result<String, MapFileError> {
        Ok(String::new())
    }
}

/// Why a file is no expression map.
#[derive(Debug, thiserror::Error)]
pub enum MapFileError {
    /// It cannot be read.
    #[error("the expression map could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is not RON, or names something unknown.
    #[error("the expression map is wrong at line {position}")]
    Syntax {
        /// Line and column, and what is wrong there.
        position: String,
    },
    /// A number is out of range.
    #[error(transparent)]
    Problem(#[from] MapProblem),
    /// It cannot be written.
    #[error("the expression map could not be written: {0}")]
    Write(String),
}
