//! The warm-up before a game: measures each player's resting baseline and expression range.

use std::time::Duration;

use bevy::prelude::*;

use crate::hud::HudSystems;
use crate::hud::ink::{self, Fill, Ink, Style, Token};
use crate::hud::theme::{self, GRID};
use crate::input::{
    ExpressionRange, FaceInput, MeasureBaseline, PlayerSlots, RestingBaseline, WarmUp, WarmUpFace,
};
use crate::plugin::Face;
use emotion_core::Expression;

/// How long the players have to be in view before it begins.
const SETTLE: Duration = Duration::from_millis(600);
/// How long an expression is announced before it is measured.
const ANNOUNCE: Duration = Duration::from_millis(1200);
/// How long an expression is measured.
const WATCH: Duration = Duration::from_millis(2500);
/// How long "ready" is shown.
const READY: Duration = Duration::from_millis(900);
/// A face may be lost for this long before the step starts over.
const PATIENCE: Duration = Duration::from_millis(700);

const BAR_WIDTH: f32 = 46.0 * GRID;

/// The warm-up screen ([`FaceWarmUp`]).
#[derive(Debug, Clone, Copy, Default)]
pub struct WarmUpPlugin;

impl Plugin for WarmUpPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(open)
            .add_systems(Update, lead)
            .add_systems(PostUpdate, draw.in_set(HudSystems::Draw));
    }
}

/// A warm-up on the whole screen: it waits for the players' faces, measures their resting baselines
/// ([`MeasureBaseline`]), and asks for one expression after the other ([`WarmUpFace`]). From then on
/// strengths are measured from each player's resting baseline to their own reach.
///
/// It takes about 4 seconds for the baseline and 4 for each expression, and triggers [`WarmUpOver`]
/// at its end. If a player leaves, it waits. Enter or Space skips to the next step; while a player
/// is missing, to the end.
#[derive(Component, Debug, Clone, PartialEq, Eq)]
pub struct FaceWarmUp {
    /// The expressions asked for, in this order.
    pub expressions: Vec<Expression>,
    /// How many players take part: those in the slots from 1 on.
    pub players: u8,
}

impl FaceWarmUp {
    /// A warm-up for one player.
    pub fn new(expressions: impl IntoIterator<Item = Expression>) -> Self {
        Self { expressions: expressions.into_iter().collect(), players: 1 }
    }

    /// Sets the number of players who warm up together; [`PlayerSlots`] needs as many slots.
    pub fn for_players(mut self, players: u8) -> Self {
        self.players = players;
        self
    }
}

/// A warm-up is over.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmUpOver {
    /// The warm-up.
    pub entity: Entity,
    /// Whether the players' faces were in view; if not, it was skipped with a key, and somebody
    /// plays with the keyboard.
    pub with_faces: bool,
}

/// A step of a warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Waits for the players' faces.
    Faces,
    /// Measures the players' resting baselines.
    Rest,
    /// Announces the expression with this index.
    Announce(usize),
    /// Measures the expression with this index.
    Watch(usize),
    Ready,
    Over,
}

/// State of a warm-up.
#[derive(Component, Debug)]
#[require(GlobalZIndex(20))]
struct Course {
    step: Step,
    /// How long the step has lasted; in [`Step::Faces`], how long all faces have been in view.
    lasted: Duration,
    /// How long a player has been missing.
    missing: Duration,
    /// Whether the step's request has been sent to the faces.
    is_asked: bool,
    sign: Entity,
    title: Entity,
    sentence: Entity,
    /// A bar for each player: how strongly they show the requested expression.
    bars: Vec<Entity>,
    time_bar: Entity,
}

