//! A sentence that makes no sense where it stands is refused before anything runs.

use rstest::rstest;

use super::order;

#[rstest]
#[case::no_token(
    "nobody answers the task token of ChargePayment",
    "`ChargePayment` waits for no task token; only tasks with `.waitForTaskToken` and activities do"
)]
#[case::no_job(
    "the job of ChargePayment fails",
    "`ChargePayment` waits for no job: its resource does not end in `.sync`; write `ChargePayment fails with ERROR` or `ChargePayment never answers`"
)]
#[case::no_worker(
    "ChargePayment misses its heartbeat",
    "`ChargePayment` waits for no worker, so nobody sends heartbeats; write `ChargePayment never answers`"
)]
#[case::no_heartbeat(
    "the heartbeat of Pack is missed",
    "`Pack` has no HeartbeatSeconds, so no heartbeat is missed; write `nobody answers the task token of Pack`"
)]
#[case::no_service(
    "Pack is throttled",
    "`Pack` waits for the worker of an activity and calls no service; say what the worker does: `… fails with ERROR`, `… never answers`"
)]
#[case::no_lost_job(
    "RunReport succeeds but its answer is lost",
    "Step Functions looks after the job of `RunReport` itself, so no answer is lost; write `the job of RunReport never ends`"
)]
#[case::no_part(
    "SaveOrder does only part of its work",
    "no answer of dynamodb:putItem says that part of the work was not done; let it return what says so: `Given SaveOrder returns: …`"
)]
#[case::another_part(
    "SaveOrders does only part of its work, as \"UnprocessedItem\" says",
    "`SaveOrders` does not tell of undone work in `UnprocessedItem`; aws-sdk:dynamodb:batchWriteItem tells it in `UnprocessedItems`"
)]
#[case::no_such_status(
    "AskStatus reports the status FAILD",
    "aws-sdk:sfn:describeExecution knows no status `FAILD`; did you mean `FAILED`?"
)]
#[case::no_end(
    "RunReport reports the status RUNNING",
    "`RunReport` answers only when its job has ended, and RUNNING is no end; write `the job of RunReport never ends`"
)]
#[case::no_place(
    "ChargePayment reports the status FAILED",
    "no API tells where the status of `ChargePayment` stands; write where: `reports the status Payload.status=FAILED`"
)]
#[case::no_member(
    "the answer of LoadOrders lacks \"Itme\"",
    "the answer of `LoadOrders` has no `Itme` to lack; did you mean `Item`?"
)]
#[case::a_slip(
    "SaveOrder fails with DynamoDb.ConditionalCheckFailedException",
    "`SaveOrder` (dynamodb:putItem) never reports `DynamoDb.ConditionalCheckFailedException`; did you mean `DynamoDB.ConditionalCheckFailedException`?"
)]
#[case::a_wildcard(
    "SaveOrder fails with States.ALL",
    "`States.ALL` stands for every error, and none is called so; write `SaveOrder fails with an unexpected error`"
)]
#[case::a_timer(
    "SaveOrder fails with States.Timeout",
    "nothing reports `States.Timeout` but a timer of the task; write `SaveOrder times out`"
)]
#[case::no_own_errors(
    "SaveOrder fails with an unexpected error",
    "dynamodb:putItem reports the errors of its API alone; write `meets a service error`, or name one of its errors"
)]
#[case::no_timer(
    "RunReport times out",
    "`RunReport` never times out: it has no TimeoutSeconds; write `RunReport never answers`"
)]
#[case::no_items(
    "ChargePayment is throttled in every item",
    "`ChargePayment` is in no Map, so it has no items"
)]
#[case::no_item("ChargePayment is throttled in item 2", "`ChargePayment` is in no Map, so it has no items")]
#[case::not_survived(
    "ChargePayment fails with PaymentDeclined as often as its retries survive",
    "no retrier of `ChargePayment` takes PaymentDeclined, so none survives it; they list Lambda.TooManyRequestsException"
)]
#[case::not_retried(
    "AskStatus reports the status FAILED until its retries are spent",
    "`AskStatus` answers all the same, so nothing is retried; say how often: `3 times`, `every time`"
)]
#[case::no_task("IsDone is throttled", "`IsDone` is a Choice; faults are injected at tasks")]
#[case::no_state(
    "ChargePayement is throttled",
    "there is no state `ChargePayement`; did you mean `ChargePayment`?"
)]
#[case::no_second_delivery(
    "the event is delivered twice",
    "a Standard workflow runs exactly once for each start; write `the execution starts again with the same input`"
)]
#[case::no_class(
    "any single throtling fault strikes",
    "there is no class of faults `throtling`; did you mean `throttling`?"
)]
fn a_sentence_that_makes_no_sense_is_refused(#[case] sentence: &str, #[case] message: &str) {
    let played = order().play(&format!("When {sentence}"));
    assert_eq!(played, Err(format!("{sentence}: {message}")));
}

