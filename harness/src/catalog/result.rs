//! What a call answers when all goes well: a small plausible result.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::integration::{Integration, Pattern, Service};
use super::models::result_shape;
use super::{plausible, status};
use crate::value::Value;

/// A small plausible result; `None` if the shape is up to a function, a worker or an API that is not known.
///
/// Where somebody knows better, it is from a table; else it is made from the shape of the API's answer: what is
/// required, and what a person would expect. Whoever knows what the machine reads adds the rest. A polled call or a
/// job has ended well.
pub fn typical_result(integration: &Integration) -> Option<Value> {
    if integration.is_answered_by_worker() || integration.kind == Service::LambdaArn {
        return None;
    }
    let shape = result_shape(integration).shape();
    if let Some(result) = RESULTS.get(integration.to_string().as_str()) {
        let listed = Value::parse(result).ok()?;
        return Some(shape.map_or_else(|| listed.clone(), |shape| plausible::completed(&listed, shape)));
    }
    let statuses = status::statuses(integration);
    let well = statuses.and_then(|statuses| Some((statuses, *statuses.success.first()?)));
    match (shape, well) {
        (Some(shape), Some((statuses, status))) => {
            let path: Vec<&str> = statuses.path.split('.').collect();
            Some(with_status(&plausible::answer(shape), &path, status))
        }
        (Some(shape), None) => Some(plausible::answer(shape)),
        (None, Some((statuses, status))) => Value::parse(&statuses.result_with(status)).ok(),
        (None, None) => None,
    }
}

/// What the call that submits the work answers, before a job has ended or somebody has returned the token: that of
/// the same call without the wait, or the empty object if nothing is known of it.
pub fn submitted(integration: &Integration) -> Value {
    let call = Integration { pattern: Pattern::RequestResponse, ..integration.clone() };
    typical_result(&call).unwrap_or_else(Value::empty_object)
}

/// The result with a status at a path; `Jobs[]` is the first element of a list.
fn with_status(result: &Value, path: &[&str], status: &str) -> Value {
    let Some((name, rest)) = path.split_first() else { return Value::from(status) };
    let (name, is_list) = name.strip_suffix("[]").map_or((*name, false), |name| (name, true));
    let mut object = result.as_object().cloned().unwrap_or_default();
    let inner = object.get(name).cloned().unwrap_or_default();
    let inner = if is_list {
        let mut items = inner.as_array().map(<[Value]>::to_vec).unwrap_or_default();
        let first = items.first().cloned().unwrap_or_default();
        items.truncate(0);
        items.push(with_status(&first, rest, status));
        Value::array(items)
    } else {
        with_status(&inner, rest, status)
    };
    object.insert(name, inner);
    Value::Object(object)
}

static RESULTS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("data/results.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    use crate::catalog::conform::{self, Mode};

    fn of(resource: &str) -> Option<String> {
        typical_result(&Integration::parse(resource).unwrap()).map(|result| result.to_json())
    }

    #[rstest]
    #[case::a_call(
        "arn:aws:states:::events:putEvents",
        Some(r#"{"Entries":[{"EventId":"3f1a6f7e-6f0c-4c56-9d1c-5a0d7f3b2c11"}],"FailedEntryCount":0}"#)
    )]
    #[case::a_call_that_is_not_listed(
        "arn:aws:states:::aws-sdk:sns:createTopic",
        Some(r#"{"TopicArn":"arn:aws:sns:us-east-1:123456789012:topic/topic-1"}"#)
    )]
    #[case::a_polled_call_without_a_model_has_its_status(
        "arn:aws:states:::databrew:startJobRun.sync",
        Some(r#"{"JobName":"job","Outputs":[{"Location":{"Bucket":"bucket","Key":"key"}}],"RunId":"db_0123","State":"SUCCEEDED"}"#)
    )]
    #[case::a_worker_answers("arn:aws:states:::sqs:sendMessage.waitForTaskToken", None)]
    #[case::a_function_answers("arn:aws:lambda:us-east-1:1:function:f", None)]
    #[case::nobody_knows("${Task}", None)]
    #[case::an_operation_newer_than_the_models("arn:aws:states:::aws-sdk:sqs:teleportMessage", None)]
    fn a_call_has_a_typical_result(#[case] resource: &str, #[case] expected: Option<&str>) {
        assert_eq!(of(resource).as_deref(), expected);
    }

    #[rstest]
    #[case::of_an_object("aws-sdk:datasync:describeTaskExecution", "/Status", "SUCCESS")]
    #[case::in_a_list("aws-sdk:codebuild:batchGetBuilds", "/Builds/0/BuildStatus", "SUCCEEDED")]
    #[case::that_is_no_enumeration(
        "aws-sdk:redshift:describeClusters",
        "/Clusters/0/ClusterStatus",
        "available"
    )]
    fn a_polled_thing_has_ended_well(#[case] call: &str, #[case] pointer: &str, #[case] status: &str) {
        let result: serde_json::Value =
            serde_json::from_str(&of(&format!("arn:aws:states:::{call}")).unwrap()).unwrap();
        assert_eq!(result.pointer(pointer).and_then(serde_json::Value::as_str), Some(status), "{result}");
    }

    #[test]
    fn every_listed_result_fits_the_shape_of_its_call() {
        let mut misfits = Vec::new();
        for name in RESULTS.keys() {
            let integration = Integration::parse(&format!("arn:aws:states:::{name}")).unwrap();
            let result = typical_result(&integration).unwrap();
            if let Some(shape) = result_shape(&integration).shape() {
                let wrong = conform::misfits(&result, shape, Mode::Strict);
                misfits.extend(
                    wrong
                        .iter()
                        .map(|misfit| format!("{name} at {}: {misfit}", conform::path_text(&misfit.path))),
                );
                let strangers = conform::strangers(&result, &integration);
                misfits.extend(strangers.iter().map(|found| format!("{name}: {found:?}")));
            }
        }
        assert_eq!(misfits, Vec::<String>::new());
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
