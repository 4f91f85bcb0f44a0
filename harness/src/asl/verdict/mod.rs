//! What AWS answers to a definition and to the requests around it: accepted or refused, with its codes and words.
//!
//! The compiler finds the problems; here they get their second face. Where a rule of AWS needs more than one problem,
//! or none of ours, it is read off the definition itself. Sources are named where they are not AWS's own pages.

mod diagnostic;
mod graph;
mod hash_order;
mod jackson;
mod logging;
mod owner;
mod query;
mod references;
mod request;
mod translate;
mod wording;
#[cfg(test)]
mod tests;

pub use diagnostic::{Diagnostic, diagnose, diagnose_text};
pub use references::variable_references;
pub use request::{Operation, Request, Verdict};
