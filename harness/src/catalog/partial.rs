//! Partial success: a call that answers 200, and says in a member that part of the work was not done.
//!
//! Found by the shape of the answer: writes that answer a list of what failed (`UnprocessedItems`, `Failed`,
//! `Failures`, `Errors` of a batch), or a count of it (`FailedEntryCount`) beside the entries that tell. A read tells
//! with `Unprocessed…` alone that it was cut off; its other lists name what does not exist, which is an answer.
//! `data/partial.txt` says what the shape does not.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::example::Example;
use super::integration::{Integration, Pattern, Service};
use super::models::{self, Access, Kind, Shape};
use super::status::sdk_service;
use crate::value::{Object, Value};

/// How one call tells that part of its work was not done.
#[derive(Clone, Debug)]
pub struct PartialSuccess {
    /// The member that tells, as the integration spells it: `UnprocessedItems`; `Responses[].Error` is in each entry.
    pub member: &'static str,
    /// What kind of member it is.
    pub form: Form,
    /// Members that tell the same in another way, as paths: `Entries[].ErrorCode`.
    pub also: Vec<String>,
    /// Whether the API always answers it.
    pub always: bool,
    told_by: ToldBy,
}

/// What a member looks like that tells of undone work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One entry for each part that was not done.
    List,
    /// The parts by some key; empty if all was done.
    Map,
    /// How many parts were not done.
    Count,
    /// There only if something was not done.
    Presence,
    /// A text that says how it ended; all but this one are failures.
    Text(&'static str),
    /// Inside the entries of a list.
    InEntries,
}

#[derive(Clone, Debug)]
enum ToldBy {
    Shape(Shape),
    Table(&'static Value),
}

/// How the call tells of a partial success in its answer; `None` if it cannot, or if nobody knows.
///
/// Where Step Functions itself makes an error of it, as `events:putEvents` does, there is none in an answer.
pub fn partial_success(integration: &Integration) -> Option<PartialSuccess> {
    if integration.pattern != Pattern::RequestResponse || integration.is("events", "putEvents") {
        return None;
    }
    let service = match integration.kind {
        Service::Sdk => &*integration.service,
        // The optimized form makes an error of a failed function.
        Service::Optimized if !integration.is_lambda() => sdk_service(&integration.service),
        _ => return None,
    };
    let name = format!("{service}:{}", integration.action);
    let shape = models::result_shape(integration).shape();
    match TABLE.get(name.as_str()) {
        Some(None) => None,
        Some(Some(row)) => Some(row.partial_success(shape)),
        None => {
            let access = models::service(service)?.operation(&integration.action)?.access();
            by_shape(access, &integration.action, shape?)
        }
    }
}

/// The member of the API's answer of which Step Functions makes an error; `None` where the answer is a result.
pub fn partial_failure(integration: &Integration) -> Option<&'static str> {
    // Recorded on AWS: `EventBridge.FailedEntry`. Docs, "Amazon ECS": `AmazonECS.Unknown`.
    if integration.is("events", "putEvents") {
        return Some("FailedEntryCount");
    }
    (integration.is("ecs", "runTask") && integration.is_job()).then_some("Failures")
}

impl PartialSuccess {
    /// The answer to a request with one part undone; all else stays as in the answer to a call that went well.
    pub fn answer(&self, request: &Value, answer: &Value) -> Value {
        let mut object = answer.as_object().cloned().unwrap_or_default();
        match &self.told_by {
            ToldBy::Table(members) => {
                for (name, member) in members.as_object().into_iter().flat_map(Object::iter) {
                    if member.is_null() {
                        object.remove(name);
                    } else {
                        object.insert(name.clone(), member.clone());
                    }
                }
            }
            ToldBy::Shape(shape) => self.fill(*shape, request, &mut object),
        }
        Value::Object(object)
    }

