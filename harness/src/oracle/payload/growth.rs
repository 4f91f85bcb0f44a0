//! What a loop carries along grows with every turn, and nothing ends the loop before the limit is met.
//!
//! Measured in the run: the input of one state of the loop, turn by turn, and the member of it that grows. The state to
//! change is the one that hands on more of that member than it was given.
//!
//! A loop that counts its turns ends by itself, so that no run shows it.

use std::collections::BTreeMap;

use crate::asl::{DataPath, Kind, QueryLanguage, State, StateId};
use crate::diagnose::fix;
use crate::generate::{CONVERSATIONS, conversation_in};
use crate::history::{Attempt, Detail, Ending, Event, FailureRecord, StrandId};
use crate::model::{Loop, Source};
use crate::oracle::{Fix, PatchOperation, Run, Severity, Violation};
use crate::report::grouped;
use crate::value::{Key, Value};

use super::limit;

/// Turns before growth is called growth.
const TURNS_MIN: usize = 3;
/// Turns that a loop over the pages of a list is likely to make in production.
const TURNS_LIKELY: usize = 300;

/// A loop, and what grows in it.
pub(super) struct Grown<'a> {
    looped: &'a Loop,
    strand: StrandId,
    /// How often it went round.
    turns: usize,
    /// What grows, from the root of the state's input; a variable has its name first.
    member: Member,
    /// What a turn adds.
    bytes: usize,
    /// The states that hand on more of it than they were given, the one that adds most first.
    adds: Vec<StateId>,
}

/// Where the bytes are.
#[derive(Clone, Debug, PartialEq)]
enum Member {
    Input(Vec<Key>),
    Variable(Key, Vec<Key>),
}

/// What grew in the loop in which an execution has met the limit.
pub(super) fn of_loop<'a>(run: &Run<'a>, record: &FailureRecord) -> Option<Grown<'a>> {
    let mut strand = Some(record.strand);
    while let Some(at) = strand {
        if let Some(grown) = run.model.graph.loops().iter().find_map(|looped| in_strand(run, looped, at)) {
            return Some(grown);
        }
        strand = run.history.strands[at.0 as usize].parent;
    }
    None
}

fn in_strand<'a>(run: &Run<'a>, looped: &'a Loop, strand: StrandId) -> Option<Grown<'a>> {
    let visits = visits(run, looped, strand);
    let head = busiest(&visits)?;
    let entries: Vec<usize> =
        (0..visits.len()).filter(|at| visits[*at].state == head && visits[*at].input.is_some()).collect();
    let [.., before, last] = entries[..] else { return None };
    if entries.len() < TURNS_MIN {
        return None;
    }
    let (first, turns) = (entries[0], entries.len() - 1);
    let variable = growing_variable(&visits);
    let bytes_of = |at: usize| visits[at].input.map_or(0, Value::json_len);
    let by_input = bytes_of(last).saturating_sub(bytes_of(first)) / turns;
    let turn = &visits[before..last];
    if let Some((name, per_turn, adds)) = variable.filter(|(_, per_turn, _)| *per_turn > by_input) {
        let member = Member::Variable(name, Vec::new());
        return Some(Grown { looped, strand, turns, member, bytes: per_turn, adds });
    }
    if by_input == 0 {
        return None;
    }
    let path = growing(visits[before].input?, visits[last].input?);
    let mut adds: Vec<(usize, StateId)> = turn.iter().filter_map(|visit| added(visit, &path)).collect();
    adds.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let mut adds: Vec<StateId> = adds.into_iter().map(|(_, state)| state).collect();
    if adds.is_empty() {
        let grows = |visit: &Visit<'_>| {
            visit.output.map_or(0, Value::json_len).saturating_sub(visit.input.map_or(0, Value::json_len))
        };
        adds.extend(turn.iter().max_by_key(|visit| grows(visit)).map(|visit| visit.state));
    }
    adds.dedup();
    Some(Grown { looped, strand, turns, member: Member::Input(path), bytes: by_input, adds })
}

/// One entry of a state of the loop, with what it handed on.
struct Visit<'a> {
    state: StateId,
    input: Option<&'a Value>,
    output: Option<&'a Value>,
    assigned: &'a [(Key, Value)],
}

