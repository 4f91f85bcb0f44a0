//! How often a task takes effect, over all executions of a run.

use std::collections::BTreeMap;

use crate::bdd::words::phrase::{listed, time, times};
use crate::catalog::Effect;
use crate::history::{Attempt, History, Iteration, VirtualTime, Visits};
use crate::model::Model;

/// What some visits of a task did.
pub(super) struct Done {
    /// Each effect: in which items, in which execution from 1, and when.
    effects: Vec<(Iteration, usize, VirtualTime)>,
    /// Work that only repeated an earlier effect.
    repeated: usize,
    /// Calls, whatever became of them.
    attempts: usize,
    /// Executions of the run.
    executions: usize,
}

impl Done {
    /// Looks at every execution of a run.
    pub(super) fn of(model: &Model, history: &History, visits: &Visits) -> Self {
        let executions = history.executions();
        let mut done = Self { effects: Vec::new(), repeated: 0, attempts: 0, executions: executions.len() };
        let mut counted: Vec<&Attempt> = Vec::new();
        for (at, execution) in executions.into_iter().enumerate() {
            for attempt in execution.attempts_in(visits) {
                done.attempts += 1;
                if !attempt.applied || model.effect_of(attempt.state, &attempt.parameters) == Effect::None {
                    continue;
                }
                if counted.iter().any(|first| is_the_same(model, first, attempt)) {
                    done.repeated += 1;
                    continue;
                }
                counted.push(attempt);
                done.effects.push((execution.iteration(attempt.strand), at + 1, attempt.ended_at));
            }
        }
        done
    }

    /// How many there are.
    pub(super) fn effects(&self) -> usize {
        self.effects.len()
    }

    /// How many there are for each item.
    pub(super) fn by_item(&self) -> BTreeMap<&Iteration, usize> {
        let mut items = BTreeMap::new();
        for (iteration, _, _) in &self.effects {
            *items.entry(iteration).or_default() += 1;
        }
        items
    }

    /// `it takes effect twice: after 350 ms and 2.4 s`
    pub(super) fn told(&self) -> String {
        const MOMENTS_MAX: usize = 5;
        if self.effects.is_empty() {
            return match self.attempts {
                0 => "it is never attempted".to_owned(),
                count => format!("it is attempted {}, and its work is never done", times(count)),
            };
        }
        let told = |(_, execution, at): &(Iteration, usize, VirtualTime)| match self.executions {
            1 => time(*at).to_string(),
            _ => format!("{} of execution {execution}", time(*at)),
        };
        let mut moments: Vec<String> = self.effects.iter().take(MOMENTS_MAX).map(told).collect();
        if self.effects.len() > MOMENTS_MAX {
            moments.push(format!("{} more times", self.effects.len() - MOMENTS_MAX));
        }
        let repeated = match self.repeated {
            0 => String::new(),
            count => format!("; {} more did no harm", times(count)),
        };
        format!("it takes effect {}: after {}{repeated}", times(self.effects.len()), listed(&moments))
    }
}

/// Whether work that was done again leaves everything as the first did: as declared, by an idempotency token, or because
/// the same put or delete changes nothing more.
fn is_the_same(model: &Model, first: &Attempt, again: &Attempt) -> bool {
    let declared = model.declaration(again.state, &again.parameters).unwrap_or_default();
    if let Some(key) = &declared.key {
        let value = key.find(&again.parameters);
        return value.is_some() && value == key.find(&first.parameters);
    }
    let is_same_request = first.parameters == again.parameters;
    match model.effect_of(again.state, &again.parameters) {
        Effect::None => true,
        // What is declared to be safe to repeat is so for the same item and visit, whatever a retry says in its request.
        Effect::Repeatable if declared.effect.is_some() => {
            is_same_request || (first.strand == again.strand && first.visit == again.visit)
        }
        Effect::Repeatable => is_same_request,
        // A queue that compares contents is not to be seen in a request.
        Effect::Guarded { by } => {
            by.iter().filter(|member| !matches!(**member, "MessageBody" | "Message")).any(|member| {
                let value = again.parameters.get(member);
                value.is_some() && value == first.parameters.get(member)
            })
        }
        Effect::Notification | Effect::Unguarded | Effect::Unknown => false,
    }
}