    /// Whether an answer tells of a part that was not done.
    pub fn is_shown_in(&self, answer: &Value) -> bool {
        let entries = |list: &str, member: &str| {
            let entries = answer.get(list).and_then(Value::as_array).unwrap_or_default();
            entries.iter().any(|entry| entry.get(member).is_some_and(|told| !told.is_null()))
        };
        if let Some((list, member)) = self.member.split_once("[].") {
            return entries(list, member);
        }
        match (answer.get(self.member), self.form) {
            (Some(Value::Array(items)), _) => !items.is_empty(),
            (Some(Value::Object(members)), Form::Map) => !members.is_empty(),
            (Some(Value::Number(_)), _) => answer.get(self.member).and_then(Value::as_i64) != Some(0),
            (Some(Value::String(text)), Form::Text(good)) => **text != *good,
            (Some(Value::Null) | None, _) => false,
            (Some(_), form) => form == Form::Presence,
        }
    }

    /// Every path that tells, `[]` after lists.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.member).chain(self.also.iter().map(String::as_str))
    }

    fn fill(&self, shape: Shape, request: &Value, object: &mut Object) {
        let example = Example::of(request);
        for member in shape.members() {
            match (member.shape.kind(), form_of(member.name, member.shape)) {
                (_, Some(Form::Count)) => drop(object.insert(member.name, Value::from(1))),
                (_, Some(_)) if member.name == self.member => {
                    object.insert(member.name, example.one(member.name, member.shape));
                }
                (Kind::List(entry), _) if self.also.iter().any(|path| path.starts_with(member.name)) => {
                    let mut entries =
                        object.get(member.name).and_then(Value::as_array).unwrap_or_default().to_vec();
                    let failed = example.failed_entry(entry);
                    match entries.first_mut() {
                        Some(first) => *first = failed,
                        None => entries.push(failed),
                    }
                    object.insert(member.name, Value::array(entries));
                }
                (Kind::List(_) | Kind::Map { .. }, None) if !USE.contains(&member.name) => {
                    if let Some(rest) = object.get(member.name).and_then(|done| example.without_first(done)) {
                        object.insert(member.name, rest);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Lists that tell what the call used, not what it did.
const USE: [&str; 2] = ["ConsumedCapacity", "ItemCollectionMetrics"];

fn by_shape(access: Option<Access>, action: &str, shape: Shape) -> Option<PartialSuccess> {
    let reads = matches!(access, Some(Access::Read | Access::List)) || action.starts_with("batchGet");
    let takes_several = action.starts_with("batch") || action.ends_with('s') || action.ends_with("Batch");
    let tells = |name: &str| match name {
        _ if name.starts_with("Unprocessed") => true,
        _ if reads => false,
        _ if name.ends_with("Errors") => takes_several && name != "ValidationErrors",
        _ => true,
    };
    let mut told: Vec<_> = shape
        .members()
        .filter(|member| tells(member.name))
        .filter_map(|member| Some((form_of(member.name, member.shape)?, member)))
        .collect();
    // The entries tell more than their count.
    told.sort_by_key(|(form, _)| *form == Form::Count);
    let (form, member) = *told.first()?;
    let mut also: Vec<String> = told[1..].iter().map(|(_, other)| other.name.to_owned()).collect();
    if form == Form::Count {
        for list in shape.members() {
            let Kind::List(entry) = list.shape.kind() else { continue };
            let codes = ["ErrorCode", "ErrorMessage"].into_iter().filter(|name| entry.member(name).is_some());
            also.extend(codes.map(|name| format!("{}[].{name}", list.name)));
        }
        // A count alone is a statistic.
        if also.is_empty() {
            return None;
        }
    }
    // Docs, "BatchWriteItem", "PutEvents", "PutRecords": answered whether or not anything failed.
    let always = member.required
        || form == Form::Count
        || matches!(member.name, "UnprocessedItems" | "UnprocessedKeys");
    Some(PartialSuccess { member: member.name, form, also, always, told_by: ToldBy::Shape(shape) })
}

/// What a member tells by its name and type; `None` if it is not of those that tell of undone work.
fn form_of(name: &str, shape: Shape) -> Option<Form> {
    let is_entries = name.starts_with("Unprocessed")
        || name.starts_with("Unsuccessful")
        || (name.starts_with("Failed") && !name.ends_with("Count"))
        || name == "Failures"
        || name == "ErrorEntries"
        || name.ends_with("Errors");
    let is_count = matches!(
        name,
        "FailedCount" | "FailedEntryCount" | "FailedRecordCount" | "FailedPutCount" | "ErrorCount"
    );
    match shape.kind() {
        Kind::List(_) if is_entries => Some(Form::List),
        Kind::Map { .. } if is_entries => Some(Form::Map),
        Kind::Integer | Kind::Long if is_count => Some(Form::Count),
        _ => None,
    }
}

struct Row {
    member: &'static str,
    /// The one text that tells of success.
    good: Option<&'static str>,
    answer: Value,
}

impl Row {
    fn partial_success(&'static self, shape: Option<Shape>) -> PartialSuccess {
        let form = match (self.good, self.answer.get(self.member)) {
            (Some(good), _) => Form::Text(good),
            _ if self.member.contains("[].") => Form::InEntries,
            (None, Some(Value::Array(_))) => Form::List,
            (None, _) => Form::Presence,
        };
        let required =
            shape.and_then(|shape| shape.member(self.member)).is_some_and(|member| member.required);
        let always = required || matches!(form, Form::Text(_));
        PartialSuccess {
            member: self.member,
            form,
            also: Vec::new(),
            always,
            told_by: ToldBy::Table(&self.answer),
        }
    }
}

/// By `SERVICE:ACTION` of the SDK; none: the answer never tells.
static TABLE: LazyLock<BTreeMap<&'static str, Option<Row>>> = LazyLock::new(|| {
    let mut table = BTreeMap::new();
    for line in include_str!("data/partial.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.splitn(3, '|').map(str::trim);
        let mut column = || columns.next().unwrap_or_default();
        let (operations, member, answer) = (column(), column(), column());
        for operation in operations.split_whitespace() {
            let (member, good) =
                member.split_once("!=").map_or((member, None), |(name, good)| (name, Some(good)));
            let row = || Row { member, good, answer: Value::parse(answer).expect("a test reads every row") };
            table.insert(operation, (member != "-").then(row));
        }
    }
    table
});

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn call(resource: &str) -> Integration {
        Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap()
    }

    fn of(resource: &str) -> Option<&'static str> {
        partial_success(&call(resource)).map(|found| found.member)
    }

    #[rstest]
    #[case::items_of_tables("aws-sdk:dynamodb:batchWriteItem", Some("UnprocessedItems"))]
    #[case::keys_of_tables("aws-sdk:dynamodb:batchGetItem", Some("UnprocessedKeys"))]
    #[case::statements("aws-sdk:dynamodb:batchExecuteStatement", Some("Responses[].Error"))]
    #[case::events("aws-sdk:eventbridge:putEvents", Some("FailedEntryCount"))]
    #[case::events_that_become_an_error("events:putEvents", None)]
    #[case::targets("aws-sdk:eventbridge:putTargets", Some("FailedEntries"))]
    #[case::records("aws-sdk:kinesis:putRecords", Some("FailedRecordCount"))]
    #[case::a_delivery("aws-sdk:firehose:putRecordBatch", Some("FailedPutCount"))]
    #[case::objects("aws-sdk:s3:deleteObjects", Some("Errors"))]
    #[case::messages("aws-sdk:sqs:sendMessageBatch", Some("Failed"))]
    #[case::removals("aws-sdk:sqs:deleteMessageBatch", Some("Failed"))]
    #[case::notifications("aws-sdk:sns:publishBatch", Some("Failed"))]
    #[case::containers("ecs:runTask", Some("Failures"))]
    #[case::containers_by_the_sdk("aws-sdk:ecs:runTask", Some("Failures"))]
    #[case::containers_that_become_an_error("ecs:runTask.sync", None)]
    #[case::images("aws-sdk:ecr:batchDeleteImage", Some("Failures"))]
    #[case::partitions("aws-sdk:glue:batchCreatePartition", Some("Errors"))]
    #[case::findings("aws-sdk:securityhub:batchImportFindings", Some("FailedFindings"))]
    #[case::accounts("aws-sdk:guardduty:createMembers", Some("UnprocessedAccounts"))]
    #[case::desktops("aws-sdk:workspaces:startWorkspaces", Some("FailedRequests"))]
    #[case::a_read_that_was_cut_off("aws-sdk:config:batchGetResourceConfig", Some("UnprocessedResourceKeys"))]
    #[case::a_read_that_found_nothing("aws-sdk:ecs:describeTasks", None)]
    #[case::builds_that_do_not_exist("aws-sdk:codebuild:batchGetBuilds", None)]
    #[case::images_that_do_not_exist("aws-sdk:ecr:batchGetImage", None)]
    #[case::log_lines("aws-sdk:cloudwatchlogs:putLogEvents", Some("RejectedLogEventsInfo"))]
    #[case::documents("aws-sdk:comprehend:batchDetectSentiment", Some("ErrorList"))]
    #[case::a_function("aws-sdk:lambda:invoke", Some("FunctionError"))]
    #[case::a_function_whose_failure_is_an_error("lambda:invoke", None)]
    #[case::an_execution("aws-sdk:sfn:startSyncExecution", Some("Status"))]
    #[case::one_resource("aws-sdk:rds:createIntegration", None)]
    #[case::one_item("dynamodb:putItem", None)]
    #[case::a_service_unheard_of("aws-sdk:quantumledger:batchCommit", None)]
    fn a_partial_success_shows_in_a_member(#[case] resource: &str, #[case] expected: Option<&str>) {
        assert_eq!(of(resource), expected);
    }

    #[rstest]
    #[case::an_item_of_the_request(
        "aws-sdk:dynamodb:batchWriteItem",
        r#"{"RequestItems":{"Orders":[{"PutRequest":{"Item":{"id":{"S":"1"}}}},{"PutRequest":{"Item":{"id":{"S":"2"}}}}]}}"#,
        r#"{"UnprocessedItems":{}}"#,
        r#"{"UnprocessedItems":{"Orders":[{"PutRequest":{"Item":{"id":{"S":"1"}}}}]}}"#
    )]
    #[case::a_key_of_the_request(
        "aws-sdk:dynamodb:batchGetItem",
        r#"{"RequestItems":{"Orders":{"Keys":[{"id":{"S":"1"}},{"id":{"S":"2"}}]}}}"#,
        r#"{"Responses":{"Orders":[{"id":{"S":"1"}},{"id":{"S":"2"}}]},"UnprocessedKeys":{}}"#,
        r#"{"Responses":{"Orders":[{"id":{"S":"2"}}]},"UnprocessedKeys":{"Orders":{"Keys":[{"id":{"S":"1"}}]}}}"#
    )]
    #[case::an_entry_that_failed(
        "aws-sdk:eventbridge:putEvents",
        r#"{"Entries":[{"Detail":"{}"},{"Detail":"{}"}]}"#,
        r#"{"Entries":[{"EventId":"1"},{"EventId":"2"}],"FailedEntryCount":0}"#,
        r#"{"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"The service failed to process it"},{"EventId":"2"}],"FailedEntryCount":1}"#
    )]
    #[case::one_message_of_two(
        "aws-sdk:sqs:sendMessageBatch",
        r#"{"QueueUrl":"q","Entries":[{"Id":"a","MessageBody":"1"},{"Id":"b","MessageBody":"2"}]}"#,
        r#"{"Successful":[{"Id":"a"},{"Id":"b"}],"Failed":[]}"#,
        r#"{"Successful":[{"Id":"b"}],"Failed":[{"Id":"a","SenderFault":false,"Code":"InternalFailure","Message":"The service failed to process it"}]}"#
    )]
    #[case::an_object_of_the_request(
        "aws-sdk:s3:deleteObjects",
        r#"{"Bucket":"b","Delete":{"Objects":[{"Key":"k1"},{"Key":"k2"}]}}"#,
        "{}",
        r#"{"Errors":[{"Key":"k1","VersionId":"value","Code":"InternalFailure","Message":"The service failed to process it"}]}"#
    )]
    #[case::the_only_resource(
        "aws-sdk:config:batchGetAggregateResourceConfig",
        r#"{"ResourceIdentifiers":[{"ResourceId":"i-1","ResourceType":"AWS::EC2::Instance"}]}"#,
        r#"{"BaseConfigurationItems":[{"ResourceId":"i-1"}],"UnprocessedResourceIdentifiers":[]}"#,
        r#"{"BaseConfigurationItems":[],"UnprocessedResourceIdentifiers":[{"SourceAccountId":"value","SourceRegion":"value","ResourceId":"i-1","ResourceType":"AWS::EC2::Instance"}]}"#
    )]
    #[case::no_task(
        "ecs:runTask",
        "{}",
        r#"{"Failures":[],"Tasks":[{"TaskArn":"arn"}]}"#,
        r#"{"Failures":[{"Arn":"arn:aws:ecs:us-east-1:123456789012:container-instance/default/0123456789abcdef","Reason":"RESOURCE:CPU"}],"Tasks":[]}"#
    )]
    #[case::a_count_beside_its_entries(
        "aws-sdk:eventbridge:putTargets",
        r#"{"Rule":"r","Targets":[{"Id":"t","Arn":"arn:t"}]}"#,
        r#"{"FailedEntryCount":0,"FailedEntries":[]}"#,
        r#"{"FailedEntryCount":1,"FailedEntries":[{"TargetId":"value","ErrorCode":"InternalFailure","ErrorMessage":"The service failed to process it"}]}"#
    )]
    fn one_part_is_not_done(
        #[case] resource: &str,
        #[case] request: &str,
        #[case] answer: &str,
        #[case] expected: &str,
    ) {
        let partial = partial_success(&call(resource)).unwrap();
        let answer = Value::parse(answer).unwrap();
        let told = partial.answer(&Value::parse(request).unwrap(), &answer);
        assert_eq!(told.to_json(), Value::parse(expected).unwrap().to_json());
        assert!(partial.is_shown_in(&told) && !partial.is_shown_in(&answer));
    }

    #[test]
    fn every_row_is_a_known_operation_whose_answer_shows_it() {
        for (operation, row) in TABLE.iter() {
            let integration = call(&format!("aws-sdk:{operation}"));
            let shape = models::result_shape(&integration).shape().unwrap_or_else(|| panic!("{operation}"));
            let Some(row) = row else { continue };
            let first = row.member.split("[]").next().unwrap();
            assert!(shape.member(first).is_some(), "{operation}: {first}");
            let partial = partial_success(&integration).unwrap();
            assert!(
                partial.is_shown_in(&partial.answer(&Value::Null, &Value::empty_object())),
                "{operation}"
            );
        }
    }

    #[test]
    fn every_partial_success_of_every_service_shows_in_its_answer() {
        let mut found = 0;
        for service in models::names().filter_map(models::service) {
            for operation in service.operations() {
                let integration = call(&format!("aws-sdk:{}:{}", service.name(), small(operation.name())));
                let Some(partial) = partial_success(&integration) else { continue };
                let told = partial.answer(&Value::Null, &Value::empty_object());
                assert!(partial.is_shown_in(&told), "{integration}: {told}");
                found += 1;
            }
        }
        assert!(found > 300, "{found}");
    }

    fn small(name: &str) -> String {
        let (first, rest) = name.split_at(1);
        format!("{}{rest}", first.to_lowercase())
    }
}
