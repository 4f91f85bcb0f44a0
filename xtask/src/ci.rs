//! `cargo xtask ci`: the gate, as .ci/run runs it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{conformance, root, tidy};

/// The test command that the README names.
const TEST: &[&str] = &["test", "--workspace"];

/// Formatting, lints, documentation, house rules, tests, and no snapshot without a test, in this order: what is
/// quick and often wrong comes first, the verdict of the tests last.
pub(crate) fn run() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    cargo(&["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    tidy::run()?;
    test()?;
    conformance()
}

/// Recorded answers of AWS, where they are at hand.
fn conformance() -> Result<()> {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CONFORMANCE") else {
        println!("skipped: SFN_CHAOS_CONFORMANCE is not set, so nothing is compared with recordings");
        return Ok(());
    };
    conformance::run(Path::new(&folder), &conformance::Options::default())
}

/// Runs the tests; insta writes down which snapshots they used, so that forgotten ones are found without its tool.
fn test() -> Result<()> {
    let used = root().join("target").join("snapshot-references.txt");
    // CARGO_TARGET_DIR may point elsewhere, and insta creates no folder.
    std::fs::create_dir_all(root().join("target")).context("failed to create target/")?;
    let _ = std::fs::remove_file(&used);
    let path = used.display().to_string();
    let environment = [("INSTA_UPDATE", "no"), ("INSTA_SNAPSHOT_REFERENCES_FILE", path.as_str())];
    cargo(TEST, &environment)?;
    let forgotten = forgotten_snapshots(&used)?;
    if !forgotten.is_empty() {
        bail!("no test uses these snapshots:\n{}", tidy::lines(&forgotten));
    }
    Ok(())
}

fn forgotten_snapshots(used: &Path) -> Result<Vec<String>> {
    // Without any snapshot assertion insta writes no file.
    let text = std::fs::read_to_string(used).unwrap_or_default();
    let used: BTreeSet<PathBuf> =
        text.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect();
    let mut forgotten = Vec::new();
    for file in tidy::files(&root(), "snap")? {
        let path = file.canonicalize().with_context(|| format!("failed to find {}", file.display()))?;
        if !used.contains(&path) {
            forgotten.push(file.display().to_string());
        }
    }
    Ok(forgotten)
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    println!("$ cargo {}", arguments.join(" "));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .status()
        .context("failed to start cargo")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}
