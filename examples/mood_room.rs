//! Mood Room: a room whose light, weather and music follow what the player's face shows.
//!
//! Six paper lanterns float in it. One after the other they call: tilt the head to turn the room
//! until the lantern is in the middle, and bring the room into the lantern's mood, which is a circle
//! on the dial of valence (cold to warm) and arousal (calm to lively). Held for three seconds, it
//! lights up. Tilting left, right, left opens a menu. Keys: A and D turn, the arrows make the mood,
//! Tab opens the menu.
//!
//! `cargo run --release --example mood_room`
//!
//! The mood is measured against the player's own face. Each expression counts by its
//! [strength](FaceInput::strength): how far the face has gone from its own rest towards what it
//! showed in the warm-up. So small movements reach as far as large ones, and a resting face is in the
//! middle of the dial, whatever it reads as. Who cannot show an expression at all is not stuck: a
//! lantern's circle grows from the 15th second on, until any face is within.
//!
//! [`Quest`] has the rules and [`Gaze`] the turning; `mood_room/room.rs` draws the room from an [`Air`],
//! `mood_room/music.rs` plays.

#[path = "arcade/mod.rs"]
mod arcade;
#[path = "mood_room/clay.rs"]
mod clay;
#[path = "mood_room/look.rs"]
mod look;
#[path = "mood_room/music.rs"]
pub mod music;
#[path = "mood_room/room.rs"]
pub mod room;

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;
use bevy_emotion::hands_free::*;
use bevy_emotion::hud::HudSystems;
use bevy_emotion::hud::ink::{self, Ink, Style, Token};
use bevy_emotion::hud::motion::approach;
use bevy_emotion::hud::theme::{Theme, sign};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use music::{Controls, Music};
use room::{Air, LANTERNS, RoomPlugin, bearing};

fn main() -> AppExit {
    arcade::run("Mood Room", MoodRoomPlugin::default())
}

/// Where the player is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scene {
    /// The menu.
    #[default]
    Title,
    /// The face finds its rest and its reach.
    WarmUp,
    /// The six lanterns.
    Play,
    /// The room without a goal.
    Stay,
    /// All lanterns are lit.
    Over,
}

/// What the player can do beside showing an expression.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// To the left and to the right.
    Turn,
    /// Opens the menu.
    Menu,
    /// Keys for who has no camera: cold to warm.
    Valence,
    /// Calm to lively.
    Arousal,
}

fn controls() -> ExpressionMap<Action> {
    let left_right_left = FaceCondition::sequence(
        [FaceCondition::tilt_left(), FaceCondition::tilt_right(), FaceCondition::tilt_left()],
        Duration::from_millis(800),
    );
    ExpressionMap::new()
        .with(Action::Turn, AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.3).with_full(0.75))
        .with(Action::Turn, Binding::keys(KeyCode::KeyA, KeyCode::KeyD))
        .with(Action::Menu, left_right_left)
        .with(Action::Menu, KeyCode::Tab)
        .with(Action::Valence, Binding::keys(KeyCode::ArrowLeft, KeyCode::ArrowRight))
        .with(Action::Arousal, Binding::keys(KeyCode::ArrowDown, KeyCode::ArrowUp))
}

/// The game.
#[derive(Debug, Clone, Copy)]
pub struct MoodRoomPlugin {
    /// Furniture and music are as the seed wants.
    pub seed: u64,
}

impl Default for MoodRoomPlugin {
    fn default() -> Self {
        Self { seed: 4 }
    }
}

impl Plugin for MoodRoomPlugin {
    fn build(&self, app: &mut App) {
        let band = Band { controls: Arc::new(Controls::default()) };
        #[cfg(feature = "games")]
        if app.is_plugin_added::<bevy::audio::AudioPlugin>() {
            use bevy::audio::AddAudioSource;

            let music = Music { controls: band.controls.clone(), seed: self.seed };
            app.add_audio_source::<Music>().add_systems(
                Startup,
                move |mut commands: Commands, mut pieces: ResMut<Assets<Music>>| {
                    commands.spawn(AudioPlayer(pieces.add(music.clone())));
                },
            );
        }
        app.add_plugins((RoomPlugin { seed: self.seed }, ExpressionInputPlugin::new(controls())))
            .init_state::<Scene>()
            .insert_resource(band)
            .init_resource::<Mood>()
            .init_resource::<Gaze>()
            .init_resource::<Quest>()
            .init_resource::<Attention>()
            .init_resource::<Evening>()
            .add_systems(OnEnter(Scene::Title), open_title)
            .add_systems(OnEnter(Scene::WarmUp), open_warm_up)
            .add_systems(OnEnter(Scene::Play), (begin, build_hud).chain())
            .add_systems(OnEnter(Scene::Stay), (begin, build_hud).chain())
            .add_systems(OnEnter(Scene::Over), begin_evening)
            .add_systems(
                Update,
                (
                    attend,
                    sense,
                    call_menu,
                    (
                        turn_around.run_if(in_state(Scene::Play).or_else(in_state(Scene::Stay))),
                        light_lanterns.run_if(in_state(Scene::Play)),
                    )
                        .chain()
                        .run_if(is_going),
                    celebrate.run_if(in_state(Scene::Over)),
                    tell_room,
                    conduct,
                )
                    .chain()
                    .in_set(EmotionSystems::React),
            )
            .add_systems(Update, (write, point, draw_dial, draw_pips).in_set(HudSystems::Draw));
    }
}

