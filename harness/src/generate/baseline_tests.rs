use super::*;
use crate::asl::compile_text;
use crate::mock::{Answer, Author, Sequence, Then};

fn found(definition: &str, examples: &Examples) -> (Model, Baselines) {
    let machine = compile_text("m", definition).unwrap();
    let model = Model::new(Arc::new(machine));
    let found = baselines(&model, examples, Case::new(Value::Null));
    (model, found)
}

/// Every scenario as its name and how it ends.
fn names(found: &Baselines) -> Vec<String> {
    let show = |(scenario, history): &(Scenario, Arc<History>)| {
        format!("{}: {}", scenario.name, history.outcome.status())
    };
    found.scenarios.iter().map(show).collect()
}

const POLL: &str = r#"{ "StartAt": "Start", "States": {
  "Start": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$.job",
    "ResultSelector": { "id.$": "$.Payload.jobId" }, "Next": "Wait" },
  "Wait": { "Type": "Wait", "SecondsPath": "$.pause", "Next": "Ask" },
  "Ask": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
    "Parameters": { "FunctionName": "ask", "Payload": { "id.$": "$.job.id" } }, "Next": "Is it done?" },
  "Is it done?": { "Type": "Choice", "Default": "Wait", "Choices": [
    { "Variable": "$.status", "StringEquals": "FAILED", "Next": "Failed" },
    { "Variable": "$.status", "StringEquals": "SUCCEEDED", "Next": "Done" } ] },
  "Failed": { "Type": "Fail", "Error": "JobFailed" },
  "Done": { "Type": "Succeed" } } }"#;

#[test]
fn every_way_of_a_polling_loop_is_taken_and_the_loop_ends() {
    // `Wait` reads `$.pause` of the input first and of the answer when the loop comes back.
    let (_, found) = found(POLL, &Examples::default());
    assert_eq!(
        names(&found),
        ["generated, Is it done? takes Default: SUCCEEDED", "generated, Is it done? takes rule 1: FAILED",]
    );
    assert_eq!(found.ending, Ending::Succeeded);
    assert!(found.runs < 20, "{}", found.runs);
}

#[test]
fn a_users_example_comes_first_and_stays_as_it_is() {
    let input = Value::parse(r#"{"pause":7,"mine":true}"#).unwrap();
    let examples = Examples { inputs: vec![("order.input.json".into(), input.clone())], scripts: Vec::new() };
    let (_, found) = found(POLL, &examples);
    let (first, _) = &found.scenarios[0];
    assert_eq!((&*first.name, first.origin, &first.input), ("order.input.json", Origin::User, &input));
    assert!(found.scenarios[1..].iter().all(|(scenario, _)| scenario.origin == Origin::Varied));
}

#[test]
fn a_users_answers_are_kept_and_the_rest_is_generated() {
    let answer = Answer::of(Value::parse(r#"{"Payload":{"status":"FAILED"}}"#).unwrap());
    let sequence = Sequence { calls: vec![answer], then: Then::Unmocked, by: Author::User };
    let script = Script { answers: [(Arc::from("Ask"), sequence)].into(), ..Script::default() };
    let examples = Examples { inputs: Vec::new(), scripts: vec![("Declined".into(), script)] };
    let (_, found) = found(POLL, &examples);
    assert!(names(&found).contains(&"Declined: FAILED".to_owned()), "{:?}", names(&found));
}

#[test]
fn a_machine_that_can_only_fail_says_so() {
    let (_, found) = found(
        r#"{ "StartAt": "Alert", "States": {
          "Alert": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
            "Parameters": { "Message.$": "$.detail", "TopicArn": "t" }, "Next": "Out" },
          "Out": { "Type": "Fail", "Error": "Alerted" } } }"#,
        &Examples::default(),
    );
    assert_eq!((found.ending, names(&found)), (Ending::DeclaredFail, vec!["generated: FAILED".to_owned()]));
}

