//! Executions that tasks start: how their machines are set up, and the runs that sentences about them ask.

use std::sync::{Arc, OnceLock};

use super::startable::{Kin, check_trouble};
use super::{Accepting, Results, Run, Setup, Stage, Tally, Wanted, Which};
use crate::asl::{Machine, State};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Place;
use crate::expr::Template;
use crate::generate::Scenario;
use crate::history::Outcome;
use crate::oracle::Judgement;
use crate::search::Budget;
use crate::sim::nested::{ChildExecution, starts_executions};
use crate::spelling::nearest;

/// A machine that tasks start.
#[derive(Clone, Debug)]
pub(in crate::bdd) struct Startable {
    /// Its name: the one in the request of the task where it is written there, or else that of its definition.
    pub(in crate::bdd) name: Arc<str>,
    /// The name of its definition.
    own_name: Arc<str>,
    /// The tasks that start it, by their paths.
    pub(in crate::bdd) tasks: Vec<Arc<str>>,
    /// What is set up for it.
    pub(in crate::bdd) setup: Setup,
}

/// The executions that a run started.
#[derive(Clone, Debug, Default)]
pub(in crate::bdd) struct Started {
    /// All of them, also those that were started by these.
    pub(super) all: Arc<[ChildExecution]>,
    /// The position of the run itself, if it was started.
    pub(super) by: Option<usize>,
    /// What goes wrong in other executions that belong to the run, each with where.
    pub(super) faults: Arc<[String]>,
}

impl Startable {
    /// The machine under its name.
    pub(super) fn named(&self, machine: &Arc<Machine>) -> Arc<Machine> {
        if machine.name == self.name {
            return Arc::clone(machine);
        }
        Arc::new(Machine { name: Arc::clone(&self.name), ..Machine::clone(machine) })
    }
}

impl Started {
    /// The executions of a machine that the run itself started, with their positions.
    fn of(&self, machine: usize) -> impl Iterator<Item = (usize, &ChildExecution)> {
        let all = self.all.iter().enumerate();
        all.filter(move |(_, child)| child.machine == machine && child.parent == self.by)
    }
}

impl Stage {
    /// A task starts executions of a machine.
    pub(in crate::bdd) fn start(&mut self, place: &Place, wanted: Wanted) -> Result<(), Failed> {
        let subject = self.subject()?;
        let machine = &subject.model.machine;
        let state = machine.state(subject.task(&place.0)?);
        check_starts(state)?;
        let path = Arc::clone(&state.path);
        let Setup { answers, answer_changes, delays, .. } = &self.setup;
        let is_changed = answer_changes.iter().any(|(changed, _)| *changed == path);
        if is_changed || answers.contains_key(&path) || delays.contains_key(&path) {
            let wrong = Wrong::new(format!("the scenario says already what `{path}` answers"));
            return Err(wrong.help("take that step out, or this one").into());
        }
        let setup = Setup { definition: Some(wanted), ..Setup::default() };
        let unnamed = Startable { name: "".into(), own_name: "".into(), tasks: vec![path.clone()], setup };
        let own_name = Arc::clone(&self.of_started(&unnamed).subject()?.model.machine.name);
        let name = requested(state).unwrap_or_else(|| Arc::clone(&own_name));
        let mut started = self.setup.started.clone();
        for known in &mut started {
            known.tasks.retain(|task| *task != path);
        }
        started.retain(|known| !known.tasks.is_empty());
        match started.iter_mut().find(|known| known.name == name) {
            None => started.push(Startable { name, own_name, ..unnamed }),
            Some(known) if known.setup.definition == unnamed.setup.definition => known.tasks.push(path),
            Some(known) => {
                let tasks = known.tasks.join(", ");
                let wrong =
                    Wrong::new(format!("`{name}` is the name of another machine, which {tasks} runs"));
                return Err(wrong.help("let both name the same definition").into());
            }
        }
        self.change().started = started;
        Ok(())
    }

