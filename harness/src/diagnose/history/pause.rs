//! Pauses of an execution that still runs: a Wait until when, a retrier until when, and a loop that goes round.

use std::collections::BTreeMap;

use super::diagnosis::Risk;
use super::place::and;
use super::shape::{StateKind, is_call_success};
use super::timeline::{Timeline, VisitId};
use crate::asl::{Amount, Jitter, Kind, Machine, State, Wait};
use crate::contested::Rules;
use crate::diagnose::fix::words;
use crate::error::{self, Origin};
use crate::expr::Timestamp;
use crate::history::{VirtualTime, rfc3339};
use crate::oracle::{Fix, Severity};
use crate::value::Value;

/// Rounds from which a loop is worth a word.
const ROUNDS_MIN: usize = 10;

/// A Wait that is not over.
pub(super) fn wait(timeline: &Timeline<'_>, visit: VisitId, machine: Option<&Machine>) -> Risk {
    let entered = timeline.visits[visit].entered.map(|at| timeline.event(at));
    let from_ms = entered.and_then(|event| event.at_ms);
    let input = entered.and_then(|event| event.input.as_ref()?.value());
    let until_ms = timeline.state(visit, machine).and_then(|state| until_ms(state, from_ms?, input.as_ref()));
    Risk {
        severity: Severity::Note,
        id: "waiting",
        path: Some(timeline.path(visit, machine)),
        event: entered.map(|event| event.id),
        title: match until_ms {
            Some(ms) => format!("The wait ends at {}", rfc3339(ms)),
            None => "The wait has not elapsed".to_owned(),
        },
        why: match (from_ms, until_ms) {
            (Some(ms), Some(_)) => format!("It began at {}.", rfc3339(ms)),
            (Some(ms), None) => {
                format!("It began at {}. Its definition, with its input, says until when.", rfc3339(ms))
            }
            (None, _) => "The export has no times; its definition says until when.".to_owned(),
        },
        fix: Fix::default(),
    }
}

/// When a Wait ends, as far as its field says so without evaluating anything.
fn until_ms(state: &State, from_ms: i64, input: Option<&Value>) -> Option<i64> {
    let Kind::Wait(wait) = &state.kind else { return None };
    let at = |text: &str| i64::try_from(Timestamp::parse(text)?.nanos / 1_000_000).ok();
    let after = |seconds: f64| Some(from_ms.saturating_add((seconds * 1000.0) as i64));
    match wait {
        Wait::Seconds(Amount::Literal(seconds)) => after(*seconds),
        Wait::Seconds(Amount::Path(path)) => after(seconds(member(input?, path.text())?)?),
        Wait::Seconds(Amount::Jsonata(query)) => after(seconds(member(input?, query.expression().text())?)?),
        Wait::Timestamp(text) => at(text),
        Wait::TimestampPath(path) => at(member(input?, path.text())?.as_str()?),
        Wait::TimestampJsonata(query) => at(member(input?, query.expression().text())?.as_str()?),
    }
}

fn seconds(value: &Value) -> Option<f64> {
    if let Value::Number(number) = value { Some(number.as_f64()) } else { None }
}

/// What a plain path leads to: `$.a.b`, or `$states.input.a.b`.
fn member<'v>(input: &'v Value, path: &str) -> Option<&'v Value> {
    let path = path.trim().trim_start_matches("{%").trim_end_matches("%}").trim();
    let path = path.strip_prefix("$states.input.").or_else(|| path.strip_prefix("$."))?;
    path.split('.').try_fold(input, |value, name| value.get(name))
}

/// A task between two attempts.
pub(super) fn retry(timeline: &Timeline<'_>, visit: VisitId, machine: Option<&Machine>) -> Risk {
    let seen = &timeline.visits[visit];
    let failed = seen.last_attempt().and_then(|attempt| attempt.ended).map(|at| timeline.event(at));
    let state = timeline.state(visit, machine);
    let due = state.zip(failed).and_then(|(state, failed)| due(state, seen.attempts.len(), failed));
    Risk {
        severity: Severity::Note,
        id: "waiting-for-retry",
        path: Some(timeline.path(visit, machine)),
        event: failed.map(|event| event.id),
        title: "The last attempt failed, and the next one has not begun".to_owned(),
        why: due.unwrap_or_else(|| {
            "A retrier waits between attempts; `IntervalSeconds` and `BackoffRate` say how long.".to_owned()
        }),
        fix: Fix::default(),
    }
}

