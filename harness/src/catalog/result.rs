//! What a call answers when all goes well: a small plausible result.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::integration::{Integration, Pattern, Service};
use super::status;
use crate::value::Value;

/// A small plausible result as JSON text; `None` if the shape is up to a function, a worker or an API not listed.
///
/// It has the members that workflows usually read, in the spelling of the integration; whoever knows what the
/// machine reads adds the rest. A polled call or a job has ended well.
pub fn typical_result(integration: &Integration) -> Option<Cow<'static, str>> {
    if integration.is_answered_by_worker() || integration.kind == Service::LambdaArn {
        return None;
    }
    let name = integration.to_string();
    if let Some(result) = RESULTS.get(name.as_str()) {
        return Some(Cow::Borrowed(result));
    }
    let statuses = status::statuses(integration)?;
    statuses.success.first().map(|status| Cow::Owned(statuses.result_with(status)))
}

/// What the call that submits the work answers, before a job has ended or somebody has returned the token: that of
/// the same call without the wait, or the empty object if nothing is known of it.
pub fn submitted(integration: &Integration) -> Value {
    let call = Integration { pattern: Pattern::RequestResponse, ..integration.clone() };
    let result = typical_result(&call).and_then(|text| Value::parse(&text).ok());
    result.unwrap_or_else(Value::empty_object)
}

static RESULTS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("data/results.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn of(resource: &str) -> Option<Cow<'static, str>> {
        typical_result(&Integration::parse(resource).unwrap())
    }

    #[rstest]
    #[case::a_call(
        "arn:aws:states:::events:putEvents",
        Some(r#"{"Entries":[{"EventId":"3f1a6f7e-6f0c-4c56-9d1c-5a0d7f3b2c11"}],"FailedEntryCount":0}"#)
    )]
    #[case::a_polled_call_that_is_not_listed(
        "arn:aws:states:::aws-sdk:datasync:describeTaskExecution",
        Some(r#"{"Status":"SUCCESS"}"#)
    )]
    #[case::a_list_of_polled_things(
        "arn:aws:states:::aws-sdk:codebuild:batchGetBuilds",
        Some(r#"{"Builds":[{"BuildStatus":"SUCCEEDED"}]}"#)
    )]
    #[case::a_worker_answers("arn:aws:states:::sqs:sendMessage.waitForTaskToken", None)]
    #[case::a_function_answers("arn:aws:lambda:us-east-1:1:function:f", None)]
    #[case::nobody_knows("${Task}", None)]
    fn a_call_has_a_typical_result(#[case] resource: &str, #[case] expected: Option<&str>) {
        assert_eq!(of(resource).as_deref(), expected);
    }

    #[test]
    fn every_result_is_an_object_of_a_known_call_that_ended_well() {
        for (name, result) in RESULTS.iter() {
            let integration = Integration::parse(&format!("arn:aws:states:::{name}")).unwrap();
            assert!(integration.is_known(), "{name}");
            let value: serde_json::Value = serde_json::from_str(result).unwrap();
            assert!(value.is_object(), "{name}");
            if let Some(statuses) = status::statuses(&integration) {
                let pointer = format!("/{}", statuses.path.replace("[]", "/0").replace('.', "/"));
                let status = value.pointer(&pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
                assert!(statuses.success.contains(&status), "{name}: `{status}` at {pointer}");
            }
        }
    }
}