    /// A task that starts executions answers what these do, and nothing else can be said of its answers.
    pub(in crate::bdd) fn may_answer(&self, path: &Arc<str>) -> Result<(), Failed> {
        let Some(known) = self.setup.started.iter().find(|known| known.tasks.contains(path)) else {
            return Ok(());
        };
        let wrong =
            Wrong::new(format!("`{path}` runs the state machine `{}`, whose execution answers", known.name));
        Err(wrong.help("take that step out, or this one").into())
    }

    /// A machine that tasks start, by its name or that of its definition.
    pub(in crate::bdd) fn startable(&self, name: &str) -> Result<&Startable, Failed> {
        let known = &self.setup.started;
        let by_name = known.iter().find(|startable| *startable.name == *name);
        let mut by_own_name = known.iter().filter(|startable| *startable.own_name == *name);
        match (by_name, by_own_name.next(), by_own_name.next()) {
            (Some(startable), ..) | (None, Some(startable), None) => return Ok(startable),
            _ => {}
        }
        let names: Vec<&str> = known.iter().map(|startable| &*startable.name).collect();
        let wrong = Wrong::new(format!("no task runs a state machine `{name}`"));
        Err(match nearest(name, names.iter().copied()) {
            None if names.is_empty() => {
                wrong.help("say which task does: `Given STATE runs the state machine \"FILE\"`")
            }
            None => wrong.help(format!("there is {}", names.join(", "))),
            near => wrong.nearest(near),
        }
        .into())
    }

    /// A stage that is about a started machine.
    pub(super) fn of_started(&self, startable: &Startable) -> Self {
        let mut setup = startable.setup.clone();
        setup.premises.configuration.clone_from(&self.setup.premises.configuration);
        Self {
            feature: self.feature.clone(),
            terms: Arc::clone(&self.terms),
            shelf: Arc::clone(&self.shelf),
            setup,
            results: None,
            tally: Tally::default(),
            has_asked: false,
            speaks_of: Which::default(),
        }
    }

    /// Sets something up for a started machine.
    pub(in crate::bdd) fn within(
        &mut self,
        name: &str,
        say: impl FnOnce(&mut Self) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let startable = self.startable(name)?;
        let name = Arc::clone(&startable.name);
        let mut stage = self.of_started(startable);
        say(&mut stage)?;
        check_trouble(&stage.setup.trouble, &name)?;
        let known = self.change().started.iter_mut().find(|known| known.name == name);
        known.expect("it was found before").setup = stage.setup;
        Ok(())
    }

    /// A stage whose runs are the executions of a machine that the runs of this one started.
    pub(in crate::bdd) fn of_executions(&mut self, name: &str) -> Result<Self, Failed> {
        let results = self.results()?;
        let startable = self.startable(name)?;
        let mut stage = self.of_started(startable);
        let subject = stage.subject()?;
        let kin = kin_of(&results, &startable.name);
        let (mut runs, mut doubts) = (Vec::new(), results.doubts.clone());
        for parent in &results.runs {
            for (at, child) in parent.started.of(kin.at) {
                match run(&results, parent, kin, (at, child)) {
                    Ok(run) => runs.push(run),
                    Err(doubt) => doubts.push(doubt),
                }
            }
        }
        stage.results = Some(Arc::new(Results {
            arena: stage.arena(&subject),
            runs,
            doubts,
            reduction: Budget { reduce_runs_max: 0, ..Budget::default() },
            accepting: Accepting::default(),
            findings: OnceLock::new(),
            kin: kin.starts().to_vec(),
        }));
        Ok(stage)
    }

    /// Whether there is an execution of which something can be asked.
    pub(in crate::bdd) fn has_runs(&self) -> Result<bool, Failed> {
        let Some(results) = &self.results else { return Ok(false) };
        if results.runs.is_empty() {
            results.sure()?;
        }
        Ok(!results.runs.is_empty())
    }
}

