//! What to change about a call that must not be made twice: a key in the place where this service looks for one.

use crate::asl::{Kind, MapMode, QueryLanguage, State, Task};
use crate::catalog::{Effect, Pattern, Service};
use crate::diagnose::fix;
use crate::load::Node;
use crate::oracle::{Fix, PatchOperation, Run};
use crate::value::{Object, Value};

use super::guard::{Because, Repetition};

/// The proposal for a repetition.
pub(super) fn proposal(run: &Run<'_>, state: &State, task: &Task, found: &Repetition) -> Fix {
    match &found.because {
        Because::KeyMissing(key) => {
            return fix::words(format!(
                "Send `{key}` in the request, or correct the declaration of `{}`.",
                state.name
            ));
        }
        Because::AnotherThing(name) => {
            return fix::words(format!(
                "Make `{name}` in a state before this one, so that every attempt writes the same thing."
            ));
        }
        Because::Forgotten(minutes) => {
            return fix::words(format!(
                "Retry within {minutes} minutes, or let the receiver know what it has done by a key of its own."
            ));
        }
        Because::Unguarded
        | Because::Undeclared
        | Because::ToldTwice
        | Because::ByContent
        | Because::KeyMadeAnew(_) => {}
    }
    let key = Key::of(run, state);
    let place = place(run, state, task, found);
    match (key, place) {
        (Some(key), Some(place)) => place.patched(run, state, &key),
        (_, place) => fix::words(in_words(run, state, task, place.as_ref())),
    }
}

/// An expression that is the same in every attempt, and another one for every other call.
struct Key {
    /// A path or an intrinsic function, or a JSONata expression in its braces.
    expression: String,
    /// What it is made of, for texts.
    parts: &'static str,
}

impl Key {
    /// `None` where the context object has nothing that tells the calls apart: in a Map inside of a Map.
    fn of(run: &Run<'_>, state: &State) -> Option<Self> {
        let outer = run.model.machine.enclosing(state.id).filter_map(|outer| match &outer.kind {
            Kind::Map(map) => Some(&map.mode),
            _ => None,
        });
        // A child of a distributed Map is an execution of its own.
        let inline = outer.take_while(|mode| !matches!(mode, MapMode::Distributed(_))).count();
        if inline > 1 {
            return None;
        }
        let looped = run.model.graph.loop_of(state.id).is_some();
        let name = slug(&state.name);
        let (paths, parts): (&[&str], _) = match (inline == 1, looped) {
            (false, false) => (&["Execution.Name"], "the name of the execution and of the state"),
            (true, false) => (
                &["Execution.Name", "Map.Item.Index"],
                "the name of the execution, the state, and the index of the item; the execution's name alone is the \
                 same for all items",
            ),
            (false, true) => (
                &["Execution.Name", "State.EnteredTime"],
                "the name of the execution, the state, and the time it was entered, which the retries share and the \
                 rounds of the loop do not",
            ),
            (true, true) => (
                &["Execution.Name", "Map.Item.Index", "State.EnteredTime"],
                "the name of the execution, the index of the item, and the time the state was entered, which the \
                 retries share and the rounds of the loop do not",
            ),
        };
        let expression = match state.query_language {
            QueryLanguage::JsonPath => {
                let places = "-{}".repeat(paths.len() - 1);
                let paths: Vec<String> = paths.iter().map(|path| format!("$$.{path}")).collect();
                // MD5 gives 32 letters, which every service takes for a token or a name.
                format!("States.Hash(States.Format('{{}}-{name}{places}', {}), 'MD5')", paths.join(", "))
            }
            QueryLanguage::Jsonata => {
                let paths: Vec<String> = paths
                    .iter()
                    .enumerate()
                    .map(|(at, path)| match at {
                        0 => format!("$states.context.{path} & '-{name}'"),
                        _ => format!("'-' & $states.context.{path}"),
                    })
                    .collect();
                format!("{{% $hash({}, 'MD5') %}}", paths.join(" & "))
            }
        };
        Some(Self { expression, parts })
    }
}

