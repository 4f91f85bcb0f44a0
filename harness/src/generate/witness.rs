//! Values that make a Choice state take a given way: the real data of one visit with as few changes as possible,
//! found by trying the boundary values of every comparison on the rules themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Choice;
use crate::expr::jsonata::Session;
use crate::expr::{Env, Path, Random, Root, Rule, Segment, States, Variables};
use crate::model::{Right, Step, only_or_at, operand};
use crate::value::Value;

use super::candidates::{Candidates, Variable};
use super::place;

/// Combinations that are tried before a way is given up.
const TRIES_MAX: usize = 4_000;
/// Values that change together at most.
const CHANGES_MAX: usize = 3;

/// New values of paths; none: the member is absent.
pub type Assignment = Vec<(Arc<str>, Option<Value>)>;

/// What the rules of a Choice state see at one visit.
#[derive(Clone, Debug)]
pub struct Sight {
    /// `$`
    pub input: Value,
    /// `$$`, as far as it is known.
    pub context: Value,
    /// `$name`
    pub variables: Variables,
}

/// Assignments that make the Choice take `target` (a rule, or none for the Default), the smallest first.
///
/// `adjustable` says which paths can be given another value.
pub fn witnesses(
    choice: &Choice,
    target: Option<usize>,
    sight: &Sight,
    adjustable: impl Fn(&str) -> bool,
) -> Vec<Assignment> {
    let considered = target.map_or(&choice.rules[..], |target| &choice.rules[..=target]);
    let mut variables = Candidates::default();
    for rule in considered {
        variables.of_rule(&rule.rule, sight);
    }
    // The rule's own paths first: a change of them is what the way is about.
    let own = target.map(|target| paths_of(&choice.rules[target].rule)).unwrap_or_default();
    let mut open: Vec<Variable> = variables.0.into_values().filter(|found| adjustable(&found.text)).collect();
    open.sort_by_key(|variable| (!own.contains(&variable.text), variable.order));
    let mut search = Search { choice, target, sight, variables: &open, tries: 0, found: Vec::new() };
    for changes in 1..=CHANGES_MAX.min(open.len()) {
        search.combinations(0, changes, &mut Vec::new());
        if !search.found.is_empty() {
            break;
        }
    }
    if search.found.is_empty() && open.len() > CHANGES_MAX {
        search.all_at_once();
    }
    search.found
}

/// How many assignments one question gives.
const FOUND_MAX: usize = 3;

struct Search<'a> {
    choice: &'a Choice,
    target: Option<usize>,
    sight: &'a Sight,
    variables: &'a [Variable],
    tries: usize,
    found: Vec<Assignment>,
}

impl Search<'_> {
    fn combinations(&mut self, from: usize, changes: usize, chosen: &mut Vec<(usize, usize)>) {
        if self.found.len() >= FOUND_MAX || self.tries >= TRIES_MAX {
            return;
        }
        if changes == 0 {
            return self.attempt(chosen);
        }
        for variable in from..self.variables.len() {
            for candidate in 0..self.variables[variable].values.len() {
                chosen.push((variable, candidate));
                self.combinations(variable + 1, changes - 1, chosen);
                chosen.pop();
            }
        }
    }

    /// Many paths: every rule is made true or false by itself, and what that gives is tried.
    fn all_at_once(&mut self) {
        let before = self.target.unwrap_or(self.choice.rules.len());
        let mut forced =
            Forced { variables: self.variables, sight: self.sight.clone(), chosen: BTreeMap::new() };
        for rule in &self.choice.rules[..before] {
            forced.make(&rule.rule, false);
        }
        if let Some(target) = self.target {
            forced.make(&self.choice.rules[target].rule, true);
        }
        let chosen: Vec<_> = forced.chosen.into_iter().collect();
        self.attempt(&chosen);
    }

    fn attempt(&mut self, chosen: &[(usize, usize)]) {
        self.tries += 1;
        let assignment: Assignment = chosen
            .iter()
            .map(|(variable, candidate)| {
                let variable = &self.variables[*variable];
                (variable.text.clone(), variable.values[*candidate].clone())
            })
            .collect();
        let changed = chosen.iter().try_fold(self.sight.clone(), |sight, (variable, candidate)| {
            let variable = &self.variables[*variable];
            sight.with(&variable.path, variable.values[*candidate].as_ref())
        });
        let Some(way) = changed.and_then(|sight| sight.way(self.choice).ok()) else { return };
        if way == self.target {
            self.found.push(assignment);
        }
    }
}

/// Data that is changed step by step until rules have the truth that is wanted.
struct Forced<'a> {
    variables: &'a [Variable],
    sight: Sight,
    /// The candidate chosen for each variable.
    chosen: BTreeMap<usize, usize>,
}

