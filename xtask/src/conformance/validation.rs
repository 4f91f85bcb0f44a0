//! One recorded validation: what AWS accepted or refused, against what is answered here.

use serde_json::{Value as Json, json};
use sfn_chaos::asl::MachineType;
use sfn_chaos::asl::verdict::{Operation, Request, variable_references};
use sfn_chaos::load::Definition;
use sfn_chaos::value::Value;

use super::case::Verdict;
use super::matcher::Matcher;
use super::text;

/// Codes of answers that turn on what exists in an account.
const OF_ACCOUNTS: [&str; 12] = [
    "AccessDeniedException",
    "ActivityDoesNotExist",
    "ExecutionAlreadyExists",
    "ExecutionDoesNotExist",
    "InvalidArn",
    "ResourceNotFound",
    "ServiceQuotaExceededException",
    "StateMachineAlreadyExists",
    "StateMachineDeleting",
    "StateMachineDoesNotExist",
    "StateMachineLimitExceeded",
    "TaskDoesNotExist",
];

/// Answers a case and compares; beside the verdict, what `--emit` writes.
pub(crate) fn judge(case: &Json) -> (Verdict, Json) {
    let answer = answer(case);
    let (expected, code) = expected(case);
    let inapplicable = code.is_some_and(|code| OF_ACCOUNTS.contains(&code.as_str()));
    let matcher = Matcher::new(&case["placeholders"]);
    let accepted = expected["accepted"] == answer["accepted"];
    let difference = if accepted {
        expected.as_object().into_iter().flatten().find_map(|(key, theirs)| {
            matcher.matches(theirs, &answer[key]).err().map(|place| format!("{key}{place}"))
        })
    } else {
        Some(format!("expected {expected}, got {answer}"))
    };
    let exact = difference.is_none();
    let verdict =
        Verdict { inapplicable, outcome: accepted, sequence: accepted, exact, difference, unknown: false };
    (verdict, answer)
}

/// What is answered here: `{"accepted","code","message","diagnostics"}`, and variable references where the case is
/// about them.
fn answer(case: &Json) -> Json {
    let Some(operation) = Operation::parse(text(case, "operation")) else {
        return json!({"accepted": null, "message": "this operation is not known"});
    };
    let definition = match &case["definition"] {
        Json::Null => case["definition_text"].as_str().map(str::to_owned),
        definition => Some(definition.to_string()),
    };
    let parameters = Value::parse(&case["other_parameters"].to_string()).unwrap_or_default();
    let express = text(case, "type") == "EXPRESS";
    let request = Request {
        operation,
        machine_type: if express { MachineType::Express } else { MachineType::Standard },
        definition: definition.as_deref(),
        input: case["input_text"].as_str(),
        parameters: &parameters,
    };
    let verdict = request.judge();
    let diagnostics: Vec<Json> = verdict
        .diagnostics
        .iter()
        .map(|diagnostic| serde_json::from_str(&diagnostic.to_value().to_json()).unwrap_or_default())
        .collect();
    let mut answer = json!({
        "accepted": verdict.accepted,
        "code": verdict.code,
        "message": verdict.message,
        "diagnostics": diagnostics,
    });
    if operation == Operation::DescribeStateMachine
        && let Some(text) = &definition
    {
        let definition = Definition::from_text("definition.json", text);
        answer["variableReferences"] = json!(variable_references(&definition.document));
    }
    answer
}

/// What AWS answered, in the same form, and the code of its error.
fn expected(case: &Json) -> (Json, Option<String>) {
    let theirs = &case["expected"];
    let mut expected = json!({"accepted": theirs["accepted"]});
    if !theirs["variableReferences"].is_null() {
        expected["variableReferences"] = theirs["variableReferences"].clone();
    }
    if text(case, "operation") == "ValidateStateMachineDefinition" {
        if let Some(diagnostics) = theirs["response"].get("diagnostics") {
            expected["diagnostics"] = diagnostics.clone();
        }
        return (expected, None);
    }
    let error = &theirs["error"];
    let rendered = error["exception_value"].as_str().and_then(unrender);
    let (code, message) = rendered.unzip();
    let said = |key: &str| error["Error"][key].as_str().map(str::to_owned);
    let (code, message) = (code.or_else(|| said("Code")), message.or_else(|| said("Message")));
    if code.is_some() {
        expected["code"] = json!(code);
        expected["message"] = json!(message);
    }
    (expected, code)
}

/// Code and message of `An error occurred (CODE) when calling the X operation: MESSAGE`, as a client renders it.
fn unrender(text: &str) -> Option<(String, String)> {
    let (code, rest) = text.strip_prefix("An error occurred (")?.split_once(')')?;
    let (_, message) = rest.split_once(" operation: ")?;
    Some((code.to_owned(), message.to_owned()))
}
