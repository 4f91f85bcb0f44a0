use rstest::rstest;

use super::*;
use crate::expr::jsonata::Session;
use crate::expr::{Random, States, Variables};

const INPUT: &str = r#"{
    "text": "b", "same": "b", "n": 2, "two": 2.0, "yes": true, "null": null, "list": [1],
    "time": "2012-10-09T19:00:55Z", "later": "2012-10-09T21:00:56+02:00", "accent": "é", "emoji": "😀", "private": "\uE000"
}"#;

fn test(variable: &str, operator: &str, operand: &str) -> Rule {
    Rule::Test {
        variable: Path::parse(variable).unwrap(),
        comparison: Comparison::from_operator(operator, &Value::parse(operand).unwrap()).unwrap(),
    }
}

fn holds(rule: &Rule) -> Result<bool, String> {
    let env = Env {
        input: &Value::parse(INPUT).unwrap(),
        context: &Value::Null,
        variables: &Variables::default(),
        random: &Random::new(0),
        states: States::default(),
        jsonata: &Session::default(),
    };
    rule.holds(&env).map_err(|error| error.cause)
}

#[rstest]
#[case("$.text", "StringEquals", r#""b""#, true)]
#[case("$.text", "StringEqualsPath", r#""$.same""#, true)]
#[case("$.text", "StringLessThan", r#""c""#, true)]
#[case("$.text", "StringGreaterThan", r#""B""#, true)]
#[case("$.text", "StringLessThanEquals", r#""b""#, true)]
#[case("$.text", "StringGreaterThanEquals", r#""ba""#, false)]
#[case("$.emoji", "StringLessThanPath", r#""$.private""#, true)]
#[case("$.n", "NumericEquals", "2.0", true)]
#[case("$.n", "NumericEqualsPath", r#""$.two""#, true)]
#[case("$.n", "NumericLessThan", "2.5", true)]
#[case("$.n", "NumericGreaterThan", "2", false)]
#[case("$.n", "NumericLessThanEquals", "2", true)]
#[case("$.n", "NumericGreaterThanEquals", "3", false)]
#[case("$.yes", "BooleanEquals", "true", true)]
#[case("$.yes", "BooleanEqualsPath", r#""$.yes""#, true)]
#[case("$.time", "TimestampEquals", r#""2012-10-09T20:00:55+01:00""#, true)]
#[case("$.time", "TimestampLessThanPath", r#""$.later""#, true)]
#[case("$.time", "TimestampGreaterThan", r#""2012-10-09T19:00:55Z""#, false)]
#[case("$.time", "TimestampLessThanEquals", r#""2012-10-09T19:00:55Z""#, true)]
#[case("$.time", "TimestampGreaterThanEquals", r#""2012-10-09T19:00:55.1Z""#, false)]
#[case("$.null", "IsNull", "true", true)]
#[case("$.text", "IsNull", "false", true)]
#[case("$.nobody", "IsPresent", "false", true)]
#[case("$.null", "IsPresent", "true", true)]
#[case("$.n", "IsNumeric", "true", true)]
#[case("$.text", "IsString", "true", true)]
#[case("$.yes", "IsBoolean", "false", false)]
#[case("$.time", "IsTimestamp", "true", true)]
#[case("$.text", "IsTimestamp", "true", false)]
fn an_operator_compares(
    #[case] variable: &str,
    #[case] operator: &str,
    #[case] operand: &str,
    #[case] expected: bool,
) {
    assert_eq!(holds(&test(variable, operator, operand)), Ok(expected));
}

#[rstest]
#[case("$.n", "StringEquals", r#""2""#)]
#[case("$.text", "NumericLessThan", "5")]
#[case("$.list", "NumericEquals", "1")]
#[case("$.null", "BooleanEquals", "false")]
#[case("$.text", "TimestampEquals", r#""2012-10-09T19:00:55Z""#)]
#[case("$.n", "StringEqualsPath", r#""$.n""#)]
fn types_that_do_not_fit_make_a_comparison_false(
    #[case] variable: &str,
    #[case] operator: &str,
    #[case] operand: &str,
) {
    assert_eq!(holds(&test(variable, operator, operand)), Ok(false));
}

