//! Texts that look like paths where nothing reads them as such. AWS warns of them, too.

use crate::asl::QueryLanguage;
use crate::asl::compile::{Compiler, Place};

/// Fields whose members are filled in where their names end with `.$`.
const TEMPLATES: [&str; 5] = ["Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials"];

/// Fields with a literal that have a twin ending with `Path`.
const LITERALS: [&str; 2] = ["Error", "Cause"];

/// Looks at every JSONPath state.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>, machine: QueryLanguage) {
    for id in compiler.outline.state_ids() {
        let place = compiler.outline.state(id).place.clone();
        let jsonata = match place.node.get("QueryLanguage").and_then(|at| at.as_str()) {
            Some(own) => own == "JSONata",
            None => machine == QueryLanguage::Jsonata,
        };
        if jsonata {
            continue;
        }
        for template in TEMPLATES.iter().filter_map(|name| place.get(name)) {
            members(
                compiler,
                &template,
                "no-dollar",
                "the name must end with .$ for this to be read as a path",
            );
        }
        if place.node.get("Type").and_then(|at| at.as_str()) == Some("Pass")
            && let Some(result) = place.get("Result")
        {
            let message = "`Result` is taken as it is: this is no path";
            members(compiler, &result, "static-result", message);
        }
        for at in LITERALS.iter().filter_map(|name| place.get(name)) {
            if at.node.as_str().is_some_and(looks_like_a_path) {
                let message = format!("{} is taken as it is: this is no path", at.label());
                compiler.problems.warning("no-path", at.span(), &at.pointer, message);
            }
        }
    }
}

fn members(compiler: &mut Compiler<'_>, at: &Place<'_>, code: &'static str, message: &str) {
    for (name, member) in at.members() {
        if code == "static-result" || !name.ends_with(".$") {
            members(compiler, &member, code, message);
        }
    }
    for item in at.items() {
        members(compiler, &item, code, message);
    }
    if at.node.as_str().is_some_and(looks_like_a_path) {
        compiler.problems.warning(code, at.span(), &at.pointer, message);
    }
}

fn looks_like_a_path(text: &str) -> bool {
    let path = text.strip_prefix("$$").or_else(|| text.strip_prefix('$'));
    let is_path = path.is_some_and(|rest| {
        rest.starts_with(['.', '[']) && !rest.contains(char::is_whitespace) && rest.len() > 1
    });
    is_path || (text.starts_with("States.") && text.contains('(') && text.ends_with(')'))
}
