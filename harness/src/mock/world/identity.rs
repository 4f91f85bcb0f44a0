//! What a request is about: an item by its table and key, an object, a name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::operation::Deed;
use crate::value::{Object, Value};

/// Something that one execution leaves and another one finds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// What it is.
    pub kind: Kind,
    /// The table, the bucket, the machine, or the service with the kind of thing.
    pub home: Arc<str>,
    /// The key, as JSON, or the name.
    pub key: Arc<str>,
}

/// What can be left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An item of a DynamoDB table.
    Item,
    /// An object of S3.
    Object,
    /// The name of an execution.
    Execution,
    /// A thing of another service, by its name.
    Thing,
}

impl fmt::Display for Identity {
    /// `the item {"id":"7"} of Orders`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, home, key } = self;
        match kind {
            Kind::Item => write!(f, "the item of `{home}`"),
            Kind::Object => write!(f, "the object in `{home}`"),
            Kind::Execution => write!(f, "the execution `{key}`"),
            Kind::Thing => write!(f, "`{key}`"),
        }
    }
}

/// The key attributes of tables, as far as requests name them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Keys(BTreeMap<Arc<str>, Vec<String>>);

impl Keys {
    /// Learns from a `Key`, evaluated or as it is written.
    pub(super) fn learn(&mut self, request: &Value) {
        let Some(key) = request.get("Key").and_then(Value::as_object) else { return };
        let Some(table) = table(request) else { return };
        let mut names: Vec<String> =
            key.iter().map(|(name, _)| name.strip_suffix(".$").unwrap_or(name).to_owned()).collect();
        names.sort();
        self.0.entry(Arc::from(table)).or_insert(names);
    }

    /// What a deed is about; `None`: the request does not tell.
    pub(super) fn identity(&self, deed: &Deed<'_>) -> Option<Identity> {
        let of = |kind, home: &str, key: &str| Identity { kind, home: Arc::from(home), key: Arc::from(key) };
        match deed {
            Deed::PutItem(request) => {
                let (table, item) = (table(request)?, request.get("Item")?.as_object()?);
                let names = self.0.get(table).cloned().or_else(|| guessed(request, item))?;
                Some(of(Kind::Item, table, &key(&names, item)?))
            }
            Deed::UpdateItem(request)
            | Deed::DeleteItem(request)
            | Deed::CheckItem(request)
            | Deed::GetItem(request) => {
                let (table, attributes) = (table(request)?, request.get("Key")?.as_object()?);
                let mut names: Vec<String> = attributes.iter().map(|(name, _)| name.to_string()).collect();
                names.sort();
                Some(of(Kind::Item, table, &key(&names, attributes)?))
            }
            Deed::Query(_) => None,
            Deed::PutObject(request) | Deed::DeleteObject(request) | Deed::ReadObject(request) => {
                Some(of(Kind::Object, text(request, "Bucket")?, text(request, "Key")?))
            }
            Deed::RunExecution(request) => {
                Some(of(Kind::Execution, text(request, "StateMachineArn")?, text(request, "Name")?))
            }
            Deed::Create { service, noun, name, .. } | Deed::Delete { service, noun, name } => {
                Some(of(Kind::Thing, &format!("{service}:{noun}"), name))
            }
        }
    }
}

/// The name of the table in a request; ARNs name it at their end.
pub(super) fn table(request: &Value) -> Option<&str> {
    let name = text(request, "TableName")?;
    Some(name.split_once(":table/").map_or(name, |(_, name)| name))
}

fn text<'v>(request: &'v Value, member: &str) -> Option<&'v str> {
    request.get(member)?.as_str()
}

fn key(names: &[String], attributes: &Object) -> Option<String> {
    let members = names.iter().map(|name| Some((Arc::from(name.as_str()), attributes.get(name)?.clone())));
    let members: Option<Vec<(Arc<str>, Value)>> = members.collect();
    Some(Value::from(Object::from_iter(members?)).to_json())
}

/// The key attributes of a table that no request names: those whose absence a condition asks for, and what is called
/// like a sort key.
fn guessed(request: &Value, item: &Object) -> Option<Vec<String>> {
    let text = text(request, "ConditionExpression").unwrap_or_default();
    let tokens = crate::catalog::expression_tokens(text);
    let names = request.get("ExpressionAttributeNames");
    let asked = tokens.windows(3).filter_map(|window| match window {
        [function, "(", token] if function.to_ascii_lowercase().starts_with("attribute_") => {
            let path = super::condition::path(token, names)?;
            let [name] = path.as_slice() else { return None };
            item.get(name).map(|_| name.clone())
        }
        _ => None,
    });
    let mut found: Vec<String> = asked.collect();
    let known = |words: &[&str]| {
        let plain = |name: &str| -> String {
            let letters = name.chars().filter(char::is_ascii_alphanumeric);
            letters.collect::<String>().to_ascii_lowercase()
        };
        let names: Vec<String> = item
            .iter()
            .map(|(name, _)| name.to_string())
            .filter(|name| words.contains(&plain(name).as_str()))
            .collect();
        names
    };
    if found.is_empty() {
        found = known(&["pk", "id", "partitionkey", "hashkey", "lockid", "lockname", "idempotencykey"]);
    }
    if found.is_empty() {
        return None;
    }
    found.extend(known(&["sk", "sortkey", "rangekey"]));
    found.sort();
    found.dedup();
    Some(found)
}
