//! What can be said of retriers and catchers without running anything: which of their names can never reach them.

use std::sync::Arc;

use crate::asl::State;
use crate::catalog::{Integration, Pattern, Service, can_report, suggest};
use crate::error::ErrorName;

/// `Retry` or `Catch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandlerKind {
    /// An entry of `Retry`.
    Retrier,
    /// An entry of `Catch`.
    Catcher,
}

/// A name of `ErrorEquals` that can never make its handler act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleName {
    /// Where it is listed.
    pub kind: HandlerKind,
    /// Index of the handler.
    pub handler: usize,
    /// Index of the name in `ErrorEquals`.
    pub index: usize,
    /// The name.
    pub name: ErrorName,
    /// Why it is idle.
    pub idle: Idle,
    /// Whether every name of the handler is idle, so that the handler as a whole is dead code.
    pub whole: bool,
}

/// Why a name can never make its handler act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Step Functions reserves the name and reports another, or never matches it.
    Reserved,
    /// This integration reports other names; the one that was meant, where there is a good guess.
    NotReported(Option<String>),
    /// No `HeartbeatSeconds`, so no heartbeat can be missed.
    NoHeartbeat,
    /// Neither `TimeoutSeconds` nor `HeartbeatSeconds`, so no timer fires.
    NoTimer,
    /// An earlier handler of the state takes it.
    Shadowed {
        /// Index of that handler.
        by: usize,
    },
}

impl HandlerKind {
    /// The field of the definition.
    pub fn field(self) -> &'static str {
        match self {
            Self::Retrier => "Retry",
            Self::Catcher => "Catch",
        }
    }

    /// The name for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Retrier => "retrier",
            Self::Catcher => "catcher",
        }
    }
}

/// All idle names of a state's handlers, in the order of the definition.
pub fn idle_names(state: &State) -> Vec<IdleName> {
    let retriers: Vec<_> = state.retry.iter().map(|retrier| retrier.errors.as_slice()).collect();
    let catchers: Vec<_> = state.catch.iter().map(|catcher| catcher.errors.as_slice()).collect();
    let mut found = in_list(state, HandlerKind::Retrier, &retriers);
    found.extend(in_list(state, HandlerKind::Catcher, &catchers));
    found
}

fn in_list(state: &State, kind: HandlerKind, handlers: &[&[ErrorName]]) -> Vec<IdleName> {
    let mut found = Vec::new();
    for (handler, names) in handlers.iter().enumerate() {
        let idle: Vec<_> = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| {
                Some((index, name, why_idle(state, &handlers[..handler], names, name)?))
            })
            .collect();
        let whole = idle.len() == names.len();
        found.extend(idle.into_iter().map(|(index, name, idle)| IdleName {
            kind,
            handler,
            index,
            name: name.clone(),
            idle,
            whole,
        }));
    }
    found
}

fn why_idle(state: &State, earlier: &[&[ErrorName]], own: &[ErrorName], name: &ErrorName) -> Option<Idle> {
    if let Some(by) = earlier.iter().position(|names| names.iter().any(|taken| takes_all_of(taken, name))) {
        return Some(Idle::Shadowed { by });
    }
    let Some(task) = state.task() else {
        return (can_report(&anything(), name.as_str()) == Some(false)).then_some(Idle::Reserved);
    };
    match name.as_str() {
        ErrorName::HEARTBEAT_TIMEOUT if task.heartbeat.is_none() => return Some(Idle::NoHeartbeat),
        // In a longer list the name is a habit that costs nothing.
        ErrorName::TIMEOUT if own.len() == 1 && task.timeout.is_none() && task.heartbeat.is_none() => {
            return Some(Idle::NoTimer);
        }
        _ => {}
    }
    if can_report(&task.integration, name.as_str()) != Some(false) {
        return None;
    }
    if can_report(&anything(), name.as_str()) == Some(false) && !is_slip_of_states(name) {
        return Some(Idle::Reserved);
    }
    Some(Idle::NotReported(suggest(&task.integration, name.as_str())))
}

/// Whether every failure that `name` matches is matched by `pattern` too.
fn takes_all_of(pattern: &ErrorName, name: &ErrorName) -> bool {
    match pattern.as_str() {
        ErrorName::ALL => true,
        ErrorName::TASK_FAILED => {
            !matches!(name.as_str(), ErrorName::ALL | ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT)
        }
        // Recorded on AWS: a missed heartbeat is reported as States.Timeout, which both names match.
        ErrorName::TIMEOUT => matches!(name.as_str(), ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT),
        _ => pattern == name,
    }
}

fn is_slip_of_states(name: &ErrorName) -> bool {
    suggest(&anything(), name.as_str()).is_some()
}

/// An integration that may report whatever it likes; only names that nothing ever reports are left out.
fn anything() -> Integration {
    let none: Arc<str> = Arc::from("");
    Integration {
        kind: Service::Unresolved,
        service: none.clone(),
        action: none,
        pattern: Pattern::RequestResponse,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    #[rstest]
    #[case::a_slip("DynamoDB.ThrottlingExeption", Some(Idle::NotReported(Some("DynamoDB.ThrottlingException".into()))))]
    #[case::another_service("DynamoDb.ThrottlingException",
        Some(Idle::NotReported(Some("DynamoDB.ThrottlingException".into()))))]
    #[case::reserved("States.NoChoiceMatched", Some(Idle::Reserved))]
    #[case::no_heartbeat("States.HeartbeatTimeout", Some(Idle::NoHeartbeat))]
    #[case::no_timer("States.Timeout", Some(Idle::NoTimer))]
    #[case::a_real_name("DynamoDB.ConditionalCheckFailedException", None)]
    fn a_name_that_never_makes_its_handler_act(#[case] name: &str, #[case] expected: Option<Idle>) {
        let machine = compile_text(
            "put",
            &format!(
                r#"{{"StartAt":"Put","States":{{"Put":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",
                  "Parameters":{{"TableName":"t","Item":{{}}}},
                  "Retry":[{{"ErrorEquals":["{name}"]}}],"End":true}}}}}}"#
            ),
        )
        .unwrap();
        let found = idle_names(&machine.states[0]).into_iter().next().map(|found| found.idle);
        assert_eq!(found, expected);
    }
}
