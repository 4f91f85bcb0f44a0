//! `chaos.toml`: profiles, machines and what goes with them. Every key that is read here works; every other key is
//! an error with its place and the nearest key.

mod accepted;
mod aws;
mod belongings;
mod beside;
mod declared;
mod endpoint;
mod error;
mod file;
mod intents;
mod mocks_ref;
mod profile;
mod table;
mod upward;
mod words;

pub use aws::{AccountId, Aws, Written, region};
pub(crate) use belongings::Belongings;
pub(crate) use beside::beside;
pub use endpoint::Endpoint;
pub use error::ConfigError;
pub(crate) use file::same_file;
pub use file::{Config, FILE_NAME, MachineEntry};
pub use intents::Intents;
pub use mocks_ref::MocksRef;
pub use profile::Profile;
pub use upward::Upward;
pub use words::{mock_validation, phase, rules, severity};
