//! Findings that somebody has looked at and lives with, each with a reason and an end.
//!
//! Nothing here reads a clock: which day it is comes from outside.

use jiff::civil::Date;

use super::{Finding, MachineOutcome};
use crate::asl::Machine;
use crate::load::Location;
use crate::model::matches_pattern;
use crate::oracle::RuleId;

/// An entry of a baseline: these findings are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Where it is written.
    pub place: Location,
    /// The machine, by name or pattern; none: any.
    pub machine: Option<String>,
    /// Which of its findings.
    pub finding: Accepts,
    /// A finding that shows more states than these is not accepted; none: any states.
    pub states: Option<Vec<String>>,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Until,
}

/// Which findings are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// The one with this id.
    Id(String),
    /// Those of a rule at a state.
    Cause {
        /// The rule.
        rule: RuleId,
        /// The state by name, path or pattern; none: the machine as a whole.
        state: Option<String>,
        /// The route, as a pattern; none: any.
        route: Option<String>,
    },
}

/// How long a finding is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// This day, and all before it.
    Day(Date),
    /// For good.
    Never,
}

/// What was accepted of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Until,
    /// Whether that day has passed; then the finding counts again.
    pub is_over: bool,
    /// Where it is written.
    pub place: Location,
}

/// An entry that accepts nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The entry, in words.
    pub text: String,
    /// Where it is written.
    pub place: Location,
}

impl Until {
    fn is_over(self, today: Date) -> bool {
        matches!(self, Self::Day(day) if day < today)
    }
}

impl std::fmt::Display for Until {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl Finding {
    /// Whether it can fail a build: nobody accepts it, or no longer.
    pub fn counts(&self) -> bool {
        self.accepted.as_ref().is_none_or(|accepted| accepted.is_over)
    }
}

/// Marks the findings that are accepted, and gives the entries that accept none. Entries of rules that were not judged
/// are not stale. Where several fit, one that is still in force wins.
pub fn accept(
    machines: &mut [MachineOutcome],
    entries: &[Acceptance],
    today: Date,
    judged: &[RuleId],
) -> Vec<Stale> {
    let mut used = vec![false; entries.len()];
    for MachineOutcome { name, machine, findings, .. } in machines {
        for finding in findings {
            let found = mark(finding, name, machine.as_deref(), entries, today);
            for index in found {
                used[index] = true;
            }
        }
    }
    let was_judged = |entry: &Acceptance| entry.rule().is_none_or(|rule| judged.contains(&rule));
    let idle = entries.iter().zip(used).filter(|(entry, used)| !used && was_judged(entry));
    idle.map(|(entry, _)| Stale { text: entry.text(), place: entry.place.clone() }).collect()
}

/// Marks a finding of the machine with this name, if it is accepted, and gives the positions of the entries that fit it.
pub fn mark(
    finding: &mut Finding,
    name: &str,
    machine: Option<&Machine>,
    entries: &[Acceptance],
    today: Date,
) -> Vec<usize> {
    let fits = |index: &usize| entries[*index].fits(name, machine, finding);
    let found: Vec<usize> = (0..entries.len()).filter(fits).collect();
    let best = found.iter().min_by_key(|index| (entries[**index].until.is_over(today), **index));
    finding.accepted = best.map(|index| entries[*index].accepted(today));
    found
}

impl Acceptance {
    fn fits(&self, name: &str, machine: Option<&Machine>, finding: &Finding) -> bool {
        let violation = &finding.violation;
        let state = violation.state.and_then(|id| Some(machine?.state(id)));
        let is_it = match &self.finding {
            Accepts::Id(id) => *id == finding.id,
            Accepts::Cause { rule, state: wanted, route } => {
                let at = match (wanted, state) {
                    (Some(wanted), Some(state)) => {
                        matches_pattern(wanted, &state.name) || matches_pattern(wanted, &state.path)
                    }
                    (None, None) => true,
                    (Some(_), None) | (None, Some(_)) => false,
                };
                *rule == violation.rule
                    && at
                    && route.as_ref().is_none_or(|route| matches_pattern(route, &violation.route))
            }
        };
        let knows_all = self.states.as_ref().is_none_or(|known| {
            let mut shown = violation.states.iter().filter_map(|id| Some(machine?.state(*id)));
            let is_known = |name: &str| known.iter().any(|known| matches_pattern(known, name));
            shown.all(|state| is_known(&state.path) || is_known(&state.name))
        });
        is_it && knows_all && self.machine.as_ref().is_none_or(|wanted| matches_pattern(wanted, name))
    }

