//! The page in Chromium, with a fake camera that shows the puppet. Photographs are left in the build folder.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod common;

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{TestServer, agent, face, puppet_frames};
use emotion_core::Frame;
use serde_json::{Value, json};

/// Chromium, driven by chromedriver (WebDriver).
struct Browser {
    driver: Child,
    session: String,
}

impl Browser {
    /// Opens a window of this size; the camera shows `film`.
    fn open(width: u32, height: u32, film: &Path) -> Self {
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .spawn()
            .expect("chromedriver is installed");
        let base = format!("http://127.0.0.1:{port}");
        wait(|| agent().get(format!("{base}/status")).call().is_ok());
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--use-fake-ui-for-media-stream".to_owned(),
            "--use-fake-device-for-media-stream".to_owned(),
            format!("--use-file-for-fake-video-capture={}", film.display()),
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let opened = ask(&format!("{base}/session"), &capabilities);
        let id = opened["sessionId"].as_str().expect("a session");
        let browser = Self { driver, session: format!("{base}/session/{id}") };
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
        });
        browser.devtools("Emulation.setDeviceMetricsOverride", size);
        browser
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        ask(&format!("{}/goog/cdp/execute", self.session), &body)
    }

    fn go(&self, url: &str) {
        ask(&format!("{}/url", self.session), &json!({ "url": url }));
    }

    /// What a script returns in the page.
    fn script(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        ask(&format!("{}/execute/sync", self.session), &body)
    }

    fn text(&self, selector: &str) -> String {
        let script = format!("return document.querySelector('{selector}').textContent");
        self.script(&script).as_str().unwrap_or_default().to_owned()
    }

    fn choose_file(&self, selector: &str, path: &Path) {
        let body = json!({ "using": "css selector", "value": selector });
        let element = ask(&format!("{}/element", self.session), &body);
        let id = element.as_object().and_then(|element| element.values().next());
        let id = id.and_then(Value::as_str).expect("an element");
        let body = json!({ "text": path.display().to_string() });
        ask(&format!("{}/element/{id}/value", self.session), &body);
    }

    fn photograph(&self, name: &str) {
        let picture = ask_get(&format!("{}/screenshot", self.session));
        let base64 = picture.as_str().expect("a picture");
        let picture = BASE64_STANDARD.decode(base64).expect("a picture");
        assert!(picture.len() > 10_000, "the photograph is empty");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("written");
    }

    /// What went wrong in the page, as its console has it.
    fn errors(&self) -> Vec<String> {
        let log = ask(&format!("{}/se/log", self.session), &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = agent().delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn ask(url: &str, body: &Value) -> Value {
    value(agent().post(url).send_json(body).expect("an answer"))
}

fn ask_get(url: &str) -> Value {
    value(agent().get(url).call().expect("an answer"))
}

fn value(mut response: ureq::http::Response<ureq::Body>) -> Value {
    let limit = 64 << 20;
    let text = response.body_mut().with_config().limit(limit).read_to_string().expect("a body");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    assert!(response.status().is_success(), "{text}");
    json["value"].clone()
}

fn wait(mut until: impl FnMut() -> bool) {
    let start = Instant::now();
    while !until() {
        assert!(start.elapsed() < Duration::from_secs(40), "it never came");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Frames as a film for the fake camera (YUV4MPEG2).
fn write_film(frames: &[Frame], path: &Path) {
    let (width, height) = (frames[0].width() as usize, frames[0].height() as usize);
    let mut film = format!("YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n").into_bytes();
    for frame in frames {
        film.extend_from_slice(b"FRAME\n");
        let plane = |step: usize, offset: f32, weights: [f32; 3]| {
            let rows = (0..height).step_by(step);
            let places = rows.flat_map(move |y| (0..width).step_by(step).map(move |x| (x, y)));
            places.map(move |(x, y)| {
                let at = (y * width + x) * 3;
                let sum =
                    (0..3).map(|channel| f32::from(frame.rgb()[at + channel]) * weights[channel]);
                (offset + sum.sum::<f32>()).round() as u8
            })
        };
        film.extend(plane(1, 16.0, [0.257, 0.504, 0.098]));
        film.extend(plane(2, 128.0, [-0.148, -0.291, 0.439]));
        film.extend(plane(2, 128.0, [0.439, -0.368, -0.071]));
    }
    std::fs::File::create(path).and_then(|mut file| file.write_all(&film)).expect("written");
}

/// Where the page reads faces.
#[derive(Clone, Copy)]
enum Mode {
    Browser,
    Server,
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn needs_chromium_the_page_reads_the_camera_and_pictures() {
    read_camera_and_pictures(Mode::Server);
}

#[test]
#[ignore = "needs Chromium, chromedriver and scripts/web"]
fn needs_chromium_and_wasm_the_page_reads_in_the_browser() {
    read_camera_and_pictures(Mode::Browser);
}

/// Opens the page and waits until it reads in this mode; the one in the browser is the default where it is there.
fn open_page(browser: &Browser, server: &TestServer, mode: Mode) {
    browser.go(&server.url("/"));
    let chosen = || browser.script("return document.body.dataset.mode ?? null");
    wait(|| chosen().is_string());
    match mode {
        Mode::Browser => assert_eq!(chosen(), "browser", "run scripts/web, and build again"),
        Mode::Server => {
            browser.script("document.getElementById('mode-server').click()");
            wait(|| chosen() == "server");
        }
    }
    wait(|| browser.text("#model").contains("efficientnet"));
}

fn read_camera_and_pictures(mode: Mode) {
    let (name, privacy) = match mode {
        Mode::Browser => ("browser", "never leave it"),
        Mode::Server => ("server", "read in its memory and forgotten"),
    };
    let server = TestServer::start(|_| {});
    let folder = tempfile::tempdir().expect("a folder");
    let (film, picture) = (folder.path().join("face.y4m"), folder.path().join("face.png"));
    // Calm for a second, then happy.
    write_film(&puppet_frames(150, 1), &film);
    std::fs::write(&picture, face()).expect("written");
    for (width, height) in [(390, 844), (1280, 800), (2560, 1440)] {
        let browser = Browser::open(width, height, &film);
        open_page(&browser, &server, mode);
        let shown = browser.script("return document.getElementById('privacy').innerText");
        assert!(shown.as_str().is_some_and(|text| text.contains(privacy)), "{shown}");
        browser.script("document.getElementById('start').click()");
        wait(|| {
            browser.text("#faces").contains("happy") && browser.text(".face .large") == "happy"
        });
        wait(|| browser.text("#delay").contains("ms"));
        let spoken = "return document.getElementById('minute').getAttribute('aria-label')";
        wait(|| browser.script(spoken).as_str().is_some_and(|text| text.contains("happy")));
        let bars = browser.script("return document.querySelectorAll('.face .bar').length");
        assert_eq!(bars, 7);
        // The ring is drawn: something on the overlay is not transparent.
        let drawn = "const c = document.getElementById('overlay'); return c.getContext('2d')\
                     .getImageData(0, 0, c.width, c.height).data.some((value) => value > 0)";
        assert_eq!(browser.script(drawn), true);
        let overflow = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(browser.script(overflow), false, "wider than {width}");
        browser.photograph(&format!("page_{width}_{name}_live"));
        let key = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))";
        browser.script(key);
        wait(|| {
            browser.script("return document.getElementById('stage').className") == "mirrored idle"
        });
        browser.choose_file("#picker", &picture);
        wait(|| browser.text("#files-status").contains("1 read."));
        assert!(
            browser.text("#results").contains("1 face: ■ neutral"),
            "{}",
            browser.text("#results")
        );
        browser.photograph(&format!("page_{width}_{name}_files"));
        if matches!(mode, Mode::Browser) {
            let asked = "return performance.getEntriesByType('resource').map((entry) => entry.name)\
                         .filter((name) => name.includes('/v1/'))";
            assert_eq!(browser.script(asked), json!([]), "the server was asked");
        }
        assert_eq!(browser.errors(), Vec::<String>::new());
    }
}
