//! Executions per second: the simulator against the same data transformation written by hand on `serde_json`
//! values, every event kept with its data as text. `cargo bench -p sfn-chaos`; peers: `benches/peer/`.

use sfn_chaos::asl::Machine;
use sfn_chaos::mock::{Answer, Call, Reply};
use sfn_chaos::sim::{self, Case};
use sfn_chaos::value::{Object, Value};

fn main() {
    divan::main();
}

macro_rules! workflow {
    ($name:literal) => {
        (
            include_str!(concat!("workflows/", $name, ".asl.json")),
            include_str!(concat!("workflows/", $name, ".input.json")),
        )
    };
}

fn load((definition, input): (&str, &str)) -> (Machine, Case) {
    let machine =
        sfn_chaos::asl::compile_text("bench", definition).expect("the benchmark definitions are valid");
    (machine, Case::new(Value::parse(input).expect("the benchmark inputs are JSON")))
}

/// Every Lambda function returns its payload.
fn echo(call: Call<'_>) -> Answer {
    let payload = call.parameters.get("Payload").cloned().unwrap_or_default();
    Answer::of(Object::from_iter([("Payload", payload), ("StatusCode", Value::from(200))]).into())
}

/// Three failures, then the payload.
fn flaky(call: Call<'_>) -> Answer {
    if call.attempt <= 3 {
        return Answer::with(Reply::throw("Transient", "passing fault"));
    }
    echo(call)
}

fn simulate(
    bencher: divan::Bencher<'_, '_>,
    workflow: (&str, &str),
    answer: fn(Call<'_>) -> Answer,
    events: usize,
) {
    let (machine, case) = load(workflow);
    let history = sim::run(&machine, &case, &mut { answer });
    assert!(history.outcome.succeeded(), "{:?}", history.outcome);
    assert_eq!(history.events.len(), events);
    bencher.bench_local(|| sim::run(divan::black_box(&machine), divan::black_box(&case), &mut { answer }));
}

#[divan::bench]
fn a_pass(bencher: divan::Bencher<'_, '_>) {
    simulate(bencher, workflow!("a_pass"), echo, 22);
}

#[divan::bench]
fn b_saga(bencher: divan::Bencher<'_, '_>) {
    simulate(bencher, workflow!("b_saga"), echo, 166);
}

#[divan::bench]
fn c_retry(bencher: divan::Bencher<'_, '_>) {
    simulate(bencher, workflow!("c_retry"), flaky, 16);
}

#[divan::bench]
fn d_jsonata(bencher: divan::Bencher<'_, '_>) {
    simulate(bencher, workflow!("d_jsonata"), echo, 22);
}

#[divan::bench]
fn e_map1000(bencher: divan::Bencher<'_, '_>) {
    simulate(bencher, workflow!("e_map1000"), echo, 8_006);
}

/// What the same work costs without a simulator.
mod by_hand {
    use std::sync::Arc;

    use serde_json::{Value, json};

    /// An event with its data as shared text.
    #[expect(dead_code, reason = "kept, as a history keeps its events")]
    struct Event {
        id: u32,
        previous: u32,
        kind: &'static str,
        name: Arc<str>,
        data: Arc<str>,
    }

    fn push(events: &mut Vec<Event>, kind: &'static str, name: &Arc<str>, data: &Arc<str>) {
        let id = events.len() as u32 + 1;
        events.push(Event { id, previous: id - 1, kind, name: name.clone(), data: data.clone() });
    }

    #[divan::bench]
    fn a_pass(bencher: divan::Bencher<'_, '_>) {
        let input: Value =
            serde_json::from_str(workflow!("a_pass").1).expect("the benchmark inputs are JSON");
        let names: Vec<Arc<str>> = (0..10).map(|step| Arc::from(format!("P{step}"))).collect();
        bencher.bench_local(|| {
            let mut events = Vec::with_capacity(22);
            let mut data = divan::black_box(&input).clone();
            let mut text: Arc<str> = Arc::from(data.to_string());
            push(&mut events, "ExecutionStarted", &names[0], &text);
            for (step, name) in names.iter().enumerate() {
                push(&mut events, "PassStateEntered", name, &text);
                data[format!("s{step}")] = json!({"step": step, "id": data["id"], "amount": data["amount"]});
                text = Arc::from(data.to_string());
                push(&mut events, "PassStateExited", name, &text);
            }
            push(&mut events, "ExecutionSucceeded", &names[0], &text);
            events
        });
    }

    #[divan::bench]
    fn e_map1000(bencher: divan::Bencher<'_, '_>) {
        let input: Value =
            serde_json::from_str(workflow!("e_map1000").1).expect("the benchmark inputs are JSON");
        let names: Vec<Arc<str>> = ["M", "A", "B", "C"].map(Arc::from).to_vec();
        bencher.bench_local(|| {
            let mut events = Vec::with_capacity(8_006);
            let mut data = divan::black_box(&input).clone();
            let whole: Arc<str> = Arc::from(data.to_string());
            for kind in ["ExecutionStarted", "MapStateEntered", "MapStateStarted"] {
                push(&mut events, kind, &names[0], &whole);
            }
            let mut out = Vec::with_capacity(1_000);
            for item in data["items"].as_array().into_iter().flatten() {
                let text: Arc<str> = Arc::from(item.to_string());
                push(&mut events, "MapIterationStarted", &names[0], &text);
                push(&mut events, "PassStateEntered", &names[1], &text);
                let mut value = json!({"id": item["id"], "v": item["v"]});
                let text: Arc<str> = Arc::from(value.to_string());
                push(&mut events, "PassStateExited", &names[1], &text);
                push(&mut events, "PassStateEntered", &names[2], &text);
                value["b"] = json!({"ok": true});
                let text: Arc<str> = Arc::from(value.to_string());
                push(&mut events, "PassStateExited", &names[2], &text);
                push(&mut events, "PassStateEntered", &names[3], &text);
                value["c"] = json!({"sum": value["v"].as_i64().unwrap_or(0) + 1});
                let text: Arc<str> = Arc::from(value.to_string());
                push(&mut events, "PassStateExited", &names[3], &text);
                push(&mut events, "MapIterationSucceeded", &names[0], &text);
                out.push(value);
            }
            data["out"] = Value::Array(out);
            let text: Arc<str> = Arc::from(data.to_string());
            for kind in ["MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"] {
                push(&mut events, kind, &names[0], &text);
            }
            events
        });
    }
}