impl Forced<'_> {
    /// Whether the rule has the wanted truth now.
    fn make(&mut self, rule: &Rule, wanted: bool) -> bool {
        match (rule, wanted) {
            (Rule::And(rules), true) | (Rule::Or(rules), false) => {
                // Every one of them is changed, even after one that cannot be.
                let failed = rules.iter().filter(|rule| !self.make(rule, wanted)).count();
                failed == 0
            }
            (Rule::And(rules), false) | (Rule::Or(rules), true) => {
                rules.iter().any(|rule| self.make(rule, wanted))
            }
            (Rule::Not(rule), _) => self.make(rule, !wanted),
            (Rule::Jsonata(condition), _) => self.make(condition.outline(), wanted),
            (Rule::Test { variable, .. }, _) => self.make_test(rule, variable.text(), wanted),
        }
    }

    fn make_test(&mut self, rule: &Rule, path: &Arc<str>, wanted: bool) -> bool {
        if self.sight.holds(rule) == Some(wanted) {
            return true;
        }
        let Some(at) = self.variables.iter().position(|variable| variable.text == *path) else {
            return false;
        };
        for (candidate, value) in self.variables[at].values.iter().enumerate() {
            let Some(changed) = self.sight.with(&self.variables[at].path, value.as_ref()) else {
                return false;
            };
            if changed.holds(rule) == Some(wanted) {
                self.sight = changed;
                self.chosen.insert(at, candidate);
                return true;
            }
        }
        false
    }
}

impl Sight {
    /// The value at a path.
    pub(super) fn get(&self, path: &Path) -> Option<Value> {
        let whole = match path.root() {
            Root::Input => &self.input,
            Root::Context => &self.context,
            Root::Variable(name) => self.variables.get(name)?,
        };
        place::get(whole, &steps(path)?, &[])
    }

    /// The same with another value at a path; none if the path does not name one place.
    fn with(&self, path: &Path, value: Option<&Value>) -> Option<Self> {
        let (mut sight, steps) = (self.clone(), steps(path)?);
        match path.root() {
            Root::Input => sight.input = place::set(&self.input, &steps, &[], value),
            Root::Context => sight.context = place::set(&self.context, &steps, &[], value),
            Root::Variable(name) => {
                let whole = self.variables.get(name).cloned().unwrap_or_default();
                sight.variables.set(name.clone(), place::set(&whole, &steps, &[], value));
            }
        }
        Some(sight)
    }

    /// Whether a rule holds; none if it fails.
    fn holds(&self, rule: &Rule) -> Option<bool> {
        let random = Random::new(0);
        let Self { input, context, variables } = self;
        let (states, jsonata) = (States::default(), &Session::default());
        rule.holds(&Env { input, context, variables, random: &random, states, jsonata }).ok()
    }

