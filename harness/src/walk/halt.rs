//! Why a walk has no history.

use std::sync::Arc;

use super::Cannot;

/// Why a walk ended without a history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// This case cannot be asked of TestState; another may.
    #[error("{0}")]
    Cannot(Cannot),
    /// An answer is not to be had, and the next is not likely to be: why, and what to do.
    #[error("{0}")]
    Unanswered(Arc<str>),
}

impl From<Cannot> for Halt {
    fn from(cannot: Cannot) -> Self {
        Self::Cannot(cannot)
    }
}
