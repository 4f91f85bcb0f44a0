//! The walk: every state that the simulator comes to is asked about.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::answer::{retrier, told, work};
use super::definition::{Definitions, may_quote_name};
use super::live::{can_be_live, is_called};
use super::reads::Reads;
use super::request::{live_request, question, request, takes_mock, variables};
use super::simulated::after_the_fact;
use super::{Ask, AskError, Cannot, Halt, Placeholders, Settings, can_walk, unresolved};
use crate::asl::{Kind, Machine, State, StateId};
use crate::catalog::Service;
use crate::contested::Rules;
use crate::error::{ErrorName, Failure, Origin, first_retrier};
use crate::history::{History, Simulated, Unknown};
use crate::mock::Script;
use crate::sim::{self, Case, Question, Route, Told, Visit, Work};
use crate::value::{Object, Value};

/// Bytes of questions whose answers are kept.
const ANSWERED_BYTES_MAX: usize = 64 << 20;
/// Characters of variables that a request takes.
const VARIABLES_MAX: usize = 262_144;
/// Characters of the name of a mocked error.
const ERROR_MAX: usize = 256;
/// Characters of its cause.
const CAUSE_MAX: usize = 32_768;

/// An execution that was walked.
#[derive(Clone, Debug)]
pub struct Walked {
    /// What happened, as the simulator tells it; what TestState could not show of it is marked.
    pub history: History,
    /// Requests that were answered; equal ones are asked once.
    pub calls: u64,
}

/// Walks one execution of a machine, with the answers of a script in place of its tasks.
///
/// # Errors
///
/// What cannot be walked, or that an answer is not to be had.
pub fn walk(machine: &Machine, case: &Case, script: &Script, ask: &dyn Ask) -> Result<Walked, Halt> {
    walk_with(&Settings::default(), machine, case, script, ask)
}

/// The same, in this way.
///
/// # Errors
///
/// What cannot be walked, or that an answer is not to be had.
pub fn walk_with(
    settings: &Settings,
    machine: &Machine,
    case: &Case,
    script: &Script,
    ask: &dyn Ask,
) -> Result<Walked, Halt> {
    can_walk(machine, case)?;
    if settings.placeholders == Placeholders::Refused || settings.live.is_some() {
        unresolved(machine)?;
    }
    let reads: Rc<[Reads]> = machine.states.iter().map(|state| Reads::of(state, machine)).collect();
    if settings.live.is_some() {
        can_be_live(machine, case, script, &reads)?;
    }
    let mut walker = Walker {
        settings,
        machine,
        definitions: Definitions::new(machine, settings.form),
        reads,
        ask,
        answered: Answered::default(),
        simulated: Vec::new(),
        calls: 0,
        stopped: None,
    };
    let mut responder = script.responder();
    let mut history = sim::run_told(machine, case, &mut responder, &mut |visit| walker.tell(visit));
    let Walker { mut simulated, calls, stopped, .. } = walker;
    if let Some(halt) = stopped {
        return Err(halt);
    }
    simulated.extend(after_the_fact(machine, &history));
    simulated.sort();
    simulated.dedup();
    history.simulated = simulated;
    Ok(Walked { history, calls })
}

struct Walker<'w> {
    settings: &'w Settings,
    machine: &'w Machine,
    definitions: Definitions<'w>,
    /// By state.
    reads: Rc<[Reads]>,
    ask: &'w dyn Ask,
    answered: Answered,
    simulated: Vec<Simulated>,
    calls: u64,
    stopped: Option<Halt>,
}

