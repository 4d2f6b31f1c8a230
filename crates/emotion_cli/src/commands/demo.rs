//! `emotion demo`: the HUD in a window, or headless into a film or a picture.

mod reel;
mod stage;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use bevy::app::PluginGroupBuilder;
use bevy::asset::io::{AssetSource, AssetSourceBuilder};
use bevy::camera::RenderTarget;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::window::{ExitCondition, WindowResolution};
use bevy::winit::WinitPlugin;
use bevy_emotion::hud::theme::Palette;
use bevy_emotion::hud::{
    BaselineWanted, HudCorePlugin, HudPlugins, HudSettings, KeepSettingsPlugin, Overlay,
    ReactionFilesPlugin,
};
use bevy_emotion::input::{BaselineSettings, MeasurePlugin};
use bevy_emotion::plugin::{
    AnalyzePlugin, CapturePlugin, Emotion, EmotionCamera, EmotionPlugins, Face, FaceAppeared,
};
use bevy_emotion::replay::{Recorder, Replay};
use clap::{Args, ValueEnum};
use emotion_capture::puppet::PuppetScript;
use emotion_capture::{Capture, OpenOptions, Pacing, SourceSpec, frame_slot};
use emotion_core::Expression;
use emotion_core::FrameRect;
use emotion_store::{Recording, RecordingError};

use super::letterbox::PictureSize;
use super::pipeline::PipelineArgs;
use reel::Reel;
use stage::Feed;

/// Frame rate of films.
const FRAMES_PER_SECOND: u32 = 30;
/// Length of a film that has no other end, in frames.
const FILM_FRAMES: u64 = 300;
/// Number of the frame that a picture shows: by then everything is on the screen.
const PICTURE_FRAME: u64 = 75;
/// Size of the puppet's frames, with the aspect ratio of most screens.
const PUPPET_SIZE: (u32, u32) = (960, 540);

/// Finds faces, names their expressions and reacts to them, live
///
/// Keys: H shows them all. 1-7 puppet expression, V cameras, W why, P privacy, Esc quit.
///
/// In a window, your settings (size, contrast, motion, privacy, panels) are kept between runs. With
/// --headless they are neither read nor written.
#[derive(Args)]
pub struct DemoArgs {
    /// auto (the first camera that opens, else the puppet), camera, camera:N, puppet, a film, a
    /// picture, a folder of pictures or a URL
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    source: SourceSpec,

    /// Plays a recording of readings instead of a source; it has no picture
    #[arg(long, value_name = "FILE.face", conflicts_with_all = ["source", "heads", "expression"])]
    replay: Option<PathBuf>,

    /// Speed of the recording; 1 is real time
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, requires = "replay")]
    speed: f64,

    /// Records the readings, without pictures, to be played with --replay. An existing file is not
    /// replaced
    #[arg(long, value_name = "FILE.face")]
    recording: Option<PathBuf>,

    /// Plays films and recordings in a loop
    #[arg(long = "loop")]
    repeat: bool,

    /// Number of the puppet's heads, 1 to 4
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    heads: u8,

    /// Expression that the puppet holds, instead of going through all seven
    #[arg(long, value_name = "NAME")]
    expression: Option<Expression>,

    /// Size of the window or of the film
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x720")]
    size: PictureSize,

    /// Runs without a window or display; needs --record or --screenshot
    #[arg(long)]
    headless: bool,

    /// Ends after this many frames
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    frames: Option<u64>,

    /// Saves a picture of the last frame with --frames, else of the 75th
    #[arg(long, value_name = "F.png")]
    screenshot: Option<PathBuf>,

    /// Records a film at 30 frames per second; with --headless and without --frames it ends with
    /// the source or after ten seconds, but films a --replay to its end
    #[arg(long, value_name = "F.mp4")]
    record: Option<PathBuf>,

    /// Scale of text and panels, 0.75 to 1.5
    #[arg(long, value_name = "FACTOR", value_parser = scale)]
    scale: Option<f32>,

    /// Turns off everything that shakes, slides or flies
    #[arg(long)]
    reduced_motion: bool,

    /// High contrast, and colours that colour-blind people can tell apart
    #[arg(long)]
    high_contrast: bool,

    /// Opens a panel at startup; can be given several times
    #[arg(long, value_name = "PANEL")]
    show: Vec<ShownPanel>,

    /// Folder of reactions in RON; by default, in a window, the folder `reactions` beside your
    /// settings
    #[arg(long, value_name = "FOLDER")]
    reactions: Option<PathBuf>,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// A panel that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShownPanel {
    /// What is on the screen and what the keys do
    Help,
    /// The list of cameras
    Cameras,
    /// How reliable the reading is
    Why,
    /// Progress of measuring your resting baseline
    Baseline,
}