// ---------------------------------------------------------------------------------------------
// The rules.

/// What a lantern wants.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The mood's name.
    pub name: &'static str,
    /// The expression that leads there.
    pub expression: Expression,
    /// How much of it, 0 to 1.
    pub amount: f32,
    /// How far from the middle of its circle the mood may be.
    pub radius: f32,
    /// What to do.
    pub hint: &'static str,
}

/// In the order in which they call.
pub const GOALS: [Goal; LANTERNS] = [
    Goal {
        name: "Stillness",
        expression: Expression::Neutral,
        amount: 0.0,
        radius: 0.2,
        hint: "Let your face rest, and the room comes to rest",
    },
    Goal {
        name: "Northern lights",
        expression: Expression::Surprise,
        amount: 0.8,
        radius: 0.28,
        hint: "Look surprised, as at something wonderful",
    },
    Goal {
        name: "Evening rain",
        expression: Expression::Sad,
        amount: 0.8,
        radius: 0.28,
        hint: "Look sad, and it begins to rain",
    },
    Goal {
        name: "Thunder",
        expression: Expression::Angry,
        amount: 0.8,
        radius: 0.28,
        hint: "Look angry, and call the storm",
    },
    Goal {
        name: "First light",
        expression: Expression::Happy,
        amount: 0.42,
        radius: 0.2,
        hint: "Only half a smile; or smile and rest in turns",
    },
    Goal {
        name: "Sunshine",
        expression: Expression::Happy,
        amount: 0.85,
        radius: 0.28,
        hint: "Smile, and let the sun in",
    },
];

impl Goal {
    /// The middle of its circle: valence, arousal.
    pub fn middle(&self) -> Vec2 {
        Vec2::from(self.expression.valence_arousal()) * self.amount
    }
}

/// How long a mood is held, in seconds.
pub const HOLD: f32 = 3.0;
/// What a lantern loses in a second in which it gets nothing, of 1.
const LEAK: f32 = 0.12;
/// When a circle begins to grow, in seconds, and by how much it grows in each.
pub const PATIENCE: f32 = 15.0;
const GROWTH: f32 = 0.025;
/// How long a lit lantern is enjoyed before the next one calls, in seconds.
pub const FLOURISH: f32 = 1.8;
/// How far the camera may be off a lantern that is looked at; its turn goes from -1 to 1.
pub const IN_VIEW: f32 = 0.2;

/// How far the lanterns are.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Quest {
    /// So many are lit.
    pub lit: usize,
    /// How far the one that calls is filled, 0 to 1.
    pub fill: f32,
    /// For how long it has called, in seconds.
    pub called_for: f32,
    /// What is left of the joy about the one before, in seconds.
    pub flourish: f32,
    /// The player's light: at most 100 a lantern, less for those that took long.
    pub light: u32,
    /// All of it, in seconds.
    pub seconds: f32,
}

/// What a moment of the quest brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turnout {
    /// It goes on.
    On,
    /// A lantern was lit.
    Lit,
    /// The last one was lit and enjoyed.
    Done,
}

impl Quest {
    /// The lantern that calls; `None` in a flourish and at the end.
    pub fn calling(&self) -> Option<usize> {
        (self.flourish <= 0.0 && self.lit < LANTERNS).then_some(self.lit)
    }

    /// The radius of the circle of the lantern that calls.
    pub fn radius(&self) -> f32 {
        GOALS[self.lit.min(LANTERNS - 1)].radius + GROWTH * (self.called_for - PATIENCE).max(0.0)
    }

    /// Whether a mood is what the lantern wants.
    pub fn welcomes(&self, mood: Vec2) -> bool {
        let goal = GOALS[self.lit.min(LANTERNS - 1)];
        goal.middle().distance(mood) <= self.radius()
    }

    /// The light for a lantern that took so many seconds: 100 up to the tenth, 2 less for each
    /// second after it, but at least 40.
    pub fn worth(seconds: f32) -> u32 {
        (100.0 - 2.0 * (seconds - 10.0)).clamp(40.0, 100.0).round() as u32
    }

