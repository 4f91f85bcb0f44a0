use std::path::Path;

use rstest::rstest;

use super::{Context, Decision, Grants, Pattern, Refusal, Request, parse};

fn read(text: &str) -> Result<Grants, String> {
    parse(Path::new("role.json"), text, None, "Order").map_err(|error| error.to_string())
}

fn decide(grants: &Grants, action: &str, resource: &str) -> Decision {
    grants.decide(Request { action, resource: &Pattern::new(resource), context: &Context::new() })
}

/// A policy with these statements.
fn policy(statements: &str) -> Grants {
    read(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#)).unwrap()
}

const TABLE: &str = "arn:aws:dynamodb:<supply region>:<supply account>:table/orders";
const WRITE: &str = r#"{"Sid":"Write","Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/orders"}"#;

#[rstest]
#[case::a_statement_that_is_no_list(WRITE, Decision::Allowed)]
#[case::a_wildcard_in_any_case(
    r#"[{"Effect":"Allow","Action":"DynamoDB:Put*","Resource":"*"}]"#,
    Decision::Allowed
)]
#[case::everything(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, Decision::Allowed)]
#[case::all_actions_but_others(r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#, Decision::Allowed)]
#[case::all_actions_but_this(
    r#"{"Effect":"Allow","NotAction":"dynamodb:*","Resource":"*"}"#,
    Decision::Denied(Refusal::NoStatement)
)]
#[case::all_resources_but_another(
    r#"{"Effect":"Allow","Action":"dynamodb:*","NotResource":"arn:aws:dynamodb:*:*:table/secrets"}"#,
    Decision::Allowed
)]
#[case::another_action(
    r#"{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}"#,
    Decision::Denied(Refusal::NoStatement)
)]
#[case::another_table(
    r#"{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/x"}"#,
    Decision::Denied(Refusal::NoStatement)
)]
#[case::nothing("[]", Decision::Denied(Refusal::NoStatement))]
fn a_call_is_allowed_by_a_statement(#[case] statements: &str, #[case] expected: Decision) {
    assert_eq!(decide(&policy(statements), "dynamodb:PutItem", TABLE), expected);
}

#[test]
fn a_denial_wins_over_every_allowance() {
    let grants = policy(
        r#"[{"Effect":"Allow","Action":"*","Resource":"*"},
            {"Sid":"No","Effect":"Deny","Action":"dynamodb:Put*","Resource":"*"}]"#,
    );
    let expected = Decision::Denied(Refusal::Statement("No (role.json:2:13)".to_owned()));
    assert_eq!(decide(&grants, "dynamodb:PutItem", TABLE), expected);
    assert_eq!(decide(&grants, "dynamodb:GetItem", TABLE), Decision::Allowed);
}

#[test]
fn a_denial_of_some_resources_leaves_the_others_open() {
    let grants = policy(
        r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
            {"Sid":"No","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::data/private/*"}]"#,
    );
    assert_eq!(decide(&grants, "s3:GetObject", "arn:aws:s3:::data/in/1"), Decision::Allowed);
    assert!(matches!(
        decide(&grants, "s3:GetObject", "arn:aws:s3:::data/<supply key>"),
        Decision::Unknown(_)
    ));
}

#[rstest]
#[case::the_environment(r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#,
    Decision::Conditional("Statement (role.json:1:37) allows it under the condition StringEquals aws:SourceVpc vpc-1".to_owned()))]
