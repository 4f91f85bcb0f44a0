use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

const RULE: RuleId = RuleId::CompensationIncomplete;

/// A trial of a definition, without its Fail state where nothing leads there.
fn trial(definition: &str) -> Trial {
    let leads = definition.contains(r#""Next":"Failed""#);
    let fail =
        definition.find(r#","Failed":{"#).or_else(|| definition.find(r#""Failed":{"#)).filter(|_| !leads);
    let Some(start) = fail else { return Trial::of(definition) };
    let end = start + definition[start..].find('}').expect("the state ends") + 1;
    let text = format!("{}{}", &definition[..start], &definition[end..]);
    // A comma may be left before the end.
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Trial::of(&text.replace(", }", "}").replace(",}", "}"))
}

fn task(name: &str, rest: &str) -> String {
    format!(
        r#""{name}":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
          "Parameters":{{"FunctionName":"{name}","Payload.$":"$"}},"ResultPath":"$.{name}",{rest}}}"#
    )
}

fn catch(next: &str) -> String {
    format!(r#""Catch":[{{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"{next}"}}],"#)
}

const ALERT: &str = r#""Alert":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
    "Parameters":{"TopicArn":"t","Message.$":"$.error.Cause"},"ResultPath":null,
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"Failed"}],"Next":"Failed"}"#;
const FAILED: &str = r#""Failed":{"Type":"Fail","Error":"NotDone"}"#;

