//! A menu operated with face and head.

use std::time::Duration;

use bevy::prelude::*;

use crate::hud::ink::{self, Edge, Fill, Ink, Style, Token};
use crate::hud::motion::Ramp;
use crate::hud::theme::{CORNER, GRID};
use crate::hud::{HudSettings, HudSystems};
use crate::input::{
    ExpressionConditions, ExpressionInput, ExpressionInputPlugin, ExpressionMap, FaceAxis,
    FaceInput, InputClock, PlayerSlot, PlayerSlots,
};
use crate::plugin::Face;
use emotion_core::Expression;

/// How long a smile has to last to confirm an item.
const SMILE_TIME: Duration = Duration::from_secs(1);
/// Strength at which a smile starts, and below which it ends: a faint one is enough, since the
/// first menu comes before any warm-up.
const SMILE: (f32, f32) = (0.4, 0.25);
/// How far the head has to lean to choose, as a part of a full tilt (30 degrees).
const LEAN: f32 = 0.35;
/// If the head stays tilted, the choice moves on each time this has passed.
const REPEAT: Duration = Duration::from_millis(900);
const OPEN: Duration = Duration::from_millis(220);

/// Menus operated with the face: tilt the head to choose an item; to confirm it, smile for a second
/// or, with [`MenuSettings::dwell`], hold the head upright again. Arrow keys, Enter and the mouse
/// work as well.
#[derive(Debug, Clone, Copy, Default)]
pub struct MenuPlugin;

impl Plugin for MenuPlugin {
    fn build(&self, app: &mut App) {
        // Real time, so that menus work while the game is paused.
        let smile = Expression::Happy.above(SMILE.0).release_at(SMILE.1);
        let map = ExpressionMap::new()
            .with_clock(InputClock::Real)
            .with(MenuAction::Previous, FaceAxis::Tilt.past(-LEAN))
            .with(MenuAction::Previous, KeyCode::ArrowLeft)
            .with(MenuAction::Previous, KeyCode::ArrowUp)
            .with(MenuAction::Next, FaceAxis::Tilt.past(LEAN))
            .with(MenuAction::Next, KeyCode::ArrowRight)
            .with(MenuAction::Next, KeyCode::ArrowDown)
            .with(MenuAction::Confirm, smile.hold(SMILE_TIME))
            .with(MenuAction::Confirm, KeyCode::Enter)
            .with(MenuAction::Confirm, KeyCode::NumpadEnter);
        app.add_plugins(ExpressionInputPlugin::new(map))
            .init_resource::<MenuSettings>()
            .add_observer(open)
            .add_systems(Update, operate)
            .add_systems(PostUpdate, draw.in_set(HudSystems::Draw));
    }
}

/// Actions of a menu. Rebind them in the resource `ExpressionMap<MenuAction>` for a player who
/// cannot smile or tilt the head.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MenuAction {
    /// Chooses the item on the left.
    Previous,
    /// Chooses the item on the right.
    Next,
    /// Confirms the chosen item.
    Confirm,
}

/// How menus are operated. May be changed at any time.
#[derive(Resource, Reflect, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[reflect(Resource, Default, Debug, Clone, PartialEq)]
pub struct MenuSettings {
    /// For players who cannot smile: an item chosen with a tilt or a key is confirmed once the head
    /// has been upright again for this long. Nothing is confirmed before the first choice.
    pub dwell: Option<Duration>,
}

/// A menu, shown while its entity exists. Confirming an item triggers [`MenuChosen`]. Of several
/// menus, only the newest responds.
///
/// Any player can operate it. A smile or tilt that began before the menu opened is ignored: the
/// face has to come to rest first.
#[derive(Component, Debug, Clone, PartialEq)]
pub struct FaceMenu {
    /// The large text at the top.
    pub title: String,
    /// The sentences below the title.
    pub text: String,
    /// The items, from left to right.
    pub items: Vec<String>,
    /// Where it is on the screen.
    pub place: MenuPlace,
    chosen: usize,
}

/// Where a menu is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MenuPlace {
    /// In the middle.
    #[default]
    Middle,
    /// At the lower edge, so that the middle is free for results.
    Bottom,
}

