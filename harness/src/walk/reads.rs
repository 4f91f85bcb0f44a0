//! What a state reads that TestState does not take, or has in its own way.
//!
//! It is read off the texts of the state: where these leave a doubt, the state counts as reading it.

use crate::asl::{Kind, Machine, State};
use crate::load::{Node, NodeKind};

/// What a state reads besides its input and variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that have nothing to do with each other")]
pub(super) struct Reads {
    /// The context object.
    pub(super) context: bool,
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
            reads = reads.or(here);
        }
        let iterates = machine.enclosing(state.id).any(|around| matches!(around.kind, Kind::Map(_)));
        Self { iteration: reads.iteration && iterates, ..reads }
    }

    fn or(self, other: Self) -> Self {
        Self {
            context: self.context || other.context,
            iteration: self.iteration || other.iteration,
            token: self.token || other.token,
            chance: self.chance || other.chance,
        }
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
        self.context = true;
        let known = ["Execution", "State", "StateMachine"];
        let name = rest.strip_prefix('.').unwrap_or_default();
        let name = &name[..name.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(name.len())];
        self.iteration |= !known.contains(&name) && name != "Task";
        self.token |= !known.contains(&name) && name != "Map";
    }
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

    fn reads(state: &str) -> [bool; 4] {
        let text = format!(
            r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "End": true, "ItemProcessor":
                {{"StartAt": "S", "States": {{"S": {state}}}}}}}}}}}"#
        );
        let machine = compile_text("machine", &text).unwrap();
        let Reads { context, iteration, token, chance } = Reads::of(machine.find("S").unwrap(), &machine);
        [context, iteration, token, chance]
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
}
