//! `loggingConfiguration` of a request.

use crate::value::Value;

/// Why AWS refuses it; recorded, or reported where a log group's ARN is concerned.
pub(super) fn refusal(configuration: &Value) -> Option<&'static str> {
    let level = text(configuration, "level").unwrap_or("OFF");
    if level == "OFF" {
        return None;
    }
    let destinations = configuration.get("destinations").and_then(Value::as_array).unwrap_or_default();
    let [destination] = destinations else { return Some("Must specify exactly one Log Destination.") };
    let arn = destination.get("cloudWatchLogsLogGroup").and_then(|group| text(group, "logGroupArn"));
    let Some(arn) = arn else { return Some("Must set valid CloudWatch Log Group ARN.") };
    let parts: Vec<&str> = arn.splitn(7, ':').collect();
    match parts[..] {
        ["arn", _, "logs", _, _, "log-group", name] => {
            (!name.ends_with(":*")).then_some("Log Group ARN must be provided with '*' qualifier.")
        }
        _ => Some("Provided ARN is not CloudWatch Logs Log Group ARN."),
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}
