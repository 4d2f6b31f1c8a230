//! A game without a window: with played faces, or with the puppet's pictures through the real
//! detector and model, and with or without a screen.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bevy::app::PluginsState;
use bevy::asset::RenderAssetUsages;
use bevy::camera::RenderTarget;
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy::render::settings::{RenderCreation, WgpuSettings};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::TimeUpdateStrategy;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use bevy_emotion::capture::puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};
use bevy_emotion::capture::{FrameSource, SourceControl};
use bevy_emotion::hands_free::{FaceMenu, MenuChosen, WarmUpOver};
use bevy_emotion::hud::theme::Palette;
use bevy_emotion::hud::{HudCorePlugin, HudSettings};
use bevy_emotion::prelude::*;

use crate::arcade::ArcadePlugin;

/// The time of an update.
pub const STEP: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// A puppet's part of the picture, and the updates from one picture to the next: 15 a second.
const PUPPET: PuppetCamera = PuppetCamera { side: 480, updates: 4, frames_per_second: 15.0 };
/// For a long time, with updates twice as long: as small and as seldom as it can still be played
/// with.
const FAR_PUPPET: PuppetCamera = PuppetCamera { side: 160, updates: 4, frames_per_second: 7.5 };
/// Unless the variable GAME_SCREEN says something else, like 1024x768.
const SCREEN_SIZE: UVec2 = UVec2::new(1280, 720);

/// A game that a test plays.
pub struct Stage {
    pub app: App,
    faces: Vec<Entity>,
    puppet: Option<Puppet>,
    screen: Handle<Image>,
    updates: u64,
    /// The time of an update.
    step: Duration,
}

/// The camera in front of the puppets.
#[derive(Clone, Copy)]
struct PuppetCamera {
    side: u32,
    updates: u64,
    frames_per_second: f64,
}

/// Ten minutes of a puppet.
#[derive(Debug, Default)]
pub struct Soak {
    /// How often a menu's item was taken.
    pub taken: usize,
    /// How often a warm-up came to its end.
    pub warmed_up: usize,
    /// The pictures in which not all heads were found.
    pub missed: usize,
    /// The most entities in the first five minutes and in the last five.
    pub most_entities: [u32; 2],
}

impl Soak {
    /// The heads were found, menus and warm-ups were passed again and again, and there are no more
    /// entities in the end than in the beginning.
    pub fn leaves_nothing_behind(&self) {
        assert!(self.missed < 60, "one of a hundred pictures may be misread: {self:?}");
        assert!(self.taken >= 3 && self.warmed_up >= 1, "{self:?}");
        let [first, last] = self.most_entities;
        assert!(last <= first + 8, "more and more entities: {self:?}");
    }
}

/// What happened in menus and warm-ups.
#[derive(Resource, Default)]
struct Seen {
    taken: usize,
    warmed_up: usize,
}

impl Stage {
    /// Without a screen and without faces; everything else is there.
    pub fn new(game: impl Plugin) -> Self {
        let no_gpu = WgpuSettings { backends: None, ..default() };
        Self::build(
            RenderPlugin {
                render_creation: RenderCreation::Automatic(Box::new(no_gpu)),
                ..default()
            },
            game,
        )
    }

    /// With a screen of 1280×720; `None`, with a word about it, where there is no Vulkan.
    pub fn new_with_screen(game: impl Plugin) -> Option<Self> {
        let render = RenderPlugin { synchronous_pipeline_compilation: true, ..default() };
        let stage = catch_unwind(AssertUnwindSafe(|| Self::build(render, game)));
        if stage.is_err() {
            eprintln!("skipped: no Vulkan here, not even in software; nothing can be photographed");
        }
        stage.ok()
    }

    /// Without a screen, with a picture of so many puppets that the real detector and model read.
    pub fn puppet(game: impl Plugin, heads: u32) -> Self {
        let mut stage = Self::new(game);
        stage.bring_puppet(heads);
        stage
    }

    /// The puppets come before the camera.
    pub fn bring_puppet(&mut self, heads: u32) {
        self.bring_puppet_to(heads, PUPPET);
    }

    fn bring_puppet_to(&mut self, heads: u32, camera: PuppetCamera) {
        let feed = self.world().resource_mut::<EmotionFeed>().take_over("puppet");
        let image = Image::new_fill(
            Extent3d { width: camera.side * heads, height: camera.side, depth_or_array_layers: 1 },
            TextureDimension::D2,
            &[0, 0, 0, 255],
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::default(),
        );
        let image = self.world().resource_mut::<Assets<Image>>().add(image);
        self.world().insert_resource(CameraImage(image));
        self.puppet = Some(Puppet::new(heads, camera, feed));
    }

