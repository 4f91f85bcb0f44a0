//! The level that was reached: CI does not fall behind it.

use anyhow::{Result, bail};

use super::case::Kind;
use super::table::{Tables, Tally};

/// What part of the cases of a kind must agree, in thousandths.
struct Level {
    kind: Kind,
    outcome: usize,
    sequence: usize,
    exact: usize,
}

/// Raised when more is reached, never lowered to let a change pass.
const LEVELS: &[Level] = &[
    Level { kind: Kind::Execution, outcome: 994, sequence: 994, exact: 986 },
    Level { kind: Kind::Table, outcome: 1000, sequence: 1000, exact: 1000 },
    Level { kind: Kind::Validation, outcome: 1000, sequence: 1000, exact: 960 },
    Level { kind: Kind::TestState, outcome: 970, sequence: 970, exact: 970 },
    Level { kind: Kind::JsonPath, outcome: 1000, sequence: 1000, exact: 1000 },
];

/// An error that names every level that is not held.
pub(crate) fn hold(tables: &Tables) -> Result<()> {
    let fallen: Vec<String> =
        LEVELS.iter().flat_map(|level| below(level, tables.total(level.kind))).collect();
    if fallen.is_empty() {
        return Ok(());
    }
    bail!("fewer cases agree than before:\n{}", fallen.join("\n"))
}

fn below(level: &Level, tally: Tally) -> Vec<String> {
    let figures = [
        ("outcome", tally.outcome, level.outcome),
        ("sequence", tally.sequence, level.sequence),
        ("exact", tally.exact, level.exact),
    ];
    let fallen = figures.into_iter().filter(|(_, reached, wanted)| reached * 1000 < wanted * tally.cases);
    fallen
        .map(|(name, reached, wanted)| {
            let (kind, cases) = (level.kind.title(), tally.cases);
            format!("{kind}, {name}: {reached} of {cases}, below {wanted} in a thousand")
        })
        .collect()
}
