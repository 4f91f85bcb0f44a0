//! What a diagnosis says to people, in order, whatever it is written on.

use super::Diagnosed;
use super::trace::folded;
use crate::diagnose::history::{
    Answer, Consulted, Diagnosis, Echo, Ended, Execution, Other, Risk, Role, RootCause,
};
use crate::history::VirtualTime;
use crate::model::HandlerKind;
use crate::oracle::{Fix, PatchOperation, Severity};
use crate::report::counted;
use crate::value::Value;

/// One piece of a report.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// What was diagnosed.
    Title(String),
    /// A new part; the severity where it is about one thing.
    Section(Option<Severity>, String),
    /// Plain words.
    Words(String),
    /// A label and its text.
    Field(&'static str, String),
    /// A label and several lines that belong together.
    Lines(&'static str, Vec<String>),
    /// A label and a text that is quoted as it is.
    Verbatim(&'static str, String),
    /// A change of the definition.
    Patch(Vec<PatchOperation>),
    /// JSON to be copied.
    Statement(Value),
}

/// Echoes and other failures that are listed one by one.
const LISTED_MAX: usize = 8;

/// Everything that is said.
pub(super) fn blocks(diagnosed: &Diagnosed<'_>) -> Vec<Block> {
    let diagnosis = diagnosed.diagnosis;
    let mut blocks = vec![Block::Title(title(&diagnosis.execution))];
    match &diagnosis.root {
        Some(root) => root_cause(diagnosis, root, &mut blocks),
        None => blocks.push(Block::Words(no_failure(diagnosis))),
    }
    if !diagnosis.others.is_empty() {
        let name = match diagnosis.execution.status {
            _ if diagnosis.root.is_some() => "Other failures",
            Ended::Running | Ended::Unknown => "Failures so far",
            _ => "Failures that were handled",
        };
        blocks.push(Block::Section(None, name.to_owned()));
        blocks.push(Block::Lines("", listed(&diagnosis.others, other)));
    }
    for risk in &diagnosis.risks {
        risk_blocks(risk, &mut blocks);
    }
    advice(diagnosed, &mut blocks);
    if !diagnosis.notes.is_empty() {
        blocks.push(Block::Section(None, "Notes".to_owned()));
        blocks.push(Block::Lines("", diagnosis.notes.clone()));
    }
    if let Some(replay) = &diagnosed.replay {
        blocks.push(Block::Section(None, "Replay".to_owned()));
        blocks.push(Block::Lines("", replay.lines().map(str::to_owned).collect()));
    }
    blocks
}

/// `history.json: FAILED after 14.3 s, 23 events`
fn title(execution: &Execution) -> String {
    let name = execution.arn.as_deref().map_or(execution.files.join(", "), |arn| {
        let mut parts = arn.split(':').skip(6);
        match (parts.next(), parts.next()) {
            (Some(machine), Some(name)) => format!("{machine}:{name}"),
            _ => arn.to_owned(),
        }
    });
    let took = execution.times_ms.map(|(from, to)| VirtualTime(to.saturating_sub(from).max(0) as u64));
    let took = took.filter(|took| took.0 > 0).map(|took| match execution.status {
        Ended::Running | Ended::Unknown => format!(" for {took}"),
        _ => format!(" after {took}"),
    });
    let status = execution.status.name();
    let events = counted(execution.events as u64, "event");
    let redriven = match execution.redrives {
        0 => String::new(),
        1 => ", redriven once".to_owned(),
        times => format!(", redriven {times} times"),
    };
    format!("{name}: {status}{}, {events}{redriven}", took.unwrap_or_default())
}

fn no_failure(diagnosis: &Diagnosis) -> String {
    match diagnosis.execution.status {
        Ended::Succeeded if diagnosis.others.is_empty() => "Nothing failed.".to_owned(),
        Ended::Succeeded if diagnosis.execution.redrives > 0 => {
            "It failed, was redriven, and then succeeded.".to_owned()
        }
        Ended::Succeeded => "What failed was retried and then succeeded.".to_owned(),
        Ended::Running => "Nothing has failed so far.".to_owned(),
        Ended::Unknown => "The export does not tell how the execution ended.".to_owned(),
        Ended::Failed | Ended::TimedOut | Ended::Aborted => {
            "The execution did not succeed, but the export holds no event that says why.".to_owned()
        }
    }
}

fn root_cause(diagnosis: &Diagnosis, root: &RootCause, blocks: &mut Vec<Block>) {
    let place = root.path.as_deref().unwrap_or("state unknown");
    blocks.push(Block::Section(None, format!("Root cause: {place}")));
    blocks.push(Block::Words(root.summary.clone()));
    let time = root.at_ms.map(|ms| format!(", {}", crate::history::rfc3339(ms))).unwrap_or_default();
    let attempt = root.attempt.filter(|attempt| *attempt > 1);
    let attempt = attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
    blocks.push(Block::Field("event", format!("{} {}{attempt}{time}", root.event, root.event_type)));
    blocks.push(verbatim("error", root.error.as_deref()));
    if !root.says.is_empty() {
        blocks.push(Block::Lines("says", root.says.clone()));
    }
    blocks.push(verbatim("cause", root.cause.as_deref().map(folded).as_deref()));
    if let Some(nested) = &root.nested {
        blocks.push(Block::Verbatim("inner", format!("{}\n{}", nested.error, folded(&nested.cause))));
    }
    let timer = root.timer.as_ref().map(|timer| format!(": {timer}")).unwrap_or_default();
    blocks.extend(root.class.map(|class| Block::Field("class", format!("{class}{timer}"))));
    if !diagnosis.echoes.is_empty() {
        blocks.push(Block::Lines("echoes", echoes(&diagnosis.echoes)));
    }
    if !diagnosis.handling.is_empty() {
        blocks.push(Block::Lines("asked", diagnosis.handling.iter().map(consulted).collect()));
    }
    if !diagnosis.data.is_empty() {
        blocks.push(Block::Lines("data", diagnosis.data.clone()));
    }
    if let Some(safety) = &diagnosis.safety {
        blocks.push(Block::Field("retry", format!("{}: {}.", safety.name(), safety.text())));
    }
    for fix in &diagnosis.fixes {
        fix_blocks(fix, blocks);
    }
    if !root.next.is_empty() {
        blocks.push(Block::Verbatim("next", root.next.join("\n")));
    }
}

fn verbatim(label: &'static str, text: Option<&str>) -> Block {
    match text {
        Some(text) if !text.is_empty() => Block::Verbatim(label, text.to_owned()),
        _ => Block::Field(label, "none".to_owned()),
    }
}

fn fix_blocks(fix: &Fix, blocks: &mut Vec<Block>) {
    if fix.text.is_empty() {
        return;
    }
    blocks.push(Block::Field("fix", fix.text.clone()));
    if !fix.asl_patch.is_empty() {
        blocks.push(Block::Patch(fix.asl_patch.clone()));
    }
    blocks.extend(fix.iam.clone().map(Block::Statement));
}

/// Echoes of one kind and place in a row are one line.
fn echoes(all: &[Echo]) -> Vec<String> {
    let mut rows: Vec<(Vec<&Echo>, String)> = Vec::new();
    for echo in all {
        let text = match (echo.role, echo.path.as_deref()) {
            (Role::Retry, _) => "the same failure after a retry".to_owned(),
            (Role::PassedOn, Some(path)) => format!("`{path}` passes it on"),
            (Role::PassedOn, None) => "it is passed on".to_owned(),
            (Role::CutOff, _) => "work beside it is cut off".to_owned(),
            (Role::Reported, Some(path)) => format!("`{path}` reports it at the end of the failure path"),
            (Role::Reported, None) => "a Fail state reports it".to_owned(),
            (Role::Redriven, _) => "the execution failed with it, and was redriven".to_owned(),
            (Role::Ended, _) => "the execution ends with it".to_owned(),
        };
        match rows.last_mut() {
            Some((row, last)) if *last == text => row.push(echo),
            _ => rows.push((vec![echo], text)),
        }
    }
    let line = |(row, text): &(Vec<&Echo>, String)| {
        let kinds: std::collections::BTreeSet<&str> = row.iter().map(|echo| &*echo.event_type).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let ids: Vec<String> = row.iter().take(4).map(|echo| echo.event.to_string()).collect();
        let more = if row.len() > 4 { format!(" and {} more", row.len() - 4) } else { String::new() };
        format!("{} {}{more}: {text}", kinds.join(", "), ids.join(", "))
    };
    rows.iter().map(line).collect()
}

/// `Charge Catch[0] (States.ALL): took it, to `Refund``
fn consulted(consulted: &Consulted) -> String {
    let answer = match &consulted.answer {
        Answer::NoMatch => match &consulted.hint {
            Some(hint) => format!("does not list the error: {hint}"),
            None => "does not list the error".to_owned(),
        },
        Answer::Retried { used, max } => format!("lists it, {used} of {max} retries used"),
        Answer::Spent { max: 0, .. } => "lists it and allows no retry".to_owned(),
        Answer::Spent { used, max } => format!("lists it, all its retries are used ({used} of {max})"),
        Answer::Took { next } => format!("took it, to `{next}`"),
        Answer::Contradicted => {
            "lists it, but the history shows that it did not take it: another definition ran".to_owned()
        }
        Answer::None => return format!("`{}` has no {}", consulted.path, consulted.kind.field()),
    };
    let kind = match consulted.kind {
        HandlerKind::Retrier => "Retry",
        HandlerKind::Catcher => "Catch",
    };
    format!("`{}` {kind}[{}] ({}): {answer}", consulted.path, consulted.index, consulted.errors.join(", "))
}

fn other(other: &Other) -> String {
    let place = other.path.as_deref().unwrap_or("state unknown");
    let error = other.error.as_deref().unwrap_or("without an error name");
    let count = if other.count > 1 { format!(" and {} more", other.count - 1) } else { String::new() };
    format!("`{place}` {error} (event {}{count}): {}", other.event, other.outcome)
}

fn listed<T>(all: &[T], line: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<_> = all.iter().take(LISTED_MAX).map(line).collect();
    if all.len() > LISTED_MAX {
        lines.push(format!("… and {} more", all.len() - LISTED_MAX));
    }
    lines
}

fn risk_blocks(risk: &Risk, blocks: &mut Vec<Block>) {
    let place = risk.path.as_deref().unwrap_or("the execution");
    blocks.push(Block::Section(Some(risk.severity), format!("{place} {}", risk.id)));
    blocks.push(Block::Words(risk.title.clone()));
    let event = risk.event.map(|event| format!(" (event {event})")).unwrap_or_default();
    blocks.push(Block::Field("why", format!("{}{event}", risk.why)));
    fix_blocks(&risk.fix, blocks);
}

/// What the definition alone shows, in one line each.
fn advice(diagnosed: &Diagnosed<'_>, blocks: &mut Vec<Block>) {
    let (Some(machine), false) = (diagnosed.machine, diagnosed.diagnosis.advice.is_empty()) else { return };
    blocks.push(Block::Section(None, "What the definition shows".to_owned()));
    let lines = diagnosed.diagnosis.advice.iter().map(|violation| {
        let place = violation.state.map(|state| format!(" `{}`", machine.state(state).path));
        let (severity, rule, place) = (violation.severity, violation.rule, place.unwrap_or_default());
        format!("{severity}{place} {rule}: {} ({})", violation.title, machine.locate(&violation.pointer))
    });
    blocks.push(Block::Lines("", lines.collect()));
}
