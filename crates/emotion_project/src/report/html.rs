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

/// The address of a JPEG that is part of the page.
pub fn jpeg_url(jpeg: &[u8]) -> String {
    use base64::Engine;
    format!("data:image/jpeg;base64,{}", base64::engine::general_purpose::STANDARD.encode(jpeg))
}

/// Whom a page is about.
#[derive(Clone, Copy)]
pub enum About {
    /// One person.
    Person,
    /// An audience of five or more.
    Audience,
}

impl About {
    const fn banner(self) -> &'static str {
        match self {
            Self::Person => {
                "This report says what a face <em>showed</em>, as a program reads it. It does not say what the person \
                 felt. It is no medical device and makes no diagnosis."
            }
            Self::Audience => {
                "This report says what viewers' faces <em>showed</em> together, as a program reads them. It does not say \
                 what they felt or thought, nor whether they liked it, and nothing about any one of them. Seconds in which \
                 fewer than five were in view are hidden."
            }
        }
    }

    const fn footer(self) -> &'static str {
        match self {
            Self::Person => {
                "from readings without pictures. Times are in UTC. Keep this report as you keep the project: when the \
                 person's data are erased, it goes with them."
            }
            Self::Audience => {
                "from readings without pictures of viewers; the pictures are frames of the film they saw. Make the \
                 report anew when a viewer withdraws."
            }
        }
    }
}

/// A page that is being written.
pub struct Page {
    html: String,
    about: About,
}

impl Page {
    /// A page with its head.
    pub fn new(about: About, title: &str, subtitle: &str, facts: &[(&str, String)]) -> Self {
        let (title, subtitle) = (escaped(title), escaped(subtitle));
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
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
        let _ = writeln!(html, "</dl><p class=\"banner\">{}</p></header>", about.banner());
        html.push_str(super::svg::PATTERNS);
        Self { html, about }
    }

    /// Adds a section.
    pub fn section(&mut self, title: &str, content: &str) {
        let _ = write!(self.html, "<section><h2>{}</h2>\n{content}</section>\n", escaped(title));
    }

    /// The whole page.
    pub fn finish(mut self) -> String {
        let _ = write!(
            self.html,
            "<footer>Made by bevy_emotion {} {}</footer>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION"),
            self.about.footer()
        );
        self.html
    }
}
