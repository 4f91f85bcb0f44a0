//! Labels of distributed Map states, which become part of ARNs.

use std::collections::BTreeSet;

use crate::asl::compile::Compiler;
use crate::load::{Part, parts};

/// Docs, "Distributed mode", `Label`: characters that it must not hold, beside white space and control characters.
const FORBIDDEN: &str = "?*<>{}[]:;,\\|^~$#%&`\"";

/// Reports labels that cannot be part of an ARN, and labels that two states share.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>) {
    let mut seen = BTreeSet::new();
    for id in compiler.outline.state_ids() {
        let Some(at) = compiler.outline.state(id).place.get("Label") else { continue };
        let Some(label) = at.node.as_str() else { continue };
        if parts(label).iter().any(|part| matches!(part, Part::Placeholder(_))) {
            continue;
        }
        let wrong = |character: char| {
            character.is_whitespace() || character.is_control() || FORBIDDEN.contains(character)
        };
        if label.is_empty() || label.contains(wrong) {
            let message = if label.is_empty() {
                "`Label` is empty".to_owned()
            } else {
                format!("`{label}` cannot be a label: white space and {FORBIDDEN} are not allowed")
            };
            compiler.problems.error("label", at.span(), &at.pointer, message);
        }
        if !seen.insert(label) {
            let message = format!("the label `{label}` is taken");
            let problem = compiler.problems.error("duplicate-label", at.span(), &at.pointer, message);
            problem.suggestion = Some("labels are unique in the whole machine".to_owned());
        }
    }
}
