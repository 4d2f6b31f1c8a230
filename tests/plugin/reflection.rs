//! Components as inspectors, scenes and remote tools see them: by reflection.

use bevy::ecs::reflect::AppTypeRegistry;
use bevy::prelude::*;
use bevy::reflect::serde::{ReflectDeserializer, ReflectSerializer};
use bevy::reflect::{FromReflect, GetTypeRegistration, Reflect, TypeRegistry};
use bevy_emotion::FrameRect;
use bevy_emotion::plugin::{Emotion, EmotionStatus, Face, FacePose};
use bevy_emotion::{Expression, Scores, SubjectId};
use serde::de::DeserializeSeed;

use crate::stage::Stage;

fn face() -> Face {
    Face {
        subject: SubjectId { track: 7, ..default() },
        bbox_in_frame: FrameRect::new(-1.5, 20.25, 80.0, 80.0),
        frame_size: UVec2::new(640, 480),
        presence: 0.75,
        visible: true,
    }
}

fn emotion() -> Emotion {
    Emotion {
        scores: Scores::certain(Expression::Happy),
        dominant: Some(Expression::Happy),
        confidence: 1.0,
        valence: 0.85,
        arousal: 0.45,
    }
}

fn write<T: Reflect>(value: &T, registry: &TypeRegistry) -> String {
    serde_json::to_string(&ReflectSerializer::new(value.as_partial_reflect(), registry)).unwrap()
}

fn read<T: FromReflect>(text: &str, registry: &TypeRegistry) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = ReflectDeserializer::new(registry)
        .deserialize(&mut json)
        .map_err(|error| error.to_string())?;
    T::from_reflect(value.as_ref()).ok_or_else(|| format!("{text} is no such component"))
}

fn reads_back<T>(value: T, registry: &TypeRegistry)
where
    T: FromReflect + Reflect + GetTypeRegistration + PartialEq + std::fmt::Debug,
{
    assert!(registry.get(std::any::TypeId::of::<T>()).is_some(), "it is registered");
    let text = write(&value, registry);
    assert_eq!(read::<T>(&text, registry), Ok(value), "{text}");
}

#[test]
fn components_are_written_and_read_through_the_registry() {
    let stage = Stage::new();
    let registry = stage.app.world().resource::<AppTypeRegistry>().read();
    reads_back(face(), &registry);
    reads_back(emotion(), &registry);
    reads_back(Emotion::default(), &registry);
    reads_back(FacePose { roll: -0.25 }, &registry);
    reads_back(face().bbox_in_frame, &registry);
    reads_back(Scores::UNIFORM, &registry);
    reads_back(Expression::Disgust, &registry);
    reads_back(EmotionStatus { loading: true, ..default() }, &registry);
}

#[test]
fn scores_that_are_none_are_refused() {
    let stage = Stage::new();
    let registry = stage.app.world().resource::<AppTypeRegistry>().read();
    let good = write(&Scores::certain(Expression::Happy), &registry);
    let bad = good.replace("1.0", "-1.0");
    assert_ne!(good, bad);
    let error = read::<Scores>(&bad, &registry).unwrap_err();
    assert!(error.contains("seven numbers"), "{error}");
}

/// What a remote tool does: it knows a component by name, changes it and puts it into an entity.
#[test]
fn a_component_is_put_into_an_entity_by_its_name() {
    let mut stage = Stage::new();
    let registry = stage.app.world().resource::<AppTypeRegistry>().clone();
    let registry = registry.read();
    for name in ["Face", "Emotion", "FacePose"] {
        let path = format!("bevy_emotion::plugin::components::{name}");
        let registration = registry.get_with_type_path(&path).expect("a registered type");
        assert!(registration.data::<ReflectComponent>().is_some());
    }
    let text = write(&face(), &registry).replace("640", "1920");
    let mut json = serde_json::Deserializer::from_str(&text);
    let value = ReflectDeserializer::new(&registry).deserialize(&mut json).unwrap();
    let registration =
        registry.get_with_type_path("bevy_emotion::plugin::components::Face").unwrap();
    let component = registration.data::<ReflectComponent>().unwrap();
    let mut entity = stage.app.world_mut().spawn_empty();
    component.insert(&mut entity, value.as_ref(), &registry);
    assert_eq!(entity.get::<Face>().map(|face| face.frame_size.x), Some(1920));
    assert!(entity.contains::<Emotion>(), "with what it requires");
}

#[test]
fn components_are_plain_serde_too() {
    let text = serde_json::to_string(&(face(), emotion())).unwrap();
    assert!(text.contains("\"dominant\":\"happy\""), "{text}");
    assert_eq!(serde_json::from_str::<(Face, Emotion)>(&text).unwrap(), (face(), emotion()));
}
