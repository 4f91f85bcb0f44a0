//! The machines that tasks of a scenario start, ready to run: each with what its tasks answer and what goes wrong in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::results::Run;
use super::started::{Startable, Started};
use super::trouble::{Spread, Strike, Trouble};
use super::{Setup, Stage, Subject, lacking, struck};
use crate::asl::Machine;
use crate::bdd::failed::{Failed, Wrong};
use crate::fault::{Class, Incident, Injection, Plan, injection};
use crate::generate::{Origin, Scenario};
use crate::history::History;
use crate::mock::Script;
use crate::search::Arena;
use crate::sim::Case;
use crate::sim::nested::{self, ChildExecution, Faults, Library, Local, Starts};
use crate::value::Value;
use crate::walk::Backend;

/// Everything that the executions of a scenario may start.
#[derive(Debug)]
pub(super) struct Family {
    starts: Starts,
    library: Library,
    /// The same without faults.
    sound: Library,
    /// What goes wrong in it, each with where.
    faults: Arc<[String]>,
    /// The machines that the scenario's machine starts.
    pub(super) kin: Vec<Kin>,
}

/// A machine that can be started, with those that it can start.
#[derive(Clone, Debug)]
pub(super) struct Kin {
    /// Its name.
    pub(super) name: Arc<str>,
    /// Its position in the library.
    pub(super) at: usize,
    /// What its tasks answer.
    pub(super) script: Arc<Script>,
    machine: Arc<Machine>,
    trouble: Trouble,
    starts: Vec<Kin>,
}

/// Whether the started executions meet their faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum With {
    Faults,
    Nothing,
}

impl Family {
    /// What is set up; refuses what cannot be run together with it.
    pub(super) fn of(stage: &Stage, subject: &Subject) -> Result<Self, Failed> {
        let setup = &stage.setup;
        let mut machines = Vec::new();
        let (starts, kin) = collect(stage, setup, &mut machines)?;
        let sound = machines.iter().map(|local| Local { faults: Faults::default(), ..local.clone() });
        let faults: Arc<[String]> = kin.iter().flat_map(Kin::faults).collect();
        let sound = Library { machines: sound.collect() };
        let family = Self { starts, library: Library { machines }, sound, faults, kin };
        if let Some(first) = setup.started.first() {
            family.fits(stage, &subject.model.machine, first)?;
        }
        Ok(family)
    }

    /// Whether the scenario asks for nothing that started executions cannot take part in.
    fn fits(&self, stage: &Stage, machine: &Machine, first: &Startable) -> Result<(), Failed> {
        let (trouble, name) = (&stage.setup.trouble, &first.name);
        let task = &first.tasks[0];
        if stage.terms.executor.backend() != Backend::Simulator {
            let why = "TestState runs no executions; use the simulator";
            return Err(Failed::Skipped(format!("`{task}` runs the state machine `{name}`: {why}")));
        }
        if trouble.quest().is_some() {
            let wrong = Wrong::new(format!("a search does not run `{name}`, which `{task}` starts"));
            return Err(wrong.help("name the faults, or let the task return an answer").into());
        }
        if self.is_struck() && trouble.is_excluded() {
            let wrong =
                Wrong::new(format!("the scenario says that nothing goes wrong, and `{}`", self.faults[0]));
            return Err(wrong.help("take one of both out").into());
        }
        let goes_on = |incident: &&Incident| incident.is_repetition() || **incident == Incident::Redriven;
        if let Some(incident) = trouble.incidents().iter().find(goes_on) {
            let wrong = Wrong::new(format!("`{incident}` does not go together with started executions"));
            let help = format!("let `{task}` return an answer in a scenario of its own");
            return Err(wrong.help(help).into());
        }
        can_strike(trouble, &stage.setup, machine)
    }

    /// Whether something goes wrong in what is started.
    pub(super) fn is_struck(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Runs a case with everything that it starts.
    pub(super) fn run(
        &self,
        arena: &Arena,
        scenario: &Scenario,
        case: &Case,
        with: With,
    ) -> (History, Vec<ChildExecution>) {
        let parent = Local {
            machine: Arc::clone(&arena.model.machine),
            machine_type: arena.machine_type,
            script: Script::clone(&scenario.script),
            starts: self.starts.clone(),
            faults: Faults::default(),
        };
        let library = match with {
            With::Faults => &self.library,
            With::Nothing => &self.sound,
        };
        nested::run(&parent, case, library)
    }

    /// The executions that a case starts.
    pub(super) fn started(&self, arena: &Arena, scenario: &Scenario, case: &Case) -> Started {
        if self.kin.is_empty() {
            return Started::default();
        }
        let all = self.run(arena, scenario, case, With::Faults).1;
        Started { all: all.into(), by: None, faults: Arc::clone(&self.faults) }
    }

    /// Every fault must strike in one of the started executions, as those of the scenario's machine must.
    pub(super) fn check(&self, runs: &[Run]) -> Result<(), Failed> {
        let all: Vec<&ChildExecution> = runs.iter().flat_map(|run| run.started.all.iter()).collect();
        self.kin.iter().try_for_each(|kin| kin.check(&all))
    }
}

impl Kin {
    /// The machines that it can start.
    pub(super) fn starts(&self) -> &[Self] {
        &self.starts
    }

