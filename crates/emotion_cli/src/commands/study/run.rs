//! `emotion study run`: shows a study's film on the whole screen, and records the viewer in step with it.
//!
//! Three clocks meet here. The film is shown by the system's clock: a frame appears in the first screen refresh after its time. The
//! viewer's readings carry the session's time, that of the camera's pictures. Where the lead-in begins, both are
//! read at once, and from then on they run alike.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use bevy::asset::RenderAssetUsages;
use bevy::prelude::*;
use bevy::window::{CursorOptions, MonitorSelection, WindowMode, WindowResolution};
use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded};
use emotion_capture::SourceSpec;
use emotion_core::{Event, Frame};
use emotion_project::study::Study;
use emotion_project::{Intake, Project, Taken};
use emotion_session::Session;

use super::film;
use crate::commands::demo::{default_plugins, guarded, require_display};
use crate::commands::letterbox::PictureSize;
use crate::commands::pipeline::PipelineArgs;
use crate::commands::session::record::{Live, live_start, open};
use crate::commands::session::tell;

/// Frames of the film that wait to be shown.
const WAITING: usize = 8;
/// How long the camera and the model may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// The neutral ground before and around the film.
const GROUND: Color = Color::srgb(0.32, 0.32, 0.32);

/// Shows a study's film to a person on the whole screen, and records them in step with it
///
/// A cross is shown while the camera gets ready, and for the study's lead-in. Escape ends it. The film is shown
/// without its sound.
#[derive(Args)]
pub struct RunArgs {
    /// The study
    study: String,

    /// The viewer's pseudonym
    person: String,

    /// auto, camera, camera:N, puppet, or the address of a stream
    #[arg(long, default_value = "camera")]
    source: SourceSpec,

    /// Shows the film in a window of this size instead of the whole screen
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    window: Option<PictureSize>,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Shows the film, and records the viewer.
///
/// # Errors
/// Without a display, consent or camera, or when it cannot be stored.
pub fn run(project: &mut Project, args: &RunArgs) -> anyhow::Result<()> {
    if let SourceSpec::Path(path) = &args.source {
        bail!("{} is a file; `emotion study import` takes films of viewers", path.display());
    }
    require_display("a study is run on a screen; `emotion study import` takes films of viewers")?;
    let study = project.study(&args.study)?;
    let settings = args.pipeline.settings();
    let start = live_start(&args.source, &settings);
    // Both are refused before a camera is opened.
    film::open(&study.film)?;
    let mut intake = project.begin_view(&study.name, &args.person, &start)?;
    let (session, events) = open(&args.source, settings)?;
    let clock: Arc<Clock> = Arc::default();
    let (shown, end) = thread::scope(|scope| {
        let recorder = scope.spawn(|| {
            let result = record(&session, &events, &mut intake, &study, &clock);
            // Nobody sees a film to its end of which nothing is recorded.
            clock.stop.store(true, Ordering::Relaxed);
            result
        });
        let shown = guarded(|| show(&study, args, clock.clone()));
        clock.stop.store(true, Ordering::Relaxed);
        let end = recorder.join().unwrap_or_else(|_| Err(anyhow!("the recording crashed")));
        (shown, end)
    });
    // What the screen lacks is the reason, where both failed.
    let result = shown.and_then(|shown| Ok((shown, end?)));
    let (shown, end) = match result {
        Ok(both) => both,
        Err(error) => {
            if !clock.start.load(Ordering::Relaxed) {
                // Nothing of the film was seen: the person is no viewer yet.
                let id = intake.id();
                drop(intake);
                project.remove_session(id)?;
            }
            return Err(error);
        }
    };
    let taken = intake.finish(end)?;
    tell_all(args, &study, &shown, &taken, session.status().missed);
    Ok(())
}

fn tell_all(args: &RunArgs, study: &Study, shown: &Shown, taken: &Taken, missed: u64) {
    tell(&args.person, taken);
    eprintln!(
        "{} of {} frames of {} were shown, on average {:.0} ms after their time, at most {:.0} ms",
        shown.frames,
        shown.frames + shown.skipped,
        study.name,
        shown.late.as_secs_f64() * 1000.0 / shown.frames.max(1) as f64,
        shown.latest.as_secs_f64() * 1000.0
    );
    if missed > 0 {
        eprintln!("{missed} events were missed, because storing was too slow");
    }
    if !shown.is_whole {
        eprintln!(
            "the film was not seen to its end; the seconds after that count as not seen. `emotion session remove {}` \
             removes the session",
            taken.session.id
        );
    }
}

/// What the screen and the recorder tell each other.
#[derive(Default)]
struct Clock {
    /// The camera's pictures are analyzed.
    is_ready: AtomicBool,
    /// The lead-in has begun.
    start: AtomicBool,
    stop: AtomicBool,
}

/// Takes in events from the start of the lead-in on; gives the session's length.
fn record(
    session: &Session,
    events: &Receiver<Event>,
    intake: &mut Intake,
    study: &Study,
    clock: &Clock,
) -> anyhow::Result<Duration> {
    await_start(session, events, clock)?;
    let began = session.status().time.0;
    let length = Duration::from_secs(study.baseline.lead()) + study.film_length;
    let mut live = Live { intake, began: Some(began), frame: None };
    live.follow(session, events, Some(length), &clock.stop)
}

/// Lets events pass until the screen says that it starts; says when the camera is ready.
fn await_start(session: &Session, events: &Receiver<Event>, clock: &Clock) -> anyhow::Result<()> {
    use emotion_capture::CaptureState;
    use emotion_core::EventKind;
    let since = Instant::now();
    while !clock.start.load(Ordering::Acquire) {
        if clock.stop.load(Ordering::Relaxed) {
            bail!("it was ended before the film began");
        }
        if let Ok(event) = events.recv_timeout(Duration::from_millis(2)) {
            match event.kind {
                EventKind::FrameAnalyzed { .. } => clock.is_ready.store(true, Ordering::Release),
                EventKind::Problem { message } => eprintln!("{message}"),
                _ => {}
            }
        }
        for stream in &session.status().streams {
            if let CaptureState::Failed { reason } = &stream.capture.state {
                bail!("{reason}");
            }
        }
        if !clock.is_ready.load(Ordering::Relaxed) && since.elapsed() > PATIENCE {
            bail!(
                "camera and model were not ready within a minute; try `emotion session record` first"
            );
        }
    }
    Ok(())
}

/// How the film was shown.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    frames: u64,
    /// Frames whose successor was due before the screen came to them.
    skipped: u64,
    /// By how much frames came after their time, in all and at most.
    late: Duration,
    latest: Duration,
    is_whole: bool,
}

