//! The words of a diagnosis: what happened, and what the export does not tell.

use std::fmt::Write as _;

use super::analyse::{Roots, Subject};
use super::diagnosis::{Ended, Execution, RootCause};
use super::failure::FailureKind;
use super::kept;
use super::timeline::Timeline;
use crate::history::import::{Origin, Recorded};
use crate::report::counted;

/// What happened, in one or two sentences.
pub(super) fn of(timeline: &Timeline<'_>, roots: &Roots, root: &RootCause) -> String {
    let state = root
        .path
        .as_deref()
        .map_or("a state that the export does not name".to_owned(), |path| format!("`{path}`"));
    let error = match root.error.as_deref() {
        Some(error) => format!(" with {error}"),
        None => String::new(),
    };
    let mut text = match roots.first.kind {
        FailureKind::Call if root.timer.is_some() => {
            let timer = root.timer.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{state} did not end in time: {timer} fired.")
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
        FailureKind::Interpreter => format!("Step Functions could not go on at {state}{error}."),
        FailureKind::Map => format!("{state} failed as a Map, not one of its states{error}."),
        FailureKind::ExecutionTimer => {
            format!(
                "The timeout of the whole execution fired while {state} was at work. No handler runs then."
            )
        }
        FailureKind::Stopped => format!("Somebody stopped the execution while {state} was at work."),
    };
    let retries = timeline_retries(timeline, roots);
    if retries > 0 {
        let _ = write!(text, " It was retried {} without success.", counted(retries, "time"));
    }
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
        let _ = write!(text, " The failure is inside the child execution: {error}.");
    }
    text
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
        return pair.map_or(1, |(from, to)| to.saturating_sub(from) as u64);
    }
    let owner = |visit: usize| timeline.threads[timeline.visits[visit].thread].round;
    u64::from(owner(last).saturating_sub(owner(first)))
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
    match (recording.origin, recording.missing) {
        (_, 0) => {}
        (Origin::History, missing) => {
            notes.push(format!("{} before the last one are missing in the export.", counted(missing, "event")));
        }
        (Origin::Log, missing) => notes.push(format!(
            "{} are missing in the log. A log level of ALL keeps all of them; ERROR and FATAL keep failures alone.",
            counted(missing, "event")
        )),
    }
    if recording.skipped > 0 {
        notes.push(format!(
            "{} of the files are no events and were left out.",
            counted(recording.skipped as u64, "line")
        ));
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
    if execution.status == Ended::Running && recording.described.is_none() {
        notes.push(
            "No event ends the execution: it was running when it was exported. `aws stepfunctions \
             describe-execution` beside the history says whether it still is."
                .to_owned(),
        );
    }
    notes
}