    /// A moment.
    pub fn advance(&mut self, mood: Vec2, turn: f32, seconds: f32) -> Turnout {
        if self.lit == LANTERNS && self.flourish <= 0.0 {
            return Turnout::Done;
        }
        self.seconds += seconds;
        if self.flourish > 0.0 {
            self.flourish -= seconds;
            let over = self.flourish <= 0.0 && self.lit == LANTERNS;
            return if over { Turnout::Done } else { Turnout::On };
        }
        self.called_for += seconds;
        let is_seen = (turn - bearing(self.lit)).abs() <= IN_VIEW;
        if !is_seen || !self.welcomes(mood) {
            self.fill = (self.fill - LEAK * seconds).max(0.0);
            return Turnout::On;
        }
        self.fill += seconds / HOLD;
        if self.fill < 1.0 {
            return Turnout::On;
        }
        self.light += Self::worth(self.called_for);
        self.lit += 1;
        (self.fill, self.called_for, self.flourish) = (0.0, 0.0, FLOURISH);
        Turnout::Lit
    }
}

/// Where the player looks.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Gaze {
    /// -1 at the left end of the room, 1 at the right end.
    pub turn: f32,
    speed: f32,
    /// For how long the lantern that calls has not been near the middle, in seconds.
    astray: f32,
}

impl Gaze {
    /// How fast a tilted head turns, in a second.
    const SPEED: f32 = 0.85;
    /// After so many seconds the room turns to the lantern by itself, and how fast.
    const PATIENCE: f32 = 8.0;
    const HELP: f32 = 0.3;
    /// Heads lean a little while a face does something: less than this does not turn away from a
    /// lantern.
    const CLEARLY: f32 = 0.5;

    /// A moment: `steer` is -1 to 1, `lantern` the turn that shows the lantern that calls.
    pub fn advance(&mut self, steer: f32, lantern: Option<f32>, seconds: f32) {
        let way = lantern.map(|lantern| lantern - self.turn);
        let is_near = way.is_some_and(|way| way.abs() < 1.3 * IN_VIEW);
        let is_lost = way.is_some() && !is_near;
        self.astray = if is_lost { self.astray + seconds } else { 0.0 };
        let helps = self.astray > Self::PATIENCE;
        let away = helps && way.is_some_and(|way| way * steer < 0.0);
        let held = steer.abs() < Self::CLEARLY && (is_near || away);
        let steer = if held { 0.0 } else { steer };
        self.speed += (steer * Self::SPEED - self.speed) * approach(0.12, seconds);
        self.turn = (self.turn + self.speed * seconds).clamp(-1.0, 1.0);
        match way {
            // What is nearly in the middle comes there by itself.
            Some(way) if is_near && steer == 0.0 => self.turn += way * approach(0.5, seconds),
            Some(way) if helps => self.turn += way.signum() * Self::HELP * seconds,
            _ => {}
        }
    }
}

/// The mood of the room: valence and arousal, each -1 to 1.
#[derive(Resource, Debug, Clone, Default)]
pub struct Mood {
    /// What the player shows now.
    pub shown: Vec2,
    /// Where the room is; it follows within a few seconds.
    pub room: Vec2,
    /// Where it was, the newest first.
    trail: Vec<Vec2>,
    since_trail: f32,
}

/// The time constant of the room, in seconds: it has followed nearly all the way after three times
/// that.
const EASE: f32 = 1.1;
const TRAIL: usize = 22;

/// What a face shows, in valence and arousal, against its own rest and reach.
pub fn shown_by(face: &FaceInput) -> Vec2 {
    let mut sum = Vec2::ZERO;
    let mut strengths = 0.0;
    for expression in Expression::ALL.into_iter().filter(|it| *it != Expression::Neutral) {
        let strength = face.strength(expression);
        sum += Vec2::from(expression.valence_arousal()) * strength;
        strengths += strength;
    }
    sum / f32::max(strengths, 1.0)
}

// ---------------------------------------------------------------------------------------------
// The player.

/// Whether the player is there.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Attention {
    /// A face has played since the scene began.
    played: bool,
    missing: f32,
    /// The game waits until the face is back.
    pub waiting: bool,
    /// A menu lies over the room.
    pub menu: Option<Entity>,
}

/// The panel that asks the player to come back.
#[derive(Component)]
struct ComeBack;

fn is_going(attention: Res<Attention>) -> bool {
    !attention.waiting && attention.menu.is_none()
}

