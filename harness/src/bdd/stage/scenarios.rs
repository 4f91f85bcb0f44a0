//! What is run: every input with the answers that go with it, and what all runs share.

use std::path::PathBuf;
use std::sync::Arc;

use super::setup::Inputs;
use super::shelf::nearest_file;
use super::{Setup, Stage, Subject};
use crate::bdd::failed::{Failed, Wrong};
use crate::campaign::Campaign;
use crate::config::MocksRef;
use crate::generate::{self, Origin, Scenario};
use crate::mock::{Answer, Author, Reply, Script, Sequence, Then, file};
use crate::oracle;
use crate::search::Arena;
use crate::sim::{Case, Limits};
use crate::value::Value;

impl Stage {
    /// What all runs share.
    pub(in crate::bdd) fn arena(&self, subject: &Subject) -> Arena {
        Arena {
            model: Arc::clone(&subject.model),
            machine_type: subject.machine_type,
            seed: self.setup.seed.unwrap_or(self.terms.seed),
            start: self.setup.start.clone(),
            limits: Limits { steps_max: Campaign::STEPS_MAX, ..Limits::default() },
            oracles: oracle::all().to_vec(),
            executor: self.terms.executor.clone(),
        }
    }

    /// A search from what is set up, as `chaos` does it.
    pub(in crate::bdd) fn campaign(&self, subject: &Subject) -> Result<Campaign, Failed> {
        let user = |(name, input, origin): Named| (origin == Origin::User).then_some((name, input));
        let script = script(subject, &self.setup)?;
        let is_mocked = script.answers.values().any(|sequence| sequence.by == Author::User);
        let mocks = is_mocked.then(|| ("the mocks".to_owned(), Script::clone(&script)));
        let denied = subject.permissions.as_ref().map(|(audit, _)| audit.denied()).unwrap_or_default();
        Ok(Campaign::new(Arc::clone(&subject.model.machine))
            .declarations(subject.declarations.clone())
            .source(subject.definition.source.display().to_string())
            .problems(subject.problems.clone())
            .machine_type(subject.machine_type)
            .executor(self.terms.executor.clone())
            .inputs(inputs(self, subject)?.into_iter().filter_map(user).collect())
            .mocks(mocks.into_iter().collect())
            .seed(self.setup.seed.unwrap_or(self.terms.seed))
            .start(self.setup.start.clone())
            .logs_off(subject.definition.packaging.logs_off)
            .contested(subject.model.rules)
            .permissions(denied, subject.undecided()))
    }

    /// What tasks answer.
    pub(in crate::bdd) fn script(&self, subject: &Subject) -> Result<Arc<Script>, Failed> {
        script(subject, &self.setup)
    }

    /// The inputs that are set up, each with a name.
    pub(in crate::bdd) fn inputs(&self, subject: &Subject) -> Result<Vec<(String, Value)>, Failed> {
        Ok(inputs(self, subject)?.into_iter().map(|(name, input, _)| (name, input)).collect())
    }

    /// Every input that is set up, with what tasks answer.
    pub(in crate::bdd) fn scenarios(&self, subject: &Subject) -> Result<Vec<Scenario>, Failed> {
        let script = script(subject, &self.setup)?;
        let inputs = inputs(self, subject)?.into_iter();
        let scenario = |(name, input, origin)| Scenario { name, input, script: Arc::clone(&script), origin };
        Ok(inputs.map(scenario).collect())
    }
}

/// What tasks answer: the feature's words over the mock file over what the machine reads.
fn script(subject: &Subject, setup: &Setup) -> Result<Arc<Script>, Failed> {
    let base =
        subject.scripts.get(setup.mocks.clone(), || mocked(subject, setup.mocks.as_ref()).map(Arc::new))?;
    if setup.answers.is_empty()
        && setup.answer_changes.is_empty()
        && setup.delays.is_empty()
        && setup.objects.is_empty()
    {
        return Ok(base);
    }
    let mut script = Script::clone(&base);
    for (path, calls) in &setup.answers {
        let sequence = Sequence { calls: calls.clone(), then: Then::Repeat, by: Author::User };
        script.answers.insert(Arc::clone(path), sequence);
    }
    for (path, change) in &setup.answer_changes {
        let Some(sequence) = script.answers.get_mut(path) else { continue };
        for answer in answers_of(sequence) {
            if let Reply::Return(result) = &answer.reply {
                answer.reply = Reply::Return(change.apply(result)?);
            }
        }
        sequence.by = Author::User;
    }
    for (path, delay) in &setup.delays {
        let Some(sequence) = script.answers.get_mut(path) else { continue };
        answers_of(sequence).for_each(|answer| answer.after_ms = *delay);
    }
    for (bucket, key, content) in &setup.objects {
        script.objects.put(bucket, key, Arc::clone(content));
    }
    Ok(Arc::new(script))
}

