//! One execution for people: what each state does, in order of virtual time, and how it ends.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

use super::counted;
use crate::asl::{Kind, Machine, State, StateId};
use crate::history::{
    Attempt, Detail, Event, EventId, EventType, FailureRecord, Handling, History, Outcome, StrandId,
    VirtualTime,
};
use crate::sim::nested::{ChildExecution, Library};
use crate::value::Value;

/// Longer values and causes are cut.
const TEXT_MAX: usize = 100;

/// Writes the timeline and the ending. Values are shown: the caller asked for this one execution.
pub fn execution(history: &History, machine: &Machine, out: &mut dyn Write) -> io::Result<()> {
    if let Some(before) = &history.before {
        execution(&before.history, machine, out)?;
        let after = VirtualTime(before.starts_after_ms);
        writeln!(
            out,
            "\na second execution starts with the same input, {after} after the start of the first\n"
        )?;
    }
    let mut timeline = Timeline::new(history, machine);
    for event in &history.events {
        timeline.tell(event, out)?;
    }
    let redriven = match history.redrives {
        0 => String::new(),
        count => format!(", redriven {}", counted(u64::from(count), "time")),
    };
    let status = history.outcome.status();
    writeln!(out, "\n{status} after {} of virtual time{redriven}", history.duration)?;
    match &history.outcome {
        Outcome::Succeeded { output } => writeln!(out, "output: {output}")?,
        Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
            let lines = [("error", error), ("cause", cause)];
            lines
                .iter()
                .filter_map(|(name, text)| Some((name, text.as_ref()?)))
                .try_for_each(|(name, text)| writeln!(out, "{name}: {text}"))?;
        }
        Outcome::TimedOut { .. } => {}
        Outcome::Unknown(unknown) => writeln!(out, "{}: {unknown}", machine.locate(&unknown.pointer))?,
    }
    if let Some(reason) = history.not_redrivable {
        writeln!(out, "not redriven: {reason}")?;
    }
    simulated(history, machine, out)
}

/// What TestState could not show of a history that is put together from its answers.
fn simulated(history: &History, machine: &Machine, out: &mut dyn Write) -> io::Result<()> {
    if history.simulated.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nsimulated, because TestState cannot show it:")?;
    history.simulated.iter().try_for_each(|part| writeln!(out, "  {}", part.display(machine)))
}

/// Writes the timelines of the executions that this one started. `epoch_ms` is its own start.
pub fn nested(
    children: &[ChildExecution],
    library: &Library,
    epoch_ms: i64,
    out: &mut dyn Write,
) -> io::Result<()> {
    for child in children {
        let machine = &library.machines[child.machine].machine;
        let started = VirtualTime(u64::try_from(child.case.epoch_ms - epoch_ms).unwrap_or(0));
        writeln!(out, "\n{} of {}, started at {started}", child.case.execution_name, machine.name)?;
        match &child.history {
            Some(history) => execution(history, machine, out)?,
            None => writeln!(out, "not simulated: nested executions go too deep")?,
        }
    }
    Ok(())
}

/// Walks over the events once.
struct Timeline<'a> {
    history: &'a History,
    machine: &'a Machine,
    /// By the event that opens them.
    attempts: BTreeMap<EventId, &'a Attempt>,
    /// By the event that shows them.
    failures: BTreeMap<EventId, Vec<&'a FailureRecord>>,
    /// The rules that Choice states took, in order.
    decisions: BTreeMap<(StrandId, StateId), VecDeque<Option<usize>>>,
    /// The strand and state that the last line was about.
    current: Option<(StrandId, StateId)>,
}

impl<'a> Timeline<'a> {
    fn new(history: &'a History, machine: &'a Machine) -> Self {
        let mut failures: BTreeMap<EventId, Vec<&FailureRecord>> = BTreeMap::new();
        for record in &history.failures {
            failures.entry(record.event).or_default().push(record);
        }
        let attempts = history.attempts.iter().map(|attempt| (attempt.scheduled, attempt)).collect();
        let mut decisions: BTreeMap<_, VecDeque<_>> = BTreeMap::new();
        for decision in &history.decisions {
            decisions.entry((decision.strand, decision.state)).or_default().push_back(decision.rule);
        }
        Self { history, machine, attempts, failures, decisions, current: None }
    }

    fn tell(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        if let Some(text) = self.text(event) {
            self.line(event.at, event.strand, event.state, is_entry(event.kind), &text, out)?;
        }
        for record in self.failures.get(&event.id).cloned().unwrap_or_default() {
            if let Some(text) = self.consequence(record) {
                self.line(record.at, record.strand, Some(record.state), false, &text, out)?;
            }
        }
        Ok(())
    }

    /// One line; where another state spoke last, the place is said again.
    fn line(
        &mut self,
        at: VirtualTime,
        strand: StrandId,
        state: Option<StateId>,
        entry: bool,
        text: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(state) = state else {
            self.current = None;
            return writeln!(out, "{:>11}  {text}", at.to_string());
        };
        let place = format!("{}{}", self.machine.state(state).path, self.history.iteration(strand));
        let indent = "  ".repeat(self.depth(strand));
        let same = self.current.replace((strand, state)) == Some((strand, state));
        if entry {
            writeln!(out, "{:>11}  {indent}{place}  {text}", at.to_string())
        } else if same {
            writeln!(out, "{:>11}  {indent}  {text}", at.to_string())
        } else {
            writeln!(out, "{:>11}  {indent}  {place}: {text}", at.to_string())
        }
    }

    fn depth(&self, strand: StrandId) -> usize {
        let parent = |id: &StrandId| self.history.strands[id.0 as usize].parent;
        std::iter::successors(parent(&strand), parent).count()
    }

