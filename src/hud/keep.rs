//! Saves the user's settings between runs in a small text file.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bevy::prelude::*;
use bevy::tasks::futures::check_ready;
use bevy::tasks::{IoTaskPool, Task, block_on};
use emotion_core::without_bom;
use serde::{Deserialize, Serialize};

use super::notes::HudNotes;
use super::theme::Palette;
use super::{HudSettings, Panels};

/// The file is written once nothing has changed for this long.
const QUIET: Duration = Duration::from_millis(500);

/// Saves [`HudSettings`] between runs: scale, reduced motion, palette, privacy, mirror and panels.
/// Add it after the HUD.
///
/// The file is read once, when the plugin is added. Changes are written in a task, at the latest
/// when the app exits. A file that cannot be parsed is renamed with the suffix `.bak`; one that
/// cannot be read is never overwritten. The screen reports both ([`HudNotes`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepSettingsPlugin {
    /// The file. Missing folders are created.
    pub file: PathBuf,
}

impl KeepSettingsPlugin {
    /// The file `hud.ron` in the app's folder in the user's configuration directory:
    /// `$XDG_CONFIG_HOME` or `~/.config` on Linux, `~/Library/Application Support` on macOS,
    /// `%APPDATA%` on Windows. `None` if there is no such directory.
    pub fn in_usual_place(app_name: &str) -> Option<Self> {
        Some(Self { file: dirs::config_dir()?.join(app_name).join("hud.ron") })
    }
}

impl Plugin for KeepSettingsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<HudSettings>().init_resource::<HudNotes>();
        let mut settings = *app.world().resource::<HudSettings>();
        let mirrored_by_app = settings.mirrored;
        let (kept, problem, writable) = match read(&self.file) {
            Ok(kept) => (kept, None, true),
            Err(ReadProblem::PutAside(problem)) => (None, Some(problem), true),
            Err(ReadProblem::LeftAlone(problem)) => (None, Some(problem), false),
        };
        if let Some(kept) = kept {
            kept.apply(&mut settings);
        }
        if let Some(problem) = &problem {
            warn!("{problem}");
        }
        app.insert_resource(settings);
        app.world_mut().resource_mut::<HudNotes>().settings = problem;
        if writable {
            let mirrored = kept.and_then(|kept| kept.mirrored);
            let seen = Kept::of(&settings, mirrored_by_app, mirrored);
            app.insert_resource(Keeper {
                file: self.file.clone(),
                mirrored_by_app,
                seen,
                written: seen,
                quiet: Duration::ZERO,
                writing: None,
            })
            .add_systems(Last, keep);
        }
    }
}

/// What is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Kept {
    scale: f32,
    reduced_motion: bool,
    palette: Palette,
    privacy: bool,
    /// `None` until the user changes what the app has set.
    mirrored: Option<bool>,
    panels: Panels,
}

impl Default for Kept {
    fn default() -> Self {
        let settings = HudSettings::default();
        Self::of(&settings, settings.mirrored, None)
    }
}

impl Kept {
    fn of(settings: &HudSettings, mirrored_by_app: bool, mirrored: Option<bool>) -> Self {
        let chosen = mirrored.is_some() || settings.mirrored != mirrored_by_app;
        Self {
            scale: settings.valid_scale(),
            reduced_motion: settings.reduced_motion,
            palette: settings.palette,
            privacy: settings.privacy,
            mirrored: chosen.then_some(settings.mirrored),
            panels: settings.panels,
        }
    }

    fn apply(&self, settings: &mut HudSettings) {
        let Self { scale, reduced_motion, palette, privacy, mirrored, panels } = *self;
        settings.mirrored = mirrored.unwrap_or(settings.mirrored);
        *settings = HudSettings { scale, reduced_motion, palette, privacy, panels, ..*settings };
        settings.scale = settings.valid_scale();
    }
}

/// Why the settings could not be loaded.
enum ReadProblem {
    /// The file could not be parsed, and was renamed.
    PutAside(String),
    /// The file is untouched, and must not be overwritten.
    LeftAlone(String),
}

