//! Condition expressions of DynamoDB against an item of which not everything may be known.
//!
//! Docs, "Condition expressions": what is not known makes a condition neither true nor false. An order of values is
//! decided only for times near the present one: other values are the same in every simulated execution where real
//! ones differ, so that they prove nothing.

use std::cmp::Ordering;

use super::item::{Attribute, Item, instant_ms};
use crate::catalog::expression_tokens;
use crate::value::Value;

/// A condition with what it is asked of.
pub(super) struct Question<'a> {
    /// `ExpressionAttributeNames`
    pub(super) names: Option<&'a Value>,
    /// `ExpressionAttributeValues`
    pub(super) values: Option<&'a Value>,
    /// The item; none: it does not exist.
    pub(super) item: Option<&'a Item>,
    /// Milliseconds since 1970.
    pub(super) now_ms: i64,
}

/// A day more than a lease near the present can be off.
const NEAR_MS: i64 = 2 * 86_400_000;
/// Deeper nesting is not read.
const DEPTH_MAX: usize = 32;

/// Whether a condition holds; `None`: nobody can say.
type Answer = Option<bool>;

impl Question<'_> {
    /// Whether a condition holds; `None`: nobody can say.
    pub(super) fn holds(&self, condition: &str) -> Option<bool> {
        let tokens = expression_tokens(condition);
        let mut reader = Reader { tokens: &tokens, at: 0, depth: 0 };
        let answer = self.disjunction(&mut reader)?;
        // What was not read to its end was not understood.
        if reader.at == tokens.len() { answer } else { None }
    }

    /// `a OR b`; the outer `None` stands for a text that cannot be read.
    fn disjunction(&self, reader: &mut Reader<'_>) -> Option<Answer> {
        let mut answer = self.conjunction(reader)?;
        while reader.take_word("OR") {
            let other = self.conjunction(reader)?;
            answer = match (answer, other) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        Some(answer)
    }

    fn conjunction(&self, reader: &mut Reader<'_>) -> Option<Answer> {
        let mut answer = self.negation(reader)?;
        while reader.take_word("AND") {
            let other = self.negation(reader)?;
            answer = match (answer, other) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        Some(answer)
    }

    fn negation(&self, reader: &mut Reader<'_>) -> Option<Answer> {
        reader.depth += 1;
        if reader.depth > DEPTH_MAX {
            return None;
        }
        let answer = if reader.take_word("NOT") {
            self.negation(reader)?.map(|holds| !holds)
        } else if reader.peek() == Some("(") {
            reader.at += 1;
            let inner = self.disjunction(reader)?;
            reader.expect(")")?;
            inner
        } else {
            self.predicate(reader)?
        };
        reader.depth -= 1;
        Some(answer)
    }

    fn predicate(&self, reader: &mut Reader<'_>) -> Option<Answer> {
        let first = reader.next()?;
        if reader.peek() == Some("(") {
            return self.function(first, reader);
        }
        let left = self.operand(first);
        let operator = reader.next()?;
        if operator.eq_ignore_ascii_case("BETWEEN") {
            let (low, (), high) = (reader.next()?, reader.expect_word("AND")?, reader.next()?);
            let above = self.compare(left, ">=", self.operand(low));
            let below = self.compare(left, "<=", self.operand(high));
            return Some(above.zip(below).map(|(above, below)| above && below));
        }
        if operator.eq_ignore_ascii_case("IN") {
            reader.expect("(")?;
            let mut answers = vec![self.compare(left, "=", self.operand(reader.next()?))];
            while reader.peek() == Some(",") {
                reader.at += 1;
                answers.push(self.compare(left, "=", self.operand(reader.next()?)));
            }
            reader.expect(")")?;
            let unknown = answers.contains(&None);
            return Some(if answers.contains(&Some(true)) {
                Some(true)
            } else {
                (!unknown).then_some(false)
            });
        }
        let right = reader.next()?;
        if reader.peek() == Some("(") {
            return None; // `size(…)` on the right.
        }
        ["=", "<>", "<", "<=", ">", ">="]
            .contains(&operator)
            .then(|| self.compare(left, operator, self.operand(right)))
    }

    fn function(&self, name: &str, reader: &mut Reader<'_>) -> Option<Answer> {
        reader.expect("(")?;
        let path = reader.next()?;
        let argument = if reader.peek() == Some(",") {
            reader.at += 1;
            Some(self.operand(reader.next()?))
        } else {
            None
        };
        reader.expect(")")?;
        let there = match self.operand(path) {
            Attribute::Is(_) => Some(true),
            Attribute::Missing => Some(false),
            Attribute::Unknown => None,
        };
        match name.to_ascii_lowercase().as_str() {
            "attribute_exists" => Some(there),
            "attribute_not_exists" => Some(there.map(|there| !there)),
            "begins_with" => Some(match (self.operand(path), argument?) {
                (Attribute::Is(one), Attribute::Is(other)) => Some(text(one)?.starts_with(text(other)?)),
                (Attribute::Missing, _) => Some(false),
                _ => None,
            }),
            "contains" | "attribute_type" => Some(if there == Some(false) { Some(false) } else { None }),
            // `size(a) > :n`
            "size" => {
                reader.at += 2;
                Some(None)
            }
            _ => None,
        }
    }

    fn operand(&self, token: &str) -> Attribute<'_> {
        if token.starts_with(':') {
            return match self.values.and_then(|values| values.get(token)) {
                Some(value) => Attribute::Is(value),
                None => Attribute::Unknown,
            };
        }
        match (self.item, path(token, self.names)) {
            (_, None) => Attribute::Unknown,
            (None, Some(_)) => Attribute::Missing,
            (Some(item), Some(path)) => item.attribute(&path),
        }
    }

    fn compare(&self, left: Attribute<'_>, operator: &str, right: Attribute<'_>) -> Option<bool> {
        let (one, other) = match (left, right) {
            (Attribute::Is(one), Attribute::Is(other)) => (one, other),
            (Attribute::Missing, Attribute::Unknown) | (Attribute::Unknown, Attribute::Missing) => {
                return None;
            }
            (Attribute::Missing, _) | (_, Attribute::Missing) => return Some(operator == "<>"),
            _ => return None,
        };
        match operator {
            "=" => Some(is_same(one, other)),
            "<>" => Some(!is_same(one, other)),
            _ => {
                let (one, other) = (instant_ms(one)?, instant_ms(other)?);
                let is_near = |ms: i64| ms.abs_diff(self.now_ms) <= NEAR_MS.unsigned_abs();
                if !is_near(one) && !is_near(other) {
                    return None;
                }
                let order = one.cmp(&other);
                Some(match operator {
                    "<" => order == Ordering::Less,
                    "<=" => order != Ordering::Greater,
                    ">" => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                })
            }
        }
    }
}