#[case::what_holds_for_all(r#"{"Bool":{"aws:SecureTransport":"true"}}"#, Decision::Allowed)]
#[case::what_never_holds(
    r#"{"Bool":{"aws:SecureTransport":"false"}}"#,
    Decision::Denied(Refusal::NoStatement)
)]
fn a_condition_is_decided_or_told(#[case] condition: &str, #[case] expected: Decision) {
    let grants =
        policy(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#));
    assert_eq!(decide(&grants, "dynamodb:PutItem", TABLE), expected);
}

#[test]
fn what_only_the_input_decides_is_unknown_not_refused() {
    let grants = policy(WRITE);
    let table = "arn:aws:dynamodb:<supply region>:<supply account>:table/<supply table>";
    let expected = Decision::Unknown("Write (role.json:1:37) allows it for some resources".to_owned());
    assert_eq!(decide(&grants, "dynamodb:PutItem", table), expected);
}

#[test]
fn a_boundary_has_to_allow_it_as_well() {
    let mut grants = policy(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    grants.boundary = policy(r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#).policies;
    assert_eq!(decide(&grants, "sqs:SendMessage", "*"), Decision::Allowed);
    assert_eq!(decide(&grants, "dynamodb:PutItem", TABLE), Decision::Denied(Refusal::Boundary));
}

const ENCODED: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22\
    Action%22%3A%22dynamodb%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";

#[rstest]
#[case::a_role_policy(format!(r#"{{"RoleName":"r","PolicyName":"p","PolicyDocument":{{"Statement":{WRITE}}}}}"#))]
#[case::an_encoded_one(format!(r#"{{"RoleName":"r","PolicyName":"p","PolicyDocument":"{ENCODED}"}}"#))]
#[case::a_version(format!(r#"{{"PolicyVersion":{{"Document":{{"Statement":[{WRITE}]}},"VersionId":"v1"}}}}"#))]
#[case::a_list(format!(r#"[{{"Statement":[]}},{{"PolicyName":"p","PolicyDocument":{{"Statement":{WRITE}}}}}]"#))]
#[case::an_account(format!(r#"{{"RoleDetailList":[{{"RoleName":"r","RolePolicyList":[{{"PolicyName":"p",
    "PolicyDocument":{{"Statement":[{WRITE}]}}}}],"AttachedManagedPolicies":[]}}],"Policies":[]}}"#))]
#[case::a_managed_policy_of_the_account(format!(r#"{{"RoleDetailList":[{{"RoleName":"r","AttachedManagedPolicies":
    [{{"PolicyName":"m","PolicyArn":"arn:aws:iam::1:policy/m"}}]}}],
    "Policies":[{{"PolicyName":"m","Arn":"arn:aws:iam::1:policy/m","PolicyVersionList":[
      {{"VersionId":"v1","IsDefaultVersion":false,"Document":{{"Statement":[]}}}},
      {{"VersionId":"v2","IsDefaultVersion":true,"Document":{{"Statement":[{WRITE}]}}}}]}}]}}"#))]
