//! For a terminal.

use std::fmt::Write as _;

use crate::bdd::{PARAMETERS, sections};
use crate::report::wrapped;

const WIDTH: usize = 92;

pub(super) fn text() -> String {
    let mut text = String::new();
    for section in sections() {
        let _ = writeln!(text, "{}", section.name);
        indented(&mut text, 2, section.about);
        for step in section.steps {
            let _ = writeln!(text, "\n  {} {}", step.keyword.name(), step.expression);
            indented(&mut text, 6, step.about);
            for line in step.example.lines() {
                let _ = writeln!(text, "        {line}");
            }
        }
        text.push('\n');
    }
    text.push_str("Parameters\n");
    for parameter in PARAMETERS {
        let _ = writeln!(text, "\n  {{{}}}", parameter.name);
        indented(&mut text, 6, parameter.about);
        let examples: Vec<&str> =
            parameter.examples.iter().copied().filter(|text| !text.is_empty()).collect();
        indented(&mut text, 6, &format!("such as {}", examples.join(" · ")));
    }
    text
}

fn indented(text: &mut String, columns: usize, words: &str) {
    for line in wrapped(words, WIDTH - columns) {
        let _ = writeln!(text, "{}{line}", " ".repeat(columns));
    }
}
