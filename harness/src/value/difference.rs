//! Where two JSON values differ, place by place.

use super::Value;

/// How a value is compared with what is expected of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is the same, whatever the order of members; `1` is `1.0`.
    Same,
    /// It has these members, and perhaps others; lists are compared item by item.
    Contains,
}

/// One place at which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference<'v> {
    /// The place, as a path from the root: `$.items[0].sku`.
    pub path: String,
    /// What is expected there; none: nothing is.
    pub expected: Option<&'v Value>,
    /// What is there; none: nothing is.
    pub found: Option<&'v Value>,
}

/// All places at which a value differs from what is expected, in the order of what is expected.
pub fn differences<'v>(expected: &'v Value, found: &'v Value, comparison: Comparison) -> Vec<Difference<'v>> {
    let mut differences = Vec::new();
    compare("$".to_owned(), expected, found, comparison, &mut differences);
    differences
}

fn compare<'v>(
    path: String,
    expected: &'v Value,
    found: &'v Value,
    comparison: Comparison,
    out: &mut Vec<Difference<'v>>,
) {
    let (expected_only, found_only) = (
        |path, value| Difference { path, expected: Some(value), found: None },
        |path, value| Difference { path, expected: None, found: Some(value) },
    );
    match (expected, found) {
        (Value::Object(wanted), Value::Object(there)) => {
            for (name, value) in wanted.iter() {
                let path = format!("{path}{}", member(name));
                match there.get(name) {
                    Some(other) => compare(path, value, other, comparison, out),
                    None => out.push(expected_only(path, value)),
                }
            }
            if comparison == Comparison::Same {
                let others = there.iter().filter(|(name, _)| wanted.get(name).is_none());
                out.extend(others.map(|(name, value)| found_only(format!("{path}{}", member(name)), value)));
            }
        }
        (Value::Array(wanted), Value::Array(there)) => {
            for (at, value) in wanted.iter().enumerate() {
                let path = format!("{path}[{at}]");
                match there.get(at) {
                    Some(other) => compare(path, value, other, comparison, out),
                    None => out.push(expected_only(path, value)),
                }
            }
            let others = there.iter().enumerate().skip(wanted.len());
            out.extend(others.map(|(at, value)| found_only(format!("{path}[{at}]"), value)));
        }
        _ if expected == found => {}
        _ => out.push(Difference { path, expected: Some(expected), found: Some(found) }),
    }
}

/// `.name`, or `['odd name']`
fn member(name: &str) -> String {
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    let is_plain = name.chars().all(is_word) && name.starts_with(|sign: char| !sign.is_ascii_digit());
    if is_plain { format!(".{name}") } else { format!("['{}']", name.replace('\'', "\\'")) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::order_of_members(r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0, "a": 1}"#, &[], &[])]
    #[case::a_value(r#"{"a": [1, {"b c": 2}]}"#, r#"{"a": [1, {"b c": 3}]}"#, &["$.a[1]['b c']"], &["$.a[1]['b c']"])]
    #[case::a_member_too_many(r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, &["$.b"], &[])]
    #[case::a_member_too_few(r#"{"a": 1, "b": 2}"#, r#"{"a": 1}"#, &["$.b"], &["$.b"])]
    #[case::an_item_too_many("[1]", "[1, 2]", &["$[1]"], &["$[1]"])]
    #[case::an_item_too_few("[1, 2]", "[1]", &["$[1]"], &["$[1]"])]
    #[case::null_is_not_nothing(r#"{"a": null}"#, "{}", &["$.a"], &["$.a"])]
    #[case::another_type("[]", "{}", &["$"], &["$"])]
    #[case::nested(r#"{"a": {}}"#, r#"{"a": {"b": 1}}"#, &["$.a.b"], &[])]
    fn values_differ_at_places(
        #[case] expected: &str,
        #[case] found: &str,
        #[case] same: &[&str],
        #[case] contains: &[&str],
    ) {
        let (expected, found) = (Value::parse(expected).unwrap(), Value::parse(found).unwrap());
        for (comparison, paths) in [(Comparison::Same, same), (Comparison::Contains, contains)] {
            let differences = differences(&expected, &found, comparison);
            let told: Vec<&str> = differences.iter().map(|difference| &*difference.path).collect();
            assert_eq!(told, paths, "{comparison:?}");
        }
    }
}
