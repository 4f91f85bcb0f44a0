//! What the execution and its states are given, send and give back.

use std::borrow::Cow;

use super::phrase::{ending, place as told_place};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Datum, Json, Path, Text};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::expr;
use crate::history::{PayloadRole, Visits};
use crate::value::{Comparison, Difference, Value, differences};

pub(super) const SECTION: Section = Section {
    name: "Output and other values",
    about: "The output of the execution; the input and the output of a state; the request that a task sends, and the \
            result that it is answered. Of a state that is entered several times, in loops or in the items of a Map, \
            each of its values must be so; `ShipAll[3]/Ship` and `Poll#2` name one. Equality minds no order of members, \
            and `1` is `1.0`.",
    steps: &[
        Step::then(
            "the {value} is:",
            "It is this JSON, member by member.",
            "the output is:\n\"\"\"\n{ \"status\": \"SHIPPED\" }\n\"\"\"",
            |stage, arguments| compared(stage, arguments, Comparison::Same),
        )
        .followed_by(Takes::Text),
        Step::then(
            "the {value} contains:",
            "It has these members with these values, and perhaps others; lists are compared item by item.",
            "the request of ChargePayment contains:\n\"\"\"\n{ \"Payload\": { \"amount\": 42 } }\n\"\"\"",
            |stage, arguments| compared(stage, arguments, Comparison::Contains),
        )
        .followed_by(Takes::Text),
        Step::then("the {value} is {json}", "It is this JSON.", "the output is \"done\"", is),
        Step::then(
            "the {value} at {path} is {json}",
            "At this path it is this JSON. A path with `[*]` finds a list.",
            "the output at $.order.status is \"SHIPPED\"",
            is_at,
        ),
        Step::then(
            "the {value} at {path} is not {json}",
            "At this path there is a value, and it is another one.",
            "the output at $.order.status is not \"PENDING\"",
            is_not_at,
        ),
        Step::then(
            "the {value} at {path} exists",
            "The path finds a value; `null` is one.",
            "the output at $.trackingId exists",
            |stage, arguments| exists(stage, arguments, "exists", |found| found),
        ),
        Step::then(
            "the {value} at {path} does not exist",
            "The path finds nothing.",
            "the output at $.error does not exist",
            |stage, arguments| exists(stage, arguments, "does not exist", |found| !found),
        ),
        Step::then(
            "the {value} at {path} matches {text}",
            "At this path there is a text, and this regular expression matches a part of it; `^` and `$` stand for its \
             begin and end.",
            "the output at $.trackingId matches \"^TRK-[0-9]+$\"",
            matches,
        ),
        Step::then(
            "the {value} at {path} contains:",
            "At this path it has these members with these values, and perhaps others.",
            "the output at $.order contains:\n\"\"\"\n{ \"status\": \"SHIPPED\" }\n\"\"\"",
            contains_at,
        )
        .followed_by(Takes::Text),
        Step::then(
            "the {value} has:",
            "At each of these paths it is the JSON beside it.",
            "the output has:\n| path | value |\n| $.order.status | \"SHIPPED\" |\n| $.order.total | 42 |",
            has,
        )
        .followed_by(Takes::Table),
    ],
};

/// Which values a sentence speaks of.
pub(super) enum Values {
    /// The output of the execution.
    Output,
    /// Those of one role of a state.
    Of { role: PayloadRole, visits: Visits, place: String },
}

impl Values {
    pub(super) fn read(stage: &Stage, subject: &Datum) -> Result<Self, Failed> {
        let (role, place) = match subject {
            Datum::Output => return Ok(Self::Output),
            Datum::Of(role, place) => (*role, place),
        };
        let visits = match role {
            PayloadRole::Request => stage.visits_of_task(place, "only tasks send requests")?,
            PayloadRole::Result => stage.visits_of_task(place, "only tasks are answered a result")?,
            PayloadRole::Input | PayloadRole::Output => stage.visits(place)?,
        };
        Ok(Self::Of { role, visits, place: place.0.clone() })
    }

    /// What is expected of them.
    pub(super) fn expectation(&self, clause: String) -> Expectation {
        match self {
            Self::Output => Expectation::that(clause),
            Self::Of { visits, .. } => Expectation::that(clause).about(visits),
        }
    }

