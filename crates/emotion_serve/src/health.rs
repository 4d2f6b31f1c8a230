//! Signs of life, and the model.

use axum::Json;
use axum::extract::State;
use emotion_core::Expression;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::problem::{Code, Problem, ProblemDetails};

/// A sign of life.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the program runs.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses(
    (status = 200, description = "The program runs", body = Health),
))]
pub async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether requests should be sent here: not any more when the server is about to end.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "Requests are answered", body = Health),
    (status = 503, description = "The server is about to end", body = ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    if *app.ending.borrow() {
        return Err(Problem::new(
            Code::ShuttingDown,
            "the server is about to end; ask another one",
        ));
    }
    Ok(Json(Health { status: "ok" }))
}

/// What reads the faces.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Model {
    /// The model's name.
    #[schema(example = "efficientnet")]
    name: String,
    /// Where it runs: `cpu` or `wgpu`.
    #[schema(example = "cpu")]
    backend: String,
    /// What its scores stand for, in their order.
    #[schema(value_type = Vec<String>)]
    expressions: [Expression; 7],
}

impl Model {
    /// The server's model.
    pub fn of(app: &App) -> Self {
        let info = app.pool.info();
        Self {
            name: info.model.clone(),
            backend: info.backend.clone(),
            expressions: Expression::ALL,
        }
    }
}

/// The models of the server.
#[derive(Serialize, ToSchema)]
pub struct Models {
    /// The one that is used.
    models: Vec<Model>,
}

/// The model that reads the faces.
#[utoipa::path(get, path = "/v1/models", tag = "analysis", security((), ("key" = [])), responses(
    (status = 200, description = "The models of the server", body = Models),
    (status = 401, description = "A key is needed", body = ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn models(State(app): State<App>) -> Json<Models> {
    Json(Models { models: vec![Model::of(&app)] })
}
