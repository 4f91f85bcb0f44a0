//! The words of a diagnosis: what happened, and what the export does not tell.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::analyse::{Roots, Subject};
use super::diagnosis::{Ended, Execution, RootCause};
use super::echo::is_redrive;
use super::failure::FailureKind;
use super::kept;
use super::place::and;
use super::timeline::Timeline;
use crate::asl::{Kind, MapMode};
use crate::catalog::Service;
use crate::error::ErrorName;
use crate::history::VirtualTime;
use crate::history::import::{Origin, Recorded, Recording};
use crate::report::{counted, grouped};

/// What happened, in one or two sentences.
pub(super) fn of(timeline: &Timeline<'_>, roots: &Roots, root: &RootCause) -> String {
    let state = root
        .path
        .as_deref()
        .map_or("A state that the export does not name".to_owned(), |path| format!("`{path}`"));
    let error = match root.error.as_deref() {
        Some(error) => format!(" with {error}"),
        None => String::new(),
    };
    let mut text = match roots.first.kind {
        FailureKind::Call if root.timer.is_some() => {
            let timer = root.timer.as_ref().map(ToString::to_string).unwrap_or_default();
            let nobody = if not_taken(timeline, roots) { " No worker had taken it." } else { "" };
            format!("{state} did not end in time: {timer} fired.{nobody}")
        }
        FailureKind::Call => {
            let call = root.resource.as_deref().map(|call| format!(" ({call})")).unwrap_or_default();
            format!("{state}{call} failed{error}.")
        }
        FailureKind::Evaluation => {
            let field = timeline.event(roots.first.at).location.as_deref();
            let field = field.map_or_else(|| "a field".to_owned(), |field| format!("field `{field}`"));
            format!("{state} could not evaluate its {}.", field.trim_start_matches("a "))
        }
        FailureKind::FailState => {
            format!("{state}, a Fail state, ends its scope{error}: the definition means it.")
        }
        FailureKind::Interpreter if full(root) => looped(timeline, &state),
        FailureKind::Interpreter => {
            format!("Step Functions could not go on at {state}{error}. Nothing can catch that.")
        }
        FailureKind::Map if root.error.as_deref() == Some(ErrorName::THRESHOLD) => {
            threshold(timeline, roots, &state)
        }
        FailureKind::Map => format!("{state} failed as a Map, not one of its states{error}."),
        FailureKind::ExecutionTimer => {
            format!(
                "The timeout of the whole execution fired{}. No handler runs then.",
                at_work(timeline, roots, &state)
            )
        }
        FailureKind::Stopped => {
            format!("The execution was stopped from outside{}.", at_work(timeline, roots, &state))
        }
    };
    let retries = timeline_retries(timeline, roots);
    if retries > 0 {
        let _ = write!(text, " It was retried {} without success.", times(retries));
    }
    text.push_str(redriven(timeline, roots));
    if let Some(caught) = kept::broken_path(timeline, roots) {
        let failed = timeline.name(caught.visit);
        let event = timeline.event(caught.at).id;
        let _ = write!(
            text,
            " It is on the failure path of `{failed}`, whose failure (event {event}) was caught."
        );
    }
    if let Some(nested) = &root.nested {
        let error = if nested.error.is_empty() { "an error without a name" } else { &nested.error };
        let _ = write!(text, " It is the child execution that failed, with {error}.");
    }
    text
}

/// ``; `Export` had been at work for 15 min``: which state was open at the end, and how long.
fn at_work(timeline: &Timeline<'_>, roots: &Roots, state: &str) -> String {
    let entered = roots.first.visit.and_then(|visit| timeline.visits[visit].entered);
    let from = entered.and_then(|at| timeline.event(at).at_ms);
    let took = from.zip(timeline.event(roots.first.at).at_ms).map(|(from, to)| to.saturating_sub(from));
    let took = took.filter(|ms| *ms > 0).map(|ms| format!(" for {}", VirtualTime(ms as u64)));
    match roots.first.visit {
        Some(_) => format!("; {state} had been at work{}", took.unwrap_or_default()),
        None => String::new(),
    }
}

/// Whether no worker took the activity.
pub(super) fn not_taken(timeline: &Timeline<'_>, roots: &Roots) -> bool {
    let visit = roots.first.visit;
    let is_activity = visit.and_then(|visit| timeline.integration(visit));
    let is_activity = is_activity.is_some_and(|integration| integration.kind == Service::Activity);
    let attempts = visit.map(|visit| &*timeline.visits[visit].attempts).unwrap_or_default();
    let attempt = attempts.iter().find(|attempt| attempt.ended == Some(roots.first.at));
    is_activity && attempt.is_some_and(|attempt| attempt.started.is_none())
}

/// `once`, `3 times`
fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{} times", grouped(count)),
    }
}

