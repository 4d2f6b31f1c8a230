//! The words on the screen while the game is played.

use bevy::prelude::*;
use bevy_emotion::hands_free::SelfView;
use bevy_emotion::hud::Screen;
use bevy_emotion::hud::ink::{self, Ink, Style, Token};
use bevy_emotion::hud::theme::sign;
use bevy_emotion::prelude::Expression;

use crate::act::Act;
use crate::format::{grouped, title_case};
use crate::game::{Game, MARK, Phase};
use crate::layout::Layout;
use crate::plan::ROUNDS;
use crate::player::Player;
use crate::read_player::AWAY;
use crate::results::Bar;
use crate::scene::Scene;

/// Makes the lines, the mirror, and the panel for who is away.
pub fn spawn(commands: &mut Commands) {
    for spot in Spot::ALL {
        let mut line = commands.spawn((
            DespawnOnExit(Act::Play),
            spot,
            Node {
                position_type: PositionType::Absolute,
                width: Val::Px(spot.width()),
                height: Val::ZERO,
                align_items: AlignItems::Center,
                justify_content: spot.justify(),
                column_gap: Val::Px(10.0),
                ..default()
            },
        ));
        line.with_children(|line| {
            for (word, style, color) in spot.words() {
                let word = (*word, ink::text("", *style, *color));
                if spot == Spot::Cheer {
                    let padding = UiRect::axes(Val::Px(20.0), Val::Px(6.0));
                    let plate = ink::overlay_panel(Node { padding, ..default() });
                    line.spawn((Plate, plate, Visibility::Hidden)).with_child(word);
                } else {
                    line.spawn(word);
                }
            }
        });
    }
    commands.spawn((
        DespawnOnExit(Act::Play),
        SelfView::new(1),
        Node {
            position_type: PositionType::Absolute,
            right: Val::Px(16.0),
            top: Val::Px(16.0),
            ..default()
        },
    ));
    let card = Node {
        flex_direction: FlexDirection::Column,
        align_items: AlignItems::Center,
        row_gap: Val::Px(12.0),
        padding: UiRect::axes(Val::Px(36.0), Val::Px(26.0)),
        ..default()
    };
    commands
        .spawn((
            DespawnOnExit(Act::Play),
            Paused,
            ink::whole_screen(),
            BackgroundColor(Color::srgba(0.01, 0.01, 0.03, 0.7)),
            Visibility::Hidden,
        ))
        .with_children(|screen| {
            screen.spawn(ink::overlay_panel(card)).with_children(|card| {
                card.spawn(ink::text("The game waits for you", Style::Large, Token::Text));
                card.spawn((Word::Away, ink::text("", Style::Small, Token::Text)));
                card.spawn(ink::text("No time is lost.", Style::Small, Token::Quiet));
            });
        });
}

/// The panel that is shown while nobody is there.
#[derive(Component)]
pub struct Paused;

/// The plate on which a round is praised.
#[derive(Component)]
pub struct Plate;

/// A line of words while the game is played.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Score,
    ScoreName,
    Combo,
    Round,
    Name,
    Hint,
    Cheer,
    MeterTop,
    MeterMark,
    MeterRest,
}

/// A word in it.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Score,
    ScoreName,
    Combo,
    Round,
    Sign,
    Name,
    Hint,
    Cheer,
    MeterTop,
    MeterMark,
    MeterRest,
    Away,
}

impl Spot {
    const ALL: [Self; 10] = [
        Self::Score,
        Self::ScoreName,
        Self::Combo,
        Self::Round,
        Self::Name,
        Self::Hint,
        Self::Cheer,
        Self::MeterTop,
        Self::MeterMark,
        Self::MeterRest,
    ];

