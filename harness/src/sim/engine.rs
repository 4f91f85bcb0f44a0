//! The loop: strands run until each of them waits, then the clock moves on.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::asl::{Kind, Machine, MachineType, State, StateId};
use crate::expr::{ContextObject, Env, Random};
use crate::history::{Detail, EventType, ExecutionTimer, History, Iteration, Outcome, StrandId, Unknown};
use crate::mock::Responder;
use crate::value::Value;

use super::clock::{Alarm, Clock, Ticket};
use super::container::Container;
use super::context::{ContextParts, StrandContext};
use super::distributed::Child;
use super::failure::StateError;
use super::strand::{Phase, Step, Strand, at};
use super::{Case, Limits};

/// Docs, "Quotas": a Standard execution lasts at most a year, an Express one five minutes.
pub(super) const STANDARD_LONGEST_MS: u64 = 31_536_000_000;
pub(super) const EXPRESS_LONGEST_MS: u64 = 300_000;

/// How much a child execution of a distributed Map adds to the step budget: large Maps are no endless loops.
const STEPS_PER_CHILD: u64 = 1_000;

/// One execution while it runs.
pub(super) struct Engine<'a> {
    pub(super) machine: &'a Machine,
    pub(super) case: &'a Case,
    pub(super) responder: &'a mut dyn Responder,
    pub(super) clock: Clock,
    pub(super) strands: Vec<Strand>,
    pub(super) containers: Vec<Container>,
    pub(super) children: Vec<Child>,
    pub(super) ready: VecDeque<StrandId>,
    pub(super) random: Random,
    pub(super) jsonata: crate::expr::jsonata::Session,
    pub(super) context: ContextParts<'a>,
    pub(super) history: History,
    pub(super) visits: Visits,
    /// Calls by state, over all iterations.
    pub(super) invocations: Vec<u32>,
    /// Set where one state is run by itself.
    pub(super) probe: Option<Box<super::probe::Probing>>,
    /// Set where somebody else works the states out.
    pub(super) teller: Option<&'a mut super::Teller<'a>>,
    /// What submissions answer by default, by state; see [`Engine::submitted`].
    pub(super) submitted: BTreeMap<StateId, Value>,
    steps: u64,
    pub(super) ended: bool,
}

/// How often each state was entered, by iteration.
#[derive(Debug, Default)]
pub(super) struct Visits {
    top: Vec<u32>,
    inner: BTreeMap<(StateId, Iteration), u32>,
}

impl Visits {
    fn count(&mut self, state: StateId, iteration: Iteration) -> u32 {
        let slot = if iteration.0.is_empty() {
            &mut self.top[state.0 as usize]
        } else {
            self.inner.entry((state, iteration)).or_default()
        };
        *slot += 1;
        *slot
    }
}

impl<'a> Engine<'a> {
    pub(super) fn new(machine: &'a Machine, case: &'a Case, responder: &'a mut dyn Responder) -> Self {
        let states = machine.states.len();
        Self {
            machine,
            case,
            responder,
            clock: Clock::default(),
            strands: Vec::with_capacity(1),
            containers: Vec::new(),
            children: Vec::new(),
            ready: VecDeque::new(),
            random: Random::new(case.seed),
            jsonata: crate::expr::jsonata::Session::default(),
            context: ContextParts::new(machine, case),
            history: super::record::empty_history(case, states),
            visits: Visits { top: vec![0; states], inner: BTreeMap::new() },
            invocations: vec![0; states],
            probe: None,
            teller: None,
            submitted: BTreeMap::new(),
            steps: 0,
            ended: false,
        }
    }

    pub(super) fn run(mut self) -> History {
        self.drive();
        self.history
    }

    /// From the start to the end.
    pub(super) fn drive(&mut self) {
        self.start();
        self.work();
        let case = self.case;
        let planned = case.plan.is_redriven().then_some(0);
        for after_ms in case.redrives_after_ms.iter().copied().chain(planned) {
            if !self.redrive(after_ms) {
                break;
            }
            self.work();
        }
    }

    /// Lets everything happen until the execution ends.
    fn work(&mut self) {
        while !self.ended {
            if let Some(strand) = self.ready.pop_front() {
                self.advance(strand);
                continue;
            }
            let alarm = self.clock.next();
            self.tell_time();
            match alarm {
                Some(Alarm::Deadline) => self.time_out(),
                Some(Alarm::Stop) => self.stop(),
                Some(Alarm::Strand(strand, ticket)) => self.ring(strand, ticket),
                None => unreachable!("the deadline of the execution is always set"),
            }
        }
    }

    /// Expressions see the virtual time; called whenever it has moved on.
    pub(super) fn tell_time(&self) {
        let elapsed_ms = i64::try_from(self.clock.now().0).unwrap_or(i64::MAX);
        self.jsonata.set_now_ms(self.case.epoch_ms.saturating_add(elapsed_ms));
    }

