//! Text files as people's editors write them.

/// `text` without the byte-order mark that some editors put at its start.
pub fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}
