//! One machine: its verdict, its findings, and what is known and not known of it.

use std::io::{self, Write};
use std::path::Path;

use super::{Console, Detail, Painter, WIDTH, advice, finding};
use crate::asl::{Problem, ProblemSeverity};
use crate::campaign::{Covered, Finding, MachineOutcome, MachineVerdict};
use crate::history::Outcome as Ended;
use crate::oracle::Verdict;
use crate::report::redact::Redactor;
use crate::report::text::{counted, grouped, wrapped};

pub(super) fn write(
    console: &Console,
    painter: Painter,
    outcome: &MachineOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}: {}", painter.heading(&title(outcome)), verdict(painter, outcome))?;
    if outcome.verdict == MachineVerdict::Invalid {
        problems(&outcome.problems, out)?;
        return writeln!(out);
    }
    if outcome.verdict == MachineVerdict::BaselineFailed {
        baselines(console, outcome, out)?;
    }
    let (mild, grave): (Vec<&Finding>, Vec<&Finding>) = outcome
        .findings
        .iter()
        .filter(|finding| finding.counts())
        .partition(|finding| console.is_brief(finding));
    for finding in grave {
        finding::write(console, painter, outcome, finding, out)?;
    }
    in_short(&format!("{} more, milder than --fail-on", mild.len()), mild, console, painter, outcome, out)?;
    accepted(console, painter, outcome, out)?;
    let (brief, full): (Vec<&Finding>, Vec<&Finding>) =
        outcome.warnings.iter().partition(|_| console.detail == Detail::Brief);
    in_short(
        &format!(
            "{} of advice from the definition alone, without a run that proves it",
            counted(brief.len() as u64, "piece")
        ),
        brief,
        console,
        painter,
        outcome,
        out,
    )?;
    for warning in full {
        finding::write(console, painter, outcome, warning, out)?;
    }
    advice::write(console, painter, outcome, out)?;
    coverage(console, painter, outcome, out)?;
    knowledge(outcome, out)?;
    problems(&outcome.problems, out)?;
    runs(outcome, out)?;
    writeln!(out)
}

impl Console {
    fn is_brief(&self, finding: &Finding) -> bool {
        self.detail == Detail::Brief && finding.violation.severity < self.fail_on
    }
}

/// The file, and the name of the machine where the file's name does not say it.
fn title(outcome: &MachineOutcome) -> String {
    let file = Path::new(&outcome.source).file_name().unwrap_or_default().to_string_lossy();
    if file.strip_prefix(outcome.name.as_str()).is_some_and(|rest| rest.starts_with('.')) {
        return outcome.source.clone();
    }
    format!("{} ({})", outcome.source, outcome.name)
}

/// `2 findings (1 critical, 1 medium)`
fn verdict(painter: Painter, outcome: &MachineOutcome) -> String {
    let found = super::ending::findings(&outcome.findings);
    match outcome.verdict {
        MachineVerdict::Clean => painter.good("nothing found"),
        MachineVerdict::Violated => found,
        MachineVerdict::Unknown => "could not be judged".to_owned(),
        MachineVerdict::BaselineFailed if outcome.findings.is_empty() => "fails without any fault".to_owned(),
        MachineVerdict::BaselineFailed => format!("fails without any fault; {found}"),
        MachineVerdict::Invalid => "AWS would refuse this definition".to_owned(),
    }
}

