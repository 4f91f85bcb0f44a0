//! `record-left-behind`, and what a second delivery or a redrive repeats.

use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

const RULE: RuleId = RuleId::RecordLeftBehind;

fn found(trial: &Trial) -> Vec<(String, Severity)> {
    trial.of_rule(RULE)
}

fn one(state: &str, severity: Severity) -> Vec<(String, Severity)> {
    vec![(state.to_owned(), severity)]
}

/// Takes a lock, works, gives it back; with these fields in the lock and the work, and more states.
fn lock(resource: &str, lock: &str, work: &str, more: &str) -> String {
    format!(
        r#"{{"StartAt":"Lock","States":{{
          "Lock":{{"Type":"Task","Resource":"arn:aws:states:::{resource}putItem","Parameters":{{"TableName":"Locks",
            "Item":{{"LockId":{{"S.$":"States.Format('{{}}', $.id)"}},"until":{{"S.$":"$$.State.EnteredTime"}}}},
            {lock}}},"ResultPath":null,{RETRY},"Next":"Work"}},
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"work"}},
            {RETRY},{work}"ResultPath":null,"Next":"Unlock"}},
          "Unlock":{{"Type":"Task","Resource":"arn:aws:states:::{resource}deleteItem","Parameters":{{"TableName":"Locks",
            "Key":{{"LockId":{{"S.$":"States.Format('{{}}', $.id)"}}}}}},{RETRY},"End":true}}{more}}}}}"#
    )
}

const RETRY: &str = r#""Retry":[{"ErrorEquals":["States.Timeout","States.TaskFailed"],"MaxAttempts":1}]"#;
const ABSENT: &str = r#""ConditionExpression":"attribute_not_exists(LockId)""#;
const LEASE: &str = r##""ConditionExpression":"attribute_not_exists(LockId) OR #u < :now",
  "ExpressionAttributeNames":{"#u":"until"},"ExpressionAttributeValues":{":now":{"S.$":"$$.State.EnteredTime"}}"##;
const CATCH: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Release"}],"#;
const RELEASE: &str = r#","Release":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:deleteItem",
  "Parameters":{"TableName":"Locks","Key":{"LockId":{"S.$":"States.Format('{}', $.id)"}}},"Next":"Failed"},
  "Failed":{"Type":"Fail","Error":"WorkFailed"}"#;
const TELL: &str = r#","Release":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"t","Message":"failed"},"Next":"Failed"},"Failed":{"Type":"Fail","Error":"WorkFailed"}"#;

#[rstest]
#[case::nothing_releases_it("dynamodb:", ABSENT, "", "", Some(Severity::High))]
#[case::by_the_sdk("aws-sdk:dynamodb:", ABSENT, "", "", Some(Severity::High))]
#[case::the_failure_is_only_told("dynamodb:", ABSENT, CATCH, TELL, Some(Severity::High))]
#[case::the_failure_path_releases_it("dynamodb:", ABSENT, CATCH, RELEASE, Some(Severity::Medium))]
#[case::a_lease_is_over("dynamodb:", LEASE, "", "", None)]
#[case::a_lease_and_a_release("dynamodb:", LEASE, CATCH, RELEASE, None)]
fn a_lock(
    #[case] resource: &str,
    #[case] condition: &str,
    #[case] work: &str,
    #[case] more: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = Trial::of(&lock(resource, condition, work, more));
    let expected = expected.map(|severity| one("Lock", severity)).unwrap_or_default();
    assert_eq!(found(&trial), expected);
}

/// Remembers the order, charges for it, and notes that it is done; more fields for each.
fn record(remember: &str, charge: &str, done: &str, more: &str) -> String {
    format!(
        r#"{{"StartAt":"Remember","States":{{
          "Remember":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{{"TableName":"Orders",
            "Item":{{"orderId":{{"S.$":"States.Format('{{}}', $.id)"}},"status":{{"S":"IN_PROGRESS"}}}},{remember}
            "ResultPath":null,{RETRY},"Next":"Charge"}},
          "Charge":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"charge"}},
            {RETRY},{charge}"ResultPath":null,"Next":"Finish"}},
          "Finish":{{{done}}}{more}}}}}"#
    )
}

