//! What a service integration's request must have before AWS takes the definition. The simulator does without.

use crate::asl::QueryLanguage;
use crate::asl::compile::{Compiler, Place};

/// Members that AWS asks of the request of an integration. Reported, as far as they are known.
const REQUIRED: [(&str, &[&str]); 10] = [
    ("lambda:invoke", &["FunctionName"]),
    ("sqs:sendMessage", &["QueueUrl", "MessageBody"]),
    ("sns:publish", &["Message"]),
    ("dynamodb:putItem", &["TableName", "Item"]),
    ("dynamodb:getItem", &["TableName", "Key"]),
    ("states:startExecution", &["StateMachineArn"]),
    ("events:putEvents", &["Entries"]),
    ("ecs:runTask", &["TaskDefinition"]),
    ("glue:startJobRun", &["JobName"]),
    ("http:invoke", &["ApiEndpoint", "Method"]),
];

/// Looks at every task.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>, machine: QueryLanguage) {
    for id in compiler.outline.state_ids() {
        let place = compiler.outline.state(id).place.clone();
        if place.node.get("Type").and_then(|at| at.as_str()) != Some("Task") {
            continue;
        }
        credentials(compiler, &place);
        let Some(resource) = place.get("Resource") else { continue };
        let Some(text) = resource.node.as_str() else { continue };
        if !text.starts_with("arn:") && !text.contains("${") {
            let message =
                format!("AWS refuses `{text}`, which is no ARN; here it answers like a Lambda function");
            compiler.problems.warning("resource-name", resource.span(), &resource.pointer, message);
        }
        let Some(name) = integration(text) else { continue };
        let jsonata = match place.node.get("QueryLanguage").and_then(|at| at.as_str()) {
            Some(own) => own == "JSONata",
            None => machine == QueryLanguage::Jsonata,
        };
        let field = if jsonata { "Arguments" } else { "Parameters" };
        let Some(request) = place.get(field) else {
            let message = format!("AWS refuses `{name}` without `{field}`");
            compiler.problems.warning("request-missing", resource.span(), &resource.pointer, message);
            continue;
        };
        members(compiler, name, &request);
    }
}

fn members(compiler: &mut Compiler<'_>, name: &str, request: &Place<'_>) {
    let call = name.split('.').next().unwrap_or_default();
    let Some((_, required)) = REQUIRED.iter().find(|(known, _)| *known == call) else { return };
    // A request that is computed as a whole may have anything.
    if request.node.members().is_none() {
        return;
    }
    for member in required.iter().copied() {
        if request.get(member).is_none() && request.get(&format!("{member}.$")).is_none() {
            let pointer = format!("{}/{member}", request.pointer);
            let message = format!("AWS refuses `{call}` without `{member}`");
            compiler.problems.warning("request-incomplete", request.key_span, &pointer, message);
        }
    }
}

/// Reported: `Credentials` hold a role, and activities have none.
fn credentials(compiler: &mut Compiler<'_>, place: &Place<'_>) {
    let Some(at) = place.get("Credentials") else { return };
    if place.node.get("Resource").and_then(|at| at.as_str()).is_some_and(|text| text.contains(":activity:")) {
        let message = "an activity takes no `Credentials`";
        compiler.problems.error("credentials", at.key_span, &at.pointer, message);
    } else if at.node.members().is_some() && at.get("RoleArn").is_none() && at.get("RoleArn.$").is_none() {
        let message = "`Credentials` name no `RoleArn`";
        compiler.problems.error("credentials", at.key_span, &at.pointer, message);
    }
}

/// `lambda:invoke.waitForTaskToken` of `arn:aws:states:::lambda:invoke.waitForTaskToken`.
fn integration(resource: &str) -> Option<&str> {
    let (_, rest) = resource.strip_prefix("arn:")?.split_once(":states:::")?;
    (!rest.contains("${")).then_some(rest)
}