/// Watches whether the player is there. Who plays with keys is never waited for.
fn attend(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    slots: Res<PlayerSlots>,
    keys: Res<ButtonInput<KeyCode>>,
    faces: Query<&Face>,
    mut attention: ResMut<Attention>,
    panels: Query<Entity, With<ComeBack>>,
    mut commands: Commands,
) {
    let plays = matches!(scene.get(), Scene::Play | Scene::Stay);
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    if face.is_some_and(|face| face.visible) {
        (attention.played, attention.missing) = (true, 0.0);
    } else {
        attention.missing += time.delta_secs();
    }
    if keys.get_pressed().len() > 0 {
        attention.played = false;
    }
    attention.waiting = plays && attention.played && attention.missing > 0.5;
    let shown = attention.waiting && attention.menu.is_none();
    if shown && panels.is_empty() {
        commands.spawn((ComeBack, middle())).with_children(|over| {
            let panel = ink::overlay_panel(Node {
                flex_direction: FlexDirection::Column,
                align_items: AlignItems::Center,
                padding: UiRect::axes(Val::Px(40.0), Val::Px(28.0)),
                row_gap: Val::Px(10.0),
                ..default()
            });
            over.spawn(panel).with_children(|panel| {
                panel.spawn(ink::text("The room waits for you", Style::Large, Token::Text));
                let hint = "Come back into view. Any key goes on without a camera.";
                panel.spawn(ink::text(hint, Style::Medium, Token::Quiet));
            });
        });
    } else if !shown {
        for panel in &panels {
            commands.entity(panel).despawn();
        }
    }
}

fn middle() -> impl Bundle {
    (
        Node {
            position_type: PositionType::Absolute,
            width: Val::Percent(100.0),
            height: Val::Percent(100.0),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            ..default()
        },
        GlobalZIndex(15),
    )
}

/// The room follows the face, or the arrow keys.
fn sense(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    slots: Res<PlayerSlots>,
    input: Res<ExpressionInput<Action>>,
    faces: Query<(&Face, &FaceInput)>,
    attention: Res<Attention>,
    mut mood: ResMut<Mood>,
) {
    let seconds = time.delta_secs();
    let keys = Vec2::new(input.value(Action::Valence), input.value(Action::Arousal));
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let face = face.filter(|(face, _)| face.visible).map(|(_, input)| input);
    let plays = matches!(scene.get(), Scene::Play | Scene::Stay);
    mood.shown = match face {
        _ if keys != Vec2::ZERO && plays => keys * 0.72,
        Some(face) => shown_by(face),
        // Nobody is there: the title drifts through pleasant moods.
        None if *scene.get() == Scene::Title => {
            let t = time.elapsed_secs() * 0.11;
            Vec2::new(0.42 + 0.3 * t.sin(), 0.12 + 0.34 * (t * 1.6).sin())
        }
        None => Vec2::ZERO,
    };
    if attention.waiting {
        return;
    }
    let way = mood.shown - mood.room;
    mood.room += way * approach(EASE, seconds);
    mood.since_trail += seconds;
    if mood.since_trail >= 0.12 {
        mood.since_trail = 0.0;
        let room = mood.room;
        mood.trail.insert(0, room);
        mood.trail.truncate(TRAIL);
    }
}

/// Opens the menu over the room.
fn call_menu(
    scene: Res<State<Scene>>,
    mut input: ResMut<ExpressionInput<Action>>,
    mut attention: ResMut<Attention>,
    mut commands: Commands,
) {
    let plays = matches!(scene.get(), Scene::Play | Scene::Stay);
    if !plays || attention.menu.is_some() || !input.just_pressed(Action::Menu) {
        return;
    }
    input.consume(Action::Menu);
    let other = if *scene.get() == Scene::Play { "Just stay here" } else { "Light the lanterns" };
    let menu = FaceMenu::new("The room holds its breath")
        .with_item("Go on")
        .with_item(other)
        .with_item("Back to the title")
        .with_item("Quit");
    let menu = commands.spawn((DespawnOnExit(*scene.get()), menu)).observe(choose_in_room).id();
    attention.menu = Some(menu);
}

fn choose_in_room(
    chosen: On<MenuChosen>,
    scene: Res<State<Scene>>,
    evening: Res<Evening>,
    mut attention: ResMut<Attention>,
    mut next: ResMut<NextState<Scene>>,
    mut exit: MessageWriter<AppExit>,
    mut commands: Commands,
) {
    commands.entity(chosen.entity).despawn();
    attention.menu = None;
    match chosen.item {
        0 => {}
        1 if *scene.get() == Scene::Play => next.set(Scene::Stay),
        1 => next.set(evening.first()),
        2 => next.set(Scene::Title),
        _ => {
            exit.write(AppExit::Success);
        }
    }
}

fn turn_around(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    input: Res<ExpressionInput<Action>>,
    quest: Res<Quest>,
    mut gaze: ResMut<Gaze>,
) {
    let lantern = quest.calling().filter(|_| *scene.get() == Scene::Play).map(bearing);
    gaze.advance(input.value(Action::Turn), lantern, time.delta_secs());
}

