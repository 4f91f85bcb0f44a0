//! Expressions over abstract values: paths, templates, intrinsic functions. Every read leaves a demand.

use std::collections::BTreeMap;

use super::super::demand::Uses;
use super::super::gap::never_has;
use super::Analysis;
use super::steps::{PathStep, steps};
use super::value::Abstract;
use crate::asl::State;
use crate::expr::{Call, Function, Path, Root, Template};
use crate::value::{Key, Value};

/// What an expression sees: `$`, and the state it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) input: &'a Abstract,
    pub(super) state: &'a State,
    /// The item, while an `ItemSelector` is evaluated.
    pub(super) item: Option<&'a Abstract>,
    /// `$states.result`
    pub(super) result: Option<&'a Abstract>,
    /// `$states.errorOutput`
    pub(super) failure: Option<&'a Abstract>,
}

impl<'a> Scene<'a> {
    /// Where a state sees nothing but its input.
    pub(super) fn of(state: &'a State, input: &'a Abstract) -> Self {
        Self { input, state, item: None, result: None, failure: None }
    }
}

impl Analysis<'_> {
    /// The value of a template.
    pub(super) fn template(&mut self, template: &Template, scene: Scene<'_>) -> Abstract {
        match template {
            Template::Literal(value) => Abstract::constant(value.clone()),
            Template::Path(path) => self.path(path, scene, Uses::READ),
            Template::Call(call) => self.call(call, scene),
            Template::Object(members) => {
                let members =
                    members.iter().map(|(name, member)| (name.clone(), self.template(member, scene)));
                Abstract::object(members.collect::<BTreeMap<_, _>>())
            }
            Template::Array(items) => {
                Abstract::tuple(items.iter().map(|item| self.template(item, scene)).collect())
            }
            Template::Jsonata(query) => self.query(query, scene, Uses::READ),
        }
    }

    /// The value at a path, which is used like this.
    pub(super) fn path(&mut self, path: &Path, scene: Scene<'_>, uses: Uses) -> Abstract {
        let found = self.select(path, scene);
        self.used(&found, uses);
        found
    }

    /// The value at a path, without saying what for.
    pub(super) fn select(&mut self, path: &Path, scene: Scene<'_>) -> Abstract {
        let steps = steps(path);
        let around = std::mem::take(&mut self.lacks);
        let found = match path.root() {
            Root::Input => self.walk(scene.input, &steps),
            Root::Variable(name) => {
                let value = self.variables.get(name).cloned().unwrap_or_default();
                self.walk(&value, &steps)
            }
            Root::Context => {
                let (value, at) = self.context(&steps, scene);
                self.walk(&value, &steps[at..])
            }
        };
        self.told(path, &steps, scene);
        self.lacks = around;
        self.demands.read_by(scene.state.id, path.text(), found.origins());
        found
    }

    /// Notes what a path reads that nothing provides.
    fn told(&mut self, path: &Path, steps: &[PathStep], scene: Scene<'_>) {
        let is_input = self.inputs[scene.state.id.0 as usize].as_ref().is_some_and(|raw| raw.is(scene.input));
        let Some(looked) = &mut self.looked else { return };
        let (state, text) = (scene.state.id, path.text());
        if self.lacks {
            looked.not_made.insert((state, text.clone()));
        }
        match (path.root(), steps.first()) {
            (Root::Input, Some(PathStep::Field(name))) if is_input => {
                looked.members.insert((state, name.clone(), text.clone()));
            }
            (Root::Variable(name), _) => {
                looked.variables.entry((state, text.clone())).or_default().insert(name.clone());
            }
            _ => {}
        }
    }

    /// Notes whether a member that is read is not made by anything.
    pub(super) fn looks_for(&mut self, value: &Abstract, name: &Key) {
        let (machine, demands) = (self.machine, &self.demands);
        self.lacks |=
            self.looked.is_some() && value.lacks(name, |place| never_has(machine, demands, place, name));
    }

    /// The part of the context object that a path starts with, and how many steps that takes.
    fn context(&mut self, steps: &[PathStep], scene: Scene<'_>) -> (Abstract, usize) {
        let field = |at: usize| match steps.get(at) {
            Some(PathStep::Field(name)) => name,
            _ => "",
        };
        match (field(0), field(1), field(2)) {
            ("Execution", "Input", _) => (self.input.clone(), 2),
            ("Map", "Item", "Value") => (self.item(scene), 3),
            _ => (Abstract::default(), steps.len()),
        }
    }

    /// `$$.Map.Item.Value`: the item of the innermost Map around.
    pub(super) fn item(&self, scene: Scene<'_>) -> Abstract {
        if let Some(item) = scene.item {
            return item.clone();
        }
        let mut scope = scene.state.scope;
        while let Some(parent) = self.machine.scope(scope).parent {
            if let Some(item) = self.items.get(&parent) {
                return item.clone();
            }
            scope = self.machine.state(parent).scope;
        }
        Abstract::default()
    }

    fn walk(&mut self, value: &Abstract, steps: &[PathStep]) -> Abstract {
        let Some((step, rest)) = steps.split_first() else { return value.clone() };
        match step {
            PathStep::Field(name) => {
                self.looks_for(value, name);
                let inner = value.field(name, &mut self.demands);
                self.walk(&inner, rest)
            }
            PathStep::Index(index) => {
                let inner = value.item(*index, &mut self.demands);
                self.walk(&inner, rest)
            }
            PathStep::Items { one: true } => {
                let inner = value.any_item(&mut self.demands);
                self.walk(&inner, rest)
            }
            PathStep::Items { one: false } => {
                self.used(value, Uses::LIST);
                self.each(value, rest)
            }
            PathStep::Filter(reads) => {
                let item = value.any_item(&mut self.demands);
                for (names, literal) in reads {
                    let read = names.iter().fold(item.clone(), |at, name| at.field(name, &mut self.demands));
                    self.used(&read, Uses::READ);
                    if let Some(literal) = literal {
                        self.compared(&read, literal);
                        self.used(&read, Uses::FILTERED);
                    }
                }
                self.each(value, rest)
            }
            PathStep::Deep(name) => {
                let inner = value.field(name, &mut self.demands);
                let found = self.walk(&inner, rest);
                self.used(&found, Uses::READ);
                Abstract::list_of(found)
            }
            PathStep::Fields(names) => {
                let members = names.iter().map(|name| {
                    let member = value.field(name, &mut self.demands);
                    self.used(&member, Uses::READ);
                    (name.clone(), member)
                });
                Abstract::object(members.collect())
            }
            PathStep::Length => {
                self.used(value, Uses::LIST);
                value.length(&mut self.demands)
            }
            PathStep::Opaque => {
                self.used(value, Uses::READ);
                Abstract::default()
            }
        }
    }

    /// The rest of a path for every item; the result is a list. What a filter looks at need not be one.
    fn each(&mut self, value: &Abstract, rest: &[PathStep]) -> Abstract {
        let item = value.any_item(&mut self.demands);
        let found = self.walk(&item, rest);
        self.used(&found, Uses::READ);
        Abstract::list_of(found)
    }

    fn call(&mut self, call: &Call, scene: Scene<'_>) -> Abstract {
        let arguments: Vec<Abstract> =
            call.arguments.iter().map(|argument| self.template(argument, scene)).collect();
        self.use_arguments(call.function, &arguments);
        let argument = |at: usize| arguments.get(at).cloned().unwrap_or_default();
        match call.function {
            Function::Array => Abstract::tuple(arguments),
            Function::ArrayGetItem => match constant_index(arguments.get(1)) {
                Some(index) => argument(0).item(index, &mut self.demands),
                None => argument(0).any_item(&mut self.demands),
            },
            Function::ArrayUnique => argument(0),
            Function::ArrayPartition => {
                let item = argument(0).any_item(&mut self.demands);
                Abstract::list_of(Abstract::list_of(item))
            }
            Function::JsonMerge => argument(0).merged(&argument(1)),
            Function::JsonToString => Abstract::text_of(argument(0)),
            Function::StringToJson => argument(0).parsed(&mut self.demands),
            Function::ArrayLength => argument(0).length(&mut self.demands),
            Function::StringSplit => match arguments.get(1).map(Abstract::constants) {
                Some([Value::String(separators)]) => argument(0).split(separators, &mut self.demands),
                _ => Abstract::default(),
            },
            Function::Format => {
                // A template that comes from outside needs a place for every argument.
                let holes = " {}".repeat(arguments.len().saturating_sub(1));
                self.compared(&argument(0), &Value::from(format!("text{holes}")));
                Abstract::default()
            }
            Function::ArrayContains
            | Function::ArrayRange
            | Function::Base64Decode
            | Function::Base64Encode
            | Function::Hash
            | Function::MathAdd
            | Function::MathRandom
            | Function::Uuid => Abstract::default(),
        }
    }

    fn use_arguments(&mut self, function: Function, arguments: &[Abstract]) {
        use Function as F;
        for (at, argument) in arguments.iter().enumerate() {
            let uses = match (function, at) {
                (
                    F::ArrayContains | F::ArrayGetItem | F::ArrayLength | F::ArrayPartition | F::ArrayUnique,
                    0,
                ) => Uses::LIST,
                (F::ArrayGetItem | F::ArrayPartition | F::ArrayRange | F::MathAdd | F::MathRandom, _) => {
                    Uses::NUMBER
                }
                (F::Base64Decode, _) => Uses::BASE64,
                // Docs, "Intrinsics": Format takes null, boolean, number and string, but no list nor object.
                (F::Base64Encode | F::StringSplit | F::Format | F::Hash, _) => Uses::TEXT,
                (F::StringToJson, _) => Uses::JSON_TEXT,
                (F::JsonMerge, 0 | 1) => Uses::OBJECT,
                _ => Uses::READ,
            };
            self.used(argument, uses);
        }
    }

    /// Says of every place that a value may come from what it is used for.
    pub(super) fn used(&mut self, value: &Abstract, uses: Uses) {
        value.origins().iter().for_each(|place| self.demands.used(*place, uses));
    }

    pub(super) fn compared(&mut self, value: &Abstract, literal: &Value) {
        value.origins().iter().for_each(|place| self.demands.compared(*place, literal));
    }
}

fn constant_index(argument: Option<&Abstract>) -> Option<u32> {
    match argument?.constants() {
        [only] => u32::try_from(only.as_i64()?).ok(),
        _ => None,
    }
}

/// The name of a member.
pub(super) fn key(name: &str) -> Key {
    Key::from(name)
}
