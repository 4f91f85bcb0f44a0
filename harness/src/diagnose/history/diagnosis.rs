//! What is said of one exported history.

use std::sync::Arc;

use super::class::Timer;
use super::handling::Consulted;
use super::safety::Safety;
use super::shape::StateKind;
use crate::catalog::ErrorClass;
use crate::history::import::Origin;
use crate::oracle::{Fix, Severity, Violation};

/// The diagnosis of one execution.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What was diagnosed.
    pub execution: Execution,
    /// The first real failure; none where nothing failed.
    pub root: Option<RootCause>,
    /// Later events that only pass it on or repeat it.
    pub echoes: Vec<Echo>,
    /// Other failures, with what became of them.
    pub others: Vec<Other>,
    /// Which retriers and catchers were asked, in order.
    pub handling: Vec<Consulted>,
    /// What a catcher kept or dropped, and who reads it.
    pub data: Vec<String>,
    /// What to change: the first is the one to start with.
    pub fixes: Vec<Fix>,
    /// Whether the failed call may be made again.
    pub safety: Option<Safety>,
    /// What else is wrong or at risk, the most severe first.
    pub risks: Vec<Risk>,
    /// What the definition shows about the states concerned.
    pub advice: Vec<Violation>,
    /// What the export does not hold, and what is not known.
    pub notes: Vec<String>,
}

/// The execution that was exported.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The files.
    pub files: Vec<String>,
    /// Its ARN, where something names it.
    pub arn: Option<Arc<str>>,
    /// How it ended.
    pub status: Ended,
    /// The error it ended with.
    pub error: Option<Arc<str>>,
    /// The cause it ended with.
    pub cause: Option<Arc<str>>,
    /// How many events were exported.
    pub events: usize,
    /// How often it was redriven.
    pub redrives: usize,
    /// The first and the last time, in milliseconds since 1970.
    pub times_ms: Option<(i64, i64)>,
    /// A history or a log.
    pub origin: Origin,
}

/// How an execution ended, as far as the export tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// `SUCCEEDED`
    Succeeded,
    /// `FAILED`
    Failed,
    /// `TIMED_OUT`
    TimedOut,
    /// `ABORTED`
    Aborted,
    /// `RUNNING`: nothing says that it ended.
    Running,
    /// The export ends before the execution may have.
    Unknown,
}

impl Ended {
    /// As AWS writes it; `UNKNOWN` where the export does not tell.
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
            Self::Running => "RUNNING",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The first real failure.
#[derive(Clone, Debug)]
pub struct RootCause {
    /// The name of the state; none where the export does not tell.
    pub state: Option<Arc<str>>,
    /// The state with what encloses it and in which item: `ShipAll[3]/Ship`.
    pub path: Option<String>,
    /// What its type is.
    pub kind: Option<StateKind>,
    /// The event that shows it.
    pub event: u64,
    /// Its type.
    pub event_type: String,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// Verbatim.
    pub error: Option<Arc<str>>,
    /// Verbatim.
    pub cause: Option<Arc<str>>,
    /// What the task calls.
    pub resource: Option<String>,
    /// Which attempt of the state failed, from 1.
    pub attempt: Option<usize>,
    /// Its class; none for an execution that was stopped.
    pub class: Option<ErrorClass>,
    /// The timer, where one fired.
    pub timer: Option<Timer>,
    /// The failure inside the child execution or job that the cause describes.
    pub nested: Option<Nested>,
    /// What the cause says in words, where it is JSON.
    pub says: Vec<String>,
    /// Commands that show what the history does not.
    pub next: Vec<String>,
    /// What happened, in one or two sentences.
    pub summary: String,
}

/// What a cause says of a child execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Its ARN.
    pub execution_arn: String,
    /// Its error.
    pub error: String,
    /// Its cause.
    pub cause: String,
}

/// A later event of the same failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo {
    /// The event.
    pub event: u64,
    /// Its type.
    pub event_type: String,
    /// The state it belongs to.
    pub path: Option<String>,
    /// Why it is only an echo.
    pub role: Role,
}

/// What an echo does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The same failure after a retry.
    Retry,
    /// An enclosing state passes it on.
    PassedOn,
    /// A sibling was cut off because of it.
    CutOff,
    /// A Fail state behind a catcher reports it.
    Reported,
    /// The execution failed with it, and was redriven.
    Redriven,
    /// The execution ends with it.
    Ended,
}

impl Role {
    /// The stable name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::PassedOn => "passed-on",
            Self::CutOff => "cut-off",
            Self::Reported => "reported",
            Self::Redriven => "redriven",
            Self::Ended => "ended",
        }
    }
}

/// A failure besides the root cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The event.
    pub event: u64,
    /// The state.
    pub path: Option<String>,
    /// Verbatim.
    pub error: Option<Arc<str>>,
    /// Verbatim.
    pub cause: Option<Arc<str>>,
    /// How often: in a row, and in other items.
    pub count: usize,
    /// What became of it.
    pub outcome: String,
}

/// A risk besides the root cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// How much it matters.
    pub severity: Severity,
    /// The stable id, a rule's where there is one.
    pub id: &'static str,
    /// The state.
    pub path: Option<String>,
    /// The event that shows it.
    pub event: Option<u64>,
    /// What it is, in one line.
    pub title: String,
    /// Why it matters, in a few sentences.
    pub why: String,
    /// What to change.
    pub fix: Fix,
}
