//! Advice that no run proves: a line for each, or all of it.

use std::io::{self, Write};

use super::{Console, Detail, Painter, WIDTH, patch};
use crate::advice::Advice;
use crate::asl::Machine;
use crate::campaign::MachineOutcome;
use crate::report::text::{counted, wrapped};

pub(super) fn write(
    console: &Console,
    painter: Painter,
    outcome: &MachineOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(machine) = outcome.machine.as_deref().filter(|_| !outcome.advice.is_empty()) else {
        return Ok(());
    };
    let count = counted(outcome.advice.len() as u64, "piece");
    let more = if console.detail == Detail::Brief { " (--verbose tells all)" } else { "" };
    writeln!(out, "\n  {count} of advice, as in a review{more}")?;
    for advice in &outcome.advice {
        let severity = painter.severity(advice.severity, advice.severity.name());
        let at = machine.locate(&advice.pointer);
        let line = format!("{}: {} ({}:{})", advice.id, advice.title, at.line, at.column);
        let mut lines = wrapped(&line, WIDTH - 8).into_iter();
        writeln!(out, "    {severity} {}", lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(out, "      {line}"))?;
        if console.detail == Detail::Everything {
            in_full(advice, machine, out)?;
        }
    }
    Ok(())
}

fn in_full(advice: &Advice, machine: &Machine, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = wrapped(&advice.why, WIDTH - 6);
    lines.extend(wrapped(&advice.fix.text, WIDTH - 6));
    lines.extend(patch::lines(&advice.fix.asl_patch));
    if advice.states.len() > 1 {
        let paths: Vec<&str> = advice.states.iter().map(|id| &*machine.state(*id).path).collect();
        lines.extend(wrapped(&format!("at {}", paths.join(", ")), WIDTH - 6));
    }
    lines.push(format!("see {}", advice.id.source()));
    lines.iter().try_for_each(|line| writeln!(out, "      {line}"))
}
