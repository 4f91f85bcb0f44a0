//! What a second write of the same request does to an item of DynamoDB: update expressions and conditions.
//!
//! Docs, "Update expressions": `SET`, `REMOVE` and `DELETE` of constants leave the item as the first one did; so does
//! `ADD` to a set. `ADD` to a number, arithmetic on the attribute itself and `list_append` do not. A condition keeps a
//! second write away only if the write itself makes it false; `stock >= :n` does not keep stock from being taken twice.

use crate::value::{Object, Value};

/// Whether applying an `UpdateExpression` of DynamoDB twice leaves the item as applying it once does.
pub fn update_is_repeatable(expression: &str) -> bool {
    let none = Value::empty_object();
    Update::parse(expression, &none, &none).is_repeatable()
}

/// Whether an `UpdateItem`, or the `Update` of a transaction, leaves the item as it is when it comes again.
pub(super) fn update_is_harmless(request: &Value) -> bool {
    let empty = Value::empty_object();
    let names = request.get("ExpressionAttributeNames").unwrap_or(&empty);
    let values = request.get("ExpressionAttributeValues").unwrap_or(&empty);
    let text = request.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
    let mut update = Update::parse(text, names, values);
    if update.is_repeatable() && !adds_by_the_old_way(request) {
        return true;
    }
    update.touched.extend(members(request.get("Key")));
    condition(request).is_some_and(|text| update.is_kept_away_by(text, names))
}

/// Whether a `Put`, `Delete` or `ConditionCheck` of a transaction keeps a second one away.
pub(super) fn condition_keeps_away(request: &Value) -> bool {
    let empty = Value::empty_object();
    let names = request.get("ExpressionAttributeNames").unwrap_or(&empty);
    let Some(text) = condition(request) else { return false };
    let is_delete = request.get("Item").is_none() && request.get("UpdateExpression").is_none();
    if is_delete {
        // What was deleted meets no condition but its own absence.
        return !text.contains("attribute_not_exists");
    }
    let touched = members(request.get("Item"));
    Update { constant: touched.clone(), touched, removed: Vec::new(), increments: false }
        .is_kept_away_by(text, names)
}

/// Whether the condition asks for the same in both requests.
pub fn is_same_condition(first: &Value, second: &Value) -> bool {
    let Some(text) = condition(first) else { return true };
    let value = |request: &Value, name: &str| request.get("ExpressionAttributeValues")?.get(name).cloned();
    condition(second) == Some(text)
        && tokens(text)
            .iter()
            .filter(|token| token.starts_with(':'))
            .all(|name| value(first, name) == value(second, name))
}

fn condition(request: &Value) -> Option<&str> {
    request.get("ConditionExpression").and_then(Value::as_str)
}

fn members(object: Option<&Value>) -> Vec<String> {
    let object = object.and_then(Value::as_object);
    object.into_iter().flat_map(|object| object.iter().map(|(key, _)| key.to_string())).collect()
}

/// `AttributeUpdates`, which the API still takes: `{"n": {"Action": "ADD", "Value": {"N": "1"}}}`.
fn adds_by_the_old_way(request: &Value) -> bool {
    let updates = request.get("AttributeUpdates").and_then(Value::as_object);
    updates.into_iter().flat_map(Object::iter).any(|(_, update)| {
        update.get("Action").and_then(Value::as_str) == Some("ADD")
            && !update.get("Value").is_some_and(is_set)
    })
}

fn is_set(value: &Value) -> bool {
    ["SS", "NS", "BS"].iter().any(|kind| value.get(kind).is_some())
}

/// What an update does to the attributes of an item.
struct Update {
    /// Attributes that it changes.
    touched: Vec<String>,
    /// Those that it gives a value which does not depend on the old one.
    constant: Vec<String>,
    /// Those that it removes, as a whole or elements of them.
    removed: Vec<String>,
    /// Whether a second one adds once more.
    increments: bool,
}