/// Which retrier waits, and until when.
fn due(state: &State, attempts: usize, failed: &crate::history::import::Recorded) -> Option<String> {
    let failure = error::Failure { error: failed.error.as_deref()?, origin: Origin::Reported };
    let index = error::first_retrier(&state.retry, failure, Rules::default())?;
    let retrier = &state.retry[index];
    let retry = u32::try_from(attempts.checked_sub(1)?).ok()?;
    let delay_ms = error::backoff_ms(retrier, retry);
    let at = rfc3339(failed.at_ms?.saturating_add(i64::try_from(delay_ms).ok()?));
    let by = if retrier.jitter == Jitter::Full { "at the latest at" } else { "at" };
    Some(format!(
        "`Retry[{index}]` waits {} before retry {} of {}; it begins {by} {at}.",
        VirtualTime(delay_ms),
        retry + 1,
        retrier.attempts_max
    ))
}

/// A loop in the thread of an open visit that has gone round often.
pub(super) fn turning(timeline: &Timeline<'_>, visit: VisitId, machine: Option<&Machine>) -> Option<Risk> {
    let thread = &timeline.threads[timeline.visits[visit].thread];
    let mut entries: BTreeMap<&str, (usize, VisitId)> = BTreeMap::new();
    for id in &thread.visits {
        let entry = entries.entry(&*timeline.visits[*id].name).or_insert((0, *id));
        *entry = (entry.0 + 1, entry.1.min(*id));
    }
    let rounds = entries.values().map(|(count, _)| *count).max().filter(|rounds| *rounds >= ROUNDS_MIN)?;
    // The round that goes on may have entered one state more than another.
    let mut turning: Vec<(VisitId, &str)> = entries
        .iter()
        .filter(|(_, (count, _))| count + 1 >= rounds)
        .map(|(name, (_, first))| (*first, *name))
        .collect();
    turning.sort_unstable();
    let names: Vec<&str> = turning.iter().map(|(_, name)| *name).collect();
    let (first, _) = *turning.first()?;
    let from = timeline.visits[first].entered.and_then(|at| timeline.event(at).at_ms);
    let to = timeline.recording.events.last().and_then(|event| event.at_ms);
    let took = from.zip(to).map(|(from, to)| VirtualTime(to.saturating_sub(from).max(0) as u64));
    let took = took.filter(|took| took.0 > 0).map(|took| format!(" in {took}")).unwrap_or_default();
    let asked = turning.iter().rev().find(|(id, _)| timeline.visits[*id].kind == StateKind::Task);
    let answers = asked.and_then(|(_, name)| same_answers(timeline, &thread.visits, name));
    let bound = machine.and_then(|machine| machine.timeout_seconds);
    Some(Risk {
        severity: if bound.is_some() { Severity::Low } else { Severity::Medium },
        id: "polling-unbounded",
        path: Some(timeline.path(first, machine)),
        event: None,
        title: format!("A loop has gone round {rounds} times{took}"),
        why: format!(
            "{} follow each other.{} {}",
            and(&names),
            answers.unwrap_or_default(),
            match bound {
                Some(seconds) => format!("`TimeoutSeconds` of the state machine ends it after {seconds} s."),
                None if machine.is_some() => "The state machine has no `TimeoutSeconds`.".to_owned(),
                None => "Whether a counter or a timer ends it only the definition tells.".to_owned(),
            }
        ),
        fix: words(
            "Find out why what is polled does not come to an end. Count the rounds and give up after a number of them, or \
             give the state machine `TimeoutSeconds`.",
        ),
    })
}

/// What the polled service said: the same every time, or something new.
fn same_answers(timeline: &Timeline<'_>, visits: &[VisitId], name: &str) -> Option<String> {
    let answer = |visit: &VisitId| {
        let seen = &timeline.visits[*visit];
        let at = seen.last_attempt()?.ended?;
        let event = timeline.event(at);
        (*seen.name == *name && event.known().is_some_and(is_call_success)).then_some(event)
    };
    let answers: Vec<_> = visits.iter().filter_map(answer).collect();
    let last = answers.last()?;
    let text = &last.output.as_ref()?.text;
    let same = answers
        .iter()
        .rev()
        .take_while(|event| event.output.as_ref().is_some_and(|output| output.text == *text));
    let (same, all) = (same.count(), answers.len());
    Some(if same == all {
        format!(" `{name}` gave the same answer every time (last in event {}).", last.id)
    } else {
        format!(" `{name}` gave the same answer {same} times in a row (last in event {}).", last.id)
    })
}
