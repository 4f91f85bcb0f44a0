//! `--write-accepted`: the findings that count, as entries of a baseline that somebody has to review.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::Values;
use super::redact::Redactor;
use crate::campaign::Outcome;
use crate::oracle::Severity;
use crate::value::write_json_string;

const HEAD: &str = "\
# Findings of `sfn-chaos chaos`. Look at each: mend it and drop the entry, or say why it is accepted. An entry without a
# reason is refused.
";

/// The text, and how many findings are in it.
pub fn accepted_toml(outcome: &Outcome, fail_on: Severity, until: Date, values: Values) -> (String, u64) {
    let (mut text, mut count) = (HEAD.to_owned(), 0);
    for machine in &outcome.machines {
        let counts = machine
            .findings
            .iter()
            .filter(|finding| finding.counts() && finding.violation.severity >= fail_on);
        for finding in counts {
            count += 1;
            let violation = &finding.violation;
            let redactor = Redactor::new(machine.machine.as_deref(), &finding.scenario, values);
            let title = redactor.text(&violation.title).replace(['\n', '\r'], " ");
            let _ = write!(text, "\n[[accepted]]\n# {}: {title}\n", violation.severity);
            let mut pair = |key: &str, value: &str| {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            };
            pair("machine", &machine.name);
            pair("id", &finding.id);
            let path = |id| machine.machine.as_ref().map(|machine| quoted(&machine.state(id).path));
            let states: Vec<String> = violation.states.iter().filter_map(|id| path(*id)).collect();
            if !states.is_empty() {
                let _ = writeln!(text, "states = [{}]", states.join(", "));
            }
            let _ = writeln!(text, "reason = \"\"\nexpires = \"{until}\"");
        }
    }
    (text, count)
}

/// A basic string of TOML; what JSON escapes, TOML reads the same.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    write_json_string(text, &mut quoted);
    quoted
}
