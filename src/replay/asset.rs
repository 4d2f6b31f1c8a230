//! Recordings as assets: `assets.load("smile.face")`.

use std::sync::Arc;

use bevy::asset::io::Reader;
use bevy::asset::{AssetLoader, LoadContext};
use bevy::prelude::*;

use super::format::EXTENSION;
use super::{Recording, RecordingError};

/// A recording as an asset.
#[derive(Asset, TypePath, Debug, Clone)]
pub struct RecordingAsset(pub Arc<Recording>);

/// Loads [`RecordingAsset`]s. Damaged parts are left out, with a warning.
#[derive(Debug, Clone, Copy, Default, TypePath)]
pub struct RecordingLoader;

impl AssetLoader for RecordingLoader {
    type Asset = RecordingAsset;
    type Settings = ();
    type Error = RecordingError;

    async fn load(
        &self,
        reader: &mut dyn Reader,
        _settings: &(),
        context: &mut LoadContext<'_>,
    ) -> Result<RecordingAsset, RecordingError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.map_err(|error| RecordingError::Unreadable {
            path: context.path().path().to_owned(),
            error,
        })?;
        let recording = Recording::from_bytes(&bytes)?;
        if let Some(damage) = recording.damage {
            warn!("{}: {damage}", context.path());
        }
        Ok(RecordingAsset(Arc::new(recording)))
    }

    fn extensions(&self) -> &[&str] {
        &[EXTENSION]
    }
}