fn light_lanterns(
    time: Res<Time>,
    mood: Res<Mood>,
    gaze: Res<Gaze>,
    band: Res<Band>,
    mut quest: ResMut<Quest>,
    mut next: ResMut<NextState<Scene>>,
) {
    match quest.advance(mood.room, gaze.turn, time.delta_secs()) {
        Turnout::On => {}
        Turnout::Lit => band.controls.chime(),
        Turnout::Done => next.set(Scene::Over),
    }
}

// ---------------------------------------------------------------------------------------------
// From scene to scene.

/// What is known from one game to the next.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
struct Evening {
    is_warm: bool,
    /// Seconds since all lanterns are lit.
    party: f32,
}

impl Evening {
    /// The warm-up comes once.
    const fn first(&self) -> Scene {
        if self.is_warm { Scene::Play } else { Scene::WarmUp }
    }
}

fn open_title(mut quest: ResMut<Quest>, mut gaze: ResMut<Gaze>, mut commands: Commands) {
    *quest = Quest::default();
    *gaze = Gaze::default();
    let menu = FaceMenu::new("Mood Room")
        .with_text(
            "Light, weather and music follow your face.\nLight the six lanterns, or just be here.",
        )
        .with_place(MenuPlace::Bottom)
        .with_item("Light the lanterns")
        .with_item("Just stay here")
        .with_item("Quit");
    commands.spawn((DespawnOnExit(Scene::Title), menu)).observe(
        |chosen: On<MenuChosen>,
         evening: Res<Evening>,
         mut next: ResMut<NextState<Scene>>,
         mut exit: MessageWriter<AppExit>| match chosen.item {
            0 => next.set(evening.first()),
            1 => next.set(Scene::Stay),
            _ => {
                exit.write(AppExit::Success);
            }
        },
    );
}

fn open_warm_up(mut commands: Commands) {
    let wanted = [Expression::Happy, Expression::Surprise, Expression::Sad, Expression::Angry];
    commands.spawn((DespawnOnExit(Scene::WarmUp), FaceWarmUp::new(wanted))).observe(
        |over: On<WarmUpOver>, mut evening: ResMut<Evening>, mut next: ResMut<NextState<Scene>>| {
            evening.is_warm = over.with_faces;
            next.set(Scene::Play);
        },
    );
}

fn begin(
    mut quest: ResMut<Quest>,
    mut gaze: ResMut<Gaze>,
    mut attention: ResMut<Attention>,
    mut mood: ResMut<Mood>,
    mut evening: ResMut<Evening>,
) {
    *quest = Quest::default();
    *gaze = Gaze::default();
    *attention = Attention::default();
    mood.trail.clear();
    evening.party = 0.0;
}

fn begin_evening(mut evening: ResMut<Evening>) {
    evening.party = 0.0;
}

/// How long all lanterns are enjoyed before the menu comes, in seconds.
const CELEBRATION: f32 = 3.5;

fn celebrate(
    time: Res<Time>,
    quest: Res<Quest>,
    mut evening: ResMut<Evening>,
    mut gaze: ResMut<Gaze>,
    menus: Query<(), With<FaceMenu>>,
    mut commands: Commands,
) {
    let before = evening.party;
    evening.party += time.delta_secs();
    let home = -gaze.turn;
    gaze.turn += home * approach(1.2, time.delta_secs());
    if before >= CELEBRATION || evening.party < CELEBRATION || !menus.is_empty() {
        return;
    }
    let (minutes, seconds) = ((quest.seconds / 60.0) as u32, quest.seconds % 60.0);
    let praise = match quest.light {
        580.. => "The room has never been so bright.",
        480.. => "It is warm and bright in here.",
        _ => "Every light in here is yours.",
    };
    let text = format!(
        "Six lanterns in {minutes}:{:02}, with {} of {} light.\n{praise}",
        seconds as u32,
        quest.light,
        100 * LANTERNS
    );
    let menu = FaceMenu::new("All lanterns are lit")
        .with_text(text)
        .with_place(MenuPlace::Bottom)
        .with_item("Again")
        .with_item("Warm up again")
        .with_item("Just stay here")
        .with_item("Quit");
    commands.spawn((DespawnOnExit(Scene::Over), menu)).observe(
        |chosen: On<MenuChosen>,
         mut next: ResMut<NextState<Scene>>,
         mut exit: MessageWriter<AppExit>| match chosen.item {
            0 => next.set(Scene::Play),
            1 => next.set(Scene::WarmUp),
            2 => next.set(Scene::Stay),
            _ => {
                exit.write(AppExit::Success);
            }
        },
    );
}

// ---------------------------------------------------------------------------------------------
// Room and music.

/// Who plays the music.
#[derive(Resource, Debug, Clone)]
pub struct Band {
    /// What it is told; heard where there is a device.
    pub controls: Arc<Controls>,
}

