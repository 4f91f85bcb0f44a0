//! Placeholders `${NAME}` that have no value, and that whoever is asked cannot do without.

use std::collections::BTreeSet;

use super::Cannot;
use crate::asl::Machine;
use crate::load::{Node, NodeKind, Part, Span, parts};

/// Whether every placeholder that matters to a service has a value: one that is all of a text or a value, a part of a
/// `Resource`, or known to the template. Anything else may be meant as it stands, as `${HOME}` in a command.
///
/// Reported of AWS (aws/aws-cli#10060, aws/aws-sam-cli-app-templates#342): a placeholder in the place of an ARN is
/// refused, "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN"; elsewhere it would be a text like others.
pub fn unresolved(machine: &Machine) -> Result<(), Cannot> {
    let mut search = Search { machine, found: Vec::new() };
    search.node(&machine.document.root, "", "");
    let Some(first) = search.found.first() else { return Ok(()) };
    let names: BTreeSet<&str> = search.found.iter().map(|found| &*found.name).collect();
    let flags: Vec<String> = names.iter().map(|name| format!("--set {name}=VALUE")).collect();
    let inner = machine.states.iter().filter(|state| is_inside(&first.pointer, &state.pointer));
    let state = inner.max_by_key(|state| state.pointer.len());
    Err(Cannot {
        what: format!("the placeholder `${{{}}}` at {}", first.name, machine.document.location(first.span)),
        state: state.map(|state| state.path.clone()),
        why: format!(
            "it has no value, and AWS would refuse it or take it for a text; give `{}`, or `substitutions` in \
             chaos.toml",
            flags.join(" ")
        ),
    })
}

fn is_inside(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

struct Found {
    name: String,
    span: Span,
    pointer: String,
}

struct Search<'m> {
    machine: &'m Machine,
    found: Vec<Found>,
}

impl Search<'_> {
    fn node(&mut self, node: &Node, field: &str, pointer: &str) {
        match &node.kind {
            NodeKind::String(text) | NodeKind::Placeholder(text) => self.text(text, node, field, pointer),
            NodeKind::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.node(item, field, &format!("{pointer}/{at}"));
                }
            }
            NodeKind::Object(members) => {
                for member in members.iter().filter(|member| member.key != "Comment") {
                    let token = member.key.replace('~', "~0").replace('/', "~1");
                    self.node(&member.value, &member.key, &format!("{pointer}/{token}"));
                }
            }
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, node: &Node, field: &str, pointer: &str) {
        let parts = parts(text);
        let is_all = parts.len() == 1;
        for part in &parts {
            let Part::Placeholder(name) = part else { continue };
            if is_all || field == "Resource" || self.machine.substitutions.contains_key(*name) {
                let (name, pointer) = ((*name).to_owned(), pointer.to_owned());
                self.found.push(Found { name, span: node.span, pointer });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    fn unresolved_in(state: &str) -> Result<(), String> {
        let text = format!("{{\"StartAt\": \"S\", \"States\": {{\n\"S\": {state}}}}}");
        unresolved(&compile_text("machine", &text).unwrap()).map_err(|cannot| cannot.to_string())
    }

    const REST: &str = "it has no value, and AWS would refuse it or take it for a text; give";

    #[rstest]
    #[case::a_resource(
        r#"{"Type": "Task", "Resource": "${Charge}", "End": true}"#,
        "`S`: the placeholder `${Charge}` at machine:2:35",
        "`--set Charge=VALUE`, or"
    )]
    #[case::a_part_of_a_resource(
        r#"{"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:${Name}", "End": true}"#,
        "`S`: the placeholder `${Name}` at machine:2:35",
        "`--set Name=VALUE`, or"
    )]
    #[case::a_number(
        r#"{"Type": "Wait", "Seconds": ${Pause}, "End": true}"#,
        "`S`: the placeholder `${Pause}` at machine:2:34",
        "`--set Pause=VALUE`, or"
    )]
    #[case::several(
        r#"{"Type": "Pass", "Result": {"b": "${B}", "a": ["${A}"]}, "End": true}"#,
        "`S`: the placeholder `${B}` at machine:2:39",
        "`--set A=VALUE --set B=VALUE`, or"
    )]
    #[case::in_a_branch(
        r#"{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "T", "States": {
            "T": {"Type": "Pass", "Result": "${A}", "End": true}}}]}"#,
        "`S/branch[0]/T`: the placeholder `${A}` at machine:3:45",
        "`--set A=VALUE`, or"
    )]
    fn a_placeholder_that_a_service_cannot_do_without_is_told(
        #[case] state: &str,
        #[case] place: &str,
        #[case] flags: &str,
    ) {
        let expected = format!("{place}: {REST} {flags} `substitutions` in chaos.toml");
        assert_eq!(unresolved_in(state), Err(expected));
    }

    #[rstest]
    #[case::in_a_longer_text(r#"{"Type": "Pass", "Result": "echo ${HOME} $HOME", "End": true}"#)]
    #[case::a_comment(r#"{"Type": "Pass", "Comment": "${A}", "End": true}"#)]
    #[case::none(r#"{"Type": "Pass", "Result": "$", "End": true}"#)]
    fn a_text_that_may_be_meant_as_it_stands_is_sent(#[case] state: &str) {
        assert_eq!(unresolved_in(state), Ok(()));
    }
}
