//! Packaging formats to one definition, with spans back into the user's file.

mod document;

pub(crate) use document::pointer_token;
pub use document::{Document, Location, Member, Node, NodeKind, SourceFile, Span};
