//! A JSON-like tree in which every node remembers where it stands in the user's file.

use std::sync::Arc;

use super::{Location, SourceFile, Span};
use crate::value::{Number, ObjectBuilder, Value};

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
    /// `${Name}` where a value of any type may stand: unquoted in JSON, a plain scalar in YAML.
    Placeholder(String),
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
        self.file.location(span)
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

impl Node {
    /// The decoded text of a string; a placeholder stands for a text as well as for anything else.
    pub fn as_str(&self) -> Option<&str> {
        if let NodeKind::String(text) | NodeKind::Placeholder(text) = &self.kind { Some(text) } else { None }
    }

    /// The members of an object.
    pub fn members(&self) -> Option<&[Member]> {
        if let NodeKind::Object(members) = &self.kind { Some(members) } else { None }
    }

    /// The items of a list.
    pub fn items(&self) -> Option<&[Node]> {
        if let NodeKind::Array(items) = &self.kind { Some(items) } else { None }
    }

    /// The value of the first member with this name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.members()?.iter().find(|member| member.key == name).map(|member| &member.value)
    }

    /// What it is, for messages, with its article.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::String(_) => "a string",
            NodeKind::Placeholder(_) => "a placeholder",
            NodeKind::Array(_) => "a list",
            NodeKind::Object(_) => "an object",
        }
    }

    /// The value without its spans. Of duplicate members the last one counts, as in Jackson.
    pub fn to_value(&self) -> Value {
        self.to_value_with(&|_, text| Value::from(text))
    }

    /// Like [`Self::to_value`], with every text passed through `text` together with the name of its member.
    pub(crate) fn to_value_with(&self, text: &impl Fn(Option<&str>, &str) -> Value) -> Value {
        self.member_value(None, text)
    }

    fn member_value(&self, name: Option<&str>, text: &impl Fn(Option<&str>, &str) -> Value) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(truth) => Value::Bool(*truth),
            NodeKind::Number(number) => parse_number(number).map_or(Value::Null, Value::Number),
            NodeKind::String(string) | NodeKind::Placeholder(string) => text(name, string),
            NodeKind::Array(items) => {
                Value::array(items.iter().map(|item| item.member_value(name, text)).collect())
            }
            NodeKind::Object(members) => {
                let mut object = ObjectBuilder::with_capacity(members.len());
                for member in members {
                    object.push(member.key.as_str(), member.value.member_value(Some(&member.key), text));
                }
                Value::Object(object.finish())
            }
        }
    }
}

/// The number that a number's text means: whole numbers without fraction or exponent stay whole.
pub(crate) fn parse_number(text: &str) -> Option<Number> {
    if let Ok(int) = text.parse::<i64>() {
        return Some(Number::Int(int));
    }
    text.parse::<f64>().ok().filter(|float| float.is_finite()).map(Number::Float)
}

/// Writes one token of a JSON pointer: `~` and `/` are escaped.
pub(crate) fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
