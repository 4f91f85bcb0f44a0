//! Scenarios over the workflows of the scenario library, no two of them alike: what a team's features are made of, in
//! about the same parts. Each is written out, so that every one is read, checked and played.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Blocks of a workflow and steps about it. `<n>` is another number in each scenario; `<few>` is 1 to 3, `<more>` one
/// more than that, `<item>` one less.
const STEPS: &str = include_str!("scenarios.txt");

/// So many stand in one file.
const IN_A_FILE: usize = 25;

/// Writes so many scenarios into feature files of a folder.
pub(crate) fn write(folder: &Path, count: usize) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").canonicalize()?;
    for first in (0..count).step_by(IN_A_FILE) {
        let scenarios = (first..count.min(first + IN_A_FILE)).map(|n| scenario(n, &library));
        let text = format!("Feature: Scenarios from {first} on\n{}", scenarios.collect::<String>());
        std::fs::write(folder.join(format!("from-{first:05}.feature")), text)?;
    }
    Ok(())
}

fn scenario(n: usize, library: &Path) -> String {
    let blocks: Vec<&str> = STEPS.split("\n\n").collect();
    let (workflow, steps) = blocks[n % blocks.len()].split_once('\n').unwrap_or_default();
    let item = n / blocks.len() % 3;
    let steps = steps
        .replace("<n>", &n.to_string())
        .replace("<item>", &item.to_string())
        .replace("<few>", &(item + 1).to_string())
        .replace("<more>", &(item + 2).to_string());
    let machine = library.join(workflow).join("repaired.asl.json");
    let mut text =
        format!("\n  Scenario: Number {n}\n    Given the state machine \"{}\"\n", machine.display());
    for line in steps.lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {line}");
    }
    text
}
