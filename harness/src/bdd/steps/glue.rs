//! Step definitions that do nothing, in JavaScript: what the official Cucumber extension of VS Code and the language
//! server behind it read (cucumber/language-service, tsxLanguage.ts: calls of `Given`, `When`, `Then` and
//! `defineParameterType` with literals).

use std::fmt::Write as _;

use crate::bdd::{PARAMETERS, sections};

const HEADING: &str = "\
// Written by `sfn-chaos bdd steps --format glue` for the Cucumber extensions of editors. Nothing runs this file.
const { Given, When, Then, defineParameterType } = require('@cucumber/cucumber')
";

pub(super) fn glue() -> String {
    let mut text = HEADING.to_owned();
    text.push('\n');
    for parameter in PARAMETERS {
        let pattern = parameter.pattern.replace('/', "\\/");
        let _ = writeln!(text, "defineParameterType({{ name: '{}', regexp: /{pattern}/ }})", parameter.name);
    }
    for section in sections() {
        let _ = writeln!(text, "\n// {}", section.name);
        for step in section.steps {
            let expression = step.expression.replace('\'', "\\'");
            let _ = writeln!(text, "{}('{expression}', () => {{}})", step.keyword.name());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn editors_find_parameters_and_sentences() {
        let text = super::glue();
        assert!(
            text.contains(
                "defineParameterType({ name: 'times', regexp: /once|twice|\\d+(?:,\\d{3})* times?/ })"
            ),
            "{text}"
        );
        assert!(text.contains("Given('the state machine {text}', () => {})"), "{text}");
    }
}
