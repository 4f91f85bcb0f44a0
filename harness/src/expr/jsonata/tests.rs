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
