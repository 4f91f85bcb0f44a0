//! JSONata expressions over abstract values. Every read leaves a demand, as those of paths do.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::demand::{PlaceId, Uses};
use super::Analysis;
use super::evaluate::{Scene, key};
use super::steps::only_or_at;
use super::value::Abstract;
use crate::expr::Query;
use crate::expr::jsonata::{Relation, Sketch};
use crate::value::{Key, Value};

/// Names that an expression binds, and its context.
#[derive(Clone, Default)]
struct Names {
    bound: BTreeMap<Key, Abstract>,
    context: Abstract,
}

impl Analysis<'_> {
    /// The value of an expression, which is used like this.
    pub(super) fn query(&mut self, query: &Query, scene: Scene<'_>, uses: Uses) -> Abstract {
        let mut names = Names { context: self.states(scene), ..Names::default() };
        let mut read = Vec::new();
        let around = std::mem::take(&mut self.lacks);
        let value = self.sketch(&query.expression().sketch(), &mut names, scene, &mut read);
        self.used(&value, uses);
        read.extend_from_slice(value.origins());
        let text: Arc<str> = Arc::from(query.expression().text());
        let lacks = std::mem::replace(&mut self.lacks, around);
        if let Some(looked) = &mut self.looked {
            let key = (scene.state.id, text.clone());
            let variables = query.expression().reads().variables.iter().map(|(name, _)| Arc::from(&**name));
            looked.variables.entry(key.clone()).or_default().extend(variables);
            if lacks {
                looked.not_made.insert(key);
            }
        }
        self.demands.read_by(scene.state.id, &text, &read);
        value
    }

    /// `$states`
    fn states(&mut self, scene: Scene<'_>) -> Abstract {
        let object = |fields: Vec<(&str, Abstract)>| {
            Abstract::object(fields.into_iter().map(|(name, value)| (key(name), value)).collect())
        };
        let execution = object(vec![("Input", self.input.clone())]);
        let item = object(vec![("Value", self.item(scene))]);
        let context = object(vec![("Execution", execution), ("Map", object(vec![("Item", item)]))]);
        let mut states = vec![("input", scene.input.clone()), ("context", context)];
        states.extend(scene.result.map(|result| ("result", result.clone())));
        states.extend(scene.failure.map(|failure| ("errorOutput", failure.clone())));
        object(states)
    }

    fn sketch(
        &mut self,
        sketch: &Sketch,
        names: &mut Names,
        scene: Scene<'_>,
        read: &mut Vec<PlaceId>,
    ) -> Abstract {
        match sketch {
            Sketch::Literal(value) => Abstract::constant(value.clone()),
            Sketch::Variable(name) => match &**name {
                "states" => self.states(scene),
                "" => names.context.clone(),
                _ => {
                    let bound = names.bound.get(name).or_else(|| self.variables.get(name));
                    bound.cloned().unwrap_or_default()
                }
            },
            // JSONata looks into the items of a list by itself.
            Sketch::Member(name) => {
                if names.context.made_item().is_nothing() {
                    self.looks_for(&names.context, name);
                }
                let inside = names.context.made_item().field(name, &mut self.demands);
                names.context.field(name, &mut self.demands).join(&inside)
            }
            Sketch::Inside => names.context.clone(),
            Sketch::Step(before, step) => {
                let context = self.sketch(before, names, scene, read);
                let outer = std::mem::replace(&mut names.context, context);
                let value = self.sketch(step, names, scene, read);
                names.context = outer;
                value
            }
            Sketch::Item(list, index) => {
                let list = self.sketch(list, names, scene, read);
                match only_or_at(*index) {
                    Some(index) => list.item(index, &mut self.demands),
                    None => list.any_item(&mut self.demands),
                }
            }
            Sketch::Filter(list, filter) => {
                let list = self.sketch(list, names, scene, read);
                let item = list.any_item(&mut self.demands);
                let outer = std::mem::replace(&mut names.context, item.clone());
                self.sketch(filter, names, scene, read);
                names.context = outer;
                item
            }
            Sketch::And(a, b) | Sketch::Or(a, b) => {
                for part in [a, b] {
                    let value = self.sketch(part, names, scene, read);
                    self.looked_at(&value, Uses::BOOLEAN, read);
                }
                Abstract::default()
            }
            Sketch::Compare(relation, a, b) => {
                let (a, b) = (self.sketch(a, names, scene, read), self.sketch(b, names, scene, read));
                self.compare(*relation, &a, &b, read);
                Abstract::default()
            }
            Sketch::Arithmetic(parts) => self.all(parts, Uses::NUMBER, names, scene, read),
            Sketch::Text(parts) => self.all(parts, Uses::TEXT, names, scene, read),
            Sketch::Opaque(parts) => self.all(parts, Uses::READ, names, scene, read),
            Sketch::Conditional { condition, then, otherwise } => {
                let condition = self.sketch(condition, names, scene, read);
                self.looked_at(&condition, Uses::PRESENCE, read);
                let then = self.sketch(then, names, scene, read);
                match otherwise {
                    Some(branch) => then.join(&self.sketch(branch, names, scene, read)),
                    None => then,
                }
            }
            Sketch::Block(parts) => {
                let outer = names.bound.clone();
                let values = parts.iter().map(|part| self.sketch(part, names, scene, read));
                let last = values.last().unwrap_or_default();
                names.bound = outer;
                last
            }
            Sketch::Bind(name, value) => {
                let value = self.sketch(value, names, scene, read);
                names.bound.insert(name.clone(), value.clone());
                value
            }
            Sketch::List(parts) => {
                let parts = parts.iter().map(|part| {
                    let value = self.sketch(part, names, scene, read);
                    self.looked_at(&value, Uses::READ, read);
                    value
                });
                Abstract::tuple(parts.collect())
            }
            Sketch::Object(members) => self.object(members, names, scene, read),
            Sketch::Call(name, arguments) => self.query_call(name, arguments, names, scene, read),
            Sketch::Function(parameters, body) => {
                // Whoever calls it is not known; what it reads of the outside is.
                self.applied(parameters, body, &[], names, scene, read);
                Abstract::default()
            }
        }
    }

    fn all(
        &mut self,
        parts: &[Sketch],
        uses: Uses,
        names: &mut Names,
        scene: Scene<'_>,
        read: &mut Vec<PlaceId>,
    ) -> Abstract {
        for part in parts {
            let value = self.sketch(part, names, scene, read);
            self.looked_at(&value, uses, read);
        }
        Abstract::default()
    }

    fn object(
        &mut self,
        members: &[(Sketch, Sketch)],
        names: &mut Names,
        scene: Scene<'_>,
        read: &mut Vec<PlaceId>,
    ) -> Abstract {
        let mut fields = BTreeMap::new();
        for (name, value) in members {
            let name = self.sketch(name, names, scene, read);
            self.looked_at(&name, Uses::TEXT, read);
            let value = self.sketch(value, names, scene, read);
            // An undefined member is left out.
            self.looked_at(&value, Uses::READ, read);
            if let [Value::String(name)] = name.constants() {
                fields.insert(name.clone(), value);
            }
        }
        Abstract::object(fields)
    }

    fn compare(&mut self, relation: Relation, a: &Abstract, b: &Abstract, read: &mut Vec<PlaceId>) {
        for (value, other) in [(a, b), (b, a)] {
            let mut uses = Uses::PRESENCE;
            for constant in other.constants() {
                let constants = match constant {
                    Value::Array(items) if relation == Relation::In => items.items(),
                    _ => std::slice::from_ref(constant),
                };
                for constant in constants {
                    self.compared(value, constant);
                    uses = uses.with(match constant {
                        Value::String(_) => Uses::TEXT,
                        Value::Number(_) => Uses::NUMBER,
                        Value::Bool(_) => Uses::BOOLEAN,
                        Value::Null => Uses::NULLITY,
                        Value::Array(_) | Value::Object(_) => Uses::READ,
                    });
                }
            }
            // An order needs values of one type; equality asks for nothing.
            if other.constants().is_empty() && !matches!(relation, Relation::Equal | Relation::NotEqual) {
                uses = uses.with(if relation == Relation::In { Uses::READ } else { Uses::NUMBER });
            }
            self.looked_at(value, uses, read);
        }
    }

    /// What a function gives. Docs, "JSONata functions provided by Step Functions", and JSONata's own.
    fn query_call(
        &mut self,
        name: &str,
        arguments: &[Sketch],
        names: &mut Names,
        scene: Scene<'_>,
        read: &mut Vec<PlaceId>,
    ) -> Abstract {
        let function = arguments.iter().find_map(|argument| match argument {
            Sketch::Function(parameters, body) => Some((parameters, body)),
            _ => None,
        });
        let values: Vec<Abstract> = arguments
            .iter()
            .filter(|argument| !matches!(argument, Sketch::Function(..)))
            .map(|argument| self.sketch(argument, names, scene, read))
            .collect();
        for (at, value) in values.iter().enumerate() {
            self.looked_at(value, argument_uses(name, at), read);
        }
        let first = values.first().cloned().unwrap_or_default();
        let applied = function.map(|(parameters, body)| {
            let item = first.any_item(&mut self.demands);
            let given = match name {
                "reduce" => vec![Abstract::default(), item],
                _ => vec![item, Abstract::default(), first.clone()],
            };
            self.applied(parameters, body, &given, names, scene, read)
        });
        match name {
            "map" | "each" => Abstract::list_of(applied.unwrap_or_default()),
            "reduce" => applied.unwrap_or_default(),
            "sum" | "max" | "min" | "average" => {
                let item = first.any_item(&mut self.demands);
                self.looked_at(&item, Uses::NUMBER, read);
                Abstract::default()
            }
            "filter" | "sort" | "reverse" | "distinct" | "shuffle" | "sift" => first,
            "append" => first.join(&values.get(1).cloned().unwrap_or_default()),
            "count" => first.length(&mut self.demands),
            "parse" => first.parsed(&mut self.demands),
            "string" => Abstract::text_of(first),
            "split" => match values.get(1).map(Abstract::constants) {
                Some([Value::String(separators)]) => first.split(separators, &mut self.demands),
                _ => Abstract::default(),
            },
            "single" | "merge" => first.any_item(&mut self.demands),
            "lookup" => match values.get(1).map(Abstract::constants) {
                Some([Value::String(name)]) => first.field(name, &mut self.demands),
                _ => Abstract::default(),
            },
            "partition" => {
                let item = first.any_item(&mut self.demands);
                Abstract::list_of(Abstract::list_of(item))
            }
            _ => Abstract::default(),
        }
    }

    /// A function's body with its parameters.
    fn applied(
        &mut self,
        parameters: &[Arc<str>],
        body: &Sketch,
        given: &[Abstract],
        names: &mut Names,
        scene: Scene<'_>,
        read: &mut Vec<PlaceId>,
    ) -> Abstract {
        let mut inner = names.clone();
        for (at, parameter) in parameters.iter().enumerate() {
            inner.bound.insert(parameter.clone(), given.get(at).cloned().unwrap_or_default());
        }
        let value = self.sketch(body, &mut inner, scene, read);
        self.looked_at(&value, Uses::READ, read);
        value
    }

    fn looked_at(&mut self, value: &Abstract, uses: Uses, read: &mut Vec<PlaceId>) {
        self.used(value, uses);
        read.extend_from_slice(value.origins());
    }
}

