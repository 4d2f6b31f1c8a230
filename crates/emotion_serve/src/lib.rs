//! Facial expressions over HTTP and WebSocket, with a page for the browser: `emotion serve`.
//!
//! [`Server::start`] binds an address and answers on it until it is told to stop. The rooms:
//!
//! - `pool`: analyzers on a fixed number of threads behind a bounded queue; one model for all.
//! - `picture`: pictures as frames, with limits that hold before anything is decoded.
//! - `analyze`, `live`, `jobs`: pictures, a camera, and films.
//! - `guard`: who may ask, from where, and how often.
//! - `problem`: errors as RFC 9457 describes them.
//! - `page`: what is in `web/`, part of the program.
//!
//! Nothing that clients send is kept: pictures live in memory while they are read, films in a
//! temporary file until their job is over. Logs and metrics have neither pictures nor scores.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/serve.md")]
mod documentation {}

mod analyze;
mod app;
mod body;
mod config;
mod guard;
mod health;
mod jobs;
mod live;
mod metrics;
mod openapi;
mod page;
mod picture;
mod pool;
mod problem;
mod request;
mod routes;
mod server;

pub use config::{Config, ConfigError, TlsFiles};
pub use guard::keys::{KeyError, KeyHash, new_key};
pub use server::{Server, StartError, run};