/// Whether the history was full.
fn full(root: &RootCause) -> bool {
    root.cause.as_deref().is_some_and(|cause| cause.contains("maximum number of history events"))
}

/// Which states filled the history.
fn looped(timeline: &Timeline<'_>, state: &str) -> String {
    const NAMED_MAX: usize = 4;
    let mut entries: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (id, visit) in timeline.visits.iter().enumerate() {
        let entry = entries.entry(&*visit.name).or_insert((0, id));
        entry.0 += 1;
    }
    let most = entries.values().map(|(count, _)| *count).max().unwrap_or_default();
    let mut often: Vec<(usize, &str)> = entries
        .iter()
        .filter(|(_, (count, _))| count * 10 >= most * 9)
        .map(|(name, (_, id))| (*id, *name))
        .collect();
    often.sort_unstable();
    let names: Vec<&str> = often.iter().take(NAMED_MAX).map(|(_, name)| *name).collect();
    format!(
        "The history was full at {state}: an execution may have 25,000 events. {} {} entered {}{}.",
        and(&names),
        if names.len() == 1 { "was" } else { "were" },
        counted(most as u64, "time"),
        if names.len() == 1 { "" } else { " each, or nearly" },
    )
}

/// What a run of a distributed Map failed for.
fn threshold(timeline: &Timeline<'_>, roots: &Roots, state: &str) -> String {
    let arn = roots.first.visit.and_then(|visit| timeline.map_run(visit));
    let run = arn.and_then(|arn| timeline.recording.map_runs.iter().find(|run| run.arn == arn));
    let Some(run) = run else {
        return format!("More items of {state} failed than its `ToleratedFailure…` fields allow.");
    };
    let tolerated = match (run.tolerated_percentage, run.tolerated_count) {
        (0.0, 0) => "none may".to_owned(),
        (0.0, count) => format!("{} may", grouped(count)),
        (percentage, 0) => format!("{percentage} % may"),
        (percentage, count) => format!("{percentage} % or {} may", grouped(count)),
    };
    let pending = match run.pending {
        0 => String::new(),
        pending => format!(" {} more were not done then.", grouped(pending)),
    };
    format!(
        "{} of {} items of {state} failed; {tolerated}.{pending}",
        grouped(run.failed),
        grouped(run.total)
    )
}

