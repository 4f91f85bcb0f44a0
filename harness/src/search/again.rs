//! Which runs are worth a second execution with the same input, a second delivery or a redrive: only those that leave
//! something which the run without faults would meet, or whose effects nothing guards.

use std::collections::BTreeSet;

use super::{Arena, Ground, Judged, Trial};
use crate::asl::{MachineType, StateId};
use crate::catalog::Effect;
use crate::fault::{Class, Incident, Plan};
use crate::history::{Attempt, History, Outcome};
use crate::mock::{Change, World, WrittenBy};
use crate::oracle;

/// After a week a lease is over, and what is still there stays.
const LATER: Incident = Incident::StartedAgain { after_ms: 7 * 86_400_000 };
/// Second executions of one ground.
const TRIALS_MAX: usize = 8;
/// Longer runs are not cut at every call.
const CALLS_MAX: usize = 200;

/// Trials in the making.
#[derive(Default)]
pub(super) struct Again {
    trials: Vec<Trial>,
    /// What was left by which states, and how the execution ended.
    ends: BTreeSet<(usize, &'static str, Vec<StateId>)>,
    redriven: BTreeSet<StateId>,
}

impl Again {
    /// Looks at a run with one fault.
    pub(super) fn after(&mut self, arena: &Arena, ground: &Ground, judged: &Judged) {
        self.redrive(arena, judged);
        let Trial { ground: at, plan } = &judged.trial;
        let history = &*judged.history;
        if history.outcome.succeeded() || matches!(history.outcome, Outcome::Unknown(_)) {
            return;
        }
        let Some(left_by) = left_behind(arena, ground, history, usize::MAX) else { return };
        let key = (*at, history.outcome.status(), left_by);
        if self.trials.len() < TRIALS_MAX && self.ends.insert(key) {
            self.trials.push(Trial { ground: *at, plan: plan.clone().with(LATER) });
        }
    }

    /// The trials, with those that need no fault: a second execution after a success, a second delivery.
    pub(super) fn trials(mut self, arena: &Arena, grounds: &[Ground], standing: &[usize]) -> Vec<Trial> {
        for at in standing.iter().copied() {
            let ground = &grounds[at];
            if arena.machine_type == MachineType::Express
                && ground.history.attempts.iter().any(|it| repeats(arena, it))
            {
                self.trials.push(Trial { ground: at, plan: Plan::default().with(Incident::DeliveredTwice) });
            }
            if ground.history.outcome.succeeded() && claims_to_work_once(arena, &ground.history) {
                let plan = Plan::default().with(Incident::STARTED_AGAIN);
                self.trials.push(Trial { ground: at, plan });
            }
            if ground.history.outcome.succeeded()
                && left_behind(arena, ground, &ground.history, usize::MAX).is_some()
            {
                self.trials.push(Trial { ground: at, plan: Plan::default().with(LATER) });
            }
        }
        self.trials
    }

    /// A lost answer that nothing handles: a redrive goes on with the same call.
    fn redrive(&mut self, arena: &Arena, judged: &Judged) {
        let history = &*judged.history;
        if arena.machine_type == MachineType::Express || !matches!(history.outcome, Outcome::Failed { .. }) {
            return;
        }
        let Some(last) = history.attempts.last().filter(|last| last.applied && repeats(arena, last)) else {
            return;
        };
        let class = last.injected.map(|at| &history.injected[at].class);
        if class == Some(&Class::LostAnswer) && self.redriven.insert(last.state) {
            let plan = judged.trial.plan.clone().with(Incident::Redriven);
            self.trials.push(Trial { ground: judged.trial.ground, plan });
        }
    }
}

/// A stop at the first moment at which the run without faults holds something that the next one would meet.
pub(super) fn aborted(arena: &Arena, grounds: &[Ground], standing: &[usize]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for at in standing.iter().copied() {
        let history = &grounds[at].history;
        if history.attempts.len() > CALLS_MAX || !history.outcome.succeeded() || !writes(arena) {
            continue;
        }
        let moment = (1..history.attempts.len())
            .find(|calls| left_behind(arena, &grounds[at], history, *calls).is_some());
        if let Some(moment) = moment {
            let after_ms = history.attempts[moment].at.0.saturating_add(1);
            let plan = Plan::default().with(Incident::Aborted { after_ms }).with(LATER);
            trials.push(Trial { ground: at, plan });
        }
    }
    trials
}

/// The states that left something which a second execution meets; `None`: it would meet nothing.
fn left_behind(arena: &Arena, ground: &Ground, history: &History, calls: usize) -> Option<Vec<StateId>> {
    if !writes(arena) {
        return None;
    }
    let machine = &arena.model.machine;
    let world = World::after_calls(machine, history, calls);
    // A fault in a write of the record itself: whether it is there, nobody could know.
    let hits = |attempt: &Attempt| {
        let touched = world.touched(machine.state(attempt.state), &attempt.parameters);
        attempt.injected.is_some()
            && touched.iter().any(|identity| world.log().iter().any(|write| write.identity == *identity))
    };
    if history.attempts.iter().any(hits) {
        return None;
    }
    let Incident::StartedAgain { after_ms } = LATER else { return None };
    let case = arena.case(&ground.scenario, &Plan::default());
    let now_ms = case.epoch_ms.saturating_add(i64::try_from(after_ms).unwrap_or(i64::MAX));
    if !world.would_change(machine, &ground.history, now_ms, &case.execution_name) {
        return None;
    }
    let left = world.log().iter().filter(|write| write.change != Change::Removed);
    let mut states: Vec<StateId> = left
        .filter_map(|write| match write.by {
            WrittenBy::First(at) => Some(history.attempts[at].state),
            WrittenBy::Second => None,
        })
        .collect();
    states.sort_unstable();
    states.dedup();
    Some(states)
}

/// Whether a run looks for, or writes, a record that is called one of finished work.
fn claims_to_work_once(arena: &Arena, history: &History) -> bool {
    oracle::claims(&arena.model.machine)
        .any(|state| history.attempts.iter().any(|attempt| attempt.state == state.id))
}

/// Whether any task can leave something that a fake knows.
fn writes(arena: &Arena) -> bool {
    arena.model.machine.states.iter().filter_map(|state| state.task()).any(World::can_hold)
}

/// Whether a second call is known to do the work once more.
fn repeats(arena: &Arena, attempt: &Attempt) -> bool {
    match arena.model.effect_of(attempt.state, &attempt.parameters) {
        Effect::Unguarded | Effect::Guarded { .. } => true,
        Effect::None | Effect::Repeatable | Effect::Notification | Effect::Unknown => false,
    }
}