impl Update {
    fn parse(text: &str, names: &Value, values: &Value) -> Self {
        let mut update =
            Self { touched: Vec::new(), constant: Vec::new(), removed: Vec::new(), increments: false };
        let tokens = tokens(text);
        let is_clause = |token: &&str| {
            ["SET", "REMOVE", "ADD", "DELETE"].iter().any(|word| token.eq_ignore_ascii_case(word))
        };
        let mut rest = tokens.as_slice();
        while let Some(at) = rest.iter().position(&is_clause) {
            let end = rest[at + 1..].iter().position(&is_clause);
            let end = end.map_or(rest.len(), |offset| at + 1 + offset);
            for action in split(&rest[at + 1..end], ",") {
                update.act(rest[at], action, names, values);
            }
            rest = &rest[end..];
        }
        update
    }

    fn act(&mut self, clause: &str, action: &[&str], names: &Value, values: &Value) {
        let Some((path, right)) = action.split_first() else { return };
        let path = resolved(path, names);
        let again = if clause.eq_ignore_ascii_case("SET") {
            let computes = right
                .iter()
                .any(|token| matches!(*token, "+" | "-") || token.eq_ignore_ascii_case("list_append"));
            computes && right.iter().any(|token| resolved(token, names) == path)
        } else if clause.eq_ignore_ascii_case("ADD") {
            !right.first().and_then(|name| values.get(name)).is_some_and(is_set)
        } else {
            false
        };
        if again {
            self.increments = true;
        } else {
            self.constant.push(path.clone());
        }
        if ["REMOVE", "DELETE"].iter().any(|word| clause.eq_ignore_ascii_case(word)) {
            self.removed.push(path.clone());
        }
        self.touched.push(path);
    }

    fn is_repeatable(&self) -> bool {
        !self.increments
    }

    fn is_kept_away_by(&self, condition: &str, names: &Value) -> bool {
        self.keeps(&tokens(condition), names)
    }

    /// Whether the write makes this part of a condition false.
    fn keeps(&self, mut tokens: &[&str], names: &Value) -> bool {
        while let Some(inner) = without_parentheses(tokens) {
            tokens = inner;
        }
        let parts = split(tokens, "OR");
        if parts.len() > 1 {
            return parts.into_iter().all(|part| self.keeps(part, names));
        }
        let parts = split(tokens, "AND");
        if parts.len() > 1 {
            return parts.into_iter().any(|part| self.keeps(part, names));
        }
        let among = |list: &[String], token: &str| list.contains(&resolved(token, names));
        match tokens {
            [function, "(", path, ")"] if function.eq_ignore_ascii_case("attribute_not_exists") => {
                among(&self.touched, path)
            }
            [function, "(", path, ..]
                if ["attribute_exists", "contains"]
                    .iter()
                    .any(|name| function.eq_ignore_ascii_case(name)) =>
            {
                among(&self.removed, path)
            }
            [not, rest @ ..] if not.eq_ignore_ascii_case("NOT") => {
                rest.iter().any(|token| among(&self.touched, token))
            }
            [one, "=" | "<>", other] => among(&self.touched, one) || among(&self.touched, other),
            [one, "<" | ">", other] => among(&self.constant, one) || among(&self.constant, other),
            [path, word, ..] if word.eq_ignore_ascii_case("IN") => among(&self.touched, path),
            _ => false,
        }
    }
}

/// A path with its placeholders resolved: `#s.at` is `status.at`.
fn resolved(path: &str, names: &Value) -> String {
    let part = |part: &str| {
        let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
        format!("{}{index}", names.get(name).and_then(Value::as_str).unwrap_or(name))
    };
    path.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// The words, placeholders, operators and parentheses of an expression.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let is_word = |letter: char| letter.is_alphanumeric() || "_#:.[]".contains(letter);
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else if rest.starts_with("<>") || rest.starts_with("<=") || rest.starts_with(">=") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    tokens
}

/// Splits at a word outside of parentheses.
fn split<'a, 't>(tokens: &'a [&'t str], word: &str) -> Vec<&'a [&'t str]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && token.eq_ignore_ascii_case(word) => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    parts
}

