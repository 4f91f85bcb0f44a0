use std::fs;

use rstest::rstest;

use super::*;
use crate::asl::{compile, compile_text};
use crate::load::{LoadOptions, definitions};

fn operation(op: &'static str, path: &str, value: Option<&str>) -> PatchOperation {
    PatchOperation { op, path: path.to_owned(), value: value.map(|text| Value::parse(text).unwrap()) }
}

const RETRIER: &str = r#"{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":2}"#;

const JSON: &str = r#"{
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "Retry": [
                { "ErrorEquals": ["A"], "MaxAttempts": 1 }
            ],
            "Next": "Done"
        },
        "Done": { "Type": "Succeed" }
    }
}
"#;

const YAML: &str = r"# Calls, and is done.
StartAt: Call
States:
  Call:
    Type: Task
    Resource: arn:aws:lambda:us-east-1:123456789012:function:f  # the function
    Retry:
      - ErrorEquals: [A]
        MaxAttempts: 1
    Next: Done
  # the end
  Done:
    Type: Succeed
";

fn lines_of(name: &str, text: &str, patch: &[PatchOperation]) -> Vec<String> {
    let machine = compile_text(name, text).unwrap();
    let new = edited(&machine, patch).expect("the text can be edited");
    let diff = unified(name, text, &new, &[]);
    diff.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).map(str::to_owned).collect()
}

