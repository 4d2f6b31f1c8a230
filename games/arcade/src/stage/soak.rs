//! Ten minutes of a puppet that plays a game again and again.

use bevy::prelude::*;
use bevy_emotion::hands_free::FaceMenu;
use bevy_emotion::prelude::*;

use super::Stage;
use super::puppet::{Puppet, PuppetCamera};

impl Stage {
    /// Ten simulated minutes in which the puppets, through detector and model, play a game again and
    /// again: they do what a warm-up asks for, take each menu's first item with a smile, and show what
    /// `play` wants of each head, which is asked ten times a second.
    pub fn soak(
        game: impl Plugin,
        heads: u32,
        mut play: impl FnMut(&mut Self, usize) -> Expression,
    ) -> Soak {
        let mut stage = Self::new(game);
        stage.bring_puppet_to(heads, PuppetCamera::FAR);
        stage.hurry();
        let mut soak = Soak::default();
        let mut menu_since = 0;
        for tenth in 0..6000 {
            let mut menus = stage.world().query::<&FaceMenu>();
            let menu_is_open = menus.iter(stage.app.world()).next().is_some();
            menu_since = if menu_is_open { menu_since + 1 } else { 0 };
            let mut watched = stage.world().query::<&WarmUp>();
            let warm_up = watched.iter(stage.app.world()).next().map(|warm_up| warm_up.expression);
            for head in 0..heads as usize {
                // Asked in menus, too, for it to see how a game ended.
                let played = play(&mut stage, head);
                let wanted = match warm_up {
                    Some(asked) => asked.unwrap_or(Expression::Neutral),
                    // A menu waits for a face at rest; then it is smiled at, now and then again.
                    None if menu_is_open && menu_since % 50 > 15 => Expression::Happy,
                    None if menu_is_open => Expression::Neutral,
                    None => played,
                };
                stage.puppet_shows(head, wanted);
            }
            stage.run(0.1);
            let most = &mut soak.most_entities[usize::from(tenth >= 3000)];
            *most = (*most).max(stage.world().entities().count_spawned());
        }
        soak.taken = stage.seen(|seen| seen.taken);
        soak.warmed_up = stage.seen(|seen| seen.warmed_up);
        soak.missed = stage.puppet.as_ref().map_or(0, Puppet::missed);
        eprintln!("ten minutes of the puppet: {soak:?}");
        soak
    }
}

/// Ten minutes of a puppet.
#[derive(Debug, Default)]
pub struct Soak {
    /// How often a menu's item was taken.
    pub taken: usize,
    /// How often a warm-up came to its end.
    pub warmed_up: usize,
    /// The pictures in which not all heads were found.
    pub missed: usize,
    /// The most entities in the first five minutes and in the last five.
    pub most_entities: [u32; 2],
}

impl Soak {
    /// The heads were found, menus and warm-ups were passed again and again, and there are no more
    /// entities in the end than in the beginning.
    pub fn leaves_nothing_behind(&self) {
        assert!(self.missed < 60, "one of a hundred pictures may be misread: {self:?}");
        assert!(self.taken >= 3 && self.warmed_up >= 1, "{self:?}");
        let [first, last] = self.most_entities;
        assert!(last <= first + 8, "more and more entities: {self:?}");
    }
}