/// Reads the file; `None` if it does not exist.
fn read(file: &Path) -> Result<Option<Kept>, ReadProblem> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(ReadProblem::LeftAlone(format!(
                "the settings in {} cannot be read ({error}); changes will not be saved",
                file.display()
            )));
        }
    };
    let reason = match String::from_utf8(bytes) {
        Ok(text) => match ron::from_str(without_bom(&text)) {
            Ok(kept) => return Ok(Some(kept)),
            Err(error) => format!("line and column {error}"),
        },
        Err(_) => "it is not UTF-8 text".to_owned(),
    };
    let aside = free_name(file);
    match std::fs::rename(file, &aside) {
        Ok(()) => Err(ReadProblem::PutAside(format!(
            "the settings could not be parsed ({reason}) and were reset; the old file is {}",
            aside.display()
        ))),
        Err(error) => Err(ReadProblem::LeftAlone(format!(
            "the settings in {} could not be parsed ({reason}) nor renamed ({error}); changes will \
             not be saved",
            file.display()
        ))),
    }
}

/// The file's name with `.bak`, or `.bak2` and so on, so that older backups are kept.
fn free_name(file: &Path) -> PathBuf {
    let with = |ending: &str| {
        let mut name = OsString::from(file.as_os_str());
        name.push(ending);
        PathBuf::from(name)
    };
    let first = with(".bak");
    if !first.exists() {
        return first;
    }
    (2..u32::MAX)
        .map(|number| with(&format!(".bak{number}")))
        .find(|name| !name.exists())
        .unwrap_or(first)
}

/// State of the settings file.
#[derive(Resource)]
struct Keeper {
    file: PathBuf,
    /// The app's own value of `mirrored`.
    mirrored_by_app: bool,
    /// The settings at the last update.
    seen: Kept,
    /// What was last written to the file, even if that failed.
    written: Kept,
    /// How long `seen` has stayed the same.
    quiet: Duration,
    writing: Option<Task<Result<(), String>>>,
}

/// Writes changed settings once they have been stable for [`QUIET`], or when the app exits.
fn keep(
    time: Res<Time<Real>>,
    settings: Res<HudSettings>,
    mut keeper: ResMut<Keeper>,
    mut notes: ResMut<HudNotes>,
    mut exits: MessageReader<AppExit>,
) {
    let exits = exits.read().count() > 0;
    let keeper = &mut *keeper;
    let now = Kept::of(&settings, keeper.mirrored_by_app, keeper.seen.mirrored);
    keeper.quiet = if now == keeper.seen { keeper.quiet + time.delta() } else { Duration::ZERO };
    keeper.seen = now;
    let mut done = keeper.writing.as_mut().and_then(check_ready);
    if exits && done.is_none() {
        // The last chance: wait for the task.
        done = keeper.writing.take().map(block_on);
    }
    if let Some(result) = done {
        keeper.writing = None;
        tell(result, &mut notes);
    }
    if keeper.writing.is_some() || now == keeper.written || (keeper.quiet < QUIET && !exits) {
        return;
    }
    keeper.written = now;
    let file = keeper.file.clone();
    let task = IoTaskPool::get().spawn(async move { write(&file, &now) });
    if exits {
        tell(block_on(task), &mut notes);
    } else {
        keeper.writing = Some(task);
    }
}

fn tell(result: Result<(), String>, notes: &mut HudNotes) {
    if let Err(problem) = &result {
        warn!("{problem}");
    }
    let note = result.err();
    // A note from startup stays until there is a new one.
    if note.is_some() && notes.settings != note {
        notes.settings = note;
    }
}

/// Writes a new file and renames it over the old one: after a crash, one of the two is complete.
fn write(file: &Path, kept: &Kept) -> Result<(), String> {
    let problem = |error: &dyn std::fmt::Display| {
        format!("the settings cannot be saved: {}: {error}", file.display())
    };
    let text = ron::ser::to_string_pretty(kept, ron::ser::PrettyConfig::default())
        .map_err(|error| problem(&error))?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| problem(&error))?;
    }
    let mut beside = OsString::from(file.as_os_str());
    beside.push(".new");
    std::fs::write(&beside, format!("{HEADER}{text}\n")).map_err(|error| problem(&error))?;
    std::fs::rename(&beside, file).map_err(|error| problem(&error))
}

