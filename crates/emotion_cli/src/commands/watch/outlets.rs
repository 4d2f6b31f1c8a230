//! Everybody who is told.

use std::io::Write;

use anyhow::Context;
#[cfg(feature = "mqtt")]
use emotion_watch::outlet::Mqtt;
use emotion_watch::outlet::{Counts, Page, Retries, Webhook};
use emotion_watch::{Notice, Watch, WatchConfig};

/// Standard output, and the listeners of a file.
pub struct Outlets {
    webhooks: Vec<(String, Webhook)>,
    page: Option<Page>,
    #[cfg(feature = "mqtt")]
    mqtt: Option<Mqtt>,
}

impl Outlets {
    /// Starts all listeners of a file.
    ///
    /// # Errors
    /// When the page's address is taken, MQTT is not part of this program, or the system gives no thread.
    pub fn start(config: &WatchConfig) -> anyhow::Result<Self> {
        #[cfg(not(feature = "mqtt"))]
        if config.mqtt.is_some() {
            anyhow::bail!(
                "this program was built without MQTT; build it with `--no-default-features --features mqtt`, or leave out [mqtt]"
            );
        }
        let webhooks = config.webhooks.iter().map(|webhook| {
            let started = Webhook::start(webhook, Retries::default());
            Ok((webhook.url.clone(), started.context("cannot start a webhook")?))
        });
        let page =
            config.page.as_ref().map(Page::start).transpose().context("cannot open the page")?;
        if let Some(page) = &page {
            eprintln!("the page is at http://{}/", page.address());
        }
        Ok(Self {
            webhooks: webhooks.collect::<anyhow::Result<_>>()?,
            page,
            #[cfg(feature = "mqtt")]
            mqtt: match &config.mqtt {
                Some(mqtt) => Some(Mqtt::start(mqtt, config).context("cannot start MQTT")?),
                None => None,
            },
        })
    }

    /// Tells everybody.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn tell(&mut self, notices: &[Notice]) -> anyhow::Result<()> {
        for notice in notices {
            print(notice)?;
            for (_, webhook) in &self.webhooks {
                webhook.send(notice);
            }
            if let Some(page) = &self.page {
                page.tell(notice);
            }
            #[cfg(feature = "mqtt")]
            if let Some(mqtt) = &self.mqtt {
                mqtt.send(notice);
            }
        }
        Ok(())
    }

    /// Shows how the watch is doing.
    pub fn show(&self, watch: &Watch) {
        if let Some(page) = &self.page {
            page.show(watch.state());
        }
    }

    /// Alerts that somebody acknowledged.
    pub fn acknowledged(&self) -> Vec<String> {
        let page = std::iter::from_fn(|| self.page.as_ref()?.acknowledged());
        #[cfg(feature = "mqtt")]
        let page = page.chain(std::iter::from_fn(|| self.mqtt.as_ref()?.acknowledged()));
        page.collect()
    }

    /// Sends what waits, and says what did not arrive.
    pub fn finish(self) {
        for (url, webhook) in self.webhooks {
            say(&url, &webhook.finish());
        }
        #[cfg(feature = "mqtt")]
        if let Some(mqtt) = self.mqtt {
            say("MQTT", &mqtt.finish());
        }
    }
}

/// A notice as a line of JSON.
///
/// # Errors
/// When standard output is closed.
pub fn print(notice: &Notice) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    serde_json::to_writer(&mut output, notice)?;
    output.write_all(b"\n")?;
    output.flush()?;
    Ok(())
}

fn say(name: &str, counts: &Counts) {
    let lost = counts.failed() + counts.dropped();
    if lost > 0 {
        eprintln!("{name}: {} notices sent, {lost} did not arrive", counts.sent());
    }
}
