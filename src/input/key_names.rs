//! Keys by their names in files, as Bevy spells them: `Space`, `ArrowLeft`, `KeyW`.

use bevy::prelude::*;
use bevy::reflect::enums::{DynamicEnum, DynamicVariant};
use bevy::reflect::{TypeInfo, Typed};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(key: &KeyCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{key:?}"))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyCode, D::Error> {
    let name = String::deserialize(deserializer)?;
    key(&name).ok_or_else(|| {
        D::Error::custom(format!(
            "\"{name}\" is not a key; use Bevy's names, such as \"Space\", \"ArrowLeft\" or \"KeyW\""
        ))
    })
}

/// Bevy's reflection knows the names; its serde support would have to be bought with all of
/// Bevy's.
fn key(name: &str) -> Option<KeyCode> {
    let TypeInfo::Enum(keys) = KeyCode::type_info() else { return None };
    // The unidentified ones carry data and have no name of their own.
    let is_plain = keys.variant(name)?.as_unit_variant().is_ok();
    is_plain
        .then(|| DynamicEnum::new(name.to_owned(), DynamicVariant::Unit))
        .and_then(|dynamic| KeyCode::from_reflect(&dynamic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for code in [KeyCode::Space, KeyCode::ArrowLeft, KeyCode::KeyW, KeyCode::Numpad7] {
            assert_eq!(key(&format!("{code:?}")), Some(code));
        }
        assert_eq!(key("space"), None);
        assert_eq!(key("Unidentified"), None);
    }
}
