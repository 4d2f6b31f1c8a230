//! What people are told: a notice to read, and a sign for the door.
//!
//! Whoever uses a system that recognises emotions informs the people exposed to it (Article 50(3) of the AI Act),
//! clearly and no later than when it starts (Article 50(5)), and tells them what Article 13 GDPR asks for.

use std::fmt::Write;

use crate::report::html::escaped;
use crate::{Project, date_of, now};

impl Project {
    /// The notice and the sign, on one page each, as HTML to be printed. Brackets mark what is to be filled in.
    pub fn notice(&self) -> String {
        let settings = self.settings();
        let or = |text: &str, ask: &str| {
            if text.is_empty() { format!("<mark>[{ask}]</mark>") } else { escaped(text) }
        };
        let controller = or(&settings.controller, "who answers for this project");
        let contact = or(&settings.contact, "address, e-mail, telephone");
        let name = escaped(&settings.name);
        let purpose = settings.purpose.description();
        let days = settings.retention_days;
        let exemption = settings.exemption.as_ref().map_or(String::new(), |exemption| {
            format!(
                "<p><strong>Exemption from Article 5(1)(f) of the EU AI Act, as named by those responsible:</strong> \
                 {}</p>",
                escaped(&exemption.to_string())
            )
        });
        let encrypted = if settings.is_encrypted {
            "The readings are encrypted with a key of your own. "
        } else {
            ""
        };
        let mut html = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            html,
            r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Notice: {name}</title>
<style>{STYLE}</style></head><body>
<section class="sign">
<svg viewBox="0 0 200 200" role="img" aria-label="A face in a frame"><g fill="none" stroke="currentColor" stroke-width="8" stroke-linecap="round">
<path d="M20 60V20H60M140 20H180V60M180 140V180H140M60 180H20V140"/><circle cx="100" cy="100" r="52"/><path d="M76 116q24 24 48 0"/></g>
<circle cx="82" cy="90" r="6"/><circle cx="118" cy="90" r="6"/></svg>
<h1>Facial expressions are read here</h1>
<p class="large">A camera and a program note what faces show, {purpose}. No pictures are kept.</p>
<p class="large">Only people who agreed are recorded. You may say no, and change your mind at any time.</p>
<p>{controller} · {contact}</p>
<p class="small">{name} · emotion recognition system · notice under Article 50(3) of Regulation (EU) 2024/1689</p>
</section>
<section>
<h1>What happens with your data</h1>
<p class="small">Information under Article 50(3) of the EU AI Act and Article 13 GDPR. Project “{name}”, {date}.</p>
<h2>What is done</h2>
<p>A camera's pictures, or a film, are read by a program that estimates, frame by frame, how much a face shows each of
seven expressions: angry, disgust, fear, happy, sad, surprise, neutral. This is done {purpose}. The law calls this an
emotion recognition system.</p>
<p>The program reads what a face <em>shows</em>. It does not know what you <em>feel</em>; people show and read expressions
differently, and it errs. It is no medical device, and it makes no diagnosis. No decision about you is made by it.</p>
{exemption}
<h2>What is kept</h2>
<p>Estimates for each frame and second, where in the picture your face was, and what was written down about the session (topics,
your own answers). No pictures, no sound, nothing that would recognise you elsewhere. You appear under a pseudonym.
{encrypted}Of other faces in view only that they were there.</p>
<h2>For how long</h2>
<p>{days} days, or until you do not agree any more.</p>
<h2>Who answers for it</h2>
<p>{controller}<br>{contact}<br>Data protection officer: <mark>[name and contact, or none]</mark></p>
<p>Legal basis: your consent (Article 6(1)(a) and, where health is concerned, Article 9(2)(a) GDPR) <mark>[or which other]</mark>.
Recipients: <mark>[nobody else, or whom]</mark>. Transfers to other countries: <mark>[none, or which]</mark>.</p>
<h2>Your rights</h2>
<p>You do not have to agree, and nothing bad follows if you do not. You may withdraw your consent at any time; what was done
before stays lawful. You may see your data (Article 15), get a copy that other programs read (20), have them corrected (16)
or erased (17), have their use restricted (18), and complain to a supervisory authority (77): <mark>[which]</mark>.</p>
</section></body></html>
"#,
            date = date_of(now()),
        );
        html
    }
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#111;background:#fff}\
section{max-width:44rem;margin:auto;padding:2.5rem 1.5rem;page-break-after:always}\
.sign{text-align:center;padding-top:4rem}.sign svg{width:14rem;fill:#111}\
.sign h1{font-size:2.6rem;line-height:1.15}.large{font-size:1.4rem}.small{color:#555;font-size:.85rem}\
h2{font-size:1.1rem;margin:1.4em 0 .2em}p{margin:.4em 0}mark{background:#ffeeb0}";

#[cfg(test)]
mod tests {
    use crate::project::tests::project;
    use crate::{Exemption, NewProject, Project, Purpose};

    #[test]
    fn the_notice_says_what_the_law_asks_for() {
        let (_folder, project) = project(false);
        let notice = project.notice();
        for part in
            ["Article 50(3)", "Article 13", "withdraw", "365 days", "no medical device", "(77)"]
        {
            assert!(notice.contains(part), "{part}");
        }
        assert!(notice.contains("[who answers for this project]"));
    }

    #[test]
    fn an_exemption_is_printed_and_words_are_escaped() {
        let folder = tempfile::tempdir().unwrap();
        let new = NewProject {
            exemption: Some(Exemption {
                is_medical: true,
                reason: "sleep <apnoea> of pilots".to_owned(),
            }),
            controller: "A & B".to_owned(),
            ..NewProject::new("air", Purpose::Workplace)
        };
        let notice = Project::create(folder.path(), &new).unwrap().notice();
        assert!(notice.contains("sleep &lt;apnoea&gt; of pilots") && notice.contains("A &amp; B"));
    }
}
