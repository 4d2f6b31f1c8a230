//! A small mirror that shows players what the game sees of them.

use bevy::prelude::*;

use crate::hud::ink::{self, Edge, Ink, Style, Token};
use crate::hud::theme::{self, CORNER, GRID};
use crate::hud::{HudSettings, HudSystems};
use crate::input::{FaceInput, PlayerSlot, PlayerSlots};
use crate::plugin::{Face, MainView};

/// Width of the mirror's picture in HUD units.
const WIDTH: f32 = 168.0;
/// Width by height of the picture until its size is known.
const USUAL_SHAPE: f32 = 4.0 / 3.0;
/// Below this strength a face counts as neutral.
const SHOWN: f32 = 0.25;

/// Draws mirrors ([`SelfView`]).
#[derive(Debug, Clone, Copy, Default)]
pub struct SelfViewPlugin;

impl Plugin for SelfViewPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(open).add_systems(Update, draw.in_set(HudSystems::Draw));
    }
}

/// A mirror for a player: the camera picture, mirrored left to right, a frame around the player's
/// face, and the strongest expression with its strength above the resting baseline.
///
/// Spawn it with a [`Node`] that places it. The picture is hidden while
/// [`HudSettings::privacy`] is set.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[require(Node)]
pub struct SelfView {
    /// The player it is for.
    pub slot: PlayerSlot,
}

impl SelfView {
    /// A mirror for this player.
    pub fn new(slot: impl Into<PlayerSlot>) -> Self {
        Self { slot: slot.into() }
    }
}

/// The parts of a mirror.
#[derive(Component, Debug, Clone, Copy)]
struct Parts {
    glass: Entity,
    picture: Entity,
    face: Entity,
    words: Entity,
}

/// Builds the UI of a new mirror.
fn open(added: On<Add, SelfView>, mut nodes: Query<&mut Node>, mut commands: Commands) {
    if let Ok(mut node) = nodes.get_mut(added.entity) {
        node.flex_direction = FlexDirection::Column;
        node.align_items = AlignItems::Center;
        node.row_gap = Val::Px(GRID / 2.0);
    }
    let picture = commands
        .spawn((
            ImageNode { flip_x: true, ..ImageNode::default() },
            Node {
                position_type: PositionType::Absolute,
                width: Val::Percent(100.0),
                height: Val::Percent(100.0),
                ..Node::default()
            },
            Visibility::Hidden,
        ))
        .id();
    let face = commands
        .spawn((
            Node {
                position_type: PositionType::Absolute,
                border: UiRect::all(Val::Px(2.0)),
                border_radius: BorderRadius::all(Val::Px(GRID)),
                ..Node::default()
            },
            Edge(Token::Text),
            Visibility::Hidden,
        ))
        .id();
    let glass = commands
        .spawn(ink::panel(Node {
            width: Val::Px(WIDTH),
            height: Val::Px(WIDTH / USUAL_SHAPE),
            overflow: Overflow::clip(),
            ..Node::default()
        }))
        .add_children(&[picture, face])
        .id();
    // The font of the digits also has the expressions' signs.
    let words = commands.spawn(ink::text("", Style::Digits, Token::Text)).id();
    let label = commands
        .spawn(ink::panel(Node {
            padding: UiRect::axes(Val::Px(GRID), Val::Px(GRID / 4.0)),
            border_radius: BorderRadius::all(Val::Px(CORNER)),
            ..Node::default()
        }))
        .add_child(words)
        .id();
    commands
        .entity(added.entity)
        .insert(Parts { glass, picture, face, words })
        .add_children(&[glass, label]);
}

