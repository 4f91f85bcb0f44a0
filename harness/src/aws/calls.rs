//! Every call that this program can make. Nothing else calls AWS: the clients are seen by this file alone.
//!
//! Calls of Step Functions answer with the JSON of the API as it came, because what the SDK's types do not know would
//! be lost in them. The SDK has read it all the same, so that an answer is one.

use std::time::Duration;

use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::config::timeout::TimeoutConfig;
use aws_sdk_sfn::operation::test_state::TestStateInput;
use aws_sdk_sfn::operation::test_state::builders::TestStateFluentBuilder;
use aws_sdk_sfn::types::StateMachineType;

use super::failure::Failure;
use super::operation::Operation;
use super::watch::Watch;
use crate::value::Value;

/// Pages of a list that are read at most; the longest history, 25,000 events, has 25.
const PAGES_MAX: usize = 100;
/// Events of a page. API reference, "GetExecutionHistory": at most 1000.
const EVENTS_A_PAGE: i32 = 1_000;

/// The services. Nobody has them but through the guard.
#[derive(Clone, Debug)]
pub struct Clients {
    sfn: aws_sdk_sfn::Client,
    sts: aws_sdk_sts::Client,
    iam: aws_sdk_iam::Client,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// The user or the session of a role.
    pub arn: String,
}

/// A role, without its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name, without a path.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The policy that bounds its permissions.
    pub boundary: Option<String>,
}

/// A call through the SDK, watched; its failure is classified.
macro_rules! sent {
    ($operation:ident, $call:expr, $watch:expr) => {
        $call
            .customize()
            .interceptor($watch.clone())
            .send()
            .await
            .map_err(|error| Failure::of(Operation::$operation, &error))
    };
    ($operation:ident, $call:expr) => {
        $call.send().await.map_err(|error| Failure::of(Operation::$operation, &error))
    };
}

/// A call whose answer is the JSON that came.
macro_rules! json {
    ($operation:ident, $call:expr) => {{
        let watch = Watch::quiet();
        let sent = sent!($operation, $call, watch);
        sent.and_then(|_| body(Operation::$operation, &watch))
    }};
}

impl Clients {
    pub(super) fn of(sfn: aws_sdk_sfn::Client, sts: aws_sdk_sts::Client, iam: aws_sdk_iam::Client) -> Self {
        Self { sfn, sts, iam }
    }

    /// The answer of TestState.
    pub(super) async fn test_state(&self, input: TestStateInput, watch: &Watch) -> Result<Value, Failure> {
        sent!(TestState, self.test_of(input), watch)?;
        body(Operation::TestState, watch)
    }

    /// The answer of TestState to a request that calls a task. It is sent once: what a task does stays done.
    pub(super) async fn test_state_once(
        &self,
        input: TestStateInput,
        watch: &Watch,
    ) -> Result<Value, Failure> {
        let call = self.test_of(input).customize().interceptor(watch.clone()).config_override(once());
        call.send().await.map_err(|error| Failure::of(Operation::TestState, &error))?;
        body(Operation::TestState, watch)
    }

    fn test_of(&self, input: TestStateInput) -> TestStateFluentBuilder {
        self.sfn
            .test_state()
            .set_definition(input.definition)
            .set_state_name(input.state_name)
            .set_role_arn(input.role_arn)
            .set_input(input.input)
            .set_inspection_level(input.inspection_level)
            .set_reveal_secrets(input.reveal_secrets)
            .set_variables(input.variables)
            .set_context(input.context)
            .set_mock(input.mock)
            .set_state_configuration(input.state_configuration)
    }

