//! The calls that this program can make, and the permission that each needs.

use std::fmt;

/// A call of AWS. There are no others: none of them changes anything, but for what a live TestState lets a task do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Tests one state.
    TestState,
    /// Checks a definition.
    ValidateStateMachineDefinition,
    /// Says which account the credentials belong to.
    GetCallerIdentity,
    /// Reads a definition.
    DescribeStateMachine,
    /// Reads which versions an alias stands for.
    DescribeStateMachineAlias,
    /// Reads the definition that an execution ran.
    DescribeStateMachineForExecution,
    /// Reads input and output of an execution.
    DescribeExecution,
    /// Reads the events of an execution.
    GetExecutionHistory,
    /// Reads the names of the machines.
    ListStateMachines,
    /// Reads a role.
    GetRole,
    /// Reads the names of the policies inside a role.
    ListRolePolicies,
    /// Reads a policy inside a role.
    GetRolePolicy,
    /// Reads which policies are attached to a role.
    ListAttachedRolePolicies,
    /// Reads which version of a policy is in force.
    GetPolicy,
    /// Reads a version of a policy.
    GetPolicyVersion,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::TestState,
        Self::ValidateStateMachineDefinition,
        Self::GetCallerIdentity,
        Self::DescribeStateMachine,
        Self::DescribeStateMachineAlias,
        Self::DescribeStateMachineForExecution,
        Self::DescribeExecution,
        Self::GetExecutionHistory,
        Self::ListStateMachines,
        Self::GetRole,
        Self::ListRolePolicies,
        Self::GetRolePolicy,
        Self::ListAttachedRolePolicies,
        Self::GetPolicy,
        Self::GetPolicyVersion,
    ];

    /// `states:TestState`
    pub fn action(self) -> String {
        format!("{}:{self}", self.service())
    }

    /// The prefix of its permission.
    fn service(self) -> &'static str {
        match self {
            Self::TestState
            | Self::ValidateStateMachineDefinition
            | Self::DescribeStateMachine
            | Self::DescribeStateMachineAlias
            | Self::DescribeStateMachineForExecution
            | Self::DescribeExecution
            | Self::GetExecutionHistory
            | Self::ListStateMachines => "states",
            Self::GetCallerIdentity => "sts",
            Self::GetRole
            | Self::ListRolePolicies
            | Self::GetRolePolicy
            | Self::ListAttachedRolePolicies
            | Self::GetPolicy
            | Self::GetPolicyVersion => "iam",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
