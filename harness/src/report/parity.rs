//! Parity for people: a line for each machine, each disagreement as a small diff, and how many there are of each kind.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::parity_call::{call, is_redacted};
use super::redact::{Redactor, Values};
use super::{counted, wrapped};
use crate::parity::{Disagreement, Kind, MachineParity, Place};
use crate::value::Value;

/// How parity is told.
#[derive(Clone, Debug)]
pub struct ParityReport {
    /// Who is compared with: `test-state of 123456789012 in eu-west-1`.
    pub theirs: String,
    /// Whether values are shown.
    pub values: Values,
}

/// Places of one field that are told.
const PLACES_MAX: usize = 3;
/// Disagreements about one field of one state that are told; the rest have only other values.
const ALIKE_MAX: usize = 2;
/// Characters of a value in a diff.
const VALUE_MAX: usize = 300;
const WIDTH: usize = 100;

impl ParityReport {
    /// Writes the report.
    pub fn human(&self, machines: &[MachineParity], out: &mut dyn Write) -> io::Result<()> {
        let mut hidden = false;
        for parity in machines {
            line(parity, out)?;
            hidden |= self.disagreements(parity, out)?;
        }
        if hidden {
            writeln!(
                out,
                "\n`…` and `0` stand for values of yours: --show-values shows them, --save-cases DIR writes the \
                 requests as they were sent"
            )?;
        }
        kinds(machines, out)?;
        not_compared(machines, out)?;
        self.summary(machines, out)
    }

    /// Tells them, and whether a request is not shown as it was sent.
    fn disagreements(&self, parity: &MachineParity, out: &mut dyn Write) -> io::Result<bool> {
        let mut alike: BTreeMap<_, usize> = BTreeMap::new();
        let mut hidden = false;
        for disagreement in &parity.disagreements {
            let difference = &disagreement.difference;
            let told = alike.entry((disagreement.state, &difference.field, difference.kind)).or_default();
            *told += 1;
            if *told <= ALIKE_MAX {
                hidden |= self.disagreement(disagreement, parity, out)?;
            }
        }
        let left: usize = alike.values().map(|count| count.saturating_sub(ALIKE_MAX)).sum();
        if left > 0 {
            let more = counted(left as u64, "more disagreement");
            writeln!(out, "\n  and {more} about the same fields of the same states, with other values")?;
        }
        Ok(hidden)
    }

    fn disagreement(
        &self,
        disagreement: &Disagreement,
        parity: &MachineParity,
        out: &mut dyn Write,
    ) -> io::Result<bool> {
        let machine = &parity.machine;
        let difference = &disagreement.difference;
        let place = match disagreement.state.map(|state| machine.state(state)) {
            Some(state) => format!("{}: `{}`", machine.locate(&state.pointer), state.path),
            None => format!("{}: the execution", machine.document.file.name),
        };
        writeln!(out, "\n  {place}: {} ({})", difference.field, difference.kind.name())?;
        let redactor = Redactor::new(Some(machine), &disagreement.scenario, self.values);
        for place in difference.places.iter().take(PLACES_MAX) {
            diff(place, difference.kind, &redactor, out)?;
        }
        if let Some(more) = difference.places.len().checked_sub(PLACES_MAX).filter(|more| *more > 0) {
            writeln!(out, "    and {}", counted(more as u64, "more place"))?;
        }
        if !difference.follow.is_empty() {
            writeln!(out, "    with it: {}", difference.follow.join(", "))?;
        }
        let faults = match &*disagreement.plan {
            "" => "without faults".to_owned(),
            plan => format!("under `{plan}`"),
        };
        let cases = counted(disagreement.cases as u64, "case");
        writeln!(out, "    in {cases}, first in {} {faults}", disagreement.scenario.name)?;
        let Some(shown) = &disagreement.shown else { return Ok(false) };
        writeln!(out, "    {}", call(shown, disagreement, machine, self.values))?;
        Ok(is_redacted(shown, disagreement, machine, self.values))
    }

