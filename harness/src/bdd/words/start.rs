//! How the execution is started besides its input.

use std::sync::Arc;

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Span, Text};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::expr::Timestamp;

pub(super) const SECTION: Section = Section {
    name: "Execution",
    about: "How the execution is started besides its input: what its context object says.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the execution starts at {text}",
            about: "When the execution starts, as an RFC 3339 time with its offset. Without this it is the beginning of 2026.",
            example: "the execution starts at \"2026-03-29T01:30:00Z\"",
            takes: Takes::Nothing,
            covers: &[],
            run: starts_at,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the execution is named/called {text}",
            about: "The name of the execution, `$$.Execution.Name`. Without this it is `chaos`.",
            example: "the execution is named \"nightly-2026-03-14\"",
            takes: Takes::Nothing,
            covers: &[],
            run: named,
        },
        Step {
            keyword: Keyword::Given,
            expression: "an attempt takes {duration}",
            about: "How long every call of a task takes where nothing else says it. Without this it is 100 ms.",
            example: "an attempt takes 2 seconds",
            takes: Takes::Nothing,
            covers: &[],
            run: attempts_take,
        },
    ],
};

/// Docs, "StartExecution": the name of an execution has at most 80 characters.
const NAME_MAX: usize = 80;

fn starts_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(text) = arguments.get(0)?;
    let Some(time) = Timestamp::parse(&text) else {
        let wrong = Wrong::new(format!("`{text}` is no RFC 3339 time"));
        return Err(wrong.help("write it like 2026-03-29T01:30:00Z or 2026-03-29T01:30:00+02:00").into());
    };
    let ms = i64::try_from(time.nanos.div_euclid(1_000_000));
    stage.change().start.epoch_ms = ms.map_err(|_| Wrong::new(format!("`{text}` is too far away")))?;
    Ok(())
}

fn named(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(name) = arguments.get(0)?;
    check_name(&name)?;
    stage.change().start.execution_name = Arc::from(name);
    Ok(())
}

/// API reference, "StartExecution", `name`: no white space, brackets, wildcards, control characters, nor any of
/// `" # % \ ^ | ~ ` $ & , ; : /`.
fn check_name(name: &str) -> Result<(), Wrong> {
    let length = name.chars().count();
    if length == 0 || length > NAME_MAX {
        return Err(Wrong::new(format!(
            "the name of an execution has 1 to {NAME_MAX} characters, not {length}"
        )));
    }
    let refused = |c: &char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(*c);
    match name.chars().find(refused) {
        None => Ok(()),
        Some(sign) => Err(Wrong::new(format!("AWS refuses `{sign}` in the name of an execution"))
            .help("letters, digits, - and _ are fine")),
    }
}

fn attempts_take(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Span { ms } = arguments.get(0)?;
    if ms == 0 {
        return Err(Wrong::new("no call takes no time at all").help("write at least 1 ms").into());
    }
    stage.change().start.task_ms = ms;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    const TELL: &str = r#"{ "StartAt": "Tell", "States": { "Tell": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "tell", "Payload": {
            "name.$": "$$.Execution.Name", "at.$": "$$.Execution.StartTime" } } } } }"#;

    #[test]
    fn the_context_object_says_how_the_execution_was_started() {
        let (mut stage, failed) = Trial::of(TELL).staged(
            "Given the execution starts at \"2026-03-29T01:30:00+02:00\"\nAnd the execution is named \"night-41\"\n\
             And an attempt takes 2 seconds\nThen the execution succeeds",
        );
        assert_eq!(failed, None);
        let history = stage.results().unwrap().runs[0].history.clone();
        let payload = history.attempts[0].parameters.get("Payload").unwrap().to_json();
        assert_eq!(payload, r#"{"name":"night-41","at":"2026-03-28T23:30:00.000Z"}"#);
        assert_eq!(history.duration.0, 2_000);
    }

    #[rstest]
    #[case::no_time(
        "the execution starts at \"tomorrow\"",
        "`tomorrow` is no RFC 3339 time; write it like 2026-03-29T01:30:00Z or 2026-03-29T01:30:00+02:00"
    )]
    #[case::a_sign(
        "the execution is named \"night 41\"",
        "AWS refuses ` ` in the name of an execution; letters, digits, - and _ are fine"
    )]
    #[case::no_name("the execution is named \"\"", "the name of an execution has 1 to 80 characters, not 0")]
    #[case::no_duration("an attempt takes 0 ms", "no call takes no time at all; write at least 1 ms")]
    fn what_is_wrong_is_told(#[case] said: &str, #[case] message: &str) {
        assert_eq!(Trial::of(TELL).play(&format!("Given {said}")), Err(format!("{said}: {message}")));
    }
}
