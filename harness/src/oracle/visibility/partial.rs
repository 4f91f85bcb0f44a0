//! `partial-success-ignored`: a call answered 200, said in a member that part of its work was not done, and the
//! execution ended as SUCCEEDED as if all had been.
//!
//! The run is held against the one without the fault. Where a later request, a decision or a failure differs, something
//! looked at the answer. It is milder where the answer is at least part of the output, where the call only reads, and
//! where it sends notifications.
//!
//! Exempt:
//! - a Choice, a task or a Map that looks at the member, or at another one that tells the same (`Entries[].ErrorCode`
//!   beside `FailedEntryCount`);
//! - an answer that is passed on as a whole to another call: whoever gets it may look, so that the rule is unknown;
//! - a call on the failure path, which the first failure already accounts for.

use std::collections::BTreeSet;

use crate::asl::{Kind, MachineType, StateId};
use crate::catalog::{self, Effect, ErrorClass, PartialSuccess};
use crate::diagnose::{complete, fix};
use crate::fault::Class;
use crate::generate::Origin;
use crate::history::{Attempt, Ending, History, Outcome};
use crate::model::{Model, PlaceId, Source, Step};
use crate::oracle::trace;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};
use crate::value::Value;

const RULE: RuleId = RuleId::PartialSuccessIgnored;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    let mut judged = BTreeSet::new();
    for told in candidates(run) {
        // In a loop or in many items a state answers alike.
        if !judged.insert(told.attempt.state) {
            continue;
        }
        match &run.history.outcome {
            Outcome::Succeeded { output } => told.judge_success(run, output, out),
            Outcome::Unknown(_) => out.unknown(RULE),
            Outcome::Failed { .. } | Outcome::TimedOut { .. } | Outcome::Aborted { .. } => out.holds(RULE),
        }
    }
}

/// The calls that a fault made answer so; without a plan, those that do so in the user's own example.
fn candidates<'a>(run: &Run<'a>) -> Vec<Told<'a>> {
    let history = run.history;
    if run.case.plan.is_empty() {
        let own = if run.origin == Origin::User { history.attempts.len() } else { 0 };
        return (0..own).filter_map(|attempt| Told::of(run, attempt)).collect();
    }
    let injected =
        history.injected.iter().filter(|injected| matches!(injected.class, Class::PartialSuccess(_)));
    injected.filter_map(|injected| Told::of(run, injected.attempt)).collect()
}

/// A partial success that a call told of.
struct Told<'a> {
    attempt: &'a Attempt,
    index: usize,
    partial: PartialSuccess,
    answer: &'a Value,
}

/// What the rest of the run made of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Nothing.
    Not,
    /// A request holds it, though nothing reads the member.
    PassedOn,
    /// Something looks at it.
    LookedAt,
}

impl<'a> Told<'a> {
    fn of(run: &Run<'a>, index: usize) -> Option<Self> {
        let attempt = &run.history.attempts[index];
        let task = run.model.machine.state(attempt.state).task()?;
        let Ending::Succeeded(answer) = &attempt.ending else { return None };
        let partial =
            catalog::partial_success(&task.integration).filter(|partial| partial.is_shown_in(answer))?;
        (!run.model.graph.is_failure_path(attempt.state)).then_some(Self { attempt, index, partial, answer })
    }

    fn judge_success(&self, run: &Run<'_>, output: &Value, out: &mut Judgement) {
        match self.seen(run) {
            Seen::LookedAt => out.holds(RULE),
            Seen::PassedOn => out.unknown(RULE),
            Seen::Not => {
                let kept = self.is_held_by(output) || (is_alone(run) && leaves_something(run, output));
                out.violated(self.violation(run, kept));
            }
        }
    }

    fn seen(&self, run: &Run<'_>) -> Seen {
        if is_read(run.model, self.attempt.state, &self.partial) {
            return Seen::LookedAt;
        }
        if is_alone(run) {
            return if goes_on_alike(run, self.index) { Seen::Not } else { Seen::PassedOn };
        }
        let later = &run.history.attempts[self.index + 1..];
        if later.iter().any(|later| self.is_held_by(&later.parameters)) { Seen::PassedOn } else { Seen::Not }
    }

    /// Whether what tells of the undone work is part of a value.
    fn is_held_by(&self, value: &Value) -> bool {
        let name = self.partial.member.split("[].").next().unwrap_or_default();
        self.answer.get(name).is_some_and(|member| holds(value, name, member))
    }
}

fn holds(value: &Value, name: &str, member: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.get(name) == Some(member) || object.iter().any(|(_, inner)| holds(inner, name, member))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, name, member)),
        Value::String(text) => text.contains(name) && text.contains(&*member.to_json()),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether all that came after an attempt is as in the run without the fault: requests, decisions and failures.
