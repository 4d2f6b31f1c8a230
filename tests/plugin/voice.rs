//! Voices and words beside the faces, in apps without a window, a microphone or a model.

use std::time::Duration;

use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;
use bevy_emotion::{Modality, SubjectId};

#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Roar,
    Laugh,
    Keep,
    Thank,
    Waver,
}

const TICK: Duration = Duration::from_millis(20);

/// What was told of answers and conflicts.
#[derive(Resource, Default)]
struct Told {
    answers: u32,
    conflicts: Vec<String>,
}

struct Stage {
    app: App,
    me: Entity,
}

impl Stage {
    /// Somebody with a face and a voice, at rest for two seconds.
    fn new() -> Self {
        let map = ExpressionMap::new()
            .with(Action::Roar, FaceCondition::shout())
            .with(Action::Laugh, Expression::Happy.in_voice(0.6))
            .with(Action::Keep, Expression::Angry.above(0.5).and(FaceAxis::VoiceArousal.past(-0.3)))
            .with(Action::Thank, Expression::Happy.in_words(0.6))
            .with(Action::Waver, FaceCondition::conflict());
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, VirtualVoicePlugin, ExpressionInputPlugin::new(map)))
            .insert_resource(TimeUpdateStrategy::ManualDuration(TICK))
            .init_resource::<Told>()
            .add_observer(|_: On<SubjectRead>, mut told: ResMut<Told>| told.answers += 1)
            .add_observer(|change: On<ConflictChanged>, mut told: ResMut<Told>| {
                let text = change.to.map_or("none".to_owned(), |conflict| conflict.to_string());
                told.conflicts.push(text);
            });
        let me = app.world_mut().spawn((VirtualFace::new(), VirtualVoice::new())).id();
        let mut stage = Self { app, me };
        stage.seconds(2.5);
        stage
    }

    fn seconds(&mut self, seconds: f32) {
        for _ in 0..(seconds / TICK.as_secs_f32()).round() as u32 {
            self.app.update();
        }
    }

    fn speak(&mut self, expression: Expression, loudness: f32) {
        self.voice(|voice| voice.speak(expression, loudness));
    }

    fn voice(&mut self, act: impl FnOnce(&mut VirtualVoice)) {
        act(&mut self.app.world_mut().get_mut::<VirtualVoice>(self.me).unwrap());
    }

    fn face(&mut self, act: impl FnOnce(&mut VirtualFace)) {
        act(&mut self.app.world_mut().get_mut::<VirtualFace>(self.me).unwrap());
    }

    fn say(&mut self, text: &str, expression: Expression) {
        let words = ReadWords::new(text, Scores::certain(expression));
        self.app.world_mut().write_message(words);
    }

    fn pressed(&self, action: Action) -> bool {
        self.app.world().resource::<ExpressionInput<Action>>().pressed(action)
    }

    /// The entity of the one face.
    fn seen(&mut self) -> Entity {
        let world = self.app.world_mut();
        world.query_filtered::<Entity, With<Face>>().single(world).unwrap()
    }

    fn get<C: Component + Clone>(&mut self) -> Option<C> {
        let seen = self.seen();
        self.app.world().get::<C>(seen).cloned()
    }

    fn unseen(&mut self) -> Vec<SubjectId> {
        let world = self.app.world_mut();
        world.query::<&UnseenSpeaker>().iter(world).map(|unseen| unseen.subject).collect()
    }
}

#[test]
fn a_voice_becomes_a_part_of_the_answer_and_leaves_it() {
    let mut stage = Stage::new();
    assert!(stage.get::<Voice>().is_none() && stage.get::<Fused>().is_none());
    stage.speak(Expression::Happy, 0.0);
    stage.seconds(1.0);
    let voice = stage.get::<Voice>().expect("a voice");
    assert!(voice.scores.get(Expression::Happy) > 0.8 && voice.quality == 1.0);
    let fused = stage.get::<Fused>().expect("one answer");
    let shares = [Modality::Face, Modality::Voice].map(|of| fused.share_of(of));
    assert!(shares.iter().all(|share| *share > 0.0), "{shares:?}");
    assert!((shares[0] + shares[1] - 1.0).abs() < 1e-4, "{shares:?}");
    assert!(stage.app.world().resource::<Told>().answers > 5, "with each reading of the face");
    let shown = stage.get::<Emotion>().expect("a face").dominant;
    assert_eq!(shown, Some(Expression::Neutral), "the face stays what it shows");

    stage.voice(VirtualVoice::hush);
    stage.seconds(9.0);
    assert!(stage.get::<Voice>().is_none() && stage.get::<Fused>().is_none());
    assert!(stage.unseen().is_empty(), "it was the voice of who is seen");
}