    fn build(render: RenderPlugin, game: impl Plugin) -> Self {
        let mut app = App::new();
        let window = WindowPlugin {
            primary_window: None,
            exit_condition: ExitCondition::DontExit,
            ..default()
        };
        let plugins = DefaultPlugins
            .build()
            .set(window)
            .set(render)
            .disable::<LogPlugin>()
            .disable::<WinitPlugin>()
            .disable::<PipelinedRenderingPlugin>();
        #[cfg(feature = "games")]
        let plugins = plugins.disable::<bevy::audio::AudioPlugin>();
        app.add_plugins(plugins);
        let format = TextureFormat::Rgba8UnormSrgb;
        let size = screen_size();
        let screen = Image::new_target_texture(size.x, size.y, format, None);
        let screen = app.world_mut().resource_mut::<Assets<Image>>().add(screen);
        let target = RenderTarget::from(screen.clone());
        let hud = HudCorePlugin { target, settings: settings(), ..default() };
        app.add_plugins(
            EmotionPlugins.build().disable::<CapturePlugin>().disable::<AnalyzePlugin>(),
        )
        .add_plugins((ArcadePlugin { hud }, game))
        .init_resource::<Seen>()
        .add_observer(|_: On<MenuChosen>, mut seen: ResMut<Seen>| seen.taken += 1)
        .add_observer(|_: On<WarmUpOver>, mut seen: ResMut<Seen>| seen.warmed_up += 1)
        .insert_resource(TimeUpdateStrategy::ManualDuration(STEP));
        app.edit_schedule(Update, |schedule| {
            schedule.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                ..default()
            });
        });
        while app.plugins_state() == PluginsState::Adding {
            bevy::tasks::tick_global_task_pools_on_main_thread();
        }
        app.finish();
        app.cleanup();
        let mut stage =
            Self { app, faces: Vec::new(), puppet: None, screen, updates: 0, step: STEP };
        // Rendering costs most of the time: only for photographs.
        stage.render(false);
        stage.update();
        stage
    }

    pub fn world(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// A played face comes into view.
    pub fn face(&mut self, face: VirtualFace) -> Entity {
        let face = self.world().spawn(face).id();
        self.faces.push(face);
        face
    }

    /// Does something with a played face.
    pub fn with(&mut self, face: Entity, act: impl FnOnce(&mut VirtualFace)) {
        let mut face = self.world().get_mut::<VirtualFace>(face).expect("a played face");
        act(&mut face);
    }

    /// A played face shows an expression with this strength, on a quick but human way.
    pub fn show(&mut self, face: Entity, expression: Expression, strength: f32) {
        self.with(face, |face| face.ramp(expression, strength, Duration::from_millis(150)));
    }

    /// A played face comes to rest.
    pub fn rest(&mut self, face: Entity) {
        self.with(face, |face| face.ramp(Expression::Neutral, 0.0, Duration::from_millis(150)));
    }

    /// A puppet, from the left, puts on an expression.
    pub fn puppet_shows(&mut self, head: usize, expression: Expression) {
        let puppet = self.puppet.as_mut().expect("Stage::puppet");
        puppet.heads[head].control(SourceControl::Expression(expression));
    }

    /// One update.
    pub fn update(&mut self) {
        if let Some(mut puppet) = self.puppet.take() {
            if self.updates.is_multiple_of(puppet.camera.updates) {
                puppet.act(self.world());
            }
            self.puppet = Some(puppet);
        }
        self.updates += 1;
        self.app.update();
    }

    /// From now on updates are twice as long: for long times.
    pub fn hurry(&mut self) {
        self.step = 2 * STEP;
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(self.step));
    }

    /// Goes on for so many seconds.
    pub fn run(&mut self, seconds: f32) {
        for _ in 0..(seconds / self.step.as_secs_f32()).round() as usize {
            self.update();
        }
    }

    /// Goes on until something is true.
    pub fn until(&mut self, most_seconds: f32, mut is_true: impl FnMut(&mut World) -> bool) {
        let updates = (most_seconds / self.step.as_secs_f32()) as usize;
        for _ in 0..updates {
            if is_true(self.world()) {
                return;
            }
            self.update();
        }
        panic!("it did not happen within {most_seconds} s of the game");
    }

    fn seen<T>(&mut self, what: impl Fn(&Seen) -> T) -> T {
        what(self.world().resource::<Seen>())
    }

    /// The number of the chosen item of the open menu.
    fn chosen(&mut self) -> usize {
        let mut menus = self.world().query::<&FaceMenu>();
        menus.single(self.app.world()).expect("one open menu").chosen()
    }

    /// Takes an item of the open menu by tilting the head and smiling.
    pub fn choose(&mut self, face: Entity, item: usize) {
        let before = self.seen(|seen| seen.taken);
        self.rest(face);
        self.with(face, |face| face.tilt(0.0, Duration::from_millis(100)));
        self.run(0.6);
        for _ in 0..8 {
            let chosen = self.chosen();
            if chosen == item {
                break;
            }
            let tilt = if chosen < item { 0.35 } else { -0.35 };
            self.with(face, |face| face.tilt(tilt, Duration::from_millis(200)));
            self.run(0.4);
            self.with(face, |face| face.tilt(0.0, Duration::from_millis(200)));
            self.run(0.4);
        }
        assert_eq!(self.chosen(), item, "the tilt chooses");
        self.show(face, Expression::Happy, 1.0);
        self.until(3.0, |world| world.resource::<Seen>().taken > before);
        self.rest(face);
        self.run(0.5);
    }

    /// The puppet takes the first item with a smile.
    pub fn puppet_takes(&mut self) {
        let before = self.seen(|seen| seen.taken);
        self.puppet_shows(0, Expression::Neutral);
        self.run(1.5);
        self.puppet_shows(0, Expression::Happy);
        self.until(6.0, |world| world.resource::<Seen>().taken > before);
        self.puppet_shows(0, Expression::Neutral);
        self.run(1.0);
    }

    /// All played faces, or the puppets, do what the open warm-up says, to its end.
    pub fn warm_up(&mut self) {
        let before = self.seen(|seen| seen.warmed_up);
        let mut shown = None;
        for _ in 0..60 * 60 {
            if self.seen(|seen| seen.warmed_up) > before {
                break;
            }
            let mut watched = self.world().query::<&WarmUp>();
            let asked =
                watched.iter(self.app.world()).next().and_then(|warm_up| warm_up.expression);
            if asked != shown {
                shown = asked;
                for face in self.faces.clone() {
                    match asked {
                        Some(expression) => self.show(face, expression, 1.0),
                        None => self.rest(face),
                    }
                }
                if let Some(puppet) = &mut self.puppet {
                    let wanted = asked.unwrap_or(Expression::Neutral);
                    for head in &mut puppet.heads {
                        head.control(SourceControl::Expression(wanted));
                    }
                }
            }
            self.update();
        }
        assert!(self.seen(|seen| seen.warmed_up) > before, "the warm-up comes to its end");
        for face in self.faces.clone() {
            self.rest(face);
        }
    }

    /// Ten simulated minutes in which the puppets, through detector and model, play a game again and
    /// again: they do what a warm-up asks for, take each menu's first item with a smile, and show what
    /// `play` wants of each head, which is asked ten times a second.
    pub fn soak(
        game: impl Plugin,
        heads: u32,
        mut play: impl FnMut(&mut Self, usize) -> Expression,
    ) -> Soak {
        let mut stage = Self::new(game);
        stage.bring_puppet_to(heads, FAR_PUPPET);
        stage.hurry();
        let mut soak = Soak::default();
        let mut menu_since = 0;
        for tenth in 0..6000 {
            let mut menus = stage.world().query::<&FaceMenu>();
            let menu_is_open = menus.iter(stage.app.world()).next().is_some();
            menu_since = if menu_is_open { menu_since + 1 } else { 0 };
            let mut watched = stage.world().query::<&WarmUp>();
            let warm_up = watched.iter(stage.app.world()).next().map(|warm_up| warm_up.expression);
            for head in 0..heads as usize {
                // Asked in menus, too, for it to see how a game ended.
                let played = play(&mut stage, head);
                let wanted = match warm_up {
                    Some(asked) => asked.unwrap_or(Expression::Neutral),
                    // A menu waits for a face at rest; then it is smiled at, now and then again.
                    None if menu_is_open && menu_since % 50 > 15 => Expression::Happy,
                    None if menu_is_open => Expression::Neutral,
                    None => played,
                };
                stage.puppet_shows(head, wanted);
            }
            stage.run(0.1);
            let most = &mut soak.most_entities[usize::from(tenth >= 3000)];
            *most = (*most).max(stage.world().entities().count_spawned());
        }
        soak.taken = stage.seen(|seen| seen.taken);
        soak.warmed_up = stage.seen(|seen| seen.warmed_up);
        soak.missed = stage.puppet.as_ref().map_or(0, |puppet| puppet.missed);
        eprintln!("ten minutes of the puppet: {soak:?}");
        soak
    }

    /// Photographs the screen into `NAME.png`, in the folder that the variable GAME_PICTURES names,
    /// else in cargo's for tests.
    pub fn photograph(&mut self, name: &str) -> PathBuf {
        let folder = std::env::var_os("GAME_PICTURES").map_or_else(
            || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("games"),
            PathBuf::from,
        );
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.png"));
        let _ = std::fs::remove_file(&path);
        self.render(true);
        // Time stands still for the photograph.
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
        for _ in 0..3 {
            self.app.update();
        }
        let (target, to) = (self.screen.clone(), path.clone());
        self.world().spawn(Screenshot::image(target)).observe(
            move |captured: On<ScreenshotCaptured>| {
                let image = captured.image.clone().try_into_dynamic().expect("a picture");
                image.to_rgb8().save(&to).expect("a file");
            },
        );
        let start = Instant::now();
        while !path.exists() && start.elapsed() < Duration::from_secs(60) {
            self.app.update();
        }
        assert!(path.exists(), "the photograph was taken");
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(self.step));
        self.render(false);
        eprintln!("photographed {}", path.display());
        path
    }

    fn render(&mut self, active: bool) {
        let mut cameras = self.world().query::<&mut Camera>();
        for mut camera in cameras.iter_mut(self.app.world_mut()) {
            camera.is_active = active;
        }
    }
}

