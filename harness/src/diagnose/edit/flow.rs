//! Edits of JSON, and of lists and mappings in brackets of YAML.

use super::{Change, Edit, indent_of, line_start, parts, value_span};
use crate::diagnose::apply::planted;
use crate::load::{Node, Span};
use crate::value::Value;

/// What is added to a container on one line stays there, up to this width.
const WIDTH: usize = 100;

pub(super) fn edit(text: &str, container: &Node, change: &Change<'_>) -> Option<Edit> {
    let parts = parts(container);
    let layout = Layout::of(text, container, &parts);
    match change {
        Change::Replace { at, value } => {
            let span = value_span(container, *at)?;
            let written = layout.written(value, indent_of(text, span.start));
            Some(Edit::replace(span.start, span.end, written))
        }
        Change::Remove { at } => {
            let gone = parts.get(*at)?;
            Some(match (at.checked_sub(1).and_then(|before| parts.get(before)), parts.get(at + 1)) {
                (_, Some(next)) => Edit::replace(gone.start, next.start, String::new()),
                (Some(before), None) => Edit::replace(before.end, gone.end, String::new()),
                (None, None) => {
                    Edit::replace(container.span.start + 1, container.span.end - 1, String::new())
                }
            })
        }
        Change::Add { at, key, value } => {
            let indent = layout.indent.as_deref();
            let mut written = key.map(|key| format!("{}: ", Value::from(key).to_json())).unwrap_or_default();
            written.push_str(&layout.written(value, indent.unwrap_or_default()));
            let between = indent.map_or_else(|| ", ".to_owned(), |indent| format!(",\n{indent}"));
            Some(match (parts.last(), parts.get(*at)) {
                (_, Some(next)) => Edit::insert(next.start, format!("{written}{between}")),
                (Some(last), None) => Edit::insert(last.end, format!("{between}{written}")),
                (None, None) => {
                    let (start, end) = (container.span.start + 1, container.span.end - 1);
                    let outer = indent_of(text, container.span.start);
                    let inner = indent
                        .map_or_else(|| written.clone(), |indent| format!("\n{indent}{written}\n{outer}"));
                    Edit::replace(start, end, inner)
                }
            })
        }
    }
}

/// How a container is laid out.
struct Layout {
    /// Indentation of its members; none where they stand on one line.
    indent: Option<String>,
    /// What one level more is.
    step: String,
    /// How long an object on one line may be.
    width: usize,
}

impl Layout {
    fn of(text: &str, container: &Node, parts: &[Span]) -> Self {
        let outer = indent_of(text, container.span.start);
        let starts_its_line = |span: &&Span| text[line_start(text, span.start)..span.start].trim().is_empty();
        let own_line = parts.iter().find(starts_its_line).map(|span| indent_of(text, span.start).to_owned());
        let step = own_line
            .as_deref()
            .and_then(|indent| indent.strip_prefix(outer))
            .filter(|step| !step.is_empty())
            .map_or_else(|| step_of(text), str::to_owned);
        let holds_lines = text[container.span.start..container.span.end].contains('\n');
        let is_narrow = container.span.start - line_start(text, container.span.start) < WIDTH / 2;
        let indent = match own_line {
            Some(indent) => Some(indent),
            // An object that holds nothing is written out; one on a single line keeps to it.
            None if parts.is_empty() && is_narrow => Some(format!("{outer}{step}")),
            None if holds_lines && parts.is_empty() => Some(format!("{outer}{step}")),
            None => None,
        };
        // Where the neighbours are objects on a line each, so is what is added.
        let is_line = |span: &Span| {
            let text = &text[span.start..span.end];
            text.starts_with('{') && !text.contains('\n')
        };
        let width = if !parts.is_empty() && parts.iter().all(is_line) { WIDTH } else { WIDTH / 2 };
        Self { indent, step, width }
    }

    /// A value whose first line begins where it stands, and whose others stand below `indent`.
    fn written(&self, value: &Value, indent: &str) -> String {
        let node = planted(value, Span::default());
        let pretty = node.to_json_with(&self.step);
        let single = one_line(&pretty);
        if self.indent.is_none() || single.len() + indent.len() <= self.width {
            return single;
        }
        pretty.replace('\n', &format!("\n{indent}"))
    }
}

/// JSON on one line; line breaks stand only between tokens.
fn one_line(pretty: &str) -> String {
    let mut lines = pretty.lines();
    let mut single = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let line = line.trim_start();
        if !line.starts_with([']']) && !single.ends_with('[') {
            single.push(' ');
        }
        single.push_str(line);
    }
    single
}

/// The indentation of a file: that of the first line that has some.
fn step_of(text: &str) -> String {
    let indented = text.lines().find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
    indented.map_or_else(
        || "  ".to_owned(),
        |line| {
            let step = &line[..line.len() - line.trim_start().len()];
            if step.len() > 8 { "  ".to_owned() } else { step.to_owned() }
        },
    )
}
