//! A JSON-like tree in which every node remembers where it stands in the user's file.

use std::fmt;
use std::sync::Arc;

/// A file as it was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user gave it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A range of bytes in the text of a [`Document`]'s file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A place for people and editors: lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The path as the user gave it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A definition as a tree with spans.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file that all spans point into.
    pub file: Arc<SourceFile>,
    /// The definition itself (not the template around it).
    pub root: Node,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its text, without the key.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// The JSON data model; numbers keep their text, objects keep duplicate keys.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// The text of the number.
    Number(String),
    /// The decoded text.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// Members in order, duplicates included.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The decoded name.
    pub key: String,
    /// Where the name stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Document {
    /// The node at a JSON pointer.
    pub fn node(&self, pointer: &str) -> Option<&Node> {
        self.resolve(pointer).1
    }

    /// The place of the node at a JSON pointer, or of the nearest enclosing node that exists.
    pub fn locate(&self, pointer: &str) -> Location {
        self.location(self.resolve(pointer).0)
    }

    /// Line and column of the start of a span.
    pub fn location(&self, span: Span) -> Location {
        let before = self.file.text.get(..span.start).unwrap_or(&self.file.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Location { file: self.file.name.clone(), line, column }
    }

    /// The span to show for a pointer (the key of a member, where there is one), and the node if it exists.
    fn resolve(&self, pointer: &str) -> (Span, Option<&Node>) {
        let (mut span, mut node) = (self.root.span, &self.root);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let next = match &node.kind {
                NodeKind::Object(members) => members
                    .iter()
                    .find(|member| member.key == token)
                    .map(|member| (member.key_span, &member.value)),
                NodeKind::Array(items) => {
                    token.parse::<usize>().ok().and_then(|at| items.get(at)).map(|item| (item.span, item))
                }
                _ => None,
            };
            let Some((next_span, next_node)) = next else { return (span, None) };
            (span, node) = (next_span, next_node);
        }
        (span, Some(node))
    }
}

/// Writes one token of a JSON pointer: `~` and `/` are escaped.
pub(crate) fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
