//! The committed models against facts looked up by hand in the API models of botocore.

use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::catalog::table;

fn operation(service: &str, action: &str) -> Operation {
    super::service(service).and_then(|service| service.operation(action)).unwrap()
}

/// The shape at a path of members; `[]` goes into a list, `{}` to the values of a map.
fn at(shape: Shape, path: &str) -> (Shape, bool) {
    path.split('.').fold((shape, false), |(shape, _), step| {
        let name = step.trim_end_matches("[]").trim_end_matches("{}");
        let member = shape.member(name).unwrap_or_else(|| panic!("no {name} in {path}"));
        let inner = match member.shape.kind() {
            Kind::List(item) if step.ends_with("[]") => item,
            Kind::Map { value, .. } if step.ends_with("{}") => value,
            _ => member.shape,
        };
        (inner, member.required)
    })
}

fn describe(shape: Shape) -> String {
    let kind = match shape.kind() {
        Kind::List(item) => format!("list of {}", describe(item)),
        Kind::Map { key, value } => format!("map of {} to {}", describe(key), describe(value)),
        plain => format!("{plain:?}").to_lowercase(),
    };
    let Bounds { min, max } = shape.bounds();
    let bound = |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    let bounds =
        if min.or(max).is_some() { format!(" {}..{}", bound(min), bound(max)) } else { String::new() };
    let words = shape.words().len();
    let words = if words > 0 { format!(" of {words}") } else { String::new() };
    format!("{kind}{words}{bounds}")
}

#[test]
fn every_service_is_read_and_every_operation_counted() {
    let services: Vec<_> = names().map(|name| super::service(name).unwrap()).collect();
    assert_eq!(services.len(), 438);
    assert_eq!(services.iter().map(|service| service.operations().len()).sum::<usize>(), 19_788);
    assert!(services.is_sorted_by_key(|service| service.name()));
}

#[test]
fn every_shape_is_sound() {
    for service in names().filter_map(super::service) {
        for operation in service.operations() {
            for side in [operation.input(), operation.output()] {
                assert!(matches!(side.kind(), Kind::Structure), "{operation:?}");
            }
        }
        for number in 0..service.shapes.len() {
            let shape = Shape::new(service, number as u32, shape::Spelling::Sdk);
            let Bounds { min, max } = shape.bounds();
            assert!(min.zip(max).is_none_or(|(min, max)| min <= max), "{shape:?}");
            let mut names = BTreeSet::new();
            for member in shape.members() {
                let first = member.name.chars().next().unwrap();
                assert!(!first.is_ascii_lowercase(), "{}", member.name);
                assert!(names.insert(member.name), "{} twice in {shape:?}", member.name);
            }
        }
    }
}

#[test]
fn services_and_prefixes_are_those_of_the_table() {
    for (name, facts) in table::sdk() {
        let found = super::service(name).map(Service::prefix);
        assert_eq!(found, facts.prefix, "{name}");
    }
    assert_eq!(table::sdk().values().filter(|facts| facts.prefix.is_some()).count(), names().count());
}

#[rstest]
#[case::a_time("sfn", "startExecution", "StartDate", "timestamp", true)]
#[case::a_bounded_text("sfn", "startExecution", "ExecutionArn", "string 1..256", true)]
#[case::an_enumeration("sfn", "describeExecution", "Status", "string of 6", true)]
#[case::an_option("sfn", "describeExecution", "StopDate", "timestamp", false)]
#[case::a_list("s3", "listBuckets", "Buckets", "list of structure", false)]
#[case::in_a_list("s3", "listBuckets", "Buckets[].CreationDate", "timestamp", false)]
#[case::a_leading_run("s3", "getObject", "SsekmsKeyId", "string", false)]
#[case::one_capital_before_a_word("s3", "headObject", "ETag", "string", false)]
#[case::a_stream_of_bytes("s3", "getObject", "Body", "blob", false)]
#[case::a_map("s3", "headObject", "Metadata", "map of string to string", false)]
// Recorded on AWS; the model of the release has a greater maximum.
#[case::a_bounded_number("lambda", "getFunction", "Configuration.MemorySize", "integer 128..10240", false)]
#[case::bounded_bytes("kms", "encrypt", "CiphertextBlob", "blob 1..6144", false)]
#[case::a_double("dynamodb", "putItem", "ConsumedCapacity.CapacityUnits", "double", false)]
#[case::a_boolean("dynamodb", "getItem", "Item{}.Bool", "boolean", false)]
#[case::another_name_in_the_sdk("dynamodb", "getItem", "Item{}.Nul", "boolean", false)]
#[case::any_json("bedrockruntime", "converse", "AdditionalModelResponseFields", "document", false)]
#[case::rds("rds", "describeDBInstances", "DbInstances[].AllocatedStorage", "integer", false)]
fn a_member_of_an_answer_has_a_type(
    #[case] service: &str,
    #[case] action: &str,
    #[case] path: &str,
    #[case] expected: &str,
    #[case] required: bool,
) {
    let (shape, found) = at(operation(service, action).output(), path);
    assert_eq!((describe(shape).as_str(), found), (expected, required));
}

