//! What an expression of Step Functions cannot name: there is nothing at the top level but `$states` and variables.

use jsonata_core::ast::{AstNode, PathStep, Stage};

/// Names that an expression reads from the top level, where there is no value, in the order written; `$$` for the
/// root itself.
pub(super) fn of(tree: &AstNode) -> Vec<String> {
    let mut names = Vec::new();
    walk(tree, true, &mut names);
    names
}

/// `top`: whether the value that names are read from is the one at the top level.
fn walk(node: &AstNode, top: bool, names: &mut Vec<String>) {
    match node {
        AstNode::Name(name) if top => note(name, names),
        AstNode::Variable(name) if name == "$" => note("$$", names),
        AstNode::ParentVariable(_) => note("$$", names),
        AstNode::Path { steps } => path(steps, top, names),
        AstNode::Binary { lhs, rhs, .. } => {
            walk(lhs, top, names);
            walk(rhs, top, names);
        }
        AstNode::Unary { operand, .. } => walk(operand, top, names),
        AstNode::Function { args, .. } => all(args, top, names),
        AstNode::Call { procedure, args } => {
            walk(procedure, top, names);
            all(args, top, names);
        }
        // What a function reads depends on where it is called.
        AstNode::Lambda { body, .. } | AstNode::FunctionApplication(body) => walk(body, false, names),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => all(items, top, names),
        AstNode::Object(members) => pairs(members, top, names),
        AstNode::ObjectTransform { input, pattern } => {
            walk(input, top, names);
            pairs(pattern, false, names);
        }
        AstNode::Conditional { condition, then_branch, else_branch } => {
            walk(condition, top, names);
            walk(then_branch, top, names);
            if let Some(otherwise) = else_branch {
                walk(otherwise, top, names);
            }
        }
        AstNode::Sort { input, terms } => {
            walk(input, top, names);
            for (term, _) in terms {
                walk(term, false, names);
            }
        }
        AstNode::Transform { location, update, delete } => {
            walk(location, false, names);
            walk(update, false, names);
            if let Some(delete) = delete {
                walk(delete, false, names);
            }
        }
        _ => {}
    }
}

/// Every step but the first is read from the one before.
fn path(steps: &[PathStep], top: bool, names: &mut Vec<String>) {
    for (at, step) in steps.iter().enumerate() {
        walk(&step.node, top && at == 0, names);
        for stage in &step.stages {
            if let Stage::Filter(filter) = stage {
                walk(filter, false, names);
            }
        }
    }
}

fn all(nodes: &[AstNode], top: bool, names: &mut Vec<String>) {
    for node in nodes {
        walk(node, top, names);
    }
}

fn pairs(members: &[(AstNode, AstNode)], top: bool, names: &mut Vec<String>) {
    for (key, value) in members {
        walk(key, top, names);
        walk(value, top, names);
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