fn tell_room(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    quest: Res<Quest>,
    mood: Res<Mood>,
    gaze: Res<Gaze>,
    evening: Res<Evening>,
    mut air: ResMut<Air>,
) {
    let seconds = time.delta_secs();
    let playing = *scene.get() == Scene::Play;
    // The sun comes out for who has lit them all.
    air.mood = mood.room.lerp(GOALS[LANTERNS - 1].middle(), 0.75 * air.party);
    air.turn = gaze.turn;
    air.calling = quest.calling().filter(|_| playing);
    air.looked_at = air.calling.is_some_and(|it| (gaze.turn - bearing(it)).abs() <= IN_VIEW);
    let flown = 1.0 - quest.flourish / FLOURISH;
    air.sparks = (playing && quest.flourish > 0.0 && quest.lit > 0)
        .then(|| (quest.lit - 1, flown.clamp(0.001, 1.0)));
    let party = f32::from(u8::from(*scene.get() == Scene::Over && evening.party < 3600.0));
    air.party += (party - air.party) * approach(0.8, seconds);
    let raised = f32::from(u8::from(matches!(scene.get(), Scene::Title | Scene::Over)));
    air.raised += (raised - air.raised) * approach(0.7, seconds);
    for index in 0..LANTERNS {
        let goal = match scene.get() {
            Scene::Play if index < quest.lit => 1.0,
            Scene::Play if index == quest.lit => quest.fill,
            Scene::Play | Scene::WarmUp => 0.0,
            Scene::Title | Scene::Stay => 0.8,
            Scene::Over => 1.0,
        };
        let way = goal - air.lanterns[index];
        air.lanterns[index] += way * approach(0.15, seconds);
    }
}

fn conduct(scene: Res<State<Scene>>, attention: Res<Attention>, mood: Res<Mood>, band: Res<Band>) {
    let loud = match scene.get() {
        _ if attention.waiting || attention.menu.is_some() => 0.3,
        Scene::Title | Scene::WarmUp => 0.5,
        Scene::Play | Scene::Stay | Scene::Over => 0.85,
    };
    band.controls.set_volume(loud);
    // The plane that faces reach is used in full.
    band.controls.set_mood(mood.room * Vec2::new(1.3, 1.2));
}

// ---------------------------------------------------------------------------------------------
// What lies over the room.

/// Words of the card at the lower edge.
#[derive(Component, Clone, Copy)]
enum Words {
    Sign,
    Name,
    Hint,
}

/// The arrows at the edges: -1 the left one, 1 the right one.
#[derive(Component)]
struct Arrow(f32);

/// Parts of the dial.
#[derive(Component, Clone, Copy)]
enum DialPart {
    Goal,
    Fill,
    Trail(usize),
    Dot,
}

/// One of the six at the lower edge, and its light.
#[derive(Component)]
struct Pip(usize);

/// Side of the dial's plane.
const DIAL: f32 = 176.0;

fn build_hud(scene: Res<State<Scene>>, mut commands: Commands) {
    let scene = *scene.get();
    let plays = scene == Scene::Play;
    let whole = Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        height: Val::Percent(100.0),
        ..default()
    };
    commands.spawn((DespawnOnExit(scene), whole)).with_children(|hud| {
        hud.spawn(ink::panel(Node {
            position_type: PositionType::Absolute,
            left: Val::Px(16.0),
            bottom: Val::Px(16.0),
            padding: UiRect::axes(Val::Px(16.0), Val::Px(10.0)),
            flex_direction: FlexDirection::Column,
            align_items: AlignItems::Center,
            row_gap: Val::Px(4.0),
            ..default()
        }))
        .with_children(build_dial);

        if plays {
            hud.spawn(lower_row()).with_children(|row| {
                row.spawn(ink::panel(Node {
                    flex_direction: FlexDirection::Column,
                    align_items: AlignItems::Center,
                    padding: UiRect::axes(Val::Px(28.0), Val::Px(14.0)),
                    row_gap: Val::Px(8.0),
                    ..default()
                }))
                .with_children(build_card);
            });
            for side in [-1.0, 1.0] {
                hud.spawn((Arrow(side), arrow_place(side))).with_child((
                    ink::text(if side < 0.0 { "◀" } else { "▶" }, Style::LargeSign, Token::Text),
                    Arrow(side),
                ));
            }
        } else {
            hud.spawn(lower_row()).with_children(|row| {
                row.spawn(ink::panel(Node {
                    padding: UiRect::axes(Val::Px(20.0), Val::Px(10.0)),
                    ..default()
                }))
                .with_child(ink::text(
                    "Tilt your head to look around · left, right, left: the menu",
                    Style::Small,
                    Token::Quiet,
                ));
            });
        }
    });
    commands.spawn((
        DespawnOnExit(scene),
        SelfView::new(1),
        Node {
            position_type: PositionType::Absolute,
            right: Val::Px(16.0),
            top: Val::Px(16.0),
            ..default()
        },
    ));
}