    /// What goes wrong in it and in what it starts, each with where.
    fn faults(&self) -> Vec<String> {
        let told = |strike: &Strike| format!("{} in `{}`", strike.fault.display(&self.machine), self.name);
        let own = self.trouble.strikes().iter().map(told);
        own.chain(self.starts.iter().flat_map(Self::faults)).collect()
    }

    fn check(&self, all: &[&ChildExecution]) -> Result<(), Failed> {
        let own = all.iter().filter(|child| child.machine == self.at);
        let histories: Vec<&History> = own.filter_map(|child| child.history.as_ref()).collect();
        if let (Some(strike), true) = (self.trouble.strikes().first(), histories.is_empty()) {
            let fault = strike.fault.display(&self.machine);
            let wrong = Wrong::new(format!("the fault `{fault}` strikes in no run"));
            return Err(wrong.help(format!("no execution of `{}` is started", self.name)).into());
        }
        struck::check(&self.trouble, &self.machine, &histories)?;
        self.starts.iter().try_for_each(|kin| kin.check(all))
    }
}

/// What a machine starts, and in the list the machines with those that they start in turn.
fn collect(stage: &Stage, setup: &Setup, machines: &mut Vec<Local>) -> Result<(Starts, Vec<Kin>), Failed> {
    let (mut tasks, mut found) = (BTreeMap::new(), Vec::new());
    for startable in &setup.started {
        let child = stage.of_started(startable);
        let (subject, own) = (child.subject()?, &startable.setup);
        let machine = startable.named(&subject.model.machine);
        let (script, trouble) = (child.script(&subject)?, &own.trouble);
        can_strike(trouble, own, &machine)?;
        let answers = Scenario {
            name: startable.name.to_string(),
            input: Value::Null,
            script: Arc::clone(&script),
            origin: Origin::User,
        };
        lacking::check(trouble, &[answers])?;
        let at = machines.len();
        machines.push(Local {
            machine: Arc::clone(&machine),
            machine_type: subject.machine_type,
            script: Script::clone(&script),
            starts: Starts::ByTask(BTreeMap::new()),
            faults: faults(trouble),
        });
        let (by_task, starts) = collect(&child, own, machines)?;
        machines[at].starts = by_task;
        tasks.extend(startable.tasks.iter().map(|path| (Arc::clone(path), at)));
        let (name, trouble) = (Arc::clone(&startable.name), trouble.clone());
        found.push(Kin { name, at, script, machine, trouble, starts });
    }
    Ok((Starts::ByTask(tasks), found))
}

fn faults(trouble: &Trouble) -> Faults {
    let plan = Plan::new(trouble.strikes().iter().map(|strike| strike.fault.clone()).collect());
    Faults { plan, causes: trouble.causes() }
}

/// A fault at a task that starts executions strikes before there is one: what comes later is up to the execution.
fn can_strike(trouble: &Trouble, setup: &Setup, machine: &Machine) -> Result<(), Failed> {
    let started = |path: &Arc<str>| setup.started.iter().find(|startable| startable.tasks.contains(path));
    let swollen = trouble.swollen().iter().map(|swollen| (&swollen.path, None));
    let strikes = trouble.strikes().iter().map(|strike| (&strike.path, Some(strike)));
    for (path, strike) in strikes.chain(swollen) {
        let Some(startable) = started(path) else { continue };
        let task = machine.find(path).and_then(|state| state.task());
        let effect = strike.zip(task).map(|(strike, task)| injection(&strike.fault.class, task));
        let is_of_job =
            strike.is_some_and(|strike| matches!(strike.fault.class, Class::JobFails | Class::Status(_)));
        let is_before = !is_of_job
            && matches!(
                effect,
                Some(Injection::Fail { applied: false, .. } | Injection::Silence { applied: false, .. })
            );
        if !is_before {
            let fault = strike
                .map_or("its result".to_owned(), |strike| format!("`{}`", strike.fault.display(machine)));
            let name = &startable.name;
            let wrong =
                Wrong::new(format!("`{path}` runs the state machine `{name}`, which decides about {fault}"));
            let help = format!(
                "say what goes wrong there, `in the state machine \"{name}\" …`, or let `{path}` return an answer"
            );
            return Err(wrong.help(help).into());
        }
    }
    Ok(())
}

/// What goes wrong in every execution of a machine that is started: faults at its calls, in items that are named.
pub(super) fn check_trouble(trouble: &Trouble, name: &str) -> Result<(), Failed> {
    let only = "in a started execution";
    if let Some(incident) = trouble.incidents().first() {
        let wrong = Wrong::new(format!("`{incident}` cannot be said of `{name}`"));
        return Err(wrong.help(format!("{only} faults can strike its tasks")).into());
    }
    if trouble.quest().is_some() || !trouble.swollen().is_empty() {
        let wrong = Wrong::new(format!("this cannot be said of `{name}`"));
        return Err(wrong.help(format!("{only} faults can strike its tasks, each by its name")).into());
    }
    if let Some(strike) = trouble.strikes().iter().find(|strike| strike.items == Spread::EveryItem) {
        let wrong = Wrong::new(format!("{only} `{}` is not struck in every item", strike.path));
        return Err(wrong.help("name one: `in item 0`").into());
    }
    Ok(())
}
