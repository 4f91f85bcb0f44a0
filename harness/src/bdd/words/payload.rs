//! How large the values are that states hand on.

use super::output::Values;
use super::phrase::time;
use crate::bdd::failed::Failed;
use crate::bdd::parameter::{Datum, Size};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::error::ErrorName;
use crate::history::FailureRecord;
use crate::report::grouped;

pub(super) const SECTION: Section = Section {
    name: "Payload sizes",
    about: "How large the values are that are held against AWS's limit of 256 KB: inputs, requests, results and outputs, \
            as compact JSON in UTF-8. A value that AWS refused with States.DataLimitExceeded is larger than any size \
            that is asked for.",
    steps: &[
        Step::then(
            "no payload is larger than {size}",
            "No input, request, result or output of any state, nor of the execution.",
            "no payload is larger than 200 KB",
            |stage, arguments| {
                largest(stage, arguments, "no payload is larger than", |found, size| found <= size)
            },
        ),
        Step::then(
            "the largest payload is smaller than {size}",
            "Each input, request, result and output is smaller.",
            "the largest payload is smaller than 200 KB",
            |stage, arguments| {
                largest(stage, arguments, "the largest payload is smaller than", |found, size| found < size)
            },
        ),
        Step::then(
            "the {value} is smaller than {size}",
            "Of a state that is entered several times, each of them.",
            "the input of ChargePayment is smaller than 4 KB",
            |stage, arguments| sized(stage, arguments, "smaller than", |found, size| found < size),
        ),
        Step::then(
            "the {value} is at least {size}",
            "Of a state that is entered several times, each of them.",
            "the output of LoadOrders is at least 100 KB",
            |stage, arguments| sized(stage, arguments, "at least", |found, size| found >= size),
        ),
    ],
};

fn largest(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    clause: &str,
    is_right: impl Fn(usize, usize) -> bool,
) -> Result<(), Failed> {
    let size: Size = arguments.get(0)?;
    stage.expect(Expectation::that(format!("{clause} {}", arguments.said(0))), |asked| {
        if let Some(record) = asked.history.failures.iter().find(|record| is_refused(record)) {
            return Met::No(refused(asked, record));
        }
        let Some(payload) = asked.history.largest_payload() else {
            return Met::Idle("there is no payload".to_owned());
        };
        let bytes = payload.value.json_len();
        Met::when(is_right(bytes, size.bytes), || {
            let of = match payload.state {
                Some(state) => &*asked.machine().state(state).path,
                None => "the execution",
            };
            format!(
                "the {} of {of}{} is {} bytes",
                payload.role.name(),
                payload.iteration,
                grouped(bytes as u64)
            )
        })
    })
}

fn is_refused(record: &FailureRecord) -> bool {
    &*record.error == ErrorName::DATA_LIMIT
}

fn refused(asked: &Asked<'_>, record: &FailureRecord) -> String {
    let path = &asked.machine().state(record.state).path;
    format!("{path} fails with {} after {}", record.error, time(record.at))
}

fn sized(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(usize, usize) -> bool,
) -> Result<(), Failed> {
    let values = Values::read(stage, &arguments.get::<Datum>(0)?)?;
    let size: Size = arguments.get(1)?;
    let clause = format!("the {} is {word} {}", arguments.said(0), arguments.said(1));
    stage.expect(values.expectation(clause), |asked| {
        if let Values::Of { visits, .. } = &values
            && let Some(record) =
                asked.history.failures_in(visits).into_iter().find(|record| is_refused(record))
        {
            return Met::No(refused(asked, record));
        }
        let found = match values.of(asked) {
            Ok(found) => found,
            Err(met) => return met,
        };
        let wrong = found.iter().find(|(_, value)| !is_right(value.json_len(), size.bytes));
        wrong.map_or(Met::Yes, |(name, value)| {
            Met::No(format!("{name} is {} bytes", grouped(value.json_len() as u64)))
        })
    })
}
