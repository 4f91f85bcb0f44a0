//! `${Name}` placeholders: what templates put there before Step Functions sees the definition.

use std::collections::BTreeMap;

use super::{Node, NodeKind, Span, json};

/// What is known of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Substitution {
    /// Its text; parts that only the deployed stack knows are placeholders in turn.
    Known(String),
    /// It refers to a resource of the template, whose physical name only the deployed stack knows.
    Reference {
        /// The resource's name in the template.
        logical_id: String,
        /// `Arn` in `!GetAtt Function.Arn`; none for `!Ref`.
        attribute: Option<String>,
        /// `AWS::Serverless::Function`, if the template declares the resource.
        resource_type: Option<String>,
    },
}

/// The parts of a text: what stands between placeholders, and the names of placeholders.
pub(crate) enum Part<'t> {
    /// Text as it is.
    Text(&'t str),
    /// The name in `${Name}`.
    Placeholder(&'t str),
}

/// Splits a text at its `${Name}` placeholders.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(start) = rest[searched..].find("${").map(|at| at + searched) {
        match rest[start + 2..].find(|c: char| !(c.is_alphanumeric() || "_.-:".contains(c))) {
            Some(length) if length > 0 && rest[start + 2 + length..].starts_with('}') => {
                if start > 0 {
                    parts.push(Part::Text(&rest[..start]));
                }
                parts.push(Part::Placeholder(&rest[start + 2..start + 2 + length]));
                rest = &rest[start + 2 + length + 1..];
                searched = 0;
            }
            _ => searched = start + 2,
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// The name, if the text is one placeholder and nothing else.
pub(crate) fn whole_placeholder(text: &str) -> Option<&str> {
    match parts(text)[..] {
        [Part::Placeholder(name)] => Some(name),
        _ => None,
    }
}

/// CloudFormation's pseudo parameters, for the account and region that the simulator plays.
pub(super) fn pseudo_parameter(name: &str) -> Option<&'static str> {
    match name {
        "AWS::Partition" => Some("aws"),
        "AWS::Region" => Some("us-east-1"),
        "AWS::AccountId" => Some("123456789012"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}

/// Known values put in the place of their placeholders, in texts and in names of members. Spans stay those of
/// the placeholders.
pub(super) fn apply(node: &mut Node, known: &BTreeMap<String, Substitution>) {
    match &mut node.kind {
        NodeKind::String(text) => {
            if let Some(replaced) = replace(text, known) {
                *text = replaced;
            }
        }
        NodeKind::Placeholder(text) => {
            if let Some(replaced) = replace(text, known) {
                node.kind = typed(replaced, node.span);
            }
        }
        NodeKind::Array(items) => items.iter_mut().for_each(|item| apply(item, known)),
        NodeKind::Object(members) => {
            for member in members {
                if let Some(replaced) = replace(&member.key, known) {
                    member.key = replaced;
                }
                apply(&mut member.value, known);
            }
        }
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
    }
}

/// Known values with the placeholders in them filled in.
pub(super) fn resolved(known: &BTreeMap<String, Substitution>) -> BTreeMap<String, Substitution> {
    let value = |value: &Substitution| match value {
        Substitution::Known(text) => replace(text, known).map(Substitution::Known),
        Substitution::Reference { .. } => None,
    };
    known.iter().map(|(name, old)| (name.clone(), value(old).unwrap_or_else(|| old.clone()))).collect()
}

/// A value of its own type where the placeholder stood bare: `${Pause}` becomes 5, not "5".
fn typed(text: String, span: Span) -> NodeKind {
    match json::parse(&text) {
        Ok(mut node) => {
            place(&mut node, span);
            node.kind
        }
        Err(_) if whole_placeholder(&text).is_some() => NodeKind::Placeholder(text),
        Err(_) => NodeKind::String(text),
    }
}

/// Puts a whole tree at one place of the file.
pub(crate) fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.kind {
        NodeKind::Array(items) => items.iter_mut().for_each(|item| place(item, span)),
        NodeKind::Object(members) => {
            for member in members {
                member.key_span = span;
                place(&mut member.value, span);
            }
        }
        _ => {}
    }
}

/// The text with known values filled in; none if it stays as it is.
pub(super) fn replace(text: &str, known: &BTreeMap<String, Substitution>) -> Option<String> {
    if !text.contains("${") {
        return None;
    }
    let (mut out, mut changed) = (String::with_capacity(text.len()), false);
    for part in parts(text) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Placeholder(name) => match value(name, known) {
                Some(value) => {
                    out.push_str(value);
                    changed = true;
                }
                None => out.extend(["${", name, "}"]),
            },
        }
    }
    changed.then_some(out)
}

fn value<'k>(name: &str, known: &'k BTreeMap<String, Substitution>) -> Option<&'k str> {
    match known.get(name) {
        Some(Substitution::Known(text)) => Some(text),
        Some(Substitution::Reference { .. }) => None,
        None => pseudo_parameter(name),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn known() -> BTreeMap<String, Substitution> {
        let text = |text: &str| Substitution::Known(text.to_owned());
        BTreeMap::from([("A".to_owned(), text("x")), ("N".to_owned(), text("5"))])
    }

    #[rstest]
    #[case::alone("${A}", Some("x"))]
    #[case::inside("a-${A}-${A}.b", Some("a-x-x.b"))]
    #[case::unknown_ones_stay("${A}${B}", Some("x${B}"))]
    #[case::pseudo_parameter("arn:${AWS::Partition}:sns", Some("arn:aws:sns"))]
    #[case::nothing_to_do("$.a {b}", None)]
    #[case::no_placeholder("${ not one }", None)]
    #[case::broken_then_whole("${${A}", Some("${x"))]
    fn placeholders_are_replaced(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(replace(text, &known()).as_deref(), expected);
    }

    #[test]
    fn a_bare_placeholder_takes_the_type_of_its_value() {
        let mut node = json::parse(r#"{"${A}": ${N}, "text": "${N}", "other": ${B}}"#).unwrap();
        apply(&mut node, &known());
        assert_eq!(node.to_value().to_json(), r#"{"x":5,"text":"5","other":"${B}"}"#);
    }
}
