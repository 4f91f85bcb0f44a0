//! How often a sentence wants something: so often exactly, at most, or at least.

use super::phrase::times;
use crate::bdd::failed::Failed;
use crate::bdd::parameter::Times;
use crate::bdd::stage::Met;
use crate::bdd::step::Arguments;

/// Which side of what it names a sentence takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    Exactly,
    AtMost,
    AtLeast,
}

/// How often something is wanted.
#[derive(Clone, Debug)]
pub(super) struct Often {
    limit: Limit,
    wanted: usize,
    /// As a sentence says it: `at most 3 times`.
    pub(super) said: String,
}

impl Limit {
    /// Whether something is within it.
    pub(super) fn takes<T: Ord>(self, found: &T, wanted: &T) -> bool {
        match self {
            Self::Exactly => found == wanted,
            Self::AtMost => found <= wanted,
            Self::AtLeast => found >= wanted,
        }
    }

    /// What stands before it in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Exactly => "",
            Self::AtMost => "at most ",
            Self::AtLeast => "at least ",
        }
    }
}

impl Often {
    /// The parameter at a position of a sentence with this limit.
    pub(super) fn of(arguments: &Arguments<'_>, at: usize, limit: Limit) -> Result<Self, Failed> {
        let Times(wanted) = arguments.get(at)?;
        let said = format!("{}{}", limit.words(), arguments.said(at));
        Ok(Self { limit, wanted: wanted as usize, said })
    }

    /// Whether this is as often as is wanted.
    pub(super) fn takes(&self, found: usize) -> bool {
        self.limit.takes(&found, &self.wanted)
    }

    /// What a run answers in which something happens so often; what never happens, though it might, shows nothing.
    pub(super) fn met(&self, found: usize, happened: impl FnOnce() -> String) -> Met {
        match found {
            _ if !self.takes(found) => Met::No(happened()),
            0 if self.wanted > 0 => Met::Idle(happened()),
            _ => Met::Yes,
        }
    }
}

/// `never entered`, `entered twice`
pub(super) fn told(verb: &str, count: usize) -> String {
    if count == 0 { format!("never {verb}") } else { format!("{verb} {}", times(count)) }
}
