//! Error names and how retriers and catchers match them: the only place where these rules live.

use std::fmt;
use std::sync::Arc;

use crate::asl::{Catcher, Retrier};
use crate::contested::{Contested, Rules};

/// The name of an error as Step Functions reports it: `States.Timeout`, `Lambda.TooManyRequestsException`,
/// `PaymentDeclined`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorName(Arc<str>);

impl ErrorName {
    /// Matches everything that can be matched.
    pub const ALL: &'static str = "States.ALL";
    /// As a pattern: everything but a timeout. As an error: a job or child execution failed.
    pub const TASK_FAILED: &'static str = "States.TaskFailed";
    /// A task, or the execution, ran too long.
    pub const TIMEOUT: &'static str = "States.Timeout";
    /// A task missed its heartbeat.
    pub const HEARTBEAT_TIMEOUT: &'static str = "States.HeartbeatTimeout";
    /// A field of a JSONata state could not be evaluated.
    pub const QUERY_EVALUATION: &'static str = "States.QueryEvaluationError";
    /// The execution cannot go on; never matched.
    pub const RUNTIME: &'static str = "States.Runtime";
    /// A payload was too large.
    pub const DATA_LIMIT: &'static str = "States.DataLimitExceeded";
    /// More items of a distributed Map failed than may.
    pub const THRESHOLD: &'static str = "States.ExceedToleratedFailureThreshold";

    /// Wraps a name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The shared text.
    pub fn text(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl fmt::Display for ErrorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a failure when retriers and catchers are asked.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The error name in the history.
    pub error: &'a str,
    /// How it came about, where the name alone does not decide.
    pub origin: Origin,
}

/// What the name of an error does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A task's own answer, or a failure passed up from inside.
    Reported,
    /// A heartbeat was missed; the history says `States.Timeout`.
    Heartbeat,
    /// The interpreter itself failed: `States.Runtime`, or an oversized payload at a state's boundary.
    Interpreter,
}

/// Whether an entry of `ErrorEquals` matches a failure.
pub fn matches(pattern: &ErrorName, failure: Failure<'_>, rules: Rules) -> bool {
    // Recorded on AWS: an execution with `Catch: [States.Runtime]` and a bad path ends in ExecutionFailed all
    // the same; docs, "Error names": States.Runtime is never retried nor caught.
    if failure.origin == Origin::Interpreter || failure.error == ErrorName::RUNTIME {
        return false;
    }
    let missed_heartbeat = failure.origin == Origin::Heartbeat;
    let beyond_wildcards = failure.error == ErrorName::DATA_LIMIT && rules.departs(Contested::DataLimit);
    match pattern.as_str() {
        ErrorName::ALL => !beyond_wildcards,
        // Docs, "Error names": any error except States.Timeout.
        ErrorName::TASK_FAILED if missed_heartbeat => rules.departs(Contested::HeartbeatTaskFailed),
        ErrorName::TASK_FAILED => failure.error != ErrorName::TIMEOUT && !beyond_wildcards,
        // Reported on AWS: a missed heartbeat is caught by either name.
        ErrorName::HEARTBEAT_TIMEOUT | ErrorName::TIMEOUT if missed_heartbeat => true,
        name => name == failure.error,
    }
}

/// The first retrier that lists the failure. It decides alone: when it is spent, catchers are next.
pub fn first_retrier(retriers: &[Retrier], failure: Failure<'_>, rules: Rules) -> Option<usize> {
    retriers.iter().position(|retrier| retrier.errors.iter().any(|name| matches(name, failure, rules)))
}

/// The first catcher that lists the failure.
pub fn first_catcher(catchers: &[Catcher], failure: Failure<'_>, rules: Rules) -> Option<usize> {
    catchers.iter().position(|catcher| catcher.errors.iter().any(|name| matches(name, failure, rules)))
}

