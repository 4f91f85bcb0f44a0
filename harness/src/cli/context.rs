//! `--context FILE`: parts of the context object that the user gives, with the rules of AWS's TestState.

use std::borrow::Cow;
use std::sync::Arc;

use super::failure::Failure;
use crate::expr::Timestamp;
use crate::load::{Definition, Document, Member, Node, NodeKind, ProblemSeverity};
use crate::sim::{Case, Given};
use crate::value::{Object, Value};

/// What a context file says.
#[derive(Debug, Default)]
pub(super) struct Context {
    given: Given,
    start_ms: Option<i64>,
    /// The name of the machine, where it is given.
    pub(super) machine_name: Option<String>,
    /// `Execution.Input`, the input of the execution where no other is given.
    pub(super) input: Option<Value>,
}

/// A member of the context object, and what it has to be.
type Field = (&'static str, &'static str);

const TEXT: &str = "a string";
const EXECUTION: [Field; 7] = [
    ("Id", TEXT),
    ("Input", "anything"),
    ("Name", TEXT),
    ("RoleArn", TEXT),
    ("StartTime", TEXT),
    ("RedriveCount", "a number"),
    ("RedriveTime", TEXT),
];
const STATE_MACHINE: [Field; 2] = [("Id", TEXT), ("Name", TEXT)];
const STATE: [Field; 3] = [("EnteredTime", TEXT), ("Name", TEXT), ("RetryCount", "a number")];
const TASK: [Field; 1] = [("Token", TEXT)];

/// Reads a context; `name` is what messages call it.
pub(super) fn read(name: &str, text: &str) -> Result<Context, Failure> {
    let Definition { document, problems, .. } = Definition::from_text(name, text);
    if let Some(problem) = problems.iter().find(|problem| problem.severity == ProblemSeverity::Error) {
        return Err(Failure::Usage(format!("{}: {}", problem.location, problem.message)));
    }
    let reader = Reader { document: &document };
    let mut context = Context::default();
    for member in reader.members(&document.root, "a context object")? {
        let part: &[Field] = match member.key.as_str() {
            "Execution" => &EXECUTION,
            "StateMachine" => &STATE_MACHINE,
            "State" => &STATE,
            "Task" => &TASK,
            // Recorded on AWS.
            "Map" => {
                let message = "'Map' field is not supported when mocking a Context object";
                return Err(reader.wrong(member, message));
            }
            _ => {
                let known = ["Execution", "StateMachine", "State", "Task"];
                return Err(reader.unknown(member, "", known.into_iter()));
            }
        };
        let values = reader.part(member, part)?;
        match member.key.as_str() {
            "Execution" => context.given.execution = values,
            "StateMachine" => context.given.state_machine = values,
            _ => {}
        }
    }
    context.derive(&reader)?;
    Ok(context)
}

impl Context {
    /// What follows from the given members for the rest of the execution.
    fn derive(&mut self, reader: &Reader<'_>) -> Result<(), Failure> {
        let text = |object: &Object, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let (execution, machine) = (&self.given.execution, &self.given.state_machine);
        if let Some(time) = text(execution, "StartTime") {
            let Some(parsed) = Timestamp::parse(&time) else {
                let message = format!("{}: `{time}` is no time such as 2026-01-01T00:00:00Z", reader.file());
                return Err(Failure::Usage(message));
            };
            self.start_ms = i64::try_from(parsed.nanos.div_euclid(1_000_000)).ok();
        }
        self.input = execution.get("Input").cloned();
        let of_id = |id: Option<String>, at: usize| id?.split(':').nth(at).map(str::to_owned);
        self.machine_name = text(machine, "Name")
            .or_else(|| of_id(text(machine, "Id"), 6))
            .or_else(|| of_id(text(execution, "Id"), 6))
            .filter(|name| !name.is_empty());
        Ok(())
    }

    /// Puts it into a case: account, region, role, name and start as the members say them.
    pub(super) fn apply(self, case: &mut Case) {
        let text = |object: &Object, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let (execution, machine) = (&self.given.execution, &self.given.state_machine);
        let arn = text(execution, "Id").or_else(|| text(machine, "Id")).unwrap_or_default();
        let parts: Vec<&str> = arn.split(':').collect();
        if let ["arn", _, "states", region, account, ..] = parts[..] {
            case.identity.region = Cow::Owned(region.to_owned());
            case.identity.account = Cow::Owned(account.to_owned());
        }
        if let Some(role) = text(execution, "RoleArn") {
            case.identity.role_arn = Some(Cow::Owned(role));
        }
        let id = text(execution, "Id").unwrap_or_default();
        let name = text(execution, "Name").or_else(|| id.split(':').nth(7).map(str::to_owned));
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            case.execution_name = Arc::from(name);
        }
        case.epoch_ms = self.start_ms.unwrap_or(case.epoch_ms);
        case.given = self.given;
    }
}

