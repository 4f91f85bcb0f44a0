//! Why a workflow cannot be loaded or run as a test asks.

use std::fmt;

use crate::config::ConfigError;
use crate::fault::ParseError;
use crate::iam::RoleError;
use crate::load::LoadError;
use crate::mock::file::MockError;

/// Why a workflow cannot be loaded or run. `Debug` says the same as `Display`: that is what `unwrap` and a test that
/// returns an error print.
#[derive(thiserror::Error)]
pub enum WorkflowError {
    /// There is no definition.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The path holds other machines, or several.
    #[error("{0}")]
    Choose(String),
    /// AWS would refuse the definition.
    #[error("AWS would refuse `{name}`:\n{problems}")]
    Refused {
        /// Its name.
        name: String,
        /// What is wrong, with the lines of the file.
        problems: String,
    },
    /// A mock file cannot be used.
    #[error(transparent)]
    Mocks(#[from] MockError),
    /// A `chaos.toml` or a file of intents cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The policy of its role cannot be used.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// An input or an answer is no JSON, or its file cannot be read.
    #[error("failed to read {what}: {reason}")]
    Value {
        /// The input, or whose answer.
        what: String,
        /// Why.
        reason: String,
    },
    /// The faults are no plan for this machine.
    #[error("faults `{text}`: {error}")]
    Faults {
        /// As they were given.
        text: String,
        /// Why.
        error: ParseError,
    },
    /// Faults that were asked for did not strike, so that the run would show nothing.
    #[error("`{faults}` did not strike: it is not reached, or means nothing there\n{told}")]
    Idle {
        /// Which of them.
        faults: String,
        /// What happened instead.
        told: String,
    },
    /// The simulator could not go on, so that nothing is known about what AWS would do.
    #[error("the execution cannot be simulated: {reason}\n{told}")]
    NotSimulated {
        /// What is not modelled, or which limit was reached, and where.
        reason: String,
        /// What happened until then.
        told: String,
    },
    /// There is no such state.
    #[error("{0}")]
    NoState(String),
}

impl fmt::Debug for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
