//! Reports as HTML: one file that asks for nothing else, with figures drawn as SVG, dark and light.
//!
//! A report of a person says what a face showed and how that compares with the same person's other sessions. One of a
//! study says what five or more people showed together. Neither compares one person with others, or says what
//! somebody felt or has.

mod cards;
mod heatmap;
pub mod html;
mod notes;
mod observed;
pub mod study;
mod svg;
mod timeline;
mod weeks;

use crate::{Person, Project, ProjectError, Session, audit, date_of, moment_of};

use self::html::{About, Page, escaped};
use self::observed::Observed;

/// The largest report, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// The report of a person over all their sessions.
///
/// # Errors
/// Without consent, without a session, or when the project cannot be read.
pub fn person(project: &Project, pseudonym: &str) -> Result<String, ProjectError> {
    let (person, observed) = read(project, pseudonym)?;
    // With hundreds of sessions only the last ones are drawn one by one, and the report says so.
    let mut detailed = observed.sessions.len();
    let html = loop {
        let html = person_page(project, &person, &observed, detailed);
        if html.len() <= LARGEST || detailed == 0 {
            break html;
        }
        detailed /= 2;
    };
    audit::log(&project.db, "report made", &person.tag, "of all sessions")?;
    Ok(html)
}

/// The report of one session, seen against the person's others.
///
/// # Errors
/// As [`person`], and if there is no such session.
pub fn session(project: &Project, id: i64) -> Result<String, ProjectError> {
    let session = project.session(id)?;
    let (person, observed) = read(project, &project.person_of(&session)?.pseudonym)?;
    let index = observed.sessions.iter().position(|it| it.session.id == id);
    let Some(index) = index else {
        return Err(ProjectError::NothingToReport(format!("session {id}")));
    };
    let mut page = page(project, &person, &title(&session));
    page.section("What the session showed", &timeline::figure(&observed, index));
    page.section("Beside this person's other sessions", &cards::cards(&observed, index));
    page.section("How to read this", &notes::notes(&observed));
    audit::log(&project.db, "report made", &person.tag, &format!("of session {id}"))?;
    Ok(page.finish())
}

fn read(project: &Project, pseudonym: &str) -> Result<(Person, Observed), ProjectError> {
    let person = project.person(pseudonym)?;
    person.require_consent()?;
    let observed = Observed::load(project, &person)?;
    if observed.sessions.is_empty() {
        return Err(ProjectError::NothingToReport(pseudonym.to_owned()));
    }
    Ok((person, observed))
}

fn title(session: &Session) -> String {
    format!("Session {}, {}", session.id, moment_of(session.started_at))
}

fn page(project: &Project, person: &Person, subtitle: &str) -> Page {
    Page::new(About::Person, &person.pseudonym, subtitle, &facts(project))
}

/// What stands under every title.
fn facts(project: &Project) -> Vec<(&'static str, String)> {
    let settings = project.settings();
    let mut facts = vec![
        ("Project", settings.name.clone()),
        ("Purpose", settings.purpose.name().to_owned()),
        ("Report of", date_of(crate::now())),
    ];
    if let Some(exemption) = &settings.exemption {
        facts.push((
            "Exemption from Art. 5(1)(f) EU AI Act, as named by those responsible",
            exemption.to_string(),
        ));
    }
    facts
}

fn person_page(project: &Project, person: &Person, observed: &Observed, detailed: usize) -> String {
    let count = observed.sessions.len();
    let last = count - 1;
    let dates = |index: usize| date_of(observed.sessions[index].session.started_at);
    let sessions = if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") };
    let mut page = page(project, person, &format!("{sessions}, {} to {}", dates(0), dates(last)));
    page.section("At a glance", &cards::cards(observed, last));
    page.section("Over the weeks", &weeks::figures(observed));
    page.section("Smiling, minute by minute", &heatmap::figure(observed));
    let mut details = String::new();
    for index in (0..count).rev() {
        let session = &observed.sessions[index].session;
        if count - index > detailed {
            details.push_str(&format!(
                "<p class=\"quiet\">{} older sessions are left out, to keep this file small; each has a report of \
                 its own.</p>",
                index + 1
            ));
            break;
        }
        let open = if index == last { " open" } else { "" };
        details.push_str(&format!(
            "<details{open}><summary>{} <span>{}</span></summary>{}</details>",
            escaped(&title(session)),
            escaped(&observed.sessions[index].in_short()),
            timeline::figure(observed, index)
        ));
    }
    page.section("Session by session", &details);
    page.section("How to read this", &notes::notes(observed));
    page.finish()
}

#[cfg(test)]
mod tests;
