//! The tokeniser.

use super::faces::{emoji_group, emoticon, is_emoji, is_emoji_modifier};

/// Tokens of a line that are read; what follows is left out.
pub const MAX_TOKENS: usize = 256;

/// Characters of a word that are read; what follows is left out.
pub const MAX_WORD: usize = 24;

/// Bytes of a line that are looked at: a line of any length costs the same.
const MAX_BYTES: usize = 16 * 1024;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, perhaps with digits and apostrophes.
    Word,
    /// An emoji or an emoticon.
    Face,
    /// Punctuation, a number, an address or a placeholder.
    Sign,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its normalised text.
    pub text: String,
    /// What it is.
    pub kind: TokenKind,
}

/// A line as tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The tokens in order.
    pub tokens: Vec<Token>,
    /// Words of at least two letters that are all capitals.
    pub shouted: usize,
    /// Words with a letter three times or more in a row.
    pub stretched: usize,
    /// Whether something of the line was left out because it is too long.
    pub is_cut: bool,
}

/// Divides a line into tokens.
pub fn tokenise(text: &str) -> Line {
    let looked_at = text.floor_char_boundary(MAX_BYTES);
    let chars: Vec<char> = text[..looked_at].chars().map(plain).collect();
    let mut line = Line { is_cut: looked_at < text.len(), ..Line::default() };
    let mut at = 0;
    while at < chars.len() {
        if line.tokens.len() >= MAX_TOKENS {
            line.is_cut = true;
            break;
        }
        at += step(&mut line, &chars, at).max(1);
    }
    line
}

/// Typographic variants as their plain characters.
fn plain(c: char) -> char {
    match c {
        '’' | '‘' | '´' | '`' | 'ʼ' => '\'',
        '“' | '”' | '„' | '«' | '»' => '"',
        '–' | '—' => '-',
        c => c,
    }
}

/// Reads what begins at a character, and says how many characters it has.
fn step(line: &mut Line, chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let Some(&first) = rest.first() else { return 1 };
    if first.is_whitespace() || is_emoji_modifier(first) || first == '"' || first == '*' {
        return 1;
    }
    let begins = at == 0 || !chars[at - 1].is_alphanumeric();
    if begins && let Some((face, length)) = emoticon(rest) {
        push(line, face, TokenKind::Face);
        return length;
    }
    if begins && let Some(length) = address(rest) {
        push(line, "<url>", TokenKind::Sign);
        return length;
    }
    if first.is_alphanumeric() {
        return word(line, rest);
    }
    if is_emoji(first) {
        match emoji_group(first) {
            Some(group) => push(line, group, TokenKind::Face),
            None => push(line, first.encode_utf8(&mut [0; 4]), TokenKind::Face),
        }
        return 1;
    }
    if first == '['
        && let Some(length) = placeholder(rest)
    {
        let name: String = rest[..length].iter().collect();
        push(line, &name.to_lowercase(), TokenKind::Sign);
        return length;
    }
    sign(line, rest)
}

fn push(line: &mut Line, text: &str, kind: TokenKind) {
    line.tokens.push(Token { text: text.to_owned(), kind });
}

/// The length of a web address.
fn address(rest: &[char]) -> Option<usize> {
    let starts = |prefix: &str| {
        rest.len() > prefix.len()
            && rest.iter().zip(prefix.chars()).all(|(c, p)| c.eq_ignore_ascii_case(&p))
    };
    (starts("http://") || starts("https://") || starts("www."))
        .then(|| rest.iter().take_while(|c| !c.is_whitespace()).count())
}

/// The length of a placeholder such as `[NAME]`, which data sets have instead of names.
fn placeholder(rest: &[char]) -> Option<usize> {
    let letters = rest.iter().skip(1).take_while(|c| c.is_ascii_uppercase()).count();
    ((2..=12).contains(&letters) && rest.get(letters + 1) == Some(&']')).then_some(letters + 2)
}

/// A word or a number; apostrophes within a word are left out, so that `don't` and `dont` are the same.
fn word(line: &mut Line, rest: &[char]) -> usize {
    let mut length = 0;
    while let Some(&c) = rest.get(length) {
        let joins = c == '\'' && rest.get(length + 1).is_some_and(|next| next.is_alphabetic());
        if !(c.is_alphanumeric() || joins || is_mark(c)) {
            break;
        }
        length += 1;
    }
    let written: Vec<char> = rest[..length].iter().copied().filter(|c| *c != '\'').collect();
    if written.iter().all(|c| c.is_numeric()) {
        push(line, "0", TokenKind::Sign);
        return length;
    }
    line.is_cut |= written.len() > MAX_WORD;
    let letters = written.iter().filter(|c| c.is_alphabetic()).count();
    line.shouted += usize::from(
        letters > 1
            && !written.iter().any(|c| c.is_lowercase())
            && written.iter().any(|c| c.is_uppercase()),
    );
    let lower: Vec<char> = written.iter().flat_map(|c| c.to_lowercase()).collect();
    let (word, stretched) = shrink(&lower);
    line.stretched += usize::from(stretched);
    let word: String = word.into_iter().take(MAX_WORD).collect();
    push(line, &word, TokenKind::Word);
    length
}