    /// What an event says; nothing where the lines around it say it.
    fn text(&mut self, event: &Event) -> Option<String> {
        let state = event.state.map(|id| self.machine.state(id));
        let name = event.kind.name();
        match &event.detail {
            Detail::Input(input) if event.kind == EventType::ExecutionStarted => {
                Some(format!("starts with {}", short(input)))
            }
            Detail::Input(_) => state.map(kind),
            Detail::Scheduled(_) => self.attempt(event),
            Detail::Output(output, _) if name.ends_with("Succeeded") && state.is_some() => {
                Some(format!("answers {}", short(output)))
            }
            Detail::Output(output, _) if event.kind == EventType::TaskSubmitted => {
                let answer = if output.as_object().is_some_and(|object| !object.is_empty()) {
                    format!(", {}", short(output))
                } else {
                    String::new()
                };
                Some(format!("is submitted{answer}"))
            }
            Detail::Output(_, assigned) if name.ends_with("StateExited") => {
                let decision = (event.kind == EventType::ChoiceStateExited).then(|| self.decision(event));
                let names: Vec<&str> =
                    assigned.iter().flat_map(|values| values.iter()).map(|(name, _)| &**name).collect();
                let assigned = (!names.is_empty()).then(|| format!("assigns {}", names.join(", ")));
                let parts: Vec<String> = decision.flatten().into_iter().chain(assigned).collect();
                (!parts.is_empty()).then(|| parts.join("; "))
            }
            Detail::Failure(error, cause) => Some(failure(event.kind, error.as_deref(), cause.as_deref())),
            Detail::Evaluation { location, cause } => {
                let place = location.as_deref().map(|field| format!(" of {field}")).unwrap_or_default();
                Some(format!("the evaluation{place} fails: {}", cut(cause)))
            }
            Detail::Length(0) => None,
            Detail::Length(length) => Some(counted(*length, "item")),
            Detail::Iteration(_, index) => iteration(event.kind, *index),
            Detail::MapRun(arn) => Some(format!("map run {arn}")),
            Detail::Redriven(count) => Some(format!("redriven for the {} time", ordinal(*count))),
            Detail::None if name.ends_with("Aborted") => Some("is aborted".to_owned()),
            Detail::None if name.ends_with("StateFailed") => Some("fails".to_owned()),
            Detail::Output(..) | Detail::Worker(_) | Detail::None => None,
        }
    }

    fn attempt(&self, event: &Event) -> Option<String> {
        let attempt = self.attempts.get(&event.id)?;
        let mut text = format!("attempt {} with {}", attempt.number, short(&attempt.parameters));
        if let Some(injected) = attempt.injected {
            text = format!("{text}  [injected: {}]", self.history.injected[injected].class);
        }
        Some(text)
    }

    /// Which rule a Choice state took.
    fn decision(&mut self, event: &Event) -> Option<String> {
        let taken = self.decisions.get_mut(&(event.strand, event.state?))?.pop_front()?;
        Some(match taken {
            Some(rule) => format!("takes Choices[{rule}]"),
            None => "takes Default".to_owned(),
        })
    }

    /// What came of a failure.
    fn consequence(&self, record: &FailureRecord) -> Option<String> {
        let state = self.machine.state(record.state);
        match record.handling {
            Handling::Retried { retrier, retry, delay_ms } => {
                let most = state.retry[retrier].attempts_max;
                let delay = VirtualTime(delay_ms);
                Some(format!("waits {delay} before retry {retry} of {most} (Retry[{retrier}])"))
            }
            Handling::Caught { catcher, .. } => {
                let next = self.machine.state(state.catch[catcher].next);
                Some(format!("Catch[{catcher}] → {}", next.name))
            }
            Handling::Uncaught { spent: Some(retrier) } => Some(format!("Retry[{retrier}] is spent")),
            Handling::Uncaught { spent: None } if !state.catch.is_empty() => {
                Some("no catcher takes it".to_owned())
            }
            Handling::Uncaught { spent: None } => None,
            Handling::Tolerated => Some("tolerated".to_owned()),
        }
    }
}

fn is_entry(kind: EventType) -> bool {
    kind.name().ends_with("StateEntered")
}

/// `Task lambda:invoke`, `Wait`
fn kind(state: &State) -> String {
    match &state.kind {
        Kind::Task(task) => {
            format!("Task {}", task.resource.strip_prefix("arn:aws:states:::").unwrap_or(&task.resource))
        }
        other => other.type_name().to_owned(),
    }
}

fn failure(kind: EventType, error: Option<&str>, cause: Option<&str>) -> String {
    let verb = match kind {
        EventType::ExecutionFailed => "the execution fails",
        EventType::ExecutionAborted => "the execution is stopped",
        EventType::ExecutionTimedOut => "the execution times out",
        kind if kind.name().ends_with("TimedOut") => "times out",
        _ => "fails",
    };
    let error = error.map(|error| format!(": {error}")).unwrap_or_default();
    let cause = cause.filter(|cause| !cause.is_empty()).map(|cause| format!(" ({})", cut(cause)));
    format!("{verb}{error}{}", cause.unwrap_or_default())
}

fn iteration(kind: EventType, index: u64) -> Option<String> {
    let verb = match kind {
        EventType::MapIterationStarted => "begins",
        EventType::MapIterationSucceeded => return None,
        EventType::MapIterationFailed => "fails",
        _ => "is aborted",
    };
    Some(format!("item {index} {verb}"))
}

fn ordinal(count: u32) -> String {
    match count {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        _ => format!("{count}th"),
    }
}

fn short(value: &Value) -> String {
    cut(&value.to_json())
}

/// The beginning of a text, in one line.
fn cut(text: &str) -> String {
    let mut cut: String =
        text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(TEXT_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
