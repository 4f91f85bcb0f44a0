//! A problem of the compiler in AWS's words.

use super::diagnostic::{no_object, schema};
use super::owner::{Owner, Spot};
use super::wording::{
    ARRAY, BOOLEAN, EXCLUSIVE, NUMBER, OBJECT, RULE, STATE_TYPES, STRING, WAITS, kind_of, limits_of, list,
    words_of,
};
use super::{Diagnostic, hash_order, query};
use crate::asl::{Problem, ProblemSeverity, QueryLanguage};
use crate::expr::OPERATORS;
use crate::load::{Document, Node};

/// What AWS says where the compiler finds a problem. A problem that AWS accepts says nothing.
pub(super) fn translate(problem: &Problem, document: &Document) -> Vec<Diagnostic> {
    let Some(spot) = Spot::at(document, &problem.pointer) else {
        return absent(problem, document).into_iter().collect();
    };
    if problem.severity == ProblemSeverity::Warning {
        return warning(problem, &spot).into_iter().collect();
    }
    let name = spot.name.as_str();
    let here = spot.location.as_str();
    let (holder, held) = match &spot.holder {
        Some((_, node, location)) => (*node, location.as_str()),
        None => (spot.node, "/"),
    };
    let one = match problem.code {
        // They are found where AWS looks for them, in `graph`.
        "unknown-target" | "unreachable-state" | "no-terminal-state" | "duplicate-state-name" => {
            return vec![];
        }
        "missing-field" => return missing(&spot),
        "wrong-type" if spot.holder.is_none() => no_object(),
        "wrong-type" => wrong_type(&spot, held),
        "unknown-field" if is_rule_field(&spot) => schema(other_language(QueryLanguage::Jsonata, name), held),
        "unknown-operator" if name == "Condition" => {
            schema(other_language(QueryLanguage::JsonPath, name), held)
        }
        "unknown-field" | "unknown-operator" | "nested-next" => {
            schema(format!("Field '{name}' is not supported"), held)
        }
        "query-language" if name == "QueryLanguage" => {
            let message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
            schema(message, held)
        }
        "query-language" => schema(other_language(spot.language, name), held),
        "exclusive-fields" => exclusive(name, holder, held),
        "invalid-path" | "invalid-reference-path" => path(&spot),
        "invalid-expression" => expression(problem, &spot, held),
        "invalid-timestamp" => schema("String does not match RFC3339 timestamp", here),
        "invalid-operand" => schema(operand(name), here),
        "invalid-resource" => resource(&spot),
        "express-pattern" => return vec![express(&spot)],
        "error-equals-empty" => schema("Value cannot be empty", here),
        "states-all-not-alone" | "states-all-not-last" => {
            schema("States.ALL must appear alone and at end of list", here)
        }
        "unknown-type" => {
            schema(format!("The field 'Type' should have one of these values: {STATE_TYPES}"), here)
        }
        "unknown-value" => {
            schema(format!("Value should be one of the following: {}", list(words_of(name))), here)
        }
        "out-of-range" => out_of_range(&spot, held),
        "label" => label(&spot),
        "jsonata-unclosed" => schema("JSONata string must start with {% and end with %}", here),
        "unsupported-reference" => unsupported(problem, here),
        "no-error-output" => unsupported_reference("Field '$states.errorOutput' does not exist.", here),
        "credentials" => credentials(&spot, held),
        "reader-resource" => schema(
            "The field 'Resource' does not match any of the allowed values. Examples: \
             [arn:<partition>:states:::s3:getObject, arn:<partition>:states:::s3:listObjectsV2]",
            here,
        ),
        "reader-input-type" => schema(
            "The field 'InputType' should have one of these values: [MANIFEST, JSON, CSV, JSONL, PARQUET]",
            here,
        ),
        "reader-headers" => schema("The field 'CSVHeaderLocation' is required", here),
        "state-name" => named("INVALID_STATE_NAME", "State", name, 80, here),
        "variable-name" => variable_name(name, spot.language, held),
        _ => schema(problem.message.clone(), here),
    };
    vec![one]
}

/// What AWS says of a member that a request lacks: there is no value to point at.
fn absent(problem: &Problem, document: &Document) -> Option<Diagnostic> {
    let (request, member) = problem.pointer.rsplit_once('/')?;
    let request = Spot::at(document, request).filter(|_| problem.code == "request-incomplete")?;
    Some(schema(format!("The field '{member}' is required but was missing"), request.location))
}

