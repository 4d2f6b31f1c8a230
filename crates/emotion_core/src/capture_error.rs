//! What can go wrong between a source and its frames.

use std::path::PathBuf;
use std::time::Duration;

use crate::{AudioError, FrameError};

/// Why a source could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The program was built without what this source needs.
    #[error(
        "{source_kind} cannot be used: this program was built without the feature `{feature}`; build it with `--features {feature}`"
    )]
    MissingFeature {
        /// The kind of source, in words.
        source_kind: &'static str,
        /// The cargo feature that brings it.
        feature: &'static str,
    },
    /// There is nothing at this path.
    #[error("there is no file or folder {}; check the path", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The file system does not give the file or folder out.
    #[error("{} cannot be read: {error}; check its permissions", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file has no bytes.
    #[error("{} is empty; copy or record it again", path.display())]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// The file is no picture and no film, or damaged from the start.
    #[error("{} is no picture and no film that can be read: {reason}", path.display())]
    NotMedia {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// The folder has no pictures in it.
    #[error(
        "there are no pictures in the folder {} ({skipped} other files in it); name a folder with JPEG or PNG files",
        path.display()
    )]
    NoPictures {
        /// The folder.
        path: PathBuf,
        /// How many other files are in it.
        skipped: usize,
    },
    /// A picture is damaged. The others of its folder can still be read.
    #[error(
        "the picture {} is damaged or of an unknown kind ({reason}); it was left out",
        path.display()
    )]
    BadPicture {
        /// The picture.
        path: PathBuf,
        /// What its decoder says.
        reason: String,
    },
    /// A film stopped long before its end.
    #[error(
        "{} stopped after {read} of about {expected} frames: it is truncated or damaged there",
        path.display()
    )]
    Truncated {
        /// The film.
        path: PathBuf,
        /// Frames that could be read.
        read: u64,
        /// Frames that its header promises.
        expected: u64,
    },
    /// The file has no sound that can be decoded.
    #[error("{} has no sound that can be read: {reason}; convert it to WAV or Ogg", path.display())]
    NoSound {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// A file's sound stopped long before its end.
    #[error(
        "the sound of {} stopped after {read:.1} of about {expected:.1} s: it is truncated or damaged there",
        path.display()
    )]
    SoundTruncated {
        /// The file.
        path: PathBuf,
        /// Seconds that could be read.
        read: f64,
        /// Seconds that its header promises.
        expected: f64,
    },
    /// Sound of a kind that cannot be used.
    #[error("{label}: {error}")]
    Sound {
        /// The source.
        label: String,
        /// What is wrong with the sound.
        error: AudioError,
    },
    /// A microphone cannot be opened, or stopped giving sound.
    #[error("the microphone {name} {problem}")]
    Microphone {
        /// Its name.
        name: String,
        /// What is wrong, and what to do about it.
        problem: String,
    },
    /// A stream could not be opened.
    #[error(
        "the stream {url} cannot be opened: nothing answers there, or it is no video ({reason}); check the address and the network"
    )]
    StreamUnreachable {
        /// Its address, without password.
        url: String,
        /// What the library that opens it says.
        reason: String,
    },
    /// A stream broke off.
    #[error("the stream {url} broke off after {read} frames; check the network and the sender")]
    StreamLost {
        /// Its address, without password.
        url: String,
        /// Frames that came before.
        read: u64,
    },
    /// There is no camera at all, or none that opens.
    #[error("no camera opens: {reason}; plug one in, or use the puppet")]
    NoCamera {
        /// What was tried.
        reason: String,
    },
    /// The system does not list this camera.
    #[error("there is no camera {index}; list the cameras to see which there are")]
    UnknownCamera {
        /// Its number.
        index: u32,
    },
    /// Another program, or a reader of this program that hangs, has the camera.
    #[error("camera {index} is busy: {reason}; close the program that uses it, or unplug it")]
    CameraBusy {
        /// Its number.
        index: u32,
        /// What the system says.
        reason: String,
    },
    /// The camera could not be opened.
    #[error("camera {index} cannot be opened: {reason}")]
    CameraUnusable {
        /// Its number.
        index: u32,
        /// What the driver says.
        reason: String,
    },
    /// The camera stopped giving frames.
    #[error("camera {index} was lost: {reason}; check its cable")]
    CameraLost {
        /// Its number.
        index: u32,
        /// What the driver says.
        reason: String,
    },
    /// The source does not answer.
    #[error("{label} gave nothing for {} s; check that it is connected and not covered by another program", after.as_secs_f32())]
    Stuck {
        /// The source.
        label: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The source's library panicked.
    #[error("the library that reads {label} crashed{}", details(reason))]
    Crashed {
        /// The source.
        label: String,
        /// The panic's message, where it had one.
        reason: String,
    },
    /// A frame has an impossible size.
    #[error("{label}: {error}")]
    Frame {
        /// The source.
        label: String,
        /// What is wrong with the frame.
        error: FrameError,
    },
    /// The library that decodes it failed.
    #[error("{label} cannot be decoded: {reason}")]
    Library {
        /// The source.
        label: String,
        /// The library's message.
        reason: String,
    },
    /// The system gives no thread to read the source on.
    #[error("no thread can be started to read the source on: {0}; close other programs")]
    Thread(std::io::Error),
}

fn details(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}
