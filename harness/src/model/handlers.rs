//! What can be said of retriers and catchers without running anything: which of their names can never reach them.

use super::arrival::{Arrival, Through};
use crate::asl::{Kind, Machine, MapMode, State};
use crate::catalog;
use crate::contested::{Contested, Rules};
use crate::error::ErrorName;

/// `Retry` or `Catch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandlerKind {
    /// An entry of `Retry`.
    Retrier,
    /// An entry of `Catch`.
    Catcher,
}

/// A name of `ErrorEquals` that can never make its handler act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleName {
    /// Where it is listed.
    pub kind: HandlerKind,
    /// Index of the handler.
    pub handler: usize,
    /// Index of the name in `ErrorEquals`.
    pub index: usize,
    /// The name.
    pub name: ErrorName,
    /// Why it is idle.
    pub idle: Idle,
    /// Whether every name of the handler is idle, so that the handler as a whole is dead code.
    pub whole: bool,
    /// Whether it costs nothing: the handler lists the name that was meant as well, or others beside a timer's.
    pub spare: bool,
}

/// Why a name can never make its handler act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Step Functions reserves the name and reports another, or never matches it.
    Reserved,
    /// Other names are reported here; the one that was meant, where there is a good guess.
    NotReported(Option<String>),
    /// No `HeartbeatSeconds`, so no heartbeat can be missed.
    NoHeartbeat,
    /// Neither `TimeoutSeconds` nor `HeartbeatSeconds`, so no timer fires.
    NoTimer,
    /// The states inside that can report it all catch it themselves.
    CaughtInside,
    /// A distributed Map fails with a name of its own when its items do; this one.
    OfItems(&'static str),
    /// An earlier handler of the state takes it.
    Shadowed {
        /// Index of that handler.
        by: usize,
    },
}

impl HandlerKind {
    /// The field of the definition.
    pub fn field(self) -> &'static str {
        match self {
            Self::Retrier => "Retry",
            Self::Catcher => "Catch",
        }
    }

    /// The name for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Retrier => "retrier",
            Self::Catcher => "catcher",
        }
    }
}

/// All idle names of a state's handlers, in the order of the definition.
pub(super) fn idle_names(machine: &Machine, rules: Rules, state: &State) -> Vec<IdleName> {
    let arrival = Arrival { machine, rules, through: Through::Catchers };
    let retriers: Vec<_> = state.retry.iter().map(|retrier| retrier.errors.as_slice()).collect();
    let catchers: Vec<_> = state.catch.iter().map(|catcher| catcher.errors.as_slice()).collect();
    let mut found = in_list(arrival, state, HandlerKind::Retrier, &retriers);
    found.extend(in_list(arrival, state, HandlerKind::Catcher, &catchers));
    found
}

fn in_list(
    arrival: Arrival<'_>,
    state: &State,
    kind: HandlerKind,
    handlers: &[&[ErrorName]],
) -> Vec<IdleName> {
    let mut found = Vec::new();
    for (handler, names) in handlers.iter().enumerate() {
        let idle: Vec<_> = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| {
                Some((index, name, why_idle(arrival, state, &handlers[..handler], name)?))
            })
            .collect();
        let whole = idle.len() == names.len();
        found.extend(idle.into_iter().map(|(index, name, idle)| {
            let spare = is_spare(names, &idle);
            IdleName { kind, handler, index, name: name.clone(), idle, whole, spare }
        }));
    }
    found
}

fn is_spare(names: &[ErrorName], idle: &Idle) -> bool {
    let meant = match idle {
        // In a longer list the name is a habit.
        Idle::NoTimer => return names.len() > 1,
        Idle::NotReported(Some(meant)) => meant.as_str(),
        Idle::OfItems(meant) => meant,
        _ => return false,
    };
    names.iter().any(|other| takes_all_of(other, &ErrorName::new(meant)))
}

fn why_idle(arrival: Arrival<'_>, state: &State, earlier: &[&[ErrorName]], name: &ErrorName) -> Option<Idle> {
    if let Some(by) = earlier.iter().position(|names| names.iter().any(|taken| takes_all_of(taken, name))) {
        return Some(Idle::Shadowed { by });
    }
    let text = name.as_str();
    if catalog::is_never_matched(text) {
        return (!is_reported_under(arrival.rules, text)).then_some(Idle::Reserved);
    }
    if matches!(text, ErrorName::ALL | ErrorName::TASK_FAILED) || arrival.at(state, text) != Some(false) {
        return None;
    }
    let happens = Arrival { through: Through::Nothing, ..arrival }.at(state, text) != Some(false);
    match text {
        _ if happens => Some(Idle::CaughtInside),
        ErrorName::HEARTBEAT_TIMEOUT => Some(Idle::NoHeartbeat),
        ErrorName::TIMEOUT => Some(Idle::NoTimer),
        _ => Some(match arrival.meant(state, text) {
            None if is_distributed(state) && !catalog::is_of_maps(text) => {
                Idle::OfItems("States.ExceedToleratedFailureThreshold")
            }
            meant => Idle::NotReported(meant),
        }),
    }
}