/// Builds the UI of a new warm-up.
fn open(added: On<Add, FaceWarmUp>, warm_ups: Query<&FaceWarmUp>, mut commands: Commands) {
    let Ok(warm_up) = warm_ups.get(added.entity) else { return };
    let sign = commands
        .spawn((
            ink::text("", Style::LargeSign, Token::Text),
            Node { height: Val::Px(4.0 * GRID), ..Node::default() },
        ))
        .id();
    let title = commands.spawn(ink::text("", Style::Title, Token::Text)).id();
    let sentence = commands
        .spawn((
            Node { max_width: Val::Px(80.0 * GRID), ..Node::default() },
            Text::default(),
            Ink { style: Style::Medium, color: Token::Quiet },
            TextLayout::justify(Justify::Center),
        ))
        .id();
    let (time_track, time_bar) = ink::bar(&mut commands, Val::Px(BAR_WIDTH), 6.0, Token::Text);
    let panel = commands
        .spawn(ink::overlay_panel(Node {
            min_width: Val::Px(84.0 * GRID),
            max_width: Val::Percent(92.0),
            flex_direction: FlexDirection::Column,
            align_items: AlignItems::Center,
            padding: UiRect::axes(Val::Px(4.0 * GRID), Val::Px(3.0 * GRID)),
            row_gap: Val::Px(1.5 * GRID),
            ..Node::default()
        }))
        .add_children(&[sign, title, sentence])
        .id();
    let mut bars = Vec::new();
    for player in 1..=warm_up.players {
        let (track, bar) = ink::bar(&mut commands, Val::Px(BAR_WIDTH), 18.0, Token::Text);
        let row = commands
            .spawn(Node {
                align_items: AlignItems::Center,
                column_gap: Val::Px(1.5 * GRID),
                ..Node::default()
            })
            .id();
        if warm_up.players > 1 {
            let name = format!("player {player}");
            commands.entity(row).with_child(ink::text(&name, Style::Small, Token::Quiet));
        }
        commands.entity(row).add_child(track);
        commands.entity(panel).add_child(row);
        bars.push(bar);
    }
    let keys = ink::text("Press Enter to continue", Style::Small, Token::Quiet);
    commands.entity(panel).add_child(time_track).with_child(keys);
    commands
        .entity(added.entity)
        .insert((
            ink::whole_screen(),
            Course {
                step: Step::Faces,
                lasted: Duration::ZERO,
                missing: Duration::ZERO,
                is_asked: false,
                sign,
                title,
                sentence,
                bars,
                time_bar,
            },
        ))
        .add_child(panel);
}

/// Leads the players through the steps.
fn lead(
    time: Res<Time<Real>>,
    keys: Option<Res<ButtonInput<KeyCode>>>,
    slots: Res<PlayerSlots>,
    faces: Query<(&Face, &RestingBaseline, Has<WarmUp>)>,
    mut warm_ups: Query<(Entity, &FaceWarmUp, &mut Course)>,
    mut commands: Commands,
) {
    let skips = keys.is_some_and(|keys| {
        keys.any_just_pressed([KeyCode::Enter, KeyCode::NumpadEnter, KeyCode::Space])
    });
    for (entity, warm_up, mut course) in &mut warm_ups {
        let players: Vec<Entity> =
            (1..=warm_up.players).filter_map(|slot| slots.face(slot)).collect();
        let is_there = |player: &Entity| faces.get(*player).is_ok_and(|(face, ..)| face.visible);
        let all_there =
            players.len() == usize::from(warm_up.players) && players.iter().all(is_there);
        course.missing = if all_there { Duration::ZERO } else { course.missing + time.delta() };
        if course.waits_for_players() {
            course.restart_step();
            if skips {
                finish(entity, &mut course, false, &mut commands);
            }
            continue;
        }
        let restarts = course.step == Step::Faces && !all_there;
        course.lasted = if restarts { Duration::ZERO } else { course.lasted + time.delta() };
        let is_asked = std::mem::replace(&mut course.is_asked, true);
        if !is_asked && matches!(course.step, Step::Rest | Step::Watch(_)) {
            ask(course.step, warm_up, &players, &mut commands);
            continue;
        }
        let is_answered = have_answered(course.step, &players, &faces);
        match course.outcome(warm_up, is_answered, skips) {
            Outcome::Stay => {}
            Outcome::GoOn(step) => course.go_on(step),
            Outcome::Over { with_faces } => {
                finish(entity, &mut course, with_faces, &mut commands);
            }
        }
    }
}

