//! Widgets for games that are played with face and head alone, for people who cannot hold a
//! controller and for everyone who prefers not to.
//!
//! | plugin | component | does |
//! | --- | --- | --- |
//! | [`MenuPlugin`] | [`FaceMenu`] | a menu: tilt the head to choose, smile to confirm |
//! | [`WarmUpPlugin`] | [`FaceWarmUp`] | measures each player's resting baseline and expression range |
//! | [`SelfViewPlugin`] | [`SelfView`] | a small mirror with the player's expression |
//!
//! They need [`HudCorePlugin`](crate::hud::HudCorePlugin), whose camera and theme they use, and a
//! source of faces: [`EmotionPlugins`](crate::plugin::EmotionPlugins), or
//! [`VirtualFacePlugin`](crate::input::VirtualFacePlugin) in tests. Everything also works with the
//! keyboard, and the menu with the mouse.
//!
//! ```
//! use bevy::prelude::*;
//! use bevy_emotion::hands_free::{FaceMenu, MenuChosen};
//!
//! fn open(mut commands: Commands) {
//!     commands
//!         .spawn(FaceMenu::new("My Game").with_item("Play").with_item("Quit"))
//!         .observe(|chosen: On<MenuChosen>, mut commands: Commands| {
//!             info!("item {} was confirmed", chosen.item);
//!             commands.entity(chosen.entity).despawn();
//!         });
//! }
//! ```

mod menu;
mod self_view;
mod warm_up;

use bevy::app::PluginGroupBuilder;
use bevy::prelude::*;

pub use menu::{FaceMenu, MenuAction, MenuChosen, MenuPlace, MenuPlugin, MenuSettings};
pub use self_view::{SelfView, SelfViewPlugin};
pub use warm_up::{FaceWarmUp, WarmUpOver, WarmUpPlugin};

/// Menu, warm-up and mirror.
#[derive(Debug, Clone, Copy, Default)]
pub struct HandsFreePlugins;

impl PluginGroup for HandsFreePlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>().add(MenuPlugin).add(WarmUpPlugin).add(SelfViewPlugin)
    }
}

/// Compiles the guide's examples.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hands_free.md")]
struct Guide;