/// Whether a redrive came between the first failure and the end.
fn redriven(timeline: &Timeline<'_>, roots: &Roots) -> &'static str {
    let redrives = || (0..timeline.recording.events.len()).filter(|at| is_redrive(timeline.event(*at)));
    if redrives().any(|at| at > roots.first.at) {
        " The execution was redriven after it, and failed again."
    } else if redrives().next().is_some() {
        " That was after a redrive; what failed before it stands under the other failures."
    } else {
        ""
    }
}

/// How often the same failure came again.
fn timeline_retries(timeline: &Timeline<'_>, roots: &Roots) -> u64 {
    let (Some(first), Some(last)) = (roots.first.visit, roots.last.visit) else { return 0 };
    if roots.first.at == roots.last.at {
        return 0;
    }
    if first == last {
        let ended =
            |at: &usize| timeline.visits[first].attempts.iter().position(|one| one.ended == Some(*at));
        let pair = ended(&roots.first.at).zip(ended(&roots.last.at));
        let attempts = pair.map_or(1, |(from, to)| to.saturating_sub(from));
        let redrives = (roots.first.at..roots.last.at).filter(|at| is_redrive(timeline.event(*at))).count();
        return attempts.saturating_sub(redrives) as u64;
    }
    let owner = |visit: usize| timeline.threads[timeline.visits[visit].thread].round;
    u64::from(owner(last).saturating_sub(owner(first)))
}

/// States of the history that the definition does not have.
pub fn foreign_states(subject: &Subject<'_>) -> Vec<Arc<str>> {
    let Some(model) = subject.model else { return Vec::new() };
    let mut found: Vec<Arc<str>> = Vec::new();
    for event in &subject.recording.events {
        let entered = event.known().is_some_and(|kind| kind.name().ends_with("StateEntered"));
        let Some(name) = event.name.as_ref().filter(|_| entered) else { continue };
        let is_there = model.machine.states.iter().any(|state| state.name == *name);
        if !is_there && !found.contains(name) {
            found.push(name.clone());
        }
    }
    found
}

/// The distributed Map that started the execution, where it is a child: it begins with a state inside of it.
pub fn child_of_map(subject: &Subject<'_>) -> Option<Arc<str>> {
    let machine = &subject.model?.machine;
    let events = &subject.recording.events;
    let entered = |event: &&Recorded| event.known().is_some_and(|kind| kind.name().ends_with("StateEntered"));
    let first = events.iter().find(entered).filter(|_| subject.recording.gaps.is_empty())?.name.as_ref()?;
    let state = machine.states.iter().find(|state| state.name == *first)?;
    let parent = machine.state(machine.scope(state.scope).parent?);
    matches!(&parent.kind, Kind::Map(map) if matches!(map.mode, MapMode::Distributed(_)))
        .then(|| parent.name.clone())
}

/// What to say of them: the definition is another one, or another version of it.
fn foreign(subject: &Subject<'_>, timeline: &Timeline<'_>) -> Option<String> {
    let foreign = foreign_states(subject);
    let machine = &subject.model?.machine;
    let first = foreign.first()?;
    let entered: std::collections::BTreeSet<&str> =
        timeline.visits.iter().map(|visit| &*visit.name).collect();
    let unused = machine.states.iter().map(|state| &*state.name).filter(|name| !entered.contains(name));
    let near = crate::spelling::nearest(first, unused);
    let near = near.map(|name| format!(" (the nearest is `{name}`)")).unwrap_or_default();
    let names: Vec<&str> = foreign.iter().take(4).map(|name| &**name).collect();
    let arn = subject.recording.execution_arn.as_deref().unwrap_or("ARN");
    Some(format!(
        "{} {} not in the definition{near}: another one ran. `aws stepfunctions describe-state-machine-for-execution \
         --execution-arn {arn}` gives the one that did; --definition reads its answer.",
        and(&names),
        if foreign.len() == 1 { "is" } else { "are" },
    ))
}

/// Which events are not there, and what that means.
fn missing(recording: &Recording) -> Option<String> {
    const NAMED_MAX: usize = 4;
    let mut ranges: Vec<String> = recording
        .gaps
        .iter()
        .take(NAMED_MAX)
        .map(|(from, to)| if from == to { from.to_string() } else { format!("{from} to {to}") })
        .collect();
    if recording.gaps.len() > NAMED_MAX {
        ranges.push("…".to_owned());
    }
    let starts = recording.gaps.first().is_some_and(|(from, _)| *from == 1);
    match recording.origin {
        _ if ranges.is_empty() => None,
        Origin::Log => Some(format!(
            "{} missing in the log. A log level of ALL keeps all of them; ERROR and FATAL keep failures alone.",
            are(recording.missing())
        )),
        Origin::History if starts && recording.gaps.len() == 1 => Some(format!(
            "The beginning is missing (events {}): give all pages. What led to a failure may be unknown for it.",
            ranges.join(", ")
        )),
        Origin::History => Some(format!(
            "{} missing in the export ({}): give all pages. Which state an event belongs to may be unknown for it.",
            are(recording.missing()),
            ranges.join(", ")
        )),
    }
}

/// `1 event is`, `3 events are`
fn are(events: u64) -> String {
    format!("{} {}", counted(events, "event"), if events == 1 { "is" } else { "are" })
}

/// What the export does not hold.
pub(super) fn notes(subject: &Subject<'_>, timeline: &Timeline<'_>, execution: &Execution) -> Vec<String> {
    let recording = subject.recording;
    let mut notes = Vec::new();
    if recording.has_more {
        notes.push(
            "The export has a token for more events and is cut there; export all pages (the AWS CLI does so \
             without --max-items)."
                .to_owned(),
        );
    }
    notes.extend(missing(recording));
    if recording.skipped > 0 {
        notes.push(match recording.skipped {
            1 => "1 line of the files is no event and was left out.".to_owned(),
            lines => {
                format!("{} of the files are no events and were left out.", counted(lines as u64, "line"))
            }
        });
    }
    let entered = timeline.visits.iter().filter_map(|visit| visit.entered);
    let (mut with, mut without, mut cut) = (0, 0, 0);
    for at in entered {
        match &timeline.event(at).input {
            Some(input) if input.truncated => cut += 1,
            Some(_) => with += 1,
            None => without += 1,
        }
    }
    if with == 0 && without > 0 {
        notes.push("The export holds no inputs and outputs (it was made without execution data).".to_owned());
    }
    if cut > 0 {
        notes.push(format!(
            "{} were cut by AWS; their full text is not in the export.",
            counted(cut, "payload")
        ));
    }
    let unknown: std::collections::BTreeSet<&str> =
        recording.events.iter().filter(|event| event.known().is_none()).map(Recorded::type_name).collect();
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.into_iter().collect();
        notes.push(format!("Events of unknown types were passed over: {}.", names.join(", ")));
    }
    notes.extend(foreign(subject, timeline));
    if execution.status == Ended::Running && recording.described.is_none() {
        notes.push(
            "No event ends the execution: it was running when it was exported. `aws stepfunctions \
             describe-execution` beside the history says whether it still is."
                .to_owned(),
        );
    }
    notes
}
