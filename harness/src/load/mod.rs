//! Packaging formats to one definition, with spans back into the user's file.
//!
//! A `${Name}` placeholder is replaced where its value is known. Where it is not, it stays in the text and the
//! definition stays usable: in a path or an intrinsic function it reads as a field of its own name (`$.${Item}` as
//! `$.Item`), for a number the documented default or a named stand-in is taken, with a warning.

mod definition;
mod described;
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
mod write;
mod yaml;

pub(crate) use definition::reread;
pub use definition::{Definition, LoadError, LoadOptions, Packaging, definitions};
pub use document::{Document, Member, Node, NodeKind};
pub(crate) use document::{parse_number, pointer_token};
pub(crate) use intrinsic::Resolver;
pub(crate) use json::parse as parse_json;
pub use problem::{Problem, ProblemSeverity};
pub use source::{Location, SourceFile, Span};
pub use substitution::Substitution;
pub(crate) use substitution::{Part, parts, place};
pub(crate) use syntax::parse as parse_tree;
use syntax::{DEPTH_MAX, SyntaxProblem};
