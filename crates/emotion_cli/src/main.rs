//! The `emotion` command.

mod commands;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
#[cfg(feature = "demo")]
use commands::demo;
#[cfg(feature = "microphone")]
use commands::microphones;
#[cfg(feature = "serve")]
use commands::serve;
#[cfg(feature = "watch")]
use commands::watch;
use commands::{analyze, cameras, export};
#[cfg(feature = "train")]
use commands::{calibrate, evaluate, fuse, logits, train};
#[cfg(feature = "project")]
use commands::{person, project, session, study};

/// Reads facial expressions from cameras, films and pictures, and reacts to them.
///
/// It reads what a face shows; it does not know what a person feels. Without a command it starts
/// the demo.
#[derive(Parser)]
#[command(name = "emotion", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Logs more to stderr: -v what happens, -vv every detail (RUST_LOG overrides it)
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
    Analyze(analyze::AnalyzeArgs),
    Cameras(cameras::CamerasArgs),
    #[cfg(feature = "microphone")]
    Microphones(microphones::MicrophonesArgs),
    Export(export::ExportArgs),
    #[cfg(feature = "project")]
    Project(project::ProjectArgs),
    #[cfg(feature = "project")]
    Person(person::PersonArgs),
    #[cfg(feature = "project")]
    Session(session::SessionArgs),
    #[cfg(feature = "project")]
    Study(study::StudyArgs),
    #[cfg(feature = "watch")]
    Watch(watch::WatchArgs),
    #[cfg(feature = "serve")]
    Serve(serve::ServeArgs),
    #[cfg(feature = "train")]
    Train(train::TrainArgs),
    #[cfg(feature = "train")]
    Evaluate(evaluate::EvaluateArgs),
    #[cfg(feature = "train")]
    Calibrate(calibrate::CalibrateArgs),
    #[cfg(feature = "train")]
    Logits(logits::LogitsArgs),
    #[cfg(feature = "train")]
    Fuse(fuse::FuseArgs),
}

fn main() -> ExitCode {
    silence_mesa();
    let cli = Cli::parse_from(with_default_command(std::env::args_os().collect()));
    log_to_stderr(cli.verbose);
    let result = match &cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(args),
        Command::Analyze(args) => analyze::run(args),
        Command::Cameras(args) => cameras::run(args),
        #[cfg(feature = "microphone")]
        Command::Microphones(args) => microphones::run(args),
        Command::Export(args) => export::run(args),
        #[cfg(feature = "project")]
        Command::Project(args) => project::run(args),
        #[cfg(feature = "project")]
        Command::Person(args) => person::run(args),
        #[cfg(feature = "project")]
        Command::Session(args) => session::run(args),
        #[cfg(feature = "project")]
        Command::Study(args) => study::run(args),
        #[cfg(feature = "watch")]
        Command::Watch(args) => watch::run(args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(args),
        #[cfg(feature = "train")]
        Command::Train(args) => train::run(args),
        #[cfg(feature = "train")]
        Command::Evaluate(args) => evaluate::run(args),
        #[cfg(feature = "train")]
        Command::Calibrate(args) => calibrate::run(args),
        #[cfg(feature = "train")]
        Command::Logits(args) => logits::run(args),
        #[cfg(feature = "train")]
        Command::Fuse(args) => fuse::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // `emotion ... | head`: the reader of the output needs no more of it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", commands::chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Keeps Mesa from printing "XDG_RUNTIME_DIR is invalid" where there is no desktop: its Vulkan
/// layer for choosing a device looks for a Wayland display there, and this program chooses the
/// device itself.
fn silence_mesa() {
    let set = |name| std::env::var_os(name).is_some();
    if !set("XDG_RUNTIME_DIR") && !set("NODEVICE_SELECT") {
        #[expect(unsafe_code, reason = "no other thread runs yet that could read the environment")]
        // SAFETY: this is the first statement of the program, which has one thread so far.
        unsafe {
            std::env::set_var("NODEVICE_SELECT", "1");
        }
    }
}

/// Inserts `demo` if no command is given, so that its options work without it: `emotion --source
/// puppet`.
fn with_default_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let is_verbosity = |argument: &OsString| {
        let argument = argument.to_string_lossy();
        argument == "--verbose"
            || argument
                .strip_prefix('-')
                .is_some_and(|v| !v.is_empty() && v.chars().all(|c| c == 'v'))
    };
    let place = arguments.iter().skip(1).take_while(|argument| is_verbosity(argument)).count() + 1;
    let named = arguments.get(place).is_some_and(|argument| {
        let argument = argument.to_string_lossy();
        !argument.starts_with('-') || ["-h", "--help", "-V", "--version"].contains(&&*argument)
    });
    if cfg!(feature = "demo") && !named {
        arguments.insert(place.min(arguments.len()), "demo".into());
    }
    arguments
}

/// Sends the library's log to stderr.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "warn".to_owned(),
        1 => log_levels("warn", "info"),
        _ => log_levels("info", "debug"),
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// A log filter: `others` for everything, `ours` for the crates of this workspace.
fn log_levels(others: &str, ours: &str) -> String {
    const OURS: [&str; 13] = [
        "bevy_emotion",
        "emotion",
        "emotion_capture",
        "emotion_models",
        "emotion_project",
        "emotion_puppet",
        "emotion_serve",
        "emotion_session",
        "emotion_store",
        "emotion_train",
        "emotion_vision",
        "emotion_voice",
        "emotion_watch",
    ];
    OURS.iter().fold(others.to_owned(), |filter, name| format!("{filter},{name}={ours}"))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[cfg(feature = "demo")]
    #[test]
    fn the_demo_is_the_default() {
        let completed = |arguments: &str| {
            let arguments = arguments.split_whitespace().map(OsString::from).collect();
            with_default_command(arguments).join(&OsString::from(" "))
        };
        assert_eq!(completed("emotion"), "emotion demo");
        assert_eq!(completed("emotion --source puppet"), "emotion demo --source puppet");
        assert_eq!(completed("emotion -vv --frames 3"), "emotion -vv demo --frames 3");
        assert_eq!(completed("emotion -v analyze a.mp4"), "emotion -v analyze a.mp4");
        assert_eq!(completed("emotion --help"), "emotion --help");
    }
}