/// Updates the picture, the frame around the face and the expression.
fn draw(
    slots: Res<PlayerSlots>,
    settings: Res<HudSettings>,
    view: MainView,
    faces: Query<(&Face, &FaceInput)>,
    views: Query<(&SelfView, &Parts)>,
    mut nodes: Query<(&mut Node, &mut Visibility)>,
    mut pictures: Query<&mut ImageNode>,
    mut edges: Query<&mut Edge>,
    mut texts: Query<(&mut Text, &mut Ink)>,
) {
    let frame_size = view.status().and_then(|status| status.frame_size);
    let image = view.image();
    let shape = frame_size.map_or(USUAL_SHAPE, |size| size.x as f32 / size.y.max(1) as f32);
    for (view, parts) in &views {
        let player = slots.face(view.slot).and_then(|face| faces.get(face).ok());
        let player = player.filter(|(face, _)| face.visible);
        if let Ok((mut glass, _)) = nodes.get_mut(parts.glass) {
            // Without a picture there is nothing to mirror, only readings.
            let display = if image.is_some() { Display::Flex } else { Display::None };
            let height = Val::Px(WIDTH / shape);
            if (glass.display, glass.height) != (display, height) {
                (glass.display, glass.height) = (display, height);
            }
        }
        let mut is_seen = false;
        if let (Some(image), Ok(mut picture)) = (&image, pictures.get_mut(parts.picture)) {
            is_seen = frame_size.is_some() && !settings.privacy;
            if picture.image != image.0 {
                picture.image = image.0.clone();
            }
        }
        if let Ok((_, mut visibility)) = nodes.get_mut(parts.picture) {
            let wanted = if is_seen { Visibility::Inherited } else { Visibility::Hidden };
            visibility.set_if_neq(wanted);
        }
        if let Ok((mut node, mut visibility)) = nodes.get_mut(parts.face) {
            let wanted = if player.is_some() { Visibility::Inherited } else { Visibility::Hidden };
            visibility.set_if_neq(wanted);
            if let Some((face, _)) = player {
                let size = face.frame_size.as_vec2().max(Vec2::ONE);
                let found = face.bbox_in_frame;
                let percent = |part: f32| Val::Percent((part * 1000.0).round() / 10.0);
                let placed = Node {
                    // Mirrored, as the picture is.
                    left: percent(1.0 - (found.x + found.width) / size.x),
                    top: percent(found.y / size.y),
                    width: percent(found.width / size.x),
                    height: percent(found.height / size.y),
                    ..node.clone()
                };
                node.set_if_neq(placed);
            }
        }
        let (words, token) = match player {
            None => ("not in view".to_owned(), Token::Quiet),
            Some((_, input)) => match input.strongest() {
                (expression, strength) if strength >= SHOWN => (
                    format!(
                        "{} {} {:.0} %",
                        theme::sign(expression),
                        expression.name(),
                        strength * 100.0
                    ),
                    Token::ExpressionText(expression),
                ),
                _ => ("at rest".to_owned(), Token::Text),
            },
        };
        if let Ok(mut edge) = edges.get_mut(parts.face) {
            edge.set_if_neq(Edge(token));
        }
        if let Ok((mut text, mut ink)) = texts.get_mut(parts.words) {
            if text.0 != words {
                text.0 = words;
            }
            ink.set_if_neq(Ink { color: token, ..*ink });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::HandsFreePlugins;
    use super::*;
    use crate::hud::HudCorePlugin;
    use crate::hud::test_app::{bare, run, words};
    use crate::input::{VirtualFace, VirtualFacePlugin};
    use emotion_core::Expression;

    #[test]
    fn it_says_what_its_player_shows_and_frames_the_face_as_a_mirror_does() {
        let mut app = bare();
        app.add_plugins((HudCorePlugin::default(), VirtualFacePlugin, HandsFreePlugins));
        app.finish();
        app.cleanup();
        let view = app.world_mut().spawn(SelfView::new(1)).id();
        run(&mut app, 0.1);
        assert_eq!(words(&mut app, view), ["not in view"]);
        let face = VirtualFace::new().at(Vec2::new(0.5, 0.0));
        let me = app.world_mut().spawn(face).id();
        run(&mut app, 2.5);
        assert_eq!(words(&mut app, view), ["at rest"]);
        let parts = *app.world().get::<Parts>(view).expect("its parts");
        let frame = app.world().get::<Node>(parts.face).expect("a frame");
        assert!(matches!(frame.left, Val::Percent(left) if left > 50.0), "{:?}", frame.left);

        let mut player = app.world_mut().get_mut::<VirtualFace>(me).expect("a face");
        player.show(Expression::Happy, 0.8);
        run(&mut app, 0.1);
        assert_eq!(words(&mut app, view), ["● happy 80 %"]);
        let edge = app.world().get::<Edge>(parts.face).expect("an edge");
        assert_eq!(*edge, Edge(Token::ExpressionText(Expression::Happy)));
    }
}
