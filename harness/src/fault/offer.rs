//! What can be injected at one task: the classes that apply to it, those with the same consequences once.

use std::sync::Arc;

use super::{Burst, Class, Injection, classes, injection};
use crate::asl::{Kind, Machine, MapMode, State, Task};
use crate::error::{ErrorName, Failure, Origin, first_catcher, first_retrier};
use crate::model::Model;

/// Classes of faults at one task that meet the same handlers and have the same kind of consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The one to inject.
    pub class: Class,
    /// The others, which would show the same.
    pub same: Vec<Class>,
    /// How long it can last in ways that differ, the shortest first.
    pub bursts: Vec<Burst>,
}

/// Everything worth injecting at a task; nothing for other states.
///
/// Two classes are one if every retrier and catcher on the way up treats them alike, and if they agree on when the
/// task ends and whether the work was done. Where a retrier takes them, errors that pass and errors that stay are
/// kept apart, for only then does it matter whether trying again can help.
pub fn offers(model: &Model, state: &State) -> Vec<Offer> {
    let Some(task) = state.task() else { return Vec::new() };
    let mut known: Vec<(Key, Offer)> = Vec::new();
    for class in classes(model, state) {
        let consequence = Consequence::of(&class, task);
        let meeting = Meeting::of(&model.machine, state, &consequence);
        let trouble = if meeting.is_retried() { trouble(&class) } else { Trouble::Any };
        let status = matches!(class, Class::Status(_)).then(|| class.clone());
        let key = Key { levels: meeting.levels.clone(), moment: consequence.moment, trouble, status };
        if let Some((_, offer)) = known.iter_mut().find(|(other, _)| *other == key) {
            offer.same.push(class);
            continue;
        }
        let first_of_its_route = known.iter().all(|(other, _)| other.levels != key.levels);
        let bursts = bursts(model, state, &class, &meeting, first_of_its_route);
        known.push((key, Offer { class, same: Vec::new(), bursts }));
    }
    known.into_iter().map(|(_, offer)| offer).collect()
}

/// What tells two offers of a site apart.
#[derive(PartialEq)]
struct Key {
    levels: Vec<Level>,
    moment: Moment,
    trouble: Trouble,
    status: Option<Class>,
}

/// Whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// No retrier asks.
    Any,
    Passes,
    Denied,
    OfTheWork,
}

fn trouble(class: &Class) -> Trouble {
    match class {
        Class::Throttling
        | Class::ServiceError
        | Class::Timeout
        | Class::LostAnswer
        | Class::LostHeartbeat
        | Class::CallbackMissing
        | Class::CallbackLate
        | Class::CallbackDuplicate
        | Class::JobNeverEnds
        | Class::Status(_) => Trouble::Passes,
        Class::PermissionDenied => Trouble::Denied,
        Class::ApplicationError(_) | Class::CallbackFailed(_) | Class::JobFails | Class::OversizedResult => {
            Trouble::OfTheWork
        }
    }
}

/// When an attempt ends, and whether the work was done by then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The attempt answers.
    Normal,
    AtOnce {
        applied: bool,
    },
    Late {
        applied: bool,
    },
    Never,
}

/// What a fault does to one attempt, as far as handlers are concerned.
struct Consequence {
    moment: Moment,
    error: Option<(Arc<str>, Origin)>,
}

