//! What is asked of the findings of a scenario, and how it is told where it is not so.

use crate::asl::StateId;
use crate::bdd::Stage;
use crate::bdd::failed::{Failed, Unmet};
use crate::bdd::stage::Results;
use crate::campaign::Finding;
use crate::history::History;
use crate::oracle::{RuleId, Verdict};
use crate::report;

/// Fails where a finding that counts is one of these; one that is accepted does not.
pub(super) fn forbid(
    stage: &mut Stage,
    expected: &str,
    is_meant: impl Fn(&Finding) -> bool,
) -> Result<(), Failed> {
    let results = stage.results()?;
    let meant = results.findings().iter().filter(|finding| is_meant(finding));
    let (found, accepted): (Vec<&Finding>, Vec<&Finding>) = meant.partition(|finding| finding.counts());
    let mut happened = match found.len() {
        0 => return results.sure(),
        1 => "there is one".to_owned(),
        count => format!("there are {count}"),
    };
    happened.push_str(&beside(accepted.len()));
    Err(unmet(stage, &results, expected, happened, &found))
}

/// Fails where no finding is one of these.
pub(super) fn demand(
    stage: &mut Stage,
    expected: &str,
    is_meant: impl Fn(&Finding) -> bool,
) -> Result<(), Failed> {
    let results = stage.results()?;
    let findings = results.findings();
    if findings.iter().any(&is_meant) {
        return Ok(());
    }
    let happened = match findings.len() {
        0 => "nothing is found".to_owned(),
        1 => "what is found is another".to_owned(),
        _ => "what is found are others".to_owned(),
    };
    Err(unmet(stage, &results, expected, happened, &findings.iter().collect::<Vec<_>>()))
}

/// A run in which a rule applied and could not be judged is no proof that it is kept.
pub(super) fn judged(stage: &mut Stage, rules: &[RuleId]) -> Result<(), Failed> {
    let results = stage.results()?;
    for run in &results.runs {
        let open = rules.iter().find(|rule| run.judgement.verdict(**rule) == Verdict::Unknown);
        if let Some(rule) = open {
            let (rule, name) = (rule.name(), &run.scenario.name);
            return Err(Failed::Inconclusive(format!(
                "the run with {name} does not show whether {rule} is kept; see docs/rules.md on what the rule can tell"
            )));
        }
    }
    Ok(())
}

pub(super) fn fails_anywhere(results: &Results) -> bool {
    let fails = |history: &History| !history.failures.is_empty() || !history.injected.is_empty();
    results.runs.iter().any(|run| {
        fails(&run.history) || run.history.before.as_ref().is_some_and(|before| fails(&before.history))
    })
}

/// How many are accepted beside those that are told.
pub(super) fn beside(accepted: usize) -> String {
    match accepted {
        0 => String::new(),
        1 => ", beside one that is accepted".to_owned(),
        count => format!(", beside {count} that are accepted"),
    }
}

/// Whether a state is to be changed, or shows the same.
pub(super) fn is_at(finding: &Finding, state: StateId) -> bool {
    finding.violation.state == Some(state) || finding.violation.states.contains(&state)
}

/// Findings that are told of in full; the others are counted.
const SHOWN_MAX: usize = 3;

pub(in crate::bdd::words) fn unmet(
    stage: &Stage,
    results: &Results,
    expected: &str,
    happened: String,
    shown: &[&Finding],
) -> Failed {
    let machine = &results.arena.model.machine;
    let values = stage.values();
    let short = |finding: &&Finding| report::finding_in_short(machine, finding, values);
    let mut details: Vec<String> = shown.iter().take(SHOWN_MAX).flat_map(short).collect();
    if shown.len() > SHOWN_MAX {
        details.push(format!("and {} more", report::counted((shown.len() - SHOWN_MAX) as u64, "finding")));
    }
    let brief = |finding: &&Finding| report::finding_in_brief(machine, finding, values);
    let findings = shown.iter().map(brief).collect();
    Unmet { expected: expected.to_owned(), happened, details, findings, witness: None }.into()
}
