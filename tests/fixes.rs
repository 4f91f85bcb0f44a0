//! What a fix promises: its patch gives a valid definition without its finding, and without a new one as severe.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use sfn_chaos::campaign::{Campaign, Finding, FixVerdict, MachineOutcome, mend, prove};
use sfn_chaos::oracle::RuleId;
use sfn_chaos::search::Phase;
use sfn_chaos_tests::scenario::{self, Version};

/// Rules whose findings the definition alone cannot mend, and what has to change instead. Other rules have words only
/// for some of their findings; docs/fixes.md says when.
const WORDS_ONLY: [(RuleId, &str); 4] = [
    (RuleId::PermissionMissing, "a policy of the role; the report has the statement"),
    (RuleId::Intent, "what stands between the failure and the declared end; only its owner knows how"),
    (RuleId::ItemFailureDiscardsSiblings, "what a failed item leaves has to be read after an inline Map"),
    (RuleId::HistoryLimit, "the work has to be divided among child executions"),
];

/// Every flawed machine of the library, with what becomes of each fix.
static PROVEN: LazyLock<Vec<(String, MachineOutcome)>> = LazyLock::new(|| {
    let proven = |folder: String| {
        let campaign = campaign(&folder);
        let mut outcome = campaign.clone().run();
        prove(&campaign, &mut outcome);
        (folder, outcome)
    };
    scenario::names().into_iter().map(proven).collect()
});

#[test]
fn a_fix_of_every_rule_mends_its_finding_and_brings_none_as_severe() {
    let mut broken = String::new();
    for rule in shown() {
        let of_rule: Vec<_> = findings().filter(|(_, finding)| finding.violation.rule == rule).collect();
        let is_words = WORDS_ONLY.iter().any(|(words, _)| *words == rule);
        let has_patch = |finding: &Finding| !finding.violation.fix.asl_patch.is_empty();
        if of_rule.iter().any(|(_, finding)| has_patch(finding)) == is_words {
            let _ = writeln!(broken, "{rule}: has a patch, or none, against the list of this file");
        }
        for (folder, finding) in of_rule {
            match &finding.fix_verdict {
                Some(FixVerdict::Proven { .. } | FixVerdict::WordsOnly) => {}
                verdict => drop(writeln!(broken, "{folder}: {}: {verdict:?}", finding.id)),
            }
        }
    }
    assert!(broken.is_empty(), "{broken}");
}

#[test]
fn what_a_fix_leaves_to_words_says_what_to_do() {
    for (folder, finding) in findings() {
        let fix = &finding.violation.fix;
        assert!(fix.text.len() > 20, "{folder}: {}: {}", finding.id, fix.text);
    }
}

/// One after the other, each applied to what the others left: that this ends shows that no two undo each other.
#[test]
fn all_fixes_of_a_machine_go_together() {
    for folder in scenario::names() {
        let campaign = campaign(&folder);
        let outcome = campaign.clone().run();
        let found = outcome.findings.len();
        let mended = mend(&campaign, outcome, &|_| true).expect("the definition is valid");
        let left: Vec<_> = mended.outcome.findings.iter().filter(|finding| is_patched(finding)).collect();
        let ids: Vec<_> = left.iter().map(|finding| finding.id.as_str()).collect();
        assert!(
            ids.is_empty(),
            "{folder}: of {found} findings are left, although they have a patch: {ids:#?}"
        );
    }
}

fn is_patched(finding: &Finding) -> bool {
    !finding.violation.fix.asl_patch.is_empty()
}

fn campaign(folder: &str) -> Campaign {
    let examples = scenario::examples(folder, Version::Flawed);
    let machine = Arc::new(scenario::machine(folder, Version::Flawed));
    let declarations = scenario::declarations(folder, Version::Flawed);
    let campaign = Campaign::new(machine).declarations(declarations);
    // Random plans find nothing in the library that the others do not, and take most of the time.
    let campaign = campaign.phases(&[Phase::Singles, Phase::Pairs]);
    let campaign = campaign.inputs(examples.inputs).mocks(examples.scripts);
    campaign.permissions(scenario::denied(folder, Version::Flawed), Vec::new())
}

fn findings() -> impl Iterator<Item = (&'static str, &'static Finding)> {
    PROVEN.iter().flat_map(|(folder, outcome)| {
        outcome.findings.iter().chain(&outcome.warnings).map(move |finding| (folder.as_str(), finding))
    })
}

/// The rules that the library shows; `tests/scenarios.rs` holds that these are all.
fn shown() -> BTreeSet<RuleId> {
    scenario::names()
        .iter()
        .flat_map(|name| scenario::expected(name).flawed)
        .map(|found| found.rule)
        .collect()
}
