//! What AWS answered, where an answer depends on expressions alone. The recordings are read where they stand.

use std::path::{Path as FilePath, PathBuf};

use super::jsonata::Session;
use super::*;
use crate::value::Value;

/// The recorded executions whose file names start with `prefix`; none if there are no recordings.
fn recordings(prefix: &str) -> Vec<(PathBuf, Value)> {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CONFORMANCE") else {
        skipped();
        return Vec::new();
    };
    let files = std::fs::read_dir(FilePath::new(&folder).join("execution")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)));
    files.sort();
    let read = |file: PathBuf| {
        let recording = Value::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
        (file, recording)
    };
    files.into_iter().map(read).collect()
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
fn skipped() {
    eprintln!("skipped: SFN_CHAOS_CONFORMANCE is not set");
}

fn get<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

fn with_env<T>(input: &Value, use_env: impl FnOnce(&Env<'_>) -> T) -> T {
    let execution = Value::Object([("Input", input.clone())].into_iter().collect());
    use_env(&Env {
        input,
        context: &Value::Object([("Execution", execution)].into_iter().collect()),
        variables: &Variables::default(),
        random: &Random::new(0),
        states: States::default(),
        jsonata: &Session::default(),
    })
}

/// The only choice of the first state, compiled.
fn only_choice(definition: &Value) -> Option<Rule> {
    let start = definition.get("StartAt")?.as_str()?;
    let choice = get(definition, &["States", start, "Choices"])?.as_array()?.first()?.as_object()?;
    let (operator, operand) = choice.iter().find(|(name, _)| OPERATORS.contains(&&***name))?;
    Some(Rule::Test {
        variable: Path::parse(choice.get("Variable")?.as_str()?).ok()?,
        comparison: Comparison::from_operator(operator, operand).ok()?,
    })
}

#[test]
fn choices_go_where_aws_went() {
    let mut wrong = Vec::new();
    for (file, table) in recordings("choice_operators.") {
        for row in table.get("rows").and_then(Value::as_array).unwrap_or_default() {
            let definition = row.get("definition").or_else(|| table.get("definition")).unwrap();
            let rule = only_choice(definition).unwrap_or_else(|| panic!("{}", file.display()));
            let output = get(row, &["expected", "output"]).unwrap().to_json();
            let found = with_env(row.get("input").unwrap(), |env| rule.holds(env));
            if found != Ok(output.contains("ConditionTrue")) {
                wrong.push(format!("{}: {}: {found:?}", file.display(), row.get("input").unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The `Parameters` of a machine that is one Pass state.
fn only_parameters(definition: &Value) -> Option<&Value> {
    let states = definition.get("States")?.as_object().filter(|states| states.len() == 1)?;
    states.iter().next()?.1.get("Parameters")
}

#[test]
fn functions_give_what_aws_gave() {
    let mut wrong = Vec::new();
    for (file, recording) in
        recordings("intrinsic_functions.").into_iter().chain(recordings("base.base.json_path"))
    {
        let Some(parameters) = only_parameters(recording.get("definition").unwrap()) else { continue };
        let expected = get(&recording, &["expected", "output"]).unwrap();
        let (random, context) = ("generated-uuid", "<ArnPart");
        if [random, context].iter().any(|varies| expected.to_json().contains(varies)) {
            continue;
        }
        let template = Template::payload(parameters);
        let found =
            template.map(|template| with_env(recording.get("input").unwrap(), |env| template.eval(env)));
        if found != Ok(Ok(expected.clone())) {
            wrong.push(format!("{}: {found:?}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
