//! ARNs from what a definition holds.

use rstest::rstest;

use super::{call, granted, surveyed, task};

#[rstest]
#[case::a_name("f", "arn:aws:lambda:r:1:function:f")]
#[case::a_name_with_an_alias("f:live", "arn:aws:lambda:r:1:function:f:live")]
#[case::a_partial_arn("123456789012:function:f", "arn:aws:lambda:r:123456789012:function:f")]
#[case::an_arn("arn:aws:lambda:eu-west-1:2:function:f", "arn:aws:lambda:eu-west-1:2:function:f")]
#[case::an_arn_behind_a_placeholder("${FunctionArn}", "${FunctionArn}")]
#[case::an_arn_with_a_version("${FunctionArn}:$LATEST", "${FunctionArn}:$LATEST")]
#[case::a_name_behind_a_placeholder("${Function}", "arn:aws:lambda:r:1:function:${Function}")]
fn a_function_is_named_in_many_ways(#[case] name: &str, #[case] arn: &str) {
    let found = surveyed(&call("lambda:invoke", &format!(r#"{{"FunctionName":"{name}"}}"#)));
    assert_eq!(granted(&found), [format!("lambda:InvokeFunction on {arn}")]);
}

#[rstest]
#[case::of_a_name(r#"{"FunctionName":"f","Qualifier":"live"}"#, "arn:aws:lambda:r:1:function:f:live")]
#[case::once(r#"{"FunctionName":"f:live","Qualifier":"live"}"#, "arn:aws:lambda:r:1:function:f:live")]
fn a_qualified_call_is_checked_against_the_qualified_arn(#[case] parameters: &str, #[case] arn: &str) {
    let found = surveyed(&call("lambda:invoke", parameters));
    assert_eq!(granted(&found), [format!("lambda:InvokeFunction on {arn}")]);
}

#[rstest]
#[case::a_literal(r#"{"TableName":"orders"}"#, "orders")]
#[case::an_input(r#"{"TableName.$":"$.order.tableName"}"#, "<supply tableName: the table of state Work>")]
#[case::the_whole_request(r#""$""#, "<supply tableName: the table of state Work>")]
#[case::a_format(
    r#"{"TableName.$":"States.Format('orders-{}', $.stage)"}"#,
    "orders-<supply stage: the table of state Work>"
)]
#[case::a_placeholder(r#"{"TableName":"orders-${Stage}"}"#, "orders-${Stage}")]
fn a_table_is_named_by_what_the_definition_shows(#[case] parameters: &str, #[case] name: &str) {
    let parameters = if parameters == r#""$""# {
        r#""Resource":"arn:aws:states:::dynamodb:getItem""#.to_owned()
    } else {
        format!(r#""Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{parameters}"#)
    };
    let found = surveyed(&task(&parameters));
    assert_eq!(granted(&found), [format!("dynamodb:GetItem on arn:aws:dynamodb:r:1:table/{name}")]);
}

#[rstest]
#[case::a_constant("{% 'orders' %}", "table/orders")]
#[case::texts(
    "{% 'orders-' & $states.input.stage %}",
    "table/orders-<supply stage: the table of state Work>"
)]
#[case::either("{% $states.input.x ? 'a' : 'b' %}", "table/a, arn:aws:dynamodb:r:1:table/b")]
#[case::an_input("{% $states.input.table %}", "table/<supply table: the table of state Work>")]
#[case::no_expression("orders", "table/orders")]
fn jsonata_is_read_as_far_as_it_is_constant(#[case] name: &str, #[case] arn: &str) {
    let found = surveyed(&task(&format!(
        r#""QueryLanguage":"JSONata","Resource":"arn:aws:states:::dynamodb:getItem","Arguments":{{"TableName":"{name}"}}"#
    )));
    assert_eq!(granted(&found), [format!("dynamodb:GetItem on arn:aws:dynamodb:r:1:{arn}")]);
}

