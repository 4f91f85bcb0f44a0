//! What happens to an execution as a whole, from outside: `@execution:aborted(350ms)`, `@execution:started-again(7d)`.

use std::fmt;

use super::text::{ParseError, Reader};
use crate::spelling;

/// What happens to an execution as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Incident {
    /// `StopExecution` is called so long after the start.
    Aborted {
        /// Virtual milliseconds.
        after_ms: u64,
    },
    /// The execution is redriven once it has ended without success.
    Redriven,
    /// Another execution is started with the same input, so long after the end of this one. It meets no faults.
    StartedAgain {
        /// Virtual milliseconds.
        after_ms: u64,
    },
    /// The same execution runs once more. Docs, "Execution guarantees": asynchronous Express workflows run at least
    /// once.
    DeliveredTwice,
}

/// What stands in the place of a state.
pub(super) const EXECUTION: &str = "@execution";

/// How long after the first execution the second one starts unless the plan says otherwise.
const SOON_MS: u64 = 60_000;

/// Units of a duration, the longest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Incident {
    /// Another execution with the same input, soon.
    pub const STARTED_AGAIN: Self = Self::StartedAgain { after_ms: SOON_MS };

    /// The stable name used in plans.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aborted { .. } => "aborted",
            Self::Redriven => "redriven",
            Self::StartedAgain { .. } => "started-again",
            Self::DeliveredTwice => "delivered-twice",
        }
    }

    /// Whether the run goes on with a second execution.
    pub fn is_repetition(self) -> bool {
        matches!(self, Self::StartedAgain { .. } | Self::DeliveredTwice)
    }
}

impl fmt::Display for Incident {
    /// `@execution:started-again(7d)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{EXECUTION}:{}", self.name())?;
        match *self {
            Self::StartedAgain { after_ms: SOON_MS } | Self::Redriven | Self::DeliveredTwice => Ok(()),
            Self::Aborted { after_ms } | Self::StartedAgain { after_ms } => {
                let divides = |(_, ms): &&(&str, u64)| after_ms > 0 && after_ms.is_multiple_of(*ms);
                let (unit, ms) = UNITS.iter().find(divides).unwrap_or(&("ms", 1));
                write!(f, "({}{unit})", after_ms / ms)
            }
        }
    }
}

/// Reads what follows `@execution`.
pub(super) fn read_incident(reader: &mut Reader<'_>) -> Result<Incident, ParseError> {
    reader.expect(':')?;
    let offset = reader.offset();
    let name = reader.name("what happens to the execution")?;
    let argument = if reader.take('(') {
        let duration = read_duration(reader)?;
        reader.expect(')')?;
        Some(duration)
    } else {
        None
    };
    let failed = |message: String| Err(ParseError { message, offset });
    match (name.as_str(), argument) {
        ("aborted", Some(after_ms)) => Ok(Incident::Aborted { after_ms }),
        ("aborted", None) => failed("`aborted` needs a time, such as `aborted(350ms)`".to_owned()),
        ("started-again", after_ms) => Ok(Incident::StartedAgain { after_ms: after_ms.unwrap_or(SOON_MS) }),
        ("redriven", None) => Ok(Incident::Redriven),
        ("delivered-twice", None) => Ok(Incident::DeliveredTwice),
        ("redriven" | "delivered-twice", Some(_)) => failed(format!("`{name}` takes no argument")),
        _ => {
            let known = ["aborted", "redriven", "started-again", "delivered-twice"];
            let hint = spelling::nearest(&name, known);
            let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            failed(format!("nothing called `{name}` happens to executions{hint}"))
        }
    }
}

fn read_duration(reader: &mut Reader<'_>) -> Result<u64, ParseError> {
    let number = reader.number("a time such as `350ms`, `90s`, `10m`, `24h` or `7d`")?;
    let offset = reader.offset();
    let unit = reader.name("a unit of time (`ms`, `s`, `m`, `h`, `d`)")?;
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let message = || format!("`{unit}` is no unit of time; there are `ms`, `s`, `m`, `h` and `d`");
    known
        .map(|(_, ms)| u64::from(number).saturating_mul(*ms))
        .ok_or_else(|| ParseError { message: message(), offset })
}
