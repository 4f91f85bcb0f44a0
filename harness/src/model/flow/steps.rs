//! The steps of a path as an analysis sees them. Names, indexes and wildcards come compiled; unions, slices,
//! filters and `..` are read from the text, roughly: what is not understood reads nothing.

use crate::expr::{Path, Segment};
use crate::value::{Key, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PathStep {
    /// `.name`
    Field(Key),
    /// `[3]`
    Index(u32),
    /// `[-1]`, `[*]`, a slice: any item; the result is a list except for a negative index.
    Items {
        /// Whether one item is meant.
        one: bool,
    },
    /// `[?(@.a == 'x')]`: the members that the filter reads, with the literal it compares them with.
    Filter(Vec<(Vec<Key>, Option<Value>)>),
    /// `..name`: at any depth.
    Deep(Key),
    /// `['a','b']`
    Fields(Vec<Key>),
    /// `.length()`
    Length,
    /// Another function, or something else.
    Opaque,
}

/// The steps of a path, without its root.
pub(super) fn steps(path: &Path) -> Vec<PathStep> {
    let compiled: Option<Vec<_>> = path.segments().iter().map(plain).collect();
    compiled.unwrap_or_else(|| Text { rest: after_root(path.text()) }.steps())
}

/// An index from the start; `[-1]` is the first item too, for lists of which nothing but the last item is read are made
/// with one item.
pub fn only_or_at(index: i64) -> Option<u32> {
    if index == -1 { Some(0) } else { u32::try_from(index).ok() }
}

fn plain(segment: &Segment) -> Option<PathStep> {
    Some(match segment {
        Segment::Field(name) => PathStep::Field(name.clone()),
        Segment::Index(index) => only_or_at(*index).map_or(PathStep::Items { one: true }, PathStep::Index),
        Segment::Wildcard => PathStep::Items { one: false },
        Segment::Other(_) => return None,
    })
}

/// The text after `$`, `$$` or `$name`.
fn after_root(text: &str) -> &str {
    let text = text.trim_start_matches('$');
    text.find(['.', '[']).map_or("", |at| &text[at..])
}

/// Reads a path's text. The path was compiled before, so the text is well-formed.
struct Text<'a> {
    rest: &'a str,
}

impl Text<'_> {
    fn steps(mut self) -> Vec<PathStep> {
        let mut steps = Vec::new();
        while !self.rest.is_empty() {
            let before = self.rest.len();
            steps.extend(self.step());
            if self.rest.len() == before {
                break;
            }
        }
        steps
    }

    fn step(&mut self) -> Option<PathStep> {
        if let Some(rest) = self.rest.strip_prefix("..") {
            self.rest = rest;
            return Some(self.name().map_or(PathStep::Opaque, PathStep::Deep));
        }
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            return match self.rest.strip_prefix('*') {
                Some(rest) => {
                    self.rest = rest;
                    Some(PathStep::Items { one: false })
                }
                None => self.name().map(|name| match (self.call(), &*name) {
                    (true, "length" | "size") => PathStep::Length,
                    (true, _) => PathStep::Opaque,
                    (false, _) => PathStep::Field(name),
                }),
            };
        }
        self.bracket()
    }

    fn name(&mut self) -> Option<Key> {
        let end = self.rest.find(['.', '[', '(']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then(|| Key::from(name))
    }

    fn call(&mut self) -> bool {
        let call = self.rest.starts_with('(');
        if call {
            self.rest = "";
        }
        call
    }

    fn bracket(&mut self) -> Option<PathStep> {
        let end = closing(self.rest)?;
        let inside = self.rest[1..end].trim();
        self.rest = &self.rest[end + 1..];
        if let Some(filter) = inside.strip_prefix('?') {
            return Some(PathStep::Filter(filter_reads(filter)));
        }
        if inside.starts_with(['\'', '"']) {
            let names: Vec<Key> = quoted(inside).into_iter().map(Key::from).collect();
            return Some(match &names[..] {
                [name] => PathStep::Field(name.clone()),
                _ => PathStep::Fields(names),
            });
        }
        Some(match inside.parse::<i64>() {
            Ok(index) => u32::try_from(index).map_or(PathStep::Items { one: true }, PathStep::Index),
            Err(_) => PathStep::Items { one: false },
        })
    }
}

/// Position of the bracket that closes the one at the start.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The texts in quotes.
fn quoted(text: &str) -> Vec<&str> {
    let quote = if text.starts_with('"') { '"' } else { '\'' };
    text.split(quote).skip(1).step_by(2).collect()
}

/// `@.a.b == 'x' && @.c`: what a filter reads of an item. Comparisons with other paths have no literal.
fn filter_reads(filter: &str) -> Vec<(Vec<Key>, Option<Value>)> {
    filter.split('@').skip(1).map(filter_read).collect()
}

fn filter_read(text: &str) -> (Vec<Key>, Option<Value>) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).unwrap_or(text.len());
    let names = text[..end].split('.').filter(|name| !name.is_empty()).map(Key::from).collect();
    let comparison = text[end..].trim_start();
    let operand = comparison.trim_start_matches(['=', '<', '>', '!']).trim_start();
    // Only what makes the filter hold is a hint; `!=` with the same literal would not.
    let compared = operand.len() < comparison.len() && !comparison.starts_with('!');
    (names, compared.then(|| literal(operand)).flatten())
}

fn literal(text: &str) -> Option<Value> {
    if text.starts_with(['\'', '"']) {
        return quoted(text).first().map(|text| Value::from(*text));
    }
    let end = text.find([')', '&', '|', ' ']).unwrap_or(text.len());
    // Bare words are texts; a path is none.
    let word = text[..end].trim();
    let text = (!word.starts_with(['@', '$', '/'])).then(|| Value::from(word));
    Value::parse(word).ok().or(text)
}
