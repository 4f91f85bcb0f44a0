//! Update expressions of DynamoDB, as far as the new values are known.

use super::condition::path;
use super::item::Item;
use crate::catalog::expression_tokens;
use crate::value::Value;

/// Applies an `UpdateItem` to an item. What cannot be computed is not known afterwards.
pub(super) fn update(item: &mut Item, request: &Value) {
    let text = request.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
    if request.get("AttributeUpdates").is_some() {
        item.is_whole = false;
    }
    let names = request.get("ExpressionAttributeNames");
    let values = request.get("ExpressionAttributeValues");
    let tokens = expression_tokens(text);
    let mut clause = "";
    let mut action: Vec<&str> = Vec::new();
    let mut depth = 0_usize;
    for token in tokens.iter().copied().chain(["SET"]) {
        let is_clause =
            ["SET", "REMOVE", "ADD", "DELETE"].iter().any(|word| token.eq_ignore_ascii_case(word));
        if is_clause || (token == "," && depth == 0) {
            act(item, clause, &action, names, values);
            action.clear();
            if is_clause {
                clause = token;
            }
            continue;
        }
        depth = match token {
            "(" => depth + 1,
            ")" => depth.saturating_sub(1),
            _ => depth,
        };
        action.push(token);
    }
}

fn act(item: &mut Item, clause: &str, action: &[&str], names: Option<&Value>, values: Option<&Value>) {
    let Some((target, rest)) = action.split_first() else { return };
    let Some(path) = path(target, names) else {
        item.is_whole = false;
        return;
    };
    let [name] = path.as_slice() else {
        // What changes inside of a map is not followed.
        forget(item, &path[0]);
        return;
    };
    let value = |token: &str| values.and_then(|values| values.get(token)).cloned();
    if clause.eq_ignore_ascii_case("REMOVE") {
        item.attributes.remove(name);
        return;
    }
    let new = match rest {
        ["=", token] if clause.eq_ignore_ascii_case("SET") => value(token),
        ["=", function, "(", there, ",", token, ")"] if function.eq_ignore_ascii_case("if_not_exists") => {
            let there = path_of(there, names);
            let known = there.as_ref().and_then(|name| item.attributes.get(name)).cloned();
            known.or_else(|| if item.is_whole { value(token) } else { None })
        }
        _ => None,
    };
    match new {
        Some(new) => drop(item.attributes.insert(name.as_str(), new)),
        None => forget(item, name),
    }
}

fn path_of(token: &str, names: Option<&Value>) -> Option<String> {
    let path = path(token, names)?;
    match path.as_slice() {
        [name] => Some(name.clone()),
        _ => None,
    }
}

/// The attribute has a value that is not known, and so nobody can say which attributes there are.
fn forget(item: &mut Item, name: &str) {
    item.attributes.remove(name);
    item.is_whole = false;
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_constant("SET #s = :done", r#"{"id":{"S":"7"},"status":{"S":"DONE"}}"#, true)]
    #[case::two("SET #s = :done, at = :one REMOVE id", r#"{"status":{"S":"DONE"},"at":{"N":"1"}}"#, true)]
    #[case::a_first_value(
        "SET at = if_not_exists(at, :one)",
        r#"{"id":{"S":"7"},"status":{"S":"NEW"},"at":{"N":"1"}}"#,
        true
    )]
    #[case::a_sum("SET n = n + :one", r#"{"id":{"S":"7"},"status":{"S":"NEW"}}"#, false)]
    #[case::a_part("SET meta.at = :one", r#"{"id":{"S":"7"},"status":{"S":"NEW"}}"#, false)]
    #[case::an_addition("ADD n :one", r#"{"id":{"S":"7"},"status":{"S":"NEW"}}"#, false)]
    fn an_update_changes_what_it_says(#[case] text: &str, #[case] expected: &str, #[case] is_whole: bool) {
        let request = format!(
            r##"{{"UpdateExpression":"{text}","ExpressionAttributeNames":{{"#s":"status"}},
            "ExpressionAttributeValues":{{":done":{{"S":"DONE"}},":one":{{"N":"1"}}}}}}"##
        );
        let object = |text: &str| Value::parse(text).unwrap().as_object().unwrap().clone();
        let attributes = object(r#"{"id":{"S":"7"},"status":{"S":"NEW"}}"#);
        let mut item = Item { attributes, is_whole: true };
        update(&mut item, &Value::parse(&request).unwrap());
        assert_eq!(item, Item { attributes: object(expected), is_whole });
    }
}