/// The film on the screen.
#[derive(Resource)]
struct Player {
    frames: Receiver<Frame>,
    /// The frame that comes next.
    next: Option<Frame>,
    lead: Duration,
    length: Duration,
    /// When the lead-in began.
    began: Option<Instant>,
    shown: Arc<Mutex<Shown>>,
}

/// What the screen shares with the recorder.
#[derive(Resource)]
struct Told(Arc<Clock>);

/// The film's picture.
#[derive(Component)]
struct Screen;

/// The cross that is looked at before the film.
#[derive(Component)]
struct Cross;

fn show(study: &Study, args: &RunArgs, clock: Arc<Clock>) -> anyhow::Result<Shown> {
    let (sender, frames) = bounded(WAITING);
    let path = study.film.clone();
    let decoder = thread::Builder::new()
        .name("film".to_owned())
        .spawn(move || decode(&path, &sender))
        .context("the system gives no thread for the film")?;
    let shown: Arc<Mutex<Shown>> = Arc::default();
    let mut window = Window { title: study.name.clone(), ..default() };
    match &args.window {
        Some(size) => window.resolution = WindowResolution::new(size.width, size.height),
        None => window.mode = WindowMode::BorderlessFullscreen(MonitorSelection::Current),
    }
    let cursor = CursorOptions { visible: false, ..default() };
    let mut app = App::new();
    app.add_plugins(default_plugins().set(WindowPlugin {
        primary_window: Some(window),
        primary_cursor_options: Some(cursor),
        ..default()
    }))
    .insert_resource(ClearColor(GROUND))
    .insert_resource(Told(clock))
    .insert_resource(Player {
        frames,
        next: None,
        lead: Duration::from_secs(study.baseline.lead()),
        length: study.film_length,
        began: None,
        shown: shown.clone(),
    })
    .add_systems(Startup, set_up)
    .add_systems(Update, (stop_on_escape, play, fit).chain());
    let exit = app.run();
    drop(app);
    // The player is gone, and with it whoever waits for frames.
    let decoded = decoder.join().unwrap_or_else(|_| Err(anyhow!("decoding the film crashed")));
    if exit.is_error() {
        bail!("the screen ended with an error; run it with -v to see why");
    }
    decoded?;
    Ok(*shown.lock().unwrap_or_else(PoisonError::into_inner))
}