fn arrow_place(side: f32) -> impl Bundle {
    let edge = Val::Px(28.0);
    let (left, right) = if side < 0.0 { (edge, Val::Auto) } else { (Val::Auto, edge) };
    (
        Node {
            position_type: PositionType::Absolute,
            left,
            right,
            top: Val::Percent(40.0),
            width: Val::Px(72.0),
            height: Val::Px(72.0),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            border_radius: BorderRadius::MAX,
            ..default()
        },
        BackgroundColor::default(),
        UiTransform::default(),
    )
}

fn build_card(card: &mut ChildSpawnerCommands) {
    card.spawn(Node { align_items: AlignItems::Center, column_gap: Val::Px(12.0), ..default() })
        .with_children(|line| {
            line.spawn((Words::Sign, ink::text("", Style::LargeSign, Token::Text)));
            line.spawn((Words::Name, ink::text("", Style::Large, Token::Text)));
        });
    card.spawn((Words::Hint, ink::text("", Style::Medium, Token::Quiet)));
    card.spawn(Node { column_gap: Val::Px(14.0), margin: UiRect::top(Val::Px(2.0)), ..default() })
        .with_children(|row| {
            for index in 0..LANTERNS {
                row.spawn((
                    Pip(index),
                    Node {
                        width: Val::Px(20.0),
                        height: Val::Px(20.0),
                        border: UiRect::all(Val::Px(2.0)),
                        border_radius: BorderRadius::MAX,
                        ..default()
                    },
                    BackgroundColor::default(),
                    BorderColor::default(),
                ));
            }
        });
}

/// A row at the lower edge, for what lies in its middle.
fn lower_row() -> Node {
    Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        bottom: Val::Px(16.0),
        justify_content: JustifyContent::Center,
        ..default()
    }
}

fn build_dial(panel: &mut ChildSpawnerCommands) {
    panel.spawn(ink::text("lively", Style::Small, Token::Quiet));
    let part = || {
        (
            Node {
                position_type: PositionType::Absolute,
                border_radius: BorderRadius::MAX,
                ..default()
            },
            BackgroundColor::default(),
            BorderColor::default(),
        )
    };
    panel
        .spawn((
            Node {
                width: Val::Px(DIAL),
                height: Val::Px(DIAL),
                border: UiRect::all(Val::Px(1.0)),
                border_radius: BorderRadius::MAX,
                ..default()
            },
            ink::Edge(Token::Track),
        ))
        .with_children(|dial| {
            for (width, height) in [(DIAL, 1.0), (1.0, DIAL)] {
                dial.spawn((
                    Node {
                        position_type: PositionType::Absolute,
                        left: Val::Px((DIAL - width) / 2.0),
                        top: Val::Px((DIAL - height) / 2.0),
                        width: Val::Px(width),
                        height: Val::Px(height),
                        ..default()
                    },
                    ink::Fill(Token::Track),
                ));
            }
            dial.spawn((DialPart::Goal, part()));
            dial.spawn((DialPart::Fill, part()));
            for index in (0..TRAIL).rev() {
                dial.spawn((DialPart::Trail(index), part()));
            }
            dial.spawn((DialPart::Dot, part()));
        });
    panel
        .spawn(Node {
            width: Val::Px(DIAL),
            justify_content: JustifyContent::SpaceBetween,
            ..default()
        })
        .with_children(|words| {
            for word in ["cold", "calm", "warm"] {
                words.spawn(ink::text(word, Style::Small, Token::Quiet));
            }
        });
}

fn write(
    quest: Res<Quest>,
    gaze: Res<Gaze>,
    mood: Res<Mood>,
    mut words: Query<(&Words, &mut Text, &mut Ink)>,
) {
    let goal = GOALS[quest.lit.min(LANTERNS - 1)];
    let lit = &GOALS[quest.lit.saturating_sub(1)];
    let way = bearing(quest.lit) - gaze.turn;
    let is_seen = way.abs() <= IN_VIEW;
    let welcome = quest.welcomes(mood.room);
    let hint = match () {
        () if quest.calling().is_none() => "It is lit. Breathe, and rest your face",
        () if !is_seen && way > 0.0 => "A lantern glows on your right: tilt your head to the right",
        () if !is_seen => "A lantern glows on your left: tilt your head to the left",
        () if welcome => "Yes. Hold it a moment",
        () if quest.called_for > PATIENCE + 3.0 => {
            "Try it in your own way: the circle grows for you"
        }
        () => goal.hint,
    };
    let (name, expression) = match quest.calling() {
        Some(_) => (goal.name, goal.expression),
        None => (lit.name, lit.expression),
    };
    for (word, mut text, mut ink) in &mut words {
        let (content, color) = match word {
            Words::Sign => (sign(expression), Token::Expression(expression)),
            Words::Name => (name, Token::ExpressionText(expression)),
            Words::Hint if welcome && is_seen => (hint, Token::Text),
            Words::Hint => (hint, Token::Quiet),
        };
        if text.0 != content {
            content.clone_into(&mut text.0);
        }
        ink.set_if_neq(Ink { color, ..*ink });
    }
}

