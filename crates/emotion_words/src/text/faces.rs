//! Emoji and emoticons that show the same become one token.

/// Groups of emoji that show the same thing. Each is named by the token it becomes.
const EMOJI: [(&str, &str); 16] = [
    ("<smile>", "🙂😊☺😀😃😄😁😇🤗😌😺😸🤩🥳😎🙃"),
    ("<laugh>", "😂🤣😆😹"),
    ("<love>", "😍🥰😘😗😙😚😻"),
    ("<heart>", "❤♥💕💖💗💓💞💘💝💙💚💛🧡💜🤍🖤💟❣"),
    ("<wink>", "😉😜😏😛😝😋🤪"),
    ("<sad>", "🙁☹😞😔😟😕😣😖😩😫🥺😿😥😓💔"),
    ("<cry>", "😢😭"),
    ("<rage>", "😠😡🤬👿😤😾🖕"),
    ("<scream>", "😱😨😰😧😦🙀"),
    ("<gasp>", "😮😲😯😳🤯"),
    ("<sick>", "🤢🤮🤧😷🥴"),
    ("<think>", "🤔🧐🤨"),
    ("<eyeroll>", "🙄😒😑😐😶😬"),
    ("<praise>", "👍👏🙌💪🎉🎊👌💯🔥🏆✨🥇"),
    ("<please>", "🙏"),
    ("<bad>", "👎💩"),
];

/// Emoticons without their nose, as the eyes and the mouth.
const EYES: [char; 5] = [':', ';', '=', '8', 'x'];

/// The token of an emoji; `None` where it is in no group.
pub fn emoji_group(emoji: char) -> Option<&'static str> {
    EMOJI.iter().find(|(_, members)| members.contains(emoji)).map(|(group, _)| *group)
}

/// Whether a character is an emoji or a symbol like one.
pub fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1f000..=0x1faff | 0x2190..=0x21ff)
}

/// What only changes the look of an emoji before it: variations, skin tones, joiners, keycaps.
pub fn is_emoji_modifier(c: char) -> bool {
    matches!(u32::from(c), 0xfe00..=0xfe0f | 0x1f3fb..=0x1f3ff | 0x200d | 0x20e3)
}

/// The token of an emoticon at the start of `rest`, and how many characters it has. It has to stand by itself:
/// `(after a space) :) (before a space or a sign)`.
pub fn emoticon(rest: &[char]) -> Option<(&'static str, usize)> {
    if rest.starts_with(&['<', '3']) {
        return alone(rest, 2).then_some(("<heart>", 2));
    }
    let eyes = rest.first()?.to_ascii_lowercase();
    if !EYES.contains(&eyes) {
        return None;
    }
    let mut at = 1;
    let tear = rest.get(at) == Some(&'\'');
    at += usize::from(tear);
    at += usize::from(matches!(rest.get(at), Some('-' | 'o' | '^')) && rest.len() > at + 1);
    let mouth = *rest.get(at)?;
    let letters_only = eyes == 'x' || eyes == '8';
    let group = match mouth {
        ')' | ']' | '}' if eyes == ';' => "<wink>",
        ')' | ']' | '}' if tear => "<laugh>",
        ')' | ']' | '}' | '3' if !letters_only => "<smile>",
        'D' | 'd' if eyes != '8' && !(letters_only && at > 1) => "<laugh>",
        '(' | '[' | '{' if tear => "<cry>",
        '(' | '[' | '{' | 'c' if !letters_only => "<sad>",
        'p' | 'P' if !letters_only => "<wink>",
        'o' | 'O' | '0' if !letters_only => "<gasp>",
        '/' | '\\' | '|' if !letters_only => "<eyeroll>",
        '@' if !letters_only => "<rage>",
        '*' if !letters_only => "<love>",
        _ => return None,
    };
    let mut end = at + 1;
    while rest.get(end) == Some(&mouth) {
        end += 1;
    }
    alone(rest, end).then_some((group, end))
}

/// Whether what has `length` characters ends there.
fn alone(rest: &[char], length: usize) -> bool {
    rest.get(length).is_none_or(|next| !next.is_alphanumeric() && *next != '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(&'static str, usize)> {
        emoticon(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn emoticons_are_read_with_and_without_noses() {
        assert_eq!(read(":)"), Some(("<smile>", 2)));
        assert_eq!(read(":-((( no"), Some(("<sad>", 5)));
        assert_eq!(read(":'("), Some(("<cry>", 3)));
        assert_eq!(read("xD"), Some(("<laugh>", 2)));
        assert_eq!(read("<3!"), Some(("<heart>", 2)));
        assert_eq!(read(";)"), Some(("<wink>", 2)));
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in ["://example.org", "xor", "8)", ":", "x", "<30", ":Danger", "8 o'clock", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn no_emoji_is_in_two_groups() {
        let mut all: Vec<char> = EMOJI.iter().flat_map(|(_, members)| members.chars()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.into_iter().all(is_emoji), "a group has what is no emoji");
    }
}
