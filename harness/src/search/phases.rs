//! The phases of a search, one after the other, until all have ended or the budget is spent.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use super::again::{self, Again};
use super::budget::Spent;
use super::frontier::{PlaceKey, after_the_last_fault, later_items, rejoins, sites_from};
use super::{Arena, Budget, Ground, Judged, Trial, explore, intended, pool};
use crate::fault::{Burst, Class, Fault, Offer, Plan, offers};
use crate::history::{Event, EventType, History, Site, StrandId};
use crate::oracle::RuleId;

/// A part of a search, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// One fault at each place that the baselines reach.
    Singles,
    /// A second fault where only the first one leads, such as in a failure handler.
    Pairs,
    /// A second execution with the same input, a second delivery or a redrive, where one can meet what the first left.
    Again,
    /// Random plans over everything that was discovered.
    Explore,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 4] = [Self::Singles, Self::Pairs, Self::Again, Self::Explore];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Singles => "singles",
            Self::Pairs => "pairs",
            Self::Again => "again",
            Self::Explore => "explore",
        }
    }
}

/// How to search.
#[derive(Clone, Debug)]
pub struct Search {
    /// Which phases; a phase builds on those before it.
    pub phases: Vec<Phase>,
    /// How much.
    pub budget: Budget,
    /// On how many threads.
    pub threads: NonZeroUsize,
}

/// What a search did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Runs of each phase that was asked for.
    pub runs: Vec<(Phase, u64)>,
    /// `every phase ended`, or which limit was reached.
    pub stopped_because: String,
}

/// Runs the phases from those grounds that end as they are meant to; `take` sees every run, in an order that does not
/// depend on the threads.
pub fn search(
    arena: &Arena,
    grounds: &[Ground],
    settings: &Search,
    take: &mut dyn FnMut(&Judged),
) -> Summary {
    let mut searcher = Searcher::new(arena, grounds, settings, take);
    let mut stopped = Ok(());
    for phase in Phase::ALL.into_iter().filter(|phase| settings.phases.contains(phase)) {
        searcher.runs.push((phase, 0));
        stopped = stopped.and_then(|()| match phase {
            Phase::Singles => searcher.singles(),
            Phase::Pairs => searcher.pairs(),
            Phase::Again => searcher.again(),
            Phase::Explore => searcher.explore(),
        });
    }
    let stopped_because = stopped.err().unwrap_or_else(|| "every phase ended".to_owned());
    Summary { runs: searcher.runs, stopped_because }
}

/// What the phase of singles runs: one fault at each place that the grounds reach.
pub fn singles(arena: &Arena, grounds: &[Ground]) -> Vec<Trial> {
    let settings =
        Search { phases: vec![Phase::Singles], budget: Budget::default(), threads: NonZeroUsize::MIN };
    Searcher::new(arena, grounds, &settings, &mut |_| ()).planned_singles()
}

/// Trials of one generation that are in memory at once.
const BATCH: usize = 32;

struct Searcher<'a> {
    arena: &'a Arena,
    grounds: &'a [Ground],
    settings: &'a Search,
    take: &'a mut dyn FnMut(&Judged),
    spent: Spent,
    runs: Vec<(Phase, u64)>,
    /// By state.
    offers: Vec<Vec<Offer>>,
    /// Kinds of places that have had their faults, or will have.
    reached: BTreeSet<PlaceKey>,
    /// Routes that were taken.
    signatures: BTreeSet<u64>,
    /// What the singles lead to.
    second: Second,
    /// What a second execution could meet.
    again: Again,
    /// For the random phase: every place with the ground it was reached from, in the order they were discovered.
    discovered: Vec<(usize, Site)>,
}

/// Pairs to run, those at newly reached places first.
#[derive(Default)]
struct Second {
    new_places: Vec<Trial>,
    rejoined: Vec<Trial>,
}

impl<'a> Searcher<'a> {
    fn new(
        arena: &'a Arena,
        grounds: &'a [Ground],
        settings: &'a Search,
        take: &'a mut dyn FnMut(&Judged),
    ) -> Self {
        let states = &arena.model.machine.states;
        Self {
            arena,
            grounds,
            settings,
            take,
            spent: Spent::default(),
            runs: Vec::new(),
            offers: states.iter().map(|state| offers(&arena.model, state)).collect(),
            reached: BTreeSet::new(),
            signatures: BTreeSet::new(),
            second: Second::default(),
            again: Again::default(),
            discovered: Vec::new(),
        }
    }

    fn singles(&mut self) -> Result<(), String> {
        let trials = self.planned_singles();
        self.run(trials, Self::extend)
    }

    fn planned_singles(&mut self) -> Vec<Trial> {
        let mut trials = intended::trials(self.arena, self.grounds, standing(self.grounds));
        let declared = trials.len();
        let mut later = BTreeSet::new();
        for ground in standing(self.grounds) {
            let history = &self.grounds[ground].history;
            self.signatures.insert(super::signature(history));
            for (key, site) in sites_from(history, 0) {
                if self.reached.insert(key) {
                    self.discovered.push((ground, site.clone()));
                    trials.extend(self.trials_at(ground, &Plan::default(), &site));
                }
            }
            for site in later_items(&self.arena.model.machine, history) {
                if later.insert(site.state) {
                    trials.extend(self.worst_at(ground, &Plan::default(), &site));
                }
            }
        }
        intended::without_repetitions(&mut trials, declared);
        trials
    }

