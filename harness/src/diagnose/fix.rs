//! Proposals: JSON Patch operations (RFC 6902) on the definition. Nothing applies them but the user.

use super::route;
use crate::asl::{Catcher, Kind, Machine, QueryLanguage, ResultPath, State, StateId, Transition};
use crate::catalog::{self, Effect, ErrorClass, FaultKind, Integration};
use crate::error::ErrorName;
use crate::model::{Graph, Model};
use crate::oracle::{Fix, PatchOperation};
use crate::value::{ObjectBuilder, Value};

/// How long a proposed timer waits, in seconds. Only the user knows how long the work may take; an hour is a
/// number to start from, and the text says so.
pub(crate) const TIMER_SECONDS: i64 = 3600;

/// A proposal in words alone.
pub(crate) fn words(text: impl Into<String>) -> Fix {
    Fix { text: text.into(), ..Fix::default() }
}

/// A proposal in words and as a patch.
pub(crate) fn patch(text: impl Into<String>, asl_patch: Vec<PatchOperation>) -> Fix {
    Fix { text: text.into(), asl_patch, ..Fix::default() }
}

/// `add` of a value at a pointer.
pub(crate) fn add(path: String, value: Value) -> PatchOperation {
    PatchOperation { op: "add", path, value: Some(value) }
}

/// `replace` of the value at a pointer.
pub(crate) fn replace(path: String, value: Value) -> PatchOperation {
    PatchOperation { op: "replace", path, value: Some(value) }
}

/// `remove` of what is at a pointer.
pub(crate) fn remove(path: String) -> PatchOperation {
    PatchOperation { op: "remove", path, value: None }
}

/// A retrier for the passing faults of a task: before the first wildcard, which would take them otherwise.
pub(crate) fn add_retrier(state: &State, integration: &Integration, seen: &str, safety: Safety) -> Fix {
    let mut passing = transient_names(integration, seen, safety);
    // What the catchers name as such may come, too.
    let caught = state.catch.iter().flat_map(|catcher| &catcher.errors).map(ErrorName::as_str);
    for name in caught.filter(|name| catalog::can_report(integration, name) != Some(false)) {
        let passes = matches!(catalog::class_of(name), ErrorClass::Transient | ErrorClass::Throttling);
        if passes && !name.starts_with("States.") && passing.iter().all(|known| known != name) {
            passing.push(name.to_owned());
        }
    }
    let retrier = object([
        ("ErrorEquals", names(passing)),
        ("IntervalSeconds", Value::from(2)),
        ("MaxAttempts", Value::from(4)),
        ("BackoffRate", Value::from(2)),
        ("MaxDelaySeconds", Value::from(30)),
        ("JitterStrategy", Value::from("FULL")),
    ]);
    let wildcard = state.retry.iter().position(|retrier| {
        retrier.errors.iter().any(|name| matches!(name.as_str(), ErrorName::ALL | ErrorName::TASK_FAILED))
    });
    let operation = match wildcard {
        Some(at) => add(format!("{}/Retry/{at}", state.pointer), retrier),
        None => append(state, "Retry", state.retry.is_empty(), retrier),
    };
    let left_out = match safety {
        Safety::Safe => "",
        Safety::Unsafe => {
            " A broken connection is left out: nobody knows then whether the work was done, and a retry may do it twice."
        }
    };
    patch(
        format!(
            "Retry the errors of the service that pass by themselves, with growing and random delays.{left_out}"
        ),
        vec![operation],
    )
}

/// More names for an existing retrier: the one that was seen, and the others that are missing.
pub(crate) fn add_retried_name(
    state: &State,
    retrier: usize,
    integration: &Integration,
    seen: &str,
    safety: Safety,
) -> Fix {
    let is_listed =
        |name: &String| state.retry.iter().any(|known| known.errors.iter().any(|own| own.as_str() == name));
    let missing: Vec<String> = std::iter::once(seen.to_owned())
        .chain(transient_names(integration, seen, safety).into_iter().filter(|name| name != seen))
        .filter(|name| !is_listed(name))
        .collect();
    let told: Vec<&str> = missing.iter().map(String::as_str).collect();
    let at = format!("{}/Retry/{retrier}/ErrorEquals/-", state.pointer);
    patch(
        format!("Add {} to the errors that are retried already.", listed(&told)),
        missing.iter().map(|name| add(at.clone(), Value::from(name.as_str()))).collect(),
    )
}

