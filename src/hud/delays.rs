//! Processing times at the upper right: three sparklines with their 95th percentiles.

use bevy::asset::{AssetPath, embedded_asset, embedded_path};
use bevy::diagnostic::{DiagnosticPath, DiagnosticsStore};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;
use bevy::ui_render::prelude::{MaterialNode, UiMaterial, UiMaterialPlugin};

use super::HudSystems;
use super::ink::{self, Ink, Style, Token};
use super::rim::{Rim, RimPanel};
use super::theme::{GRID, Theme};
use crate::plugin::EmotionDiagnosticsPlugin;

/// Samples of a sparkline; four in each of the shader's vectors.
const SAMPLES: usize = 64;
/// Seconds between two updates of the numbers: slow enough to be read.
const WRITE_EVERY: f32 = 0.25;

/// Sparklines of detection time, classification time and delay, at the upper right.
#[derive(Debug, Clone, Copy, Default)]
pub struct DelaysPlugin;

impl Plugin for DelaysPlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "sparkline.wgsl");
        app.add_plugins(UiMaterialPlugin::<SparklineMaterial>::default())
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, draw.in_set(HudSystems::Draw));
    }
}

/// One of the three sparklines.
#[derive(Component)]
struct Sparkline {
    diagnostic: DiagnosticPath,
    /// Milliseconds, the newest last.
    samples: [f32; SAMPLES],
    count: usize,
    last: Option<std::time::Instant>,
    /// Value at the top edge, eased, in milliseconds.
    ceiling: f32,
    numbers: [Entity; 2],
}

#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct SparklineMaterial {
    #[uniform(0)]
    line: LineUniform,
}

#[derive(ShaderType, Debug, Clone, Copy, Default)]
struct LineUniform {
    /// Heights, 0 to 1, the newest last.
    heights: [Vec4; SAMPLES / 4],
    color: Vec4,
    /// Height of the 95th percentile.
    p95: f32,
    /// Number of valid samples.
    count: f32,
}

impl UiMaterial for SparklineMaterial {
    fn fragment_shader() -> ShaderRef {
        ShaderRef::Path(
            AssetPath::from_path_buf(embedded_path!("sparkline.wgsl")).with_source("embedded"),
        )
    }
}

/// Spawns the sparklines at the upper right.
fn spawn(mut commands: Commands, rim: Res<Rim>, mut materials: ResMut<Assets<SparklineMaterial>>) {
    let panel = commands
        .spawn((
            ChildOf(rim.top_right),
            ink::panel(Node {
                flex_direction: FlexDirection::Column,
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(GRID)),
                row_gap: Val::Px(GRID / 2.0),
                ..Node::default()
            }),
            RimPanel::new(Vec2::X, |settings| settings.panels.rim && settings.panels.delays),
        ))
        .id();
    let heading = |text: &str, width: f32| {
        (
            ink::paragraph(text, Style::Small, Token::Quiet),
            TextLayout::justify(Justify::Right),
            Node { width: Val::Px(width), ..Node::default() },
        )
    };
    commands.spawn((
        ChildOf(panel),
        Node {
            justify_content: JustifyContent::FlexEnd,
            column_gap: Val::Px(GRID),
            ..Node::default()
        },
        children![heading("ms", NUMBER_WIDTH), heading("p95", NUMBER_WIDTH)],
    ));
    for (name, path) in [
        ("detect", EmotionDiagnosticsPlugin::DETECT_MS),
        ("classify", EmotionDiagnosticsPlugin::CLASSIFY_MS),
        ("delay", EmotionDiagnosticsPlugin::DELAY_MS),
    ] {
        let number = |commands: &mut Commands, color: Token| {
            commands
                .spawn((
                    ink::paragraph("–", Style::Digits, color),
                    TextLayout::justify(Justify::Right),
                    Node { width: Val::Px(NUMBER_WIDTH), ..Node::default() },
                ))
                .id()
        };
        let numbers = [number(&mut commands, Token::Text), number(&mut commands, Token::Quiet)];
        let line = commands
            .spawn((
                Node {
                    width: Val::Px(14.0 * GRID),
                    height: Val::Px(3.0 * GRID),
                    ..Node::default()
                },
                MaterialNode(materials.add(SparklineMaterial::default())),
                Sparkline {
                    diagnostic: path,
                    samples: [0.0; SAMPLES],
                    count: 0,
                    last: None,
                    ceiling: 1.0,
                    numbers,
                },
            ))
            .id();
        let row = commands
            .spawn((
                ChildOf(panel),
                Node {
                    align_items: AlignItems::Center,
                    column_gap: Val::Px(GRID),
                    ..Node::default()
                },
                children![(
                    ink::paragraph(name, Style::Small, Token::Quiet),
                    Node { width: Val::Px(7.0 * GRID), ..Node::default() },
                )],
            ))
            .id();
        commands.entity(row).add_children(&[line, numbers[0], numbers[1]]);
    }
}

