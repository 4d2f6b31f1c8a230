//! Reactions from the app's own folder, read while it runs.

use std::path::PathBuf;

use bevy::asset::io::{AssetReaderError, Reader};
use bevy::asset::{AssetLoadFailedEvent, AssetLoader, AssetPath, LoadContext};
use bevy::prelude::*;
use bevy::tasks::futures::check_ready;
use bevy::tasks::futures_lite::StreamExt;
use bevy::tasks::{IoTaskPool, Task};

use super::{Reaction, ReactionError, Reactions};
use crate::hud::notes::HudNotes;
use crate::hud::{HudSystems, face};

/// Reads the app's reactions: every `.ron` file in a folder of its assets. A folder that is not
/// there is as good as an empty one.
///
/// `happy.ron` replaces the built-in reaction of that name; a file of another name is shown beside
/// those that are there for its expression. [`ReloadReactions`] (the key L) reads the folder anew;
/// with Bevy's feature `file_watcher` changed files are read by themselves. A file that cannot be
/// read leaves the reaction that was there before, and says in the log and on the screen what is
/// wrong with it.
#[derive(Debug, Clone)]
pub struct ReactionFilesPlugin {
    /// The folder, as an asset path: `reactions` is `assets/reactions`, `user://` the whole of an
    /// asset source called `user`.
    pub folder: String,
}

impl Default for ReactionFilesPlugin {
    fn default() -> Self {
        Self { folder: "reactions".to_owned() }
    }
}

impl Plugin for ReactionFilesPlugin {
    fn build(&self, app: &mut App) {
        let folder = AssetPath::parse(&self.folder).into_owned();
        app.init_asset::<Reaction>()
            .register_asset_loader(ReactionLoader)
            .insert_resource(Folder { path: folder, listing: None, files: Vec::new() })
            .add_message::<ReloadReactions>()
            .add_systems(Startup, |mut reload: MessageWriter<ReloadReactions>| {
                reload.write(ReloadReactions);
            })
            .add_systems(
                PostUpdate,
                (list, open, take_in).chain().in_set(HudSystems::Follow).before(face::follow),
            );
    }
}

/// Asks for the reactions' folder to be read anew.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReloadReactions;

/// What is known of the folder.
#[derive(Resource)]
struct Folder {
    path: AssetPath<'static>,
    listing: Option<Task<Result<Vec<PathBuf>, String>>>,
    files: Vec<File>,
}

/// A file with a reaction.
struct File {
    path: AssetPath<'static>,
    /// Its name without `.ron`.
    name: String,
    handle: Handle<Reaction>,
    problem: Option<String>,
}

