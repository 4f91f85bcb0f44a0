//! `record-left-behind`: what one execution leaves in a table, a bucket or among names keeps the next one with the
//! same input from the work that was never done.
//!
//! Proven by two executions: the first meets a fault, the second none, but the record of the first. It is refused, waits
//! without end, or ends as SUCCEEDED because the record looks like work that was done. After a first execution that
//! succeeded, being refused is right; only a lock that nothing ever releases is not.
//!
//! Exempt: work that was done by the first execution; a record that the failure path removes, or marks so that the next
//! execution is refused for a reason; a lease or a time to live, since the second execution starts a week later; a fault
//! in a write of the record itself.

use crate::asl::{Machine, State, StateId};
use crate::catalog::{self, Effect, ErrorClass};
use crate::diagnose::fix;
use crate::fault::Incident;
use crate::history::{Attempt, Before, Ending, FailureRecord, Handling, History, Outcome};
use crate::load::Node;
use crate::mock::{Change, Found, Identity, Kind, Meeting, Met, World, WrittenBy};
use crate::oracle::visibility::swallowed::may_be_lost;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation, trace};
use crate::value::Value;

const RULE: RuleId = RuleId::RecordLeftBehind;

/// Judges a second execution by what it met.
pub(super) fn judge(run: &Run<'_>, before: &Before, out: &mut Judgement) {
    let is_second = matches!(run.case.plan.repetition(), Some(Incident::StartedAgain { .. }));
    if !is_second || !run.baseline.outcome.succeeded() {
        return;
    }
    if [run.history, &before.history].iter().any(|history| matches!(history.outcome, Outcome::Unknown(_))) {
        return out.unknown(RULE);
    }
    let decided = before.met.iter().find(|met| met.is_decided);
    let Some(met) = decided else {
        return if before.met.is_empty() { out.holds(RULE) } else { out.unknown(RULE) };
    };
    if Leftover::of(run, before, met).is_some_and(|leftover| leftover.may_be_undone_by_code()) {
        return out.unknown(RULE);
    }
    match Leftover::of(run, before, met).and_then(|leftover| Some((leftover.severity()?, leftover))) {
        Some((severity, leftover)) => out.violated(leftover.violation(severity)),
        None => out.holds(RULE),
    }
}

/// How the second execution ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It fails.
    Refused,
    /// It waits until a limit ends it.
    Waits,
    /// It succeeds without the work.
    Skips,
}

struct Leftover<'a> {
    run: &'a Run<'a>,
    first: &'a History,
    found: &'a Found,
    /// The call of the second execution that meets it.
    meeting: &'a Attempt,
    /// The attempt that made it.
    maker: &'a Attempt,
    end: End,
    /// Tasks whose work neither execution did.
    undone: Vec<StateId>,
    /// Whether there is work, and the second execution did none of it.
    is_kept_out: bool,
    /// Whether the first execution changed it on its failure path.
    is_marked: bool,
    /// What the run without faults does to it.
    usual: Vec<Change>,
    /// Whether it does not meet what the run without faults leaves.
    is_released: bool,
}

impl<'a> Leftover<'a> {
    fn of(run: &'a Run<'a>, before: &'a Before, met: &'a Met) -> Option<Self> {
        let (first, found) = (&before.history, &met.found);
        let machine = &run.model.machine;
        let world = World::after(machine, first);
        let own = || world.log().iter().filter(|write| write.identity == found.identity);
        let author = |by: WrittenBy| match by {
            WrittenBy::First(at) => first.attempts.get(at),
            WrittenBy::Second => None,
        };
        let maker = own().find_map(|write| author(write.by))?;
        let last = own().next_back().and_then(|write| author(write.by))?;
        let hits_the_record = |attempt: &Attempt| {
            let state = machine.state(attempt.state);
            attempt.injected.is_some() && world.touched(state, &attempt.parameters).contains(&found.identity)
        };
        if first.attempts.iter().any(hits_the_record) {
            return None;
        }
        let meeting = run
            .history
            .attempts
            .iter()
            .find(|attempt| attempt.number == met.attempt && run.history.site(attempt) == met.site)?;
        let usual_world = World::after(machine, run.baseline);
        let usual = usual_world.log().iter().filter(|write| write.identity == found.identity);
        let end = match &run.history.outcome {
            Outcome::Succeeded { .. } => End::Skips,
            Outcome::TimedOut { .. } => End::Waits,
            _ if trace::reached_event_limit(run.history) => End::Waits,
            _ => End::Refused,
        };
        Some(Self {
            run,
            first,
            found,
            meeting,
            maker,
            end,
            undone: undone(run, &[first, run.history], &found.identity, &world),
            is_kept_out: {
                let work = undone(run, &[], &found.identity, &world);
                !work.is_empty() && work == undone(run, &[run.history], &found.identity, &world)
            },
            is_marked: last.scheduled != maker.scheduled && trace::is_new(run, last.state),
            usual: usual.map(|write| write.change).collect(),
            is_released: is_released(run, &usual_world, meeting),
        })
    }

