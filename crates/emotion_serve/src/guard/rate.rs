//! How often a client may ask, and the headers that tell it (`RateLimit-*`).

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::Client;

/// After so many requests, clients that are long silent are forgotten.
const CLEAN_EVERY: u32 = 4096;

type Limiter =
    RateLimiter<Client, DefaultKeyedStateStore<Client>, DefaultClock, StateInformationMiddleware>;

/// Counts the requests of each client (generic cell rate algorithm).
pub struct Rate {
    limiter: Option<(NonZeroU32, Limiter)>,
    clock: DefaultClock,
    asked: AtomicU32,
}

impl Rate {
    /// Lets each client ask so many times a minute; `None` is any number.
    pub fn new(per_minute: Option<NonZeroU32>) -> Self {
        let limiter = per_minute.map(|per_minute| {
            let limiter = RateLimiter::keyed(Quota::per_minute(per_minute));
            (per_minute, limiter.with_middleware::<StateInformationMiddleware>())
        });
        Self { limiter, clock: DefaultClock::default(), asked: AtomicU32::new(0) }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When it is one too many: what is left, and after how many seconds to try again.
    pub fn check(&self, client: Client) -> Result<Allowance, (Allowance, u64)> {
        let Some((per_minute, limiter)) = &self.limiter else { return Ok(Allowance(None)) };
        if self.asked.fetch_add(1, Ordering::Relaxed) % CLEAN_EVERY == CLEAN_EVERY - 1 {
            limiter.retain_recent();
        }
        let limit = per_minute.get();
        match limiter.check_key(&client) {
            Ok(state) => {
                Ok(Allowance(Some(Left { limit, remaining: state.remaining_burst_capacity() })))
            }
            Err(refused) => {
                let wait = refused.wait_time_from(self.clock.now()).as_secs_f64().ceil() as u64;
                Err((Allowance(Some(Left { limit, remaining: 0 })), wait.max(1)))
            }
        }
    }
}

/// What a client may still ask.
pub struct Allowance(Option<Left>);

struct Left {
    limit: u32,
    remaining: u32,
}

impl Allowance {
    /// Tells the client.
    pub fn write(&self, headers: &mut HeaderMap) {
        let Some(Left { limit, remaining }) = &self.0 else { return };
        // Seconds until nothing counts any more.
        let reset = (u64::from(limit - remaining.min(limit)) * 60).div_ceil(u64::from(*limit));
        let values = [
            ("ratelimit-limit", u64::from(*limit)),
            ("ratelimit-remaining", u64::from(*remaining)),
            ("ratelimit-reset", reset),
        ];
        for (name, value) in values {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_its_own_allowance() {
        let rate = Rate::new(NonZeroU32::new(3));
        for left in [2, 1, 0] {
            let Ok(allowance) = rate.check(Client::Key(0)) else { panic!("refused too early") };
            let mut headers = HeaderMap::new();
            allowance.write(&mut headers);
            assert_eq!(headers["ratelimit-limit"], "3");
            assert_eq!(headers["ratelimit-remaining"], left.to_string());
        }
        let Err((_, wait)) = rate.check(Client::Key(0)) else { panic!("one too many") };
        assert!((1..=20).contains(&wait), "{wait}");
        assert!(rate.check(Client::Key(1)).is_ok());
        assert!(Rate::new(None).check(Client::Key(0)).is_ok());
    }
}