fn visits<'a>(run: &Run<'a>, looped: &Loop, strand: StrandId) -> Vec<Visit<'a>> {
    let events = run.history.events.iter().chain(&run.history.child_events);
    let mut visits: Vec<Visit<'a>> = Vec::new();
    for event in events.filter(|event| event.strand == strand) {
        let Event { state: Some(state), detail, .. } = event else { continue };
        if !looped.contains(*state) {
            continue;
        }
        match detail {
            Detail::Input(input) => {
                visits.push(Visit { state: *state, input: Some(input), output: None, assigned: &[] });
            }
            Detail::Output(output, assigned) => {
                if let Some(visit) = visits.last_mut().filter(|visit| visit.state == *state) {
                    visit.output = Some(output);
                    visit.assigned = assigned.as_deref().unwrap_or_default();
                }
            }
            _ => {}
        }
    }
    visits
}

/// The state that was entered most often, of those the one that came first.
fn busiest(visits: &[Visit<'_>]) -> Option<StateId> {
    let mut counts: BTreeMap<StateId, usize> = BTreeMap::new();
    for visit in visits {
        *counts.entry(visit.state).or_default() += 1;
    }
    let most = counts.values().max()?;
    visits.iter().map(|visit| visit.state).find(|state| counts[state] == *most)
}

/// The way through objects to what grew most from one turn to the next.
fn growing(before: &Value, after: &Value) -> Vec<Key> {
    let (Value::Object(earlier), Value::Object(later)) = (before, after) else { return Vec::new() };
    let whole = after.json_len().saturating_sub(before.json_len());
    let grown = |key: &Key, value: &Value| {
        value.json_len().saturating_sub(earlier.get(key).map_or(0, Value::json_len))
    };
    let Some((key, value)) = later.iter().max_by_key(|(key, value)| grown(key, value)) else {
        return Vec::new();
    };
    let Some(inside) = earlier.get(key).filter(|_| grown(key, value) * 2 > whole) else { return Vec::new() };
    let mut path = vec![key.clone()];
    path.extend(growing(inside, value));
    path
}

/// The variable that grew most from one assignment to the next, what each added, and the states that assign it.
fn growing_variable(visits: &[Visit<'_>]) -> Option<(Key, usize, Vec<StateId>)> {
    let mut sizes: BTreeMap<Key, Vec<(usize, StateId)>> = BTreeMap::new();
    for visit in visits {
        for (name, value) in visit.assigned {
            sizes.entry(name.clone()).or_default().push((value.json_len(), visit.state));
        }
    }
    let grown = |sizes: &[(usize, StateId)]| match sizes {
        [(first, _), .., (last, _)] if sizes.len() >= TURNS_MIN => {
            last.saturating_sub(*first) / (sizes.len() - 1)
        }
        _ => 0,
    };
    let (name, found) = sizes.into_iter().max_by_key(|(_, sizes)| grown(sizes))?;
    let bytes = grown(&found);
    let mut adds: Vec<StateId> = Vec::new();
    let growing = found.windows(2).rev().filter(|pair| pair[1].0 > pair[0].0).map(|pair| pair[1].1);
    for state in growing {
        if !adds.contains(&state) {
            adds.push(state);
        }
    }
    (bytes > 0).then_some((name, bytes, adds))
}

/// How much more of a member a state handed on than it was given.
fn added(visit: &Visit<'_>, path: &[Key]) -> Option<(usize, StateId)> {
    let (before, after) = (at(visit.input?, path)?, at(visit.output?, path)?);
    let more = after.json_len().checked_sub(before.json_len())?;
    (more > 0).then_some((more, visit.state))
}

fn at<'v>(value: &'v Value, path: &[Key]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

pub(super) fn violation(run: &Run<'_>, record: &FailureRecord, grown: &Grown<'_>) -> Violation {
    let machine = &run.model.machine;
    let state = grown.adds.first().copied().unwrap_or(record.state);
    let limit = grouped(run.case.limits.payload_bytes_max as u64);
    let name = grown.member.text();
    let name_inside = name.replacen("The ", "the ", 1);
    let others: Vec<StateId> = grown.adds.iter().skip(1).copied().collect();
    let source = largest_result(run, grown).map_or_else(String::new, |(task, bytes)| {
        format!(
            " The largest result in a turn is that of `{}`, {} bytes.",
            fix::name_of(machine, task),
            grouped(bytes)
        )
    });
    let end = if limit::is_uncatchable(record) { "; nothing can catch that" } else { "" };
    let base = limit::base(run, record, state, severity(run, grown));
    let mut states = others;
    states.extend(base.states.iter().copied().filter(|other| *other != state));
    states.sort_unstable();
    states.dedup();
    Violation {
        states,
        route: "loop>grows".to_owned(),
        title: format!(
            "{name} grows with every turn of the loop, and nothing ends the loop before the limit"
        ),
        why: format!(
            "`{}` hands on more than it is given: {name_inside} grows by {} bytes a turn.{source} After {} turns the payload \
             has more than {limit} bytes, and the execution fails at `{}` with `{}`{end}.",
            fix::name_of(machine, state),
            grouped(grown.bytes as u64),
            grown.turns,
            fix::name_of(machine, record.state),
            record.error,
        ),
        fix: proposed(run, grown),
        ..base
    }
}

impl Member {
    /// The member for people: `messages`, or the whole payload.
    fn text(&self) -> String {
        match self {
            Self::Input(path) if path.is_empty() => "The payload".to_owned(),
            Self::Input(path) => format!("`{}`", path.join(".")),
            Self::Variable(name, path) => {
                let names: Vec<&str> =
                    std::iter::once(&**name).chain(path.iter().map(|key| &**key)).collect();
                format!("`${}`", names.join("."))
            }
        }
    }

    fn is_conversation(&self) -> bool {
        let name = match self {
            Self::Input(path) => path.last(),
            Self::Variable(name, path) => path.last().or(Some(name)),
        };
        name.is_some_and(|name| CONVERSATIONS.iter().any(|known| name.to_lowercase().contains(known)))
    }

    fn jsonata(&self) -> String {
        let (root, path) = match self {
            Self::Input(path) => ("$states.input".to_owned(), path),
            Self::Variable(name, path) => (format!("${name}"), path),
        };
        path.iter().fold(root, |text, key| {
            if is_plain(key) { format!("{text}.{key}") } else { format!("{text}.`{key}`") }
        })
    }

    fn path(&self) -> String {
        let (root, path) = match self {
            Self::Input(path) => ("$".to_owned(), path),
            Self::Variable(name, path) => (format!("${name}"), path),
        };
        path.iter().fold(root, |text, key| {
            if is_plain(key) { format!("{text}.{key}") } else { format!("{text}['{key}']") }
        })
    }
}

fn is_plain(key: &str) -> bool {
    key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !key.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The task of the loop, or inside it, with the largest result.
fn largest_result(run: &Run<'_>, grown: &Grown<'_>) -> Option<(StateId, u64)> {
    let machine = &run.model.machine;
    let inside = |state: StateId| {
        grown.looped.contains(state) || machine.enclosing(state).any(|outer| grown.looped.contains(outer.id))
    };
    let result = |attempt: &Attempt| match &attempt.ending {
        Ending::Succeeded(result) => Some((attempt.state, result.json_len() as u64)),
        _ => None,
    };
    let first_turns =
        run.history.attempts.iter().filter(|attempt| attempt.visit <= 2 && inside(attempt.state));
    first_turns.filter_map(result).max_by_key(|(_, bytes)| *bytes)
}

/// A conversation grows until somebody stops it, and so do the pages of a long list. Somebody's own code that decides
/// on another turn may count them.
fn severity(run: &Run<'_>, grown: &Grown<'_>) -> Severity {
    let (machine, demands) = (&run.model.machine, run.model.demands());
    let in_loop = |attempt: &&Attempt| grown.looped.contains(attempt.state);
    let mut requests = run.history.attempts.iter().filter(in_loop).map(|attempt| &attempt.parameters);
    if grown.member.is_conversation() || requests.any(|request| conversation_in(request).is_some()) {
        return Severity::High;
    }
    let choices =
        grown.looped.states.iter().filter(|state| matches!(machine.state(**state).kind, Kind::Choice(_)));
    let places = choices.flat_map(|state| demands.choice(*state)).flat_map(|dependency| &dependency.places);
    let mut by_service = false;
    for place in places {
        match demands.place(*place).source {
            Source::Result(task) if !run.model.is_own_code(task) => by_service = true,
            Source::Result(_) | Source::Input | Source::ItemReader(_) | Source::Failure(_) => {
                return Severity::Medium;
            }
        }
    }
    if by_service && grown.turns <= TURNS_LIKELY && !grown.looped.polls() {
        Severity::High
    } else {
        Severity::Medium
    }
}

/// Bounds the turns with a rule of a Choice state that sees the member in every turn.
fn proposed(run: &Run<'_>, grown: &Grown<'_>) -> Fix {
    let keep = "Keep what grows outside of the payload: write each turn's part to S3 or DynamoDB and pass on only its \
                key, or hand on only the last entries";
    match bounding(run, grown) {
        Some((choice, operations)) => fix::patch(
            format!(
                "{keep}. And bound the turns: the patch ends the loop in `{}` before the limit is met.",
                choice.name
            ),
            operations,
        ),
        None => fix::words(format!("{keep}; and count the turns, and leave the loop after so many of them.")),
    }
}

fn bounding<'a>(run: &Run<'a>, grown: &Grown<'_>) -> Option<(&'a State, Vec<PatchOperation>)> {
    let machine = &run.model.machine;
    let in_loop = grown.looped.states.iter().map(|id| machine.state(*id));
    let mut choices = in_loop.filter(|state| matches!(state.kind, Kind::Choice(_)));
    choices.find_map(|choice| {
        let decided = run
            .history
            .decisions
            .iter()
            .filter(|decision| decision.state == choice.id && decision.strand == grown.strand);
        if decided.count() + 1 < grown.turns {
            return None;
        }
        let test = test(run, grown, choice)?;
        let (scope, _) = choice.pointer.rsplit_once('/')?;
        let name = fix::free_name(machine, "Too Many Turns");
        let fail = fix::object([
            ("Type", Value::from("Fail")),
            ("Error", Value::from("TooManyTurns")),
            ("Cause", Value::from("The loop was ended before its payload met the limit.")),
        ]);
        let mut rule = test;
        rule.push(("Next", Value::from(name.as_str())));
        let rule = Value::Object(rule.into_iter().collect());
        let operations = vec![
            fix::add(format!("{scope}/{name}"), fail),
            fix::add(format!("{}/Choices/0", choice.pointer), rule),
        ];
        Some((choice, operations))
    })
}

/// A test that holds once half of the limit is used up.
fn test(run: &Run<'_>, grown: &Grown<'_>, choice: &State) -> Option<Vec<(&'static str, Value)>> {
    let half = run.case.limits.payload_bytes_max / 2;
    let (early, late) =
        (seen(run, grown, choice, 1)?, seen(run, grown, choice, grown.turns.saturating_sub(1))?);
    if late.json_len() <= early.json_len() {
        return None;
    }
    match choice.query_language {
        QueryLanguage::Jsonata => {
            let test = format!("{{% $length($string({})) > {half} %}}", grown.member.jsonata());
            Some(vec![("Condition", Value::from(test))])
        }
        QueryLanguage::JsonPath => {
            let (first, last) = (early.as_array()?, late.as_array()?);
            let more = last.len().checked_sub(first.len()).filter(|more| *more > 0)?;
            let bytes = (late.json_len() - early.json_len()) / more;
            let items = half / bytes.max(1);
            if items <= first.len() || !matches!(choice.flow.input_path, DataPath::All) {
                return None;
            }
            Some(vec![
                ("Variable", Value::from(format!("{}[{items}]", grown.member.path()))),
                ("IsPresent", Value::from(true)),
            ])
        }
    }
}

/// The member as a Choice state saw it in one of its visits.
fn seen<'a>(run: &Run<'a>, grown: &Grown<'_>, choice: &State, visit: usize) -> Option<&'a Value> {
    let mut variables: BTreeMap<Key, &'a Value> = BTreeMap::new();
    let mut entered = 0;
    for event in run.history.events.iter().chain(&run.history.child_events) {
        match &event.detail {
            Detail::Output(_, Some(assigned)) => {
                variables.extend(assigned.iter().map(|(name, value)| (name.clone(), value)));
            }
            Detail::Input(input) if event.state == Some(choice.id) && event.strand == grown.strand => {
                if entered == visit {
                    return match &grown.member {
                        Member::Input(path) => at(input, path),
                        Member::Variable(name, path) => at(variables.get(name).copied()?, path),
                    };
                }
                entered += 1;
            }
            _ => {}
        }
    }
    None
}
