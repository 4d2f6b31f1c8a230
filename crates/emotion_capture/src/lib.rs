//! Frame sources: webcams, films, network streams, pictures and the puppet; sound of files and microphones.
//!
//! [`open`] gives a [`FrameSource`], which is read frame by frame, as `emotion analyze` does.
//! [`Capture`] runs a source on its own thread, offers only the newest frame, and keeps running
//! when a source ends, fails or disappears, as the plugin needs.

#[cfg(feature = "pictures")]
mod decode;
#[cfg(feature = "films")]
mod film;
mod listening;
#[cfg(feature = "microphone")]
mod microphone;
#[cfg(feature = "pictures")]
mod path;
#[cfg(feature = "pictures")]
mod pictures;
mod reader;
mod slot;
mod spec;
mod status;
mod supervised;
#[cfg(feature = "webcam")]
mod webcam;

use std::path::Path;
use std::time::Duration;

#[cfg(feature = "pictures")]
pub use decode::{PictureError, decode_picture};
pub use emotion_core::{CaptureError, FrameSource, Pacing, SourceControl};
pub use emotion_puppet as puppet;
#[cfg(feature = "films")]
pub use film::{FilmError, FilmWriter, SoundFile};
pub use listening::{Listening, ListeningStatus, OpenSound};
#[cfg(feature = "microphone")]
pub use microphone::{Microphone, MicrophoneInfo, microphones};
pub use slot::{FrameReceiver, FrameSender, frame_slot};
pub use spec::{SourceSpec, SourceSpecError};
pub use status::{CaptureState, CaptureStatus};
pub use supervised::{Capture, CaptureCommand};

/// How sources are opened and read.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOptions {
    /// Films and pictures restart at their end. Frame numbers and times keep counting.
    pub repeat: bool,
    /// How long a camera or stream may take to open, and for each frame, before [`Capture`]
    /// considers it stuck; files may take ten times as long.
    pub timeout: Duration,
    /// Pictures of a folder's subfolders are read, too.
    pub recursive: bool,
    /// How long each picture is shown: the step between the times of two pictures.
    pub picture_time: Duration,
    /// Appearance and behaviour of the puppet.
    pub puppet: puppet::PuppetConfig,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            repeat: false,
            recursive: false,
            timeout: Duration::from_secs(8),
            picture_time: Duration::from_secs(1),
            puppet: puppet::PuppetConfig::default(),
        }
    }
}

/// Whether a path is a folder or a picture, so that no sound is to be looked for in it.
#[cfg(feature = "pictures")]
pub fn is_picture(path: &Path) -> bool {
    matches!(path::look_at(path), Ok(path::PathKind::Folder | path::PathKind::Picture))
}

/// Opens a source that is read frame by frame on the calling thread.
///
/// [`SourceSpec::Auto`] takes the first camera that opens, else the puppet.
///
/// # Errors
/// [`CaptureError`] says why the source cannot be opened and what to do about it.
pub fn open(
    spec: &SourceSpec,
    options: &OpenOptions,
) -> Result<Box<dyn FrameSource>, CaptureError> {
    Ok(Plan::Source(spec.clone()).open(options)?.source)
}

/// The cameras that the system lists, sorted by number, with their formats.
///
/// Opens each one briefly to query its formats. A camera in use gets an empty list and a
/// [`CameraInfo::problem`].
///
/// # Errors
/// [`CaptureError`] when the system cannot be queried. No camera is an empty list, not an error.
pub fn cameras() -> Result<Vec<CameraInfo>, CaptureError> {
    #[cfg(feature = "webcam")]
    return webcam::cameras();
    #[cfg(not(feature = "webcam"))]
    return Err(NO_WEBCAMS);
}

/// A camera as the system lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraInfo {
    /// Its number, as in `camera:N`.
    pub index: u32,
    /// Its name, as the driver gives it.
    pub name: String,
    /// Its formats, preferred encodings first, then small sizes first.
    pub formats: Vec<CameraFormat>,
    /// Why it cannot be used, if it cannot.
    pub problem: Option<String>,
}

/// A format in which a camera can send frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraFormat {
    /// How pixels are encoded on the wire: `MJPEG`, `YUYV`, …
    pub encoding: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Supported frame rates in frames per second, highest first.
    pub frame_rates: Vec<u32>,
}

/// What to open: a named source, or the next camera.
#[derive(Debug, Clone, PartialEq)]
enum Plan {
    /// The source that the user named.
    Source(SourceSpec),
    /// The camera after this one, else the puppet, as the user asked.
    NextCamera(Option<u32>),
    /// The same, to replace a camera that opened but delivered no frame.
    InsteadOf(u32),
}

/// An open source and what to tell its user.
struct Opened {
    source: Box<dyn FrameSource>,
    /// A line for the screen, if this is not the source that was asked for.
    note: Option<String>,
    /// The camera's number, if the source is a camera.
    camera: Option<u32>,
}

