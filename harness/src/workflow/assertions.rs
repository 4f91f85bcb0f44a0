//! What a test claims of an execution. Where a claim is wrong, the message tells what happened.

use super::Execution;
use crate::value::Value;

/// Each returns the execution, so that claims can be made in a row.
impl Execution {
    /// Panics with what happened, unless the execution succeeded.
    #[track_caller]
    pub fn assert_succeeded(&self) -> &Self {
        self.assert_status("SUCCEEDED")
    }

    /// Panics with what happened, unless the execution ended as `FAILED` with this error.
    #[track_caller]
    pub fn assert_failed(&self, error: &str) -> &Self {
        self.assert_status("FAILED");
        match self.error() {
            Some(own) if own == error => self,
            Some(own) => self.fail(&format!("fails with {own}, not with {error}")),
            None => self.fail(&format!("fails without an error, not with {error}")),
        }
    }

    /// Panics with what happened, unless the execution ended as `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`, as is
    /// said here.
    #[track_caller]
    pub fn assert_status(&self, status: &str) -> &Self {
        if self.status() == status {
            return self;
        }
        self.fail(&format!("ends as {}, not as {status}", self.status()))
    }

    /// Panics with what happened, unless the output equals this JSON.
    #[track_caller]
    pub fn assert_output(&self, json: &str) -> &Self {
        let wanted = match Value::parse(json) {
            Ok(wanted) => wanted,
            Err(error) => panic!("the expected output is no JSON: {error}"),
        };
        self.assert_succeeded();
        match self.output() {
            Some(output) if *output == wanted => self,
            output => self.fail(&format!("has the output {}, not {wanted}", output.unwrap_or(&Value::Null))),
        }
    }

    /// Panics with what happened, unless the state was entered.
    #[track_caller]
    pub fn assert_entered(&self, state: &str) -> &Self {
        if self.entries(state) > 0 {
            return self;
        }
        self.fail(&format!("never enters `{state}`"))
    }

    /// Panics with what happened if the state was entered.
    #[track_caller]
    pub fn assert_never_entered(&self, state: &str) -> &Self {
        match self.history.entries_of(self.id(state)).first() {
            None => self,
            Some(entry) => self.fail(&format!("enters `{state}` after {}", entry.at)),
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("`{}` {what}\n{}", self.machine().name, self.told())
    }
}
