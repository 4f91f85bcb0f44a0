//! Packaging formats to one definition, with spans back into the user's file.

mod definition;
mod document;
mod embedded;
mod folder;
mod indent;
mod intrinsic;
mod json;
mod lookup;
mod problem;
mod source;
mod substitution;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod yaml;

pub use definition::{Definition, LoadError, LoadOptions, definitions};
pub use document::{Document, Member, Node, NodeKind};
pub(crate) use document::{parse_number, pointer_token};
pub use problem::{Problem, ProblemSeverity};
pub use source::{Location, SourceFile, Span};
pub use substitution::Substitution;
pub(crate) use substitution::{Part, parts};
use syntax::{DEPTH_MAX, SyntaxProblem};
