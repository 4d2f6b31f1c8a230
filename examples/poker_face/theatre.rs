//! What is shown: the theatre with its stage, the players beside it, the curves, the result.

use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::motion::approach;
use bevy_emotion::hud::theme::{Palette, Theme, sign};

use super::*;

/// What is shown, eased in time.
#[derive(Resource, Default)]
pub(super) struct View {
    looks: [Looks; 2],
    /// How much each player laughs out loud.
    laughs: [f32; 2],
    /// How far the curtain is open.
    curtain: f32,
    /// How much the screen is darkened for a message.
    dim: f32,
    clock: f32,
}

/// Where everything is, from the middle of the screen.
pub(super) struct Layout {
    pub(super) size: Vec2,
    /// View units in each of its units.
    pub(super) zoom: f32,
    /// Middle and scale of the stage.
    pub(super) stage: Vec2,
    pub(super) scale: f32,
    /// The middle of the right player's column, and its width.
    pub(super) column: f32,
    pub(super) column_width: f32,
}

/// Half the stage, and the width of its frame.
pub(super) const STAGE: Vec2 = xy(370.0, 230.0);
const FRAME: f32 = 20.0;

impl Layout {
    pub(super) fn new(size: Vec2) -> Self {
        // Everything is laid out on a screen of 720 units' height, or 960 units' width.
        let zoom = (size.y / 720.0).min(size.x / 960.0).max(0.1);
        let size = size / zoom;
        let column_width = (size.x * 0.21).clamp(195.0, 290.0);
        let scale = ((size.x - 2.0 * column_width) / (2.0 * STAGE.x)).clamp(0.5, 1.0);
        let column = (size.x / 2.0 + STAGE.x * scale + FRAME).min(1270.0) / 2.0;
        let stage = xy(0.0, 282.0 - STAGE.y * scale - 72.0 * (1.0 - scale));
        Self { size, zoom, stage, scale, column, column_width }
    }

    pub(super) fn column_of(&self, player: usize) -> f32 {
        if player == 0 { -self.column } else { self.column }
    }
}

/// The colours of the players and of the house.
struct Colors {
    players: [Color; 2],
    text: Color,
    quiet: Color,
    gold: Color,
    warning: Color,
}

impl Colors {
    fn new(theme: &Theme, settings: &HudSettings) -> Self {
        let players = match settings.palette {
            Palette::Standard => [rgb(0x55C7B4), rgb(0xF08CB4)],
            Palette::HighContrast => [rgb(0x7FE8FF), rgb(0xFFE02C)],
        };
        Self {
            players,
            text: theme.text,
            quiet: theme.text_quiet,
            gold: rgb(0xF1CD79),
            warning: theme.text_problem,
        }
    }
}

fn name(player: usize, alone: bool) -> &'static str {
    match (player, alone) {
        (0, true) => "You",
        (_, true) => "The puppet",
        (0, false) => "Player 1",
        (_, false) => "Player 2",
    }
}

/// Everything that is shown follows what is.
pub(super) fn ease(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    players: Res<Players>,
    game: Res<Match>,
    mut view: ResMut<View>,
) {
    let seconds = time.delta_secs();
    view.clock += seconds;
    let playing = *scene.get() == Scene::Play;
    let replayed = (playing && game.part == Part::Replay).then(|| game.replayed_until());
    let shown = replayed
        .and_then(|at| game.looks_at(at))
        .unwrap_or_else(|| players.0.map(|player| player.looks));
    let broke_at = game.clock.as_secs_f32();
    for (player, shown) in shown.into_iter().enumerate() {
        let loses = match game.outcomes.last() {
            Some(Outcome::Broke { player: who, .. }) => *who == player,
            Some(Outcome::Together { .. }) => true,
            _ => false,
        };
        let laughs = playing
            && loses
            && (game.part == Part::Broken || replayed.is_some_and(|at| at > broke_at));
        let part = approach(0.12, seconds);
        view.laughs[player] += (f32::from(u8::from(laughs)) - view.laughs[player]) * part;
        let looks = &mut view.looks[player];
        let part = approach(0.07, seconds);
        for (eased, strength) in looks.strengths.iter_mut().zip(shown.strengths) {
            *eased += (strength - *eased) * part;
        }
        looks.tilt += (shown.tilt - looks.tilt) * part;
    }
    let open = match (scene.get(), game.part) {
        (Scene::Play, Part::Act) => match game.show.act_at(game.clock.as_secs_f32()) {
            Some((act, t)) => {
                between(t, -0.5, 0.1)
                    * (1.0 - between(t, GAGS[act.gag].seconds - 0.3, GAGS[act.gag].seconds))
            }
            None => 0.0,
        },
        (Scene::Play, Part::Broken | Part::Replay) | (Scene::Title, _) => 1.0,
        _ => 0.0,
    };
    view.curtain += (open - view.curtain) * approach(0.1, seconds);
    let dim = playing && (game.is_paused() || matches!(game.part, Part::Stone));
    view.dim += (f32::from(u8::from(dim)) - view.dim) * approach(0.12, seconds);
}

/// Draws everything.
pub(super) fn paint(
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
    let layout = Layout::new(screen.size);
    let colors = Colors::new(&theme, &settings);
    let still = settings.reduced_motion;
    canvas.clear(layout.zoom);
    stage(canvas, &layout, &view, &game, *scene.get(), still, &colors);
    for player in 0..2 {
        let skill = puppets
            .iter()
            .find(|puppet| puppet.player == player)
            .map(|puppet| (&puppet.nerves, puppet.key));
        column(canvas, &layout, player, &view, &game, *scene.get(), skill, still, &colors);
    }
    match scene.get() {
        Scene::Title | Scene::WarmUp => {}
        Scene::Play => playing(canvas, &layout, &view, &game, &players, still, &colors, &theme),
        Scene::Over => result(canvas, &layout, &game, &record, &colors, &theme),
    }
}

/// Covers everything between two rectangles around the same middle.
fn surround(canvas: &mut Canvas, outer: Rect, inner: Rect, color: impl Fn(f32) -> Color) {
    let mut part =
        |from: Vec2, to: Vec2| canvas.blend(&square(from, to), color(to.y), color(from.y));
    part(outer.min, xy(inner.min.x, outer.max.y));
    part(xy(inner.max.x, outer.min.y), outer.max);
    part(xy(inner.min.x - 1.0, inner.max.y), xy(inner.max.x + 1.0, outer.max.y));
    part(xy(inner.min.x - 1.0, outer.min.y), xy(inner.max.x + 1.0, inner.min.y));
}