/// Combining marks, which some scripts write their vowels with.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x900..=0x903 | 0x93a..=0x94f | 0xe31..=0xe3a | 0xe47..=0xe4e)
}

/// A letter three times or more in a row becomes one at the end of a word (`nooo`) and two within
/// (`sweeeet`).
fn shrink(word: &[char]) -> (Vec<char>, bool) {
    let mut short = Vec::with_capacity(word.len());
    let mut stretched = false;
    let mut at = 0;
    while let Some(&c) = word.get(at) {
        let run = word[at..].iter().take_while(|next| **next == c).count();
        let keep = match run {
            1 | 2 => run,
            _ if !c.is_alphabetic() => 2,
            _ if at + run == word.len() => 1,
            _ => 2,
        };
        stretched |= run > 2 && c.is_alphabetic();
        short.extend(std::iter::repeat_n(c, keep));
        at += run;
    }
    (short, stretched)
}

/// Punctuation: a run of the same sign is one token, `!` and `?` together another.
fn sign(line: &mut Line, rest: &[char]) -> usize {
    let Some(&first) = rest.first() else { return 1 };
    let loud = |c: &char| matches!(c, '!' | '?' | '！' | '？');
    if loud(&first) {
        let run: Vec<char> = rest.iter().copied().take_while(loud).collect();
        let asks = run.iter().any(|c| matches!(c, '?' | '？'));
        let calls = run.iter().any(|c| matches!(c, '!' | '！'));
        let text = match (asks, calls, run.len()) {
            (true, true, _) => "?!",
            (true, false, 1) => "?",
            (true, false, _) => "??",
            (false, _, 1) => "!",
            (false, _, _) => "!!",
        };
        push(line, text, TokenKind::Sign);
        return run.len();
    }
    let run = rest.iter().take_while(|c| **c == first).count();
    match first {
        '.' | '…' if run > 1 || first == '…' => push(line, "...", TokenKind::Sign),
        '\'' => {}
        c => push(line, c.encode_utf8(&mut [0; 4]), TokenKind::Sign),
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        tokenise(text).tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_signs_and_faces_are_divided() {
        assert_eq!(
            tokens("I don't like it, [NAME]!! :("),
            ["i", "dont", "like", "it", ",", "[name]", "!!", "<sad>"]
        );
        assert_eq!(tokens("see https://example.org/a?b=c now…"), ["see", "<url>", "now", "..."]);
        assert_eq!(tokens("👍🏽 ok ❤️"), ["<praise>", "ok", "<heart>"]);
        assert_eq!(tokens("at 8:30 'twas 1,000"), ["at", "0", ":", "0", "twas", "0", ",", "0"]);
    }

    #[test]
    fn what_differs_only_in_writing_is_the_same() {
        assert_eq!(tokens("You ’re   late ."), tokens("you 're late."));
        assert_eq!(tokens("DON’T"), tokens("dont"));
        assert_eq!(tokens("sweeeeet nooooo!!!!"), ["sweet", "no", "!!"]);
        assert_eq!(tokens("What?!?!"), ["what", "?!"]);
    }

    #[test]
    fn shouting_and_stretching_are_counted() {
        let line = tokenise("I am SO happyyyy, WOW");
        assert_eq!((line.shouted, line.stretched, line.is_cut), (2, 1, false));
    }

    #[test]
    fn a_line_of_any_length_and_content_is_bounded() {
        let line = tokenise(&"a b ".repeat(5_000_000));
        assert_eq!((line.tokens.len(), line.is_cut), (MAX_TOKENS, true));
        let line = tokenise(&"é".repeat(10_000_000));
        assert!(
            line.is_cut && line.tokens.iter().all(|token| token.text.chars().count() <= MAX_WORD)
        );
        assert!(tokenise("\u{feff}\u{0}\u{202e}\u{fffd}").tokens.len() <= 4);
        assert_eq!(tokenise(" \t\n"), Line::default());
    }
}