#[rstest]
#[case("$.n", "StringGreaterThanPath")]
#[case("$.text", "NumericLessThanPath")]
#[case("$.time", "TimestampLessThanEqualsPath")]
fn there_is_no_order_to_an_operand_of_the_wrong_type(#[case] variable: &str, #[case] operator: &str) {
    let rule = test(variable, operator, r#""$.list""#);
    assert_eq!(holds(&rule), Err("Invalid value provided at path '$.list'".to_owned()));
}

#[rstest]
#[case::the_variable(test("$.nobody", "StringEquals", "\"x\""))]
#[case::even_for_a_type_test(test("$.nobody", "IsNull", "true"))]
#[case::the_operand(test("$.text", "StringEqualsPath", "\"$.nobody\""))]
#[case::in_a_not(Rule::Not(Box::new(test("$.nobody", "IsString", "true"))))]
fn a_path_that_leads_nowhere_is_an_error(#[case] rule: Rule) {
    let expected = "Invalid path '$.nobody': The choice state's condition path references an invalid value.";
    assert_eq!(holds(&rule), Err(expected.to_owned()));
}

#[test]
fn and_and_or_stop_as_soon_as_the_answer_is_known() {
    let fails = || test("$.nobody", "IsNull", "true");
    let absent = || test("$.nobody", "IsPresent", "true");
    let present = || test("$.n", "IsPresent", "true");
    assert_eq!(holds(&Rule::And(vec![absent(), fails()])), Ok(false));
    assert_eq!(holds(&Rule::Or(vec![present(), fails()])), Ok(true));
    assert!(holds(&Rule::And(vec![present(), fails()])).is_err());
    assert!(holds(&Rule::Or(vec![absent(), fails()])).is_err());
    assert_eq!(holds(&Rule::And(vec![present(), present()])), Ok(true));
    assert_eq!(holds(&Rule::Or(vec![absent(), absent()])), Ok(false));
}

#[rstest]
#[case::all_of_it("log-*.txt", "log-2020.txt", true)]
#[case::nothing("log-*.txt", "log-.txt", true)]
#[case::several("*a*b*", "xxaxxbxx", true)]
#[case::a_second_try("*ab", "aab", true)]
#[case::no_star("abc", "abcd", false)]
#[case::too_short("abc", "ab", false)]
#[case::only_a_star("*", "", true)]
#[case::an_escaped_star(r"a\*b", "a*b", true)]
#[case::an_escaped_star_is_no_wildcard(r"a\*b", "axb", false)]
#[case::an_escaped_backslash(r"a\\b", r"a\b", true)]
#[case::an_open_escape(r"a\b", r"a\b", true)]
#[case::not_ascii("é*é", "é😀é", true)]
fn a_star_matches_any_text(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
    assert_eq!(matches(text, pattern), expected);
}

#[test]
fn every_operator_is_known_and_suggested() {
    for operator in OPERATORS {
        let operand = match operator {
            path if path.ends_with("Path") => "$.x".into(),
            text if text.starts_with("String") => "x".into(),
            time if time.starts_with("Timestamp") => "2016-03-14T01:59:00Z".into(),
            number if number.starts_with("Numeric") => Value::from(1),
            _ => Value::Bool(true),
        };
        assert!(Comparison::from_operator(operator, &operand).is_ok(), "{operator}");
    }
    let error = Comparison::from_operator("StringEqual", &"x".into()).unwrap_err();
    assert_eq!(error.message, "no comparison operator `StringEqual`");
    assert_eq!(error.suggestion, Some("StringEquals"));
    assert!(Comparison::from_operator("IsNullPath", &"$.x".into()).is_err());
}

#[rstest]
#[case("StringEquals", "1", "StringEquals needs a string, not 1")]
#[case(
    "TimestampEquals",
    "\"today\"",
    "TimestampEquals needs a timestamp such as 2016-03-14T01:59:00Z, not \"today\""
)]
#[case("IsNull", "\"$.x\"", "IsNull needs true or false, not \"$.x\"")]
#[case(
    "NumericEqualsPath",
    "\"x\"",
    "NumericEqualsPath needs a path, but `x` is none: a path starts with `$`"
)]
fn an_operand_of_the_wrong_type_is_refused(
    #[case] operator: &str,
    #[case] operand: &str,
    #[case] expected: &str,
) {
    let error = Comparison::from_operator(operator, &Value::parse(operand).unwrap()).unwrap_err();
    assert_eq!(error.message, expected);
}