fn stage(
    canvas: &mut Canvas,
    layout: &Layout,
    view: &View,
    game: &Match,
    scene: Scene,
    still: bool,
    colors: &Colors,
) {
    let clock = if still { 0.0 } else { view.clock };
    let replays = scene == Scene::Play && game.part == Part::Replay;
    canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
        // While the curves are shown, the gag goes on in a small picture above them.
        let (at, scale) = if replays { (xy(0.0, 142.0), 0.34) } else { (Vec2::ZERO, 1.0) };
        canvas.within(at, 0.0, Vec2::splat(scale), |canvas| {
            boards(canvas, clock);
            let words = canvas.words.len();
            match scene {
                Scene::Title => title_piece(canvas, view, still, colors),
                Scene::Play => {
                    if let Some((act, t)) = game.show.act_at(game.stage_time())
                        && t > -0.5
                        && !matches!(game.part, Part::Curtain | Part::Stone)
                    {
                        let gag = &GAGS[act.gag];
                        let t = t.clamp(0.0, gag.seconds);
                        (gag.draw)(canvas, if still { gag.still(t) } else { t });
                    }
                }
                Scene::WarmUp | Scene::Over => {}
            }
            if replays || view.curtain < 0.5 {
                canvas.words.truncate(words);
            }
        });
        if replays {
            let inner = Rect::from_center_half_size(at, STAGE * scale);
            surround(canvas, Rect::from_center_half_size(Vec2::ZERO, STAGE + 4.0), inner, |_| {
                rgb(0x12101C)
            });
            let mut rim = block(at, STAGE * scale + 3.0, 8.0);
            rim.push(rim[0]);
            canvas.stroke(&rim, 5.0, colors.gold.mix(&Color::BLACK, 0.35));
        } else {
            curtains(canvas, view.curtain, clock, still);
        }
    });
    hall(canvas, layout, clock);
}

/// The empty stage.
fn boards(canvas: &mut Canvas, clock: f32) {
    let wall = square(-STAGE + xy(0.0, 110.0), STAGE);
    canvas.blend(&wall, rgb(0x201A3A), rgb(0x4A3468));
    for stripe in 0..9 {
        let x = -STAGE.x + 82.0 * stripe as f32;
        canvas.blend(
            &square(xy(x, -120.0), xy(x + 40.0, 230.0)),
            rgb(0x2A2148).with_alpha(0.35),
            rgb(0x5A3F78).with_alpha(0.35),
        );
    }
    canvas.blend(&square(-STAGE, xy(STAGE.x, -118.0)), rgb(0x8A5A3C), rgb(0x4A2C22));
    for board in -9..=9 {
        let x = board as f32 * 44.0;
        canvas.stroke(
            &[xy(x * 0.86, -119.0), xy(x * 1.25, -230.0)],
            1.6,
            rgb(0x2E1B16).with_alpha(0.55),
        );
    }
    canvas.stroke(&[xy(-STAGE.x, -118.0), xy(STAGE.x, -118.0)], 3.0, rgb(0x241636));
    let sway = 8.0 * (clock * 0.5).sin();
    canvas.glow(xy(sway, 10.0), xy(360.0, 300.0), rgb(0xFFE0A6).with_alpha(0.17));
    canvas.glow(xy(sway * 0.5, -160.0), xy(330.0, 70.0), rgb(0xFFE0A6).with_alpha(0.22));
}

/// Two faces that try.
fn title_piece(canvas: &mut Canvas, view: &View, still: bool, colors: &Colors) {
    let t = if still { 0.0 } else { view.clock };
    let breath = (t * 0.37).fract() * 10.0;
    for player in 0..2 {
        let side = if player == 0 { -1.0 } else { 1.0 };
        let slip = if player == 0 {
            jolt(breath, 3.0).abs()
        } else {
            between(breath, 6.0, 7.0) * (1.0 - between(breath, 8.4, 9.2))
        };
        let mut looks = Looks::default();
        looks.strengths[Expression::Happy.index()] = 0.55 * slip;
        let stares = xy(-side * 0.9, 0.0);
        canvas.within(
            xy(side * 150.0, -74.0 + 3.0 * (t * 1.8 + side).sin()),
            0.0,
            Vec2::ONE,
            |canvas| {
                canvas.glow(xy(0.0, -92.0), xy(104.0, 16.0), Color::BLACK.with_alpha(0.5));
                head(canvas, 78.0, colors.players[player], &looks, stares, 0.0, false, t);
            },
        );
    }
    canvas.write("Poker Face", xy(0.0, 120.0), 72.0, colors.gold);
    let below = xy(0.0, 120.0 - 56.0 * canvas.text_unit());
    canvas.write("Who laughs first, loses.", below, 22.0, colors.text);
}

/// Red velvet.
fn curtains(canvas: &mut Canvas, open: f32, clock: f32, still: bool) {
    let open = if still { open.round() } else { open };
    let reach = STAGE.x * (1.0 - open * 0.88);
    for side in [-1.0, 1.0] {
        for fold in (0..7).rev() {
            let [from, to] =
                [fold as f32, fold as f32 + 1.0].map(|edge| STAGE.x - reach * edge / 7.0);
            let sway = 2.5 * (clock * 0.9 + fold as f32).sin() * (1.0 - open * 0.5);
            let (from, to) = (side * (from + 6.0), side * (to - 1.0));
            let hem = -225.0;
            let outline =
                [xy(from + sway, hem), xy(to + sway, hem), xy(to, 232.0), xy(from, 232.0)];
            canvas.blend(&outline, rgb(0x5E1428), rgb(0x8E2338));
            let (a, b) = (from + (to - from) * 0.3, from + (to - from) * 0.62);
            canvas.blend(
                &[xy(a + sway, hem), xy(b + sway, hem), xy(b, 232.0), xy(a, 232.0)],
                rgb(0x86213A).with_alpha(0.75),
                rgb(0xBF3A4F).with_alpha(0.75),
            );
            canvas.blend(
                &[
                    xy(to + sway - side * -6.0, hem),
                    xy(to + sway, hem),
                    xy(to, 232.0),
                    xy(to - side * -6.0, 232.0),
                ],
                rgb(0x2A0814).with_alpha(0.5),
                rgb(0x3A0C1A).with_alpha(0.5),
            );
            canvas.stroke(
                &[xy(from + sway, hem + 4.0), xy(to + sway, hem + 4.0)],
                5.0,
                rgb(0xD9AE55),
            );
        }
    }
    // The valance.
    for swag in 0..6 {
        let x = -STAGE.x + 740.0 / 6.0 * (swag as f32 + 0.5);
        let outline: Vec<Vec2> = (0..=20)
            .map(|it| Vec2::from_angle(PI + PI * it as f32 / 20.0) * xy(63.0, 40.0) + xy(x, 216.0))
            .chain([xy(x + 63.0, 236.0), xy(x - 63.0, 236.0)])
            .collect();
        canvas.blend(&outline, rgb(0x5A1226), rgb(0x9C2A40));
        canvas.stroke(&outline[..21], 4.0, rgb(0xD9AE55));
    }
}

