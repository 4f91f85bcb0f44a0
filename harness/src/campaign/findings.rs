//! From violations of many runs to findings: one for each cause, the first run that showed it as its proof.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::Finding;
use crate::asl::{Machine, StateId};
use crate::fault::Plan;
use crate::history::History;
use crate::oracle::{Fingerprint, Judgement, RuleId, Verdict, Violation};
use crate::reduce::{self, Proof};
use crate::search::{Arena, Budget, Fnv, Ground, Judged, in_order};

/// Other plans that are kept with a finding.
const ALSO_MAX: usize = 5;

/// Violations by fingerprint, and what is known of each rule.
#[derive(Debug, Default)]
pub(super) struct Collector {
    found: BTreeMap<Fingerprint, Found>,
    verdicts: Judgement,
}

/// The findings of runs that were made already: one for each cause, with the smallest case that shows it, ranked.
#[cfg(feature = "bdd")]
pub(crate) fn findings_of(
    arena: &Arena,
    grounds: &[Ground],
    runs: &[Judged],
    budget: &Budget,
    threads: NonZeroUsize,
) -> Vec<Finding> {
    let mut collector = Collector::default();
    for run in runs {
        collector.take(run, RuleId::ALL);
    }
    collector.finish(arena, grounds, budget, threads)
}

/// A finding in the making.
#[derive(Debug)]
struct Found {
    /// Of the run that proves it.
    violation: Violation,
    /// Of the other runs, each state once.
    others: Vec<Violation>,
    ground: usize,
    plan: Plan,
    history: Arc<History>,
    count: u64,
    also: Vec<Plan>,
}

impl Collector {
    /// Takes what the judges say of one run in, as far as these rules are asked for.
    pub(super) fn take(&mut self, judged: &Judged, rules: &[RuleId]) {
        self.verdicts.merge_verdicts(&judged.judgement);
        let mut seen = Vec::new();
        for violation in judged.judgement.violations().iter().filter(|found| rules.contains(&found.rule)) {
            let fingerprint = violation.fingerprint();
            let Some(found) = self.found.get_mut(&fingerprint) else {
                self.found.insert(fingerprint.clone(), Found::new(violation, judged));
                seen.push(fingerprint);
                continue;
            };
            if !seen.contains(&fingerprint) {
                found.count += 1;
                seen.push(fingerprint);
            }
            found.also_shown(violation, judged);
        }
    }

    /// The worst that was said of a rule.
    pub(super) fn verdict(&self, rule: RuleId) -> Verdict {
        self.verdicts.verdict(rule)
    }

    /// The worst that was said of an intent.
    pub(super) fn intent_verdict(&self, index: usize) -> Verdict {
        self.verdicts.intent_verdict(index)
    }

    /// The findings with their smallest proofs, the most severe first, then in the order of the definition.
    pub(super) fn finish(
        self,
        arena: &Arena,
        grounds: &[Ground],
        budget: &Budget,
        threads: NonZeroUsize,
    ) -> Vec<Finding> {
        let mut found: Vec<Found> = self.found.into_values().collect();
        let repeated: BTreeSet<StateId> = found
            .iter()
            .filter(|found| found.violation.rule == RuleId::EffectRepeated && !found.violation.is_redrive())
            .flat_map(|found| {
                found.violation.state.into_iter().chain(found.others.iter().filter_map(|other| other.state))
            })
            .collect();
        let is_told = |found: &Found| {
            found.violation.is_redrive()
                && found.violation.state.is_some_and(|state| repeated.contains(&state))
        };
        found.retain(|found| !is_told(found));
        let mut findings =
            in_order(&found, threads, |found| found.finding(arena, &grounds[found.ground], budget));
        rank(&mut findings);
        findings
    }
}

/// Events of a run without faults from which on it counts as a load, and how often it is made smaller at most.
const LOAD_EVENTS: usize = 1_000;
const LOAD_RUNS: u64 = 12;

impl Found {
    fn new(violation: &Violation, judged: &Judged) -> Self {
        Self {
            violation: violation.clone(),
            others: Vec::new(),
            ground: judged.trial.ground,
            plan: judged.trial.plan.clone(),
            history: judged.history.clone(),
            count: 1,
            also: Vec::new(),
        }
    }

    /// Another run shows it. The most severe proof wins, and among equals the first.
    fn also_shown(&mut self, violation: &Violation, judged: &Judged) {
        let (mut other, mut plan) = (violation.clone(), judged.trial.plan.clone());
        if other.severity > self.violation.severity {
            std::mem::swap(&mut self.violation, &mut other);
            std::mem::swap(&mut self.plan, &mut plan);
            self.ground = judged.trial.ground;
            self.history = judged.history.clone();
        }
        let is_new = |known: &Violation| known.state != other.state;
        if self.violation.state != other.state && self.others.iter().all(is_new) {
            self.others.push(other);
        }
        if self.also.len() < ALSO_MAX && plan != self.plan && !self.also.contains(&plan) {
            self.also.push(plan);
        }
    }

    fn finding(&self, arena: &Arena, ground: &Ground, budget: &Budget) -> Finding {
        let proof = Proof {
            ground: ground.clone(),
            plan: self.plan.clone(),
            case: arena.case(&ground.scenario, &self.plan),
            history: self.history.clone(),
            violation: self.violation.clone(),
        };
        // What a load shows is large by nature: there is little to take away, and each try takes long.
        let events = self.history.events.len() + self.history.child_events.len();
        let is_load = self.plan.is_empty() && events > LOAD_EVENTS;
        let short = Budget { reduce_runs_max: budget.reduce_runs_max.min(LOAD_RUNS), ..*budget };
        let proof = reduce::reduce(arena, proof, if is_load { &short } else { budget });
        let mut violation = proof.violation;
        self.others.iter().for_each(|other| violation.absorb(other));
        Finding {
            id: finding_id(&arena.model.machine, &violation),
            violation,
            case: proof.case,
            scenario: proof.ground.scenario,
            history: Some(proof.history),
            accepted: None,
            count: self.count,
            also: self.also.clone(),
            fix_verdict: None,
        }
    }
}

/// The most severe first, then in the order of the definition.
pub(super) fn rank(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            let violation = &finding.violation;
            (violation.state.is_none(), violation.state, violation.rule)
        };
        b.violation.severity.cmp(&a.violation.severity).then_with(|| key(a).cmp(&key(b)))
    });
}

/// `failure-swallowed@ShipAll/Ship#1a2b3c4d`: stable over runs, and over changes of the definition that do not touch
/// the cause.
pub(super) fn finding_id(machine: &Machine, violation: &Violation) -> String {
    let path = violation.state.map_or("machine", |state| &machine.state(state).path);
    let mut hash = Fnv::default();
    hash.text(violation.rule.name());
    hash.text(path);
    hash.text(&violation.route);
    format!("{}@{path}#{hash}", violation.rule)
}
