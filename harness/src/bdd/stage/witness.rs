//! The telling part of a run, for people: what went wrong, what took it, how the states in question fared, and the end.

use super::expectation::Asked;
use crate::bdd::failed::Witness;
use crate::diagnose::tell;
use crate::history::Visits;

/// More lines than this are no short telling.
const LINES_MAX: usize = 12;

/// What a report says of a run; `about` are the states in question, `others` the runs that do not meet the expectation
/// either.
pub(super) fn witness(asked: &Asked<'_>, about: &[Visits], others: usize) -> Witness {
    let machine = asked.machine();
    let run = asked.run;
    Witness {
        input: asked.shown(&run.case.input),
        origin: run.scenario.name.clone(),
        plan: run.faults(machine),
        others,
        history: told(asked, about),
    }
}

/// The short telling that findings have, and of a long one the lines about the states in question first.
fn told(asked: &Asked<'_>, about: &[Visits]) -> Vec<String> {
    let machine = asked.machine();
    let lines = tell(machine, &asked.run.history);
    let is_about = |place: &str, text: &str| {
        let names = about.iter().map(|visits| machine.state(visits.state));
        names.into_iter().any(|state| place.contains(&*state.name) || text.contains(&*state.name))
    };
    let mut kept: Vec<bool> = vec![lines.len() <= LINES_MAX; lines.len()];
    if let Some(last) = kept.last_mut() {
        *last = true;
    }
    let mut keep = |wanted: &dyn Fn(usize) -> bool| {
        for at in 0..lines.len() {
            if kept.iter().filter(|kept| **kept).count() < LINES_MAX && wanted(at) {
                kept[at] = true;
            }
        }
    };
    keep(&|at| is_about(&lines[at].place, &lines[at].text));
    keep(&|at| !lines[at].place.is_empty());
    keep(&|_| true);
    let shown = lines.iter().zip(kept).filter(|(_, kept)| *kept);
    shown.map(|(line, _)| asked.text(&line.to_string())).collect()
}