/// The dark house around the stage, its frame, and the heads in the front rows.
fn hall(canvas: &mut Canvas, layout: &Layout, clock: f32) {
    let half = layout.size / 2.0 + 2.0;
    let opening = Rect::from_center_half_size(layout.stage, STAGE * layout.scale);
    let dark = |y: f32| rgb(0x08070E).mix(&rgb(0x1D1730), (y + half.y) / (2.0 * half.y));
    surround(canvas, Rect::from_center_half_size(Vec2::ZERO, half), opening, dark);
    // Light falls out of it.
    canvas.glow(
        xy(0.0, opening.min.y - 6.0),
        xy(opening.half_size().x * 1.3, 130.0),
        rgb(0xFFCE8A).with_alpha(0.13),
    );
    let frame = |grown: f32| {
        let mut rim = block(layout.stage, STAGE * layout.scale + grown, 14.0 + grown);
        rim.push(rim[0]);
        rim
    };
    canvas.stroke(&frame(9.0), 20.0, rgb(0x3A2340));
    canvas.stroke(&frame(9.0), 12.0, rgb(0x573057));
    canvas.stroke(&frame(1.0), 4.0, rgb(0xB98D45));
    canvas.stroke(&frame(18.0), 3.0, rgb(0xB98D45));
    let reach = STAGE * layout.scale + 9.5;
    let bulb = |canvas: &mut Canvas, at: Vec2, index: i32| {
        let lit = 0.65 + 0.35 * (clock * 1.6 - index as f32 * 0.7).sin();
        canvas.glow(layout.stage + at, Vec2::splat(16.0), rgb(0xFFD98A).with_alpha(0.4 * lit));
        canvas.disc(layout.stage + at, 3.4, rgb(0xFFE9B8).mix(&rgb(0xA77B3A), 1.0 - lit));
    };
    for index in 0..=20 {
        let x = -reach.x + reach.x * 2.0 * index as f32 / 20.0;
        bulb(canvas, xy(x, reach.y), index);
    }
    for index in 1..=11 {
        let y = reach.y - reach.y * 2.0 * index as f32 / 12.0;
        bulb(canvas, xy(-reach.x, y), -index);
        bulb(canvas, xy(reach.x, y), 20 + index);
    }
    // The audience.
    for row in [0, 1] {
        for seat in -8..=8 {
            let near = row as f32;
            let x = (seat as f32 + 0.5 * near) * 92.0 + 9.0 * (seat as f32 * 2.3).sin();
            let y =
                -half.y + 30.0 - 26.0 * near + 3.0 * (clock * 1.1 + seat as f32 * 1.7 + near).sin();
            let color = rgb(0x14101F).mix(&rgb(0x06050A), near);
            let lit = rgb(0x4A3447).mix(&rgb(0x241A2A), near);
            canvas.flat(&oval(xy(x, y + 1.8), xy(24.6, 27.0)), lit);
            canvas.flat(&block(xy(x, y - 40.4), xy(42.4, 34.0), 26.0), lit);
            canvas.flat(&block(xy(x, y - 42.0), xy(42.0, 34.0), 26.0), color);
            canvas.flat(&oval(xy(x, y), xy(24.0, 27.0)), color);
        }
    }
}