const NEW: &str = r#""ConditionExpression":"attribute_not_exists(orderId)"}"#;
const NEW_OR_FAILED: &str = r##""ConditionExpression":"attribute_not_exists(orderId) OR #s = :failed",
  "ExpressionAttributeNames":{"#s":"status"},"ExpressionAttributeValues":{":failed":{"S":"FAILED"}}}"##;
const NEW_OR_OWN: &str = r#""ConditionExpression":"attribute_not_exists(orderId) OR madeBy = :own",
  "ExpressionAttributeValues":{":own":{"S.$":"$$.Execution.Id"}}}"#;
const SEEN: &str = r#""Catch":[{"ErrorEquals":["DynamoDB.ConditionalCheckFailedException"],"Next":"Seen"}],"#;
const TO_UNDO: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Undo"}],"#;
const ENDS: &str = r#""Type":"Succeed""#;

/// An update of the record's status.
fn mark(status: &str, next: &str) -> String {
    format!(
        r##""Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem","Parameters":{{"TableName":"Orders",
          "Key":{{"orderId":{{"S.$":"States.Format('{{}}', $.id)"}}}},"UpdateExpression":"SET #s = :s",
          "ExpressionAttributeNames":{{"#s":"status"}},"ExpressionAttributeValues":{{":s":{{"S":"{status}"}}}}}},
          "ResultPath":null,{RETRY},{next}"##
    )
}

const FORGET: &str = r#""Type":"Task","Resource":"arn:aws:states:::dynamodb:deleteItem","Parameters":{
  "TableName":"Orders","Key":{"orderId":{"S.$":"States.Format('{}', $.id)"}}},"Next":"Failed""#;
const PUBLISH: &str = r#""Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"t","Message":"failed"},"Next":"Failed""#;

const CODE: &str = r#""Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"clean-up"},"Next":"Failed""#;

fn ends(undo: &str, seen: &str) -> String {
    format!(r#","Undo":{{{undo}}},"Failed":{{"Type":"Fail","Error":"NotCharged"}},"Seen":{{{seen}}}"#)
}

#[rstest]
#[case::looks_like_done(&format!("{NEW},{SEEN}"), TO_UNDO, &mark("DONE", r#""End":true"#), &ends(PUBLISH, ENDS),
    Some(Severity::Critical))]
#[case::looks_like_done_without_a_status(&format!("{NEW},{SEEN}"), "", ENDS, &ends(PUBLISH, ENDS), Some(Severity::Critical))]
#[case::a_duplicate_fails(&format!("{NEW},{SEEN}"), TO_UNDO, ENDS, &ends(PUBLISH, r#""Type":"Fail","Error":"Twice""#),
    Some(Severity::High))]
#[case::a_duplicate_is_not_thought_of(&format!("{NEW},"), TO_UNDO, ENDS, &ends(PUBLISH, ENDS), Some(Severity::Medium))]
#[case::a_status_that_is_only_finished(&format!("{NEW},"), TO_UNDO, &mark("DONE", r#""End":true"#), &ends(PUBLISH, ENDS),
    Some(Severity::High))]
