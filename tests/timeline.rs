//! The timeline of `run --format human`: one snapshot for each thing that it has to show.

use rstest::rstest;
use sfn_chaos::asl::compile_text;
use sfn_chaos::fault::Plan;
use sfn_chaos::mock::{Answer, Call};
use sfn_chaos::report;
use sfn_chaos::sim::{self, Case, Stop};
use sfn_chaos::value::Value;

/// A retried call, a caught failure, and a way by a Choice.
const ORDER: &str = r#"{"StartAt":"Charge","States":{
  "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"charge"},
    "Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"],"IntervalSeconds":2,"MaxAttempts":2}],
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.failure","Next":"IsLarge"}],
    "ResultPath":null,"Assign":{"chargedOnce":true},"Next":"IsLarge"},
  "IsLarge":{"Type":"Choice","Choices":[{"Variable":"$.amount","NumericGreaterThan":100,"Next":"Ask"}],
    "Default":"Done"},
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","TimeoutSeconds":60,
    "Parameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/123456789012/q","MessageBody":"Really?"},
    "Next":"Done"},
  "Done":{"Type":"Succeed"}}}"#;

/// Items in branches; the second item can fail.
const FAN: &str = r#"{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
  {"StartAt":"Each","States":{"Each":{"Type":"Map","End":true,"ItemsPath":"$.items",
    "ItemProcessor":{"StartAt":"Ship","States":{"Ship":{"Type":"Task","End":true,
      "Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"parcels"}}}}}}},
  {"StartAt":"Settle","States":{"Settle":{"Type":"Wait","Seconds":3,"End":true}}}]}}}"#;

#[rstest]
#[case::retries_and_catches("retries-and-catches", ORDER, "Charge:throttling*3", None, 0)]
#[case::a_callback_that_never_comes("silent-callback", ORDER, "Ask:callback-missing", None, 0)]
#[case::items_and_branches("items-and-branches", FAN, "Both/branch[0]/Each[1]/Ship:throttling", None, 1)]
#[case::a_stopped_execution("stopped", FAN, "", Some(1), 0)]
fn a_timeline_shows(
    #[case] name: &str,
    #[case] definition: &str,
    #[case] plan: &str,
    #[case] stop_after_ms: Option<u64>,
    #[case] redrives: usize,
) {
    let machine = compile_text("fulfil", definition).expect("a valid definition");
    let case = Case {
        plan: Plan::parse(plan, &machine).expect("a plan for the machine"),
        stop: stop_after_ms.map(|after_ms| Stop { after_ms, error: Some("Halt".into()), cause: None }),
        redrives_after_ms: vec![60_000; redrives],
        ..Case::new(Value::parse(r#"{"amount":250,"items":["lamp","chair"]}"#).expect("JSON"))
    };
    let history = sim::run(&machine, &case, &mut |_: Call<'_>| Answer::of(Value::empty_object()));
    let mut text = Vec::new();
    report::execution(&history, &machine, &mut text).expect("a buffer takes everything");
    let text = String::from_utf8(text).expect("a timeline is UTF-8");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("timeline-{name}"), text);
    });
}