fn set_up(mut commands: Commands, mut images: ResMut<Assets<Image>>) {
    commands.spawn(Camera2d);
    let mut picture = Image::default_uninit();
    picture.asset_usage = RenderAssetUsages::RENDER_WORLD;
    picture.data = Some(vec![0, 0, 0, 255]);
    let sprite = Sprite::from_image(images.add(picture));
    commands.spawn((Screen, sprite, Visibility::Hidden));
    for size in [Vec2::new(28.0, 4.0), Vec2::new(4.0, 28.0)] {
        commands.spawn((Cross, Sprite::from_color(Color::srgb(0.75, 0.75, 0.75), size)));
    }
}

fn stop_on_escape(keys: Res<ButtonInput<KeyCode>>, told: Res<Told>) {
    if keys.just_pressed(KeyCode::Escape) {
        told.0.stop.store(true, Ordering::Relaxed);
    }
}

/// Shows the frame that is due.
fn play(
    mut player: ResMut<Player>,
    told: Res<Told>,
    mut images: ResMut<Assets<Image>>,
    mut screen: Query<(&Sprite, &mut Visibility), With<Screen>>,
    mut crosses: Query<&mut Visibility, (With<Cross>, Without<Screen>)>,
    mut exit: MessageWriter<AppExit>,
) {
    let now = Instant::now();
    if told.0.stop.load(Ordering::Relaxed) {
        exit.write(AppExit::Success);
        return;
    }
    let Some(began) = player.began else {
        if told.0.is_ready.load(Ordering::Acquire) {
            player.began = Some(now);
            told.0.start.store(true, Ordering::Release);
        }
        return;
    };
    let Some(time) = now.duration_since(began).checked_sub(player.lead) else { return };
    if let Some(frame) = player.due(time) {
        for (sprite, mut visibility) in &mut screen {
            if let Some(mut image) = images.get_mut(&sprite.image) {
                image.texture_descriptor.size.width = frame.width();
                image.texture_descriptor.size.height = frame.height();
                image.data = Some(frame.to_rgba());
            }
            visibility.set_if_neq(Visibility::Inherited);
        }
        for mut visibility in &mut crosses {
            visibility.set_if_neq(Visibility::Hidden);
        }
    }
    if time >= player.length {
        player.shown.lock().unwrap_or_else(PoisonError::into_inner).is_whole = true;
        exit.write(AppExit::Success);
    }
}

impl Player {
    /// The newest frame that is due, if it was not shown yet.
    fn due(&mut self, time: Duration) -> Option<Frame> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due: Option<Frame> = None;
        loop {
            self.next = self.next.take().or_else(|| self.frames.try_recv().ok());
            match self.next.take_if(|frame| frame.time() <= time) {
                Some(frame) => shown.skipped += u64::from(due.replace(frame).is_some()),
                None => break,
            }
        }
        if let Some(frame) = &due {
            let late = time.saturating_sub(frame.time());
            shown.frames += 1;
            shown.late += late;
            shown.latest = shown.latest.max(late);
        }
        due
    }
}

/// Keeps the picture as large as the window lets it be.
fn fit(
    windows: Query<&Window>,
    images: Res<Assets<Image>>,
    mut screen: Query<&mut Sprite, With<Screen>>,
) {
    let Ok(window) = windows.single() else { return };
    for mut sprite in &mut screen {
        let Some(image) = images.get(&sprite.image) else { continue };
        let size = image.size_f32().max(Vec2::ONE);
        let size = size * (window.size() / size).min_element();
        if sprite.custom_size != Some(size) {
            sprite.custom_size = Some(size);
        }
    }
}

fn decode(path: &Path, frames: &Sender<Frame>) -> anyhow::Result<()> {
    let mut source = film::open(path)?;
    while let Some(frame) = source.next_frame()? {
        // Nobody looks any more.
        if frames.send(frame).is_err() {
            break;
        }
    }
    Ok(())
}