/// What AWS warns of, too, and what it refuses though the simulator can do without.
fn warning(problem: &Problem, spot: &Spot<'_>) -> Option<Diagnostic> {
    if problem.code == "resource-name" {
        return Some(schema("Value is not a valid resource ARN", spot.location.as_str()));
    }
    if problem.code == "request-missing" {
        let field = if spot.language == QueryLanguage::Jsonata { "Arguments" } else { "Parameters" };
        let resource = spot.node.as_str().unwrap_or_default();
        let message = format!("{field} field is required for resource ARN: {resource}");
        return Some(schema(message, spot.location.as_str()));
    }
    let (code, message) = match problem.code {
        "no-dollar" => ("NO_DOLLAR", "No .$ on a field that appears to be a JSONPath or Intrinsic Function."),
        "no-path" => ("NO_PATH", "Field value looks like a path, but field name does not end with 'Path'."),
        "static-result" => ("PASS_RESULT_IS_STATIC", "Attempt to use a path in the result of a pass state."),
        _ => return None,
    };
    let severity = ProblemSeverity::Warning;
    Some(Diagnostic { severity, ..Diagnostic::error(code, message, spot.location.clone()) })
}

/// Fields that an object lacks; AWS names all of them at once.
fn missing(spot: &Spot<'_>) -> Vec<Diagnostic> {
    let (node, here) = (spot.node, spot.location.as_str());
    if node.items().is_some() || spot.owner == Owner::States {
        return vec![schema("Value cannot be empty", here)];
    }
    let kind = node.get("Type").and_then(Node::as_str).unwrap_or_default();
    let required: &[&'static str] = match spot.owner {
        Owner::Machine | Owner::Scope => &["StartAt", "States"],
        Owner::State if node.get("Type").is_none() => &["Type"],
        Owner::State => match kind {
            "Task" => &["Resource"],
            "Choice" => &["Choices"],
            "Parallel" => &["Branches"],
            _ => &[],
        },
        Owner::ProcessorConfig => &["ExecutionType"],
        Owner::Retrier => &["ErrorEquals"],
        Owner::Catcher => &["ErrorEquals", "Next"],
        Owner::ItemReader => &["Resource"],
        Owner::ReaderConfig => &["CSVHeaders"],
        _ => &[],
    };
    let mut absent: Vec<&'static str> =
        required.iter().copied().filter(|name| node.get(name).is_none()).collect();
    hash_order::sort(&mut absent);
    let mut found = Vec::new();
    if !absent.is_empty() {
        found.push(schema(format!("These fields are required: {}", list(&absent)), here));
    }
    match spot.owner {
        Owner::State => found.extend(one_of(node, kind, here)),
        Owner::Rule => found.extend(rule(spot)),
        _ => {}
    }
    found
}

/// Groups of which a state must have one field.
fn one_of(node: &Node, kind: &str, here: &str) -> Vec<Diagnostic> {
    let lacks = |names: &[&str]| names.iter().all(|name| node.get(name).is_none());
    let mut found = Vec::new();
    let mut report = |mut names: Vec<&'static str>| {
        hash_order::sort(&mut names);
        let names = list(&names);
        found
            .push(schema(format!("This object should have only one of the following fields: {names}"), here));
    };
    if matches!(kind, "Task" | "Pass" | "Wait" | "Parallel" | "Map") && lacks(&["Next", "End"]) {
        report(vec!["Next", "End"]);
    }
    if kind == "Wait" && lacks(&WAITS) {
        report(WAITS.to_vec());
    }
    if kind == "Map" && lacks(&["ItemProcessor", "Iterator"]) {
        report(vec!["ItemProcessor", "Iterator"]);
    }
    found
}

fn rule(spot: &Spot<'_>) -> Vec<Diagnostic> {
    let (node, here) = (spot.node, spot.location.as_str());
    let mut found = Vec::new();
    let outermost = !matches!(&spot.holder, Some((Owner::Rule, ..)))
        && here.rsplit('/').next().is_some_and(|last| last.starts_with("Choices["));
    if outermost && node.get("Next").is_none() {
        found.push(schema("These fields are required: [Next]", here));
    }
    let parts = ["And", "Or", "Not", "Variable", "Condition"].iter().filter(|name| node.get(name).is_some());
    let compared = OPERATORS.iter().any(|name| node.get(name).is_some());
    match parts.count() {
        1 if node.get("Variable").is_some() && !compared => {
            let operators = list(&OPERATORS);
            let message = format!("This object should have only one of the following fields: {operators}");
            found.push(schema(message, here));
        }
        1 => {}
        _ => {
            let message = format!("The object must have only one of the following fields, {RULE}");
            found.push(schema(message, here));
        }
    }
    found
}

