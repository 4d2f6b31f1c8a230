//! Expression maps in files: Bevy assets that are put in force when they are loaded.

use std::marker::PhantomData;

use bevy::asset::io::Reader;
use bevy::asset::{AssetLoadFailedEvent, AssetLoader, LoadContext};
use bevy::prelude::*;
use ron::extensions::Extensions;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::map::{ExpressionMap, InputAction, MapProblem};
use crate::plugin::EmotionSystems;
use emotion_core::without_bom;

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

impl<A: InputAction + DeserializeOwned> Plugin for ExpressionMapPlugin<A> {
    fn build(&self, app: &mut App) {
        if !app.world().contains_resource::<AssetServer>() {
            error!("no map from {}: add Bevy's AssetPlugin before ExpressionMapPlugin", self.path);
            return;
        }
        app.init_asset::<ExpressionMap<A>>()
            .register_asset_loader(MapLoader::<A>(PhantomData))
            .init_resource::<ExpressionMap<A>>();
        let handle = app.world().resource::<AssetServer>().load(self.path.clone());
        app.insert_resource(ExpressionMapFile::<A> { handle, problem: None })
            .add_systems(PreUpdate, take_from_file::<A>.before(EmotionSystems::Capture));
    }
}

/// Puts the file's map in force when it was loaded, or says why it could not be.
fn take_from_file<A: InputAction>(
    mut file: ResMut<ExpressionMapFile<A>>,
    assets: Res<Assets<ExpressionMap<A>>>,
    mut changes: MessageReader<AssetEvent<ExpressionMap<A>>>,
    mut failures: MessageReader<AssetLoadFailedEvent<ExpressionMap<A>>>,
    mut map: ResMut<ExpressionMap<A>>,
    mut taken: Local<Option<AssetId<ExpressionMap<A>>>>,
) {
    let id = file.handle.id();
    let mut is_new = *taken != Some(id);
    for change in changes.read() {
        is_new |= matches!(change, AssetEvent::Added { id: changed } | AssetEvent::Modified { id: changed } if *changed == id);
    }
    if is_new && let Some(from_file) = assets.get(id) {
        *taken = Some(id);
        file.problem = None;
        if *map != *from_file {
            *map = from_file.clone();
        }
    }
    for failure in failures.read().filter(|failure| failure.id == id) {
        let problem = format!("{}: {}; the map before stays in force", failure.path, failure.error);
        file.problem = Some(problem);
    }
}

/// Loads maps as assets.
#[derive(TypePath)]
struct MapLoader<A: InputAction>(PhantomData<fn() -> A>);

impl<A: InputAction + DeserializeOwned> AssetLoader for MapLoader<A> {
    type Asset = ExpressionMap<A>;
    type Settings = ();
    type Error = MapFileError;

    async fn load(
        &self,
        reader: &mut dyn Reader,
        (): &(),
        _: &mut LoadContext<'_>,
    ) -> Result<ExpressionMap<A>, MapFileError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await?;
        ExpressionMap::from_ron(&String::from_utf8_lossy(&bytes))
    }

    fn extensions(&self) -> &[&str] {
        &["ron"]
    }
}

/// Files are read as people write them: without `Some` and doubled parentheses.
fn options() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
}

impl<A: InputAction + DeserializeOwned> ExpressionMap<A> {
    /// Reads a map from the text of a file.
    ///
    /// # Errors
    /// [`MapFileError`] when it is not RON, names something unknown, or has a number out of range.
    pub fn from_ron(text: &str) -> Result<Self, MapFileError> {
        let map: Self =
            options().from_str(without_bom(text)).map_err(|error| MapFileError::Syntax {
                line: error.span.start.line,
                column: error.span.start.col,
                reason: error.code.to_string(),
            })?;
        map.check()?;
        Ok(map)
    }
}

impl<A: InputAction + Serialize> ExpressionMap<A> {
    /// The map as the text of a file, for settings that are kept.
    ///
    /// # Errors
    /// [`MapFileError::Write`] when an action has a form that RON cannot write.
    pub fn to_ron(&self) -> Result<String, MapFileError> {
        options()
            .to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| MapFileError::Write(error.to_string()))
    }
}