/// Every answer of a state.
fn answers_of(sequence: &mut Sequence) -> impl Iterator<Item = &mut Answer> {
    let rest = match &mut sequence.then {
        Then::Answer(answer) => Some(answer),
        Then::Repeat | Then::Unmocked => None,
    };
    sequence.calls.iter_mut().chain(rest)
}

/// The answers of the mock file that is named, or of the one that goes with the machine; the rest is generated.
fn mocked(subject: &Subject, named: Option<&MocksRef>) -> Result<Script, Failed> {
    let machine = &subject.model.machine;
    let Some(mocks) = named.or(subject.belongings.mocks.as_ref()) else {
        return Ok(generate::complete(&subject.model, &Script::default()));
    };
    let selection = file::Selection { machine: None, test_case: mocks.test_case.as_deref() };
    let loaded = file::load(&mocks.file, machine, selection, subject.validation)
        .map_err(|error| Wrong::new(error.to_string()).nearest(nearest_file(&mocks.file).as_deref()))?;
    let mut scripts = loaded.scripts;
    if scripts.len() > 1 {
        let names: Vec<&str> = scripts.iter().map(|(name, _)| name.as_str()).collect();
        let wrong = Wrong::new(format!("{} holds several test cases", mocks.file.display()));
        let example = format!("Given the mocks \"{}#{}\"", mocks.file.display(), names[0]);
        return Err(wrong.help(format!("name one of {}: `{example}`", names.join(", "))).into());
    }
    let script = scripts.pop().map(|(_, script)| script).unwrap_or_default();
    Ok(generate::complete(&subject.model, &script.repeating()))
}

impl Subject {
    /// The mock file that goes with the machine and its test cases, where it holds several.
    pub(in crate::bdd) fn several_mocks(&self) -> Option<(PathBuf, Vec<String>)> {
        let mocks = self.belongings.mocks.as_ref().filter(|mocks| mocks.test_case.is_none())?;
        let selection = file::Selection { machine: None, test_case: None };
        let loaded = file::load(&mocks.file, &self.model.machine, selection, self.validation).ok()?;
        let names: Vec<String> = loaded.scripts.into_iter().map(|(name, _)| name).collect();
        (names.len() > 1).then(|| (mocks.file.clone(), names))
    }
}

type Named = (String, Value, Origin);

/// The inputs with what the feature changes in them.
fn inputs(stage: &Stage, subject: &Subject) -> Result<Vec<Named>, Failed> {
    let mut inputs = unchanged(stage, subject)?;
    for change in &stage.setup.input_changes {
        for (_, input, _) in &mut inputs {
            *input = change.apply(input)?;
        }
    }
    Ok(inputs)
}

/// Inputs that the machine can read with the answers that are set up.
fn generated(stage: &Stage, subject: &Subject, count: usize) -> Result<Arc<Vec<Value>>, Failed> {
    let script = script(subject, &stage.setup)?;
    let arena = stage.arena(subject);
    let case = Case {
        machine_type: arena.machine_type,
        seed: arena.seed,
        ..Case::started(Value::Null, arena.start)
    };
    let Setup { mocks, answers, answer_changes, delays, objects, .. } = &stage.setup;
    let about = (mocks, answers, answer_changes, delays, objects.len(), &case.execution_name, case.epoch_ms);
    let key = format!("{count} {} {} {about:?}", case.seed, case.task_ms);
    let draw = || Arc::new(generate::valid_inputs(&subject.model, &script, &case, count));
    Ok(subject.inputs.get(key, draw))
}

fn unchanged(stage: &Stage, subject: &Subject) -> Result<Vec<Named>, Failed> {
    match &stage.setup.inputs {
        Inputs::These(inputs) => {
            Ok(inputs.iter().map(|(name, input)| (name.clone(), input.clone(), Origin::User)).collect())
        }
        Inputs::Generated(count) => Ok(generated(stage, subject, *count)?
            .iter()
            .cloned()
            .enumerate()
            .map(|(at, input)| (format!("generated input {}", at + 1), input, Origin::Generated))
            .collect()),
        Inputs::Beside => match subject.belongings.inputs.first() {
            None => {
                let input = generate::input_for(&subject.model);
                Ok(vec![("generated input".to_owned(), input, Origin::Generated)])
            }
            Some(path) => {
                let value = stage.shelf.input(path)?;
                Ok(vec![(path.display().to_string(), value, Origin::User)])
            }
        },
    }
}
