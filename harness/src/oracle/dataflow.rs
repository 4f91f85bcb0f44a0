//! `dataflow`: what a state reads is there.
//!
//! `missing-path` and `choice-unmatched` are judged where the data is the user's own (an example input with the
//! answers that go with it) and nothing was injected. Invented data that does not fit proves nothing, with these
//! exceptions: what the definition makes itself, or an API never gives; a member that other ways through the machine
//! write; a variable that nothing assigned; a value of somebody's own code, or a documented status, that reaches a
//! Choice without a rule for it. And an answer may lack a member that its
//! API does not always give: who reads it all the same breaks, whoever made the rest of the data. Not so for an item
//! that the execution has just written.
//!
//! After a failure that was caught, `handler-loses-input` and `handler-fails` judge instead.

use crate::asl::{DataPath, Kind, QueryLanguage, State};
use crate::catalog::{self, Absence, Often};
use crate::diagnose::{fix, route};
use crate::expr::Template;
use crate::fault::Class;
use crate::generate::{self, Blamed, Origin, Reason};
use crate::history::{Attempt, Ending, FailureRecord, Handling, Outcome};
use crate::model::{Contradiction, Expected, Model, contradictions};
use crate::value::Value;

use super::routing::missing_path;
use super::trace;
use super::{Fix, Judgement, Oracle, RuleId, Run, Severity, Violation};

/// Judges the rules of the property `dataflow`.
#[derive(Debug)]
pub(super) struct Dataflow;

impl Oracle for Dataflow {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        if let Some(found) = generate::blamed(run.model, run.history).filter(|_| is_own_fault(run)) {
            return out.violated(blamed(run, &found));
        }
        let own_data = run.case.plan.is_empty() && run.origin == Origin::User;
        let failure = run.history.failures.last().filter(|record| {
            matches!(run.history.outcome, Outcome::Failed { .. }) && trace::is_runtime(record)
        });
        let lack = Lack::of(run);
        let Some(record) = failure else {
            if lack.is_some() && run.history.outcome.succeeded() {
                out.holds(RuleId::MissingPath);
            }
            if own_data && run.history.outcome.succeeded() {
                out.holds(RuleId::MissingPath);
                if !run.history.decisions.is_empty() {
                    out.holds(RuleId::ChoiceUnmatched);
                }
            }
            return;
        };
        if run.history.failures.iter().any(|earlier| matches!(earlier.handling, Handling::Caught { .. })) {
            return;
        }
        let state = run.model.machine.state(record.state);
        if is_unmatched(state, record) {
            if own_data || lack.is_some() || answered_by_documented_status(run) {
                out.violated(unmatched(run, record, state));
            }
        } else if own_data && let Some(path) = record.cause.as_deref().and_then(missing_path) {
            out.violated(missing(run, record, state, &path));
        } else if let Some(lack) = lack {
            out.violated(lacking(run, first_of(run, record), &lack));
        }
    }
}

/// What the definition alone shows: members and words that the API spells otherwise.
pub(super) fn advice(model: &Model) -> Vec<Violation> {
    contradictions(model).iter().map(|found| contradicted(model, found)).collect()
}

fn contradicted(model: &Model, found: &Contradiction) -> Violation {
    let machine = &model.machine;
    let task = machine.state(found.task);
    let call = task.task().map(|task| task.integration.to_string()).unwrap_or_default();
    let reader = machine.state(found.readers.first().copied().unwrap_or(found.task));
    let Contradiction { path, instead, .. } = found;
    let (rule, title, why, fix) = match &found.expected {
        Expected::Member => (
            RuleId::MissingPath,
            format!("`{path}` is never in the result of `{}`", task.name),
            format!("`{call}` answers `{instead}`; names of members are compared letter by letter."),
            format!("Read `{instead}`."),
        ),
        Expected::Word(word) => (
            RuleId::ChoiceUnmatched,
            format!("`{path}` of the result of `{}` is never `{word}`", task.name),
            format!(
                "`{call}` answers `{instead}`; texts are compared letter by letter, so the rule never holds."
            ),
            format!("Compare with `{instead}`."),
        ),
    };
    Violation {
        route: path.clone(),
        title,
        why,
        fix: fix::words(fix),
        ..trace::advice(rule, Severity::Low, reader)
    }
}

/// An answer that lacked a member, where that is all that was done to the run.
struct Lack<'a> {
    attempt: &'a Attempt,
    member: &'a str,
    absence: Absence,
}

