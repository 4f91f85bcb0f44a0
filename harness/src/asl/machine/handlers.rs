//! What a state does when its work fails: the entries of `Retry` and `Catch`.

use super::{ResultPath, StateId};
use crate::error::ErrorName;
use crate::expr::Template;

/// One entry of `Retry`, defaults filled in.
#[derive(Clone, Debug)]
pub struct Retrier {
    /// `ErrorEquals`
    pub errors: Vec<ErrorName>,
    /// `IntervalSeconds`; 1 by default.
    pub interval_seconds: u64,
    /// `MaxAttempts`; 3 by default, 0 never retries.
    pub attempts_max: u32,
    /// `BackoffRate`; 2.0 by default.
    pub backoff_rate: f64,
    /// `MaxDelaySeconds`; no cap by default.
    pub delay_max_seconds: Option<u64>,
    /// `JitterStrategy: FULL`
    pub jitter: Jitter,
}

/// `JitterStrategy`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// The delay is exact.
    #[default]
    None,
    /// The delay is drawn between 0 and the exact one.
    Full,
}

/// One entry of `Catch`.
#[derive(Clone, Debug)]
pub struct Catcher {
    /// `ErrorEquals`
    pub errors: Vec<ErrorName>,
    /// `ResultPath` of the error output.
    pub result_path: ResultPath,
    /// `Next`
    pub next: StateId,
    /// `Assign`
    pub assign: Option<Template>,
    /// JSONata `Output`
    pub output: Option<Template>,
}
