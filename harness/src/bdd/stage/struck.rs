//! From the faults that a feature names to the plan of a run: which items there are, and how many visits three calls
//! take, shows only when it runs. What does not happen as it is said is a mistake of the feature.

use std::sync::Arc;

use super::trouble::{Calls, Spread, Strike, Trouble};
use crate::asl::{Machine, StateId};
use crate::bdd::failed::{Failed, Wrong};
use crate::fault::{Burst, Fault, Incident, Plan};
use crate::history::{Attempt, History, Iteration, Outcome, Site, StrandId};

/// Runs until three calls in as many visits are settled.
const ROUNDS_MAX: usize = 200;
/// Items that one fault strikes.
const ITEMS_MAX: usize = 1_000;

/// Runs plans until one does what is said.
type Runs<'a> = &'a mut dyn FnMut(&Plan) -> Result<Arc<History>, Failed>;

/// The plan of one run, and the run.
pub(super) fn settle(
    trouble: &Trouble,
    machine: &Machine,
    run: Runs<'_>,
) -> Result<(Plan, Arc<History>), Failed> {
    let mut chains = chains(trouble, machine, run)?;
    for _ in 0..ROUNDS_MAX {
        let plan = plan(chains.iter().flat_map(|chain| &chain.faults), trouble);
        let history = run(&plan)?;
        let mut is_settled = true;
        for chain in &mut chains {
            is_settled &= !chain.goes_on(first(&history));
        }
        if is_settled {
            return Ok((plan, history));
        }
    }
    let wrong = Wrong::new(format!("the faults are not through after {ROUNDS_MAX} visits of their states"));
    Err(wrong.help("write `every time`").into())
}

/// One fault in one item, over as many visits as it takes.
struct Chain {
    calls: Calls,
    faults: Vec<Fault>,
}

impl Chain {
    /// Adds the next visit, if there is one and the fault is not through; says whether it did.
    fn goes_on(&mut self, history: &History) -> bool {
        let (Calls::First(count), Some(last)) = (self.calls, self.faults.last().cloned()) else {
            return false;
        };
        let site = &last.site;
        let here = |attempt: &&Attempt| {
            attempt.state == site.state && history.iteration(attempt.strand) == site.iteration
        };
        let is_own = |attempt: &&Attempt| {
            attempt.injected.is_some_and(|at| history.injected[at].class == last.class)
                && attempt.visit >= self.faults[0].site.visit
        };
        let struck = history.attempts.iter().filter(here).filter(is_own).count();
        let left = count.saturating_sub(u32::try_from(struck).unwrap_or(u32::MAX));
        let later = history.attempts.iter().filter(here);
        let next = later
            .filter(|attempt| attempt.visit > site.visit && attempt.injected.is_none())
            .map(|attempt| attempt.visit)
            .min();
        let (1.., Some(visit)) = (left, next) else { return false };
        let site = Site { visit, ..site.clone() };
        self.faults.push(Fault { site, burst: Burst::Attempts(left), ..last });
        true
    }
}

fn chains(trouble: &Trouble, machine: &Machine, run: Runs<'_>) -> Result<Vec<Chain>, Failed> {
    let chain = |strike: &Strike, fault: Fault| Chain { calls: strike.calls, faults: vec![fault] };
    let (everywhere, here): (Vec<&Strike>, Vec<&Strike>) =
        trouble.strikes().iter().partition(|strike| strike.items == Spread::EveryItem);
    let mut chains: Vec<Chain> = here.iter().map(|strike| chain(strike, strike.fault.clone())).collect();
    if everywhere.is_empty() {
        return Ok(chains);
    }
    let history = run(&plan(here.iter().map(|strike| &strike.fault), trouble))?;
    for strike in everywhere {
        let items = items(first(&history), machine, strike.fault.site.state);
        if items.len() > ITEMS_MAX {
            let wrong = Wrong::new(format!("`{}` runs in more than {ITEMS_MAX} items", strike.path));
            return Err(wrong.help("name one: `in item 3`").into());
        }
        for iteration in items {
            let site = Site { iteration, ..strike.fault.site.clone() };
            chains.push(chain(strike, Fault { site, ..strike.fault.clone() }));
        }
    }
    Ok(chains)
}

/// The items in which a run comes to the scope of a state; the first one where it comes to none.
fn items(history: &History, machine: &Machine, state: StateId) -> Vec<Iteration> {
    let scope = machine.state(state).scope;
    let strands = history.strands.iter().enumerate().filter(|(_, strand)| strand.scope == scope);
    let mut items: Vec<Iteration> =
        strands.map(|(at, _)| history.iteration(StrandId(u32::try_from(at).unwrap_or(u32::MAX)))).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn plan<'f>(faults: impl Iterator<Item = &'f Fault>, trouble: &Trouble) -> Plan {
    let plan = Plan::new(faults.cloned().collect());
    trouble.incidents().iter().fold(plan, |plan, incident| plan.with(*incident))
}

