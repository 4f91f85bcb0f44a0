//! What came out, compared with what came out once and was looked at.

use super::findings::unmet;
use super::permissions::policy_text;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Text;
use crate::bdd::snapshot::{self, Shot};
use crate::bdd::stage::Results;
use crate::bdd::step::{Arguments, Covers, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::campaign::Finding;
use crate::diagnose::tell;
use crate::report;
use crate::value::Value;

pub(super) const SECTION: Section = Section {
    name: "Diagnosis and snapshots",
    about: "What `chaos` tells of the scenario, in full. A snapshot is a file `snapshots/FEATURE__NAME.snap` beside the \
            feature: `bdd --update` writes it, and you read it before you commit it. Values of inputs and results are \
            redacted in it.",
    steps: &[
        Step {
            keyword: Keyword::Then,
            expression: "the diagnosis matches snapshot {text}",
            about: "The findings are told as in the snapshot: what breaks, with which faults, what happens, why, and \
                    what to change, with the patch.",
            example: "the diagnosis matches snapshot \"payment throttled\"",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: diagnosis,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the diagnosis says {text}",
            about: "A finding says so: in its title, in what happens, or in why it matters.",
            example: "the diagnosis says \"is not retried\"",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: says,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the diagnosis proposes {text}",
            about: "A finding proposes so: in words, in the lines that its patch adds, or as a permission.",
            example: "the diagnosis proposes \"Lambda.TooManyRequestsException\"",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: proposes,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the history matches snapshot {text}",
            about: "The events are those of the snapshot, with their times, states and errors. Values are left out.",
            example: "the history matches snapshot \"payment throttled events\"",
            takes: Takes::Nothing,
            covers: &[],
            run: history,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the minimal policy matches snapshot {text}",
            about: "The policy that the role needs, as `iam --format policy` prints it, is that of the snapshot.",
            example: "the minimal policy matches snapshot \"policy\"",
            takes: Takes::Nothing,
            covers: &[],
            run: policy,
        },
    ],
};

fn diagnosis(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let results = stage.results()?;
    results.sure()?;
    compare(stage, arguments, "the diagnosis", &snapshot::diagnosis(&results))
}

fn history(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let results = stage.results()?;
    results.sure()?;
    compare(stage, arguments, "the history", &snapshot::history(&results))
}

fn policy(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let text = policy_text(stage)?;
    compare(stage, arguments, "the minimal policy", &text)
}

fn compare(stage: &Stage, arguments: &Arguments<'_>, what: &str, contents: &str) -> Result<(), Failed> {
    let Text(name) = arguments.get(0)?;
    let expression = format!("{what} matches snapshot \"{name}\"");
    let shot = Shot { feature: &stage.feature, name: &name, expression: &expression, contents };
    stage.shelf.album.take(&shot, stage.terms.snapshots)
}

fn says(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let results = stage.results()?;
    let machine = &results.arena.model.machine;
    let said = results.findings().iter().flat_map(|finding| {
        let violation = &finding.violation;
        let events = finding.history.iter().flat_map(|history| tell(machine, history));
        let events: Vec<String> = events.map(|line| line.to_string()).collect();
        [vec![violation.title.clone()], events, vec![violation.why.clone()]].concat()
    });
    holds(stage, &results, arguments, "says", &said.collect::<Vec<_>>())
}

fn proposes(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let results = stage.results()?;
    let machine = &results.arena.model.machine;
    let proposed = results.findings().iter().flat_map(|finding| {
        let fix = &finding.violation.fix;
        let iam = fix.iam.iter().map(Value::to_json);
        let patch = added(&report::patch_lines(machine, &fix.asl_patch));
        [fix.text.clone(), patch].into_iter().chain(iam).collect::<Vec<_>>()
    });
    holds(stage, &results, arguments, "proposes", &proposed.collect::<Vec<_>>())
}

/// What a patch adds: of a diff the lines with a plus, of operations in words all of it.
fn added(patch: &[String]) -> String {
    if !patch.iter().any(|line| line.starts_with("@@")) {
        return patch.join("\n");
    }
    let lines = patch.iter().filter_map(|line| line.strip_prefix('+'));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether one of the texts holds the words, however their blanks are broken.
fn holds(
    stage: &Stage,
    results: &Results,
    arguments: &Arguments<'_>,
    verb: &str,
    texts: &[String],
) -> Result<(), Failed> {
    let Text(wanted) = arguments.get(0)?;
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = plain(&wanted);
    if words.is_empty() {
        return Err(Wrong::new(format!("the step does not say what the diagnosis {verb}")).into());
    }
    if texts.iter().any(|text| plain(text).contains(&words)) {
        return Ok(());
    }
    let happened = if texts.is_empty() { "nothing is found" } else { "it does not" };
    let expected = format!("the diagnosis {verb} \"{wanted}\"");
    let findings: Vec<&Finding> = results.findings().iter().collect();
    Err(unmet(stage, results, &expected, happened.to_owned(), &findings))
}