impl Walker<'_> {
    /// What TestState tells about a visit; nothing where it cannot be asked.
    fn tell(&mut self, visit: &Visit<'_>) -> Result<Option<Told>, Unknown> {
        let all_reads = Rc::clone(&self.reads);
        let reads = &all_reads[visit.state.id.0 as usize];
        let why = beyond(visit, reads);
        if matches!(visit.question, Question::Real) {
            return self.called(visit, reads, why);
        }
        if let Some(why) = why {
            self.simulated.push(Simulated { state: Some(visit.state.id), what: why.to_owned() });
            return Ok(None);
        }
        let guess = expected_retrier(visit);
        let told = self.asked(visit, reads, guess)?;
        // The failure met another retrier than its name made expect: asked again with the count of that one.
        match retrier(&told) {
            Some(other) if used(visit, Some(other)) != used(visit, guess) => {
                self.asked(visit, reads, Some(other)).map(Some)
            }
            _ => Ok(Some(told)),
        }
    }

    /// What a call comes to, if the state is a task that is really called.
    fn called(
        &mut self,
        visit: &Visit<'_>,
        reads: &Reads,
        beyond: Option<&str>,
    ) -> Result<Option<Told>, Unknown> {
        let live = self.settings.live.as_ref().filter(|_| is_called(visit.state, reads));
        let Some(live) = live else { return Ok(None) };
        if let Some(what) = beyond.filter(|_| !reads.chance) {
            return Err(self.stop(visit.state, "it cannot be called", what));
        }
        // Always of the whole machine: it cannot be asked a second time.
        let definition = self.definitions.whole(visit);
        let request = live_request(definition, &visit.state.name, &question(visit, reads, 0), live);
        let answer = self.answer(visit, &request, |ask, request| ask.act(request))?;
        let machine = self.machine;
        let read = |answer: Value| {
            let told = told(&answer, visit.state, machine).and_then(|told| Ok((told, work(&answer)?)));
            told.map_err(Useless::unreadable)
        };
        let (told, work) =
            answer.and_then(read).map_err(|Useless { what, why }| self.stop(visit.state, what, &why))?;
        // How often a retrier was used is told with a mock only.
        let is_first = visit.retries.iter().all(|used| *used == 0);
        if is_first || matches!(told.route, Route::Left { .. }) {
            return Ok(Some(Told { work: Some(work), ..told }));
        }
        let question =
            Question::After { work: &work, origin: Origin::Reported, caused_by: None, failed_items: None };
        let handled = self.tell(&Visit { question, ..visit.clone() })?.unwrap_or_default();
        Ok(Some(Told { arguments: told.arguments, work: Some(work), ..handled }))
    }

    fn asked(&mut self, visit: &Visit<'_>, reads: &Reads, retrier: Option<usize>) -> Result<Told, Unknown> {
        let question = question(visit, reads, used(visit, retrier));
        let before = matches!(visit.question, Question::Before);
        let key = (visit.state.id, before, Value::from(question.clone()).to_json());
        if let Some(told) = self.answered.get(&key) {
            return Ok(told);
        }
        let told = self.told(visit, &question)?;
        self.answered.keep(key, &told);
        Ok(told)
    }

    /// What is told of the state alone, if that is what the whole machine would tell; else of the whole machine.
    fn told(&mut self, visit: &Visit<'_>, question: &Object) -> Result<Told, Unknown> {
        if let Some(definition) = self.definitions.alone(visit) {
            match self.sent(visit, &request(definition, None, question))? {
                Ok(told) if !may_quote_name(&told, visit, self.machine) => return Ok(told),
                Ok(_) => {}
                Err(_) => self.definitions.never_alone(visit.state.id),
            }
        }
        let definition = self.definitions.whole(visit);
        let sent = self.sent(visit, &request(definition, Some(&visit.state.name), question))?;
        sent.map_err(|Useless { what, why }| self.stop(visit.state, what, &why))
    }

    fn sent(&mut self, visit: &Visit<'_>, request: &Value) -> Result<Result<Told, Useless>, Unknown> {
        let answer = self.answer(visit, request, |ask, request| ask.ask(request))?;
        let told = |answer: Value| told(&answer, visit.state, self.machine).map_err(Useless::unreadable);
        Ok(answer.and_then(told))
    }

    fn answer(
        &mut self,
        visit: &Visit<'_>,
        request: &Value,
        how: fn(&dyn Ask, &Value) -> Result<Value, AskError>,
    ) -> Result<Result<Value, Useless>, Unknown> {
        if self.calls >= self.settings.requests_max {
            let (construct, detail) = ("request budget".to_owned(), format!("{} requests", self.calls));
            return Err(Unknown { construct, detail, pointer: Arc::clone(&visit.state.pointer) });
        }
        self.calls += 1;
        match how(self.ask, request) {
            Ok(answer) => Ok(Ok(answer)),
            Err(error @ AskError::Refused { .. }) => {
                Ok(Err(Useless { what: "TestState refuses the request", why: error.to_string() }))
            }
            Err(AskError::Unknown(unknown)) => {
                Err(Unknown { pointer: visit.state.pointer.clone(), ..unknown })
            }
            Err(AskError::Unanswered(why)) => {
                self.stopped = Some(Halt::Unanswered(why.clone()));
                Err(Unknown {
                    construct: "TestState gave no answer".to_owned(),
                    detail: (*why).to_owned(),
                    pointer: Arc::clone(&visit.state.pointer),
                })
            }
        }
    }

    fn stop(&mut self, state: &State, what: &str, why: &str) -> Unknown {
        let cannot = Cannot { what: what.to_owned(), state: Some(state.path.clone()), why: why.to_owned() };
        self.stopped = Some(Halt::Cannot(cannot));
        let (construct, detail) = (what.to_owned(), why.to_owned());
        Unknown { construct, detail, pointer: Arc::clone(&state.pointer) }
    }
}

