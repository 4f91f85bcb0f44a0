//! The catalogue of static advice: what the definition alone shows, and an expert would say in a review.
//!
//! Advice has no run that proves it, so it never fails a build. It is quiet where a definition may be meant as it is,
//! says each thing once for all states, and leaves to the rules what they prove. docs/advice.md is the page for users.

mod calls;
mod express;
mod id;
mod maps;
mod retries;
mod shape;
#[cfg(test)]
mod tests;

pub use id::AdviceId;

use crate::asl::{MachineType, State, StateId};
use crate::model::Model;
use crate::oracle::{Fix, RuleId, Severity};
use crate::value::Value;

/// One piece of advice, for all states that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// Which.
    pub id: AdviceId,
    /// How much it matters.
    pub severity: Severity,
    /// The states, in the order of the definition; empty for the machine as a whole.
    pub states: Vec<StateId>,
    /// One line for people.
    pub title: String,
    /// Why, in a few sentences.
    pub why: String,
    /// What to change.
    pub fix: Fix,
    /// The field of the definition to show, as a JSON pointer.
    pub pointer: String,
}

/// What is known of a machine besides its definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The template says that executions are not logged.
    pub logs_off: bool,
}

/// Everything that the catalogue says of a machine, in the order of the catalogue.
pub fn advise(model: &Model, setting: Setting) -> Vec<Advice> {
    let mut found = Vec::new();
    for id in AdviceId::ALL {
        found.extend(one(*id, model, setting));
    }
    found
}

fn one(id: AdviceId, model: &Model, setting: Setting) -> Option<Advice> {
    match id {
        AdviceId::NoJitter => retries::no_jitter(model),
        AdviceId::NoMaxDelay => retries::no_max_delay(model),
        AdviceId::HeartbeatMissing => calls::heartbeat_missing(model),
        AdviceId::TimerBehindLimit => calls::timer_behind_limit(model),
        AdviceId::PollInsteadOfSync => calls::poll_instead_of_sync(model, setting),
        AdviceId::NestedSyncString => calls::nested_sync_string(model),
        AdviceId::LambdaWrapsCall => calls::lambda_wraps_call(model),
        AdviceId::FunctionLatest => calls::function_latest(model),
        AdviceId::SecretInDefinition => calls::secret_in_definition(model),
        AdviceId::ExpressRepeatsEffect => express::repeats_effect(model, setting),
        AdviceId::ExpressTimerTooLong => express::timer_too_long(model, setting),
        AdviceId::ExpressLogsOff => express::logs_off(setting),
        AdviceId::MapConcurrencyAbove40 => maps::concurrency_above_40(model),
        AdviceId::InlineMapOverList => maps::inline_over_list(model),
        AdviceId::DistributedMapConcurrency => maps::distributed_concurrency(model),
        AdviceId::DistributedMapWithoutWriter => maps::distributed_without_writer(model),
        AdviceId::MapIterator => maps::iterator(model),
        AdviceId::DeepNesting => shape::deep_nesting(model),
        AdviceId::ParallelSingleBranch => shape::parallel_single_branch(model),
        AdviceId::FailWithoutCause => shape::fail_without_cause(model),
    }
}

impl Advice {
    /// Leaves out the states of which a finding says the same; nothing, if none is left.
    #[must_use]
    pub fn without_found(mut self, found: impl Fn(RuleId, StateId) -> bool) -> Option<Self> {
        let rules = self.id.proven_by();
        let before = self.states.len();
        self.states.retain(|state| rules.iter().all(|rule| !found(*rule, *state)));
        // A patch for states that are no longer named would surprise.
        if self.states.len() < before {
            self.fix.asl_patch.clear();
        }
        (before == 0 || !self.states.is_empty()).then_some(self)
    }
}

/// Advice for some states, shown at a field of the first one; nothing, if there is none.
fn at(id: AdviceId, severity: Severity, states: &[&State], field: &str, says: Says) -> Option<Advice> {
    let first = states.first()?;
    let Says { title, why, fix } = says;
    let pointer =
        if field.is_empty() { first.pointer.to_string() } else { format!("{}/{field}", first.pointer) };
    Some(Advice {
        id,
        severity,
        states: states.iter().map(|state| state.id).collect(),
        title,
        why,
        fix,
        pointer,
    })
}

/// The words of a piece of advice.
struct Says {
    title: String,
    why: String,
    fix: Fix,
}

/// The states that an execution can enter.
fn reachable(model: &Model) -> impl Iterator<Item = &State> {
    model.machine.states.iter().filter(|state| model.graph.is_reachable(state.id))
}

/// A field of a state as it is written.
fn written(model: &Model, state: &State, field: &str) -> Option<Value> {
    model.machine.document.node(&format!("{}/{field}", state.pointer)).map(crate::load::Node::to_value)
}

/// The request of a task as it is written.
fn request(model: &Model, state: &State) -> Value {
    written(model, state, "Parameters").or_else(|| written(model, state, "Arguments")).unwrap_or(Value::Null)
}

/// `` `A` `` or `` `A` and 3 others ``
fn named(states: &[&State]) -> String {
    match states {
        [] => "no state".to_owned(),
        [only] => format!("`{}`", only.name),
        [first, second] => format!("`{}` and `{}`", first.name, second.name),
        [first, rest @ ..] => format!("`{}` and {} others", first.name, rest.len()),
    }
}

/// The form of a verb for so many states.
fn form<'v>(states: &[&State], one: &'v str, several: &'v str) -> &'v str {
    if states.len() == 1 { one } else { several }
}
