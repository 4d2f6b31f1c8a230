//! Keys of clients. Only their hashes are stored, and they are compared in constant time.

use std::fmt::Write;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A key that nobody can guess: 256 random bits as text.
pub fn new_key() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// The hash of a key, and whose it is.
///
/// As text it is a line of a name, a space and the key's SHA-256 in hexadecimal. Keys are random
/// ([`new_key`]), so a hash without salt and rounds tells nothing about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHash {
    name: String,
    sha256: [u8; 32],
}

impl KeyHash {
    /// The hash of `key`, which belongs to `name`.
    pub fn of(name: &str, key: &str) -> Self {
        Self { name: name.to_owned(), sha256: sha256(key) }
    }

    /// Reads the lines of a file of keys; empty ones and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// [`KeyError`] names the line that is none.
    pub fn read_lines(text: &str) -> Result<Vec<Self>, KeyError> {
        let lines = (1..).zip(text.lines().map(str::trim));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        lines.map(|(number, line)| line.parse().map_err(|()| KeyError { line: number })).collect()
    }
}

impl FromStr for KeyHash {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let (name, digits) = line.split_once(char::is_whitespace).ok_or(())?;
        let digits = digits.trim();
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(());
        }
        let mut sha256 = [0; 32];
        for (index, byte) in sha256.iter_mut().enumerate() {
            let two = &digits[2 * index..2 * index + 2];
            *byte = u8::from_str_radix(two, 16).map_err(|_| ())?;
        }
        Ok(Self { name: name.to_owned(), sha256 })
    }
}

impl std::fmt::Display for KeyHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, hex(&self.sha256))
    }
}

/// A line of a file of keys that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the keys is not a name, a space and a SHA-256; make a key anew")]
pub struct KeyError {
    line: usize,
}

/// All keys of a server.
pub struct Keys(Vec<KeyHash>);

impl Keys {
    /// The server's keys.
    pub const fn new(keys: Vec<KeyHash>) -> Self {
        Self(keys)
    }

    /// Whether there are none, so that none is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of the key. How long it takes does not depend on which it is.
    pub fn find(&self, key: &str) -> Option<usize> {
        let hash = sha256(key);
        self.0.iter().enumerate().fold(None, |found, (number, known)| {
            let equal = bool::from(known.sha256.ct_eq(&hash));
            if equal { Some(number) } else { found }
        })
    }
}

/// SHA-256 of a text.
pub fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_stored_hash() {
        let key = new_key();
        let file = format!("# who\n\n{}\n{}\n", KeyHash::of("a", "x"), KeyHash::of("b", &key));
        assert!(!file.contains(&key));
        let keys = Keys::new(KeyHash::read_lines(&file).expect("keys"));
        assert_eq!(keys.find(&key), Some(1));
        assert_eq!(keys.find("y"), None);
        assert_ne!(key, new_key());
    }

    #[test]
    fn a_line_that_is_no_key_is_named() {
        for line in ["name", "name 12", &format!("name {}", "g".repeat(64)), &"é".repeat(40)] {
            let error = KeyHash::read_lines(&format!("\n{line}")).expect_err(line);
            assert_eq!(error, KeyError { line: 2 });
        }
    }
}
