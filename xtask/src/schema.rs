//! `cargo xtask schema`: the JSON Schemas of reports and the page of contested rules, from the tables of the program.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::root;

/// Writes the files.
pub(crate) fn write() -> Result<()> {
    let page = root().join("docs").join("simulator-rules.md");
    let all = [(path(), text()), (diagnosis_path(), diagnosis_text()), (page, sfn_chaos::contested::page())];
    for (path, text) in all {
        std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
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
