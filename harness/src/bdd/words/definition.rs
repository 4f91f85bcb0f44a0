//! Which state machine a scenario is about.

use crate::asl::MachineType;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Count, Json, Text};
use crate::bdd::stage::{Subject, Wanted};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::load::{Part, parts};
use crate::spelling::nearest;
use crate::value::Value;

pub(super) const SECTION: Section = Section {
    name: "State machine",
    about: "Which state machine a scenario is about.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the state machine {text}",
            about: "A definition in any packaging, by a path relative to the feature: ASL in JSON or YAML, a SAM or \
                    CloudFormation template. `FILE#NAME` picks one of several machines of a template.",
            example: "the state machine \"order.asl.json\"",
            takes: Takes::Nothing,
            covers: &[],
            run: in_file,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the state machine:",
            about: "A definition that is written in the feature, as JSON or YAML.",
            example: "the state machine:\n\"\"\"\n{ \"StartAt\": \"Done\", \"States\": { \"Done\": { \"Type\": \"Succeed\" } } }\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: written_here,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the placeholder {text} is {json}",
            about: "The value of `${NAME}` in the definition. It goes over what a template says.",
            example: "the placeholder \"ChargeFunctionArn\" is \"arn:aws:lambda:eu-west-1:123456789012:function:charge\"",
            takes: Takes::Nothing,
            covers: &[],
            run: placeholder,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the workflow is Standard",
            about: "A Standard workflow, whatever the packaging says; without a packaging it is one anyway.",
            example: "the workflow is Standard",
            takes: Takes::Nothing,
            covers: &[],
            run: standard,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the workflow is Express",
            about: "An Express workflow, whatever the packaging says.",
            example: "the workflow is Express",
            takes: Takes::Nothing,
            covers: &[],
            run: express,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the seed is {count}",
            about: "Where everything random comes from: jitter, random functions, generated inputs.",
            example: "the seed is 42",
            takes: Takes::Nothing,
            covers: &[],
            run: seed,
        },
    ],
};

fn in_file(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(text) = arguments.get(0)?;
    let wanted = wanted(stage, &text)?;
    begin(stage, wanted)
}

/// A definition as a feature names it: `FILE`, `FILE#NAME`.
pub(super) fn wanted(stage: &Stage, text: &str) -> Result<Wanted, Failed> {
    let (file, name) = match text.rsplit_once('#') {
        Some((file, name)) => (file, Some(name.to_owned())),
        None => (text, None),
    };
    Ok(Wanted::File { path: stage.file("definition", file)?, name })
}

fn written_here(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let text = arguments.text()?.to_owned();
    let wanted = Wanted::Text { feature: stage.feature.clone(), line: arguments.text_line(), text };
    begin(stage, wanted)
}

fn begin(stage: &mut Stage, wanted: Wanted) -> Result<(), Failed> {
    stage.change().begin(wanted);
    let subject = stage.subject()?;
    stage.setup.premises.substitutions.keys().try_for_each(|name| check_placeholder(&subject, name))
}

fn placeholder(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (Text(name), Json(value)) = (arguments.get(0)?, arguments.get(1)?);
    let text = match value {
        Value::String(text) => text.to_string(),
        other => other.to_json(),
    };
    stage.change().premises.substitutions.insert(name.clone(), text);
    if stage.setup.definition.is_none() {
        return Ok(());
    }
    check_placeholder(&*stage.subject()?, &name)
}

/// A placeholder that the definition has not is a slip of the pen: its value would go nowhere.
fn check_placeholder(subject: &Subject, name: &str) -> Result<(), Failed> {
    let definition = &subject.definition;
    let in_text = parts(&definition.document.file.text).into_iter().filter_map(|part| match part {
        Part::Placeholder(name) => Some(name),
        Part::Text(_) => None,
    });
    let names: Vec<&str> = definition.substitutions.keys().map(String::as_str).chain(in_text).collect();
    // The value that was given is known as a substitution, too.
    let is_there = |known: &&str| *known == name;
    let given = usize::from(definition.substitutions.contains_key(name));
    if names.iter().filter(|known| is_there(known)).count() > given
        || definition.packaging.logical_id.is_some()
    {
        return Ok(());
    }
    let others = names.into_iter().filter(|known| *known != name);
    let file = &definition.document.file.name;
    let wrong = Wrong::new(format!("there is no placeholder `${{{name}}}` in {file}"));
    Err(wrong.nearest(nearest(name, others)).into())
}

fn standard(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    set_type(stage, MachineType::Standard)
}

fn express(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    set_type(stage, MachineType::Express)
}

fn set_type(stage: &mut Stage, machine_type: MachineType) -> Result<(), Failed> {
    stage.change().premises.machine_type = Some(machine_type);
    if stage.setup.definition.is_none() { Ok(()) } else { stage.subject().map(|_| ()) }
}