/// Letters and digits of a state's name, small, with dashes between them.
fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    slug.chars().take(30).collect()
}

/// Where a key goes.
struct Place {
    /// Pointer of the object that takes it.
    object: String,
    /// The name of the member.
    member: String,
    /// Members around it that are not there yet, the outermost first.
    missing: Vec<&'static str>,
    /// Whether the value is a list of texts.
    listed: bool,
    kind: PlaceKind,
}

/// Who looks at a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlaceKind {
    /// The service itself refuses a second call.
    Service,
    /// The receiver has to look for it.
    Receiver,
}

impl Place {
    fn patched(self, run: &Run<'_>, state: &State, key: &Key) -> Fix {
        let is_path = state.query_language == QueryLanguage::JsonPath;
        let expression = match (self.listed, is_path) {
            (true, true) => format!("States.Array({})", key.expression),
            _ => key.expression.clone(),
        };
        let value = if self.listed && !is_path {
            Value::array(vec![Value::from(expression)])
        } else {
            Value::from(expression)
        };
        let member = if is_path { format!("{}.$", self.member) } else { self.member.clone() };
        let mut operations: Vec<PatchOperation> = Vec::new();
        for written in [self.member.clone(), format!("{}.$", self.member)] {
            let path = format!("{}/{}", self.object, escaped(&written));
            if written != member && run.model.machine.document.node(&path).is_some() {
                operations.push(fix::remove(path));
            }
        }
        let mut members = self.missing.iter().rev();
        operations.push(match members.next() {
            None => fix::add(format!("{}/{}", self.object, escaped(&member)), value),
            Some(innermost) => {
                let inner: Value = Object::from_iter([(member.as_str(), value)]).into();
                fix::add(format!("{}/{innermost}", self.object), inner)
            }
        });
        let then = match self.kind {
            PlaceKind::Service => {
                "The service then answers a second call as the first, or refuses it as a duplicate: treat that error \
                 as done."
            }
            PlaceKind::Receiver => {
                "The receiver has to look for it, and to do no work that it has done before."
            }
        };
        fix::patch(
            format!("Give the call a key in `{}`, made of {}. {then}", self.member, key.parts),
            operations,
        )
    }
}

fn place(run: &Run<'_>, state: &State, task: &Task, found: &Repetition) -> Option<Place> {
    let request = Request::of(run, state)?;
    let integration = &task.integration;
    let service = |member: &str| request.member(&[], member, PlaceKind::Service);
    if let Because::KeyMadeAnew(member) = &found.because {
        return request.place_of(member);
    }
    if found.because == Because::ByContent {
        return service("MessageDeduplicationId");
    }
    if integration.kind == Service::Http || &*integration.service == "apigateway" {
        return request.header(&*integration.service == "apigateway");
    }
    if let Effect::Guarded { by } = run.model.effect(state.id)
        && let Some(member) = by.iter().find(|member| is_token(member))
        && integration.pattern != Pattern::Callback
    {
        return service(member);
    }
    match (&*integration.service, &*integration.action) {
        ("sqs", "sendMessage") => request.member(&["MessageBody"], KEY, PlaceKind::Receiver),
        ("sns", "publish") => request.member(&["Message"], KEY, PlaceKind::Receiver),
        ("lambda", "invoke") => request.member(&["Payload"], KEY, PlaceKind::Receiver),
        ("states" | "sfn", _) => request.member(&["Input"], KEY, PlaceKind::Receiver),
        _ if integration.is_lambda() || integration.kind == Service::Activity => {
            request.member(&[], KEY, PlaceKind::Receiver)
        }
        _ => None,
    }
}

/// The name of a key that the receiver looks for.
const KEY: &str = "idempotencyKey";

/// Members that take any text and are compared with it.
fn is_token(member: &str) -> bool {
    let member = member.to_ascii_lowercase();
    member == "name"
        || member.ends_with("token")
        || member == "creatorrequestid"
        || member == "callerreference"
}