/// A head of `radius` around the origin that looks like its player.
fn head(
    canvas: &mut Canvas,
    radius: f32,
    color: Color,
    looks: &Looks,
    stares: Vec2,
    laughs: f32,
    wooden: bool,
    clock: f32,
) {
    let [angry, disgust, fear, happy, sad, surprise, _] = looks.strengths;
    let (heat, _) = looks.heat();
    let bounce = laughs * (clock * 18.0).sin();
    let scale = Vec2::splat(radius / 100.0)
        * xy(1.0 + 0.02 * bounce, 1.0 - 0.04 * bounce + 0.04 * surprise);
    // As in a mirror: the player's right is on the right.
    canvas.within(xy(0.0, 5.0 * bounce), -looks.tilt, scale, |canvas| {
        let skin = color.mix(&rgb(0xE2483D), 0.35 * heat * heat);
        if wooden {
            for side in [-1.0, 1.0] {
                canvas.stroke(
                    &[xy(side * 60.0, 76.0), xy(side * 46.0, 210.0)],
                    2.0,
                    WHITE.with_alpha(0.35),
                );
            }
            canvas.solid(&block(xy(0.0, 2.0), xy(88.0, 100.0), 66.0), skin);
            for line in 0..4 {
                let y = 62.0 - 44.0 * line as f32;
                canvas.stroke(
                    &bow(xy(-80.0, y), xy(0.0, y + 14.0), xy(80.0, y - 4.0)),
                    2.0,
                    Color::BLACK.with_alpha(0.10),
                );
            }
            for side in [-1.0, 1.0] {
                canvas.stroke(
                    &[xy(side * 34.0, -26.0), xy(side * 34.0, -96.0)],
                    3.0,
                    Color::BLACK.with_alpha(0.35),
                );
                canvas.ball(xy(side * 90.0, 2.0), xy(11.0, 15.0), skin.mix(&Color::BLACK, 0.25));
            }
        } else {
            for side in [-1.0, 1.0] {
                canvas.ball(xy(side * 96.0, 0.0), xy(17.0, 24.0), skin.mix(&Color::BLACK, 0.12));
            }
            // Hair, and the face in front of it.
            canvas.ball(xy(0.0, 12.0), xy(97.5, 99.0), skin.mix(&rgb(0x15121F), 0.72));
            canvas.ball(xy(0.0, -7.0), xy(96.0, 93.0), skin);
        }
        canvas.glow(xy(-34.0, 56.0), xy(44.0, 26.0), WHITE.with_alpha(0.22));
        let blush = 0.16 + 0.5 * happy.max(heat * 0.6);
        for side in [-1.0, 1.0] {
            canvas.glow(xy(side * 56.0, -18.0), xy(30.0, 20.0), rgb(0xF0566B).with_alpha(blush));
        }
        let blink =
            if (clock * 0.23 + color.to_srgba().red).fract() < 0.03 { 1.0 } else { 0.0_f32 };
        let wide = 0.45 * surprise + 0.4 * fear;
        let squint = 0.5 * happy + 0.35 * angry + 0.45 * disgust + 0.6 * laughs;
        let lid = (0.16 - wide + squint).clamp(0.0, 0.8).max(blink);
        let wander = stares
            + xy(0.14 * (clock * 0.7).sin(), 0.1 * (clock * 0.9).cos())
            + xy(0.0, -0.3 * sad);
        for side in [-1.0, 1.0] {
            let at = xy(side * 36.0, 12.0);
            if laughs > 0.5 {
                let cheek = bow(at - xy(22.0, 6.0), at + xy(0.0, 30.0), at + xy(22.0, -6.0));
                canvas.stroke(&cheek, 7.0, INK);
            } else {
                eye(canvas, at, 20.0 * (1.0 + 0.5 * wide), wander, lid, skin);
            }
            let lift = 22.0 * surprise + 14.0 * fear - 12.0 * angry - 5.0 * disgust + 6.0 * happy;
            let slant = 15.0 * sad + 13.0 * fear - 20.0 * angry - 9.0 * disgust;
            let inner = xy(side * 17.0, 42.0 + lift + slant);
            let outer = xy(side * 60.0, 42.0 + lift - slant * 0.7);
            let arch = inner.midpoint(outer) + xy(0.0, 7.0 + 8.0 * surprise);
            canvas.stroke(&bow(inner, arch, outer), 9.0, skin.mix(&rgb(0x15121F), 0.8));
        }
        canvas.ball(xy(0.0, -10.0), xy(11.0, 9.0), skin.mix(&rgb(0xC0392B), 0.22));
        let curve = happy - 0.8 * sad - 0.45 * angry - 0.35 * fear - 0.5 * disgust;
        let wide = 32.0 * (1.0 + 0.4 * happy - 0.4 * surprise + 0.25 * fear);
        let open = (26.0 * surprise
            + 9.0 * fear
            + 22.0 * (happy - 0.55).max(0.0)
            + 20.0 * laughs * (1.0 + 0.3 * bounce))
            .max(0.0);
        let middle = xy(0.0, -50.0 + 6.0 * curve);
        let dark = rgb(0x3B1420);
        let corners = [middle + xy(-wide, 13.0 * curve), middle + xy(wide, 13.0 * curve)];
        if open < 2.0 {
            canvas.stroke(&bow(corners[0], middle - xy(0.0, 15.0 * curve), corners[1]), 6.5, dark);
        } else {
            let upper = bow(corners[1], middle + xy(0.0, open * 0.35 - 11.0 * curve), corners[0]);
            let lower = bow(corners[0], middle - xy(0.0, open * 1.7 + 17.0 * curve), corners[1]);
            let outline: Vec<Vec2> = upper.iter().chain(&lower[1..16]).copied().collect();
            canvas.flat(&outline, dark);
            canvas.flat(
                &oval(middle - xy(0.0, open * 0.72 + 6.0 * curve), xy(wide * 0.45, open * 0.28)),
                rgb(0xE2687A),
            );
            canvas.stroke(&outline, 4.0, dark);
        }
        // It costs strength.
        if heat > 0.25 && laughs < 0.5 {
            let slide = (clock * 0.7).fract();
            let alpha = ((heat - 0.25) * 4.0).min(1.0) * (1.0 - slide);
            canvas.ball(
                xy(80.0, 56.0 - 44.0 * slide),
                xy(8.0, 12.0),
                rgb(0x9ED9F5).with_alpha(alpha),
            );
        }
    });
}