/// The execution that meets the faults; the one after it meets none.
fn first(history: &History) -> &History {
    history.before.as_ref().map_or(history, |before| &before.history)
}

/// Everything that is said to go wrong must do so in one of the runs: else what is asked would be asked of nothing.
pub(super) fn check(trouble: &Trouble, machine: &Machine, histories: &[&History]) -> Result<(), Failed> {
    let firsts: Vec<&History> = histories.iter().map(|history| first(history)).collect();
    for strike in trouble.strikes() {
        let most = firsts.iter().map(|history| struck(strike, history)).max().unwrap_or(0);
        let wanted = match strike.calls {
            Calls::AsItComes => 1,
            Calls::OfVisit(count) | Calls::First(count) => count as usize,
        };
        if most == 0 {
            let fault = strike.fault.display(machine);
            let wrong = Wrong::new(format!("the fault `{fault}` strikes in no run"));
            return Err(wrong.help(why_not(strike, machine, &firsts)).into());
        }
        if most < wanted {
            let (fault, class) = (strike.fault.display(machine), strike.fault.class.name());
            let times = if most == 1 { "once".to_owned() } else { format!("{most} times") };
            let wrong = Wrong::new(format!("the fault `{fault}` strikes only {times}, not {wanted} times"));
            let help = format!(
                "`{}` is not called more often; for {class} that lasts write `every time` or `until its retries are spent`",
                strike.path
            );
            return Err(wrong.help(help).into());
        }
    }
    trouble.incidents().iter().try_for_each(|incident| happened(*incident, histories))
}

/// How many calls a fault strikes in one item of a run.
fn struck(strike: &Strike, history: &History) -> usize {
    let site = &strike.fault.site;
    let mut items: Vec<Iteration> = Vec::new();
    for injected in history.injected.iter().filter(|injected| injected.class == strike.fault.class) {
        let attempt = &history.attempts[injected.attempt];
        let iteration = history.iteration(attempt.strand);
        let in_item = strike.items == Spread::EveryItem || iteration == site.iteration;
        let in_visit = match (strike.calls, strike.fault.burst) {
            (_, Burst::Attempt(number)) => attempt.visit == site.visit && attempt.number == number,
            (Calls::OfVisit(_), _) => attempt.visit == site.visit,
            (Calls::AsItComes | Calls::First(_), _) => attempt.visit >= site.visit,
        };
        if attempt.state == site.state && in_item && in_visit {
            items.push(iteration);
        }
    }
    items.sort_unstable();
    items.chunk_by(|a, b| a == b).map(<[Iteration]>::len).max().unwrap_or(0)
}

/// Why a fault strikes nowhere.
fn why_not(strike: &Strike, machine: &Machine, histories: &[&History]) -> String {
    let (site, path) = (&strike.fault.site, &strike.path);
    let calls = |is_meant: &dyn Fn(&History, &Attempt) -> bool| {
        histories.iter().any(|history| history.attempts.iter().any(|attempt| is_meant(history, attempt)))
    };
    if !calls(&|_, attempt| attempt.state == site.state) {
        return format!("no run comes to `{path}`; see which states it enters without the fault");
    }
    if !calls(&|history, attempt| {
        attempt.state == site.state && history.site(attempt).iteration == site.iteration
    }) {
        let most =
            histories.iter().map(|history| items(history, machine, site.state).len()).max().unwrap_or(0);
        return format!("`{path}` runs in no such item; there are {most}, counted from 0");
    }
    if !calls(&|history, attempt| history.site(attempt) == *site) {
        return format!("`{path}` is never entered a {} time", ordinal(site.visit));
    }
    if let Burst::Attempt(number) = strike.fault.burst
        && !calls(&|history, attempt| history.site(attempt) == *site && attempt.number == number)
    {
        return format!("`{path}` has no {} attempt: nothing makes it try again so often", ordinal(number));
    }
    "another fault strikes the same call; say which attempt each is for: `on attempt 2`".to_owned()
}

fn ordinal(number: u32) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        _ => format!("{number}th"),
    }
}

/// Whether something happened to the execution in one of the runs.
fn happened(incident: Incident, histories: &[&History]) -> Result<(), Failed> {
    let any = |is_meant: &dyn Fn(&History) -> bool| histories.iter().any(|history| is_meant(history));
    let (did, why) = match incident {
        Incident::Aborted { .. } => (
            any(&|history| matches!(first(history).outcome, Outcome::Aborted { .. })),
            "the execution is not stopped in any run: it ends before".to_owned(),
        ),
        Incident::Redriven => {
            let refused = histories.iter().find_map(|history| history.not_redrivable);
            let why = refused.map_or("it succeeds without".to_owned(), |refusal| refusal.to_string());
            (any(&|history| history.redrives > 0), format!("the execution is not redriven in any run: {why}"))
        }
        Incident::StartedAgain { .. } | Incident::DeliveredTwice => {
            (any(&|history| history.before.is_some()), "there is no second execution in any run".to_owned())
        }
    };
    if did { Ok(()) } else { Err(Wrong::new(why).into()) }
}