    fn accepted(&self, today: Date) -> Accepted {
        Accepted {
            reason: self.reason.clone(),
            until: self.until,
            is_over: self.until.is_over(today),
            place: self.place.clone(),
        }
    }

    fn rule(&self) -> Option<RuleId> {
        match &self.finding {
            Accepts::Cause { rule, .. } => Some(*rule),
            Accepts::Id(id) => {
                let name = id.split('@').next()?;
                RuleId::ALL.iter().find(|rule| rule.name() == name).copied()
            }
        }
    }

    /// `retry-budget at Charge of order`
    fn text(&self) -> String {
        let mut text = match &self.finding {
            Accepts::Id(id) => id.clone(),
            Accepts::Cause { rule, state: Some(state), .. } => format!("{rule} at {state}"),
            Accepts::Cause { rule, state: None, .. } => rule.to_string(),
        };
        if let Some(machine) = &self.machine {
            text.push_str(" of ");
            text.push_str(machine);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use rstest::rstest;

    use super::super::Campaign;
    use super::*;
    use crate::asl::compile_text;
    use crate::config::Config;

    /// Two calls without a retrier, which is one finding for both, and a callback without a timer.
    const CALLS: &str = r#"{"StartAt": "One", "States": {
        "One": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Two"},
        "Two": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
          "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}}}}"#;

    /// The states of the findings that an entry accepts on a day, and how many entries are stale.
    fn accepted(entry: &str, day: &str) -> (Vec<(RuleId, bool)>, usize) {
        let rules = [RuleId::TransientNotRetried, RuleId::CallbackUnbounded];
        let text = format!("[[accepted]]\nreason = \"known\"\n{entry}");
        let config = Config::parse(Path::new("chaos.toml"), &text).unwrap();
        let machine = Arc::new(compile_text("calls", CALLS).unwrap());
        let mut machines = [Campaign::new(machine).rules(&rules).run()];
        let stale = accept(&mut machines, &config.accepted, day.parse().unwrap(), &rules);
        let marked = machines[0].findings.iter().filter(|finding| finding.accepted.is_some());
        (marked.map(|finding| (finding.violation.rule, finding.counts())).collect(), stale.len())
    }

    const RETRY: RuleId = RuleId::TransientNotRetried;
    const CALLBACK: RuleId = RuleId::CallbackUnbounded;

    #[rstest]
    #[case::a_state("rule = \"callback-unbounded\"\nmachine = \"calls\"\nstate = \"Ask\"", &[CALLBACK], 0)]
    #[case::a_pattern("rule = \"callback-unbounded\"\nmachine = \"*\"\nstate = \"A*\"", &[CALLBACK], 0)]
    #[case::another_machine("rule = \"callback-unbounded\"\nmachine = \"order\"\nstate = \"Ask\"", &[], 1)]
    #[case::another_state("rule = \"callback-unbounded\"\nmachine = \"*\"\nstate = \"One\"", &[], 1)]
    #[case::not_the_machine_as_a_whole("rule = \"callback-unbounded\"\nmachine = \"*\"", &[], 1)]
    #[case::all_its_states("rule = \"transient-not-retried\"\nmachine = \"*\"\nstate = \"One\"", &[RETRY], 0)]
    #[case::the_states_that_were_known(
        "rule = \"transient-not-retried\"\nmachine = \"*\"\nstate = \"One\"\nstates = [\"Two\", \"Ask\"]", &[RETRY], 0
    )]
    #[case::a_state_that_is_new(
        "rule = \"transient-not-retried\"\nmachine = \"*\"\nstate = \"One\"\nstates = [\"Ask\"]", &[], 1
    )]
    #[case::a_rule_that_was_not_judged("rule = \"intent\"\nmachine = \"*\"\nstate = \"One\"", &[], 0)]
    fn an_entry_accepts_what_it_names(#[case] entry: &str, #[case] rules: &[RuleId], #[case] stale: usize) {
        let expected: Vec<_> = rules.iter().map(|rule| (*rule, false)).collect();
        assert_eq!(accepted(&format!("{entry}\nexpires = \"never\""), "2026-01-01"), (expected, stale));
    }

    #[rstest]
    #[case::its_last_day("2026-06-30", false)]
    #[case::the_day_after("2026-07-01", true)]
    fn an_entry_is_over_after_its_last_day(#[case] day: &str, #[case] counts: bool) {
        let entry =
            "rule = \"callback-unbounded\"\nmachine = \"*\"\nstate = \"Ask\"\nexpires = \"2026-06-30\"";
        assert_eq!(accepted(entry, day), (vec![(CALLBACK, counts)], 0));
    }
}
