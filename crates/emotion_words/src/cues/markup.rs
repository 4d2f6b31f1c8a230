//! What subtitles have in their text beside words.

/// Takes tags (`<i>`, `<v Name>`, `{\an8}`) away and reads WebVTT's escapes.
pub fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag_length(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                plain.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    if plain.contains('&') {
        let escapes =
            [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", "\""), ("&amp;", "&")];
        for (escape, character) in escapes {
            plain = plain.replace(escape, character);
        }
    }
    plain.trim().to_owned()
}

/// The length of the tag that begins here; `<3` and `a < b` are none.
fn tag_length(rest: &str) -> Option<usize> {
    let mut chars = rest.chars();
    let is_brace = chars.next()? == '{';
    let next = chars.next()?;
    let opens = if is_brace { next == '\\' } else { next.is_ascii_alphabetic() || next == '/' };
    if !opens && !is_time_tag(rest) {
        return None;
    }
    let close = if is_brace { '}' } else { '>' };
    let end = rest.find(close)?;
    (!rest[1..end].contains(['<', '{'])).then_some(end + 1)
}

/// WebVTT's times within a cue, such as `<00:19.000>`.
fn is_time_tag(rest: &str) -> bool {
    rest.find('>').is_some_and(|end| super::clock::time(&rest[1..end]).is_some_and(|_| end > 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_words_stay() {
        assert_eq!(without_markup("<i>No!</i> {\\an8}Really?"), "No! Really?");
        assert_eq!(without_markup("<v Ann>I <00:19.500>love it &amp; you"), "I love it & you");
        assert_eq!(without_markup("I <3 this, 1 < 2 {sic}"), "I <3 this, 1 < 2 {sic}");
        assert_eq!(
            without_markup("<font color=\"#fff\">white</font> <unfinished"),
            "white <unfinished"
        );
    }
}
