//! Jokes of two lines.

/// Told by a cactus.
pub(super) const JOKES: [[&str; 2]; 8] = [
    ["I bought a shy clock.", "It hides its face with its hands."],
    ["The fork has left the spoon.", "She saw no point in him."],
    ["My umbrella has joined a band.", "They only do covers."],
    ["I was married to a lamp.", "She went out every night."],
    ["My toaster is in therapy.", "The smallest things make it jump."],
    ["My pillow has written a book.", "I slept through the best part."],
    ["I have adopted a very old wall.", "It leans on me a lot."],
    ["They asked me for a hug.", "It went in. It did not come out."],
];
