//! From the text of a mock file to scripts: which test cases, which states, which responses.

use std::path::Path;

use super::super::{Author, Script, Sequence};
use super::{Loaded, MockProblem, Selection, Validation, conform, objects, response};
use crate::asl::{Kind, Machine, State};
use crate::catalog::conform::Mode;
use crate::load::{Definition, Document, Member, Node, Problem, ProblemSeverity, Span};
use crate::spelling;

pub(super) fn scripts(
    name: &str,
    text: &str,
    machine: &Machine,
    selection: Selection<'_>,
    validation: Validation,
) -> Result<Loaded, Vec<MockProblem>> {
    let Definition { document, problems, .. } = Definition::from_text(name, text);
    let broken = problems.into_iter().filter(|problem| problem.severity == ProblemSeverity::Error);
    let broken: Vec<_> = broken
        .map(|Problem { location, message, suggestion, .. }| MockProblem { location, message, suggestion })
        .collect();
    if !broken.is_empty() {
        return Err(broken);
    }
    let (problems, remarks) = (Vec::new(), Vec::new());
    let mut reader = Reader { document: &document, machine, validation, problems, remarks };
    let scripts = reader.scripts(name, selection).unwrap_or_default();
    let Reader { problems, remarks, .. } = reader;
    if problems.is_empty() { Ok(Loaded { scripts, remarks }) } else { Err(problems) }
}

/// Collects every problem; a part that is wrong gives `None` and the others go on.
pub(super) struct Reader<'a> {
    document: &'a Document,
    machine: &'a Machine,
    validation: Validation,
    problems: Vec<MockProblem>,
    remarks: Vec<MockProblem>,
}

impl<'a> Reader<'a> {
    fn scripts(&mut self, name: &str, selection: Selection<'_>) -> Option<Vec<(String, Script)>> {
        let root = &self.document.root;
        self.members(root, "a mock file", &["StateMachines", "MockedResponses", "s3"])?;
        let folder = Path::new(name).parent().unwrap_or(Path::new("")).to_owned();
        let objects = root.get("s3").map(|node| objects::objects(self, node, &folder)).unwrap_or_default();
        let machines = self.required(root, "StateMachines")?;
        let responses = root.get("MockedResponses");
        let machine = self.machine_entry(machines, selection.machine)?;
        self.members(machine, "a state machine", &["TestCases"])?;
        let cases = self.required(machine, "TestCases")?;
        let all = self.object(cases, "TestCases")?;
        let chosen = match selection.test_case {
            Some(name) => vec![self.lookup(cases, all, name, "test case")?],
            None => all.iter().collect(),
        };
        let script = |case: &Member| {
            let script = Script { objects: objects.clone(), ..self.script(case, responses) };
            (case.key.clone(), script)
        };
        Some(chosen.into_iter().map(script).collect())
    }