    /// What the service says of a definition.
    pub async fn validate_definition(&self, definition: &str, machine_type: &str) -> Result<Value, Failure> {
        let call = self.sfn.validate_state_machine_definition().definition(definition);
        json!(ValidateStateMachineDefinition, call.r#type(StateMachineType::from(machine_type)))
    }

    /// Whose credentials these are.
    pub async fn caller(&self) -> Result<Caller, Failure> {
        let answer = sent!(GetCallerIdentity, self.sts.get_caller_identity())?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Caller { account, arn }),
            _ => Err(Failure::malformed(Operation::GetCallerIdentity, "it names no account")),
        }
    }

    /// A machine, by its ARN.
    pub async fn describe_state_machine(&self, arn: &str) -> Result<Value, Failure> {
        json!(DescribeStateMachine, self.sfn.describe_state_machine().state_machine_arn(arn))
    }

    /// The versions that an alias stands for.
    pub async fn describe_state_machine_alias(&self, arn: &str) -> Result<Value, Failure> {
        let call = self.sfn.describe_state_machine_alias().state_machine_alias_arn(arn);
        json!(DescribeStateMachineAlias, call)
    }

    /// The machine that an execution ran, as it was then.
    pub async fn describe_state_machine_for_execution(&self, arn: &str) -> Result<Value, Failure> {
        let call = self.sfn.describe_state_machine_for_execution().execution_arn(arn);
        json!(DescribeStateMachineForExecution, call)
    }

    /// An execution, by its ARN.
    pub async fn describe_execution(&self, arn: &str) -> Result<Value, Failure> {
        json!(DescribeExecution, self.sfn.describe_execution().execution_arn(arn))
    }

    /// All events of an execution.
    pub async fn execution_history(&self, arn: &str) -> Result<Vec<Value>, Failure> {
        let mut events = Vec::new();
        let mut token = None;
        for _ in 0..PAGES_MAX {
            let call = self.sfn.get_execution_history().execution_arn(arn).include_execution_data(true);
            let call = call.max_results(EVENTS_A_PAGE).set_next_token(token);
            let page = json!(GetExecutionHistory, call)?;
            events.extend(page.get("events").and_then(Value::as_array).into_iter().flatten().cloned());
            token = page.get("nextToken").and_then(Value::as_str).map(str::to_owned);
            if token.is_none() {
                return Ok(events);
            }
        }
        Err(Failure::malformed(Operation::GetExecutionHistory, "it has more pages than a history can have"))
    }

    /// The first machines of the region, at most as many as are wanted.
    pub async fn list_state_machines(&self, count_max: u16) -> Result<Vec<Value>, Failure> {
        let call = self.sfn.list_state_machines().max_results(i32::from(count_max.clamp(1, 1_000)));
        let page = json!(ListStateMachines, call)?;
        Ok(page.get("stateMachines").and_then(Value::as_array).unwrap_or_default().to_vec())
    }

    /// A role, by its name.
    pub async fn role(&self, name: &str) -> Result<Role, Failure> {
        let answer = sent!(GetRole, self.iam.get_role().role_name(name))?;
        let role = answer.role.ok_or_else(|| Failure::malformed(Operation::GetRole, "it names no role"))?;
        let boundary = role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        Ok(Role { name: role.role_name, arn: role.arn, boundary })
    }

    /// The names of the policies inside a role.
    pub async fn role_policies(&self, role: &str) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES_MAX {
            let call = self.iam.list_role_policies().role_name(role).set_marker(marker);
            let page = sent!(ListRolePolicies, call)?;
            names.extend(page.policy_names);
            marker = page.marker;
            if marker.is_none() {
                return Ok(names);
            }
        }
        Err(Failure::malformed(Operation::ListRolePolicies, "it has no last page"))
    }

    /// A policy inside a role, as JSON text.
    pub async fn role_policy(&self, role: &str, name: &str) -> Result<String, Failure> {
        let call = self.iam.get_role_policy().role_name(role).policy_name(name);
        let answer = sent!(GetRolePolicy, call)?;
        decoded(Operation::GetRolePolicy, &answer.policy_document)
    }

    /// The ARNs of the policies that are attached to a role.
    pub async fn attached_policies(&self, role: &str) -> Result<Vec<String>, Failure> {
        let mut arns = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES_MAX {
            let call = self.iam.list_attached_role_policies().role_name(role).set_marker(marker);
            let page = sent!(ListAttachedRolePolicies, call)?;
            arns.extend(
                page.attached_policies.unwrap_or_default().into_iter().filter_map(|one| one.policy_arn),
            );
            marker = page.marker;
            if marker.is_none() {
                return Ok(arns);
            }
        }
        Err(Failure::malformed(Operation::ListAttachedRolePolicies, "it has no last page"))
    }

    /// The version of a managed policy that is in force, as JSON text.
    pub async fn policy(&self, arn: &str) -> Result<String, Failure> {
        let answer = sent!(GetPolicy, self.iam.get_policy().policy_arn(arn))?;
        let version = answer.policy.and_then(|policy| policy.default_version_id);
        let version =
            version.ok_or_else(|| Failure::malformed(Operation::GetPolicy, "it names no version"))?;
        let call = self.iam.get_policy_version().policy_arn(arn).version_id(version);
        let answer = sent!(GetPolicyVersion, call)?;
        let document = answer.policy_version.and_then(|version| version.document);
        let missing = || Failure::malformed(Operation::GetPolicyVersion, "it has no document");
        decoded(Operation::GetPolicyVersion, &document.ok_or_else(missing)?)
    }
}

/// One attempt, for as long as TestState runs. Docs, "TestState": a test runs for up to five minutes.
fn once() -> aws_sdk_sfn::config::Builder {
    let patience = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(330)).build();
    aws_sdk_sfn::config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(patience)
}

/// The JSON that came.
fn body(operation: Operation, watch: &Watch) -> Result<Value, Failure> {
    let value =
        Value::parse(&watch.body()).map_err(|error| Failure::malformed(operation, &error.to_string()))?;
    if value.as_object().is_none() {
        return Err(Failure::malformed(operation, "it is no object"));
    }
    Ok(value)
}

/// API reference, "GetRolePolicy": the document is a JSON text, encoded as in a URL by RFC 3986.
fn decoded(operation: Operation, document: &str) -> Result<String, Failure> {
    let mut bytes = Vec::with_capacity(document.len());
    let mut rest = document.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        if let (b'%', Some(coded)) = (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            bytes.push(coded);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_| Failure::malformed(operation, "the document is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_decoded_and_what_is_no_code_stays() {
        let text = |document: &str| decoded(Operation::GetPolicyVersion, document).unwrap();
        assert_eq!(text("%7B%22a%22%3A%20%22%C3%A9+%22%7D"), r#"{"a": "é+"}"#);
        assert_eq!(text("100%, %zz %e"), "100%, %zz %e");
    }
}
