//! What an expression computes, without what only its evaluation needs: for analyses that ask where data goes.

use std::sync::Arc;

use super::Expression;
use super::tree::{Call, Kind, Node, Operator, Stage, Symbol, Tree};
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
        Sketcher(&self.tree).sketch(&self.tree.root)
    }
}

struct Sketcher<'t>(&'t Tree);

impl Sketcher<'_> {
    fn sketch(&self, node: &Node) -> Sketch {
        let mut sketch = self.by_kind(&node.kind);
        let Some(more) = &node.more else { return sketch };
        let stages = more.stages.iter().filter_map(|stage| match stage {
            Stage::Filter(filter) => Some(filter),
            Stage::Index(_) => None,
        });
        for filter in stages.chain(&more.predicates) {
            sketch = filtered(sketch, self.sketch(filter));
        }
        match &more.group {
            Some(group) => Sketch::Step(Box::new(sketch), Box::new(Sketch::Object(self.pairs(group)))),
            None => sketch,
        }
    }

    fn boxed(&self, node: &Node) -> Box<Sketch> {
        Box::new(self.sketch(node))
    }

    fn by_kind(&self, kind: &Kind) -> Sketch {
        match kind {
            Kind::Text(text) => Sketch::Literal(Value::from(Arc::clone(text))),
            Kind::Number(number) => Sketch::Literal(number_of(*number)),
            Kind::Literal(literal) => Sketch::Literal(literal.map_or(Value::Null, Value::from)),
            Kind::Name(name) => Sketch::Member(Arc::clone(name)),
            // The root has no value in a state.
            Kind::Variable(symbol) if &*self.name(*symbol) == "$" => Sketch::Opaque(Vec::new()),
            Kind::Variable(symbol) => Sketch::Variable(self.name(*symbol)),
            Kind::Wildcard | Kind::Descendants => Sketch::Inside,
            Kind::Path { steps, .. } => self.path(steps),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right),
            Kind::Negate(inner) => Sketch::Arithmetic(vec![self.sketch(inner)]),
            Kind::Call(call) => self.call(call),
            Kind::Lambda(lambda) if lambda.thunk => self.sketch(&lambda.body),
            Kind::Lambda(lambda) => {
                let names = lambda.parameters.iter().map(|symbol| self.name(*symbol)).collect();
                Sketch::Function(names, self.boxed(&lambda.body))
            }
            Kind::Array(items) => Sketch::List(self.sketches(items)),
            Kind::Object(members) => Sketch::Object(self.pairs(members)),
            Kind::Block { parts, .. } => match &parts[..] {
                [only] => self.sketch(only),
                parts => Sketch::Block(self.sketches(parts)),
            },
            Kind::Bind(symbol, value) => Sketch::Bind(self.name(*symbol), self.boxed(value)),
            Kind::Condition(branches) => Sketch::Conditional {
                condition: self.boxed(&branches.condition),
                then: self.boxed(&branches.then),
                otherwise: branches.otherwise.as_ref().map(|branch| self.boxed(branch)),
            },
            Kind::Apply(left, right) => self.applied(left, right),
            Kind::Partial(partial) => {
                Sketch::Opaque(partial.arguments.iter().flatten().map(|part| self.sketch(part)).collect())
            }
            Kind::Sort(terms) => {
                Sketch::Opaque(terms.iter().map(|term| self.sketch(&term.expression)).collect())
            }
            Kind::Regex(_) | Kind::Parent(_) | Kind::Transform(_) | Kind::Raw(_) => {
                Sketch::Opaque(Vec::new())
            }
        }
    }

    fn name(&self, symbol: Symbol) -> Arc<str> {
        Arc::clone(&self.0.symbols[symbol.0 as usize].text)
    }

    fn sketches(&self, nodes: &[Node]) -> Vec<Sketch> {
        nodes.iter().map(|node| self.sketch(node)).collect()
    }

    fn pairs(&self, members: &[(Node, Node)]) -> Vec<(Sketch, Sketch)> {
        members.iter().map(|(name, value)| (self.sketch(name), self.sketch(value))).collect()
    }

    fn call(&self, call: &Call) -> Sketch {
        let arguments = self.sketches(&call.arguments);
        match call.procedure.kind {
            Kind::Variable(symbol) => Sketch::Call(self.name(symbol), arguments),
            _ => Sketch::Opaque([self.sketch(&call.procedure)].into_iter().chain(arguments).collect()),
        }
    }

    /// `left ~> right`
    fn applied(&self, left: &Node, right: &Node) -> Sketch {
        let value = self.sketch(left);
        match self.sketch(right) {
            Sketch::Call(name, arguments) => {
                Sketch::Call(name, [value].into_iter().chain(arguments).collect())
            }
            Sketch::Variable(name) => Sketch::Call(name, vec![value]),
            other => Sketch::Opaque(vec![value, other]),
        }
    }

    fn path(&self, steps: &[Node]) -> Sketch {
        let mut all: Option<Sketch> = None;
        for step in steps {
            let inner = Node { more: None, ..step.clone() };
            let mut next = self.sketch(&inner);
            if let Some(before) = all {
                next = match step.kind {
                    Kind::Sort(_) => Sketch::Filter(Box::new(before), Box::new(next)),
                    _ => Sketch::Step(Box::new(before), Box::new(next)),
                };
            }
            let more = step.more.as_deref();
            for stage in more.map_or(&[][..], |more| &more.stages) {
                if let Stage::Filter(filter) = stage {
                    next = filtered(next, self.sketch(filter));
                }
            }
            for filter in more.map_or(&[][..], |more| &more.predicates) {
                next = filtered(next, self.sketch(filter));
            }
            all = Some(next);
        }
        all.unwrap_or_else(|| Sketch::Opaque(Vec::new()))
    }

    fn binary(&self, operator: Operator, left: &Node, right: &Node) -> Sketch {
        let (a, b) = (self.sketch(left), self.sketch(right));
        let relation = match operator {
            Operator::Equal => Relation::Equal,
            Operator::NotEqual => Relation::NotEqual,
            Operator::Less => Relation::Less,
            Operator::LessEqual => Relation::LessOrEqual,
            Operator::Greater => Relation::Greater,
            Operator::GreaterEqual => Relation::GreaterOrEqual,
            Operator::In => Relation::In,
            Operator::And => return Sketch::And(Box::new(a), Box::new(b)),
            Operator::Or => return Sketch::Or(Box::new(a), Box::new(b)),
            Operator::Concatenate => return Sketch::Text(vec![a, b]),
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulo
            | Operator::Range => return Sketch::Arithmetic(vec![a, b]),
        };
        Sketch::Compare(relation, Box::new(a), Box::new(b))
    }
}

/// A whole number is one in JSON, too.
fn number_of(number: f64) -> Value {
    super::number::of(number).map_or(Value::Null, Value::Number)
}

/// A number counts items, anything else is asked of each.
fn filtered(list: Sketch, filter: Sketch) -> Sketch {
    match &filter {
        Sketch::Literal(Value::Number(index)) => Sketch::Item(Box::new(list), index.as_f64() as i64),
        _ => Sketch::Filter(Box::new(list), Box::new(filter)),
    }
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