/// A player: name, rounds, face and composure.
fn column(
    canvas: &mut Canvas,
    layout: &Layout,
    player: usize,
    view: &View,
    game: &Match,
    scene: Scene,
    puppet: Option<(&Nerves, Option<KeyCode>)>,
    still: bool,
    colors: &Colors,
) {
    if scene == Scene::Title {
        return;
    }
    let x = layout.column_of(player);
    let color = colors.players[player];
    let clock = if still { 0.0 } else { view.clock };
    let radius = (layout.column_width * 0.33).min(90.0);
    let alone = game.alone;
    let wooden = puppet.is_some() || alone && player == 1;
    let looks = &view.looks[player];
    let (heat, expression) = looks.heat();
    canvas.glow(xy(x, 96.0), xy(layout.column_width * 0.8, 230.0), color.with_alpha(0.12));
    canvas.write(name(player, alone), xy(x, 300.0), 28.0, color.mix(&Color::WHITE, 0.35));
    // A star for each round won.
    let wins = game.wins()[player];
    for star in 0..2 {
        let at = xy(x - 17.0 + 34.0 * star as f32, 260.0);
        if star < wins {
            canvas.glow(at, Vec2::splat(24.0), colors.gold.with_alpha(0.4));
        }
        canvas.flat(
            &star_shape(at, 12.0),
            if star < wins { colors.gold } else { WHITE.with_alpha(0.14) },
        );
    }
    let laughs = if still { view.laughs[player].round() } else { view.laughs[player] };
    let inward = if player == 0 { 0.35 } else { -0.35 };
    let trembles =
        if still { 0.0 } else { 3.0 * (heat - 0.3).max(0.0) * (view.clock * 47.0).sin() };
    let face_color = if wooden { rgb(0xD6A468).mix(&color, 0.2) } else { color };
    canvas.within(xy(x + trembles, 124.0), 0.0, Vec2::ONE, |canvas| {
        canvas.glow(xy(0.0, -radius * 1.16), xy(radius, 14.0), Color::BLACK.with_alpha(0.5));
        head(canvas, radius, face_color, looks, xy(inward, 0.05), laughs, wooden, clock);
    });
    if scene == Scene::Over && game.decided() == Some(Some(player)) {
        let at = xy(x, 124.0 + radius * 1.06);
        canvas.glow(at, Vec2::splat(70.0), colors.gold.with_alpha(0.3));
        let points = [(-38.0, -16.0), (38.0, -16.0), (46.0, 24.0), (20.0, 4.0), (0.0, 34.0)];
        let left = [(-20.0, 4.0), (-46.0, 24.0)];
        let crown: Vec<Vec2> =
            points.into_iter().chain(left).map(|(dx, dy)| at + xy(dx, dy) * 0.62).collect();
        canvas.solid(&crown, colors.gold);
        for (dx, dy) in [(-46.0, 26.0), (0.0, 36.0), (46.0, 26.0)] {
            canvas.disc(at + xy(dx, dy) * 0.62, 4.5, rgb(0xE86F9C));
        }
    }
    if laughs > 0.4 {
        for (index, text) in ["HA", "ha", "HA!"].into_iter().enumerate() {
            let rises = if still { 0.4 } else { (view.clock * 0.9 + index as f32 / 3.0).fract() };
            let side = [-1.0, 1.0, 0.35][index];
            let at = xy(x + side * radius * 0.95, 176.0 + 84.0 * rises);
            canvas.write(text, at, 26.0, WHITE.with_alpha((1.0 - rises) * laughs));
        }
    }
    // Composure: how much of the straight face is left.
    let half = xy(layout.column_width * 0.40, 13.0);
    let at = xy(x + trembles, -24.0);
    let left = 1.0 - heat;
    let alarm = heat > LIMIT;
    canvas.flat(&block(at, half + 5.0, 18.0), rgb(0x05040A).with_alpha(0.75));
    canvas.flat(&block(at, half, 13.0), WHITE.with_alpha(0.10));
    let tint = color.mix(&rgb(0xF2550F), between(heat, 0.2, LIMIT));
    let filled = (half.x * left).max(half.y * 0.6);
    canvas.solid(&block(at - xy(half.x - filled, 0.0), xy(filled, half.y), 13.0), tint);
    canvas.flat(
        &block(at - xy(half.x - filled, -5.0), xy((filled - 9.0).max(1.0), 2.5), 2.5),
        WHITE.with_alpha(0.35),
    );
    let limit = at.x - half.x + 2.0 * half.x * (1.0 - LIMIT);
    canvas.stroke(&[xy(limit, at.y - 19.0), xy(limit, at.y + 19.0)], 3.0, colors.gold);
    let breaking = (game.breaking[player].as_secs_f32() / HOLD.as_secs_f32()).min(1.0);
    if breaking > 0.0 && scene == Scene::Play {
        // It cracks.
        for crack in 0..5 {
            let from =
                xy(at.x - half.x + 2.0 * half.x * (0.14 + 0.18 * crack as f32), at.y + half.y);
            let zigzag: Vec<Vec2> = (0..5)
                .map(|it| {
                    from + xy(if it % 2 == 0 { -5.0 } else { 6.0 }, -6.5 * it as f32 * breaking)
                })
                .collect();
            canvas.stroke(&zigzag, 2.5, rgb(0x05040A));
        }
    }
    let percent = format!("composure  {:.0} %", left * 100.0);
    canvas.write(&percent, xy(x, -58.0), 17.0, if alarm { colors.warning } else { colors.quiet });
    let state = match heat {
        _ if laughs > 0.5 => "broken",
        heat if heat > LIMIT => "breaking!",
        heat if heat > 0.3 => "wavering …",
        heat if heat > 0.12 => "a twitch?",
        _ => "stone",
    };
    canvas.write(state, xy(x, -84.0), 19.0, colors.text);
    if heat > 0.12 {
        let name = expression.name();
        let width = 9.0 * name.len() as f32;
        canvas.write(name, xy(x + 11.0, -108.0), 19.0, colors.text);
        let sign =
            canvas.write(sign(expression), xy(x - width / 2.0 - 6.0, -108.0), 18.0, colors.gold);
        sign.sign = true;
    }
    match puppet {
        Some((nerves, Some(key))) => {
            let key = if key == KEYS[0] { "A" } else { "L" };
            let hint = format!("{key} held: bite your lip\nbreath {:.0} %", nerves.breath * 100.0);
            canvas.write(&hint, xy(x, -156.0), 17.0, colors.quiet);
        }
        Some((nerves, None)) => {
            canvas.write("its nerves", xy(x, -136.0), 17.0, colors.quiet);
            for dot in 0..5 {
                let strong = nerves.skill * 5.0 >= dot as f32 + 0.5;
                canvas.disc(
                    xy(x - 40.0 + 20.0 * dot as f32, -162.0),
                    6.0,
                    if strong { colors.gold } else { WHITE.with_alpha(0.16) },
                );
            }
        }
        None => {}
    }
}

fn star_shape(at: Vec2, radius: f32) -> Vec<Vec2> {
    (0..10)
        .map(|it| {
            let reach = if it % 2 == 0 { radius } else { radius * 0.48 };
            at + Vec2::from_angle(PI / 2.0 + it as f32 * PI / 5.0) * reach
        })
        .collect()
}

/// What is said below the stage.
fn caption(canvas: &mut Canvas, layout: &Layout, text: &str, since: f32, color: Color) {
    let y = layout.stage.y - STAGE.y * layout.scale - 56.0;
    let width = STAGE.x * layout.scale * 2.0 - 20.0;
    let shown = between(since, 0.0, 0.18);
    canvas.flat(
        &block(xy(0.0, y), xy(width / 2.0, 27.0), 27.0),
        rgb(0x05040A).with_alpha(0.72 * shown),
    );
    let size = (width / (text.chars().count() as f32 * 0.52)).clamp(17.0, 28.0);
    canvas.write(text, xy(0.0, y + 1.0), size, color.with_alpha(shown));
}

