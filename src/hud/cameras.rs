//! The camera list overlay: choose a source with keys or mouse, and switch to it at once.

use std::time::Duration;

use bevy::prelude::*;
use bevy::tasks::futures::check_ready;
use bevy::tasks::{IoTaskPool, Task};

use super::ink::{self, Edge, Fill, Style, Token};
use super::motion::Ramp;
use super::theme::GRID;
use super::{HudSettings, HudSystems, Overlay, keys, overlay};
use crate::plugin::MainView;
use emotion_capture::{CameraInfo, CaptureCommand, CaptureError, SourceSpec, cameras};

const OPEN: Duration = Duration::from_millis(150);
const WIDTH: f32 = 56.0 * GRID;

/// Lists the system's cameras. It is called in a task, so it may block.
pub type CameraLister = fn() -> Result<Vec<CameraInfo>, CaptureError>;

/// A list of the cameras and the puppet ([`Overlay::Cameras`], the key V). Arrow keys or mouse
/// choose a source; Enter or a click switches to it without a restart.
#[derive(Debug, Clone, Copy)]
pub struct CamerasPlugin {
    /// Where the list comes from; by default, the system.
    pub list: CameraLister,
}

impl Default for CamerasPlugin {
    fn default() -> Self {
        Self { list: cameras }
    }
}

impl Plugin for CamerasPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Picker::new(self.list)).add_systems(Startup, spawn).add_systems(
            PostUpdate,
            (
                (look, choose).chain().in_set(HudSystems::Input).after(keys::act),
                show.in_set(HudSystems::Draw),
            ),
        );
    }
}

/// State of the list.
#[derive(Resource)]
struct Picker {
    list: CameraLister,
    /// Whether it was open at the last update.
    open: bool,
    listing: Option<Task<Result<Vec<CameraInfo>, String>>>,
    entries: Vec<Entry>,
    selected: usize,
    /// Whether the user has moved the selection since the list was opened.
    moved: bool,
    /// A line below the entries.
    note: String,
    /// Counts the changes of entries and note.
    version: u32,
}

/// A source that can be chosen.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    source: SourceSpec,
    name: String,
    detail: String,
}

impl Picker {
    fn new(list: CameraLister) -> Self {
        Self {
            list,
            open: false,
            listing: None,
            entries: Vec::new(),
            selected: 0,
            moved: false,
            note: String::new(),
            version: 0,
        }
    }

    /// Lists the cameras found so far, then the puppet. The source with the label `shown` is
    /// marked, and stays selected until the user moves the selection.
    fn fill(&mut self, cameras: &[CameraInfo], note: String, shown: &str) {
        let chosen = self.entries.get(self.selected).map(|entry| entry.source.clone());
        self.entries = cameras.iter().map(Entry::of).collect();
        self.entries.push(Entry {
            source: SourceSpec::Puppet,
            name: "puppet".to_owned(),
            detail: "a drawn face".to_owned(),
        });
        let now = self.entries.iter().position(|entry| entry.is(shown));
        if let Some(entry) = now.and_then(|place| self.entries.get_mut(place)) {
            "shown now".clone_into(&mut entry.detail);
        }
        let kept = chosen
            .filter(|_| self.moved)
            .and_then(|source| self.entries.iter().position(|entry| entry.source == source));
        self.selected = kept.or(now).unwrap_or(0);
        self.note = note;
        self.version += 1;
    }
}

impl Entry {
    fn of(camera: &CameraInfo) -> Self {
        let largest = camera.formats.iter().max_by_key(|format| format.width * format.height);
        let detail = match (&camera.problem, largest) {
            (Some(problem), _) => problem.clone(),
            (None, Some(format)) => format!("up to {}×{}", format.width, format.height),
            (None, None) => String::new(),
        };
        Self {
            source: SourceSpec::Camera(Some(camera.index)),
            name: format!("{}  {}", camera.index, camera.name),
            detail,
        }
    }

    /// Whether it has this label, such as `puppet` or `camera 0 (Integrated Camera) 640x480`.
    fn is(&self, label: &str) -> bool {
        match self.source {
            SourceSpec::Camera(Some(index)) => label
                .strip_prefix(&format!("camera {index}"))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
            _ => label == self.name,
        }
    }
}

/// Asks the system for its cameras whenever the list is opened.
fn look(settings: Res<HudSettings>, view: MainView, mut picker: ResMut<Picker>) {
    let shown = || view.camera().map(|camera| camera.status().label).unwrap_or_default();
    let open = settings.overlay == Some(Overlay::Cameras);
    if open != picker.open {
        picker.open = open;
        if open {
            let list = picker.list;
            picker.moved = false;
            picker.fill(&[], "looking for cameras".to_owned(), &shown());
            picker.listing = Some(
                IoTaskPool::get().spawn(async move { list().map_err(|error| error.to_string()) }),
            );
        }
    }
    if let Some(found) = picker.listing.as_mut().and_then(check_ready) {
        picker.listing = None;
        let (cameras, note) = match found {
            Ok(cameras) if cameras.is_empty() => {
                (cameras, "no camera found; plug one in and reopen this list".to_owned())
            }
            Ok(cameras) => (cameras, String::new()),
            Err(problem) => (Vec::new(), problem),
        };
        picker.fill(&cameras, note, &shown());
    }
}

