//! Exported events without the values of the user's data, such that they are diagnosed all the same.
//!
//! Of every payload (input, output, parameters, variables) the shape stays: member names, lengths of lists, `null`,
//! `true`, `false`, and its size in bytes. What stands in the definition, or in the file in any case (names, ARNs,
//! `error`, `cause`), stays, too: Choice rules and handlers need it. Other texts become as many `x` as they have bytes,
//! points in time stay, and numbers become others on the same side of every number of the definition. What a member of
//! an event is called decides, and a member that is not known is a payload: what AWS adds is never shown by accident.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::expr::Timestamp;
use crate::value::{Number, Object, Value};

/// Members that are no data of the user, or that a diagnosis is made of.
const KEPT: [&str; 29] = [
    "cause",
    "error",
    "eventTimestamp",
    "executionArn",
    "label",
    "location",
    "mapRunArn",
    "name",
    "redriveDate",
    "redriveStatus",
    "redriveStatusReason",
    "region",
    "resource",
    "resourceType",
    "roleArn",
    "startDate",
    "state",
    "stateMachineAliasArn",
    "stateMachineArn",
    "stateMachineVersionArn",
    "status",
    "stopDate",
    "timestamp",
    "type",
    "workerName",
    "id",
    "index",
    "included",
    "truncated",
];

/// Members of requests that name the resource: a statement that is missing in a policy is made of them.
const RESOURCES: [&str; 18] = [
    "Bucket",
    "Cluster",
    "ClusterId",
    "EventBusName",
    "FunctionName",
    "JobDefinition",
    "JobName",
    "JobQueue",
    "ProcessingJobName",
    "ProjectName",
    "QueueUrl",
    "SecretId",
    "StateMachineArn",
    "TableName",
    "TaskDefinition",
    "TopicArn",
    "TrainingJobName",
    "TransformJobName",
];

/// Members of the answer to a submission that name the job: the commands that show it are made of them.
const JOBS: [&str; 9] = [
    "ClusterArn",
    "ExecutionArn",
    "Id",
    "JobId",
    "JobRunId",
    "LogStreamName",
    "QueryExecutionId",
    "StepId",
    "TaskArn",
];

/// Words that APIs answer with; by them a diagnosis knows how a job ended.
const STATUSES: [&str; 18] = [
    "ABORTED",
    "ACTIVE",
    "CANCELLED",
    "COMPLETED",
    "Completed",
    "ERROR",
    "FAILED",
    "Failed",
    "IN_PROGRESS",
    "PENDING",
    "QUEUED",
    "RUNNING",
    "STARTING",
    "STOPPED",
    "SUCCEEDED",
    "Succeeded",
    "TIMED_OUT",
    "TIMEOUT",
];

/// Whole numbers below it are counters, lengths and codes of HTTP, and stay.
const SMALL: i64 = 1_000;

/// Shorter texts are not looked for in causes: they stand in every sentence.
const QUOTED_BYTES_MIN: usize = 6;

/// Redacts the export of one execution.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    /// Texts that are no secret.
    texts: BTreeSet<String>,
    /// Numbers of the definition, in order.
    numbers: Vec<Number>,
}

impl Redaction {
    /// What the definition says itself is no secret; without one nothing is known.
    pub fn new(definition: Option<&str>) -> Self {
        let mut redaction = Self::default();
        if let Some(definition) = definition.and_then(|text| Value::parse(text).ok()) {
            redaction.publish(&definition);
            redaction.numbers.sort_by(|a, b| a.compare(*b));
        }
        redaction
    }

    /// Events, or a description of an execution. What is kept of one is no secret in any other.
    pub fn redacted(mut self, documents: &[Value]) -> (Vec<Value>, Quotes) {
        for document in documents {
            self.learn(document);
        }
        let mut seen = Seen::default();
        let redacted = documents.iter().map(|document| self.members(document, Members::Known, &mut seen));
        let redacted = redacted.collect();
        (redacted, seen.quotes())
    }