    fn start(&mut self) {
        self.tell_time();
        let input = self.case.input.clone();
        let top = self.spawn(Strand::new(
            crate::asl::ScopeId::TOP,
            self.machine.scopes[0].start,
            input.clone(),
            crate::history::EventId::default(),
        ));
        self.prepare_probe(top);
        self.emit_plain(top, EventType::ExecutionStarted, Detail::Input(input));
        // Recorded on AWS: the first state's Entered event follows event 0, not ExecutionStarted.
        self.strands[at(top)].last = crate::history::EventId::default();
        if self.case.input.json_len() > self.case.limits.payload_bytes_max {
            let detail =
                format!("StartExecution refuses inputs over {} bytes", self.limits().payload_bytes_max);
            return self.give_up("oversized execution input", detail, "");
        }
        self.clock.set(self.longest_ms().1, Alarm::Deadline);
        let stop_ms = self.case.stop.as_ref().map(|stop| stop.after_ms);
        if let Some(after_ms) = stop_ms.or_else(|| self.case.plan.aborted_after_ms()) {
            self.clock.set(after_ms, Alarm::Stop);
        }
        self.ready.push_back(top);
    }

    /// Which clock bounds the execution, and when it fires.
    pub(super) fn longest_ms(&self) -> (ExecutionTimer, u64) {
        let longest = match self.case.machine_type {
            MachineType::Standard => STANDARD_LONGEST_MS,
            MachineType::Express => EXPRESS_LONGEST_MS,
        };
        match self.machine.timeout_seconds {
            Some(seconds) if seconds.saturating_mul(1000) <= longest => {
                (ExecutionTimer::Declared, seconds.saturating_mul(1000))
            }
            _ => (ExecutionTimer::Longest, longest),
        }
    }

    pub(super) fn limits(&self) -> Limits {
        self.case.limits
    }