    /// Whether the failure path runs a function or a worker that may have removed the record: where nothing but the
    /// first write of it is in the definition, the care of it may be code.
    fn may_be_undone_by_code(&self) -> bool {
        let is_code = |attempt: &Attempt| {
            attempt.applied
                && self.run.model.is_own_code(attempt.state)
                && trace::is_new(self.run, attempt.state)
                && !trace::only_tells(self.run, attempt)
        };
        let is_written_once = self.usual.iter().all(|change| *change == Change::Made);
        is_written_once && !self.is_success() && self.first.attempts.iter().any(is_code)
    }

    /// `None`: it is right so.
    fn severity(&self) -> Option<Severity> {
        if self.is_success() {
            return self.after_success();
        }
        if self.undone.is_empty() {
            return None;
        }
        let worst = match self.end {
            _ if self.is_marked => return self.marked(),
            End::Skips => Severity::Critical,
            End::Waits => Severity::High,
            End::Refused if self.is_record() => Severity::High,
            End::Refused => Severity::Medium,
        };
        let worst = match self.found.identity.kind {
            Kind::Item | Kind::Object => worst,
            Kind::Thing if self.is_released() => worst.min(Severity::Medium),
            Kind::Thing | Kind::Execution => Severity::Low,
        };
        Some(match self.first.outcome {
            // Nothing in the workflow runs any more; whoever stopped it can see to the rest.
            Outcome::Aborted { .. } if !self.is_released() => worst.min(Severity::Low),
            Outcome::Aborted { .. } | Outcome::TimedOut { .. } => worst.min(Severity::Medium),
            _ => worst,
        })
    }

    fn is_success(&self) -> bool {
        self.first.outcome.succeeded() && self.first.injected.is_empty()
    }

    /// After a success only what is a lock, and is never released, blocks what it should not.
    fn after_success(&self) -> Option<Severity> {
        if self.is_released() {
            return None;
        }
        match self.end {
            _ if !self.is_kept_out => None,
            End::Waits => Some(Severity::High),
            End::Refused | End::Skips if self.is_for_every_input() => Some(Severity::High),
            End::Refused if self.is_called_lock() => Some(Severity::High),
            End::Refused | End::Skips => None,
        }
    }

    /// The failure path has written something into the record.
    fn marked(&self) -> Option<Severity> {
        let condition = self.meeting.parameters.get("ConditionExpression").and_then(Value::as_str);
        match self.end {
            // A condition that some records pass is meant to let the next execution take over, unless it only lets the
            // same execution pass again.
            End::Refused if condition.is_some_and(|text| text.to_uppercase().contains(" OR ")) => {
                (!self.compares_its_execution()).then_some(Severity::High)
            }
            End::Refused => None,
            End::Waits | End::Skips => Some(Severity::Medium),
        }
    }

    /// Whether the condition compares with the execution that makes the call: nobody else is meant to pass.
    fn compares_its_execution(&self) -> bool {
        let name = &*self.run.case.execution_name;
        let is_execution = |text: &str| text.rsplit(':').next().is_some_and(|last| last.starts_with(name));
        let values = self.meeting.parameters.get("ExpressionAttributeValues");
        values.is_some_and(|values| trace::holds_text(values, &is_execution))
    }

    /// Whether it is there to keep others away, and not only data: it is removed or changed when all goes well, or the
    /// definition has an answer for finding it.
    fn is_record(&self) -> bool {
        let refusals = || {
            self.run.history.failures.iter().filter(|failure| {
                let attempt = failure.attempt.and_then(|at| self.run.history.attempts.get(at));
                attempt.is_some_and(|attempt| {
                    (attempt.state, attempt.strand) == (self.meeting.state, self.meeting.strand)
                })
            })
        };
        let is_handled = refusals().any(|failure| names(&self.run.model.machine, failure));
        let was_found = refusals().next().is_none();
        self.usual.iter().any(|change| *change != Change::Made) || is_handled || was_found
    }

