//! Which fields exist where, in which expression language.

use super::QueryLanguage;

/// The value of `Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StateType {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl StateType {
    pub(super) const ALL: [Self; 8] = [
        Self::Task,
        Self::Pass,
        Self::Choice,
        Self::Wait,
        Self::Succeed,
        Self::Fail,
        Self::Parallel,
        Self::Map,
    ];

    pub(super) fn name(self) -> &'static str {
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

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it has `Next` or `End`.
    pub(super) fn has_transition(self) -> bool {
        !matches!(self, Self::Choice | Self::Succeed | Self::Fail)
    }
}

/// Fields of one kind of object: in both languages, in JSONPath only, in JSONata only.
pub(super) struct Fields {
    both: &'static [&'static str],
    json_path: &'static [&'static str],
    jsonata: &'static [&'static str],
}

impl Fields {
    const fn new(
        both: &'static [&'static str],
        json_path: &'static [&'static str],
        jsonata: &'static [&'static str],
    ) -> Self {
        Self { both, json_path, jsonata }
    }

    /// Those of one language.
    pub(super) fn of(&self, language: QueryLanguage) -> impl Iterator<Item = &'static str> + use<> {
        let own = match language {
            QueryLanguage::JsonPath => self.json_path,
            QueryLanguage::Jsonata => self.jsonata,
        };
        self.both.iter().chain(own).copied()
    }
}

/// Fields of the definition itself.
pub(super) static MACHINE: Fields =
    Fields::new(&["Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"], &[], &[]);

/// Fields of a branch.
pub(super) static BRANCH: Fields = Fields::new(&["Comment", "StartAt", "States"], &[], &[]);

/// Fields of `ItemProcessor` and `Iterator`.
pub(super) static PROCESSOR: Fields =
    Fields::new(&["Comment", "StartAt", "States", "ProcessorConfig"], &[], &[]);

/// Fields of `ProcessorConfig`.
pub(super) static PROCESSOR_CONFIG: Fields = Fields::new(&["Comment", "Mode", "ExecutionType"], &[], &[]);

static TASK: Fields = Fields::new(
    &[
        "Type",
        "Comment",
        "QueryLanguage",
        "Resource",
        "TimeoutSeconds",
        "HeartbeatSeconds",
        "Credentials",
        "Retry",
        "Catch",
        "Assign",
        "Next",
        "End",
    ],
    &[
        "InputPath",
        "Parameters",
        "ResultSelector",
        "ResultPath",
        "OutputPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
    ],
    &["Arguments", "Output"],
);
static PASS: Fields = Fields::new(
    &["Type", "Comment", "QueryLanguage", "Assign", "Next", "End"],
    &["Result", "InputPath", "Parameters", "ResultPath", "OutputPath"],
    &["Output"],
);
static CHOICE: Fields = Fields::new(
    &["Type", "Comment", "QueryLanguage", "Choices", "Default", "Assign"],
    &["InputPath", "OutputPath"],
    &["Output"],
);
static WAIT: Fields = Fields::new(
    &["Type", "Comment", "QueryLanguage", "Seconds", "Timestamp", "Assign", "Next", "End"],
    &["SecondsPath", "TimestampPath", "InputPath", "OutputPath"],
    &["Output"],
);
static SUCCEED: Fields =
    Fields::new(&["Type", "Comment", "QueryLanguage"], &["InputPath", "OutputPath"], &["Output"]);
static FAIL: Fields =
    Fields::new(&["Type", "Comment", "QueryLanguage", "Error", "Cause"], &["ErrorPath", "CausePath"], &[]);
static PARALLEL: Fields = Fields::new(
    &["Type", "Comment", "QueryLanguage", "Branches", "Retry", "Catch", "Assign", "Next", "End"],
    &["InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath"],
    &["Arguments", "Output"],
);
static MAP: Fields = Fields::new(
    &[
        "Type",
        "Comment",
        "QueryLanguage",
        "ItemProcessor",
        "Iterator",
        "ItemSelector",
        "MaxConcurrency",
        "ItemReader",
        "ItemBatcher",
        "ResultWriter",
        "ToleratedFailureCount",
        "ToleratedFailurePercentage",
        "Label",
        "Retry",
        "Catch",
        "Assign",
        "Next",
        "End",
    ],
    &[
        "ItemsPath",
        "Parameters",
        "MaxConcurrencyPath",
        "ToleratedFailureCountPath",
        "ToleratedFailurePercentagePath",
        "InputPath",
        "ResultSelector",
        "ResultPath",
        "OutputPath",
    ],
    &["Items", "Output"],
);

/// Fields of a state.
pub(super) fn of_state(kind: StateType) -> &'static Fields {
    match kind {
        StateType::Task => &TASK,
        StateType::Pass => &PASS,
        StateType::Choice => &CHOICE,
        StateType::Wait => &WAIT,
        StateType::Succeed => &SUCCEED,
        StateType::Fail => &FAIL,
        StateType::Parallel => &PARALLEL,
        StateType::Map => &MAP,
    }
}

/// The field of the other language that serves the same purpose.
pub(super) fn counterpart(name: &str) -> Option<&'static str> {
    Some(match name {
        "Parameters" => "Arguments",
        "Arguments" => "Parameters",
        "ItemsPath" => "Items",
        "Items" => "ItemsPath",
        "InputPath" | "OutputPath" | "ResultPath" | "ResultSelector" | "Result" => "Output",
        "Output" => "OutputPath",
        "SecondsPath" => "Seconds",
        "TimestampPath" => "Timestamp",
        "TimeoutSecondsPath" => "TimeoutSeconds",
        "HeartbeatSecondsPath" => "HeartbeatSeconds",
        "MaxConcurrencyPath" => "MaxConcurrency",
        "ToleratedFailureCountPath" => "ToleratedFailureCount",
        "ToleratedFailurePercentagePath" => "ToleratedFailurePercentage",
        "ErrorPath" => "Error",
        "CausePath" => "Cause",
        _ => return None,
    })
}

/// Fields of an entry of `Retry`.
pub(super) static RETRIER: Fields = Fields::new(
    &[
        "Comment",
        "ErrorEquals",
        "IntervalSeconds",
        "MaxAttempts",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
    ],
    &[],
    &[],
);

/// Fields of an entry of `Catch`.
pub(super) static CATCHER: Fields =
    Fields::new(&["Comment", "ErrorEquals", "Next", "Assign"], &["ResultPath"], &["Output"]);

/// Fields of `ItemReader`.
pub(super) static ITEM_READER: Fields =
    Fields::new(&["Comment", "Resource", "ReaderConfig"], &["Parameters"], &["Arguments"]);

/// Fields of `ItemBatcher`.
pub(super) static ITEM_BATCHER: Fields = Fields::new(
    &["Comment", "BatchInput", "MaxItemsPerBatch", "MaxInputBytesPerBatch"],
    &["MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"],
    &[],
);

/// Fields of `ResultWriter`.
pub(super) static RESULT_WRITER: Fields =
    Fields::new(&["Comment", "Resource", "WriterConfig"], &["Parameters"], &["Arguments"]);

/// What may stand in a rule of a Choice state beside its condition.
pub(super) const RULE: [&str; 4] = ["Next", "Assign", "Output", "Comment"];