#[case::another_status_than_the_condition_asks_for(&format!("{NEW_OR_FAILED},"), TO_UNDO, &mark("DONE", r#""End":true"#),
    &ends(&mark("ERROR", r#""Next":"Failed""#), ENDS), Some(Severity::High))]
#[case::the_failure_path_forgets_it(&format!("{NEW},{SEEN}"), TO_UNDO, ENDS, &ends(FORGET, ENDS), Some(Severity::Low))]
#[case::the_failure_path_marks_it(&format!("{NEW},"), TO_UNDO, &mark("DONE", r#""End":true"#),
    &ends(&mark("FAILED", r#""Next":"Failed""#), ENDS), Some(Severity::Low))]
#[case::only_the_same_execution_passes_again(&format!("{NEW_OR_OWN},"), TO_UNDO, &mark("DONE", r#""End":true"#),
    &ends(&mark("FAILED", r#""Next":"Failed""#), ENDS), Some(Severity::Low))]
#[case::the_next_takes_over(&format!("{NEW_OR_FAILED},{SEEN}"), TO_UNDO, &mark("DONE", r#""End":true"#),
    &ends(&mark("FAILED", r#""Next":"Failed""#), ENDS), Some(Severity::Low))]
#[case::code_on_the_failure_path_may_forget_it(&format!("{NEW},{SEEN}"), TO_UNDO, ENDS, &ends(CODE, ENDS), Some(Severity::Low))]
#[case::no_condition(r#""ReturnValues":"NONE"},"#, TO_UNDO, &mark("DONE", r#""End":true"#), &ends(PUBLISH, ENDS), None)]
#[case::a_duplicate_goes_on(
    &format!(r#"{NEW},"Catch":[{{"ErrorEquals":["DynamoDB.ConditionalCheckFailedException"],"ResultPath":null,"Next":"Charge"}}],"#),
    TO_UNDO, &mark("DONE", r#""End":true"#), &ends(PUBLISH, ENDS), None)]
fn a_record(
    #[case] remember: &str,
    #[case] charge: &str,
    #[case] done: &str,
    #[case] more: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = Trial::of(&reachable(&record(remember, charge, done, more)));
    let expected = expected.map(|severity| one("Remember", severity)).unwrap_or_default();
    assert_eq!(found(&trial), expected);
}

/// Looks for the record, and works if there is none; the record is written before or after the work.
fn looked_up(order: [&str; 2], handled: &str) -> Trial {
    let [first, second] = order;
    let state = |name: &str, then: &str| match name {
        "Write" => format!(
            r#""Write":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:putItem","Parameters":{{
              "TableName":"Processed","Item":{{"pk":{{"S.$":"$.key"}},"sk":{{"S":"DONE"}}}}}},"ResultPath":null,{then}}}"#
        ),
        _ => format!(
            r#""Work":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{{"QueueUrl":"q",
              "MessageBody.$":"$"}},"ResultPath":null,{handled}{then}}}"#
        ),
    };
    let definition = format!(
        r#"{{"StartAt":"Look","States":{{
          "Look":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{{"TableName":"Processed",
            "Key":{{"pk":{{"S.$":"$.key"}},"sk":{{"S":"DONE"}}}}}},"ResultPath":"$.found","Next":"Known"}},
          "Known":{{"Type":"Choice","Choices":[{{"Variable":"$.found.Item","IsPresent":true,"Next":"Done"}}],
            "Default":"{first}"}},
          {},{},
          "Forget":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:deleteItem","Parameters":{{"TableName":"Processed",
            "Key":{{"pk":{{"S.$":"$.key"}},"sk":{{"S":"DONE"}}}}}},"Next":"Failed"}},
          "Failed":{{"Type":"Fail","Error":"NotSent"}},
          "Done":{{"Type":"Succeed"}}}}}}"#,
        state(first, &format!(r#""Next":"{second}""#)),
        state(second, r#""Next":"Done""#),
    );
    Trial::of(&reachable(&definition)).input(r#"{"key":"7"}"#)
}

const TO_FORGET: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Forget"}],"#;

#[rstest]
#[case::before_the_work(["Write", "Work"], "", Some(Severity::Critical))]
#[case::after_the_work(["Work", "Write"], "", None)]
#[case::before_the_work_and_forgotten(["Write", "Work"], TO_FORGET, Some(Severity::Low))]
fn a_record_that_is_looked_up(
    #[case] order: [&str; 2],
    #[case] handled: &str,
    #[case] expected: Option<Severity>,
) {
    let expected = expected.map(|severity| one("Write", severity)).unwrap_or_default();
    assert_eq!(found(&looked_up(order, handled)), expected);
}

/// A lock that is waited for, by an update, in JSONata.
fn awaited(handled: &str) -> String {
    let update = |name: &str, more: &str, next: &str| {
        format!(
            r#""{name}":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem","Arguments":{{
              "TableName":"Devices","Key":{{"deviceId":{{"S":"{{% $string($states.context.Execution.Input.id) %}}"}}}},
              {more}}},{next}}}"#
        )
    };
    let take = r##""UpdateExpression":"SET #h = :h","ConditionExpression":"attribute_not_exists(#h)",
        "ExpressionAttributeNames":{"#h":"holder"},
        "ExpressionAttributeValues":{":h":{"S":"{% $states.context.Execution.Id %}"}}"##;
    let give = r##""UpdateExpression":"REMOVE #h","ExpressionAttributeNames":{"#h":"holder"}"##;
    format!(
        r#"{{"QueryLanguage":"JSONata","StartAt":"Take","States":{{
          {},
          "Pause":{{"Type":"Wait","Seconds":30,"Next":"Take"}},
          "Update":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{{"FunctionName":"update"}},
            {handled}"Next":"Give"}},
          {},{},
          "Failed":{{"Type":"Fail","Error":"NotUpdated"}}}}}}"#,
        update(
            "Take",
            take,
            r#""Catch":[{"ErrorEquals":["DynamoDB.ConditionalCheckFailedException"],"Next":"Pause"}],"Next":"Update""#
        ),
        update("Give", give, r#""End":true"#),
        update("GiveBack", give, r#""Next":"Failed""#),
    )
}

