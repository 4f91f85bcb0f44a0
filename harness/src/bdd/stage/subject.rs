//! The machine that a scenario is about, with everything that is known of it before it runs.

use std::sync::Arc;

use super::compiled::Compiled;
use super::once::Once;
use super::premises::Premises;
use super::setup::Wanted;
use crate::asl::{MachineType, Problem, StateId};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Extent, Items};
use crate::campaign::Acceptance;
use crate::config::{Belongings, Config};
use crate::fault::Fault;
use crate::history::Site;
use crate::iam::policy::Audit;
use crate::iam::{Survey, lacking_in, undecided};
use crate::load::{Definition, LoadOptions};
use crate::mock::{Script, file};
use crate::model::{Declarations, Model};
use crate::spelling::nearest;

/// So many names are listed where none is near.
const LISTED_MAX: usize = 12;

/// A machine with what is known of it.
#[derive(Debug)]
pub(in crate::bdd) struct Subject {
    pub(in crate::bdd) definition: Definition,
    /// With its declarations, its contested rules, and what its role lacks.
    pub(in crate::bdd) model: Arc<Model>,
    pub(in crate::bdd) machine_type: MachineType,
    /// Warnings about the definition.
    pub(in crate::bdd) problems: Vec<Problem>,
    /// What the model declares, for a campaign.
    pub(in crate::bdd) declarations: Declarations,
    /// The findings that the configuration accepts, of this machine or of others.
    pub(super) accepted: Vec<Acceptance>,
    /// The policies of the role held against what the machine needs, where they are known.
    pub(in crate::bdd) permissions: Option<(Audit, Survey)>,
    pub(super) belongings: Belongings,
    /// How mocked results are held against their APIs.
    pub(in crate::bdd) validation: file::Validation,
    /// Generated inputs by everything that decides which they are.
    pub(super) inputs: Once<String, Arc<Vec<crate::value::Value>>>,
    /// Complete scripts by the mock file that is named.
    pub(super) scripts: Once<Option<crate::config::MocksRef>, Result<Arc<Script>, Failed>>,
}

impl Subject {
    /// What premises and configuration make of a compiled definition.
    pub(super) fn new(
        compiled: &Compiled,
        wanted: &Wanted,
        premises: &Premises,
        options: &LoadOptions,
        config: &Arc<Config>,
    ) -> Result<Self, Failed> {
        let failed = |error: &dyn std::fmt::Display| Wrong::new(error.to_string());
        let Compiled { definition, machine, problems } = compiled;
        let belongings = match wanted {
            Wanted::File { path, .. } => {
                Belongings::of(definition, config.machine(path, &definition.name)).map_err(|e| failed(&e))?
            }
            Wanted::Text { .. } => Belongings::default(),
        };
        let mut declarations = config.declarations(machine).map_err(|error| failed(&error))?;
        for intents in &belongings.intents {
            declarations.intents.extend(intents.of(machine, false).map_err(|error| failed(&error))?);
        }
        let declarations = premises.declarations(declarations)?;
        let role = premises.role(&belongings.role);
        let reload = |options: &LoadOptions| wanted.definitions(options);
        let permissions =
            lacking_in(definition, &options.substitutions, &role, reload).map_err(|error| failed(&error))?;
        let denied = permissions.as_ref().map(|(audit, _)| audit.denied()).unwrap_or_default();
        let model = Model::new(Arc::clone(machine)).under(premises.rules(config.rules)?);
        let profile = config.profile(None).map_err(|error| failed(&error))?;
        Ok(Self {
            machine_type: definition.declared_type.unwrap_or_default(),
            model: Arc::new(model.declare(declarations.clone()).denying(denied)),
            definition: definition.clone(),
            problems: problems.clone(),
            declarations,
            accepted: config.accepted.clone(),
            permissions,
            belongings,
            validation: profile.mock_validation.map_or(file::Validation::Remarks, file::Validation::Refuse),
            inputs: Once::default(),
            scripts: Once::default(),
        })
    }

    /// What cannot be told from the policies of the role, in sentences.
    pub(in crate::bdd) fn undecided(&self) -> Vec<String> {
        let texts = self.permissions.as_ref().map(|(audit, survey)| undecided(audit, survey));
        texts.unwrap_or_default()
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
        let names: Vec<&str> = machine.states.iter().map(|state| &*state.name).collect();
        let file = &self.definition.document.file.name;
        let wrong = Wrong::new(format!("there is no state `{name}` in {file}"));
        Err(match nearest(name, names.iter().copied()) {
            None if names.len() <= LISTED_MAX => wrong.help(format!("there is {}", names.join(", "))),
            near => wrong.nearest(near),
        }
        .into())
    }

    /// A task by its name or path.
    pub(in crate::bdd) fn task(&self, name: &str) -> Result<StateId, Failed> {
        let id = self.state(name)?;
        let machine = &self.model.machine;
        let state = machine.state(id);
        if state.task().is_some() {
            return Ok(id);
        }
        let inside: Vec<&str> = machine
            .states
            .iter()
            .filter(|task| task.task().is_some() && machine.enclosing(task.id).any(|outer| outer.id == id))
            .map(|task| &*task.name)
            .collect();
        let wrong = Wrong::new(format!("`{name}` is a {} state, not a Task", state.kind.type_name()));
        Err(match &inside[..] {
            [] => wrong,
            tasks => wrong.help(format!("the tasks in it are {}", tasks.join(", "))),
        }
        .into())
    }

    /// Where a fault strikes: the notation of plans, and what the words behind it say.
    pub(in crate::bdd) fn site(&self, place: &str, extent: &Extent) -> Result<Site, Failed> {
        let machine = &self.model.machine;
        let text = format!("{place}:timeout");
        let fault = Fault::parse(&text, machine).map_err(|error| Wrong::new(error.message))?;
        let mut site = fault.site;
        if let Items::One(item) = extent.items {
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