impl<'a> Lack<'a> {
    fn of(run: &Run<'a>) -> Option<Self> {
        let faults = run.case.plan.faults();
        let only = faults.iter().all(|fault| matches!(fault.class, Class::MissingMember(_)));
        if !only || !run.baseline.outcome.succeeded() {
            return None;
        }
        let injected = run.history.injected.last()?;
        let Class::MissingMember(member) = &injected.class else { return None };
        let attempt = run.history.attempts.get(injected.attempt)?;
        let task = run.model.machine.state(attempt.state).task()?;
        let absence = catalog::absence(&task.integration, member)?;
        (!was_written(run, injected.attempt)).then_some(Self { attempt, member, absence })
    }

    /// Whether what is asked for is written down, so that its author may know that it is there.
    fn is_of_fixed_request(&self, run: &Run<'_>) -> bool {
        let parameters = run.model.machine.state(self.attempt.state).flow.parameters.as_ref();
        parameters.is_none_or(|parameters| matches!(parameters, Template::Literal(_)))
    }
}

/// Whether the execution itself wrote the item of DynamoDB that it asks for, and did not delete it since.
fn was_written(run: &Run<'_>, asked: usize) -> bool {
    let attempt = &run.history.attempts[asked];
    let table = attempt.parameters.get("TableName");
    let Some(Value::Object(key)) = attempt.parameters.get("Key") else { return false };
    let earlier = run.history.attempts[..asked].iter().rev();
    let of_the_item = earlier.filter(|earlier| {
        let names = earlier.parameters.get("Key").or_else(|| earlier.parameters.get("Item"));
        matches!(earlier.ending, Ending::Succeeded(_))
            && earlier.parameters.get("TableName") == table
            && key.iter().all(|(name, value)| names.and_then(|names| names.get(name)) == Some(value))
    });
    of_the_item
        .filter_map(|earlier| run.model.machine.state(earlier.state).task())
        .find_map(|task| match &*task.integration.action {
            "putItem" | "updateItem" => Some(true),
            "deleteItem" => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

fn is_unmatched(state: &State, record: &FailureRecord) -> bool {
    // Recorded on AWS: "Failed to transition out of the state. The state does not point to a next state."
    matches!(state.kind, Kind::Choice(_))
        && record.cause.as_deref().is_some_and(|cause| cause.contains("does not point to a next state"))
}

fn answered_by_documented_status(run: &Run<'_>) -> bool {
    run.history.injected.iter().any(|injected| matches!(injected.class, Class::Status(_)))
}

fn unmatched(run: &Run<'_>, record: &FailureRecord, state: &State) -> Violation {
    let value = match run.history.injected.last().map(|injected| &injected.class) {
        Some(Class::Status(status)) => format!("The documented status `{status}`"),
        Some(Class::MissingMember(member)) => format!("An answer without `{member}`"),
        _ => "A value of this input".to_owned(),
    };
    Violation {
        route: "no-rule".to_owned(),
        title: "No rule holds, and there is no Default".to_owned(),
        why: format!(
            "{value} matches no rule of `{}`. The execution fails, and nothing can catch that.",
            state.name
        ),
        fix: route::default_to_fail(&run.model.machine, state),
        pointer: format!("{}/Choices", state.pointer),
        ..trace::violation(run, RuleId::ChoiceUnmatched, Severity::High, record)
    }
}

/// Whether nothing was done to the run, and its data is generated: examples of the user are judged as they are.
fn is_own_fault(run: &Run<'_>) -> bool {
    run.case.plan.is_empty() && run.origin != Origin::User
}

/// A failure without a fault that no other data would have prevented, or no Default took.
fn blamed(run: &Run<'_>, found: &Blamed<'_>) -> Violation {
    let state = run.model.machine.state(found.record.state);
    let Some(path) = &found.path else {
        return Violation { severity: Severity::Medium, ..unmatched(run, found.record, state) };
    };
    let missing = missing(run, found.record, state, path);
    let what_becomes = match found.record.handling {
        Handling::Caught { .. } => "A catcher takes it, as if the work had failed".to_owned(),
        _ => format!("The execution fails, and {}", trace::why_uncaught(found.record)),
    };
    let (name, error) = (&state.name, &found.record.error);
    let (severity, title, why) = match found.reason {
        Reason::Elsewhere => (
            Severity::Medium,
            format!("`{path}` is read, but not every way here provides it"),
            format!(
                "Other ways through the machine provide `{path}`. On this one nothing does, and `{name}` fails with \
                 `{error}`. {what_becomes}. An input that has it would help."
            ),
        ),
        Reason::NotAssigned => (
            Severity::High,
            format!("`{path}` reads a variable that has no value here"),
            format!(
                "On this way nothing assigns the variable, and `{name}` fails with `{error}`. {what_becomes}."
            ),
        ),
        Reason::NotMade | Reason::NoRule => (
            Severity::High,
            format!("`{path}` is read, but never there"),
            format!(
                "The definition makes this data itself, or an API gives it, and what `{path}` reads is no part of \
                 it: `{name}` fails with `{error}`. {what_becomes}."
            ),
        ),
    };
    let fix = match found.reason {
        Reason::NotAssigned => "Assign the variable on every way that leads here.",
        Reason::Elsewhere => {
            "Provide it on every way that leads here, or test with `IsPresent` before reading it."
        }
        Reason::NotMade | Reason::NoRule => "Read it by the name it has, or keep it where it is made.",
    };
    Violation { severity, title, why, fix: fix::words(fix), ..missing }
}

/// The failure that this one passes on.
fn first_of<'a>(run: &Run<'a>, record: &'a FailureRecord) -> &'a FailureRecord {
    let mut first = record;
    while let Some(inner) = first.echo_of.and_then(|at| run.history.failures.get(at)) {
        first = inner;
    }
    first
}

fn lacking(run: &Run<'_>, record: &FailureRecord, lack: &Lack<'_>) -> Violation {
    let state = run.model.machine.state(record.state);
    let path = record.cause.as_deref().and_then(missing_path);
    let path = path.as_deref().unwrap_or(lack.member);
    let asked = fix::name_of(&run.model.machine, lack.attempt.state);
    let severity = match lack.absence.often {
        Often::Always => Severity::High,
        Often::Sometimes if lack.is_of_fixed_request(run) => Severity::Low,
        Often::Sometimes => Severity::Medium,
    };
    Violation {
        route: format!("lacks {}", lack.member),
        site: Some(run.history.site(lack.attempt)),
        events: vec![lack.attempt.scheduled, record.event],
        title: format!("`{path}` is read, but the answer of `{asked}` may lack it"),
        why: format!(
            "When {}, `{asked}` answers without `{}`. `{}` reads it all the same: the execution fails with `{}`, and \
             {}.",
            lack.absence.because,
            lack.member,
            state.name,
            record.error,
            trace::why_uncaught(record)
        ),
        fix: ask_first(run, record, path).unwrap_or_else(|| {
            fix::words(format!(
                "Test with {} before reading it, and say what to do without it.",
                fix::presence_test(state)
            ))
        }),
        ..trace::violation(run, RuleId::MissingPath, severity, record)
    }
}

/// A Choice in front of the state that reads, where it reads its input. What a task reads of its own answer can only
/// be asked for in the state itself.
fn ask_first(run: &Run<'_>, record: &FailureRecord, path: &str) -> Option<Fix> {
    let state = run.model.machine.state(record.state);
    let of_own_answer = run.history.attempts.iter().rev().any(|attempt| {
        (attempt.state, attempt.strand) == (record.state, record.strand)
            && matches!(attempt.ending, Ending::Succeeded(_))
    });
    let is_of_input =
        !of_own_answer && record.attempt.is_none() && matches!(state.flow.input_path, DataPath::All);
    let path = path.strip_prefix("$.").filter(|path| !path.contains('$') && !path.contains(".."))?;
    if !is_of_input {
        return None;
    }
    route::ask_before(&run.model.machine, state, &format!("$.{path}"))
}

fn missing(run: &Run<'_>, record: &FailureRecord, state: &State, path: &str) -> Violation {
    Violation {
        route: path.to_owned(),
        title: format!("`{path}` is read, and is not there"),
        why: format!(
            "With this input and these answers nothing provides `{path}` when `{}` reads it. The execution fails \
             with `{}`, and {}.",
            state.name,
            record.error,
            trace::why_uncaught(record)
        ),
        fix: fix::words(format!(
            "Test with {} before reading it, or keep it {} where it gets lost.",
            fix::presence_test(state),
            if state.query_language == QueryLanguage::Jsonata {
                "in a variable"
            } else {
                "with `ResultPath`"
            }
        )),
        ..trace::violation(run, RuleId::MissingPath, Severity::High, record)
    }
}
