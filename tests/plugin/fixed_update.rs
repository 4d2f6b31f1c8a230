//! The fixed main loop sees the faces of its own update, not those of the one before.

use std::time::Duration;

use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::prelude::*;

#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Jump,
}

/// What a fixed step saw: what the face shows, and whether the action is and just was pressed.
#[derive(Resource, Default)]
struct Steps(Vec<(Option<Expression>, bool, bool)>);

const TICK: Duration = Duration::from_millis(20);

/// An app with two fixed steps in each update, after its first updates.
fn app() -> (App, Entity) {
    let map = ExpressionMap::new().with(Action::Jump, Expression::Happy);
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, VirtualFacePlugin, ExpressionInputPlugin::new(map)))
        .insert_resource(TimeUpdateStrategy::ManualDuration(TICK))
        .insert_resource(Time::<Fixed>::from_duration(TICK / 2))
        .init_resource::<Steps>()
        .add_systems(
            FixedUpdate,
            |face: Single<&Emotion>,
             input: Res<ExpressionInput<Action>>,
             mut steps: ResMut<Steps>| {
                let pressed = (input.pressed(Action::Jump), input.just_pressed(Action::Jump));
                steps.0.push((face.dominant, pressed.0, pressed.1));
            },
        );
    let face = app.world_mut().spawn(VirtualFace::new()).id();
    app.finish();
    app.cleanup();
    for _ in 0..3 {
        app.update();
    }
    (app, face)
}

fn update(app: &mut App) -> Vec<(Option<Expression>, bool, bool)> {
    app.world_mut().resource_mut::<Steps>().0.clear();
    app.update();
    std::mem::take(&mut app.world_mut().resource_mut::<Steps>().0)
}

#[test]
fn a_fixed_step_sees_the_faces_of_its_update() {
    let (mut app, face) = app();
    let neutral = (Some(Expression::Neutral), false, false);
    assert_eq!(update(&mut app), [neutral, neutral]);

    app.world_mut().get_mut::<VirtualFace>(face).unwrap().press(Expression::Happy);
    let happy = Some(Expression::Happy);
    assert_eq!(update(&mut app), [(happy, true, true), (happy, true, false)]);

    app.world_mut().get_mut::<VirtualFace>(face).unwrap().release();
    assert_eq!(update(&mut app), [neutral, neutral]);
}

/// How many faces each fixed step saw.
#[derive(Resource, Default)]
struct Counts(Vec<usize>);

#[test]
fn a_face_is_there_in_the_update_in_which_it_comes() {
    let (mut app, _) = app();
    app.init_resource::<Counts>()
        .add_systems(FixedUpdate, |faces: Query<&Face>, mut counts: ResMut<Counts>| {
            counts.0.push(faces.iter().count())
        });
    app.world_mut().spawn(VirtualFace::new().at(Vec2::new(0.5, 0.0)));
    app.update();
    assert_eq!(app.world().resource::<Counts>().0, [2, 2]);
}
