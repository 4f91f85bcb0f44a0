//! `permission-denial-hidden`: a denial is caught, the execution ends as SUCCEEDED, and nobody is told. What would be
//! right for a fault that passes is wrong for a denial: it happens again in every execution, for ever.
//!
//! Where every failure is hidden at a state, `failure-swallowed` is the finding and the denial one of its runs. This
//! rule is for where denials are special:
//! - the catcher names the denial, and faults that pass go another way;
//! - the failure path does the same work another way, which is right for a fault, but nobody learns that the first way
//!   is closed;
//! - the task is a message that may be lost once, but not always.
//!
//! Exempt: somebody is told, or may be told in a way that the definition does not show (unknown); a catcher that names
//! HTTP status 403, which is an answer of somebody else's API; a failure inside the failure path; work that is done
//! later all the same.

use crate::asl::{ResultPath, StateId, Transition};
use crate::catalog::{self, Effect, ErrorClass};
use crate::diagnose::fix;
use crate::error::{ErrorName, Failure, Origin, first_catcher};
use crate::fault::{Class, Injection, injection};
use crate::history::{Attempt, Outcome};
use crate::oracle::trace::{self, Fate};
use crate::oracle::visibility::swallowed::{self, Caught};
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};
use crate::value::Value;

const RULE: RuleId = RuleId::PermissionDenialHidden;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (index, record, attempt) in trace::task_failures(run) {
        if trace::class_of(run.history, record) != ErrorClass::Permission {
            continue;
        }
        let Fate::Caught { record: taken, catcher } = trace::fate(run.history, index) else { continue };
        let caught = Caught { record, taken, catcher, state: run.model.machine.state(taken.state) };
        match &run.history.outcome {
            Outcome::Succeeded { output } => {
                let Some(way) = hidden_way(run, &caught, attempt) else { continue };
                if trace::announcement(run, taken).is_some() {
                    out.holds(RULE);
                } else if trace::may_tell(run, taken) {
                    out.unknown(RULE);
                } else {
                    // What the other way writes down is the work, not the denial.
                    let recorded = trace::mentions(output, record)
                        || (way != Way::Fallback && swallowed::is_recorded(run, &caught));
                    let severity = severity(run, &caught, attempt, way, recorded);
                    out.violated(violation(run, &caught, way, severity));
                }
            }
            Outcome::Unknown(_) => out.unknown(RULE),
            Outcome::Failed { .. } | Outcome::TimedOut { .. } | Outcome::Aborted { .. } => out.holds(RULE),
        }
    }
}

/// How a denial is hidden where other failures are not, or need not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) enum Way {
    /// A catcher names it.
    Named,
    /// The same work is done another way.
    Fallback,
    /// It is a message that may be lost.
    Message,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Fallback => "fallback",
            Self::Message => "message",
        }
    }
}

/// How a caught denial is hidden in particular; `None`: it is none, or fares like every other failure.
pub(in crate::oracle) fn hidden_way(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt) -> Option<Way> {
    let is_denial = trace::class_of(run.history, caught.record) == ErrorClass::Permission;
    if !is_denial
        || trace::done_later(run.history, caught.record)
        || run.model.graph.is_failure_path(attempt.state)
    {
        return None;
    }
    let name = caught.name(run.case.rules)?;
    if !matches!(name.as_str(), ErrorName::ALL | ErrorName::TASK_FAILED) {
        let is_status = name.as_str().ends_with(".403");
        return (!is_status && !takes_passing_faults(run, caught, attempt)).then_some(Way::Named);
    }
    if swallowed::is_fallback(run, caught) {
        return Some(Way::Fallback);
    }
    swallowed::may_be_lost(run, attempt).then_some(Way::Message)
}

/// Whether faults that pass go the same way as the denial.
fn takes_passing_faults(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt) -> bool {
    let Some(task) = run.model.machine.state(attempt.state).task() else { return false };
    [Class::Throttling, Class::ServiceError].iter().any(|class| {
        let Injection::Fail { error, .. } = injection(class, task) else { return false };
        let failure = Failure { error: &error, origin: Origin::Reported };
        let catcher = first_catcher(&caught.state.catch, failure, run.case.rules);
        catcher.is_some_and(|catcher| caught.state.catch[catcher].next == caught.next())
    })
}

fn severity(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt, way: Way, recorded: bool) -> Severity {
    let reads = run.model.effect_of(attempt.state, &attempt.parameters) == Effect::None;
    let worst = match way {
        Way::Named if reads => Severity::Medium,
        Way::Named => Severity::High,
        Way::Fallback | Way::Message => Severity::Low,
    };
    // The result of an item says so, and whether anybody reads it is not known; a loop comes back to the work.
    let is_partial = trace::in_map(run, caught.state.id) || swallowed::comes_back(run, caught);
    let worst = if is_partial { worst.min(Severity::Medium) } else { worst };
    if recorded { worst.milder() } else { worst }
}