/// Looks what is in the folder, in a task.
fn list(
    mut asked: MessageReader<ReloadReactions>,
    mut folder: ResMut<Folder>,
    assets: Res<AssetServer>,
) {
    if asked.read().count() == 0 {
        return;
    }
    let (path, assets) = (folder.path.clone(), assets.clone());
    folder.listing = Some(IoTaskPool::get().spawn(async move {
        let source = assets.get_source(path.source()).map_err(|error| error.to_string())?;
        match source.reader().read_directory(path.path()).await {
            Ok(entries) => {
                let mut files: Vec<_> = entries
                    .filter(|path| path.extension().is_some_and(|extension| extension == "ron"))
                    .collect()
                    .await;
                files.sort();
                Ok(files)
            }
            Err(AssetReaderError::NotFound(_)) => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }));
}

/// Loads the files that are there, and forgets those that are not any more.
fn open(
    mut folder: ResMut<Folder>,
    mut reactions: ResMut<Reactions>,
    assets: Res<AssetServer>,
    mut notes: ResMut<HudNotes>,
) {
    let Some(listing) = folder.listing.as_mut().and_then(check_ready) else { return };
    let Folder { path: at, listing: task, files } = &mut *folder;
    *task = None;
    let found = match listing {
        Ok(found) => found,
        Err(error) => {
            let problem = format!("reactions: the folder {at} cannot be read: {error}");
            warn!("{problem}");
            notes.reactions = Some(problem);
            return;
        }
    };
    let found: Vec<_> = (found.into_iter())
        .map(|path| AssetPath::from_path_buf(path).with_source(at.source().clone_owned()))
        .collect();
    files.retain(|file| {
        let there = found.contains(&file.path);
        if !there {
            reactions.restore(&file.name);
        }
        there
    });
    for path in found {
        match files.iter_mut().find(|file| file.path == path) {
            Some(file) => {
                file.problem = None;
                assets.reload(path);
            }
            None => {
                let name = path.path().file_stem().unwrap_or_default();
                let name = name.to_string_lossy().into_owned();
                let handle = assets.load(path.clone());
                files.push(File { path, name, handle, problem: None });
            }
        }
    }
    tell(files, &mut notes);
}

/// Takes in what was read; what could not be is told, and changes nothing.
fn take_in(
    mut loaded: MessageReader<AssetEvent<Reaction>>,
    mut failed: MessageReader<AssetLoadFailedEvent<Reaction>>,
    mut folder: ResMut<Folder>,
    mut reactions: ResMut<Reactions>,
    assets: Res<Assets<Reaction>>,
    mut notes: ResMut<HudNotes>,
) {
    if loaded.is_empty() && failed.is_empty() {
        return;
    }
    for event in loaded.read() {
        let (AssetEvent::Added { id } | AssetEvent::Modified { id }) = event else { continue };
        let file = folder.files.iter_mut().find(|file| file.handle.id() == *id);
        if let (Some(file), Some(reaction)) = (file, assets.get(*id)) {
            file.problem = None;
            reactions.set(&file.name, reaction.clone());
        }
    }
    for failure in failed.read() {
        if let Some(file) = folder.files.iter_mut().find(|file| file.handle.id() == failure.id) {
            file.problem = Some(reason(&failure.error));
        }
    }
    tell(&folder.files, &mut notes);
}

/// Puts the problems of all files onto the screen.
fn tell(files: &[File], notes: &mut HudNotes) {
    let problems: Vec<_> = files
        .iter()
        .filter_map(|file| {
            let problem = file.problem.as_ref()?;
            Some(format!("reaction {}.ron: {problem}", file.name))
        })
        .collect();
    let note = (!problems.is_empty()).then(|| problems.join("\n"));
    if notes.reactions != note {
        notes.reactions = note;
    }
}

/// What went wrong, in the loader's words where it was the loader.
fn reason(error: &bevy::asset::AssetLoadError) -> String {
    use bevy::asset::AssetLoadError;
    if let AssetLoadError::AssetLoaderError(error) = error
        && let Some(error) = error.error().downcast_ref::<ReactionLoadError>()
    {
        return error.to_string();
    }
    error.to_string()
}

/// Loads a [`Reaction`] from RON.
#[derive(TypePath, Debug, Clone, Copy, Default)]
pub struct ReactionLoader;

/// Why a reaction's file could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ReactionLoadError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is no text.
    #[error("it is no text in UTF-8")]
    NoText,
    /// It is no reaction.
    #[error(transparent)]
    Reaction(#[from] ReactionError),
}

impl AssetLoader for ReactionLoader {
    type Asset = Reaction;
    type Settings = ();
    type Error = ReactionLoadError;

    async fn load(
        &self,
        reader: &mut dyn Reader,
        _settings: &(),
        _context: &mut LoadContext<'_>,
    ) -> Result<Reaction, ReactionLoadError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await?;
        let text = String::from_utf8(bytes).map_err(|_| ReactionLoadError::NoText)?;
        Ok(Reaction::from_ron(&text)?)
    }

    fn extensions(&self) -> &[&str] {
        &["reaction.ron"]
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use bevy::asset::io::memory::{Dir, MemoryAssetReader};
    use bevy::asset::io::{AssetSourceBuilder, AssetSourceId};

    use super::*;
    use emotion_core::Expression;

    /// An app whose assets are in memory.
    fn app() -> (App, Dir) {
        let root = Dir::default();
        let reader = MemoryAssetReader { root: root.clone() };
        let mut app = App::new();
        app.register_asset_source(
            AssetSourceId::Default,
            AssetSourceBuilder::new(move || Box::new(reader.clone())),
        );
        app.add_plugins((MinimalPlugins, AssetPlugin::default()))
            .insert_resource(Reactions::built_in())
            .init_resource::<HudNotes>()
            .add_plugins(ReactionFilesPlugin::default());
        app.finish();
        app.cleanup();
        (app, root)
    }

    fn write(root: &Dir, name: &str, text: &str) {
        root.insert_asset_text(&Path::new("reactions").join(name), text);
    }

    /// Updates until it is so, for as long as a slow machine may need.
    fn until(app: &mut App, what: &str, is_so: impl Fn(&World) -> bool) {
        let start = Instant::now();
        while !is_so(app.world()) {
            assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
            app.update();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn sound(world: &World, name: &str) -> Option<String> {
        world.resource::<Reactions>().get(name)?.sound.clone()
    }

    fn note(world: &World) -> Option<&String> {
        world.resource::<HudNotes>().reactions.as_ref()
    }

    #[test]
    fn files_add_change_and_leave_reactions_while_the_app_runs() {
        let (mut app, root) = app();
        write(&root, "confetti.ron", "(expression: happy, sound: \"pop\")");
        write(&root, "happy.ron", "(expression: happy, sound: \"one\")");
        until(&mut app, "both are there", |world| {
            sound(world, "confetti").as_deref() == Some("pop")
                && sound(world, "happy").as_deref() == Some("one")
        });
        assert_eq!(app.world().resource::<Reactions>().to(Expression::Happy).count(), 2);

        write(&root, "happy.ron", "(expression: happy, sound: \"two\")");
        root.remove_asset(Path::new("reactions/confetti.ron"));
        app.world_mut().write_message(ReloadReactions);
        until(&mut app, "the change is seen", |world| {
            sound(world, "happy").as_deref() == Some("two") && sound(world, "confetti").is_none()
        });
    }

    #[test]
    fn a_bad_file_is_told_and_the_old_reaction_stays() {
        let (mut app, root) = app();
        write(&root, "sad.ron", "(expression: sad, sound: \"rain\")");
        until(&mut app, "it is read", |world| sound(world, "sad").as_deref() == Some("rain"));

        write(&root, "sad.ron", "(expression: sad, sund: \"snow\")");
        app.world_mut().write_message(ReloadReactions);
        until(&mut app, "it is told", |world| note(world).is_some());
        let said = note(app.world()).expect("a note").clone();
        assert!(said.contains("reaction sad.ron") && said.contains("sund"), "{said}");
        assert_eq!(sound(app.world(), "sad").as_deref(), Some("rain"));

        write(&root, "sad.ron", "(expression: sad, sound: \"snow\")");
        app.world_mut().write_message(ReloadReactions);
        until(&mut app, "it is well again", |world| note(world).is_none());
        until(&mut app, "it is read", |world| sound(world, "sad").as_deref() == Some("snow"));
    }

    #[test]
    fn without_a_folder_there_are_the_built_in_ones() {
        let (mut app, _) = app();
        for _ in 0..20 {
            app.update();
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(app.world().resource::<Reactions>().count(), Expression::COUNT);
        assert_eq!(note(app.world()), None);
    }
}
