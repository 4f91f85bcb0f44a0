//! House rule: which calls of AWS exist, and where. What is not written here cannot be called.

use std::path::Path;

use anyhow::Result;

/// The only file that calls AWS.
const CALLS: &str = "harness/src/aws/calls.rs";

/// The file that makes clients.
const CLIENTS: &str = "harness/src/aws/clients.rs";

/// The crates of the services.
const SERVICES: [&str; 3] = ["aws_sdk_sfn", "aws_sdk_sts", "aws_sdk_iam"];

/// What other files may use of them: configuration, data, and the fields of a request. No client can be had from these.
const HARMLESS: [&str; 3] = ["::config", "::types", "::operation::test_state::TestStateInput"];

/// Everything that is called. Nothing here changes anything, but for what a live TestState lets a task do.
const OPERATIONS: [&str; 15] = [
    "describe_execution",
    "describe_state_machine",
    "describe_state_machine_alias",
    "describe_state_machine_for_execution",
    "get_caller_identity",
    "get_execution_history",
    "get_policy",
    "get_policy_version",
    "get_role",
    "get_role_policy",
    "list_attached_role_policies",
    "list_role_policies",
    "list_state_machines",
    "test_state",
    "validate_state_machine_definition",
];

/// Checks one source file.
pub(crate) fn check(name: &str, text: &str, broken: &mut Vec<String>) {
    if !name.starts_with("harness/") {
        return;
    }
    for (at, line) in text.lines().enumerate() {
        for service in SERVICES {
            let harmful = line
                .split(service)
                .skip(1)
                .any(|rest| !HARMLESS.iter().any(|harmless| rest.starts_with(harmless)));
            if harmful && name != CALLS && name != CLIENTS {
                broken.push(format!("{name}:{}: only {CALLS} and {CLIENTS} may use {service}", at + 1));
            }
        }
        let sends =
            ["send_with(", ".customize()", ".send_orchestrator"].iter().any(|call| line.contains(call));
        if sends && name != CALLS {
            broken.push(format!("{name}:{}: only {CALLS} may call AWS", at + 1));
        }
    }
    if name == CALLS {
        let text: String = text.split_whitespace().collect();
        let mut called = operations(&text);
        called.sort_unstable();
        called.dedup();
        if called != OPERATIONS {
            broken.push(format!("{CALLS} calls {called:?}; what may be called is {OPERATIONS:?}"));
        }
    }
}

/// Whether the file that calls AWS is where this rule looks for it.
pub(crate) fn check_place(root: &Path, broken: &mut Vec<String>) -> Result<()> {
    if !root.join(CALLS).try_exists()? {
        broken.push(format!("{CALLS}: missing; the rule about calls of AWS has nothing to look at"));
    }
    Ok(())
}

/// The operations that clients are asked for: what follows `self.sfn.` in a text without spaces.
fn operations(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for client in ["self.sfn", "self.sts", "self.iam"] {
        for (at, _) in text.match_indices(client) {
            let rest = &text[at + client.len()..];
            // A client that goes anywhere else is a call that nobody sees.
            let name = rest.strip_prefix('.').unwrap_or("a client that is handed on");
            found.push(name.split('(').next().unwrap_or(name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(name: &str, text: &str) -> usize {
        let mut broken = Vec::new();
        check(name, text, &mut broken);
        broken.len()
    }

    fn all() -> String {
        OPERATIONS.map(|name| format!("self\n  .sfn\n  .{name}();")).join("\n")
    }

    #[test]
    fn a_call_that_is_not_listed_is_refused() {
        assert_eq!(broken(CALLS, &all()), 0);
        assert_eq!(broken(CALLS, &format!("{}\nself.iam.delete_role()", all())), 1);
        assert_eq!(broken(CALLS, &all().replace("test_state", "start_execution")), 1);
        assert_eq!(broken(CALLS, &format!("{}\nelsewhere(&self.iam)", all())), 1);
    }

    #[test]
    fn services_are_used_in_their_files_alone() {
        let used = "use aws_sdk_sfn::Client;";
        assert_eq!(broken(CLIENTS, used), 0);
        assert_eq!(broken("harness/src/cli/run.rs", used), 1);
        assert_eq!(broken("harness/src/cli/run.rs", "use aws_sdk_sfn as steps;"), 1);
        assert_eq!(broken("harness/src/aws/guard.rs", "use aws_sdk_sts::config::Credentials;"), 0);
        assert_eq!(broken("harness/src/aws/request.rs", "input.send_with(&client)"), 1);
    }
}
