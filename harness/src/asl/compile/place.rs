//! A value of the definition together with the way that leads to it.

use crate::load::{Document, Node, Span, pointer_token};

/// A value, its place in the text and its JSON pointer.
#[derive(Clone, Debug)]
pub(in crate::asl) struct Place<'d> {
    /// The value.
    pub(in crate::asl) node: &'d Node,
    /// The name of the member it is the value of; the value itself for items and the root.
    pub(in crate::asl) key_span: Span,
    /// From the root of the definition.
    pub(in crate::asl) pointer: String,
}

impl<'d> Place<'d> {
    /// The whole definition.
    pub(in crate::asl) fn root(document: &'d Document) -> Self {
        let node = &document.root;
        // The definition as a whole is shown by its first character, not by all its lines.
        let start = node.span.start;
        let width = document.file.text.get(start..).and_then(|text| text.chars().next());
        let end = start + width.map_or(0, char::len_utf8);
        Self { node, key_span: Span { start, end }, pointer: String::new() }
    }

    /// The first member with this name.
    pub(in crate::asl) fn get(&self, name: &str) -> Option<Self> {
        self.node.members()?.iter().find(|member| member.key == name).map(|member| Self {
            node: &member.value,
            key_span: member.key_span,
            pointer: format!("{}/{}", self.pointer, pointer_token(name)),
        })
    }

    /// The members of an object, none for anything else.
    pub(in crate::asl) fn members(&self) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        let pointer = self.pointer.clone();
        self.node.members().unwrap_or_default().iter().map(move |member| {
            let pointer = format!("{pointer}/{}", pointer_token(&member.key));
            (member.key.as_str(), Self { node: &member.value, key_span: member.key_span, pointer })
        })
    }

    /// The items of a list, none for anything else.
    pub(in crate::asl) fn items(&self) -> impl Iterator<Item = Self> + use<'d> {
        let pointer = self.pointer.clone();
        self.node.items().unwrap_or_default().iter().enumerate().map(move |(at, node)| Self {
            node,
            key_span: node.span,
            pointer: format!("{pointer}/{at}"),
        })
    }

    /// The value's own text.
    pub(in crate::asl) fn span(&self) -> Span {
        self.node.span
    }

    /// The field's name for messages: `Next`, `Choices[0]`, `the definition`.
    pub(in crate::asl) fn label(&self) -> String {
        let mut tokens = self.pointer.rsplit('/');
        let last = tokens.next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
        if last.is_empty() {
            return "the definition".to_owned();
        }
        match tokens.next() {
            Some(list) if last.bytes().all(|byte| byte.is_ascii_digit()) => format!("`{list}[{last}]`"),
            _ => format!("`{last}`"),
        }
    }
}
