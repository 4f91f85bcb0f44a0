//! Counts how far cases agree, by kind and area, and prints the counts.

use std::collections::BTreeMap;
use std::fmt;

use super::case::{Judged, Kind, Verdict};

/// Counts of one kind and area.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Cases, or rows, that were run and are applicable.
    pub(crate) cases: usize,
    /// Those that turn on what exists in an account.
    pub(crate) inapplicable: usize,
    /// Those that the simulator does not model.
    pub(crate) unknown: usize,
    /// Status, output and error agree.
    pub(crate) outcome: usize,
    /// Event types and state names agree, in order.
    pub(crate) sequence: usize,
    /// Everything agrees.
    pub(crate) exact: usize,
}

/// All counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    by_area: BTreeMap<(Kind, String), Tally>,
}

impl Tables {
    /// Counts a case.
    pub(crate) fn add(&mut self, area: &str, judged: &Judged) {
        for (_, verdict) in &judged.verdicts {
            self.by_area.entry((judged.kind, area.to_owned())).or_default().count(verdict);
        }
    }

    /// The counts of all areas of a kind.
    pub(crate) fn total(&self, kind: Kind) -> Tally {
        let tallies = self.by_area.iter().filter(|((theirs, _), _)| *theirs == kind).map(|(_, tally)| tally);
        tallies.fold(Tally::default(), |sum, tally| Tally {
            cases: sum.cases + tally.cases,
            inapplicable: sum.inapplicable + tally.inapplicable,
            unknown: sum.unknown + tally.unknown,
            outcome: sum.outcome + tally.outcome,
            sequence: sum.sequence + tally.sequence,
            exact: sum.exact + tally.exact,
        })
    }
}

impl Tally {
    fn count(&mut self, verdict: &Verdict) {
        if verdict.inapplicable {
            self.inapplicable += 1;
            return;
        }
        self.cases += 1;
        self.unknown += usize::from(verdict.unknown);
        self.outcome += usize::from(verdict.outcome);
        self.sequence += usize::from(verdict.sequence);
        self.exact += usize::from(verdict.exact);
    }
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for kind in Kind::ALL {
            let areas: Vec<_> = self.by_area.iter().filter(|((theirs, _), _)| *theirs == kind).collect();
            if areas.is_empty() {
                continue;
            }
            writeln!(
                f,
                "{:24} {:>6} {:>8} {:>8} {:>9} {:>6} {:>14}",
                kind.title(),
                "cases",
                "unknown",
                "outcome",
                "sequence",
                "exact",
                "not applicable"
            )?;
            for ((_, area), tally) in areas {
                line(f, area, tally)?;
            }
            line(f, "all", &self.total(kind))?;
            writeln!(f)?;
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, area: &str, tally: &Tally) -> fmt::Result {
    let Tally { cases, inapplicable, unknown, outcome, sequence, exact } = tally;
    writeln!(
        f,
        "  {area:22} {cases:>6} {unknown:>8} {outcome:>8} {sequence:>9} {exact:>6} {inapplicable:>14}"
    )
}
