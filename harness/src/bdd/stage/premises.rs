//! What a feature says of a machine beside its definition: everything that decides what the machine is taken for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::asl::{MachineType, StateId};
use crate::bdd::failed::Wrong;
use crate::catalog::Effect;
use crate::contested::Rules;
use crate::iam::RolePolicies;
use crate::iam::policy::PolicyRef;
use crate::model::{Declaration, Declarations};

/// The words of a feature over those of `chaos.toml` and of the files beside the definition.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::bdd) struct Premises {
    /// Values of placeholders.
    pub(in crate::bdd) substitutions: BTreeMap<String, String>,
    /// Standard or Express.
    pub(in crate::bdd) machine_type: Option<MachineType>,
    /// A `chaos.toml` that is named, instead of the nearest one.
    pub(in crate::bdd) configuration: Option<PathBuf>,
    /// What tasks do, in the order in which it is said.
    pub(in crate::bdd) said: Vec<(StateId, Said)>,
    /// Contested rules with the choice of each.
    pub(in crate::bdd) contested: Vec<(String, String)>,
    /// Policies of the role, instead of those nearby.
    pub(in crate::bdd) policies: Vec<PolicyRef>,
    /// Its permission boundary.
    pub(in crate::bdd) boundary: Option<PolicyRef>,
}

/// What a feature says of a task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::bdd) enum Said {
    /// It changes nothing.
    HasNoEffect,
    /// It changes something each time.
    HasEffect,
    /// A second call changes nothing more.
    IsRepeatable,
    /// The member of the request by which the other side knows that it is the same work again.
    HasKey(String),
    /// The state that takes its effect back.
    IsUndoneBy(StateId),
}

impl Premises {
    /// What is declared by the configuration, with the words of the feature over it.
    pub(super) fn declarations(&self, configured: Declarations) -> Result<Declarations, Wrong> {
        let mut declarations = configured;
        for (state, said) in &self.said {
            let known = declarations.states.remove(state).unwrap_or_default();
            declarations.states.insert(*state, said.declaration()?.over(&known));
        }
        Ok(declarations)
    }

    /// The contested rules of the configuration, with those of the feature over them.
    pub(super) fn rules(&self, configured: Rules) -> Result<Rules, Wrong> {
        let choose = |rules: Rules, (name, choice): &(String, String)| rules.with(name, choice);
        self.contested.iter().try_fold(configured, choose).map_err(Wrong::new)
    }

    /// The policies of the feature, or else those nearby.
    pub(super) fn role(&self, nearby: &RolePolicies) -> RolePolicies {
        let own = Some(&self.policies).filter(|policies| !policies.is_empty());
        RolePolicies {
            policies: own.unwrap_or(&nearby.policies).clone(),
            boundary: self.boundary.clone().or_else(|| nearby.boundary.clone()),
        }
    }
}

impl Said {
    fn declaration(&self) -> Result<Declaration, Wrong> {
        let of = |effect| Declaration { effect: Some(effect), ..Declaration::default() };
        Ok(match self {
            Self::HasNoEffect => of(Effect::None),
            Self::HasEffect => of(Effect::Unguarded),
            Self::IsRepeatable => of(Effect::Repeatable),
            Self::HasKey(key) => {
                Declaration { key: Some(key.parse().map_err(Wrong::new)?), ..Declaration::default() }
            }
            Self::IsUndoneBy(state) => Declaration { undone_by: Some(*state), ..Declaration::default() },
        })
    }
}
