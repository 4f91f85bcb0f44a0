//! Two executions of one case: what was walked, and what the simulator tells by itself.

use super::Kind;
use super::compare::{Difference, Place};
use crate::asl::{Machine, StateId};
use crate::history::{Handling, History, Outcome};
use crate::value::Value;

/// Where they part, in each respect the first place; with the state that it is about.
pub(super) fn differences(
    simulated: &History,
    walked: &History,
    machine: &Machine,
) -> Vec<(Option<StateId>, Difference)> {
    let mut found = Vec::new();
    let both = [simulated, walked];
    let lists = [
        ("execution.states", both.map(entered)),
        ("execution.retries", both.map(retries)),
        ("execution.catchers", both.map(catchers)),
    ];
    for (field, [ours, theirs]) in lists {
        let at = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at));
        let Some(at) = at else { continue };
        let (ours, theirs) = (ours.get(at), theirs.get(at));
        let state = ours.or(theirs).map(|step| step.0);
        let told = |step: Option<&Step>| step.map(|step| Value::from(step.told(machine)));
        found.push((state, difference(field, format!("[{at}]"), told(ours), told(theirs))));
    }
    let ends = both.map(|history| end(&history.outcome));
    for ((field, ours), (_, theirs)) in ends[0].iter().zip(&ends[1]) {
        if ours != theirs {
            let field = format!("execution.{field}");
            found.push((None, difference(&field, "$".to_owned(), ours.clone(), theirs.clone())));
        }
    }
    found
}

fn difference(field: &str, path: String, ours: Option<Value>, theirs: Option<Value>) -> Difference {
    let places = vec![Place { path, ours, theirs }];
    Difference { field: field.to_owned(), kind: Kind::History, places, follow: Vec::new() }
}

/// A state, and what is told of it.
#[derive(Clone, Debug, PartialEq)]
struct Step(StateId, String);

impl Step {
    fn told(&self, machine: &Machine) -> String {
        format!("{}{}", machine.state(self.0).path, self.1)
    }
}

fn entered(history: &History) -> Vec<Step> {
    let events = history.events.iter().chain(&history.child_events);
    let entries = events.filter(|event| event.kind.name().ends_with("StateEntered"));
    entries.filter_map(|event| Some(Step(event.state?, String::new()))).collect()
}

fn retries(history: &History) -> Vec<Step> {
    let retried = history.failures.iter().filter_map(|failure| match failure.handling {
        Handling::Retried { retrier, delay_ms, .. } => {
            Some(Step(failure.state, format!(": Retry[{retrier}] after {delay_ms} ms")))
        }
        Handling::Caught { .. } | Handling::Uncaught { .. } | Handling::Tolerated => None,
    });
    retried.collect()
}

fn catchers(history: &History) -> Vec<Step> {
    let caught = history.failures.iter().filter_map(|failure| match failure.handling {
        Handling::Caught { catcher, .. } => Some(Step(failure.state, format!(": Catch[{catcher}]"))),
        Handling::Retried { .. } | Handling::Uncaught { .. } | Handling::Tolerated => None,
    });
    caught.collect()
}

fn end(outcome: &Outcome) -> [(&'static str, Option<Value>); 4] {
    let (output, error, cause) = match outcome {
        Outcome::Succeeded { output } => (Some(output.clone()), None, None),
        Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
            (None, error.clone(), cause.clone())
        }
        Outcome::TimedOut { .. } | Outcome::Unknown(_) => (None, None, None),
    };
    [
        ("status", Some(Value::from(outcome.status()))),
        ("output", output),
        ("error", error.map(Value::from)),
        ("cause", cause.map(Value::from)),
    ]
}
