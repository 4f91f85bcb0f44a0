//! Advice on Express workflows: five minutes, at least once, and no history but the logs.

use super::{Advice, AdviceId, Says, Setting, at, named, reachable, request};
use crate::asl::{Amount, Kind, MachineType, State, Wait};
use crate::catalog::Effect;
use crate::diagnose::fix;
use crate::model::Model;
use crate::oracle::Severity;
use crate::value::Value;

/// Docs, "Choosing workflow type": an Express workflow lasts for five minutes at most.
const EXPRESS_SECONDS_MAX: f64 = 300.0;

/// Docs, "Choosing workflow type": asynchronous Express workflows run at least once.
pub(super) fn repeats_effect(model: &Model, setting: Setting) -> Option<Advice> {
    if setting.machine_type != MachineType::Express {
        return None;
    }
    let repeats = |state: &&State| {
        let request = request(model, state);
        match model.effect_of(state.id, &request) {
            Effect::Unguarded => true,
            Effect::Guarded { by } => !by.iter().any(|member| is_given(&request, member)),
            Effect::None | Effect::Repeatable | Effect::Notification | Effect::Unknown => false,
        }
    };
    let states: Vec<&State> = reachable(model).filter(repeats).collect();
    at(AdviceId::ExpressRepeatsEffect, Severity::Low, &states, "", Says {
        title: format!("{} must not be done twice, and an Express workflow may run twice", named(&states)),
        why: "An Express workflow that is started asynchronously runs at least once: the same event can start it again. \
              A Standard workflow with a name runs exactly once."
            .to_owned(),
        fix: fix::words(
            "Use a Standard workflow, give the request a key by which the other side knows a repetition, or start the \
             workflow with StartSyncExecution, which runs at most once.",
        ),
    })
}

/// What waits for longer than the workflow may last is cut off.
pub(super) fn timer_too_long(model: &Model, setting: Setting) -> Option<Advice> {
    if setting.machine_type != MachineType::Express {
        return None;
    }
    let too_long =
        |amount: &Amount| matches!(amount, Amount::Literal(seconds) if *seconds > EXPRESS_SECONDS_MAX);
    let waits = |state: &&State| match &state.kind {
        Kind::Wait(Wait::Seconds(amount)) => too_long(amount),
        Kind::Task(task) => task.timeout.as_ref().is_some_and(too_long),
        _ => false,
    };
    let states: Vec<&State> = reachable(model).filter(waits).collect();
    let pauses = states.iter().any(|state| matches!(state.kind, Kind::Wait(_)));
    let severity = if pauses { Severity::Medium } else { Severity::Low };
    at(AdviceId::ExpressTimerTooLong, severity, &states, "", Says {
        title: format!("The timer of {} is longer than the five minutes of an Express workflow", named(&states)),
        why: "After five minutes the execution is ended as TIMED_OUT, and no handler runs. A longer timer never fires."
            .to_owned(),
        fix: fix::words("Use a Standard workflow, or a timer that leaves time for what follows."),
    })
}

/// Docs, "Logging using CloudWatch Logs": Express workflows record no history by themselves.
pub(super) fn logs_off(setting: Setting) -> Option<Advice> {
    if setting.machine_type != MachineType::Express || !setting.logs_off {
        return None;
    }
    Some(Advice {
        id: AdviceId::ExpressLogsOff,
        severity: Severity::Low,
        states: Vec::new(),
        title: "Nobody can see why an execution failed: logging is off".to_owned(),
        why: "An Express workflow keeps no history. What its executions did is in CloudWatch Logs only, and the template \
              does not ask for them."
            .to_owned(),
        fix: fix::words("Give the state machine a logging configuration with the level `ERROR` or `ALL`."),
        pointer: String::new(),
    })
}

fn is_given(request: &Value, member: &str) -> bool {
    request.get(member).is_some() || request.get(&format!("{member}.$")).is_some()
}
