//! What the commands use: command line over profile over built-in values, checked once.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::args::{self, Format, OutputArgs, PolicyArgs, SearchArgs, SelectionArgs};
use crate::advice::AdviceId;
use crate::campaign::Campaign;
use crate::config::Profile;
use crate::contested::Rules;
use crate::oracle::{RuleId, Severity};
use crate::report::{Detail, Replay, Values};
use crate::search::{Budget, Phase};

/// How to search, what counts, and how to print.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) seed: u64,
    pub(super) threads: NonZeroUsize,
    pub(super) budget: Budget,
    pub(super) phases: Vec<Phase>,
    pub(super) rules: Vec<RuleId>,
    pub(super) advice: Vec<AdviceId>,
    pub(super) contested: Rules,
    pub(super) fail_on: Severity,
    pub(super) save_cases: Option<PathBuf>,
    pub(super) prove_fixes: bool,
    pub(super) replay: Replay,
    pub(super) format: Format,
    pub(super) values: Values,
    pub(super) detail: Detail,
}

impl Settings {
    pub(super) fn new(
        selection: &SelectionArgs,
        role: &PolicyArgs,
        search: &SearchArgs,
        output: &OutputArgs,
        profile: Profile,
        contested: Rules,
    ) -> Self {
        let show_values = output.show_values || profile.show_values.unwrap_or(false);
        let budget = match search.budget.or(profile.budget) {
            Some(runs) => budget_of(runs),
            None => Budget::default(),
        };
        let mut phases = search.phases.clone().or(profile.phases).unwrap_or_else(|| Phase::ALL.to_vec());
        phases.sort();
        phases.dedup();
        let skipped = [flat(&search.skip_rules), profile.skip_rules.unwrap_or_default()].concat();
        let advised = !search.no_advice && profile.advice.unwrap_or(true);
        let unwanted = profile.skip_advice.unwrap_or_default();
        let wanted = |id: &&AdviceId| advised && !unwanted.contains(id);
        Self {
            advice: AdviceId::ALL.iter().filter(wanted).copied().collect(),
            seed: search.seed.or(profile.seed).unwrap_or(Campaign::SEED),
            threads: search.threads.or_else(|| threads(profile.threads)).unwrap_or_else(every_core),
            budget,
            phases,
            rules: rules(&flat(&search.rules), &skipped),
            contested,
            fail_on: search.fail_on.or(profile.fail_on).unwrap_or(Severity::Medium),
            save_cases: search.save_cases.clone(),
            prove_fixes: search.prove_fixes,
            replay: match &search.save_cases {
                Some(folder) => Replay::Cases(folder.clone()),
                None => Replay::Search(again(selection, role, search)),
            },
            format: output.format,
            values: if show_values { Values::Shown } else { Values::Redacted },
            detail: if output.verbose { Detail::Everything } else { Detail::Brief },
        }
    }
}

/// The arguments that decide what a search finds, as they were written.
fn again(selection: &SelectionArgs, role: &PolicyArgs, search: &SearchArgs) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    selection.inputs.iter().for_each(|input| option("--input", input.clone()));
    selection.mocks.iter().for_each(|mocks| option("--mocks", mocks.to_string()));
    selection.machine_type.iter().for_each(|machine_type| option("--type", machine_type.to_string()));
    selection.substitutions.iter().for_each(|(name, value)| option("--set", format!("{name}={value}")));
    role.policies.iter().for_each(|policy| option("--policy", policy.to_string()));
    role.boundary.iter().for_each(|policy| option("--boundary", policy.to_string()));
    selection.profile.iter().for_each(|profile| option("--profile", profile.clone()));
    search.seed.iter().for_each(|seed| option("--seed", seed.to_string()));
    search.budget.iter().for_each(|runs| option("--budget", runs.to_string()));
    if let Some(phases) = &search.phases {
        option("--phases", phases.iter().map(|phase| phase.name()).collect::<Vec<_>>().join(","));
    }
    words
}

/// The other limits of a budget grow with the number of runs beyond the usual one.
fn budget_of(runs: u64) -> Budget {
    let usual = if runs > Budget::default().runs_max { Budget::nightly() } else { Budget::default() };
    Budget { runs_max: runs, ..usual }
}

/// The rules that are asked for (all, if none is), without those that are not wanted.
fn rules(wanted: &[RuleId], skipped: &[RuleId]) -> Vec<RuleId> {
    let all = RuleId::ALL.iter().copied();
    all.filter(|rule| (wanted.is_empty() || wanted.contains(rule)) && !skipped.contains(rule)).collect()
}

fn flat(groups: &[args::Rules]) -> Vec<RuleId> {
    groups.iter().flat_map(|group| group.0.iter().copied()).collect()
}

fn threads(count: Option<u64>) -> Option<NonZeroUsize> {
    NonZeroUsize::new(usize::try_from(count?).ok()?)
}

/// The number of threads changes how long a search takes, never what it finds, so the computer may decide.
pub(super) fn every_core() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_rule_wins_over_a_wanted_one() {
        let retry = [RuleId::TransientNotRetried, RuleId::RetryBudget];
        assert_eq!(rules(&retry, &[RuleId::RetryBudget]), [RuleId::TransientNotRetried]);
        assert_eq!(rules(&[], &[]).len(), RuleId::ALL.len());
    }
}
