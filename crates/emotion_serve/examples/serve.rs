//! A server to try by hand: `cargo run --release -p emotion_serve --example serve -- [PORT]`.

#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::process::ExitCode;

use emotion_serve::Config;

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter("warn,emotion_serve=info").init();
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8080);
    let config = Config { address: ([127, 0, 0, 1], port).into(), ..Config::default() };
    match emotion_serve::run(config, |address| println!("http://{address}/")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
