//! A game without a window, for its tests: with played faces, or with the puppet's pictures through
//! the real detector and model, and with or without a screen.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod photograph;
mod puppet;
mod soak;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use bevy::app::PluginsState;
use bevy::asset::RenderAssetUsages;
use bevy::audio::AudioPlugin;
use bevy::camera::RenderTarget;
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy::render::settings::{RenderCreation, WgpuSettings};
use bevy::time::TimeUpdateStrategy;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use bevy_emotion::hands_free::{FaceMenu, MenuChosen, WarmUpOver};
use bevy_emotion::hud::theme::Palette;
use bevy_emotion::hud::{HudCorePlugin, HudSettings};
use bevy_emotion::prelude::*;

use crate::{ArcadePlugin, Painting};
use puppet::{Puppet, PuppetCamera};

/// The time of an update.
pub const STEP: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// Unless the variable GAME_SCREEN says something else, like 1024x768.
const SCREEN_SIZE: UVec2 = UVec2::new(1280, 720);

/// A game that a test plays.
pub struct Stage {
    /// With the game in it.
    pub app: App,
    faces: Vec<Entity>,
    puppet: Option<Puppet>,
    screen: Handle<Image>,
    updates: u64,
    /// The time of an update.
    step: Duration,
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

    /// With a screen of 1280×720. It needs a Vulkan driver, and panics where there is none.
    pub fn new_with_screen(game: impl Plugin) -> Self {
        let render = RenderPlugin { synchronous_pipeline_compilation: true, ..default() };
        // Whatever went wrong has been printed by now.
        catch_unwind(AssertUnwindSafe(|| Self::build(render, game))).unwrap_or_else(|_| {
            panic!(
                "the game did not start with a screen (the reason is above); it needs a Vulkan \
                 driver, be it in software (Debian, Ubuntu: apt install mesa-vulkan-drivers)"
            )
        })
    }

    /// Without a screen, with a picture of so many puppets that the real detector and model read.
    pub fn puppet(game: impl Plugin, heads: u32) -> Self {
        let mut stage = Self::new(game);
        stage.bring_puppet(heads);
        stage
    }

    /// The puppets come before the camera.
    pub fn bring_puppet(&mut self, heads: u32) {
        self.bring_puppet_to(heads, PuppetCamera::NEAR);
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
        self.world().spawn(CameraImage(image.clone()));
        self.puppet = Some(Puppet::new(heads, camera, feed, image));
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
            .disable::<PipelinedRenderingPlugin>()
            .disable::<AudioPlugin>();
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
        app.configure_sets(PostUpdate, Painting.run_if(is_painted));
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
        // Many small systems: to hand them to threads costs more than to run them.
        for (_, schedule) in app.world_mut().resource_mut::<Schedules>().iter_mut() {
            schedule.set_executor(SingleThreadedExecutor::new());
        }
        let mut stage =
            Self { app, faces: Vec::new(), puppet: None, screen, updates: 0, step: STEP };
        // Rendering costs most of the time: only for photographs.
        stage.render(false);
        stage.update();
        stage
    }

    /// What is in it.
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
        puppet.show(head, expression);
    }

    /// One update.
    pub fn update(&mut self) {
        if let Some(mut puppet) = self.puppet.take() {
            if self.updates.is_multiple_of(puppet.updates()) {
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
                    puppet.show_all(asked.unwrap_or(Expression::Neutral));
                }
            }
            self.update();
        }
        assert!(self.seen(|seen| seen.warmed_up) > before, "the warm-up comes to its end");
        for face in self.faces.clone() {
            self.rest(face);
        }
    }

    fn render(&mut self, active: bool) {
        let mut cameras = self.world().query::<&mut Camera>();
        for mut camera in cameras.iter_mut(self.app.world_mut()) {
            camera.is_active = active;
        }
    }
}

/// Painting costs most of the time, and nobody looks but at photographs. Twice a second it is tried all the same.
fn is_painted(cameras: Query<&Camera>, mut updates: Local<u32>) -> bool {
    *updates += 1;
    *updates % 30 == 1 || cameras.iter().any(|camera| camera.is_active)
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
