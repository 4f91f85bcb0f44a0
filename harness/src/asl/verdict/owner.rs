//! What the object is that a JSON pointer leads to: a state, a retrier, a payload.

use std::fmt::Write as _;

use crate::asl::QueryLanguage;
use crate::load::{Document, Node, NodeKind};

/// The role of a value in a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Machine,
    /// The object of all states of a scope.
    States,
    State,
    /// A branch, or what processes items.
    Scope,
    Scopes,
    ProcessorConfig,
    Retriers,
    Retrier,
    Catchers,
    Catcher,
    Rules,
    Rule,
    ItemReader,
    ReaderConfig,
    ItemBatcher,
    ResultWriter,
    WriterConfig,
    Credentials,
    /// A value that AWS takes as it is, or fills in: `Parameters`, `Output`.
    Payload,
    /// A field with a simple value.
    Field,
}

/// A value, what it is, and what holds it.
#[derive(Clone, Debug)]
pub(super) struct Spot<'d> {
    pub(super) owner: Owner,
    pub(super) node: &'d Node,
    /// As AWS writes it: `/States/A/Retry[0]/ErrorEquals[0]`.
    pub(super) location: String,
    /// The last token of the pointer.
    pub(super) name: String,
    pub(super) holder: Option<(Owner, &'d Node, String)>,
    /// Where the payload begins that the value is in.
    pub(super) payload: Option<String>,
    pub(super) state: Option<&'d Node>,
    pub(super) language: QueryLanguage,
}

impl<'d> Spot<'d> {
    /// The value at a pointer; `None` where there is nothing.
    pub(super) fn at(document: &'d Document, pointer: &str) -> Option<Self> {
        let mut spot = Self {
            owner: Owner::Machine,
            node: &document.root,
            location: String::new(),
            name: String::new(),
            holder: None,
            payload: None,
            state: None,
            language: language_of(&document.root).unwrap_or_default(),
        };
        let machine_language = spot.language;
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            spot.step(&token, machine_language)?;
        }
        if spot.location.is_empty() {
            spot.location.push('/');
        }
        Some(spot)
    }

    fn step(&mut self, token: &str, machine_language: QueryLanguage) -> Option<()> {
        let (node, mut location) = (self.node, self.location.clone());
        let next = match &node.kind {
            NodeKind::Array(items) => {
                let _ = write!(location, "[{token}]");
                items.get(token.parse::<usize>().ok()?)?
            }
            NodeKind::Object(members) => {
                location.push('/');
                location.push_str(token);
                &members.iter().find(|member| member.key == token)?.value
            }
            _ => return None,
        };
        let owner = inside(self.owner, token);
        if owner == Owner::State {
            self.state = Some(next);
            self.language = language_of(next).unwrap_or(machine_language);
        }
        if owner == Owner::Payload && self.owner != Owner::Payload {
            self.payload = Some(location.clone());
        }
        let held = if self.location.is_empty() { "/".to_owned() } else { self.location.clone() };
        self.holder = Some((self.owner, node, held));
        self.owner = owner;
        self.node = next;
        self.location = location;
        token.clone_into(&mut self.name);
        Some(())
    }
}

/// What a member or an item of an owner is.
fn inside(owner: Owner, token: &str) -> Owner {
    match (owner, token) {
        (Owner::Machine | Owner::Scope, "States") => Owner::States,
        (Owner::Scope, "ProcessorConfig") => Owner::ProcessorConfig,
        (Owner::States, _) => Owner::State,
        (Owner::State, "Branches") => Owner::Scopes,
        (Owner::State, "ItemProcessor" | "Iterator") | (Owner::Scopes, _) => Owner::Scope,
        (Owner::State, "Retry") => Owner::Retriers,
        (Owner::Retriers, _) => Owner::Retrier,
        (Owner::State, "Catch") => Owner::Catchers,
        (Owner::Catchers, _) => Owner::Catcher,
        (Owner::State, "Choices") | (Owner::Rule, "And" | "Or") => Owner::Rules,
        (Owner::Rules, _) | (Owner::Rule, "Not") => Owner::Rule,
        (Owner::State, "ItemReader") => Owner::ItemReader,
        (Owner::ItemReader, "ReaderConfig") => Owner::ReaderConfig,
        (Owner::State, "ItemBatcher") => Owner::ItemBatcher,
        (Owner::State, "ResultWriter") => Owner::ResultWriter,
        (Owner::ResultWriter, "WriterConfig") => Owner::WriterConfig,
        (Owner::State, "Credentials") => Owner::Credentials,
        (
            Owner::State,
            "Parameters" | "Arguments" | "ResultSelector" | "ItemSelector" | "Result" | "Output" | "Assign"
            | "Items",
        )
        | (Owner::Rule | Owner::Catcher, "Assign" | "Output")
        | (Owner::ItemReader | Owner::ResultWriter, "Parameters" | "Arguments")
        | (Owner::ItemBatcher, "BatchInput")
        | (Owner::Payload, _) => Owner::Payload,
        _ => Owner::Field,
    }
}

/// `QueryLanguage` of a state or of the machine.
pub(super) fn language_of(node: &Node) -> Option<QueryLanguage> {
    match node.get("QueryLanguage")?.as_str()? {
        "JSONata" => Some(QueryLanguage::Jsonata),
        "JSONPath" => Some(QueryLanguage::JsonPath),
        _ => None,
    }
}
