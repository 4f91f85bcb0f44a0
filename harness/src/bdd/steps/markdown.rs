//! docs/steps.md: everything that features can say, and which of it injects which fault and asks for which rule.

use std::fmt::Write as _;

use super::coverage;
use crate::bdd::step::Step;
use crate::bdd::{PARAMETERS, Section, sections};
use crate::oracle::RuleId;

const INTRODUCTION: &str = "\
# What features can say

Written by `cargo xtask schema` from the program; `bdd steps --format markdown` prints it for the version you have.

A sentence may stand under any keyword; `Given`, `When`, `Then` say where it makes sense. `{…}` is a
[parameter](#parameters), `( )` may be left out, and of words with `/` between them you write one. A sentence that is
not in this list fails the scenario, and the nearest ones are named.

## In an editor

The [official Cucumber extension](https://marketplace.visualstudio.com/items?itemName=CucumberOpen.cucumber-official)
of VS Code, and the language server behind it for other editors, complete sentences and underline unknown ones. They
read step definitions in JavaScript, so let the program write some; nothing ever runs the file:

```sh
sfn-chaos bdd steps --format glue > features/steps.js
```

With features elsewhere than in `features/`, say so in the settings (`cucumber.features`, `cucumber.glue`). Other tools
read `bdd steps --format json`: each sentence with its expression, a regular expression, documentation, an example, and
a text to insert, in the form of LSP snippets.

";

pub(super) fn markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    for section in sections() {
        self::section(section, &mut text);
    }
    parameters(&mut text);
    faults(&mut text);
    rules(&mut text);
    text
}

fn section(section: &Section, text: &mut String) {
    let _ = writeln!(text, "## {}\n\n{}\n", section.name, section.about);
    for step in section.steps {
        let _ =
            writeln!(text, "**{} {}**  \n{}\n", step.keyword.name(), escaped(step.expression), step.about);
        let _ = writeln!(text, "```gherkin\n{}\n```\n", example(step));
    }
}

/// With its keyword, and what follows it indented.
fn example(step: &Step) -> String {
    let mut lines = step.example.lines();
    let first = format!("{} {}", step.keyword.name(), lines.next().unwrap_or_default());
    std::iter::once(first).chain(lines.map(|line| format!("  {line}"))).collect::<Vec<_>>().join("\n")
}

/// Signs that Markdown takes for its own.
fn escaped(text: &str) -> String {
    text.replace('*', "\\*").replace('_', "\\_").replace('<', "\\<")
}

fn parameters(text: &mut String) {
    text.push_str("## Parameters\n\n| parameter | what it is | examples |\n|---|---|---|\n");
    for parameter in PARAMETERS {
        let examples =
            parameter.examples.iter().map(|example| example.trim()).filter(|example| !example.is_empty());
        let examples: Vec<String> = examples.map(code).collect();
        let _ = writeln!(
            text,
            "| `{{{}}}` | {} | {} |",
            parameter.name,
            cell(parameter.about),
            examples.join(", ")
        );
    }
    text.push('\n');
}

fn faults(text: &mut String) {
    text.push_str("## Faults and the sentences that inject them\n\n");
    let every: Vec<String> = coverage::of_every_class().iter().map(|expression| code(expression)).collect();
    if !every.is_empty() {
        let _ = writeln!(text, "Faults of every class: {}.\n", every.join(", "));
    }
    text.push_str("| fault | sentences |\n|---|---|\n");
    for name in coverage::classes() {
        row(text, name, &coverage::of_class(name));
    }
    for name in coverage::incidents() {
        row(text, &format!("@execution:{name}"), &coverage::of_incident(name));
    }
    text.push('\n');
}

fn rules(text: &mut String) {
    text.push_str(
        "## Rules and the sentences that ask for them\n\nEvery rule counts in `there are no findings` and in `the \
         findings are:`, too; [rules.md](rules.md) says what each is about.\n\n| rule | sentences |\n|---|---|\n",
    );
    for rule in RuleId::ALL {
        row(text, rule.name(), &coverage::of_rule(*rule));
    }
}

fn row(text: &mut String, name: &str, sentences: &[String]) {
    let sentences: Vec<String> = sentences.iter().map(|sentence| code(sentence)).collect();
    let _ = writeln!(text, "| `{name}` | {} |", sentences.join("<br>"));
}

fn code(text: &str) -> String {
    let text = cell(text);
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/steps.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == super::markdown(), "docs/steps.md is out of date; run `cargo xtask schema`");
    }
}
