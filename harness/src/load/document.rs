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
    /// Where the definition is in the file, as a JSON pointer: `/Resources/Orders/Properties/Definition`. Empty where it
    /// is the file.
    pub pointer: String,
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

    /// The character of the file that stands for byte `offset` of a text; the whole node where that is unclear.
    pub(crate) fn inside(&self, node: &Node, offset: usize) -> Span {
        let written = self.file.text.get(node.span.start..node.span.end);
        let (Some(written), Some(text)) = (written, node.as_str()) else { return node.span };
        let start = match written.find(text) {
            // A text without escapes stands in the file as it is.
            Some(start) if text.is_char_boundary(offset) => start + offset,
            _ => match escaped_byte(written, offset) {
                Some(start) => start,
                None => return node.span,
            },
        };
        let width = written[start..].chars().next().map_or(0, char::len_utf8);
        Span { start: node.span.start + start, end: node.span.start + start + width }
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

/// Where the byte `offset` of a text stands in its JSON notation with escapes.
fn escaped_byte(written: &str, offset: usize) -> Option<usize> {
    let mut at = written.starts_with('"').then_some(1)?;
    let mut decoded = 0;
    while decoded < offset {
        let rest = &written[at..];
        let (bytes, width) = match rest.strip_prefix('\\') {
            // Any character that needs an escape of four digits is short enough to be one step.
            Some(escape) if escape.starts_with('u') => (char_width(escape.get(1..5)?), 6),
            Some(escape) => (1, 1 + escape.chars().next()?.len_utf8()),
            None => {
                let width = rest.chars().next()?.len_utf8();
                (width, width)
            }
        };
        decoded += bytes;
        at += width;
    }
    (written.is_char_boundary(at) && at < written.len()).then_some(at)
}

/// Bytes of UTF-8 that a `\uXXXX` stands for; each half of a surrogate pair counts two of the four.
fn char_width(digits: &str) -> usize {
    match u32::from_str_radix(digits, 16) {
        Ok(code) => char::from_u32(code).map_or(2, char::len_utf8),
        Err(_) => 1,
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::load::json;

    #[rstest]
    #[case::plain(r#""$.a b""#, 3, " ")]
    #[case::behind_an_escape(r#""a\"b$""#, 3, "$")]
    #[case::behind_a_code(r#""\u00e9$x""#, 2, "$")]
    #[case::behind_a_pair(r#""\ud83d\ude00$x""#, 4, "$")]
    #[case::behind_two_bytes(r#""é\n$""#, 3, "$")]
    fn a_byte_of_a_text_is_found_in_its_notation(
        #[case] text: &str,
        #[case] offset: usize,
        #[case] shown: &str,
    ) {
        let document = Document {
            file: Arc::new(SourceFile::new("f", text)),
            root: json::parse(text).unwrap(),
            pointer: String::new(),
        };
        let span = document.inside(&document.root, offset);
        assert_eq!(&text[span.start..span.end], shown);
    }

    #[test]
    fn a_pointer_leads_to_the_nearest_place_that_exists() {
        let text = r#"{"a/b": [1, {"c": 2}]}"#;
        let document = Document {
            file: Arc::new(SourceFile::new("f", text)),
            root: json::parse(text).unwrap(),
            pointer: String::new(),
        };
        assert_eq!(document.locate("/a~1b/1/c").column, 14);
        assert_eq!(document.locate("/a~1b/1/missing/more").column, 13);
        assert_eq!(document.locate("/nothing").column, 1);
    }
}
