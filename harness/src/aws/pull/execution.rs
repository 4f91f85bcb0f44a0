//! An execution: its events, what is said of it as a whole, and the definition that it ran.

use super::arn::ExecutionArn;
use super::error::{Unpulled, is_absent};
use super::machine::{self, Machine, check_place};
use crate::aws::Cleared;
use crate::aws::failure::Failure;
use crate::value::Value;

/// An execution as AWS has it.
#[derive(Clone, Debug)]
pub struct Execution {
    /// All events, in order.
    pub events: Vec<Value>,
    /// The answer of DescribeExecution.
    pub described: Value,
    /// The definition that it ran; why it is not known.
    pub machine: Result<Machine, Unpulled>,
}

/// Fetches an execution. `name` is what the definition that it ran is called.
pub async fn execution(cleared: &Cleared, arn: &ExecutionArn, name: &str) -> Result<Execution, Unpulled> {
    let text = arn.to_string();
    check_place(cleared, &text, arn.account_and_region())?;
    if arn.is_express {
        return Err(express(cleared, arn).await?);
    }
    let clients = cleared.clients();
    let failed = |failure: Failure| {
        if is_absent(&failure) {
            Unpulled::NoExecution { arn: text.clone() }
        } else {
            Unpulled::of(failure, &text)
        }
    };
    let described = clients.describe_execution(&text).await.map_err(failed)?;
    let events = clients.execution_history(&text).await.map_err(failed)?;
    let machine = clients.describe_state_machine_for_execution(&text).await;
    let machine = machine.map(|answer| Machine::of(name.to_owned(), &answer)).map_err(failed);
    Ok(Execution { events, described, machine })
}

/// Says where the events of an Express execution are.
async fn express(cleared: &Cleared, arn: &ExecutionArn) -> Result<Unpulled, Unpulled> {
    let machine = machine::described(cleared, &arn.machine_arn()).await?;
    let name = arn.name.split(':').next().unwrap_or_default().to_owned();
    Ok(Unpulled::Express {
        arn: arn.to_string(),
        name,
        machine: arn.machine_arn().name,
        logs: machine.logs(),
    })
}

impl Execution {
    /// How often it was redriven.
    pub fn redrives(&self) -> i64 {
        self.described.get("redriveCount").and_then(Value::as_i64).unwrap_or(0)
    }

    /// `FAILED`
    pub fn status(&self) -> &str {
        self.described.get("status").and_then(Value::as_str).unwrap_or("of unknown status")
    }

    /// The runs of distributed Maps; what failed in them is in executions of their own.
    pub fn map_runs(&self) -> Vec<&str> {
        let started = self.events.iter().filter_map(|event| event.get("mapRunStartedEventDetails"));
        started.filter_map(|details| details.get("mapRunArn")?.as_str()).collect()
    }
}
