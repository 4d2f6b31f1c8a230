//! From a line of text to tokens.
//!
//! A token is a word, a sign of punctuation, an emoji or an emoticon. What differs only in writing becomes
//! equal: capitals, typographic quotes, spaces before punctuation, stretched words, addresses, numbers.

mod faces;
mod words;

pub use words::{Line, MAX_TOKENS, MAX_WORD, Token, TokenKind, tokenise};
