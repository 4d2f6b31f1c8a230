//! Hashed pieces of a line: what the network looks up in its tables.
//!
//! A word is known by itself and by the three and four letters in a row that it has, so that a word that was
//! never seen still looks like others. Pieces are numbers; which row of a table they are is their remainder.

use crate::text::{Line, Token, TokenKind};

/// Pieces of a word beyond which the rest is left out: those of its end matter least.
pub const MAX_PIECES: usize = 16;

/// Words after a negation that are marked as negated, unless punctuation comes first.
const NEGATED: usize = 3;

const NEGATIONS: [&str; 34] = [
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "hardly",
    "barely", "cant", "cannot", "wont", "dont", "didnt", "doesnt", "isnt", "arent", "wasnt",
    "werent", "wouldnt", "couldnt", "shouldnt", "havent", "hasnt", "hadnt", "aint", "mustnt",
    "neednt", "nowhere", "less", "lack", "lacks",
];

/// The pieces of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pieces {
    /// The pieces of each token, at least one and at most [`MAX_PIECES`].
    pub tokens: Vec<Vec<u64>>,
    /// Words, pairs of words and negated words, each of which speaks for itself.
    pub direct: Vec<u64>,
}

impl Pieces {
    /// The pieces of the first `most` tokens of a line.
    pub fn of(line: &Line, most: usize) -> Self {
        let mut pieces = Self::default();
        for (sign, count) in [("<shouted>", line.shouted), ("<stretched>", line.stretched)] {
            if count > 0 {
                pieces.tokens.push(vec![piece('s', sign)]);
                pieces.direct.push(piece('s', sign));
            }
        }
        let tokens = &line.tokens[..line.tokens.len().min(most)];
        let mut negated = 0;
        for (index, token) in tokens.iter().enumerate() {
            pieces.tokens.push(of_token(token));
            pieces.direct.push(piece('u', &token.text));
            if let Some(before) = index.checked_sub(1).and_then(|before| tokens.get(before)) {
                pieces.direct.push(piece('b', &format!("{} {}", before.text, token.text)));
            }
            match token.kind {
                TokenKind::Word if NEGATIONS.contains(&token.text.as_str()) => negated = NEGATED,
                TokenKind::Word if negated > 0 => {
                    negated -= 1;
                    pieces.direct.push(piece('n', &token.text));
                }
                TokenKind::Word => {}
                TokenKind::Sign | TokenKind::Face => negated = 0,
            }
        }
        pieces
    }
}

/// The piece that a token is as a whole.
pub fn whole(token: &Token) -> u64 {
    piece('u', &token.text)
}

fn of_token(token: &Token) -> Vec<u64> {
    let mut pieces = vec![whole(token)];
    if token.kind == TokenKind::Word {
        let framed: Vec<char> =
            std::iter::once('<').chain(token.text.chars()).chain(std::iter::once('>')).collect();
        for length in [3, 4] {
            let parts = framed.windows(length).map(|part| piece('c', &String::from_iter(part)));
            pieces.extend(parts.take(MAX_PIECES.saturating_sub(pieces.len())));
        }
    }
    pieces
}

/// FNV-1a of a kind and a text, mixed so that its remainders are even.
fn piece(kind: char, text: &str) -> u64 {
    let bytes = std::iter::once(kind as u8).chain(text.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenise;

    fn direct(text: &str) -> Vec<u64> {
        Pieces::of(&tokenise(text), 100).direct
    }

    #[test]
    fn a_negated_word_has_a_piece_of_its_own() {
        let negated = piece('n', "happy");
        assert!(direct("I am not very happy").contains(&negated));
        assert!(direct("I don't feel happy").contains(&negated));
        assert!(!direct("I am happy").contains(&negated));
        assert!(!direct("Not now, happy birthday").contains(&negated));
    }

    #[test]
    fn words_that_look_alike_share_pieces() {
        let pieces = |text: &str| Pieces::of(&tokenise(text), 100).tokens.concat();
        let (known, typo) = (pieces("wonderful"), pieces("wonderfull"));
        let shared = typo.iter().filter(|piece| known.contains(piece)).count();
        assert!(shared > typo.len() / 2, "{shared} of {}", typo.len());
        assert!(pieces("wonderful").iter().all(|piece| !pieces("sky").contains(piece)));
    }

    #[test]
    fn the_number_of_pieces_is_bounded() {
        let pieces = Pieces::of(&tokenise(&"abcdefghijklmnopqrstuvwxyz ".repeat(500)), 20);
        assert_eq!(pieces.tokens.len(), 20);
        assert!(pieces.tokens.iter().all(|token| (1..=MAX_PIECES).contains(&token.len())));
    }
}
