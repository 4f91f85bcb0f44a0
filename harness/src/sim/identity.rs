//! Whose execution it is: the names that only an account knows, in one place.

use std::borrow::Cow;

use crate::asl::MachineType;

/// Account, region and role of an execution, as its ARNs show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Region of every ARN; `us-east-1` by default.
    pub region: Cow<'static, str>,
    /// Account of every ARN; `123456789012` by default.
    pub account: Cow<'static, str>,
    /// The role that the state machine assumes; by default one that is named after the machine.
    pub role_arn: Option<Cow<'static, str>>,
}

impl Default for Identity {
    fn default() -> Self {
        Self { region: Cow::Borrowed("us-east-1"), account: Cow::Borrowed("123456789012"), role_arn: None }
    }
}

impl Identity {
    /// The role of a state machine.
    pub fn role_arn(&self, machine: &str) -> String {
        self.role_arn
            .as_ref()
            .map_or_else(|| format!("arn:aws:iam::{}:role/{machine}-role", self.account), ToString::to_string)
    }

    /// The ARN of a state machine.
    pub fn machine_arn(&self, machine: &str) -> String {
        self.states_arn("stateMachine", machine)
    }

    /// The ARN of an execution. Recorded on AWS: that of an Express execution ends with an id of its own.
    pub fn execution_arn(&self, machine_type: MachineType, machine: &str, name: &str) -> String {
        match machine_type {
            MachineType::Standard => self.states_arn("execution", &format!("{machine}:{name}")),
            MachineType::Express => self.states_arn("express", &format!("{machine}:{name}:1")),
        }
    }

    /// The ARN of a map run; `label` is the Map's label or name.
    pub fn map_run_arn(&self, machine: &str, label: &str, number: usize) -> String {
        let run = format!("{machine}/{label}:00000000-0000-0000-0000-{number:012}");
        self.states_arn("mapRun", &run)
    }

    fn states_arn(&self, kind: &str, rest: &str) -> String {
        format!("arn:aws:states:{}:{}:{kind}:{rest}", self.region, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_is_named_after_the_machine_unless_one_is_given() {
        let mut identity = Identity::default();
        assert_eq!(identity.role_arn("Orders"), "arn:aws:iam::123456789012:role/Orders-role");
        identity.role_arn = Some("arn:aws:iam::123456789012:role/other".into());
        assert_eq!(identity.role_arn("Orders"), "arn:aws:iam::123456789012:role/other");
    }
}
