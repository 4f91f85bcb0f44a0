//! Writes what the simulator produced, a file for each case.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value as Json;

/// Writes `OUT/<id>.json`.
pub(crate) fn write(out: &Path, id: &str, produced: &Json) -> Result<()> {
    let path = out.join(format!("{id}.json"));
    let text = serde_json::to_string_pretty(produced).context("a JSON value is JSON")?;
    std::fs::write(&path, text + "\n").with_context(|| format!("failed to write {}", path.display()))
}