    fn is_released(&self) -> bool {
        self.is_released
    }

    /// Whether the key is written down in the definition, the same for all executions.
    fn is_for_every_input(&self) -> bool {
        let machine = &self.run.model.machine;
        let pointer = &machine.state(self.maker.state).pointer;
        let written = ["Parameters", "Arguments"]
            .iter()
            .find_map(|field| machine.document.node(&format!("{pointer}/{field}")).map(Node::to_value));
        let Some(written) = written else { return false };
        let Ok(key) = Value::parse(&self.found.identity.key) else { return false };
        let attributes = written.get("Key").or_else(|| written.get("Item"));
        key.as_object().is_some_and(|key| {
            key.iter().all(|(name, _)| {
                let literal = attributes.and_then(|attributes| attributes.get(name)?.get("S")?.as_str());
                literal.is_some_and(|text| !text.starts_with("{%") && !text.contains("${"))
            })
        })
    }

    /// Whether the table or the state is called a lock.
    fn is_called_lock(&self) -> bool {
        let name = &self.run.model.machine.state(self.maker.state).name;
        words(&self.found.identity.home)
            .chain(words(name))
            .any(|word| ["lock", "locks", "mutex", "semaphore", "lease", "leases"].contains(&word.as_str()))
    }

    fn violation(&self, severity: Severity) -> Violation {
        let machine = &self.run.model.machine;
        let maker = machine.state(self.maker.state);
        let failure = self.first.failures.first();
        let injected = self.first.injected.first().and_then(|one| self.first.attempts.get(one.attempt));
        Violation {
            class: failure.map_or(ErrorClass::Timeout, class),
            site: injected.map(|attempt| self.first.site(attempt)),
            events: vec![self.meeting.scheduled],
            states: Vec::new(),
            error: failure.map(|failure| failure.error.clone()),
            cause: failure.and_then(|failure| failure.cause.clone()),
            route: self.route().to_owned(),
            title: self.title(),
            why: self.why(maker, failure),
            fix: self.fix(maker),
            ..trace::advice(RULE, severity, maker)
        }
    }

    fn route(&self) -> &'static str {
        match self.end {
            End::Refused => "left>refused",
            End::Waits => "left>waits",
            End::Skips => "left>skips",
        }
    }

    fn title(&self) -> String {
        let what = &self.found.identity;
        let first = match self.first.outcome {
            Outcome::Aborted { .. } => "An execution that is stopped",
            Outcome::TimedOut { .. } => "An execution that times out",
            Outcome::Succeeded { .. } => "An execution",
            Outcome::Failed { .. } | Outcome::Unknown(_) => "A failed execution",
        };
        let then = match self.end {
            _ if self.is_success() => {
                return format!("Nothing releases {what}, and the next execution is kept out");
            }
            End::Refused => "fails",
            End::Waits => "waits for it without end",
            End::Skips => "succeeds without the work",
        };
        format!("{first} leaves {what}, and the next one with the same input {then}")
    }

    fn why(&self, maker: &State, failure: Option<&FailureRecord>) -> String {
        let machine = &self.run.model.machine;
        let (what, made_at) = (&self.found.identity, &maker.name);
        let met_at = fix::name_of(machine, self.meeting.state);
        let ends = match self.end {
            End::Refused => "ends as FAILED",
            End::Waits => "never gets past it",
            End::Skips => "ends as SUCCEEDED",
        };
        if self.is_success() {
            return format!(
                "`{made_at}` writes {what}, and nothing removes it when the execution has succeeded. A week later the \
                 next one meets it at `{met_at}` and {ends}."
            );
        }
        let happens = match failure {
            Some(failure) => {
                format!("`{}` fails for good, the execution", fix::name_of(machine, failure.state))
            }
            None => "The execution is stopped from outside,".to_owned(),
        };
        let undone = if failure.is_some() { self.undone.first() } else { self.undone.last() };
        let undone = undone.map_or("", |state| fix::name_of(machine, *state));
        let left = if self.is_marked { "changes" } else { "leaves" };
        let status = self.first.outcome.status();
        format!(
            "`{made_at}` writes {what}. {happens} ends as {status} and {left} the record. The next one with \
             the same input meets it at `{met_at}` and {ends}. The work of `{undone}` is never done."
        )
    }

    fn fix(&self, maker: &State) -> crate::oracle::Fix {
        let name = &maker.name;
        fix::words(match self.found.identity.kind {
            Kind::Item | Kind::Object if self.is_success() => format!(
                "Remove the record before the execution ends, or let the condition of `{name}` pass once a lease is over."
            ),
            Kind::Item | Kind::Object if self.is_released() => format!(
                "Remove the record on the failure path as well: catch `States.ALL` of the states after `{name}`, go \
                 through a state that deletes it, and fail there. A lease in the condition of `{name}` covers executions \
                 that are stopped."
            ),
            Kind::Item | Kind::Object => format!(
                "Write the record after the work, or with a status that the next execution takes over; or catch \
                 `States.ALL` of the states after `{name}`, remove or mark the record there, and fail."
            ),
            Kind::Execution => format!(
                "Let the name in `{name}` tell apart executions that are meant to run again, or catch \
                 ExecutionAlreadyExists and go on with the result of the first one."
            ),
            Kind::Thing => format!(
                "Remove what `{name}` makes on the failure path as well, or catch the error for a name that is taken and \
                 go on with what is there."
            ),
        })
    }
}