/// A catcher for more errors: with everything else as in the last catcher that is for failures of any kind. Where all
/// catchers are for errors that the work names, what they lead to is meant for these, and the new one ends badly.
pub(crate) fn add_catcher_like_last(machine: &Machine, state: &State, error: &str) -> Fix {
    let takes_timers = error == ErrorName::TIMEOUT;
    let is_general = |catcher: &Catcher| {
        catcher.errors.iter().any(|name| match name.as_str() {
            ErrorName::ALL | ErrorName::TASK_FAILED => true,
            ErrorName::HEARTBEAT_TIMEOUT => takes_timers,
            _ => false,
        })
    };
    // A way that undoes what was done and ends badly is right for any failure.
    let ends_badly = |catcher: &Catcher| {
        let graph = Graph::new(machine);
        graph.is_failure_only(catcher.next) && !graph.can_end_well(catcher.next)
    };
    let like = state.catch.iter().rposition(is_general).or_else(|| state.catch.iter().rposition(ends_badly));
    let Some(last) = like else {
        return add_catcher_that_fails(machine, state, error);
    };
    add_catcher_like(machine, state, last, error)
}

/// A catcher for more errors, with everything else as in another one of the state.
pub(crate) fn add_catcher_like(machine: &Machine, state: &State, last: usize, error: &str) -> Fix {
    let pointer = format!("{}/Catch/{last}", state.pointer);
    let Some(Value::Object(mut copy)) = machine.document.node(&pointer).map(crate::load::Node::to_value)
    else {
        return words(format!("Add a catcher for `{error}`."));
    };
    copy.insert("ErrorEquals", names([error]));
    copy.remove("Comment");
    let next = &machine.state(state.catch[last].next).name;
    patch(
        format!("Catch `{error}` too, and go to `{next}` as for the errors that are caught already."),
        vec![add(format!("{}/Catch/-", state.pointer), copy.into())],
    )
}

fn add_catcher_that_fails(machine: &Machine, state: &State, error: &str) -> Fix {
    let fail = route::report_failure(machine, state);
    let catcher = object([("ErrorEquals", names([error])), ("Next", Value::from(fail.name))]);
    patch(
        format!(
            "Catch `{error}` too, and say what happens then: what the other catchers lead to is meant for the errors \
             that they name. The patch ends in a Fail state."
        ),
        vec![append(state, "Catch", state.catch.is_empty(), catcher), fail.operation],
    )
}

/// A catcher that goes on with the next link of a chain, whatever happens to this one.
pub(crate) fn continue_chain(machine: &Machine, state: &State) -> Fix {
    let Transition::Next(next) = state.next else {
        return words("Retry the step, and alert somebody when it fails for good.");
    };
    let next = &machine.state(next).name;
    let field: String = state.name.chars().filter(char::is_ascii_alphanumeric).collect();
    let keep = match state.query_language {
        QueryLanguage::JsonPath => ("ResultPath", format!("$.error{field}")),
        QueryLanguage::Jsonata => {
            ("Output", format!("{{% $merge([$states.input, {{'error{field}': $states.errorOutput}}]) %}}"))
        }
    };
    let catcher = object([
        ("ErrorEquals", names([ErrorName::ALL])),
        (keep.0, Value::from(keep.1)),
        ("Next", Value::from(next.clone())),
    ]);
    patch(
        format!(
            "Catch every error of this step and go on with `{next}`; report what could not be undone at the end."
        ),
        vec![append(state, "Catch", state.catch.is_empty(), catcher)],
    )
}

/// A catcher for every error that keeps the input and goes to a state.
pub(crate) fn catch_all(state: &State, next: &str) -> PatchOperation {
    let keep = match state.query_language {
        QueryLanguage::JsonPath => ("ResultPath", "$.error"),
        QueryLanguage::Jsonata => ("Output", "{% $merge([$states.input, {'error': $states.errorOutput}]) %}"),
    };
    let catcher = object([
        ("ErrorEquals", names([ErrorName::ALL])),
        (keep.0, Value::from(keep.1)),
        ("Next", Value::from(next)),
    ]);
    append(state, "Catch", state.catch.is_empty(), catcher)
}

