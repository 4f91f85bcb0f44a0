//! Neighbours of a scenario: one value of its input absent, null, of another type, or at a boundary.

use super::{Origin, Scenario, place};
use crate::model::{Demands, Model, PlaceId, Source, Step};
use crate::value::{Number, Value};

/// Places of the input that are varied; a machine that reads more is sampled from the front.
const PLACES_MAX: usize = 64;

/// The variations of a scenario's input, one value at a time, in the order of what the machine reads.
pub fn variations<'a>(model: &'a Model, scenario: &'a Scenario) -> impl Iterator<Item = Scenario> + 'a {
    let demands = model.demands();
    leaves(demands).into_iter().take(PLACES_MAX).flat_map(move |place| {
        let steps = demands.steps(place);
        let name = demands.describe(&model.machine, place);
        let now = place::get(&scenario.input, &steps, &[]);
        changes(demands, place, now.as_ref()).into_iter().map(move |(what, value)| Scenario {
            name: format!("{}, {name} {what}", scenario.name),
            input: place::set(&scenario.input, &steps, &[], value.as_ref()),
            script: scenario.script.clone(),
            origin: if scenario.origin == Origin::User { Origin::Varied } else { scenario.origin },
        })
    })
}

/// The places of the input with nothing read inside them, in order.
fn leaves(demands: &Demands) -> Vec<PlaceId> {
    let (mut open, mut found) = (Vec::from_iter(demands.root(Source::Input)), Vec::new());
    while let Some(id) = open.pop() {
        let place = demands.place(id);
        let inner = place.children.iter().filter(|(_, child)| demands.is_looked_at(**child));
        let inner: Vec<_> = inner.filter(|(step, _)| !derived(step)).map(|(_, child)| *child).collect();
        if inner.is_empty() && place.parent.is_some() && demands.is_looked_at(id) {
            found.push(id);
        }
        open.extend(inner.into_iter().rev());
    }
    found
}

/// What an intrinsic function makes of a value is not a value of its own.
fn derived(step: &Step) -> bool {
    matches!(step, Step::Length | Step::Split(_))
}

type Change = (&'static str, Option<Value>);

fn changes(demands: &Demands, place: PlaceId, now: Option<&Value>) -> Vec<Change> {
    let mut changes: Vec<Change> = vec![("absent", None), ("null", Some(Value::Null))];
    changes.push(("of another type", Some(other_type(now))));
    changes.extend(boundaries(now).into_iter().map(|(what, value)| (what, Some(value))));
    let literals = demands.place(place).literals.iter();
    changes.extend(literals.map(|literal| ("as compared", Some(literal.clone()))));
    changes.retain(|(_, value)| value.as_ref() != now);
    changes
}

fn other_type(now: Option<&Value>) -> Value {
    match now {
        Some(Value::String(_)) => Value::from(1),
        Some(Value::Object(_)) => Value::array(Vec::new()),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => Value::from("text"),
    }
}

fn boundaries(now: Option<&Value>) -> Vec<Boundary> {
    match now {
        Some(Value::Number(number)) => vec![
            ("zero", Value::from(0)),
            ("negative", Value::from(-1)),
            ("one more", plus_one(*number)),
            ("huge", Value::from(i64::from(i32::MAX) + 1)),
        ],
        Some(Value::String(_)) => {
            vec![("empty", Value::from("")), ("not ASCII", Value::from("né 🚚 \"{}\" $.x"))]
        }
        Some(Value::Bool(truth)) => vec![("the opposite", Value::from(!truth))],
        Some(Value::Array(items)) => {
            let doubled = items.iter().chain(items.iter()).cloned().collect();
            vec![("empty", Value::array(Vec::new())), ("twice as long", Value::array(doubled))]
        }
        Some(Value::Object(_)) => vec![("empty", Value::empty_object())],
        Some(Value::Null) | None => Vec::new(),
    }
}

type Boundary = (&'static str, Value);

fn plus_one(number: Number) -> Value {
    match number {
        Number::Int(int) => Value::from(int.saturating_add(1)),
        Number::Float(float) => Value::from(float + 1.0),
    }
}
