//! States that nothing leads to, and ways that lead nowhere.

use std::collections::BTreeSet;

use crate::asl::compile::Compiler;
use crate::asl::{ScopeId, StateId};

/// Checks every scope by itself: no transition leaves its scope.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>) {
    let scopes: Vec<_> = compiler.outline.scope_ids().collect();
    for scope in scopes {
        check_scope(compiler, scope);
    }
}

fn check_scope(compiler: &mut Compiler<'_>, scope: ScopeId) {
    let entry = compiler.outline.scope_entry(scope);
    let states = entry.states.clone();
    let ends: Vec<_> = states.iter().copied().filter(|id| compiler.terminal[id.0 as usize]).collect();
    if ends.is_empty() && !states.is_empty() {
        return no_end(compiler, scope);
    }
    // Without a start everything would be unreachable, which helps nobody.
    let Some(start) = compiler.starts[scope.0 as usize] else { return };
    let reached = reach(&[start], |id| compiler.edges[id.0 as usize].clone());
    let named: BTreeSet<StateId> =
        states.iter().flat_map(|id| &compiler.edges[id.0 as usize]).copied().collect();
    for id in &states {
        if !reached.contains(id) {
            unreachable_state(compiler, *id, named.contains(id));
        }
    }
    let mut back = std::collections::BTreeMap::<StateId, Vec<StateId>>::new();
    for id in &states {
        for next in &compiler.edges[id.0 as usize] {
            back.entry(*next).or_default().push(*id);
        }
    }
    let escaping = reach(&ends, |id| back.get(&id).cloned().unwrap_or_default());
    // One report for a loop, at the state through which it is entered.
    if let Some(id) = reached.iter().find(|id| !escaping.contains(id)) {
        endless(compiler, *id);
    }
}

fn reach(from: &[StateId], next: impl Fn(StateId) -> Vec<StateId>) -> BTreeSet<StateId> {
    let mut reached: BTreeSet<StateId> = from.iter().copied().collect();
    let mut open: Vec<StateId> = from.to_vec();
    while let Some(id) = open.pop() {
        for target in next(id) {
            if reached.insert(target) {
                open.push(target);
            }
        }
    }
    reached
}

/// Answered by AWS for the top level: `MISSING_END_STATE`.
fn no_end(compiler: &mut Compiler<'_>, scope: ScopeId) {
    let place = compiler.outline.scope_entry(scope).place.clone();
    let at = place.get("States").unwrap_or(place);
    let message = "no state ends: there is neither `\"End\": true` nor a Succeed or Fail state";
    if scope == ScopeId::TOP {
        compiler.problems.error("no-terminal-state", at.key_span, &at.pointer, message);
    } else {
        compiler.problems.warning("no-terminal-state", at.key_span, &at.pointer, message);
    }
}

/// Answered by AWS: `MISSING_TRANSITION_TARGET: State "C" is not reachable.` Reported: only of a state that no
/// transition of its scope names; states that name each other in a circle of their own are accepted.
fn unreachable_state(compiler: &mut Compiler<'_>, id: StateId, named: bool) {
    let state = compiler.outline.state(id);
    let (span, pointer) = (state.place.key_span, state.place.pointer.clone());
    let message = format!("nothing leads to the state `{}`", state.name);
    let problem = if named {
        compiler.problems.warning("unreachable-state", span, &pointer, message)
    } else {
        compiler.problems.error("unreachable-state", span, &pointer, message)
    };
    problem.suggestion = Some("name it in a `Next`, or remove it".to_owned());
}

fn endless(compiler: &mut Compiler<'_>, id: StateId) {
    let state = compiler.outline.state(id);
    let (span, pointer) = (state.place.key_span, state.place.pointer.clone());
    let message = format!("once in `{}`, the workflow never ends", state.name);
    let problem = compiler.problems.warning("endless-loop", span, &pointer, message);
    problem.suggestion = Some("give the loop a way out to a state that ends".to_owned());
}
