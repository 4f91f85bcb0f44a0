//! `waiters-2.json`: what botocore says about the answers of calls that are repeated until something has happened.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::facts::Facts;
use super::naming;

/// What is waited for with an operation.
pub(super) struct Waiter {
    pub(super) name: String,
    /// Whether all that ends the waiting is in `acceptors`.
    pub(super) complete: bool,
    /// In the order in which they are tried.
    pub(super) acceptors: Vec<Acceptor>,
}

/// An answer, and what it means.
pub(super) struct Acceptor {
    pub(super) outcome: Outcome,
    pub(super) test: Test,
    /// A member's path, with names as in SDK integrations; empty for errors.
    pub(super) path: String,
    /// The text at the path, or the code of the error.
    pub(super) expected: String,
}

#[derive(Clone, Copy)]
pub(super) enum Outcome {
    Success = 0,
    Failure = 1,
    Retry = 2,
}

/// How many of the values at a path have to be the expected one.
#[derive(Clone, Copy)]
pub(super) enum Test {
    Only = 0,
    All = 1,
    Any = 2,
    Error = 3,
}

/// The waiters of each operation in the order of their names.
pub(super) fn read(json: &[u8], model: &Value, facts: &Facts) -> Result<BTreeMap<String, Vec<Waiter>>> {
    let json: Value = serde_json::from_slice(json)?;
    let mut waiters: BTreeMap<String, Vec<Waiter>> = BTreeMap::new();
    for (name, waiter) in json["waiters"].as_object().context("there is no object `waiters`")? {
        let operation = waiter["operation"].as_str().context("a waiter without an operation")?;
        let output = &model["operations"][operation]["output"]["shape"];
        let all = waiter["acceptors"].as_array().context("a waiter without acceptors")?;
        let paths = Paths { shapes: &model["shapes"], facts, output: output.as_str() };
        let acceptors: Vec<_> =
            all.iter().filter_map(|json| acceptor(json, &paths).transpose()).collect::<Result<_>>()?;
        let complete = acceptors.len() == all.len();
        let waiter = Waiter { name: name.clone(), complete, acceptors };
        waiters.entry(operation.to_owned()).or_default().push(waiter);
    }
    Ok(waiters)
}

/// `None` for what a status and an error code do not say: HTTP statuses, truth values, expressions.
fn acceptor(json: &Value, paths: &Paths<'_>) -> Result<Option<Acceptor>> {
    let outcome = match json["state"].as_str() {
        Some("success") => Outcome::Success,
        Some("failure") => Outcome::Failure,
        Some("retry") => Outcome::Retry,
        _ => bail!("an acceptor with state {}", json["state"]),
    };
    let test = match json["matcher"].as_str() {
        Some("path") => Test::Only,
        Some("pathAll") => Test::All,
        Some("pathAny") => Test::Any,
        Some("error") => Test::Error,
        Some("status") => return Ok(None),
        _ => bail!("an acceptor with matcher {}", json["matcher"]),
    };
    let path = match test {
        Test::Error => Some(String::new()),
        _ => json["argument"].as_str().and_then(|argument| paths.resolve(argument)),
    };
    let expected = json["expected"].as_str().map(str::to_owned);
    Ok(path.zip(expected).map(|(path, expected)| Acceptor { outcome, test, path, expected }))
}

/// The members of an operation's answer.
struct Paths<'a> {
    shapes: &'a Value,
    facts: &'a Facts,
    output: Option<&'a str>,
}

impl Paths<'_> {
    /// `services[].status` with the names of members as Step Functions has them; `None` if it is more than a path,
    /// or leads to nothing.
    fn resolve(&self, argument: &str) -> Option<String> {
        let mut shape = self.output?;
        let mut steps = Vec::new();
        for step in argument.split('.') {
            let (name, list) = step.strip_suffix("[]").map_or((step, ""), |name| (name, "[]"));
            let member = self.shapes[shape]["members"].get(name)?;
            let renamed = self.facts.renamed.get(&(shape.to_owned(), name.to_owned())).cloned();
            steps.push(renamed.unwrap_or_else(|| naming::member(name)) + list);
            shape = member["shape"].as_str()?;
            if !list.is_empty() {
                shape = self.shapes[shape]["member"]["shape"].as_str()?;
            }
        }
        Some(steps.join("."))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::facts;

    #[test]
    fn an_acceptor_has_a_path_of_members_or_an_error() {
        let model = json!({
            "operations": {"DescribeDBItems": {"output": {"shape": "Answer"}}},
            "shapes": {
                "Answer": {"members": {"DBItems": {"shape": "List"}}},
                "List": {"member": {"shape": "Db"}},
                "Db": {"members": {"state": {"shape": "Text"}}},
            },
        });
        let waiters = json!({"waiters": {"DBAvailable": {"operation": "DescribeDBItems", "acceptors": [
            {"state": "success", "matcher": "pathAll", "argument": "DBItems[].state", "expected": "ready"},
            {"state": "retry", "matcher": "error", "expected": "NoSuchDB"},
            {"state": "success", "matcher": "path", "argument": "length(DBItems) > `0`", "expected": true},
            {"state": "failure", "matcher": "path", "argument": "DBItems[].name", "expected": "x"},
            {"state": "retry", "matcher": "status", "expected": 404},
        ]}}});
        let facts = facts::parse("t t T t\n").unwrap().remove("t").unwrap();
        let found = read(waiters.to_string().as_bytes(), &model, &facts).unwrap();
        let waiter = &found["DescribeDBItems"][0];
        let acceptors: Vec<_> = waiter.acceptors.iter().map(|it| (&*it.path, &*it.expected)).collect();
        assert_eq!(acceptors, [("DbItems[].State", "ready"), ("", "NoSuchDB")]);
        assert!(!waiter.complete);
    }
}
