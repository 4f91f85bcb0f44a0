//! The least that the caller needs: the policy of the role that runs this program, made of the calls that there are.
//!
//! Which of them know resources is in the Service Authorization Reference, "Actions, resources, and condition keys for
//! AWS Step Functions" and "… IAM". `iam:PassRole` is not in it: TestState without it cannot give a state any role, so
//! that no task is really called, whatever this program does. `sts:GetCallerIdentity` needs no permission.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::partition;

/// Account and region that the policy is for.
#[derive(Clone, Debug)]
pub struct Place<'p> {
    /// Twelve digits, or `${AWS::AccountId}` where it is open.
    pub account: &'p str,
    /// `eu-west-1`, or `${AWS::Region}` where it is open.
    pub region: &'p str,
}

/// What a statement is for.
const STATEMENTS: [(&str, &[Kind]); 4] = [
    ("TestStatesAndValidate", &[Kind::Any]),
    ("PullDefinitions", &[Kind::Machines]),
    ("PullExecutions", &[Kind::Executions]),
    ("PullRoles", &[Kind::Roles, Kind::Policies]),
];

/// What an action is allowed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No resource is known to it.
    Any,
    Machines,
    Executions,
    Roles,
    Policies,
    /// It needs no permission.
    Nothing,
}

/// The policy as JSON.
pub fn policy(place: &Place<'_>) -> Json {
    let statements: Vec<Json> = STATEMENTS.iter().map(|(sid, kinds)| statement(sid, kinds, place)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The statement that allows one call.
pub fn allowing(operation: Operation, place: &Place<'_>) -> Json {
    let resources = resources(kind(operation), place);
    json!({"Effect": "Allow", "Action": operation.action(), "Resource": resources})
}

fn statement(sid: &str, kinds: &[Kind], place: &Place<'_>) -> Json {
    let calls = Operation::ALL.into_iter().filter(|operation| kinds.contains(&kind(*operation)));
    let actions: Vec<String> = calls.map(Operation::action).collect();
    let resources: Vec<String> = kinds.iter().flat_map(|kind| resources(*kind, place)).collect();
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources})
}

fn kind(operation: Operation) -> Kind {
    match operation {
        Operation::TestState | Operation::ValidateStateMachineDefinition | Operation::ListStateMachines => {
            Kind::Any
        }
        Operation::GetCallerIdentity => Kind::Nothing,
        Operation::DescribeStateMachine | Operation::DescribeStateMachineAlias => Kind::Machines,
        Operation::DescribeStateMachineForExecution
        | Operation::DescribeExecution
        | Operation::GetExecutionHistory => Kind::Executions,
        Operation::GetRole
        | Operation::ListRolePolicies
        | Operation::GetRolePolicy
        | Operation::ListAttachedRolePolicies => Kind::Roles,
        Operation::GetPolicy | Operation::GetPolicyVersion => Kind::Policies,
    }
}

fn resources(kind: Kind, place: &Place<'_>) -> Vec<String> {
    let Place { account, region } = place;
    let partition = partition::of(region).unwrap_or("aws");
    let states = |rest: &str| format!("arn:{partition}:states:{region}:{account}:{rest}");
    match kind {
        Kind::Any => vec!["*".to_owned()],
        Kind::Machines => vec![states("stateMachine:*")],
        // ARNs of Express executions have a type of their own.
        Kind::Executions => vec![states("execution:*"), states("express:*")],
        Kind::Roles => vec![format!("arn:{partition}:iam::{account}:role/*")],
        Kind::Policies => {
            vec![
                format!("arn:{partition}:iam::{account}:policy/*"),
                format!("arn:{partition}:iam::aws:policy/*"),
            ]
        }
        Kind::Nothing => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_that_needs_a_permission_is_allowed_once() {
        let policy = policy(&Place { account: "111122223333", region: "cn-north-1" });
        let statements = policy["Statement"].as_array().unwrap();
        let allowed: Vec<&str> = statements
            .iter()
            .flat_map(|statement| statement["Action"].as_array().unwrap())
            .map(|action| action.as_str().unwrap())
            .collect();
        let needed =
            Operation::ALL.into_iter().filter(|operation| *operation != Operation::GetCallerIdentity);
        let mut needed: Vec<String> = needed.map(Operation::action).collect();
        needed.sort();
        let mut sorted = allowed.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, needed);
        assert_eq!(statements[0]["Resource"], json!(["*"]));
        assert_eq!(
            statements[1]["Resource"],
            json!(["arn:aws-cn:states:cn-north-1:111122223333:stateMachine:*"])
        );
    }

    /// Nothing in it lets a state be given a role, or shows a secret, or changes anything.
    #[test]
    fn no_call_is_allowed_that_changes_anything() {
        let text = policy(&Place { account: "111122223333", region: "eu-west-1" }).to_string();
        let harmless = ["TestState", "Validate", "Describe", "Get", "List"];
        let calls = text.split('"').filter(|word| word.starts_with("states:") || word.starts_with("iam:"));
        let strange: Vec<_> = calls
            .filter(|action| !harmless.iter().any(|verb| action.split(':').nth(1).unwrap().starts_with(verb)))
            .collect();
        assert_eq!(strange, Vec::<&str>::new());
    }
}
