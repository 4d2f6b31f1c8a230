//! How far the calibration of a resting face has come, beside the face.
//!
//! The panel shows the component [`Calibration`] of a face and asks for one with the message
//! [`CalibrationWanted`]; [`connect`] is where both meet what calibrates.

use std::time::Duration;

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::ink::{self, Fill, Style, Token};
use super::theme::GRID;
use super::{HudSystems, keys};

/// Width of the panel in HUD units.
const WIDTH: f32 = 26.0 * GRID;
const BAR_HEIGHT: f32 = 6.0;
/// How long it says that it is done.
const DONE: Duration = Duration::from_millis(1800);

/// Shows how far the calibration of a face's rest has come; the key K asks for one.
#[derive(Debug, Clone, Copy, Default)]
pub struct CalibrationPlugin;

impl Plugin for CalibrationPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<CalibrationWanted>().add_observer(spawn).add_systems(
            Update,
            (connect.in_set(HudSystems::Input).after(keys::act), draw.in_set(HudSystems::Draw)),
        );
    }
}

/// How far the calibration of a face's rest has come. The panel is open while a face has it; a
/// calibration that is done closes by itself.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// What it is doing.
    pub state: CalibrationState,
    /// How much of the time is over, 0 to 1.
    pub progress: f32,
}

/// What a calibration is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibrationState {
    /// The face does not rest yet: it moves, turns away or is not read.
    Waiting,
    /// It rests, and is measured.
    Measuring,
    /// Its rest is known.
    Done,
}

/// The user asks for a calibration of all faces in view.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalibrationWanted;

/// Where the panel meets what calibrates: pass on `wanted`, and insert [`Calibration`] on faces.
fn connect(mut wanted: MessageReader<CalibrationWanted>) {
    // Nothing in the crate calibrates yet; an app may read the message and insert the component.
    wanted.clear();
}

/// The panel; its parts are the sentence and the bar.
#[derive(Component)]
struct Panel {
    face: Entity,
    sentence: Entity,
    bar: Entity,
    shown: Option<CalibrationState>,
    /// Seconds since it is done.
    done_for: f32,
}

/// Gives a new face its panel, closed.
fn spawn(added: On<Add, ShownFace>, mut commands: Commands) {
    let round = BorderRadius::all(Val::Px(BAR_HEIGHT / 2.0));
    let sentence = commands.spawn(ink::text("", Style::Small, Token::Text)).id();
    let bar = commands
        .spawn((
            Node {
                width: Val::ZERO,
                height: Val::Percent(100.0),
                border_radius: round,
                ..Node::default()
            },
            Fill(Token::Text),
        ))
        .id();
    let track = commands
        .spawn((
            Node {
                width: Val::Percent(100.0),
                height: Val::Px(BAR_HEIGHT),
                border_radius: round,
                ..Node::default()
            },
            Fill(Token::Track),
        ))
        .add_child(bar)
        .id();
    let mut floating = Floating::new(added.entity, Kind::Calibration);
    floating.wanted = false;
    commands
        .spawn((
            ink::panel(Node {
                position_type: PositionType::Absolute,
                left: Val::ZERO,
                top: Val::ZERO,
                width: Val::Px(WIDTH),
                flex_direction: FlexDirection::Column,
                row_gap: Val::Px(GRID),
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(1.25 * GRID)),
                ..Node::default()
            }),
            floating,
            Panel { face: added.entity, sentence, bar, shown: None, done_for: 0.0 },
        ))
        .add_children(&[sentence, track]);
}

/// Opens, writes and closes the panels.
fn draw(
    time: Res<Time>,
    calibrations: Query<&Calibration>,
    mut panels: Query<(&mut Panel, &mut Floating)>,
    mut texts: Query<&mut Text>,
    mut bars: Query<&mut Node>,
) {
    for (mut panel, mut floating) in &mut panels {
        let calibration = calibrations.get(panel.face).ok().copied();
        let state = calibration.map(|calibration| calibration.state);
        panel.done_for = if state == Some(CalibrationState::Done) {
            panel.done_for + time.delta_secs()
        } else {
            0.0
        };
        let wanted = state.is_some() && panel.done_for < DONE.as_secs_f32();
        if floating.wanted != wanted {
            floating.wanted = wanted;
        }
        let Some(Calibration { state, progress }) = calibration else {
            panel.shown = None;
            continue;
        };
        if panel.shown != Some(state) {
            panel.shown = Some(state);
            if let Ok(mut text) = texts.get_mut(panel.sentence) {
                sentence(state).clone_into(&mut text.0);
            }
        }
        let progress = if state == CalibrationState::Done { 1.0 } else { progress };
        let width = Val::Percent((progress.clamp(0.0, 1.0) * 100.0).round());
        if let Ok(mut bar) = bars.get_mut(panel.bar)
            && bar.width != width
        {
            bar.width = width;
        }
    }
}

const fn sentence(state: CalibrationState) -> &'static str {
    match state {
        CalibrationState::Waiting => "rest your face, look ahead",
        CalibrationState::Measuring => "measuring your rest",
        CalibrationState::Done => "your rest is known",
    }
}

#[cfg(test)]
mod tests {
    use super::super::HudSettings;
    use super::super::test_app::{app, face, press, run, words};
    use super::*;
    use crate::emotion::Expression;

    fn panel(app: &mut App) -> (Entity, bool) {
        let mut panels = app.world_mut().query_filtered::<(Entity, &Floating), With<Panel>>();
        let (entity, floating) = panels.single(app.world()).expect("one panel");
        (entity, floating.wanted)
    }

    #[test]
    fn the_panel_follows_a_calibration_and_closes_after_it() {
        let mut app = app(HudSettings::default());
        let face = face(&mut app, Expression::Neutral);
        run(&mut app, 0.2);
        assert!(!panel(&mut app).1);
        let (state, progress) = (CalibrationState::Measuring, 0.4);
        app.world_mut().entity_mut(face).insert(Calibration { state, progress });
        run(&mut app, 0.2);
        let (entity, wanted) = panel(&mut app);
        assert!(wanted);
        assert_eq!(words(&mut app, entity), ["measuring your rest"]);
        let bar = app.world().get::<Panel>(entity).expect("a panel").bar;
        assert_eq!(app.world().get::<Node>(bar).expect("a bar").width, Val::Percent(40.0));

        let state = CalibrationState::Done;
        app.world_mut().entity_mut(face).insert(Calibration { state, progress });
        run(&mut app, 1.0);
        assert!(panel(&mut app).1);
        assert_eq!(app.world().get::<Node>(bar).expect("a bar").width, Val::Percent(100.0));
        run(&mut app, 1.0);
        assert!(!panel(&mut app).1);
    }

    #[test]
    fn the_key_asks_for_a_calibration() {
        #[derive(Resource, Default)]
        struct Asked(usize);
        let mut app = app(HudSettings::default());
        app.init_resource::<Asked>().add_systems(
            Last,
            |mut wanted: MessageReader<CalibrationWanted>, mut asked: ResMut<Asked>| {
                asked.0 += wanted.read().count();
            },
        );
        press(&mut app, KeyCode::KeyK);
        run(&mut app, 0.1);
        assert_eq!(app.world().resource::<Asked>().0, 1);
    }
}
