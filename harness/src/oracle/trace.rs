//! Questions that several judges ask of one run: what became of a failure, what came after it, what it left behind.

use std::collections::BTreeMap;

use crate::asl::{ScopeId, State, StateId};
use crate::catalog::{self, ErrorClass};
use crate::error::{ErrorName, Origin};
use crate::expr::Timestamp;
use crate::fault::Class;
use crate::history::{
    Attempt, Detail, Ending, Event, EventId, FailureRecord, Handling, History, Outcome, StrandId,
};
use crate::value::Value;

use super::{Fix, RuleId, Run, Severity, Violation};

/// What became of a task's failure in the end, passed up through enclosing states where nothing took it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate<'a> {
    /// A retrier of the state, or of one around it, ran the work again.
    Retried,
    /// A catcher of the state, or of one around it, took it.
    Caught {
        /// The failure as it met the catcher; its state is the one whose `Catch` took it.
        record: &'a FailureRecord,
        /// Index in that state's `Catch`.
        catcher: usize,
    },
    /// It ended the execution.
    Ended,
    /// A distributed Map tolerated it, or the execution ended for other reasons first.
    Other,
}

/// The failures of tasks themselves (not those that enclosing states pass on), with their attempts. Of thousands
/// that are alike, in a loop or a poll, the first few.
pub(super) fn task_failures<'a>(
    run: &Run<'a>,
) -> impl Iterator<Item = (usize, &'a FailureRecord, &'a Attempt)> + use<'a> {
    let history = run.history;
    representatives(history).into_iter().filter_map(|index| {
        let record = &history.failures[index];
        Some((index, record, history.attempts.get(record.attempt?)?))
    })
}

/// Failures that tell a judge the same: more of them than this add nothing but time.
const ALIKE_MAX: usize = 3;

/// The positions of the first failures of each kind: the same state, error, handler and fault.
pub(super) fn representatives(history: &History) -> Vec<usize> {
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, record) in history.failures.iter().enumerate() {
        let attempt = record.attempt.and_then(|attempt| history.attempts.get(attempt));
        let fault = attempt.and_then(|attempt| attempt.injected).map(|at| history.injected[at].fault);
        let handler = match record.handling {
            Handling::Retried { retrier, .. } => (0, Some(retrier), None),
            Handling::Caught { catcher, spent } => (1, Some(catcher), spent),
            Handling::Uncaught { spent } => (2, None, spent),
            Handling::Tolerated => (3, None, None),
        };
        let applied = attempt.is_some_and(|attempt| attempt.applied);
        let count = seen.entry((record.state, &*record.error, handler, fault, applied)).or_default();
        *count += 1;
        // The last failure of all may be what ended the execution.
        if *count <= ALIKE_MAX || index + 1 == history.failures.len() {
            found.push(index);
        }
    }
    found
}

/// Follows a failure up to whatever took it.
pub(super) fn fate(history: &History, index: usize) -> Fate<'_> {
    let mut at = index;
    loop {
        let record = &history.failures[at];
        match record.handling {
            Handling::Retried { .. } => return Fate::Retried,
            Handling::Caught { catcher, .. } => return Fate::Caught { record, catcher },
            Handling::Tolerated => return Fate::Other,
            Handling::Uncaught { .. } => {}
        }
        match history.failures.iter().position(|other| other.echo_of == Some(at)) {
            Some(echo) => at = echo,
            None if matches!(history.outcome, Outcome::Failed { .. }) && is_last_word(history, at) => {
                return Fate::Ended;
            }
            None => return Fate::Other,
        }
    }
}

/// Whether nothing failed after this failure; only then can it be what ended the execution.
fn is_last_word(history: &History, index: usize) -> bool {
    index + 1 == history.failures.len()
}

/// The failure and all its echoes, from the inside out.
pub(super) fn chain(history: &History, index: usize) -> Vec<&FailureRecord> {
    let mut chain = vec![&history.failures[index]];
    let mut at = index;
    while let Some(echo) = history.failures.iter().position(|other| other.echo_of == Some(at)) {
        chain.push(&history.failures[echo]);
        at = echo;
    }
    chain
}

