use std::sync::Arc;

use rstest::rstest;

use super::super::{Demands, Model, PlaceId, Source};
use crate::asl::compile_text;

/// Every place that is needed and has nothing needed inside it, as people read it.
fn needs(model: &Model) -> Vec<String> {
    let demands = model.demands();
    let mut found = Vec::new();
    for source in demands.sources() {
        if !matches!(source, Source::Failure(_)) {
            leaves(model, demands, demands.root(source).unwrap(), &mut found);
        }
    }
    found
}

fn leaves(model: &Model, demands: &Demands, id: PlaceId, found: &mut Vec<String>) {
    let inner: Vec<_> =
        demands.place(id).children.values().filter(|child| demands.is_needed(**child)).collect();
    if inner.is_empty() && demands.is_needed(id) {
        found.push(demands.describe(&model.machine, id));
    }
    for child in inner {
        leaves(model, demands, *child, found);
    }
}

fn model(states: &str) -> Model {
    let text = format!(r#"{{"StartAt":"A","States":{{{states}}}}}"#);
    Model::new(Arc::new(compile_text("m", &text).unwrap()))
}

const TASK: &str = r#""Type":"Task","Resource":"arn:aws:lambda:us-east-1:1:function:f""#;

#[rstest]
#[case::input_path(r#""A":{"Type":"Pass","InputPath":"$.a.b","End":true}"#, &["input.a.b"])]
#[case::parameters(r#""A":{TASK,"Parameters":{"x.$":"$.a","y":{"z.$":"$.b[1].c"}},"End":true}"#,
    &["input.a", "input.b[1].c"])]
#[case::result_path_keeps_the_rest(
    r#""A":{TASK,"ResultPath":"$.r","Next":"B"},"B":{"Type":"Pass","Parameters":{"x.$":"$.r.id","y.$":"$.a"},"End":true}"#,
    &["input.a", "result of A.id"])]
#[case::result_replaces_the_input(
    r#""A":{TASK,"Next":"B"},"B":{"Type":"Pass","InputPath":"$.a","End":true}"#, &["result of A.a"])]
#[case::discarded_result(
    r#""A":{TASK,"ResultPath":null,"Next":"B"},"B":{"Type":"Pass","InputPath":"$.a","End":true}"#, &["input.a"])]
#[case::result_selector(
    r#""A":{TASK,"ResultSelector":{"n.$":"$.list[0].id"},"Next":"B"},"B":{"Type":"Pass","InputPath":"$.n","End":true}"#,
    &["result of A.list[0].id"])]
#[case::what_a_pass_makes_is_nobodys(
    r#""A":{"Type":"Pass","Result":{"a":1},"Next":"B"},"B":{"Type":"Pass","InputPath":"$.a","End":true}"#, &[])]
#[case::either_way_into_a_state(
    r#""A":{"Type":"Choice","Default":"C","Choices":[{"Variable":"$.k","StringEquals":"x","Next":"B"}]},
       "B":{TASK,"ResultPath":"$.v","Next":"C"},"C":{"Type":"Pass","InputPath":"$.v.w","End":true}"#,
    &["input.k", "input.v.w", "result of B.w"])]
#[case::map_items(
    r#""A":{"Type":"Map","ItemsPath":"$.all","End":true,"ItemProcessor":{"StartAt":"B","States":{
       "B":{"Type":"Pass","InputPath":"$.id","End":true}}}}"#, &["input.all[*].id"])]
#[case::item_selector(
    r#""A":{"Type":"Map","ItemsPath":"$.all","ItemSelector":{"i.$":"$$.Map.Item.Value.id","o.$":"$.order"},"End":true,
       "ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","InputPath":"$.o.x","End":true}}}}"#,
    &["input.all[*].id", "input.order.x"])]
#[case::map_result(
    r#""A":{"Type":"Map","ItemsPath":"$.all","Next":"C","ItemProcessor":{"StartAt":"B","States":{"B":{TASK,"End":true}}}},
       "C":{"Type":"Pass","InputPath":"$[0].k","End":true}"#, &["input.all", "result of A/B.k"])]
#[case::parallel_result(
    r#""A":{"Type":"Parallel","Next":"D","Branches":[{"StartAt":"B","States":{"B":{TASK,"End":true}}},
       {"StartAt":"C","States":{"C":{TASK,"End":true}}}]},"D":{"Type":"Pass","InputPath":"$[1].x","End":true}"#,
    &["result of A/branch[1]/C.x"])]
#[case::execution_input(
    r#""A":{TASK,"Next":"B"},"B":{"Type":"Pass","Parameters":{"x.$":"$$.Execution.Input.a"},"End":true}"#, &["input.a"])]
#[case::json_text(
    r#""A":{"Type":"Pass","Parameters":{"x.$":"States.StringToJson($.body)"},"Next":"B"},
       "B":{"Type":"Pass","InputPath":"$.x.id","End":true}"#, &["input.body(as JSON).id"])]
#[case::merged(
    r#""A":{"Type":"Pass","Parameters":{"x.$":"States.JsonMerge($.l, $.r, false)"},"Next":"B"},
       "B":{"Type":"Pass","InputPath":"$.x.id","End":true}"#, &["input.l.id", "input.r.id"])]
#[case::variable(
    r#""A":{TASK,"Assign":{"token.$":"$.t"},"Next":"B"},"B":{"Type":"Pass","Parameters":{"x.$":"$token.v"},"End":true}"#,
    &["result of A.t.v"])]
#[case::filter(
    r#""A":{"Type":"Pass","Parameters":{"x.$":"$.tags[?(@.key=='name')].value"},"End":true}"#,
    &["input.tags[*].key", "input.tags[*].value"])]
