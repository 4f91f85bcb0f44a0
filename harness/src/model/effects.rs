//! What tasks change and what makes a repetition safe: what the catalogue knows, and what the user declares over it.
//!
//! A declaration belongs to a state, or to a function or an endpoint, wherever it is called from.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::OnceLock;

use super::Model;
use crate::asl::{Machine, State, StateId};
use crate::catalog::{self, Effect, Service};
use crate::fault::Intent;
use crate::load::Node;
use crate::value::Value;

/// What the user says of a task. What it leaves open is as the catalogue knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declaration {
    /// What a second call does. [`Effect::Unguarded`] stands for an effect that must not be repeated.
    pub effect: Option<Effect>,
    /// The member of the request by which the other side knows that it is the same work again.
    pub key: Option<KeyPath>,
    /// Whether the task tells somebody of a failure.
    pub signal: Option<bool>,
    /// The state that takes the effect back.
    pub undone_by: Option<StateId>,
}

/// Declarations for one machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declarations {
    /// By state.
    pub states: BTreeMap<StateId, Declaration>,
    /// By what is called; of several that match, a later one goes over those before.
    pub targets: Vec<(Target, Declaration)>,
    /// How faults are meant to end; of several that name the same fault, a later one goes over those before.
    pub intents: Vec<Intent>,
}

/// What a declaration is about, wherever it is called from. `*` and `?` stand for any letters and any one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Lambda function by its name.
    Function(String),
    /// An HTTP endpoint by its URL.
    Endpoint(String),
}

/// Where a key stands in a request: `Payload.orderId`. A path that is not found at the root of the request is looked
/// for in its body, so that `orderId` will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath(Vec<String>);

impl Declaration {
    /// This declaration, with what it leaves open taken from another.
    #[must_use]
    pub fn over(self, base: &Self) -> Self {
        Self {
            effect: self.effect.or_else(|| base.effect.clone()),
            key: self.key.or_else(|| base.key.clone()),
            signal: self.signal.or(base.signal),
            undone_by: self.undone_by.or(base.undone_by),
        }
    }
}

impl Declarations {
    /// Whether what they are about can be called by a machine: a name that is made when it runs may be any.
    pub fn may_apply(&self, machine: &Machine) -> bool {
        let tasks = || machine.states.iter().filter(|state| state.task().is_some());
        let is_named = |request: &Value, member: &str| match request.get(member).and_then(Value::as_str) {
            Some(text) => !text.starts_with("{%"),
            None => request.get(&format!("{member}.$")).is_none() && request.as_str().is_none(),
        };
        tasks().any(|state| {
            let request = written_request(machine, state);
            self.states.contains_key(&state.id)
                || self.targets.iter().any(|(target, _)| {
                    let member = match target {
                        Target::Function(_) => "FunctionName",
                        Target::Endpoint(_) => "ApiEndpoint",
                    };
                    target.is_called_by(state, &request) || !is_named(&request, member)
                })
        })
    }
}

impl Target {
    /// Whether a task whose request is this calls it.
    pub fn is_called_by(&self, state: &State, request: &Value) -> bool {
        let Some(task) = state.task() else { return false };
        let member = |name: &str| request.get(name).and_then(Value::as_str);
        match self {
            Self::Endpoint(pattern) => {
                task.integration.kind == Service::Http
                    && member("ApiEndpoint").is_some_and(|url| matches_pattern(pattern, url))
            }
            Self::Function(pattern) => {
                let named = if task.integration.kind == Service::Sdk || task.integration.is_lambda() {
                    member("FunctionName").or(Some(&*task.resource))
                } else {
                    None
                };
                named.is_some_and(|name| matches_pattern(pattern, function_name(name)))
            }
        }
    }
}