    fn summary(&self, machines: &[MachineParity], out: &mut dyn Write) -> io::Result<()> {
        let sum = |of: fn(&MachineParity) -> usize| machines.iter().map(of).sum::<usize>() as u64;
        let requests = sum(|it| it.requests);
        let agreeing = sum(|it| it.agreeing);
        let of = counted(requests, "request");
        writeln!(
            out,
            "\n{agreeing} of {of} agree with {} in everything; {}",
            self.theirs,
            counted(sum(|it| it.disagreements.len()), "disagreement")
        )
    }
}

fn line(parity: &MachineParity, out: &mut dyn Write) -> io::Result<()> {
    let name = &parity.machine.name;
    let file = &parity.machine.document.file.name;
    let cases = if parity.cases < parity.cases_all {
        let all = parity.cases_all;
        format!("{} of {all} cases (--cases {all} runs all)", parity.cases)
    } else {
        counted(parity.cases as u64, "case")
    };
    let states = counted(parity.states as u64, "state");
    let requests = counted(parity.requests as u64, "request");
    write!(
        out,
        "{name} ({file}): {cases}, {states} asked, {requests}: {} agree, {} do not",
        parity.agreeing, parity.differing
    )?;
    if parity.otherwise > 0 {
        let ends = if parity.otherwise == 1 { "goes" } else { "go" };
        write!(out, "; {} {ends} otherwise than simulated", counted(parity.otherwise as u64, "case"))?;
    }
    if let Some(why) = &parity.unanswered_because {
        let cases = counted(parity.unanswered as u64, "case");
        write!(out, "; {cases} without an answer: {why}")?;
    }
    writeln!(out)
}

/// Both values at one place.
fn diff(place: &Place, kind: Kind, redactor: &Redactor<'_>, out: &mut dyn Write) -> io::Result<()> {
    let at = if place.path == "$" { String::new() } else { format!(" at {}", place.path) };
    let told = |value: &Option<Value>| match (value, kind) {
        (None, Kind::Refusal) => "answers".to_owned(),
        (None, _) => "(absent)".to_owned(),
        (Some(value), Kind::Output | Kind::DataFlow | Kind::History) => {
            shortened(&redactor.value(value).to_json())
        }
        (Some(value), _) => {
            shortened(&value.as_str().map_or_else(|| value.to_json(), |text| redactor.text(text)))
        }
    };
    writeln!(out, "    - ours  {at} {}", told(&place.ours))?;
    writeln!(out, "    + theirs{at} {}", told(&place.theirs))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_MAX) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
        None => text.to_owned(),
    }
}

fn kinds(machines: &[MachineParity], out: &mut dyn Write) -> io::Result<()> {
    if machines.iter().all(|parity| parity.disagreements.is_empty()) {
        return Ok(());
    }
    writeln!(out, "\n{:<18} {:>13} {:>9} {:>9}", "kind", "disagreements", "states", "machines")?;
    for kind in Kind::ALL {
        let of_kind = |parity: &MachineParity| {
            let found = parity.disagreements.iter().filter(|it| it.difference.kind == kind);
            let mut states: Vec<_> = found.map(|it| it.state).collect();
            let count = states.len();
            states.sort();
            states.dedup();
            (count, states.len())
        };
        let counts: Vec<_> = machines.iter().map(of_kind).filter(|(count, _)| *count > 0).collect();
        if !counts.is_empty() {
            let (count, states) = counts.iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            writeln!(out, "{:<18} {count:>13} {states:>9} {:>9}", kind.name(), counts.len())?;
        }
    }
    Ok(())
}

fn not_compared(machines: &[MachineParity], out: &mut dyn Write) -> io::Result<()> {
    if machines.iter().all(|parity| parity.not_compared.is_empty()) {
        return Ok(());
    }
    writeln!(out, "\nnot compared, because TestState cannot show it or nobody knows it:")?;
    for parity in machines.iter().filter(|parity| !parity.not_compared.is_empty()) {
        writeln!(out, "  {}", parity.machine.name)?;
        for part in &parity.not_compared {
            let cases = counted(part.cases as u64, "case");
            let mut lines = wrapped(&format!("{} ({cases})", part.what), WIDTH).into_iter();
            writeln!(out, "    {}", lines.next().unwrap_or_default())?;
            lines.try_for_each(|line| writeln!(out, "      {line}"))?;
        }
    }
    Ok(())
}
