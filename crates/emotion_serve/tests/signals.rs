//! SIGTERM while requests are in work: they are answered, and the process ends without an error.

#![cfg(unix)]
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use common::{Answer, agent, face};
use emotion_serve::Config;

/// The server, in a process of its own: this test, started by the other one.
#[test]
#[ignore = "needs to be started by the other test: it runs until it gets a signal"]
fn needs_a_signal_server() {
    let config = Config { address: ([127, 0, 0, 1], 0).into(), ..Config::default() };
    emotion_serve::run(config, |address| println!("\nlistening on {address}")).expect("it ends");
}

/// A server in a process of its own, and where it listens.
fn server() -> (Child, String) {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["--exact", "needs_a_signal_server", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let output: ChildStdout = child.stdout.take().expect("piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
    thread::spawn(move || lines.for_each(drop));
    (child, address.expect("an address"))
}

#[test]
fn requests_in_work_are_answered() {
    let (mut child, address) = server();
    let url = format!("http://{address}/v1/analyze");
    let face = face();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (url, face) = (url.clone(), face.clone());
            thread::spawn(move || {
                let request = agent().post(&url).header("content-type", "image/png");
                Answer::of(request.send(&face[..]).expect("an answer")).status
            })
        })
        .collect();
    // All have sent their pictures; eight analyses take longer than that.
    thread::sleep(Duration::from_millis(60));
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(kill.expect("kill is installed").success());
    let statuses: Vec<u16> = clients.into_iter().map(|it| it.join().expect("ran")).collect();
    assert_eq!(statuses, [200; 8]);
    assert!(child.wait().expect("it ended").success());
    assert!(agent().get(&url).call().is_err(), "it still listens");
}