/// The name in an ARN, a partial ARN, a name with a version, or a placeholder.
fn function_name(text: &str) -> &str {
    if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        return name;
    }
    let name = text.split_once("function:").map_or(text, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

/// Whether a text is as a pattern says, in which `*` stands for any letters and `?` for one.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where to go on if what follows the last star does not fit.
    let mut retry = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, from));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((after, taken)) = retry else { return false };
                retry = Some((after, taken + 1));
                (at, from) = (after, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// Members that hold what a request carries, in any of the integrations.
const BODIES: [&str; 6] = ["Payload", "RequestBody", "MessageBody", "Message", "Input", "Headers"];

impl KeyPath {
    /// The key in a request, if it has one.
    pub fn find(&self, request: &Value) -> Option<Value> {
        let bodies = BODIES.iter().filter_map(|body| request.get(body));
        std::iter::once(request).chain(bodies).find_map(|root| self.find_in(root))
    }

    fn find_in(&self, root: &Value) -> Option<Value> {
        let mut at = root.clone();
        for name in &self.0 {
            // A body may be JSON in a text.
            if let Some(parsed) = at.as_str().and_then(|text| Value::parse(text).ok()) {
                at = parsed;
            }
            at = at.get(name)?.clone();
        }
        (!at.is_null()).then_some(at)
    }

    /// As it is written: `Payload.orderId`.
    pub fn text(&self) -> String {
        self.0.join(".")
    }
}

impl FromStr for KeyPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("$.").unwrap_or(text);
        let names: Vec<String> = path.split('.').map(str::to_owned).collect();
        if names.iter().any(|name| name.is_empty() || name.contains(['[', ']', '$', ' '])) {
            return Err(format!("`{text}` is no path of members such as `Payload.orderId`"));
        }
        Ok(Self(names))
    }
}

/// The effects of a machine's tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    /// What the catalogue knows, by state; looked up when it is first asked for.
    known: OnceLock<Vec<Effect>>,
    /// Declared for the state, or for what its definition says that it calls.
    declared: BTreeMap<StateId, Declaration>,
    /// For what a request names only when it is sent.
    targets: Vec<(Target, Declaration)>,
}

impl Effects {
    pub(super) fn declared(machine: &Machine, declarations: Declarations) -> Self {
        let Declarations { states: mut declared, targets, .. } = declarations;
        for state in machine.states.iter().filter(|state| state.task().is_some()) {
            let request = written_request(machine, state);
            for (_, declaration) in
                targets.iter().rev().filter(|(target, _)| target.is_called_by(state, &request))
            {
                let own = declared.entry(state.id).or_default();
                *own = std::mem::take(own).over(declaration);
            }
        }
        Self { known: OnceLock::new(), declared, targets }
    }

    fn known(&self, machine: &Machine) -> &[Effect] {
        self.known.get_or_init(|| {
            let of =
                |state: &State| state.task().map_or(Effect::None, |task| catalog::effect(&task.integration));
            machine.states.iter().map(of).collect()
        })
    }
}

/// The request as the definition has it, with nothing evaluated.
pub(super) fn written_request(machine: &Machine, state: &State) -> Value {
    let field = |name: &str| machine.document.node(&format!("{}/{name}", state.pointer)).map(Node::to_value);
    field("Parameters").or_else(|| field("Arguments")).unwrap_or(Value::Null)
}

impl Model {
    /// The same machine, with what the user declares about its tasks.
    #[must_use]
    pub fn declare(mut self, mut declarations: Declarations) -> Self {
        self.intents = std::mem::take(&mut declarations.intents).into();
        self.effects = Effects::declared(&self.machine, declarations);
        self.undoing = OnceLock::new();
        self
    }

    /// What a second call of a task does, as declared, or else as the catalogue knows it; none for other states.
    pub fn effect(&self, state: StateId) -> &Effect {
        let declared = self.effects.declared.get(&state).and_then(|declared| declared.effect.as_ref());
        declared.unwrap_or_else(|| &self.effects.known(&self.machine)[state.0 as usize])
    }

    /// What a second call with this request does: as declared, or else as its content tells.
    pub fn effect_of(&self, state: StateId, request: &Value) -> Effect {
        if let Some(effect) = self.declaration(state, request).and_then(|declared| declared.effect) {
            return effect;
        }
        let known = self.effect(state);
        let task = self.machine.state(state).task();
        task.map_or(Effect::None, |task| catalog::effect_of_request(&task.integration, known, request))
    }

    /// What is declared about a task with this request.
    pub fn declaration(&self, state: StateId, request: &Value) -> Option<Declaration> {
        let own = self.effects.declared.get(&state);
        let here = self.machine.state(state);
        let called =
            self.effects.targets.iter().rev().filter(|(target, _)| target.is_called_by(here, request));
        called.fold(own.cloned(), |found, (_, declaration)| Some(found.unwrap_or_default().over(declaration)))
    }

    /// The state that takes back the effect of another, as declared.
    pub(super) fn declared_undo(&self, state: StateId) -> Option<StateId> {
        self.effects.declared.get(&state)?.undone_by
    }