fn goes_on_alike(run: &Run<'_>, attempt: usize) -> bool {
    let (with, without) = (run.history, run.baseline);
    let same_requests = with.attempts.len() == without.attempts.len()
        && with.attempts.iter().zip(&without.attempts).skip(attempt + 1).all(|(one, other)| {
            (one.state, one.visit, one.number) == (other.state, other.visit, other.number)
                && one.parameters == other.parameters
        });
    let ways = |history: &History| -> Vec<(StateId, Option<usize>)> {
        history.decisions.iter().map(|decision| (decision.state, decision.rule)).collect()
    };
    same_requests && with.failures.len() == without.failures.len() && ways(with) == ways(without)
}

/// Whether nothing but one fault makes the run differ from the one without.
fn is_alone(run: &Run<'_>) -> bool {
    run.case.plan.faults().len() == 1
}

/// Whether the output, or what was written to S3, is another one than without the fault.
fn leaves_something(run: &Run<'_>, output: &Value) -> bool {
    let usual = matches!(&run.baseline.outcome, Outcome::Succeeded { output: usual } if usual == output);
    !usual || run.history.objects != run.baseline.objects
}

/// Whether a Choice, or a state with work of its own, looks at a member that tells of undone work.
fn is_read(model: &Model, state: StateId, partial: &PartialSuccess) -> bool {
    let demands = model.demands();
    let tells = |place: &PlaceId| {
        demands.place(*place).source == Source::Result(state)
            && partial.paths().any(|path| leads_into(path, &demands.steps(*place)))
    };
    let looks = |other: StateId| {
        let kind = &model.machine.state(other).kind;
        let works = matches!(kind, Kind::Choice(_) | Kind::Task(_) | Kind::Map(_) | Kind::Parallel { .. });
        // What the state itself takes from its result is only kept for others.
        works && (other != state || model.graph.loop_of(state).is_some())
    };
    model.machine.states.iter().filter(|other| looks(other.id)).any(|other| {
        demands.reads_of(other.id).any(|(_, places)| places.iter().any(tells))
            || demands.choice(other.id).iter().flat_map(|dependency| &dependency.places).any(tells)
    })
}

/// Whether the steps of a place lead to a path, `Entries[].ErrorCode`, or further.
fn leads_into(path: &str, steps: &[Step]) -> bool {
    let mut steps = steps.iter();
    path.split('.').all(|part| {
        let (name, in_list) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
        matches!(steps.next(), Some(Step::Field(field)) if **field == *name)
            && (!in_list
                || matches!(steps.clone().next(), Some(Step::Index(_) | Step::Each))
                    && steps.next().is_some())
    })
}

impl Told<'_> {
    fn severity(&self, run: &Run<'_>, kept: bool) -> Severity {
        // Whoever calls an Express workflow gets its output.
        if kept && run.case.machine_type == MachineType::Express {
            return Severity::Low;
        }
        let worst = if kept { Severity::High } else { Severity::Critical };
        match run.model.effect(self.attempt.state) {
            Effect::None | Effect::Notification => worst.milder(),
            _ => worst,
        }
    }

    fn violation(&self, run: &Run<'_>, kept: bool) -> Violation {
        let state = run.model.machine.state(self.attempt.state);
        let member = self.partial.member;
        let witness = if kept {
            "It is part of the output, but neither the status nor a message says so."
        } else {
            "It is not even part of the output."
        };
        Violation {
            class: ErrorClass::Transient,
            route: format!("{member}>unread>SUCCEEDED"),
            events: [Some(self.attempt.scheduled), self.attempt.ended].into_iter().flatten().collect(),
            title: format!("Nothing looks at `{member}`, and the execution ends as SUCCEEDED"),
            why: format!(
                "`{}` can answer without an error though part of its work, or all of it, is not done: `{member}` says \
                 so, as in this run. Retry and Catch see nothing of it, no Choice asks, and no later call gets it. \
                 {witness}",
                state.name
            ),
            fix: self.fix(run),
            ..trace::violation_at(run, RULE, self.severity(run, kept), self.attempt)
        }
    }

    fn fix(&self, run: &Run<'_>) -> crate::oracle::Fix {
        let state = run.model.machine.state(self.attempt.state);
        complete::end_badly_if_partly_done(&run.model.machine, state, &self.partial).unwrap_or_else(|| {
            fix::words(format!(
                "Keep `{}` of the answer, ask for it in a Choice, and send the rest again with growing waits, or end in \
                 a Fail state.",
                self.partial.member
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn field(name: &str) -> Step {
        Step::Field(name.into())
    }

    #[rstest]
    #[case::the_member("Failed", &[field("Failed")], true)]
    #[case::inside_it("UnprocessedItems", &[field("UnprocessedItems"), field("Orders"), Step::Index(0)], true)]
    #[case::another("Failed", &[field("Successful")], false)]
    #[case::the_whole("Failed", &[], false)]
    #[case::in_an_entry("Entries[].ErrorCode", &[field("Entries"), Step::Each, field("ErrorCode")], true)]
    #[case::another_of_the_entry("Entries[].ErrorCode", &[field("Entries"), Step::Index(0), field("EventId")], false)]
    #[case::the_entries("Entries[].ErrorCode", &[field("Entries")], false)]
    fn a_place_tells(#[case] path: &str, #[case] steps: &[Step], #[case] expected: bool) {
        assert_eq!(leads_into(path, steps), expected);
    }
}
