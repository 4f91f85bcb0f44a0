//! For the tests of the judges: what the default phases of a search find in a small definition.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use super::{Fingerprint, PatchOperation, RuleId, Severity, Violation, all, of_loads};
use crate::asl::{Machine, MachineType, compile_text};
use crate::config::Config;
use crate::generate::{Origin, Scenario};
use crate::mock::{Answer, Author, Script, Sequence, Then};
use crate::model::{Declarations, Denied, Model};
use crate::search::{Arena, Budget, Phase, Search, loads, search, stampedes};
use crate::sim::Limits;
use crate::value::Value;

/// A definition with what its tasks answer.
pub(super) struct Trial {
    machine: Arc<Machine>,
    input: Value,
    answers: BTreeMap<Arc<str>, Sequence>,
    origin: Origin,
    declarations: Declarations,
    denied: Vec<Denied>,
    machine_type: MachineType,
}

impl Trial {
    /// A machine whose tasks answer `{}`, started with `{"id": 1}`.
    pub(super) fn of(definition: &str) -> Self {
        let machine = compile_text("trial", definition).unwrap_or_else(|problems| panic!("{problems:?}"));
        let input = Value::parse(r#"{"id":1}"#).expect("valid JSON");
        let empty = || Sequence::generated(Answer::of(Value::empty_object()));
        let answers = machine.states.iter().map(|state| (state.path.clone(), empty())).collect();
        Self {
            machine: Arc::new(machine),
            input,
            answers,
            origin: Origin::User,
            declarations: Declarations::default(),
            denied: Vec::new(),
            machine_type: MachineType::Standard,
        }
    }

    /// As an Express workflow.
    pub(super) fn express(mut self) -> Self {
        self.machine_type = MachineType::Express;
        self
    }

    /// What a state answers, call by call; the last one is repeated.
    pub(super) fn answers(mut self, state: &str, results: &[&str]) -> Self {
        let of = |text: &&str| Answer::of(Value::parse(text).expect("valid JSON"));
        let calls = results.iter().map(of).collect();
        self.answers.insert(Arc::from(state), Sequence { calls, then: Then::Repeat, by: Author::User });
        self
    }

    /// The input.
    pub(super) fn input(mut self, text: &str) -> Self {
        self.input = Value::parse(text).expect("valid JSON");
        self
    }

    /// Whose data it is.
    pub(super) fn origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// What a `chaos.toml` declares about a machine named `trial`.
    pub(super) fn declared(mut self, text: &str) -> Self {
        let config = Config::parse(Path::new("chaos.toml"), text).unwrap_or_else(|error| panic!("{error}"));
        self.declarations = config.declarations(&self.machine).unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// A role that may not do this at a state, or at the machine as a whole.
    pub(super) fn lacking(mut self, state: Option<&str>, action: &str, resource: &str) -> Self {
        let state = state.map(|name| self.machine.find(name).expect("the state exists").id);
        self.denied.push(Denied {
            state,
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
            because: "makes the call".to_owned(),
            refusal: "no statement allows it".to_owned(),
            statement: Some(Value::from(format!("allow {action}"))),
            certain: true,
        });
        self
    }

    /// Everything that singles and pairs show, each finding once.
    pub(super) fn findings(&self) -> Vec<Violation> {
        let arena = Arena {
            model: Arc::new(
                Model::new(self.machine.clone())
                    .declare(self.declarations.clone())
                    .denying(self.denied.clone()),
            ),
            machine_type: self.machine_type,
            seed: 1,
            start: crate::sim::Start::default(),
            limits: Limits { events_max: 400, ..Limits::default() },
            oracles: all().to_vec(),
            executor: crate::walk::Executor::simulator(),
        };
        let scenario = Scenario {
            name: "trial".to_owned(),
            input: self.input.clone(),
            script: Arc::new(Script { answers: self.answers.clone(), ..Script::default() }),
            origin: self.origin,
        };
        let grounds = [arena.ground(scenario)];
        let settings = Search {
            phases: vec![Phase::Singles, Phase::Pairs, Phase::Again],
            budget: Budget::default(),
            threads: NonZeroUsize::MIN,
        };
        let mut found: BTreeMap<Fingerprint, Violation> = BTreeMap::new();
        let mut take = |judgement: &super::Judgement| {
            for violation in judgement.violations() {
                match found.get_mut(&violation.fingerprint()) {
                    Some(known) => known.absorb(violation),
                    None => drop(found.insert(violation.fingerprint(), violation.clone())),
                }
            }
        };
        let ground = &grounds[0];
        take(&arena.judgement(
            ground,
            &arena.case(&ground.scenario, &crate::fault::Plan::default()),
            &ground.history,
        ));
        // What is carried along meets the limit of payloads long before the service's limit of events.
        let in_full = Arena { limits: Limits::default(), oracles: of_loads().to_vec(), ..arena.clone() };
        for heavy in loads(&in_full, &grounds).grounds {
            let case = in_full.case(&heavy.scenario, &crate::fault::Plan::default());
            take(&in_full.judgement(&heavy, &case, &heavy.history));
        }
        for (wide, plan) in stampedes(&arena, &grounds) {
            let case = arena.case(&wide.scenario, &plan);
            let history = arena.run(&wide.scenario, &case);
            take(&arena.judgement(&wide, &case, &history));
        }
        search(&arena, &grounds, &settings, &mut |judged| take(&judged.judgement));
        found.into_values().collect()
    }

    /// The findings of one rule: the state's name and the severity.
    pub(super) fn of_rule(&self, rule: RuleId) -> Vec<(String, Severity)> {
        let name = |violation: &Violation| match violation.state {
            Some(state) => self.machine.state(state).name.to_string(),
            None => String::new(),
        };
        let of_rule = |violation: &&Violation| violation.rule == rule;
        self.findings()
            .iter()
            .filter(of_rule)
            .map(|violation| (name(violation), violation.severity))
            .collect()
    }

    /// The most severe finding.
    pub(super) fn worst(&self) -> Option<Severity> {
        self.findings().iter().map(|violation| violation.severity).max()
    }
}

impl Trial {
    /// A definition with a proposal applied: the three operations of RFC 6902 that proposals use.
    pub(super) fn patched(definition: &str, patch: &[PatchOperation]) -> String {
        let mut root: serde_json::Value = serde_json::from_str(definition).expect("valid JSON");
        for operation in patch {
            let value =
                operation.value.as_ref().map(|value| serde_json::from_str(&value.to_json()).expect("valid"));
            let (parent, last) = operation.path.rsplit_once('/').expect("a pointer below the root");
            let last = last.replace("~1", "/").replace("~0", "~");
            match (root.pointer_mut(parent).expect("the parent exists"), operation.op, value) {
                (serde_json::Value::Object(object), "add", Some(value)) => drop(object.insert(last, value)),
                (serde_json::Value::Object(object), "replace", Some(value)) => {
                    object.insert(last, value).expect("there is something to replace");
                }
                (serde_json::Value::Object(object), "remove", None) => {
                    object.remove(&last).expect("there is something to remove");
                }
                (serde_json::Value::Array(items), "add", Some(value)) if last == "-" => items.push(value),
                (serde_json::Value::Array(items), "add", Some(value)) => {
                    items.insert(last.parse().expect("an index"), value);
                }
                (serde_json::Value::Array(items), "replace", Some(value)) => {
                    items[last.parse::<usize>().expect("an index")] = value;
                }
                (serde_json::Value::Array(items), "remove", None) => {
                    items.remove(last.parse().expect("an index"));
                }
                (_, op, _) => panic!("{op} does not fit {}", operation.path),
            }
        }
        root.to_string()
    }
}