#[rstest]
#[case::nothing_and_a_fault(
    "nothing goes wrong",
    "ChargePayment is throttled",
    "the scenario says that nothing goes wrong; take `nothing goes wrong` out, or this step"
)]
#[case::a_fault_and_nothing(
    "ChargePayment is throttled",
    "nothing goes wrong",
    "the scenario says already what goes wrong; take this step out, or those that bring faults"
)]
#[case::a_search_and_a_fault(
    "any single fault strikes",
    "ChargePayment is throttled",
    "the scenario searches for faults already; a search stands alone; write a scenario of its own for this fault"
)]
#[case::two_searches(
    "any single fault strikes",
    "any two faults strike",
    "the scenario says already what goes wrong; a search stands alone; write a scenario of its own for it"
)]
#[case::twice_the_same(
    "ChargePayment is throttled twice",
    "ChargePayment is throttled",
    "`ChargePayment:throttling*2` is said before; say in one step how often it happens: `3 times`, `every time`"
)]
#[case::two_second_runs(
    "the execution starts again with the same input",
    "the execution starts again with the same input after 7 days",
    "`@execution:started-again` is said before, and an execution has one second run"
)]
fn sentences_that_contradict_each_other_are_refused(
    #[case] first: &str,
    #[case] second: &str,
    #[case] message: &str,
) {
    let played = order().play(&format!("When {first}\nAnd {second}"));
    assert_eq!(played, Err(format!("{second}: {message}")));
}

#[rstest]
#[case::not_reached(
    "Escalate is throttled",
    "the fault `Escalate:throttling` strikes in no run; no run comes to `Escalate`; see which states it enters without the fault"
)]
#[case::too_often(
    "Ship is throttled 6 times",
    "the fault `ShipAll[0]/Ship:throttling*6` strikes only 4 times, not 6 times; `ShipAll/Ship` is not called more often; for throttling that lasts write `every time` or `until its retries are spent`"
)]
#[case::no_such_item(
    "Ship is throttled in item 7",
    "the fault `ShipAll[7]/Ship:throttling` strikes in no run; `ShipAll/Ship` runs in no such item; there are 3, counted from 0"
)]
#[case::no_such_visit(
    "AskStatus is throttled on visit 2",
    "the fault `AskStatus#2:throttling` strikes in no run; `AskStatus` is never entered a second time"
)]
#[case::no_such_attempt(
    "Ship is throttled on attempt 3",
    "the fault `ShipAll[0]/Ship:throttling#3` strikes in no run; `ShipAll/Ship` has no third attempt: nothing makes it try again so often"
)]
#[case::another_is_first(
    "Ship is throttled\nAnd Ship times out",
    "the fault `ShipAll[0]/Ship:timeout` strikes in no run; another fault strikes the same call; say which attempt each is for: `on attempt 2`"
)]
#[case::over_before(
    "the execution is stopped after 7 days",
    "the execution is not stopped in any run: it ends before"
)]
#[case::it_succeeds(
    "the execution is redriven",
    "the execution is not redriven in any run: it succeeds without"
)]
#[case::no_result(
    "the result of Escalate is larger than 10 KB",
    "`Escalate` gives no result in any run; no run comes to it, or its calls fail"
)]
fn what_does_not_happen_as_it_is_said_fails_the_scenario(#[case] sentences: &str, #[case] message: &str) {
    let played = order().play(&format!("When {sentences}\nThen the execution succeeds"));
    assert_eq!(played, Err(format!("the execution succeeds: {message}")));
}