fn problems(problems: &[Problem], out: &mut dyn Write) -> io::Result<()> {
    for problem in problems {
        let severity = match problem.severity {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
        };
        write!(out, "  {severity}[{}] {}: {}", problem.code, problem.location, problem.message)?;
        match &problem.suggestion {
            Some(suggestion) => writeln!(out, "; {suggestion}")?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// How it ends without faults, where that is the news.
fn baselines(console: &Console, outcome: &MachineOutcome, out: &mut dyn Write) -> io::Result<()> {
    for (scenario, history) in &outcome.baselines {
        let redactor = Redactor::new(outcome.machine.as_deref(), scenario, console.values);
        let status = history.outcome.status();
        match &history.outcome {
            Ended::Failed { error, cause } => {
                let error = error.as_deref().unwrap_or("without an error name");
                let cause = cause.as_deref().unwrap_or("");
                let text = format!("{}: {status} {error}: {}", scenario.name, redactor.text(cause));
                wrapped(&text, WIDTH - 4).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
            }
            _ => writeln!(out, "  {}: {status}", scenario.name)?,
        }
    }
    Ok(())
}

/// Findings that somebody lives with, each with the reason.
fn accepted(
    console: &Console,
    painter: Painter,
    outcome: &MachineOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let accepted: Vec<&Finding> = outcome.findings.iter().filter(|finding| !finding.counts()).collect();
    if accepted.is_empty() {
        return Ok(());
    }
    if console.detail == Detail::Everything {
        return accepted.iter().try_for_each(|found| finding::write(console, painter, outcome, found, out));
    }
    writeln!(out, "\n  {} accepted, not counted (--verbose tells all)", accepted.len())?;
    for found in accepted {
        if let Some(why) = &found.accepted {
            finding::write_accepted(outcome, found, why, out)?;
        }
    }
    Ok(())
}

fn in_short(
    heading: &str,
    findings: Vec<&Finding>,
    console: &Console,
    painter: Painter,
    outcome: &MachineOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {heading} (--verbose tells all)")?;
    for finding in findings {
        let redactor = Redactor::new(outcome.machine.as_deref(), &finding.scenario, console.values);
        finding::write_brief(painter, outcome, finding, &redactor, out)?;
    }
    Ok(())
}

/// Everything that can be reached, and what was not.
fn coverage(
    console: &Console,
    painter: Painter,
    outcome: &MachineOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let coverage = &outcome.coverage;
    let rows = [
        ("states entered", &coverage.states),
        ("transitions taken", &coverage.transitions),
        ("Choice rules held", &coverage.choice_rules),
        ("retriers retried", &coverage.retriers),
        ("catchers caught", &coverage.catchers),
    ];
    writeln!(out, "\n  {}", painter.dim("coverage"))?;
    for (name, covered) in rows.into_iter().filter(|(_, covered)| covered.total > 0) {
        let line =
            format!("{name:18} {:>3} of {:>3}{}", covered.reached, covered.total, missing(console, covered));
        let lines = wrapped_row(&line);
        lines.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
    }
    Ok(())
}

/// Not reached, by name: a few of them, or all.
fn missing(console: &Console, covered: &Covered) -> String {
    const SHOWN: usize = 4;
    if covered.missing.is_empty() {
        return String::new();
    }
    let shown = if console.detail == Detail::Brief { SHOWN } else { usize::MAX };
    let names: Vec<&str> = covered.missing.iter().take(shown).map(String::as_str).collect();
    let rest = covered.missing.len() - names.len();
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("  never: {}{more}", names.join(", "))
}

/// Rows keep their columns; only what follows them is broken.
fn wrapped_row(line: &str) -> Vec<String> {
    const HANG: &str = "                                 ";
    if line.chars().count() <= WIDTH - 4 {
        return vec![line.to_owned()];
    }
    let Some((row, rest)) = line.split_once("  never: ") else { return vec![line.to_owned()] };
    let lines = wrapped(&format!("never: {rest}"), WIDTH - 4 - HANG.len());
    let with_row = |(at, line): (usize, &String)| match at {
        0 => format!("{row}  {line}"),
        _ => format!("{HANG}{line}"),
    };
    lines.iter().enumerate().map(with_row).collect()
}

/// Which rules never applied, which could not be judged, what is not modelled, what was assumed.
fn knowledge(outcome: &MachineOutcome, out: &mut dyn Write) -> io::Result<()> {
    let rules = |wanted: Verdict| {
        let found = outcome.rules.iter().filter(|summary| summary.verdict == wanted);
        found.map(|summary| summary.rule.name()).collect::<Vec<_>>()
    };
    let counts =
        format!("rules: {} violated, {} held", rules(Verdict::Violated).len(), rules(Verdict::Holds).len());
    let mut parts = vec![counts];
    for (verdict, says) in [(Verdict::Vacuous, "never applied"), (Verdict::Unknown, "could not be judged")] {
        let names = rules(verdict);
        if !names.is_empty() {
            parts.push(format!("{} {says} ({})", names.len(), names.join(", ")));
        }
    }
    let mut lines = vec![parts.join(", ")];
    lines.extend(intents(outcome));
    for unknown in &outcome.unknowns {
        let at = outcome.machine.as_ref().map(|machine| machine.locate(&unknown.pointer).to_string());
        let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
        lines.push(format!("not simulated: {}{at}: {}", unknown.construct, unknown.detail));
    }
    lines.extend(outcome.assumptions.iter().map(|assumption| format!("assumed: {assumption}")));
    for line in lines {
        for (at, line) in wrapped(&line, WIDTH - 4).iter().enumerate() {
            writeln!(out, "  {}{line}", if at == 0 { "" } else { "  " })?;
        }
    }
    Ok(())
}

/// How the declared intents fare; each that was not tried or not judged by itself.
fn intents(outcome: &MachineOutcome) -> Vec<String> {
    if outcome.intents.is_empty() {
        return Vec::new();
    }
    let count = |verdict| outcome.intents.iter().filter(|intent| intent.verdict == verdict).count();
    let (violated, held) = (count(Verdict::Violated), count(Verdict::Holds));
    let mut lines = vec![format!("intents: {violated} violated, {held} held")];
    for intent in &outcome.intents {
        let says = match (&intent.because, intent.verdict) {
            (Some(because), _) => format!("never tried: {because}"),
            (None, Verdict::Unknown) => "could not be judged".to_owned(),
            (None, _) => continue,
        };
        lines.push(format!("intent `{}` ({}): {says}", intent.text, intent.place));
    }
    lines
}

fn runs(outcome: &MachineOutcome, out: &mut dyn Write) -> io::Result<()> {
    let phases: Vec<_> =
        outcome.phases.iter().map(|phase| format!("{} {}", phase.phase, grouped(phase.runs))).collect();
    writeln!(out, "  runs: {}; stopped because {}", phases.join(", "), outcome.stopped_because)
}
