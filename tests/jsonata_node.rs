//! The JSONata evaluator against the npm package `jsonata` 2.0.6, which Step Functions names as its version.
//!
//! Needs `node` and the package: `npm install --prefix target/jsonata jsonata@2.0.6`. Without them the test says that it
//! was skipped.

#[path = "jsonata/expressions.rs"]
mod expressions;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value as Json, json};
use sfn_chaos::expr::jsonata::{Expression, QueryError, Session};
use sfn_chaos::expr::{Env, Random, States, Variables};
use sfn_chaos::value::Value;

/// How many expressions are generated.
const GENERATED: usize = 5_000;

/// Expressions at the corners of the language; each stands for a rule that a port can miss.
const WRITTEN: &str = include_str!("jsonata/written.txt");

/// What evaluations see.
const INPUT: &str = include_str!("jsonata/input.json");

#[test]
fn written_expressions_have_the_values_of_the_package() {
    compare(&WRITTEN.lines().map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn generated_expressions_have_the_values_of_the_package() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = expressions::expression();
    let texts =
        (0..count()).map(|_| strategy.new_tree(&mut runner).expect("a strategy without filters").current());
    compare(&texts.collect::<Vec<_>>());
}

/// More than usual where `JSONATA_CASES` says so.
fn count() -> usize {
    std::env::var("JSONATA_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(GENERATED)
}

fn compare(texts: &[String]) {
    let Some(mut node) = Node::start() else { return };
    let document = Value::parse(INPUT).expect("the input is JSON");
    let mut differences = Vec::new();
    for text in texts {
        let theirs = node.evaluate(text);
        let ours = evaluate(text, &document);
        if !same(text, &ours, &theirs) {
            differences.push(format!("{text}\n  ours:   {ours}\n  theirs: {theirs}"));
        }
    }
    let report = differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} of {} differ:\n{report}", differences.len(), texts.len());
}

/// Values must be equal, errors must have the same code, refusals the same message. An exception of JavaScript
/// stands for any error or nothing. Of several members of a list or object that fail, either may be reported.
fn same(text: &str, ours: &Json, theirs: &Json) -> bool {
    let exception = |answer: &Json| answer["error"] == "exception" || answer["refused"] == "exception";
    if exception(theirs) {
        return ours.get("value").is_none();
    }
    match (ours.get("value"), theirs.get("value")) {
        (Some(ours), Some(theirs)) => text_of(ours) == text_of(theirs),
        (None, None) if ours.get("error").is_some() && theirs.get("error").is_some() => {
            ours["error"] == theirs["error"] || (text.contains(['[', '{']) && text.contains(','))
        }
        (None, None) => ours == theirs,
        _ => false,
    }
}

/// The text of a value with the members of objects in the order of their names.
fn text_of(value: &Json) -> String {
    fn sorted(value: &Json) -> Json {
        match value {
            Json::Object(members) => {
                let mut names: Vec<_> = members.keys().collect();
                names.sort();
                Json::Object(names.into_iter().map(|name| (name.clone(), sorted(&members[name]))).collect())
            }
            Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
            Json::Number(number) => json!(number.as_f64()),
            other => other.clone(),
        }
    }
    sorted(value).to_string()
}

fn evaluate(text: &str, document: &Value) -> Json {
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => return json!({ "refused": null, "message": error.message }),
    };
    let part = |name: &str| document.get(name).expect("the input has this part").clone();
    let mut variables = Variables::default();
    for (name, value) in part("variables").as_object().expect("variables are an object").iter() {
        variables.set(name.clone(), value.clone());
    }
    let (states, context) = (part("states"), Value::empty_object());
    let env = Env {
        input: states.get("input").expect("the input"),
        context: states.get("context").unwrap_or(&context),
        variables: &variables,
        random: &Random::new(1),
        states: States { result: states.get("result"), error_output: None },
        jsonata: &Session::default(),
    };
    match expression.eval(&env) {
        Ok(None) => json!({}),
        Ok(Some(value)) => json!({ "value": serde_json::from_str::<Json>(&value.to_json()).expect("JSON") }),
        Err(QueryError::Failed(failure)) => {
            json!({ "error": failure.code.unwrap_or("bound"), "message": failure.message })
        }
        Err(QueryError::Unsupported(text)) => json!({ "error": "unsupported", "message": text }),
    }
}

/// A process that answers one expression after the other.
struct Node {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Node {
    fn start() -> Option<Self> {
        let package = package();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jsonata/node.js");
        if !package.is_dir() {
            skipped(&format!("there is no package at {}", package.display()));
            return None;
        }
        let started = Command::new("node")
            .args([&script, &package])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            skipped("there is no node");
            return None;
        };
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Some(Self { input: child.stdin.take(), child, output })
    }

    fn evaluate(&mut self, text: &str) -> Json {
        let input = self.input.as_mut().expect("it is open");
        writeln!(input, "{}", json!(text)).expect("node reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("node answers");
        let mut answer: Json = serde_json::from_str(&line).expect("an answer is JSON");
        if answer.get("refused").is_some_and(|code| code != "exception") {
            answer["refused"] = Json::Null;
        }
        answer
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

fn package() -> PathBuf {
    let set = std::env::var_os("JSONATA_PACKAGE").map(PathBuf::from);
    set.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/jsonata/node_modules/jsonata"))
}