fn screen_size() -> UVec2 {
    let Ok(text) = std::env::var("GAME_SCREEN") else { return SCREEN_SIZE };
    let sides = text
        .split_once('x')
        .and_then(|(width, height)| Some(UVec2::new(width.parse().ok()?, height.parse().ok()?)));
    sides.expect("GAME_SCREEN is a width and a height, like 1024x768")
}

/// As a player would have them who gave the words in the variable GAME_LOOK.
fn settings() -> HudSettings {
    let look = std::env::var("GAME_LOOK").unwrap_or_default();
    let mut settings = HudSettings { reduced_motion: look.contains("reduced-motion"), ..default() };
    if look.contains("high-contrast") {
        settings.palette = Palette::HighContrast;
    }
    settings
}

/// Puppets side by side in one picture, each with a will of its own, and who reads them.
struct Puppet {
    heads: Vec<PuppetSource>,
    camera: PuppetCamera,
    /// Pictures in which not all heads were found.
    missed: usize,
    analyzer: Analyzer,
    feed: FeedId,
    sequence: u64,
}

impl Puppet {
    fn new(heads: u32, camera: PuppetCamera, feed: FeedId) -> Self {
        let config = |seed| PuppetConfig {
            size: (camera.side, camera.side),
            frames_per_second: camera.frames_per_second,
            seed,
            script: PuppetScript::Hold(Expression::Neutral),
            // It cannot lean at will: what it did by itself would choose in menus.
            motion: PuppetMotion { tilt: 0.0, ..PuppetMotion::default() },
            ..PuppetConfig::default()
        };
        let classifier = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::default());
        let analyzer = Analyzer::new(
            Box::new(HaarDetector::from_system(None).expect("the cascades are installed")),
            classifier.load().expect("the model is part of the crate"),
            TrackerConfig::default(),
        );
        Self {
            heads: (1..=heads).map(|head| PuppetSource::new(config(u64::from(head)))).collect(),
            camera,
            missed: 0,
            analyzer,
            feed,
            sequence: 0,
        }
    }

    /// The next picture is drawn, read and handed in.
    fn act(&mut self, world: &mut World) {
        let frames: Vec<Frame> = self
            .heads
            .iter_mut()
            .map(|head| head.next_frame().expect("a picture").expect("it never ends"))
            .collect();
        let side = self.camera.side;
        let row = side as usize * 3;
        let mut rgb = Vec::with_capacity(row * side as usize * frames.len());
        for y in 0..side as usize {
            for frame in &frames {
                rgb.extend_from_slice(&frame.rgb()[y * row..(y + 1) * row]);
            }
        }
        let time = frames[0].time();
        let size = UVec2::new(side * frames.len() as u32, side);
        let rgba = rgb.chunks_exact(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect();
        let frame = Frame::from_rgb(rgb, size.x, size.y, self.sequence, time).expect("a frame");
        self.sequence += 1;
        let analysis = self.analyzer.analyze(&frame).expect("it is read");
        self.missed += usize::from(analysis.readings.len() != self.heads.len());
        let handle = world.resource::<CameraImage>().0.clone();
        if let Some(mut image) = world.resource_mut::<Assets<Image>>().get_mut(&handle) {
            image.data = Some(rgba);
        }
        world.resource_mut::<EmotionFeed>().send(self.feed, size, analysis);
    }
}
