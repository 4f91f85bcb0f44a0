//! Rules of evaluation in a JSONata state.

use rstest::rstest;

use super::{Expression, QueryError, Session};
use crate::expr::{Env, Random, States, Variables};
use crate::value::Value;

fn eval(text: &str) -> Result<Option<Value>, QueryError> {
    let value = |text: &str| Value::parse(text).unwrap();
    let mut variables = Variables::default();
    variables.set("count".into(), value("3"));
    let session = Session::default();
    session.set_now_ms(1_700_000_000_123);
    Expression::parse(text).unwrap().eval(&Env {
        input: &value(r#"{"a":{"b":1.5},"items":[{"price":10},{"price":60}],"one":[7],"big":1.0}"#),
        context: &value(r#"{"Execution":{"Name":"run"}}"#),
        variables: &variables,
        random: &Random::new(1),
        states: States { result: Some(&value(r#"{"ok":true}"#)), error_output: None },
        jsonata: &session,
    })
}

#[rstest]
#[case::input("$states.input.a.b", "1.5")]
#[case::result("$states.result.ok", "true")]
#[case::context("$states.context.Execution.Name", r#""run""#)]
#[case::variable("$count + 1", "4")]
#[case::mapping_over_a_list("$states.input.items.price", "[10,60]")]
#[case::a_sequence_of_one_is_its_item("$states.input.items[price > 50].price", "60")]
#[case::a_list_of_one_stays_a_list("$states.input.one", "[7]")]
#[case::whole_numbers_have_no_fraction("$states.input.big", "1")]
#[case::partition("$partition([1,2,3], 2)", "[[1,2],[3]]")]
#[case::range("$range(0, 6, 2)", "[0,2,4,6]")]
#[case::range_of_one("$range(1, 9, 9)", "1")]
#[case::hash("$hash('a', 'MD5')", r#""0cc175b9c0f1b6a831c399e269772661""#)]
#[case::parse("$parse('{\"a\":[1]}').a", "[1]")]
#[case::virtual_clock("$millis()", "1700000000123")]
fn an_expression_has_the_value(#[case] text: &str, #[case] json: &str) {
    assert_eq!(eval(text).unwrap().unwrap().to_json(), json);
}

#[rstest]
#[case::missing_member("$states.input.none")]
#[case::error_output_outside_of_a_catch("$states.errorOutput")]
#[case::unknown_variable("$none")]
fn nothing_is_undefined(#[case] text: &str) {
    assert_eq!(eval(text).unwrap(), None);
}

#[test]
fn eval_is_not_a_function_of_step_functions() {
    let Err(QueryError::Failed(failure)) = eval("$eval('1+1')") else { panic!("it is refused") };
    assert_eq!(failure.tail(), ". T1006: Attempted to invoke a non-function");
}

#[test]
fn reads_are_the_member_paths_that_the_tree_mentions() {
    let text = "($x := $states.input.a.b; $limit > $x ? $states.result.list[price > $order.max] : $count($states.context))";
    let expression = Expression::parse(text).unwrap();
    let reads = expression.reads();
    assert_eq!(reads.input, [["a", "b"]]);
    assert_eq!(reads.result, [["list"]]);
    assert_eq!(reads.context, [Vec::<String>::new()]);
    assert_eq!(reads.variables, [("limit".to_owned(), vec![]), ("order".to_owned(), vec!["max".to_owned()])]);
    assert_eq!(reads.functions, ["count"]);
    assert!(!reads.whole_states);
}

#[test]
fn what_a_path_binds_is_no_variable() {
    let text = "$states.input.orders@$o.lines#$at[$o.id = $wanted]{$o.id: $at}";
    let expression = Expression::parse(text).unwrap();
    assert_eq!(expression.reads().variables, [("wanted".to_owned(), vec![])]);
}

#[rstest]
#[case::components_keep_unreserved_marks(
    "$encodeUrlComponent(\"a-b_c.d!e~f*g'h(i)j k\")",
    r#""a-b_c.d!e~f*g'h(i)j%20k""#
)]
#[case::urls_are_encoded("$encodeUrl('a b/c?d=é')", r#""a%20b/c?d=%C3%A9""#)]
#[case::reserved_marks_stay_encoded("$decodeUrl('a%20b%2Fc')", r#""a b%2Fc""#)]
#[case::null_is_an_item("$filter(null, function($v) { true })", "null")]
#[case::a_sort_binds_like_its_left("1 & [3,1]^($)", r#""1[3,1]""#)]
#[case::milliseconds_lose_their_fraction("$fromMillis(0.5)", r#""1970-01-01T00:00:00.000Z""#)]
#[case::fifteen_digits_in_a_text("9007199254740993 & ''", r#""9007199254740990""#)]
#[case::a_regular_expression_looks_ahead("$match('ab', /a(?=b)/).match", r#""a""#)]
#[case::keys_of_nested_lists("$keys([[{'a':1}],{'b':1}])", r#"["a","b"]"#)]
#[case::bases_round_to_even("$formatBase(2.5, 2)", r#""10""#)]
#[case::seeds_are_those_of_java("$random(42)", "0.7275636800328681")]
#[case::ranges_cut_fractions_off("$range(-1.7, 2, 1)", "[-1,0,1,2]")]
#[case::infinity_is_a_text("[1/0]", r#"["Infinity"]"#)]
#[case::tail_calls_do_not_nest(
    "($f := function($n, $s) { $n = 0 ? $s : $f($n - 1, $s + 1) }; $f(2000, 0))",
    "2000"
)]
fn a_corner_of_the_language_is_kept(#[case] text: &str, #[case] json: &str) {
    assert_eq!(eval(text).unwrap().unwrap().to_json(), json);
}

#[test]
fn reducing_nothing_gives_nothing() {
    assert_eq!(eval("$reduce([], function($a, $b) { $a })").unwrap(), None);
}

#[rstest]
#[case::an_operator("1 + 'a'", ". T2002: The right side of the \"+\" operator must evaluate to a number")]
#[case::a_signature("$sum('a')", ". T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"")]
#[case::no_cast("$number(' 12 ')", ". D3030: Unable to cast value to a number: \" 12 \"")]
#[case::recursion(
    "($f := function($n) { 1 + $f($n) }; $f(1))",
    ": Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive."
)]
#[case::padding(
    "$pad('a', 500000000)",
    ": Expression evaluation memory limit exceeded: Check for excessive memory usage"
)]
#[case::a_long_list(
    "$count([1..900000])",
    ": Expression evaluation memory limit exceeded: Check for excessive memory usage"
)]
fn a_failure_speaks_as_aws_does(#[case] text: &str, #[case] tail: &str) {
    let Err(QueryError::Failed(failure)) = eval(text) else { panic!("it fails") };
    assert_eq!(failure.tail(), tail);
}

#[test]
fn a_loop_without_an_end_is_undecided() {
    assert!(matches!(eval("($f := function() { $f() }; $f())"), Err(QueryError::Unsupported(_))));
}

#[rstest]
#[case::coalescing("1 ?? 2")]
#[case::a_default("1 ?: 2")]
fn syntax_of_later_versions_is_refused(#[case] text: &str) {
    let error = Expression::parse(text).unwrap_err();
    assert!(error.message.ends_with("cannot be used as a unary operator"), "{}", error.message);
}