/// Sends the step's request to the players' faces.
fn ask(step: Step, warm_up: &FaceWarmUp, players: &[Entity], commands: &mut Commands) {
    for player in players {
        match step {
            Step::Rest => {
                commands.trigger(MeasureBaseline { entity: *player });
            }
            Step::Watch(number) => {
                let expression = warm_up.expressions.get(number).copied();
                commands.trigger(WarmUpFace { entity: *player, expression, time: WATCH });
            }
            _ => {}
        }
    }
}

/// Whether all players' faces have finished what the step requested.
fn have_answered(
    step: Step,
    players: &[Entity],
    faces: &Query<(&Face, &RestingBaseline, Has<WarmUp>)>,
) -> bool {
    players.iter().all(|player| {
        faces.get(*player).is_ok_and(|(_, rest, is_watched)| match step {
            Step::Rest => rest.progress().is_none(),
            Step::Watch(_) => !is_watched,
            _ => true,
        })
    })
}

/// How a step ends in an update.
enum Outcome {
    /// It does not end.
    Stay,
    /// With another step.
    GoOn(Step),
    /// With the end of the warm-up.
    Over { with_faces: bool },
}

impl Course {
    /// Whether a player has been missing for too long.
    fn waits_for_players(&self) -> bool {
        let needs_faces = matches!(self.step, Step::Rest | Step::Announce(_) | Step::Watch(_));
        needs_faces && self.missing > PATIENCE
    }

    /// Lets the step start over once all players are back.
    fn restart_step(&mut self) {
        self.lasted = Duration::ZERO;
        self.is_asked = false;
        if let Step::Watch(number) = self.step {
            self.step = Step::Announce(number);
        }
    }

    /// How the step ends in this update. `is_answered`: the faces have finished its request.
    fn outcome(&self, warm_up: &FaceWarmUp, is_answered: bool, skips: bool) -> Outcome {
        let announce = |number: usize| {
            let is_left = number < warm_up.expressions.len();
            if is_left { Step::Announce(number) } else { Step::Ready }
        };
        match self.step {
            Step::Faces if self.lasted >= SETTLE => Outcome::GoOn(Step::Rest),
            Step::Faces if skips => Outcome::Over { with_faces: false },
            Step::Rest if skips || is_answered => Outcome::GoOn(announce(0)),
            Step::Announce(number) if skips || self.lasted >= ANNOUNCE => {
                Outcome::GoOn(Step::Watch(number))
            }
            Step::Watch(number) if skips || is_answered => Outcome::GoOn(announce(number + 1)),
            Step::Ready if skips || self.lasted >= READY => Outcome::Over { with_faces: true },
            _ => Outcome::Stay,
        }
    }

    fn go_on(&mut self, step: Step) {
        self.step = step;
        self.lasted = Duration::ZERO;
        self.is_asked = false;
    }

    /// The expression asked for in this step.
    fn expression(&self, warm_up: &FaceWarmUp) -> Option<Expression> {
        match self.step {
            Step::Announce(number) | Step::Watch(number) => {
                warm_up.expressions.get(number).copied()
            }
            _ => None,
        }
    }
}

fn finish(entity: Entity, course: &mut Course, with_faces: bool, commands: &mut Commands) {
    course.go_on(Step::Over);
    commands.trigger(WarmUpOver { entity, with_faces });
}

/// How to make an expression, for somebody who has never been asked to.
const fn how_to(expression: Expression) -> &'static str {
    match expression {
        Expression::Angry => "Frown: pull your brows down and together.",
        Expression::Disgust => "Wrinkle your nose, as if something smelled bad.",
        Expression::Fear => "Look frightened: eyes wide, brows up, mouth open and tense.",
        Expression::Happy => "Smile as broadly as is comfortable.",
        Expression::Sad => "Look sad: corners of the mouth down, brows up in the middle.",
        Expression::Surprise => "Look surprised: brows up, mouth open.",
        Expression::Neutral => "Relax your face.",
    }
}