/// Arrows point to the lantern that calls while it is not looked at.
fn point(
    time: Res<Time<Real>>,
    quest: Res<Quest>,
    gaze: Res<Gaze>,
    theme: Res<Theme>,
    settings: Res<bevy_emotion::hud::HudSettings>,
    mut arrows: Query<(&Arrow, &mut BackgroundColor, &mut UiTransform), Without<Text>>,
    mut signs: Query<(&Arrow, &mut TextColor), With<Text>>,
    mut shown: Local<[f32; 2]>,
) {
    let way = quest.calling().map_or(0.0, |lantern| bearing(lantern) - gaze.turn);
    let strengths = [-1.0, 1.0].map(|side| f32::from(u8::from(way * side > IN_VIEW)));
    for (shown, goal) in shown.iter_mut().zip(strengths) {
        *shown += (goal - *shown) * approach(0.15, time.delta_secs());
    }
    let index = |arrow: &Arrow| usize::from(arrow.0 > 0.0);
    let push = if settings.reduced_motion { 0.0 } else { (time.elapsed_secs() * 4.0).sin() * 6.0 };
    for (arrow, mut color, mut transform) in &mut arrows {
        let strength = shown[index(arrow)];
        color.0 = theme.panel.with_alpha(0.75 * strength);
        transform.translation = Val2::px(arrow.0 * push, 0.0);
    }
    for (arrow, mut color) in &mut signs {
        color.0 = theme.text.with_alpha(shown[index(arrow)]);
    }
}

fn draw_dial(
    scene: Res<State<Scene>>,
    quest: Res<Quest>,
    mood: Res<Mood>,
    theme: Res<Theme>,
    mut parts: Query<(&DialPart, &mut Node, &mut BackgroundColor, &mut BorderColor)>,
) {
    let goal = GOALS[quest.lit.min(LANTERNS - 1)];
    let calling = quest.calling().is_some() && *scene.get() == Scene::Play;
    let color = theme.color(goal.expression);
    let welcome = quest.welcomes(mood.room);
    // The plane's edge is at 1; it is all within the dial.
    let scale = DIAL / 2.0;
    let radius = quest.radius().min(1.0) * scale;
    for (part, mut node, mut fill, mut edge) in &mut parts {
        let (at, radius, paint) = match part {
            DialPart::Goal if calling => {
                edge.set_all(color);
                node.border = UiRect::all(Val::Px(if welcome { 3.0 } else { 2.0 }));
                (goal.middle(), radius, color.with_alpha(if welcome { 0.3 } else { 0.16 }))
            }
            DialPart::Fill if calling => {
                (goal.middle(), radius * quest.fill, color.with_alpha(0.55))
            }
            DialPart::Goal | DialPart::Fill => {
                edge.set_all(Color::NONE);
                (Vec2::ZERO, 0.0, Color::NONE)
            }
            DialPart::Trail(index) => match mood.trail.get(*index) {
                Some(at) => {
                    let old = *index as f32 / TRAIL as f32;
                    (*at, 4.0 - 2.5 * old, theme.text.with_alpha(0.5 * (1.0 - old)))
                }
                None => (Vec2::ZERO, 0.0, Color::NONE),
            },
            DialPart::Dot => (mood.room, 7.0, theme.text),
        };
        let corner = Vec2::new(at.x, -at.y) * scale + DIAL / 2.0 - radius - 1.0;
        node.left = Val::Px(corner.x);
        node.top = Val::Px(corner.y);
        node.width = Val::Px(2.0 * radius);
        node.height = Val::Px(2.0 * radius);
        fill.0 = paint;
    }
}

fn draw_pips(
    quest: Res<Quest>,
    theme: Res<Theme>,
    mut pips: Query<(&Pip, &mut BackgroundColor, &mut BorderColor)>,
) {
    for (pip, mut fill, mut edge) in &mut pips {
        let color = theme.color(GOALS[pip.0].expression);
        let light = match pip.0 {
            index if index < quest.lit => 1.0,
            index if Some(index) == quest.calling() => 0.15 + 0.6 * quest.fill,
            _ => 0.0,
        };
        fill.0 = color.with_alpha(light);
        let calls = Some(pip.0) == quest.calling();
        edge.set_all(if calls { theme.text } else { color.with_alpha(0.6) });
    }
}
