//! Applies a proposal to a definition, as RFC 6902 says: all of its operations, or none.

use crate::load::{Member, Node, NodeKind, Span};
use crate::oracle::PatchOperation;
use crate::value::Value;

/// An operation that does not fit the definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to {op} `{path}`: {why}")]
pub struct Unfit {
    /// `add`, `replace` or `remove`
    pub op: &'static str,
    /// Where.
    pub path: String,
    /// What is in the way.
    pub why: &'static str,
}

/// The definition with a patch applied. What is added stands at the place of what encloses it.
pub fn apply(root: &Node, patch: &[PatchOperation]) -> Result<Node, Unfit> {
    let mut patched = root.clone();
    for operation in patch {
        one(&mut patched, operation).map_err(|why| Unfit {
            op: operation.op,
            path: operation.path.clone(),
            why,
        })?;
    }
    Ok(patched)
}

/// The steps of a JSON pointer, without their escapes.
pub(crate) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

fn one(root: &mut Node, operation: &PatchOperation) -> Result<(), &'static str> {
    let steps = steps(&operation.path);
    let Some((last, way)) = steps.split_last() else { return Err("the whole definition is not replaced") };
    let parent = way.iter().try_fold(root, child).ok_or("there is nothing that encloses it")?;
    let span = parent.span;
    let value = operation.value.as_ref().map(|value| planted(value, span));
    match (&mut parent.kind, operation.op, value) {
        (NodeKind::Object(members), op, value) => in_object(members, op, last, value, span),
        (NodeKind::Array(items), op, value) => in_list(items, op, last, value),
        _ => Err("what encloses it has neither members nor entries"),
    }
}

fn child<'n>(node: &'n mut Node, step: &String) -> Option<&'n mut Node> {
    match &mut node.kind {
        // Of duplicate members the last one counts, as in Jackson.
        NodeKind::Object(members) => {
            members.iter_mut().rev().find(|member| member.key == *step).map(|member| &mut member.value)
        }
        NodeKind::Array(items) => items.get_mut(index(step)?),
        _ => None,
    }
}

fn in_object(
    members: &mut Vec<Member>,
    op: &str,
    name: &str,
    value: Option<Node>,
    span: Span,
) -> Result<(), &'static str> {
    let known = members.iter().rposition(|member| member.key == name);
    match (op, known, value) {
        ("add" | "replace", Some(at), Some(value)) => members[at].value = value,
        ("add", None, Some(value)) => members.push(Member { key: name.to_owned(), key_span: span, value }),
        ("remove", Some(_), None) => members.retain(|member| member.key != name),
        ("replace" | "remove", None, _) => return Err("it is not there"),
        _ => return Err("the operation is incomplete"),
    }
    Ok(())
}

fn in_list(items: &mut Vec<Node>, op: &str, step: &str, value: Option<Node>) -> Result<(), &'static str> {
    let at = if step == "-" { Some(items.len()) } else { index(step) };
    match (op, at, value) {
        ("add", Some(at), Some(value)) if at <= items.len() => items.insert(at, value),
        ("replace", Some(at), Some(value)) if at < items.len() => items[at] = value,
        ("remove", Some(at), None) if at < items.len() => drop(items.remove(at)),
        _ => return Err("the list has no such entry"),
    }
    Ok(())
}

/// RFC 6901: digits without a leading zero.
fn index(step: &str) -> Option<usize> {
    let is_plain = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    step.parse().ok().filter(|_| is_plain)
}

/// A value as a tree at one place of the file.
pub(crate) fn planted(value: &Value, span: Span) -> Node {
    let kind = match value {
        Value::Null => NodeKind::Null,
        Value::Bool(truth) => NodeKind::Bool(*truth),
        Value::Number(_) => NodeKind::Number(value.to_json()),
        Value::String(text) => NodeKind::String(text.to_string()),
        Value::Array(items) => NodeKind::Array(items.iter().map(|item| planted(item, span)).collect()),
        Value::Object(object) => NodeKind::Object(
            object
                .iter()
                .map(|(key, value)| Member {
                    key: key.to_string(),
                    key_span: span,
                    value: planted(value, span),
                })
                .collect(),
        ),
    };
    Node { span, kind }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::load::Definition;

    const TEXT: &str = r#"{"StartAt":"a/b","States":{"a/b":{"Retry":[1,2]}}}"#;

    fn applied(op: &'static str, path: &str, value: Option<&str>) -> Result<String, &'static str> {
        let value = value.map(|text| Value::parse(text).unwrap());
        let root = Definition::from_text("f", TEXT).document.root;
        let patch = [PatchOperation { op, path: path.to_owned(), value }];
        apply(&root, &patch).map(|node| node.to_value().to_json()).map_err(|unfit| unfit.why)
    }

    // RFC 6902, sections 4.1 to 4.3.
    #[rstest]
    #[case::a_member("add", "/States/a~1b/End", Some("true"), r#"{"Retry":[1,2],"End":true}"#)]
    #[case::a_member_that_is_there("add", "/States/a~1b/Retry", Some("[]"), r#"{"Retry":[]}"#)]
    #[case::an_entry_before("add", "/States/a~1b/Retry/1", Some("9"), r#"{"Retry":[1,9,2]}"#)]
    #[case::an_entry_behind("add", "/States/a~1b/Retry/2", Some("9"), r#"{"Retry":[1,2,9]}"#)]
    #[case::the_last_entry("add", "/States/a~1b/Retry/-", Some("9"), r#"{"Retry":[1,2,9]}"#)]
    #[case::another_entry("replace", "/States/a~1b/Retry/0", Some("9"), r#"{"Retry":[9,2]}"#)]
    #[case::no_entry("remove", "/States/a~1b/Retry/0", None, r#"{"Retry":[2]}"#)]
    #[case::no_member("remove", "/States/a~1b/Retry", None, "{}")]
    fn an_operation_does(
        #[case] op: &'static str,
        #[case] path: &str,
        #[case] value: Option<&str>,
        #[case] state: &str,
    ) {
        assert_eq!(
            applied(op, path, value).unwrap(),
            format!(r#"{{"StartAt":"a/b","States":{{"a/b":{state}}}}}"#)
        );
    }

    #[rstest]
    #[case::below_nothing("add", "/States/c/End", Some("1"))]
    #[case::behind_the_end("add", "/States/a~1b/Retry/3", Some("1"))]
    #[case::nothing_to_replace("replace", "/States/a~1b/Catch", Some("1"))]
    #[case::nothing_to_remove("remove", "/States/a~1b/Retry/2", None)]
    #[case::no_entry_behind_the_last("replace", "/States/a~1b/Retry/-", Some("1"))]
    #[case::a_leading_zero("remove", "/States/a~1b/Retry/01", None)]
    #[case::without_a_value("add", "/States/a~1b/End", None)]
    #[case::below_a_text("add", "/StartAt/x", Some("1"))]
    #[case::the_root("replace", "", Some("1"))]
    fn what_does_not_fit_is_refused(
        #[case] op: &'static str,
        #[case] path: &str,
        #[case] value: Option<&str>,
    ) {
        assert!(applied(op, path, value).is_err());
    }
}
