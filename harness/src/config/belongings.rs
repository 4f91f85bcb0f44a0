//! What goes with a machine: as its entry in `chaos.toml` says, else the files beside its definition.

use std::path::PathBuf;

use super::{ConfigError, Intents, MachineEntry, MocksRef, beside};
use crate::asl::MachineType;
use crate::iam::RolePolicies;
use crate::iam::policy::PolicyRef;
use crate::load::Definition;

/// Inputs, mocks, policies and intents of one machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Belongings {
    /// In the order they are tried.
    pub(crate) inputs: Vec<PathBuf>,
    /// What tasks answer.
    pub(crate) mocks: Option<MocksRef>,
    /// Standard or Express, where the entry or the packaging says it.
    pub(crate) machine_type: Option<MachineType>,
    /// The policies of its role.
    pub(crate) role: RolePolicies,
    /// How faults are meant to end: of the file beside it, then of its entry.
    pub(crate) intents: Vec<Intents>,
}

impl Belongings {
    /// What goes with a definition.
    pub(crate) fn of(definition: &Definition, entry: Option<&MachineEntry>) -> Result<Self, ConfigError> {
        let beside = beside(definition);
        let own = entry.cloned();
        let intents = beside.intents.as_deref().map(Intents::load).transpose()?;
        let nearby = || beside.policy.map(|file| PolicyRef { file, role: None }).into_iter().collect();
        let listed = entry.map(|entry| entry.policies.clone()).filter(|policies| !policies.is_empty());
        let inputs = entry.map(|entry| entry.inputs.clone()).filter(|inputs| !inputs.is_empty());
        let alone = || beside.mocks.map(|file| MocksRef { file, test_case: None });
        Ok(Self {
            inputs: inputs.unwrap_or(beside.inputs),
            mocks: entry.and_then(|entry| entry.mocks.clone()).or_else(alone),
            machine_type: entry.and_then(|entry| entry.machine_type).or(definition.declared_type),
            role: RolePolicies {
                policies: listed.unwrap_or_else(nearby),
                boundary: entry.and_then(|entry| entry.boundary.clone()),
            },
            intents: intents.into_iter().chain(own.map(|entry| entry.intents)).collect(),
        })
    }
}
