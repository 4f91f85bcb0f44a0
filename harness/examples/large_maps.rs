//! Peak memory of large Maps: `cargo run --release -p sfn-chaos --example large_maps -- distributed 100000 5`
//! runs 100,000 items through 5 Pass states each. The first argument may be `inline`.

use std::io::Write as _;

use sfn_chaos::asl::compile_text;
use sfn_chaos::mock::{Answer, Call};
use sfn_chaos::sim::{self, Case};
use sfn_chaos::value::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mode = arguments.first().map_or("distributed", String::as_str);
    let number = |at: usize, default| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (items, states): (usize, usize) = (number(1, 100_000)?, number(2, 5)?);
    let states: Vec<String> = (0..states)
        .map(|at| {
            let next = if at + 1 == states {
                r#""End":true"#.to_owned()
            } else {
                format!(r#""Next":"S{}""#, at + 1)
            };
            format!(
                r#""S{at}":{{"Type":"Pass","Parameters":{{"n.$":"$","at":{at}}},"OutputPath":"$.n",{next}}}"#
            )
        })
        .collect();
    let config = match mode {
        "inline" => r#"{"Mode":"INLINE"}"#,
        _ => r#"{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}"#,
    };
    let text = format!(
        r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map","ResultPath":null,"End":true,"ItemProcessor":
        {{"ProcessorConfig":{config},"StartAt":"S0","States":{{{}}}}}}}}}}}"#,
        states.join(",")
    );
    let machine = compile_text("Large", &text).map_err(|problems| format!("{problems:?}"))?;
    let mut case = Case::new(Value::array((0..items).map(|at| Value::from(at as i64)).collect()));
    case.limits.payload_bytes_max = usize::MAX;
    case.limits.events_max = u32::MAX;
    let before = peak_kib();
    let history = sim::run(&machine, &case, &mut |_: Call<'_>| Answer::of(Value::Null));
    let events = history.events.len() + history.child_events.len();
    writeln!(
        std::io::stdout(),
        "{mode}: {items} items, {events} events, {}; peak {} KiB, {} of them for the run",
        history.outcome.status(),
        peak_kib(),
        peak_kib().saturating_sub(before),
    )?;
    Ok(())
}

/// Peak resident memory of this process; 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
