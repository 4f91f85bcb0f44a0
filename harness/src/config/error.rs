//! What is wrong with a `chaos.toml`.

use std::path::PathBuf;

use crate::load::Location;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("failed to read {}: {error}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{location}: {message}")]
    Invalid {
        /// Where.
        location: Location,
        /// What, lower case, without a full stop.
        message: String,
    },
    /// A profile that the command line names does not exist.
    #[error("{message}")]
    NoProfile {
        /// What, with the nearest name.
        message: String,
    },
}
