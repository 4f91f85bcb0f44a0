//! What a state reads that TestState does not take, or has in its own way.
//!
//! It is read off the texts of the state: where these leave a doubt, the state counts as reading it.

use std::collections::BTreeSet;

use crate::asl::{Kind, Machine, State};
use crate::load::{Node, NodeKind};
use crate::value::Object;

/// What a state reads besides its input and variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// Of the context object: the members, by up to two names from its root. No name stands for all of it.
    pub(super) context: BTreeSet<Vec<String>>,
    /// `Map` of the context object of the iteration that the state is in.
    pub(super) iteration: bool,
    /// `Task` of the context object.
    pub(super) token: bool,
    /// The clock, or random numbers.
    pub(super) chance: bool,
}

/// Scopes inside a state, which are not its own.
const INSIDE: [&str; 3] = ["Branches", "ItemProcessor", "Iterator"];
/// Fields of a Map state in which `Map` of the context object is about its own items.
const OF_ITEMS: [&str; 3] = ["ItemSelector", "Parameters", "ItemBatcher"];
/// Functions that give another result each time. JSONata reference, and docs, "Intrinsic functions".
const CHANCE: [&str; 7] =
    ["$now", "$millis", "$random", "$uuid", "$shuffle", "States.UUID", "States.MathRandom"];

impl Reads {
    pub(super) fn of(state: &State, machine: &Machine) -> Self {
        let mut reads = Self::default();
        let is_map = matches!(state.kind, Kind::Map(_));
        let fields = machine.document.node(&state.pointer).and_then(Node::members).unwrap_or_default();
        for field in fields.iter().filter(|field| !INSIDE.contains(&&*field.key) && field.key != "Comment") {
            let mut here = Self::default();
            here.node(&field.value);
            here.iteration &= !(is_map && OF_ITEMS.contains(&&*field.key));
            reads.add(here);
        }
        let iterates = machine.enclosing(state.id).any(|around| matches!(around.kind, Kind::Map(_)));
        Self { iteration: reads.iteration && iterates, ..reads }
    }

    /// Of a context object what is read of it; none where that is at most `Map`.
    pub(super) fn of_context(&self, context: &Object) -> Option<Object> {
        self.context.iter().any(|names| names.first().is_none_or(|name| name != "Map")).then_some(())?;
        let reads = |names: &[&str]| self.context.iter().any(|read| read == names);
        if reads(&[]) {
            return Some(context.clone());
        }
        let mut found = Object::default();
        for (name, value) in context.iter() {
            if reads(&[name]) {
                found.insert(name.clone(), value.clone());
            } else if let Some(members) = value.as_object() {
                let read = members.iter().filter(|(member, _)| reads(&[name, member]));
                let read: Object = read.map(|(member, value)| (member.clone(), value.clone())).collect();
                if !read.is_empty() {
                    found.insert(name.clone(), read.into());
                }
            }
        }
        Some(found)
    }

