//! What happened, for people: a line a scenario, what fails in full, and how it is shown again.

use std::io::{self, Write};
use std::path::Path;

use super::told::{Fate, Told, ToldFeature, ToldScenario, ToldStep, Verdict};
use crate::bdd::failed::{Failed, Witness};
use crate::history::VirtualTime;
use crate::oracle::Severity;
use crate::report::{Colour, Painter, counted, grouped};

/// Writes for people.
#[derive(Clone, Debug)]
pub struct Pretty {
    /// Whether escape sequences are written.
    pub colour: Colour,
    /// The command that runs features, with the options that decide what a scenario does.
    pub again: String,
}

/// Verdicts in the order of the summary, with the words for them.
const SUMMARY: [(Verdict, &str); 7] = [
    (Verdict::Passed, "passed"),
    (Verdict::Failed, "failed"),
    (Verdict::Wrong, "cannot be carried out"),
    (Verdict::Inconclusive, "inconclusive"),
    (Verdict::Skipped, "skipped"),
    (Verdict::Defect, "met a defect of this program"),
    (Verdict::LeftOut, "left out after the first failure"),
];

/// What stands before the lines that belong to a scenario.
pub(super) const INDENT: &str = "         ";

/// Longer histories are cut in the middle.
const HISTORY_MAX: usize = 40;

/// So many of its lines stay at the beginning.
const HISTORY_HEAD: usize = 12;

impl Pretty {
    /// Writes one feature.
    pub fn feature(&self, feature: &ToldFeature, out: &mut dyn Write) -> io::Result<()> {
        if feature.scenarios.iter().all(|scenario| scenario.left_out) {
            return Ok(());
        }
        let painter = Painter(self.colour);
        writeln!(
            out,
            "{}  {}",
            painter.heading(&feature.name),
            painter.dim(&feature.path.display().to_string())
        )?;
        let mut rule = None;
        for scenario in feature.scenarios.iter().filter(|scenario| !scenario.left_out) {
            if scenario.rule.is_some() && scenario.rule.as_ref() != rule {
                writeln!(out, "  {}", scenario.rule.as_deref().unwrap_or_default())?;
            }
            rule = scenario.rule.as_ref();
            self.scenario(feature, scenario, out)?;
        }
        writeln!(out)
    }

    fn scenario(
        &self,
        feature: &ToldFeature,
        scenario: &ToldScenario,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let verdict = scenario.verdict();
        let why = match scenario.failures().find(|failed| is_told_in_a_line(failed)) {
            Some(Failed::Skipped(why) | Failed::Inconclusive(why)) if !verdict.is_failure() => {
                format!(": {why}")
            }
            _ => String::new(),
        };
        writeln!(out, "  {} {}{why}", self.mark(verdict), scenario.name)?;
        if verdict.is_failure() { self.details(feature, scenario, out) } else { Ok(()) }
    }

    /// Writes what failed in a scenario, and how it is shown again.
    pub(super) fn details(
        &self,
        feature: &ToldFeature,
        scenario: &ToldScenario,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if let Some(problem) = &scenario.problem {
            writeln!(out, "{INDENT}{}:{}", feature.path.display(), scenario.line)?;
            self.failed(problem, out)?;
        }
        for step in &scenario.steps {
            if let Fate::Failed(failed) = &step.fate {
                line(step, &feature.path, out)?;
                self.failed(failed, out)?;
            }
        }
        self.part("again", &self.again(feature, scenario), out)
    }

    /// The command that shows a scenario again.
    pub(super) fn again(&self, feature: &ToldFeature, scenario: &ToldScenario) -> String {
        format!("{} {}:{}", self.again, feature.path.display(), scenario.line)
    }

