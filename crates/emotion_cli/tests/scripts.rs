//! `scripts/setup` on machines that are not this one: commands that it calls are played.
#![cfg(unix)]
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A machine on which only these commands exist.
struct Machine(TempDir);

impl Machine {
    /// Has the usual tools, and Rust in `version`.
    fn with_rust(version: &str) -> Self {
        let machine = Self(tempfile::tempdir().expect("a folder"));
        for tool in ["bash", "cat", "dirname", "env", "head", "sed", "sort"] {
            let real = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
            let real = real.iter().find(|path| path.exists()).expect(tool);
            symlink(real, machine.0.path().join(tool)).expect("a link");
        }
        machine.command("cargo", &format!("echo 'cargo {version} (abc 2026-01-01)'"))
    }

    fn command(self, name: &str, script: &str) -> Self {
        let file = self.0.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("permissions");
        self
    }

    /// Debian without `opencv-data`, used by this user; apt-get writes down what it was asked for.
    fn debian(user: u32) -> Self {
        Self::with_rust("1.99.0")
            .command("id", &format!("echo {user}"))
            .command(
                "dpkg-query",
                r#"for last; do :; done; [ "$last" = opencv-data ] || printf installed"#,
            )
            .command("apt-get", r#"echo "$@" >> "$(dirname "$0")/asked""#)
    }

    fn setup(&self, arguments: &[&str]) -> Output {
        Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/setup"))
            .args(arguments)
            .env("PATH", self.0.path())
            .env_remove("SKIP_SETUP")
            .output()
            .expect("the script starts")
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.0.path().join("asked")).unwrap_or_default()
    }
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn only_what_is_missing_is_installed_and_named() {
    let debian = Machine::debian(0);
    let output = debian.setup(&[]);
    assert!(output.status.success(), "{}", messages(&output));
    assert!(messages(&output).contains("missing and will be installed: opencv-data"));
    assert_eq!(
        debian.asked(),
        "update --quiet\ninstall --yes --no-install-recommends opencv-data\n"
    );
}

#[test]
fn nothing_is_touched_where_nothing_is_missing() {
    let complete = Machine::debian(1000).command("dpkg-query", "printf installed");
    let output = complete.setup(&["--test"]);
    assert!(output.status.success(), "{}", messages(&output));
    assert!(messages(&output).is_empty() && complete.asked().is_empty());
}

#[test]
fn sudo_is_used_by_those_who_are_not_root() {
    let with_sudo = Machine::debian(1000).command(
        "sudo",
        r#"[ "$1" != -n ] || shift; echo "sudo $1" >> "$(dirname "$0")/asked"; "$@""#,
    );
    let output = with_sudo.setup(&[]);
    assert!(output.status.success(), "{}", messages(&output));
    assert_eq!(with_sudo.asked().matches("sudo ").count(), 2);

    let output = Machine::debian(1000).setup(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("as root: apt-get install opencv-data"));
}

#[test]
fn a_failing_apt_get_stops_it() {
    let offline = Machine::debian(0).command("apt-get", "exit 100");
    let output = offline.setup(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("apt-get could not install"), "{}", messages(&output));
}

#[test]
fn other_systems_are_told_what_to_install() {
    let output = Machine::with_rust("1.99.0").setup(&[]);
    assert_eq!(output.status.code(), Some(1));
    for part in ["Fedora", "Arch", "macOS", "SKIP_SETUP=1"] {
        assert!(messages(&output).contains(part), "{part}: {}", messages(&output));
    }
}

#[test]
fn a_missing_or_old_rust_is_told() {
    let old = Machine::debian(0).command("cargo", "echo 'cargo 1.70.0 (abc 2023-05-16)'");
    let output = old.setup(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("Rust 1.70.0 is too old"), "{}", messages(&output));

    let none = Machine::debian(0);
    fs::remove_file(none.0.path().join("cargo")).expect("cargo goes");
    let output = none.setup(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("cargo is missing"), "{}", messages(&output));
}

#[test]
fn a_wrong_argument_is_refused() {
    let output = Machine::debian(0).setup(&["--tests"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("unknown argument --tests"));
}