/// Whether the interpreter itself gave up: no handler was asked, or none took a failed evaluation of JSONata.
pub(super) fn is_runtime(record: &FailureRecord) -> bool {
    record.origin == Origin::Interpreter || &*record.error == ErrorName::RUNTIME || is_query(record)
}

fn is_query(record: &FailureRecord) -> bool {
    &*record.error == ErrorName::QUERY_EVALUATION && matches!(record.handling, Handling::Uncaught { .. })
}

/// Why a failure of the interpreter ends the execution.
pub(super) fn why_uncaught(record: &FailureRecord) -> &'static str {
    if is_query(record) { "no catcher takes it" } else { "nothing can catch that" }
}

/// The class of a failure, by the fault that was injected where its name can mean two things.
pub(super) fn class_of(history: &History, record: &FailureRecord) -> ErrorClass {
    let injected = record
        .attempt
        .and_then(|attempt| history.attempts.get(attempt)?.injected)
        .and_then(|index| history.injected.get(index));
    match injected.map(|injected| &injected.class) {
        Some(Class::PermissionDenied) => ErrorClass::Permission,
        Some(Class::Throttling) => ErrorClass::Throttling,
        Some(Class::ServiceError) => ErrorClass::Transient,
        Some(Class::OversizedResult) => ErrorClass::DataLimit,
        Some(Class::Timeout | Class::LostAnswer | Class::LostAnswerAs(_) | Class::LostHeartbeat) => {
            ErrorClass::Timeout
        }
        _ => catalog::class_of_failure(&record.error, record.cause.as_deref().unwrap_or("")),
    }
}

/// Whether one of the strands runs inside the other, or both are the same.
pub(super) fn related(history: &History, one: StrandId, other: StrandId) -> bool {
    is_inside(history, one, other) || is_inside(history, other, one)
}

/// Whether a strand is another one, or runs inside of it.
pub(super) fn is_inside(history: &History, inner: StrandId, outer: StrandId) -> bool {
    let mut at = Some(inner);
    while let Some(strand) = at {
        if strand == outer {
            return true;
        }
        at = history.strands[strand.0 as usize].parent;
    }
    false
}

/// Attempts made after a failure in its strand, inside of it, or in what continues after it.
pub(super) fn attempts_after<'a>(
    history: &'a History,
    record: &'a FailureRecord,
) -> impl Iterator<Item = &'a Attempt> {
    let first = record.attempt.map_or(0, |attempt| attempt + 1);
    history
        .attempts
        .iter()
        .skip(first)
        .filter(move |attempt| attempt.at >= record.at && related(history, attempt.strand, record.strand))
}

/// Whether the same work was done after the failure all the same: the state ran again and succeeded.
pub(super) fn done_later(history: &History, record: &FailureRecord) -> bool {
    attempts_after(history, record)
        .any(|attempt| attempt.state == record.state && matches!(attempt.ending, Ending::Succeeded(_)))
}

/// Whether a failure was taken by a catcher before this one happened, on the same way through the machine.
pub(super) fn caught_before(history: &History, index: usize) -> Option<(usize, &FailureRecord)> {
    let record = &history.failures[index];
    history.failures[..index].iter().enumerate().rev().find(|(_, earlier)| {
        matches!(earlier.handling, Handling::Caught { .. }) && related(history, earlier.strand, record.strand)
    })
}

/// The input with which a state was last entered before an event, in one strand.
pub(super) fn input_of(
    history: &History,
    state: StateId,
    strand: StrandId,
    before: EventId,
) -> Option<&Value> {
    entries(history, before)
        .rev()
        .filter(|event| event.id < before && event.strand == strand && event.state == Some(state))
        .find_map(|event| if let Detail::Input(input) = &event.detail { Some(input) } else { None })
}

/// The list that holds an event: the history's own, or that of child executions.
fn entries(history: &History, event: EventId) -> std::slice::Iter<'_, Event> {
    if event.child_index().is_some() { history.child_events.iter() } else { history.events.iter() }
}