#[rstest]
#[case::a_token("ecs", "runTask", "ClientToken", false, true)]
#[case::required("sfn", "startExecution", "StateMachineArn", true, false)]
#[case::a_name_is_no_token("sfn", "startExecution", "Name", false, false)]
#[case::a_small_first_letter("batch", "submitJob", "JobName", true, false)]
fn a_member_of_a_request_has_marks(
    #[case] service: &str,
    #[case] action: &str,
    #[case] member: &str,
    #[case] required: bool,
    #[case] token: bool,
) {
    let found = operation(service, action).input().member(member).unwrap();
    assert_eq!((found.required, found.idempotency_token), (required, token));
}

#[rstest]
#[case::in_order_of_the_model("sfn", "describeExecution", "Status", &[
    "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE",
])]
#[case::none("sfn", "describeExecution", "Name", &[])]
fn an_enumeration_has_words(
    #[case] service: &str,
    #[case] action: &str,
    #[case] path: &str,
    #[case] expected: &[&str],
) {
    let (shape, _) = at(operation(service, action).output(), path);
    assert_eq!(shape.words().collect::<Vec<_>>(), expected);
}

#[rstest]
#[case::lists("sfn", "listStateMachines", Some(Access::List), false, false)]
#[case::reads("s3", "getObject", Some(Access::Read), false, false)]
#[case::writes("dynamodb", "putItem", Some(Access::Write), false, false)]
#[case::grants("lambda", "addPermission", Some(Access::Permissions), false, false)]
#[case::refused("sts", "assumeRole", Some(Access::Write), true, false)]
#[case::a_stream("lambda", "invokeWithResponseStream", Some(Access::Write), true, true)]
fn an_operation_has_an_access_level_and_marks(
    #[case] service: &str,
    #[case] action: &str,
    #[case] access: Option<Access>,
    #[case] refused: bool,
    #[case] stream: bool,
) {
    let found = operation(service, action);
    assert_eq!((found.access(), found.is_refused(), found.is_event_stream()), (access, refused, stream));
}

#[test]
fn a_declared_error_has_the_name_that_step_functions_reports() {
    let names: Vec<_> = operation("sfn", "startExecution").errors().map(DeclaredError::sdk_name).collect();
    let expected =
        ["ExecutionLimitExceeded", "ExecutionAlreadyExists", "InvalidArn", "InvalidExecutionInput"];
    for name in expected {
        assert!(names.contains(&format!("Sfn.{name}Exception")), "{name} of {names:?}");
    }
}

#[test]
fn what_the_model_says_about_an_error_is_kept() {
    let throttled = operation("lambda", "invoke").errors().find(|error| error.name().starts_with("TooMany"));
    assert_eq!(throttled.and_then(DeclaredError::status), Some(429));
    let fault = operation("kms", "encrypt").errors().find(|error| error.name().starts_with("KmsInternal"));
    assert!(fault.is_some_and(DeclaredError::is_fault));
}

#[test]
fn a_recursive_shape_has_no_end() {
    let (mut value, _) = at(operation("dynamodb", "getItem").output(), "Item{}");
    for _ in 0..20 {
        value = at(value, "L[]").0;
        value = at(value, "M{}").0;
    }
    assert!(value.member("Bool").is_some());
}

#[test]
fn an_operation_is_known_by_both_names() {
    let s3 = super::service("s3").unwrap();
    for name in ["listBuckets", "ListBuckets"] {
        assert_eq!(s3.operation(name).map(Operation::name), Some("ListBuckets"), "{name}");
    }
    for name in ["", "listbuckets", "listBucket", "ünknown"] {
        assert!(s3.operation(name).is_none(), "{name}");
    }
}
