//! From what the machine reads of a source to a value that has it all.

use std::collections::BTreeMap;

use super::{name, place};
use crate::catalog::conform::{self, Mode};
use crate::catalog::{is_continuation, models, plausible};
use crate::model::{Demands, PlaceId, Step, Uses};
use crate::value::{Key, Value};

/// Items of a list when nothing says how many are read.
const ITEMS: usize = 2;
/// A list never gets more items than this, whatever index is read.
const ITEMS_MAX: usize = 64;

/// Fills in what a value lacks; what is there and fits its use stays.
#[derive(Clone, Copy)]
pub(super) struct Inventor<'a> {
    pub(super) demands: &'a Demands,
    /// The literals of the request: services repeat them in their answers.
    pub(super) request: Option<&'a Value>,
    /// What the API's answer looks like, where an API gives the value.
    pub(super) api: Option<models::Shape>,
}

impl Inventor<'_> {
    /// The value of a whole source: what is known of it, and what is read besides.
    pub(super) fn whole(self, place: PlaceId, known: Option<&Value>) -> Value {
        self.value(&[place], "", 0, known, self.api)
    }

    /// The value at a place alone, given what is there.
    pub(super) fn at(self, place: PlaceId, known: Option<&Value>) -> Value {
        let step = self.demands.place(place).parent.as_ref().map(|(_, step)| step);
        let name = if let Some(Step::Field(name)) = step { name } else { "" };
        let api = self.api.and_then(|api| api_at(api, &self.demands.steps(place)));
        self.value(&[place], name, 0, known, api)
    }

    /// A value that is good for all of these places at once: an item is both "each" and "the third".
    ///
    /// It is of the API's type where the machine can use that. Where it cannot, the model of the API may be too old, or
    /// the machine wrong.
    fn value(
        self,
        places: &[PlaceId],
        name: &str,
        ordinal: usize,
        known: Option<&Value>,
        api: Option<models::Shape>,
    ) -> Value {
        let shape = Shape::of(self.demands, places);
        if let Some(parsed) = &shape.parsed {
            let text = known.and_then(Value::as_str).and_then(|text| Value::parse(text).ok());
            return Value::from(self.value(parsed, name, ordinal, text.as_ref(), None).to_json());
        }
        if let Some((separators, parts)) = &shape.split {
            let given = known.cloned().or_else(|| api.map(|api| plausible(api, name, ordinal)));
            if let Some(given) = given.filter(|given| self.has_parts(given, separators, parts)) {
                return given;
            }
            return place::joined(&self.value(parts, name, ordinal, None, None), separators);
        }
        let is_no_list = api.is_some_and(|api| matches!(api.kind(), models::Kind::Structure));
        if shape.is_list() && !is_no_list {
            return self.list(&shape, name, known.and_then(Value::as_array), api);
        }
        if !shape.fields.is_empty() {
            return self.object(&shape, name, ordinal, known, api);
        }
        let filtered = shape.uses.contains(Uses::FILTERED);
        match known {
            Some(known) if fits(known, shape.uses) && (!filtered || shape.literals.contains(known)) => {
                known.clone()
            }
            _ => self.leaf(&shape, name, ordinal, api),
        }
    }

    /// Whether a text has as many parts as are read of it.
    fn has_parts(self, text: &Value, separators: &str, parts: &[PlaceId]) -> bool {
        let last = Shape::of(self.demands, parts).indexes.keys().next_back().copied().unwrap_or(0);
        let parts = text.as_str().unwrap_or_default().split(|c| separators.contains(c));
        parts.filter(|part| !part.is_empty()).count() > last as usize
    }

    fn object(
        self,
        shape: &Shape,
        name: &str,
        ordinal: usize,
        known: Option<&Value>,
        api: Option<models::Shape>,
    ) -> Value {
        let known = known.and_then(Value::as_object).cloned();
        // Of a union there is one member only: the one that is read.
        let whole = api.filter(|api| !api.is_union()).map(|api| plausible(api, name, ordinal));
        let made = || whole.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
        let mut object = known.unwrap_or_else(made);
        for (field, places) in &shape.fields {
            let needed = places.iter().any(|place| self.demands.is_needed(*place));
            let is_never_given = api.is_some_and(|api| {
                matches!(api.kind(), models::Kind::Structure)
                    && api.member(field).is_none()
                    && !field.starts_with("Sdk")
            });
            if object.get(field).is_none() && (!needed || is_continuation(field) || is_never_given) {
                continue;
            }
            // A typed attribute (`{"N": "1"}`) is called like the member it is the value of.
            let inner_name = if field.len() <= 2 && &**field != "N" { name } else { field };
            let api = api.and_then(|api| api_inside(api, &Step::Field(field.clone())));
            let value = self.value(places, inner_name, ordinal, object.get(field), api);
            object.insert(field.clone(), value);
        }
        Value::Object(object)
    }

    fn list(self, shape: &Shape, name: &str, known: Option<&[Value]>, api: Option<models::Shape>) -> Value {
        let api = api.and_then(|api| api_inside(api, &Step::Each));
        let known = known.unwrap_or_default();
        let read = shape.indexes.keys().next_back().map_or(0, |last| *last as usize + 1);
        let wanted = if shape.each.is_empty() && read > 0 { read } else { ITEMS.max(read) };
        let count = wanted.max(known.len()).max(self.filter_literals(&shape.each)).min(ITEMS_MAX);
        let item = |at: usize| {
            let index = u32::try_from(at).ok().and_then(|at| shape.indexes.get(&at));
            let mut places = shape.each.clone();
            places.extend(index.into_iter().flatten());
            let known = known.get(at).or(known.last());
            let name = name.strip_suffix('s').unwrap_or(name);
            match (known, api) {
                (None, None) if places.is_empty() => name::value(name, Uses::READ, at),
                _ => self.value(&places, name, at, known, api),
            }
        };
        Value::array((0..count).map(item).collect())
    }

    /// How many different items the filters on a list look for.
    fn filter_literals(self, places: &[PlaceId]) -> usize {
        let inside = |place: &PlaceId| {
            let place = self.demands.place(*place);
            let own = if place.uses.contains(Uses::FILTERED) { place.literals.len() } else { 0 };
            let fields = place.children.iter().filter(|(step, _)| matches!(step, Step::Field(_)));
            let fields: Vec<_> = fields.map(|(_, child)| *child).collect();
            own.max(self.filter_literals(&fields))
        };
        places.iter().map(inside).max().unwrap_or(0)
    }

    fn leaf(self, shape: &Shape, name: &str, ordinal: usize, api: Option<models::Shape>) -> Value {
        let can_give = |literal: &&Value| api.is_none_or(|api| gives(api, literal));
        let literals: Vec<Value> = shape.literals.iter().filter(can_give).cloned().collect();
        let echo =
            self.request.and_then(|request| request.get(name)).filter(|value| literals.contains(value));
        let literal = if shape.uses.contains(Uses::FILTERED) && !literals.is_empty() {
            Some(&literals[ordinal % literals.len()])
        } else {
            name::preferred(&literals)
        };
        let of_the_api =
            || api.map(|api| plausible(api, name, ordinal)).filter(|value| fits(value, shape.uses));
        match echo.or(literal) {
            Some(literal) => literal.clone(),
            None => of_the_api().unwrap_or_else(|| name::value(name, shape.uses, ordinal)),
        }
    }
}

