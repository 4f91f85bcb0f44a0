//! What kind of disagreement it is.

/// What two answers, or two executions, disagree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// How a state ends.
    Status,
    /// Where it goes, and which handler takes its failure.
    Routing,
    /// Its output.
    Output,
    /// The name of its error.
    Error,
    /// Whether its error has a cause.
    Cause,
    /// How the cause is worded.
    CauseWording,
    /// How long a retrier waits.
    RetryTiming,
    /// What the fields of the data flow make on the way, and variables.
    DataFlow,
    /// Whether a request is refused, and with which code.
    Refusal,
    /// How a refusal is worded.
    RefusalWording,
    /// The execution as a whole, where all answers agree.
    History,
}

impl Kind {
    /// All of them, the gravest first.
    pub const ALL: [Self; 11] = [
        Self::Status,
        Self::Routing,
        Self::Output,
        Self::Error,
        Self::Cause,
        Self::CauseWording,
        Self::RetryTiming,
        Self::DataFlow,
        Self::Refusal,
        Self::RefusalWording,
        Self::History,
    ];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Routing => "routing",
            Self::Output => "output",
            Self::Error => "error",
            Self::Cause => "cause",
            Self::CauseWording => "cause wording",
            Self::RetryTiming => "retry timing",
            Self::DataFlow => "data flow",
            Self::Refusal => "refusal",
            Self::RefusalWording => "refusal wording",
            Self::History => "history",
        }
    }
}