/// The names of a path, placeholders resolved; `None` for what goes into lists.
pub(super) fn path(token: &str, names: Option<&Value>) -> Option<Vec<String>> {
    if token.contains('[') {
        return None;
    }
    let name = |part: &str| match part.strip_prefix('#') {
        Some(_) => names?.get(part)?.as_str().map(str::to_owned),
        None => Some(part.to_owned()),
    };
    token.split('.').map(name).collect()
}

/// Docs, "Comparison operators": values of another type are other values; numbers are compared as such.
fn is_same(one: &Value, other: &Value) -> bool {
    let number =
        |value: &Value| value.get("N").and_then(Value::as_str).and_then(|text| text.parse::<f64>().ok());
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other) == Ordering::Equal,
        _ => one == other,
    }
}

fn text(value: &Value) -> Option<&str> {
    value.get("S").and_then(Value::as_str)
}

struct Reader<'t> {
    tokens: &'t [&'t str],
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t str> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str) -> Option<()> {
        (self.next()? == sign).then_some(())
    }

    fn expect_word(&mut self, word: &str) -> Option<()> {
        self.take_word(word).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ITEM: &str = r#"{"id":{"S":"7"},"status":{"S":"IN_PROGRESS"},"n":{"N":"1.0"},"held":{"BOOL":true},
        "until":{"S":"2026-01-01T00:05:00Z"},"untilS":{"N":"1767225900"},"owner":{"M":{"run":{"S":"a"}}}}"#;
    const NOW_MS: i64 = 1_767_225_600_000;

    fn holds(condition: &str, item: Option<&Item>) -> Option<bool> {
        let names = Value::parse(r##"{"#s":"status"}"##).unwrap();
        let values = r#"{":id":{"S":"7"},":done":{"S":"DONE"},":busy":{"S":"IN_PROGRESS"},":one":{"N":"1"},
            ":now":{"S":"2026-01-01T00:00:00Z"},":later":{"S":"2026-01-01T01:00:00Z"},":nowS":{"N":"1767229200"},
            ":long":{"S":"2020-01-01T00:00:00Z"}}"#;
        let values = Value::parse(values).unwrap();
        Question { names: Some(&names), values: Some(&values), item, now_ms: NOW_MS }.holds(condition)
    }

    #[rstest]
    #[case::it_is_there("attribute_not_exists(id)", Some(false))]
    #[case::an_attribute_is_missing("attribute_not_exists(other)", Some(true))]
    #[case::equal("#s = :busy", Some(true))]
    #[case::another("#s = :done", Some(false))]
    #[case::not_equal("#s <> :done", Some(true))]
    #[case::numbers("n = :one", Some(true))]
    #[case::either("attribute_not_exists(id) OR #s = :done", Some(false))]
    #[case::both("attribute_exists(id) AND (#s = :done OR #s = :busy)", Some(true))]
    #[case::not("NOT attribute_exists(id)", Some(false))]
    #[case::one_of("#s IN (:done, :busy)", Some(true))]
    #[case::a_lease_that_runs("until < :now", Some(false))]
    #[case::a_lease_that_is_over("attribute_not_exists(id) OR until < :later", Some(true))]
    #[case::a_lease_in_seconds("untilS < :nowS", Some(true))]
    #[case::a_time_that_never_moves("until < :long OR attribute_not_exists(id)", Some(false))]
    #[case::an_order_of_numbers("n < :one", None)]
    #[case::an_unknown_part_beside_a_true_one("n < :one OR attribute_exists(id)", Some(true))]
    #[case::a_size("size(id) > :one", None)]
    #[case::inside("owner.run = :id", Some(false))]
    #[case::a_beginning("begins_with(id, :id)", Some(true))]
    #[case::unread("id ~ :id", None)]
    #[case::not_closed("(attribute_exists(id)", None)]
    fn a_condition_is_true_false_or_unknown(#[case] condition: &str, #[case] expected: Option<bool>) {
        let attributes = Value::parse(ITEM).unwrap().as_object().unwrap().clone();
        assert_eq!(holds(condition, Some(&Item { attributes, is_whole: true })), expected);
    }

    #[rstest]
    #[case::there("attribute_exists(id)", Some(true))]
    #[case::not_seen("attribute_exists(other)", None)]
    #[case::not_seen_either("other = :id", None)]
    fn what_was_not_seen_of_an_item_is_unknown(#[case] condition: &str, #[case] expected: Option<bool>) {
        let attributes = Value::parse(r#"{"id":{"S":"7"}}"#).unwrap().as_object().unwrap().clone();
        assert_eq!(holds(condition, Some(&Item { attributes, is_whole: false })), expected);
    }

    #[rstest]
    #[case("attribute_not_exists(id)", Some(true))]
    #[case("attribute_exists(id)", Some(false))]
    #[case("#s = :done", Some(false))]
    #[case("#s <> :done", Some(true))]
    fn an_item_that_is_not_there_has_no_attributes(#[case] condition: &str, #[case] expected: Option<bool>) {
        assert_eq!(holds(condition, None), expected);
    }
}
