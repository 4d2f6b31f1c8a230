//! What lets the project's tests run the examples. An app of your own has no use for it: it adds
//! `DefaultPlugins` and calls `app.run()`.
//!
//! With the environment variable `EXAMPLE_UPDATES` set to a number, an example runs that many updates,
//! ten a second, without a window and without a GPU, and ends. `tests/examples.rs` does that.

#![allow(dead_code, reason = "no example needs all of it")]

use std::thread;
use std::time::Duration;

use bevy::app::{PluginGroupBuilder, PluginsState};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::settings::WgpuSettings;
use bevy::tasks::tick_global_task_pools_on_main_thread;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;

/// What an update lasts in a test: long enough for a few updates to be seconds.
const UPDATE: Duration = Duration::from_millis(100);

/// Runs the app: `app.run()`, or in a test a number of updates.
pub fn run(mut app: App) -> AppExit {
    let Some(updates) = updates() else { return app.run() };
    while app.plugins_state() == PluginsState::Adding {
        tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    for _ in 0..updates {
        app.update();
        if let Some(exit) = app.should_exit() {
            return exit;
        }
        thread::sleep(UPDATE);
    }
    AppExit::Success
}

/// `DefaultPlugins`, in a test without what needs a display or a GPU.
pub fn default_plugins() -> PluginGroupBuilder {
    if updates().is_none() {
        return DefaultPlugins.build();
    }
    let window =
        WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() };
    let no_gpu = WgpuSettings { backends: None, ..default() };
    DefaultPlugins
        .build()
        .set(window)
        .set(RenderPlugin { render_creation: no_gpu.into(), ..default() })
        .disable::<WinitPlugin>()
}

/// How many updates a test asks for; `None` outside of tests.
pub fn updates() -> Option<usize> {
    std::env::var("EXAMPLE_UPDATES").ok()?.parse().ok()
}
