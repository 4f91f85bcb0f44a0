//! Files and folders as people have them.

use std::path::Path;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::asl::MachineType;

const MACHINE: &str =
    r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Fn}", "End": true}}}"#;

const TEMPLATE: &str = r"
Resources:
  Fulfil:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      DefinitionUri: statemachine/fulfil.asl.json
      DefinitionSubstitutions:
        Fn: !GetAtt Charge.Arn
        Put: !Sub arn:${AWS::Partition}:states:::dynamodb:putItem
        Table: !Sub ${Prefix}-orders
  Charge:
    Type: AWS::Serverless::Function
";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn load(path: &Path) -> Vec<Definition> {
    definitions(path, &LoadOptions::default()).unwrap()
}

fn names(path: &Path) -> Vec<String> {
    load(path).into_iter().map(|definition| definition.name).collect()
}

#[test]
fn a_template_names_the_definition_and_its_placeholders() {
    let folder = folder(&[("template.yaml", TEMPLATE), ("statemachine/fulfil.asl.json", MACHINE)]);
    let loaded = load(&folder.path().join("template.yaml"));
    let [definition] = &loaded[..] else { panic!("one state machine") };
    assert_eq!((definition.name.as_str(), definition.declared_type), ("Fulfil", Some(MachineType::Express)));
    assert!(definition.source.ends_with("statemachine/fulfil.asl.json"));
    let reference = Substitution::Reference {
        logical_id: "Charge".into(),
        attribute: Some("Arn".into()),
        resource_type: Some("AWS::Serverless::Function".into()),
    };
    assert_eq!(definition.substitutions["Fn"], reference);
    assert_eq!(
        definition.substitutions["Put"],
        Substitution::Known("arn:aws:states:::dynamodb:putItem".into())
    );
    assert_eq!(definition.substitutions["Table"], Substitution::Known("${Prefix}-orders".into()));
    assert_eq!(definition.problems, []);
}

#[rstest]
#[case::letter_case("template.yaml", "StateMachine/Fulfil.asl.json", Some("definition-uri"))]
#[case::parent_folder("iac/main/template.yaml", "statemachine/fulfil.asl.json", Some("definition-uri"))]
#[case::nowhere("template.yaml", "elsewhere/fulfil.asl.json", Some("definition-not-found"))]
fn a_definition_that_is_not_where_the_template_says(
    #[case] template: &str,
    #[case] definition: &str,
    #[case] code: Option<&str>,
) {
    let folder = folder(&[(template, TEMPLATE), (definition, MACHINE)]);
    let loaded = load(&folder.path().join(template));
    assert_eq!(loaded[0].problems.first().map(|problem| problem.code), code);
    assert_eq!(loaded[0].problems[0].location.line, 7);
}

#[test]
fn a_users_value_wins_and_reaches_into_known_texts() {
    let text =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "Comment": "${Table}"}}}"#;
    let folder = folder(&[("template.yaml", TEMPLATE), ("statemachine/fulfil.asl.json", text)]);
    let values = [("Pause", "5"), ("Prefix", "dev")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = LoadOptions { substitutions: values.into() };
    let loaded = definitions(&folder.path().join("template.yaml"), &options).unwrap();
    let state = loaded[0].document.node("/States/A").unwrap().to_value();
    assert_eq!(state.to_json(), r#"{"Type":"Wait","Seconds":5,"Comment":"dev-orders"}"#);
}

#[test]
fn a_definition_inside_the_template_keeps_its_lines() {
    let template = "Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: !GetAtt F.Arn, End: true}
  F: {Type: AWS::Lambda::Function}
";
    let folder = folder(&[("template.yaml", template)]);
    let loaded = load(&folder.path().join("template.yaml"));
    assert_eq!(loaded[0].document.locate("/States/A/Resource").line, 8);
    assert_eq!(loaded[0].document.node("/States/A/Resource").unwrap().as_str(), Some("${F.Arn}"));
    assert!(loaded[0].substitutions.contains_key("F.Arn"));
}

#[test]
fn a_folder_gives_every_state_machine_once_in_order() {
    let folder = folder(&[
        ("b/template.yaml", TEMPLATE),
        ("b/statemachine/fulfil.asl.json", MACHINE),
        ("a/charge.asl.yaml", "StartAt: A\nStates: {A: {Type: Succeed}}"),
        ("a/plain.json", MACHINE),
        ("a/input.json", r#"{"StartAt": 1}"#),
        ("a/broken.asl.json", "{"),
        ("node_modules/x/no.asl.json", MACHINE),
        (".aws-sam/build/no.asl.json", MACHINE),
        ("cdk.out/no.asl.json", MACHINE),
    ]);
    assert_eq!(names(folder.path()), ["broken", "charge", "plain", "Fulfil"]);
}

#[test]
fn one_broken_file_does_not_hide_the_others() {
    let folder = folder(&[("a.asl.json", "{,}"), ("b.asl.json", MACHINE)]);
    let loaded = load(folder.path());
    assert_eq!(loaded[0].problems[0].code, "syntax");
    assert_eq!(loaded[1].problems, []);
}

#[rstest]
#[case::empty_folder(&[("readme.md", "")], "")]
#[case::template_without_machines(&[("t.yaml", "Resources: {F: {Type: AWS::Lambda::Function}}")], "t.yaml")]
#[case::serverless(&[("s.yml", "stepFunctions: {stateMachines: {}}")], "s.yml")]
#[case::terraform(&[("main.tf", "resource {}")], "main.tf")]
#[case::missing(&[], "none.json")]
fn a_path_without_a_definition_is_refused(#[case] files: &[(&str, &str)], #[case] path: &str) {
    let folder = folder(files);
    let error = definitions(&folder.path().join(path), &LoadOptions::default()).unwrap_err();
    assert!(error.to_string().contains(path), "{error}");
}

#[test]
fn an_answer_of_describe_state_machine_is_its_definition() {
    let answer = serde_json::json!({
        "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:fulfil", "name": "fulfil",
        "type": "EXPRESS", "definition": MACHINE, "roleArn": "arn:aws:iam::123456789012:role/fulfil",
    });
    let folder = folder(&[("fulfil.json", &answer.to_string())]);
    let loaded = load(&folder.path().join("fulfil.json"));
    let [definition] = &loaded[..] else { panic!("one state machine") };
    assert_eq!((definition.name.as_str(), definition.declared_type), ("fulfil", Some(MachineType::Express)));
    assert!(definition.document.node("/StartAt").is_some());
}