/// What is between a pair of parentheses around everything.
fn without_parentheses<'a, 't>(tokens: &'a [&'t str]) -> Option<&'a [&'t str]> {
    let inner = tokens.strip_prefix(&["("])?.strip_suffix(&[")"])?;
    let mut depth = 0_usize;
    for token in inner {
        match *token {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_constant("SET #s = :s, updated = :now REMOVE lock", true)]
    #[case::a_counter("SET stock = stock - :n", false)]
    #[case::a_first_value("SET created = if_not_exists(created, :now)", true)]
    #[case::a_counter_from_nothing("SET n = if_not_exists(n, :zero) + :one", false)]
    #[case::a_sum_of_others("SET total = price + :tax", true)]
    #[case::a_sum("ADD stock :n", false)]
    #[case::a_list("SET history = list_append(history, :entry)", false)]
    #[case::a_nested_counter("SET a = :a, totals.hits = totals.hits + :one", false)]
    #[case::an_address("SET address = :address", true)]
    fn setting_constants_is_repeatable(#[case] expression: &str, #[case] expected: bool) {
        assert_eq!(update_is_repeatable(expression), expected);
    }

    #[rstest]
    #[case::nothing("", false)]
    #[case::a_mark_that_the_update_sets(r#""ConditionExpression":"attribute_not_exists(done)","#, true)]
    #[case::a_mark_that_nothing_sets(r#""ConditionExpression":"attribute_not_exists(other)","#, false)]
    #[case::an_item_that_is_made(r#""ConditionExpression":"attribute_not_exists(id)","#, true)]
    #[case::a_version(r##""ConditionExpression":"#v = :old","##, true)]
    #[case::enough_of_it(r#""ConditionExpression":"stock >= :n","#, false)]
    #[case::more_than_nothing(r#""ConditionExpression":"stock > :n","#, false)]
    #[case::a_later_event(r#""ConditionExpression":"at < :at","#, true)]
    #[case::an_existing_item(r#""ConditionExpression":"attribute_exists(id)","#, false)]
    #[case::both(r#""ConditionExpression":"stock >= :n AND (#v = :old OR attribute_not_exists(#v))","#, true)]
    #[case::either(r#""ConditionExpression":"stock >= :n OR #v = :old","#, false)]
    #[case::a_lock_that_is_given_back(r#""ConditionExpression":"attribute_exists(holder)","#, true)]
    #[case::a_list_of_what_is_done(r#""ConditionExpression":"NOT contains(done, :id)","#, true)]
    fn a_condition_guards_if_the_update_makes_it_false(#[case] condition: &str, #[case] expected: bool) {
        let request = format!(
            r##"{{"Key":{{"id":{{"S":"1"}}}},{condition}"ExpressionAttributeNames":{{"#v":"version"}},
            "UpdateExpression":"SET stock = stock - :n, done = :id, at = :at, version = :new REMOVE holder"}}"##
        );
        assert_eq!(update_is_harmless(&Value::parse(&request).unwrap()), expected);
    }

    #[rstest]
    #[case::a_number(r#"{":x":{"N":"1"}}"#, false)]
    #[case::a_set(r#"{":x":{"SS":["a"]}}"#, true)]
    fn adding_to_a_set_is_repeatable(#[case] values: &str, #[case] expected: bool) {
        let request = format!(r#"{{"UpdateExpression":"ADD a :x","ExpressionAttributeValues":{values}}}"#);
        assert_eq!(update_is_harmless(&Value::parse(&request).unwrap()), expected);
    }

    #[rstest]
    #[case::adding(r#"{"n":{"Action":"ADD","Value":{"N":"1"}}}"#, false)]
    #[case::putting(r#"{"n":{"Action":"PUT","Value":{"N":"1"}}}"#, true)]
    fn updates_of_the_old_kind_count_too(#[case] updates: &str, #[case] expected: bool) {
        let request = format!(r#"{{"AttributeUpdates":{updates}}}"#);
        assert_eq!(update_is_harmless(&Value::parse(&request).unwrap()), expected);
    }

    #[rstest]
    #[case::the_values(r#"{":id":"1",":x":"a"}"#, r#"{":id":"1",":x":"b"}"#, true)]
    #[case::the_value_that_it_asks_for(r#"{":id":"1"}"#, r#"{":id":"2"}"#, false)]
    fn a_condition_is_the_same_if_what_it_asks_for_is(
        #[case] first: &str,
        #[case] second: &str,
        #[case] expected: bool,
    ) {
        let of = |values: &str| {
            let text = format!(
                r#"{{"ConditionExpression":"NOT contains(done, :id)","ExpressionAttributeValues":{values}}}"#
            );
            Value::parse(&text).unwrap()
        };
        assert_eq!(is_same_condition(&of(first), &of(second)), expected);
    }
}
