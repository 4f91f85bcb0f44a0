//! What a task's `Resource` means.

use std::fmt;
use std::sync::Arc;

use crate::asl::MachineType;

use super::models;
use super::remark::{self, Remark};
use super::table::{self, Wait};

/// How Step Functions waits for the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// The call's answer is the result.
    RequestResponse,
    /// `.sync`: waits until the job has ended; the result is the job's description.
    Sync,
    /// `.sync:2`: like `.sync`, the child's output is JSON.
    Sync2,
    /// `.waitForTaskToken`: waits until somebody returns the token.
    Callback,
}

impl Pattern {
    /// What the resource ends with: `.sync`; empty for request-response.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::RequestResponse => "",
            Self::Sync => ".sync",
            Self::Sync2 => ".sync:2",
            Self::Callback => ".waitForTaskToken",
        }
    }
}

/// Which kind of integration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// A Lambda function's ARN as `Resource`.
    LambdaArn,
    /// An activity's ARN as `Resource`.
    Activity,
    /// `arn:aws:states:::http:invoke`
    Http,
    /// `arn:aws:states:::SERVICE:ACTION`
    Optimized,
    /// `arn:aws:states:::aws-sdk:SERVICE:ACTION`
    Sdk,
    /// A placeholder without a known value: it answers like a Lambda function, and reports say so.
    Unresolved,
}

/// What a task calls, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Which kind.
    pub kind: Service,
    /// `lambda`, `dynamodb`, `s3`; as in the resource, lower case. Empty for activities and unresolved ones.
    pub service: Arc<str>,
    /// `invoke`, `putItem`; as in the resource. Empty where there is none.
    pub action: Arc<str>,
    /// How Step Functions waits.
    pub pattern: Pattern,
}

impl Integration {
    /// Reads a task's `Resource`.
    ///
    /// Partition, region and account may be anything, `${AWS::Partition}` included. A text without a known meaning
    /// is [`Service::Unresolved`]; a text whose meaning is known but that AWS refuses is an error that says what
    /// is expected, with the nearest known name.
    ///
    /// ```
    /// use sfn_chaos::catalog::Integration;
    ///
    /// let task = Integration::parse("arn:aws:states:::sqs:sendMessage.waitForTaskToken")?;
    /// assert_eq!(task.to_string(), "sqs:sendMessage.waitForTaskToken");
    ///
    /// let slip = Integration::parse("arn:aws:states:::dynamodb:putitem").unwrap_err();
    /// assert!(slip.contains("did you mean `dynamodb:putItem`"), "{slip}");
    /// # Ok::<(), String>(())
    /// ```
    pub fn parse(resource: &str) -> Result<Self, String> {
        super::resource::parse(resource)
    }

    /// Whether the catalogue has facts about it. Unknown ones are not wrong: AWS adds services every month.
    pub fn is_known(&self) -> bool {
        match self.kind {
            Service::LambdaArn | Service::Activity | Service::Http => true,
            Service::Optimized => table::action(&self.service, &self.action).is_some(),
            Service::Sdk => {
                models::service(&self.service).is_some_and(|model| model.operation(&self.action).is_some())
            }
            Service::Unresolved => false,
        }
    }

    /// What a report has to say about it: that the catalogue does not know it, or that no task can call it.
    pub fn remark(&self) -> Option<Remark> {
        remark::remark(self)
    }

    /// Whether AWS accepts this pattern for the integration in a workflow of this type.
    ///
    /// Docs, "Service integration patterns": Express workflows have request-response only, and no activities;
    /// SDK integrations have no `.sync`. What is not known is allowed.
    pub fn allows(&self, pattern: Pattern, machine: MachineType) -> bool {
        if self.kind == Service::Activity {
            return machine == MachineType::Standard && pattern == Pattern::RequestResponse;
        }
        if pattern == Pattern::RequestResponse {
            return true;
        }
        machine == MachineType::Standard && self.has(pattern)
    }

    /// Whether the integration has this pattern in a Standard workflow.
    fn has(&self, pattern: Pattern) -> bool {
        let wait = match pattern {
            Pattern::RequestResponse => return true,
            Pattern::Sync => Wait::Sync,
            Pattern::Sync2 => Wait::Sync2,
            Pattern::Callback => Wait::Callback,
        };
        match self.kind {
            Service::LambdaArn | Service::Activity | Service::Http => false,
            Service::Sdk => wait == Wait::Callback,
            Service::Optimized => {
                table::action(&self.service, &self.action).is_none_or(|action| action.waits.contains(&wait))
            }
            Service::Unresolved => true,
        }
    }