    /// The way that a Choice takes: a rule, or none for the Default.
    fn way(&self, choice: &Choice) -> Result<Option<usize>, RuleFailed> {
        for (at, rule) in choice.rules.iter().enumerate() {
            if self.holds(&rule.rule).ok_or(RuleFailed)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

/// A rule read what is not there; the execution would fail.
struct RuleFailed;

/// The steps of a path that names one place.
fn steps(path: &Path) -> Option<Vec<Step>> {
    let step = |segment: &Segment| match segment {
        Segment::Field(name) => Some(Step::Field(name.clone())),
        Segment::Index(index) => only_or_at(*index).map(Step::Index),
        Segment::Wildcard => Some(Step::Each),
        Segment::Other(_) => None,
    };
    path.segments().iter().map(step).collect()
}

fn paths_of(rule: &Rule) -> Vec<Arc<str>> {
    match rule {
        Rule::And(rules) | Rule::Or(rules) => rules.iter().flat_map(paths_of).collect(),
        Rule::Not(rule) => paths_of(rule),
        Rule::Jsonata(condition) => paths_of(condition.outline()),
        Rule::Test { variable, comparison } => {
            let mut paths = vec![variable.text().clone()];
            if let Right::Path(path) = operand(comparison).1 {
                paths.push(path.text().clone());
            }
            paths
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::{Kind, compile_text};

    fn first(rules: &str, target: Option<usize>, input: &str) -> Option<String> {
        let text = format!(
            r#"{{"StartAt":"C","States":{{"C":{{"Type":"Choice","Default":"E","Choices":[{rules}]}},
            "E":{{"Type":"Succeed"}}}}}}"#
        );
        let machine = compile_text("m", &text).unwrap();
        let Kind::Choice(choice) = &machine.states[0].kind else { panic!("a Choice") };
        let sight = Sight {
            input: Value::parse(input).unwrap(),
            context: Value::parse(r#"{"Execution":{"Input":{"limit":5}}}"#).unwrap(),
            variables: Variables::default(),
        };
        let found = witnesses(choice, target, &sight, |path| !path.contains("computed"));
        let show = |(path, value): &(Arc<str>, Option<Value>)| match value {
            Some(value) => format!("{path}={value}"),
            None => format!("{path} absent"),
        };
        found.first().map(|assignment| assignment.iter().map(show).collect::<Vec<_>>().join(" "))
    }

    #[rstest]
    #[case::text(r#""StringEquals":"A""#, Some(0), r#"{"v":"B"}"#, Some(r#"$.v="A""#))]
    #[case::another_text(r#""StringEquals":"A""#, None, r#"{"v":"A"}"#, Some(r#"$.v="something-else""#))]
    #[case::pattern(r#""StringMatches":"log-*.txt""#, Some(0), r#"{"v":"B"}"#, Some(r#"$.v="log-x.txt""#))]
    #[case::just_above(r#""NumericGreaterThan":10"#, Some(0), r#"{"v":1}"#, Some("$.v=11"))]
    #[case::just_not_above(r#""NumericGreaterThan":10"#, None, r#"{"v":12}"#, Some("$.v=10"))]
    #[case::truth(r#""BooleanEquals":true"#, None, r#"{"v":true}"#, Some("$.v=false"))]
    #[case::later(
        r#""TimestampGreaterThan":"2026-01-01T00:00:00Z""#,
        Some(0),
        r#"{"v":"2020-01-01T00:00:00Z"}"#,
        Some(r#"$.v="2026-01-01T00:00:01Z""#)
    )]
    #[case::absent(r#""IsPresent":false"#, Some(0), r#"{"v":1}"#, Some("$.v absent"))]
    #[case::null(r#""IsNull":true"#, Some(0), r#"{"v":1}"#, Some("$.v=null"))]
    #[case::wrong_type(r#""IsString":true"#, None, r#"{"v":"x"}"#, Some("$.v=1"))]
    #[case::another_path(r#""NumericGreaterThanPath":"$.w""#, Some(0), r#"{"v":1,"w":4}"#, Some("$.v=5"))]
    #[case::the_execution_input(
        r#""NumericGreaterThanPath":"$$.Execution.Input.limit""#,
        Some(0),
        r#"{"v":1}"#,
        Some("$.v=6")
    )]
    fn one_comparison(
        #[case] comparison: &str,
        #[case] target: Option<usize>,
        #[case] input: &str,
        #[case] expected: Option<&str>,
    ) {
        let rule = format!(r#"{{"Variable":"$.v",{comparison},"Next":"E"}}"#);
        assert_eq!(first(&rule, target, input).as_deref(), expected);
    }

    #[rstest]
    #[case::and(
        r#""And":[{"Variable":"$.a","IsPresent":true},{"Variable":"$.a","NumericLessThan":3}]"#,
        Some(0),
        "{}",
        Some("$.a=2")
    )]
    #[case::or(
        r#""Or":[{"Variable":"$.a","StringEquals":"x"},{"Variable":"$.b","StringEquals":"y"}]"#,
        Some(0),
        r#"{"a":"-","b":"-"}"#,
        Some(r#"$.a="x""#)
    )]
    #[case::or_that_does_not_hold(
        r#""Or":[{"Variable":"$.a","StringEquals":"x"},{"Variable":"$.b","StringEquals":"y"}]"#,
        None,
        r#"{"a":"x","b":"y"}"#,
        Some(r#"$.a="something-else" $.b="something-else""#)
    )]
    #[case::not(
        r#""Not":{"Variable":"$.a","StringEquals":"x"}"#,
        Some(0),
        r#"{"a":"x"}"#,
        Some(r#"$.a="something-else""#)
    )]
    #[case::what_the_machine_computes_stays(
        r#""Variable":"$.computed","StringEquals":"x""#,
        Some(0),
        r#"{"computed":"y"}"#,
        None
    )]
    fn combinations(
        #[case] rule: &str,
        #[case] target: Option<usize>,
        #[case] input: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(first(&format!(r#"{{{rule},"Next":"E"}}"#), target, input).as_deref(), expected);
    }

    #[test]
    fn many_paths_at_once_are_found_by_forcing_each() {
        let parts: Vec<_> =
            (0..9).map(|n| format!(r#"{{"Not":{{"Variable":"$.f{n}","IsPresent":true}}}}"#)).collect();
        let rule = format!(r#"{{"Or":[{}],"Next":"E"}}"#, parts.join(","));
        assert_eq!(first(&rule, None, "{}").map(|found| found.matches("present").count()), Some(9));
    }

    #[test]
    fn an_earlier_rule_must_not_hold() {
        let rules = r#"{"Variable":"$.n","NumericGreaterThan":0,"Next":"E"},
            {"Variable":"$.n","NumericGreaterThan":-5,"Next":"E"}"#;
        assert_eq!(first(rules, Some(1), r#"{"n":3}"#).as_deref(), Some("$.n=0"));
    }
}