#[rstest]
#[case::a_member(operation("add", "/States/Call/TimeoutSeconds", Some("60")),
    &[r#"-            "Next": "Done""#, r#"+            "Next": "Done","#, r#"+            "TimeoutSeconds": 60"#])]
#[case::a_member_on_one_line(operation("add", "/States/Done/Comment", Some("\"x\"")),
    &[r#"-        "Done": { "Type": "Succeed" }"#, r#"+        "Done": { "Type": "Succeed", "Comment": "x" }"#])]
#[case::an_entry_before(operation("add", "/States/Call/Retry/0", Some(RETRIER)),
    &[r#"+                { "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2 },"#])]
#[case::a_list(operation("add", "/States/Call/Catch", Some(r#"[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Done"}]"#)),
    &[r#"-            "Next": "Done""#, r#"+            "Next": "Done","#, r#"+            "Catch": ["#, "+                {",
      r#"+                    "ErrorEquals": ["States.ALL"],"#, r#"+                    "ResultPath": "$.error","#,
      r#"+                    "Next": "Done""#, "+                }", "+            ]"])]
#[case::a_name(operation("replace", "/States/Call/Retry/0/ErrorEquals/0", Some("\"B\"")),
    &[r#"-                { "ErrorEquals": ["A"], "MaxAttempts": 1 }"#,
      r#"+                { "ErrorEquals": ["B"], "MaxAttempts": 1 }"#])]
#[case::nothing(operation("remove", "/States/Call/Retry", None),
    &[r#"-            "Retry": ["#, r#"-                { "ErrorEquals": ["A"], "MaxAttempts": 1 }"#, "-            ],"])]
fn json_keeps_its_form(#[case] operation: PatchOperation, #[case] expected: &[&str]) {
    assert_eq!(lines_of("f.json", JSON, &[operation]), expected);
}

#[rstest]
#[case::a_member(operation("add", "/States/Call/TimeoutSeconds", Some("60")), &["+    TimeoutSeconds: 60"])]
#[case::a_state(operation("add", "/States/Not Paid?", Some(r#"{"Type":"Fail","Error":"NotPaid","Cause":"No: money"}"#)),
    &[r#"+  "Not Paid?":"#, "+    Type: Fail", "+    Error: NotPaid", r#"+    Cause: "No: money""#])]
#[case::an_entry(operation("add", "/States/Call/Retry/-", Some(RETRIER)),
    &["+      - ErrorEquals: [States.TaskFailed]", "+        MaxAttempts: 2"])]
#[case::an_entry_before(operation("add", "/States/Call/Retry/0", Some(RETRIER)),
    &["+      - ErrorEquals: [States.TaskFailed]", "+        MaxAttempts: 2"])]
#[case::a_list(operation("add", "/States/Call/Catch", Some(r#"[{"ErrorEquals":["States.ALL"],"Next":"Done"}]"#)),
    &["+    Catch:", "+      - ErrorEquals: [States.ALL]", "+        Next: Done"])]
#[case::a_text(operation("replace", "/States/Call/Resource", Some("\"arn:aws:states:::lambda:invoke\"")),
    &["-    Resource: arn:aws:lambda:us-east-1:123456789012:function:f  # the function",
      r#"+    Resource: "arn:aws:states:::lambda:invoke"  # the function"#])]
#[case::a_name(operation("add", "/States/Call/Retry/0/ErrorEquals/-", Some("\"B\"")),
    &["-      - ErrorEquals: [A]", r#"+      - ErrorEquals: [A, "B"]"#])]
#[case::a_field_less(operation("remove", "/States/Call/Retry/0/MaxAttempts", None), &["-        MaxAttempts: 1"])]
#[case::the_first_field_less(operation("remove", "/States/Call/Retry/0/ErrorEquals", None),
    &["-      - ErrorEquals: [A]", "-        MaxAttempts: 1", "+      - MaxAttempts: 1"])]
fn yaml_keeps_its_form(#[case] operation: PatchOperation, #[case] expected: &[&str]) {
    assert_eq!(lines_of("f.yaml", YAML, &[operation]), expected);
}

#[test]
fn operations_go_one_after_the_other() {
    let patch = [
        operation("remove", "/States/Call/Next", None),
        operation("add", "/States/Call/Next", Some("\"Wait\"")),
        operation("add", "/States/Wait", Some(r#"{"Type":"Wait","Seconds":5,"Next":"Done"}"#)),
    ];
    let expected = [
        "-    Next: Done",
        "+    Next: Wait",
        "+  Wait:",
        "+    Type: Wait",
        "+    Seconds: 5",
        "+    Next: Done",
    ];
    assert_eq!(lines_of("f.yaml", YAML, &patch), expected);
}

const INLINE: &str = "Resources:\n  Orders:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        \
    StartAt: Call\n        States:\n          Call:\n            Type: Task\n            Resource: !GetAtt Function.Arn\n            \
    End: true\n      Role: !Ref Role\n";
const BLOCK: &str = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        \
    {\n          \"StartAt\": \"Call\",\n          \"States\": {\n            \"Call\": {\n              \"Type\": \"Pass\",\n              \
    \"End\": true\n            }\n          }\n        }\n      RoleArn: !Ref Role\n";
const FILLED: &str = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub |\n        \
    {\n          \"StartAt\": \"Call\",\n          \"States\": {\n            \"Call\": {\n              \"Type\": \"Task\", \"Resource\": \
    \"${Function.Arn}\",\n              \"End\": true\n            }\n          }\n        }\n";
const QUOTED: &str = r#"{ "Resources": { "Orders": { "Type": "AWS::StepFunctions::StateMachine", "Properties": {
    "DefinitionString": "{\"StartAt\":\"Call\",\"States\":{\"Call\":{\"Type\":\"Pass\",\"End\":true}}}" } } } }"#;

#[rstest]
#[case::sam("t.yaml", INLINE, Some(&["+            Comment: x"][..]))]
#[case::a_block("t.yaml", BLOCK, Some(&[r#"-              "End": true"#, r#"+              "End": true,"#,
    r#"+              "Comment": "x""#][..]))]
#[case::a_block_with_references("t.yaml", FILLED, Some(&[r#"-              "End": true"#, r#"+              "End": true,"#,
    r#"+              "Comment": "x""#][..]))]
#[case::an_escaped_text("t.json", QUOTED, None)]
fn a_template_is_edited_where_the_definition_stands_in_it(
    #[case] name: &str,
    #[case] text: &str,
    #[case] expected: Option<&[&str]>,
) {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let definition = definitions(&path, &LoadOptions::default()).unwrap().remove(0);
    assert!(definition.document.pointer.starts_with("/Resources/Orders/Properties/Definition"));
    let machine = compile(&definition).machine.unwrap();
    let new = edited(&machine, &[operation("add", "/States/Call/Comment", Some("\"x\""))]);
    let diff = new.map(|new| unified(name, text, &new, &[]));
    let lines: Option<Vec<&str>> = diff
        .as_deref()
        .map(|diff| diff.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).collect());
    assert_eq!(lines.as_deref(), expected);
}

#[test]
fn a_part_that_an_alias_shares_is_not_edited() {
    let text = "StartAt: A\nStates:\n  A:\n    Type: Wait\n    Seconds: 1\n    Retry: &r\n      - x\n    Next: B\n  B: &b\n    Type: Pass\n    \
        Next: C\n  C:\n    <<: *b\n    Next: D\n  D:\n    Type: Succeed\n";
    let machine = compile_text("f.yaml", &text.replace("    Retry: &r\n      - x\n", "")).unwrap();
    assert_eq!(edited(&machine, &[operation("replace", "/States/C/Type", Some("\"Wait\""))]), None);
}

#[test]
fn a_diff_has_the_numbers_of_its_lines() {
    let lines: Vec<String> = (1..=12).map(|line| line.to_string()).collect();
    let old = lines.join("\n") + "\n";
    let new = old.replace("2\n3\n", "2\nnew\n").replace("11\n", "");
    let diff = unified("f", &old, &new, &[(1, "one"), (10, "ten")]);
    let expected = "--- a/f\n+++ b/f\n@@ -1,6 +1,6 @@ one\n 1\n 2\n-3\n+new\n 4\n 5\n 6\n@@ -8,5 +8,4 @@ ten\n 8\n 9\n 10\n-11\n 12\n";
    assert_eq!(diff, expected);
}
