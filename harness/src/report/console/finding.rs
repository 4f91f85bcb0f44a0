//! One finding: what breaks, on which faults and input, why, and what to change.

use std::io::{self, Write};

use super::{Console, Painter, WIDTH, patch};
use crate::asl::Machine;
use crate::campaign::{Accepted, Finding, FixVerdict, MachineOutcome, Until};
use crate::diagnose::tell;
use crate::history::History;
use crate::report::redact::{Redactor, Values};
use crate::report::text::{counted, wrapped};

/// Columns of the words on the left: `replay  `.
const LABEL: usize = 8;

/// Other plans that are named.
const ALSO_MAX: usize = 2;

/// In full.
pub(super) fn write(
    console: &Console,
    painter: Painter,
    outcome: &MachineOutcome,
    finding: &Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(machine) = outcome.machine.as_deref() else { return Ok(()) };
    write_told(machine, finding, console.values, painter, out)?;
    match console.replay.command(&console.program, outcome, finding) {
        Some(command) => writeln!(out, "    {}{command}", painter.dim(&format!("{:LABEL$}", "replay"))),
        None => Ok(()),
    }
}

/// All that is told of it wherever it was found.
pub(in crate::report) fn write_told(
    machine: &Machine,
    finding: &Finding,
    values: Values,
    painter: Painter,
    out: &mut dyn Write,
) -> io::Result<()> {
    let violation = &finding.violation;
    let redactor = Redactor::new(Some(machine), &finding.scenario, values);
    let severity = violation.severity.name().to_uppercase();
    let rule = painter.dim(violation.rule.name());
    writeln!(out)?;
    writeln!(
        out,
        "  {} {} {rule}",
        painter.severity(violation.severity, &severity),
        place(machine, finding)
    )?;
    for line in wrapped(&redactor.text(&violation.title), WIDTH - 4) {
        writeln!(out, "    {}", painter.heading(&line))?;
    }
    let mut field = |label: &str, lines: Vec<String>| -> io::Result<()> {
        for (at, line) in lines.iter().enumerate() {
            let label = painter.dim(&format!("{:LABEL$}", if at == 0 { label } else { "" }));
            writeln!(out, "    {label}{line}")?;
        }
        Ok(())
    };
    if let Some(history) = &finding.history {
        field("faults", faults(machine, finding))?;
        field("input", input(finding, &redactor))?;
        field("events", events(history, machine, &redactor))?;
    }
    if let Some(accepted) = &finding.accepted {
        field("allowed", wrap(&acceptance(accepted)))?;
    }
    let mut why = vec![machine.locate(&violation.pointer).to_string()];
    why.extend(wrap(&redactor.text(&violation.why)));
    field("why", why)?;
    let mut fix = wrap(&violation.fix.text);
    fix.extend(patch::shown(machine, &violation.fix.asl_patch));
    fix.extend(violation.fix.iam.iter().flat_map(patch::statement));
    field("fix", fix)?;
    if let Some(verdict) = &finding.fix_verdict {
        field("proof", proof(verdict, &redactor))?;
    }
    let others: Vec<&str> = violation.states.iter().map(|id| &*machine.state(*id).path).collect();
    if !others.is_empty() {
        field("also at", wrap(&others.join(", ")))?;
    }
    if finding.count > 1 {
        field("seen", seen(machine, finding))?;
    }
    Ok(())
}

/// In one line.
pub(super) fn write_brief(
    painter: Painter,
    outcome: &MachineOutcome,
    finding: &Finding,
    redactor: &Redactor<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(machine) = outcome.machine.as_deref() else { return Ok(()) };
    let violation = &finding.violation;
    let severity = painter.severity(violation.severity, violation.severity.name());
    let rule = violation.rule.name();
    let at = machine.locate(&violation.pointer);
    let place = place(machine, finding);
    writeln!(
        out,
        "    {severity} {place} {rule}: {} ({}:{})",
        redactor.text(&violation.title),
        at.line,
        at.column
    )
}

/// Until when it is accepted, why, and whether that is over.
pub(in crate::report) fn acceptance(accepted: &Accepted) -> String {
    let Accepted { reason, place, .. } = accepted;
    match accepted.until {
        Until::Never => format!("{reason} ({place})"),
        Until::Day(day) if accepted.is_over => {
            format!("until {day}, which has passed, so that it counts again: {reason} ({place})")
        }
        Until::Day(day) => format!("until {day}: {reason} ({place})"),
    }
}