    const fn words(self) -> &'static [(Word, Style, Token)] {
        match self {
            Self::Score => &[(Word::Score, Style::Title, Token::Text)],
            Self::ScoreName => &[(Word::ScoreName, Style::Small, Token::Quiet)],
            Self::Combo => &[(Word::Combo, Style::Large, Token::Note)],
            Self::Round => &[(Word::Round, Style::Small, Token::Quiet)],
            Self::Name => &[
                (Word::Sign, Style::LargeSign, Token::Text),
                (Word::Name, Style::Title, Token::Text),
            ],
            Self::Hint => &[(Word::Hint, Style::Small, Token::Quiet)],
            Self::Cheer => &[(Word::Cheer, Style::Large, Token::Text)],
            Self::MeterTop => &[(Word::MeterTop, Style::Digits, Token::Text)],
            Self::MeterMark => &[(Word::MeterMark, Style::Small, Token::Text)],
            Self::MeterRest => &[(Word::MeterRest, Style::Small, Token::Quiet)],
        }
    }

    const fn width(self) -> f32 {
        match self {
            Self::Name | Self::Hint | Self::Cheer => 900.0,
            Self::Round => 320.0,
            Self::Score | Self::ScoreName | Self::Combo => 220.0,
            Self::MeterTop | Self::MeterRest | Self::MeterMark => 120.0,
        }
    }

    const fn justify(self) -> JustifyContent {
        match self {
            Self::Score | Self::ScoreName | Self::Combo | Self::MeterMark => {
                JustifyContent::FlexStart
            }
            _ => JustifyContent::Center,
        }
    }

    /// Where its middle is, or its start, in view space.
    pub fn place(self, layout: &Layout) -> Vec2 {
        let Layout { half, unit, .. } = *layout;
        let meter = layout.meter();
        match self {
            Self::ScoreName => Vec2::new(-half.x + 32.0, half.y - 34.0),
            Self::Score => Vec2::new(-half.x + 32.0, half.y - 66.0),
            Self::Combo => Vec2::new(-half.x + 32.0, half.y - 116.0),
            Self::Round => Vec2::new(0.0, half.y - 44.0),
            Self::Name => Vec2::new(0.0, -half.y + 74.0 * unit),
            Self::Hint => Vec2::new(0.0, -half.y + 30.0),
            Self::Cheer => Vec2::new(0.0, layout.middle.y - 1.27 * layout.size),
            Self::MeterTop => Vec2::new(meter.center().x, meter.max.y + 20.0),
            Self::MeterMark => {
                Vec2::new(meter.max.x + 22.0, meter.min.y + layout.mark * meter.height())
            }
            Self::MeterRest => Vec2::new(meter.center().x, meter.min.y - 20.0),
        }
    }
}

/// Puts the lines to their places, whatever the screen's size.
pub fn place(
    screen: Res<Screen>,
    scene: Res<Scene>,
    game: Res<Game>,
    mut spots: Query<(&Spot, &mut Node, &mut UiTransform), Without<Bar>>,
) {
    let layout = Layout::of(&screen, Act::Play, &game);
    for (spot, mut node, mut transform) in &mut spots {
        let at = screen.ui_from_view(spot.place(&layout));
        let start = match spot.justify() {
            JustifyContent::Center => at.x - spot.width() / 2.0,
            _ => at.x,
        };
        let (left, top) = (Val::Px(start), Val::Px(at.y));
        if (node.left, node.top) != (left, top) {
            (node.left, node.top) = (left, top);
        }
        let (lift, scale) = match spot {
            Spot::Cheer => (14.0 * (scene.lift - 1.0), 1.0),
            Spot::Score => (0.0, 1.0 + 0.12 * scene.pop.max(0.0)),
            _ => (0.0, 1.0),
        };
        *transform = UiTransform {
            translation: Val2::px(0.0, -lift),
            scale: Vec2::splat(scale),
            ..UiTransform::IDENTITY
        };
    }
}

