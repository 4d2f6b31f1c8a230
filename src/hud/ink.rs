//! Themed texts and panels: they name a token of the [`Theme`], and are repainted when the token or
//! the theme changes.
//!
//! An app with [`HudCorePlugin`](super::HudCorePlugin) can use them for its own widgets:
//!
//! ```
//! use bevy::prelude::*;
//! use bevy_emotion::hud::ink::{self, Style, Token};
//!
//! fn spawn_score(mut commands: Commands) {
//!     commands
//!         .spawn(ink::panel(Node { padding: UiRect::all(Val::Px(16.0)), ..default() }))
//!         .with_child(ink::text("120 points", Style::Title, Token::Text));
//! }
//! ```
//!
//! [`Ink`] paints texts in the world ([`Text2d`]) as well.

use bevy::prelude::*;

use super::theme::{CORNER, Theme};
use emotion_core::Expression;

/// A colour of the theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// Main text.
    Text,
    /// Names of readings, hints.
    Quiet,
    /// Notes.
    Note,
    /// Problems.
    Problem,
    /// Background of panels.
    Panel,
    /// Background of panels that lie over faces.
    Overlay,
    /// The thin border of panels and keys.
    Border,
    /// Empty part of a bar, keys, the chosen line of a list.
    Track,
    /// Transparent.
    Clear,
    /// An expression's colour.
    Expression(Expression),
    /// An expression's colour, lightened for text.
    ExpressionText(Expression),
}

/// A font and a size of the theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Titles of screens, final scores.
    Title,
    /// The expression's name, titles of panels.
    Large,
    /// Sentences that are read from a distance.
    Medium,
    /// Body text.
    Small,
    /// Changing numbers: all digits have the same width, so that nothing jitters.
    Digits,
    /// The expression's sign beside its name.
    LargeSign,
}

/// Font, size and colour of a text.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[require(TextFont, TextColor)]
pub struct Ink {
    /// Its font and size.
    pub style: Style,
    /// Its colour.
    pub color: Token,
}

/// The background of a node.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[require(BackgroundColor)]
pub struct Fill(pub Token);

/// The border of a node.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[require(BorderColor)]
pub struct Edge(pub Token);

/// The HUD's two fonts.
#[derive(Resource, Clone)]
pub struct Fonts {
    text: Handle<Font>,
    digits: Handle<Font>,
}

impl FromWorld for Fonts {
    fn from_world(world: &mut World) -> Self {
        // An app without font assets draws no text.
        let Some(mut fonts) = world.get_resource_mut::<Assets<Font>>() else {
            return Self { text: Handle::default(), digits: Handle::default() };
        };
        let mut add = |data: &[u8]| fonts.add(Font::from_bytes(data.to_vec()));
        Self {
            text: add(epaint_default_fonts::UBUNTU_LIGHT),
            digits: add(epaint_default_fonts::HACK_REGULAR),
        }
    }
}

impl Fonts {
    fn of(&self, style: Style, theme: &Theme) -> TextFont {
        let (font, size) = match style {
            Style::Title => (&self.text, theme.text_large * 1.8),
            Style::Large => (&self.text, theme.text_large),
            Style::Medium => (&self.text, theme.text_small * 1.3),
            Style::Small => (&self.text, theme.text_small),
            Style::Digits => (&self.digits, theme.text_small),
            Style::LargeSign => (&self.digits, theme.text_large * 0.75),
        };
        TextFont::from_font_size(size).with_font(font.clone())
    }
}

impl Theme {
    fn token(&self, token: Token) -> Color {
        match token {
            Token::Text => self.text,
            Token::Quiet => self.text_quiet,
            Token::Note => self.text_note,
            Token::Problem => self.text_problem,
            Token::Panel => self.panel,
            Token::Overlay => self.panel.with_alpha(self.panel.alpha().max(0.96)),
            Token::Border => self.panel_border,
            Token::Track => self.track,
            Token::Clear => Color::NONE,
            Token::Expression(expression) => self.color(expression),
            Token::ExpressionText(expression) => self.text_color(expression),
        }
    }
}

