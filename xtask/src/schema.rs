//! `cargo xtask schema`: the JSON Schema of reports and the page of contested rules, from the tables of the program.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::root;

/// Writes the files.
pub(crate) fn write() -> Result<()> {
    let page = root().join("docs").join("simulator-rules.md");
    for (path, text) in [(path(), text()), (page, sfn_chaos::contested::page())] {
        std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

/// Where it stands.
pub(crate) fn path() -> PathBuf {
    root().join("docs").join("chaos-report.schema.json")
}

/// What it says.
pub(crate) fn text() -> String {
    sfn_chaos::report::schema()
}
