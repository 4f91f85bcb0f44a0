//! What is asked of a run: one of its values, a type of its events.

use super::{Parameter, ParameterType, Place};
use crate::history::{EventType, PayloadRole};
use crate::spelling::nearest;

/// A value of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) enum Datum {
    /// The output of the execution.
    Output,
    /// What a state is given, sends, is answered or gives back.
    Of(PayloadRole, Place),
}

/// The type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct EventKind(pub(in crate::bdd) EventType);

impl Parameter for Datum {
    const TYPE: ParameterType = ParameterType {
        name: "value",
        pattern: r#"output|(?:input|request|result|output) of (?:"[^"]+"|[^\s",]*[^\s",:])"#,
        about: "A value of the run: the output of the execution, the input or the output of a state, the request that a \
                task sends, or the result that it is answered.",
        examples: &[
            "output",
            "input of ChargePayment",
            "request of ShipAll[3]/Ship",
            "result of \"Load orders\"",
            "output of Poll#2",
        ],
    };

    fn read(text: &str) -> Result<Self, String> {
        const ROLES: [PayloadRole; 4] =
            [PayloadRole::Input, PayloadRole::Request, PayloadRole::Result, PayloadRole::Output];
        let Some((word, place)) = text.split_once(" of ") else { return Ok(Self::Output) };
        let role = ROLES.into_iter().find(|role| role.name() == word);
        let role = role.ok_or_else(|| format!("a state has no {word}"))?;
        Ok(Self::Of(role, Place::read(place)?))
    }
}

impl EventKind {
    /// The type with this name.
    pub(in crate::bdd) fn parse(name: &str) -> Result<Self, String> {
        EventType::parse(name).map(Self).ok_or_else(|| {
            let near = nearest(name, EventType::ALL.iter().map(|kind| kind.name()));
            let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            format!("there is no event `{name}`{hint}")
        })
    }
}

impl Parameter for EventKind {
    const TYPE: ParameterType = ParameterType {
        name: "event",
        pattern: "[A-Z][A-Za-z]+",
        about: "The type of an event, named as AWS names it.",
        examples: &["TaskTimedOut", "ExecutionFailed"],
    };

    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}
