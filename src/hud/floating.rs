//! Panels that float beside a face: they follow it and stay clear of all faces.

use std::time::Duration;

use bevy::prelude::*;
use emotion_core::SubjectId;

use super::HudSettings;
use super::bars;
use super::face::ShownFace;
use super::motion::Ramp;
use super::place::{Circle, FACE, choose, onto_screen};
use super::rim::RimPanel;
use super::screen::Screen;
use super::theme::GRID;
use crate::plugin::Face;

/// How long a panel takes to open and to close.
const OPEN: Duration = Duration::from_millis(180);
const CLOSE: Duration = Duration::from_millis(90);
/// How long a place has to stay free before a panel opens there, in seconds, so that panels do not
/// flicker.
const PATIENCE: f32 = 0.12;

/// A panel that floats beside a face.
#[derive(Component, Debug)]
#[require(UiTransform, Visibility::Hidden)]
pub(super) struct Floating {
    /// The face it belongs to.
    pub face: Entity,
    /// Which panel it is.
    pub kind: Kind,
    /// Whether it has content to show.
    pub wanted: bool,
    /// Whether it is in its small form, because there was no room for the large one.
    pub small: bool,
    /// The index among its kind's [`places`], and the side they count from: 1 right, -1 left.
    place: Option<usize>,
    side: f32,
    /// How long its place has been free, in seconds.
    waited: f32,
    open: Ramp,
}

/// The panels of a face, in the order in which they find their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The expression's name with its confidence.
    Label,
    /// Progress of the resting-baseline measurement.
    Baseline,
    /// The seven bars.
    Bars,
}

impl Kind {
    /// Size of its small or large form in HUD units; `None` if it has only one form.
    fn size(self, small: bool) -> Option<Vec2> {
        match self {
            Self::Label | Self::Baseline => None,
            Self::Bars => Some(bars::size(small)),
        }
    }
}

impl Floating {
    /// A closed panel of a face.
    pub fn new(face: Entity, kind: Kind) -> Self {
        Self {
            face,
            kind,
            wanted: true,
            small: false,
            place: None,
            side: 1.0,
            waited: 0.0,
            open: Ramp::default(),
        }
    }
}

/// The face's circle in UI space, with room for the arcs' thickness and the reactions' movement.
fn circle(shown: &ShownFace, screen: &Screen) -> Circle {
    let (middle, radius) = shown.circle();
    Circle { middle: screen.ui_from_view(middle), radius: radius * 1.08 }
}

/// How many places there are around a face.
const PLACES: usize = 14;

/// The side of a face that has more room: 1 is the right one, -1 the left one.
fn roomier(face: Circle, screen: Rect) -> f32 {
    if face.middle.x <= screen.center().x { 1.0 } else { -1.0 }
}

/// Candidate places for a panel of `size`, best first: middles in UI space, none over the face.
fn places(kind: Kind, face: Circle, size: Vec2, side: f32) -> [Vec2; PLACES] {
    // Degrees from that side of the face; positive is up.
    const LABEL: [f32; PLACES] = [
        90.0, -90.0, 60.0, 120.0, 0.0, 180.0, -60.0, -120.0, 30.0, 150.0, -30.0, -150.0, 75.0,
        105.0,
    ];
    const BASELINE: [f32; PLACES] = [
        -90.0, 90.0, -60.0, -120.0, 60.0, 120.0, 0.0, 180.0, -30.0, -150.0, 30.0, 150.0, -75.0,
        -105.0,
    ];
    const BARS: [f32; PLACES] = [
        0.0, 180.0, 25.0, -25.0, 155.0, -155.0, 50.0, -50.0, 130.0, -130.0, -90.0, 90.0, -70.0,
        70.0,
    ];
    let angles = match kind {
        Kind::Label => LABEL,
        Kind::Baseline => BASELINE,
        Kind::Bars => BARS,
    };
    angles.map(|angle| {
        let direction = Vec2::from_angle(angle.to_radians()) * Vec2::new(side, -1.0);
        let touching = face.middle + direction * (face.radius + GRID);
        // The panel's closest side or corner lies on the circle around the face.
        touching + direction.clamp(Vec2::splat(-0.5), Vec2::splat(0.5)) * size
    })
}