#[case::presence_is_no_need(
    r#""A":{"Type":"Choice","Default":"B","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"B"}]},
       "B":{"Type":"Succeed"}"#, &[])]
#[case::item_reader(
    r#""A":{"Type":"Map","End":true,"ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket.$":"$.b"}},
       "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{
       "B":{"Type":"Pass","InputPath":"$.Key","End":true}}}}"#, &["input.b", "items read by A[*].Key"])]
fn what_is_read(#[case] states: &str, #[case] expected: &[&str]) {
    let states = states.replace("TASK", TASK);
    assert_eq!(needs(&model(&states)), expected);
}

#[test]
fn a_caught_error_does_not_hide_the_input() {
    let states = r#""A":{TASK,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"B"}],"End":true},
        "B":{"Type":"Pass","Parameters":{"c.$":"$.e.Cause","a.$":"$.a"},"End":true}"#;
    assert_eq!(needs(&model(&states.replace("TASK", TASK))), ["input.a"]);
}

#[test]
fn a_choice_depends_on_the_places_of_both_sides() {
    let model = model(
        r#""A":{"Type":"Choice","Default":"B","Choices":[
            {"Variable":"$.n","NumericGreaterThanPath":"$$.Execution.Input.limit","Next":"B"}]},"B":{"Type":"Succeed"}"#,
    );
    let dependencies = model.demands().choice(model.machine.states[0].id);
    let shown: Vec<_> = dependencies
        .iter()
        .map(|found| {
            let places = found.places.iter().map(|place| model.demands().describe(&model.machine, *place));
            format!("{} {:?} {}", found.path, found.rules, places.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(shown, ["$.n [0] input.n", "$$.Execution.Input.limit [0] input.limit"]);
}

#[test]
fn a_loop_that_wraps_its_own_data_ends() {
    let model = model(
        r#""A":{"Type":"Pass","Parameters":{"l.$":"$","r.$":"$"},"Next":"B"},
           "B":{"Type":"Choice","Default":"A","Choices":[{"Variable":"$.l.l.r.x","IsPresent":true,"Next":"C"}]},
           "C":{"Type":"Succeed"}"#,
    );
    assert!(model.demands().root(Source::Input).is_some());
}

#[test]
fn ten_thousand_states_that_each_add_a_member_are_analysed() {
    let count = 10_000;
    let state = |at: usize| {
        let next =
            if at + 1 == count { r#""End":true"#.to_owned() } else { format!(r#""Next":"S{}""#, at + 1) };
        format!(
            r#""S{at}":{{{TASK},"Parameters":{{"x.$":"$.r{}"}},"ResultPath":"$.r{at}",{next}}}"#,
            at.max(1) - 1
        )
    };
    let states: Vec<_> = (0..count).map(state).collect();
    let text = format!(r#"{{"StartAt":"S0","States":{{{}}}}}"#, states.join(","));
    let model = Model::new(Arc::new(compile_text("m", &text).unwrap()));
    assert!(model.demands().sources().count() > count);
}

#[rstest]
#[case::arguments(
    r#""A":{TASK,"Arguments":{"x":"{% $states.input.a.b %}","y":["{% $states.input.c[1].d %}"]},"End":true}"#,
    &["input.a.b", "input.c[1].d"])]
#[case::without_output_the_result_goes_on(
    r#""A":{TASK,"Next":"B"},"B":{"Type":"Pass","Output":"{% $states.input.a %}","End":true}"#, &["result of A.a"])]
#[case::output(
    r#""A":{TASK,"Output":{"r":"{% $states.result.x %}","i":"{% $states.input %}"},"Next":"B"},
       "B":{"Type":"Pass","Output":"{% $states.input.i.y %}","End":true}"#, &["input.y", "result of A.x"])]
#[case::variables(
    r#""A":{"Type":"Pass","Assign":{"v":"{% $states.input.a %}"},"Next":"B"},
       "B":{"Type":"Pass","Output":"{% $v.b %}","End":true}"#, &["input.a.b"])]
#[case::map_items(
    r#""A":{"Type":"Map","Items":"{% $states.input.all %}","ItemSelector":{"i":"{% $states.context.Map.Item.Value.id %}"},
       "ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Output":"{% $states.input.i %}","End":true}}},"End":true}"#,
    &["input.all[*].id"])]
#[case::a_function_over_items(
    r#""A":{"Type":"Pass","Output":"{% $map($states.input.l, function($v) { $v.n + 1 }) %}","End":true}"#,
    &["input.l[*].n"])]
#[case::a_filter(
    r#""A":{"Type":"Pass","Output":"{% $states.input.l[k = 'x'].v %}","End":true}"#,
    &["input.l[*].k", "input.l[*].v"])]
#[case::parsed_text(
    r#""A":{"Type":"Pass","Output":"{% $parse($states.input.t).a %}","End":true}"#, &["input.t(as JSON).a"])]
#[case::a_question_needs_nothing(
    r#""A":{"Type":"Pass","Output":"{% $exists($states.input.a) %}","End":true}"#, &[])]
#[case::the_execution(
    r#""A":{"Type":"Pass","Output":"{% $states.context.Execution.Input.a %}","End":true}"#, &["input.a"])]
#[case::a_catcher(
    r#""A":{TASK,"Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $states.input %}","Next":"B"}],"Output":1,"Next":"B"},
       "B":{"Type":"Pass","Output":"{% $states.input.a %}","End":true}"#, &["input.a"])]
fn what_a_jsonata_machine_needs(#[case] states: &str, #[case] expected: &[&str]) {
    let text = format!(
        r#"{{"QueryLanguage":"JSONata","StartAt":"A","States":{{{}}}}}"#,
        states.replace("TASK", TASK)
    );
    let model = Model::new(Arc::new(compile_text("m", &text).unwrap()));
    assert_eq!(needs(&model), expected);
}
