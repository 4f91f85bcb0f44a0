//! Why a command could not do its work.

use std::io;
use std::path::PathBuf;

use super::ExitCode;
use crate::case::CaseError;
use crate::config::ConfigError;
use crate::history::import::ImportError;
use crate::iam::RoleError;
use crate::iam::policy::PolicyError;
use crate::load::LoadError;
use crate::mock::file::MockError;

/// What stands in the way; everything here is expected, and told to the user in one line.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Mocks(#[from] MockError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("failed to replay {}: {error}", path.display())]
    Case { path: PathBuf, error: CaseError },
    #[error("failed to save {}: {error}", path.display())]
    Save { path: PathBuf, error: CaseError },
    #[error("failed to read {what} {}: {reason}", path.display())]
    Read { what: &'static str, path: PathBuf, reason: String },
    #[error("nothing is selected: {0}")]
    NothingSelected(String),
    #[cfg(feature = "aws")]
    #[error("{0}")]
    Unanswered(String),
    #[error("failed to write: {0}")]
    Write(#[from] io::Error),
}

impl Failure {
    /// The code that the process ends with.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Load(LoadError::NoDefinition { path, .. }) if path.is_dir() => ExitCode::NothingSelected,
            Self::Usage(_)
            | Self::Config(_)
            | Self::Load(_)
            | Self::Policy(_)
            | Self::Mocks(_)
            | Self::Import(_)
            | Self::Case { .. }
            | Self::Read { .. } => ExitCode::Usage,
            Self::NothingSelected(_) => ExitCode::NothingSelected,
            #[cfg(feature = "aws")]
            Self::Unanswered(_) => ExitCode::Inconclusive,
            Self::Write(_) | Self::Save { .. } => ExitCode::Internal,
        }
    }
}

impl From<RoleError> for Failure {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::BoundaryAlone => Self::Usage(error.to_string()),
            RoleError::Policy(error) => error.into(),
            RoleError::Load(error) => error.into(),
        }
    }
}