/// How a rule asks whether something is there, in the language of a state.
pub(crate) fn presence_test(state: &State) -> &'static str {
    match state.query_language {
        QueryLanguage::JsonPath => "`IsPresent`",
        QueryLanguage::Jsonata => "`$exists`",
    }
}

/// `ResultPath` or `Output` for a catcher, so that the input stays.
pub(crate) fn keep_input(state: &State, catcher: usize) -> Fix {
    if state.query_language == QueryLanguage::Jsonata {
        return patch(
            "Put the error beside the input with an `Output`; where the failure path reads `Error` or `Cause` of \
             its input, read `error.Error` and `error.Cause` instead.",
            vec![add(
                format!("{}/Catch/{catcher}/Output", state.pointer),
                Value::from("{% $merge([$states.input, {'error': $states.errorOutput}]) %}"),
            )],
        );
    }
    patch(
        "Put the error beside the input, `\"ResultPath\": \"$.error\"`; where the failure path reads `$.Error` or \
         `$.Cause`, read `$.error.Error` and `$.error.Cause` instead.",
        vec![add(format!("{}/Catch/{catcher}/ResultPath", state.pointer), Value::from("$.error"))],
    )
}

/// `TimeoutSeconds` for a task. Catchers that leave timeouts out get one for them, and a retrier that takes everything
/// does not do the work once more, unless the call is safe to repeat.
pub(crate) fn bound(machine: &Machine, state: &State, safety: Safety) -> Fix {
    let Fix { text, asl_patch: mut operations, .. } = add_timeout(state);
    let takes_timeouts = |name: &ErrorName| matches!(name.as_str(), ErrorName::ALL | ErrorName::TIMEOUT);
    let retried = state.retry.iter().find(|retrier| retrier.errors.iter().any(takes_timeouts));
    if safety == Safety::Unsafe && retried.is_some_and(|retrier| retrier.attempts_max > 0) {
        let never = [("ErrorEquals", names([ErrorName::TIMEOUT])), ("MaxAttempts", Value::from(0))];
        operations.push(add(format!("{}/Retry/0", state.pointer), object(never)));
    }
    let is_caught = state.catch.iter().any(|catcher| catcher.errors.iter().any(takes_timeouts));
    if !state.catch.is_empty() && !is_caught {
        operations.extend(add_catcher_like_last(machine, state, ErrorName::TIMEOUT).asl_patch);
    }
    patch(text, operations)
}

/// `TimeoutSeconds` for a task, and nothing else.
pub(crate) fn add_timeout(state: &State) -> Fix {
    patch(
        format!(
            "Give the task a `TimeoutSeconds` (the patch says {TIMER_SECONDS}, choose what the work may take), and \
             a catcher for `States.Timeout` that says what happens then."
        ),
        vec![add(format!("{}/TimeoutSeconds", state.pointer), Value::from(TIMER_SECONDS))],
    )
}

/// Whether a call may be made once more when nobody knows if its work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// It reads, or leaves things as the first one did.
    Safe,
    /// It may do the work twice.
    Unsafe,
}

impl Safety {
    /// Of a task, by what is known and declared about it.
    pub(crate) fn of(model: &Model, state: StateId) -> Self {
        match model.effect(state) {
            Effect::None => Self::Safe,
            Effect::Repeatable => {
                let state = model.machine.state(state);
                let request = ["Parameters", "Arguments"]
                    .iter()
                    .find_map(|field| model.machine.document.node(&format!("{}/{field}", state.pointer)));
                let text = request.map(|request| request.to_value().to_json()).unwrap_or_default();
                let is_new = ["UUID(", "uuid(", "MathRandom(", "random(", "EnteredTime", "$now", "$millis"];
                if is_new.iter().any(|part| text.contains(part)) { Self::Unsafe } else { Self::Safe }
            }
            Effect::Guarded { .. } | Effect::Notification | Effect::Unguarded | Effect::Unknown => {
                Self::Unsafe
            }
        }
    }
}