/// Why a file is no expression map.
#[derive(Debug, thiserror::Error)]
pub enum MapFileError {
    /// It cannot be read.
    #[error("the expression map could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is not RON, or names something unknown.
    #[error("the expression map cannot be understood at line {line}, column {column}: {reason}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A number is out of range.
    #[error(transparent)]
    Problem(#[from] MapProblem),
    /// It cannot be written.
    #[error("the expression map could not be written: {0}")]
    Write(String),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Deserialize;

    use super::*;
    use crate::input::ExpressionConditions;
    use crate::input::{AxisBinding, Binding, FaceAxis, FaceCondition, InputClock};
    use emotion_core::Expression;

    #[derive(Reflect, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, Hash)]
    enum Action {
        Jump,
        Steer,
        Lane(u8),
    }

    fn read(text: &str) -> Result<ExpressionMap<Action>, String> {
        ExpressionMap::from_ron(text).map_err(|error| error.to_string())
    }

    fn problem(text: &str) -> String {
        read(text).expect_err("a problem")
    }

    #[test]
    fn the_documented_file_says_what_the_code_says() {
        let map = ExpressionMap::new()
            .with(Action::Jump, Expression::Happy.above(0.5))
            .with(Action::Jump, KeyCode::Space)
            .with(Action::Steer, AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.15))
            .with(Action::Steer, Binding::keys(KeyCode::ArrowLeft, KeyCode::ArrowRight));
        assert_eq!(read(include_str!("example.ron")), Ok(map));
    }

    #[test]
    fn every_kind_of_binding_reads_back() {
        let second = Duration::from_secs(1);
        let smile = Expression::Happy.above(0.6).release_at(0.25).within(second / 4);
        let map = ExpressionMap::new()
            .with_clock(InputClock::Real)
            .with(Action::Jump, smile.clone().hold(second / 2))
            .with(Action::Jump, FaceCondition::tilt_left().and(smile.clone()))
            .with(Action::Jump, smile.then(FaceAxis::Valence.past(-0.3), second))
            .with(Action::Lane(3), Binding::key(KeyCode::Digit3).for_slot(2))
            .with(Action::Steer, AxisBinding::new(FaceAxis::Strength(Expression::Sad)).inverted());
        let text = map.to_ron().expect("a text");
        assert_eq!(read(&text), Ok(map), "{text}");
    }

    #[test]
    fn files_are_written_as_people_would() {
        let text = "(actions: {
            Jump: [
                When(Hold(condition: Above(expression: happy, release: 0.3), time: 0.5)),
                When(All([Past(axis: Tilt, press: -0.5), Above(expression: surprise, within: 0.3)])),
                When(Sequence(steps: [Past(axis: HeadX, press: 0.5), Above(expression: sad)], within: 1)),
                Axis(axis: Strength(fear)),
                When(All([Past(axis: VoiceArousal, press: -0.3), Above(expression: angry)])),
                When(Past(axis: Loudness, press: 0.6, release: 0.3)),
                When(All([Past(axis: Voice(happy), press: 0.5), Past(axis: Words(sad), press: 0.5)])),
                Key(key: \"Enter\", slot: 2),
            ],
        })";
        let map = read(text).expect("a map");
        assert_eq!(map.bindings(Action::Jump).len(), 8);
        assert_eq!(map.bindings(Action::Jump)[5], FaceCondition::shout().into());
        assert_eq!(map.bindings(Action::Jump)[7], Binding::key(KeyCode::Enter).for_slot(2));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let text = problem("(actions: {\n  Jump: [When(Above(expression: hapy))],\n})");
        assert!(
            text.contains("line 2") && text.contains("hapy") && text.contains("happy"),
            "{text}"
        );
        let text = problem("(actions: { Fly: [] })");
        assert!(text.contains("Fly") && text.contains("Jump"), "{text}");
        let text = problem("(actions: { Jump: [When(Above(expression: happy, press: 1.5))] })");
        assert!(text.contains("Jump") && text.contains("1.5"), "{text}");
        let text = problem("(actions: { Jump: [Key(key: \"Spcae\")] })");
        assert!(text.contains("Spcae") && text.contains("ArrowLeft"), "{text}");
        let text = problem("(actions: { Jump: [], Jump: [] })");
        assert!(text.contains("Jump") && text.contains("twice"), "{text}");
        let text = problem(
            "(actions: { Jump: [When(Hold(condition: Above(expression: sad), time: -1.0))] })",
        );
        assert!(text.contains("-1"), "{text}");
        let text = problem("(actions: { Jump: [Key(key: \"Space\", slot: 0)] })");
        assert!(text.contains("player 0"), "{text}");
        let text = problem("(actions: { Steer: [Axis(axis: Tilt, dead_zone: 0.8, full: 0.5)] })");
        assert!(text.contains("Steer") && text.contains("0.8"), "{text}");
        assert!(problem("(actions: {}, speed: 3)").contains("speed"));
        assert!(problem("no map").contains("line 1"));
    }
}
