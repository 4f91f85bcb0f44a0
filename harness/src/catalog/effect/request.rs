//! What repeating one request does, as far as its content tells more than the name of the call.

use super::{Effect, expression, statement};
use crate::catalog::integration::{Integration, Service};
use crate::catalog::status::sdk_service;
use crate::value::Value;

/// What repeating this request does; `known` is what is known of the call itself.
///
/// Conditions of DynamoDB, statements of SQL, FIFO queues and topics, methods of HTTP calls.
pub fn effect_of_request(integration: &Integration, known: &Effect, request: &Value) -> Effect {
    let (service, action) = (&*integration.service, &*integration.action);
    match integration.kind {
        Service::Http => return of_method(request),
        Service::Optimized | Service::Sdk => {}
        Service::LambdaArn | Service::Activity | Service::Unresolved => return known.clone(),
    }
    let of_sql = |member: &str| {
        let Some(text) = text(request, member) else { return known.clone() };
        match statement::sql(text) {
            // A token guards whatever is not harmless by itself.
            Effect::Unguarded if *known != Effect::Unknown => known.clone(),
            Effect::Unknown if statement::is_procedure(text) => known.clone(),
            effect => effect,
        }
    };
    match (sdk_service(service), action) {
        ("dynamodb", "updateItem") if expression::update_is_harmless(request) => Effect::Repeatable,
        ("dynamodb", "updateItem") => Effect::Unguarded,
        ("dynamodb", "transactWriteItems") if is_harmless_transaction(request) => Effect::Repeatable,
        ("dynamodb", "executeStatement") => partiql(std::iter::once(request)),
        ("dynamodb", "batchExecuteStatement") => partiql(items(request, "Statements")),
        ("dynamodb", "executeTransaction") => match partiql(items(request, "TransactStatements")) {
            Effect::Unguarded => Effect::Guarded { by: vec!["ClientRequestToken"] },
            effect => effect,
        },
        ("sqs", "sendMessage") => fifo(request, "QueueUrl", "MessageBody", Effect::Unguarded),
        ("sqs", "sendMessageBatch") => of_batch(request, "QueueUrl", "Entries", Effect::Unguarded),
        ("sns", "publish") => fifo(request, "TopicArn", "Message", Effect::Notification),
        ("sns", "publishBatch") => {
            of_batch(request, "TopicArn", "PublishBatchRequestEntries", Effect::Notification)
        }
        ("athena", "startQueryExecution") => of_sql("QueryString"),
        ("redshiftdata" | "rdsdata", "executeStatement" | "batchExecuteStatement")
            if request.get("Sql").is_some() =>
        {
            of_sql("Sql")
        }
        ("redshiftdata", "batchExecuteStatement") => {
            let texts = items(request, "Sqls").filter_map(Value::as_str);
            match statement::worst(texts.map(statement::sql)) {
                Effect::Unguarded => known.clone(),
                effect => effect,
            }
        }
        ("apigateway", "invoke") => of_method(request),
        ("eks", "call") => kubernetes(request),
        ("eks", "runJob") => named_object(request.get("Job"), known),
        ("lambda", "invoke") if text(request, "InvocationType") == Some("DryRun") => Effect::None,
        _ => known.clone(),
    }
}

fn text<'v>(request: &'v Value, member: &str) -> Option<&'v str> {
    request.get(member).and_then(Value::as_str)
}

fn items<'v>(request: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    request.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn partiql<'v>(requests: impl Iterator<Item = &'v Value>) -> Effect {
    let texts = requests.filter_map(|request| text(request, "Statement"));
    statement::worst(texts.map(statement::partiql))
}

/// Whether every write of a transaction may come again, or one of them keeps the whole away.
fn is_harmless_transaction(request: &Value) -> bool {
    let writes = || {
        items(request, "TransactItems")
            .filter_map(Value::as_object)
            .flat_map(|item| item.iter().map(|(kind, write)| (&**kind, write)))
    };
    let may_come_again = |(kind, write): (&str, &Value)| match kind {
        "Update" => expression::update_is_harmless(write),
        "Put" | "Delete" | "ConditionCheck" => true,
        _ => false,
    };
    let keeps_away = |(kind, write): (&str, &Value)| match kind {
        "Put" | "Delete" => expression::condition_keeps_away(write),
        "Update" => write.get("ConditionExpression").is_some() && expression::update_is_harmless(write),
        _ => false,
    };
    writes().next().is_some() && (writes().all(may_come_again) || writes().any(keeps_away))
}

