//! Which variables each state reads, as `DescribeStateMachine` lists them.

use std::collections::{BTreeMap, BTreeSet};

use super::graph;
use crate::asl::QueryLanguage;
use crate::expr::OPERATORS;
use crate::expr::jsonata::Expression;
use crate::load::{Document, Node, NodeKind};

/// Variables by the name of the state that reads them; states that read none are left out. Recorded on AWS: the
/// names are sorted.
pub fn variable_references(document: &Document) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, state, language) in graph::states(document) {
        let mut names = BTreeSet::new();
        for member in state.members().unwrap_or_default() {
            // What processes items and branches has states of its own.
            if !["Branches", "ItemProcessor", "Iterator", "Comment", "Result"].contains(&member.key.as_str())
            {
                collect(&member.key, &member.value, language, &mut names);
            }
        }
        if !names.is_empty() {
            found.entry(name.to_owned()).or_default().extend(names);
        }
    }
    found
}

fn collect(field: &str, node: &Node, language: QueryLanguage, names: &mut BTreeSet<String>) {
    match &node.kind {
        NodeKind::String(text) => match language {
            QueryLanguage::JsonPath if is_computed(field) => in_path(text, names),
            QueryLanguage::Jsonata if text.starts_with("{%") => in_jsonata(text, names),
            _ => {}
        },
        NodeKind::Array(items) => items.iter().for_each(|item| collect(field, item, language, names)),
        NodeKind::Object(members) => {
            for member in members {
                collect(&member.key, &member.value, language, names);
            }
        }
        _ => {}
    }
}

/// Whether a field of JSONPath is read as a path or as an intrinsic function.
fn is_computed(field: &str) -> bool {
    let path = field.ends_with("Path") && (OPERATORS.contains(&field) || !field.starts_with("String"));
    field.ends_with(".$") || field == "Variable" || path
}

/// `$name` in a path or between the arguments of intrinsic functions; `$`, `$.a` and `$$` name no variable.
fn in_path(text: &str, names: &mut BTreeSet<String>) {
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\'' => skip_string('\'', &mut rest),
            '$' if rest.peek() == Some(&'$') => {
                rest.next();
            }
            '$' => {
                let name = identifier(&mut rest);
                if !name.is_empty() {
                    names.insert(name);
                }
            }
            _ => {}
        }
    }
}

/// Variables of a JSONata expression. One that cannot be read has none: its definition is refused.
fn in_jsonata(text: &str, names: &mut BTreeSet<String>) {
    let Some(inner) = text.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")) else { return };
    let Ok(expression) = Expression::parse(inner.trim()) else { return };
    let read = expression.reads().variables.iter().map(|(name, _)| name);
    names.extend(read.filter(|name| !FUNCTIONS.contains(&name.as_str())).cloned());
}

type Rest<'t> = std::iter::Peekable<std::str::Chars<'t>>;

fn identifier(rest: &mut Rest<'_>) -> String {
    let mut name = String::new();
    while let Some(next) = rest.peek().copied().filter(|next| next.is_alphanumeric() || *next == '_') {
        rest.next();
        name.push(next);
    }
    // `$0` of a path is no variable.
    if name.starts_with(|first: char| first.is_ascii_digit()) { String::new() } else { name }
}

fn skip_string(quote: char, rest: &mut Rest<'_>) {
    while let Some(character) = rest.next() {
        match character {
            '\\' => {
                rest.next();
            }
            _ if character == quote => return,
            _ => {}
        }
    }
}

/// Functions of JSONata and of Step Functions, which an expression may name without calling them.
const FUNCTIONS: [&str; 71] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "eval",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "power",
    "random",
    "range",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
    "values",
    "zip",
];