#[rstest]
#[case::nobody_gives_it_back("", Severity::High)]
#[case::the_failure_path_gives_it_back(
    r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"GiveBack"}],"#,
    Severity::Medium
)]
fn a_lock_that_is_waited_for(#[case] handled: &str, #[case] expected: Severity) {
    assert_eq!(found(&Trial::of(&reachable(&awaited(handled)))), one("Take", expected));
}

#[rstest]
#[case::nothing_releases_it(r#""End":true"#, "", Some(Severity::High))]
#[case::it_is_released(
    r#""Next":"Unlock""#,
    r#","Unlock":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:deleteItem",
        "Parameters":{"TableName":"Locks","Key":{"LockId":{"S":"nightly"}}},"End":true}"#,
    Some(Severity::High)
)]
fn a_lock_for_every_input(#[case] then: &str, #[case] more: &str, #[case] expected: Option<Severity>) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Lock","States":{{
          "Lock":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{{"TableName":"Locks",
            "Item":{{"LockId":{{"S":"nightly"}}}},"ConditionExpression":"attribute_not_exists(LockId)"}},"Next":"Work"}},
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask.sync","Parameters":{{"Cluster":"c",
            "TaskDefinition":"t"}},{then}}}{more}}}}}"#
    ));
    let expected = expected.map(|severity| one("Lock", severity)).unwrap_or_default();
    assert_eq!(found(&trial), expected);
}

/// A definition without the states that nothing leads to.
fn reachable(text: &str) -> String {
    let mut machine: serde_json::Value =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let states = machine["States"].as_object().expect("states").clone();
    let mut reached = vec![machine["StartAt"].as_str().expect("a start").to_owned()];
    let mut at = 0;
    while let Some(name) = reached.get(at).cloned() {
        let state = &states[&name];
        let handlers = ["Catch", "Choices"].iter().filter_map(|field| state[*field].as_array()).flatten();
        let ways = handlers.map(|way| &way["Next"]).chain([&state["Next"], &state["Default"]]);
        for next in ways.filter_map(serde_json::Value::as_str) {
            if !reached.iter().any(|known| known == next) {
                reached.push(next.to_owned());
            }
        }
        at += 1;
    }
    machine["States"].as_object_mut().expect("states").retain(|name, _| reached.contains(name));
    machine.to_string()
}

/// A machine with one task, as an Express workflow.
fn express(resource: &str, parameters: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",
          "Parameters":{parameters},"End":true}}}}}}"#
    ))
    .express()
}

