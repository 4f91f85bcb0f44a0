use std::path::Path;
use std::sync::Arc;

use rstest::rstest;

use super::{Audit, Surplus, audit, parse};
use crate::asl::compile_text;
use crate::iam::{Settings, survey};

const MACHINE: &str = r#"{"StartAt":"Store","States":{
  "Store":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",
    "Parameters":{"TableName":"orders","Item":{"id":{"S":"1"}}},"ResultPath":null,"Next":"Send"},
  "Send":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
    "Parameters":{"QueueUrl.$":"$.queue","MessageBody":"stored"},"ResultPath":null,"Next":"Charge"},
  "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"arn:aws:lambda:eu-west-1:111122223333:function:charge"},"End":true}}}"#;

fn of(statements: &str) -> Audit {
    let machine = Arc::new(compile_text("order", MACHINE).unwrap());
    let text = format!(r#"{{"Statement":{statements}}}"#);
    let grants = parse(Path::new("role.json"), &text, None, "order").unwrap();
    audit(&survey(&machine, &Settings::default()), &grants)
}

const ALL: &str = r#"[
  {"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:eu-west-1:111122223333:table/orders"},
  {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:*:*:*"},
  {"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:charge*"}]"#;

#[test]
fn a_role_that_may_do_it_all_lacks_nothing() {
    let audit = of(ALL);
    assert_eq!((audit.missing, audit.undecided, audit.allowed), (vec![], vec![], 3));
}

#[test]
fn a_gap_has_the_exact_statement() {
    let audit = of(&ALL.replace("dynamodb:PutItem", "dynamodb:GetItem"));
    let [gap] = &audit.missing[..] else { panic!("{:?}", audit.missing) };
    let statement = gap.statement.as_ref().unwrap().to_json();
    let expected = r#"{"Effect":"Allow","Action":["dynamodb:PutItem"],"Resource":["arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders"]}"#;
    assert_eq!(
        (gap.reason.as_str(), statement.as_str()),
        ("no statement of the role's policies allows it", expected)
    );
    let mended = of(&format!("[{statement},{}", &ALL.trim_start()[1..]));
    assert_eq!(mended.missing, []);
}

#[test]
fn a_name_that_the_input_gives_is_not_decided() {
    let audit = of(&ALL.replace("arn:aws:sqs:*:*:*", "arn:aws:sqs:eu-west-1:111122223333:stored"));
    assert_eq!(audit.missing, []);
    let [gap] = &audit.undecided[..] else { panic!("{:?}", audit.undecided) };
    assert!(gap.reason.ends_with("allows it for some resources"), "{}", gap.reason);
}

#[test]
fn no_statement_helps_against_a_denial() {
    let denial = r#"[{"Sid":"No","Effect":"Deny","Action":"sqs:*","Resource":"*"},"#;
    let audit = of(&format!("{denial}{}", &ALL.trim_start()[1..]));
    let [gap] = &audit.missing[..] else { panic!("{:?}", audit.missing) };
    assert_eq!((gap.reason.as_str(), &gap.statement), ("No (role.json:1:15) denies it", &None));
}

#[rstest]
#[case::nothing_too_much(r#"{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/orders"}"#, &[])]
#[case::nobody_needs_it(r#"{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}"#, &[Surplus::Statement])]
#[case::an_action(
    r#"{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:DeleteItem"],"Resource":"arn:aws:dynamodb:*:*:table/orders"}"#,
    &[Surplus::Actions(vec!["dynamodb:DeleteItem".to_owned()])])]
#[case::a_wildcard(
    r#"{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/orders"}"#,
    &[Surplus::Wildcard { written: "dynamodb:*".to_owned(), enough: vec!["dynamodb:PutItem".to_owned()] }])]
#[case::a_resource(
    r#"{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/*"}"#,
    &[Surplus::Resource { written: "arn:aws:dynamodb:*:*:table/*".to_owned(),
      enough: vec!["arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders".to_owned()] }])]
#[case::a_name_that_the_input_gives(r#"{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}"#, &[])]
#[case::logs(r#"{"Effect":"Allow","Action":["logs:CreateLogDelivery","xray:PutTraceSegments"],"Resource":"*"}"#, &[])]
fn what_no_state_needs_is_too_much(#[case] statement: &str, #[case] expected: &[Surplus]) {
    let found: Vec<_> = of(statement).excess.into_iter().map(|excess| excess.what).collect();
    assert_eq!(found, expected);
}