/// An answer that tells nothing.
struct Useless {
    what: &'static str,
    why: String,
}

impl Useless {
    fn unreadable(why: String) -> Self {
        Self { what: "the answer of TestState cannot be read", why }
    }
}

/// What is asked: a state, whether before its work, and the question.
type Key = (StateId, bool, String);

/// Answers by what was asked: items of a Map and rounds of a poll ask the same again and again.
#[derive(Default)]
struct Answered {
    told: BTreeMap<Key, Told>,
    bytes: usize,
}

impl Answered {
    fn get(&self, key: &Key) -> Option<Told> {
        self.told.get(key).cloned()
    }

    fn keep(&mut self, key: Key, told: &Told) {
        self.bytes += key.2.len();
        if self.bytes <= ANSWERED_BYTES_MAX {
            self.told.insert(key, told.clone());
        }
    }
}

/// Why TestState cannot be asked about a visit.
fn beyond(visit: &Visit<'_>, reads: &Reads) -> Option<&'static str> {
    if reads.chance {
        return Some("what it makes of the time and of random numbers, which TestState has of its own");
    }
    if !reads.context.is_empty() && !takes_mock(visit.state) {
        return Some(
            "what it makes of the context object, which TestState takes with a mock only, and this state has none",
        );
    }
    if reads.iteration {
        return Some("what it makes of `Map` of the context object, which TestState does not take");
    }
    if let Kind::Task(task) = &visit.state.kind
        && reads.token
        && task.integration.kind == Service::Activity
    {
        return Some("what it makes of the task token, which TestState does not take for an activity");
    }
    if let Kind::Map(map) = &visit.state.kind
        && map.result_writer.as_ref().is_some_and(|writer| writer.resource.is_none())
    {
        return Some("what its ResultWriter makes of the results, which TestState does not take as a list");
    }
    if variables(visit.variables).to_json().chars().count() > VARIABLES_MAX {
        return Some("the whole state, because its variables are larger than TestState takes");
    }
    match visit.question {
        Question::After { work: Work::Error { error, cause }, origin, .. } => {
            let long_cause = cause.as_ref().is_some_and(|cause| cause.chars().count() > CAUSE_MAX);
            if error.chars().count() > ERROR_MAX || long_cause {
                return Some("how it handles an error whose text is longer than TestState takes");
            }
            let names_heartbeat = origin == Origin::Heartbeat && handles_heartbeats(visit.state);
            names_heartbeat.then_some("how it handles a missed heartbeat, for which TestState has no name")
        }
        Question::After { work: Work::Result(_), .. }
        | Question::Alone
        | Question::Before
        | Question::Real => None,
    }
}

/// Whether a handler tells missed heartbeats from other timeouts.
fn handles_heartbeats(state: &State) -> bool {
    let retried = state.retry.iter().map(|retrier| &retrier.errors);
    let caught = state.catch.iter().map(|catcher| &catcher.errors);
    retried.chain(caught).flatten().any(|name| name.as_str() == ErrorName::HEARTBEAT_TIMEOUT)
}

/// The retrier that lists the failure of the work.
fn expected_retrier(visit: &Visit<'_>) -> Option<usize> {
    match visit.question {
        Question::After { work: Work::Error { error, .. }, .. } => {
            let failure = Failure { error, origin: Origin::Reported };
            first_retrier(&visit.state.retry, failure, Rules::default())
        }
        Question::After { work: Work::Result(_), .. }
        | Question::Alone
        | Question::Before
        | Question::Real => None,
    }
}

/// How often a retrier was used in this visit.
fn used(visit: &Visit<'_>, retrier: Option<usize>) -> u32 {
    retrier.and_then(|retrier| visit.retries.get(retrier)).copied().unwrap_or(0)
}