impl FaceMenu {
    /// A menu without text and items.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: String::new(),
            items: Vec::new(),
            place: MenuPlace::Middle,
            chosen: 0,
        }
    }

    /// Sets the sentences below the title.
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Adds an item at the right.
    pub fn with_item(mut self, item: impl Into<String>) -> Self {
        self.items.push(item.into());
        self
    }

    /// Sets the place.
    pub const fn with_place(mut self, place: MenuPlace) -> Self {
        self.place = place;
        self
    }

    /// The index of the chosen item, from 0: the one that a smile confirms.
    pub const fn chosen(&self) -> usize {
        self.chosen
    }
}

/// An item of a menu was confirmed.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuChosen {
    /// The menu.
    pub entity: Entity,
    /// The index of the item, from 0.
    pub item: usize,
}

/// State of a menu.
#[derive(Component, Debug)]
#[require(UiTransform, GlobalZIndex(20))]
struct Menu {
    panel: Entity,
    hint: Entity,
    /// When it was opened, in real time.
    since: Duration,
    open: Ramp,
    /// The face has been at rest since the menu opened or an item was confirmed.
    is_ready: bool,
    /// How long the head has been tilted.
    tilted_for: Duration,
    /// How long the head has been upright since the last choice; `None` before the first.
    upright_for: Option<Duration>,
}

/// An item, with its menu, its number and its bar.
#[derive(Component, Debug, Clone, Copy)]
struct Item {
    menu: Entity,
    number: usize,
    bar: Entity,
}

/// Builds the UI of a new menu.
fn open(
    added: On<Add, FaceMenu>,
    menus: Query<&FaceMenu>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    let Ok(menu) = menus.get(added.entity) else { return };
    let hint = commands.spawn(ink::text("", Style::Small, Token::Quiet)).id();
    let row = commands
        .spawn(Node {
            justify_content: JustifyContent::Center,
            column_gap: Val::Px(1.5 * GRID),
            margin: UiRect::vertical(Val::Px(GRID)),
            ..Node::default()
        })
        .id();
    for (number, words) in menu.items.iter().enumerate() {
        let item = item(&mut commands, added.entity, number, words);
        commands.entity(row).add_child(item);
    }
    let panel = commands
        .spawn(ink::overlay_panel(Node {
            max_width: Val::Percent(92.0),
            flex_direction: FlexDirection::Column,
            align_items: AlignItems::Center,
            padding: UiRect::axes(Val::Px(4.0 * GRID), Val::Px(2.5 * GRID)),
            row_gap: Val::Px(1.5 * GRID),
            ..Node::default()
        }))
        .insert(UiTransform::default())
        .id();
    if !menu.title.is_empty() {
        let style = if menu.place == MenuPlace::Middle { Style::Title } else { Style::Large };
        commands.entity(panel).with_child(ink::text(&menu.title, style, Token::Text));
    }
    if !menu.text.is_empty() {
        commands.entity(panel).with_child((
            Node { max_width: Val::Px(80.0 * GRID), ..Node::default() },
            Text::new(&menu.text),
            Ink { style: Style::Medium, color: Token::Quiet },
            TextLayout::justify(Justify::Center),
        ));
    }
    commands.entity(panel).add_children(&[row, hint]);
    let align = match menu.place {
        MenuPlace::Middle => AlignItems::Center,
        MenuPlace::Bottom => AlignItems::FlexEnd,
    };
    commands
        .entity(added.entity)
        .insert((
            Node {
                align_items: align,
                padding: UiRect::all(Val::Px(2.0 * GRID)),
                ..ink::whole_screen()
            },
            Menu {
                panel,
                hint,
                since: time.elapsed(),
                open: Ramp::default(),
                is_ready: false,
                tilted_for: Duration::ZERO,
                upright_for: None,
            },
        ))
        .add_child(panel);
}

