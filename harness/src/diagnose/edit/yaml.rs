//! Edits of YAML blocks: whole lines, at the indentation of their neighbours.

use super::{Change, Edit, line_end, line_start, parts, value_span};
use crate::diagnose::apply::planted;
use crate::load::{Node, NodeKind, Span};
use crate::value::Value;

/// A list of texts up to this width stands on one line.
const WIDTH: usize = 60;

pub(super) fn edit(text: &str, container: &Node, change: &Change<'_>) -> Option<Edit> {
    let parts = parts(container);
    let is_list = matches!(container.kind, NodeKind::Array(_));
    let first = parts.first()?;
    // The entry of a list begins behind its dash.
    let dash = |span: &Span| {
        let line = line_start(text, span.start);
        let head = text.get(line..span.start)?.trim_end();
        head.ends_with('-').then(|| line + head.len() - 1)
    };
    let column =
        if is_list { dash(first)? - line_start(text, first.start) } else { column(text, first.start) };
    match change {
        Change::Replace { at, value } => {
            let span = value_span(container, *at)?;
            if let Some(scalar) = scalar(value) {
                return Some(Edit::replace(span.start, span.end, scalar));
            }
            let part = parts.get(*at)?;
            let written = match &container.kind {
                NodeKind::Object(members) => {
                    let key = text.get(members[*at].key_span.start..members[*at].key_span.end)?;
                    member(key, value, column)
                }
                _ => block(value, column + 2).trim_start().to_owned(),
            };
            Some(Edit::replace(part.start, part.end, written))
        }
        Change::Remove { at } => {
            let gone = parts.get(*at)?;
            match (at.checked_sub(1).and_then(|before| parts.get(before)), parts.get(at + 1)) {
                (Some(before), _) => {
                    let start = line_end(text, before.end);
                    Some(Edit::replace(start, line_end(text, gone.end), String::new()))
                }
                (None, Some(next)) => Some(Edit::replace(gone.start, next.start, String::new())),
                // What holds nothing any more has no block form.
                (None, None) => None,
            }
        }
        Change::Add { at, key, value } => {
            let blanks = " ".repeat(column);
            let written = match key {
                Some(key) => format!("{blanks}{}", member(&plain(key), value, column)),
                None => format!("{blanks}- {}", block(value, column + 2).trim_start()),
            };
            if let Some(next) = parts.get(*at) {
                let start = line_start(text, next.start);
                Some(Edit::insert(start, format!("{written}\n")))
            } else {
                let end = line_end(text, parts.last()?.end);
                Some(Edit::insert(end, format!("\n{written}")))
            }
        }
    }
}

fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

/// `key: value`, with what does not fit on the line below it.
fn member(key: &str, value: &Value, column: usize) -> String {
    match scalar(value) {
        Some(scalar) => format!("{key}: {scalar}"),
        None => format!("{key}:\n{}", block(value, column + 2)),
    }
}

/// A list or mapping as lines at a column.
fn block(value: &Value, column: usize) -> String {
    let blanks = " ".repeat(column);
    let lines: Vec<String> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| format!("{blanks}{}", member(&plain(key), value, column)))
            .collect(),
        Value::Array(items) => items
            .items()
            .iter()
            .map(|item| match scalar(item) {
                Some(scalar) => format!("{blanks}- {scalar}"),
                None => format!("{blanks}- {}", block(item, column + 2).trim_start()),
            })
            .collect(),
        _ => vec![format!("{blanks}{}", scalar(value).unwrap_or_default())],
    };
    lines.join("\n")
}

/// What stands on one line: texts, numbers, empty things, short lists.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(plain(text)),
        Value::Object(object) if !object.is_empty() => None,
        Value::Array(items) if !items.items().is_empty() => {
            let texts: Option<Vec<String>> = items
                .items()
                .iter()
                .map(
                    |item| {
                        if matches!(item, Value::Array(_) | Value::Object(_)) { None } else { scalar(item) }
                    },
                )
                .collect();
            let line = format!("[{}]", texts?.join(", "));
            (line.chars().count() <= WIDTH).then_some(line)
        }
        _ => Some(planted(value, Span::default()).to_json()),
    }
}

/// A text without quotes where it cannot be taken for anything else, in any version of YAML.
fn plain(text: &str) -> String {
    let is_word = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || " _.-$".contains(letter))
        && !text.ends_with(' ');
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    if is_word && !reserved.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    Value::from(text).to_json()
}
