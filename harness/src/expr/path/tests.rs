use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::expr::jsonata::Session;
use crate::expr::{Random, States, Variables};

fn value(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn with_env<T>(input: &str, use_env: impl FnOnce(&Env<'_>) -> T) -> T {
    let mut variables = Variables::default();
    variables.set("order".into(), value(r#"{"id":7,"lines":[{"sku":"a"}]}"#));
    use_env(&Env {
        input: &value(input),
        context: &value(r#"{"Execution":{"Name":"run"}}"#),
        variables: &variables,
        random: &Random::new(0),
        states: States::default(),
        jsonata: &Session::default(),
    })
}

fn eval(path: &str, input: &str) -> Result<String, String> {
    let path = Path::parse(path).map_err(|error| format!("{}: {error}", error.offset))?;
    with_env(input, |env| path.eval(env).map(|found| found.to_json()).map_err(|error| error.cause))
}

#[rstest]
#[case::the_input("$", r#"{"a":1}"#, r#"{"a":1}"#)]
#[case::a_field("$.a.b", r#"{"a":{"b":2}}"#, "2")]
#[case::an_item_from_the_end("$.a[-1]", r#"{"a":[1,2]}"#, "2")]
#[case::the_context("$$.Execution.Name", "{}", r#""run""#)]
#[case::a_variable("$order", "{}", r#"{"id":7,"lines":[{"sku":"a"}]}"#)]
#[case::a_field_of_a_variable("$order.lines[0].sku", "{}", r#""a""#)]
#[case::a_selection_from_a_variable("$order.lines[*].sku", "{}", r#"["a"]"#)]
#[case::an_indefinite_path_may_find_nothing("$.a.b[*].c", "{}", "[]")]
#[case::quotes_and_backslashes_in_names(r#"$['a\""b"']"#, r#"{"a\\\"\"b\"":1}"#, "1")]
#[case::a_mixed_slice("$[-1:1]", "[1,2,3]", "[3,1]")]
#[case::a_bare_word_is_a_text("$[?(@.code==es)].n", r#"[{"code":"es","n":1},{"code":"fr","n":2}]"#, "[1]")]
#[case::blanks_after_a_path("$.a ", r#"{"a":1}"#, "1")]
#[case::null_is_a_value("$.a", r#"{"a":null}"#, "null")]
#[case::a_placeholder_is_part_of_a_name("$.${Field}.b", r#"{"${Field}":{"b":1}}"#, "1")]
fn a_path_finds(#[case] path: &str, #[case] input: &str, #[case] expected: &str) {
    assert_eq!(eval(path, input), Ok(expected.to_owned()));
}

#[rstest]
#[case::the_last_step("$.a.b", r#"{"a":{}}"#, "Invalid path '$.a.b' : No results for path: $['a']['b']")]
#[case::a_step_on_the_way("$.a.b.c", "{}", "Invalid path '$.a.b.c' : Missing property in path $['a']")]
#[case::an_item("$.a[3].b", r#"{"a":[]}"#, "Invalid path '$.a[3].b' : No results for path: $['a'][3]['b']")]
#[case::an_unknown_variable("$nobody.a", "{}", "Invalid path '$nobody.a' : The variable is not defined")]
fn a_path_that_leads_nowhere_says_where_it_ends(
    #[case] path: &str,
    #[case] input: &str,
    #[case] expected: &str,
) {
    assert_eq!(eval(path, input), Err(expected.to_owned()));
}

#[test]
fn a_field_whose_path_leads_nowhere_is_named_with_the_input() {
    let path = Path::parse("$.a").unwrap();
    let error = with_env(r#"{"b":1}"#, |env| path.eval_field(env, "x.$").unwrap_err());
    assert_eq!(error.kind, EvalErrorKind::MissingPath("$.a".into()));
    assert_eq!(
        error.cause,
        r#"The JSONPath '$.a' specified for the field 'x.$' could not be found in the input '{"b":1}'"#
    );
}

#[rstest]
#[case::no_dollar("a.b", "0: a path starts with `$`")]
#[case::a_placeholder("${Path}", "0: a substitution placeholder without a value stands where a path must be")]
#[case::a_dot_at_the_end("$.a.", "3: a path must not end with `.`")]
#[case::a_blank("$.a b", "3: a name with blanks is written in brackets: ['my name']")]
#[case::an_open_quote("$['a", "2: the quote is not closed")]
#[case::an_open_bracket("$[0", "3: expected `]`, but the text ends")]
#[case::something_after_a_bracket("$['a']b", "6: expected `.` or `[`, found `b`")]
#[case::a_bare_filter("$.a[?@.b > 1]", "5: expected `(`, found `@`")]
#[case::no_operand("$.a[?(@.b == )]", "13: expected a value, found `)`")]
#[case::an_unknown_operator("$.a[?(@.b like 'x')]", "10: no filter operator `like`")]
fn what_is_no_path_is_refused_with_a_place(#[case] path: &str, #[case] expected: &str) {
    assert_eq!(eval(path, "{}"), Err(expected.to_owned()));
}

#[test]
fn an_analysis_sees_fields_indexes_and_wildcards() {
    let path = Path::parse("$.a[0][*]['b','c']").unwrap();
    let [Segment::Field(a), Segment::Index(0), Segment::Wildcard, Segment::Other(_)] = path.segments() else {
        panic!("{:?}", path.segments());
    };
    assert_eq!(&**a, "a");
}

#[test]
fn a_path_that_visits_too_much_is_refused_not_hung() {
    let nested = format!("{}{}", "[".repeat(60), "]".repeat(60));
    let wide = format!("[{}]", vec![nested; 60].join(","));
    let error = eval("$..*..*..*..*..*.x", &wide).unwrap_err();
    assert!(error.contains("visits more than"), "{error}");
}

/// What Jayway answers, with the parts that differ on AWS put aside: AWS demands the `$` that Jayway adds.
fn jayway(path: &str, document: &Value) -> Result<Option<Value>, SyntaxError> {
    let completed = match path.chars().next() {
        Some('$' | '@') => format!("${}", &path[1..]),
        _ => format!("$.{path}"),
    };
    let segments = syntax::parse(&completed, 1)?;
    let path = Path { text: path.into(), root: Root::Input, shape: shape(&segments), segments };
    Ok(path.apply(document).expect("few values").map(Cow::into_owned))
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
fn skipped() {
    eprintln!("skipped: SFN_CHAOS_CONFORMANCE is not set");
}

#[test]
fn jayway_agrees() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CONFORMANCE") else {
        skipped();
        return;
    };
    let file = std::path::Path::new(&folder).join("jsonpath/jayway_golden.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines().map(value);
    let document = lines.next().unwrap().get("document").unwrap().clone();
    let mut wrong = Vec::new();
    for case in lines {
        let path = case.get("path").and_then(Value::as_str).unwrap();
        let expected = match case.get("error").and_then(Value::as_str) {
            None => Ok(Some(case.get("value").unwrap().clone())),
            Some("PathNotFoundException") => Ok(None),
            Some(_) => Err(()),
        };
        let found = jayway(path, &document).map_err(|_| ());
        if found != expected {
            wrong.push(format!("{path}: found {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(path in r#"\$?[$@.\[\]?()'"*:,\-0-9a-c\\ =!<>&|~/{}é]{0,30}"#) {
        let _ = eval(&path, r#"{"a":[{"b":1},{"c":"x"}]}"#);
    }

    #[test]
    fn filters_do_not_panic(filter in r"[@.$a-c 0-9='<>&|!()~/\[\],]{0,24}") {
        let _ = eval(&format!("$.a[?({filter})]"), r#"{"a":[{"b":1},{"c":"x"}]}"#);
    }
}