/// Handles keys and mouse.
fn choose(
    keys: Option<Res<ButtonInput<KeyCode>>>,
    rows: Query<(&Row, &Interaction), Changed<Interaction>>,
    view: MainView,
    mut picker: ResMut<Picker>,
    mut settings: ResMut<HudSettings>,
) {
    if !picker.open || picker.entries.is_empty() {
        return;
    }
    let count = picker.entries.len();
    let mut selected = picker.selected;
    let mut done = false;
    if let Some(keys) = keys {
        if keys.just_pressed(KeyCode::ArrowDown) {
            selected = (selected + 1) % count;
        }
        if keys.just_pressed(KeyCode::ArrowUp) {
            selected = (selected + count - 1) % count;
        }
        done = keys.any_just_pressed([KeyCode::Enter, KeyCode::NumpadEnter]);
    }
    for (row, interaction) in &rows {
        match interaction {
            Interaction::Hovered => selected = row.0,
            Interaction::Pressed => (selected, done) = (row.0, true),
            Interaction::None => {}
        }
    }
    if selected != picker.selected {
        picker.selected = selected;
        picker.moved = true;
    }
    if let Some(entry) = picker.entries.get(selected).filter(|_| done) {
        if let Some(camera) = view.camera() {
            camera.send(CaptureCommand::Switch(entry.source.clone()));
        }
        settings.overlay = None;
    }
}

/// The panel in the middle.
#[derive(Component)]
#[require(UiTransform, Visibility::Hidden)]
struct List {
    open: Ramp,
    /// The entity that holds the rows.
    rows: Entity,
    shown: Option<u32>,
}

/// A row of the list, with its index.
#[derive(Component, Debug, Clone, Copy)]
struct Row(usize);

fn spawn(mut commands: Commands) {
    let rows = commands
        .spawn(Node {
            flex_direction: FlexDirection::Column,
            row_gap: Val::Px(GRID / 2.0),
            ..Node::default()
        })
        .id();
    let panel = commands
        .spawn((
            ink::overlay_panel(Node {
                width: Val::Px(WIDTH),
                max_width: Val::Percent(90.0),
                flex_direction: FlexDirection::Column,
                padding: UiRect::all(Val::Px(2.0 * GRID)),
                row_gap: Val::Px(1.5 * GRID),
                ..Node::default()
            }),
            children![ink::text("cameras", Style::Large, Token::Text)],
        ))
        .add_child(rows)
        .id();
    let hint = ink::text("↑ ↓ Enter, or the mouse; Esc closes", Style::Digits, Token::Quiet);
    commands.entity(panel).with_child(hint);
    commands
        .spawn((overlay::over_the_screen(), List { open: Ramp::default(), rows, shown: None }))
        .add_child(panel);
}

/// Opens and closes the list, and rebuilds it when it changed.
fn show(
    time: Res<Time>,
    picker: Res<Picker>,
    settings: Res<HudSettings>,
    list: Single<(&mut List, &mut UiTransform, &mut Visibility)>,
    mut fills: Query<(&Row, &mut Fill, &mut Edge)>,
    mut commands: Commands,
) {
    let (mut list, mut transform, mut visibility) = list.into_inner();
    list.open.advance(picker.open, OPEN, OPEN, time.delta_secs());
    overlay::open(list.open, settings.reduced_motion, &mut transform, &mut visibility);
    if list.shown != Some(picker.version) {
        list.shown = Some(picker.version);
        commands.entity(list.rows).despawn_children().with_children(|rows| {
            for (place, entry) in picker.entries.iter().enumerate() {
                rows.spawn(row(place, entry, place == picker.selected));
            }
            if !picker.note.is_empty() {
                rows.spawn(ink::paragraph(&picker.note, Style::Small, Token::Note));
            }
        });
        return;
    }
    for (row, mut fill, mut edge) in &mut fills {
        let (back, border) = looks(row.0 == picker.selected);
        fill.set_if_neq(back);
        edge.set_if_neq(border);
    }
}

/// The selected row has a background and a border, so that colour is not the only cue.
fn looks(selected: bool) -> (Fill, Edge) {
    if selected {
        (Fill(Token::Track), Edge(Token::Quiet))
    } else {
        (Fill(Token::Clear), Edge(Token::Clear))
    }
}

