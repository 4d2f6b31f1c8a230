//! What a game needs to be played with face and head alone: for people who cannot hold a
//! controller, and for everyone who would rather not.
//!
//! | plugin | component | does |
//! | --- | --- | --- |
//! | [`MenuPlugin`] | [`FaceMenu`] | a menu: the head's tilt chooses, a smile takes |
//! | [`WarmUpPlugin`] | [`FaceWarmUp`] | finds each player's rest, and how far their face moves |
//! | [`SelfViewPlugin`] | [`SelfView`] | a small mirror with what the player shows |
//!
//! They need [`HudCorePlugin`](crate::hud::HudCorePlugin), whose camera and theme they use, and
//! whoever sees the faces ([`EmotionPlugins`](crate::plugin::EmotionPlugins), or
//! [`VirtualFacePlugin`](crate::input::VirtualFacePlugin) in tests). Everything works with keys,
//! too, and the menu with the mouse.
//!
//! ```
//! use bevy::prelude::*;
//! use bevy_emotion::hands_free::{FaceMenu, MenuChosen};
//!
//! fn open(mut commands: Commands) {
//!     commands
//!         .spawn(FaceMenu::new("My Game").with_item("Play").with_item("Quit"))
//!         .observe(|chosen: On<MenuChosen>, mut commands: Commands| {
//!             info!("item {} was taken", chosen.item);
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

/// The examples of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hands_free.md")]
struct Guide;
