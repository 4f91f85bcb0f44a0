//! The text of a feature.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::expected::Found;
use crate::report::wrapped;

/// A scenario.
pub(super) struct Scene {
    /// What goes wrong.
    pub(super) when: String,
    /// What holds then.
    pub(super) then: Vec<String>,
    /// What is wrong with it.
    pub(super) findings: Vec<Found>,
}

/// A feature in the making.
pub(super) struct Page {
    text: String,
    /// Findings that were told already.
    told: BTreeSet<String>,
    names: BTreeSet<String>,
}

const WIDTH: usize = 100;

impl Page {
    pub(super) fn new(name: &str, command: &str, background: &[String]) -> Self {
        let name = name.replace(['\n', '\r'], " ");
        let mut page = Self { text: String::new(), told: BTreeSet::new(), names: BTreeSet::new() };
        page.comment(
            "",
            &format!(
                "Written by `{command}`. What is expected here is what the simulator shows today, which need not be \
                 what you want: read every scenario, change what should be otherwise, and delete what does not matter."
            ),
        );
        let _ = write!(page.text, "Feature: {name}\n\n  Background:\n");
        for (at, line) in background.iter().enumerate() {
            let _ = writeln!(page.text, "    {} {line}", if at == 0 { "Given" } else { "And" });
        }
        page
    }

    /// Adds a scenario; what is found is told at its first scenario.
    pub(super) fn add(&mut self, scene: Scene) {
        let name = capital(&scene.when);
        let mut numbered = (2..).map(|number| format!("{name} ({number})"));
        let name = if self.names.contains(&name) { numbered.next().unwrap_or(name) } else { name };
        self.names.insert(name.clone());
        self.text.push('\n');
        let new: Vec<Found> =
            scene.findings.into_iter().filter(|found| self.told.insert(found.key.clone())).collect();
        for found in &new {
            self.comment("  ", &format!("chaos finds {}.", found.text.trim_end_matches('.')));
        }
        if !new.is_empty() {
            self.comment("  ", "Today the execution goes on like this; change it when it is mended.");
        }
        let _ = writeln!(self.text, "  Scenario: {name}\n    When {}", scene.when);
        for (at, line) in scene.then.iter().enumerate() {
            let _ = writeln!(self.text, "    {} {line}", if at == 0 { "Then" } else { "And" });
        }
    }

    /// Says why there is no scenario.
    pub(super) fn omit(&mut self, fault: &str, reason: &str) {
        self.remark(&format!("No scenario for {fault}: {reason}"));
    }

    pub(super) fn remark(&mut self, text: &str) {
        self.text.push('\n');
        self.comment("  ", text);
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    fn comment(&mut self, indent: &str, text: &str) {
        for line in wrapped(text, WIDTH - indent.len()) {
            let _ = writeln!(self.text, "{indent}# {line}");
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