fn row(place: usize, entry: &Entry, selected: bool) -> impl Bundle + use<> {
    (
        Node {
            padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(0.75 * GRID)),
            column_gap: Val::Px(2.0 * GRID),
            justify_content: JustifyContent::SpaceBetween,
            border: UiRect::all(Val::Px(1.0)),
            border_radius: BorderRadius::all(Val::Px(GRID)),
            ..Node::default()
        },
        looks(selected),
        Row(place),
        Interaction::default(),
        children![
            ink::text(&entry.name, Style::Small, Token::Text),
            ink::paragraph(&entry.detail, Style::Small, Token::Quiet),
        ],
    )
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::test_app::{bare, press, run, words};
    use super::super::{HudCorePlugin, KeysPlugin};
    use super::*;
    use crate::plugin::EmotionCamera;
    use emotion_capture::{Capture, OpenOptions};

    fn two() -> Result<Vec<CameraInfo>, CaptureError> {
        let camera = |index, name: &str, problem: Option<&str>| CameraInfo {
            index,
            name: name.to_owned(),
            formats: Vec::new(),
            problem: problem.map(str::to_owned),
        };
        Ok(vec![camera(0, "Integrated", None), camera(4, "Desk", Some("camera 4 is busy"))])
    }

    fn none() -> Result<Vec<CameraInfo>, CaptureError> {
        Err(CaptureError::NoCamera { reason: "nobody is there".to_owned() })
    }

    fn app(list: CameraLister) -> App {
        let mut app = bare();
        let capture = Capture::start(SourceSpec::Puppet, OpenOptions::default());
        app.world_mut().spawn(EmotionCamera::new(capture.expect("a thread")));
        app.add_plugins((HudCorePlugin::default(), KeysPlugin, CamerasPlugin { list }));
        app.finish();
        app.cleanup();
        app
    }

    /// Updates until the condition holds; allows 30 seconds for slow machines.
    fn until(app: &mut App, is_so: impl Fn(&World) -> bool) {
        let start = Instant::now();
        while !is_so(app.world()) {
            assert!(start.elapsed() < Duration::from_secs(30), "the condition never held");
            app.update();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn open(app: &mut App) -> Vec<String> {
        press(app, KeyCode::KeyV);
        until(app, |world| world.resource::<Picker>().listing.is_none());
        run(app, 0.1);
        let mut lists = app.world_mut().query_filtered::<Entity, With<List>>();
        let list = lists.single(app.world()).expect("one list");
        words(app, list)
    }

    fn label(world: &World) -> String {
        let cameras = world.try_query::<&EmotionCamera>();
        let label = |mut cameras: QueryState<&EmotionCamera>| {
            cameras.iter(world).next().map(|camera| camera.status().label)
        };
        cameras.and_then(label).unwrap_or_default()
    }

    #[test]
    fn it_lists_cameras_and_the_puppet() {
        let said = open(&mut app(two));
        for word in ["0  Integrated", "4  Desk", "camera 4 is busy", "puppet"] {
            assert!(said.iter().any(|text| text == word), "{word} is not in {said:?}");
        }
    }

    #[test]
    fn arrows_and_enter_switch_the_source() {
        let mut app = app(two);
        // The puppet is the current source, and the last in the list.
        assert!(open(&mut app).iter().any(|text| text == "shown now"));
        press(&mut app, KeyCode::ArrowUp);
        press(&mut app, KeyCode::Enter);
        assert_eq!(app.world().resource::<HudSettings>().overlay, None);
        until(&mut app, |world| label(world).contains("camera 4"));
        run(&mut app, 0.1);

        open(&mut app);
        press(&mut app, KeyCode::ArrowDown);
        press(&mut app, KeyCode::Enter);
        until(&mut app, |world| label(world).contains("puppet"));
    }

    #[test]
    fn the_mouse_chooses_too() {
        let mut app = app(two);
        open(&mut app);
        let mut rows = app.world_mut().query::<(Entity, &Row)>();
        let (desk, _) = rows.iter(app.world()).find(|(_, row)| row.0 == 1).expect("a row");
        app.world_mut().entity_mut(desk).insert(Interaction::Hovered);
        app.update();
        assert_eq!(app.world().resource::<Picker>().selected, 1);
        app.world_mut().entity_mut(desk).insert(Interaction::Pressed);
        app.update();
        until(&mut app, |world| label(world).contains("camera 4"));
    }

    #[test]
    fn without_cameras_it_says_why_and_the_puppet_is_there() {
        let mut app = app(none);
        let said = open(&mut app);
        assert!(said.iter().any(|text| text.contains("nobody is there")), "{said:?}");
        assert!(said.iter().any(|text| text == "puppet"), "{said:?}");
    }

    #[test]
    fn escape_closes_the_list_and_not_the_program() {
        let mut app = app(two);
        open(&mut app);
        press(&mut app, KeyCode::Escape);
        assert_eq!(app.world().resource::<HudSettings>().overlay, None);
        assert!(app.should_exit().is_none());
        press(&mut app, KeyCode::Escape);
        assert!(app.should_exit().is_some());
    }
}
