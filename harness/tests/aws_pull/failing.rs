//! Where there is nothing to write, no file is there, and the message says what to do.

use rstest::rstest;
use serde_json::json;

use crate::place::{EXECUTION, MACHINE, Place, ROLE, machine, token};
use crate::server::Reply;

const OTHER_ACCOUNT: &str = "arn:aws:states:eu-west-1:999988887777:stateMachine:order";
const EXPRESS: &str = "arn:aws:states:eu-west-1:111122223333:express:order:run-8:0f2c";

#[rstest]
#[case::no_list("region = \"eu-west-1\"", "allow-accounts")]
#[case::an_empty_list("allow-accounts = []", "allow-accounts")]
#[case::a_denial_that_wins(
    "allow-accounts = [\"111122223333\"]\ndeny-profiles = [\"default\"]\nprofile = \"default\"",
    "default"
)]
fn no_request_leaves_without_the_guard(#[case] lines: &str, #[case] because: &str) {
    for arguments in [["definition", "order"], ["execution", EXECUTION], ["policies", ROLE]] {
        let place = Place::new().configured(lines);
        place.run(&["pull", arguments[0], arguments[1]]).ended(2, because);
        assert_eq!((place.server.count(), place.files().len()), (0, 0));
    }
}

#[test]
fn an_account_that_is_not_allowed_is_asked_nothing_but_who_it_is() {
    let place = Place::new().configured("allow-accounts = [\"999988887777\"]");
    place.run(&["pull", "definition", OTHER_ACCOUNT]).ended(2, "111122223333");
    assert_eq!((place.server.count(), place.operations().len()), (1, 0));
}

#[rstest]
#[case::another_account(&["definition", OTHER_ACCOUNT], "is not in account 111122223333, which is called")]
#[case::another_region(&["definition", MACHINE, "--region", "us-east-1"], "is not in region us-east-1, which is called")]
#[case::another_account_of_an_execution(
    &["execution", "arn:aws:states:eu-west-1:999988887777:execution:order:a"],
    "is not in account 111122223333"
)]
#[case::a_role_of_another_account(&["policies", "arn:aws:iam::999988887777:role/r"], "is not in account 111122223333")]
fn what_is_elsewhere_is_not_asked_for(#[case] arguments: &[&str], #[case] because: &str) {
    let place = Place::new();
    let arguments: Vec<&str> = ["pull"].iter().chain(arguments).copied().collect();
    place.run(&arguments).ended(2, because);
    assert_eq!(place.operations(), Vec::<String>::new());
}

#[rstest]
#[case::a_machine_for_an_execution(&["execution", MACHINE], "is a machine; `pull definition` fetches it")]
#[case::a_name_for_an_execution(&["execution", "run-8"], "is no ARN of an execution")]
#[case::an_execution_for_a_machine(&["definition", EXECUTION], "is an execution; `pull execution` fetches it")]
#[case::a_user_for_a_role(&["policies", "arn:aws:iam::111122223333:user/ann"], "is no ARN of a role")]
fn what_is_something_else_is_told_before_anything_is_called(
    #[case] arguments: &[&str],
    #[case] because: &str,
) {
    let place = Place::new();
    let arguments: Vec<&str> = ["pull"].iter().chain(arguments).copied().collect();
    place.run(&arguments).ended(2, because);
    assert_eq!(place.server.count(), 0);
}

#[test]
fn a_machine_that_is_not_there_has_names_near_it() {
    let place = Place::answering(|asked| {
        let gone = || Reply::error(400, "StateMachineDoesNotExist", "State Machine Does Not Exist");
        (asked.operation() == "DescribeStateMachine").then(gone)
    });
    let ended = place.run(&["pull", "definition", "ordr"]);
    ended.ended(2, "there is no state machine arn:aws:states:eu-west-1:111122223333:stateMachine:ordr; there is order, refund");
    assert_eq!(place.operations(), ["DescribeStateMachine", "ListStateMachines"]);
    assert_eq!(place.files(), Vec::<String>::new());
}

#[test]
fn an_execution_or_a_role_that_is_not_there_says_where_others_are() {
    let place = Place::answering(|asked| match asked.operation() {
        "DescribeExecution" => Some(Reply::error(400, "ExecutionDoesNotExist", "Execution Does Not Exist")),
        "GetRole" => Some(Reply::xml_error(404, "NoSuchEntity", "The role cannot be found.")),
        _ => None,
    });
    place.run(&["pull", "execution", EXECUTION]).ended(2, "forgets executions 90 days after their end");
    place.run(&["pull", "policies", ROLE]).ended(2, "there is no role orders-role in account 111122223333");
    assert_eq!(place.files(), Vec::<String>::new());
}

