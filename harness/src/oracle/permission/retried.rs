//! `permission-retried`: a denial is retried, which only delays the failure: nobody changes a policy in the meantime.
//!
//! A wildcard with a few short retries is normal practice: one note for the machine. It is more where the waiting adds
//! up, or where the name is written down, so that it is meant.
//!
//! Exempt: names that mean two things (`Lambda.AWSLambdaException` is a denial or a fault that passes): a retrier that
//! lists one is right, a wildcard that takes one has no way to tell, which is a note, and `low` where it waits for long.
//! Steps of a failure path may try everything: a note at most.

use crate::asl::{Retrier, State};
use crate::catalog::{self, ErrorClass, Service};
use crate::contested::Rules;
use crate::diagnose::fix;
use crate::error::{ErrorName, Failure, matches};
use crate::history::{FailureRecord, Handling, Outcome, VirtualTime};
use crate::oracle::retry::permanent::{FEW, LONG_MS, SHORT_MS, listed_by_name, longest_wait_ms};
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};
use crate::value::Value;

const RULE: RuleId = RuleId::PermissionRetried;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    let failures = &run.history.failures;
    for index in trace::representatives(run.history) {
        // A retrier of an enclosing state runs the denied call again as well.
        let (link, record) = (&failures[index], &failures[root(run, index)]);
        if record.attempt.is_none() || trace::class_of(run.history, record) != ErrorClass::Permission {
            continue;
        }
        let state = run.model.machine.state(link.state);
        // Spent: the denial stayed through all of its retries.
        let spent = match link.handling {
            Handling::Caught { spent, .. } | Handling::Uncaught { spent } => spent,
            // The time of the execution was up before that.
            Handling::Retried { retrier, .. } if is_cut_off(run, index) => Some(retrier),
            Handling::Retried { .. } | Handling::Tolerated => continue,
        };
        let Some(retrier) = spent.filter(|retrier| state.retry[*retrier].attempts_max > 0) else {
            out.holds(RULE);
            continue;
        };
        let denial = Denial { record, link, state, retrier };
        match denial.severity(run) {
            Some(severity) => out.violated(denial.violation(run, severity)),
            None => out.holds(RULE),
        }
    }
}

/// Whether a timer of the execution ended the waiting for another retry.
fn is_cut_off(run: &Run<'_>, index: usize) -> bool {
    matches!(run.history.outcome, Outcome::TimedOut { .. }) && index + 1 == run.history.failures.len()
}

/// The failure of the task that a failure passes on.
fn root(run: &Run<'_>, mut index: usize) -> usize {
    while let Some(inner) = run.history.failures[index].echo_of {
        index = inner;
    }
    index
}

/// A denial that a retrier took.
struct Denial<'a> {
    /// The failure of the task.
    record: &'a FailureRecord,
    /// The same failure as it met the retrier.
    link: &'a FailureRecord,
    /// The state with the retrier.
    state: &'a State,
    /// Index of the retrier.
    retrier: usize,
}

