//! The page around a report.

use std::fmt::Write;

/// A text for HTML and SVG.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A page that is being written.
pub struct Page(String);

impl Page {
    /// A page with its head.
    pub fn new(title: &str, subtitle: &str, facts: &[(&str, String)]) -> Self {
        let (title, subtitle) = (escaped(title), escaped(subtitle));
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}: {subtitle}</title>\n<style>{}</style>\n</head>\n<body>\n<header><h1>{title}</h1>\
             <p class=\"subtitle\">{subtitle}</p><dl>",
            include_str!("style.css")
        );
        for (name, value) in facts {
            // Writing to a string cannot fail.
            let _ =
                write!(html, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(name), escaped(value));
        }
        html.push_str(
            "</dl><p class=\"banner\">This report says what a face <em>showed</em>, as a program reads it. It does \
             not say what the person felt. It is no medical device and makes no diagnosis.</p></header>\n",
        );
        html.push_str(super::svg::PATTERNS);
        Self(html)
    }

    /// Adds a section.
    pub fn section(&mut self, title: &str, content: &str) {
        let _ = write!(self.0, "<section><h2>{}</h2>\n{content}</section>\n", escaped(title));
    }

    /// The whole page.
    pub fn finish(mut self) -> String {
        let _ = write!(
            self.0,
            "<footer>Made by bevy_emotion {} from readings without pictures. Times are in UTC. Keep this report as \
             you keep the project: when the person's data are erased, it goes with them.</footer>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION")
        );
        self.0
    }
}
