//! How far the calibration of a resting face has come, beside the face.
//!
//! The panel shows the component [`FaceCalibration`] of a face, and asks for a calibration when
//! [`CalibrationWanted`] says so. Where nothing calibrates (see
//! [`MeasurePlugin`](crate::input::MeasurePlugin)) it stays closed.

use std::time::Duration;

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::ink::{self, Style, Token};
use super::theme::GRID;
use super::{HudSystems, keys};
use crate::input::{CalibrateFace, CalibrationState, FaceCalibration};
use crate::plugin::Face;

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
            PostUpdate,
            (ask.in_set(HudSystems::Input).after(keys::act), draw.in_set(HudSystems::Draw)),
        );
    }
}

/// The user asks for a calibration of all faces in view.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalibrationWanted;

/// Passes the wish on to every face in view.
fn ask(
    mut wanted: MessageReader<CalibrationWanted>,
    faces: Query<(Entity, &Face), With<FaceCalibration>>,
    mut commands: Commands,
) {
    if wanted.read().count() == 0 {
        return;
    }
    for (entity, face) in &faces {
        if face.visible {
            commands.trigger(CalibrateFace { entity });
        }
    }
}

/// The panel; its parts are the sentence and the bar.
#[derive(Component)]
struct Panel {
    face: Entity,
    sentence: Entity,
    bar: Entity,
    says: &'static str,
    /// Seconds since it is over; `None` before one was seen.
    over_for: Option<f32>,
}

/// Gives a new face its panel, closed.
fn spawn(added: On<Add, ShownFace>, mut commands: Commands) {
    let sentence = commands.spawn(ink::text("", Style::Small, Token::Text)).id();
    let (track, bar) = ink::bar(&mut commands, Val::Percent(100.0), BAR_HEIGHT, Token::Text);
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
            Panel { face: added.entity, sentence, bar, says: "", over_for: None },
        ))
        .add_children(&[sentence, track]);
}

/// Opens, writes and closes the panels.
fn draw(
    time: Res<Time>,
    calibrations: Query<&FaceCalibration>,
    mut panels: Query<(&mut Panel, &mut Floating)>,
    mut texts: Query<&mut Text>,
    mut bars: Query<&mut Node>,
) {
    for (mut panel, mut floating) in &mut panels {
        let state = calibrations.get(panel.face).map_or(CalibrationState::Idle, |face| face.state);
        let (says, progress) = match state {
            CalibrationState::Resting { progress } => {
                panel.over_for = Some(0.0);
                let rests = progress > 0.0;
                (if rests { "measuring your rest" } else { "rest your face, look ahead" }, progress)
            }
            CalibrationState::Done => ("your rest is known", 1.0),
            CalibrationState::GaveUp => ("your face did not rest", 0.0),
            CalibrationState::Idle => ("", 0.0),
        };
        // One that was over before the panel saw it is no news.
        let wanted = match (state, panel.over_for) {
            (CalibrationState::Resting { .. }, _) => true,
            (_, Some(over_for)) => {
                panel.over_for = Some(over_for + time.delta_secs());
                over_for + time.delta_secs() < DONE.as_secs_f32()
            }
            (_, None) => false,
        };
        if floating.wanted != wanted {
            floating.wanted = wanted;
        }
        if panel.says != says && wanted {
            panel.says = says;
            if let Ok(mut text) = texts.get_mut(panel.sentence) {
                says.clone_into(&mut text.0);
            }
        }
        let width = Val::Percent((progress.clamp(0.0, 1.0) * 100.0).round());
        if let Ok(mut bar) = bars.get_mut(panel.bar)
            && bar.width != width
        {
            bar.width = width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::HudSettings;
    use super::super::test_app::{app, face, press, run, words};
    use super::*;
    use emotion_core::Expression;

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
        let show = |app: &mut App, state| {
            let calibration = FaceCalibration { state, ..FaceCalibration::default() };
            app.world_mut().entity_mut(face).insert(calibration);
        };
        show(&mut app, CalibrationState::Resting { progress: 0.4 });
        run(&mut app, 0.2);
        let (entity, wanted) = panel(&mut app);
        assert!(wanted);
        assert_eq!(words(&mut app, entity), ["measuring your rest"]);
        let bar = app.world().get::<Panel>(entity).expect("a panel").bar;
        assert_eq!(app.world().get::<Node>(bar).expect("a bar").width, Val::Percent(40.0));

        show(&mut app, CalibrationState::Done);
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
