//! What tasks do, where the catalogue of services cannot know it.

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Path, Place};
use crate::bdd::stage::Said;
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};

pub(super) const SECTION: Section = Section {
    name: "What tasks do",
    about: "What a second call of a task does, where only you know it: a function, an endpoint, a worker. It goes over \
            what `chaos.toml` declares.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "{state} has no effect",
            about: "The task changes nothing, however often it is called.",
            example: "CheckAddress has no effect",
            takes: Takes::Nothing,
            covers: &[],
            run: has_none,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} changes something each/every time",
            about: "The task must not be done twice: a second call does its work again.",
            example: "ChargeCard changes something each time",
            takes: Takes::Nothing,
            covers: &[],
            run: has_effect,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} is safe to repeat",
            about: "A second call of the task changes nothing more.",
            example: "WriteProfile is safe to repeat",
            takes: Takes::Nothing,
            covers: &[],
            run: is_repeatable,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} is idempotent by {path}",
            about: "The other side does the work once for each value of this member of the request, however often it is \
                    called. The path begins at the request: `$.Payload.orderId`.",
            example: "ChargeCard is idempotent by $.Payload.orderId",
            takes: Takes::Nothing,
            covers: &[],
            run: has_key,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} is undone by {state}",
            about: "The second state takes back what the first one does.",
            example: "ChargeCard is undone by RefundCard",
            takes: Takes::Nothing,
            covers: &[],
            run: is_undone,
        },
    ],
};

fn has_none(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    say(stage, arguments, Said::HasNoEffect)
}

fn has_effect(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    say(stage, arguments, Said::HasEffect)
}

fn is_repeatable(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    say(stage, arguments, Said::IsRepeatable)
}

fn has_key(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Path(path) = arguments.get(1)?;
    let Some(key) = path.strip_prefix("$.").filter(|key| !key.contains('[')) else {
        let wrong = Wrong::new(format!("`{path}` is no member of a request"));
        return Err(wrong.help("write the names of members, such as $.Payload.orderId").into());
    };
    say(stage, arguments, Said::HasKey(key.to_owned()))
}

fn is_undone(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let by = stage.state(&arguments.get::<Place>(1)?)?;
    say(stage, arguments, Said::IsUndoneBy(by))
}

/// Says something of the task that the step begins with.
fn say(stage: &mut Stage, arguments: &Arguments<'_>, said: Said) -> Result<(), Failed> {
    let task = stage.task(&arguments.get(0)?)?;
    stage.change().premises.said.push((task, said));
    stage.subject().map(|_| ())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    /// A function whose answer is lost once and which is called again.
    const CHARGE: &str = r#"{ "StartAt": "Charge", "States": {
        "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": { "FunctionName": "charge", "Payload": { "id.$": "$.id" } },
            "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Refund" }] },
        "Refund": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Sorry",
            "Parameters": { "FunctionName": "refund", "Payload": {} } },
        "Sorry": { "Type": "Fail", "Error": "Sorry" } } }"#;

    fn effect(said: &str) -> String {
        let (stage, failed) = Trial::of(CHARGE).staged(&format!("Given {said}"));
        assert_eq!(failed, None);
        let subject = stage.subject().unwrap();
        let charge = subject.state("Charge").unwrap();
        format!("{:?} {:?}", subject.model.effect(charge), subject.declarations.states[&charge].key.is_some())
    }

    #[rstest]
    #[case::none("Charge has no effect", "None false")]
    #[case::each_time("Charge changes something each time", "Unguarded false")]
    #[case::every_time("Charge changes something every time", "Unguarded false")]
    #[case::repeatable("Charge is safe to repeat", "Repeatable false")]
    #[case::key("Charge is idempotent by $.Payload.id", "Unknown true")]
    #[case::the_last_one_counts("Charge has no effect\nAnd Charge is safe to repeat", "Repeatable false")]
    fn what_is_said_of_a_task(#[case] said: &str, #[case] expected: &str) {
        assert_eq!(effect(said), expected);
    }

    #[test]
    fn words_go_over_the_configuration() {
        let declared =
            "[machines.machine.states.Charge]\neffect = \"none\"\nidempotency-key = \"$.Payload.id\"\n";
        let trial = Trial::of(CHARGE).file("chaos.toml", declared);
        let (stage, failed) = trial.staged("Given Charge changes something each time");
        assert_eq!(failed, None);
        let subject = stage.subject().unwrap();
        let declaration = &subject.declarations.states[&subject.state("Charge").unwrap()];
        assert_eq!(declaration.effect, Some(crate::catalog::Effect::Unguarded));
        assert!(declaration.key.is_some(), "the rest of the declaration stays");
    }

    #[rstest]
    #[case::a_slip(
        "Charg has no effect",
        "there is no state `Charg` in machine.asl.json; did you mean `Charge`?"
    )]
    #[case::no_task("Sorry has no effect", "`Sorry` is a Fail state, not a Task")]
    #[case::no_member(
        "Charge is idempotent by $.items[0]",
        "`$.items[0]` is no member of a request; write the names of members, such as $.Payload.orderId"
    )]
    #[case::undone(
        "Charge is undone by Refunds",
        "there is no state `Refunds` in machine.asl.json; did you mean `Refund`?"
    )]
    fn what_is_wrong_is_told(#[case] said: &str, #[case] message: &str) {
        let told = Trial::of(CHARGE).play(&format!("Given {said}"));
        assert_eq!(told, Err(format!("{said}: {message}")));
    }
}