fn scale(text: &str) -> Result<f32, String> {
    let [least, most] = HudSettings::SCALES;
    let factor: f32 = text.parse().map_err(|_| format!("\"{text}\" is not a number"))?;
    if (least..=most).contains(&factor) {
        Ok(factor)
    } else {
        Err(format!("{factor} is not between {least} and {most}"))
    }
}

/// Shows the demo.
///
/// # Errors
/// When there is no display or no graphics driver, the source fails in a headless run, or a
/// picture or film cannot be written.
pub fn run(args: &DemoArgs) -> anyhow::Result<()> {
    if let Some(path) = args.recording.as_ref().filter(|path| path.exists()) {
        return Err(RecordingError::Exists { path: path.clone() }.into());
    }
    let recording = args.load_recording()?;
    if args.headless {
        if args.record.is_none() && args.screenshot.is_none() {
            bail!("--headless needs an output; add --record demo.mp4 or --screenshot demo.png");
        }
        return guarded(|| headless(args, recording));
    }
    require_display("run with --headless --record demo.mp4")?;
    guarded(|| windowed(args, recording))
}

/// Says what to do where there is no display.
///
/// # Errors
/// If there is none.
pub fn require_display(advice: &str) -> anyhow::Result<()> {
    let display = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux")
        && !["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(display)
    {
        bail!("no display: {advice}");
    }
    Ok(())
}

fn windowed(args: &DemoArgs, recording: Option<Recording>) -> anyhow::Result<()> {
    let window = Window {
        title: "bevy_emotion".to_owned(),
        name: Some("bevy_emotion".to_owned()),
        resolution: WindowResolution::new(args.size.width, args.size.height),
        ..default()
    };
    let keeper = KeepSettingsPlugin::in_usual_place("bevy_emotion");
    let beside_settings = keeper.as_ref().map(|keeper| keeper.file.with_file_name("reactions"));
    let mut app = App::new();
    let reactions = register_reactions(&mut app, args.reactions.clone().or(beside_settings))?;
    app.add_plugins(
        default_plugins().set(WindowPlugin { primary_window: Some(window), ..default() }),
    );
    let capture = CapturePlugin { source: args.source.clone(), options: args.open_options() };
    args.add_plugins(&mut app, EmotionPlugins.set(capture), recording);
    let mut settings = args.mirror();
    app.add_plugins(hud(HudCorePlugin { settings, ..default() }, reactions));
    if let Some(keeper) = keeper {
        app.add_plugins(keeper);
    }
    settings = *app.world().resource::<HudSettings>();
    args.apply(&mut settings, &mut app);
    let reel = Reel::new(args.record.as_deref(), f64::from(FRAMES_PER_SECOND));
    if args.frames.is_some() || args.screenshot.is_some() || args.record.is_some() {
        app.insert_resource(reel.clone())
            .insert_resource(Shooting {
                frames: args.frames,
                picture: args.screenshot.clone(),
                films: args.record.is_some(),
                updates: 0,
                filmed: 0,
            })
            .add_systems(Last, shoot_window);
    }
    let exit = app.run();
    reel.finish()?;
    if exit.is_error() {
        bail!("the demo ended with an error; run it with -v to see why");
    }
    Ok(())
}

/// What to record of the window.
#[derive(Resource)]
struct Shooting {
    frames: Option<u64>,
    picture: Option<PathBuf>,
    films: bool,
    updates: u64,
    /// Frames in the film so far.
    filmed: u64,
}

/// Records the window in real time: the next frame is repeated for those that came too late.
fn shoot_window(
    mut shooting: ResMut<Shooting>,
    reel: Res<Reel>,
    time: Res<Time<Real>>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    shooting.updates += 1;
    if reel.has_failed() || shooting.frames.is_some_and(|frames| shooting.updates > frames) {
        if reel.is_done() {
            exit.write(AppExit::Success);
        }
        return;
    }
    let due = (time.elapsed_secs_f64() * f64::from(FRAMES_PER_SECOND)) as u64 + 1;
    let repeats = if shooting.films { due.saturating_sub(shooting.filmed) } else { 0 };
    let picture_frame = shooting.frames.unwrap_or(PICTURE_FRAME);
    let picture = shooting.picture.clone().filter(|_| shooting.updates == picture_frame);
    if repeats > 0 || picture.is_some() {
        shooting.filmed += repeats;
        let repeats = u32::try_from(repeats).unwrap_or(u32::MAX);
        reel.shoot(&mut commands, &RenderTarget::Window(default()), repeats, picture);
    }
}

fn headless(args: &DemoArgs, recording: Option<Recording>) -> anyhow::Result<()> {
    let mut app = App::new();
    let reactions = register_reactions(&mut app, args.reactions.clone())?;
    app.add_plugins(
        default_plugins()
            .set(WindowPlugin {
                primary_window: None,
                exit_condition: ExitCondition::DontExit,
                ..default()
            })
            .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
            .disable::<WinitPlugin>()
            .disable::<PipelinedRenderingPlugin>(),
    );
    let target = stage::canvas(&mut app, args.size.width, args.size.height);
    let length = recording.as_ref().map(|recording| recording.length);
    let mut feed = None;
    if recording.is_none() {
        let (capture, source) = source(args)?;
        app.world_mut().spawn(EmotionCamera::new(capture));
        feed = source;
    }
    args.add_plugins(&mut app, EmotionPlugins.build(), recording);
    let mut settings = args.mirror();
    app.add_plugins(hud(
        HudCorePlugin { target: target.clone(), settings, ..default() },
        reactions,
    ));
    args.apply(&mut settings, &mut app);

    let reel = Reel::new(args.record.as_deref(), f64::from(FRAMES_PER_SECOND));
    let picture_only = if args.record.is_some() { FILM_FRAMES } else { PICTURE_FRAME };
    let whole = length
        .filter(|_| args.record.is_some() && !args.repeat)
        .map(|length| args.frames_of(length));
    let frames = args.frames.or(whole).unwrap_or(picture_only);
    let picture_number = args.frames.unwrap_or(PICTURE_FRAME) - 1;
    stage::play(&mut app, frames, feed, &reel, |commands, number| {
        let picture = args.screenshot.clone().filter(|_| number == picture_number);
        if args.record.is_some() || picture.is_some() {
            reel.shoot(commands, &target, 1, picture);
        }
    })?;
    reel.finish()?;
    report(args, &mut app)
}

/// Sources with their own times are read on the film's clock, cameras in real time.
fn source(args: &DemoArgs) -> anyhow::Result<(Capture, Option<Feed>)> {
    let options = args.open_options();
    let source = emotion_capture::open(&args.source, &options)?;
    if source.pacing() == Pacing::Live {
        drop(source);
        return Ok((Capture::start(args.source.clone(), options)?, None));
    }
    let label = match args.source {
        SourceSpec::Auto => format!("{} (no camera found)", source.label()),
        _ => source.label(),
    };
    let (sender, receiver) = frame_slot();
    Ok((Capture::from_receiver(label, receiver), Some(Feed::new(source, sender))))
}

/// Prints which files were written and which faces were in view at the end.
///
/// # Errors
/// When a file that was asked for is not there: the source ended before.
fn report(args: &DemoArgs, app: &mut App) -> anyhow::Result<()> {
    for path in [&args.screenshot, &args.record, &args.recording].into_iter().flatten() {
        if !path.is_file() {
            bail!(
                "{} was not written: the source ended before; ask for fewer frames with --frames",
                path.display()
            );
        }
        eprintln!("wrote {}", path.display());
    }
    let world = app.world_mut();
    for (face, emotion) in world.query::<(&Face, &Emotion)>().iter(world) {
        let shown = emotion.dominant.map_or("unsure", Expression::name);
        let confidence = emotion.confidence * 100.0;
        let FrameRect { x, y, width, height } = face.bbox_in_frame;
        eprintln!(
            "face {}: {shown}, {confidence:.0} %, {width:.0}x{height:.0} at {x:.0},{y:.0} of {}x{}",
            face.subject, face.frame_size.x, face.frame_size.y
        );
    }
    Ok(())
}

/// Bevy's plugins, without its log and its sound.
pub fn default_plugins() -> PluginGroupBuilder {
    // The program has already set up its log.
    let plugins = DefaultPlugins.build().disable::<LogPlugin>();
    // The demo makes no sound, so it does not open an audio device.
    plugins.disable::<bevy::audio::AudioPlugin>()
}

impl DemoArgs {
    fn open_options(&self) -> OpenOptions {
        let mut options = OpenOptions { repeat: self.repeat, ..OpenOptions::default() };
        options.puppet.size = PUPPET_SIZE;
        options.puppet.heads = self.heads;
        if let Some(expression) = self.expression {
            options.puppet.script = PuppetScript::Hold(expression);
        }
        if self.headless {
            // A camera that does not answer should not hold up a recording for long.
            options.timeout = options.timeout.min(Duration::from_secs(5));
        }
        options
    }

    /// Adds the face pipeline, or the replay in its place, and the measurement against the resting
    /// baseline.
    fn add_plugins(
        &self,
        app: &mut App,
        plugins: PluginGroupBuilder,
        recording: Option<Recording>,
    ) {
        match recording {
            None => {
                app.add_plugins(plugins.set(self.pipeline.plugin()));
            }
            Some(recording) => {
                // The screen shows this label where it names a camera.
                let label = format!("recording of {}", recording.info.source);
                let (_, no_frames) = frame_slot();
                let nothing = Capture::from_receiver(label, no_frames);
                app.world_mut().spawn(EmotionCamera::new(nothing));
                app.add_plugins(plugins.disable::<CapturePlugin>().disable::<AnalyzePlugin>());
                let mut replay = app.world_mut().resource_mut::<Replay>();
                replay.play(recording);
                replay.set_speed(self.speed);
                replay.set_repeat(self.repeat);
            }
        }
        let on_demand = BaselineSettings { automatic: false, ..default() };
        app.insert_resource(on_demand).add_plugins(MeasurePlugin);
        if let Some(path) = &self.recording {
            app.world_mut().resource_mut::<Recorder>().start(path);
        }
    }

    /// Loads the recording to play, if there is one, and reports damage in it.
    fn load_recording(&self) -> anyhow::Result<Option<Recording>> {
        let Some(path) = &self.replay else { return Ok(None) };
        let recording = match Recording::load(path) {
            // This error names the file itself.
            Err(error @ RecordingError::Unreadable { .. }) => return Err(error.into()),
            result => result.with_context(|| path.display().to_string())?,
        };
        if let Some(damage) = recording.damage {
            eprintln!("{}: {damage}", path.display());
        }
        Ok(Some(recording))
    }

    /// Number of frames in a film of a whole recording.
    fn frames_of(&self, length: Duration) -> u64 {
        let seconds = length.as_secs_f64() / self.speed.clamp(0.01, Replay::FASTEST);
        (seconds * f64::from(FRAMES_PER_SECOND)).ceil() as u64 + 1
    }

    /// Default settings, with cameras mirrored: people know themselves from mirrors.
    fn mirror(&self) -> HudSettings {
        let mirrored = self.replay.is_none()
            && matches!(self.source, SourceSpec::Auto | SourceSpec::Camera(_));
        HudSettings { mirrored, ..HudSettings::default() }
    }

    /// Applies the command line's options on top of the settings.
    fn apply(&self, settings: &mut HudSettings, app: &mut App) {
        settings.scale = self.scale.unwrap_or(settings.scale);
        settings.reduced_motion |= self.reduced_motion;
        if self.high_contrast {
            settings.palette = Palette::HighContrast;
        }
        for panel in &self.show {
            match panel {
                ShownPanel::Help => settings.overlay = Some(Overlay::Help),
                ShownPanel::Cameras => settings.overlay = Some(Overlay::Cameras),
                ShownPanel::Why => settings.panels.why = true,
                ShownPanel::Baseline => {
                    app.add_observer(|_: On<FaceAppeared>, mut wanted: MessageWriter<_>| {
                        wanted.write(BaselineWanted);
                    });
                }
            }
        }
        app.insert_resource(*settings);
    }
}

/// The HUD, with reactions from a folder if there is one.
fn hud(core: HudCorePlugin, reactions: Option<ReactionFilesPlugin>) -> PluginGroupBuilder {
    let hud = HudPlugins.build().set(core);
    match reactions {
        Some(reactions) => hud.set(reactions),
        None => hud.disable::<ReactionFilesPlugin>(),
    }
}

/// Registers a folder outside the app's assets with Bevy. Must run before Bevy's plugins are added.
fn register_reactions(
    app: &mut App,
    folder: Option<PathBuf>,
) -> anyhow::Result<Option<ReactionFilesPlugin>> {
    let Some(folder) = folder else { return Ok(None) };
    let folder = std::path::absolute(&folder)
        .with_context(|| format!("the folder {} cannot be found", folder.display()))?;
    let Some(name) = folder.to_str() else {
        bail!("the path of the folder {} is not UTF-8", folder.display());
    };
    let reader = AssetSource::get_default_reader(name.to_owned());
    app.register_asset_source("reactions", AssetSourceBuilder::new(reader));
    Ok(Some(ReactionFilesPlugin { folder: "reactions://".to_owned() }))
}

/// Turns panics of window and graphics libraries in `run` into messages: these libraries report a
/// missing display or driver in no other way.
///
/// # Errors
/// Those of `run`, and what it panics with.
pub fn guarded<T>(run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| tracing::info!("{panic}")));
    let result = catch_unwind(AssertUnwindSafe(run));
    std::panic::set_hook(hook);
    result.unwrap_or_else(|panic| Err(explain(panic.as_ref())))
}

fn explain(panic: &(dyn Any + Send)) -> anyhow::Error {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    if message.contains("Unable to find a GPU") {
        return anyhow!(
            "no graphics driver: the demo needs Vulkan, for which a software driver will do \
             (Debian, Ubuntu: apt install mesa-vulkan-drivers); `emotion analyze` works without it"
        );
    }
    if message.contains("event loop") || message.contains("EventLoop") {
        return anyhow!(
            "the display cannot be reached; check DISPLAY or WAYLAND_DISPLAY, or run with \
             --headless --record demo.mp4"
        );
    }
    anyhow!("the demo crashed: {message}; run it with -v to see more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_messages_that_help() {
        let no_driver = guarded::<()>(|| panic!("Unable to find a GPU! Make sure ..."));
        assert!(no_driver.expect_err("it panicked").to_string().contains("mesa-vulkan-drivers"));
        let other = guarded::<()>(|| panic!("index {} out of range", 7));
        assert!(other.expect_err("it panicked").to_string().contains("index 7 out of range"));
        assert!(guarded(|| Ok(())).is_ok());
    }
}
