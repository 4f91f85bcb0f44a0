//! A grammar of expressions over the input, from which tests draw.

use proptest::prelude::*;

/// An expression.
pub(crate) fn expression() -> BoxedStrategy<String> {
    any_value().boxed()
}

fn word(words: &'static [&'static str]) -> BoxedStrategy<String> {
    proptest::sample::select(words).prop_map(str::to_owned).boxed()
}

/// Values without an expression inside.
fn leaf() -> BoxedStrategy<String> {
    prop_oneof![
        4 => word(&[
            "$states.input.items", "$states.input.order", "$states.input.numbers", "$states.input.words",
            "$states.input.nested", "$states.input.text", "$states.input.one", "$states.input.oneobj",
            "$states.input.empty", "$states.input.none", "$states.input.obj", "$states.input.mixed",
            "$states.input.library", "$states.result.list", "$states.input.date", "$limit", "$names", "$config",
            "$none", "$states.input.order.customer.tags",
        ]),
        2 => word(&["1", "0", "-2", "1.5", "10", "100", "2.5", "1e3"]),
        2 => word(&["'a'", "'x'", "''", "'apple'", "'2024-01-01'", "'42'", "\"q\"", "'a,b'"]),
        1 => word(&["true", "false", "null", "[]", "{}", "[1]", "[1,2,3]", "['b','a']", "{'a':1}"]),
    ]
    .boxed()
}

/// What is evaluated in the context of an item.
fn in_context() -> BoxedStrategy<String> {
    word(&[
        "$",
        "price",
        "qty",
        "sku",
        "name",
        "tags",
        "sub",
        "n",
        "v",
        "w",
        "a",
        "b.c",
        "isbn",
        "title",
        "books",
        "loans",
        "price * qty",
        "qty > 1",
        "price > 15",
        "$string($)",
        "$type($)",
        "$count(tags)",
        "$ > 1",
        "*",
        "tags[0]",
        "sub.n",
        "$exists(tags)",
        "$length(name)",
        "%.order.id",
        "$uppercase(sku)",
        "id",
    ])
}

fn predicate() -> BoxedStrategy<String> {
    prop_oneof![word(&["0", "-1", "1", "[0,1]", "", "'a'", "$none", "99", "1.9"]), in_context()].boxed()
}

fn function() -> BoxedStrategy<String> {
    word(&[
        "function($v){ $v }",
        "function($v, $i){ $i }",
        "function($v, $i, $a){ $count($a) + $i }",
        "function($v){ $v.price > 15 }",
        "function($v){ $v > 1 }",
        "function($a, $b){ $a & $b }",
        "function($a, $b){ $a > $b }",
        "function($l, $r){ $l.price > $r.price }",
        "function($v){ $type($v) }",
        "function($v)<s:s>{ $v }",
        "$string",
        "$uppercase",
        "$sum",
        "$not",
        "$exists",
        "$append(?, 1)",
        "/a/",
    ])
}

fn one_argument() -> BoxedStrategy<String> {
    word(&[
        "$sum",
        "$count",
        "$max",
        "$min",
        "$average",
        "$string",
        "$uppercase",
        "$lowercase",
        "$length",
        "$trim",
        "$number",
        "$abs",
        "$floor",
        "$ceil",
        "$round",
        "$sqrt",
        "$boolean",
        "$not",
        "$keys",
        "$spread",
        "$merge",
        "$reverse",
        "$distinct",
        "$exists",
        "$type",
        "$sort",
        "$join",
        "$encodeUrl",
        "$encodeUrlComponent",
        "$decodeUrlComponent",
        "$base64encode",
        "$clone",
        "$toMillis",
        "$fromMillis",
        "$single",
        "$zip",
        "$error",
        "$assert",
        "$formatBase",
        "$nope",
    ])
}

fn two_arguments() -> BoxedStrategy<String> {
    word(&[
        "$append",
        "$lookup",
        "$join",
        "$split",
        "$contains",
        "$substringBefore",
        "$substringAfter",
        "$substring",
        "$pad",
        "$power",
        "$round",
        "$formatBase",
        "$zip",
        "$match",
        "$string",
        "$merge",
        "$reduce",
        "$map",
    ])
}

fn operator() -> BoxedStrategy<String> {
    word(&["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "and", "or", "in", ".", "~>"])
}

fn any_value() -> BoxedStrategy<String> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), in_context()).prop_map(|(left, step)| format!("{left}.{}", step_of(&step))),
            3 => (inner.clone(), predicate()).prop_map(|(left, predicate)| format!("{left}[{predicate}]")),
            2 => (inner.clone(), operator(), inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            1 => inner.clone().prop_map(|inner| format!("({inner})")),
            1 => proptest::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{'a': {a}, 'b': {b}}}")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("($x := {a}; $y := {b}; [$x, $y])")),
            2 => (one_argument(), inner.clone()).prop_map(|(name, inner)| format!("{name}({inner})")),
            2 => (two_arguments(), inner.clone(), inner.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            1 => (inner.clone(), one_argument()).prop_map(|(left, name)| format!("({left} ~> {name})")),
            1 => (inner.clone(), one_argument()).prop_map(|(left, name)| format!("{left}.{name}()")),
            2 => (word(&["$map", "$filter", "$sort", "$single", "$each", "$sift"]), inner.clone(), function())
                .prop_map(|(name, list, function)| format!("{name}({list}, {function})")),
            1 => (inner.clone(), function(), inner.clone())
                .prop_map(|(list, function, start)| format!("$reduce({list}, {function}, {start})")),
            1 => (inner.clone(), function()).prop_map(|(list, function)| format!("$reduce({list}, {function})")),
            1 => (inner.clone(), word(&["", ">", "<"]), in_context())
                .prop_map(|(left, order, term)| format!("{left}^({order}{term})")),
            1 => (inner.clone(), in_context(), in_context())
                .prop_map(|(left, key, value)| format!("{left}{{$string({key}): {value}}}")),
            1 => (inner.clone(), in_context()).prop_map(|(left, step)| format!("{left}#$i.{{'i': $i, 's': {step}}}")),
            1 => (inner.clone(), in_context()).prop_map(|(left, step)| format!("{left}@$f.[$f, {step}]")),
            1 => (inner.clone(), word(&["/a/", "/[a-c]+/i", "/(a)(p)?/", "/\\d+/", "/x*$/"]))
                .prop_map(|(text, regex)| format!("$match({text}, {regex})")),
            1 => (inner.clone(), word(&["/a/", "/\\s/", "/(l)(o)?/"]), word(&["'-'", "'[$0$1]'", "function($m){ $m.match }"]))
                .prop_map(|(text, regex, with)| format!("$replace({text}, {regex}, {with})")),
            1 => (inner.clone(), word(&["order", "items", "$", "**", "customer"]), word(&["'id'", "['a','b']"]))
                .prop_map(|(left, place, delete)| format!("{left} ~> |{place}|{{'new': 1}}, {delete}|")),
        ]
    })
    .boxed()
}

/// A step: names stand for themselves, anything else is put into parentheses.
fn step_of(text: &str) -> String {
    if text.chars().all(|char| char.is_alphanumeric() || matches!(char, '.' | '*' | '$')) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}