    /// Whether the task ends only when a job or a child execution has ended.
    pub fn is_job(&self) -> bool {
        matches!(self.pattern, Pattern::Sync | Pattern::Sync2)
    }

    /// Whether a Lambda function answers: its ARN, `lambda:invoke`, or an unresolved resource, taken for one.
    pub fn is_lambda(&self) -> bool {
        match self.kind {
            Service::LambdaArn | Service::Unresolved => true,
            Service::Optimized => self.is("lambda", "invoke"),
            Service::Activity | Service::Http | Service::Sdk => false,
        }
    }

    /// Whether the answer, and so the name of an error, is up to whoever holds the task: a worker or a token's owner.
    pub fn is_answered_by_worker(&self) -> bool {
        self.kind == Service::Activity || self.pattern == Pattern::Callback
    }

    /// Whether the task waits for more than the answer of the call.
    pub(super) fn waits(&self) -> bool {
        self.pattern != Pattern::RequestResponse
    }

    /// Whether service and action are these.
    pub(super) fn is(&self, service: &str, action: &str) -> bool {
        &*self.service == service && &*self.action == action
    }
}

impl fmt::Display for Integration {
    /// `lambda:invoke.waitForTaskToken`, `aws-sdk:s3:getObject`, `Lambda function`, `activity`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = self.pattern.suffix();
        match self.kind {
            Service::LambdaArn => f.write_str("Lambda function"),
            Service::Activity => f.write_str("activity"),
            Service::Unresolved => f.write_str("unresolved resource"),
            Service::Http | Service::Optimized => write!(f, "{}:{}{suffix}", self.service, self.action),
            Service::Sdk => write!(f, "aws-sdk:{}:{}{suffix}", self.service, self.action),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use MachineType::{Express, Standard};

    #[rstest]
    #[case::any_call_may_answer_directly(
        "arn:aws:states:::sqs:sendMessage",
        Pattern::RequestResponse,
        Express,
        true
    )]
    #[case::express_waits_for_no_token("arn:aws:states:::sqs:sendMessage", Pattern::Callback, Express, false)]
    #[case::a_queue_takes_a_token("arn:aws:states:::sqs:sendMessage", Pattern::Callback, Standard, true)]
    #[case::a_queue_is_no_job("arn:aws:states:::sqs:sendMessage", Pattern::Sync, Standard, false)]
    #[case::express_waits_for_no_job("arn:aws:states:::glue:startJobRun", Pattern::Sync, Express, false)]
    #[case::a_job_is_waited_for("arn:aws:states:::glue:startJobRun", Pattern::Sync, Standard, true)]
    #[case::only_executions_have_sync_2("arn:aws:states:::glue:startJobRun", Pattern::Sync2, Standard, false)]
    #[case::executions_have_sync_2("arn:aws:states:::states:startExecution", Pattern::Sync2, Standard, true)]
    #[case::sdk_calls_take_a_token(
        "arn:aws:states:::aws-sdk:sqs:sendMessage",
        Pattern::Callback,
        Standard,
        true
    )]
    #[case::sdk_calls_are_no_jobs(
        "arn:aws:states:::aws-sdk:glue:startJobRun",
        Pattern::Sync,
        Standard,
        false
    )]
    #[case::express_has_no_activities(
        "arn:aws:states:us-east-1:1:activity:A",
        Pattern::RequestResponse,
        Express,
        false
    )]
    #[case::an_arn_of_a_function_takes_no_token(
        "arn:aws:lambda:us-east-1:1:function:f",
        Pattern::Callback,
        Standard,
        false
    )]
    #[case::the_unknown_is_allowed("${Task}", Pattern::Sync, Standard, true)]
    fn a_pattern_exists_for_some_integrations_and_workflow_types(
        #[case] resource: &str,
        #[case] pattern: Pattern,
        #[case] machine: MachineType,
        #[case] expected: bool,
    ) {
        assert_eq!(Integration::parse(resource).unwrap().allows(pattern, machine), expected);
    }
}
