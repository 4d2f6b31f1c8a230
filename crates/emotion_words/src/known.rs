//! Which words were seen in training: a Bloom filter.

use crate::pieces::whole;
use crate::text::{Line, TokenKind};

/// Bits for each word.
const BITS_A_WORD: usize = 12;

/// Bits that a word sets.
const HASHES: u64 = 6;

/// A set of words that may say of about one in 300 others that it has them, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownWords {
    bits: Vec<u8>,
}

impl KnownWords {
    /// A set of words, given as what [`whole`] makes of them.
    pub fn new(words: &[u64]) -> Self {
        let mut known = Self { bits: vec![0; (words.len() * BITS_A_WORD).div_ceil(8).max(1)] };
        for word in words {
            for bit in known.bits_of(*word) {
                known.bits[bit / 8] |= 1 << (bit % 8);
            }
        }
        known
    }

    /// A set as [`KnownWords::as_bytes`] gave it; `None` without any bytes.
    pub fn from_bytes(bits: Vec<u8>) -> Option<Self> {
        (!bits.is_empty()).then_some(Self { bits })
    }

    /// The set as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bits
    }

    /// Whether a word is in the set.
    pub fn contains(&self, word: u64) -> bool {
        self.bits_of(word).all(|bit| self.bits[bit / 8] & (1 << (bit % 8)) != 0)
    }

    /// The share of a line that is known, 0 to 1: of its letters, those in known words, so that the short
    /// words that many languages share count little. Emoji and emoticons count as long words. 0 where there is
    /// neither a word nor an emoji.
    pub fn share_of(&self, line: &Line) -> f32 {
        let (mut all, mut known) = (0, 0);
        for token in &line.tokens {
            let weight = match token.kind {
                // Single letters are words of any language, and of none.
                TokenKind::Word if token.text.chars().count() == 1 => continue,
                TokenKind::Word => token.text.chars().count(),
                TokenKind::Face => 6,
                TokenKind::Sign => continue,
            };
            all += weight;
            known += if self.contains(whole(token)) { weight } else { 0 };
        }
        if all == 0 { 0.0 } else { known as f32 / all as f32 }
    }

    fn bits_of(&self, word: u64) -> impl Iterator<Item = usize> + use<> {
        let count = self.bits.len() as u64 * 8;
        let (first, second) = (word & 0xffff_ffff, (word >> 32) | 1);
        (0..HASHES).map(move |n| (first.wrapping_add(n.wrapping_mul(second)) % count) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenise;

    fn words(range: std::ops::Range<usize>) -> Vec<u64> {
        let text = |n: usize| format!("word{}x", n * 7919);
        range.flat_map(|n| tokenise(&text(n)).tokens).map(|token| whole(&token)).collect()
    }

    #[test]
    fn what_was_put_in_is_in_and_little_else() {
        let known = KnownWords::new(&words(0..5000));
        assert!(words(0..5000).into_iter().all(|word| known.contains(word)));
        let false_hits =
            words(5000..15000).into_iter().filter(|word| known.contains(*word)).count();
        assert!(false_hits < 100, "{false_hits} of 10000");
    }

    #[test]
    fn the_share_counts_letters_and_faces_but_no_signs() {
        let line = tokenise("i love 👍 123 zxqv !!");
        let all: Vec<u64> = line.tokens.iter().map(whole).collect();
        let known = KnownWords::new(&all[..3]);
        assert!((known.share_of(&line) - 10.0 / 14.0).abs() < 1e-6);
        assert_eq!(known.share_of(&tokenise("i iiii")), 0.0);
        assert_eq!(known.share_of(&tokenise("!!! 42 ...")), 0.0);
        assert_eq!(known.share_of(&tokenise("")), 0.0);
    }
}