/// `TimeoutSeconds` for the execution as a whole, after an advice of the judge.
pub(crate) fn add_execution_timeout(advice: &str) -> Fix {
    patch(
        format!("{advice} The patch says {} seconds for the whole definition.", 24 * TIMER_SECONDS),
        vec![add("/TimeoutSeconds".to_owned(), Value::from(24 * TIMER_SECONDS))],
    )
}

/// Turns the end of a failure route into a Fail state, where nothing but failures comes there.
pub(crate) fn end_in_fail(machine: &Machine, last: &State) -> Option<Fix> {
    let text = format!("End in a Fail state after `{}`, so that the execution shows as FAILED.", last.name);
    if matches!(last.kind, Kind::Succeed) {
        return Some(patch(text, vec![replace(last.pointer.to_string(), fail_state())]));
    }
    let siblings = last.pointer.rsplit_once('/')?.0;
    let name = free_name(machine, "Report Failure");
    Some(patch(
        text,
        vec![
            add(format!("{siblings}/{name}"), fail_state()),
            remove(format!("{}/End", last.pointer)),
            add(format!("{}/Next", last.pointer), Value::from(name)),
        ],
    ))
}

pub(crate) fn fail_state() -> Value {
    object([
        ("Type", Value::from("Fail")),
        ("Error", Value::from("WorkflowFailed")),
        (
            "Cause",
            Value::from("A task failed and its failure was handled; see the history of the execution."),
        ),
    ])
}

/// A name that no state has yet.
pub(crate) fn free_name(machine: &Machine, wanted: &str) -> String {
    let taken = |name: &str| machine.states.iter().any(|state| &*state.name == name);
    (1..=machine.states.len() + 1)
        .map(|number| if number == 1 { wanted.to_owned() } else { format!("{wanted} {number}") })
        .find(|name| !taken(name))
        .expect("one name more than there are states")
}

/// A rule before all others of a Choice: these values of the variable go to this state.
pub(crate) fn add_choice_rule(choice: &State, variable: &str, values: &[&str], next: &str) -> Fix {
    let mut rule = ObjectBuilder::with_capacity(3);
    let test =
        |value: &&str| object([("Variable", Value::from(variable)), ("StringEquals", Value::from(*value))]);
    match (choice.query_language, values) {
        (QueryLanguage::Jsonata, _) => {
            let variable = query_of(variable);
            let tests: Vec<String> = values.iter().map(|value| format!("{variable} = '{value}'")).collect();
            rule.push("Condition", Value::from(format!("{{% {} %}}", tests.join(" or "))));
        }
        (QueryLanguage::JsonPath, [value]) => {
            rule.push("Variable", Value::from(variable));
            rule.push("StringEquals", Value::from(*value));
        }
        (QueryLanguage::JsonPath, _) => rule.push("Or", Value::array(values.iter().map(test).collect())),
    }
    rule.push("Next", Value::from(next));
    patch(
        format!("Name {} in a rule of its own that goes to `{next}`.", listed(values)),
        vec![add(format!("{}/Choices/0", choice.pointer), rule.finish().into())],
    )
}

/// A path as JSONata writes it: `$.a['b c']` is `$states.input.a.`b c``.
fn query_of(path: &str) -> String {
    let (root, rest) = match (path.strip_prefix("$$"), path.strip_prefix('$')) {
        (Some(rest), _) => ("$states.context", rest),
        (None, Some(rest)) if rest.is_empty() || rest.starts_with(['.', '[']) => ("$states.input", rest),
        _ => ("", path),
    };
    format!("{root}{}", rest.replace("['", ".`").replace("']", "`"))
}

/// `MaxDelaySeconds` for a retrier.
pub(crate) fn cap_delay(state: &State, retrier: usize) -> Fix {
    let at = |field: &str| format!("{}/Retry/{retrier}/{field}", state.pointer);
    let mut operations = vec![add(at("MaxDelaySeconds"), Value::from(60))];
    if state.retry[retrier].attempts_max > ATTEMPTS_ENOUGH {
        operations.push(add(at("MaxAttempts"), Value::from(i64::from(ATTEMPTS_ENOUGH))));
    }
    patch(
        "Cap the delay with `MaxDelaySeconds` (the patch says 60), and retry fewer times if the work cannot wait.",
        operations,
    )
}

