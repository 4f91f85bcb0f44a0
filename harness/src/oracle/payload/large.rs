//! One answer is larger than a payload may be, because the request says nothing of its size.
//!
//! Only for calls that are known for it: a whole object of S3, a page of DynamoDB, Athena or CloudWatch Logs. That a
//! function could answer with too much is no news, and it fails visibly.

use crate::catalog::Service;
use crate::diagnose::fix;
use crate::history::FailureRecord;
use crate::load::Node;
use crate::oracle::{Run, Severity, Violation};
use crate::report::grouped;
use crate::value::Value;

use super::limit;

pub(super) fn violation(run: &Run<'_>, record: &FailureRecord) -> Option<Violation> {
    let state = run.model.machine.state(record.state);
    let integration = &state.task().filter(|_| record.attempt.is_some())?.integration;
    if !matches!(integration.kind, Service::Optimized | Service::Sdk) || run.model.is_own_code(state.id) {
        return None;
    }
    let is_object = &*integration.action == "getObject";
    let (what, advice) = if is_object {
        (
            "The whole object becomes the result, however large it is.",
            "Pass on bucket and key, and let whoever needs the content read it: a function, or the `ItemReader` of a \
             distributed Map.",
        )
    } else {
        (
            "The service answers with as much as it gives at once, up to a megabyte.",
            "Ask for pages that are small enough, and go on with the token until there are no more; or let a function \
             read them and pass on only what is needed.",
        )
    };
    // What is in an object whose key is written down, its author knows.
    let attempt = &run.history.attempts[record.attempt?];
    let key = attempt.parameters.get("Key").and_then(Value::as_str);
    let written_down = key.is_some_and(|key| {
        let pointer =
            |field: &str| run.model.machine.document.node(&format!("{}/{field}/Key", state.pointer));
        let written = pointer("Parameters").or_else(|| pointer("Arguments")).map(Node::to_value);
        written.is_some_and(|written| written.as_str() == Some(key))
    });
    let severity = if written_down { Severity::Low } else { Severity::Medium };
    Some(Violation {
        states: Vec::new(),
        route: "answer>too-large".to_owned(),
        title: format!("{integration} can answer with more than a payload may have"),
        why: format!(
            "{what} With more than {} bytes the task fails with `{}`, and nothing handles that.",
            grouped(run.case.limits.payload_bytes_max as u64),
            record.error
        ),
        fix: fix::words(advice),
        ..limit::base(run, record, state.id, severity)
    })
}