/// A card with the item's words, and a bar that fills while the player smiles.
fn item(commands: &mut Commands, menu: Entity, number: usize, words: &str) -> Entity {
    let bar = commands
        .spawn((
            Node {
                position_type: PositionType::Absolute,
                left: Val::ZERO,
                bottom: Val::ZERO,
                width: Val::ZERO,
                height: Val::Px(6.0),
                border_radius: BorderRadius::all(Val::Px(3.0)),
                ..Node::default()
            },
            Fill(Token::Expression(Expression::Happy)),
        ))
        .id();
    commands
        .spawn((
            Node {
                min_width: Val::Px(12.0 * GRID),
                justify_content: JustifyContent::Center,
                padding: UiRect::axes(Val::Px(3.0 * GRID), Val::Px(1.75 * GRID)),
                border: UiRect::all(Val::Px(2.0)),
                border_radius: BorderRadius::all(Val::Px(CORNER)),
                overflow: Overflow::clip(),
                ..Node::default()
            },
            looks(false),
            Interaction::default(),
            Item { menu, number, bar },
        ))
        .add_child(bar)
        .with_child((
            ink::paragraph(words, Style::Medium, Token::Text),
            // Words that are too long for the screen wrap.
            TextLayout::justify(Justify::Center),
        ))
        .id()
}

/// The chosen item has a background and a bright border.
const fn looks(chosen: bool) -> (Fill, Edge) {
    if chosen {
        (Fill(Token::Track), Edge(Token::Text))
    } else {
        (Fill(Token::Clear), Edge(Token::Border))
    }
}

/// Handles tilt, smile, keys and mouse.
fn operate(
    time: Res<Time<Real>>,
    settings: Res<MenuSettings>,
    input: Res<ExpressionInput<MenuAction>>,
    players: Query<(&FaceInput, &Face), With<PlayerSlot>>,
    touched: Query<(&Item, &Interaction), Changed<Interaction>>,
    mut menus: Query<(Entity, &mut FaceMenu, &mut Menu)>,
    mut commands: Commands,
) {
    let newest = menus.iter_mut().max_by_key(|(entity, _, menu)| (menu.since, *entity));
    let Some((entity, mut shown, mut menu)) = newest else { return };
    let count = shown.items.len();
    if count == 0 {
        return;
    }
    let mut confirmed = false;
    for (item, interaction) in touched.iter().filter(|(item, _)| item.menu == entity) {
        match interaction {
            Interaction::Hovered => shown.chosen = item.number,
            Interaction::Pressed => (shown.chosen, confirmed) = (item.number, true),
            Interaction::None => {}
        }
    }
    let pressed = |action| input.any_pressed(action);
    let tilted = pressed(MenuAction::Previous) || pressed(MenuAction::Next);
    if !menu.is_ready {
        let smiles = players.iter().any(|(player, _)| player.strength(Expression::Happy) > SMILE.1);
        menu.is_ready = !tilted && !smiles && !pressed(MenuAction::Confirm);
        menu.tilted_for = Duration::ZERO;
    } else {
        menu.tilted_for = if tilted { menu.tilted_for + time.delta() } else { Duration::ZERO };
        let mut steps = isize::from(input.any_just_pressed(MenuAction::Next))
            - isize::from(input.any_just_pressed(MenuAction::Previous));
        if menu.tilted_for >= REPEAT {
            menu.tilted_for -= REPEAT;
            steps +=
                isize::from(pressed(MenuAction::Next)) - isize::from(pressed(MenuAction::Previous));
        }
        if steps != 0 {
            shown.chosen = (shown.chosen + count).saturating_add_signed(steps) % count;
            menu.upright_for = Some(Duration::ZERO);
        }
        confirmed |= input.any_just_pressed(MenuAction::Confirm);
        // While nobody is in view, the time does not count.
        if let Some(upright_for) = &mut menu.upright_for
            && players.iter().any(|(_, face)| face.visible)
        {
            *upright_for = if tilted { Duration::ZERO } else { *upright_for + time.delta() };
            confirmed |= settings.dwell.is_some_and(|dwell| *upright_for >= dwell);
        }
    }
    if confirmed {
        menu.is_ready = false;
        menu.upright_for = None;
        commands.trigger(MenuChosen { entity, item: shown.chosen });
    }
}

