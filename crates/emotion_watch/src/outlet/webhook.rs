//! Notices as HTTP requests.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Counts, Fate, QUEUE};
use crate::{Notice, WebhookConfig};

/// Posts each notice as JSON, in order, on a thread of its own.
///
/// An answer other than 2xx, and none within ten seconds, is tried again. A notice that is given up or does not fit into the
/// queue is logged and counted.
pub struct Webhook {
    url: String,
    queue: Option<SyncSender<String>>,
    counts: Counts,
    thread: Option<JoinHandle<()>>,
}

/// How often a notice is tried again, and how long the first pause is; each one is twice as long as the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How often after the first try.
    pub count: u32,
    /// The first pause.
    pub pause: Duration,
}

impl Default for Retries {
    /// After 1, 2, 4 and 8 s.
    fn default() -> Self {
        Self { count: 4, pause: Duration::from_secs(1) }
    }
}

impl Webhook {
    /// Posts to this address.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: &WebhookConfig, retries: Retries) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        let counts = Counts::default();
        let poster = Poster { config: config.clone(), retries, counts: counts.clone() };
        let thread = thread::Builder::new()
            .name("webhook".to_owned())
            .spawn(move || poster.run(&waiting))?;
        Ok(Self { url: config.url.clone(), queue: Some(queue), counts, thread: Some(thread) })
    }

    /// Posts a notice soon.
    pub fn send(&self, notice: &Notice) {
        let Ok(body) = serde_json::to_string(notice) else { return self.drop_one("it is no JSON") };
        match self.queue.as_ref().map(|queue| queue.try_send(body)) {
            Some(Ok(())) => {}
            Some(Err(TrySendError::Full(_))) => self.drop_one("too many wait"),
            Some(Err(TrySendError::Disconnected(_))) | None => self.drop_one("its thread ended"),
        }
    }

    /// How many notices arrived, and how many did not.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Posts what waits, and ends.
    pub fn finish(mut self) -> Counts {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the webhook {} crashed", self.url);
        }
        self.counts.clone()
    }

    fn drop_one(&self, why: &str) {
        self.counts.count(Fate::Dropped);
        tracing::warn!("a notice for {} was left out: {why}", self.url);
    }
}

struct Poster {
    config: WebhookConfig,
    retries: Retries,
    counts: Counts,
}

impl Poster {
    fn run(&self, waiting: &Receiver<String>) {
        let timeout = Some(Duration::from_secs(10));
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder().timeout_global(timeout).max_redirects(0).build(),
        );
        for body in waiting {
            let mut pause = self.retries.pause;
            for left in (0..=self.retries.count).rev() {
                match self.post(&agent, &body) {
                    Ok(()) => {
                        self.counts.count(Fate::Sent);
                        break;
                    }
                    Err(error) if left > 0 => {
                        tracing::warn!(
                            "the webhook {} failed, {left} more tries: {error}",
                            self.config.url
                        );
                        thread::sleep(pause);
                        pause *= 2;
                    }
                    Err(error) => {
                        self.counts.count(Fate::Failed);
                        tracing::error!("a notice for {} is given up: {error}", self.config.url);
                    }
                }
            }
        }
    }

    fn post(&self, agent: &ureq::Agent, body: &str) -> Result<(), ureq::Error> {
        let mut request = agent.post(&self.config.url).header("content-type", "application/json");
        if let Some(token) = &self.config.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.send(body)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(ureq::Error::StatusCode(answer.status().as_u16()))
        }
    }
}