impl Consequence {
    fn of(class: &Class, task: &Task) -> Self {
        let timeout = || Some((Arc::from(ErrorName::TIMEOUT), Origin::Reported));
        match injection(class, task) {
            Injection::Fail { error, after_ms, applied, .. } => {
                let moment =
                    if after_ms == 0 { Moment::AtOnce { applied } } else { Moment::Late { applied } };
                Self { moment, error: Some((error, Origin::Reported)) }
            }
            Injection::Silence { applied, heartbeats: false } if task.heartbeat.is_some() => {
                let error = Some((Arc::from(ErrorName::TIMEOUT), Origin::Heartbeat));
                Self { moment: Moment::Late { applied }, error }
            }
            Injection::Silence { applied, .. } if task.timeout.is_some() => {
                Self { moment: Moment::Late { applied }, error: timeout() }
            }
            Injection::Late if task.timeout.is_some() || task.heartbeat.is_some() => {
                Self { moment: Moment::Late { applied: true }, error: timeout() }
            }
            Injection::Silence { .. } | Injection::Late => Self { moment: Moment::Never, error: None },
            Injection::Oversized => Self {
                moment: Moment::AtOnce { applied: true },
                error: Some((Arc::from(ErrorName::DATA_LIMIT), Origin::Reported)),
            },
            Injection::Twice | Injection::Member { .. } => Self { moment: Moment::Normal, error: None },
        }
    }
}

/// The handlers of one state that list an error: the first retrier, the first catcher.
type Level = (Option<usize>, Option<usize>);

/// The handlers that a failure meets on its way up, from the task itself to the state that catches it.
struct Meeting {
    levels: Vec<Level>,
    /// `MaxAttempts` of the retriers at these levels; 0 where there is none.
    retries: Vec<u32>,
    /// Where the task's own catcher leads.
    caught_to: Option<crate::asl::StateId>,
}

impl Meeting {
    fn of(machine: &Machine, state: &State, consequence: &Consequence) -> Self {
        let mut meeting = Self { levels: Vec::new(), retries: Vec::new(), caught_to: None };
        let Some((mut error, mut origin)) = consequence.error.clone() else { return meeting };
        for level in std::iter::once(state).chain(machine.enclosing(state.id)) {
            // Docs, "Distributed Map": a failed item counts against the tolerance; past it, the Map itself fails.
            if matches!(&level.kind, Kind::Map(map) if matches!(map.mode, MapMode::Distributed(_))) {
                (error, origin) = (Arc::from("States.ExceedToleratedFailureThreshold"), Origin::Reported);
            }
            let failure = Failure { error: &error, origin };
            let retrier = first_retrier(&level.retry, failure);
            let catcher = first_catcher(&level.catch, failure);
            meeting.levels.push((retrier, catcher));
            meeting.retries.push(retrier.map_or(0, |at| level.retry[at].attempts_max));
            if let Some(catcher) = catcher {
                if level.id == state.id {
                    meeting.caught_to = Some(level.catch[catcher].next);
                }
                break;
            }
        }
        meeting
    }

    fn is_retried(&self) -> bool {
        self.retries.iter().any(|retries| *retries > 0)
    }
}

/// Once, the last survivable count, the exhausting one; for ever where a retry further up, or a loop, tries again.
fn bursts(
    model: &Model,
    state: &State,
    class: &Class,
    meeting: &Meeting,
    first_of_its_route: bool,
) -> Vec<Burst> {
    if let Class::Status(_) = class {
        return vec![Burst::Forever];
    }
    let own = meeting.retries.first().copied().unwrap_or(0);
    let mut bursts = vec![Burst::Attempts(1)];
    // What another class has shown of this route need not be shown again: whether it is retried, and how the
    // effect fares when it is; the work's own errors and denials are only asked whether they are retried at all.
    let asks_all = first_of_its_route || matches!(trouble(class), Trouble::Passes);
    if own > 0 && asks_all {
        if own > 1 && first_of_its_route {
            bursts.push(Burst::Attempts(own));
        }
        bursts.push(Burst::Attempts(own.saturating_add(1)));
    }
    let retried_above = meeting.retries.iter().skip(1).any(|retries| *retries > 0);
    let loops_back = meeting
        .caught_to
        .is_some_and(|next| model.graph.loop_of(state.id).is_some_and(|found| found.contains(next)));
    if asks_all && (retried_above || loops_back) {
        bursts.push(Burst::Forever);
    }
    bursts
}
