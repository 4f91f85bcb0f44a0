//! `cargo xtask tidy`: house rules that no compiler checks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sfn_chaos::cli::ExitCode;
use sfn_chaos::oracle::RuleId;

use crate::{aws_calls, root, schema};

/// Longer files are split.
const LINES_MAX: usize = 500;

/// Names that say nothing about what is inside.
const VAGUE_MODULES: [&str; 4] = ["utils", "util", "helpers", "common"];

/// The modules of the library in the order in which data flows through them; those that exist keep this order.
const MODULES: [&str; 31] = [
    "spelling",
    "value",
    "load",
    "asl",
    "expr",
    "catalog",
    "model",
    "iam",
    "contested",
    "error",
    "fault",
    "mock",
    "sim",
    "history",
    "test_state",
    "walk",
    "generate",
    "search",
    "oracle",
    "reduce",
    "diagnose",
    "advice",
    "campaign",
    "parity",
    "report",
    "case",
    "config",
    "aws",
    "workflow",
    "bdd",
    "cli",
];

/// Reports every broken rule, not only the first.
pub(crate) fn run() -> Result<()> {
    let root = root();
    let mut broken = Vec::new();
    for package in ["harness", "xtask", "tests"] {
        for path in files(&root.join(package), "rs")? {
            let text = read(&path)?;
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            check_source(&name, &text, &mut broken);
            aws_calls::check(&name, &text, &mut broken);
        }
    }
    check_module_order(&read(&root.join("harness/src/lib.rs"))?, &mut broken);
    aws_calls::check_place(&root, &mut broken)?;
    check_docs(&root, &mut broken)?;
    if broken.is_empty() {
        return Ok(());
    }
    bail!("house rules are broken:\n{}", lines(&broken));
}

/// Indented lines.
pub(crate) fn lines(items: &[String]) -> String {
    items.iter().map(|item| format!("  {item}")).collect::<Vec<_>>().join("\n")
}

/// All files with an extension below a folder, sorted; products of builds are left out.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = folder.read_dir().with_context(|| format!("failed to list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_dir() && !hidden && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn check_source(name: &str, text: &str, broken: &mut Vec<String>) {
    let count = text.lines().count();
    if count > LINES_MAX {
        broken.push(format!("{name}: {count} lines; split it, {LINES_MAX} is the limit"));
    }
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let module =
            line.trim_start_matches("pub ").strip_prefix("mod ").map(|rest| rest.trim_end_matches(';'));
        if module.is_some_and(|module| VAGUE_MODULES.contains(&module)) {
            broken.push(format!("{name}:{}: `{line}` says nothing about what is inside", at + 1));
        }
        if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
            broken.push(format!("{name}:{}: write #[expect(…, reason = \"…\")]", at + 1));
        }
        if ["\"/home/", "\"/Users/", "\"/root/", "\"/work/"].iter().any(|path| line.contains(path))
            && !name.ends_with("tidy.rs")
        {
            broken.push(format!("{name}:{}: a path of one machine", at + 1));
        }
    }
}

fn check_module_order(library: &str, broken: &mut Vec<String>) {
    let declared: Vec<_> = library
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let expected: Vec<_> = MODULES.into_iter().filter(|module| declared.contains(module)).collect();
    if declared != expected {
        broken.push(format!("harness/src/lib.rs: the modules are {declared:?}; data flows {expected:?}"));
    }
}

fn check_docs(root: &Path, broken: &mut Vec<String>) -> Result<()> {
    let docs = root.join("docs");
    let rules = read(&docs.join("rules.md"))?;
    for rule in RuleId::ALL {
        if !rules.contains(&format!("### `{}`", rule.name())) {
            broken.push(format!("docs/rules.md: no section for `{}`", rule.name()));
        }
    }
    let codes = read(&docs.join("exit-codes.md"))?;
    for code in ExitCode::BY_RANK {
        if !codes.contains(&format!("| {code} |")) {
            broken.push(format!("docs/exit-codes.md: no line for {code}"));
        }
    }
    for (path, text) in
        [(schema::path(), schema::text()), (schema::diagnosis_path(), schema::diagnosis_text())]
    {
        if read(&path)? != text {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            broken.push(format!("docs/{name}: out of date; run `cargo xtask schema`"));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}
