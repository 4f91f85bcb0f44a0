//! What an expression of Step Functions cannot name: there is nothing at the top level but `$states` and variables.

use super::tree::{Kind, More, Node, Stage, Tree};

/// Names that an expression reads from the top level, where there is no value, in the order written; `$$` for the
/// root itself.
// AWS refuses them: "Reference to 'phone' at the top level is not supported." (floci-io/floci issue 2670).
pub(super) fn of(tree: &Tree) -> Vec<String> {
    let mut names = Vec::new();
    walk(tree, &tree.root, true, &mut names);
    names
}

/// `top`: whether the value that names are read from is the one at the top level.
fn walk(tree: &Tree, node: &Node, top: bool, names: &mut Vec<String>) {
    match &node.kind {
        Kind::Name(name) if top => note(name, names),
        Kind::Variable(symbol) if &*tree.symbols[symbol.0 as usize].text == "$" => note("$$", names),
        // Every step but the first is read from the one before.
        Kind::Path { steps, .. } => {
            for (at, step) in steps.iter().enumerate() {
                walk(tree, step, top && at == 0, names);
            }
        }
        Kind::Call(call) => {
            // A function without `$` is another mistake.
            if !matches!(call.procedure.kind, Kind::Path { .. }) {
                walk(tree, &call.procedure, top, names);
            }
            for argument in &call.arguments {
                walk(tree, argument, top, names);
            }
        }
        // What a function reads depends on where it is called.
        Kind::Transform(_) | Kind::Lambda(_) => node.children(&mut |child| walk(tree, child, false, names)),
        _ => node.children(&mut |child| walk(tree, child, top, names)),
    }
    if let Some(more) = &node.more {
        each_inside(more, &mut |inside| walk(tree, inside, false, names));
    }
}

/// Filters and groups, whose names are read from what they filter and group.
fn each_inside(more: &More, each: &mut dyn FnMut(&Node)) {
    for stage in &more.stages {
        if let Stage::Filter(filter) = stage {
            each(filter);
        }
    }
    more.predicates.iter().for_each(&mut *each);
    for (key, value) in more.group.iter().flatten() {
        each(key);
        each(value);
    }
}

fn note(name: &str, names: &mut Vec<String>) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::expr::jsonata::Expression;

    #[rstest]
    #[case::a_name("phone", "phone")]
    #[case::a_path("user.phone & $states.input.a", "user")]
    #[case::in_a_function("$count(items) + total", "items total")]
    #[case::in_a_lambda("$map($x, function($v) { $v + bonus })", "")]
    #[case::of_a_selected_item("$states.input.items[price > 3].(name & ' ' & price)", "")]
    #[case::of_a_group("$states.input.items{id: price}", "")]
    #[case::of_a_sort("$states.input.items^(price)", "")]
    #[case::of_an_object("{'a': $x, 'b': b}", "b")]
    #[case::the_root("$$.a", "$$")]
    #[case::a_choice("$x ? 'name' : $y.name", "")]
    #[case::a_transform("$x ~> |items|{'a': b}|", "")]
    #[case::a_chain("$states.input.items ~> $map(function($i) { $i.price })", "")]
    fn names_at_the_top_level(#[case] text: &str, #[case] names: &str) {
        assert_eq!(Expression::parse(text).unwrap().outside().join(" "), names);
    }
}
