//! Cases in files: everything that one run needs, by value, and the finding or real failure that it is expected to
//! show.
//!
//! They are what `chaos replay` takes and what `scenarios/*/regressions/` holds. A file has a version; a file of
//! another version is refused with what to do about it. Only the definition is not inside: the file names it, with
//! a hash that tells whether it has changed since.

mod expected;
mod file;
mod outside;
mod redact;
mod wire;

pub use file::{CaseError, CaseFile, Definition, Expected, VERSION, definition_hash};
pub use redact::redacted;