/// Several places seen as one.
#[derive(Default)]
struct Shape {
    uses: Uses,
    literals: Vec<Value>,
    fields: BTreeMap<Key, Vec<PlaceId>>,
    indexes: BTreeMap<u32, Vec<PlaceId>>,
    each: Vec<PlaceId>,
    parsed: Option<Vec<PlaceId>>,
    split: Option<(Key, Vec<PlaceId>)>,
    has_length: bool,
}

impl Shape {
    fn of(demands: &Demands, places: &[PlaceId]) -> Self {
        let mut shape = Self::default();
        for id in places {
            let place = demands.place(*id);
            shape.uses = shape.uses.with(place.uses);
            shape.literals.extend(place.literals.iter().cloned());
            for (step, child) in &place.children {
                if !demands.is_looked_at(*child) {
                    continue;
                }
                match step {
                    Step::Field(name) => shape.fields.entry(name.clone()).or_default().push(*child),
                    Step::Index(index) => shape.indexes.entry(*index).or_default().push(*child),
                    Step::Each => shape.each.push(*child),
                    Step::Parsed => shape.parsed.get_or_insert_default().push(*child),
                    Step::Length => shape.has_length = true,
                    Step::Split(separators) => {
                        shape.split.get_or_insert_with(|| (separators.clone(), Vec::new())).1.push(*child);
                    }
                }
            }
        }
        shape
    }

    fn is_list(&self) -> bool {
        let iterated = !self.each.is_empty() && self.fields.is_empty();
        self.uses.contains(Uses::LIST) || self.has_length || iterated || !self.indexes.is_empty()
    }
}

/// Whether an API can give this very value.
fn gives(api: models::Shape, value: &Value) -> bool {
    conform::check(value, api, Mode::Present).is_ok()
}

/// The shape at a place of an API's answer; none where the API says nothing of it.
fn api_at(api: models::Shape, steps: &[Step]) -> Option<models::Shape> {
    steps.iter().try_fold(api, api_inside)
}

fn api_inside(api: models::Shape, step: &Step) -> Option<models::Shape> {
    match (api.kind(), step) {
        (models::Kind::Structure, Step::Field(name)) => Some(api.member(name)?.shape),
        (models::Kind::Map { value, .. }, Step::Field(_)) => Some(value),
        (models::Kind::List(item), Step::Index(_) | Step::Each) => Some(item),
        _ => None,
    }
}

/// Whether a known value can be used like this.
fn fits(value: &Value, uses: Uses) -> bool {
    match value {
        Value::Null => !uses.needs_presence() || uses == Uses::READ,
        Value::Bool(_) => !uses.contains(Uses::NUMBER) && !uses.contains(Uses::OBJECT),
        Value::Number(_) => !uses.contains(Uses::BOOLEAN) && !uses.contains(Uses::OBJECT),
        Value::String(text) => {
            let other = [Uses::NUMBER, Uses::BOOLEAN, Uses::OBJECT, Uses::SECONDS];
            let json = !uses.contains(Uses::JSON_TEXT) || Value::parse(text).is_ok();
            json && !other.into_iter().any(|other| uses.contains(other))
        }
        Value::Array(_) | Value::Object(_) => {
            let scalar =
                [Uses::TEXT, Uses::NUMBER, Uses::BOOLEAN, Uses::SECONDS, Uses::TIMESTAMP, Uses::JSON_TEXT];
            !scalar.into_iter().any(|scalar| uses.contains(scalar))
        }
    }
}
