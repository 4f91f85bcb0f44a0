//! The machine that a scenario is about, with the files beside it.

use std::sync::Arc;

use super::Setup;
use super::setup::Wanted;
use crate::asl::{self, MachineType, StateId};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Extent;
use crate::config::{Beside, beside};
use crate::fault::Fault;
use crate::history::Site;
use crate::load::{self, Definition, LoadOptions};
use crate::model::Model;
use crate::spelling::nearest;

/// A machine with what is known of it.
#[derive(Debug)]
pub(in crate::bdd) struct Subject {
    pub(in crate::bdd) definition: Definition,
    pub(in crate::bdd) model: Arc<Model>,
    pub(in crate::bdd) machine_type: MachineType,
    pub(in crate::bdd) beside: Beside,
}

impl Subject {
    /// Reads and compiles it.
    pub(super) fn load(wanted: &Wanted, setup: &Setup) -> Result<Self, Failed> {
        let mut definition = definition(wanted, setup)?;
        definition.declared_type = setup.machine_type.or(definition.declared_type);
        let compiled = asl::compile(&definition);
        let Some(machine) = compiled.machine else {
            let problems = asl::render(&compiled.problems, &definition.document);
            return Err(
                Wrong::new(format!("AWS would refuse the definition:\n{}", problems.trim_end())).into()
            );
        };
        Ok(Self {
            machine_type: definition.declared_type.unwrap_or_default(),
            beside: match wanted {
                Wanted::File { .. } => beside(&definition),
                Wanted::Text(_) => Beside::default(),
            },
            model: Arc::new(Model::new(Arc::new(machine))),
            definition,
        })
    }

    /// A state by its name or path.
    pub(in crate::bdd) fn state(&self, name: &str) -> Result<StateId, Failed> {
        let machine = &self.model.machine;
        if let Some(state) = machine.find(name) {
            return Ok(state.id);
        }
        let several: Vec<&str> =
            machine.states.iter().filter(|state| &*state.name == name).map(|state| &*state.path).collect();
        if !several.is_empty() {
            let wrong = Wrong::new(format!("several states are called `{name}`"));
            return Err(wrong.help(format!("write one of {}", several.join(", "))).into());
        }
        let names = machine.states.iter().map(|state| &*state.name);
        let wrong =
            Wrong::new(format!("there is no state `{name}` in {}", self.definition.document.file.name));
        Err(wrong.nearest(nearest(name, names)).into())
    }

    /// Where a fault strikes: the notation of plans, and what the words behind it say.
    pub(in crate::bdd) fn site(&self, place: &str, extent: &Extent) -> Result<Site, Failed> {
        let machine = &self.model.machine;
        let text = format!("{place}:timeout");
        let fault = Fault::parse(&text, machine).map_err(|error| Wrong::new(error.message))?;
        let mut site = fault.site;
        if let Some(item) = extent.item {
            let Some(innermost) = site.iteration.0.last_mut() else {
                let path = &machine.state(site.state).path;
                return Err(Wrong::new(format!("`{path}` is in no Map, so it has no items")).into());
            };
            *innermost = item;
        }
        site.visit = extent.visit.unwrap_or(site.visit);
        Ok(site)
    }
}

fn definition(wanted: &Wanted, setup: &Setup) -> Result<Definition, Failed> {
    let options = LoadOptions { substitutions: setup.substitutions.clone() };
    let (path, name) = match wanted {
        Wanted::Text(text) => return Ok(Definition::from_text("the definition in the feature", text)),
        Wanted::File { path, name } => (path, name),
    };
    let mut found = load::definitions(path, &options).map_err(|error| Wrong::new(error.to_string()))?;
    let names: Vec<String> = found.iter().map(|definition| definition.name.clone()).collect();
    match name {
        None if found.len() == 1 => Ok(found.remove(0)),
        None => {
            let wrong = Wrong::new(format!("{} holds {} state machines", path.display(), found.len()));
            Err(wrong.help(format!("write `FILE#NAME` with one of {}", names.join(", "))).into())
        }
        Some(name) => {
            if let Some(at) = names.iter().position(|known| known == name) {
                return Ok(found.swap_remove(at));
            }
            let near = nearest(name, names.iter().map(String::as_str));
            let wrong = Wrong::new(format!("there is no state machine `{name}` in {}", path.display()));
            Err(wrong.nearest(near).into())
        }
    }
}