#[rstest]
#[case::of_the_call(
    "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: states:GetExecutionHistory on resource: \
     arn:aws:states:eu-west-1:111122223333:execution:order:run-8 because no identity-based policy allows it",
    json!({"Action": "states:GetExecutionHistory", "Effect": "Allow", "Resource": EXECUTION})
)]
#[case::of_a_key(
    "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:Decrypt on resource: \
     arn:aws:kms:eu-west-1:111122223333:key/k because no identity-based policy allows it",
    json!({"Action": "kms:Decrypt", "Effect": "Allow", "Resource": "arn:aws:kms:eu-west-1:111122223333:key/k"})
)]
fn a_denial_gives_the_statement(#[case] message: &'static str, #[case] expected: serde_json::Value) {
    let place = Place::answering(move |asked| {
        let denied = || Reply::error(400, "AccessDeniedException", message);
        (asked.operation() == "GetExecutionHistory").then(denied)
    });
    let ended = place.run(&["pull", "execution", EXECUTION]);
    assert_eq!(ended.code, Some(2));
    let (_, statement) = ended.err.trim_end().rsplit_once("user: ").expect("a statement ends it");
    assert_eq!(serde_json::from_str::<serde_json::Value>(statement).ok(), Some(expected));
    assert_eq!(place.files(), Vec::<String>::new());
}

#[test]
fn part_of_a_history_is_never_written() {
    let place = Place::answering(|asked| {
        let is_later = asked.operation() == "GetExecutionHistory" && token(asked).is_some();
        is_later.then(|| Reply::error(400, "ThrottlingException", "Rate exceeded"))
    });
    place.run(&["pull", "execution", EXECUTION]).ended(3, "throttled, however long it was waited");
    assert_eq!(place.files(), Vec::<String>::new());
}

#[test]
fn a_history_is_kept_where_its_definition_is_denied() {
    let place = Place::answering(|asked| {
        let denied = || Reply::error(400, "AccessDeniedException", "no");
        (asked.operation() == "DescribeStateMachineForExecution").then(denied)
    });
    let ended = place.run(&["pull", "execution", EXECUTION]);
    ended.ended(3, "the definition that ran is not fetched");
    assert_eq!(place.files(), ["run-8.execution.json", "run-8.history.json"]);
    assert!(
        ended.out.ends_with("next   sfn-chaos diagnose run-8.history.json run-8.execution.json\n"),
        "{}",
        ended.out
    );
}

#[test]
fn an_express_execution_is_in_a_log_group_or_nowhere() {
    let logged = Place::new();
    let ended = logged.run(&["pull", "execution", EXPRESS]);
    ended.ended(2, "is an Express execution, of which Step Functions keeps no events");
    ended.ended(2, "they are in the log group /aws/vendedlogs/order (its level is ERROR");
    ended.ended(2, "diagnose express.json --execution run-8");
    assert_eq!(logged.operations(), ["DescribeStateMachine"]);
    let silent = Place::answering(|asked| {
        let mut answer = machine(&json!(MACHINE));
        answer["loggingConfiguration"] = json!({"level": "OFF"});
        (asked.operation() == "DescribeStateMachine").then(|| Reply::json(&answer))
    });
    silent.run(&["pull", "execution", EXPRESS]).ended(2, "they are nowhere, because order is not logged");
    assert_eq!(silent.files(), Vec::<String>::new());
}

#[test]
fn nothing_is_written_over_and_nothing_beside_what_is_there() {
    let place = Place::new();
    std::fs::write(place.folder().join("run-8.execution.json"), "mine").expect("a file can be written");
    place.run(&["pull", "execution", EXECUTION]).ended(2, "run-8.execution.json exists");
    assert_eq!(place.files(), ["run-8.execution.json"]);
    assert_eq!(place.read("run-8.execution.json"), "mine");
    let ended = place.run(&["pull", "execution", EXECUTION, "--overwrite"]);
    assert_eq!((ended.code, place.files().len()), (Some(0), 4));
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.run(&["pull", "execution", EXECUTION]);
    for file in place.files() {
        let mode = place.folder().join(&file).metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
