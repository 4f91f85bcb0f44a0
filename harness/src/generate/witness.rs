//! Values that make a Choice state take a given way: the real data of one visit with as few changes as possible,
//! found by trying the boundary values of every comparison on the rules themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Choice;
use crate::expr::{Comparison, Env, Path, Random, Root, Rule, Segment, Timestamp, Variables};
use crate::model::{Right, Step, operand};
use crate::value::{Number, Value};

use super::place;

/// Combinations that are tried before a way is given up.
const TRIES_MAX: usize = 4_000;
/// Values that change together at most.
const CHANGES_MAX: usize = 3;

/// New values of paths; none: the member is absent.
pub type Assignment = Vec<(Arc<str>, Option<Value>)>;

/// Assignments that make the Choice take `target` (a rule, or none for the Default), the smallest first.
///
/// `input` is what the rules see, `adjustable` says which paths can be given another value.
pub fn witnesses(
    choice: &Choice,
    target: Option<usize>,
    input: &Value,
    adjustable: impl Fn(&str) -> bool,
) -> Vec<Assignment> {
    let considered = target.map_or(&choice.rules[..], |target| &choice.rules[..=target]);
    let mut variables = Candidates::default();
    considered.iter().for_each(|rule| variables.of_rule(&rule.rule, input));
    // The rule's own paths first: a change of them is what the way is about.
    let own = target.map(|target| paths_of(&choice.rules[target].rule)).unwrap_or_default();
    let mut open: Vec<Variable> = variables.0.into_values().filter(|found| adjustable(&found.text)).collect();
    open.sort_by_key(|variable| (!own.contains(&variable.text), variable.order));
    let mut search = Search { choice, target, input, variables: &open, tries: 0, found: Vec::new() };
    for changes in 1..=CHANGES_MAX.min(open.len()) {
        search.combinations(0, changes, &mut Vec::new());
        if !search.found.is_empty() {
            break;
        }
    }
    if search.found.is_empty() && open.len() > CHANGES_MAX {
        search.all_at_once(&own);
    }
    search.found
}

/// How many assignments one question gives.
const FOUND_MAX: usize = 3;

struct Search<'a> {
    choice: &'a Choice,
    target: Option<usize>,
    input: &'a Value,
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

    /// Many paths, each with the first value that its rule wants: for long conjunctions.
    fn all_at_once(&mut self, own: &[Arc<str>]) {
        let wanted = self.variables.iter().enumerate().filter(|(_, variable)| own.contains(&variable.text));
        let chosen: Vec<_> = wanted.map(|(at, _)| (at, 0)).collect();
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
        let paths: Vec<_> = chosen.iter().map(|(variable, _)| &self.variables[*variable].path).collect();
        if taken(self.choice, self.input, &paths, &assignment) == Some(self.target) {
            self.found.push(assignment);
        }
    }
}

/// Which rule holds with these values; none if the rules fail.
fn taken(choice: &Choice, input: &Value, paths: &[&Path], assignment: &Assignment) -> Option<Option<usize>> {
    let (mut input, mut variables) = (input.clone(), Variables::default());
    for (path, (_, value)) in paths.iter().zip(assignment) {
        let steps = steps(path)?;
        match path.root() {
            Root::Input => input = place::set(&input, &steps, &[], value.as_ref()),
            Root::Variable(name) => {
                let whole = variables.get(name).cloned().unwrap_or_default();
                variables.set(name.clone(), place::set(&whole, &steps, &[], value.as_ref()));
            }
            Root::Context => return None,
        }
    }
    let context = Value::empty_object();
    let random = Random::new(0);
    let env = Env { input: &input, context: &context, variables: &variables, random: &random };
    for (at, rule) in choice.rules.iter().enumerate() {
        if rule.rule.holds(&env).ok()? {
            return Some(Some(at));
        }
    }
    Some(None)
}

/// The steps of a path that names one place.
fn steps(path: &Path) -> Option<Vec<Step>> {
    let step = |segment: &Segment| match segment {
        Segment::Field(name) => Some(Step::Field(name.clone())),
        Segment::Index(index) => u32::try_from(*index).ok().map(Step::Index),
        Segment::Wildcard => Some(Step::Each),
        Segment::Other(_) => None,
    };
    path.segments().iter().map(step).collect()
}

fn paths_of(rule: &Rule) -> Vec<Arc<str>> {
    match rule {
        Rule::And(rules) | Rule::Or(rules) => rules.iter().flat_map(paths_of).collect(),
        Rule::Not(rule) => paths_of(rule),
        Rule::Jsonata(_) => Vec::new(),
        Rule::Test { variable, comparison } => {
            let mut paths = vec![variable.text().clone()];
            if let Right::Path(path) = operand(comparison).1 {
                paths.push(path.text().clone());
            }
            paths
        }
    }
}

/// A path that rules look at, and the values worth trying there.
struct Variable {
    text: Arc<str>,
    path: Path,
    order: usize,
    values: Vec<Option<Value>>,
}

#[derive(Default)]
struct Candidates(BTreeMap<Arc<str>, Variable>);

