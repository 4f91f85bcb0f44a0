//! A proposal in the user's own file: its operations as edits of the text, which leave comments and formatting alone.
//!
//! Each operation is an edit at the spans of the definition, in the notation that stands there: JSON, YAML blocks, JSON
//! inside a template. What comes out is read again; unless that is exactly the patched definition, there is no edit, and
//! the report shows the operations in words. So a definition that stands in the file as an escaped text, or that an
//! alias shares, is never edited wrongly.

mod diff;
mod flow;
#[cfg(test)]
mod tests;
mod yaml;

use super::apply::{apply, steps};
use crate::asl::Machine;
use crate::load::{Document, Member, Node, NodeKind, Span, reread};
use crate::oracle::PatchOperation;
use crate::value::Value;

pub(crate) use diff::unified;

/// The whole text of the file with a patch in it; `None` where the text cannot be edited in place.
pub fn edited(machine: &Machine, patch: &[PatchOperation]) -> Option<String> {
    let patched = apply(&machine.document.root, patch).ok()?;
    let mut document = (*machine.document).clone();
    for operation in patch {
        let edit = edit(&document, operation)?;
        let mut text = document.file.text.clone();
        text.replace_range(edit.span.start..edit.span.end, &edit.text);
        document = reread(&document, &machine.name, &machine.substitutions, &text)?;
    }
    let is_right = document.root.to_value() == patched.to_value();
    is_right.then(|| document.file.text.clone())
}

/// A patch as a unified diff of the file, each hunk with the name of its state; `None` where the text cannot be edited
/// in place.
pub fn diff(machine: &Machine, patch: &[PatchOperation]) -> Option<String> {
    if patch.is_empty() {
        return None;
    }
    let file = &machine.document.file;
    let new = edited(machine, patch)?;
    let states = machine.states.iter().filter(|state| !state.pointer.is_empty());
    let mut sections: Vec<(usize, &str)> =
        states.map(|state| (machine.locate(&state.pointer).line, &*state.name)).collect();
    sections.sort_unstable();
    Some(unified(&file.name, &file.text, &new, &sections))
}

/// New text in place of a part of the file.
struct Edit {
    span: Span,
    text: String,
}

impl Edit {
    fn insert(at: usize, text: String) -> Self {
        Self { span: Span { start: at, end: at }, text }
    }

    fn replace(start: usize, end: usize, text: String) -> Self {
        Self { span: Span { start, end }, text }
    }
}

/// What an operation does to the text.
fn edit(document: &Document, operation: &PatchOperation) -> Option<Edit> {
    let text = document.file.text.as_str();
    let (parent, last) = operation.path.rsplit_once('/')?;
    let parent = document.node(parent)?;
    let last = steps(&format!("/{last}")).pop()?;
    let is_flow = text.get(parent.span.start..)?.starts_with(['{', '[']);
    let change = match (&parent.kind, operation.op, &operation.value) {
        (NodeKind::Object(members), op, value) => {
            let known = members.iter().position(|member| member.key == last);
            match (op, known, value) {
                ("add" | "replace", Some(at), Some(value)) => Change::Replace { at, value },
                ("add", None, Some(value)) => Change::Add { at: members.len(), key: Some(&last), value },
                ("remove", Some(at), None) => Change::Remove { at },
                _ => return None,
            }
        }
        (NodeKind::Array(items), op, value) => {
            let at = if last == "-" { items.len() } else { last.parse().ok()? };
            match (op, value) {
                ("add", Some(value)) if at <= items.len() => Change::Add { at, key: None, value },
                ("replace", Some(value)) if at < items.len() => Change::Replace { at, value },
                ("remove", None) if at < items.len() => Change::Remove { at },
                _ => return None,
            }
        }
        _ => return None,
    };
    if is_flow { flow::edit(text, parent, &change) } else { yaml::edit(text, parent, &change) }
}

/// One operation, by the position of the member or entry in what encloses it.
enum Change<'o> {
    Add { at: usize, key: Option<&'o str>, value: &'o Value },
    Replace { at: usize, value: &'o Value },
    Remove { at: usize },
}

/// Where each member or entry of a container begins and ends; a member with its name.
fn parts(container: &Node) -> Vec<Span> {
    match &container.kind {
        NodeKind::Object(members) => {
            let whole = |member: &Member| Span { start: member.key_span.start, end: member.value.span.end };
            members.iter().map(whole).collect()
        }
        NodeKind::Array(items) => items.iter().map(|item| item.span).collect(),
        _ => Vec::new(),
    }
}

/// The value of a member or entry.
fn value_span(container: &Node, at: usize) -> Option<Span> {
    Some(match &container.kind {
        NodeKind::Object(members) => members.get(at)?.value.span,
        NodeKind::Array(items) => items.get(at)?.span,
        _ => return None,
    })
}

/// The blanks at the start of the line that holds a byte.
fn indent_of(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The end of the line that holds a byte, before its line break.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[..end].ends_with('\r') && end > at { end - 1 } else { end }
}
