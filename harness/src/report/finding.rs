//! One finding by itself: in full, as a report of `chaos` has it, and in a few lines.

use std::io::{self, Write};

use super::Values;
use super::console::finding::{place, write_told};
use super::console::paint::Painter;
use super::redact::Redactor;
use super::text::wrapped;
use super::{Colour, console};
use crate::asl::Machine;
use crate::campaign::Finding;
use crate::oracle::PatchOperation;

/// Writes a finding of a machine in full, without the command that shows it again.
pub fn finding(machine: &Machine, finding: &Finding, values: Values, out: &mut dyn Write) -> io::Result<()> {
    write_told(machine, finding, values, Painter(Colour::Plain), out)
}

/// Severity, place, rule and title in a line, then why and what to do, each its first sentence.
pub fn finding_in_short(machine: &Machine, finding: &Finding, values: Values) -> Vec<String> {
    let violation = &finding.violation;
    let redactor = Redactor::new(Some(machine), &finding.scenario, values);
    let (severity, rule) = (violation.severity.name().to_uppercase(), violation.rule.name());
    let title = redactor.text(&violation.title);
    let mut lines = vec![format!("{severity} {} {rule}: {title}", place(machine, finding))];
    let why = format!("{} ({})", first_sentence(&violation.why), machine.locate(&violation.pointer));
    for (label, text) in
        [("why", redactor.text(&why)), ("fix", first_sentence(&violation.fix.text).to_owned())]
    {
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
