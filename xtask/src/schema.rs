//! `cargo xtask schema`: the JSON Schemas of reports, the page of contested rules and that of what features can say, from
//! the tables of the program.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::root;

/// Writes the files.
pub(crate) fn write() -> Result<()> {
    let page = root().join("docs").join("simulator-rules.md");
    let all = [(path(), text()), (diagnosis_path(), diagnosis_text()), (page, sfn_chaos::contested::page())];
    for (path, text) in all {
        std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    }
    steps()
}

/// Writes the vocabulary of features. The program prints it, because this one is built without.
fn steps() -> Result<()> {
    let path = root().join("docs").join("steps.md");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let printed = Command::new(cargo)
        .args(["run", "--quiet", "-p", "sfn-chaos", "--", "bdd", "steps", "--format", "markdown"])
        .current_dir(root())
        .output()
        .context("failed to start cargo")?;
    ensure!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    std::fs::write(&path, printed.stdout).with_context(|| format!("failed to write {}", path.display()))
}

/// Where it stands.
pub(crate) fn path() -> PathBuf {
    root().join("docs").join("chaos-report.schema.json")
}

/// Where the schema of diagnoses stands.
pub(crate) fn diagnosis_path() -> PathBuf {
    root().join("docs").join("diagnosis.schema.json")
}

/// What the schema of diagnoses says.
pub(crate) fn diagnosis_text() -> String {
    sfn_chaos::report::diagnosis_schema()
}

/// What it says.
pub(crate) fn text() -> String {
    sfn_chaos::report::schema()
}