#[case::a_policy_of_aws(r#"{"RoleName":"r","AttachedManagedPolicies":
    [{"PolicyName":"AdministratorAccess","PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}]}"#.to_owned())]
fn policies_are_read_as_people_have_them(#[case] text: String) {
    assert_eq!(decide(&read(&text).unwrap(), "dynamodb:PutItem", TABLE), Decision::Allowed);
}

#[test]
fn a_policy_whose_text_is_not_at_hand_may_allow_it() {
    let grants = read(
        r#"{"RoleName":"r","AttachedManagedPolicies":
            [{"PolicyName":"Own","PolicyArn":"arn:aws:iam::123456789012:policy/Own"}]}"#,
    )
    .unwrap();
    let expected = Decision::Unknown("the text of the attached policy `Own` is not at hand".to_owned());
    assert_eq!(decide(&grants, "dynamodb:PutItem", TABLE), expected);
}

#[rstest]
#[case::no_json("{\n \"Statement\": [,]}", "role.json:2:16: ")]
#[case::a_key(
    r#"{"Statement":[{"Effect":"Allow","Actions":"*","Resource":"*"}]}"#,
    "role.json:1:33: a statement has no `Actions`; did you mean `Action`?"
)]
#[case::an_effect(
    r#"{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}"#,
    "role.json:1:25: the `Effect` is neither `Allow` nor `Deny`; write one of them"
)]
#[case::no_resource(
    r#"{"Statement":[{"Effect":"Allow","Action":"*"}]}"#,
    "role.json:1:15: the statement has neither of `Resource` and `NotResource`; it needs exactly one"
)]
#[case::an_action(
    r#"{"Statement":[{"Effect":"Allow","Action":"PutItem","Resource":"*"}]}"#,
    "role.json:1:42: `PutItem` is no action; write `service:Action`, such as `sqs:SendMessage`"
)]
#[case::a_trust_policy(
    r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#,
    "role.json:1:33: a statement with `Principal` belongs to a resource or to a trust policy; the execution role's \
     own policies are needed: `aws iam get-role-policy`"
)]
#[case::only_names(
    r#"{"PolicyNames":["a"]}"#,
    "role.json:1:16: `PolicyNames` is no policy of a role; ask for each: `aws iam get-role-policy --role-name ROLE \
     --policy-name NAME`"
)]
#[case::something_else(
    r#"{"a":1}"#,
    "role.json:1:1: there is no policy here; give a policy document, what `aws iam get-role-policy` prints, or a \
     template with the role"
)]
#[case::several_roles(
    r#"{"RoleDetailList":[{"RoleName":"a"},{"RoleName":"b"}]}"#,
    "role.json:1:19: there are several roles: a, b; say which one, such as `role.json#a`"
)]
fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
    let message = read(text).unwrap_err();
    assert!(message.starts_with(expected), "{message}");
}

const TEMPLATE: &str = r"
Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Order:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: !GetAtt OrderRole.Arn}
  OrderRole:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [!Ref Shared]
      Policies:
        - PolicyName: write
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Orders.Arn}
              - Effect: Allow
                Action: [sqs:SendMessage]
                Resource: !Sub 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders'
              - {Effect: Allow, Action: sns:Publish, Resource: !ImportValue Topic}
  OtherRole: {Type: AWS::IAM::Role}
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: {Effect: Allow, Action: 'events:PutEvents', Resource: '*'}}
  Later:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: later
      Roles: [!Ref OrderRole]
      PolicyDocument: {Statement: {Effect: Allow, Action: 'glue:StartJobRun', Resource: '*'}}
";

#[rstest]
#[case::a_resource_of_the_template("dynamodb:PutItem", "${Orders.Arn}", true)]
#[case::in_the_account_of_the_stack("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders", true)]
#[case::a_managed_policy("events:PutEvents", "arn:aws:events:eu-west-1:1:event-bus/default", true)]
#[case::a_policy_that_names_the_role("glue:StartJobRun", "arn:aws:glue:eu-west-1:1:job/j", true)]
#[case::an_imported_name("sns:Publish", "arn:aws:sns:eu-west-1:1:t", false)]
fn a_template_says_what_the_role_of_the_machine_may_do(
    #[case] action: &str,
    #[case] resource: &str,
    #[case] allowed: bool,
) {
    let grants = parse(Path::new("template.yaml"), TEMPLATE, None, "Order").unwrap();
    match decide(&grants, action, resource) {
        Decision::Allowed => assert!(allowed),
        Decision::Unknown(_) => assert!(!allowed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sam_machine_makes_its_role_of_templates_and_documents() {
    let template = r"
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Charge}
        - KMSDecryptPolicy: {KeyId: k}
        - Statement: {Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}
        - AWSLambdaRole
";
    let grants = parse(Path::new("template.yaml"), template, None, "Order").unwrap();
    let names: Vec<_> = grants.policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["LambdaInvokePolicy", "KMSDecryptPolicy", "Policies", "AWSLambdaRole"]);
    assert_eq!(grants.policies[1].statements, None);
    let function = "arn:aws:lambda:eu-west-1:1:function:${Charge}";
    assert_eq!(decide(&grants, "lambda:InvokeFunction", function), Decision::Allowed);
    assert_eq!(decide(&grants, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q"), Decision::Allowed);
}
