//! One finding by itself: in full, as a report of `chaos` has it, and in a few lines.

use std::io::{self, Write};

use super::Values;
use super::console::finding::{acceptance, place, write_told};
use super::console::paint::Painter;
use super::redact::Redactor;
use super::text::wrapped;
use super::{Colour, console};
use crate::asl::Machine;
use crate::campaign::Finding;
use crate::oracle::{PatchOperation, RuleId, Severity};

/// Writes a finding of a machine in full, without the command that shows it again.
pub fn finding(machine: &Machine, finding: &Finding, values: Values, out: &mut dyn Write) -> io::Result<()> {
    write_told(machine, finding, values, Painter(Colour::Plain), out)
}

/// What says which finding it is, and how it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// How grave it is.
    pub severity: Severity,
    /// The rule that is broken.
    pub rule: RuleId,
    /// The path of the state; none for the machine as a whole.
    pub state: Option<String>,
    /// What is wrong, in a line.
    pub title: String,
    /// The faults of the smallest case that shows it, in the notation of plans; empty without any.
    pub faults: String,
    /// How many runs showed it.
    pub runs: u64,
}

/// Which finding it is.
pub fn finding_in_brief(machine: &Machine, finding: &Finding, values: Values) -> Brief {
    let violation = &finding.violation;
    let redactor = Redactor::new(Some(machine), &finding.scenario, values);
    Brief {
        severity: violation.severity,
        rule: violation.rule,
        state: violation.state.map(|state| machine.state(state).path.to_string()),
        title: redactor.text(&violation.title),
        faults: finding.case.plan.display(machine).to_string(),
        runs: finding.count,
    }
}

/// Severity, place, rule and title in a line, then why and what to do, each its first sentence, and the faults.
pub fn finding_in_short(machine: &Machine, finding: &Finding, values: Values) -> Vec<String> {
    let violation = &finding.violation;
    let redactor = Redactor::new(Some(machine), &finding.scenario, values);
    let Brief { severity, rule, title, faults, .. } = finding_in_brief(machine, finding, values);
    let severity = severity.name().to_uppercase();
    let mut lines = vec![format!("{severity} {} {rule}: {title}", place(machine, finding))];
    let why = format!("{} ({})", first_sentence(&violation.why), machine.locate(&violation.pointer));
    let faults = if faults.is_empty() { "no fault" } else { &faults };
    let accepted = finding.accepted.as_ref().map(|known| format!("accepted {}", acceptance(known)));
    let texts = [
        ("why", redactor.text(&why)),
        ("fix", first_sentence(&violation.fix.text).to_owned()),
        ("with", faults.to_owned()),
    ];
    for (label, text) in texts.into_iter().chain(accepted.map(|text| ("note", text))) {
        for (at, line) in wrapped(&text, console::WIDTH).into_iter().enumerate() {
            lines.push(format!("  {:<4} {line}", if at == 0 { label } else { "" }));
        }
    }
    lines
}

/// A patch in the user's own file, a line each: a diff of its text, or its operations in words.
pub fn patch_lines(machine: &Machine, operations: &[PatchOperation]) -> Vec<String> {
    console::patch::shown(machine, operations)
}

/// Up to the first full stop that a blank follows.
fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.find(". ").map_or(line, |end| &line[..=end])
}