/// What is shown during a match, beside stage and players.
fn playing(
    canvas: &mut Canvas,
    layout: &Layout,
    view: &View,
    game: &Match,
    players: &Players,
    still: bool,
    colors: &Colors,
    theme: &Theme,
) {
    let round = (game.outcomes.len() + usize::from(matches!(game.part, Part::Curtain | Part::Act)))
        .min(ROUNDS);
    let part_for = game.part_for.as_secs_f32();
    // The clock: a bar that burns down above the stage.
    let left = (ROUND.saturating_sub(game.clock)).as_secs_f32();
    let y = 326.0;
    canvas.write(&format!("Round {round} of {ROUNDS}"), xy(-96.0, y), 22.0, colors.text);
    let bar = Rect::from_center_half_size(xy(62.0, y), xy(62.0, 5.0));
    canvas.flat(&block(bar.center(), bar.half_size(), 5.0), WHITE.with_alpha(0.14));
    let rest = left / ROUND.as_secs_f32();
    canvas.flat(
        &block(
            xy(bar.min.x + bar.half_size().x * rest, y),
            xy((bar.half_size().x * rest).max(4.0), 5.0),
            5.0,
        ),
        colors.gold,
    );
    canvas
        .write(&format!("{left:.0} s"), xy(134.0, y), 22.0, colors.text)
        .anchored(Anchor::CENTER_LEFT);

    let bottom = xy(0.0, -layout.size.y / 2.0 + 24.0);
    let act = game.show.act_at(game.clock.as_secs_f32());
    let hint = match game.part {
        Part::Curtain => "The curtain opens when both faces are calm.",
        Part::Act => "Keep a straight face.",
        Part::Broken => "Laugh now. You have earned it.",
        Part::Replay => "Space goes on",
        Part::Stone => "Next round in a moment",
    };
    canvas.write(hint, bottom, 18.0, colors.quiet);
    match game.part {
        Part::Curtain => waiting(canvas, layout, game, players, round, colors),
        Part::Act => {
            let Some((act, t)) = act else { return };
            let gag = &GAGS[act.gag];
            if t < -0.25 {
                let since = t + TITLE;
                let shown = between(since, 0.1, 0.4) * (1.0 - between(t, -0.5, -0.25));
                let number =
                    game.show.0.iter().position(|it| it.start == act.start).unwrap_or(0) + 1;
                let lift = if still { 0.0 } else { 10.0 * (1.0 - between(since, 0.1, 0.5)) };
                title_card(canvas, layout, &format!("No. {number}"), gag.name, lift, shown, colors);
            }
            if let Some((line, since)) = gag.line(t, act.seed)
                && !line.is_empty()
            {
                caption(canvas, layout, line, since, colors.text);
            }
        }
        Part::Broken => {
            let Some(outcome) = game.outcomes.last() else { return };
            let (text, color) = match outcome {
                Outcome::Broke { player, .. } => {
                    (format!("{} broke!", name(*player, game.alone)), colors.players[*player])
                }
                _ => ("Both broke!".to_owned(), colors.gold),
            };
            let grown = if still { 1.0 } else { pop(part_for, 0.0).max(0.01) };
            canvas.sheet = 1;
            canvas.within(
                layout.stage + xy(0.0, 84.0 * layout.scale),
                0.0,
                Vec2::splat(layout.scale),
                |canvas| {
                    canvas.flat(
                        &block(Vec2::ZERO, xy(300.0 * grown.min(1.1), 58.0), 58.0),
                        rgb(0x05040A).with_alpha(0.84),
                    );
                    let mut rim = block(Vec2::ZERO, xy(300.0 * grown.min(1.1), 58.0), 58.0);
                    rim.push(rim[0]);
                    canvas.stroke(&rim, 4.0, color);
                    canvas.write(
                        &text,
                        xy(0.0, 2.0),
                        56.0 * layout.scale * grown,
                        color.mix(&Color::WHITE, 0.4),
                    );
                },
            );
        }
        Part::Replay => curves(canvas, layout, game, colors, theme),
        Part::Stone => {}
    }
    if view.dim > 0.02 {
        canvas.sheet = 1;
        let half = layout.size / 2.0;
        canvas.flat(&square(-half, half), rgb(0x05040A).with_alpha(0.66 * view.dim));
        let (head, body) = if game.part == Part::Stone {
            (
                "Stone faces!".to_owned(),
                "A whole minute, and nobody laughed. Nobody scores.".to_owned(),
            )
        } else {
            absence(game, players)
        };
        canvas.flat(
            &block(layout.stage, xy(330.0, 92.0), 28.0),
            rgb(0x100D1A).with_alpha(0.96 * view.dim),
        );
        canvas.write(&head, layout.stage + xy(0.0, 26.0), 40.0, colors.gold.with_alpha(view.dim));
        canvas
            .write(&body, layout.stage - xy(0.0, 36.0), 19.0, colors.text.with_alpha(view.dim))
            .within(600.0);
    }
}

fn title_card(
    canvas: &mut Canvas,
    layout: &Layout,
    above: &str,
    title: &str,
    lift: f32,
    shown: f32,
    colors: &Colors,
) {
    let at = layout.stage + xy(0.0, -lift);
    canvas.glow(at, xy(330.0 * layout.scale, 120.0), Color::BLACK.with_alpha(0.6 * shown));
    canvas.write(above, at + xy(0.0, 38.0), 22.0, colors.text.with_alpha(shown));
    let size = (46.0 * layout.scale).max(30.0);
    canvas.write(title, at - xy(0.0, 8.0), size, colors.gold.with_alpha(shown));
}

/// Whom the game waits for.
fn absence(game: &Match, players: &Players) -> (String, String) {
    let gone: Vec<usize> = (0..2).filter(|player| !players.0[*player].ready).collect();
    let who = match gone[..] {
        [] => return ("Welcome back".to_owned(), "Straight faces, please: it goes on.".to_owned()),
        [player] => name(player, game.alone),
        _ => "Both of you",
    };
    if gone.iter().any(|player| players.0[*player].measuring) {
        return (format!("{who}: relax"), "Your resting face is being measured.".to_owned());
    }
    let keys: Vec<&str> = gone
        .iter()
        .filter(|player| players.0[**player].face.is_none())
        .map(|player| ["A", "L"][*player])
        .collect();
    let puppet = if keys.is_empty() {
        String::new()
    } else {
        format!("\nNo camera? {} sends a puppet.", keys.join(" and "))
    };
    (format!("{who}: into view, please"), format!("The round waits; nothing is lost.{puppet}"))
}

