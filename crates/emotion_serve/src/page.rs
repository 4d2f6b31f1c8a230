//! The page: the files of `web/`, part of the program.

use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use crate::problem::{Code, Problem};

/// The folder is a link to the one at the root, so that the package has the files, too.
#[derive(Embed)]
#[folder = "web"]
struct Files;

/// A file of the page, or that there is none.
pub async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    match Files::get(name) {
        Some(file) => {
            let kind = mime_guess::from_path(name).first_or_octet_stream();
            ([(CONTENT_TYPE, kind.to_string())], file.data).into_response()
        }
        None => Problem::new(Code::NotFound, "there is nothing at this address; see /docs")
            .into_response(),
    }
}
