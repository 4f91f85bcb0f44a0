//! Parts of the context object that somebody gives; everything else is computed.

use crate::value::{Object, Value};

/// Members of `Execution` and `StateMachine` that win over the computed ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Members of `$$.Execution`.
    pub execution: Object,
    /// Members of `$$.StateMachine`.
    pub state_machine: Object,
}

impl Given {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        self.execution.is_empty() && self.state_machine.is_empty()
    }

    /// The computed `$$.Execution` with what is given in its place.
    pub(super) fn over_execution(&self, computed: Object) -> Object {
        over(&self.execution, computed)
    }

    /// The computed `$$.StateMachine` with what is given in its place.
    pub(super) fn over_state_machine(&self, computed: Object) -> Object {
        over(&self.state_machine, computed)
    }
}

fn over(given: &Object, mut computed: Object) -> Object {
    let members: Vec<(_, Value)> = given.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in members {
        computed.insert(key, value);
    }
    computed
}