const NUMBER_WIDTH: f32 = 6.0 * GRID;

/// Takes new measurements and draws them.
fn draw(
    time: Res<Time>,
    theme: Res<Theme>,
    diagnostics: Option<Res<DiagnosticsStore>>,
    mut lines: Query<(&mut Sparkline, &MaterialNode<SparklineMaterial>)>,
    mut materials: ResMut<Assets<SparklineMaterial>>,
    mut texts: Query<&mut Text, With<Ink>>,
    mut since_write: Local<f32>,
) {
    let Some(diagnostics) = diagnostics else { return };
    *since_write += time.delta_secs();
    let write = *since_write >= WRITE_EVERY;
    if write {
        *since_write %= WRITE_EVERY;
    }
    for (mut line, material) in &mut lines {
        let measurement = diagnostics.get_measurement(&line.diagnostic);
        if let Some(measurement) = measurement.filter(|new| line.last != Some(new.time)) {
            line.last = Some(measurement.time);
            line.samples.rotate_left(1);
            line.samples[SAMPLES - 1] = measurement.value as f32;
            line.count = (line.count + 1).min(SAMPLES);
        }
        if line.count == 0 {
            continue;
        }
        let known = SAMPLES - line.count;
        let p95 = percentile_95(&line.samples[known..]);
        let highest = line.samples[known..].iter().copied().fold(1.0, f32::max);
        let rise = (highest.min(p95 * 2.0).max(1.0) * 1.15 - line.ceiling)
            * super::motion::approach(0.4, time.delta_secs());
        line.ceiling += rise;
        if let Some(mut material) = materials.get_mut(&material.0) {
            let ceiling = line.ceiling;
            let mut uniform = LineUniform {
                color: theme.text.to_linear().to_vec4(),
                p95: p95 / ceiling,
                count: line.count as f32,
                ..LineUniform::default()
            };
            for (heights, samples) in uniform.heights.iter_mut().zip(line.samples.chunks_exact(4)) {
                let height = |index: usize| (samples[index] / ceiling).min(1.0);
                *heights = Vec4::new(height(0), height(1), height(2), height(3));
            }
            material.line = uniform;
        }
        if write {
            let newest = &line.samples[SAMPLES - line.count.min(8)..];
            let recent = newest.iter().sum::<f32>() / newest.len() as f32;
            for (number, value) in line.numbers.into_iter().zip([recent, p95]) {
                if let Ok(mut text) = texts.get_mut(number) {
                    text.0 = milliseconds(value);
                }
            }
        }
    }
}

/// At most four characters: `0.42`, `6.18`, `42.3`, `183`.
fn milliseconds(value: f32) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// The value that 95 % of the samples do not exceed (nearest rank).
fn percentile_95(samples: &[f32]) -> f32 {
    let mut sorted = [0.0; SAMPLES];
    let sorted = &mut sorted[..samples.len()];
    sorted.copy_from_slice(samples);
    sorted.sort_unstable_by(f32::total_cmp);
    let rank = (samples.len() as f32 * 0.95).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_95th_percentile_ignores_the_rarest_twentieth() {
        let mut samples = [2.0; 60];
        samples[7] = 90.0;
        assert_eq!(percentile_95(&samples), 2.0);
        samples[8..12].fill(50.0);
        assert_eq!(percentile_95(&samples), 50.0);
        assert_eq!(percentile_95(&[3.0]), 3.0);
        assert_eq!(percentile_95(&[]), 0.0);
    }

    #[test]
    fn numbers_keep_their_width() {
        for value in [0.0, 0.42, 9.99, 9.996, 42.3, 99.96, 183.0, 1200.0] {
            assert!(milliseconds(value).len() <= 4, "{}", milliseconds(value));
        }
    }
}
