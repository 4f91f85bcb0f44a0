//! What the results of API calls look like: members, types and bounds, for the services that workflows call most.

use super::integration::{Integration, Pattern, Service};

/// The shape of one call's result.
#[derive(Clone, Copy, Debug)]
pub struct ResultShape {
    /// The lines of the service.
    lines: &'static str,
    root: &'static str,
    /// A member of the result that the integration decodes, so that it may be anything.
    decoded: &'static [&'static str],
}

/// A member of a structure.
#[derive(Clone, Copy, Debug)]
pub struct ShapeMember {
    /// As Step Functions spells it: `ExecutionArn`.
    pub name: &'static str,
    /// Whether the API always gives it.
    pub required: bool,
    /// What it is.
    pub kind: ShapeKind,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum ShapeKind {
    /// A text, bytes or a time, whose length is bounded.
    Text(Bounds),
    /// A number, whose value is bounded.
    Number(Bounds),
    /// True or false.
    Bool,
    /// A list of these.
    List(Item),
    /// An object with any keys, and these as values.
    Map(Item),
    /// A structure or an enumeration, by its name.
    Named(&'static str),
    /// Anything.
    Any,
}

/// What the entries of a list or an object are.
#[derive(Clone, Copy, Debug)]
pub struct Item(&'static str);

/// The least and the greatest length or value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

/// A shape with a name.
#[derive(Clone, Debug)]
pub enum NamedShape {
    /// Members.
    Structure(Vec<ShapeMember>),
    /// The only texts there are.
    Words(Vec<&'static str>),
}

/// The shape of a task's result; `None` where it is up to a function, a worker or a third party, or not listed.
///
/// Recorded on AWS: a task that waits for an execution has the result of the call that polls it.
pub fn result_shape(integration: &Integration) -> Option<ResultShape> {
    if !matches!(integration.kind, Service::Sdk | Service::Optimized) {
        return None;
    }
    let (service, action) = (&*integration.service, &*integration.action);
    if integration.kind == Service::Sdk {
        return (integration.pattern == Pattern::RequestResponse).then(|| shape(service, action, &[]))?;
    }
    match (service, action, integration.pattern) {
        ("states", "startExecution", Pattern::Sync) => shape("sfn", "describeExecution", &[]),
        ("states", "startExecution", Pattern::Sync2) => {
            shape("sfn", "describeExecution", &["Input", "Output"])
        }
        // Docs, "Invoke Lambda": the payload is decoded.
        ("lambda", "invoke", Pattern::RequestResponse) => shape("lambda", "invoke", &["Payload"]),
        ("bedrock", action, Pattern::RequestResponse) => shape("bedrockruntime", action, &["Body"]),
        (_, _, Pattern::RequestResponse) => shape(sdk_name(service), action, &[]),
        _ => None,
    }
}

/// What an optimized service is called among the SDK integrations.
fn sdk_name(service: &str) -> &str {
    match service {
        "events" => "eventbridge",
        "elasticmapreduce" => "emr",
        "states" => "sfn",
        other => other,
    }
}

static SHAPES: &str = include_str!("data/shapes.txt");

fn shape(service: &str, action: &str, decoded: &'static [&'static str]) -> Option<ResultShape> {
    let head = format!("\n[{service}]\n");
    let lines = &SHAPES[SHAPES.find(&head)? + head.len()..];
    let lines = &lines[..lines.find("\n[").unwrap_or(lines.len())];
    let mut letters = action.chars();
    let operation = letters.next()?.to_ascii_uppercase().to_string() + letters.as_str();
    let root = rest_of(lines, &operation, ' ')?;
    Some(ResultShape { lines, root, decoded })
}

/// What follows `name` and `mark` in the line that begins with them.
fn rest_of(lines: &'static str, name: &str, mark: char) -> Option<&'static str> {
    lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(mark))
}

impl ResultShape {
    /// The members of the result.
    pub fn members(&self) -> Vec<ShapeMember> {
        match self.named(self.root) {
            Some(NamedShape::Structure(mut members)) => {
                for member in members.iter_mut().filter(|member| self.decoded.contains(&member.name)) {
                    member.kind = ShapeKind::Any;
                }
                members
            }
            _ => Vec::new(),
        }
    }

    /// A shape of this service by its name.
    pub fn named(&self, name: &str) -> Option<NamedShape> {
        if let Some(words) = rest_of(self.lines, name, '|') {
            return Some(NamedShape::Words(words.split('|').collect()));
        }
        let members = rest_of(self.lines, name, ':')?;
        Some(NamedShape::Structure(members.split(' ').filter_map(member).collect()))
    }
}

impl Item {
    /// What an entry is.
    pub fn kind(self) -> ShapeKind {
        kind(self.0)
    }
}

fn member(text: &'static str) -> Option<ShapeMember> {
    let (name, text) = text.split_once(':')?;
    let required = name.ends_with('!');
    Some(ShapeMember { name: name.trim_end_matches('!'), required, kind: kind(text) })
}

fn kind(text: &'static str) -> ShapeKind {
    let Some(mark) = text.chars().next() else { return ShapeKind::Any };
    let rest = &text[mark.len_utf8()..];
    match mark {
        's' | 'x' | 't' => ShapeKind::Text(bounds(rest)),
        'n' => ShapeKind::Number(bounds(rest)),
        'b' => ShapeKind::Bool,
        '=' => ShapeKind::Named(rest),
        '[' => rest.rfind(']').map_or(ShapeKind::Any, |end| ShapeKind::List(Item(&rest[..end]))),
        '<' => rest.rfind('>').map_or(ShapeKind::Any, |end| ShapeKind::Map(Item(&rest[..end]))),
        _ => ShapeKind::Any,
    }
}

fn bounds(text: &str) -> Bounds {
    match text.split_once("..") {
        Some((min, max)) => Bounds { min: min.parse().ok(), max: max.parse().ok() },
        None => Bounds::default(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn of(resource: &str) -> Option<ResultShape> {
        result_shape(&Integration::parse(resource).unwrap())
    }

    #[rstest]
    #[case::an_sdk_call("arn:aws:states:::aws-sdk:sqs:sendMessage", &["Md5OfMessageBody", "MessageId"])]
    #[case::an_optimized_call("arn:aws:states:::sns:publish", &["MessageId"])]
    #[case::another_name("arn:aws:states:::events:putEvents", &["Entries", "FailedEntryCount"])]
    #[case::the_call_that_polls("arn:aws:states:::states:startExecution.sync", &["Output", "StopDate"])]
    fn the_result_of_a_call_has_members(#[case] resource: &str, #[case] expected: &[&str]) {
        let members = of(resource).unwrap().members();
        for name in expected {
            assert!(members.iter().any(|member| member.name == *name), "{name} of {members:?}");
        }
    }

    #[rstest]
    #[case::a_worker("arn:aws:states:::sqs:sendMessage.waitForTaskToken")]
    #[case::a_function("arn:aws:lambda:us-east-1:1:function:f")]
    #[case::a_third_party("arn:aws:states:::http:invoke")]
    #[case::a_job("arn:aws:states:::batch:submitJob.sync")]
    #[case::an_api_of_the_users_own("arn:aws:states:::apigateway:invoke")]
    fn nothing_is_known_of_what_others_answer(#[case] resource: &str) {
        assert!(of(resource).is_none());
    }

    #[test]
    fn every_name_in_the_table_is_there_and_every_type_is_understood() {
        for section in SHAPES.split("\n[").skip(1) {
            let shape = ResultShape { lines: section, root: "", decoded: &[] };
            for line in section.lines().skip(1) {
                let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
                if line[name.len()..].starts_with(' ') {
                    assert!(shape.named(&line[name.len() + 1..]).is_some(), "{line}");
                    continue;
                }
                let Some(NamedShape::Structure(members)) = shape.named(&name) else { continue };
                for member in members {
                    understood(&shape, member.kind, line);
                }
            }
        }
    }

    fn understood(shape: &ResultShape, kind: ShapeKind, line: &str) {
        match kind {
            ShapeKind::Named(name) => assert!(shape.named(name).is_some(), "{name} in {line}"),
            ShapeKind::List(item) | ShapeKind::Map(item) => understood(shape, item.kind(), line),
            _ => {}
        }
    }
}
