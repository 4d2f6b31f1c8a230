//! The capture code against a real Video4Linux driver: the kernel's virtual camera `vivid`, in a
//! virtual machine that `tests/camera-vm/run` boots.
//!
//! Asserts order, content and recovery, not rates: the machine may be an emulated one.

#![expect(clippy::print_stdout, reason = "what it prints is its result")]
#![cfg_attr(
    target_os = "linux",
    expect(clippy::expect_used, clippy::panic, reason = "a check fails by panicking")
)]

#[cfg(target_os = "linux")]
mod vivid;

fn main() {
    #[cfg(target_os = "linux")]
    if std::env::args().any(|argument| argument == "--in-vm") {
        vivid::probe();
        println!("camera-vm: all checks passed");
        return;
    }
    println!("skipped: this needs a camera driver; tests/camera-vm/run boots one");
}