const HEADER: &str = "// Written by the program when a setting changes. Edit it only while the \
                      program is not running.\n";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use bevy::time::TimeUpdateStrategy;

    use super::*;

    fn app(file: &Path) -> App {
        let mut app = App::new();
        app.add_plugins(MinimalPlugins)
            .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(50)))
            .insert_resource(HudSettings { mirrored: true, ..default() })
            .add_plugins(KeepSettingsPlugin { file: file.to_owned() });
        app.finish();
        app.cleanup();
        app
    }

    fn settings(app: &mut App) -> Mut<'_, HudSettings> {
        app.world_mut().resource_mut::<HudSettings>()
    }

    fn note(app: &App) -> Option<String> {
        app.world().resource::<HudNotes>().settings.clone()
    }

    /// Updates until the file exists; allows 30 seconds for slow machines.
    fn until_written(app: &mut App, file: &Path) {
        let start = Instant::now();
        while !file.exists() {
            assert!(start.elapsed() < Duration::from_secs(30), "it is never written");
            app.update();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn what_was_changed_is_there_in_the_next_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/hud.ron");
        let mut first = app(&file);
        for _ in 0..40 {
            first.update();
        }
        assert!(!file.exists(), "written without a change");
        settings(&mut first).scale = 1.25;
        settings(&mut first).privacy = true;
        settings(&mut first).panels.dial = false;
        until_written(&mut first, &file);

        let mut second = app(&file);
        let read = *settings(&mut second);
        assert_eq!((read.scale, read.privacy, read.panels.dial), (1.25, true, false));
        assert!(read.mirrored, "the app's own mirror was lost");
        assert_eq!(note(&second), None);
    }

    #[test]
    fn the_users_mirror_wins_over_the_apps() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hud.ron");
        let mut first = app(&file);
        settings(&mut first).mirrored = false;
        until_written(&mut first, &file);
        assert!(!settings(&mut app(&file)).mirrored);
    }

    #[test]
    fn an_exit_does_not_lose_the_last_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hud.ron");
        let mut app = app(&file);
        app.update();
        settings(&mut app).reduced_motion = true;
        app.world_mut().write_message(AppExit::Success);
        app.update();
        assert!(fs::read_to_string(&file).expect("a file").contains("reduced_motion: true"));
    }

    #[test]
    fn damaged_files_are_told_about_and_put_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hud.ron");
        for (damaged, aside) in [
            ("(scale: 1.2", "hud.ron.bak"),
            ("(scale: 1.2, colour: 7)", "hud.ron.bak2"),
            ("\u{0}\u{1}", "hud.ron.bak3"),
        ] {
            fs::write(&file, damaged).expect("written");
            let mut app = app(&file);
            let said = note(&app).expect("a note");
            assert!(said.contains(aside) && said.contains("were reset"), "{said}");
            assert_eq!(fs::read_to_string(folder.path().join(aside)).expect("kept"), damaged);
            assert_eq!(settings(&mut app).scale, 1.0);
            assert!(!file.exists());
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        // A folder in the file's place cannot be read as a file.
        let file = folder.path().join("hud.ron");
        fs::create_dir(&file).expect("a folder");
        let mut app = app(&file);
        assert!(note(&app).expect("a note").contains("not be saved"));
        settings(&mut app).scale = 1.5;
        app.world_mut().write_message(AppExit::Success);
        app.update();
        assert!(file.is_dir());
    }

    #[test]
    fn where_nothing_can_be_written_the_note_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file/hud.ron");
        let mut app = app(&file);
        // Its folder cannot be created: a file has that name.
        fs::write(folder.path().join("file"), "in the way").expect("written");
        settings(&mut app).scale = 1.5;
        app.world_mut().write_message(AppExit::Success);
        app.update();
        assert!(note(&app).expect("a note").contains("cannot be saved"));
    }

    #[test]
    fn an_odd_scale_is_put_right() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hud.ron");
        fs::write(&file, "(scale: 40, palette: high_contrast)").expect("written");
        let mut app = app(&file);
        assert_eq!(settings(&mut app).scale, HudSettings::SCALES[1]);
        assert_eq!(settings(&mut app).palette, Palette::HighContrast);
    }
}
