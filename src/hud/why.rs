//! How reliable the shown expression is: what else it might be, and what the model is known to
//! confuse it with.

use bevy::prelude::*;

use super::confusion::{self, Share};
use super::face::ShownFace;
use super::ink::{self, Style, Token};
use super::rim::{Rim, RimPanel};
use super::theme::GRID;
use super::{HudSystems, info};
use crate::plugin::{Emotion, Face, MainView};
use emotion_core::Expression;
use emotion_models::{ClassifierInfo, Confusion};

/// Width of its lines in HUD units.
const WIDTH: f32 = 38.0 * GRID;
/// Seconds between two updates of the text: slow enough to be read.
const WRITE_EVERY: f32 = 0.3;

/// Why an expression is shown: model, backend, confidence, and the model's most frequent mistakes.
#[derive(Debug, Clone, Copy, Default)]
pub struct WhyPlugin;

impl Plugin for WhyPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Startup, spawn.after(info::spawn))
            .add_systems(PostUpdate, write.in_set(HudSystems::Draw));
    }
}

/// A line of the panel, hidden while empty.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// The reading, its confidence, and what else it might be.
    Reading,
    /// What faces with this reading are labelled.
    Precision,
    /// What faces with this label are read as.
    Recall,
    /// Model, backend, and where the numbers come from.
    Model,
}

fn spawn(mut commands: Commands, rim: Res<Rim>) {
    commands
        .spawn((
            ChildOf(rim.top_left),
            ink::panel(Node {
                flex_direction: FlexDirection::Column,
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(GRID)),
                row_gap: Val::Px(GRID / 2.0),
                ..Node::default()
            }),
            RimPanel::new(Vec2::NEG_X, |settings| settings.panels.why),
        ))
        .with_children(|panel| {
            for (line, color) in [
                (Line::Reading, Token::Text),
                (Line::Precision, Token::Quiet),
                (Line::Recall, Token::Quiet),
                (Line::Model, Token::Quiet),
            ] {
                panel.spawn((
                    line,
                    ink::paragraph("", Style::Small, color),
                    Node { max_width: Val::Px(WIDTH), ..Node::default() },
                ));
            }
        });
}

/// Describes the largest face.
fn write(
    time: Res<Time>,
    view: MainView,
    faces: Query<(&Face, &Emotion, &ShownFace)>,
    mut lines: Query<(&Line, &mut Text, &mut Node)>,
    mut since_write: Local<f32>,
) {
    *since_write += time.delta_secs();
    if *since_write < WRITE_EVERY {
        return;
    }
    *since_write %= WRITE_EVERY;
    let classifier = view.status().and_then(|status| status.classifier.as_ref());
    let confusion = classifier.and_then(|classifier| classifier.confusion.as_ref());
    let largest = (faces.iter().filter(|(face, ..)| face.visible))
        .max_by(|a, b| a.2.radius.value.total_cmp(&b.2.radius.value))
        .map(|(_, emotion, _)| emotion);
    for (line, mut text, mut node) in &mut lines {
        let content = match line {
            Line::Reading => largest.map_or_else(|| "no face in view".to_owned(), reading),
            Line::Precision => about(largest, confusion, precision),
            Line::Recall => about(largest, confusion, recall),
            Line::Model => source(classifier, confusion.is_some()),
        };
        if text.0 != content {
            node.display = if content.is_empty() { Display::None } else { Display::Flex };
            text.0 = content;
        }
    }
}

/// `happy, 83 %; else neutral 9 %, sad 4 %`
fn reading(emotion: &Emotion) -> String {
    let mut ranked: Vec<Share> = Expression::ALL
        .into_iter()
        .map(|expression| (expression, emotion.scores.as_array()[expression.index()]))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.retain(|(other, _)| Some(*other) != emotion.dominant);
    let others: Vec<_> = (ranked.iter().take(2))
        .map(|(other, share)| format!("{other} {:.0} %", share * 100.0))
        .collect();
    let others = others.join(", ");
    match emotion.dominant {
        Some(expression) => {
            format!("{expression}, {:.0} %; else {others}", emotion.confidence * 100.0)
        }
        None => format!("unsure: {others}"),
    }
}

fn about(
    emotion: Option<&Emotion>,
    confusion: Option<&Confusion>,
    say: fn(&Confusion, Expression) -> Option<String>,
) -> String {
    let said = emotion
        .and_then(|emotion| emotion.dominant)
        .zip(confusion)
        .and_then(|(expression, confusion)| say(confusion, expression));
    said.unwrap_or_default()
}