    /// The texts and numbers of a definition, those inside of expressions, too.
    fn publish(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.numbers.push(*number),
            Value::String(text) => {
                self.texts.insert(text.to_string());
                self.texts.extend(quoted(text));
                self.numbers.extend(numbers(text));
            }
            Value::Array(items) => items.items().iter().for_each(|item| self.publish(item)),
            Value::Object(object) => object.iter().for_each(|(_, member)| self.publish(member)),
        }
    }

    /// Takes in the texts that are kept.
    fn learn(&mut self, value: &Value) {
        for (key, member) in value.as_object().into_iter().flat_map(Object::iter) {
            match member {
                Value::String(text) if KEPT.contains(&&**key) => drop(self.texts.insert(text.to_string())),
                Value::Object(_) if **key != *VARIABLES => self.learn(member),
                _ => {}
            }
        }
    }

    fn members(&self, value: &Value, members: Members, seen: &mut Seen) -> Value {
        let Some(object) = value.as_object() else { return value.clone() };
        let redact = |(key, member): (&crate::value::Key, &Value)| {
            let is_kept = members != Members::Data && KEPT.contains(&&**key);
            let redacted = match member {
                Value::String(text) if is_kept => {
                    if **key == *"cause" || **key == *"error" {
                        seen.causes.insert(text.to_string());
                    }
                    member.clone()
                }
                Value::String(text) if **key == *"parameters" => {
                    self.payload(text, Names::Request, seen).into()
                }
                Value::String(text) if members == Members::Submission => {
                    self.payload(text, Names::Submission, seen).into()
                }
                Value::String(text) => self.payload(text, Names::None, seen).into(),
                Value::Object(_) if **key == *VARIABLES => self.members(member, Members::Data, seen),
                Value::Object(_) if **key == *SUBMISSION => self.members(member, Members::Submission, seen),
                Value::Object(_) => self.members(member, members, seen),
                Value::Null | Value::Bool(_) | Value::Number(_) => member.clone(),
                Value::Array(_) => self.value(member, Names::None, seen),
            };
            (key.clone(), redacted)
        };
        Value::Object(object.iter().map(redact).collect())
    }

    /// A payload is JSON in a text; what AWS has cut is none any more.
    fn payload(&self, text: &str, names: Names, seen: &mut Seen) -> String {
        match Value::parse(text) {
            Ok(value) => padded(self.value(&value, names, seen).to_json(), text.len()),
            Err(_) => hidden(text, seen),
        }
    }

    fn value(&self, value: &Value, names: Names, seen: &mut Seen) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => Value::Number(self.number(*number)),
            Value::String(text) => self.text(text, seen).into(),
            Value::Array(items) => {
                let items = items.items().iter();
                Value::array(items.map(|item| self.value(item, names.inside(), seen)).collect())
            }
            Value::Object(object) => {
                let redact = |(key, member): (&crate::value::Key, &Value)| {
                    let is_name = member.as_str().is_some_and(|text| names.has(key, text));
                    let redacted =
                        if is_name { member.clone() } else { self.value(member, names.inside(), seen) };
                    (key.clone(), redacted)
                };
                Value::Object(object.iter().map(redact).collect())
            }
        }
    }

    fn text(&self, text: &str, seen: &mut Seen) -> String {
        let is_public =
            self.texts.contains(text) || STATUSES.contains(&text) || Timestamp::parse(text).is_some();
        if is_public {
            return text.to_owned();
        }
        match Value::parse(text) {
            Ok(inner @ (Value::Array(_) | Value::Object(_))) => {
                padded(self.value(&inner, Names::None, seen).to_json(), text.len())
            }
            _ => hidden(text, seen),
        }
    }

    /// Another number of the same length, or at least one on the same side of every number of the definition.
    fn number(&self, number: Number) -> Number {
        let is_small = matches!(number, Number::Int(int) if int.abs() < SMALL);
        let place = self.numbers.partition_point(|known| known.compare(number) == Ordering::Less);
        let above = self.numbers.get(place).copied();
        if is_small || above.is_some_and(|above| above.compare(number) == Ordering::Equal) {
            return number;
        }
        let below = place.checked_sub(1).map(|at| self.numbers[at]);
        let is_between = |other: &Number| {
            below.is_none_or(|below| below.compare(*other) == Ordering::Less)
                && above.is_none_or(|above| above.compare(*other) == Ordering::Greater)
        };
        let near = match (number, below, above) {
            (Number::Int(_), Some(below), _) => Some((below.as_f64().floor() as i64).saturating_add(1)),
            (Number::Int(_), None, Some(above)) => Some((above.as_f64().ceil() as i64).saturating_sub(1)),
            _ => None,
        };
        let middle = match (number, below, above) {
            (Number::Float(_), Some(below), Some(above)) => {
                Some(f64::midpoint(below.as_f64(), above.as_f64()))
            }
            (Number::Float(_), Some(below), None) => Some(below.as_f64() + 0.5),
            (Number::Float(_), None, Some(above)) => Some(above.as_f64() - 0.5),
            _ => None,
        };
        let others = [Some(ones(number)), near.map(Number::Int), middle.map(Number::Float)];
        others.into_iter().flatten().find(is_between).unwrap_or(number)
    }
}

