//! What cannot be walked, and why; as far as that is known, before anything is asked.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::definition::definition_text;
use crate::asl::Machine;
use crate::contested::Rules;
use crate::fault::Incident;
use crate::sim::Case;

/// Characters of a definition that TestState takes.
const DEFINITION_MAX: usize = 1_048_576;

/// Why a case cannot be asked of TestState, state by state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cannot {
    /// What cannot be done.
    pub what: String,
    /// The state it is about, by its path; none: the execution as a whole.
    pub state: Option<Arc<str>>,
    /// Why, and what to do instead.
    pub why: String,
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            Some(state) => write!(f, "`{state}`: {}: {}", self.what, self.why),
            None => write!(f, "{}: {}", self.what, self.why),
        }
    }
}

impl std::error::Error for Cannot {}

impl Cannot {
    fn whole(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), state: None, why: why.into() }
    }
}

/// Whether this case can be walked, as far as that is known before the first request.
pub fn can_walk(machine: &Machine, case: &Case) -> Result<(), Cannot> {
    if let Some(incident) = case.plan.repetition() {
        let what = match incident {
            Incident::DeliveredTwice => "a second delivery",
            _ => "a second execution",
        };
        let why = "TestState knows no execution that came before; use the simulator for this fault";
        return Err(Cannot::whole(what, why));
    }
    if case.rules != Rules::default() {
        let why = "TestState follows its own rules, whatever is chosen here; leave `--rule` away";
        return Err(Cannot::whole("a contested rule that departs from its default", why));
    }
    let length = definition_text(machine).chars().count();
    if length > DEFINITION_MAX {
        let why = format!("TestState takes up to {DEFINITION_MAX} characters, and it has {length}");
        return Err(Cannot::whole("the definition is too long", why));
    }
    let mut names = BTreeSet::new();
    match machine.states.iter().find(|state| !names.insert(&state.name)) {
        Some(state) => Err(Cannot {
            what: "two states have this name".to_owned(),
            state: Some(state.path.clone()),
            why: "TestState finds a state by its name alone; give every state a name of its own".to_owned(),
        }),
        None => Ok(()),
    }
}
