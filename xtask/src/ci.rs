//! `cargo xtask ci`: the gate, as .ci/run runs it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sfn_chaos::cli::{Colour, ExitCode, Progress, Streams, call};

use crate::endpoint::{self, Endpoint};
use crate::{conformance, root, tidy};

/// The test command that the README names. With all features everything is compiled once, the SDK included.
const TEST: &[&str] = &["test", "--workspace", "--all-features"];

/// What users build beside that. The one with `aws` alone would compile the SDK once more.
const FEATURE_SETS: [&str; 2] = ["", "bdd"];

/// Formatting, lints, documentation, house rules, tests, and no snapshot without a test, in this order: what is
/// quick and often wrong comes first, the verdict of the tests last.
pub(crate) fn run() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], &[])?;
    for features in FEATURE_SETS {
        let set = ["clippy", "-p", "sfn-chaos", "--no-default-features", "--features", features];
        cargo(&[&set[..], &["--", "-D", "warnings"]].concat(), &[])?;
    }
    cargo(&["doc", "--workspace", "--no-deps", "--all-features"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    tidy::run()?;
    says_what_it_lacks()?;
    test()?;
    conformance()
}

/// The tests have all features; this program has none, unless somebody asked for some.
fn says_what_it_lacks() -> Result<()> {
    for (command, feature, is_built) in
        [("bdd", "bdd", cfg!(feature = "bdd")), ("serve", "aws", cfg!(feature = "aws"))]
    {
        if is_built {
            println!("skipped: this program has the feature {feature}, so it cannot say that it lacks it");
            continue;
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
            out_colour: Colour::Plain,
            err_progress: Progress::Silent,
            folder: root(),
        };
        let code = call("cargo xtask", vec![command.into()], &mut streams);
        let err = String::from_utf8_lossy(&err);
        if code != ExitCode::Usage || !err.contains(&format!("without the feature `{feature}`")) {
            bail!("{command} does not say that it needs the feature {feature}, but: {err}");
        }
    }
    Ok(())
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
    let mut environment = vec![("INSTA_UPDATE", "no"), ("INSTA_SNAPSHOT_REFERENCES_FILE", path.as_str())];
    // It ends with this function, also where a test fails.
    let endpoint = endpoint();
    if let Some(endpoint) = &endpoint {
        environment.push((endpoint::VARIABLE, &endpoint.url));
    }
    cargo(TEST, &environment)?;
    let forgotten = forgotten_snapshots(&used)?;
    if !forgotten.is_empty() {
        bail!("no test uses these snapshots:\n{}", tidy::lines(&forgotten));
    }
    Ok(())
}

/// The Step Functions API that tests call. One that is running already is used as it is.
fn endpoint() -> Option<Endpoint> {
    if let Some(url) = std::env::var_os(endpoint::VARIABLE) {
        println!("endpoint: {}, as {} says", url.display(), endpoint::VARIABLE);
        return None;
    }
    println!("$ tests/endpoint/start.sh");
    match Endpoint::start() {
        Ok(endpoint) => {
            println!("endpoint: {}", endpoint.url);
            Some(endpoint)
        }
        Err(why) => {
            println!("skipped: no endpoint: {why}");
            None
        }
    }
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