/// Hotel, flight, payment; where a failure of the payment, and one of cancelling the flight, lead.
fn saga(pay: &str, cancel_flight: &str) -> String {
    format!(
        r#"{{"StartAt":"BookHotel","States":{{{},{},{},{},{},{ALERT},{FAILED}}}}}"#,
        task("BookHotel", &format!(r#"{}"Next":"BookFlight""#, catch("CancelHotel"))),
        task("BookFlight", &format!(r#"{}"Next":"ChargeCard""#, catch("CancelFlight"))),
        task("ChargeCard", &format!(r#"{pay}"End":true"#)),
        task("CancelFlight", &format!(r#"{cancel_flight}"Next":"CancelHotel""#)),
        task("CancelHotel", &format!(r#"{}"Next":"Alert""#, catch("Alert"))),
    )
}

#[rstest]
#[case::every_step_is_undone(&catch("CancelFlight"), &catch("CancelHotel"), None)]
#[case::the_chain_begins_too_late(&catch("CancelHotel"), &catch("CancelHotel"), Some(("ChargeCard", Severity::Medium)))]
#[case::nothing_is_undone(&catch("Failed"), &catch("CancelHotel"), Some(("ChargeCard", Severity::High)))]
#[case::somebody_is_told(&catch("Alert"), &catch("CancelHotel"), Some(("ChargeCard", Severity::Medium)))]
#[case::no_handler("", &catch("CancelHotel"), Some(("ChargeCard", Severity::High)))]
#[case::the_chain_is_left(&catch("CancelFlight"), &catch("Failed"), Some(("CancelFlight", Severity::High)))]
// `handler-fails` says it.
#[case::the_chain_breaks(&catch("CancelFlight"), "", None)]
// `failure-uncaught` says it.
#[case::a_failure_escapes(&catch("CancelFlight").replace("States.ALL", "Declined"), &catch("CancelHotel"), None)]
#[case::a_catcher_for_a_result_is_none(
    &catch("CancelFlight").replace("States.ALL", "DynamoDB.ConditionalCheckFailedException"), &catch("CancelHotel"),
    Some(("ChargeCard", Severity::High))
)]
fn a_saga_of_functions(
    #[case] pay: &str,
    #[case] cancel_flight: &str,
    #[case] expected: Option<(&str, Severity)>,
) {
    let found = trial(&saga(pay, cancel_flight)).of_rule(RULE);
    let expected: Vec<_> =
        expected.into_iter().map(|(state, severity)| (state.to_owned(), severity)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_declared_effect_that_is_lost_is_critical() {
    let trial = trial(&saga(&catch("Failed"), &catch("CancelHotel")));
    let declared = "[machines.trial.states.BookHotel]\neffect = \"effect\"\nundone-by = \"CancelHotel\"\n";
    assert_eq!(trial.declared(declared).of_rule(RULE), [("ChargeCard".to_owned(), Severity::Critical)]);
}

/// A cluster, one step of work, and the end of the cluster.
fn cluster(fields: &str, catch: &str, undo: &str) -> String {
    format!(
        r#"{{"StartAt":"Create","States":{{
          "Create":{{"Type":"Task","Resource":"arn:aws:states:::elasticmapreduce:createCluster.sync",
            "Parameters":{{"Name":"c","Instances":{{{fields}}}}},"TimeoutSeconds":900,"ResultPath":"$.cluster","Next":"Work"}},
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::elasticmapreduce:addStep.sync","TimeoutSeconds":900,
            "Parameters":{{"ClusterId.$":"$.cluster.ClusterId","Step":{{}}}},"ResultPath":null,{catch}"Next":"Terminate"}},
          "Terminate":{{"Type":"Task","Resource":"arn:aws:states:::elasticmapreduce:terminateCluster",
            "Parameters":{{"ClusterId.$":"$.cluster.ClusterId"}},"End":true}},
          {undo}"Failed":{{"Type":"Fail","Error":"NotDone"}}}}}}"#
    )
}

const KEPT: &str = r#""KeepJobFlowAliveWhenNoSteps":true"#;
const CLEAN: &str = r#""Clean":{"Type":"Task","Resource":"arn:aws:states:::elasticmapreduce:terminateCluster",
  "Parameters":{"ClusterId.$":"$.cluster.ClusterId"},"Next":"Failed"},"#;

#[rstest]
#[case::on_the_good_way_only(KEPT, "", "", Some(("Work", Severity::High)))]
#[case::on_both_ways(KEPT, &catch("Clean"), CLEAN, None)]
#[case::a_handler_leaves_it(KEPT, &catch("Failed"), "", Some(("Work", Severity::High)))]
#[case::it_ends_by_itself("", "", "", None)]
fn a_cluster_that_is_left_running(
    #[case] fields: &str,
    #[case] catch: &str,
    #[case] undo: &str,
    #[case] expected: Option<(&str, Severity)>,
) {
    let trial = trial(&cluster(fields, catch, undo)).answers("Create", &[r#"{"ClusterId":"j-1"}"#]);
    let expected: Vec<_> =
        expected.into_iter().map(|(state, severity)| (state.to_owned(), severity)).collect();
    assert_eq!(trial.of_rule(RULE), expected);
}

/// A step that takes from a table, and one that gives it back; between them work that fails.
fn stock(take: &str, give: &str, catch: &str) -> String {
    let update = |name: &str, expression: &str, rest: &str| {
        format!(
            r#""{name}":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem",
              "Parameters":{{"TableName":"t","Key":{{"id":{{"S.$":"States.Format('{{}}', $.id)"}}}},
                "UpdateExpression":"{expression}","ExpressionAttributeValues":{{":n":{{"N":"1"}}}}}},
              "ResultPath":null,{rest}}}"#
        )
    };
    format!(
        r#"{{"StartAt":"A","States":{{{},{},{},{},{FAILED}}}}}"#,
        update("A", take, r#""Next":"B""#),
        task("B", &format!(r#"{}"Next":"C""#, self::catch("D"))),
        task("C", &format!(r#"{catch}"End":true"#)),
        update("D", give, r#""Next":"Failed""#),
    )
}

#[rstest]
#[case::a_sum("SET n = n - :n", "SET n = n + :n", &catch("Failed"), Some(("C", Severity::High)))]
#[case::a_sum_that_is_given_back("SET n = n - :n", "SET n = n + :n", &catch("D"), None)]
#[case::a_mark("SET held = :n", "REMOVE held", &catch("Failed"), Some(("C", Severity::High)))]
#[case::a_status("SET s = :n", "SET s = :m", &catch("Failed"), None)]
fn an_update_that_another_takes_back(
    #[case] take: &str,
    #[case] give: &str,
    #[case] catch: &str,
    #[case] expected: Option<(&str, Severity)>,
) {
    let expected: Vec<_> =
        expected.into_iter().map(|(state, severity)| (state.to_owned(), severity)).collect();
    assert_eq!(trial(&stock(take, give, catch)).of_rule(RULE), expected);
}

/// Two bookings side by side, and a handler around them; then a payment.
fn side_by_side(catch_of_both: &str, catch_of_payment: &str) -> String {
    let branch =
        |name: &str| format!(r#"{{"StartAt":"{name}","States":{{{}}}}}"#, task(name, r#""End":true"#));
    format!(
        r#"{{"StartAt":"Both","States":{{
          "Both":{{"Type":"Parallel","Branches":[{},{}],"ResultPath":"$.both",{catch_of_both}"Next":"Pay"}},
          {},{},{},{FAILED}}}}}"#,
        branch("BookHotel"),
        branch("BookFlight"),
        task("Pay", &format!(r#"{catch_of_payment}"End":true"#)),
        task("CancelHotel", &format!(r#"{}"Next":"CancelFlight""#, catch("CancelFlight"))),
        task("CancelFlight", r#""Next":"Failed""#),
    )
}

#[rstest]
#[case::both_are_undone(&catch("CancelHotel"), &catch("CancelHotel"), None)]
#[case::only_one_is(&catch("CancelHotel"), &catch("CancelFlight"), Some(("Pay", Severity::High)))]
#[case::of_a_branch(&catch("Failed"), &catch("CancelHotel"), Some(("Both", Severity::High)))]
fn bookings_in_a_parallel_state(
    #[case] catch_of_both: &str,
    #[case] catch_of_payment: &str,
    #[case] expected: Option<(&str, Severity)>,
) {
    let found = trial(&side_by_side(catch_of_both, catch_of_payment)).of_rule(RULE);
    let expected: Vec<_> =
        expected.into_iter().map(|(state, severity)| (state.to_owned(), severity)).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::it_undoes_all("CompensateOrder", "Failed")]
#[case::it_tells_of_the_end("NotifyCustomer", "Failed")]
#[case::nothing_can_be_undone("ArchiveOrder", "Failed")]
fn what_the_definition_does_not_know_to_undo(#[case] handler: &str, #[case] next: &str) {
    let definition = format!(
        r#"{{"StartAt":"ReserveStock","States":{{{},{},{},{FAILED}}}}}"#,
        task("ReserveStock", r#""Next":"ChargeCard""#),
        task("ChargeCard", &format!(r#"{}"End":true"#, catch(handler))),
        task(handler, &format!(r#""Next":"{next}""#)),
    );
    assert_eq!(trial(&definition).of_rule(RULE), []);
}

#[test]
fn the_last_words_need_not_be_undone() {
    let definition =
        saga(&format!(r#"{}"Next":"SendReceipt","X":1,"#, catch("CancelFlight")), &catch("CancelHotel"))
            .replace(r#""X":1,"End":true"#, r#""Comment":"""#)
            .replace(
                r#""CancelFlight":{"#,
                &format!("{},{}", task("SendReceipt", r#""End":true"#), r#""CancelFlight":{"#),
            );
    assert_eq!(trial(&definition).of_rule(RULE), []);
}

const LOST: RuleId = RuleId::EffectLostOnTimeout;

/// A payment, and behind its catcher what is given; the work goes on with `Ship`.
fn payment(states: &str) -> String {
    format!(
        r#"{{"StartAt":"Charge","States":{{{},{},{states},{FAILED}}}}}"#,
        task("Charge", &format!(r#"{}"Next":"Ship""#, catch("Handler"))).replace("$.Charge", "$.payment"),
        task("Ship", r#""End":true"#),
    )
}

const DECLARED: &str = "[machines.trial.states.Charge]\neffect = \"effect\"\n";

#[rstest]
#[case::another_provider(r"$.payment", r#""Next":"Ship""#, "Handler", DECLARED, Some(Severity::Critical))]
#[case::another_provider_of_nobody(r"$.payment", r#""Next":"Ship""#, "Handler", "", Some(Severity::Low))]
#[case::it_is_written_off("$.h", r#""Next":"Failed""#, "Handler", DECLARED, Some(Severity::High))]
#[case::nobody_knows_of_it("$.h", r#""Next":"Failed""#, "Handler", "", None)]
fn a_payment_that_timed_out(
    #[case] result: &str,
    #[case] next: &str,
    #[case] handler: &str,
    #[case] declared: &str,
    #[case] expected: Option<Severity>,
) {
    let definition = payment(&task(handler, next).replace("$.Handler", result));
    let found = trial(&definition).declared(declared).of_rule(LOST);
    let expected: Vec<_> = expected.into_iter().map(|severity| ("Charge".to_owned(), severity)).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::it_is_given_back("RefundPayment")]
#[case::it_is_asked_for("CheckPayment")]
fn a_failure_path_that_covers_the_payment(#[case] first: &str) {
    let states = format!("{},{}", task(first, r#""Next":"Note""#), task("Note", r#""Next":"Failed""#));
    let definition = payment(&states).replace(r#""Next":"Handler""#, &format!(r#""Next":"{first}""#));
    assert_eq!(trial(&definition).declared(DECLARED).of_rule(LOST), []);
}

#[test]
fn an_alert_and_a_fail_state_are_sound() {
    let definition = payment(ALERT).replace(r#""Next":"Handler""#, r#""Next":"Alert""#);
    assert_eq!(trial(&definition).declared(DECLARED).of_rule(LOST), []);
}

#[rstest]
#[case::it_undoes_the_step_itself("CancelFlight", &[])]
#[case::it_leaves_the_step_out("CancelHotel", &[("BookFlight", Severity::Low)])]
fn a_saga_whose_step_timed_out(#[case] next: &str, #[case] expected: &[(&str, Severity)]) {
    let definition = saga(&catch("CancelFlight"), &catch("CancelHotel"));
    let of_flight = definition.find(r#""BookFlight":{"#).expect("it is there");
    let (before, after) = definition.split_at(of_flight);
    let leads = format!(r#""Next":"{next}""#);
    let definition = format!("{before}{}", after.replacen(r#""Next":"CancelFlight""#, &leads, 1));
    let expected: Vec<_> =
        expected.iter().map(|(state, severity)| ((*state).to_owned(), *severity)).collect();
    assert_eq!(trial(&definition).of_rule(LOST), expected);
}

/// Seats for each of two items: held, charged, issued; each item undoes its own.
fn items(catch: &str) -> String {
    format!(
        r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map","ItemsPath":"$.list","ItemProcessor":{{
          "StartAt":"HoldSeat","States":{{{},{},{},{},{},{},{FAILED}}}}},"ResultPath":null,"End":true}}}}}}"#,
        task("HoldSeat", r#""Next":"ChargeSeat""#),
        task("ChargeSeat", &format!(r#"{}"Next":"IssueTicket""#, self::catch("ReleaseSeat"))),
        task("IssueTicket", &format!(r#"{catch}"Next":"PrintTicket""#)),
        task("PrintTicket", &format!(r#"{}"End":true"#, self::catch("RefundSeat"))),
        task("RefundSeat", r#""Next":"ReleaseSeat""#),
        task("ReleaseSeat", r#""Next":"Failed""#),
    )
}

#[rstest]
#[case::all_is_undone(&catch("RefundSeat"), &[])]
#[case::the_payment_stays(&catch("ReleaseSeat"), &[("IssueTicket", Severity::High)])]
#[case::nothing_is_undone(&catch("Failed"), &[("IssueTicket", Severity::High)])]
fn items_that_undo_their_own_work(#[case] catch: &str, #[case] expected: &[(&str, Severity)]) {
    let found = trial(&items(catch)).input(r#"{"list":[{"n":1},{"n":2}]}"#).of_rule(RULE);
    let expected: Vec<_> =
        expected.iter().map(|(state, severity)| ((*state).to_owned(), *severity)).collect();
    assert_eq!(found, expected);
}

/// A router that knows by a mark where the work was broken off.
fn router(mark: &str) -> String {
    let at = |name: &str, mark: &str| {
        format!(r#""{name}":{{"Type":"Pass","Result":"{mark}","ResultPath":"$.at","Next":"Router"}}"#)
    };
    format!(
        r#"{{"StartAt":"ReserveStock","States":{{{},{},{},{},{},
          "Router":{{"Type":"Choice","Choices":[{{"Variable":"$.at","StringEquals":"ship","Next":"RefundCard"}}],
            "Default":"ReleaseStock"}},{},{},{FAILED}}}}}"#,
        task("ReserveStock", r#""Next":"ChargeCard""#),
        task("ChargeCard", &format!(r#"{}"Next":"Ship""#, catch("AtCharge"))),
        task("Ship", &format!(r#"{}"End":true"#, catch("AtShip"))),
        at("AtCharge", "charge"),
        at("AtShip", mark),
        task("RefundCard", &format!(r#"{}"Next":"ReleaseStock""#, catch("ReleaseStock"))),
        task("ReleaseStock", r#""Next":"Failed""#),
    )
}

#[rstest]
#[case::it_knows_the_mark("ship", &[])]
#[case::it_does_not("shipping", &[("Router", Severity::High)])]
fn a_choice_that_leads_to_what_is_to_be_undone(#[case] mark: &str, #[case] expected: &[(&str, Severity)]) {
    let found = trial(&router(mark)).of_rule(RULE);
    let expected: Vec<_> =
        expected.iter().map(|(state, severity)| ((*state).to_owned(), *severity)).collect();
    assert_eq!(found, expected);
}

/// A message with a token and a timer, and what its catcher leads to.
fn shipped(name: &str, next: &str) -> String {
    format!(
        r#"{{"StartAt":"ChargeCard","States":{{{},
          "{name}":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","TimeoutSeconds":60,
            "Parameters":{{"QueueUrl":"q","MessageBody":{{"token.$":"$$.Task.Token"}}}},"ResultPath":"$.ship",
            {}"Next":"Pack"}},
          {},{},{},{FAILED}}}}}"#,
        task("ChargeCard", &format!(r#""Next":"{name}""#)),
        catch(next),
        task("Pack", &format!(r#"{}"End":true"#, catch("RefundCard"))),
        task("CheckShipment", r#""Next":"RefundCard""#),
        task("RefundCard", r#""Next":"Failed""#),
    )
}

#[rstest]
#[case::the_money_is_given_back("Ship", "RefundCard", Some(Severity::Low))]
#[case::it_asks_first("Ship", "CheckShipment", None)]
#[case::a_person_is_asked("Approve", "RefundCard", None)]
fn a_token_that_comes_back_too_late(
    #[case] name: &str,
    #[case] next: &str,
    #[case] expected: Option<Severity>,
) {
    let mut definition = shipped(name, next);
    if next != "CheckShipment" {
        let from = definition.find(r#""CheckShipment":{"#).expect("it is there");
        let to = definition.find(r#""RefundCard":{"#).expect("it is there");
        definition.replace_range(from..to, "");
    }
    let found = trial(&definition).of_rule(LOST);
    let of_ship: Vec<_> = found.into_iter().filter(|(state, _)| state == name).map(|(_, s)| s).collect();
    assert_eq!(of_ship, expected.into_iter().collect::<Vec<_>>());
}
