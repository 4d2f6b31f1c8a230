//! Hashes of model files.

use sha2::{Digest, Sha256};

use super::error::LoadError;

/// The name of the file beside model files that lists their hashes, in the format of `sha256sum`.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// The SHA-256 of a file's bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares bytes with the line for `name` in the text of a `SHA256SUMS` file; without such a line
/// nothing is compared.
pub(crate) fn check_sum(from: &str, name: &str, sums: &str, bytes: &[u8]) -> Result<(), LoadError> {
    let expected = sums.lines().find_map(|line| {
        let (sum, file) = line.split_once(char::is_whitespace)?;
        (file.trim_start_matches([' ', '*']) == name).then_some(sum)
    });
    let found = sha256(bytes);
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(&found) => {
            Err(LoadError::Hash { from: from.to_owned(), expected: expected.to_owned(), found })
        }
        _ => Ok(()),
    }
}
