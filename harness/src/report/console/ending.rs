//! The last lines: all machines together.

use std::io::{self, Write};

use super::{Console, Painter};
use crate::campaign::{Finding, MachineOutcome, MachineVerdict, Outcome};
use crate::oracle::Severity;
use crate::report::text::counted;

pub(super) fn write(
    console: &Console,
    painter: Painter,
    outcome: &Outcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let machines = &outcome.machines;
    let runs: u64 = machines.iter().flat_map(|machine| &machine.phases).map(|phase| phase.runs).sum();
    let all = machines.iter().flat_map(|machine| &machine.findings);
    let found = findings_of(&all.clone().collect::<Vec<_>>());
    let parts = [counted(machines.len() as u64, "machine"), verdicts(machines), counted(runs, "run"), found];
    writeln!(out, "{}", painter.heading(&parts.join(" · ")))?;
    writeln!(out, "seed {} · stopped because {}", outcome.seed, outcome.stopped_because)?;
    for stale in &outcome.stale {
        writeln!(
            out,
            "note: {}: nothing is accepted by `{}` any more; drop the entry",
            stale.place, stale.text
        )?;
    }
    if all.clone().any(|finding| finding.counts() && finding.violation.severity >= console.fail_on) {
        writeln!(out, "a finding of severity `{}` or worse gives exit code 1", console.fail_on)?;
    }
    Ok(())
}

/// `3 violated, 1 clean`
fn verdicts(machines: &[MachineOutcome]) -> String {
    let words = [
        (MachineVerdict::Invalid, "refused"),
        (MachineVerdict::BaselineFailed, "failing without faults"),
        (MachineVerdict::Violated, "with findings"),
        (MachineVerdict::Unknown, "not judged"),
        (MachineVerdict::Clean, "clean"),
    ];
    let count = |verdict| machines.iter().filter(|machine| machine.verdict == verdict).count();
    let counts = words.iter().map(|(verdict, word)| (count(*verdict), word)).filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// `no findings`, `2 findings (1 critical, 1 medium)`, `1 finding (1 high), 1 accepted`
pub(super) fn findings(findings: &[Finding]) -> String {
    findings_of(&findings.iter().collect::<Vec<_>>())
}

fn findings_of(findings: &[&Finding]) -> String {
    let total = findings.len();
    if total == 0 {
        return "no findings".to_owned();
    }
    let count = |severity| findings.iter().filter(|finding| finding.violation.severity == severity).count();
    let counts = Severity::ALL.iter().rev().map(|severity| (count(*severity), severity));
    let parts: Vec<_> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    let accepted = findings.iter().filter(|finding| !finding.counts()).count();
    let accepted = if accepted == 0 { String::new() } else { format!(", {accepted} accepted") };
    format!("{} ({}){accepted}", counted(total as u64, "finding"), parts.join(", "))
}
