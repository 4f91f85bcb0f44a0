//! Sentences about calls that fail, or that are not answered.

use super::WHEN;
use super::aim::{Aim, inject, inject_for_good};
use super::errors::failing;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Error, Text};
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};
use crate::catalog;
use crate::error::ErrorName;
use crate::fault::{Class, Injection, UNEXPECTED_ERROR, injection};
use crate::value::Value;

pub(super) const SECTION: Section = Section {
    name: "Faults of calls",
    about: "What goes wrong with the call of a task, in the form in which its integration reports it. A \
            fault is the first attempt of the first visit, unless the sentence says otherwise; what lasts by \
            its nature (`never answers`, `is denied permission`) is every attempt. \
            Several of these sentences put their faults into the same execution. A fault that strikes in no \
            run fails the scenario.",
    steps: &[
        Step {
            expression: "{state} is throttled{extent}",
            about: "The service rejects the call because there are too many.",
            example: "ChargePayment is throttled 3 times",
            covers: &[Covers::Class("throttling")],
            run: throttled,
            ..WHEN
        },
        Step {
            expression: "{state} meets a service error{extent}",
            about: "The service fails for reasons of its own, as with a status of 500.",
            example: "SaveOrder meets a service error twice",
            covers: &[Covers::Class("service-error")],
            run: service_error,
            ..WHEN
        },
        Step {
            expression: "the service of {state} fails{extent}",
            about: "The same: the service fails for reasons of its own.",
            example: "the service of SaveOrder fails until its retries are spent",
            covers: &[Covers::Class("service-error")],
            run: service_error,
            ..WHEN
        },
        Step {
            expression: "{state} times out{extent}",
            about: "The work is not done, and no answer comes until a timer ends the wait: TimeoutSeconds, \
                    or the limit of the function or of the client. Where none would, the sentence is \
                    refused.",
            example: "ChargePayment times out",
            covers: &[Covers::Class("timeout")],
            run: times_out,
            ..WHEN
        },
        Step {
            expression: "{state} never answers{extent}",
            about: "The work is not done, and no answer comes, to no attempt unless the sentence says how often. Where \
                    no timer ends the wait, the execution hangs.",
            example: "ChargePayment never answers",
            covers: &[Covers::Class("timeout")],
            run: never_answers,
            ..WHEN
        },
        Step {
            expression: "{state} succeeds but the/its answer is lost{extent}",
            about: "The work is done, but Step Functions never learns of it: the call is reported as timed \
                    out, or as failed.",
            example: "ChargePayment succeeds but its answer is lost",
            covers: &[Covers::Class("lost-answer")],
            run: lost_answer,
            ..WHEN
        },
        Step {
            expression: "{state} succeeds but reports {error}{extent}",
            about: "The work is done, and the call is reported as failed with this error: the connection \
                    broke, or the function was ended before it could answer.",
            example: "ChargePayment succeeds but reports Lambda.Unknown",
            covers: &[Covers::Class("lost-answer-as")],
            run: lost_answer_as,
            ..WHEN
        },
        Step {
            expression: "the heartbeat of {state} is missed{extent}",
            about: "The worker goes silent: no heartbeat, no answer.",
            example: "the heartbeat of ApproveOrder is missed",
            covers: &[Covers::Class("lost-heartbeat")],
            run: lost_heartbeat,
            ..WHEN
        },
        Step {
            expression: "{state} misses its heartbeat{extent}",
            about: "The same: the worker goes silent.",
            example: "ApproveOrder misses its heartbeat",
            covers: &[Covers::Class("lost-heartbeat")],
            run: lost_heartbeat,
            ..WHEN
        },
        Step {
            expression: "{state} is denied permission{extent}",
            about: "The role may not make the call; it stays so, in every item, unless the sentence says how often.",
            example: "SaveOrder is denied permission",
            covers: &[Covers::Class("permission-denied")],
            run: denied,
            ..WHEN
        },
        Step {
            expression: "the role may not call {state}{extent}",
            about: "The same: the role may not make the call, now or later.",
            example: "the role may not call SaveOrder",
            covers: &[Covers::Class("permission-denied")],
            run: denied,
            ..WHEN
        },
        Step {
            expression: "{state} fails with {error}{extent}",
            about: "The work reports this error. A name that this integration never reports is refused: on \
                    AWS a handler for it would be dead code. At a task that waits for a task token it is \
                    what the worker reports.",
            example: "ChargePayment fails with PaymentDeclined",
            covers: &[Covers::Class("error")],
            run: fails_with,
            ..WHEN
        },
        Step {
            expression: "{state} fails with {error} because {text}{extent}",
            about: "The same, with this message in the Cause.",
            example: "ChargePayment fails with PaymentDeclined because \"card expired\"",
            covers: &[Covers::Class("error")],
            run: fails_because,
            ..WHEN
        },
        Step {
            expression: "{state} fails with an unexpected error{extent}",
            about: "The work reports an error that no definition expects, `Chaos.UnexpectedError`, as a bug \
                    would.",
            example: "ChargePayment fails with an unexpected error",
            covers: &[Covers::Class("error")],
            run: unexpected,
            ..WHEN
        },
    ],
};

fn throttled(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::Throttling)
}

fn service_error(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::ServiceError)
}

fn times_out(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let aim = Aim::of(stage, arguments)?;
    let state = aim.state();
    let is_endless = |task| matches!(injection(&Class::Timeout, task), Injection::Silence { .. });
    if state.task().is_some_and(|task| task.timeout.is_none() && is_endless(task)) {
        let wrong = Wrong::new(format!("`{}` never times out: it has no TimeoutSeconds", state.path));
        return Err(wrong.help(format!("write `{} never answers`", state.name)).into());
    }
    aim.strike(stage, Class::Timeout)
}

fn never_answers(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject_for_good(stage, arguments, Class::Timeout)
}

fn lost_answer(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::LostAnswer)
}

fn lost_answer_as(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(error) = arguments.get(1)?;
    inject(stage, arguments, Class::LostAnswerAs(ErrorName::new(error)))
}

fn lost_heartbeat(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::LostHeartbeat)
}

fn denied(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject_for_good(stage, arguments, Class::PermissionDenied)
}

fn fails_with(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(error) = arguments.get(1)?;
    let aim = Aim::of(stage, arguments)?;
    let class = failing(aim.task()?, &error);
    aim.strike(stage, class)
}

fn fails_because(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (Error(error), Text(message)) = (arguments.get(1)?, arguments.get(2)?);
    let aim = Aim::of(stage, arguments)?;
    let task = aim.task()?;
    let class = failing(task, &error);
    let usual = match injection(&class, task) {
        Injection::Fail { cause, .. } => cause,
        _ => "".into(),
    };
    let cause = because(&usual, &message);
    aim.strike_because(stage, class, Some(cause.into()))
}

/// The Cause as this integration writes it, with another message: what a function throws stands in JSON.
fn because(usual: &str, message: &str) -> String {
    match Value::parse(usual) {
        Ok(Value::Object(mut members)) if members.get("errorMessage").is_some() => {
            members.insert("errorMessage", Value::from(message));
            Value::Object(members).to_json()
        }
        _ => message.to_owned(),
    }
}

fn unexpected(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let aim = Aim::of(stage, arguments)?;
    let task = aim.task()?;
    if catalog::application_error(&task.integration, UNEXPECTED_ERROR).is_none() {
        let wrong = Wrong::new(format!("{} reports the errors of its API alone", task.integration));
        return Err(wrong.help("write `meets a service error`, or name one of its errors").into());
    }
    let class = failing(task, UNEXPECTED_ERROR);
    aim.strike(stage, class)
}