/// Docs, "FIFO queues": a message with the deduplication id of one that came in the last five minutes is dropped;
/// without an id the call is refused, unless the queue compares the contents of messages. Names end in `.fifo`. A group alone
/// proves nothing where the name is known: standard queues take one for fair delivery.
fn fifo(request: &Value, target: &str, body: &'static str, otherwise: Effect) -> Effect {
    if !is_fifo(request, target, request.get("MessageGroupId").is_some()) {
        return otherwise;
    }
    let id = "MessageDeduplicationId";
    Effect::Guarded { by: vec![if request.get(id).is_some() { id } else { body }] }
}

fn of_batch(request: &Value, target: &str, entries: &'static str, otherwise: Effect) -> Effect {
    let grouped = items(request, entries).any(|entry| entry.get("MessageGroupId").is_some());
    if is_fifo(request, target, grouped) { Effect::Guarded { by: vec![entries] } } else { otherwise }
}

fn is_fifo(request: &Value, target: &str, grouped: bool) -> bool {
    let name = text(request, target).unwrap_or_default();
    let is_known = (name.starts_with("https://") || name.starts_with("arn:")) && !name.contains("${");
    name.strip_suffix(".fifo").is_some() || (grouped && !is_known)
}

/// RFC 9110, "Idempotent methods".
fn of_method(request: &Value) -> Effect {
    match text(request, "Method").unwrap_or_default() {
        "GET" | "HEAD" | "OPTIONS" => Effect::None,
        "PUT" | "DELETE" => Effect::Repeatable,
        _ => Effect::Unknown,
    }
}

/// A call of the Kubernetes API: posting an object with a name that is taken is refused.
fn kubernetes(request: &Value) -> Effect {
    match of_method(request) {
        Effect::Unknown => named_object(request.get("RequestBody"), &Effect::Unknown),
        effect => effect,
    }
}

