//! What happened, for people.

use std::io;

use super::told::{Told, ToldStep, Verdict};
use crate::bdd::failed::Failed;

/// Writes every scenario with its verdict, and the failing steps in full.
pub(super) fn write(told: &Told, out: &mut dyn io::Write) -> io::Result<()> {
    for feature in &told.features {
        writeln!(out, "{}: {}", feature.path.display(), feature.name)?;
        for scenario in &feature.scenarios {
            writeln!(out, "  {} {}", mark(scenario.verdict()), scenario.name)?;
            for step in scenario.steps.iter().filter(|step| step.failed.is_some()) {
                failing(step, &feature.path, out)?;
            }
        }
    }
    told.unreadable
        .iter()
        .try_for_each(|file| writeln!(out, "error: {}: {}", file.path.display(), file.message))
}

fn failing(step: &ToldStep, path: &std::path::Path, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "      {}:{}: {} {}", path.display(), step.line, step.keyword, step.text)?;
    match step.failed.as_ref() {
        Some(Failed::Unmet(unmet)) => {
            writeln!(out, "        expected  {}", unmet.expected)?;
            writeln!(out, "        happened  {}", unmet.happened)
        }
        Some(Failed::Wrong(wrong)) => writeln!(out, "        {wrong}"),
        Some(Failed::Undefined(near)) => writeln!(out, "        no such step; near: {}", near.join(" | ")),
        Some(Failed::Ambiguous(several)) => writeln!(out, "        several steps: {}", several.join(" | ")),
        Some(Failed::Inconclusive(why) | Failed::Skipped(why) | Failed::Defect(why)) => {
            writeln!(out, "        {why}")
        }
        None => Ok(()),
    }
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok  ",
        Verdict::Skipped => "skip",
        Verdict::Inconclusive => "?   ",
        Verdict::Failed | Verdict::Wrong | Verdict::Defect => "FAIL",
    }
}