    /// The values in a run, each with its name; what the run says if it has none.
    pub(super) fn of<'a>(&self, asked: &Asked<'a>) -> Result<Vec<(String, &'a Value)>, Met> {
        let history = asked.history;
        let Self::Of { role, visits, place } = self else {
            let output = history.outcome.output().map(|output| vec![("the output".to_owned(), output)]);
            return output.ok_or_else(|| Met::No(format!("{}, and has no output", ending(&history.outcome))));
        };
        let payloads = history.payloads_in(visits, *role);
        if payloads.is_empty() {
            let entered = !history.entries_in(visits).is_empty();
            let why =
                if entered { format!("it has no {}", role.name()) } else { "is never entered".to_owned() };
            return Err(Met::Idle(if entered {
                format!("{place} is entered, but {why}")
            } else {
                format!("{place} {why}")
            }));
        }
        let is_one = payloads.len() == 1;
        let name = |iteration, visit| {
            let of =
                if is_one { place.clone() } else { told_place(asked.machine(), visits, iteration, visit) };
            format!("the {} of {of}", role.name())
        };
        Ok(payloads.iter().map(|payload| (name(&payload.iteration, payload.visit), payload.value)).collect())
    }
}

/// Asks something of every value; the check says what is wrong with one.
fn each(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    clause: &str,
    check: impl Fn(&Asked<'_>, &str, &Value) -> Option<String>,
) -> Result<(), Failed> {
    let values = Values::read(stage, &arguments.get(0)?)?;
    let expectation = values.expectation(format!("the {} {clause}", arguments.said(0)));
    stage.expect(expectation, |asked| {
        let values = match values.of(asked) {
            Ok(values) => values,
            Err(met) => return met,
        };
        let wrong = values.iter().find_map(|(name, value)| check(asked, name, value));
        wrong.map_or(Met::Yes, Met::No)
    })
}

fn compared(stage: &mut Stage, arguments: &Arguments<'_>, comparison: Comparison) -> Result<(), Failed> {
    let wanted = arguments.json()?;
    let word = match comparison {
        Comparison::Same => "is",
        Comparison::Contains => "contains",
    };
    let clause = format!("{word} {}", shortened(&wanted));
    each(stage, arguments, &clause, |asked, name, value| {
        differing(asked, name, &differences(&wanted, value, comparison), "")
    })
}

fn is(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Json(wanted) = arguments.get(1)?;
    let clause = format!("is {}", arguments.said(1));
    each(stage, arguments, &clause, |asked, name, value| {
        differing(asked, name, &differences(&wanted, value, Comparison::Same), "")
    })
}

fn is_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Json(wanted) = arguments.get(2)?;
    let path = path(arguments)?;
    let clause = format!("at {} is {}", arguments.said(1), arguments.said(2));
    each(stage, arguments, &clause, |asked, name, value| equal_at(asked, name, value, &path, &wanted))
}

fn equal_at(
    asked: &Asked<'_>,
    name: &str,
    value: &Value,
    path: &expr::Path,
    wanted: &Value,
) -> Option<String> {
    let Some(found) = at(value, path) else { return Some(nothing_at(asked, name, value, path)) };
    differing(asked, name, &differences(wanted, &found, Comparison::Same), path.text())
}

fn is_not_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Json(unwanted) = arguments.get(2)?;
    let path = path(arguments)?;
    let clause = format!("at {} is not {}", arguments.said(1), arguments.said(2));
    each(stage, arguments, &clause, |asked, name, value| match at(value, &path) {
        None => Some(nothing_at(asked, name, value, &path)),
        Some(found) if *found == unwanted => {
            Some(format!("{name} at {} is {}", path.text(), asked.shown(&found)))
        }
        Some(_) => None,
    })
}

fn exists(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(bool) -> bool,
) -> Result<(), Failed> {
    let path = path(arguments)?;
    let clause = format!("at {} {word}", arguments.said(1));
    each(stage, arguments, &clause, |asked, name, value| match at(value, &path) {
        found if is_right(found.is_some()) => None,
        Some(found) => Some(format!("{name} at {} is {}", path.text(), asked.shown(&found))),
        None => Some(nothing_at(asked, name, value, &path)),
    })
}

