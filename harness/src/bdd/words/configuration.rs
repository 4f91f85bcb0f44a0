//! What is configured: `chaos.toml`, the policies of the role, contested rules.

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Text;
use crate::bdd::stage::read;
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::contested::Rules;
use crate::iam::policy::PolicyRef;

pub(super) const SECTION: Section = Section {
    name: "Configuration",
    about: "The `chaos.toml` in the folder of the feature, or in the nearest folder above it, counts as it does for \
            `chaos`: what it declares of tasks, intents, contested rules, and the inputs, mocks, policies and \
            placeholders of the machine. What it accepts breaks no sentence about findings.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the configuration {text}",
            about: "Another `chaos.toml` than the nearest one.",
            example: "the configuration \"../chaos.toml\"",
            takes: Takes::Nothing,
            covers: &[],
            run: configured,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the role policy {text}",
            about: "A policy of the execution role: a policy document, what `aws iam` prints, or a template. `FILE#ROLE` \
                    picks one of several roles. Calls that no policy of the role allows are refused when a fault denies \
                    permission, and can be asked for.",
            example: "the role policy \"order.policy.json\"",
            takes: Takes::Nothing,
            covers: &[],
            run: policy,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the permission boundary {text}",
            about: "The permission boundary of the execution role, in the same formats.",
            example: "the permission boundary \"boundary.json#OrderRole\"",
            takes: Takes::Nothing,
            covers: &[],
            run: boundary,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the contested rule {text} is {text}",
            about: "How AWS behaves where its documentation and recordings disagree, see simulator-rules.md.",
            example: "the contested rule \"data-limit\" is \"documented\"",
            takes: Takes::Nothing,
            covers: &[],
            run: contested,
        },
    ],
};

fn configured(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(file) = arguments.get(0)?;
    let path = stage.file("configuration", &file)?;
    read("configuration", &path)?;
    stage.change().premises.configuration = Some(path);
    checked(stage)
}

fn policy(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let policy = policy_ref(stage, arguments)?;
    stage.change().premises.policies.push(policy);
    checked(stage)
}

fn boundary(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let boundary = policy_ref(stage, arguments)?;
    stage.change().premises.boundary = Some(boundary);
    // A boundary limits policies; those may be named after it.
    if stage.setup.premises.policies.is_empty() { Ok(()) } else { checked(stage) }
}

fn policy_ref(stage: &Stage, arguments: &Arguments<'_>) -> Result<PolicyRef, Failed> {
    let Text(text) = arguments.get(0)?;
    let PolicyRef { file, role } = PolicyRef::new(&text);
    let file = stage.file("policy", &file.display().to_string())?;
    read("policy", &file)?;
    Ok(PolicyRef { file, role })
}

fn contested(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (Text(name), Text(choice)) = (arguments.get(0)?, arguments.get(1)?);
    Rules::default().with(&name, &choice).map_err(Wrong::new)?;
    stage.change().premises.contested.push((name, choice));
    Ok(())
}

/// What is wrong with a file shows at the step that names it, where the machine is known by then.
fn checked(stage: &Stage) -> Result<(), Failed> {
    if stage.setup.definition.is_none() {
        return Ok(());
    }
    stage.subject().map(|_| ())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    const PAY: &str = r#"{ "StartAt": "Pay", "States": { "Pay": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "${Pay}" } } } }"#;

    #[test]
    fn the_nearest_configuration_counts_as_for_chaos() {
        let toml = "[rules]\nmap-exit = \"older\"\n[[machine]]\ndefinition = \"machine.asl.json\"\n\
                    inputs = [\"some.json\"]\nmocks = \"m.json#Paid\"\ntype = \"EXPRESS\"\n\
                    substitutions = { Pay = \"pay-now\" }\n";
        let mocks = r#"{ "StateMachines": { "machine": { "TestCases": { "Paid": { "Pay": "P" } } } },
            "MockedResponses": { "P": { "0": { "Return": { "StatusCode": 200, "Payload": { "ok": true } } } } } }"#;
        let trial =
            Trial::of(PAY).file("chaos.toml", toml).file("some.json", "{\"a\": 1}").file("m.json", mocks);
        let (mut stage, failed) = trial.staged("Then the execution succeeds");
        assert_eq!(failed, None);
        let results = stage.results().unwrap();
        let run = &results.runs[0];
        assert_eq!(run.case.input.to_json(), r#"{"a":1}"#);
        assert_eq!(run.case.machine_type, crate::asl::MachineType::Express);
        assert_eq!(run.case.rules.to_string(), "map-exit=older");
        let attempt = &run.history.attempts[0];
        assert_eq!(attempt.parameters.get("FunctionName").and_then(|name| name.as_str()), Some("pay-now"));
        let output = run.history.outcome.output().unwrap().to_json();
        assert!(output.contains(r#""ok":true"#), "{output}");
    }

    #[test]
    fn a_named_configuration_goes_before_the_nearest_one() {
        let trial = Trial::of(PAY)
            .file("chaos.toml", "[rules]\nmap-exit = \"older\"\n")
            .file("other/chaos.toml", "[rules]\ndata-limit = \"documented\"\n");
        let steps = "Given the configuration \"other/chaos.toml\"\n\
                     And the contested rule \"branch-failed\" is \"specified\"";
        let (stage, failed) = trial.staged(steps);
        assert_eq!(
            failed.map(|(line, failed)| format!("{line}: {}", crate::bdd::trial::told(&failed))),
            None
        );
        assert_eq!(
            stage.subject().unwrap().model.rules.to_string(),
            "data-limit=documented,branch-failed=specified"
        );
    }

    #[test]
    fn what_the_policy_of_the_role_lacks_is_known() {
        let none = r#"{ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] }"#;
        let trial = Trial::of(PAY).file("role.json", none);
        let (stage, failed) = trial.staged("Given the role policy \"role.json\"");
        assert_eq!(failed, None);
        let subject = stage.subject().unwrap();
        let (audit, _) = subject.permissions.as_ref().unwrap();
        assert_eq!(audit.denied()[0].actions, ["lambda:InvokeFunction"]);
    }

    #[rstest]
    #[case::no_file(
        "the configuration \"chaos.tml\"",
        "there is no configuration chaos.tml; paths begin in the folder of the feature: did you mean `chaos.toml`?"
    )]
    #[case::no_policy(
        "the role policy \"rol.json#Pay\"",
        "there is no policy rol.json; paths begin in the folder of the feature: did you mean `role.json`?"
    )]
    #[case::a_policy_that_is_none("the role policy \"broken.json\"", "broken.json:1:1: unterminated object")]
    #[case::a_broken_configuration(
        "the configuration \"broken.toml\"",
        "broken.toml:1:1: unknown key in chaos.toml: `sed`"
    )]
    #[case::a_state_of_the_configuration(
        "the configuration \"states.toml\"",
        "states.toml:1:1: unknown state of machine `machine`: `Pai`; did you mean `Pay`?"
    )]
    #[case::a_choice(
        "the contested rule \"map-exit\" is \"new\"",
        "`map-exit` is `recorded` or `older`, not `new`"
    )]
    fn what_is_wrong_is_told(#[case] said: &str, #[case] message: &str) {
        let trial = Trial::of(PAY)
            .file("chaos.toml", "")
            .file("role.json", "{}")
            .file("broken.json", "{")
            .file("broken.toml", "sed = 1")
            .file("states.toml", "[machines.machine.states.Pai]\neffect = \"none\"\n");
        let told = trial.play(&format!("Given {said}")).unwrap_err();
        assert!(told.starts_with(&format!("{said}: {message}")), "{told}");
    }
}
