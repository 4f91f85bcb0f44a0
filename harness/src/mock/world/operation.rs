//! What a request does to a table, a bucket or the names of a service, by its operation.

use crate::asl::Task;
use crate::catalog::{Service, models};
use crate::value::Value;

/// One deed of a request; transactions and batches have several.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed<'r> {
    /// A whole item is written.
    PutItem(&'r Value),
    /// Attributes of an item are written; one that is not there is made.
    UpdateItem(&'r Value),
    /// An item is removed.
    DeleteItem(&'r Value),
    /// A condition of a transaction, and nothing else.
    CheckItem(&'r Value),
    /// An item is read.
    GetItem(&'r Value),
    /// Items with a key are read.
    Query(&'r Value),
    /// An object is written.
    PutObject(&'r Value),
    /// An object is removed.
    DeleteObject(&'r Value),
    /// An object, or what is known of it, is read.
    ReadObject(&'r Value),
    /// An execution is started under a name, and has ended when the call answers.
    RunExecution(&'r Value),
    /// A thing with a name of its own is made.
    Create {
        /// The service.
        service: &'static str,
        /// What it is: `Queue`.
        noun: &'static str,
        /// The name.
        name: &'r str,
        /// The error for a name that is taken.
        taken: &'static str,
    },
    /// It is removed.
    Delete {
        /// The service.
        service: &'static str,
        /// What it is.
        noun: &'static str,
        /// The name.
        name: &'r str,
    },
}

/// What a request does; nothing for operations that no fake knows.
pub(super) fn deeds<'r>(task: &Task, request: &'r Value) -> Vec<Deed<'r>> {
    let integration = &task.integration;
    match (&*integration.service, &*integration.action) {
        _ if !matches!(integration.kind, Service::Optimized | Service::Sdk) => Vec::new(),
        ("dynamodb", action) => of_table(action, request),
        ("s3", action) => of_bucket(action, request).into_iter().collect(),
        ("states" | "sfn", "startExecution") if integration.is_job() => vec![Deed::RunExecution(request)],
        ("states", _) => Vec::new(),
        _ => of_model(task, request).into_iter().collect(),
    }
}

/// Whether a task's operation writes something that a fake knows.
pub(super) fn can_write(task: &Task) -> bool {
    let integration = &task.integration;
    let action = &*integration.action;
    match &*integration.service {
        _ if !matches!(integration.kind, Service::Optimized | Service::Sdk) => false,
        "dynamodb" => ["putItem", "updateItem", "transactWriteItems"].contains(&action),
        "s3" => action == "putObject",
        "states" | "sfn" => action == "startExecution" && integration.is_job(),
        _ => integration.kind == Service::Sdk && action.starts_with("create"),
    }
}

fn of_table<'r>(action: &str, request: &'r Value) -> Vec<Deed<'r>> {
    let one = match action {
        "putItem" => Deed::PutItem(request),
        "updateItem" => Deed::UpdateItem(request),
        "deleteItem" => Deed::DeleteItem(request),
        "getItem" => Deed::GetItem(request),
        "query" => Deed::Query(request),
        "transactWriteItems" => {
            let items = request.get("TransactItems").and_then(Value::as_array).unwrap_or_default();
            return items.iter().filter_map(of_transaction).collect();
        }
        _ => return Vec::new(),
    };
    vec![one]
}

fn of_transaction(item: &Value) -> Option<Deed<'_>> {
    let (name, request) = item.as_object()?.iter().next()?;
    Some(match &**name {
        "Put" => Deed::PutItem(request),
        "Update" => Deed::UpdateItem(request),
        "Delete" => Deed::DeleteItem(request),
        "ConditionCheck" => Deed::CheckItem(request),
        _ => return None,
    })
}

fn of_bucket<'r>(action: &str, request: &'r Value) -> Option<Deed<'r>> {
    Some(match action {
        "putObject" => Deed::PutObject(request),
        "deleteObject" => Deed::DeleteObject(request),
        "getObject" | "headObject" => Deed::ReadObject(request),
        _ => return None,
    })
}

/// The operations whose model says that a name can be taken once.
fn of_model<'r>(task: &Task, request: &'r Value) -> Option<Deed<'r>> {
    let operation = models::call(&task.integration)?;
    let (service, name) = (operation.service().prefix(), operation.name());
    let noun = name.strip_prefix("Create").or_else(|| name.strip_prefix("Delete"))?;
    let own = |ending: &str| {
        let member = format!("{noun}{ending}");
        let known = operation.input().member(&member).map(|member| member.name);
        known.and_then(|member| request.get(member)).and_then(Value::as_str)
    };
    let plain = || operation.input().member("Name").and_then(|_| request.get("Name")?.as_str());
    let named = own("Name").or_else(|| own("Identifier")).or_else(plain)?;
    if name.starts_with("Delete") {
        return Some(Deed::Delete { service, noun, name: named });
    }
    let taken = operation
        .errors()
        .map(models::DeclaredError::name)
        .find(|error| ["AlreadyExist", "InUse", "EntityExists"].iter().any(|word| error.contains(word)))?;
    Some(Deed::Create { service, noun, name: named, taken })
}