/// What panels must not cover, in UI space.
#[derive(Default)]
pub(super) struct Obstacles {
    /// Panels stay within this.
    bounds: Rect,
    rings: Vec<Circle>,
    /// The faces within the rings.
    heads: Vec<Circle>,
    /// Panels at the rim, and floating panels that already have a place.
    taken: Vec<Rect>,
}

impl Obstacles {
    /// Collects the obstacles of this update. Floating panels are added as they are placed.
    fn refresh(
        &mut self,
        screen: &Screen,
        faces: &Query<(&Face, &ShownFace)>,
        rim: &Query<&RimPanel>,
    ) {
        self.bounds = screen.rect_in_ui().inflate(-GRID);
        self.rings.clear();
        self.rings.extend(
            faces
                .iter()
                .filter(|(face, shown)| face.visible || shown.presence.value() > 0.0)
                .map(|(_, shown)| circle(shown, screen)),
        );
        self.heads.clear();
        self.heads
            .extend(self.rings.iter().map(|ring| Circle { radius: ring.radius * FACE, ..*ring }));
        self.taken.clear();
        self.taken.extend(rim.iter().filter_map(RimPanel::taken));
    }

    /// The best free place for a panel of `size` beside its face, as [`choose`] finds it.
    fn find(
        &self,
        panel: &Floating,
        face: Circle,
        size: Vec2,
        current: Option<usize>,
    ) -> Option<(usize, Rect)> {
        let candidates = places(panel.kind, face, size, panel.side);
        let among =
            |faces: &[Circle]| choose(&candidates, size, current, self.bounds, faces, &self.taken);
        among(&self.rings).or_else(|| {
            // Where faces fill the screen, text may cover part of a ring.
            let is_text = panel.kind != Kind::Bars;
            is_text.then(|| among(&self.heads)).flatten()
        })
    }
}

/// Finds a place for each panel, and opens, moves and closes it.
pub(super) fn arrange(
    time: Res<Time>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    faces: Query<(&Face, &ShownFace)>,
    rim: Query<&RimPanel>,
    mut panels: Query<(Entity, &mut Floating, &ComputedNode, &mut UiTransform, &mut Visibility)>,
    mut obstacles: Local<Obstacles>,
    mut order: Local<Vec<(Kind, SubjectId, Entity)>>,
    mut commands: Commands,
) {
    obstacles.refresh(&screen, &faces, &rim);
    order.clear();
    for (entity, panel, ..) in &panels {
        match faces.get(panel.face) {
            Ok((face, _)) => order.push((panel.kind, face.subject, entity)),
            Err(_) => commands.entity(entity).despawn(),
        }
    }
    order.sort_unstable();
    for (_, _, entity) in order.iter() {
        let Ok((_, mut panel, node, mut transform, mut visibility)) = panels.get_mut(*entity)
        else {
            continue;
        };
        let Ok((face, shown)) = faces.get(panel.face) else { continue };
        let size = node.size() * node.inverse_scale_factor();
        if size.min_element() <= 0.0 {
            continue;
        }
        let own = circle(shown, &screen);
        let middle = panel.advance(own, face.visible, size, &mut obstacles, time.delta_secs());
        let corner = middle - size / 2.0;
        transform.translation = Val2::px(corner.x, corner.y);
        // With reduced motion it appears and disappears at once.
        let still = settings.reduced_motion;
        let open = panel.open.value();
        transform.scale = Vec2::splat(if still { 1.0 } else { 0.6 + 0.4 * open });
        let seen = if open > if still { 0.5 } else { 0.0 } {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        };
        visibility.set_if_neq(seen);
    }
}