/// Whether a reserved name is reported after all under the contested rules in force.
fn is_reported_under(rules: Rules, name: &str) -> bool {
    match name {
        ErrorName::RUNTIME => false,
        "States.BranchFailed" => rules.departs(Contested::BranchFailed),
        _ => rules.departs(Contested::ReservedNames),
    }
}

fn is_distributed(state: &State) -> bool {
    matches!(&state.kind, Kind::Map(map) if matches!(map.mode, MapMode::Distributed(_)))
}

/// Whether every failure that `name` matches is matched by `pattern` too.
fn takes_all_of(pattern: &ErrorName, name: &ErrorName) -> bool {
    match pattern.as_str() {
        ErrorName::ALL => true,
        ErrorName::TASK_FAILED => {
            !matches!(name.as_str(), ErrorName::ALL | ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT)
        }
        // Recorded on AWS: a missed heartbeat is reported as States.Timeout, which both names match.
        ErrorName::TIMEOUT => matches!(name.as_str(), ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT),
        _ => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    #[rstest]
    #[case::a_slip("DynamoDB.ThrottlingExeption", Some(Idle::NotReported(Some("DynamoDB.ThrottlingException".into()))))]
    #[case::another_service("DynamoDb.ThrottlingException",
        Some(Idle::NotReported(Some("DynamoDB.ThrottlingException".into()))))]
    #[case::reserved("States.NoChoiceMatched", Some(Idle::Reserved))]
    #[case::no_heartbeat("States.HeartbeatTimeout", Some(Idle::NoHeartbeat))]
    #[case::no_timer("States.Timeout", Some(Idle::NoTimer))]
    #[case::a_real_name("DynamoDB.ConditionalCheckFailedException", None)]
    fn a_name_that_never_makes_its_handler_act(#[case] name: &str, #[case] expected: Option<Idle>) {
        let machine = compile_text(
            "put",
            &format!(
                r#"{{"StartAt":"Put","States":{{"Put":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",
                  "Parameters":{{"TableName":"t","Item":{{}}}},
                  "Retry":[{{"ErrorEquals":["{name}"]}}],"End":true}}}}}}"#
            ),
        )
        .unwrap();
        let found = idle_names(&machine, Rules::default(), &machine.states[0]);
        assert_eq!(found.into_iter().next().map(|found| found.idle), expected);
    }

    const CALL: &str = r#""Call": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "t", "Item": {}}, FIELDS "End": true}"#;
    const FUNCTION: &str =
        r#""Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", FIELDS "End": true}"#;
    const FAIL: &str = r#""Call": {"Type": "Fail", "Error": "OutOfStock"}"#;
    const CATCHING: &str =
        r#""Catch": [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "Call"}],"#;

    /// Why the only name of a state around these states is idle.
    fn around(outer: &str, inside: &str, fields: &str, name: &str) -> Option<Idle> {
        let inside = format!(r#"{{"StartAt": "Call", "States": {{{}}}}}"#, inside.replace("FIELDS", fields));
        let outer = outer.replace("INSIDE", &inside);
        let text = format!(
            r#"{{"StartAt": "All", "States": {{"All": {{{outer}, "End": true,
               "Catch": [{{"ErrorEquals": ["{name}"], "Next": "Sorry"}}]}}, "Sorry": {{"Type": "Pass", "End": true}}}}}}"#
        );
        let machine = compile_text("all", &text).unwrap();
        let state = machine.find("All").unwrap();
        idle_names(&machine, Rules::default(), state).into_iter().next().map(|found| found.idle)
    }

    const PARALLEL: &str = r#""Type": "Parallel", "Branches": [INSIDE]"#;
    const MAP: &str = r#""Type": "Map", "ItemProcessor": INSIDE"#;

    fn meant(name: &str) -> Idle {
        Idle::NotReported(Some(name.to_owned()))
    }

    #[rstest]
    #[case::what_a_branch_reports(CALL, "", "DynamoDB.ConditionalCheckFailedException", None)]
    #[case::a_slip(
        CALL,
        "",
        "DynamoDB.ConditionalCheckFailed",
        Some(meant("DynamoDB.ConditionalCheckFailedException"))
    )]
    #[case::another_service(CALL, "", "Lambda.ServiceException", Some(Idle::NotReported(None)))]
    #[case::a_function_may_say_anything(FUNCTION, "", "OutOfStock", None)]
    #[case::what_a_fail_state_says(FAIL, "", "OutOfStock", None)]
    #[case::a_slip_of_what_a_fail_state_says(FAIL, "", "OutOfStocks", Some(meant("OutOfStock")))]
    #[case::no_timer(CALL, "", "States.Timeout", Some(Idle::NoTimer))]
    #[case::a_timer(CALL, r#""TimeoutSeconds": 5,"#, "States.Timeout", None)]
    #[case::caught_inside(
        CALL,
        CATCHING,
        "DynamoDB.ConditionalCheckFailedException",
        Some(Idle::CaughtInside)
    )]
    #[case::another_is_caught_inside(CALL, CATCHING, "DynamoDB.ThrottlingException", None)]
    #[case::only_a_distributed_map_counts(
        CALL,
        "",
        "States.ExceedToleratedFailureThreshold",
        Some(Idle::NotReported(None))
    )]
    #[case::no_jsonata(CALL, "", "States.QueryEvaluationError", Some(Idle::NotReported(None)))]
    #[case::a_payload_grows_anywhere(CALL, "", "States.DataLimitExceeded", None)]
    #[case::a_wildcard(CALL, "", "States.TaskFailed", None)]
    fn what_is_inside_decides_what_a_handler_can_see(
        #[case] inside: &str,
        #[case] fields: &str,
        #[case] name: &str,
        #[case] expected: Option<Idle>,
    ) {
        for outer in [PARALLEL, MAP] {
            assert_eq!(around(outer, inside, fields, name), expected, "{outer}");
        }
    }

    const DISTRIBUTED: &str = r#""Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD"}, "StartAt": "Call", "States": {STATES}}"#;

    #[rstest]
    #[case::its_own_name("States.ExceedToleratedFailureThreshold", None)]
    #[case::of_an_item("OutOfStock", Some(Idle::OfItems("States.ExceedToleratedFailureThreshold")))]
    #[case::of_a_service(
        "Lambda.ServiceException",
        Some(Idle::OfItems("States.ExceedToleratedFailureThreshold"))
    )]
    #[case::what_it_calls_itself("StepFunctions.ExecutionLimitExceededException", None)]
    #[case::no_reader("States.ItemReaderFailed", Some(Idle::NotReported(None)))]
    #[case::a_slip(
        "States.ExceedToleratedFailureTreshold",
        Some(meant("States.ExceedToleratedFailureThreshold"))
    )]
    #[case::a_wildcard("States.ALL", None)]
    fn a_distributed_map_fails_under_names_of_its_own(#[case] name: &str, #[case] expected: Option<Idle>) {
        let outer = DISTRIBUTED.replace("STATES", &FUNCTION.replace("FIELDS", ""));
        assert_eq!(around(&outer, "", "", name), expected);
    }

    #[rstest]
    #[case("reserved-names=specified", "States.NoChoiceMatched")]
    #[case("branch-failed=specified", "States.BranchFailed")]
    fn a_reserved_name_is_idle_as_long_as_the_rules_say_so(#[case] rules: &str, #[case] name: &str) {
        let text = format!(
            r#"{{"StartAt": "All", "States": {{"All": {{"Type": "Parallel", "End": true, "Branches": [
               {{"StartAt": "In", "States": {{"In": {{"Type": "Pass", "End": true}}}}}}],
               "Catch": [{{"ErrorEquals": ["{name}"], "Next": "Sorry"}}]}}, "Sorry": {{"Type": "Pass", "End": true}}}}}}"#
        );
        let machine = compile_text("all", &text).unwrap();
        let state = machine.find("All").unwrap();
        assert_eq!(idle_names(&machine, Rules::default(), state).len(), 1);
        assert_eq!(idle_names(&machine, rules.parse().unwrap(), state), []);
    }

    #[test]
    fn a_wrong_name_beside_the_right_one_costs_nothing() {
        let machine = compile_text(
            "put",
            r#"{"StartAt":"Put","States":{"Put":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:putItem",
                "Parameters":{"TableName":"t","Item":{}}, "Retry":[{"ErrorEquals":
                ["DynamoDB.ThrottlingException", "DynamoDb.ThrottlingException", "States.Timeout"]}],"End":true}}}"#,
        )
        .unwrap();
        let found = idle_names(&machine, Rules::default(), &machine.states[0]);
        let spare: Vec<_> = found.iter().map(|name| (name.name.as_str(), name.spare)).collect();
        assert_eq!(spare, [("DynamoDB.ThrottlingException", true), ("States.Timeout", true)]);
    }
}