impl Candidates {
    fn of_rule(&mut self, rule: &Rule, input: &Value) {
        match rule {
            Rule::And(rules) | Rule::Or(rules) => rules.iter().for_each(|rule| self.of_rule(rule, input)),
            Rule::Not(rule) => self.of_rule(rule, input),
            Rule::Jsonata(_) => {}
            Rule::Test { variable, comparison } => match operand(comparison).1 {
                Right::Path(other) => {
                    let (left, right) = (current(variable, input), current(other, input));
                    self.add(variable, right.iter().flat_map(|value| values(comparison, Some(value))));
                    self.add(other, left.iter().flat_map(|value| values(comparison, Some(value))));
                    if left.is_none() && right.is_none() {
                        self.add(variable, pair(comparison).into_iter().map(Some));
                        self.add(other, pair(comparison).into_iter().map(Some));
                    }
                }
                Right::Literal(literal) => self.add(variable, values(comparison, Some(&literal))),
                Right::Nothing => self.add(variable, values(comparison, None)),
            },
        }
    }

    fn add(&mut self, path: &Path, values: impl IntoIterator<Item = Option<Value>>) {
        let order = self.0.len();
        let variable = self.0.entry(path.text().clone()).or_insert_with(|| Variable {
            text: path.text().clone(),
            path: path.clone(),
            order,
            values: Vec::new(),
        });
        for value in values {
            if !variable.values.contains(&value) {
                variable.values.push(value);
            }
        }
    }
}

/// The value at a path now.
fn current(path: &Path, input: &Value) -> Option<Value> {
    if *path.root() != Root::Input {
        return None;
    }
    place::get(input, &steps(path)?, &[])
}

/// Both sides of every boundary of a comparison, those that make it true first.
fn values(comparison: &Comparison, right: Option<&Value>) -> Vec<Option<Value>> {
    use Comparison as C;
    let number = |offset: i64| right.and_then(Value::as_number).map(|number| shifted(number, offset));
    let text = |text: &str| Some(Value::from(text));
    let longer = || right.and_then(Value::as_str).map(|text| Value::from(format!("{text}x")));
    let moment = |offset: i64| right.and_then(Value::as_str).and_then(|text| moved(text, offset));
    let same = || right.cloned();
    let found = match comparison {
        C::StringEquals(_) | C::StringMatches(_) => vec![same(), text("something-else")],
        C::StringLessThan(_) => vec![text(""), same()],
        C::StringGreaterThan(_) => vec![longer(), same()],
        C::StringLessThanEquals(_) => vec![same(), longer()],
        C::StringGreaterThanEquals(_) => vec![same(), text("")],
        C::NumericEquals(_) => vec![number(0), number(1), number(-1)],
        C::NumericLessThan(_) => vec![number(-1), number(0)],
        C::NumericGreaterThan(_) => vec![number(1), number(0)],
        C::NumericLessThanEquals(_) => vec![number(0), number(-1), number(1)],
        C::NumericGreaterThanEquals(_) => vec![number(0), number(1), number(-1)],
        C::BooleanEquals(_) => vec![same(), right.and_then(Value::as_bool).map(|truth| Value::from(!truth))],
        C::TimestampEquals(_) | C::TimestampLessThanEquals(_) | C::TimestampGreaterThanEquals(_) => {
            vec![moment(0), moment(-1), moment(1)]
        }
        C::TimestampLessThan(_) => vec![moment(-1), moment(0)],
        C::TimestampGreaterThan(_) => vec![moment(1), moment(0)],
        C::IsPresent(true) => return vec![text("present"), Some(Value::empty_object()), None],
        C::IsPresent(false) => return vec![None, text("present")],
        C::IsNull(wanted) => ordered(*wanted, Some(Value::Null), text("present")),
        C::IsNumeric(wanted) => ordered(*wanted, Some(Value::from(1)), text("text")),
        C::IsString(wanted) => ordered(*wanted, text("text"), Some(Value::from(1))),
        C::IsBoolean(wanted) => ordered(*wanted, Some(Value::from(true)), text("text")),
        C::IsTimestamp(wanted) => ordered(*wanted, text("2026-01-02T00:00:00Z"), text("text")),
    };
    // A comparison whose literal has another type gives nothing; that is not "absent".
    found.into_iter().flatten().map(Some).collect()
}

fn ordered(wanted: bool, yes: Option<Value>, no: Option<Value>) -> Vec<Option<Value>> {
    if wanted { vec![yes, no] } else { vec![no, yes] }
}

/// Two values of the type that a comparison wants, for both sides of a `…Path` operator.
fn pair(comparison: &Comparison) -> Vec<Value> {
    use crate::model::Uses;
    let uses = operand(comparison).0;
    if uses.contains(Uses::NUMBER) {
        vec![Value::from(1), Value::from(2), Value::from(3)]
    } else if uses.contains(Uses::BOOLEAN) {
        vec![Value::from(true), Value::from(false)]
    } else if uses.contains(Uses::TIMESTAMP) {
        vec![Value::from("2026-01-02T00:00:00Z"), Value::from("2026-01-03T00:00:00Z")]
    } else {
        vec![Value::from("a"), Value::from("b")]
    }
}

fn shifted(number: Number, offset: i64) -> Value {
    match number {
        Number::Int(int) => Value::from(int.saturating_add(offset)),
        Number::Float(float) => Value::from(float + offset as f64),
    }
}

/// A point in time so many seconds later.
fn moved(text: &str, seconds: i64) -> Option<Value> {
    let nanos = Timestamp::parse(text)?.nanos + i128::from(seconds) * 1_000_000_000;
    let moment = jiff::Timestamp::from_nanosecond(nanos).ok()?;
    Some(Value::from(moment.to_string()))
}
