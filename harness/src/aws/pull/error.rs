//! Why something could not be fetched, and what to do about it.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::aws::failure::{Failure, FailureKind};

/// Nothing was fetched.
#[derive(Clone, Debug, PartialEq)]
pub enum Unpulled {
    /// It is in another account or region than the one that is called.
    Elsewhere {
        /// What was asked for.
        arn: String,
        /// `account 111122223333`
        called: String,
        /// What to do.
        advice: &'static str,
    },
    /// There is no such machine.
    NoMachine {
        /// Its ARN.
        arn: String,
        /// What there is instead.
        near: Near,
    },
    /// There is no such execution.
    NoExecution {
        /// Its ARN.
        arn: String,
    },
    /// There is no such role.
    NoRole {
        /// Its name.
        name: String,
        /// Where it was looked for.
        account: String,
    },
    /// Step Functions keeps no events of it.
    Express {
        /// Its ARN.
        arn: String,
        /// Its name.
        name: String,
        /// Its machine.
        machine: String,
        /// The log group that has the events, and the log level; none where executions are not logged.
        logs: Option<(String, String)>,
    },
    /// A call is not allowed.
    Denied {
        /// As AWS says it.
        failure: Box<Failure>,
        /// What would allow it.
        statement: Json,
    },
    /// A call has no answer.
    Unanswered(Failure),
}

/// The names of machines that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Near {
    /// The nearest one first, and how many there are.
    Names(Vec<String>, usize),
    /// They could not be listed.
    Unknown(String),
}

impl Unpulled {
    /// A call about this resource failed.
    pub(super) fn of(failure: Failure, resource: &str) -> Self {
        let FailureKind::Denied { action } = &failure.kind else { return Self::Unanswered(failure) };
        let is_own = *action == failure.operation.action();
        // "… is not authorized to perform: kms:Decrypt on resource: ARN because …"
        let named =
            failure.detail.split_once("on resource: ").and_then(|(_, rest)| rest.split_whitespace().next());
        let resource = if is_own { resource } else { named.unwrap_or("*") };
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        Self::Denied { failure: Box::new(failure), statement }
    }

    /// Whether the service is to blame, so that the same call may work later.
    pub fn is_unanswered(&self) -> bool {
        match self {
            Self::Unanswered(failure) => !matches!(failure.kind, FailureKind::Refused { .. }),
            Self::Elsewhere { .. }
            | Self::NoMachine { .. }
            | Self::NoExecution { .. }
            | Self::NoRole { .. }
            | Self::Express { .. }
            | Self::Denied { .. } => false,
        }
    }
}

/// Whether the service says by a code that there is nothing of that name.
pub(super) fn is_absent(failure: &Failure) -> bool {
    const CODES: [&str; 4] =
        ["StateMachineDoesNotExist", "ExecutionDoesNotExist", "ResourceNotFound", "NoSuchEntity"];
    let FailureKind::Refused { code } = &failure.kind else { return false };
    CODES.iter().any(|known| code.strip_suffix("Exception").unwrap_or(code) == *known)
}

impl fmt::Display for Unpulled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere { arn, called, advice } => {
                write!(f, "{arn} is not in {called}, which is called; {advice}")
            }
            Self::NoMachine { arn, near } => write!(f, "there is no state machine {arn}; {near}"),
            Self::NoExecution { arn } => write!(
                f,
                "there is no execution {arn}; Step Functions forgets executions 90 days after their end (a quota may \
                 shorten that), and `aws stepfunctions list-executions` lists the others"
            ),
            Self::NoRole { name, account } => write!(
                f,
                "there is no role {name} in account {account}; `pull policies --machine NAME` finds the role of a machine"
            ),
            Self::Express { arn, name, machine, logs } => express(f, [arn, name, machine], logs.as_ref()),
            Self::Denied { failure, statement } => {
                write!(f, "{failure}, in a policy of your own role or user: {statement}")
            }
            Self::Unanswered(failure) => fmt::Display::fmt(failure, f),
        }
    }
}

/// Docs, "Logging in CloudWatch Logs": the only place that keeps events of Express executions.
fn express(
    f: &mut fmt::Formatter<'_>,
    [arn, name, machine]: [&str; 3],
    logs: Option<&(String, String)>,
) -> fmt::Result {
    write!(f, "{arn} is an Express execution, of which Step Functions keeps no events; ")?;
    match logs {
        Some((group, level)) => {
            let left_out = match level.as_str() {
                "ALL" => String::new(),
                level => format!(" (its level is {level}: what led to a failure is not in it)"),
            };
            write!(
                f,
                "they are in the log group {group}{left_out}: `aws logs filter-log-events --log-group-name {group} \
                 --filter-pattern '{{ $.execution_arn = \"{arn}\" }}' > express.json`, then `diagnose express.json \
                 --execution {name}` with the definition that `pull definition {machine}` fetches"
            )
        }
        None => write!(
            f,
            "they are nowhere, because {machine} is not logged; give it a logging configuration with level ALL and \
             execution data, and diagnose the log group of the next execution"
        ),
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Names(_, 0) => f.write_str("there is none at all in this account and region; check both"),
            Self::Names(names, all) if names.len() < *all => {
                write!(f, "near it: {} (of {all} machines)", names.join(", "))
            }
            Self::Names(names, _) => write!(f, "there is {}", names.join(", ")),
            Self::Unknown(why) => write!(f, "which ones there are cannot be told: {why}"),
        }
    }
}
