//! Progress of the resting-baseline measurement, beside the face.
//!
//! The panel shows a face's [`RestingBaseline`]. The message [`BaselineWanted`] requests a new
//! measurement. Where nothing measures baselines (see
//! [`MeasurePlugin`](crate::input::MeasurePlugin)) the panel stays closed.

use std::time::Duration;

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::ink::{self, Style, Token};
use super::theme::GRID;
use super::{HudSystems, keys};
use crate::input::{BaselineState, MeasureBaseline, RestingBaseline};
use crate::plugin::Face;

/// Width of the panel in HUD units.
const WIDTH: f32 = 26.0 * GRID;
const BAR_HEIGHT: f32 = 6.0;
/// How long the result is shown.
const DONE: Duration = Duration::from_millis(1800);

/// Shows the progress of a face's resting-baseline measurement; the key K requests one.
#[derive(Debug, Clone, Copy, Default)]
pub struct BaselinePlugin;

impl Plugin for BaselinePlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<BaselineWanted>().add_observer(spawn).add_systems(
            PostUpdate,
            (ask.in_set(HudSystems::Input).after(keys::act), draw.in_set(HudSystems::Draw)),
        );
    }
}

/// Requests a new resting baseline for every face in view.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineWanted;

/// Passes the request on to every face in view.
fn ask(
    mut wanted: MessageReader<BaselineWanted>,
    faces: Query<(Entity, &Face), With<RestingBaseline>>,
    mut commands: Commands,
) {
    if wanted.read().count() == 0 {
        return;
    }
    for (entity, face) in &faces {
        if face.visible {
            commands.trigger(MeasureBaseline { entity });
        }
    }
}

/// The panel, with the entities of its text and bar.
#[derive(Component)]
struct Panel {
    face: Entity,
    sentence: Entity,
    bar: Entity,
    says: &'static str,
    /// Seconds since a measurement ended; `None` until the panel has seen one.
    over_for: Option<f32>,
}

/// Gives a new face its panel, closed.
fn spawn(added: On<Add, ShownFace>, mut commands: Commands) {
    let sentence = commands.spawn(ink::text("", Style::Small, Token::Text)).id();
    let (track, bar) = ink::bar(&mut commands, Val::Percent(100.0), BAR_HEIGHT, Token::Text);
    let mut floating = Floating::new(added.entity, Kind::Baseline);
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
    baselines: Query<&RestingBaseline>,
    mut panels: Query<(&mut Panel, &mut Floating)>,
    mut texts: Query<&mut Text>,
    mut bars: Query<&mut Node>,
) {
    for (mut panel, mut floating) in &mut panels {
        let state = baselines.get(panel.face).map_or(BaselineState::Idle, |face| face.state);
        let (says, progress) = match state {
            BaselineState::Resting { progress } => {
                panel.over_for = Some(0.0);
                let rests = progress > 0.0;
                (if rests { "measuring resting face" } else { "relax and look ahead" }, progress)
            }
            BaselineState::Done => ("resting face measured", 1.0),
            BaselineState::GaveUp => ("your face kept moving", 0.0),
            BaselineState::Idle => ("", 0.0),
        };
        // A measurement that ended before the panel saw it is not shown.
        let wanted = match (state, panel.over_for) {
            (BaselineState::Resting { .. }, _) => true,
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
    fn the_panel_follows_a_measurement_and_closes_after_it() {
        let mut app = app(HudSettings::default());
        let face = face(&mut app, Expression::Neutral);
        run(&mut app, 0.2);
        assert!(!panel(&mut app).1);
        let show = |app: &mut App, state| {
            let resting = RestingBaseline { state, ..RestingBaseline::default() };
            app.world_mut().entity_mut(face).insert(resting);
        };
        show(&mut app, BaselineState::Resting { progress: 0.4 });
        run(&mut app, 0.2);
        let (entity, wanted) = panel(&mut app);
        assert!(wanted);
        assert_eq!(words(&mut app, entity), ["measuring resting face"]);
        let bar = app.world().get::<Panel>(entity).expect("a panel").bar;
        assert_eq!(app.world().get::<Node>(bar).expect("a bar").width, Val::Percent(40.0));

        show(&mut app, BaselineState::Done);
        run(&mut app, 1.0);
        assert!(panel(&mut app).1);
        assert_eq!(app.world().get::<Node>(bar).expect("a bar").width, Val::Percent(100.0));
        run(&mut app, 1.0);
        assert!(!panel(&mut app).1);
    }

    #[test]
    fn the_key_asks_for_a_baseline() {
        #[derive(Resource, Default)]
        struct Asked(usize);
        let mut app = app(HudSettings::default());
        app.init_resource::<Asked>().add_systems(
            Last,
            |mut wanted: MessageReader<BaselineWanted>, mut asked: ResMut<Asked>| {
                asked.0 += wanted.read().count();
            },
        );
        press(&mut app, KeyCode::KeyK);
        run(&mut app, 0.1);
        assert_eq!(app.world().resource::<Asked>().0, 1);
    }
}
