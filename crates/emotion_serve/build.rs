//! The page is part of the program: it is built again when files of `web/` come or go, as those of `scripts/web` do.

fn main() {
    println!("cargo:rerun-if-changed=web");
    println!("cargo:rerun-if-changed=web/js");
    println!("cargo:rerun-if-changed=web/emotion");
}