#[test]
fn a_smile_beside_an_angry_voice_is_a_conflict() {
    let mut stage = Stage::new();
    stage.face(|face| face.press(Expression::Happy));
    stage.speak(Expression::Angry, 0.0);
    stage.seconds(1.5);
    assert!(stage.pressed(Action::Waver));
    let conflicts = |stage: &Stage| stage.app.world().resource::<Told>().conflicts.clone();
    assert_eq!(conflicts(&stage), ["face happy, voice angry"]);
    stage.face(VirtualFace::release);
    stage.seconds(0.5);
    assert!(!stage.pressed(Action::Waver));
    assert_eq!(conflicts(&stage), ["face happy, voice angry", "none"]);
}

#[test]
fn actions_are_pressed_by_voice_and_words() {
    let mut stage = Stage::new();
    stage.speak(Expression::Neutral, 0.0);
    stage.seconds(2.0);
    assert!(!stage.pressed(Action::Roar), "that is how loud it usually is");
    assert!(!stage.pressed(Action::Laugh));
    stage.speak(Expression::Happy, 1.0);
    stage.seconds(0.5);
    assert!(stage.pressed(Action::Roar) && stage.pressed(Action::Laugh));
    stage.voice(VirtualVoice::hush);
    stage.seconds(1.1);
    assert!(!stage.pressed(Action::Roar) && !stage.pressed(Action::Laugh));

    stage.say("Thank you so much!", Expression::Happy);
    stage.seconds(0.1);
    assert!(stage.pressed(Action::Thank));
    assert_eq!(stage.get::<Words>().map(|words| words.text), Some("Thank you so much!".into()));
    stage.seconds(3.1);
    assert!(!stage.pressed(Action::Thank));
}

#[test]
fn a_calm_voice_while_frowning_is_a_chord() {
    let mut stage = Stage::new();
    stage.face(|face| face.press(Expression::Angry));
    stage.seconds(1.0);
    assert!(!stage.pressed(Action::Keep), "nothing is heard");
    stage.voice(|voice| voice.arousal = Some(-0.6));
    stage.speak(Expression::Neutral, 0.0);
    stage.seconds(1.2);
    assert!(stage.pressed(Action::Keep));
    stage.voice(|voice| voice.arousal = Some(0.7));
    stage.seconds(0.5);
    assert!(!stage.pressed(Action::Keep));
}

#[test]
fn whose_a_voice_is_depends_on_who_is_in_view() {
    let mut stage = Stage::new();
    let seen = stage.seen();
    let hear = |stage: &mut Stage| {
        stage.app.world_mut().write_message(HeardVoice::new(Scores::certain(Expression::Sad)));
        stage.seconds(0.02);
    };
    hear(&mut stage);
    assert!(stage.app.world().get::<Voice>(seen).is_some(), "the only one's");

    let world = stage.app.world_mut();
    world.entity_mut(seen).remove::<Voice>();
    let other = world.spawn(VirtualFace::new().at(Vec2::new(0.6, 0.0))).id();
    stage.seconds(0.1);
    hear(&mut stage);
    let world = stage.app.world_mut();
    assert_eq!(world.query::<&Voice>().iter(world).count(), 0, "one of two: nobody knows");

    for person in [stage.me, other] {
        stage.app.world_mut().get_mut::<VirtualFace>(person).unwrap().leave();
    }
    stage.seconds(4.0);
    hear(&mut stage);
    assert_eq!(stage.unseen().len(), 1, "nobody's in view");
    assert!(stage.unseen()[0].is_unseen());
    stage.seconds(9.0);
    assert!(stage.unseen().is_empty(), "forgotten");
}

#[test]
fn what_is_held_hears_nothing() {
    let mut stage = Stage::new();
    stage.app.world_mut().resource_mut::<Time<Faces>>().set_paused(true);
    stage.say("So sad.", Expression::Sad);
    stage.seconds(0.1);
    stage.app.world_mut().resource_mut::<Time<Faces>>().set_paused(false);
    stage.seconds(0.1);
    assert!(stage.get::<Words>().is_none());
}
