//! The stable ids of advice, each with what it says and where that comes from.

use std::fmt;

use crate::oracle::RuleId;

macro_rules! catalogue {
    ($($id:ident $name:literal $says:literal $source:literal [$($rule:ident),*]),* $(,)?) => {
        /// A piece of advice, by its stable id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "`AdviceId::says` is the documentation, shown to users too")]
        pub enum AdviceId { $($id),* }

        impl AdviceId {
            /// All, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$id),*];

            /// The id in reports and configuration.
            pub fn name(self) -> &'static str {
                match self { $(Self::$id => $name),* }
            }

            /// What it says, in one sentence.
            pub fn says(self) -> &'static str {
                match self { $(Self::$id => $says),* }
            }

            /// The page that gives the advice, or the facts behind it.
            pub fn source(self) -> &'static str {
                match self { $(Self::$id => $source),* }
            }

            /// The rules whose findings say the same with a proof.
            pub fn proven_by(self) -> &'static [RuleId] {
                match self { $(Self::$id => &[$(RuleId::$rule),*]),* }
            }
        }
    };
}

catalogue! {
    NoJitter "no-jitter" "Retries of the items of a Map come back at the same instant."
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html" [RetryBudget],
    NoMaxDelay "no-max-delay" "The delay between retries grows without a bound."
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html" [RetryBudget],
    HeartbeatMissing "heartbeat-missing" "A worker that dies is noticed only when a long timer ends."
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html" [TaskUnbounded, CallbackUnbounded],
    TimerBehindLimit "timer-behind-limit" "A timer of a Lambda task can never fire: the function is cut off before."
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html" [],
    PollInsteadOfSync "poll-instead-of-sync" "A loop polls a job that `.sync` would wait for."
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html" [PollingUnbounded],
    NestedSyncString "nested-sync-string" "The output of a nested execution comes as a text, not as JSON."
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html" [MissingPath],
    LambdaWrapsCall "lambda-wraps-call" "A function seems to make one call that a task can make itself."
        "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html" [],
    FunctionLatest "function-latest" "A function is called as `$LATEST`, which may change during an execution."
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html" [],
    SecretInDefinition "secret-in-definition" "A secret is written down in the definition."
        "https://docs.aws.amazon.com/step-functions/latest/dg/data-protection.html" [],
    ExpressRepeatsEffect "express-repeats-effect" "An Express workflow does something that must not be done twice."
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html" [EffectRepeated, RecordLeftBehind],
    ExpressTimerTooLong "express-timer-too-long" "A timer of an Express workflow is longer than the workflow may last."
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html" [],
    ExpressLogsOff "express-logs-off" "Executions of an Express workflow leave no trace."
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html" [],
    MapConcurrencyAbove40 "map-concurrency-above-40" "An inline Map asks for more than the 40 items at a time that it gets."
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html" [],
    InlineMapOverList "inline-map-over-list" "An inline Map goes over a list that a service gives, however long it is."
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html" [HistoryLimit, PayloadExceedsLimit],
    DistributedMapConcurrency "distributed-map-concurrency" "A distributed Map starts up to 10,000 children at a time."
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html" [],
    DistributedMapWithoutWriter "distributed-map-without-writer" "The results of a distributed Map have to fit into one payload."
        "https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html" [PayloadExceedsLimit],
    MapIterator "map-iterator" "A Map is written with `Iterator`, which AWS has replaced."
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html" [],
    DeepNesting "deep-nesting" "States are nested so deep that nobody can follow them."
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html" [],
    ParallelSingleBranch "parallel-single-branch" "A Parallel state has one branch and no handler."
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html" [],
    FailWithoutCause "fail-without-cause" "A Fail state says neither what failed nor why."
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html" [],
}

impl fmt::Display for AdviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
