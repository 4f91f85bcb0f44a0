//! What an expression computes, without what only its evaluation needs: for analyses that ask where data goes.

use std::sync::Arc;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, UnaryOp};

use super::Expression;
use crate::value::Value;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Sketch {
    /// A value that is written down.
    Literal(Value),
    /// `$name`; without a name the context.
    Variable(Arc<str>),
    /// A member of the context.
    Member(Arc<str>),
    /// What is inside the context at any depth: `*`, `**`.
    Inside,
    /// The second part with the first as its context: `a.b`.
    Step(Box<Sketch>, Box<Sketch>),
    /// `a[0]`; from the end if negative.
    Item(Box<Sketch>, i64),
    /// `a[b = 1]`
    Filter(Box<Sketch>, Box<Sketch>),
    /// `a = b` and its like.
    Compare(Relation, Box<Sketch>, Box<Sketch>),
    /// `and`
    And(Box<Sketch>, Box<Sketch>),
    /// `or`
    Or(Box<Sketch>, Box<Sketch>),
    /// Calculates with numbers.
    Arithmetic(Vec<Sketch>),
    /// `a & b`
    Text(Vec<Sketch>),
    /// `a ? b : c`
    Conditional {
        /// `a`
        condition: Box<Sketch>,
        /// `b`
        then: Box<Sketch>,
        /// `c`
        otherwise: Option<Box<Sketch>>,
    },
    /// `(a; b)`: the last one counts.
    Block(Vec<Sketch>),
    /// `$name := a`
    Bind(Arc<str>, Box<Sketch>),
    /// `[a, b]`
    List(Vec<Sketch>),
    /// `{a: b}`
    Object(Vec<(Sketch, Sketch)>),
    /// `$name(a, b)`; `a ~> $name(b)` is the same.
    Call(Arc<str>, Vec<Sketch>),
    /// `function($a, $b) { c }`
    Function(Vec<Arc<str>>, Box<Sketch>),
    /// Something else that looks at these.
    Opaque(Vec<Sketch>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
}

impl Expression {
    /// What it computes, roughly.
    pub fn sketch(&self) -> Sketch {
        sketch(&self.tree)
    }
}

fn sketch(node: &AstNode) -> Sketch {
    match node {
        AstNode::String(text) => Sketch::Literal(Value::from(text.as_str())),
        AstNode::Number(number) => Sketch::Literal(number_of(*number)),
        AstNode::Boolean(truth) => Sketch::Literal(Value::from(*truth)),
        AstNode::Null => Sketch::Literal(Value::Null),
        AstNode::Name(name) => Sketch::Member(Arc::from(name.as_str())),
        AstNode::Variable(name) => Sketch::Variable(Arc::from(name.as_str())),
        AstNode::Wildcard | AstNode::Descendant => Sketch::Inside,
        AstNode::Path { steps } => path(steps),
        AstNode::Binary { op, lhs, rhs } => binary(*op, lhs, rhs),
        AstNode::Unary { op: UnaryOp::Negate, operand } => match sketch(operand) {
            Sketch::Literal(Value::Number(number)) => Sketch::Literal(number_of(-number.as_f64())),
            operand => Sketch::Arithmetic(vec![operand]),
        },
        AstNode::Unary { op: UnaryOp::Not, operand } => Sketch::Call(Arc::from("not"), vec![sketch(operand)]),
        AstNode::Function { name, args, .. } => Sketch::Call(Arc::from(name.as_str()), sketches(args)),
        AstNode::Call { procedure, args } => {
            Sketch::Opaque([sketch(procedure)].into_iter().chain(sketches(args)).collect())
        }
        AstNode::Lambda { params, body, .. } => Sketch::Function(
            params.iter().map(|name| Arc::from(name.as_str())).collect(),
            Box::new(sketch(body)),
        ),
        AstNode::Array(items) | AstNode::ArrayGroup(items) => Sketch::List(sketches(items)),
        AstNode::Object(members) => Sketch::Object(pairs(members)),
        AstNode::ObjectTransform { input, pattern } => {
            Sketch::Step(Box::new(sketch(input)), Box::new(Sketch::Object(pairs(pattern))))
        }
        AstNode::Block(parts) => Sketch::Block(sketches(parts)),
        AstNode::FunctionApplication(inner) => sketch(inner),
        AstNode::Conditional { condition, then_branch, else_branch } => Sketch::Conditional {
            condition: Box::new(sketch(condition)),
            then: Box::new(sketch(then_branch)),
            otherwise: else_branch.as_ref().map(|branch| Box::new(sketch(branch))),
        },
        AstNode::Sort { input, terms } => {
            let terms = terms.iter().map(|(term, _)| sketch(term)).collect();
            Sketch::Filter(Box::new(sketch(input)), Box::new(Sketch::Opaque(terms)))
        }
        AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::ParentVariable(_)
        | AstNode::Parent(_)
        | AstNode::Transform { .. } => Sketch::Opaque(Vec::new()),
    }
}

fn sketches(nodes: &[AstNode]) -> Vec<Sketch> {
    nodes.iter().map(sketch).collect()
}

fn pairs(members: &[(AstNode, AstNode)]) -> Vec<(Sketch, Sketch)> {
    members.iter().map(|(name, value)| (sketch(name), sketch(value))).collect()
}

fn path(steps: &[PathStep]) -> Sketch {
    let mut all: Option<Sketch> = None;
    for step in steps {
        let mut next = sketch(&step.node);
        if let Some(before) = all {
            next = Sketch::Step(Box::new(before), Box::new(next));
        }
        for stage in &step.stages {
            if let Stage::Filter(filter) = stage {
                next = filtered(next, sketch(filter));
            }
        }
        all = Some(next);
    }
    all.unwrap_or_else(|| Sketch::Opaque(Vec::new()))
}

/// A whole number is one in JSON, too.
fn number_of(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// A number counts items, anything else is asked of each.
fn filtered(list: Sketch, filter: Sketch) -> Sketch {
    match &filter {
        Sketch::Literal(Value::Number(index)) => Sketch::Item(Box::new(list), index.as_f64() as i64),
        _ => Sketch::Filter(Box::new(list), Box::new(filter)),
    }
}

fn binary(op: BinaryOp, left: &AstNode, right: &AstNode) -> Sketch {
    let (a, b) = (sketch(left), sketch(right));
    let relation = match op {
        BinaryOp::Equal => Relation::Equal,
        BinaryOp::NotEqual => Relation::NotEqual,
        BinaryOp::LessThan => Relation::Less,
        BinaryOp::LessThanOrEqual => Relation::LessOrEqual,
        BinaryOp::GreaterThan => Relation::Greater,
        BinaryOp::GreaterThanOrEqual => Relation::GreaterOrEqual,
        BinaryOp::In => Relation::In,
        BinaryOp::And => return Sketch::And(Box::new(a), Box::new(b)),
        BinaryOp::Or => return Sketch::Or(Box::new(a), Box::new(b)),
        BinaryOp::Concatenate => return Sketch::Text(vec![a, b]),
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Modulo
        | BinaryOp::Range => return Sketch::Arithmetic(vec![a, b]),
        BinaryOp::ColonEqual => {
            return match a {
                Sketch::Variable(name) => Sketch::Bind(name, Box::new(b)),
                _ => Sketch::Opaque(vec![b]),
            };
        }
        BinaryOp::ChainPipe => {
            return match b {
                Sketch::Call(name, arguments) => {
                    Sketch::Call(name, [a].into_iter().chain(arguments).collect())
                }
                Sketch::Variable(name) => Sketch::Call(name, vec![a]),
                other => Sketch::Opaque(vec![a, other]),
            };
        }
        BinaryOp::FocusBind | BinaryOp::IndexBind | BinaryOp::Coalesce | BinaryOp::Default => {
            return Sketch::Opaque(vec![a, b]);
        }
    };
    Sketch::Compare(relation, Box::new(a), Box::new(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        shown(&Expression::parse(text).unwrap().sketch())
    }

    /// Prefix form, for tests.
    fn shown(sketch: &Sketch) -> String {
        let all = |parts: &[Sketch]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        match sketch {
            Sketch::Literal(value) => value.to_json(),
            Sketch::Variable(name) => format!("${name}"),
            Sketch::Member(name) => name.to_string(),
            Sketch::Inside => "**".to_owned(),
            Sketch::Step(a, b) => format!("{}.{}", shown(a), shown(b)),
            Sketch::Item(a, index) => format!("{}[{index}]", shown(a)),
            Sketch::Filter(a, b) => format!("{}[{}]", shown(a), shown(b)),
            Sketch::Compare(relation, a, b) => format!("({relation:?} {} {})", shown(a), shown(b)),
            Sketch::And(a, b) => format!("(and {} {})", shown(a), shown(b)),
            Sketch::Or(a, b) => format!("(or {} {})", shown(a), shown(b)),
            Sketch::Arithmetic(parts) => format!("(calc {})", all(parts)),
            Sketch::Text(parts) => format!("(text {})", all(parts)),
            Sketch::Conditional { condition, then, .. } => {
                format!("(if {} {})", shown(condition), shown(then))
            }
            Sketch::Block(parts) => format!("(block {})", all(parts)),
            Sketch::Bind(name, value) => format!("(let {name} {})", shown(value)),
            Sketch::List(parts) => format!("[{}]", all(parts)),
            Sketch::Object(members) => format!("(object {})", members.len()),
            Sketch::Call(name, arguments) => format!("({name} {})", all(arguments)),
            Sketch::Function(names, body) => format!("(fn {} {})", names.join(","), shown(body)),
            Sketch::Opaque(parts) => format!("(? {})", all(parts)),
        }
    }

    #[rstest::rstest]
    #[case::a_path("$states.input.a.b", "$states.input.a.b")]
    #[case::items("$states.input.a[0].b[-1]", "$states.input.a[0].b[-1]")]
    #[case::a_filter("$x.a[b='c'].d", r#"$x.a[(Equal b "c")].d"#)]
    #[case::a_comparison("$x.n >= 5 and $not($y)", "(and (GreaterOrEqual $x.n 5) (not $y))")]
    #[case::texts("'a' & $x", r#"(text "a" $x)"#)]
    #[case::a_pipe("$x ~> $sum()", "(sum $x)")]
    #[case::a_function("$map($x, function($v) { $v.a + 1 })", "(map $x (fn v (calc $v.a 1)))")]
    #[case::a_block("($a := 1; $a)", "(block (let a 1) $a)")]
    fn an_expression_is_sketched(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(of(text), expected);
    }
}
