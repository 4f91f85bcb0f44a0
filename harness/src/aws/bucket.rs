//! How quickly calls may be made: a bucket of tokens that fills at a rate, pure in its time.
//!
//! The rate adapts: others may use the same quota, which shows in calls that are throttled. Each of these halves it, and
//! it comes back with time.
//!
//! Docs, "Step Functions service quotas": TestState has a bucket of 50 and a refill of 10 a second, per account and
//! region, in all regions.

use std::time::Duration;

/// The rate is never less than this part of the quota.
const SLOWEST: f64 = 1.0 / 16.0;
/// How much of the quota the rate regains in a second.
const REGAINED_A_SECOND: f64 = 0.05;

/// What an account and region allow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Calls that may be made at once.
    pub burst: u32,
    /// Calls a second after that; at least one in a thousand seconds.
    pub per_second: f64,
}

impl Default for Quota {
    fn default() -> Self {
        Self { burst: 50, per_second: 10.0 }
    }
}

impl Quota {
    /// How long so many calls take at least, from a full bucket.
    pub fn time_for(self, calls: u64) -> Duration {
        let beyond = calls.saturating_sub(u64::from(self.burst));
        Duration::try_from_secs_f64(beyond as f64 / self.rate()).unwrap_or(Duration::MAX)
    }

    fn rate(self) -> f64 {
        if self.per_second.is_finite() { self.per_second.max(0.001) } else { f64::from(u32::MAX) }
    }
}

/// The tokens of one account and region.
///
/// Who takes a token that is not there yet has it reserved and is told how long to wait, so that nobody is overtaken.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    quota: Quota,
    /// Tokens a second, at present.
    rate: f64,
    /// Below zero are tokens that were given away before they came.
    tokens: f64,
    /// When `tokens` was right, counted from the start of whoever has the clock.
    at: Duration,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(quota: Quota) -> Self {
        Self { quota, rate: quota.rate(), tokens: f64::from(quota.burst), at: Duration::ZERO }
    }

    /// Takes a token, and says how long after `now` it may be used.
    pub(super) fn take(&mut self, now: Duration) -> Duration {
        self.fill(now);
        self.tokens -= 1.0;
        let missing = (-self.tokens).max(0.0);
        Duration::try_from_secs_f64(missing / self.rate).unwrap_or(Duration::MAX)
    }

    /// A call was throttled: the service has less than was thought.
    pub(super) fn throttled(&mut self, now: Duration) {
        self.fill(now);
        self.tokens = self.tokens.min(0.0);
        self.rate = (self.rate / 2.0).max(self.quota.rate() * SLOWEST);
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate).min(f64::from(self.quota.burst));
        self.rate = (self.rate + passed * REGAINED_A_SECOND * self.quota.rate()).min(self.quota.rate());
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn calls_beyond_the_burst_wait_in_turn() {
        let mut bucket = Bucket::new(Quota { burst: 2, per_second: 10.0 });
        let waits: Vec<_> = (0..5).map(|_| bucket.take(ms(0))).collect();
        assert_eq!(waits, [ms(0), ms(0), ms(100), ms(200), ms(300)]);
    }

    #[test]
    fn the_bucket_fills_with_time_and_never_beyond_its_size() {
        let mut bucket = Bucket::new(Quota { burst: 2, per_second: 10.0 });
        for _ in 0..4 {
            bucket.take(ms(0));
        }
        // Two were given away before they came.
        assert_eq!(bucket.take(ms(200)), ms(100));
        let waits: Vec<_> = (0..3).map(|_| bucket.take(ms(60_000))).collect();
        assert_eq!(waits, [ms(0), ms(0), ms(100)]);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let mut bucket = Bucket::new(Quota { burst: 1, per_second: 10.0 });
        assert_eq!(bucket.take(ms(1_000)), ms(0));
        assert_eq!(bucket.take(ms(500)), ms(100));
        assert_eq!(bucket.take(ms(1_000)), ms(200));
    }

    #[test]
    fn throttling_takes_what_is_left_and_halves_the_rate_which_comes_back() {
        let mut bucket = Bucket::new(Quota { burst: 50, per_second: 16.0 });
        bucket.throttled(ms(0));
        // Eight a second.
        assert_eq!([0, 0].map(|now| bucket.take(ms(now))), [ms(125), ms(250)]);
        for _ in 0..20 {
            bucket.throttled(ms(0));
        }
        // One a second, and not less, after the two that were given away.
        assert_eq!(bucket.take(ms(0)), ms(3_000));
        // All of the quota again, and a full bucket.
        assert_eq!(bucket.take(ms(60_000)), ms(0));
        let waits: Vec<_> = (0..51).map(|_| bucket.take(ms(120_000))).collect();
        assert_eq!(waits[49..], [ms(0), Duration::from_secs_f64(1.0 / 16.0)]);
    }

    #[test]
    fn a_plan_knows_how_long_its_calls_take() {
        let quota = Quota::default();
        assert_eq!([50, 51, 550].map(|calls| quota.time_for(calls)), [ms(0), ms(100), ms(50_000)]);
    }
}