fn exclusive(name: &str, holder: &Node, held: &str) -> Diagnostic {
    if ["And", "Or", "Not", "Variable"].contains(&name) {
        return schema(format!("The object must have only one of the following fields, {RULE}"), held);
    }
    let mut names: Vec<&'static str> = if WAITS.contains(&name) {
        WAITS.to_vec()
    } else if OPERATORS.contains(&name) {
        OPERATORS.iter().copied().filter(|operator| holder.get(operator).is_some()).collect()
    } else {
        EXCLUSIVE.iter().find(|names| names.contains(&name)).map_or(Vec::new(), |names| names.to_vec())
    };
    hash_order::sort(&mut names);
    schema(format!("There should only be one of the following fields: {}", list(&names)), held)
}

/// A field of the other query language.
fn other_language(language: QueryLanguage, field: &str) -> String {
    let other = match language {
        QueryLanguage::JsonPath => QueryLanguage::Jsonata,
        QueryLanguage::Jsonata => QueryLanguage::JsonPath,
    };
    format!(
        "The QueryLanguage is set to '{language}', but field '{field}' is only supported for the '{other}' \
         QueryLanguage"
    )
}

/// A field of JSONPath rules in a rule of JSONata.
fn is_rule_field(spot: &Spot<'_>) -> bool {
    spot.language == QueryLanguage::Jsonata
        && matches!(&spot.holder, Some((Owner::Rule, ..)))
        && (OPERATORS.contains(&spot.name.as_str())
            || ["Variable", "And", "Or", "Not"].contains(&spot.name.as_str()))
}

fn wrong_type(spot: &Spot<'_>, held: &str) -> Diagnostic {
    let text = spot.node.as_str();
    if spot.name == "End" && text.is_none() && matches!(spot.node.kind, crate::load::NodeKind::Bool(_)) {
        let message = "This object should have only one of the following fields: [Next, End]";
        return schema(message, held);
    }
    let numeric = limits_of(&spot.name).is_some() || ["Condition", "Items"].contains(&spot.name.as_str());
    if spot.language == QueryLanguage::Jsonata && text.is_some() && numeric {
        return schema("JSONata string must start with {% and end with %}", spot.location.as_str());
    }
    let expected = match spot.owner {
        Owner::State | Owner::Scope | Owner::Retrier | Owner::Catcher | Owner::Rule => OBJECT,
        Owner::Rules | Owner::Scopes | Owner::Retriers | Owner::Catchers => ARRAY,
        _ => kind_of(&spot.name),
    };
    schema(format!("Expected value of type {expected}"), spot.location.as_str())
}

/// Reported: Choice rules and places to write to want a reference path, other fields a path.
fn path(spot: &Spot<'_>) -> Diagnostic {
    let reference = matches!(&spot.holder, Some((Owner::Rule, ..))) || spot.name == "ResultPath";
    let text = spot.node.as_str().unwrap_or_default();
    let message = match reference {
        true if !text.starts_with('$') => {
            "Value is not a Reference Path: Reference path didn't start with '$'"
        }
        true => "Value is not a Reference Path",
        false => "Value must be a valid JSONPath.",
    };
    schema(message, spot.location.as_str())
}

fn expression(problem: &Problem, spot: &Spot<'_>, held: &str) -> Diagnostic {
    if let Some(text) = spot.node.as_str().filter(|text| text.starts_with("{%")) {
        let message = query::words(text).unwrap_or_else(|| problem.message.clone());
        return Diagnostic::error("INVALID_JSONATA_EXPRESSION", message, spot.location.as_str());
    }
    let (name, allowed) = (&spot.name, "must be a valid JSONPath or a valid intrinsic function call");
    match &spot.payload {
        // Recorded on AWS: the payload as a whole is the place.
        Some(payload) => schema(format!("The value for the field '{name}' {allowed}"), payload.as_str()),
        None if name.ends_with(".$") => schema(format!("The value for the field '{name}' {allowed}"), held),
        None => schema(format!("Value {allowed}"), spot.location.as_str()),
    }
}

/// Names that an expression cannot read; the compiler's message has the name between its first marks.
fn unsupported(problem: &Problem, here: &str) -> Diagnostic {
    let name = problem.message.split('`').nth(1).unwrap_or_default();
    if name == "$$" {
        return unsupported_reference("Reference to '$$' is not supported.", here);
    }
    unsupported_reference(&format!("Reference to '{name}' at the top level is not supported."), here)
}

fn unsupported_reference(message: &str, here: &str) -> Diagnostic {
    Diagnostic::error("UNSUPPORTED_JSONATA_EXPRESSION", message, here)
}

