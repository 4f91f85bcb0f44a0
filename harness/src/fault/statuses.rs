//! Which statuses are tried at a task: those of the places that a Choice after it compares with one of their words.

use crate::asl::{Kind, State, StateId, Task};
use crate::catalog::{self, Pattern, Statuses};
use crate::expr::{Comparison, Operand, Rule};
use crate::model::{Model, PlaceId, Source, Step};
use crate::value::Value;

use super::Class;

/// The statuses to try, and the places in the result that they are about.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) classes: Vec<Class>,
    pub(super) places: Vec<PlaceId>,
}

/// Every end of a polled thing, and one status that is none; of a job behind `.sync` every bad end, for Step Functions
/// makes an error of it, and the ends of which it is not known what it makes.
pub(super) fn statuses(model: &Model, state: &State, task: &Task) -> Tried {
    match task.integration.pattern {
        Pattern::RequestResponse => polled(model, state.id, task),
        Pattern::Sync | Pattern::Sync2 => job(model, state.id, task),
        Pattern::Callback => Tried::default(),
    }
}

fn polled(model: &Model, state: StateId, task: &Task) -> Tried {
    let mut tried = Tried::default();
    for place in decided_on(model, state) {
        let Some(path) = member_path(&model.demands().steps(place)) else { continue };
        let Some(known) = catalog::statuses_at(&task.integration, &path) else { continue };
        let literals: Vec<&str> =
            model.demands().place(place).literals.iter().filter_map(Value::as_str).collect();
        if !all(&known).any(|word| literals.contains(&word)) {
            continue;
        }
        let listed = catalog::statuses(&task.integration).filter(|listed| listed.path == known.path);
        let is_first = !path.split('.').any(|part| part.parse::<u32>().is_ok_and(|index| index > 0));
        let place_in_result = known.path.replace("[]", ".0");
        let named = |word: &str| match listed {
            Some(_) if is_first => word.to_owned(),
            _ if is_first => format!("{place_in_result}={word}"),
            _ => format!("{path}={word}"),
        };
        // What nobody knows the meaning of is worth a run only where the definition knows it.
        let is_worth_it =
            |word: &&str| listed.is_some() || !known.ambiguous.contains(word) || literals.contains(word);
        let words = known.ends().filter(is_worth_it).chain(known.pending.last().copied());
        tried.classes.extend(words.map(|word| Class::Status(named(word).into())));
        tried.places.push(place);
    }
    if tried.places.is_empty() {
        tried.classes = by_words_alone(model, state, task);
    }
    tried
}

/// For data whose way through the machine is not understood: a Choice after the task has one of the words.
fn by_words_alone(model: &Model, state: StateId, task: &Task) -> Vec<Class> {
    let Some(known) = catalog::statuses(&task.integration) else { return Vec::new() };
    let words: Vec<&str> = all(known).collect();
    let is_asked = choices_after(model, state).any(|id| match &model.machine.state(id).kind {
        Kind::Choice(choice) => choice.rules.iter().any(|rule| compares_with(&rule.rule, &words)),
        _ => false,
    });
    if !is_asked {
        return Vec::new();
    }
    known.ends().chain(known.pending.last().copied()).map(|word| Class::Status(word.into())).collect()
}

fn job(model: &Model, state: StateId, task: &Task) -> Tried {
    let Some(known) = catalog::statuses(&task.integration) else { return Tried::default() };
    // The first bad end is what `job-fails` tries.
    let mut words: Vec<&str> = known.failure.iter().skip(1).copied().collect();
    let mut places = Vec::new();
    for place in decided_on(model, state) {
        let path = member_path(&model.demands().steps(place));
        let is_status = path.and_then(|path| catalog::statuses_at(&task.integration, &path));
        if is_status.is_some_and(|found| found.path == known.path) {
            places.push(place);
        }
    }
    if !places.is_empty() {
        words.extend(&known.ambiguous);
    }
    Tried { classes: words.into_iter().map(|word| Class::Status(word.into())).collect(), places }
}

fn all(known: &Statuses) -> impl Iterator<Item = &'static str> {
    known.ends().chain(known.pending.iter().copied())
}

/// The places in the result of a task that a Choice after it looks at.
fn decided_on(model: &Model, state: StateId) -> Vec<PlaceId> {
    let demands = model.demands();
    let mut found = Vec::new();
    for choice in choices_after(model, state) {
        let compared = demands.choice(choice).iter().flat_map(|dependency| &dependency.places);
        let read = demands.reads_of(choice).flat_map(|(_, places)| places);
        for place in compared.chain(read) {
            if demands.place(*place).source == Source::Result(state) && !found.contains(place) {
                found.push(*place);
            }
        }
    }
    found
}

fn choices_after(model: &Model, state: StateId) -> impl Iterator<Item = StateId> {
    let after = model.graph.downstream(state).into_iter();
    after.filter(|id| matches!(model.machine.state(*id).kind, Kind::Choice(_)))
}

/// `Payload.jobs.0.state`; none for the whole result, and for what is made of a value or is inside of a text.
pub(super) fn member_path(steps: &[Step]) -> Option<String> {
    let names = steps.iter().map(|step| match step {
        Step::Field(name) => Some(name.to_string()),
        Step::Index(index) => Some(index.to_string()),
        Step::Each => Some("0".to_owned()),
        Step::Length | Step::Parsed | Step::Split(_) => None,
    });
    let path = names.collect::<Option<Vec<_>>>()?.join(".");
    (!path.is_empty()).then_some(path)
}

fn compares_with(rule: &Rule, texts: &[&str]) -> bool {
    match rule {
        Rule::And(rules) | Rule::Or(rules) => rules.iter().any(|rule| compares_with(rule, texts)),
        Rule::Not(rule) => compares_with(rule, texts),
        Rule::Test { comparison, .. } => match comparison {
            Comparison::StringEquals(Operand::Literal(text)) | Comparison::StringMatches(text) => {
                texts.contains(&&**text)
            }
            _ => false,
        },
        Rule::Jsonata(condition) => {
            texts.iter().any(|text| condition.query().expression().text().contains(text))
        }
    }
}
