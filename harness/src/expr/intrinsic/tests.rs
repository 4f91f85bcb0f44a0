use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::expr::jsonata::Session;
use crate::expr::{States, Variables};

const INPUT: &str = r#"{
    "text": "it's", "list": [1, 2, 2, "a", null], "object": {"a": 1, "b": []}, "n": 1.5, "null": null,
    "csv": ", a,b ,", "it's": {"a,b)": "found"}, "template": "<{}>"
}"#;

fn eval_seeded(text: &str, seed: u64) -> Result<Value, String> {
    let call = parse(text).map_err(|error| format!("{}: {error}", error.offset))?;
    let env = Env {
        input: &Value::parse(INPUT).unwrap(),
        context: &Value::Null,
        variables: &Variables::default(),
        random: &Random::new(seed),
        states: States::default(),
        jsonata: &Session::default(),
    };
    call.eval(&env).map_err(|error| error.cause)
}

fn eval(text: &str) -> Result<String, String> {
    eval_seeded(text, 0).map(|value| value.to_json())
}

#[rstest]
#[case::array("States.Array(1, 'a', null, true, $.n)", r#"[1,"a",null,true,1.5]"#)]
#[case::array_of_nothing("States.Array()", "[]")]
#[case::contains("States.ArrayContains($.list, 'a')", "true")]
#[case::contains_not("States.ArrayContains($.list, 'b')", "false")]
#[case::get_item("States.ArrayGetItem($.list, 3)", r#""a""#)]
#[case::length("States.ArrayLength($.list)", "5")]
#[case::partition("States.ArrayPartition($.list, 2)", r#"[[1,2],[2,"a"],[null]]"#)]
#[case::range("States.ArrayRange(1, 9, 4)", "[1,5,9]")]
#[case::range_down("States.ArrayRange(3, 1, -1)", "[3,2,1]")]
#[case::unique("States.ArrayUnique($.list)", r#"[1,2,"a",null]"#)]
#[case::base64("States.Base64Encode('Data to encode')", r#""RGF0YSB0byBlbmNvZGU=""#)]
#[case::base64_back("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", r#""Data to encode""#)]
#[case::md5("States.Hash('abc', 'MD5')", r#""900150983cd24fb0d6963f7d28e17f72""#)]
#[case::sha1("States.Hash('abc', 'SHA-1')", r#""a9993e364706816aba3e25717850c26c9cd0d89d""#)]
#[case::merge(
    r#"States.JsonMerge($.object, States.StringToJson('{"b":2,"c":3}'), false)"#,
    r#"{"a":1,"b":2,"c":3}"#
)]
#[case::to_text("States.JsonToString($.object)", r#""{\"a\":1,\"b\":[]}""#)]
#[case::from_text("States.StringToJson('[1, 2]')", "[1,2]")]
#[case::from_nothing("States.StringToJson('')", "null")]
#[case::from_minus_zero("States.StringToJson('-0')", "0")]
#[case::add("States.MathAdd(1.5, -2.5)", "0")]
#[case::split("States.StringSplit($.csv, ', ')", r#"["a","b"]"#)]
#[case::nested("States.ArrayGetItem(States.StringSplit('a-b', '-'), 1)", r#""b""#)]
#[case::a_path_with_brackets("States.Array($['it\\'s']['a,b)'])", r#"["found"]"#)]
#[case::no_blanks("States.Array(1,2 , 3)", "[1,2,3]")]
fn a_function_computes(#[case] call: &str, #[case] expected: &str) {
    assert_eq!(eval(call), Ok(expected.to_owned()));
}

#[rstest]
#[case::a_text("States.Format('{}!', $.text)", "it's!")]
#[case::null("States.Format('{}', $.null)", "null")]
#[case::an_object("States.Format('{}', $.object)", "{a=1, b=[]}")]
#[case::a_list("States.Format('{}', $.list)", "[1, 2, 2, a, null]")]
#[case::escapes(r"States.Format('\'\{\}\\ {}', 1)", r"'{}\ 1")]
#[case::a_placeholder("States.Format('s3://${Bucket}/{}', 'key')", "s3://${Bucket}/key")]
#[case::a_computed_template("States.Format($.template, 1)", "<1>")]
fn format_fills_the_holes(#[case] call: &str, #[case] expected: &str) {
    assert_eq!(eval_seeded(call, 0), Ok(Value::from(expected)));
}