    pub(super) fn state(&self, strand: StrandId) -> &'a State {
        self.machine.state(self.strands[at(strand)].state)
    }

    pub(super) fn spawn(&mut self, strand: Strand) -> StrandId {
        let id = StrandId(self.strands.len() as u32);
        self.history.strands.push(crate::history::Strand {
            scope: strand.scope,
            parent: strand.parent.map(|(container, _)| self.containers[container.0].owner),
            item: strand.item.as_ref().map(|item| item.index),
        });
        if let Some((container, _)) = strand.parent {
            let owner = self.containers[container.0].owner;
            self.strands[at(owner)].container = Some(container);
        }
        self.strands.push(strand);
        id
    }

    /// Runs a strand until it waits or ends.
    pub(super) fn advance(&mut self, id: StrandId) {
        if matches!(self.strands[at(id)].phase, Phase::Done) {
            return; // A failing sibling took it along before it began.
        }
        let mut step = self.enter(id);
        loop {
            match step {
                Step::Goto(state, input) => {
                    let strand = &mut self.strands[at(id)];
                    strand.state = state;
                    strand.input = input;
                    strand.phase = Phase::Entering;
                    strand.awaits_entry = true;
                    step = self.enter(id);
                }
                Step::Finish(output) => {
                    self.strands[at(id)].phase = Phase::Done;
                    return self.finish_scope(id, output);
                }
                Step::Block | Step::End => return,
            }
        }
    }

    /// Continues a strand with the outcome of something it waited for.
    pub(super) fn resume(&mut self, id: StrandId, step: Step) {
        match step {
            Step::Goto(state, input) => {
                let strand = &mut self.strands[at(id)];
                strand.state = state;
                strand.input = input;
                strand.phase = Phase::Entering;
                strand.awaits_entry = true;
                self.ready.push_back(id);
            }
            Step::Finish(output) => {
                self.strands[at(id)].phase = Phase::Done;
                self.finish_scope(id, output);
            }
            Step::Block | Step::End => {}
        }
    }

    /// The step budget: that of the case, and more for each child execution of a distributed Map.
    fn steps_max(&self) -> u64 {
        self.limits().steps_max.saturating_add(STEPS_PER_CHILD * self.children.len() as u64)
    }

    fn enter(&mut self, id: StrandId) -> Step {
        self.steps += 1;
        if self.ended {
            return Step::End;
        }
        let steps_max = self.steps_max();
        if self.steps > steps_max {
            let detail = format!("{steps_max} state entries");
            let pointer = self.state(id).pointer.clone();
            self.give_up("step budget", detail, &pointer);
            return Step::End;
        }
        let state = self.state(id);
        let now = self.clock.now();
        let input = self.strands[at(id)].input.clone();
        let before = self.strands[at(id)].last;
        let event = self.emit(id, entered_type(&state.kind), Detail::Input(input));
        let strand = &mut self.strands[at(id)];
        strand.entered_after = before;
        strand.entered = event;
        strand.entered_at = now;
        strand.attempts = 0;
        strand.retries.clear();
        strand.awaits_entry = false;
        strand.container = None;
        if matches!(state.kind, Kind::Task(_) | Kind::Choice(_)) {
            let iteration = self.history.iteration(id);
            self.strands[at(id)].visit = self.visits.count(state.id, iteration);
        }
        if self.ended {
            return Step::End;
        }
        if let Some(error) = self.child_limit(id) {
            return self.fail(id, error, None);
        }
        if !self.consult_alone(id, state) {
            return Step::End;
        }
        match &state.kind {
            Kind::Pass { result } => self.pass(id, state, result.as_ref()),
            Kind::Choice(choice) => self.choose(id, state, choice),
            Kind::Task(task) => self.attempt(id, state, task),
            Kind::Wait(wait) => self.pause(id, state, wait),
            Kind::Succeed => self.succeed(id, state),
            Kind::Fail { error, cause } => self.fail_state(id, state, error.as_ref(), cause.as_ref()),
            Kind::Parallel { branches } => self.enter_parallel(id, state, branches),
            Kind::Map(map) => self.enter_map(id, state, map),
        }
    }

    fn ring(&mut self, id: StrandId, ticket: Ticket) {
        if self.strands[at(id)].ticket != ticket {
            return;
        }
        let state = self.state(id);
        let step = match std::mem::replace(&mut self.strands[at(id)].phase, Phase::Entering) {
            Phase::Pausing => self.wake(id, state),
            Phase::Attempting { attempt, end: Some(end) } => self.end_attempt(id, state, attempt, end),
            Phase::BackingOff => self.retry(id, state),
            phase @ (Phase::Entering | Phase::Attempting { .. } | Phase::Containing(_) | Phase::Done) => {
                unreachable!("no timer is set in phase {phase:?}")
            }
        };
        self.resume(id, step);
    }

    /// Sets a timer that only counts while the strand stays where it is.
    pub(super) fn set_timer(&mut self, id: StrandId, after_ms: u64) {
        let strand = &mut self.strands[at(id)];
        strand.ticket.0 += 1;
        self.clock.set(after_ms, Alarm::Strand(id, strand.ticket));
    }

    /// A scope has ended with an output: the execution succeeds, or the enclosing state goes on.
    fn finish_scope(&mut self, id: StrandId, output: Value) {
        if let Some((container, slot)) = self.strands[at(id)].parent {
            return self.child_succeeded(container, slot, id, output);
        }
        self.emit_plain(id, EventType::ExecutionSucceeded, Detail::Output(output.clone(), None));
        if !self.ended {
            self.end(Outcome::Succeeded { output });
        }
    }

    /// The execution fails.
    pub(super) fn fail_execution(&mut self, id: StrandId, error: &StateError) -> Step {
        let (error, cause) = (error.error.clone(), error.cause.clone());
        let last = self.strands[at(id)].last;
        let top = StrandId(0);
        self.strands[at(top)].last = last;
        self.emit_plain(top, EventType::ExecutionFailed, Detail::Failure(error.clone(), cause.clone()));
        if !self.ended {
            self.end(Outcome::Failed { error, cause });
        }
        Step::End
    }

    fn time_out(&mut self) {
        let top = StrandId(0);
        // Recorded on AWS: ExecutionTimedOut follows event 0, and the state that was cut off has no Exited event.
        self.strands[at(top)].last = crate::history::EventId::default();
        let failure = Detail::Failure(Some(Arc::from(crate::error::ErrorName::TIMEOUT)), None);
        self.emit_plain(top, EventType::ExecutionTimedOut, failure);
        let by = self.longest_ms().0;
        self.end(Outcome::TimedOut { by });
    }

    pub(super) fn end(&mut self, outcome: Outcome) {
        if self.ended {
            return;
        }
        self.ended = true;
        self.history.outcome = outcome;
        self.history.duration = self.clock.now();
        self.close_attempts();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Ends the run without a result.
    pub(super) fn give_up(&mut self, construct: &str, detail: String, pointer: &str) {
        self.end(Outcome::Unknown(Unknown {
            construct: construct.to_owned(),
            detail,
            pointer: Arc::from(pointer),
        }));
    }

    /// Evaluates something in the view of a strand.
    pub(super) fn with_env<T>(&self, id: StrandId, input: &Value, evaluate: impl FnOnce(&Env<'_>) -> T) -> T {
        let context = StrandContext { engine: self, strand: id, item: self.strands[at(id)].item.as_ref() };
        self.with_context(id, input, &context, evaluate)
    }

    /// Evaluates something with a context object of its own.
    pub(super) fn with_context<T>(
        &self,
        id: StrandId,
        input: &Value,
        context: &dyn ContextObject,
        evaluate: impl FnOnce(&Env<'_>) -> T,
    ) -> T {
        let variables = &self.strands[at(id)].variables;
        let states = crate::expr::States::default();
        evaluate(&Env { input, context, variables, random: &self.random, states, jsonata: &self.jsonata })
    }
}

fn entered_type(kind: &Kind) -> EventType {
    match kind {
        Kind::Task(_) => EventType::TaskStateEntered,
        Kind::Pass { .. } => EventType::PassStateEntered,
        Kind::Choice(_) => EventType::ChoiceStateEntered,
        Kind::Wait(_) => EventType::WaitStateEntered,
        Kind::Succeed => EventType::SucceedStateEntered,
        Kind::Fail { .. } => EventType::FailStateEntered,
        Kind::Parallel { .. } => EventType::ParallelStateEntered,
        Kind::Map(_) => EventType::MapStateEntered,
    }
}
