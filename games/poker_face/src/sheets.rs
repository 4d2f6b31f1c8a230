//! Puts the canvas on the screen: two meshes and a pool of texts.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy::text::{FontSize, TextBounds};
use bevy_emotion::hud::Screen;
use bevy_emotion::hud::ink::{Ink, Style, Token};

use crate::canvas::Canvas;

/// One text of the pool.
#[derive(Component)]
pub(crate) struct Page {
    /// In the font that has the expressions' signs.
    sign: bool,
}

/// The mesh of one of the canvas's sheets.
#[derive(Component)]
pub(crate) struct SheetOf(usize);

/// Texts of the pool: in the common font, and in that of the signs.
const PAGES: [usize; 2] = [40, 12];

/// Meshes and texts for all that will be drawn.
pub(crate) fn prepare_sheets(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let material = materials.add(ColorMaterial::default());
    for sheet in 0..2 {
        commands.spawn((
            SheetOf(sheet),
            Mesh2d(
                meshes
                    .add(Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())),
            ),
            MeshMaterial2d(material.clone()),
            Transform::from_xyz(0.0, 0.0, depth(sheet)),
            NoFrustumCulling,
        ));
    }
    for (count, sign) in PAGES.into_iter().zip([false, true]) {
        let style = if sign { Style::LargeSign } else { Style::Large };
        for _ in 0..count {
            commands.spawn((
                Page { sign },
                Text2d::default(),
                Ink { style, color: Token::Text },
                TextLayout::justify(Justify::Center),
                Visibility::Hidden,
            ));
        }
    }
}

/// Depth of a sheet; its texts lie between it and the next.
const fn depth(sheet: usize) -> f32 {
    sheet as f32 * 20.0
}

/// Puts what was drawn on the screen.
pub(crate) fn show_sheets(
    mut canvas: ResMut<Canvas>,
    screen: Res<Screen>,
    mut meshes: ResMut<Assets<Mesh>>,
    sheets: Query<(&SheetOf, &Mesh2d)>,
    mut pages: Query<(
        &Page,
        &mut Text2d,
        &mut TextFont,
        &mut TextColor,
        &mut TextBounds,
        &mut Anchor,
        &mut Transform,
        &mut Visibility,
    )>,
) {
    for (of, mesh) in &sheets {
        let Some(mut mesh) = meshes.get_mut(&mesh.0) else { continue };
        let sheet = &mut canvas.sheets[of.0];
        let mut taken = std::mem::take(sheet);
        if taken.indices.is_empty() {
            // A mesh without anything in it is not drawn again.
            taken.positions = vec![[0.0; 3]; 3];
            taken.colors = vec![[0.0; 4]; 3];
            taken.indices = vec![0, 1, 2];
        }
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, taken.positions);
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, taken.colors);
        mesh.insert_indices(Indices::U32(taken.indices));
    }
    // Glyphs are drawn for the screen's own pixels.
    let pixels = 1.0 / screen.units_per_pixel;
    let mut words = [false, true].map(|sign| canvas.words.iter().filter(move |it| it.sign == sign));
    let mut height = 0.0;
    for (page, mut text, mut font, mut color, mut bounds, mut anchor, mut transform, mut seen) in
        &mut pages
    {
        let Some(words) = words[usize::from(page.sign)].next() else {
            seen.set_if_neq(Visibility::Hidden);
            continue;
        };
        // Sizes that change all the time would fill the font's atlases.
        let size = (words.size * pixels / 2.0).round().max(1.0) * 2.0;
        let scale = words.size / size;
        if text.0 != words.text {
            text.0.clone_from(&words.text);
        }
        if font.font_size != FontSize::Px(size) {
            font.font_size = FontSize::Px(size);
        }
        color.set_if_neq(TextColor(words.color));
        let width = words.width.map(|width| width / scale);
        if bounds.width != width {
            bounds.width = width;
        }
        anchor.set_if_neq(words.anchor);
        height += 0.01;
        *transform =
            Transform::from_translation(words.at.extend(depth(words.sheet) + 1.0 + height))
                .with_rotation(Quat::from_rotation_z(words.angle))
                .with_scale(Vec3::splat(scale));
        seen.set_if_neq(Visibility::Inherited);
    }
}