#[rstest]
#[case::a_missing_argument(
    "States.Array($.nobody)",
    "The JsonPath argument for the field '$.nobody' could not be found"
)]
#[case::a_missing_argument_of_an_inner_call(
    "States.Array(States.Array($.nobody))",
    "The JsonPath argument for"
)]
#[case::a_missing_part_of_the_context(
    "States.Array($$.Nope)",
    "The JsonPath argument for the field '$.Nope' could"
)]
#[case::an_item_of_a_text(
    "States.Array($.text[0])",
    "Filter: [0] can only be applied to arrays. Current context is: it's"
)]
#[case::an_item_past_the_end(
    "States.Array($.list[5])",
    "The JsonPath argument for the field '$.list[5]' could"
)]
#[case::holes_without_values("States.Format('{} {}', 1)", "The number of arguments (1) does not match")]
#[case::an_index("States.ArrayGetItem($.list, 5)", "The index 5 is out of bounds for an array of length 5")]
#[case::a_type("States.ArrayLength($.text)", "The first argument must be an array, but it is of type string")]
#[case::a_long_range("States.ArrayRange(0, 1000, 1)", "The range has more than 1000 elements")]
#[case::no_step("States.ArrayRange(0, 10, 0)", "The increment must not be zero")]
#[case::chunks_of_nothing("States.ArrayPartition($.list, 0)", "The chunk size must be a positive integer")]
#[case::json("States.StringToJson('{')", "Invalid JSON found in String")]
#[case::a_deep_merge("States.JsonMerge($.object, $.object, true)", "The deep merging mode is not supported")]
#[case::an_algorithm("States.Hash('abc', 'CRC')", "The hashing algorithm must be one of")]
#[case::base64("States.Base64Decode('?')", "The argument is not a Base64 encoded string")]
#[case::an_empty_interval("States.MathRandom(3, 3)", "The start number 3 must be less than the end number 3")]
fn a_function_refuses_with_its_own_text(#[case] call: &str, #[case] expected: &str) {
    let error = eval(call).unwrap_err();
    let prefix = format!("The function '{call}' had the following error: ");
    assert!(error.strip_prefix(&prefix).is_some_and(|cause| cause.starts_with(expected)), "{error}");
}

#[rstest]
#[case::an_unknown_name("States.Default($.a, 'b')", "0: no intrinsic function `States.Default`")]
#[case::a_nested_unknown_name(
    "States.Format('{}', States.Upper($.a))",
    "20: no intrinsic function `States.Upper`"
)]
#[case::too_few_arguments("States.Hash($.a)", "0: States.Hash takes 2 arguments, not 1")]
#[case::too_many_arguments("States.UUID(1)", "0: States.UUID takes 0 arguments, not 1")]
#[case::double_quotes("States.Array(\"a\")", "13: a text stands in single quotes")]
#[case::a_bare_word("States.Array(a)", "13: `a` is not an argument; a text stands in single quotes")]
#[case::an_escape(r#"States.Array('a\"b')"#, "15: an escape is one of")]
#[case::an_open_quote("States.Array('a", "13: the quote is not closed")]
#[case::an_open_call("States.Array(1", "14: expected `,` or `)`, but the text ends")]
#[case::something_after_it("States.Array(1)[0]", "15: nothing may follow the call of a function")]
#[case::a_bad_path("States.Array($.a.)", "16: a path must not end with `.`")]
fn what_is_no_call_is_refused_with_a_place(#[case] call: &str, #[case] expected: &str) {
    let error = eval(call).unwrap_err();
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn random_values_come_from_the_seed() {
    let uuid = eval_seeded("States.UUID()", 1).unwrap();
    assert_eq!(uuid, eval_seeded("States.UUID()", 1).unwrap());
    assert_ne!(uuid, eval_seeded("States.UUID()", 2).unwrap());
    let uuid = uuid.as_str().unwrap();
    assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
    assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    for seed in 0..50 {
        let number = eval_seeded("States.MathRandom(-1, 2)", seed).unwrap().as_i64().unwrap();
        assert!((-1..2).contains(&number), "{number}");
    }
}

#[test]
fn functions_are_nested_ten_deep_at_most() {
    let nested = |depth: usize| format!("{}1{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(10)).is_ok());
    assert_eq!(parse(&nested(11)).unwrap_err().message, "more than 10 functions are nested");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_or_a_function_panic(
        name in prop::sample::select(Function::ALL.map(Function::name).to_vec()),
        arguments in r"(('[a{}\\=é]{0,4}'|\$\.(list|object|text)|-?[0-9]{1,19}(\.5)?|true|null|[,'()$]),? ?){0,4}",
    ) {
        let _ = eval(&format!("{name}({arguments})"));
    }
}