    fn add(&mut self, other: Self) {
        self.context.extend(other.context);
        self.iteration |= other.iteration;
        self.token |= other.token;
        self.chance |= other.chance;
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::String(text) => self.text(text),
            NodeKind::Array(items) => items.iter().for_each(|item| self.node(item)),
            NodeKind::Object(members) => members.iter().for_each(|member| self.node(&member.value)),
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Placeholder(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.chance |= CHANCE.iter().any(|function| text.contains(function));
        for rest in after(text, "$$") {
            self.member(rest);
        }
        for rest in after(text, "$states") {
            match rest.strip_prefix(".context") {
                Some(rest) => self.member(rest),
                None if [".input", ".result", ".errorOutput"].iter().any(|it| rest.starts_with(it)) => {}
                // The whole object, or a word that only begins like it.
                None => self.member(""),
            }
        }
    }

    /// Notes a read of the context object; `rest` is what follows it.
    fn member(&mut self, rest: &str) {
        let names = names(rest);
        let first = names.first().map_or("", String::as_str);
        let known = ["Execution", "State", "StateMachine"];
        self.iteration |= !known.contains(&first) && first != "Task";
        self.token |= !known.contains(&first) && first != "Map";
        self.context.insert(names);
    }
}

/// The first two names of a path that is written with dots, as far as they are names.
fn names(path: &str) -> Vec<String> {
    // JSONata's operator for the parent leads back up.
    if path.contains(".%") {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(dotted) = rest.strip_prefix('.').filter(|_| names.len() < 2) {
        let end = dotted.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(dotted.len());
        if end == 0 {
            break;
        }
        names.push(dotted[..end].to_owned());
        rest = &dotted[end..];
    }
    names
}

/// The text after every place where `sign` stands.
fn after<'t>(text: &'t str, sign: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(sign).map(move |(at, _)| &text[at + sign.len()..])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;
    use crate::value::Value;

    fn reads(state: &str) -> [bool; 4] {
        let text = format!(
            r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "End": true, "ItemProcessor":
                {{"StartAt": "S", "States": {{"S": {state}}}}}}}}}}}"#
        );
        let machine = compile_text("machine", &text).unwrap();
        let Reads { context, iteration, token, chance } = Reads::of(machine.find("S").unwrap(), &machine);
        [!context.is_empty(), iteration, token, chance]
    }

    #[rstest]
    #[case::nothing(r#"{"Type": "Pass", "Parameters": {"a.$": "$.b"}, "End": true}"#, [false; 4])]
    #[case::a_member(
        r#"{"Type": "Pass", "Parameters": {"a.$": "$$.Execution.Name"}, "End": true}"#,
        [true, false, false, false]
    )]
    #[case::in_a_function(
        r#"{"Type": "Pass", "Parameters": {"a.$": "States.Format('{}', $$.Map.Item.Index)"}, "End": true}"#,
        [true, true, false, false]
    )]
    #[case::all_of_it(
        r#"{"Type": "Pass", "Parameters": {"a.$": "$$"}, "End": true}"#,
        [true, true, true, false]
    )]
    #[case::jsonata(
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.context.Task.Token %}", "End": true}"#,
        [true, false, true, false]
    )]
    #[case::jsonata_input(
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a %}", "End": true}"#,
        [false; 4]
    )]
    #[case::jsonata_states(
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $keys($states) %}", "End": true}"#,
        [true, true, true, false]
    )]
    #[case::the_clock(
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $now() %}", "End": true}"#,
        [false, false, false, true]
    )]
    #[case::its_own_items(
        r#"{"Type": "Map", "ItemSelector": {"a.$": "$$.Map.Item.Value"}, "End": true, "ItemProcessor":
            {"StartAt": "T", "States": {"T": {"Type": "Pass", "OutputPath": "$$.Map", "End": true}}}}"#,
        [true, false, false, false]
    )]
    fn a_state_reads_what_its_own_texts_name(#[case] state: &str, #[case] expected: [bool; 4]) {
        assert_eq!(reads(state), expected);
    }

    #[rstest]
    #[case::a_member("$$.Execution.Name", r#"{"Execution":{"Name":"n"}}"#)]
    #[case::deep_in_a_member("$$.Execution.Input.order[0].id", r#"{"Execution":{"Input":{"a":1}}}"#)]
    #[case::two_members(
        "States.Format('{}{}', $$.State.Name, $$.Execution.Name)",
        r#"{"Execution":{"Name":"n"},"State":{"Name":"s"}}"#
    )]
    #[case::a_group("$$.State", r#"{"State":{"Name":"s","RetryCount":0}}"#)]
    #[case::a_group_and_a_function(
        "$merge([$states.context.State, 1])",
        r#"{"State":{"Name":"s","RetryCount":0}}"#
    )]
    #[case::members_of_a_group(
        "$states.context.State.(Name & 'x')",
        r#"{"State":{"Name":"s","RetryCount":0}}"#
    )]
    #[case::anything("$$..Name", ALL)]
    #[case::in_brackets("$$['State']['Name']", ALL)]
    #[case::by_the_parent("$states.context.State.Name.%.RetryCount", ALL)]
    #[case::by_a_variable("($c := $states.context; $c.State)", ALL)]
    #[case::what_is_not_there("$$.Task.Token", "{}")]
    fn of_the_context_only_what_is_read_is_kept(#[case] text: &str, #[case] expected: &str) {
        let mut reads = Reads::default();
        reads.text(text);
        let context = Value::parse(ALL).unwrap();
        let kept = reads.of_context(context.as_object().unwrap()).map(|kept| Value::from(kept).to_json());
        assert_eq!(kept.as_deref(), Some(expected));
    }

    const ALL: &str = r#"{"Execution":{"Name":"n","Input":{"a":1}},"State":{"Name":"s","RetryCount":0}}"#;

    #[rstest]
    #[case::its_own_items("$$.Map.Item.Value")]
    #[case::nothing("$.a")]
    fn no_context_is_kept_where_none_is_read(#[case] text: &str) {
        let mut reads = Reads::default();
        reads.text(text);
        assert_eq!(reads.of_context(&Object::default()), None);
    }
}