/// Animates and paints the menus.
fn draw(
    time: Res<Time<Real>>,
    (settings, how): (Res<HudSettings>, Res<MenuSettings>),
    input: Res<ExpressionInput<MenuAction>>,
    slots: Res<PlayerSlots>,
    faces: Query<&Face>,
    mut menus: Query<(&FaceMenu, &mut Menu)>,
    mut panels: Query<&mut UiTransform>,
    mut hints: Query<&mut Text>,
    mut items: Query<(&Item, &mut Fill, &mut Edge)>,
    mut bars: Query<&mut Node>,
) {
    let held = (1..=slots.count)
        .map(|slot| input.slot(slot).value(MenuAction::Confirm))
        .fold(0.0_f32, f32::max);
    let anybody = faces.iter().any(|face| face.visible);
    for (_, mut menu) in &mut menus {
        menu.open.advance(true, OPEN, OPEN, time.delta_secs());
        let open = if settings.reduced_motion { 1.0 } else { menu.open.value() };
        if let Ok(mut transform) = panels.get_mut(menu.panel) {
            transform.set_if_neq(UiTransform::from_scale(Vec2::splat(0.9 + 0.1 * open)));
        }
        let says = match (anybody, menu.is_ready) {
            (false, _) => "no face in view: use the arrow keys and Enter",
            (true, false) => "relax your face and hold your head upright",
            (true, true) if how.dwell.is_some() => {
                "tilt your head to choose, then hold it upright or smile to confirm"
            }
            (true, true) => "tilt your head to choose, smile for a second to confirm",
        };
        if let Ok(mut hint) = hints.get_mut(menu.hint)
            && hint.0 != says
        {
            says.clone_into(&mut hint.0);
        }
    }
    for (item, mut fill, mut edge) in &mut items {
        let Ok((shown, menu)) = menus.get(item.menu) else { continue };
        let is_chosen = shown.chosen == item.number;
        let (back, border) = looks(is_chosen);
        fill.set_if_neq(back);
        edge.set_if_neq(border);
        let dwelt = match (how.dwell, menu.upright_for) {
            (Some(dwell), Some(upright_for)) => {
                upright_for.as_secs_f32() / dwell.as_secs_f32().max(f32::EPSILON)
            }
            _ => 0.0,
        };
        let part = if is_chosen && menu.is_ready { held.max(dwelt).min(1.0) } else { 0.0 };
        let width = Val::Percent((part * 100.0).round());
        if let Ok(mut bar) = bars.get_mut(item.bar)
            && bar.width != width
        {
            bar.width = width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::HandsFreePlugins;
    use super::*;
    use crate::hud::HudCorePlugin;
    use crate::hud::test_app::{bare, press, run, words};
    use crate::input::{VirtualFace, VirtualFacePlugin};

    #[derive(Resource, Default)]
    struct Confirmed(Vec<usize>);

    /// An app with a menu of three items, and a face with a resting baseline.
    fn app() -> (App, Entity, Entity) {
        let mut app = bare();
        app.add_plugins((HudCorePlugin::default(), VirtualFacePlugin, HandsFreePlugins))
            .init_resource::<Confirmed>()
            .add_observer(|chosen: On<MenuChosen>, mut confirmed: ResMut<Confirmed>| {
                confirmed.0.push(chosen.item);
            });
        app.finish();
        app.cleanup();
        let me = app.world_mut().spawn(VirtualFace::new()).id();
        run(&mut app, 2.5);
        let menu = FaceMenu::new("Game").with_item("Play").with_item("Warm up").with_item("Quit");
        let menu = app.world_mut().spawn(menu).id();
        run(&mut app, 0.1);
        (app, me, menu)
    }

    fn with(app: &mut App, me: Entity, act: impl FnOnce(&mut VirtualFace)) {
        act(&mut app.world_mut().get_mut::<VirtualFace>(me).expect("a face"));
    }

    fn chosen(app: &App, menu: Entity) -> usize {
        app.world().get::<FaceMenu>(menu).expect("a menu").chosen()
    }

    fn confirmed(app: &App) -> &[usize] {
        &app.world().resource::<Confirmed>().0
    }

    #[test]
    fn a_tilt_chooses_and_a_smile_of_a_second_takes() {
        let (mut app, me, menu) = app();
        with(&mut app, me, |face| face.tilt(0.3, Duration::ZERO));
        run(&mut app, 0.3);
        assert_eq!(chosen(&app, menu), 1, "one tilt, one step");
        with(&mut app, me, |face| face.tilt(0.0, Duration::ZERO));
        run(&mut app, 0.3);
        with(&mut app, me, |face| face.press(Expression::Happy));
        run(&mut app, 0.9);
        assert!(confirmed(&app).is_empty(), "not yet a second");
        run(&mut app, 0.2);
        assert_eq!(confirmed(&app), [1]);
        run(&mut app, 3.0);
        assert_eq!(confirmed(&app), [1], "a smile confirms once");
    }

    #[test]
    fn a_head_that_stays_tilted_goes_on_and_around() {
        let (mut app, me, menu) = app();
        with(&mut app, me, |face| face.tilt(-0.3, Duration::ZERO));
        run(&mut app, 0.1);
        assert_eq!(chosen(&app, menu), 2, "left of the first is the last");
        run(&mut app, 1.0);
        assert_eq!(chosen(&app, menu), 1);
        run(&mut app, 0.9);
        assert_eq!(chosen(&app, menu), 0);
    }

    #[test]
    fn with_dwelling_a_tilt_alone_takes() {
        let (mut app, me, menu) = app();
        app.insert_resource(MenuSettings { dwell: Some(Duration::from_secs(2)) });
        run(&mut app, 5.0);
        assert!(confirmed(&app).is_empty(), "nothing before the first tilt");
        with(&mut app, me, |face| face.tilt(0.3, Duration::ZERO));
        run(&mut app, 0.5);
        with(&mut app, me, |face| face.tilt(0.0, Duration::ZERO));
        run(&mut app, 1.0);
        with(&mut app, me, VirtualFace::leave);
        run(&mut app, 4.0);
        assert!(confirmed(&app).is_empty(), "not while nobody is there");
        with(&mut app, me, VirtualFace::come_back);
        run(&mut app, 1.5);
        assert_eq!((chosen(&app, menu), confirmed(&app)), (1, &[1][..]));
        run(&mut app, 5.0);
        assert_eq!(confirmed(&app), [1], "once");
    }

    #[test]
    fn a_smile_from_before_takes_nothing() {
        let (mut app, me, menu) = app();
        app.world_mut().despawn(menu);
        with(&mut app, me, |face| face.press(Expression::Happy));
        run(&mut app, 0.7);
        let menu = app.world_mut().spawn(FaceMenu::new("").with_item("Play")).id();
        run(&mut app, 3.0);
        assert!(confirmed(&app).is_empty());
        assert!(words(&mut app, menu).iter().any(|words| words.starts_with("relax")));
        with(&mut app, me, VirtualFace::release);
        run(&mut app, 0.2);
        with(&mut app, me, |face| face.press(Expression::Happy));
        run(&mut app, 1.1);
        assert_eq!(confirmed(&app), [0]);
    }

    #[test]
    fn a_face_that_moves_little_takes_too() {
        let (mut app, me, _) = app();
        with(&mut app, me, |face| {
            face.expressiveness = 0.3;
            face.press(Expression::Happy);
        });
        run(&mut app, 1.1);
        assert_eq!(confirmed(&app), [0]);
    }

    #[test]
    fn keys_do_it_too_and_without_a_face() {
        let (mut app, me, menu) = app();
        with(&mut app, me, VirtualFace::leave);
        run(&mut app, 1.0);
        assert!(words(&mut app, menu).iter().any(|words| words.contains("arrow keys")));
        press(&mut app, KeyCode::ArrowRight);
        run(&mut app, 0.1);
        press(&mut app, KeyCode::ArrowRight);
        run(&mut app, 0.1);
        press(&mut app, KeyCode::Enter);
        run(&mut app, 0.1);
        assert_eq!((chosen(&app, menu), confirmed(&app)), (2, &[2][..]));
    }

    #[test]
    fn the_mouse_takes_what_it_touches() {
        let (mut app, _, menu) = app();
        let world = app.world_mut();
        let last = world
            .query::<(Entity, &Item)>()
            .iter(world)
            .find(|(_, item)| item.menu == menu && item.number == 2)
            .expect("an item")
            .0;
        app.world_mut().entity_mut(last).insert(Interaction::Pressed);
        run(&mut app, 0.1);
        assert_eq!(confirmed(&app), [2]);
    }
}