impl Floating {
    /// Chooses place and form, and opens or closes the panel. Returns its middle in UI space.
    fn advance(
        &mut self,
        face: Circle,
        face_is_visible: bool,
        size: Vec2,
        obstacles: &mut Obstacles,
        seconds: f32,
    ) -> Vec2 {
        // An open panel does not change sides when its face crosses the middle.
        if self.open.value() == 0.0 {
            self.side = roomier(face, obstacles.bounds);
        }
        let chosen = obstacles.find(self, face, size, self.place);
        let wanted = self.wanted && face_is_visible;
        let stays = wanted && chosen.is_some_and(|(place, _)| self.place == Some(place));
        let swaps = self.swaps_form(chosen.is_some(), face, obstacles);
        if self.open.value() == 0.0 {
            self.place = chosen.map(|(place, _)| place);
            if swaps {
                self.small = !self.small;
                self.place = None;
            }
        }
        let could = stays && !swaps;
        self.waited = if could { self.waited + seconds } else { 0.0 };
        let opens = could && (self.open.value() > 0.0 || self.waited > PATIENCE);
        self.open.advance(opens, OPEN, CLOSE, seconds);
        match (chosen, self.place) {
            (Some((place, rect)), current) if current == Some(place) => {
                if self.wanted {
                    obstacles.taken.push(rect.inflate(GRID / 2.0));
                }
                rect.center()
            }
            // It closes where it was, beside its face.
            (_, Some(place)) => {
                let middle = places(self.kind, face, size, self.side)[place];
                onto_screen(Rect::from_center_size(middle, size), obstacles.bounds).center()
            }
            (_, None) => face.middle,
        }
    }

    /// Whether to switch between small and large form: there is no room for the large one, or
    /// there is again.
    fn swaps_form(&self, has_room: bool, face: Circle, obstacles: &Obstacles) -> bool {
        self.kind.size(!self.small).is_some_and(|other| {
            if self.small { obstacles.find(self, face, other, None).is_some() } else { !has_room }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_app::{app, face, run};
    use super::*;
    use emotion_core::Expression;
    use emotion_core::FrameRect;

    #[test]
    fn no_place_covers_the_own_face() {
        let face = Circle { middle: Vec2::new(400.0, 300.0), radius: 100.0 };
        let size = Vec2::new(160.0, 128.0);
        for kind in [Kind::Label, Kind::Baseline, Kind::Bars] {
            for middle in
                places(kind, face, size, 1.0).into_iter().chain(places(kind, face, size, -1.0))
            {
                let rect = Rect::from_center_size(middle, size);
                assert_eq!(face.overlap(rect), 0.0, "{kind:?} at {middle}");
            }
        }
    }

    #[test]
    fn an_open_panel_does_not_jump_when_its_face_crosses_the_middle() {
        let mut app = app(HudSettings::default());
        let face = face(&mut app, Expression::Happy);
        // So large that there is only room beside it.
        let set = |app: &mut App, x: f32| {
            let mut face = app.world_mut().get_mut::<Face>(face).expect("a face");
            face.bbox_in_frame = FrameRect::new(x, 90.0, 300.0, 300.0);
        };
        set(&mut app, 150.0);
        run(&mut app, 0.1);
        let mut panels = app.world_mut().query::<(Entity, &Floating)>();
        let label = panels.iter(app.world()).find(|(_, panel)| panel.kind == Kind::Label);
        let label = label.expect("a label").0;
        let laid_out = ComputedNode {
            size: Vec2::new(150.0, 44.0),
            inverse_scale_factor: 1.0,
            ..ComputedNode::DEFAULT
        };
        app.world_mut().entity_mut(label).insert(laid_out);
        run(&mut app, 1.0);
        let (mut before, mut seen) = (None, 0);
        for step in 0_u8..100 {
            set(&mut app, 150.0 + 0.4 * f32::from(step));
            app.update();
            let world = app.world();
            let translation = world.get::<UiTransform>(label).expect("a transform").translation;
            let (Val::Px(x), Val::Px(y)) = (translation.x, translation.y) else {
                panic!("{translation:?} is not in pixels");
            };
            let is_open = world.get::<Visibility>(label) == Some(&Visibility::Inherited);
            let now = is_open.then_some(Vec2::new(x, y));
            if let (Some(before), Some(now)) = (before, now) {
                let way = now.distance(before);
                assert!(way < 30.0, "from {before} to {now} in one update");
                seen += 1;
            }
            before = now;
        }
        assert!(seen > 60, "it was open in {seen} updates");
    }
}
