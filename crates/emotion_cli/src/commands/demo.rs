//! `emotion demo`: the HUD in a window, or without one into a film or a picture.

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
    CalibrationWanted, HudCorePlugin, HudPlugins, HudSettings, KeepSettingsPlugin, Overlay,
    ReactionFilesPlugin,
};
use bevy_emotion::input::{CalibrationSettings, MeasurePlugin};
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

/// Frames of a film a second.
const FRAMES_PER_SECOND: u32 = 30;
/// Frames of a film that has no other end.
const FILM_FRAMES: u64 = 300;
/// The frame of a picture: everything has come in by then.
const PICTURE_FRAME: u64 = 75;
/// The puppet's frames: the shape of most screens.
const PUPPET_SIZE: (u32, u32) = (960, 540);

/// Shows faces found, named and reacted to, live
///
/// Keys: H shows them all. 1-7 puppet expression, V cameras, W why, P privacy, Esc quit.
///
/// In a window your settings (size, contrast, motion, privacy, panels) are kept between runs.
/// Without one they are neither read nor written.
#[derive(Args)]
pub struct DemoArgs {
    /// auto (the first camera that opens, else the puppet), camera, camera:N, puppet, a film, a
    /// picture, a folder of pictures or a URL
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    source: SourceSpec,

    /// Plays a recording of readings, in the place of a source: there is no picture in it
    #[arg(long, value_name = "FILE.face", conflicts_with_all = ["source", "heads", "expression"])]
    replay: Option<PathBuf>,

    /// How fast the recording plays; 1 is as it was
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, requires = "replay")]
    speed: f64,

    /// Records the readings, without pictures, to be played again with --replay. A file that is
    /// there is not replaced
    #[arg(long, value_name = "FILE.face")]
    recording: Option<PathBuf>,

    /// Plays films and recordings again from their start
    #[arg(long = "loop")]
    repeat: bool,

    /// Heads of the puppet, 1 to 4
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    heads: u8,

    /// The expression that the puppet holds, instead of going through all seven
    #[arg(long, value_name = "NAME")]
    expression: Option<Expression>,

    /// Size of the window or of the film
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x720")]
    size: PictureSize,

    /// Without window or display; with --record or --screenshot
    #[arg(long)]
    headless: bool,

    /// Ends after this many frames
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    frames: Option<u64>,

    /// Saves a picture: of the last frame of --frames, else of the 75th
    #[arg(long, value_name = "F.png")]
    screenshot: Option<PathBuf>,

    /// Records a film, 30 frames a second; without --frames or an end of the source, ten seconds
    /// where there is no window
    #[arg(long, value_name = "F.mp4")]
    record: Option<PathBuf>,

    /// Size of texts and panels, 0.75 to 1.5
    #[arg(long, value_name = "FACTOR", value_parser = scale)]
    scale: Option<f32>,

    /// Nothing shakes, slides or flies
    #[arg(long)]
    reduced_motion: bool,

    /// High contrast, and colours that are far apart for colour-blind people
    #[arg(long)]
    high_contrast: bool,

    /// Opens a panel at the start; may be given several times
    #[arg(long, value_name = "PANEL")]
    show: Vec<ShownPanel>,

    /// A folder of reactions in RON; without it, in a window, the folder `reactions` beside your
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
    /// How far what is shown can be trusted
    Why,
    /// How far the calibration of a resting face has come
    Calibration,
}

fn scale(text: &str) -> Result<f32, String> {
    let [least, most] = HudSettings::SCALES;
    let factor: f32 = text.parse().map_err(|_| format!("\"{text}\" is no number"))?;
    if (least..=most).contains(&factor) {
        Ok(factor)
    } else {
        Err(format!("{factor} is not from {least} to {most}"))
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
            bail!("--headless shows nothing; add --record demo.mp4 or --screenshot demo.png");
        }
        return guarded(|| headless(args, recording));
    }
    let display = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux")
        && !["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(display)
    {
        bail!("no display: run with --headless --record demo.mp4");
    }
    guarded(|| windowed(args, recording))
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

/// What is to be recorded of the window.
#[derive(Resource)]
struct Shooting {
    frames: Option<u64>,
    picture: Option<PathBuf>,
    films: bool,
    updates: u64,
    /// Frames that the film has so far.
    filmed: u64,
}

/// Records the window in real time: frames that came too late are filled up with the next one.
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
    report(args, &mut app);
    Ok(())
}

/// Sources with times of their own are read in the film's time, cameras in theirs.
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