/// What a function uses an argument as.
fn argument_uses(name: &str, at: usize) -> Uses {
    match (name, at) {
        ("exists", _) => Uses::PRESENCE,
        ("not", _) => Uses::BOOLEAN,
        (
            "sum" | "max" | "min" | "average" | "count" | "append" | "sort" | "reverse" | "distinct"
            | "shuffle" | "zip" | "map" | "filter" | "single" | "reduce" | "partition" | "merge" | "join",
            0,
        ) => Uses::LIST,
        ("keys" | "lookup" | "spread" | "each" | "sift", 0) => Uses::OBJECT,
        ("parse", 0) => Uses::JSON_TEXT,
        ("toMillis", 0) => Uses::TIMESTAMP,
        ("base64decode", 0) => Uses::BASE64,
        (
            "abs" | "ceil" | "floor" | "round" | "power" | "sqrt" | "formatNumber" | "formatBase"
            | "formatInteger" | "fromMillis" | "number" | "range" | "random",
            _,
        )
        | ("substring" | "pad" | "partition", 1..) => Uses::NUMBER,
        (
            "substring" | "substringBefore" | "substringAfter" | "length" | "uppercase" | "lowercase"
            | "trim" | "pad" | "contains" | "split" | "replace" | "match" | "base64encode" | "encodeUrl"
            | "encodeUrlComponent" | "decodeUrl" | "decodeUrlComponent" | "hash" | "parseInteger",
            _,
        ) => Uses::TEXT,
        _ => Uses::READ,
    }
}