#[test]
fn a_machine_that_breaks_on_any_data_is_explained_by_a_run() {
    let (_, found) = found(
        r#"{ "StartAt": "Make", "States": {
          "Make": { "Type": "Pass", "Result": { "a": 1 }, "Next": "Read" },
          "Read": { "Type": "Pass", "InputPath": "$.b", "End": true } } }"#,
        &Examples::default(),
    );
    let (_, history) = found.failing.as_ref().unwrap();
    assert_eq!((found.ending, history.outcome.status()), (Ending::Failed, "FAILED"));
}

#[test]
fn the_length_of_a_list_and_the_items_of_a_map_are_turned() {
    let (_, found) = found(
        r#"{ "StartAt": "List", "States": {
          "List": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:list",
            "ResultSelector": { "count.$": "States.ArrayLength($.items)", "items.$": "$.items" },
            "Next": "Any?" },
          "Any?": { "Type": "Choice", "Default": "Each",
            "Choices": [ { "Variable": "$.count", "NumericEquals": 0, "Next": "None" } ] },
          "None": { "Type": "Succeed" },
          "Each": { "Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {
            "StartAt": "Kind?", "States": {
              "Kind?": { "Type": "Choice", "Default": "Plain",
                "Choices": [ { "Variable": "$.kind", "StringEquals": "gift", "Next": "Wrap" } ] },
              "Wrap": { "Type": "Succeed" }, "Plain": { "Type": "Succeed" } } } } } }"#,
        &Examples::default(),
    );
    let ways: BTreeSet<_> = found
        .scenarios
        .iter()
        .flat_map(|(_, history)| history.decisions.iter().map(|decision| (decision.state, decision.rule)))
        .collect();
    assert_eq!(ways.len(), 4, "{:?}", names(&found));
}

#[test]
fn the_same_seed_gives_the_same_scenarios() {
    let (_, first) = found(POLL, &Examples::default());
    let (_, second) = found(POLL, &Examples::default());
    assert_eq!(names(&first), names(&second));
    assert_eq!(first.runs, second.runs);
}

const JSONATA_POLL: &str = r#"{ "QueryLanguage": "JSONata", "StartAt": "Start", "States": {
  "Start": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": { "FunctionName": "start" },
    "Assign": { "id": "{% $states.result.Payload.jobId %}", "pause": "{% $states.input.pause %}" }, "Next": "Wait" },
  "Wait": { "Type": "Wait", "Seconds": "{% $pause %}", "Next": "Ask" },
  "Ask": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Output": "{% $states.result.Payload %}",
    "Arguments": { "FunctionName": "ask", "Payload": { "id": "{% $id %}" } }, "Next": "Is it done?" },
  "Is it done?": { "Type": "Choice", "Default": "Wait", "Choices": [
    { "Condition": "{% $states.input.status = 'FAILED' or $states.input.tries > 5 %}", "Next": "Failed" },
    { "Condition": "{% $states.input.status = 'SUCCEEDED' %}", "Next": "Done" } ] },
  "Failed": { "Type": "Fail", "Error": "{% 'JobFailed' %}" },
  "Done": { "Type": "Succeed" } } }"#;

#[test]
fn every_way_of_a_jsonata_machine_is_taken() {
    let (_, found) = found(JSONATA_POLL, &Examples::default());
    assert_eq!(found.ending, Ending::Succeeded);
    let decisions = found.scenarios.iter().flat_map(|(_, history)| &history.decisions);
    let ways: std::collections::BTreeSet<_> = decisions.map(|decision| decision.rule).collect();
    assert_eq!(ways, [None, Some(0), Some(1)].into());
}

#[test]
fn an_expression_that_finds_nothing_says_what_to_add() {
    let definition = r#"{ "QueryLanguage": "JSONata", "StartAt": "Sum", "States": { "Sum": { "Type": "Pass",
      "Output": "{% $sum($states.input.lines.(price * count)) & $uppercase($states.input.note) %}", "End": true } } }"#;
    let (_, found) = found(definition, &Examples::default());
    assert_eq!(found.ending, Ending::Succeeded, "{:?}", found.failing);
}