fn violation(run: &Run<'_>, caught: &Caught<'_>, way: Way, severity: Severity) -> Violation {
    let machine = &run.model.machine;
    let (next, error) = (fix::name_of(machine, caught.next()), &caught.record.error);
    let task = &machine.state(caught.record.state).name;
    let title = match way {
        Way::Named => format!("A denial (`{error}`) is caught, and the execution ends as SUCCEEDED"),
        Way::Fallback => {
            format!("A denial (`{error}`) goes to `{next}` in every execution, and nobody is told")
        }
        Way::Message => {
            format!("A denial (`{error}`) silences `{task}` in every execution, and nobody is told")
        }
    };
    let what = match way {
        Way::Named => format!("`{next}` goes on as if that was an answer"),
        Way::Fallback => {
            format!(
                "`{next}` does the work instead, which is right for a fault that passes; this one does not"
            )
        }
        Way::Message => "to lose one message may be right; this loses all of them".to_owned(),
    };
    Violation {
        state: Some(caught.state.id),
        route: format!("{}>{next}>SUCCEEDED", way.name()),
        events: vec![caught.record.event, caught.taken.event],
        title,
        why: format!(
            "The role may not make the call of `{task}`, and that stays so until somebody changes a policy. \
             Catch[{}] takes the denial: {what}. Every execution ends as SUCCEEDED, and nothing says that it is \
             denied.",
            caught.catcher
        ),
        fix: show_it(run, caught),
        pointer: format!("{}/Catch/{}", caught.state.pointer, caught.catcher),
        ..trace::violation(run, RULE, severity, caught.record)
    }
}

/// A Fail state for the denial: by a catcher of its own where its name says that it is one, else by its Cause.
fn show_it(run: &Run<'_>, caught: &Caught<'_>) -> Fix {
    let machine = &run.model.machine;
    let error = &caught.taken.error;
    let catcher = &caught.state.catch[caught.catcher];
    let here = format!("{}/Catch/{}", caught.state.pointer, caught.catcher);
    let Some((siblings, _)) = caught.state.pointer.rsplit_once('/') else { return Fix::default() };
    let denied = fix::free_name(machine, "Access Denied");
    let fail = fix::object([
        ("Type", Value::from("Fail")),
        ("Error", Value::from("AccessDenied")),
        ("Cause", Value::from("The role may not make a call; see the history of the execution.")),
    ]);
    let mut operations = vec![fix::add(format!("{siblings}/{denied}"), fail)];
    if !catalog::means_two_things(error) {
        let named = catcher.errors.iter().position(|name| *name.as_str() == **error);
        if named.is_some() && catcher.errors.len() == 1 {
            operations.push(fix::replace(format!("{here}/Next"), Value::from(denied)));
            if is_only_way(run, caught) {
                // What nothing leads to any more has to go, or AWS refuses the definition.
                let Some(detour) = detour(run, caught) else { return swallowed::end_badly(run, caught) };
                operations.push(fix::remove(detour));
            }
        } else {
            operations.extend(named.map(|at| fix::remove(format!("{here}/ErrorEquals/{at}"))));
            let own = [("ErrorEquals", fix::names([&**error])), ("Next", Value::from(denied))];
            operations.push(fix::add(here, fix::object(own)));
        }
        return fix::patch(
            format!("Give `{error}` a catcher of its own that tells somebody, or ends in a Fail state."),
            operations,
        );
    }
    let text = format!(
        "`{error}` stands for denials and for other failures: test the Cause before `{}`, and tell somebody of a \
         denial, or end in a Fail state.",
        fix::name_of(machine, caught.next())
    );
    let cause = match (&catcher.result_path, catcher.output.is_some()) {
        (ResultPath::Replace, false) => "$.Cause".to_owned(),
        (ResultPath::At(path), false) => format!("{}.Cause", path.text()),
        _ => return fix::words(text),
    };
    if caught.state.query_language != crate::asl::QueryLanguage::JsonPath {
        return fix::words(text);
    }
    let asked = fix::free_name(machine, "Denied?");
    let test = |pattern: &str| {
        fix::object([("Variable", Value::from(cause.clone())), ("StringMatches", Value::from(pattern))])
    };
    let rule = fix::object([
        ("Or", Value::array(DENIALS.iter().map(|pattern| test(pattern)).collect())),
        ("Next", Value::from(denied)),
    ]);
    let choice = fix::object([
        ("Type", Value::from("Choice")),
        ("Choices", Value::array(vec![rule])),
        ("Default", Value::from(fix::name_of(machine, caught.next()))),
    ]);
    operations.push(fix::add(format!("{siblings}/{asked}"), choice));
    operations.push(fix::replace(format!("{here}/Next"), Value::from(asked)));
    fix::patch(text, operations)
}

/// The pointer of the one state that lies between the catcher and the normal way, if it is one.
fn detour(run: &Run<'_>, caught: &Caught<'_>) -> Option<String> {
    let state = run.model.machine.state(caught.next());
    let is_plain = run.model.graph.successors(state.id).len() == 1;
    let rejoins = |next: StateId| !run.model.graph.is_failure_only(next);
    match state.next {
        Transition::Next(next) if is_plain && rejoins(next) => Some(state.pointer.to_string()),
        _ => None,
    }
}

/// Whether nothing else leads to where the catcher leads.
fn is_only_way(run: &Run<'_>, caught: &Caught<'_>) -> bool {
    let states = run.model.machine.states.iter();
    let ways = states.flat_map(|state| run.model.graph.successors(state.id));
    ways.filter(|(_, next)| *next == caught.next()).count() == 1
}

/// What the Cause of a denial has in it: recorded on AWS, in the words of IAM and in the code of the service.
const DENIALS: [&str; 3] = ["*not authorized*", "*AccessDenied*", "*Status Code: 403*"];
