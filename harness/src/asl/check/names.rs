//! Names of states.

use std::collections::BTreeMap;

use crate::asl::compile::Compiler;

/// ASL spec, "States": characters of a state's name.
const NAME_MAX: usize = 80;

/// Reports names that are too long, and names that two states of different scopes share.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>) {
    let mut seen = BTreeMap::new();
    for id in compiler.outline.state_ids() {
        let state = compiler.outline.state(id);
        let (name, span, pointer) = (state.name, state.place.key_span, state.place.pointer.clone());
        let length = name.chars().count();
        if length > NAME_MAX {
            let message = format!("the name of a state has at most {NAME_MAX} characters, this has {length}");
            compiler.problems.error("state-name", span, &pointer, message);
        }
        let scope = state.scope;
        match seen.get(name) {
            // The same scope: a duplicate key, which is reported as such.
            Some((other, _)) if *other == scope => {}
            Some((_, path)) => {
                let message = format!("the name `{name}` is taken: there is `{path}`");
                let problem = compiler.problems.error("duplicate-state-name", span, &pointer, message);
                problem.suggestion = Some("names of states are unique in the whole machine".to_owned());
            }
            None => {
                seen.insert(name, (scope, state.path.clone()));
            }
        }
    }
}