/// A text on one line.
pub fn text(content: &str, style: Style, color: Token) -> impl Bundle + use<> {
    (paragraph(content, style, color), TextLayout::no_wrap())
}

/// A text that wraps.
pub fn paragraph(content: &str, style: Style, color: Token) -> impl Bundle + use<> {
    (Text::new(content), Ink { style, color })
}

/// A dark panel with the layout of `node`.
pub fn panel(node: Node) -> impl Bundle {
    filled_panel(node, Token::Panel)
}

/// A panel for use over faces, at least 96 % opaque.
pub fn overlay_panel(node: Node) -> impl Bundle {
    filled_panel(node, Token::Overlay)
}

fn filled_panel(node: Node, fill: Token) -> impl Bundle {
    (
        Node {
            border: UiRect::all(Val::Px(1.0)),
            border_radius: BorderRadius::all(Val::Px(CORNER)),
            ..node
        },
        Fill(fill),
        Edge(Token::Border),
    )
}

/// A node that fills the screen and centres its content.
pub fn whole_screen() -> Node {
    Node {
        position_type: PositionType::Absolute,
        width: Val::Percent(100.0),
        height: Val::Percent(100.0),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        ..Node::default()
    }
}

/// Spawns an empty bar. Returns its track and its filling; set the filling's width in percent.
pub fn bar(commands: &mut Commands, width: Val, height: f32, color: Token) -> (Entity, Entity) {
    let border_radius = BorderRadius::all(Val::Px(height / 2.0));
    let filling = Node { height: Val::Percent(100.0), border_radius, ..Node::default() };
    let bar = commands.spawn((Node { width: Val::ZERO, ..filling }, Fill(color))).id();
    let track = Node { width, height: Val::Px(height), border_radius, ..Node::default() };
    let track = commands.spawn((track, Fill(Token::Track))).add_child(bar).id();
    (track, bar)
}

/// Paints new entities and changed tokens, and everything when the theme changed.
pub(super) fn paint(
    theme: Res<Theme>,
    fonts: Res<Fonts>,
    mut texts: Query<(Ref<Ink>, &mut TextFont, &mut TextColor)>,
    mut fills: Query<(Ref<Fill>, &mut BackgroundColor)>,
    mut edges: Query<(Ref<Edge>, &mut BorderColor)>,
) {
    let all = theme.is_changed();
    for (ink, mut font, mut color) in &mut texts {
        if all || ink.is_added() {
            *font = fonts.of(ink.style, &theme);
        }
        if all || ink.is_changed() {
            color.0 = theme.token(ink.color);
        }
    }
    for (fill, mut color) in &mut fills {
        if all || fill.is_changed() {
            color.0 = theme.token(fill.0);
        }
    }
    for (edge, mut color) in &mut edges {
        if all || edge.is_changed() {
            *color = BorderColor::all(theme.token(edge.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_theme_is_painted_and_nothing_else_is_touched() {
        let mut app = App::new();
        app.init_resource::<Theme>().init_resource::<Fonts>().add_systems(PostUpdate, paint);
        let text = app.world_mut().spawn(text("words", Style::Small, Token::Quiet)).id();
        app.update();
        let color = |app: &App| app.world().get::<TextColor>(text).expect("a colour").0;
        assert_eq!(color(&app), Theme::STANDARD.text_quiet);

        app.world_mut().get_mut::<TextColor>(text).expect("a colour").0 = Color::BLACK;
        app.update();
        assert_eq!(color(&app), Color::BLACK, "painted without need");

        app.insert_resource(Theme::HIGH_CONTRAST);
        app.update();
        assert_eq!(color(&app), Theme::HIGH_CONTRAST.text_quiet);
        app.world_mut().get_mut::<Ink>(text).expect("ink").color = Token::Problem;
        app.update();
        assert_eq!(color(&app), Theme::HIGH_CONTRAST.text_problem);
    }
}
