//! The description of the interface (OpenAPI 3.1), and a page to try it on.

use axum::Router;
use emotion_core::Expression;
use serde::{Deserialize, Serialize};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_swagger_ui::SwaggerUi;

use crate::app::App;
use crate::{analyze, health, jobs, live, metrics};

/// `/openapi.json` and `/docs`.
pub fn documentation() -> Router<App> {
    SwaggerUi::new("/docs").url("/openapi.json", Description::openapi()).into()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "emotion serve",
        description = "Facial expressions of pictures, cameras and films. It reads what a face shows; it does not \
                       know what a person feels. Nothing that is sent is kept.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        analyze::analyze,
        jobs::create,
        jobs::status,
        jobs::progress,
        jobs::result,
        jobs::delete,
        live::live,
        live::ticket,
        health::models,
        health::alive,
        health::ready,
        metrics::metrics,
    ),
    components(schemas(BytesSchema, FaceSchema, EventSchema)),
    modifiers(&Keys),
    tags(
        (name = "analysis", description = "Pictures"),
        (name = "jobs", description = "Films"),
        (name = "live", description = "Cameras"),
        (name = "operation", description = "For operators"),
    )
)]
struct Description;

struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(as = File, value_type = String, format = Binary)]
#[expect(dead_code, reason = "the documentation's view of a body that is read as it is")]
pub struct BytesSchema(Vec<u8>);

/// What was read of a face: `emotion_core::FaceReading`, described.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Face)]
#[serde(deny_unknown_fields)]
pub struct FaceSchema {
    /// A square around the face in the picture's pixels, from the brows to below the mouth.
    bbox_in_frame: BoxSchema,
    /// Width and height of the picture in pixels.
    frame_size: (u32, u32),
    /// How far the head leans, in radians, clockwise as seen in the picture.
    roll: f32,
    /// How sure it is that a face is there, 0 to 1.
    presence: f32,
    /// Seven probabilities: angry, disgust, fear, happy, sad, surprise, neutral; in a stream
    /// smoothed over time.
    scores: [f32; 7],
    /// The same of this picture alone.
    raw_scores: [f32; 7],
    /// The expression shown; null when unsure.
    #[schema(value_type = Option<String>, example = "happy")]
    dominant: Option<Expression>,
    /// The probability of `dominant`, or of the highest one when unsure.
    confidence: f32,
}

/// A rectangle in pixels, from the top left; it may reach over the edges.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Box)]
#[serde(deny_unknown_fields)]
struct BoxSchema {
    /// Left edge.
    x: f32,
    /// Top edge.
    y: f32,
    /// Width.
    width: f32,
    /// Height.
    height: f32,
}

/// An event of a session; `event` names its kind, which further fields depend on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Event)]
pub struct EventSchema {
    /// The version of the vocabulary.
    version: u16,
    /// The stream that it happened in.
    stream: u32,
    /// Which opening of the stream's source it is.
    epoch: u32,
    /// Seconds since the session began.
    time: f64,
    /// The kind.
    #[schema(example = "face_read")]
    event: String,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    subject: Option<SubjectSchema>,
    /// What was read of the face.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    face: Option<FaceSchema>,
}

/// A person in a session.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Subject)]
#[serde(deny_unknown_fields)]
struct SubjectSchema {
    /// The stream.
    stream: u32,
    /// The number of its track, from 1.
    track: u64,
}

#[cfg(test)]
mod tests {
    use emotion_core::{
        EVENT_VERSION, Event, EventKind, FaceReading, FrameRect, Origin, Scores, SessionTime,
        SubjectId,
    };

    use super::*;

    #[test]
    fn the_description_is_that_of_the_events() {
        let face = FaceReading {
            bbox_in_frame: FrameRect::new(1.0, 2.0, 3.0, 4.0),
            frame_size: (640, 480),
            roll: 0.5,
            presence: 0.75,
            scores: Scores::certain(Expression::Happy),
            raw_scores: Scores::certain(Expression::Sad),
            dominant: Some(Expression::Happy),
            confidence: 1.0,
        };
        let subject = SubjectId { track: 3, ..SubjectId::default() };
        let kind = EventKind::FaceRead { subject, face };
        let event = Event::new(Origin::default(), SessionTime::ZERO, kind);
        let json = serde_json::to_value(&event).expect("JSON");
        let described: EventSchema = serde_json::from_value(json.clone()).expect("as described");
        assert_eq!(described.version, EVENT_VERSION);
        assert_eq!(serde_json::to_value(described).expect("JSON"), json);
    }

    #[test]
    fn it_is_openapi_31_and_names_every_address() {
        let json = serde_json::to_value(Description::openapi()).expect("JSON");
        assert_eq!(json["openapi"], "3.1.0");
        for path in ["/v1/analyze", "/v1/jobs", "/v1/live", "/v1/models", "/healthz", "/metrics"] {
            assert!(json["paths"][path].is_object(), "{path}");
        }
        assert_eq!(json["components"]["securitySchemes"]["key"]["scheme"], "bearer");
        let codes = json["components"]["schemas"]["Code"]["enum"].as_array().expect("codes");
        let page = include_str!("../../../docs/serve.md");
        for code in codes {
            let code = code.as_str().expect("text");
            assert!(page.contains(&format!("`{code}`")), "docs/serve.md does not explain {code}");
        }
    }
}