    /// Whether a task tells somebody of a failure, as declared, or else as the catalogue knows it.
    pub fn is_signal(&self, state: StateId) -> bool {
        let declared = self.effects.declared.get(&state).and_then(|declared| declared.signal);
        let task = self.machine.state(state).task();
        declared.unwrap_or_else(|| task.is_some_and(|task| catalog::is_signal(&task.integration)))
    }

    /// The same for one request.
    pub fn is_signal_with(&self, state: StateId, request: &Value) -> bool {
        let declared = self.declaration(state, request).and_then(|declared| declared.signal);
        declared.unwrap_or_else(|| self.is_signal(state))
    }

    /// Whether what a task does depends on code or a service that the catalogue does not know: functions, endpoints,
    /// workers, child executions. A declaration changes nothing about that.
    pub fn is_own_code(&self, state: StateId) -> bool {
        self.effects.known(&self.machine)[state.0 as usize] == Effect::Unknown
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    #[rstest]
    #[case::the_same("charge", "charge", true)]
    #[case::another("charge", "charges", false)]
    #[case::any_ending("charge*", "charge-card-prod", true)]
    #[case::any_middle("c*-prod", "charge-card-prod", true)]
    #[case::a_star_that_takes_more("*-prod-*d", "a-prod-b-prod-d", true)]
    #[case::one_letter("step-?", "step-1", true)]
    #[case::one_letter_only("step-?", "step-10", false)]
    fn a_pattern_stands_for_names(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(matches_pattern(pattern, text), expected);
    }

    #[rstest]
    #[case::in_full("$.Payload.orderId", r#"{"Payload":{"orderId":"7"}}"#, Some("\"7\""))]
    #[case::in_the_body("$.orderId", r#"{"Payload":{"orderId":"7"}}"#, Some("\"7\""))]
    #[case::at_the_root("orderId", r#"{"orderId":7}"#, Some("7"))]
    #[case::in_a_text("MessageBody.id", r#"{"MessageBody":"{\"id\":\"a\"}"}"#, Some("\"a\""))]
    #[case::a_header("Headers.Idempotency-Key", r#"{"Headers":{"Idempotency-Key":"k"}}"#, Some("\"k\""))]
    #[case::nowhere("orderId", r#"{"Payload":{}}"#, None)]
    #[case::nothing("orderId", r#"{"orderId":null}"#, None)]
    fn a_key_is_found_in_a_request(
        #[case] path: &str,
        #[case] request: &str,
        #[case] expected: Option<&str>,
    ) {
        let found = path.parse::<KeyPath>().unwrap().find(&Value::parse(request).unwrap());
        assert_eq!(found.map(|found| found.to_json()).as_deref(), expected);
    }

    const MACHINE: &str = r#"{"StartAt":"A","States":{
      "A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"arn:aws:lambda:eu-west-1:1:function:charge:live"},"Next":"B"},
      "B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName.$":"$.name"},"Next":"C"},
      "C":{"Type":"Task","Resource":"arn:aws:states:::http:invoke",
        "Parameters":{"ApiEndpoint":"https://pay.example.com/charges","Method":"POST"},"End":true}}}"#;

    #[test]
    fn a_declaration_of_a_state_goes_over_that_of_its_function() {
        let machine = Arc::new(compile_text("m", MACHINE).unwrap());
        let id = |name: &str| machine.find(name).unwrap().id;
        let effect = |effect| Declaration { effect: Some(effect), ..Declaration::default() };
        let signal = Declaration { signal: Some(true), ..Declaration::default() };
        let model = Model::new(machine.clone()).declare(Declarations {
            states: BTreeMap::from([(id("A"), signal)]),
            targets: vec![
                (Target::Function("charge".to_owned()), effect(Effect::Unguarded)),
                (Target::Endpoint("https://pay.example.com/*".to_owned()), effect(Effect::Repeatable)),
            ],
            ..Declarations::default()
        });
        let effects = ["A", "B", "C"].map(|name| model.effect(id(name)).clone());
        assert_eq!(effects, [Effect::Unguarded, Effect::Unknown, Effect::Repeatable]);
        assert!(model.is_signal(id("A")) && !model.is_signal(id("B")) && model.is_own_code(id("A")));
        let request = Value::parse(r#"{"FunctionName":"charge"}"#).unwrap();
        assert_eq!(model.effect_of(id("B"), &request), Effect::Unguarded);
    }
}