/// Before the curtain opens.
fn waiting(
    canvas: &mut Canvas,
    layout: &Layout,
    game: &Match,
    players: &Players,
    round: usize,
    colors: &Colors,
) {
    let smiling =
        (0..2).find(|player| players.0[*player].ready && players.0[*player].looks.heat().0 >= CALM);
    let part_for = game.part_for.as_secs_f32();
    let (above, below) = if players.0.iter().any(|player| !player.ready) {
        absence(game, players)
    } else if let Some(player) = smiling {
        (format!("{}: a straight face, please", name(player, game.alone)), String::new())
    } else {
        ("Straight faces …".to_owned(), String::new())
    };
    title_card(canvas, layout, &above, &format!("Round {round}"), 0.0, 1.0, colors);
    if !below.is_empty() {
        canvas.write(&below, layout.stage - xy(0.0, 84.0), 18.0, colors.text).within(560.0);
    } else if part_for > 0.0 {
        let at = layout.stage - xy(0.0, 104.0);
        let left = CURTAIN.as_secs_f32() - part_for;
        canvas.disc(at, 34.0, rgb(0x05040A).with_alpha(0.7));
        let arc: Vec<Vec2> = (0..=40)
            .map(|it| {
                at + Vec2::from_angle(
                    PI / 2.0 - TAU * part_for / CURTAIN.as_secs_f32() * it as f32 / 40.0,
                ) * 34.0
            })
            .collect();
        canvas.stroke(&arc, 5.0, colors.gold);
        canvas.write(&format!("{:.0}", left.ceil().max(1.0)), at + xy(0.0, 1.0), 34.0, colors.text);
    }
}

/// The last seconds of both, drawn slowly.
fn curves(canvas: &mut Canvas, layout: &Layout, game: &Match, colors: &Colors, theme: &Theme) {
    let start = game.window_start();
    let broke_at = game.clock.as_secs_f32();
    let until = game.replayed_until();
    let Some(outcome) = game.outcomes.last().copied() else { return };
    let area = Rect::new(-278.0, -184.0, 342.0, 22.0);
    let x = |at: f32| area.min.x + area.width() * (at - start) / WINDOW;
    let y = |heat: f32| area.min.y + area.height() * heat.clamp(0.0, 1.0);
    let small = 15.5;
    canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
        canvas.blend(&square(area.min, area.max), rgb(0x1E1A30), rgb(0x171425));
        // Above the limit nobody is calm.
        canvas.blend(
            &square(xy(area.min.x, y(LIMIT)), area.max),
            rgb(0x5A2030).with_alpha(0.5),
            rgb(0x5A2030).with_alpha(0.15),
        );
        for (heat, label) in [(0.0, "calm"), (LIMIT, "limit"), (1.0, "lost it")] {
            let dashes = if heat == LIMIT { 34 } else { 1 };
            for dash in 0..dashes {
                let from = area.min.x + area.width() * dash as f32 / dashes as f32;
                let length = area.width() / dashes as f32 * if dashes == 1 { 1.0 } else { 0.55 };
                let color = if heat == LIMIT { colors.gold } else { WHITE.with_alpha(0.3) };
                canvas.stroke(&[xy(from, y(heat)), xy(from + length, y(heat))], 1.8, color);
            }
            canvas
                .write(label, xy(area.min.x - 10.0, y(heat)), small, colors.quiet)
                .anchored(Anchor::CENTER_RIGHT);
        }
        for second in -5..=0 {
            let at = broke_at + second as f32;
            canvas.stroke(
                &[xy(x(at), area.min.y), xy(x(at), area.min.y - 5.0)],
                1.8,
                WHITE.with_alpha(0.4),
            );
            let label = if second == 0 { "break".to_owned() } else { format!("{second} s") };
            canvas.write(&label, xy(x(at), area.min.y - 18.0), small, colors.quiet);
        }
        // The gag that did it.
        let gag = match outcome {
            Outcome::Broke { gag, .. } | Outcome::Together { gag, .. } => gag,
            Outcome::StoneFaces => return,
        };
        let act = game.show.0.iter().find(|act| act.gag == gag);
        let punch = act.map_or(start, |act| {
            let punch = act.start + GAGS[gag].punch;
            if punch < broke_at { punch } else { act.start }
        });
        let punch = punch.max(start + 0.05);
        if until >= punch {
            let shown = between(until, punch, punch + 0.3);
            let color = colors.gold.with_alpha(shown);
            for dash in 0..14 {
                let from = area.min.y + area.height() * dash as f32 / 14.0;
                canvas.stroke(&[xy(x(punch), from), xy(x(punch), from + 8.0)], 2.0, color);
            }
            canvas.flat(
                &[
                    xy(x(punch) - 8.0, area.max.y + 13.0),
                    xy(x(punch), area.max.y),
                    xy(x(punch) + 8.0, area.max.y + 13.0),
                ],
                color,
            );
            let right = x(punch) > 60.0;
            let anchor = if right { Anchor::CENTER_RIGHT } else { Anchor::CENTER_LEFT };
            let at = xy(x(punch) + if right { -10.0 } else { 10.0 }, area.max.y - 13.0);
            canvas.write(GAGS[gag].name, at, 17.0, color).anchored(anchor);
        }
        for player in 0..2 {
            let color = colors.players[player];
            let points: Vec<Vec2> = smooth(game, player, start, until)
                .into_iter()
                .map(|(at, heat)| xy(x(at), y(heat)))
                .collect();
            if points.len() < 2 {
                continue;
            }
            for pair in points.windows(2) {
                let floor = [xy(pair[0].x, area.min.y), xy(pair[1].x, area.min.y)];
                let vertices =
                    [(pair[0], 0.30), (pair[1], 0.30), (floor[0], 0.02), (floor[1], 0.02)].map(
                        |(at, alpha)| {
                            let at = canvas.place.transform_point2(at);
                            canvas.vertex(at, color.with_alpha(alpha).to_linear())
                        },
                    );
                let [a, b, c, d] = vertices;
                canvas.triangles(&[a, c, b, b, c, d]);
            }
            canvas.stroke(&points, 4.5, color);
            let tip = points[points.len() - 1];
            canvas.glow(tip, Vec2::splat(20.0), color.with_alpha(0.6));
            if player == 0 {
                canvas.disc(tip, 8.0, color);
            } else {
                canvas.flat(
                    &[
                        tip + xy(0.0, 11.0),
                        tip - xy(11.0, 0.0),
                        tip - xy(0.0, 11.0),
                        tip + xy(11.0, 0.0),
                    ],
                    color,
                );
            }
        }
        // Who is who.
        for player in 0..2 {
            let at = xy(-336.0 + 552.0 * player as f32, 62.0);
            let color = colors.players[player];
            canvas.stroke(&[at, at + xy(26.0, 0.0)], 4.5, color);
            if player == 0 {
                canvas.disc(at + xy(13.0, 0.0), 7.0, color);
            } else {
                let middle = at + xy(13.0, 0.0);
                canvas.flat(
                    &[
                        middle + xy(0.0, 9.0),
                        middle - xy(9.0, 0.0),
                        middle - xy(0.0, 9.0),
                        middle + xy(9.0, 0.0),
                    ],
                    color,
                );
            }
            canvas
                .write(name(player, game.alone), at + xy(34.0, 0.0), 17.0, colors.text)
                .anchored(Anchor::CENTER_LEFT);
        }
        let (expression, player) = match outcome {
            Outcome::Broke { expression, player, .. } => (expression, Some(player)),
            _ => (Expression::Happy, None),
        };
        let heat = player.map_or(LIMIT, |player| {
            game.looks_at(broke_at).map_or(LIMIT, |looks| looks[player].heat().0)
        });
        if until >= broke_at {
            let grown = pop(until * 1.6, broke_at * 1.6);
            let color = theme.color(expression);
            canvas.stroke(&[xy(x(broke_at), area.min.y), xy(x(broke_at), area.max.y)], 3.0, color);
            canvas.flat(&star_shape(xy(x(broke_at), y(heat)), 17.0 * grown.max(0.05)), WHITE);
            canvas.flat(&star_shape(xy(x(broke_at), y(heat)), 12.0 * grown.max(0.05)), color);
            let label = xy(x(broke_at) - 22.0, y(0.8));
            let unit = canvas.text_unit();
            let width = unit * (12.0 * expression.name().len() as f32 + 30.0);
            let pill = xy(width / 2.0 + 12.0, 20.0 * unit);
            canvas.flat(
                &block(label - xy(width / 2.0, 0.0), pill, 20.0 * unit),
                rgb(0x0B0913).with_alpha(0.88),
            );
            let color = theme.text_color(expression);
            canvas.write(expression.name(), label, 24.0, color).anchored(Anchor::CENTER_RIGHT);
            canvas.write(sign(expression), label - xy(width - 8.0 * unit, 0.0), 22.0, color).sign =
                true;
        }
    });
    let since = game.part_for.as_secs_f32();
    if until < broke_at {
        caption(canvas, layout, "Once more, slowly …", since, colors.text);
    } else {
        let text = told(outcome, game.alone);
        caption(canvas, layout, &text, 1.0, colors.text);
    }
}