/// `Parameters` or `Arguments`, as it is written.
struct Request<'a> {
    pointer: String,
    node: &'a Node,
}

impl<'a> Request<'a> {
    fn of(run: &Run<'a>, state: &State) -> Option<Self> {
        let document = &run.model.machine.document;
        ["Parameters", "Arguments"].iter().find_map(|field| {
            let pointer = format!("{}/{field}", state.pointer);
            let node = document.node(&pointer)?;
            node.members()?;
            Some(Self { pointer, node })
        })
    }

    /// A member below objects that are written down.
    fn member(&self, below: &[&str], member: &str, kind: PlaceKind) -> Option<Place> {
        let mut object = self.pointer.clone();
        let mut node = self.node;
        for name in below {
            node = &node.members()?.iter().find(|member| member.key == *name)?.value;
            node.members()?;
            object = format!("{object}/{}", escaped(name));
        }
        Some(Place { object, member: member.to_owned(), missing: Vec::new(), listed: false, kind })
    }

    /// The header that HTTP APIs look for.
    fn header(&self, listed: bool) -> Option<Place> {
        let member = "Idempotency-Key";
        let place = match self.node.members()?.iter().find(|member| member.key == "Headers") {
            Some(_) => self.member(&["Headers"], member, PlaceKind::Receiver)?,
            None if self.node.members()?.iter().any(|member| member.key.starts_with("Headers")) => {
                return None;
            }
            None => Place { missing: vec!["Headers"], ..self.member(&[], member, PlaceKind::Receiver)? },
        };
        Some(Place { listed, ..place })
    }

    /// The place of a member that is there, at any depth.
    fn place_of(&self, member: &str) -> Option<Place> {
        fn find(node: &Node, member: &str, pointer: &str) -> Option<String> {
            let members = node.members()?;
            let is_it = |key: &str| key == member || key.strip_suffix(".$") == Some(member);
            if members.iter().any(|found| is_it(&found.key)) {
                return Some(pointer.to_owned());
            }
            members
                .iter()
                .find_map(|found| find(&found.value, member, &format!("{pointer}/{}", escaped(&found.key))))
        }
        let member = member.rsplit('.').next().unwrap_or(member);
        let object = find(self.node, member, &self.pointer)?;
        let kind = if is_token(member) { PlaceKind::Service } else { PlaceKind::Receiver };
        Some(Place { object, member: member.to_owned(), missing: Vec::new(), listed: false, kind })
    }
}

/// A member's name in a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn in_words(run: &Run<'_>, state: &State, task: &Task, place: Option<&Place>) -> String {
    let integration = &task.integration;
    if place.is_some() {
        return "Give the call a key that is the same in every attempt and another one for every item: pass the index \
                of the outer Map on with `ItemSelector`, and put it beside the execution's name."
            .to_owned();
    }
    if integration.pattern == Pattern::Callback {
        return "Do not retry a timeout of this task (list the errors that may be retried), or send a key with the \
                message by which the worker knows the work, and let it answer the newest token."
            .to_owned();
    }
    match (&*integration.service, run.model.effect(state.id)) {
        ("dynamodb", _) => "Add a `ConditionExpression` that the write itself makes false, such as a mark with the \
                            execution's name that must not be there yet; treat \
                            `ConditionalCheckFailedException` as done."
            .to_owned(),
        ("sqs", _) => "Send a key with the message by which the receiver knows it, or use a FIFO queue with a \
                       `MessageDeduplicationId` made of the execution's name."
            .to_owned(),
        (_, Effect::Guarded { by }) => {
            format!("Guard the call with {}, the same in every attempt.", fix::listed(by))
        }
        (_, Effect::Unknown | Effect::Notification) => {
            "Send a key that is the same in every attempt, such as `$$.Execution.Name`, and let the other side refuse \
             what it has done; or declare the task idempotent in chaos.toml if it is."
                .to_owned()
        }
        _ => "Retry only errors after which the work is certainly not done, or make the call idempotent.".to_owned(),
    }
}
