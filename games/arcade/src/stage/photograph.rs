//! Pictures of the screen.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::TimeUpdateStrategy;

use super::Stage;

impl Stage {
    /// Photographs the screen into `NAME.png`, in the folder that the variable GAME_PICTURES names,
    /// else in `pictures` beside the test's program.
    pub fn photograph(&mut self, name: &str) -> PathBuf {
        let folder = std::env::var_os("GAME_PICTURES").map_or_else(
            || std::env::current_exe().expect("the test's program").with_file_name("pictures"),
            PathBuf::from,
        );
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.png"));
        let _ = std::fs::remove_file(&path);
        self.render(true);
        // Time stands still for the photograph.
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
        for _ in 0..3 {
            self.app.update();
        }
        let (target, to) = (self.screen.clone(), path.clone());
        self.world().spawn(Screenshot::image(target)).observe(
            move |captured: On<ScreenshotCaptured>| {
                let image = captured.image.clone().try_into_dynamic().expect("a picture");
                image.to_rgb8().save(&to).expect("a file");
            },
        );
        let start = Instant::now();
        while !path.exists() && start.elapsed() < Duration::from_secs(60) {
            self.app.update();
        }
        assert!(path.exists(), "the photograph was taken");
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(self.step));
        self.render(false);
        eprintln!("photographed {}", path.display());
        path
    }
}
