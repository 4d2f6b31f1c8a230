//! Writes the pictures of a recording, if they are asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use bevy::image::Image;
use crossbeam_channel::{Receiver, Sender, bounded};

use emotion_core::Frame;

/// Most pictures that wait to be written; each is a megabyte or more.
const BACKLOG: usize = 8;

/// Writes pictures as PNG files, named by their time in the recording in milliseconds.
#[derive(Debug)]
pub(super) struct PictureWriter {
    sender: Sender<(Duration, Arc<Frame>)>,
    problem: Arc<Mutex<Option<String>>>,
}

impl PictureWriter {
    /// Starts writing into a folder, which has to be new or empty.
    pub fn start(folder: PathBuf) -> Self {
        let (sender, pictures) = bounded(BACKLOG);
        let problem = Arc::new(Mutex::new(None));
        let told = problem.clone();
        let tell = move |text| *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        let on_thread = {
            let tell = tell.clone();
            move || {
                if let Err(text) = write(&folder, &pictures) {
                    tell(text);
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("pictures".to_owned()).spawn(on_thread) {
            tell(format!("cannot start the thread that writes pictures: {error}"));
        }
        Self { sender, problem }
    }

    /// Queues a picture; `false` if it is dropped: the disk is too slow, or writing has failed.
    pub fn offer(&self, at: Duration, frame: Arc<Frame>) -> bool {
        self.sender.try_send((at, frame)).is_ok()
    }

    /// The error that stopped writing, if any.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn write(folder: &Path, pictures: &Receiver<(Duration, Arc<Frame>)>) -> Result<(), String> {
    let failed =
        |reason: String| format!("pictures cannot be written into {}: {reason}", folder.display());
    fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    let mut entries = fs::read_dir(folder).map_err(|error| failed(error.to_string()))?;
    if entries.next().is_some() {
        return Err(failed("it is not empty; choose a new or an empty folder".to_owned()));
    }
    for (at, frame) in pictures {
        let path = folder.join(format!("{:09}.png", at.as_millis()));
        save(&frame, &path).map_err(failed)?;
    }
    Ok(())
}

fn save(frame: &Frame, path: &Path) -> Result<(), String> {
    let mut image = Image::default_uninit();
    image.texture_descriptor.size.width = frame.width();
    image.texture_descriptor.size.height = frame.height();
    image.data = Some(frame.to_rgba());
    let picture = image.try_into_dynamic().map_err(|error| error.to_string())?;
    picture.to_rgb8().save(path).map_err(|error| error.to_string())
}
