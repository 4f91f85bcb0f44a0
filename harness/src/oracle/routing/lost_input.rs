//! `handler-loses-input`: a catcher replaced the state's input by the error, and the failure path reads the input.
//!
//! A catcher without `ResultPath` leaves nothing but `Error` and `Cause`. Proven by a run in which a later path
//! finds nothing, although the input of the caught state has it.

use std::fmt::Write as _;

use crate::asl::{QueryLanguage, State};
use crate::diagnose::fix;
use crate::expr::jsonata::Session;
use crate::expr::{Env, Path, Random, States, Variables};
use crate::history::{FailureRecord, Handling, Outcome};
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};

use super::handler::skipped;
use crate::value::Value;

const RULE: RuleId = RuleId::HandlerLosesInput;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    let drops = |record: &&FailureRecord| match record.handling {
        Handling::Caught { catcher, .. } => {
            fix::drops_input(&run.model.machine.state(record.state).catch[catcher])
        }
        _ => false,
    };
    if !run.history.failures.iter().any(|record| drops(&record)) {
        return;
    }
    match lost_read(run) {
        Some(loss) => out.violated(violation(run, &loss)),
        None if matches!(run.history.outcome, Outcome::Unknown(_)) => out.unknown(RULE),
        None => out.holds(RULE),
    }
}

/// A read on the failure path that found nothing because a catcher dropped it.
pub(super) struct Loss<'a> {
    /// The caught failure.
    caught: &'a FailureRecord,
    /// Which catcher dropped the input.
    catcher: usize,
    /// The read that failed.
    read: &'a FailureRecord,
    /// What it looked for.
    path: String,
}

/// The loss that ended the execution, if that is what ended it.
pub(super) fn lost_read<'a>(run: &Run<'a>) -> Option<Loss<'a>> {
    let history = run.history;
    let (index, read) = history.failures.iter().enumerate().next_back()?;
    if !trace::is_runtime(read) {
        return None;
    }
    let path = missing_path(read.cause.as_deref()?)?;
    let (_, caught) = trace::caught_before(history, index)?;
    let Handling::Caught { catcher, .. } = caught.handling else { return None };
    let state = run.model.machine.state(caught.state);
    if !fix::drops_input(state.catch.get(catcher)?) {
        return None;
    }
    let input = trace::input_of(history, caught.state, caught.strand, caught.event)?;
    // Enclosing states pass the failure on; the one inside is what reads.
    let read = std::iter::successors(Some(read), |read| history.failures.get(read.echo_of?)).last()?;
    provides(input, &path).then_some(Loss { caught, catcher, read, path })
}

/// The path that an evaluation did not find, from AWS's text about it.
pub(in crate::oracle) fn missing_path(cause: &str) -> Option<String> {
    let start = cause.find("'$")? + 1;
    // A path may hold quotes itself: `$['a']`.
    let rest = &cause[start..];
    let end = rest
        .char_indices()
        .find(|(at, c)| *c == '\'' && !rest[..*at].ends_with('[') && !rest[at + 1..].starts_with(']'))?
        .0;
    Some(rest[..end].to_owned())
}

fn provides(input: &Value, path: &str) -> bool {
    let Ok(path) = Path::parse(&path.replacen("$states.input", "$", 1)) else { return false };
    let (context, variables, random) = (Value::Null, Variables::default(), Random::new(0));
    let (states, jsonata) = (States::default(), &Session::default());
    let env = Env { input, context: &context, variables: &variables, random: &random, states, jsonata };
    matches!(path.lookup(&env), Ok(Some(_)))
}

fn violation(run: &Run<'_>, loss: &Loss<'_>) -> Violation {
    let state: &State = run.model.machine.state(loss.caught.state);
    let reader = fix::name_of(&run.model.machine, loss.read.state);
    let root = loss.caught;
    Violation {
        events: vec![root.event, loss.read.event],
        route: format!("Catch[{}]>{reader}", loss.catcher),
        title: format!("The catcher drops `{}`, which `{reader}` reads", loss.path),
        why: format!(
            "Without `{}` the error replaces the whole input. `{}` was in the input of `{}`; after the catcher it is \
             gone, `{reader}` fails with `{}`, and {}.",
            if state.query_language == QueryLanguage::Jsonata { "Output" } else { "ResultPath" },
            loss.path,
            state.name,
            loss.read.error,
            trace::why_uncaught(loss.read)
        ),
        fix: keep(run, state, loss),
        pointer: format!("{}/Catch/{}", state.pointer, loss.catcher),
        ..trace::violation(run, RULE, Severity::High, root)
    }
}

/// The input kept; and, where the step that reads it is a link of a chain that a second failure would end, a way on.
fn keep(run: &Run<'_>, state: &State, loss: &Loss<'_>) -> Fix {
    let machine = &run.model.machine;
    let mut kept = fix::keep_input(state, loss.catcher);
    let reader = machine.state(loss.read.state);
    let is_link = reader.task().is_some() && reader.catch.is_empty();
    if is_link && skipped(run, reader.id).is_some() {
        let chained = fix::continue_chain(machine, reader).asl_patch;
        if !chained.is_empty() {
            let _ = write!(
                kept.text,
                " `{}` gets a catcher, too: once it is reached, its own failure would end the failure path.",
                reader.name
            );
            kept.asl_patch.extend(chained);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_a_field(
        "An error occurred while executing the state 'A' (entered at the event id #2). The JSONPath '$.order.id' \
         specified for the field 'x.$' could not be found in the input '{\"a\":\"'$.no'\"}'",
        Some("$.order.id")
    )]
    #[case::with_quotes("Invalid path '$['a b'].c' : No results for path: $['a b']['c']", Some("$['a b'].c"))]
    #[case::of_an_expression(
        "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression \
         '$states.input.a.b' specified for the field 'Output' returned nothing (undefined).",
        Some("$states.input.a.b")
    )]
    #[case::none("The choice state's condition path references an invalid value.", None)]
    fn the_path_is_in_the_cause(#[case] cause: &str, #[case] expected: Option<&str>) {
        assert_eq!(missing_path(cause).as_deref(), expected);
    }
}
