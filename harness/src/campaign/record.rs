//! What is kept of every run while a campaign goes on.

use std::num::NonZeroUsize;

use super::coverage::Reached;
use super::findings::Collector;
use super::intents;
use super::{Coverage, Finding, IntentSummary, RuleSummary};
use crate::asl::Machine;
use crate::history::{Outcome, Unknown};
use crate::model::Model;
use crate::oracle::RuleId;
use crate::search::{Arena, Budget, Ground, Judged};

/// Findings in the making, coverage, and what could not be judged.
#[derive(Debug)]
pub(super) struct Record {
    rules: Vec<RuleId>,
    collector: Collector,
    reached: Reached,
    unknowns: Vec<Unknown>,
}

/// A record, and somebody who sees every run that it takes in.
pub(super) struct Watched<'w> {
    pub(super) record: Record,
    pub(super) watch: &'w mut dyn FnMut(&[Ground], &Judged),
}

impl Watched<'_> {
    /// Takes a run in and shows it.
    pub(super) fn take(&mut self, arena: &Arena, grounds: &[Ground], judged: &Judged) {
        self.record.take(arena, judged);
        (self.watch)(grounds, judged);
    }
}

impl Record {
    /// A record of findings of these rules, with what is known to have stopped runs before.
    pub(super) fn new(rules: Vec<RuleId>, unknowns: Vec<Unknown>) -> Self {
        Self { rules, collector: Collector::default(), reached: Reached::default(), unknowns }
    }

    /// Takes a run in. The order of runs decides which of equal proofs is kept.
    pub(super) fn take(&mut self, arena: &Arena, judged: &Judged) {
        self.reached.add(&arena.model.machine, &judged.history);
        self.collector.take(judged, &self.rules);
        if let Outcome::Unknown(unknown) = &judged.history.outcome {
            let is_same =
                |known: &Unknown| known.construct == unknown.construct && known.pointer == unknown.pointer;
            if !self.unknowns.iter().any(is_same) {
                self.unknowns.push(unknown.clone());
            }
        }
    }

    /// The worst of each rule that was asked for.
    pub(super) fn rules(&self) -> Vec<RuleSummary> {
        let summary = |rule: &RuleId| RuleSummary { rule: *rule, verdict: self.collector.verdict(*rule) };
        RuleId::ALL.iter().filter(|rule| self.rules.contains(rule)).map(summary).collect()
    }

    /// What is known of each intent, if the rule was asked for.
    pub(super) fn intents(&self, model: &Model) -> Vec<IntentSummary> {
        if !self.rules.contains(&RuleId::Intent) {
            return Vec::new();
        }
        let verdict = |index| self.collector.intent_verdict(index);
        intents::summaries(model, verdict, &|state| self.reached.has_entered(state))
    }

    /// What all runs together reached.
    pub(super) fn coverage(&self, machine: &Machine) -> Coverage {
        self.reached.coverage(machine)
    }

    /// What stopped runs, each once.
    pub(super) fn unknowns(&self) -> &[Unknown] {
        &self.unknowns
    }

    /// The findings with their smallest proofs, ranked.
    pub(super) fn findings(
        self,
        arena: &Arena,
        grounds: &[Ground],
        budget: &Budget,
        threads: NonZeroUsize,
    ) -> Vec<Finding> {
        self.collector.finish(arena, grounds, budget, threads)
    }
}
