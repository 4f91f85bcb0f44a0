//! The tree of an expression, as the evaluator walks it.

use std::sync::Arc;

use super::builtin::Builtin;
use super::pattern::Pattern;
use super::signature::Signature;

/// The name of a variable, as its place in [`Tree::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol(pub(super) u32);

impl Symbol {
    /// `@` of a tuple: the value that the step works on.
    pub(super) const FOCUS: Self = Self(0);
}

/// What is known of a name.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: Arc<str>,
    pub(super) builtin: Option<Builtin>,
}

/// One expression.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Node,
    pub(super) symbols: Vec<Name>,
    /// The variables that hold what `%` refers to, by the number of the `%`.
    pub(super) labels: Vec<Symbol>,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Byte of the text at which it begins.
    pub(super) offset: usize,
    /// `[]` was written behind it: a sequence of one stays a list.
    pub(super) keep_array: bool,
    /// An array constructor at the edge of a path, which is not flattened.
    pub(super) cons: bool,
    /// What only some nodes have.
    pub(super) more: Option<Box<More>>,
}

/// What only some nodes have.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    /// Filters of an expression that is no step.
    pub(super) predicates: Vec<Node>,
    /// Filters and positions of a step.
    pub(super) stages: Vec<Stage>,
    pub(super) group: Option<Vec<(Node, Node)>>,
    /// `@$name`
    pub(super) focus: Option<Symbol>,
    /// `#$name`
    pub(super) index: Option<Symbol>,
    /// The `%` that refers to what this step works on.
    pub(super) ancestor: Option<usize>,
    /// The step works on tuples.
    pub(super) tuple: bool,
    /// `%`s inside whose ancestor is not found yet.
    pub(super) seeking: Vec<usize>,
}

/// Works on the results of a step.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    Filter(Node),
    Index(Symbol),
}

/// What a node does.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Name(Arc<str>),
    Text(Arc<str>),
    Number(f64),
    /// `true`, `false` and `null`
    Literal(Option<bool>),
    Variable(Symbol),
    Regex(Arc<Pattern>),
    Wildcard,
    Descendants,
    /// `%`, by its number.
    Parent(usize),
    Path {
        steps: Vec<Node>,
        keep_singleton: bool,
    },
    Binary(Operator, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    Array(Vec<Node>),
    Object(Vec<(Node, Node)>),
    Block {
        parts: Vec<Node>,
        binds: bool,
    },
    Bind(Symbol, Box<Node>),
    Condition(Box<Branches>),
    Call(Arc<Call>),
    Partial(Arc<Partial>),
    Lambda(Arc<Lambda>),
    /// `~>`
    Apply(Box<Node>, Box<Node>),
    Transform(Arc<Transform>),
    Sort(Vec<Term>),
    /// What the grammar makes and the shaping of paths takes away again.
    Raw(Box<Raw>),
}

/// What stands between the texts of an expression and its paths.
#[derive(Clone, Debug)]
pub(super) enum Raw {
    Dot(Node, Node),
    Filter(Node, Node),
    Group(Node, Vec<(Node, Node)>),
    Order(Node, Vec<Term>),
    Focus(Node, Symbol),
    Index(Node, Symbol),
    /// `and`, `or` and `in` where a value must be, and the end.
    Operator(&'static str),
    End,
    /// `?` in the arguments of a call.
    Hole,
}

#[derive(Clone, Debug)]
pub(super) struct Branches {
    pub(super) condition: Node,
    pub(super) then: Node,
    pub(super) otherwise: Option<Node>,
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) procedure: Node,
    pub(super) arguments: Vec<Node>,
    pub(super) callee: Callee,
}

/// What a call says about the function it calls, for messages.
#[derive(Clone, Debug, Default)]
pub(super) struct Callee {
    /// Its name without `$`.
    pub(super) name: Option<Arc<str>>,
    /// The variable of that name, where the `$` was forgotten.
    pub(super) without_dollar: Option<Symbol>,
}

#[derive(Clone, Debug)]
pub(super) struct Partial {
    pub(super) procedure: Node,
    /// `None` for `?`
    pub(super) arguments: Vec<Option<Node>>,
    pub(super) callee: Callee,
}

#[derive(Clone, Debug)]
pub(super) struct Lambda {
    pub(super) parameters: Vec<Symbol>,
    pub(super) signature: Option<Signature>,
    pub(super) body: Node,
    /// The body is one call, made by whoever called this.
    pub(super) thunk: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Transform {
    pub(super) pattern: Node,
    pub(super) update: Node,
    pub(super) delete: Option<Node>,
}

/// One term of `^( )`.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) descending: bool,
    pub(super) expression: Node,
}

/// Operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Concatenate,
    Range,
    In,
    And,
    Or,
}

impl Operator {
    const ALL: [(Self, &'static str); 16] = [
        (Self::Add, "+"),
        (Self::Subtract, "-"),
        (Self::Multiply, "*"),
        (Self::Divide, "/"),
        (Self::Modulo, "%"),
        (Self::Equal, "="),
        (Self::NotEqual, "!="),
        (Self::Less, "<"),
        (Self::LessEqual, "<="),
        (Self::Greater, ">"),
        (Self::GreaterEqual, ">="),
        (Self::Concatenate, "&"),
        (Self::Range, ".."),
        (Self::In, "in"),
        (Self::And, "and"),
        (Self::Or, "or"),
    ];

    pub(super) fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(operator, _)| *operator)
    }

    pub(super) fn text(self) -> &'static str {
        Self::ALL.iter().find(|(operator, _)| *operator == self).map_or("", |(_, name)| name)
    }
}

impl Node {
    pub(super) fn new(kind: Kind, offset: usize) -> Self {
        Self { kind, offset, keep_array: false, cons: false, more: None }
    }

    pub(super) fn raw(raw: Raw, offset: usize) -> Self {
        Self::new(Kind::Raw(Box::new(raw)), offset)
    }

    pub(super) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub(super) fn stages(&self) -> &[Stage] {
        self.more.as_ref().map_or(&[], |more| &more.stages)
    }

    pub(super) fn is_tuple(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.tuple)
    }
}

impl Node {
    /// Calls `each` with the nodes inside, but for filters, groups and what else is in [`Node::more`].
    pub(super) fn children(&self, each: &mut dyn FnMut(&Self)) {
        match &self.kind {
            Kind::Path { steps, .. } | Kind::Array(steps) | Kind::Block { parts: steps, .. } => {
                steps.iter().for_each(each);
            }
            Kind::Binary(_, left, right) | Kind::Apply(left, right) => {
                each(left);
                each(right);
            }
            Kind::Negate(inner) | Kind::Bind(_, inner) => each(inner),
            Kind::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                each(key);
                each(value);
            }),
            Kind::Condition(branches) => {
                each(&branches.condition);
                each(&branches.then);
                branches.otherwise.iter().for_each(each);
            }
            Kind::Call(call) => {
                each(&call.procedure);
                call.arguments.iter().for_each(each);
            }
            Kind::Partial(partial) => {
                each(&partial.procedure);
                partial.arguments.iter().flatten().for_each(each);
            }
            Kind::Lambda(lambda) => each(&lambda.body),
            Kind::Transform(transform) => {
                each(&transform.pattern);
                each(&transform.update);
                transform.delete.iter().for_each(each);
            }
            Kind::Sort(terms) => terms.iter().for_each(|term| each(&term.expression)),
            _ => {}
        }
    }
}
