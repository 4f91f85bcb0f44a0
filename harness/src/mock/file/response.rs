//! One entry of `MockedResponses`: which invocation gets which reply.

use std::sync::Arc;

use super::super::{Answer, FailingStep, Reply, Then};
use super::read::Reader;
use crate::load::{Member, Node, NodeKind};
use crate::value::Number;

/// More answers than any test needs; a range beyond it is a slip of the pen.
const CALLS_MAX: usize = 10_000;

/// The answers in order, and what calls past the last one get.
pub(super) fn sequence(reader: &mut Reader<'_>, response: &Member) -> Option<(Vec<Answer>, Then)> {
    let entries = reader.object(&response.value, &format!("mocked response `{}`", response.key))?;
    let (mut ranges, mut then, mut sound) = (Vec::new(), Then::Unmocked, true);
    for entry in entries {
        let answer = answer(reader, &entry.value);
        match (index(&entry.key), answer) {
            (Some(Index::Rest), Some(answer)) => then = Then::Answer(answer),
            (Some(Index::Range(first, last)), Some(answer)) => ranges.push((first, last, answer, entry)),
            (Some(_), None) => sound = false,
            (None, _) => {
                let message = format!("`{}` is no invocation: expected \"0\", \"1-3\" or \"*\"", entry.key);
                reader.problem(entry.key_span, message, None);
                sound = false;
            }
        }
    }
    if !sound {
        return None;
    }
    ranges.sort_by_key(|(first, ..)| *first);
    let mut calls = Vec::new();
    for (first, last, answer, entry) in ranges {
        let next = calls.len();
        if first != next {
            let message = if first > next {
                format!("no entry of mocked response `{}` covers invocation {next}", response.key)
            } else {
                format!("two entries of mocked response `{}` cover invocation {first}", response.key)
            };
            reader.problem(entry.key_span, message, Some("invocations count from 0 without gaps".into()));
            return None;
        }
        calls.extend(std::iter::repeat_n(answer, last - first + 1));
    }
    Some((calls, then))
}

enum Index {
    Range(usize, usize),
    Rest,
}

/// `0`, `1-3`, `*`
fn index(key: &str) -> Option<Index> {
    if key == "*" {
        return Some(Index::Rest);
    }
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number < CALLS_MAX);
    let (first, last) = match key.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(key)?, number(key)?),
    };
    (first <= last).then_some(Index::Range(first, last))
}

fn answer(reader: &mut Reader<'_>, node: &Node) -> Option<Answer> {
    let fields =
        ["Return", "Throw", "Silence", "DelaySeconds", "Heartbeats", "Submitted", "Worker", "FailsAt"];
    let members = reader.members(node, "a mocked response's entry", &fields)?;
    let replies: Vec<&Member> =
        members.iter().filter(|member| fields[..3].contains(&member.key.as_str())).collect();
    let [reply] = replies[..] else {
        let message = "an entry holds exactly one of `Return`, `Throw` and `Silence`".to_owned();
        reader.problem(node.span, message, None);
        return None;
    };
    let reply = match reply.key.as_str() {
        "Return" => Reply::Return(reply.value.to_value()),
        "Throw" => throw(reader, &reply.value)?,
        _ => Reply::Silence,
    };
    let after_ms = match node.get("DelaySeconds") {
        Some(delay) => seconds_ms(reader, delay)?,
        None => 0,
    };
    let heartbeats = !node.get("Heartbeats").is_some_and(|node| matches!(node.kind, NodeKind::Bool(false)));
    let submitted = node.get("Submitted").map(Node::to_value);
    let worker = match node.get("Worker") {
        Some(name) => Some(worker(reader, name)?),
        None => None,
    };
    let step = match node.get("FailsAt") {
        Some(step) => failing_step(reader, step)?,
        None => FailingStep::default(),
    };
    Some(Answer { after_ms, heartbeats, reply, submitted, worker, step })
}

fn worker(reader: &mut Reader<'_>, node: &Node) -> Option<Arc<str>> {
    let name = node.as_str().map(Arc::from);
    if name.is_none() {
        reader.problem(node.span, "`Worker` must be a text".to_owned(), None);
    }
    name
}

fn failing_step(reader: &mut Reader<'_>, node: &Node) -> Option<FailingStep> {
    match node.as_str() {
        Some("Schedule") => Some(FailingStep::Schedule),
        Some("Start") => Some(FailingStep::Start),
        Some("Submit") => Some(FailingStep::Submit),
        Some("Work") => Some(FailingStep::Work),
        _ => {
            let message = "`FailsAt` must be `Schedule`, `Start`, `Submit` or `Work`".to_owned();
            reader.problem(node.span, message, None);
            None
        }
    }
}

/// Docs, "Mocked service integrations": `Throw` needs both `Error` and `Cause`, as texts. Null is an extension: a
/// worker may report a failure without a name or a cause.
fn throw(reader: &mut Reader<'_>, node: &Node) -> Option<Reply> {
    reader.members(node, "`Throw`", &["Error", "Cause"])?;
    let mut text = |name: &str| {
        let found = node.get(name).and_then(|node| match &node.kind {
            NodeKind::String(text) => Some(Some(Arc::<str>::from(text.as_str()))),
            NodeKind::Null => Some(None),
            _ => None,
        });
        if found.is_none() {
            reader.problem(node.span, format!("`Throw` needs the text `{name}`"), None);
        }
        found
    };
    let (error, cause) = (text("Error"), text("Cause"));
    Some(Reply::Throw { error: error?, cause: cause? })
}

fn seconds_ms(reader: &mut Reader<'_>, node: &Node) -> Option<u64> {
    // A hundred years is past the longest execution and far from overflow.
    let seconds = node.to_value().as_number().map(Number::as_f64).filter(|s| (0.0..=3.2e9).contains(s));
    if seconds.is_none() {
        reader.problem(node.span, "`DelaySeconds` must be a number that is not negative".to_owned(), None);
    }
    seconds.map(|seconds| (seconds * 1000.0) as u64)
}