    fn failed(&self, failed: &Failed, out: &mut dyn Write) -> io::Result<()> {
        match failed {
            Failed::Unmet(unmet) => {
                self.part("expected", &unmet.expected, out)?;
                self.part("happened", &unmet.happened, out)?;
                unmet.details.iter().try_for_each(|line| self.part("", line, out))?;
                unmet.witness.iter().try_for_each(|witness| self.witness(witness, out))
            }
            Failed::Wrong(wrong) => self.part("cannot", &wrong.to_string(), out),
            Failed::Undefined(near) => {
                self.part("undefined", "no sentence of the vocabulary is like this", out)?;
                near.iter().try_for_each(|near| self.part("near", near, out))
            }
            Failed::Ambiguous(several) => {
                self.part("ambiguous", "it can mean several sentences", out)?;
                several.iter().try_for_each(|one| self.part("one", one, out))
            }
            Failed::Inconclusive(why) => self.part("unknown", why, out),
            Failed::Skipped(why) => self.part("skipped", why, out),
            Failed::Defect(why) => self.part("defect", &format!("{why}; please report it"), out),
        }
    }

    /// A word and what it is about; further lines stand below.
    fn part(&self, word: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut word = format!("{word:<10}");
        for line in text.lines() {
            writeln!(out, "{INDENT}{} {line}", Painter(self.colour).dim(&word))?;
            word = " ".repeat(10);
        }
        Ok(())
    }

    fn witness(&self, witness: &Witness, out: &mut dyn Write) -> io::Result<()> {
        let input = if witness.input.is_empty() { String::new() } else { format!(": {}", witness.input) };
        self.part("input", &format!("{}{input}", witness.origin), out)?;
        let plan = if witness.plan.is_empty() { "none" } else { &witness.plan };
        self.part("faults", plan, out)?;
        if witness.others > 0 {
            self.part("also", &format!("{} more", counted(witness.others as u64, "run")), out)?;
        }
        let mut word = "history";
        let lines = witness.history.len();
        let cut = if lines > HISTORY_MAX { HISTORY_HEAD..HISTORY_HEAD + lines - HISTORY_MAX } else { 0..0 };
        for (at, line) in witness.history.iter().enumerate() {
            if at == cut.start && !cut.is_empty() {
                self.part(word, &format!("… {} more …", counted(cut.len() as u64, "line")), out)?;
            }
            if !cut.contains(&at) {
                self.part(word, line, out)?;
            }
            word = "";
        }
        Ok(())
    }

    fn mark(&self, verdict: Verdict) -> String {
        let painter = Painter(self.colour);
        match verdict {
            Verdict::Passed => painter.good("ok    "),
            Verdict::Skipped | Verdict::LeftOut => painter.dim("skip  "),
            Verdict::Inconclusive => painter.severity(Severity::Medium, "?     "),
            Verdict::Failed | Verdict::Wrong => painter.severity(Severity::High, "FAIL  "),
            Verdict::Defect => painter.severity(Severity::High, "DEFECT"),
        }
    }

    /// Writes what stands at the end: files that cannot be used, and how many scenarios there are of each kind.
    pub fn ending(&self, told: &Told, out: &mut dyn Write) -> io::Result<()> {
        let painter = Painter(self.colour);
        for file in &told.unreadable {
            writeln!(out, "{} {file}", painter.severity(Severity::High, "error:"))?;
        }
        let count = |verdict| told.scenarios().filter(|scenario| scenario.verdict() == verdict).count();
        let counts = SUMMARY.map(|(verdict, words)| (count(verdict), words));
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{} {words}", grouped(*count as u64)))
            .collect();
        let all = counted(told.scenarios().count() as u64, "scenario");
        let runs = told.scenarios().map(|scenario| scenario.tally.runs).sum::<u64>();
        let virtual_ms = told.scenarios().map(|scenario| scenario.tally.virtual_ms).sum::<u64>();
        let colon = if counts.is_empty() { "" } else { ": " };
        writeln!(out, "{}", painter.heading(&format!("{all}{colon}{}", counts.join(", "))))?;
        let time = VirtualTime(virtual_ms);
        writeln!(out, "{}", painter.dim(&format!("{}, {time} of virtual time", counted(runs, "execution"))))
    }
}

fn line(step: &ToldStep, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{INDENT}{}:{}: {} {}", path.display(), step.line, step.keyword, step.text)
}

fn is_told_in_a_line(failed: &Failed) -> bool {
    matches!(failed, Failed::Skipped(_) | Failed::Inconclusive(_))
}
