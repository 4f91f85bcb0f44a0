//! A recorded execution: its definition runs in the simulator, with the tasks answered as they were answered then.

use serde_json::{Value as Json, json};
use sfn_chaos::asl::{self, Machine, MachineType};
use sfn_chaos::history::{Outcome, wire};
use sfn_chaos::sim::{self, Identity, StartedBy};
use sfn_chaos::value::Value;

use super::case::Verdict;
use super::events::{self, Order};
use super::matcher::{Matcher, normalised};
use super::replay::Replay;
use super::text;

/// How much later the second run starts, which tells what comes from the clock.
const LATER_MS: i64 = 86_400_000 + 3_723_004;

/// Runs `row`, the case itself or a row of its table, and gives the verdict and what was produced.
pub(crate) fn judge(case: &Json, row: &Json, definition: &Json) -> (Verdict, Json) {
    let machine = match asl::compile_text("StateMachine", &definition.to_string()) {
        Ok(machine) => machine,
        Err(problems) => {
            let difference = format!("the definition is refused: {problems:?}").chars().take(300).collect();
            let produced =
                json!({"status": null, "output": null, "error": null, "cause": null, "events": []});
            return (Verdict { difference: Some(difference), ..Verdict::default() }, produced);
        }
    };
    let mut run = settings(case, row);
    run.stop = super::outside::stop(case, row, &machine, &run);
    let (produced, unknown) = execute(case, &machine, &run);
    if let Some(difference) = unknown {
        return (Verdict { unknown: true, difference: Some(difference), ..Verdict::default() }, produced);
    }
    let reasons = case["nondeterminism"].to_string();
    let other = if reasons.contains("random-or-clock") {
        let other = sim::Case { seed: run.seed + 1, epoch_ms: run.epoch_ms + LATER_MS, ..run };
        execute(case, &machine, &other).0
    } else {
        produced.clone()
    };
    let order = if reasons.contains("interleaving") { Order::Interleaved } else { Order::Fixed };
    let matcher = Matcher::new(&case["placeholders"]);
    (compare(&matcher, &row["expected"], &produced, &other, order), produced)
}

fn settings(case: &Json, row: &Json) -> sim::Case {
    let input = if row["input_omitted"] == json!(true) { json!({}) } else { row["input"].clone() };
    let mut run = sim::Case::new(Value::parse(&input.to_string()).unwrap_or_default());
    if text(case, "type") == "EXPRESS" {
        run.machine_type = MachineType::Express;
    }
    if let Some(clock) = case["clock"].as_str().and_then(|clock| clock.parse::<jiff::Timestamp>().ok()) {
        run.epoch_ms = clock.as_millisecond();
    }
    if !row["expected"]["start_sync_execution"].is_null() {
        run.started_by = StartedBy::StartSyncExecution;
    }
    run.identity = identity(row);
    run
}

/// What the simulator produces, and what of it is not modelled.
fn execute(case: &Json, machine: &Machine, run: &sim::Case) -> (Json, Option<String>) {
    let mut replay = Replay::new(case);
    let history = sim::run(machine, run, &mut replay);
    let produced = wire::execution_as(&history, machine, run.epoch_ms, &run.identity).to_json();
    let produced = serde_json::from_str(&produced).unwrap_or_default();
    let unknown = match &history.outcome {
        Outcome::Unknown(unknown) => Some(unknown.to_string()),
        _ => None,
    };
    (produced, unknown)
}

fn compare(matcher: &Matcher, expected: &Json, produced: &Json, other: &Json, order: Order) -> Verdict {
    let mut outcome = None;
    for field in ["status", "output", "error"] {
        // The output is decoded once; texts inside it stay texts.
        if let Err(place) = matcher.matches_varying(&expected[field], &produced[field], &other[field]) {
            outcome.get_or_insert(format!("{field}{place}"));
        }
    }
    // A recorded error without a cause is compared by the history, which shows its absence.
    let (ours, theirs) = (normalised(&produced["cause"]), &expected["cause"]);
    let cause = if theirs.is_null() { Ok(()) } else { matcher.matches(theirs, &ours) };
    let cause = cause.err().map(|place| format!("cause{place}"));
    let (sequence, history) = match expected["history"].as_array() {
        None => (outcome.is_none(), None),
        Some(recorded) => {
            let (ours, other) = (list(&produced["events"]), list(&other["events"]));
            let agreement = events::compare(matcher, recorded, ours, other, order);
            (agreement.sequence, agreement.difference)
        }
    };
    Verdict {
        outcome: outcome.is_none(),
        sequence,
        exact: outcome.is_none() && cause.is_none() && history.is_none(),
        difference: outcome.or(history).or(cause),
        ..Verdict::default()
    }
}

fn list(events: &Json) -> &[Json] {
    events.as_array().map_or(&[], Vec::as_slice)
}

/// Account and role that the recording's ExecutionStarted shows, or else the account of its first ARN.
fn identity(row: &Json) -> Identity {
    let mut identity = Identity::default();
    if let Some(role) = row["expected"]["history"][0]["executionStartedEventDetails"]["roleArn"].as_str() {
        identity.role_arn = Some(role.to_owned().into());
    }
    let text = row.to_string();
    let accounts = text.split("arn:aws:").skip(1).filter_map(|arn| arn.split(':').nth(2));
    let mut accounts =
        accounts.filter(|part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(account) = accounts.next() {
        identity.account = account.to_owned().into();
    }
    identity
}