impl Denial<'_> {
    fn retrier(&self) -> &Retrier {
        &self.state.retry[self.retrier]
    }

    /// `None`: the retrier is right as it is.
    fn severity(&self, run: &Run<'_>) -> Option<Severity> {
        let by_name = listed_by_name(self.retrier(), self.link, run.case.rules);
        let wasted_ms = longest_wait_ms(self.retrier());
        let ambiguous = catalog::means_two_things(&self.link.error);
        if ambiguous && by_name {
            return None;
        }
        let severity = if ambiguous {
            if wasted_ms > LONG_MS { Severity::Low } else { Severity::Note }
        } else if wasted_ms > LONG_MS {
            Severity::Medium
        } else if by_name || wasted_ms > SHORT_MS || self.retrier().attempts_max > FEW {
            Severity::Low
        } else {
            Severity::Note
        };
        Some(if run.model.graph.is_failure_path(self.state.id) { Severity::Note } else { severity })
    }

    /// Who refuses the call: IAM, or an endpoint outside of AWS.
    fn refusal(&self, run: &Run<'_>) -> &'static str {
        let called = run.model.machine.state(self.record.state);
        if called.task().is_some_and(|task| task.integration.kind == Service::Http) {
            "The endpoint refuses the credentials, and that stays so until somebody changes them."
        } else {
            "The role may not make the call, and that stays so until somebody changes a policy."
        }
    }

    fn violation(&self, run: &Run<'_>, severity: Severity) -> Violation {
        let found = self.retrier();
        let by_name = listed_by_name(found, self.link, run.case.rules);
        let how = if by_name { "by-name" } else { "wildcard" };
        let ambiguous = if catalog::means_two_things(&self.link.error) {
            " The same name stands for faults of the service, so that a few short retries are right."
        } else {
            ""
        };
        Violation {
            state: Some(self.state.id),
            route: format!("{how}>{severity}"),
            events: vec![self.record.event],
            title: format!("A denial (`{}`) is retried, and no retry can mend it", self.link.error),
            why: format!(
                "{} {} retries and {} later {}, and whoever has to act learns of it that much later.{ambiguous}",
                self.refusal(run),
                found.attempts_max,
                VirtualTime(longest_wait_ms(found)),
                match run.history.outcome {
                    Outcome::TimedOut { .. } =>
                        "it would fail all the same; the time of the execution is up before",
                    _ => "it fails all the same",
                }
            ),
            fix: self.fix(run.case.rules, by_name),
            pointer: format!("{}/Retry/{}", self.state.pointer, self.retrier),
            ..trace::violation(run, RULE, severity, self.record)
        }
    }

    fn fix(&self, rules: Rules, by_name: bool) -> Fix {
        let (error, retriers) = (&self.link.error, format!("{}/Retry", self.state.pointer));
        let here = format!("{retriers}/{}", self.retrier);
        if catalog::means_two_things(error) {
            return fix::patch(
                format!(
                    "Give `{error}` a retrier of its own before the wildcard, with few and short retries."
                ),
                vec![fix::add(here, few_retries(error))],
            );
        }
        let text =
            format!("Do not retry `{error}`: `\"MaxAttempts\": 0`, before any wildcard that takes it.");
        if !by_name {
            return fix::patch(text, vec![fix::add(here, never(error))]);
        }
        let found = self.retrier();
        let taken_later = self.taken_later(rules);
        if found.errors.len() == 1 && taken_later {
            return fix::patch(text, vec![fix::add(format!("{here}/MaxAttempts"), Value::from(0))]);
        }
        let text = format!("Take `{error}` out of the retrier.");
        if found.errors.len() == 1 {
            let all = if self.state.retry.len() == 1 { retriers } else { here };
            return fix::patch(text, vec![fix::remove(all)]);
        }
        let at = found.errors.iter().position(|name| *name.as_str() == **error).unwrap_or_default();
        let mut operations = vec![fix::remove(format!("{here}/ErrorEquals/{at}"))];
        if taken_later {
            operations.push(fix::add(here, never(error)));
        }
        fix::patch(text, operations)
    }

    /// Whether a wildcard beside or behind the name would take the denial instead.
    fn taken_later(&self, rules: Rules) -> bool {
        let failure = Failure { error: &self.link.error, origin: self.link.origin };
        let is_other = |name: &&ErrorName| *name.as_str() != *self.link.error;
        let beside = self.retrier().errors.iter().filter(is_other);
        let behind = self.state.retry[self.retrier + 1..].iter().flat_map(|retrier| &retrier.errors);
        beside.chain(behind).any(|name| matches(name, failure, rules))
    }
}

fn never(error: &str) -> Value {
    fix::object([("ErrorEquals", fix::names([error])), ("MaxAttempts", Value::from(0))])
}

fn few_retries(error: &str) -> Value {
    fix::object([
        ("ErrorEquals", fix::names([error])),
        ("IntervalSeconds", Value::from(2)),
        ("MaxAttempts", Value::from(3)),
        ("BackoffRate", Value::from(2)),
        ("JitterStrategy", Value::from("FULL")),
    ])
}
