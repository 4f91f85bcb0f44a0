//! Outcomes as people and programs read them. Reports draw what a campaign found; they decide nothing.

mod accepted;
mod audit;
mod console;
mod diagnosis;
mod execution;
mod finding;
mod json;
mod parity;
mod parity_call;
mod parity_json;
mod permissions;
mod redact;
mod replay;
mod replayed;
mod schema;
mod text;
mod view;

use std::io::{self, Write};

pub use accepted::accepted_toml;
pub use audit::{RoleReport, missing_policy, role_json};
#[cfg(feature = "bdd")]
pub(crate) use console::paint::Painter;
pub use console::{Colour, Console, Detail};
pub use diagnosis::{Diagnosed, DiagnosisFormat, diagnoses, diagnosis_schema};
pub use execution::{execution, nested};
pub use finding::{Brief, finding, finding_in_brief, finding_in_short, patch_lines};
pub use json::Json;
pub use parity::ParityReport;
pub use permissions::{Permissions, permissions_json, policy};
#[cfg(feature = "bdd")]
pub(crate) use redact::Redactor;
pub use redact::Values;
pub use replay::Replay;
pub use replayed::{Replayed, replayed};
pub use schema::schema;
pub(crate) use text::{counted, grouped, wrapped};
pub use view::ProblemView;

use crate::campaign::Outcome;

/// Writes the outcome of a campaign in one form.
pub trait Reporter {
    /// Writes it.
    fn report(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()>;
}
