//! `cargo xtask schema`: the JSON Schema of reports, from the names that the program itself uses.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::root;

/// Writes the file.
pub(crate) fn write() -> Result<()> {
    let path = path();
    std::fs::write(&path, text()).with_context(|| format!("failed to write {}", path.display()))
}

/// Where it stands.
pub(crate) fn path() -> PathBuf {
    root().join("docs").join("chaos-report.schema.json")
}

/// What it says.
pub(crate) fn text() -> String {
    sfn_chaos::report::schema()
}