/// Whether the cause says that the limit of events was reached.
pub(super) fn reached_event_limit(history: &History) -> bool {
    // Recorded on AWS: "The execution reached the maximum number of history events (25000)."
    match &history.outcome {
        Outcome::Failed { cause: Some(cause), .. } => cause.contains("maximum number of history events"),
        _ => false,
    }
}

/// Whether the text of an error or its cause is part of a value. Short causes prove nothing.
pub(super) fn mentions(value: &Value, record: &FailureRecord) -> bool {
    let error = &*record.error;
    let cause = record.cause.as_deref().filter(|cause| cause.len() >= 8);
    holds_text(value, &|text| {
        (!error.is_empty() && text.contains(error)) || cause.is_some_and(|cause| text.contains(cause))
    })
}

/// Whether any text inside a value passes a test.
pub(super) fn holds_text(value: &Value, test: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(items) => items.iter().any(|item| holds_text(item, test)),
        Value::Object(object) => object.iter().any(|(_, member)| holds_text(member, test)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether the state runs for each item of a Map.
pub(super) fn in_map(run: &Run<'_>, state: StateId) -> bool {
    run.model.machine.enclosing(state).any(|outer| matches!(outer.kind, crate::asl::Kind::Map(_)))
}

/// Whether the state is at the top level.
pub(super) fn at_top(state: &State) -> bool {
    state.scope == ScopeId::TOP
}

/// A violation at the state of a failure, with the failure as its proof; the caller fills in the rest.
pub(super) fn violation(
    run: &Run<'_>,
    rule: RuleId,
    severity: Severity,
    record: &FailureRecord,
) -> Violation {
    let history = run.history;
    let state = run.model.machine.state(record.state);
    Violation {
        rule,
        severity,
        class: class_of(history, record),
        state: Some(record.state),
        states: Vec::new(),
        site: record
            .attempt
            .and_then(|attempt| history.attempts.get(attempt))
            .map(|attempt| history.site(attempt)),
        route: String::new(),
        events: vec![record.event],
        title: String::new(),
        error: Some(record.error.clone()),
        cause: record.cause.clone(),
        why: String::new(),
        fix: Fix::default(),
        pointer: state.pointer.to_string(),
    }
}

/// A violation that shows in an attempt which did not fail by itself.
pub(super) fn violation_at(run: &Run<'_>, rule: RuleId, severity: Severity, attempt: &Attempt) -> Violation {
    Violation {
        class: ErrorClass::Timeout,
        site: Some(run.history.site(attempt)),
        events: vec![attempt.scheduled],
        ..advice(rule, severity, run.model.machine.state(attempt.state))
    }
}

/// The attempt that told somebody of a failure after a catcher took it.
pub(super) fn announcement<'a>(run: &Run<'a>, record: &'a FailureRecord) -> Option<&'a Attempt> {
    attempts_after(run.history, record)
        .find(|attempt| matches!(attempt.ending, Ending::Succeeded(_)) && tells_of(run, attempt, record))
}

/// Whether an attempt is a message about a failure.
///
/// A message, event or alarm counts when it is sent only on failure paths, when the run without faults does not send
/// it or sends another text, or when it carries the error. An order's confirmation at the end of the normal way
/// tells nobody.
pub(super) fn tells_of(run: &Run<'_>, attempt: &Attempt, record: &FailureRecord) -> bool {
    run.model.is_signal_with(attempt.state, &attempt.parameters)
        && (is_declared_signal(run, attempt)
            || is_new(run, attempt.state)
            || mentions(&attempt.parameters, record)
            || !run.baseline.attempts.iter().any(|usual| {
                usual.state == attempt.state && is_same_text(&usual.parameters, &attempt.parameters)
            }))
}

/// Whether the user says that the task tells somebody of a failure: then it does so whenever it runs.
fn is_declared_signal(run: &Run<'_>, attempt: &Attempt) -> bool {
    let declared = run.model.declaration(attempt.state, &attempt.parameters);
    declared.is_some_and(|declared| declared.signal == Some(true))
}

/// Words in the name of a state or function that say it tells somebody.
const TELLING: [&str; 10] =
    ["notif", "alert", "alarm", "email", "mail", "slack", "page", "escalat", "inform", "report"];

/// Whether a step of the failure path may have told somebody, in a way that the definition does not show: a resource
/// behind a placeholder, or somebody's own code whose name says so.
pub(super) fn may_tell(run: &Run<'_>, record: &FailureRecord) -> bool {
    attempts_after(run.history, record).any(|attempt| {
        let Some(task) = run.model.machine.state(attempt.state).task() else { return false };
        let is_new = is_new(run, attempt.state);
        let says_so = is_named_for(run, attempt, &TELLING);
        let hidden = task.integration.kind == catalog::Service::Unresolved;
        // The user has said that it tells nobody.
        let declared = run.model.declaration(attempt.state, &attempt.parameters);
        if declared.is_some_and(|declared| declared.signal == Some(false)) {
            return false;
        }
        let own_code = run.model.is_own_code(attempt.state);
        // A text behind a placeholder may be another one, even where the run without faults comes here too.
        matches!(attempt.ending, Ending::Succeeded(_))
            && ((is_new && (hidden || (own_code && says_so))) || (hidden && says_so))
    })
}

/// Whether the task or its queue is named for telling of failures.
pub(super) fn is_named_for_telling(run: &Run<'_>, attempt: &Attempt) -> bool {
    let queue = attempt.parameters.get("QueueUrl").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    is_named_for(run, attempt, &TELLING) || ["dead", "dlq"].iter().any(|word| queue.contains(word))
}

/// Words in the name of a state or function that say it only measures.
const MEASURING: [&str; 2] = ["metric", "telemetry"];

/// Whether an attempt is somebody's own code that is named for measuring: no work is lost with a measurement.
pub(super) fn only_measures(run: &Run<'_>, attempt: &Attempt) -> bool {
    run.model.is_own_code(attempt.state) && is_named_for(run, attempt, &MEASURING)
}

/// Whether an attempt is somebody's own code that is named for telling somebody.
pub(super) fn only_tells(run: &Run<'_>, attempt: &Attempt) -> bool {
    run.model.is_own_code(attempt.state) && is_named_for(run, attempt, &TELLING)
}

/// Whether the name of the state, its function or its resource has one of these words in it.
fn is_named_for(run: &Run<'_>, attempt: &Attempt, words: &[&str]) -> bool {
    let state = run.model.machine.state(attempt.state);
    let resource = state.task().map_or("", |task| &task.resource);
    let function = attempt.parameters.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
    let names = format!("{} {function} {resource}", state.name).to_lowercase();
    words.iter().any(|word| names.contains(word))
}

/// Whether two requests say the same, whatever the time.
pub(super) fn is_same_text(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            one == other || (Timestamp::parse(one).is_some() && Timestamp::parse(other).is_some())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other.iter()).all(|(one, other)| is_same_text(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, value): (&crate::value::Key, &Value)| {
                other.get(key).is_some_and(|there| is_same_text(value, there))
            };
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

/// Whether the state is entered for the failure's sake: the run without faults does not come here.
pub(super) fn is_new(run: &Run<'_>, state: StateId) -> bool {
    run.model.graph.is_failure_only(state)
        || !run.baseline.attempts.iter().any(|attempt| attempt.state == state)
}

/// A violation that no run proves; the caller fills in the rest.
pub(super) fn advice(rule: RuleId, severity: Severity, state: &State) -> Violation {
    Violation {
        rule,
        severity,
        class: ErrorClass::Unknown,
        state: Some(state.id),
        states: Vec::new(),
        site: None,
        route: String::new(),
        events: Vec::new(),
        title: String::new(),
        error: None,
        cause: None,
        why: String::new(),
        fix: Fix::default(),
        pointer: state.pointer.to_string(),
    }
}