/// The member of an event whose members are named by the user.
const VARIABLES: &str = "assignedVariables";
/// The member of an event that has the answer to a submission.
const SUBMISSION: &str = "taskSubmittedEventDetails";

/// Whose names the members of an object have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Members {
    /// Those of the API.
    Known,
    /// Those of the API, in the event of a job that was submitted.
    Submission,
    /// Those of the user.
    Data,
}

/// Which members of a payload name something in AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// In a request, those at the top; what lies deeper is handed on.
    Request,
    /// In the answer to a submission, all.
    Submission,
    None,
}

impl Names {
    fn has(self, member: &str, text: &str) -> bool {
        let is_name = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/+=@#".contains(c));
        let is_listed = RESOURCES.contains(&member) || text.starts_with("arn:");
        is_name
            && match self {
                Self::Request => is_listed,
                Self::Submission => is_listed || JOBS.contains(&member),
                Self::None => false,
            }
    }

    fn inside(self) -> Self {
        if self == Self::Submission { self } else { Self::None }
    }
}

/// What went through: texts that were replaced, and texts that were shown.
#[derive(Default)]
struct Seen {
    replaced: BTreeSet<String>,
    causes: BTreeSet<String>,
}

/// How many different errors and causes quote a text that is replaced everywhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotes(pub usize);

impl Seen {
    fn quotes(&self) -> Quotes {
        let replaced: Vec<&String> =
            self.replaced.iter().filter(|text| text.len() >= QUOTED_BYTES_MIN).collect();
        Quotes(self.causes.iter().filter(|cause| replaced.iter().any(|text| cause.contains(*text))).count())
    }
}

fn hidden(text: &str, seen: &mut Seen) -> String {
    seen.replaced.insert(text.to_owned());
    "x".repeat(text.len())
}

/// Spaces after a JSON text mean nothing, and keep its size.
fn padded(mut text: String, bytes: usize) -> String {
    text.extend(std::iter::repeat_n(' ', bytes.saturating_sub(text.len())));
    text
}

/// The number with every digit a one.
fn ones(number: Number) -> Number {
    let mut text = String::new();
    number.write_json(&mut text);
    let end = text.find(['e', 'E']).unwrap_or(text.len());
    let ones: String = text[..end].chars().map(|c| if c.is_ascii_digit() { '1' } else { c }).collect();
    let parsed = Value::parse(&(ones + &text[end..])).ok().and_then(|value| value.as_number());
    parsed.unwrap_or(Number::Int(1))
}

