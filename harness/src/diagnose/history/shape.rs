//! Which events there are, by what they do to the states.

use crate::history::EventType;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is about the execution as a whole.
    Execution,
    /// A state is entered.
    Entered(StateKind),
    /// A state is left.
    Exited,
    /// A call of a task goes on or ends.
    Attempt,
    /// A field of a JSONata state cannot be evaluated.
    Evaluation,
    /// An iteration starts (true), or ends.
    Iteration(bool),
    /// A Parallel or Map, or the run of a distributed Map, goes on or ends.
    Container(StateKind),
    /// A task or pause is cut off.
    Aborted,
    /// It is not known here.
    Other,
}

/// The type of a state, as its events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the types of the States Language")]
pub enum StateKind {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl Shape {
    pub(super) fn of(kind: EventType) -> Self {
        let name = kind.name();
        if name.starts_with("Execution") {
            return Self::Execution;
        }
        if let Some(state) = name.strip_suffix("StateEntered") {
            return StateKind::parse(state).map_or(Self::Other, Self::Entered);
        }
        if name.ends_with("StateExited") {
            return Self::Exited;
        }
        match kind {
            EventType::EvaluationFailed => Self::Evaluation,
            EventType::MapIterationStarted => Self::Iteration(true),
            EventType::TaskStateAborted | EventType::WaitStateAborted => Self::Aborted,
            _ if name.starts_with("MapIteration") => Self::Iteration(false),
            _ if name.starts_with("MapState") || name.starts_with("MapRun") => {
                Self::Container(StateKind::Map)
            }
            _ if name.starts_with("ParallelState") => Self::Container(StateKind::Parallel),
            _ => Self::Attempt,
        }
    }
}

impl StateKind {
    /// `Task`, `Pass`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [
            Self::Task,
            Self::Pass,
            Self::Choice,
            Self::Wait,
            Self::Succeed,
            Self::Fail,
            Self::Parallel,
            Self::Map,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// Whether a call failed or ran out of time.
pub(super) fn is_call_failure(kind: EventType) -> bool {
    matches!(
        kind,
        EventType::ActivityFailed
            | EventType::ActivityScheduleFailed
            | EventType::ActivityTimedOut
            | EventType::LambdaFunctionFailed
            | EventType::LambdaFunctionScheduleFailed
            | EventType::LambdaFunctionStartFailed
            | EventType::LambdaFunctionTimedOut
            | EventType::TaskFailed
            | EventType::TaskStartFailed
            | EventType::TaskSubmitFailed
            | EventType::TaskTimedOut
    )
}

/// Whether a call ran out of time.
pub(super) fn is_call_timeout(kind: EventType) -> bool {
    matches!(kind, EventType::ActivityTimedOut | EventType::LambdaFunctionTimedOut | EventType::TaskTimedOut)
}

/// Whether a call succeeded.
pub(super) fn is_call_success(kind: EventType) -> bool {
    matches!(
        kind,
        EventType::ActivitySucceeded | EventType::LambdaFunctionSucceeded | EventType::TaskSucceeded
    )
}
