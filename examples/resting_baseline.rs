//! A face that looks sad at rest: once its rest is known, only what it does beyond that counts.
//! `cargo run --release --example resting_baseline`

use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::time::common_conditions::on_timer;
use bevy_emotion::input::MeasurePlugin;
use bevy_emotion::prelude::*;

#[path = "support/mod.rs"]
mod support;

fn main() -> AppExit {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
        VirtualFacePlugin,
        // `ExpressionInputPlugin` brings it along; here it is all that is needed.
        MeasurePlugin,
    ))
    // A face that holds still for a second is at rest. It starts by itself when a face appears;
    // `commands.trigger(MeasureBaseline { entity })` starts it anew.
    .insert_resource(BaselineSettings { rest: Duration::from_secs(1), ..default() })
    .add_systems(Startup, |mut commands: Commands| {
        let rest = Scores::certain(Expression::Neutral);
        let rest = rest.mix(&Scores::certain(Expression::Sad), 0.5);
        commands.spawn(VirtualFace::new().with_rest(rest));
    })
    .add_systems(Update, tell.run_if(on_timer(Duration::from_millis(500))))
    .add_observer(found);
    support::run(app)
}

fn found(search: On<BaselineMeasured>, faces: Query<&RestingBaseline>) {
    let Ok(resting) = faces.get(search.entity) else { return };
    if search.found {
        let sad = resting.baseline.scores.get(Expression::Sad);
        info!("its rest is found: it reads as sad by {:.0} %", 100.0 * sad);
    } else {
        info!("it did not hold still; everything is measured from neutral");
    }
}

fn tell(faces: Query<(&Emotion, &FaceInput, &RestingBaseline)>) {
    for (emotion, input, resting) in &faces {
        info!(
            "read as sad by {:.0} %, which counts as {:.0} %; {:?}",
            100.0 * emotion.scores.get(Expression::Sad),
            100.0 * input.strength(Expression::Sad),
            resting.state
        );
    }
}
