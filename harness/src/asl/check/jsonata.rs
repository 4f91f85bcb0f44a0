//! What JSONata expressions of a definition may name, and how they are written.

use crate::asl::QueryLanguage;
use crate::asl::compile::{Compiler, Place};
use crate::expr::jsonata::Expression;

/// Fields of states in which AWS looks for no expressions. Reported.
const PLAIN: [&str; 14] = [
    "Type",
    "Comment",
    "QueryLanguage",
    "Next",
    "End",
    "Default",
    "Resource",
    "Retry",
    "Credentials",
    "Label",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Version",
];

/// Looks at every expression of every JSONata state.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>, machine: QueryLanguage) {
    for id in compiler.outline.state_ids() {
        let place = compiler.outline.state(id).place.clone();
        let language = match place.node.get("QueryLanguage").map(|at| at.as_str()) {
            None => machine,
            Some(Some("JSONPath")) => QueryLanguage::JsonPath,
            Some(_) => QueryLanguage::Jsonata,
        };
        if language == QueryLanguage::Jsonata {
            for (_, field) in place.members().filter(|(name, _)| !PLAIN.contains(name)) {
                look(compiler, &field, Scope::Field);
            }
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// A field of a state, or of what is in it; names of members mean something.
    Field,
    Catchers,
    /// What a catcher makes of the error.
    Caught,
}

fn look(compiler: &mut Compiler<'_>, at: &Place<'_>, scope: Scope) {
    let last = at.pointer.rsplit('/').next().unwrap_or_default();
    let scope = if scope == Scope::Field && last == "Catch" { Scope::Catchers } else { scope };
    if scope == Scope::Field && last == "CSVHeaders" {
        return;
    }
    for (name, member) in at.members() {
        match (scope, name) {
            (Scope::Catchers, "Output" | "Assign") => look(compiler, &member, Scope::Caught),
            (Scope::Catchers, _) => {}
            _ => look(compiler, &member, scope),
        }
    }
    for item in at.items() {
        look(compiler, &item, scope);
    }
    if let Some(text) = at.node.as_str() {
        expression(compiler, at, text, scope);
    }
}

fn expression(compiler: &mut Compiler<'_>, at: &Place<'_>, text: &str, scope: Scope) {
    let Some(rest) = text.strip_prefix("{%") else { return };
    let Some(inner) = rest.strip_suffix("%}") else {
        let message = "the expression is not closed: it begins with {% and does not end with %}";
        compiler.problems.error("jsonata-unclosed", at.span(), &at.pointer, message);
        return;
    };
    // That it cannot be read is reported where the state is compiled.
    let Ok(expression) = Expression::parse(inner.trim()) else { return };
    for name in expression.outside() {
        let message = if name == "$$" {
            "there is no `$$` in a state".to_owned()
        } else {
            format!("`{name}` names nothing: only `$states` and variables have values here")
        };
        let problem = compiler.problems.error("unsupported-reference", at.span(), &at.pointer, message);
        if name != "$$" {
            problem.suggestion = Some(format!("write `$states.input.{name}`, or `${name}` for a variable"));
        }
    }
    // Reported: outside of a catcher there is no error output.
    if scope != Scope::Caught && !expression.reads().error_output.is_empty() {
        let message = "`$states.errorOutput` exists only in `Output` and `Assign` of a catcher";
        compiler.problems.error("no-error-output", at.span(), &at.pointer, message);
    }
}
