//! Runs the cases of a machine on both, and puts together what they disagree about.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::both::{Both, Exchange};
use super::compare::Compared;
use super::{Cases, Difference, Disagreement, MachineParity, NotCompared, Shown, executions};
use crate::asl::StateId;
use crate::history::{History, Outcome};
use crate::search::{Arena, Trial, in_order};
use crate::sim;
use crate::walk::{Ask, Halt, walk};

/// What came of one case.
struct Run {
    exchanges: Vec<Arc<Exchange>>,
    end: End,
}

/// How a case ended.
enum End {
    /// Both have a history.
    Both { walked: Box<History>, simulated: Box<History> },
    /// This case is not for TestState.
    Cannot(String),
    /// There was no answer.
    Unanswered(Arc<str>),
}

/// Runs the cases on both, on so many threads; what comes out does not depend on their number.
pub fn compare(arena: &Arena, cases: &Cases, theirs: &dyn Ask, threads: NonZeroUsize) -> MachineParity {
    let machine = &arena.model.machine;
    let both = Both::new(machine, theirs);
    let runs = in_order(&cases.trials, threads, |trial| run(arena, cases, trial, &both));
    let mut account = Account::new(arena, cases);
    for (trial, run) in cases.trials.iter().zip(runs) {
        account.take(trial, run);
    }
    account.finish()
}

fn run(arena: &Arena, cases: &Cases, trial: &Trial, both: &Both<'_>) -> Run {
    let machine = &arena.model.machine;
    let scenario = &cases.grounds[trial.ground].scenario;
    let case = arena.case(scenario, &trial.plan);
    let asking = both.for_case();
    let end = match walk(machine, &case, &scenario.script, &asking) {
        Ok(walked) => {
            let simulated = sim::run(machine, &case, &mut scenario.script.responder());
            End::Both { walked: Box::new(walked.history), simulated: Box::new(simulated) }
        }
        Err(Halt::Cannot(cannot)) => End::Cannot(cannot.to_string()),
        Err(Halt::Unanswered(why)) => End::Unanswered(why),
    };
    Run { exchanges: asking.exchanges(), end }
}

/// Puts the cases together, one after the other.
struct Account<'a> {
    arena: &'a Arena,
    cases: &'a Cases,
    parity: MachineParity,
    /// Where the disagreements stand that were met.
    known: BTreeMap<String, usize>,
    not_compared: BTreeMap<String, usize>,
    /// Requests that were counted, by their texts.
    requests: BTreeSet<String>,
    states: BTreeSet<StateId>,
}

impl<'a> Account<'a> {
    fn new(arena: &'a Arena, cases: &'a Cases) -> Self {
        let parity = MachineParity {
            machine: Arc::clone(&arena.model.machine),
            cases: cases.trials.len(),
            cases_all: cases.all,
            states: 0,
            requests: 0,
            agreeing: 0,
            differing: 0,
            otherwise: 0,
            disagreements: Vec::new(),
            not_compared: Vec::new(),
            unanswered: 0,
            unanswered_because: None,
        };
        Self {
            arena,
            cases,
            parity,
            known: BTreeMap::new(),
            not_compared: BTreeMap::new(),
            requests: BTreeSet::new(),
            states: BTreeSet::new(),
        }
    }

    fn take(&mut self, trial: &Trial, run: Run) {
        let mut here = BTreeSet::new();
        let mut not_compared = BTreeSet::new();
        let mut agree = true;
        for exchange in &run.exchanges {
            self.count(exchange);
            match &exchange.compared {
                Compared::Fields(differences) => {
                    agree &= differences.is_empty();
                    for difference in differences {
                        let shown =
                            Shown { request: exchange.request.clone(), theirs: exchange.theirs.clone() };
                        here.insert(self.disagreement(trial, exchange.state, difference, Some(shown)));
                    }
                }
                // That is told of the case.
                Compared::Not(_) if matches!(run.end, End::Unanswered(_)) => {}
                Compared::Not(why) => {
                    agree = false;
                    not_compared.insert(why.clone());
                }
            }
        }
        match run.end {
            End::Both { walked, simulated } => {
                not_compared.extend(marks(&walked, self));
                self.ends(trial, &walked, &simulated, agree, &mut here, &mut not_compared);
            }
            End::Cannot(why) => {
                not_compared.insert(why);
            }
            End::Unanswered(why) => {
                self.parity.unanswered += 1;
                self.parity.unanswered_because.get_or_insert(why);
            }
        }
        for at in here {
            self.parity.disagreements[at].cases += 1;
        }
        for what in not_compared {
            *self.not_compared.entry(what).or_default() += 1;
        }
    }

    /// The executions as wholes. Where answers disagree already, that they part is no news.
    fn ends(
        &mut self,
        trial: &Trial,
        walked: &History,
        simulated: &History,
        agree: bool,
        here: &mut BTreeSet<usize>,
        not_compared: &mut BTreeSet<String>,
    ) {
        if let Some(unknown) = [walked, simulated].into_iter().find_map(unknown) {
            if agree {
                not_compared.insert(unknown);
            }
            return;
        }
        let found = executions::differences(simulated, walked, &self.arena.model.machine);
        self.parity.otherwise += usize::from(!found.is_empty());
        if agree {
            for (state, difference) in found {
                here.insert(self.disagreement(trial, state, &difference, None));
            }
        }
    }

    fn count(&mut self, exchange: &Exchange) {
        self.states.extend(exchange.state);
        let Compared::Fields(differences) = &exchange.compared else { return };
        if self.requests.insert(exchange.request.to_json()) {
            self.parity.requests += 1;
            if differences.is_empty() {
                self.parity.agreeing += 1;
            } else {
                self.parity.differing += 1;
            }
        }
    }

    /// Where a disagreement stands; it is put there when it is met for the first time.
    fn disagreement(
        &mut self,
        trial: &Trial,
        state: Option<StateId>,
        difference: &Difference,
        shown: Option<Shown>,
    ) -> usize {
        let key = format!("{state:?} {:?} {} {:?}", difference.kind, difference.field, difference.places);
        let disagreements = &mut self.parity.disagreements;
        *self.known.entry(key).or_insert_with(|| {
            disagreements.push(Disagreement {
                state,
                difference: difference.clone(),
                shown,
                cases: 0,
                scenario: self.cases.grounds[trial.ground].scenario.clone(),
                plan: trial.plan.display(&self.arena.model.machine).to_string(),
            });
            disagreements.len() - 1
        })
    }

    fn finish(self) -> MachineParity {
        let not_compared = self.not_compared.into_iter().map(|(what, cases)| NotCompared { what, cases });
        MachineParity { states: self.states.len(), not_compared: not_compared.collect(), ..self.parity }
    }
}

/// What TestState could not show of a history.
fn marks(walked: &History, account: &Account<'_>) -> Vec<String> {
    let machine = &account.arena.model.machine;
    walked.simulated.iter().map(|part| part.display(machine).to_string()).collect()
}

fn unknown(history: &History) -> Option<String> {
    match &history.outcome {
        Outcome::Unknown(unknown) => Some(unknown.to_string()),
        _ => None,
    }
}
