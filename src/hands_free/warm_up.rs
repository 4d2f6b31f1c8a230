//! The warm-up before a game: each player's rest, and how far their face moves.

use std::time::Duration;

use bevy::prelude::*;

use crate::hud::HudSystems;
use crate::hud::ink::{self, Fill, Ink, Style, Token};
use crate::hud::theme::{self, GRID};
use crate::input::{
    CalibrateFace, ExpressionRange, FaceCalibration, FaceInput, PlayerSlots, WarmUp, WarmUpFace,
};
use crate::plugin::Face;
use emotion_core::Expression;

/// How long the players have to be in view before it begins.
const SETTLE: Duration = Duration::from_millis(600);
/// How long an expression is announced before it counts.
const ANNOUNCE: Duration = Duration::from_millis(1200);
/// How long an expression is watched.
const WATCH: Duration = Duration::from_millis(2500);
/// How long "ready" is shown.
const READY: Duration = Duration::from_millis(900);
/// A face may be lost for this long before the step starts anew.
const PATIENCE: Duration = Duration::from_millis(700);

const BAR_WIDTH: f32 = 46.0 * GRID;

/// The screen that warms players up ([`FaceWarmUp`]).
#[derive(Debug, Clone, Copy, Default)]
pub struct WarmUpPlugin;

impl Plugin for WarmUpPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(open)
            .add_systems(Update, lead)
            .add_systems(PostUpdate, draw.in_set(HudSystems::Draw));
    }
}

/// Warms the players up, on the whole screen: it waits for their faces, finds their rest
/// ([`CalibrateFace`]), and asks for one expression after the other ([`WarmUpFace`]). From then on
/// strengths are measured from each player's own rest to their own reach.
///
/// It takes about 4 seconds for the rest and 4 for each expression, and triggers [`WarmUpOver`] at
/// its end. A player who leaves is waited for. Enter or Space goes to the next step; while nobody is
/// in view, to the end.
#[derive(Component, Debug, Clone, PartialEq, Eq)]
pub struct FaceWarmUp {
    /// What is asked for, one after the other.
    pub expressions: Vec<Expression>,
    /// How many players have to be there: the slots from 1 on.
    pub players: u8,
}

impl FaceWarmUp {
    /// A warm-up of one player.
    pub fn new(expressions: impl IntoIterator<Item = Expression>) -> Self {
        Self { expressions: expressions.into_iter().collect(), players: 1 }
    }

    /// The same for several players at once; [`PlayerSlots`] has to have as many.
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
    /// Whether the players' faces were there; otherwise it was skipped with a key, and somebody
    /// plays with the keyboard.
    pub with_faces: bool,
}

/// Where a warm-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It waits for the players' faces.
    Faces,
    /// Their rest is looked for.
    Rest,
    /// An expression is announced: its number.
    Announce(usize),
    /// An expression is watched.
    Watch(usize),
    Ready,
    Over,
}

/// A warm-up at work.
#[derive(Component, Debug)]
#[require(GlobalZIndex(20))]
struct Course {
    step: Step,
    /// How long the step has lasted; in [`Step::Faces`], how long all faces are in view.
    lasted: Duration,
    /// How long a player has been missing.
    missing: Duration,
    /// The step's wish has been passed on to the faces.
    is_asked: bool,
    sign: Entity,
    title: Entity,
    sentence: Entity,
    /// The bars of the players: how strongly each shows what is asked for.
    bars: Vec<Entity>,
    time_bar: Entity,
}

/// Draws a warm-up that was spawned.
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
    let keys = ink::text("Enter goes on", Style::Small, Token::Quiet);
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
    faces: Query<(&Face, &FaceCalibration, Has<WarmUp>)>,
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
        let waits = matches!(course.step, Step::Rest | Step::Announce(_) | Step::Watch(_));
        if waits && course.missing > PATIENCE {
            // The step begins anew when everybody is back.
            course.lasted = Duration::ZERO;
            course.is_asked = false;
            if let Step::Watch(number) = course.step {
                course.step = Step::Announce(number);
            }
            if skips {
                finish(entity, &mut course, false, &mut commands);
            }
            continue;
        }
        let is_asked = std::mem::replace(&mut course.is_asked, true);
        let announced =
            if warm_up.expressions.is_empty() { Step::Ready } else { Step::Announce(0) };
        course.lasted += time.delta();
        match course.step {
            Step::Faces => {
                if !all_there {
                    course.lasted = Duration::ZERO;
                }
                if course.lasted >= SETTLE {
                    course.go_on(Step::Rest);
                } else if skips {
                    finish(entity, &mut course, false, &mut commands);
                }
            }
            Step::Rest => {
                if !is_asked {
                    players.iter().for_each(|player| {
                        commands.trigger(CalibrateFace { entity: *player });
                    });
                } else if skips
                    || players.iter().all(|player| {
                        faces.get(*player).is_ok_and(|(_, rest, _)| rest.progress().is_none())
                    })
                {
                    course.go_on(announced);
                }
            }
            Step::Announce(number) => {
                if course.lasted >= ANNOUNCE || skips {
                    course.go_on(Step::Watch(number));
                }
            }
            Step::Watch(number) => {
                let expression = warm_up.expressions.get(number).copied();
                if !is_asked {
                    for player in &players {
                        commands.trigger(WarmUpFace { entity: *player, expression, time: WATCH });
                    }
                } else if skips
                    || players.iter().all(|player| {
                        faces.get(*player).is_ok_and(|(_, _, is_watched)| !is_watched)
                    })
                {
                    let next = number + 1;
                    let is_last = next >= warm_up.expressions.len();
                    course.go_on(if is_last { Step::Ready } else { Step::Announce(next) });
                }
            }
            Step::Ready => {
                if course.lasted >= READY || skips {
                    finish(entity, &mut course, true, &mut commands);
                }
            }
            Step::Over => {}
        }
    }
}

impl Course {
    fn go_on(&mut self, step: Step) {
        self.step = step;
        self.lasted = Duration::ZERO;
        self.is_asked = false;
    }

    /// What is asked for now.
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

/// How to make a face, for somebody who has never been asked to.
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

/// Writes and paints what the step says.
fn draw(
    slots: Res<PlayerSlots>,
    faces: Query<(&FaceInput, &FaceCalibration, Option<&WarmUp>, &ExpressionRange)>,
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
            (Step::Ready | Step::Over, _) => ("Ready", "Now everything is measured by your face."),
            _ if is_missing => ("Come into view", "It goes on when you are back."),
            (Step::Rest, _) => ("Rest your face", "Look ahead and relax: this is your zero."),
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
                    // Not the strength, which reaches its end at what was comfortable before.
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

    /// Updates until it says so.
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
        until(&mut app, entity, "Rest your face");
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
        until(&mut app, entity, "Rest your face");
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