/// The literals of an expression: what stands between quotes.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    ['\'', '"'].into_iter().flat_map(move |quote| text.split(quote).skip(1).step_by(2).map(str::to_owned))
}

/// The numbers of an expression.
fn numbers(text: &str) -> impl Iterator<Item = Number> {
    let is_expression = text.starts_with("{%") || text.contains("States.");
    let words = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'))
        .filter(move |_| is_expression);
    words.filter_map(|word| Value::parse(word).ok()?.as_number())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn redacted(input: &str, definition: &str) -> String {
        let event =
            format!(r#"{{"executionStartedEventDetails":{{"input":{}}}}}"#, Value::from(input).to_json());
        let (events, _) = Redaction::new(Some(definition)).redacted(&[Value::parse(&event).unwrap()]);
        let details = events[0].get("executionStartedEventDetails").unwrap();
        details.get("input").unwrap().as_str().unwrap().to_owned()
    }

    #[rstest]
    #[case::a_text(r#"{"name":"Ada"}"#, r#"{"name":"xxx"}"#)]
    #[case::bytes_and_not_characters(r#"{"name":"Zoë"}"#, r#"{"name":"xxxx"}"#)]
    #[case::json_in_a_text(r#"{"body":"{\"name\":\"Ada\"}"}"#, r#"{"body":"{\"name\":\"xxx\"}"}"#)]
    #[case::spaces_of_the_text(r#"{ "a" : [ "b" ] }"#, r#"{"a":["x"]}      "#)]
    #[case::a_point_in_time(r#"{"at":"2026-01-01T00:00:00Z"}"#, r#"{"at":"2026-01-01T00:00:00Z"}"#)]
    #[case::a_status(r#"{"Status":"FAILED"}"#, r#"{"Status":"FAILED"}"#)]
    #[case::a_literal_of_an_expression(r#"{"plan":"gold"}"#, r#"{"plan":"gold"}"#)]
    #[case::neither(r#"[null,true,7,200,"",{}]"#, r#"[null,true,7,200,"",{}]"#)]
    #[case::a_text_that_aws_has_cut(r#"{"name":"Ad"#, "xxxxxxxxxxx")]
    fn shape_and_size_stay(#[case] input: &str, #[case] expected: &str) {
        let found = redacted(input, r#"{"Condition":"{% $states.input.plan = 'gold' %}"}"#);
        assert_eq!(found, expected);
        assert_eq!(found.len(), input.len());
    }

    #[rstest]
    #[case::the_same_length("41112222", "[]", "11111111")]
    #[case::negative("-4200", "[]", "-1111")]
    #[case::a_fraction("42.75", "[]", "11.11")]
    #[case::a_number_of_the_definition("4200", "[4200]", "4200")]
    #[case::above("4200", "[4000]", "4001")]
    #[case::below("4200", "[5000]", "1111")]
    #[case::between("4200", "[4000,5000]", "4001")]
    #[case::a_fraction_between("2.5", "[2,3]", "2.5")]
    #[case::in_an_expression("4200", r#"["{% $states.input.n > 4000 %}"]"#, "4001")]
    fn a_number_stays_on_its_side(#[case] number: &str, #[case] definition: &str, #[case] expected: &str) {
        assert_eq!(redacted(number, definition), expected);
    }

    #[test]
    fn causes_stay_and_it_is_told_how_many_quote_a_value() {
        let events = r#"[{"executionStartedEventDetails":{"input":"{\"mail\":\"ada@example.com\"}"}},
            {"taskFailedEventDetails":{"error":"Unknown","cause":"nobody is ada@example.com"}},
            {"executionFailedEventDetails":{"error":"Unknown","cause":"nobody is ada@example.com"}}]"#;
        let documents = Value::parse(events).unwrap();
        let (found, quotes) = Redaction::new(None).redacted(documents.as_array().unwrap());
        assert_eq!(found[1..], documents.as_array().unwrap()[1..]);
        assert_eq!(quotes, Quotes(1));
    }
}