/// An accepted finding in one line.
pub(super) fn write_accepted(
    outcome: &MachineOutcome,
    finding: &Finding,
    accepted: &Accepted,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(machine) = outcome.machine.as_deref() else { return Ok(()) };
    let (severity, rule) = (finding.violation.severity, finding.violation.rule.name());
    let text = format!("{severity} {} {rule}: accepted {}", place(machine, finding), acceptance(accepted));
    for (at, line) in wrapped(&text, WIDTH - 6).iter().enumerate() {
        writeln!(out, "    {}{line}", if at == 0 { "" } else { "  " })?;
    }
    Ok(())
}

/// The path of the state to change.
pub(in crate::report) fn place(machine: &Machine, finding: &Finding) -> String {
    match finding.violation.state {
        Some(state) => machine.state(state).path.to_string(),
        None => "the machine as a whole".to_owned(),
    }
}

fn faults(machine: &Machine, finding: &Finding) -> Vec<String> {
    let plan = &finding.case.plan;
    if plan.is_empty() {
        return vec!["none".to_owned()];
    }
    let faults = plan.faults().iter().map(|fault| fault.display(machine).to_string());
    faults.chain(plan.incidents().iter().map(ToString::to_string)).collect()
}

/// The input and where it came from; a long one is cut, its case file holds all of it.
fn input(finding: &Finding, redactor: &Redactor<'_>) -> Vec<String> {
    const CHARS_MAX: usize = 400;
    let text = redactor.value(&finding.case.input).to_json();
    let from = format!("({})", finding.scenario.name);
    match text.char_indices().nth(CHARS_MAX) {
        Some((cut, _)) => vec![format!("{}… {} bytes in all", &text[..cut], text.len()), from],
        None if text.chars().count() + from.chars().count() < WIDTH - 4 - LABEL => {
            vec![format!("{text} {from}")]
        }
        None => vec![text, from],
    }
}

/// What happens, with lines that are too long broken under their text.
fn events(history: &History, machine: &Machine, redactor: &Redactor<'_>) -> Vec<String> {
    let lines = tell(machine, history).into_iter().flat_map(|line| {
        let lines = wrapped(&redactor.text(&line.to_string()), WIDTH - 4 - LABEL - 2);
        lines.into_iter().enumerate().map(|(at, line)| if at == 0 { line } else { format!("  {line}") })
    });
    lines.collect()
}

/// What came out when the fix was tried.
fn proof(verdict: &FixVerdict, redactor: &Redactor<'_>) -> Vec<String> {
    let (says, list): (String, &[String]) = match verdict {
        FixVerdict::Proven { milder } if milder.is_empty() => {
            ("proven: with the patch the finding is gone, and nothing new is found".to_owned(), &[])
        }
        FixVerdict::Proven { milder } => {
            ("proven: with the patch the finding is gone; milder findings that are new:".to_owned(), milder)
        }
        FixVerdict::WordsOnly => ("words only: there is no patch to try".to_owned(), &[]),
        FixVerdict::DoesNotApply { why } => (format!("does not apply: {why}"), &[]),
        FixVerdict::StillThere { how } => (format!("still there with the patch: {how}"), &[]),
        FixVerdict::BringsNew { findings } => {
            ("brings a new finding: with the patch this one is gone, but there is".to_owned(), findings)
        }
        FixVerdict::Unproven { why } => (format!("not proven: {why}"), &[]),
    };
    let mut lines = wrap(&redactor.text(&says));
    lines.extend(list.iter().flat_map(|line| wrap(&format!("- {}", redactor.text(line)))));
    lines
}

/// How often, and the shortest other plans.
fn seen(machine: &Machine, finding: &Finding) -> Vec<String> {
    let mut plans: Vec<_> = finding.also.iter().filter(|plan| !plan.is_empty()).collect();
    plans.sort_by_key(|plan| plan.faults().len());
    let shown: Vec<_> = plans.iter().take(ALSO_MAX).map(|plan| plan.display(machine).to_string()).collect();
    let runs = counted(finding.count, "run");
    if shown.is_empty() { vec![runs] } else { wrap(&format!("{runs}, such as with {}", shown.join("; "))) }
}

fn wrap(text: &str) -> Vec<String> {
    wrapped(text, WIDTH - 4 - LABEL)
}