fn matches(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(pattern) = arguments.get(2)?;
    let path = path(arguments)?;
    let regex = regex::Regex::new(&pattern).map_err(|error| {
        let message = error.to_string();
        let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Wrong::new(format!("`{pattern}` is no regular expression: {reason}"))
    })?;
    let clause = format!("at {} matches {}", arguments.said(1), arguments.said(2));
    each(stage, arguments, &clause, |asked, name, value| {
        let Some(found) = at(value, &path) else { return Some(nothing_at(asked, name, value, &path)) };
        let (path, shown) = (path.text(), asked.shown(&found));
        match found.as_str() {
            Some(text) if regex.is_match(text) => None,
            Some(_) => Some(format!("{name} at {path} is {shown}")),
            None => Some(format!("{name} at {path} is no text, but {shown}")),
        }
    })
}

fn contains_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let wanted = arguments.json()?;
    let path = path(arguments)?;
    let clause = format!("at {} contains {}", arguments.said(1), shortened(&wanted));
    each(stage, arguments, &clause, |asked, name, value| {
        let Some(found) = at(value, &path) else { return Some(nothing_at(asked, name, value, &path)) };
        differing(asked, name, &differences(&wanted, &found, Comparison::Contains), path.text())
    })
}

fn has(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rows = arguments.rows()?;
    let is_heading = |row: &&Vec<String>| row.first().is_some_and(|cell| !cell.starts_with('$'));
    let rows = if rows.first().as_ref().is_some_and(is_heading) { &rows[1..] } else { rows };
    if rows.is_empty() {
        return Err(Wrong::new("the table has no row")
            .help("write rows such as | $.status | \"DONE\" |")
            .into());
    }
    let wanted: Vec<(expr::Path, Value)> = rows.iter().map(|row| row_of(row)).collect::<Result<_, _>>()?;
    let told: Vec<String> =
        wanted.iter().map(|(path, value)| format!("{} = {}", path.text(), shortened(value))).collect();
    each(stage, arguments, &format!("has {}", told.join(", ")), |asked, name, value| {
        wanted.iter().find_map(|(path, wanted)| equal_at(asked, name, value, path, wanted))
    })
}

fn row_of(row: &[String]) -> Result<(expr::Path, Value), Failed> {
    let [path, value] = row else {
        return Err(Wrong::new("a row has a path and a value")
            .help("such as | $.status | \"DONE\" |")
            .into());
    };
    let value = Value::parse(value).map_err(|_| {
        let wrong = Wrong::new(format!("`{value}` is no JSON"));
        wrong.help(format!("texts stand in double quotes: \"{value}\""))
    })?;
    Ok((Path::parse(path).map_err(Wrong::new)?, value))
}

/// The path is the second parameter of every sentence that has one.
fn path(arguments: &Arguments<'_>) -> Result<expr::Path, Failed> {
    let Path(text) = arguments.get(1)?;
    Ok(Path::parse(&text).map_err(Wrong::new)?)
}

/// What a path finds; a list that it makes of nothing is nothing.
fn at<'v>(value: &'v Value, path: &expr::Path) -> Option<Cow<'v, Value>> {
    let found = path.within(value)?;
    let is_nothing = !path.is_definite() && found.as_array().is_some_and(<[Value]>::is_empty);
    (!is_nothing).then_some(found)
}

fn nothing_at(asked: &Asked<'_>, name: &str, value: &Value, path: &expr::Path) -> String {
    format!("{name} has nothing at {}: it is {}", path.text(), asked.shown(value))
}

/// The first difference, and how many more there are; `below` is the path of the value that was compared.
fn differing(asked: &Asked<'_>, name: &str, differences: &[Difference<'_>], below: &str) -> Option<String> {
    let [first, more @ ..] = differences else { return None };
    let path = match below {
        "" => first.path.clone(),
        below => format!("{below}{}", first.path.trim_start_matches('$')),
    };
    let at = if path == "$" { String::new() } else { format!(" at {path}") };
    let told = match (first.expected, first.found) {
        (Some(expected), Some(found)) => {
            format!("{name}{at} is {}, and not {}", asked.shown(found), shortened(expected))
        }
        (Some(expected), None) => {
            format!("{name} has nothing{at}, where {} is expected", shortened(expected))
        }
        (None, Some(found)) => format!("{name} has {}{at}, where nothing is expected", asked.shown(found)),
        (None, None) => return None,
    };
    Some(match more.len() {
        0 => told,
        1 => format!("{told}; 1 more place differs"),
        count => format!("{told}; {count} more places differ"),
    })
}

/// What the feature itself says need not be redacted.
fn shortened(value: &Value) -> String {
    super::phrase::cut(&value.to_json())
}
