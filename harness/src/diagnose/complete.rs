//! The proposal for a call whose partial success nobody looks at: a Choice after it that asks, and a Fail state.
//!
//! What the call answers is kept in a variable, so that no data of the definition changes. Where the member can be
//! missing and JSONPath cannot ask for it, words are all there is.

use super::fix::{add, free_name, object, patch, remove, replace};
use crate::asl::{Machine, QueryLanguage, State, Transition};
use crate::catalog::{Form, PartialSuccess};
use crate::oracle::{Fix, PatchOperation};
use crate::value::{ObjectBuilder, Value};

/// A Choice and a Fail state after a call that can answer a partial success; `None` if the language of the state
/// cannot say it without changing its data.
pub(crate) fn end_badly_if_partly_done(
    machine: &Machine,
    state: &State,
    partial: &PartialSuccess,
) -> Option<Fix> {
    let variable = variable_of(machine, state);
    let question = match state.query_language {
        QueryLanguage::JsonPath => in_paths(state, partial, &variable)?,
        QueryLanguage::Jsonata => in_jsonata(state, partial, &variable),
    };
    let siblings = state.pointer.rsplit_once('/')?.0;
    let choice = free_name(machine, &within_limit(&state.name, " All Done?"));
    let fail = free_name(machine, &within_limit(&state.name, " Partly Done"));
    let done = free_name(machine, &within_limit(&state.name, " Done"));
    let at = |name: &str| format!("{siblings}/{}", name.replace('~', "~0").replace('/', "~1"));
    let mut operations = question.operations;
    let next = match state.next {
        Transition::Next(next) => {
            operations.push(replace(format!("{}/Next", state.pointer), Value::from(choice.as_str())));
            machine.state(next).name.to_string()
        }
        Transition::End => {
            operations.push(remove(format!("{}/End", state.pointer)));
            operations.push(add(format!("{}/Next", state.pointer), Value::from(choice.as_str())));
            operations.push(add(at(&done), object([("Type", Value::from("Succeed"))])));
            done
        }
    };
    let mut rule = question.rule;
    rule.push("Next", Value::from(fail.as_str()));
    let mut asks = ObjectBuilder::with_capacity(4);
    asks.push("Type", Value::from("Choice"));
    if state.query_language != machine.query_language {
        asks.push("QueryLanguage", Value::from("JSONata"));
    }
    asks.push("Choices", Value::array(vec![rule.finish().into()]));
    asks.push("Default", Value::from(next));
    operations.push(add(at(&choice), asks.finish().into()));
    let member = partial.member;
    operations.push(add(
        at(&fail),
        object([
            ("Type", Value::from("Fail")),
            ("Error", Value::from("PartialSuccess")),
            (
                "Cause",
                Value::from(format!("{} answered with {member}: part of its work was not done.", state.name)),
            ),
        ]),
    ));
    let better = match partial.form {
        Form::Presence | Form::Text(_) => "",
        Form::List | Form::Map | Form::Count | Form::InEntries => {
            "; better still, send only what is left again, with growing waits and a count of the rounds, before giving \
             up"
        }
    };
    let text =
        format!("Ask for `{member}` after `{}`. The patch ends in a Fail state then{better}.", state.name);
    Some(patch(text, operations))
}

/// How a Choice asks, and what has to be kept for it.
struct Question {
    operations: Vec<PatchOperation>,
    rule: ObjectBuilder,
}

fn in_paths(state: &State, partial: &PartialSuccess, variable: &str) -> Option<Question> {
    let member = partial.member;
    let at = |place: &str| ("Variable", Value::from(format!("${variable}{place}")));
    let present = |place: &str| vec![at(place), ("IsPresent", Value::from(true))];
    let both = |comparison: (&'static str, Value)| {
        let tests = [present(&format!(".{member}")), vec![at(&format!(".{member}")), comparison]];
        let tests = tests.into_iter().map(|test| Value::Object(test.into_iter().collect()));
        vec![("And", Value::array(tests.collect()))]
    };
    let (keep, rule) = match partial.form {
        Form::List => ("$", present(&format!(".{member}[0]"))),
        Form::Presence => ("$", present(&format!(".{member}"))),
        Form::Count => ("$", both(("NumericGreaterThan", Value::from(0)))),
        Form::Text(good) => {
            let is_good = [at(&format!(".{member}")), ("StringEquals", Value::from(good))];
            ("$", vec![("Not", Value::Object(is_good.into_iter().collect()))])
        }
        // A path cannot ask whether an object is empty; its text can be compared.
        Form::Map if partial.always => {
            let empty = Value::Object([at(""), ("StringEquals", Value::from("{}"))].into_iter().collect());
            ("States.JsonToString", vec![("Not", empty)])
        }
        Form::Map | Form::InEntries => return None,
    };
    let keep = if keep == "$" { keep.to_owned() } else { format!("{keep}($.{member})") };
    let mut operations = Vec::new();
    // Assign sees what ResultSelector leaves of the answer.
    if state.flow.result_selector.is_some() {
        if !partial.always {
            return None;
        }
        let path = format!("{}/ResultSelector/{member}.$", state.pointer);
        operations.push(add(path, Value::from(format!("$.{member}"))));
    }
    operations.push(assign(state, &format!("{variable}.$"), Value::from(keep)));
    let mut told = ObjectBuilder::with_capacity(3);
    for (name, value) in rule {
        told.push(name, value);
    }
    Some(Question { operations, rule: told })
}

fn in_jsonata(state: &State, partial: &PartialSuccess, variable: &str) -> Question {
    let member = format!("$states.result.{}", partial.member.replace("[]", ""));
    let asked = match partial.form {
        Form::List => format!("$count({member}) > 0"),
        Form::Map => format!("$count($keys({member})) > 0"),
        Form::Count => format!("$exists({member}) and {member} > 0"),
        Form::Presence | Form::InEntries => format!("$exists({member})"),
        Form::Text(good) => format!("{member} != '{good}'"),
    };
    let mut rule = ObjectBuilder::with_capacity(2);
    rule.push("Condition", Value::from(format!("{{% ${variable} %}}")));
    Question { operations: vec![assign(state, variable, Value::from(format!("{{% {asked} %}}")))], rule }
}

/// A member of `Assign`, which is made where there is none.
fn assign(state: &State, name: &str, value: Value) -> PatchOperation {
    if state.assign.is_some() {
        return add(format!("{}/Assign/{name}", state.pointer), value);
    }
    add(format!("{}/Assign", state.pointer), Value::Object([(name, value)].into_iter().collect()))
}

/// A variable that the definition does not have yet, named after the state.
fn variable_of(machine: &Machine, state: &State) -> String {
    let letters: String = state.name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let text = &machine.document.file.text;
    (1..=text.len() + 1)
        .map(
            |number| {
                if number == 1 { format!("answerOf{letters}") } else { format!("answerOf{letters}{number}") }
            },
        )
        .find(|name| !text.contains(name.as_str()))
        .expect("one name more than the text has room for")
}

/// A name of a state made of another one; AWS allows 80 characters.
pub(crate) fn within_limit(name: &str, suffix: &str) -> String {
    let most = 76 - suffix.len();
    let kept: String = name.chars().take(most).collect();
    format!("{kept}{suffix}")
}