/// A smaller `MaxAttempts` for a retrier.
pub(crate) fn fewer_attempts(state: &State, retrier: usize) -> Fix {
    patch(
        format!(
            "Retry fewer times (the patch says {ATTEMPTS_ENOUGH}), with growing delays and a `MaxDelaySeconds`."
        ),
        vec![add(
            format!("{}/Retry/{retrier}/MaxAttempts", state.pointer),
            Value::from(i64::from(ATTEMPTS_ENOUGH)),
        )],
    )
}

/// No retries of a Parallel or Map state, for what its tasks retry themselves.
pub(crate) fn no_retries(state: &State, retrier: usize) -> Fix {
    patch(
        format!("Retry at one level: the tasks inside, and not `{}` as a whole.", state.name),
        vec![add(format!("{}/Retry/{retrier}/MaxAttempts", state.pointer), Value::from(0))],
    )
}

/// Retries that outlast a short trouble of a service, where the delay is capped.
const ATTEMPTS_ENOUGH: u32 = 6;

/// `JitterStrategy: FULL` for a retrier.
pub(crate) fn add_jitter(state: &State, retrier: usize) -> Fix {
    patch(
        "Spread the retries with `\"JitterStrategy\": \"FULL\"`.",
        vec![add(format!("{}/Retry/{retrier}/JitterStrategy", state.pointer), Value::from("FULL"))],
    )
}

/// The errors of an integration that pass by themselves, and the one that was seen. After a broken connection nobody
/// knows whether the work was done; only what is safe to repeat is retried then.
fn transient_names(integration: &Integration, seen: &str, safety: Safety) -> Vec<String> {
    if integration.is_lambda() {
        // Docs, "Handling transient Lambda service exceptions", and throttling.
        let usual =
            ["ServiceException", "AWSLambdaException", "SdkClientException", "TooManyRequestsException"];
        let kept = |name: &&&str| safety == Safety::Safe || **name != "SdkClientException";
        return usual.iter().filter(kept).map(|name| format!("Lambda.{name}")).collect();
    }
    let kinds: &[FaultKind] = match safety {
        Safety::Safe => &[FaultKind::Throttling, FaultKind::ServiceError, FaultKind::Connection],
        Safety::Unsafe => &[FaultKind::Throttling, FaultKind::ServiceError],
    };
    let mut names: Vec<String> = kinds
        .iter()
        .copied()
        .filter_map(|kind| catalog::fault(integration, kind))
        .map(|fault| fault.error)
        .collect();
    if names.is_empty() {
        // A service that the catalogue does not know: what was seen has an assumed name.
        return vec![ErrorName::TASK_FAILED.to_owned()];
    }
    names.push(seen.to_owned());
    let mut known = std::collections::BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    names
}

/// Appends to `Retry` or `Catch`, making the list where there is none.
fn append(state: &State, field: &str, missing: bool, value: Value) -> PatchOperation {
    if missing {
        add(format!("{}/{field}", state.pointer), Value::array(vec![value]))
    } else {
        add(format!("{}/{field}/-", state.pointer), value)
    }
}

/// A list of names, for `ErrorEquals`.
pub(crate) fn names(list: impl IntoIterator<Item = impl Into<String>>) -> Value {
    Value::array(list.into_iter().map(|name| Value::from(name.into())).collect())
}

/// An object with these members.
pub(crate) fn object<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    let mut object = ObjectBuilder::with_capacity(N);
    for (key, value) in members {
        object.push(key, value);
    }
    object.finish().into()
}

/// `"A"`, `"A" and "B"`, `"A", "B" and "C"`, in backticks.
pub(crate) fn listed(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether a catcher drops the state's input.
pub(crate) fn drops_input(catcher: &Catcher) -> bool {
    match &catcher.result_path {
        ResultPath::Replace => catcher.output.is_none(),
        ResultPath::Discard | ResultPath::At(_) => false,
    }
}

/// The name of a state, for texts.
pub(crate) fn name_of(machine: &Machine, state: StateId) -> &str {
    &machine.state(state).name
}
