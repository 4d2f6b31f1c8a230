//! What is shown: the theatre with its stage, the players beside it, the curves, the result.

mod column;
mod curtains;
mod curves;
mod hall;
mod head;
mod picture;
mod playing;
mod result;
mod stage;
mod texts;
mod title;
mod waiting;

use bevy::prelude::*;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::hud::{HudSettings, Screen};

use crate::canvas::Canvas;
use crate::colors::Colors;
use crate::layout::Layout;
use crate::looks::Players;
use crate::puppet::Puppet;
use crate::record::Record;
use crate::rules::Match;
use crate::scene::Scene;
use crate::view::View;

use picture::Picture;

/// Draws everything.
pub(crate) fn paint(
    scene: Res<State<Scene>>,
    screen: Res<Screen>,
    theme: Res<Theme>,
    settings: Res<HudSettings>,
    players: Res<Players>,
    game: Res<Match>,
    record: Res<Record>,
    view: Res<View>,
    puppets: Query<&Puppet>,
    mut canvas: ResMut<Canvas>,
) {
    let canvas = &mut *canvas;
    let picture = Picture {
        layout: Layout::new(screen.size),
        colors: Colors::new(&theme, &settings),
        theme: &theme,
        still: settings.reduced_motion,
        scene: *scene.get(),
        players: &players,
        game: &game,
        record: &record,
        view: &view,
    };
    canvas.clear(picture.layout.zoom);
    stage::draw(canvas, &picture);
    hall::draw(canvas, &picture.layout, picture.clock());
    if picture.scene != Scene::Title {
        for player in 0..2 {
            let puppet = puppets.iter().find(|puppet| puppet.player == player);
            column::draw(canvas, &picture, player, puppet);
        }
    }
    match picture.scene {
        Scene::Title | Scene::WarmUp => {}
        Scene::Play => playing::draw(canvas, &picture),
        Scene::Over => result::draw(canvas, &picture),
    }
}