struct Reader<'d> {
    document: &'d Document,
}

impl<'d> Reader<'d> {
    fn file(&self) -> &str {
        &self.document.file.name
    }

    fn members(&self, node: &'d Node, what: &str) -> Result<&'d [Member], Failure> {
        node.members().ok_or_else(|| {
            let place = self.document.location(node.span);
            Failure::Usage(format!("{place}: {what} is an object, not {}", node.kind_name()))
        })
    }

    /// The members of `Execution`, `StateMachine`, …
    fn part(&self, part: &'d Member, fields: &[Field]) -> Result<Object, Failure> {
        let mut values = Object::default();
        for member in self.members(&part.value, &format!("`{}`", part.key))? {
            let Some((name, wanted)) = fields.iter().find(|(name, _)| *name == member.key) else {
                return Err(self.unknown(member, &part.key, fields.iter().map(|(name, _)| *name)));
            };
            let fits = match &member.value.kind {
                NodeKind::String(_) | NodeKind::Placeholder(_) => *wanted != "a number",
                NodeKind::Number(_) => *wanted != TEXT,
                _ => *wanted == "anything",
            };
            if !fits {
                return Err(self.wrong(member, &format!("{}.{name} must be {wanted}", part.key)));
            }
            values.insert(*name, member.value.to_value());
        }
        Ok(values)
    }

    fn unknown(&self, member: &Member, part: &str, known: impl Iterator<Item = &'static str>) -> Failure {
        let place = if part.is_empty() { member.key.clone() } else { format!("{part}.{}", member.key) };
        let known: Vec<_> = known.collect();
        let same = known.iter().copied().find(|name| name.eq_ignore_ascii_case(&member.key));
        let hint = match same.or_else(|| crate::spelling::nearest(&member.key, known.iter().copied())) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there is {}", known.join(", ")),
        };
        self.wrong(member, &format!("Field '{place}' is not allowed; {hint}"))
    }

    fn wrong(&self, member: &Member, message: &str) -> Failure {
        Failure::Usage(format!("{}: {message}", self.document.location(member.key_span)))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_part(
        "{\n \"Executon\": {}}",
        "c.json:2:2: Field 'Executon' is not allowed; did you mean `Execution`?"
    )]
    #[case::a_member(
        r#"{"Execution": {"ID": "x"}}"#,
        "c.json:1:16: Field 'Execution.ID' is not allowed; did you mean `Id`?"
    )]
    #[case::a_type(r#"{"Execution": {"Id": 7}}"#, "c.json:1:16: Execution.Id must be a string")]
    #[case::a_number(r#"{"State": {"RetryCount": "1"}}"#, "c.json:1:12: State.RetryCount must be a number")]
    #[case::an_iteration(
        r#"{"Map": {}}"#,
        "c.json:1:2: 'Map' field is not supported when mocking a Context object"
    )]
    #[case::no_object("[]", "c.json:1:1: a context object is an object, not a list")]
    #[case::a_time(
        r#"{"Execution": {"StartTime": "soon"}}"#,
        "c.json: `soon` is no time such as 2026-01-01T00:00:00Z"
    )]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read("c.json", text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn names_follow_from_the_ids() {
        let text = r#"{"Execution": {"Id": "arn:aws:states:eu-west-1:111122223333:execution:order:run-7",
            "RoleArn": "arn:aws:iam::111122223333:role/r", "StartTime": "2026-02-03T04:05:06.789Z"}}"#;
        let context = read("c.json", text).unwrap();
        assert_eq!(context.machine_name.as_deref(), Some("order"));
        let mut case = Case::new(Value::Null);
        context.apply(&mut case);
        let identity = &case.identity;
        assert_eq!((&*identity.region, &*identity.account), ("eu-west-1", "111122223333"));
        assert_eq!(identity.role_arn("order"), "arn:aws:iam::111122223333:role/r");
        assert_eq!((&*case.execution_name, case.epoch_ms), ("run-7", 1_770_091_506_789));
    }
}
