//! Both preludes fit in one file: no name of this crate's is one of leafwing-input-manager's.

use bevy::input::InputPlugin;
use bevy::prelude::*;
use bevy_emotion::prelude::*;
use leafwing_input_manager::prelude::*;

#[derive(Actionlike, Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Jump,
}

/// How often the player jumped, with the face or by hand.
#[derive(Resource, Debug, Default, PartialEq)]
struct Jumps {
    face: u32,
    hand: u32,
}

fn play(
    face: Res<ExpressionInput<Action>>,
    hand: Single<&ActionState<Action>>,
    mut jumps: ResMut<Jumps>,
) {
    jumps.face += u32::from(face.just_pressed(Action::Jump));
    jumps.hand += u32::from(hand.just_pressed(&Action::Jump));
}

#[test]
fn an_action_is_pressed_by_a_face_and_through_leafwing() {
    let by_face: ExpressionMap<Action> = ExpressionMap::new().with(Action::Jump, Expression::Happy);
    let by_hand: InputMap<Action> = InputMap::new([(Action::Jump, KeyCode::Space)]);
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins,
        InputPlugin,
        VirtualFacePlugin,
        ExpressionInputPlugin::new(by_face),
        InputManagerPlugin::<Action>::default(),
    ))
    .init_resource::<Jumps>()
    .add_systems(Update, play);
    app.world_mut().spawn((by_hand, ActionState::<Action>::default()));
    let face = app.world_mut().spawn(VirtualFace::new()).id();
    app.finish();
    app.cleanup();
    app.update();
    assert_eq!(*app.world().resource::<Jumps>(), Jumps::default());

    app.world_mut().get_mut::<VirtualFace>(face).unwrap().press(Expression::Happy);
    app.update();
    assert_eq!(*app.world().resource::<Jumps>(), Jumps { face: 1, hand: 0 });

    app.world_mut().resource_mut::<ButtonInput<KeyCode>>().press(KeyCode::Space);
    app.update();
    assert_eq!(*app.world().resource::<Jumps>(), Jumps { face: 1, hand: 1 });
}