fn seed(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Count(seed) = arguments.get(0)?;
    stage.change().seed = Some(seed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    const DONE: &str = r#"{ "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } }"#;

    /// Two machines, one of them with a placeholder.
    const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  \
        OrderFlow:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Type: EXPRESS\n      \
        Definition: { StartAt: Done, States: { Done: { Type: Succeed } } }\n  \
        RefundFlow:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      \
        Definition: { StartAt: Done, States: { Done: { Type: Succeed } } }\n";

    #[rstest]
    #[case::json("the state machine \"a.asl.json\"")]
    #[case::one_of_a_template("the state machine \"t.yaml#RefundFlow\"")]
    #[case::written_here(
        "the state machine:\n\"\"\"\nStartAt: Done\nStates:\n  Done:\n    Type: Succeed\n\"\"\""
    )]
    #[case::with_the_type_of_the_text(
        "the state machine:\n\"\"\"json\n{ \"StartAt\": \"Done\", \"States\": { \"Done\": { \"Type\": \"Succeed\" } } }\n\"\"\""
    )]
    #[case::express("the state machine \"a.asl.json\"\nAnd the workflow is Express")]
    fn a_machine_is_found_and_runs(#[case] said: &str) {
        let trial = Trial::empty().file("a.asl.json", DONE).file("t.yaml", TEMPLATE);
        assert_eq!(trial.play(&format!("Given {said}\nThen the execution succeeds")), Ok(()));
    }

    #[test]
    fn the_type_is_that_of_the_packaging_unless_the_feature_says_it() {
        use crate::asl::MachineType::{Express, Standard};
        let trial = Trial::empty().file("t.yaml", TEMPLATE);
        let machine_type = |said: &str| {
            let (stage, failed) =
                trial.staged(&format!("Given the state machine \"t.yaml#OrderFlow\"{said}"));
            assert_eq!(failed, None);
            stage.subject().unwrap().machine_type
        };
        assert_eq!((machine_type(""), machine_type("\nAnd the workflow is Standard")), (Express, Standard));
    }

    #[test]
    fn a_placeholder_has_the_value_of_the_feature() {
        let definition = r#"{ "StartAt": "Wait", "States": {
            "Wait": { "Type": "Wait", "Seconds": ${Pause}, "Next": "Ask" },
            "Ask": { "Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": { "FunctionName": "${Ask}" } } } }"#;
        let (mut stage, failed) = Trial::of(definition).staged(
            "Given the placeholder \"Pause\" is 30\nAnd the placeholder \"Ask\" is \"ask-now\"\nThen the execution succeeds",
        );
        assert_eq!(failed, None);
        let history = stage.results().unwrap().runs[0].history.clone();
        assert_eq!(history.duration.0, 30_100);
        assert_eq!(history.attempts[0].parameters.to_json(), r#"{"FunctionName":"ask-now"}"#);
    }

    #[rstest]
    #[case::no_file(
        "the state machine \"a.asl.jsn\"",
        "there is no definition a.asl.jsn; paths begin in the folder of the feature: did you mean `a.asl.json`?"
    )]
    #[case::one_of_several(
        "the state machine \"t.yaml\"",
        "t.yaml holds 2 state machines; write `FILE#NAME` with one of OrderFlow, RefundFlow"
    )]
    #[case::no_such_machine(
        "the state machine \"t.yaml#Refund\"",
        "there is no state machine `Refund` in t.yaml; did you mean `RefundFlow`?"
    )]
    #[case::no_machine(
        "the input lacks $.a",
        "no state machine is named yet; begin with `Given the state machine \"FILE\"`"
    )]
    #[case::no_text(
        "the state machine:",
        "this step needs a text; write it on the next lines, between two lines of \"\"\""
    )]
    #[case::no_placeholder(
        "the state machine \"p.asl.json\"\nAnd the placeholder \"Chrge\" is \"x\"",
        "there is no placeholder `${Chrge}` in p.asl.json; did you mean `Charge`?"
    )]
    #[case::a_placeholder_before_the_machine(
        "the placeholder \"Other\" is \"x\"\nAnd the state machine \"a.asl.json\"",
        "there is no placeholder `${Other}` in a.asl.json"
    )]
    fn what_is_wrong_is_told(#[case] said: &str, #[case] message: &str) {
        let charge = r#"{ "StartAt": "A", "States": { "A": { "Type": "Task", "Resource": "${Charge}", "End": true } } }"#;
        let trial =
            Trial::empty().file("a.asl.json", DONE).file("t.yaml", TEMPLATE).file("p.asl.json", charge);
        let told = trial.play(&format!("Given {said}")).unwrap_err();
        assert_eq!(told.split_once(": ").unwrap().1.trim_start_matches("\"FILE\": "), message, "{told}");
    }

    #[test]
    fn what_aws_refuses_is_told_with_its_place() {
        let wrong = r#"{ "StartAt": "Don", "States": { "Done": { "Type": "Succeed" } } }"#;
        let told = Trial::empty()
            .file("a.asl.json", wrong)
            .play("Given the state machine \"a.asl.json\"")
            .unwrap_err();
        assert!(
            told.contains("AWS would refuse the definition:\n") && told.contains("a.asl.json:1:"),
            "{told}"
        );
        let inline = format!("Given the state machine:\n\"\"\"\n{wrong}\n\"\"\"");
        let told = Trial::empty().play(&inline).unwrap_err();
        // The scenario's heading is line 2 of a trial, the step line 3, the quotes line 4.
        assert!(told.contains("trial.feature:5:"), "{told}");
    }
}