impl Results {
    /// How many executions of a machine a run started.
    pub(in crate::bdd) fn executions(&self, run: &Run, name: &str) -> usize {
        run.started.of(kin_of(self, name).at).count()
    }
}

fn kin_of<'r>(results: &'r Results, name: &str) -> &'r Kin {
    results.kin.iter().find(|kin| *kin.name == *name).expect("the runs know every machine that is set up")
}

/// An execution as a run of its own; else why nothing is known of it.
fn run(
    results: &Results,
    parent: &Run,
    kin: &Kin,
    (at, child): (usize, &ChildExecution),
) -> Result<Run, String> {
    let name = &kin.name;
    let machine = &results.arena.model.machine;
    let by = &machine.state(child.site.state).path;
    let Some(history) = &child.history else {
        return Err(format!("executions of `{name}` are nested too deep to be run"));
    };
    if let Outcome::Unknown(unknown) = &history.outcome {
        return Err(format!("an execution of `{name}` cannot be simulated: {unknown}"));
    }
    let faults = parent.faults(machine);
    let around = if parent.case.plan.is_empty() { None } else { Some(format!("{faults} in what starts it")) };
    let history = Arc::new(history.clone());
    Ok(Run {
        scenario: Scenario {
            name: format!("what {by} starts `{name}` with, {}", parent.scenario.name),
            input: child.case.input.clone(),
            script: Arc::clone(&kin.script),
            origin: parent.scenario.origin,
        },
        case: child.case.clone(),
        baseline: Arc::clone(&history),
        history,
        judgement: Judgement::default(),
        started: Started {
            all: Arc::clone(&parent.started.all),
            by: Some(at),
            faults: around.into_iter().collect(),
        },
    })
}

/// Only some tasks start executions and learn from these how they end.
fn check_starts(state: &State) -> Result<(), Failed> {
    let integration = state.task().map(|task| &task.integration);
    if integration.is_some_and(starts_executions) {
        return Ok(());
    }
    let path = &state.path;
    let Some(task) = state.task() else { unreachable!("`{path}` was found as a task") };
    let wrong = Wrong::new(format!("`{path}` starts no execution of its own: it calls `{}`", task.resource));
    let help = if task.integration.is_answered_by_worker() {
        "whoever has its task token answers; say what: `the task token of … is answered after …`"
    } else {
        "tasks with `states:startExecution`, its `.sync` forms, and `aws-sdk:sfn:startSyncExecution` do"
    };
    Err(wrong.help(help).into())
}

/// The name of the machine that a request asks for, where it is written in the definition.
fn requested(state: &State) -> Option<Arc<str>> {
    let arn = match state.flow.parameters.as_ref()? {
        Template::Literal(request) => request.get("StateMachineArn")?.clone(),
        Template::Object(members) => match members.iter().find(|(key, _)| &**key == "StateMachineArn")? {
            (_, Template::Literal(arn)) => arn.clone(),
            _ => return None,
        },
        Template::Path(_) | Template::Call(_) | Template::Array(_) | Template::Jsonata(_) => return None,
    };
    let (_, rest) = arn.as_str()?.split_once(":stateMachine:")?;
    // A version or an alias may follow.
    let name = rest.split(':').next().filter(|name| !name.is_empty() && !rest.contains("${"))?;
    Some(Arc::from(name))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    #[rstest]
    #[case::an_arn(
        r#""StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:Fulfil""#,
        Some("Fulfil")
    )]
    #[case::a_version(
        r#""StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:Fulfil:4", "Input.$": "$""#,
        Some("Fulfil")
    )]
    #[case::a_placeholder(
        r#""StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:${Fulfil}""#,
        None
    )]
    #[case::of_the_input(r#""StateMachineArn.$": "$.machine""#, None)]
    fn the_name_is_the_one_in_the_request(#[case] request: &str, #[case] name: Option<&str>) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {{{request}}}}}}}}}"#
        );
        let machine = compile_text("m", &definition).unwrap();
        assert_eq!(requested(machine.find("A").unwrap()).as_deref(), name);
    }
}
