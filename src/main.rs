//! The `emotion` command.

mod commands;

use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
#[cfg(feature = "hud")]
use commands::demo;
use commands::{analyze, cameras};
#[cfg(feature = "train")]
use commands::{evaluate, train};

/// Reads facial expressions from cameras, films and pictures, and reacts to them.
///
/// It reads what a face shows; it does not know what a person feels.
#[derive(Parser)]
#[command(name = "emotion", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Says more on stderr: -v what happens, -vv every detail (RUST_LOG overrules it)
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "hud")]
    Demo(demo::DemoArgs),
    Analyze(analyze::AnalyzeArgs),
    Cameras(cameras::CamerasArgs),
    #[cfg(feature = "train")]
    Train(train::TrainArgs),
    #[cfg(feature = "train")]
    Evaluate(evaluate::EvaluateArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.verbose);
    let result = match &cli.command {
        #[cfg(feature = "hud")]
        Command::Demo(args) => demo::run(args),
        Command::Analyze(args) => analyze::run(args),
        Command::Cameras(args) => cameras::run(args),
        #[cfg(feature = "train")]
        Command::Train(args) => train::run(args),
        #[cfg(feature = "train")]
        Command::Evaluate(args) => evaluate::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // `emotion ... | head`: whoever read the output has enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", commands::chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Sends the library's log to stderr. The demo does without: Bevy brings its own.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "warn,bevy_emotion=info,emotion=info",
        _ => "info,bevy_emotion=debug,emotion=debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