    /// The entry of this machine: by the name that was given, by its own name, or the only one there is.
    fn machine_entry<'n>(&mut self, machines: &'n Node, given: Option<&str>) -> Option<&'n Node> {
        let all = self.object(machines, "StateMachines")?;
        let own = given.unwrap_or(&self.machine.name);
        match all {
            [only] if given.is_none() => Some(&only.value),
            _ => self.lookup(machines, all, own, "state machine").map(|member| &member.value),
        }
    }

    fn script(&mut self, case: &Member, responses: Option<&Node>) -> Script {
        let mut script = Script::default();
        let members = self.object(&case.value, &format!("test case `{}`", case.key)).unwrap_or_default();
        for member in members {
            let state = self.state(member);
            let Some(found) = self.found_response(member, responses) else { continue };
            let (Some(state), Some((calls, then))) = (state, response::sequence(self, found)) else {
                continue;
            };
            conform::check(self, state, found, self.mode());
            script.answers.insert(state.path.clone(), Sequence { calls, then, by: Author::User });
        }
        script
    }

    /// How strictly results are held against their APIs.
    fn mode(&self) -> Mode {
        match self.validation {
            Validation::Remarks => Mode::Present,
            Validation::Refuse(mode) => mode,
        }
    }

    fn state(&mut self, member: &Member) -> Option<&'a State> {
        let machine = self.machine;
        let Some(state) = machine.find(&member.key) else {
            let names: Vec<&str> = machine.states.iter().filter(|s| answers(s)).map(|s| &*s.name).collect();
            let message = format!("no state `{}` in state machine `{}`", member.key, machine.name);
            self.problem(member.key_span, message, nearest(&member.key, &names));
            return None;
        };
        if answers(state) {
            return Some(state);
        }
        let message = format!(
            "state `{}` is a {} state; only Task states (and the ItemReader of a Map state) are mocked",
            state.name,
            state.kind.type_name()
        );
        self.problem(member.key_span, message, None);
        None
    }

    fn found_response<'n>(&mut self, member: &Member, responses: Option<&'n Node>) -> Option<&'n Member> {
        let Some(name) = member.value.as_str() else {
            let message =
                format!("expected the name of a mocked response, found {}", member.value.kind_name());
            self.problem(member.value.span, message, None);
            return None;
        };
        let known = responses.and_then(Node::members).unwrap_or_default();
        let Some(found) = known.iter().find(|response| response.key == name) else {
            let names: Vec<&str> = known.iter().map(|response| response.key.as_str()).collect();
            let message = format!("no mocked response `{name}` in MockedResponses");
            self.problem(member.value.span, message, nearest(name, &names));
            return None;
        };
        Some(found)
    }

    /// The member of this name, or a problem that names the nearest.
    fn lookup<'n>(
        &mut self,
        parent: &Node,
        members: &'n [Member],
        name: &str,
        what: &str,
    ) -> Option<&'n Member> {
        let found = members.iter().find(|member| member.key == name);
        if found.is_none() {
            let names: Vec<&str> = members.iter().map(|member| member.key.as_str()).collect();
            self.problem(parent.span, format!("no {what} `{name}` here"), nearest(name, &names));
        }
        found
    }

    fn required<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n Node> {
        let found = node.get(name);
        if found.is_none() {
            self.problem(node.span, format!("the field `{name}` is missing"), None);
        }
        found
    }

    /// The members of an object, all of which must have one of these names.
    pub(super) fn members<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        allowed: &[&str],
    ) -> Option<&'n [Member]> {
        let members = self.object(node, what)?;
        for member in members.iter().filter(|member| !allowed.contains(&member.key.as_str())) {
            // AWS's own sample files carry `Comment` fields.
            if member.key != "Comment" {
                let message = format!("unknown field `{}` of {what}", member.key);
                self.problem(member.key_span, message, nearest(&member.key, allowed));
            }
        }
        Some(members)
    }

    pub(super) fn object<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Member]> {
        let members = node.members();
        if members.is_none() {
            self.problem(node.span, format!("{what} must be an object, found {}", node.kind_name()), None);
        }
        members
    }

    /// A result that its API could not have given.
    pub(super) fn misfit(&mut self, span: Span, message: String, suggestion: Option<String>) {
        match self.validation {
            Validation::Remarks => self.remark(span, message, suggestion),
            Validation::Refuse(_) => self.problem(span, message, suggestion),
        }
    }

    /// Something that looks wrong; several test cases may share it.
    pub(super) fn remark(&mut self, span: Span, message: String, suggestion: Option<String>) {
        let remark = MockProblem { location: self.document.location(span), message, suggestion };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    pub(super) fn problem(&mut self, span: Span, message: String, suggestion: Option<String>) {
        let problem = MockProblem { location: self.document.location(span), message, suggestion };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Whether a state asks anything that a mock can answer.
fn answers(state: &State) -> bool {
    match &state.kind {
        Kind::Task(_) => true,
        Kind::Map(map) => map.item_reader.is_some(),
        _ => false,
    }
}

/// `did you mean …`, or what there is.
pub(super) fn nearest(name: &str, names: &[&str]) -> Option<String> {
    if let Some(near) = spelling::nearest(name, names.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    if names.is_empty() {
        return None;
    }
    let some: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    Some(format!("there is {}{}", some.join(", "), if names.len() > 5 { ", …" } else { "" }))
}