/// Writes the words.
pub fn write(
    game: Res<Game>,
    player: Res<Player>,
    scene: Res<Scene>,
    mut words: Query<(&Word, &mut Text, &mut Ink)>,
    mut paused: Query<&mut Visibility, (With<Paused>, Without<Plate>)>,
    mut plates: Query<&mut Visibility, With<Plate>>,
) {
    for mut visibility in &mut plates {
        let hidden = scene.says.is_empty();
        visibility.set_if_neq(if hidden { Visibility::Hidden } else { Visibility::Inherited });
    }
    let wanted = game.wanted();
    let rests = matches!(game.phase, Phase::Rest { .. });
    for (word, mut text, mut ink) in &mut words {
        let (content, color) = match word {
            Word::Score => (grouped(scene.points.round() as u32), Token::Text),
            Word::ScoreName => ("Points".to_owned(), Token::Quiet),
            Word::Combo => (combo(&game), Token::Note),
            Word::Round => {
                let round = (game.outcomes.len() + usize::from(!game.pauses())).min(ROUNDS);
                (format!("Face {} of {ROUNDS}", round.max(1)), Token::Quiet)
            }
            Word::Sign => (sign(wanted).to_owned(), Token::ExpressionText(wanted)),
            Word::Name => (name(&game), Token::ExpressionText(wanted)),
            Word::Hint => (hint(&game, &player), Token::Text),
            Word::Cheer => (scene.says.clone(), Token::Text),
            Word::MeterTop => (sign(wanted).to_owned(), Token::ExpressionText(wanted)),
            Word::MeterMark if rests => ("relax".to_owned(), Token::Text),
            Word::MeterMark => ("hold".to_owned(), Token::Text),
            Word::MeterRest if rests => ("tense".to_owned(), Token::Quiet),
            Word::MeterRest => ("rest".to_owned(), Token::Quiet),
            Word::Away => (player.away_because.to_owned(), Token::Text),
        };
        if text.0 != content {
            text.0 = content;
        }
        if ink.color != color {
            ink.color = color;
        }
    }
    for mut visibility in &mut paused {
        let away = player.away >= AWAY || player.away > 0.0 && *visibility != Visibility::Hidden;
        visibility.set_if_neq(if away { Visibility::Inherited } else { Visibility::Hidden });
    }
}

impl Game {
    /// Whether the outcome of a round is looked at.
    fn pauses(&self) -> bool {
        matches!(self.phase, Phase::Cheer { .. } | Phase::Over)
    }
}

fn combo(game: &Game) -> String {
    match game.combo {
        0 | 1 => String::new(),
        hits => format!("×{}   {hits} in a row", game.multiplier()),
    }
}

fn name(game: &Game) -> String {
    match game.phase {
        Phase::Rest { .. } => "Relax".to_owned(),
        _ => title_case(game.wanted()),
    }
}

/// What to do next.
fn hint(game: &Game, player: &Player) -> String {
    match game.phase {
        Phase::Rest { .. } => "Let your face come back to rest for the next one".to_owned(),
        Phase::Show { held, .. } if held > 0.0 => "Hold it!".to_owned(),
        Phase::Show { passed, .. } if passed > 1.6 && player.matching(game.asked()) < MARK => {
            how(game.asked()).to_owned()
        }
        Phase::Show { .. } => "Show this face until the meter is above the mark".to_owned(),
        Phase::Cheer { .. } | Phase::Over => "And relax".to_owned(),
    }
}

/// How an expression is made: the muscles, after FACS (Ekman, Friesen, 1978).
const fn how(expression: Expression) -> &'static str {
    match expression {
        Expression::Angry => {
            "Pull your brows down and together, press your lips or bare your teeth"
        }
        Expression::Disgust => "Wrinkle your nose and raise your upper lip",
        Expression::Fear => "Raise your brows and draw them together, stretch your mouth sideways",
        Expression::Happy => "Raise your cheeks and the corners of your mouth",
        Expression::Sad => "Raise the inner ends of your brows, corners of your mouth down",
        Expression::Surprise => "Raise your brows, open your eyes wide, drop your jaw",
        Expression::Neutral => "Let everything go",
    }
}
