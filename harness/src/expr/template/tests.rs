use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::expr::jsonata::Session;
use crate::expr::{EvalErrorKind, Random, States, Variables};

fn value(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn eval(template: &Template, input: &str) -> Result<String, String> {
    let env = Env {
        input: &value(input),
        context: &value(r#"{"Execution":{"Name":"run"}}"#),
        variables: &Variables::default(),
        random: &Random::new(0),
        states: States::default(),
        jsonata: &Session::default(),
    };
    template.eval(&env).map(|result| result.to_json()).map_err(|error| error.cause)
}

fn problems(template: &str) -> Vec<(String, String)> {
    let errors = Template::payload(&value(template)).unwrap_err();
    errors.into_iter().map(|error| (error.pointer, error.message)).collect()
}

#[rstest]
#[case::a_path(r#"{"a.$":"$.x","b":2}"#, r#"{"a":1,"b":2}"#)]
#[case::the_context(r#"{"a.$":"$$.Execution.Name"}"#, r#"{"a":"run"}"#)]
#[case::a_call(r#"{"a.$":"States.Format('x={}', $.x)"}"#, r#"{"a":"x=1"}"#)]
#[case::inside_objects(r#"{"o":{"a.$":"$.x"},"l":{"b":1}}"#, r#"{"o":{"a":1},"l":{"b":1}}"#)]
#[case::inside_lists(r#"[{"a.$":"$.x"},2]"#, r#"[{"a":1},2]"#)]
#[case::an_item_past_the_end(r#"{"a.$":"$.l[3]"}"#, r#"{"a":null}"#)]
#[case::a_path_elsewhere_is_a_text(r#"{"a":"$.x"}"#, r#"{"a":"$.x"}"#)]
fn a_payload_template_is_filled(#[case] template: &str, #[case] expected: &str) {
    let template = Template::payload(&value(template)).unwrap();
    assert_eq!(eval(&template, r#"{"x":1,"l":[]}"#), Ok(expected.to_owned()));
}

#[test]
fn a_template_without_anything_to_compute_is_one_literal() {
    let literal = value(r#"{"a":[1,{"b":"$.x"}]}"#);
    let Ok(Template::Literal(same)) = Template::payload(&literal) else { panic!("a literal") };
    assert_eq!(same, literal);
}

#[test]
fn a_missing_path_names_the_field_with_its_suffix() {
    let template = Template::payload(&value(r#"{"o":{"a.$":"$.y"}}"#)).unwrap();
    let expected =
        r#"The JSONPath '$.y' specified for the field 'a.$' could not be found in the input '{"x":1}'"#;
    assert_eq!(eval(&template, r#"{"x":1}"#), Err(expected.to_owned()));
}

#[test]
fn every_problem_of_a_template_is_found_where_it_is() {
    let found = problems(r#"{"a.$":5,"l":[{"b/c.$":"plain"}],"d":1,"d.$":"$.x","e.$":"$.x["}"#);
    let pointers: Vec<_> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/a.$", "/l/0/b~1c.$", "/d.$"]);
    assert_eq!(
        found[0].1,
        "the value of \"a.$\" must be a path or an intrinsic function, not of type number"
    );
    assert_eq!(found[2].1, "\"d\" and \"d.$\" both give the field \"d\"");
}

#[test]
fn expressions_of_a_jsonata_template_know_their_field() {
    let text = r#"{"a":"{% $states.input %}","b":[{"c":"{% 1 %}"}],"c.$":"$.x"}"#;
    let template = Template::jsonata(&value(text), "Output").unwrap();
    let Template::Object(members) = &template else { panic!("{template:?}") };
    assert!(matches!(&members[0].1, Template::Jsonata(query) if &**query.location() == "Output/a"));
    let Template::Array(items) = &members[1].1 else { panic!("{template:?}") };
    let Template::Object(inner) = &items[0] else { panic!("{template:?}") };
    assert!(matches!(&inner[0].1, Template::Jsonata(query) if &**query.location() == "Output/b[0]/c"));
    assert!(matches!(&members[2].1, Template::Literal(_)));
}

#[rstest]
#[case::a_path("$.x", Ok(()))]
#[case::a_call("States.UUID()", Ok(()))]
#[case::a_text(
    "plain",
    Err("expected a path that starts with `$` or an intrinsic function such as States.Format(…)")
)]
#[case::an_unknown_function(
    "States.Fromat('{}', $.x)",
    Err("no intrinsic function `States.Fromat`; did you mean `States.Format`?")
)]
#[case::not_even_states(
    "Format('{}', $.x)",
    Err("no intrinsic function `Format`; did you mean `States.Format`?")
)]
fn an_expression_is_a_path_or_a_call(#[case] text: &str, #[case] expected: Result<(), &str>) {
    let found = Template::expression(text).map(|_| ()).map_err(|error| error.message);
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[test]
fn a_loop_that_wraps_its_input_is_stopped() {
    let template = Template::payload(&value(r#"{"before.$":"$"}"#)).unwrap();
    let variables = Variables::default();
    let mut input = Value::Null;
    let error = loop {
        let env = Env {
            input: &input,
            context: &Value::Null,
            variables: &variables,
            random: &Random::new(0),
            states: States::default(),
            jsonata: &Session::default(),
        };
        match template.eval(&env) {
            Ok(wrapped) => input = wrapped,
            Err(error) => break error,
        }
    };
    assert_eq!((input.depth(), error.kind), (1000, EvalErrorKind::Unsupported));
}

proptest! {
    #[test]
    fn no_template_makes_the_compiler_or_the_evaluator_panic(
        key in "[a-c]{0,2}(\\.\\$)?",
        text in r"(\$|States\.)?[a-zA-Z.$('\[\]\\{},0-9)]{0,24}",
    ) {
        let part = Value::Object([(key, Value::from(text))].into_iter().collect());
        if let Ok(template) = Template::payload(&Value::array(vec![part.clone(), part])) {
            let _ = eval(&template, r#"{"a":{"b":1}}"#);
        }
    }
}
