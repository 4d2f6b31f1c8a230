//! The gags, one in each file. The stage is 740 wide and 460 high, its origin in the middle; things
//! stand at -150.

mod balloon;
mod cactus;
mod countdown;
mod dramatic_pause;
mod duck;
mod gag;
mod general;
mod jelly;
mod jokes;
mod long_dog;
mod nose;
mod orchestra;
mod potato;

pub use gag::Gag;

/// All gags.
pub const GAGS: [Gag; 11] = [
    dramatic_pause::GAG,
    cactus::GAG,
    potato::GAG,
    duck::GAG,
    countdown::GAG,
    balloon::GAG,
    nose::GAG,
    general::GAG,
    long_dog::GAG,
    orchestra::GAG,
    jelly::GAG,
];