/// Shows the current step.
fn draw(
    slots: Res<PlayerSlots>,
    faces: Query<(&FaceInput, &RestingBaseline, Option<&WarmUp>, &ExpressionRange)>,
    warm_ups: Query<(&FaceWarmUp, &Course)>,
    mut texts: Query<(&mut Text, &mut Ink)>,
    mut bars: Query<(&mut Node, &mut Fill)>,
    mut signs: Query<&mut Node, Without<Fill>>,
) {
    for (warm_up, course) in &warm_ups {
        let is_missing = course.missing > PATIENCE;
        let expression = course.expression(warm_up);
        let (title, sentence) = match (course.step, expression) {
            (Step::Faces, _) if warm_up.players > 1 => {
                ("Come into view", "Sit side by side, where the camera sees you both.")
            }
            (Step::Faces, _) => ("Come into view", "Sit where the camera sees your face."),
            (Step::Ready | Step::Over, _) => ("Ready", "The game is now adjusted to your face."),
            _ if is_missing => ("Come into view", "The warm-up continues when you are back."),
            (Step::Rest, _) => {
                ("Relax your face", "Look ahead while your resting face is measured.")
            }
            (_, Some(expression)) => (expression.name(), how_to(expression)),
            (_, None) => ("", ""),
        };
        let color = expression.map_or(Token::Text, Token::ExpressionText);
        let mut write = |entity, words: &str, color| {
            let Ok((mut text, mut ink)) = texts.get_mut(entity) else { return };
            if text.0 != words {
                words.clone_into(&mut text.0);
            }
            ink.set_if_neq(Ink { color, ..*ink });
        };
        write(course.sign, expression.map_or("", theme::sign), color);
        write(course.title, title, color);
        let display = if expression.is_some() { Display::Flex } else { Display::None };
        if let Ok(mut sign) = signs.get_mut(course.sign)
            && sign.display != display
        {
            sign.display = display;
        }
        write(course.sentence, sentence, Token::Quiet);

        let mut fill = |entity, part: f32, token| {
            let Ok((mut node, mut fill)) = bars.get_mut(entity) else { return };
            let width = Val::Percent((part.clamp(0.0, 1.0) * 100.0).round());
            if node.width != width {
                node.width = width;
            }
            fill.set_if_neq(Fill(token));
        };
        let mut slowest = 1.0_f32;
        for (slot, bar) in (1u8..).zip(&course.bars) {
            let player = slots.face(slot).and_then(|face| faces.get(face).ok());
            let part = match (player, expression) {
                (Some((input, _, watched, range)), Some(expression)) => {
                    slowest = slowest.min(watched.map_or(0.0, WarmUp::progress));
                    // Not the strength alone, which is full at the reach measured before.
                    let way = input.strength(expression) * range.reach(expression);
                    watched.map_or(way, |watched| watched.peak(expression).max(way))
                }
                (Some((_, rest, ..)), None) if course.step == Step::Rest => {
                    let part = rest.progress().unwrap_or(1.0);
                    slowest = slowest.min(part);
                    part
                }
                _ => 0.0,
            };
            fill(*bar, part, expression.map_or(Token::Text, Token::Expression));
        }
        let runs = matches!(course.step, Step::Watch(_)) && !is_missing;
        fill(course.time_bar, if runs { slowest } else { 0.0 }, Token::Quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::super::HandsFreePlugins;
    use super::*;
    use crate::hud::HudCorePlugin;
    use crate::hud::test_app::{bare, press, run, words};
    use crate::input::{VirtualFace, VirtualFacePlugin};

    #[derive(Resource, Default)]
    struct Over(Option<bool>);

    fn app(warm_up: FaceWarmUp) -> (App, Entity) {
        let mut app = bare();
        app.add_plugins((HudCorePlugin::default(), VirtualFacePlugin, HandsFreePlugins))
            .init_resource::<Over>()
            .insert_resource(PlayerSlots::new(warm_up.players))
            .add_observer(|over: On<WarmUpOver>, mut is_over: ResMut<Over>| {
                is_over.0 = Some(over.with_faces);
            });
        app.finish();
        app.cleanup();
        let entity = app.world_mut().spawn(warm_up).id();
        run(&mut app, 0.1);
        (app, entity)
    }

    fn with(app: &mut App, me: Entity, act: impl FnOnce(&mut VirtualFace)) {
        act(&mut app.world_mut().get_mut::<VirtualFace>(me).expect("a face"));
    }

    fn says(app: &mut App, entity: Entity, what: &str) -> bool {
        words(app, entity).iter().any(|words| words == what)
    }

    /// Updates until the text is shown.
    fn until(app: &mut App, entity: Entity, what: &str) {
        for _ in 0..500 {
            if says(app, entity, what) {
                return;
            }
            app.update();
        }
        panic!("it says {:?}, never {what}", words(app, entity));
    }

    fn reach(app: &mut App, expression: Expression) -> f32 {
        let world = app.world_mut();
        let range = world.query::<&ExpressionRange>().single(world).expect("a face");
        range.reach(expression)
    }

    #[test]
    fn a_faint_smile_becomes_a_full_one() {
        let (mut app, entity) = app(FaceWarmUp::new([Expression::Happy]));
        assert!(says(&mut app, entity, "Come into view"));
        let me = app.world_mut().spawn(VirtualFace::new()).id();
        until(&mut app, entity, "Relax your face");
        until(&mut app, entity, "happy");
        with(&mut app, me, |face| face.show(Expression::Happy, 0.5));
        until(&mut app, entity, "Ready");
        with(&mut app, me, VirtualFace::release);
        run(&mut app, 1.2);
        assert_eq!(app.world().resource::<Over>().0, Some(true));
        // Half of the usual reach of 0.6, of which nine tenths are comfortable.
        assert!((reach(&mut app, Expression::Happy) - 0.27).abs() < 0.01);
        assert_eq!(reach(&mut app, Expression::Sad), ExpressionRange::DEFAULT_REACH);
    }

    #[test]
    fn who_leaves_is_waited_for_and_begins_the_step_anew() {
        let (mut app, entity) = app(FaceWarmUp::new([Expression::Surprise]));
        let me = app.world_mut().spawn(VirtualFace::new()).id();
        until(&mut app, entity, "surprise");
        run(&mut app, 1.5);
        with(&mut app, me, VirtualFace::leave);
        run(&mut app, 1.0);
        assert!(says(&mut app, entity, "Come into view"));
        run(&mut app, 5.0);
        assert_eq!(app.world().resource::<Over>().0, None);
        with(&mut app, me, VirtualFace::come_back);
        until(&mut app, entity, "surprise");
        with(&mut app, me, |face| face.show(Expression::Surprise, 1.0));
        until(&mut app, entity, "Ready");
        run(&mut app, 1.2);
        assert_eq!(app.world().resource::<Over>().0, Some(true));
        assert!(reach(&mut app, Expression::Surprise) > 0.5);
    }

    #[test]
    fn two_players_are_waited_for() {
        let (mut app, entity) = app(FaceWarmUp::new([]).for_players(2));
        app.world_mut().spawn(VirtualFace::new().at(Vec2::new(-0.5, 0.0)));
        run(&mut app, 4.0);
        assert!(says(&mut app, entity, "Come into view"));
        app.world_mut().spawn(VirtualFace::new().at(Vec2::new(0.5, 0.0)));
        until(&mut app, entity, "Relax your face");
        until(&mut app, entity, "Ready");
    }

    #[test]
    fn keys_skip_it_where_nobody_is_in_view() {
        let (mut app, _) = app(FaceWarmUp::new([Expression::Happy]));
        press(&mut app, KeyCode::Enter);
        run(&mut app, 0.1);
        assert_eq!(app.world().resource::<Over>().0, Some(false));
    }
}
