//! `answer-unhandled`: a documented answer that no branch handles.
//!
//! A Choice after a polled call names some of the statuses that the API documents. Another one either leads back
//! into the loop although it is final, so that the loop never ends, or takes the way of the good status, so that a
//! failed job counts as done.
//!
//! Exempt: a status that the rule which held names itself (the branch is meant), a Default that goes elsewhere, and
//! statuses whose meaning depends on what the workflow waits for.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::{Kind, State, StateId, Transition};
use crate::catalog::{self, ErrorClass, Statuses};
use crate::diagnose::{fix, route};
use crate::expr::{Comparison, Operand, Rule};
use crate::fault::Class;
use crate::history::{Attempt, Decision, History};
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};

use super::polling::taken;

const RULE: RuleId = RuleId::AnswerUnhandled;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    let mut seen = BTreeSet::new();
    for injected in &run.history.injected {
        let Class::Status(status) = &injected.class else { continue };
        // A status that lasts is judged where it begins, and where a limit of rounds ends it.
        let is_last = injected.attempt + 1 == run.history.attempts.len();
        if !seen.insert(injected.fault) && !is_last {
            continue;
        }
        let attempt = &run.history.attempts[injected.attempt];
        let Some(case) = Case::of(run, attempt, status) else { continue };
        match case.mistake(run) {
            Some(mistake) => out.violated(violation(run, &case, mistake)),
            None => out.holds(RULE),
        }
    }
}

/// One answer, and the Choice that judged it.
struct Case<'a> {
    attempt: &'a Attempt,
    status: &'a str,
    statuses: Cow<'static, Statuses>,
    choice: &'a State,
    decision: &'a Decision,
    /// Where it led.
    next: StateId,
}

/// What is wrong with where an answer led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    /// It is final, but is asked for again.
    AskedAgain,
    /// It is no success, but goes the way of one.
    TakenForSuccess,
}

impl<'a> Case<'a> {
    fn of(run: &Run<'a>, attempt: &'a Attempt, argument: &'a str) -> Option<Self> {
        let machine = &run.model.machine;
        let task = machine.state(attempt.state).task()?;
        let (statuses, status) = catalog::status_named(&task.integration, argument)?;
        let choice = following_choice(run, attempt.state)?;
        // Both are entered once a round, so the round tells which decision judged which answer.
        let decision = decision_of(run.history, choice, attempt)?;
        let case = Self { attempt, status, statuses, choice, decision, next: taken(choice, decision)? };
        case.reads_status().then_some(case)
    }

    /// Whether the Choice compares anything with one of the documented statuses.
    fn reads_status(&self) -> bool {
        self.variable().is_some()
    }

    /// The path that the Choice compares with statuses, as written.
    fn variable(&self) -> Option<String> {
        literals(self.choice)
            .into_iter()
            .find(|(_, _, literal)| is_status(&self.statuses, literal))
            .map(|(_, variable, _)| variable)
    }

    fn mistake(&self, run: &Run<'_>) -> Option<Mistake> {
        let named = literals(self.choice)
            .iter()
            .any(|(rule, _, literal)| Some(*rule) == self.decision.rule && **literal == *self.status);
        if named {
            return None;
        }
        let is = |list: &[&str]| list.contains(&self.status);
        let stays = run
            .model
            .graph
            .loop_of(self.choice.id)
            .is_some_and(|looped| looped.contains(self.next) && looped.contains(self.attempt.state));
        if stays {
            // Another Choice further on may handle it: only a run that does ask again shows the mistake.
            let again = run.history.attempts.iter().any(|later| {
                (later.state, later.strand) == (self.attempt.state, self.attempt.strand)
                    && later.visit > self.attempt.visit
            });
            let is_final = is(&self.statuses.failure) || is(&self.statuses.success);
            return (again && is_final).then_some(Mistake::AskedAgain);
        }
        let is_success = is(&self.statuses.success) || is(&self.statuses.ambiguous);
        let as_success = way_of_success(run, self) == Some(self.next) && run.history.outcome.succeeded();
        (!is_success && as_success).then_some(Mistake::TakenForSuccess)
    }

    /// The rule that names the status, but comes too late: the one that is taken stands before it.
    fn late_rule(&self) -> Option<usize> {
        let taken = self.decision.rule?;
        let named = literals(self.choice);
        named.iter().find(|(rule, _, text)| *rule > taken && **text == *self.status).map(|(rule, ..)| *rule)
    }

    /// Final statuses, other than good ones, that the Choice does not name.
    fn unnamed(&self) -> Vec<&'static str> {
        let named = literals(self.choice);
        let unnamed = |status: &&&str| !named.iter().any(|(_, _, literal)| **literal == ***status);
        self.statuses.failure.iter().filter(unnamed).copied().collect()
    }
}

/// The Choice that comes next after a task, past states that only pass on or pause.
fn following_choice<'a>(run: &Run<'a>, state: StateId) -> Option<&'a State> {
    let machine = &run.model.machine;
    let mut at = state;
    for _ in 0..4 {
        let Transition::Next(next) = machine.state(at).next else { return None };
        let state = machine.state(next);
        match &state.kind {
            Kind::Choice(_) => return Some(state),
            Kind::Pass { .. } | Kind::Wait(_) => at = next,
            _ => return None,
        }
    }
    None
}

