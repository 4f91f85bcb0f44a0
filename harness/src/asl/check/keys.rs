//! Duplicate names of members: Jackson keeps one of them, and nobody sees which.

use std::collections::BTreeMap;

use crate::asl::compile::{Compiler, Place};
use crate::load::{Node, NodeKind, Span, pointer_token};

/// Reports every duplicate in the definition.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>) {
    let root = Place::root(&compiler.definition.document);
    let mut pointer = String::new();
    walk(compiler, root.node, &mut pointer);
}

fn walk(compiler: &mut Compiler<'_>, node: &Node, pointer: &mut String) {
    let length = pointer.len();
    match &node.kind {
        NodeKind::Object(members) => {
            let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
            for member in members {
                pointer.truncate(length);
                pointer.push('/');
                pointer.push_str(&pointer_token(&member.key));
                match seen.get(member.key.as_str()) {
                    Some(first) => report(compiler, &member.key, *first, member.key_span, pointer),
                    None => {
                        seen.insert(&member.key, member.key_span);
                    }
                }
                walk(compiler, &member.value, pointer);
            }
        }
        NodeKind::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                pointer.truncate(length);
                pointer.push('/');
                pointer.push_str(&at.to_string());
                walk(compiler, item, pointer);
            }
        }
        _ => {}
    }
    pointer.truncate(length);
}

fn report(compiler: &mut Compiler<'_>, key: &str, first: Span, span: Span, pointer: &str) {
    let line = compiler.definition.document.location(first).line;
    let message = format!("`{key}` is there twice; the first is on line {line}");
    let problem = compiler.problems.error("duplicate-key", span, pointer, message);
    problem.suggestion = Some("remove or rename one of them".to_owned());
}