/// `Of 100 faces read as happy, 84 are happy, 5 neutral, 4 surprise.`
fn precision(confusion: &Confusion, expression: Expression) -> Option<String> {
    let shares = confusion::shown_by_those_read_as(confusion, expression);
    let Counts { right, wrong: [(first, one), (second, two)] } = Counts::of(&shares, expression)?;
    Some(format!(
        "Of 100 faces read as {expression}, {right} are {expression}, {one} {first}, {two} \
         {second}."
    ))
}

/// `Of 100 faces labelled happy, 87 are read as happy, 7 as neutral, 2 as surprise.`
fn recall(confusion: &Confusion, expression: Expression) -> Option<String> {
    let shares = confusion::read_from_those_showing(confusion, expression);
    let Counts { right, wrong: [(first, one), (second, two)] } = Counts::of(&shares, expression)?;
    Some(format!(
        "Of 100 faces labelled {expression}, {right} are read as {expression}, {one} as {first}, \
         {two} as {second}."
    ))
}

/// How many of 100 are right, and the two most frequent mistakes.
struct Counts {
    right: f32,
    wrong: [(Expression, f32); 2],
}

impl Counts {
    fn of(shares: &[Share], expression: Expression) -> Option<Self> {
        let of_100 = |share: f32| (share * 100.0).round();
        let (_, right) = shares.iter().find(|(other, _)| *other == expression)?;
        let mut wrong = shares.iter().filter(|(other, _)| *other != expression);
        let mut next = || wrong.next().map(|(other, share)| (*other, of_100(*share)));
        Some(Self { right: of_100(*right), wrong: [next()?, next()?] })
    }
}

fn source(classifier: Option<&ClassifierInfo>, measured: bool) -> String {
    let Some(classifier) = classifier else { return String::new() };
    let ClassifierInfo { model, backend, .. } = classifier;
    let measured = if measured {
        "; counted on FER-2013's PublicTest"
    } else {
        "; its error rates are unknown"
    };
    format!("{model} on {backend}{measured}")
}

#[cfg(test)]
mod tests {
    use super::super::test_app::{app, face, run, words};
    use super::super::{HudSettings, Panels};
    use super::*;
    use crate::plugin::{EmotionCamera, EmotionStatus};
    use emotion_capture::{Capture, frame_slot};
    use emotion_core::Scores;

    #[test]
    fn mistakes_are_told_in_hundreds() {
        let mut confusion = Confusion::default();
        let at = |expression: Expression| expression.index();
        confusion[at(Expression::Happy)][at(Expression::Happy)] = 150;
        confusion[at(Expression::Happy)][at(Expression::Neutral)] = 40;
        confusion[at(Expression::Happy)][at(Expression::Sad)] = 10;
        confusion[at(Expression::Angry)][at(Expression::Happy)] = 50;
        assert_eq!(
            precision(&confusion, Expression::Happy).as_deref(),
            Some("Of 100 faces read as happy, 75 are happy, 25 angry, 0 disgust.")
        );
        assert_eq!(
            recall(&confusion, Expression::Happy).as_deref(),
            Some("Of 100 faces labelled happy, 75 are read as happy, 20 as neutral, 5 as sad.")
        );
        assert_eq!(recall(&confusion, Expression::Fear), None);
    }

    #[test]
    fn a_reading_names_what_else_it_might_be() {
        let scores = Scores::from_weights([0.1, 0.0, 0.0, 0.6, 0.05, 0.0, 0.25]).expect("scores");
        let mut emotion = Emotion {
            scores,
            dominant: Some(Expression::Happy),
            confidence: 0.6,
            ..Emotion::default()
        };
        assert_eq!(reading(&emotion), "happy, 60 %; else neutral 25 %, angry 10 %");
        emotion.dominant = None;
        assert_eq!(reading(&emotion), "unsure: happy 60 %, neutral 25 %");
    }

    #[test]
    fn the_panel_tells_about_the_model_that_runs() {
        let panels = Panels { why: true, ..Panels::default() };
        let mut app = app(HudSettings { panels, ..HudSettings::default() });
        let classifier = Some(ClassifierInfo {
            model: "cnn4".to_owned(),
            backend: "cpu".to_owned(),
            device: "one core".to_owned(),
            note: None,
            confusion: Some([[90, 0, 0, 1, 2, 3, 4]; 7]),
        });
        let (_, nothing) = frame_slot();
        let camera = EmotionCamera::new(Capture::from_receiver("none".into(), nothing));
        app.world_mut().spawn((camera, EmotionStatus { classifier, ..EmotionStatus::default() }));
        face(&mut app, Expression::Happy);
        run(&mut app, 1.0);
        let column = app.world().resource::<Rim>().top_left;
        let said = words(&mut app, column).join("\n");
        assert!(said.contains("happy, 90 %; else"), "{said}");
        assert!(said.contains("Of 100 faces labelled happy"), "{said}");
        assert!(said.contains("cnn4 on cpu; counted on FER-2013's PublicTest"), "{said}");
    }
}