impl Plan {
    fn open(&self, options: &OpenOptions) -> Result<Opened, CaptureError> {
        match self {
            Self::Source(SourceSpec::Auto) => Ok(open_camera_or_puppet(None, None, options)),
            Self::Source(SourceSpec::Camera(index)) => open_camera(*index),
            Self::Source(SourceSpec::Puppet) => Ok(open_puppet(options, None)),
            Self::Source(SourceSpec::Path(path)) => open_path(path, options),
            Self::Source(SourceSpec::Url(url)) => open_url(url, options),
            Self::NextCamera(last) => Ok(open_camera_or_puppet(*last, None, options)),
            Self::InsteadOf(last) => {
                let reason = format!("camera {last} delivers no frames");
                Ok(open_camera_or_puppet(Some(*last), Some(reason), options))
            }
        }
    }

    /// Whether to try again when it fails or breaks off.
    fn is_worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::Source(SourceSpec::Auto | SourceSpec::Camera(_) | SourceSpec::Url(_))
                | Self::NextCamera(_)
                | Self::InsteadOf(_)
        )
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Source(SourceSpec::Auto | SourceSpec::Camera(None))
            | Self::NextCamera(_)
            | Self::InsteadOf(_) => f.write_str("camera"),
            Self::Source(SourceSpec::Camera(Some(index))) => write!(f, "camera {index}"),
            Self::Source(SourceSpec::Puppet) => f.write_str("puppet"),
            Self::Source(SourceSpec::Path(path)) => f.write_str(&path_label(path)),
            Self::Source(SourceSpec::Url(url)) => f.write_str(&spec::without_password(url)),
        }
    }
}

/// The name of a file or folder without its parent folders.
fn path_label(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(not(feature = "webcam"))]
const NO_WEBCAMS: CaptureError =
    CaptureError::MissingFeature { source_kind: "a camera", feature: "webcam" };

#[cfg(feature = "webcam")]
fn open_camera(index: Option<u32>) -> Result<Opened, CaptureError> {
    match index {
        Some(index) => webcam::Webcam::open(index).map(Opened::from),
        None => open_camera_after(None),
    }
}

#[cfg(feature = "webcam")]
fn open_camera_after(last: Option<u32>) -> Result<Opened, CaptureError> {
    webcam::Webcam::open_first(last).map(Opened::from)
}

#[cfg(feature = "webcam")]
impl From<webcam::Webcam> for Opened {
    fn from(webcam: webcam::Webcam) -> Self {
        Self { camera: Some(webcam.index()), source: Box::new(webcam), note: None }
    }
}

#[cfg(not(feature = "webcam"))]
fn open_camera(_index: Option<u32>) -> Result<Opened, CaptureError> {
    Err(NO_WEBCAMS)
}

#[cfg(not(feature = "webcam"))]
fn open_camera_after(_last: Option<u32>) -> Result<Opened, CaptureError> {
    Err(NO_WEBCAMS)
}

/// The first camera that opens and has a number above `last`, else the puppet, with a note that
/// says why if a camera was expected.
fn open_camera_or_puppet(
    last: Option<u32>,
    failure: Option<String>,
    options: &OpenOptions,
) -> Opened {
    open_camera_after(last).unwrap_or_else(|error| {
        let reason = failure.or_else(|| match error {
            // After the last camera, the puppet is the next source, not a fallback.
            _ if last.is_some() => None,
            CaptureError::NoCamera { reason } => Some(reason),
            other => Some(other.to_string()),
        });
        let note = reason.map(|reason| format!("No camera ({reason}): using the puppet"));
        open_puppet(options, note)
    })
}

fn open_puppet(options: &OpenOptions, note: Option<String>) -> Opened {
    let source = Box::new(puppet::PuppetSource::new(options.puppet.clone()));
    Opened { source, note, camera: None }
}

#[cfg(feature = "pictures")]
fn open_path(path: &Path, options: &OpenOptions) -> Result<Opened, CaptureError> {
    let source = match path::look_at(path)? {
        path::PathKind::Folder | path::PathKind::Picture => {
            Box::new(pictures::Pictures::open(path, options)?)
        }
        path::PathKind::Other => open_film(path, options)?,
    };
    Ok(Opened { source, note: None, camera: None })
}

#[cfg(not(feature = "pictures"))]
fn open_path(_path: &Path, _options: &OpenOptions) -> Result<Opened, CaptureError> {
    Err(CaptureError::MissingFeature { source_kind: "a file", feature: "pictures" })
}

#[cfg(feature = "films")]
fn open_film(path: &Path, options: &OpenOptions) -> Result<Box<dyn FrameSource>, CaptureError> {
    Ok(Box::new(film::Film::open_file(path, options)?))
}

#[cfg(all(feature = "pictures", not(feature = "films")))]
fn open_film(_path: &Path, _options: &OpenOptions) -> Result<Box<dyn FrameSource>, CaptureError> {
    Err(CaptureError::MissingFeature { source_kind: "a film", feature: "films" })
}

#[cfg(feature = "films")]
fn open_url(url: &str, options: &OpenOptions) -> Result<Opened, CaptureError> {
    let source = Box::new(film::Film::open_stream(url, options)?);
    Ok(Opened { source, note: None, camera: None })
}

#[cfg(not(feature = "films"))]
fn open_url(_url: &str, _options: &OpenOptions) -> Result<Opened, CaptureError> {
    Err(CaptureError::MissingFeature { source_kind: "a network stream", feature: "films" })
}
