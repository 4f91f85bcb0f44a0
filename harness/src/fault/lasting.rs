//! How long a fault lasts, in words, and how many attempts that is for the retriers that it meets.

use super::Burst;

/// How long a fault lasts, in words: how many attempts that is depends on the retriers that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// One attempt.
    Once,
    /// As many attempts as the state's retrier survives.
    LastSurvivable,
    /// One attempt more, so that no retrier is left; for ever where a state around it tries again.
    Exhausting,
    /// Every attempt.
    Forever,
}

impl Lasting {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Once, Self::LastSurvivable, Self::Exhausting, Self::Forever];

    /// The word in `chaos.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::LastSurvivable => "last-survivable",
            Self::Exhausting => "exhausting",
            Self::Forever => "forever",
        }
    }

    /// How many attempts that is where a fault meets these retriers, by their `MaxAttempts`, that of the task itself
    /// first; none where no retrier of the task survives anything.
    pub(super) fn among(self, retries: &[u32]) -> Option<Burst> {
        let own = retries.first().copied().unwrap_or(0);
        let retried_above = retries.iter().skip(1).any(|retries| *retries > 0);
        match self {
            Self::Once => Some(Burst::Attempts(1)),
            Self::LastSurvivable => (own > 0).then_some(Burst::Attempts(own)),
            Self::Exhausting if retried_above => Some(Burst::Forever),
            Self::Exhausting => Some(Burst::Attempts(own.saturating_add(1))),
            Self::Forever => Some(Burst::Forever),
        }
    }
}