fn named_object(object: Option<&Value>, known: &Effect) -> Effect {
    let Some(metadata) = object.and_then(|object| object.get("metadata")) else { return known.clone() };
    if metadata.get("name").is_some() {
        Effect::Repeatable
    } else if metadata.get("generateName").is_some() {
        Effect::Unguarded
    } else {
        known.clone()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::catalog::effect::effect;

    fn guarded(member: &'static str) -> Effect {
        Effect::Guarded { by: vec![member] }
    }

    #[rstest]
    #[case::a_standard_queue("sqs:sendMessage", r#"{"QueueUrl":"https://q/orders"}"#, Effect::Unguarded)]
    #[case::a_fair_queue(
        "sqs:sendMessage",
        r#"{"QueueUrl":"https://q/orders","MessageGroupId":"g","MessageDeduplicationId":"d"}"#,
        Effect::Unguarded
    )]
    #[case::a_fifo_queue(
        "sqs:sendMessage",
        r#"{"QueueUrl":"https://q/orders.fifo","MessageGroupId":"g","MessageDeduplicationId":"d"}"#,
        guarded("MessageDeduplicationId")
    )]
    #[case::a_fifo_queue_by_content(
        "aws-sdk:sqs:sendMessage",
        r#"{"QueueUrl":"https://q/orders.fifo","MessageGroupId":"g"}"#,
        guarded("MessageBody")
    )]
    #[case::a_queue_that_is_not_known(
        "sqs:sendMessage",
        r#"{"QueueUrl":"${Queue}","MessageGroupId":"g"}"#,
        guarded("MessageBody")
    )]
    #[case::a_fifo_topic(
        "sns:publish",
        r#"{"TopicArn":"arn:aws:sns:eu-west-1:1:t.fifo","MessageGroupId":"g"}"#,
        guarded("Message")
    )]
    #[case::a_topic("sns:publish", r#"{"TopicArn":"arn:aws:sns:eu-west-1:1:t"}"#, Effect::Notification)]
    #[case::a_batch("aws-sdk:sqs:sendMessageBatch", r#"{"QueueUrl":"q","Entries":[{}]}"#, Effect::Unguarded)]
    #[case::a_batch_in_order(
        "aws-sdk:sqs:sendMessageBatch",
        r#"{"QueueUrl":"q.fifo","Entries":[{}]}"#,
        guarded("Entries")
    )]
    #[case::a_counter("dynamodb:updateItem", r#"{"UpdateExpression":"ADD n :one"}"#, Effect::Unguarded)]
    #[case::a_constant(
        "aws-sdk:dynamodb:updateItem",
        r#"{"UpdateExpression":"SET a = :a"}"#,
        Effect::Repeatable
    )]
    #[case::a_transaction_of_puts(
        "aws-sdk:dynamodb:transactWriteItems",
        r#"{"TransactItems":[{"Put":{"Item":{}}},{"Delete":{}}]}"#,
        Effect::Repeatable
    )]
    #[case::a_transaction_that_counts(
        "aws-sdk:dynamodb:transactWriteItems",
        r#"{"TransactItems":[{"Put":{"Item":{}}},{"Update":{"UpdateExpression":"ADD n :one"}}]}"#,
        guarded("ClientRequestToken")
    )]
    #[case::a_transaction_with_a_mark(
        "aws-sdk:dynamodb:transactWriteItems",
        r#"{"TransactItems":[
            {"Put":{"Item":{"id":{"S":"1"}},"ConditionExpression":"attribute_not_exists(id)"}},
            {"Update":{"UpdateExpression":"ADD n :one"}}]}"#,
        Effect::Repeatable
    )]
    #[case::a_statement(
        "aws-sdk:dynamodb:executeStatement",
        r#"{"Statement":"UPDATE t SET n = n + 1"}"#,
        Effect::Unguarded
    )]
    #[case::a_query("athena:startQueryExecution", r#"{"QueryString":"SELECT 1"}"#, Effect::None)]
    #[case::rows(
        "athena:startQueryExecution",
        r#"{"QueryString":"INSERT INTO t SELECT 1"}"#,
        guarded("ClientRequestToken")
    )]
    #[case::a_query_that_is_not_known(
        "athena:startQueryExecution",
        r#"{"QueryString":"q"}"#,
        Effect::Unknown
    )]
    #[case::a_load(
        "aws-sdk:redshiftdata:executeStatement",
        r#"{"Sql":"COPY t FROM 's3://b'"}"#,
        guarded("ClientToken")
    )]
    #[case::a_procedure(
        "aws-sdk:redshiftdata:executeStatement",
        r#"{"Sql":"CALL load()"}"#,
        guarded("ClientToken")
    )]
    #[case::a_procedure_without_a_token(
        "aws-sdk:rdsdata:executeStatement",
        r#"{"Sql":"CALL load()"}"#,
        Effect::Unknown
    )]
    #[case::rows_of_a_cluster(
        "aws-sdk:rdsdata:executeStatement",
        r#"{"Sql":"INSERT INTO t VALUES (1)"}"#,
        Effect::Unguarded
    )]
    #[case::several(
        "aws-sdk:redshiftdata:batchExecuteStatement",
        r#"{"Sqls":["DELETE FROM t","SELECT 1"]}"#,
        Effect::Repeatable
    )]
    #[case::a_get("http:invoke", r#"{"Method":"GET"}"#, Effect::None)]
    #[case::a_post("http:invoke", r#"{"Method":"POST"}"#, Effect::Unknown)]
    #[case::a_delete_of_an_api("apigateway:invoke", r#"{"Method":"DELETE"}"#, Effect::Repeatable)]
    #[case::a_job_with_a_name("eks:runJob.sync", r#"{"Job":{"metadata":{"name":"j"}}}"#, Effect::Repeatable)]
    #[case::a_job_named_anew(
        "eks:runJob.sync",
        r#"{"Job":{"metadata":{"generateName":"j-"}}}"#,
        Effect::Unguarded
    )]
    #[case::an_object(
        "eks:call",
        r#"{"Method":"POST","RequestBody":{"metadata":{"name":"j"}}}"#,
        Effect::Repeatable
    )]
    #[case::a_dry_run("lambda:invoke", r#"{"InvocationType":"DryRun"}"#, Effect::None)]
    #[case::an_event("lambda:invoke", r#"{"InvocationType":"Event"}"#, Effect::Unknown)]
    fn a_request_tells_more_than_its_call(
        #[case] resource: &str,
        #[case] request: &str,
        #[case] expected: Effect,
    ) {
        let call = Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap();
        let request = Value::parse(request).unwrap();
        assert_eq!(effect_of_request(&call, &effect(&call), &request), expected);
    }
}
