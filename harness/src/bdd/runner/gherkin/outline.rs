//! Outlines: a scenario for each row, with its cells for the placeholders.

use std::sync::LazyLock;

use cucumber::gherkin::{Examples, Feature, LineCol, Scenario};
use regex::{Captures, Regex};

use super::Problem;
use crate::spelling::nearest;

/// A scenario as it is written.
pub(super) struct Draft {
    pub(super) scenario: Scenario,
    /// The line of its tags or of its heading.
    pub(super) first: usize,
    pub(super) is_outline: bool,
    /// Of each of its examples.
    pub(super) rows: Vec<Rows>,
}

/// Where the rows of examples stand.
pub(super) struct Rows {
    /// The line of their tags or of their heading.
    pub(super) first: usize,
    /// Each row, the heading too.
    pub(super) lines: Vec<usize>,
}

/// From which line on a file is about which scenarios.
type About = Vec<(usize, Vec<usize>)>;

/// Puts the scenarios into the feature, outlines filled in, and says which lines are about which.
pub(super) fn assemble(
    feature: &mut Feature,
    drafts: Vec<Vec<Draft>>,
    rule_lines: &[usize],
) -> (About, Vec<Problem>) {
    let (mut about, mut problems) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    let mut lists = drafts.into_iter();
    let own = lists.next().unwrap_or_default();
    feature.scenarios = filled_in(own, &mut about, &mut problems);
    all.extend(feature.scenarios.iter().map(|scenario| scenario.position.line));
    for ((rule, drafts), first) in feature.rules.iter_mut().zip(lists).zip(rule_lines) {
        rule.scenarios = filled_in(drafts, &mut about, &mut problems);
        let lines: Vec<usize> = rule.scenarios.iter().map(|scenario| scenario.position.line).collect();
        all.extend(&lines);
        about.push((*first, lines));
    }
    about.push((1, all));
    about.sort_by_key(|(line, _)| *line);
    (about, problems)
}

fn filled_in(drafts: Vec<Draft>, about: &mut About, problems: &mut Vec<Problem>) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for draft in drafts {
        let before = scenarios.len();
        if draft.scenario.examples.is_empty() {
            if draft.is_outline {
                problems.push(no_examples(&draft.scenario));
            }
            scenarios.push(draft.scenario);
        } else {
            let outline = &draft.scenario;
            for (examples, rows) in outline.examples.iter().zip(&draft.rows) {
                let from = scenarios.len();
                rows_of(outline, examples, &rows.lines, &mut scenarios, problems);
                let lines: Vec<usize> = scenarios[from..].iter().map(|row| row.position.line).collect();
                about.extend(lines.iter().map(|line| (*line, vec![*line])));
                about.push((rows.first, lines));
            }
        }
        let lines = scenarios[before..].iter().map(|scenario| scenario.position.line).collect();
        about.push((draft.first, lines));
    }
    scenarios
}

fn no_examples(outline: &Scenario) -> Problem {
    problem(
        outline.position,
        "the outline has no examples, so it proves nothing",
        Some("write `Examples:` and a table below its steps".to_owned()),
    )
}

fn problem(at: LineCol, message: impl Into<String>, help: Option<String>) -> Problem {
    Problem { line: at.line, column: at.col, message: message.into(), help }
}

/// A scenario for each row of a table.
fn rows_of(
    outline: &Scenario,
    examples: &Examples,
    lines: &[usize],
    scenarios: &mut Vec<Scenario>,
    problems: &mut Vec<Problem>,
) {
    let rows = examples.table.as_ref().map(|table| &table.rows[..]).unwrap_or_default();
    let Some((heading, rows)) = rows.split_first() else {
        let help = Some("write a heading and a row for each scenario: | column |".to_owned());
        problems.push(problem(examples.position, "the examples have no table", help));
        return;
    };
    if rows.is_empty() {
        let help = Some("write a row for each scenario below the heading".to_owned());
        problems.push(problem(examples.position, "the examples have no rows, so they prove nothing", help));
        return;
    }
    let before = problems.len();
    for (row, line) in rows.iter().zip(lines.iter().skip(1)) {
        if problems.len() > before {
            // Each row would say the same again.
            return;
        }
        let columns = Columns { heading, row };
        scenarios.push(columns.scenario(outline, examples, *line, problems));
    }
}

/// One row below its heading.
struct Columns<'a> {
    heading: &'a [String],
    row: &'a [String],
}

/// Longer cells are cut in names.
const CELL_MAX: usize = 40;

impl Columns<'_> {
    fn scenario(
        &self,
        outline: &Scenario,
        examples: &Examples,
        line: usize,
        problems: &mut Vec<Problem>,
    ) -> Scenario {
        let mut scenario = Scenario {
            examples: Vec::new(),
            position: LineCol { line, col: outline.position.col },
            ..outline.clone()
        };
        scenario.tags.extend(examples.tags.iter().cloned());
        self.fill_in(&mut scenario.name, outline.position, problems);
        if scenario.name == outline.name {
            scenario.name = format!("{} ({})", outline.name, self.told());
        }
        for step in &mut scenario.steps {
            self.fill_in(&mut step.value, step.position, problems);
            step.docstring.iter_mut().for_each(|text| self.fill_in(text, step.position, problems));
            let cells = step.table.iter_mut().flat_map(|table| table.rows.iter_mut().flatten());
            cells.for_each(|cell| self.fill_in(cell, step.position, problems));
        }
        scenario
    }

    /// Puts cells for placeholders.
    fn fill_in(&self, text: &mut String, at: LineCol, problems: &mut Vec<Problem>) {
        static PLACEHOLDER: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"<([^<>\s](?:[^<>\n]*[^<>\s])?)>").expect("a constant expression"));
        if !text.contains('<') {
            return;
        }
        let mut missing = None;
        let filled = PLACEHOLDER.replace_all(text, |found: &Captures<'_>| {
            if let Some(column) = self.heading.iter().position(|name| *name == found[1]) {
                // A row that is too short is a problem of its own.
                return self.row.get(column).cloned().unwrap_or_default();
            }
            missing.get_or_insert_with(|| found[1].to_owned());
            found[0].to_owned()
        });
        if let Some(name) = missing {
            let near = nearest(&name, self.heading.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `<{near}>`?"),
                None => format!("the columns are {}", self.heading.join(", ")),
            };
            problems.push(problem(at, format!("the examples have no column `{name}`"), Some(help)));
        }
        *text = filled.into_owned();
    }

    /// `times: 3, error: PaymentDeclined`
    fn told(&self) -> String {
        let cut = |cell: &String| match cell.char_indices().nth(CELL_MAX) {
            Some((end, _)) => format!("{}…", &cell[..end]),
            None => cell.clone(),
        };
        let cells = self.heading.iter().zip(self.row).map(|(name, cell)| format!("{name}: {}", cut(cell)));
        cells.collect::<Vec<_>>().join(", ").replace('\n', " ")
    }
}
