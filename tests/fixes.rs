//! What a fix promises: its patch gives a valid definition without its finding, and without a new one as severe.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use sfn_chaos::campaign::{Campaign, Finding, FixVerdict, MachineOutcome, mend, prove};
use sfn_chaos::oracle::RuleId;
use sfn_chaos::search::Phase;
use sfn_chaos_tests::program::run;
use sfn_chaos_tests::scenario::{self, Version};

/// Rules whose findings the definition alone cannot mend, and what has to change instead. Other rules have words only
/// for some of their findings; docs/fixes.md says when.
const WORDS_ONLY: [(RuleId, &str); 5] = [
    (RuleId::PermissionMissing, "a policy of the role; the report has the statement"),
    (RuleId::Intent, "what stands between the failure and the declared end; only its owner knows how"),
    (RuleId::ItemFailureDiscardsSiblings, "what a failed item leaves has to be read after an inline Map"),
    (RuleId::RecordLeftBehind, "the record has to be written later, or taken away where the work fails"),
    (RuleId::HistoryLimit, "the work has to be divided among child executions"),
];

/// A fix that brings a finding as severe, and why.
const OPEN: [(RuleId, &str, &str); 1] = [(
    RuleId::PermissionDenialHidden,
    "ticket-sale",
    "its Fail state comes before what was done is undone; who may undo it is not known to the rule",
)];

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
                Some(FixVerdict::BringsNew { .. })
                    if OPEN.iter().any(|open| (open.0, open.1) == (rule, folder)) => {}
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
    for folder in ["order-payment", "trip-saga", "job-polling"] {
        let campaign = campaign(folder);
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

#[test]
fn the_output_in_the_documentation_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs").join("fixes.md")).expect("the page can be read");
    let block = page.split("```console\n$ sfn-chaos ").nth(1).expect("the page shows a call");
    let shown = block.split("\n```").next().expect("a block has an end");
    let (command, shown) = shown.split_once('\n').expect("a command and its output");
    let arguments: Vec<&str> = command.split(' ').collect();
    let printed = run(root, &arguments).out.replace(&format!("{}/", root.display()), "");
    assert_eq!(printed.trim_end(), shown, "{command}");
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
