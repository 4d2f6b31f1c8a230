//! Names of sources: parsing and formatting.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;

/// A source by name: `auto`, `camera`, `camera:N`, `puppet`, a file, a folder or a URL.
///
/// A name that is no keyword and has no `://` is a path; a file called `puppet` is `./puppet`, and `-` is
/// standard input.
///
/// ```
/// use emotion_capture::SourceSpec;
/// assert_eq!("camera:2".parse(), Ok(SourceSpec::Camera(Some(2))));
/// assert_eq!("rtsp://host/door".parse(), Ok(SourceSpec::Url("rtsp://host/door".into())));
/// assert_eq!(SourceSpec::Path("./auto".into()).to_string(), "./auto");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SourceSpec {
    /// The first camera that opens, else the puppet.
    #[default]
    Auto,
    /// The camera with this number; the first that opens if `None`.
    Camera(Option<u32>),
    /// The drawn face.
    Puppet,
    /// A film, a picture or a folder of pictures.
    Path(PathBuf),
    /// A network stream (`rtsp://`, `http://`, …).
    Url(String),
}

impl SourceSpec {
    /// The same as parsing, for names that need not be Unicode: those are paths.
    ///
    /// # Errors
    /// [`SourceSpecError`] when it is empty, or no number follows `camera:`.
    pub fn from_os_str(name: &OsStr) -> Result<Self, SourceSpecError> {
        name.to_str().map_or_else(|| Ok(Self::Path(name.into())), str::parse)
    }
}

impl FromStr for SourceSpec {
    type Err = SourceSpecError;

    fn from_str(text: &str) -> Result<Self, SourceSpecError> {
        match text {
            "" => Err(SourceSpecError::Empty),
            "auto" => Ok(Self::Auto),
            "camera" => Ok(Self::Camera(None)),
            "puppet" => Ok(Self::Puppet),
            _ => {
                if let Some(number) = text.strip_prefix("camera:") {
                    let number =
                        number.parse().map_err(|_| SourceSpecError::Camera(text.to_owned()))?;
                    Ok(Self::Camera(Some(number)))
                } else if text.contains("://") {
                    Ok(Self::Url(text.to_owned()))
                } else {
                    Ok(Self::Path(PathBuf::from(text)))
                }
            }
        }
    }
}

impl std::fmt::Display for SourceSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Camera(None) => f.write_str("camera"),
            Self::Camera(Some(number)) => write!(f, "camera:{number}"),
            Self::Puppet => f.write_str("puppet"),
            Self::Path(path) => {
                let text = path.to_string_lossy();
                // A path that would parse as something else gets a prefix that makes it a path.
                if matches!(text.parse(), Ok(Self::Path(_))) {
                    f.write_str(&text)
                } else {
                    write!(f, "./{text}")
                }
            }
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// Why a text is not the name of a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceSpecError {
    /// Nothing was given.
    #[error("the source is empty; use auto, camera, camera:N, puppet, a file, a folder or a URL")]
    Empty,
    /// What follows `camera:` is not a valid number.
    #[error("\"{0}\" is not a camera; write its number, as in camera:0")]
    Camera(String),
}

/// The URL without user name and password, for display.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in
            ["auto", "camera", "camera:3", "puppet", "clip.mp4", "/tmp/a b", "rtsp://host:554/x"]
        {
            let spec: SourceSpec = text.parse().expect(text);
            assert_eq!(spec.to_string(), text);
            assert_eq!(spec.to_string().parse(), Ok(spec));
        }
    }

    #[test]
    fn paths_that_look_like_keywords_stay_paths() {
        for name in ["auto", "camera", "camera:1", "puppet"] {
            let written = SourceSpec::Path(name.into()).to_string();
            assert_eq!(written.parse(), Ok(SourceSpec::Path(format!("./{name}").into())));
        }
    }

    #[test]
    fn what_names_nothing_is_refused() {
        assert_eq!("".parse::<SourceSpec>(), Err(SourceSpecError::Empty));
        for text in ["camera:", "camera:x", "camera:-1", "camera:99999999999"] {
            assert!(
                matches!(text.parse::<SourceSpec>(), Err(SourceSpecError::Camera(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_password("rtsp://me:secret@host/a@b"), "rtsp://host/a@b");
        assert_eq!(without_password("http://host/a?b=c@d"), "http://host/a?b=c@d");
    }
}
