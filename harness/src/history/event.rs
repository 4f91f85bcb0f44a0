//! The events of `GetExecutionHistory`.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::StrandId;
use crate::asl::StateId;
use crate::value::Value;

/// Position of an event in its history, from 1; 0 stands for "none before".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

impl EventId {
    const CHILD: u32 = 1 << 31;

    /// The id of an event of a distributed Map's child execution, by its position among them.
    pub fn child(index: usize) -> Self {
        Self(Self::CHILD | index as u32)
    }

    /// The position among the events of child executions, if it is one.
    pub fn child_index(self) -> Option<usize> {
        (self.0 & Self::CHILD != 0).then_some((self.0 & !Self::CHILD) as usize)
    }
}

/// Virtual milliseconds since the execution started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualTime(pub u64);

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// From 1.
    pub id: EventId,
    /// The event that led to it.
    pub previous: EventId,
    /// When.
    pub at: VirtualTime,
    /// The thread it belongs to.
    pub strand: StrandId,
    /// The state it belongs to; none for events of the execution.
    pub state: Option<StateId>,
    /// Its type.
    pub kind: EventType,
    /// What else it carries.
    pub detail: Detail,
}

/// The new values of variables, where a state assigned any.
pub type Assigned = Option<Arc<[(Arc<str>, Value)]>>;

/// What an event carries besides its type. Texts that the definition already holds (names of states, resources)
/// are not repeated: the wire form takes them from the machine.
#[derive(Clone, Debug)]
pub enum Detail {
    /// Nothing.
    None,
    /// The input of an execution or a state.
    Input(Value),
    /// The output of an execution or a state, and the variables it assigned.
    Output(Value, Assigned),
    /// Error and cause, each where there is one.
    Failure(Option<Arc<str>>, Option<Arc<str>>),
    /// An evaluation in a JSONata state that failed with States.QueryEvaluationError.
    Evaluation {
        /// The field, where it is one.
        location: Option<Arc<str>>,
        /// What was wrong.
        cause: Arc<str>,
    },
    /// A task that was scheduled.
    Scheduled(Box<Scheduled>),
    /// The worker of an activity that was started.
    Worker(Option<Arc<str>>),
    /// How many items a Map has.
    Length(u64),
    /// Which iteration, and of which Map (by name).
    Iteration(Arc<str>, u64),
    /// The map run of a distributed Map (by ARN).
    MapRun(Arc<str>),
    /// How often the execution was redriven.
    Redriven(u32),
}

/// What a task is scheduled with.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The evaluated parameters, or the input for Lambda ARNs and activities.
    pub parameters: Value,
    /// `TimeoutSeconds` in force.
    pub timeout_seconds: Option<u64>,
    /// `HeartbeatSeconds` in force.
    pub heartbeat_seconds: Option<u64>,
    /// Evaluated `Credentials`.
    pub credentials: Option<Value>,
}

macro_rules! event_types {
    ($($name:ident),* $(,)?) => {
        /// The type of an event, named as AWS names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are AWS's own, HistoryEventType in the API reference")]
        pub enum EventType { $($name),* }

        impl EventType {
            /// All of them, by their names.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// The type of this name; none for names that are newer than this program.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }
        }
    };
}

event_types!(
    ActivityFailed,
    ActivityScheduleFailed,
    ActivityScheduled,
    ActivityStarted,
    ActivitySucceeded,
    ActivityTimedOut,
    ChoiceStateEntered,
    ChoiceStateExited,
    EvaluationFailed,
    ExecutionAborted,
    ExecutionFailed,
    ExecutionRedriven,
    ExecutionStarted,
    ExecutionSucceeded,
    ExecutionTimedOut,
    FailStateEntered,
    LambdaFunctionFailed,
    LambdaFunctionScheduleFailed,
    LambdaFunctionScheduled,
    LambdaFunctionStartFailed,
    LambdaFunctionStarted,
    LambdaFunctionSucceeded,
    LambdaFunctionTimedOut,
    MapIterationAborted,
    MapIterationFailed,
    MapIterationStarted,
    MapIterationSucceeded,
    MapRunAborted,
    MapRunFailed,
    MapRunRedriven,
    MapRunStarted,
    MapRunSucceeded,
    MapStateAborted,
    MapStateEntered,
    MapStateExited,
    MapStateFailed,
    MapStateStarted,
    MapStateSucceeded,
    ParallelStateAborted,
    ParallelStateEntered,
    ParallelStateExited,
    ParallelStateFailed,
    ParallelStateStarted,
    ParallelStateSucceeded,
    PassStateEntered,
    PassStateExited,
    SucceedStateEntered,
    SucceedStateExited,
    TaskFailed,
    TaskScheduled,
    TaskStartFailed,
    TaskStarted,
    TaskStateAborted,
    TaskStateEntered,
    TaskStateExited,
    TaskSubmitFailed,
    TaskSubmitted,
    TaskSucceeded,
    TaskTimedOut,
    WaitStateAborted,
    WaitStateEntered,
    WaitStateExited,
);

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl VirtualTime {
    /// The start of the execution.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds later; the end of time if that overflows.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl fmt::Display for VirtualTime {
    /// `850 ms`, `12.5 s`, `3 min 20 s`, `5 h 4 min`, `365 d`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ms, seconds) = (self.0, self.0 / 1000);
        let pair = |f: &mut fmt::Formatter<'_>, big: u64, big_unit, small: u64, small_unit| {
            if small == 0 {
                write!(f, "{big} {big_unit}")
            } else {
                write!(f, "{big} {big_unit} {small} {small_unit}")
            }
        };
        match seconds {
            0 => write!(f, "{ms} ms"),
            1..60 if ms % 1000 == 0 => write!(f, "{seconds} s"),
            1..60 => write!(f, "{:.1} s", ms as f64 / 1000.0),
            60..3_600 => pair(f, seconds / 60, "min", seconds % 60, "s"),
            3_600..86_400 => pair(f, seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
            _ => pair(f, seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
        }
    }
}

/// Virtual time as AWS writes it: `2026-01-01T00:00:00.000Z`.
pub(crate) fn rfc3339(epoch_ms: i64) -> String {
    match Timestamp::from_millisecond(epoch_ms) {
        Ok(timestamp) => format!("{timestamp:.3}"),
        Err(_) => "9999-12-31T23:59:59.999Z".to_owned(),
    }
}
