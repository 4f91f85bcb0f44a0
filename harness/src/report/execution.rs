//! One execution for people: how it ended, and its events.

use std::io::{self, Write};

use crate::asl::Machine;
use crate::history::{Detail, Event, History, Outcome};

/// Writes the ending and one line for each event. Values are shown: the caller asked for this one execution.
pub fn execution(history: &History, machine: &Machine, out: &mut dyn Write) -> io::Result<()> {
    for event in &history.events {
        let state = event.state.map_or("", |id| &*machine.state(id).path);
        let line = format!(
            "{:>5}  {:>10}  {:<24} {state}{}",
            event.id.0,
            event.at.to_string(),
            event.kind,
            detail(event)
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "\n{} after {} of virtual time", history.outcome.status(), history.duration)?;
    match &history.outcome {
        Outcome::Succeeded { output } => writeln!(out, "output: {output}"),
        Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
            let lines = [("error", error), ("cause", cause)];
            lines
                .iter()
                .filter_map(|(name, text)| Some((name, text.as_ref()?)))
                .try_for_each(|(name, text)| writeln!(out, "{name}: {text}"))
        }
        Outcome::TimedOut { .. } => Ok(()),
        Outcome::Unknown(unknown) => {
            writeln!(out, "{}: {unknown}", machine.locate(&unknown.pointer))
        }
    }
}

fn detail(event: &Event) -> String {
    match &event.detail {
        Detail::Failure(error, cause) => {
            let texts: Vec<&str> = [error, cause].into_iter().flatten().map(|text| &**text).collect();
            format!("  {}", texts.join(": "))
        }
        Detail::Evaluation { cause, .. } => format!("  {cause}"),
        Detail::Length(length) => format!("  {length} items"),
        Detail::Iteration(name, index) => format!("  {name}[{index}]"),
        Detail::None
        | Detail::Input(_)
        | Detail::Output(..)
        | Detail::Scheduled(_)
        | Detail::Worker(_)
        | Detail::MapRun(_) => String::new(),
    }
}