/// Delay before retry number `retry` (from 0) of a retrier, before jitter, in milliseconds.
///
/// ASL spec, "Retrier": IntervalSeconds × BackoffRate^n, at most MaxDelaySeconds.
pub fn backoff_ms(retrier: &Retrier, retry: u32) -> u64 {
    let seconds = retrier.interval_seconds as f64 * retrier.backoff_rate.powi(retry.min(10_000) as i32);
    let capped = match retrier.delay_max_seconds {
        Some(limit) => seconds.min(limit as f64),
        None => seconds,
    };
    // A delay past the longest execution is as good as never; the cast saturates.
    (capped * 1000.0) as u64
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn reported(error: &str) -> Failure<'_> {
        Failure { error, origin: Origin::Reported }
    }

    #[rstest]
    #[case::all_matches_a_name("States.ALL", reported("PaymentDeclined"), true)]
    #[case::all_matches_a_timeout("States.ALL", reported("States.Timeout"), true)]
    #[case::all_matches_an_oversized_task_result("States.ALL", reported("States.DataLimitExceeded"), true)]
    #[case::all_does_not_match_runtime("States.ALL", reported("States.Runtime"), false)]
    #[case::runtime_does_not_even_match_itself("States.Runtime", reported("States.Runtime"), false)]
    #[case::nothing_matches_an_oversized_state_output(
        "States.ALL", Failure { error: "States.DataLimitExceeded", origin: Origin::Interpreter }, false)]
    #[case::task_failed_matches_any_name("States.TaskFailed", reported("Lambda.Unknown"), true)]
    #[case::task_failed_matches_a_denial("States.TaskFailed", reported("States.Permissions"), true)]
    #[case::task_failed_does_not_match_a_timeout("States.TaskFailed", reported("States.Timeout"), false)]
    #[case::task_failed_does_not_match_a_missed_heartbeat(
        "States.TaskFailed", Failure { error: "States.Timeout", origin: Origin::Heartbeat }, false)]
    #[case::a_missed_heartbeat_matches_its_name(
        "States.HeartbeatTimeout", Failure { error: "States.Timeout", origin: Origin::Heartbeat }, true)]
    #[case::a_missed_heartbeat_matches_timeout_too(
        "States.Timeout", Failure { error: "States.Timeout", origin: Origin::Heartbeat }, true)]
    #[case::a_task_timeout_is_no_heartbeat("States.HeartbeatTimeout", reported("States.Timeout"), false)]
    #[case::names_are_case_sensitive("lambda.Unknown", reported("Lambda.Unknown"), false)]
    fn an_entry_of_error_equals(#[case] pattern: &str, #[case] failure: Failure<'_>, #[case] expected: bool) {
        assert_eq!(matches(&ErrorName::new(pattern), failure, Rules::default()), expected);
    }

    #[rstest]
    #[case::all_does_not_match_an_oversized_result(
        "data-limit=documented",
        "States.ALL",
        reported("States.DataLimitExceeded"),
        false
    )]
    #[case::nor_does_task_failed(
        "data-limit=documented",
        "States.TaskFailed",
        reported("States.DataLimitExceeded"),
        false
    )]
    #[case::its_own_name_does(
        "data-limit=documented",
        "States.DataLimitExceeded",
        reported("States.DataLimitExceeded"),
        true
    )]
    #[case::task_failed_matches_a_missed_heartbeat(
        "heartbeat-task-failed=documented", "States.TaskFailed",
        Failure { error: "States.Timeout", origin: Origin::Heartbeat }, true)]
    #[case::but_no_timeout(
        "heartbeat-task-failed=documented",
        "States.TaskFailed",
        reported("States.Timeout"),
        false
    )]
    #[case::a_heartbeat_by_its_own_name_is_a_timeout(
        "heartbeat-name=documented", "States.Timeout",
        Failure { error: "States.HeartbeatTimeout", origin: Origin::Heartbeat }, true)]
    fn an_entry_of_error_equals_under_a_contested_rule(
        #[case] rules: &str,
        #[case] pattern: &str,
        #[case] failure: Failure<'_>,
        #[case] expected: bool,
    ) {
        assert_eq!(matches(&ErrorName::new(pattern), failure, rules.parse().unwrap()), expected);
    }

    #[test]
    fn the_delay_grows_by_the_rate_up_to_the_cap() {
        let retrier = Retrier {
            errors: vec![],
            interval_seconds: 3,
            attempts_max: 3,
            backoff_rate: 1.5,
            delay_max_seconds: Some(5),
            jitter: crate::asl::Jitter::None,
        };
        assert_eq!([0, 1, 2].map(|retry| backoff_ms(&retrier, retry)), [3_000, 4_500, 5_000]);
    }
}
