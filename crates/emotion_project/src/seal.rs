//! Encryption of files with the format age: one key decrypts what was encrypted for it.

use std::fs::File;
use std::io::{self, Read, Write};

use age::secrecy::ExposeSecret;
use age::stream::StreamWriter;
use age::{Decryptor, Encryptor};

pub use age::x25519::{Identity, Recipient};

use crate::ProjectError;

/// A file that is being encrypted.
pub struct SealedFile(Box<StreamWriter<File>>);

/// A new key as text.
pub fn generate() -> Result<String, ProjectError> {
    Ok(Identity::generate().to_string().expose_secret().to_owned())
}

/// The key of a text.
pub fn parse(text: &str) -> Result<Option<Identity>, ProjectError> {
    Ok(text.trim().parse().ok())
}

/// What is needed to encrypt for a key.
pub fn public(key: &Identity) -> Recipient {
    key.to_public()
}

/// Encrypts what is written to a file.
pub fn seal(file: File, key: &Recipient) -> io::Result<SealedFile> {
    let keys = std::iter::once(key as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(keys).map_err(io::Error::other)?;
    Ok(SealedFile(Box::new(encryptor.wrap_output(file)?)))
}

/// Decrypts a file's bytes; otherwise why that is not possible.
pub fn unseal(bytes: &[u8], key: &Identity) -> Result<Vec<u8>, String> {
    let decryptor = Decryptor::new(bytes).map_err(|error| error.to_string())?;
    let keys = std::iter::once(key as &dyn age::Identity);
    let mut reader = decryptor.decrypt(keys).map_err(|error| error.to_string())?;
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

impl SealedFile {
    /// Writes the end; without it a file is known to be cut off.
    pub fn finish(self) -> io::Result<File> {
        self.0.finish()
    }
}

impl Write for SealedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    /// Blocks are written when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
