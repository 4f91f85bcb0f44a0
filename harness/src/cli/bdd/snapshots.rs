//! What becomes of snapshots: which mode the call and its environment ask for, and what is told of them at the end.

use std::io::Write as _;

use clap::ValueEnum;

use crate::bdd::{Became, Snapshots, Told, Verdict};
use crate::cli::failure::Failure;
use crate::cli::{ExitCode, Streams};

/// What becomes of snapshots that no scenario asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Unreferenced {
    /// They are named.
    #[default]
    Warn,
    /// They are named, and the call fails.
    Reject,
}

/// The environment, as far as it says what may be written; `INSTA_UPDATE` is the variable of the insta crate.
pub(super) fn mode(update: bool) -> Result<Snapshots, Failure> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    mode_in(update, &variable("CI"), &variable("INSTA_UPDATE"))
}

fn mode_in(update: bool, ci: &str, insta_update: &str) -> Result<Snapshots, Failure> {
    let in_ci = !matches!(ci, "" | "0" | "false");
    let reason = match (in_ci, insta_update) {
        (true, _) => Some("CI is set"),
        (false, "no") => Some("INSTA_UPDATE is `no`"),
        (false, _) => None,
    };
    match (reason, update) {
        (Some(reason), true) => Err(Failure::Usage(format!("--update writes nothing where {reason}"))),
        (Some(_), false) => Ok(Snapshots::Compare),
        (None, true) => Ok(Snapshots::Update),
        (None, false) if matches!(insta_update, "always" | "1" | "force") => Ok(Snapshots::Update),
        (None, false) => Ok(Snapshots::Propose),
    }
}

/// Tells what was written, and which snapshots nobody asks for; `is_whole` says that no scenario was left out.
pub(super) fn tell(
    told: &Told,
    is_whole: bool,
    unreferenced: Unreferenced,
    streams: &mut Streams<'_>,
) -> Result<ExitCode, Failure> {
    for kept in &told.snapshots {
        if let Became::Written { diff } = &kept.became {
            writeln!(streams.err, "{} is written", kept.path.display())?;
            diff.iter().try_for_each(|line| writeln!(streams.err, "  {line}"))?;
        }
    }
    references(told)?;
    // A scenario that fails before its snapshot does not ask for it.
    let all_passed = told.scenarios().all(|scenario| scenario.verdict() == Verdict::Passed);
    if !is_whole || !all_passed || told.unreferenced.is_empty() {
        return Ok(ExitCode::Clean);
    }
    for path in &told.unreferenced {
        writeln!(streams.err, "no scenario asks for {}; delete it", path.display())?;
    }
    Ok(match unreferenced {
        Unreferenced::Warn => ExitCode::Clean,
        Unreferenced::Reject => ExitCode::Finding,
    })
}

/// Writes down which snapshots were used, where a test run of the insta crate wants to know it.
fn references(told: &Told) -> Result<(), Failure> {
    let Some(file) = std::env::var_os("INSTA_SNAPSHOT_REFERENCES_FILE") else { return Ok(()) };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file)?;
    for kept in &told.snapshots {
        let path = std::path::absolute(&kept.path).unwrap_or_else(|_| kept.path.clone());
        writeln!(file, "{}", path.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::by_default(false, "", "", Snapshots::Propose)]
    #[case::asked_for(true, "", "", Snapshots::Update)]
    #[case::not_in_ci(false, "true", "", Snapshots::Compare)]
    #[case::not_for_insta(false, "", "no", Snapshots::Compare)]
    #[case::no_ci(true, "false", "auto", Snapshots::Update)]
    fn what_may_be_written(
        #[case] update: bool,
        #[case] ci: &str,
        #[case] insta: &str,
        #[case] expected: Snapshots,
    ) {
        assert_eq!(mode_in(update, ci, insta).unwrap(), expected);
    }

    #[rstest]
    #[case::in_ci("1", "")]
    #[case::for_insta("", "no")]
    fn nothing_is_updated_in_ci(#[case] ci: &str, #[case] insta: &str) {
        assert!(mode_in(true, ci, insta).unwrap_err().to_string().starts_with("--update writes nothing"));
    }
}
