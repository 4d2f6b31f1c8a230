//! The cascade files of OpenCV: where they are, and loading them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::DetectError;
use crate::haar::{Cascade, LARGEST_FILE};

/// The cascade for faces seen from the front.
pub const FRONTAL: &str = "haarcascade_frontalface_default.xml";
/// Another one for faces seen from the front, slower and hardly ever mistaken.
pub const FRONTAL_STRICT: &str = "haarcascade_frontalface_alt2.xml";
/// The cascade for faces seen from the side; it knows one side only.
pub const PROFILE: &str = "haarcascade_profileface.xml";

/// Environment variables that name the folder of the cascades, or a folder above it.
const VARIABLES: [&str; 3] = ["OPENCV_HAAR_CASCADES", "OPENCV_SAMPLES_DATA_PATH", "OPENCV_DIR"];

/// Below a folder named by a variable or a prefix, where the files can be.
const BELOW: [&str; 6] = [
    "",
    "haarcascades",
    "data/haarcascades",
    "share/opencv4/haarcascades",
    "share/opencv/haarcascades",
    "etc/haarcascades",
];

/// Where systems install software: Linux, Homebrew, Nix, Conda and MacPorts.
const PREFIXES: [&str; 5] = ["/usr", "/usr/local", "/opt/homebrew", "/opt/local", "/opt/opencv"];

/// The path of the cascade `name`: in `folder` alone if one is given, else the first of the
/// environment's folders, `assets/`, and the places where systems install OpenCV's data.
pub fn find(name: &str, folder: Option<&Path>) -> Result<PathBuf, DetectError> {
    let folders = folder.map_or_else(usual_folders, |folder| vec![folder.to_owned()]);
    folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()).ok_or_else(|| {
        DetectError::CascadeMissing {
            name: name.to_owned(),
            searched: folders.iter().map(|folder| folder.display().to_string()).collect(),
        }
    })
}

fn usual_folders() -> Vec<PathBuf> {
    let below = |root: PathBuf| BELOW.map(|path| root.join(path));
    let mut folders: Vec<PathBuf> = VARIABLES
        .iter()
        .filter_map(std::env::var_os)
        .flat_map(|root| below(root.into()))
        .filter(|folder| folder.is_dir())
        .collect();
    folders.push("assets".into());
    if let Some(beside) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.push(beside.join("assets"));
    }
    if let Some(conda) = std::env::var_os("CONDA_PREFIX") {
        folders.push(PathBuf::from(conda).join("share/opencv4/haarcascades"));
    }
    for prefix in PREFIXES {
        folders.push(Path::new(prefix).join("share/opencv4/haarcascades"));
        folders.push(Path::new(prefix).join("share/opencv/haarcascades"));
    }
    folders
}

/// Reads the cascade at `path`.
pub fn load(path: &Path) -> Result<Cascade, DetectError> {
    let unusable =
        |reason: String| DetectError::CascadeUnusable { path: path.display().to_string(), reason };
    let mut bytes = Vec::new();
    // A byte more than may be, so that a file that is too large is seen to be.
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unusable(error.to_string()))?;
    Cascade::from_xml(&bytes).map_err(|error| unusable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_says_where_it_was_sought_and_what_to_install() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = find(FRONTAL, Some(folder.path())).expect_err("the folder is empty");
        let message = error.to_string();
        assert!(message.contains(FRONTAL), "{message}");
        assert!(message.contains(&folder.path().display().to_string()), "{message}");
        assert!(message.contains("apt install opencv-data"), "{message}");
    }

    #[test]
    fn damaged_files_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = find(FRONTAL, None).expect("opencv-data is installed");
        let whole = std::fs::read(whole).expect("readable");
        let contents: [(&str, &[u8]); 4] = [
            ("empty.xml", b""),
            ("text.xml", b"not a cascade"),
            ("other.xml", b"<?xml version=\"1.0\"?><opencv_storage><a>1</a></opencv_storage>"),
            ("truncated.xml", &whole[..whole.len() / 2]),
        ];
        for (name, content) in contents {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("writable");
            let error = load(&path).err().unwrap_or_else(|| panic!("{name} was taken"));
            assert!(matches!(error, DetectError::CascadeUnusable { .. }), "{name}: {error}");
            assert!(error.to_string().contains(name), "{error}");
        }
        let Err(missing) = load(&folder.path().join("missing.xml")) else {
            panic!("a file that is not there was loaded");
        };
        assert!(missing.to_string().contains("No such file"), "{missing}");
    }

    #[test]
    fn the_installed_cascades_load() {
        for name in [FRONTAL, FRONTAL_STRICT, PROFILE] {
            let path = find(name, None).expect("opencv-data is installed");
            assert!(load(&path).is_ok(), "{name}");
        }
    }
}