#[rstest]
#[case::a_constant(r#"{"table":"orders"}"#, "orders")]
#[case::an_input(r#"{"table":"{% $states.input.t %}"}"#, "<supply t: the table of state Work>")]
fn a_variable_is_what_it_is_set_to(#[case] assign: &str, #[case] name: &str) {
    let found = surveyed(&format!(
        r#"{{"QueryLanguage":"JSONata","StartAt":"Set","States":{{
            "Set":{{"Type":"Pass","Assign":{assign},"Next":"Work"}},
            "Work":{{"Type":"Task","End":true,"Resource":"arn:aws:states:::dynamodb:getItem",
                "Arguments":{{"TableName":"{{% $table %}}"}}}}}}}}"#
    ));
    assert_eq!(granted(&found), [format!("dynamodb:GetItem on arn:aws:dynamodb:r:1:table/{name}")]);
}

#[rstest]
#[case::a_url("https://sqs.eu-west-1.amazonaws.com/2/q", "arn:aws:sqs:eu-west-1:2:q")]
#[case::an_old_url("https://eu-west-1.queue.amazonaws.com/2/q", "arn:aws:sqs:eu-west-1:2:q")]
#[case::a_url_with_placeholders(
    "https://sqs.${Region}.amazonaws.com/${Account}/${Name}",
    "arn:aws:sqs:${Region}:${Account}:${Name}"
)]
#[case::a_placeholder(
    "${QueueUrl}",
    "arn:aws:sqs:r:1:<supply queueName: the name of the queue behind ${QueueUrl}>"
)]
fn the_url_of_a_queue_tells_its_arn(#[case] url: &str, #[case] arn: &str) {
    let found = surveyed(&call("sqs:sendMessage", &format!(r#"{{"QueueUrl":"{url}","MessageBody":"a"}}"#)));
    assert_eq!(granted(&found), [format!("sqs:SendMessage on {arn}")]);
}

#[rstest]
#[case::a_topic(r#"{"TopicArn":"arn:aws:sns:r:1:t","Message":"a"}"#, "arn:aws:sns:r:1:t")]
#[case::a_placeholder(r#"{"TopicArn":"${Alerts}","Message":"a"}"#, "${Alerts}")]
#[case::a_target(r#"{"TargetArn":"arn:aws:sns:r:1:endpoint/e","Message":"a"}"#, "arn:aws:sns:r:1:endpoint/e")]
#[case::an_input(
    r#"{"TopicArn.$":"$.topicArn","Message":"a"}"#,
    "arn:aws:sns:r:1:<supply topicArn: the topic of state Work>"
)]
#[case::a_phone(r#"{"PhoneNumber":"+1","Message":"a"}"#, "*")]
fn a_message_goes_to_a_topic_or_a_phone(#[case] parameters: &str, #[case] arn: &str) {
    assert_eq!(granted(&surveyed(&call("sns:publish", parameters))), [format!("sns:Publish on {arn}")]);
}

#[rstest]
#[case::by_default(r#"[{"Detail":{}}]"#, "event-bus/default")]
#[case::each_once(
    r#"[{"EventBusName":"a"},{"EventBusName":"b"},{"EventBusName":"a"}]"#,
    "event-bus/a, arn:aws:events:r:1:event-bus/b"
)]
fn every_bus_of_the_entries_is_named(#[case] entries: &str, #[case] arns: &str) {
    let found = surveyed(&call("events:putEvents", &format!(r#"{{"Entries":{entries}}}"#)));
    assert_eq!(granted(&found), [format!("events:PutEvents on arn:aws:events:r:1:{arns}")]);
}

#[rstest]
#[case::a_foundation_model("anthropic.claude-v2", "arn:aws:bedrock:r::foundation-model/anthropic.claude-v2")]
#[case::an_arn("arn:aws:bedrock:r::foundation-model/m", "arn:aws:bedrock:r::foundation-model/m")]
#[case::a_profile(
    "us.amazon.nova-lite-v1:0",
    "arn:aws:bedrock:r:1:inference-profile/us.amazon.nova-lite-v1:0, \
     arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0"
)]
fn a_model_may_be_behind_a_profile(#[case] id: &str, #[case] arns: &str) {
    let found = surveyed(&call("bedrock:invokeModel", &format!(r#"{{"ModelId":"{id}","Body":{{}}}}"#)));
    assert_eq!(granted(&found), [format!("bedrock:InvokeModel on {arns}")]);
}