fn decision_of<'a>(history: &'a History, choice: &State, attempt: &Attempt) -> Option<&'a Decision> {
    history.decisions.iter().find(|decision| {
        decision.state == choice.id && decision.strand == attempt.strand && decision.visit == attempt.visit
    })
}

/// Where the run without faults left the Choice for good.
fn way_of_success(run: &Run<'_>, case: &Case<'_>) -> Option<StateId> {
    let good = run.baseline.outcome.succeeded();
    let last = run.baseline.decisions.iter().rev().find(|decision| decision.state == case.choice.id);
    last.filter(|_| good).and_then(|decision| taken(case.choice, decision))
}

fn is_status(statuses: &Statuses, text: &str) -> bool {
    statuses.ends().chain(statuses.pending.iter().copied()).any(|status| status == text)
}

/// Every text that a rule compares something with: index of the rule, the variable, the text.
fn literals(choice: &State) -> Vec<(usize, String, Arc<str>)> {
    let mut found = Vec::new();
    if let Kind::Choice(rules) = &choice.kind {
        for (at, rule) in rules.rules.iter().enumerate() {
            collect(&rule.rule, at, &mut found);
        }
    }
    found
}

fn collect(rule: &Rule, at: usize, found: &mut Vec<(usize, String, Arc<str>)>) {
    match rule {
        Rule::And(rules) | Rule::Or(rules) => rules.iter().for_each(|rule| collect(rule, at, found)),
        Rule::Not(rule) => collect(rule, at, found),
        Rule::Test { variable, comparison } => {
            let (Comparison::StringEquals(Operand::Literal(text)) | Comparison::StringMatches(text)) =
                comparison
            else {
                return;
            };
            found.push((at, variable.text().to_string(), text.clone()));
        }
        Rule::Jsonata(condition) => collect(condition.outline(), at, found),
    }
}

fn violation(run: &Run<'_>, case: &Case<'_>, mistake: Mistake) -> Violation {
    let machine = &run.model.machine;
    let polled = fix::name_of(machine, case.attempt.state);
    let next = fix::name_of(machine, case.next);
    let status = case.status;
    let reason = match (case.late_rule(), case.decision.rule) {
        (Some(late), Some(taken)) => format!("Choices[{late}] names it, but Choices[{taken}] is true before"),
        _ => "No rule names it".to_owned(),
    };
    let (route, title, why) = match mistake {
        Mistake::AskedAgain => (
            "final>asked-again",
            format!("`{status}` is final, but is polled for ever"),
            format!(
                "`{polled}` can answer `{status}`, and then nothing changes any more. {reason}, so it goes to \
                 `{next}` and is asked for again until the history is full or a timer fires."
            ),
        ),
        Mistake::TakenForSuccess => (
            "other>success",
            format!("`{status}` is taken for success"),
            format!(
                "`{polled}` can answer `{status}`. {reason}, so it goes to `{next}` as the good status does, \
                 and the execution ends as SUCCEEDED."
            ),
        ),
    };
    Violation {
        state: Some(case.choice.id),
        class: ErrorClass::Logic,
        route: route.to_owned(),
        title,
        why,
        fix: name_statuses(run, case),
        pointer: format!("{}/Choices", case.choice.pointer),
        ..trace::violation_at(run, RULE, Severity::High, case.attempt)
    }
}

/// A rule for the final statuses that are missing, to where a bad one that is named goes.
fn name_statuses(run: &Run<'_>, case: &Case<'_>) -> Fix {
    if let (Some(late), Some(taken)) = (case.late_rule(), case.decision.rule) {
        let text = format!(
            "Put Choices[{late}] before Choices[{taken}]: the first rule that is true decides. Name every other final \
             status there too."
        );
        let Some(mut operations) = route::move_rule(&run.model.machine, case.choice, late, taken) else {
            return fix::words(text);
        };
        let goal = match &case.choice.kind {
            Kind::Choice(choice) => choice.rules.get(late).map(|rule| rule.next),
            _ => None,
        };
        let (unnamed, variable) = (case.unnamed(), case.variable());
        if let (Some(goal), Some(variable), false) = (goal, variable, unnamed.is_empty()) {
            let goal = fix::name_of(&run.model.machine, goal);
            operations.extend(fix::add_choice_rule(case.choice, &variable, &unnamed, goal).asl_patch);
        }
        return fix::patch(text, operations);
    }
    let unnamed = case.unnamed();
    let bad =
        literals(case.choice).into_iter().find(|(_, _, literal)| case.statuses.failure.contains(&&**literal));
    let goal = match (&bad, &case.choice.kind) {
        (Some((rule, ..)), Kind::Choice(choice)) => choice.rules.get(*rule).map(|rule| rule.next),
        _ => None,
    };
    match (goal, case.variable()) {
        (Some(goal), Some(variable)) if !unnamed.is_empty() => {
            let goal = fix::name_of(&run.model.machine, goal);
            fix::add_choice_rule(case.choice, &variable, &unnamed, goal)
        }
        (None, Some(variable)) if !unnamed.is_empty() => {
            route::statuses_to_fail(&run.model.machine, case.choice, &variable, &unnamed)
        }
        _ => fix::words(format!(
            "Name {} in a rule that ends the loop, and let Default be for statuses that may still change.",
            fix::listed(&unnamed)
        )),
    }
}
