//! The same campaign against a patched definition: what speaks of states by number is carried over by path.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Campaign;
use crate::asl::{self, Machine, ProblemSeverity, StateId};
use crate::diagnose::apply;
use crate::fault::{Intent, Meant, MeantEnding};
use crate::model::{Declaration, Declarations, Denied};
use crate::oracle::PatchOperation;

/// A machine with a patch applied to its definition, or what keeps it from being one.
pub fn patched(machine: &Machine, patch: &[PatchOperation]) -> Result<Arc<Machine>, String> {
    let root = apply(&machine.document.root, patch).map_err(|unfit| unfit.to_string())?;
    let compiled = asl::compile(&machine.redefined(&root));
    compiled.machine.map(Arc::new).ok_or_else(|| {
        let errors = compiled.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error);
        let told: Vec<_> =
            errors.map(|problem| format!("{}: {}", problem.pointer, problem.message)).collect();
        format!("AWS would refuse the patched definition: {}", told.join("; "))
    })
}

impl Campaign {
    /// The same campaign against another version of its machine.
    #[must_use]
    pub(super) fn against(&self, machine: Arc<Machine>) -> Self {
        let moved = Moved { from: &self.machine, to: &machine };
        let declarations = moved.declarations(&self.declarations);
        let denied = self.denied.iter().map(|denied| moved.denied(denied)).collect();
        let mut again = self.clone();
        again.declarations = declarations;
        again.denied = denied;
        again.machine = machine;
        again
    }
}

/// States of one version of a machine in another one.
struct Moved<'m> {
    from: &'m Machine,
    to: &'m Machine,
}

impl Moved<'_> {
    fn state(&self, id: StateId) -> Option<StateId> {
        self.to.find(&self.from.state(id).path).map(|state| state.id)
    }

    fn declarations(&self, declarations: &Declarations) -> Declarations {
        let declaration = |declared: &Declaration| Declaration {
            undone_by: declared.undone_by.and_then(|id| self.state(id)),
            ..declared.clone()
        };
        let states: BTreeMap<StateId, Declaration> = declarations
            .states
            .iter()
            .filter_map(|(id, declared)| Some((self.state(*id)?, declaration(declared))))
            .collect();
        let intents = declarations.intents.iter().filter_map(|intent| self.intent(intent)).collect();
        Declarations { states, intents, ..declarations.clone() }
    }

    /// The same intent, unless a state that it names is gone.
    fn intent(&self, intent: &Intent) -> Option<Intent> {
        let meant = |meant: &Meant| {
            let ending = match &meant.ending {
                MeantEnding::Ends(id) => MeantEnding::Ends(self.state(*id)?),
                MeantEnding::Compensates(id) => MeantEnding::Compensates(self.state(*id)?),
                other => other.clone(),
            };
            Some(Meant { ending, ..meant.clone() })
        };
        let is = intent.is.iter().map(meant).collect::<Option<_>>()?;
        let states = intent.states.iter().filter_map(|id| self.state(*id)).collect();
        Some(Intent { states, is, ..intent.clone() })
    }

    fn denied(&self, denied: &Denied) -> Denied {
        Denied { state: denied.state.and_then(|id| self.state(id)), ..denied.clone() }
    }
}
