//! The stable ids of rules and properties; reports, configuration and baselines use them.

use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Note,
    /// A small weakness.
    Low,
    /// Missing resilience.
    Medium,
    /// Stuck, uncaught, or input lost.
    High,
    /// A failure hidden, an effect doubled or lost.
    Critical,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 5] = [Self::Note, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// `note`, `low`, `medium`, `high`, `critical`
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step milder; a note stays a note.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Note => Self::Note,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! rules {
    ($($property:ident $property_name:literal { $($rule:ident $name:literal $says:literal),* $(,)? })*) => {
        /// What a group of rules is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are the documentation; docs/rules.md says more")]
        pub enum Property { $($property),* }

        /// A rule, by its stable id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "`RuleId::says` is the documentation, shown to users too")]
        pub enum RuleId { $($($rule),*),* }

        impl Property {
            /// The id in reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$property => $property_name),* }
            }
        }

        impl RuleId {
            /// All rules, in the order of the documentation.
            pub const ALL: &[Self] = &[$($(Self::$rule),*),*];

            /// The id in reports.
            pub fn name(self) -> &'static str {
                match self { $($(Self::$rule => $name),*),* }
            }

            /// What a finding of this rule says, in one sentence.
            pub fn says(self) -> &'static str {
                match self { $($(Self::$rule => $says),*),* }
            }

            /// The property it belongs to.
            pub fn property(self) -> Property {
                match self { $($(Self::$rule)|* => Property::$property),* }
            }
        }
    };
}

rules! {
    Retry "retry" {
        TransientNotRetried "transient-not-retried" "A passing fault of the service is not retried.",
        PermanentErrorRetried "permanent-error-retried" "An error that no retry can mend is retried.",
        ErrorNameNeverMatches "error-name-never-matches" "A handler lists an error name that can never reach it.",
        RetryBudget "retry-budget" "Retries last longer, or come more at once, than the work can be worth.",
    }
    Routing "routing" {
        FailureUncaught "failure-uncaught" "Handlers exist, but this failure escapes them.",
        CatchShadowed "catch-shadowed" "A catcher can never be reached, an earlier one takes everything.",
        HandlerLosesInput "handler-loses-input" "A catcher overwrites input that is read later.",
        HandlerFails "handler-fails" "The failure path itself breaks.",
    }
    Visibility "visibility" {
        FailureSwallowed "failure-swallowed" "A failure ends in SUCCEEDED and nothing tells.",
        FailureOnlyRecorded "failure-only-recorded" "A failure is signalled, but the execution ends in SUCCEEDED.",
        PartialSuccessIgnored "partial-success-ignored" "A call says that part of its work was not done, and nothing looks.",
    }
    Liveness "liveness" {
        CallbackUnbounded "callback-unbounded" "A callback that never comes is waited for without end.",
        TaskUnbounded "task-unbounded" "A job that never ends is waited for without end.",
        PollingUnbounded "polling-unbounded" "A polled thing that never ends is polled without end.",
        AnswerUnhandled "answer-unhandled" "A documented answer is handled by no branch.",
        ExecutionUnbounded "execution-unbounded" "Nothing bounds the execution as a whole.",
        HistoryLimit "history-limit" "The execution reaches the limit of 25,000 events.",
    }
    Idempotency "idempotency" {
        EffectRepeated "effect-repeated" "An effect is applied more than once.",
        EffectLostOnTimeout "effect-lost-on-timeout" "The work was done, its answer was lost, and the workflow goes on as if it had not been done.",
        CompensationIncomplete "compensation-incomplete" "An execution fails and leaves an effect that the workflow itself knows how to undo.",
        RecordLeftBehind "record-left-behind" "What a failed execution leaves behind blocks the next one with the same input.",
    }
    Payload "payload" {
        PayloadExceedsLimit "payload-exceeds-limit" "A payload grows past 262,144 bytes.",
        ItemFailureDiscardsSiblings "item-failure-discards-siblings" "The failure of one item or branch discards the finished work of the others.",
    }
    Permission "permission" {
        PermissionMissing "permission-missing" "The role may not do what a state needs.",
        PermissionRetried "permission-retried" "A denial is retried, and no retry can mend it.",
        PermissionDenialHidden "permission-denial-hidden" "A denial is caught like a passing fault, and nobody is told.",
    }
    Dataflow "dataflow" {
        MissingPath "missing-path" "A path is read that some reachable history does not provide.",
        ChoiceUnmatched "choice-unmatched" "A Choice has no rule for a value that can reach it, and no Default.",
    }
    Intent "intent" {
        Intent "intent" "A fault does not end as it was declared to.",
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
