//! Stands in for `seal.rs` in programs that were built without encryption: there are no keys.

use std::fs::File;
use std::io::{self, Write};

use crate::ProjectError;

/// There is none.
pub enum Identity {}

/// There is none.
pub enum Recipient {}

/// There is none.
pub enum SealedFile {}

pub fn generate() -> Result<String, ProjectError> {
    Err(ProjectError::NoEncryption)
}

pub fn parse(_: &str) -> Result<Option<Identity>, ProjectError> {
    Err(ProjectError::NoEncryption)
}

pub fn public(key: &Identity) -> Recipient {
    match *key {}
}

pub fn seal(_: File, key: &Recipient) -> io::Result<SealedFile> {
    match *key {}
}

pub fn unseal(_: &[u8], key: &Identity) -> Result<Vec<u8>, String> {
    match *key {}
}

impl SealedFile {
    pub fn finish(self) -> io::Result<File> {
        match self {}
    }
}

impl Write for SealedFile {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match *self {}
    }
}