/// Whether a call meets nothing of what the run without faults leaves behind.
fn is_released(run: &Run<'_>, usual: &World, meeting: &Attempt) -> bool {
    let scripted = run.baseline.attempts.iter().find_map(|attempt| match &attempt.ending {
        Ending::Succeeded(result) if attempt.state == meeting.state => Some(result),
        _ => None,
    });
    let Some(task) = run.model.machine.state(meeting.state).task() else { return false };
    let now_ms = run.case.epoch_ms;
    usual.meet(task, &meeting.parameters, scripted, now_ms) == Meeting::Nothing
}

/// Whether the handler that takes a failure has its name.
fn names(machine: &Machine, failure: &FailureRecord) -> bool {
    let state = machine.state(failure.state);
    let errors = match failure.handling {
        Handling::Caught { catcher, .. } => &state.catch[catcher].errors,
        Handling::Retried { retrier, .. } => &state.retry[retrier].errors,
        Handling::Uncaught { .. } | Handling::Tolerated => return false,
    };
    errors.iter().any(|name| name.as_str() == &*failure.error)
}

fn class(failure: &FailureRecord) -> ErrorClass {
    catalog::class_of_failure(&failure.error, failure.cause.as_deref().unwrap_or(""))
}

/// Tasks of the run without faults whose work none of these executions did, without messages and the care of the record.
fn undone(run: &Run<'_>, executions: &[&History], record: &Identity, world: &World) -> Vec<StateId> {
    let machine = &run.model.machine;
    let is_work = |attempt: &&Attempt| {
        attempt.applied
            && run.model.effect_of(attempt.state, &attempt.parameters) != Effect::None
            && !may_be_lost(run, attempt)
            && !trace::only_measures(run, attempt)
            && !trace::only_tells(run, attempt)
            && !world.touched(machine.state(attempt.state), &attempt.parameters).contains(record)
    };
    let is_done = |wanted: &Attempt, history: &History| {
        let iteration = run.baseline.iteration(wanted.strand);
        // Of a call that a stop cut off nobody knows whether it was done.
        let is_cut = |attempt: &Attempt| {
            attempt.injected.is_none() && matches!(attempt.ending, Ending::Open | Ending::Aborted)
        };
        history.attempts.iter().any(|attempt| {
            attempt.state == wanted.state
                && attempt.applied
                && !is_cut(attempt)
                && history.iteration(attempt.strand) == iteration
        })
    };
    let mut found = Vec::new();
    for attempt in run.baseline.attempts.iter().filter(is_work) {
        if !executions.iter().any(|history| is_done(attempt, history)) && !found.contains(&attempt.state) {
            found.push(attempt.state);
        }
    }
    found
}

/// The words of a name, in lower case: `OrderLock`, `order-lock` and `order_lock` have two.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            if words.is_empty() || (letter.is_uppercase() && last.is_lowercase()) {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(letter.to_lowercase());
            }
        } else {
            words.push(String::new());
        }
        last = letter;
    }
    words.into_iter()
}
