//! What happened, as JUnit XML: a test suite a feature, a test case a scenario. GitLab, Jenkins, GitHub actions and
//! CodeBuild read it.

use std::collections::BTreeMap;
use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::pretty::{INDENT, Pretty};
use super::told::{Told, ToldFeature, ToldScenario, Verdict};
use crate::bdd::failed::Failed;

/// Writes the report. The details of a scenario that fails are those that people get.
pub fn junit(told: &Told, pretty: &Pretty, out: &mut dyn io::Write) -> io::Result<()> {
    let mut report = Report::new("features");
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for feature in &told.features {
        *names.entry(&feature.name).or_default() += 1;
    }
    for feature in &told.features {
        // GitLab knows a test by the name of its class and its own, in the whole report.
        let class = match names.get(&*feature.name) {
            Some(1) => feature.name.clone(),
            _ => format!("{} ({})", feature.name, feature.path.display()),
        };
        report.add_test_suite(suite(&class, feature, pretty));
    }
    for file in &told.unreadable {
        let path = file.path.display().to_string();
        let mut suite = TestSuite::new(path.as_str());
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("unreadable").set_message(file.message.as_str()).set_description(file.to_string());
        let mut case = TestCase::new("the feature can be read", status);
        case.set_classname(path.as_str());
        case.extra.insert(XmlString::new("file"), XmlString::new(&path));
        suite.add_test_case(case);
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

fn suite(class: &str, feature: &ToldFeature, pretty: &Pretty) -> TestSuite {
    let mut suite = TestSuite::new(class);
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for scenario in &feature.scenarios {
        *names.entry(&scenario.name).or_default() += 1;
    }
    for scenario in &feature.scenarios {
        // Readers of such reports know a test by its name.
        let name = match names.get(&*scenario.name) {
            Some(1) => scenario.name.clone(),
            _ => format!("{} (line {})", scenario.name, scenario.line),
        };
        let mut case = TestCase::new(name, status(feature, scenario, pretty));
        case.set_classname(class).set_time(scenario.took);
        case.extra.insert(XmlString::new("file"), XmlString::new(feature.path.display().to_string()));
        case.extra.insert(XmlString::new("line"), XmlString::new(scenario.line.to_string()));
        suite.add_test_case(case);
    }
    suite.set_time(feature.scenarios.iter().map(|scenario| scenario.took).sum());
    suite
}

fn status(feature: &ToldFeature, scenario: &ToldScenario, pretty: &Pretty) -> TestCaseStatus {
    let (mut status, kind) = match scenario.verdict() {
        Verdict::Passed => return TestCaseStatus::success(),
        Verdict::Skipped => (TestCaseStatus::skipped(), "skipped"),
        Verdict::LeftOut => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("an earlier scenario failed");
            return status;
        }
        Verdict::Failed => (TestCaseStatus::non_success(NonSuccessKind::Failure), "expectation"),
        Verdict::Wrong => (TestCaseStatus::non_success(NonSuccessKind::Error), "wrong"),
        Verdict::Inconclusive => (TestCaseStatus::non_success(NonSuccessKind::Error), "inconclusive"),
        Verdict::Defect => (TestCaseStatus::non_success(NonSuccessKind::Error), "defect"),
    };
    status.set_type(kind);
    if let Some(failed) = scenario.failures().next() {
        status.set_message(message(failed));
    }
    let mut details = Vec::new();
    // Writing to memory cannot fail.
    let _ = pretty.details(feature, scenario, &mut details);
    let details = String::from_utf8_lossy(&details);
    let lines: Vec<&str> = details.lines().map(|line| line.strip_prefix(INDENT).unwrap_or(line)).collect();
    status.set_description(lines.join("\n"));
    status
}

/// What failed, in a line.
pub(super) fn message(failed: &Failed) -> String {
    match failed {
        Failed::Unmet(unmet) => format!("expected: {}; happened: {}", unmet.expected, unmet.happened),
        Failed::Wrong(wrong) => wrong.to_string(),
        Failed::Undefined(near) => match near.first() {
            Some(near) => format!("there is no such step; the nearest is `{near}`"),
            None => "there is no such step".to_owned(),
        },
        Failed::Ambiguous(several) => format!("it can mean several steps: {}", several.join(" | ")),
        Failed::Inconclusive(why) | Failed::Skipped(why) | Failed::Defect(why) => why.clone(),
    }
}