fn credentials(spot: &Spot<'_>, held: &str) -> Diagnostic {
    if spot.node.members().is_some()
        && spot.node.get("RoleArn").or_else(|| spot.node.get("RoleArn.$")).is_none()
    {
        return schema("The field 'RoleArn' is required but was missing", spot.location.as_str());
    }
    schema("The field 'Credentials' is not supported for activities", held)
}

fn label(spot: &Spot<'_>) -> Diagnostic {
    let label = spot.node.as_str().unwrap_or_default();
    let why =
        if label.is_empty() { "Value cannot be empty" } else { "the label contains invalid characters" };
    let message = format!("Invalid Label name: {label}: {why}");
    Diagnostic::error("INVALID_LABEL_NAME", message, spot.location.as_str())
}

fn operand(operator: &str) -> String {
    if operator.ends_with("Path") {
        return "Value is not a Reference Path".to_owned();
    }
    let kind = match operator {
        _ if operator.starts_with("Numeric") => NUMBER,
        _ if operator.starts_with("Timestamp") => {
            return "String does not match RFC3339 timestamp".to_owned();
        }
        _ if operator.starts_with("Boolean") || operator.starts_with("Is") => BOOLEAN,
        _ => STRING,
    };
    format!("Expected value of type {kind}")
}

fn resource(spot: &Spot<'_>) -> Diagnostic {
    let text = spot.node.as_str().unwrap_or_default();
    let service = text.split(':').nth(2) == Some("states") && text.split(':').nth(3) == Some("");
    let message = if service {
        format!(
            "The resource provided {text} is not recognized. The value is not a valid resource ARN, or the \
             resource is not available in this region."
        )
    } else {
        "Value is not a valid resource ARN".to_owned()
    };
    schema(message, spot.location.as_str())
}

/// Recorded on AWS, with the blank at its end.
fn express(spot: &Spot<'_>) -> Diagnostic {
    let text = spot.node.as_str().unwrap_or_default();
    if spot.owner != Owner::Field {
        let field = if spot.node.get("ItemProcessor").is_some() { "ItemProcessor" } else { "Iterator" };
        let message =
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
        return schema(message, format!("{}/{field}/ProcessorConfig", spot.location));
    }
    let message = match text.rsplit_once('.') {
        Some((_, pattern)) if !text.contains(":activity:") => {
            format!("Express state machine does not support '.{pattern}' service integration ")
        }
        _ => "Express state machine does not support Activity ARN ".to_owned(),
    };
    schema(message, spot.location.as_str())
}

fn out_of_range(spot: &Spot<'_>, held: &str) -> Diagnostic {
    let here = spot.location.as_str();
    if spot.name == "Label" {
        return named("INVALID_LABEL_NAME", "Label", spot.node.as_str().unwrap_or_default(), 40, here);
    }
    let number = match &spot.node.kind {
        crate::load::NodeKind::Number(text) => text.parse::<f64>().unwrap_or(f64::NAN),
        _ => f64::NAN,
    };
    let Some((least, largest)) = limits_of(&spot.name) else {
        return schema(format!("Expected value of type {}", kind_of(&spot.name)), here);
    };
    if number.fract() != 0.0 && kind_of(&spot.name) != NUMBER {
        return schema(format!("Expected value of type {}", kind_of(&spot.name)), here);
    }
    let below = least.parse::<f64>().is_ok_and(|least| number < least);
    match largest {
        _ if below => schema(format!("Minimum value is {least}"), here),
        Some(text) if text.parse::<f64>().is_ok_and(|largest| number > largest) => {
            schema(format!("Maximum value is {text}"), here)
        }
        // A heartbeat that is not shorter than the timeout.
        _ => schema("HeartbeatSeconds must be smaller than TimeoutSeconds", held),
    }
}

fn named(code: &'static str, what: &str, name: &str, max: usize, here: &str) -> Diagnostic {
    let message =
        format!("Invalid {what} name: {name} exceeds the {max}-character limit allowed by the service");
    Diagnostic::error(code, message, here)
}

fn variable_name(name: &str, language: QueryLanguage, held: &str) -> Diagnostic {
    let name = name.strip_suffix(".$").filter(|_| language == QueryLanguage::JsonPath).unwrap_or(name);
    if name == "states" {
        let message = "Cannot assign to reserved variable '$states'.";
        return Diagnostic::error("RESERVED_VARIABLE_NAME", message, held);
    }
    let why = if name.chars().count() > 80 {
        "exceeds the 80-character limit allowed by the service"
    } else {
        "the variable name contains invalid characters."
    };
    let message = format!("Invalid variable name '{name}': {why}");
    Diagnostic::error("INVALID_VARIABLE_NAME", message, held)
}