#[rstest]
#[case::a_message("sqs:sendMessage", r#"{"QueueUrl":"q","MessageBody":"m"}"#, Some(Severity::Medium))]
#[case::a_message_with_an_id(
    "sqs:sendMessage",
    r#"{"QueueUrl":"q.fifo","MessageBody":"m","MessageGroupId":"g","MessageDeduplicationId.$":"$$.Execution.Name"}"#,
    None
)]
#[case::a_counter(
    "dynamodb:updateItem",
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"ADD n :one"}"#,
    Some(Severity::Medium)
)]
#[case::a_counter_that_remembers(
    "dynamodb:updateItem",
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"SET n = n + :one, done = :one",
        "ConditionExpression":"attribute_not_exists(done)"}"#,
    None
)]
#[case::an_item("dynamodb:putItem", r#"{"TableName":"t","Item":{"id":{"S":"1"}}}"#, None)]
#[case::a_function("lambda:invoke", r#"{"FunctionName":"f"}"#, None)]
#[case::an_alert("sns:publish", r#"{"TopicArn":"t","Message":"m"}"#, None)]
fn an_express_execution_that_runs_twice(
    #[case] resource: &str,
    #[case] parameters: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = express(resource, parameters);
    let expected = expected.map(|severity| one("Work", severity)).unwrap_or_default();
    assert_eq!(trial.of_rule(RuleId::EffectRepeated), expected);
}

#[rstest]
#[case::nothing_catches_it("", Some(Severity::Low))]
#[case::a_handler_ends_it(r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Failed"}],"#, None)]
fn a_redrive_after_a_lost_answer(#[case] handled: &str, #[case] expected: Option<Severity>) {
    let definition = format!(
        r#"{{"StartAt":"Send","States":{{"Send":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
          "Parameters":{{"QueueUrl":"q","MessageBody":"m"}},{handled}"End":true}},"Failed":{{"Type":"Fail"}}}}}}"#
    );
    let expected = expected.map(|severity| one("Send", severity)).unwrap_or_default();
    assert_eq!(Trial::of(&reachable(&definition)).of_rule(RuleId::EffectRepeated), expected);
}

/// Looks for a record with a key, sends a message, and writes the record with another.
fn once(looks: &str, writes: Option<&str>, work: &str) -> Trial {
    let write = writes.map_or_else(String::new, |key| {
        format!(
            r#","Write":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{{
              "TableName":"processed-orders","Item":{{"id":{{{key}}},"done":{{"BOOL":true}}}}}},"End":true}}"#
        )
    });
    let then = if writes.is_some() { r#""Next":"Write""# } else { r#""End":true"# };
    Trial::of(&format!(
        r#"{{"StartAt":"Look","States":{{
          "Look":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{{
            "TableName":"processed-orders","Key":{{"id":{{{looks}}}}}}},"ResultPath":"$.found","Next":"Known"}},
          "Known":{{"Type":"Choice","Choices":[{{"Variable":"$.found.Item","IsPresent":true,"Next":"Done"}}],
            "Default":"Work"}},
          "Work":{{{work},"ResultPath":null,{then}}},"Done":{{"Type":"Succeed"}}{write}}}}}"#
    ))
    .input(r#"{"order":"7","request":"8"}"#)
}

const SEND: &str = r#""Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"q","MessageBody":"m"}"#;
const CALL: &str =
    r#""Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"}"#;
const ORDER: &str = r#""S.$":"$.order""#;

#[rstest]
#[case::the_same_key(Some(ORDER), SEND, vec![])]
#[case::another_member(Some(r#""S.$":"$.request""#), SEND, one("Write", Severity::High))]
#[case::made_anew(Some(r#""S.$":"States.UUID()""#), SEND, one("Write", Severity::High))]
#[case::never_written(None, SEND, one("Look", Severity::High))]
#[case::the_function_may_write_it(None, CALL, vec![])]
fn a_record_that_the_next_execution_does_not_meet(
    #[case] writes: Option<&str>,
    #[case] work: &str,
    #[case] expected: Vec<(String, Severity)>,
) {
    let found = once(ORDER, writes, work).of_rule(RuleId::EffectRepeated);
    let found: Vec<_> = found.into_iter().filter(|(_, severity)| *severity > Severity::Low).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_item_with_an_id_of_its_own_each_time_is_in_nobodys_way() {
    let trial = Trial::of(
        r#"{"StartAt":"Create","States":{
          "Create":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"Orders",
            "Item":{"orderId":{"S.$":"States.UUID()"}},"ConditionExpression":"attribute_not_exists(orderId)"},
            "Next":"Work"},
          "Work":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
            "End":true}}}"#,
    );
    assert_eq!(found(&trial), vec![]);
}
