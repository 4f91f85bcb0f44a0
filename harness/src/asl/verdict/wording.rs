//! What AWS expects of single fields, as its messages name it.

/// Kinds of values, as AWS writes them.
pub(super) const STRING: &str = "[STRING]";
pub(super) const OBJECT: &str = "[OBJECT]";
pub(super) const ARRAY: &str = "[ARRAY]";
pub(super) const BOOLEAN: &str = "[BOOLEAN]";
pub(super) const NUMBER: &str = "[NUMBER]";
pub(super) const INTEGER: &str = "Integer";

/// The kind of value that a field has.
pub(super) fn kind_of(field: &str) -> &'static str {
    match field {
        "End" => BOOLEAN,
        "Branches" | "Choices" | "Retry" | "Catch" | "ErrorEquals" | "And" | "Or" | "Items" => ARRAY,
        "States" | "ItemProcessor" | "Iterator" | "ProcessorConfig" | "ItemReader" | "ReaderConfig"
        | "ItemBatcher" | "ResultWriter" | "WriterConfig" | "Credentials" | "Assign" | "Not" => OBJECT,
        "BackoffRate" | "ToleratedFailurePercentage" => NUMBER,
        _ if limits_of(field).is_some() => INTEGER,
        _ => STRING,
    }
}

/// The least and the largest value of a number.
pub(super) fn limits_of(field: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match field {
        "TimeoutSeconds" | "HeartbeatSeconds" => ("1", Some("99999999")),
        "Seconds" | "MaxAttempts" | "IntervalSeconds" => ("0", Some("99999999")),
        "BackoffRate" => ("1.0", None),
        "MaxDelaySeconds" => ("1", Some("31622400")),
        "MaxConcurrency" | "ToleratedFailureCount" | "MaxItems" => ("0", None),
        "ToleratedFailurePercentage" => ("0", Some("100")),
        "MaxItemsPerBatch" => ("1", None),
        "MaxInputBytesPerBatch" => ("1", Some("262144")),
        _ => return None,
    })
}

/// The words that a field may hold, in AWS's order.
pub(super) fn words_of(field: &str) -> &'static [&'static str] {
    match field {
        "QueryLanguage" => &["JSONPath", "JSONata"],
        "JitterStrategy" => &["NONE", "FULL"],
        "Mode" => &["INLINE", "DISTRIBUTED"],
        "ExecutionType" => &["STANDARD", "EXPRESS"],
        "Version" => &["1.0"],
        "CSVHeaderLocation" => &["FIRST_ROW", "GIVEN"],
        _ => &[],
    }
}

/// Fields of which an object has exactly one.
pub(super) const EXCLUSIVE: [&[&str]; 11] = [
    &["Next", "End"],
    &["ItemProcessor", "Iterator"],
    &["ItemSelector", "Parameters"],
    &["TimeoutSeconds", "TimeoutSecondsPath"],
    &["HeartbeatSeconds", "HeartbeatSecondsPath"],
    &["MaxConcurrency", "MaxConcurrencyPath"],
    &["ToleratedFailureCount", "ToleratedFailureCountPath"],
    &["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
    &["Error", "ErrorPath"],
    &["Cause", "CausePath"],
    &["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
];

/// How long a Wait state waits.
pub(super) const WAITS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

/// What a rule of a Choice state is made of. Reported in this order.
pub(super) const RULE: &str = "[And, Or, Not, Variable, Condition]";

/// State types in AWS's order. Recorded on AWS.
pub(super) const STATE_TYPES: &str = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";

/// `[A, B]`
pub(super) fn list(names: &[&str]) -> String {
    format!("[{}]", names.join(", "))
}