    /// Plans the pairs that a single leads to.
    fn extend(&mut self, single: &Judged) {
        self.again.after(self.arena, &self.grounds[single.trial.ground], single);
        if !self.signatures.insert(single.signature) {
            return;
        }
        let Some(from) = after_the_last_fault(&single.history) else { return };
        let Trial { ground, plan } = &single.trial;
        let rejoins = rejoins(&single.history);
        for (key, site) in sites_from(&single.history, from) {
            if self.reached.insert(key) {
                self.discovered.push((*ground, site.clone()));
                let trials = self.trials_at(*ground, plan, &site);
                self.second.new_places.extend(trials);
            } else if rejoins && plan.faults().iter().all(|fault| fault.site.state != site.state) {
                let trial = self.worst_at(*ground, plan, &site);
                self.second.rejoined.extend(trial);
            }
        }
    }

    fn pairs(&mut self) -> Result<(), String> {
        let Second { mut new_places, mut rejoined } = std::mem::take(&mut self.second);
        rejoined.truncate(self.settings.budget.rejoined_max as usize);
        new_places.append(&mut rejoined);
        self.run(new_places, |searcher, judged| {
            searcher.signatures.insert(judged.signature);
            let Some(from) = after_the_last_fault(&judged.history) else { return };
            for (key, site) in sites_from(&judged.history, from) {
                if searcher.reached.insert(key) {
                    searcher.discovered.push((judged.trial.ground, site));
                }
            }
        })
    }

    /// Where no failure leaves anything behind, a stop in the middle still may.
    fn again(&mut self) -> Result<(), String> {
        let standing: Vec<usize> = standing(self.grounds).collect();
        let trials = std::mem::take(&mut self.again).trials(self.arena, self.grounds, &standing);
        let mut is_found = false;
        let finds = |judged: &Judged| {
            let mut rules = judged.judgement.violations().iter().map(|violation| violation.rule);
            rules.any(|rule| rule == RuleId::RecordLeftBehind)
        };
        self.run(trials, |_, judged| is_found |= finds(judged))?;
        let stops = if is_found { Vec::new() } else { again::aborted(self.arena, self.grounds, &standing) };
        self.run(stops, |_, _| ())
    }

    fn explore(&mut self) -> Result<(), String> {
        let random = explore::Random {
            seed: self.arena.seed,
            cases: self.settings.budget.explore_cases,
            grounds: standing(self.grounds).collect(),
        };
        let trials = explore::trials(&random, &self.discovered, &self.offers);
        self.run(trials, |_, _| ())
    }

    /// Every fault at a site on top of a plan.
    fn trials_at(&self, ground: usize, plan: &Plan, site: &Site) -> Vec<Trial> {
        let offers = &self.offers[site.state.0 as usize];
        let faults =
            offers.iter().flat_map(|offer| offer.bursts.iter().map(move |burst| (&offer.class, *burst)));
        // A permission that the role lacks is a denial that stays, whatever else it is like.
        let denial = (&Class::PermissionDenied, Burst::Forever);
        let lacks = self.arena.model.denied_at(site.state).next().is_some();
        let denial = (lacks && !faults.clone().any(|fault| fault == denial)).then_some(denial);
        let mut trials: Vec<Trial> =
            faults.chain(denial).map(|(class, burst)| with_fault(ground, plan, site, class, burst)).collect();
        // Behind a fault that leads here; the others have had their turn.
        if !plan.is_empty() {
            intended::add(self.arena, &mut trials, ground, plan, site);
        }
        trials
    }

    /// The fault at a site that is most likely to get past its retriers.
    fn worst_at(&self, ground: usize, plan: &Plan, site: &Site) -> Option<Trial> {
        let offer = self.offers[site.state.0 as usize].first()?;
        let burst = offer.bursts.last()?;
        Some(with_fault(ground, plan, site, &offer.class, *burst))
    }

    fn run(&mut self, trials: Vec<Trial>, mut then: impl FnMut(&mut Self, &Judged)) -> Result<(), String> {
        let mut trials = trials.into_iter().peekable();
        while trials.peek().is_some() {
            let batch: Vec<Trial> = trials.by_ref().take(BATCH).collect();
            let run = |trial: &Trial| self.arena.judge(self.grounds, trial.clone());
            for judged in pool::in_order(&batch, self.settings.threads, run) {
                (self.take)(&judged);
                then(self, &judged);
                if let Some((_, runs)) = self.runs.last_mut() {
                    *runs += 1;
                }
                self.spent.add(judged.history.events.len(), &self.settings.budget)?;
            }
        }
        Ok(())
    }
}

/// The grounds that faults are worth injecting on: those that end as they are meant to, well or in a Fail state.
fn standing(grounds: &[Ground]) -> impl Iterator<Item = usize> + '_ {
    (0..grounds.len()).filter(|at| ends_as_meant(&grounds[*at].history))
}

fn ends_as_meant(history: &History) -> bool {
    let fails_on_its_own =
        |event: &Event| event.kind == EventType::FailStateEntered && event.strand == StrandId(0);
    history.outcome.succeeded() || history.events.iter().rev().nth(1).is_some_and(fails_on_its_own)
}

fn with_fault(ground: usize, plan: &Plan, site: &Site, class: &Class, burst: Burst) -> Trial {
    let fault = Fault { site: site.clone(), class: class.clone(), burst };
    Trial { ground, plan: plan.with_faults(plan.faults().iter().cloned().chain([fault]).collect()) }
}

#[cfg(test)]
#[path = "phases_tests.rs"]
mod tests;