/// Says what was written and what was seen at the end.
fn report(args: &DemoArgs, app: &mut App) {
    for path in [&args.screenshot, &args.record, &args.recording].into_iter().flatten() {
        eprintln!("wrote {}", path.display());
    }
    let world = app.world_mut();
    for (face, emotion) in world.query::<(&Face, &Emotion)>().iter(world) {
        let shown = emotion.dominant.map_or("unsure", Expression::name);
        let confidence = emotion.confidence * 100.0;
        let FrameRect { x, y, width, height } = face.box_in_frame;
        eprintln!(
            "face {}: {shown}, {confidence:.0} %, {width:.0}x{height:.0} at {x:.0},{y:.0} of {}x{}",
            face.subject, face.frame_size.x, face.frame_size.y
        );
    }
}

fn default_plugins() -> PluginGroupBuilder {
    // The program has set up its log already.
    let plugins = DefaultPlugins.build().disable::<LogPlugin>();
    // The demo makes no sound: the device is left alone.
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

    /// Adds what finds and reads faces, or what plays them, and what measures them against their rest.
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
                // The screen names it where it names a camera.
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
        let on_demand = CalibrationSettings { automatic: false, ..default() };
        app.insert_resource(on_demand).add_plugins(MeasurePlugin);
        if let Some(path) = &self.recording {
            app.world_mut().resource_mut::<Recorder>().start(path);
        }
    }

    /// The recording that is to be played, if one is. What is missing in it is told.
    fn load_recording(&self) -> anyhow::Result<Option<Recording>> {
        let Some(path) = &self.replay else { return Ok(None) };
        let recording = match Recording::load(path) {
            // It names the file itself.
            Err(error @ RecordingError::Unreadable { .. }) => return Err(error.into()),
            result => result.with_context(|| path.display().to_string())?,
        };
        if let Some(damage) = recording.damage {
            eprintln!("{}: {damage}", path.display());
        }
        Ok(Some(recording))
    }

    /// The frames of a film that shows a whole recording.
    fn frames_of(&self, length: Duration) -> u64 {
        let seconds = length.as_secs_f64() / self.speed.clamp(0.01, Replay::FASTEST);
        (seconds * f64::from(FRAMES_PER_SECOND)).ceil() as u64 + 1
    }

    /// People know themselves from mirrors.
    fn mirror(&self) -> HudSettings {
        let mirrored = self.replay.is_none()
            && matches!(self.source, SourceSpec::Auto | SourceSpec::Camera(_));
        HudSettings { mirrored, ..HudSettings::default() }
    }

    /// Puts what was asked for on the command line on top of the settings.
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
                ShownPanel::Calibration => {
                    app.add_observer(|_: On<FaceAppeared>, mut wanted: MessageWriter<_>| {
                        wanted.write(CalibrationWanted);
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

/// Makes a folder outside of the app's assets known to Bevy. Comes before its plugins.
fn register_reactions(
    app: &mut App,
    folder: Option<PathBuf>,
) -> anyhow::Result<Option<ReactionFilesPlugin>> {
    let Some(folder) = folder else { return Ok(None) };
    let folder = std::path::absolute(&folder)
        .with_context(|| format!("the folder {} cannot be found", folder.display()))?;
    let Some(name) = folder.to_str() else {
        bail!("the folder {} is not text", folder.display());
    };
    let reader = AssetSource::get_default_reader(name.to_owned());
    app.register_asset_source("reactions", AssetSourceBuilder::new(reader));
    Ok(Some(ReactionFilesPlugin { folder: "reactions://".to_owned() }))
}

/// Runs it and turns the panics of window and graphics libraries into messages: they do not report
/// a missing display or driver in any other way.
fn guarded(run: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
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
            "no graphics driver: the demo needs Vulkan, be it in software (Debian, Ubuntu: \
             apt install mesa-vulkan-drivers); `emotion analyze` works without"
        );
    }
    if message.contains("event loop") || message.contains("EventLoop") {
        return anyhow!(
            "the display cannot be reached; check DISPLAY or WAYLAND_DISPLAY, or run with \
             --headless --record demo.mp4"
        );
    }
    anyhow!("the demo broke down: {message}; run it with -v to see more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_messages_that_help() {
        let no_driver = guarded(|| panic!("Unable to find a GPU! Make sure ..."));
        assert!(no_driver.expect_err("it panicked").to_string().contains("mesa-vulkan-drivers"));
        let other = guarded(|| panic!("index {} out of range", 7));
        assert!(other.expect_err("it panicked").to_string().contains("index 7 out of range"));
        assert!(guarded(|| Ok(())).is_ok());
    }
}