/// A player's curve through the samples, a point for each twentieth of a second.
fn smooth(game: &Match, player: usize, start: f32, until: f32) -> Vec<(f32, f32)> {
    let step = 0.05;
    let heat = |at: f32| game.looks_at(at).map_or(0.0, |looks| looks[player].heat().0);
    let first = game.history.front().map_or(start, |sample| sample.at.max(start));
    let count = ((until - first) / step).floor().max(0.0) as usize;
    let times = (0..=count).map(|it| first + it as f32 * step).chain([until.max(first)]);
    times.map(|at| (at, (heat(at - 0.08) + 2.0 * heat(at) + heat(at + 0.08)) / 4.0)).collect()
}

/// How a round ended, in words.
fn told(outcome: Outcome, alone: bool) -> String {
    match outcome {
        Outcome::Broke { player, at, gag, expression } => format!(
            "{} broke after {:.0} s, at “{}”: {expression}",
            name(player, alone),
            at.as_secs_f32(),
            GAGS[gag].name,
        ),
        Outcome::Together { at, gag } => {
            format!("Both broke after {:.0} s, at “{}”", at.as_secs_f32(), GAGS[gag].name)
        }
        Outcome::StoneFaces => "Stone faces: nobody laughed for a minute".to_owned(),
    }
}

/// The end of the match, on the curtain.
fn result(
    canvas: &mut Canvas,
    layout: &Layout,
    game: &Match,
    record: &Record,
    colors: &Colors,
    theme: &Theme,
) {
    let at = layout.stage;
    canvas.glow(at, xy(420.0, 230.0) * layout.scale, Color::BLACK.with_alpha(0.72));
    let (head, color) = match game.decided() {
        Some(Some(0)) if game.alone => ("You win!".to_owned(), colors.players[0]),
        Some(Some(player)) => {
            (format!("{} wins!", name(player, game.alone)), colors.players[player])
        }
        _ => ("A draw of stone faces".to_owned(), colors.gold),
    };
    let k = layout.scale;
    canvas.write(&head, at + xy(0.0, 132.0 * k), 58.0 * k, color.mix(&Color::WHITE, 0.35));
    let [one, two] = game.wins();
    canvas.write(&format!("{one} : {two}"), at + xy(0.0, 68.0 * k), 44.0 * k, colors.gold);
    for (index, outcome) in game.outcomes.iter().enumerate() {
        let y = 4.0 * k - 42.0 * k * index as f32;
        let text = format!("{}.  {}", index + 1, told(*outcome, game.alone));
        let size = (STAGE.x * k * 1.72 / (text.chars().count() as f32 * 0.5)).clamp(15.0, 20.0);
        canvas
            .write(&text, at + xy(-STAGE.x * k * 0.82, y), size, colors.text)
            .anchored(Anchor::CENTER_LEFT);
        if let Outcome::Broke { expression, .. } = outcome {
            let words = canvas.write(
                sign(*expression),
                at + xy(-STAGE.x * k * 0.88, y),
                17.0,
                theme.text_color(*expression),
            );
            words.sign = true;
        }
    }
    if game.alone {
        let text = format!(
            "Against the puppet so far: {} won, {} lost. Its nerves follow.",
            record.won, record.lost
        );
        canvas.write(&text, at - xy(0.0, 116.0 * k), 17.0, colors.quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_beside_the_stage_on_every_screen() {
        for (width, height) in [(1280.0, 720.0), (960.0, 720.0), (1680.0, 720.0), (853.0, 480.0)] {
            let layout = Layout::new(Vec2::new(width, height));
            let stage = STAGE.x * layout.scale + FRAME;
            let half = layout.column_width * 0.4 + 5.0;
            assert!(layout.column - half >= stage, "{width}: over the stage");
            assert!(layout.column + half <= layout.size.x / 2.0, "{width}: out of the screen");
            assert!(layout.stage.y + STAGE.y * layout.scale <= 290.0, "{width}: over the clock");
            assert!((layout.size * layout.zoom - Vec2::new(width, height)).length() < 0.1);
        }
    }
}
