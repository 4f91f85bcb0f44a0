//! Functions as values, and how they are called.

use std::rc::Rc;
use std::sync::Arc;

use super::builtin::Builtin;
use super::frame::Frame;
use super::item::{Item, Tuple};
use super::pattern::Pattern;
use super::run::Run;
use super::tree::{Call, Kind, Lambda, Node, Partial, Symbol, Transform};
use super::words::{Answer, Thrown};

/// A function.
#[derive(Debug)]
pub(super) enum Function {
    Builtin(Builtin),
    Lambda(Closure),
    /// A regular expression finds its first match in a text.
    Regex(Arc<Pattern>),
    /// `next` of a match.
    Next {
        pattern: Arc<Pattern>,
        text: Arc<str>,
        from: usize,
    },
    /// A function that is not written in the expression, with some of its arguments.
    Partial {
        function: Rc<Function>,
        given: Vec<Option<Item>>,
    },
    Transform {
        code: Arc<Transform>,
        frame: Rc<Frame>,
    },
    /// `$f ~> $g`
    Chain(Rc<Function>, Rc<Function>),
}

/// A function that is written in the expression.
#[derive(Debug)]
pub(super) struct Closure {
    code: Arc<Lambda>,
    /// The parameters that a partial application left open.
    open: Option<Vec<Symbol>>,
    frame: Rc<Frame>,
    input: Item,
}

impl Function {
    /// How many arguments it takes.
    pub(super) fn arity(&self) -> usize {
        match self {
            Self::Builtin(builtin) => builtin.arity(),
            Self::Lambda(closure) => closure.parameters().len(),
            Self::Regex(_) => 2,
            Self::Next { .. } => 0,
            Self::Partial { given, .. } => given.iter().filter(|given| given.is_none()).count(),
            Self::Transform { .. } | Self::Chain(..) => 1,
        }
    }

    fn thunk(&self) -> Option<(&Closure, &Call)> {
        match self {
            Self::Lambda(closure) if closure.code.thunk => match &closure.code.body.kind {
                Kind::Call(call) => Some((closure, call)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Closure {
    fn parameters(&self) -> &[Symbol] {
        self.open.as_deref().unwrap_or(&self.code.parameters)
    }
}

impl Run<'_> {
    pub(super) fn lambda(code: &Arc<Lambda>, input: &Item, frame: &Rc<Frame>) -> Item {
        let closure =
            Closure { code: Arc::clone(code), open: None, frame: Rc::clone(frame), input: input.clone() };
        Item::Function(Rc::new(Function::Lambda(closure)))
    }

    /// A call; `first` comes before the written arguments, from `~>`.
    pub(super) fn call(
        &self,
        call: &Call,
        first: Option<Item>,
        input: &Item,
        frame: &Rc<Frame>,
    ) -> Answer<Item> {
        // A function of JSONata that nothing shadows is called without making a value of it.
        let builtin = match call.procedure.kind {
            Kind::Variable(symbol) if call.procedure.more.is_none() => self.unshadowed(symbol, frame),
            _ => None,
        };
        let function = match builtin {
            Some(_) => Item::Undefined,
            None => self.evaluate(&call.procedure, input, frame)?,
        };
        if builtin.is_none() && function.is_undefined() {
            self.forgot_dollar(call.callee.without_dollar, "T1005", frame)?;
        }
        let mut arguments = Vec::with_capacity(call.arguments.len() + 1);
        arguments.extend(first);
        for argument in &call.arguments {
            arguments.push(self.evaluate(argument, input, frame)?);
        }
        let result = match (builtin, &function) {
            (Some(builtin), _) => self.builtin(builtin, arguments, input),
            (None, Item::Function(function)) => self.apply(function, arguments, input),
            _ => Err(Thrown::new("T1006")),
        };
        result.map_err(|thrown| thrown.said_by(call.callee.name.as_ref()))
    }

    /// An error that suggests the `$`, where a variable of that name exists.
    fn forgot_dollar(&self, symbol: Option<Symbol>, code: &'static str, frame: &Rc<Frame>) -> Answer<()> {
        match symbol {
            Some(symbol) if !self.variable(symbol, &Item::Undefined, frame).is_undefined() => {
                Err(Thrown::new(code)
                    .text(Arc::clone(self.name(symbol)))
                    .token(Arc::clone(self.name(symbol))))
            }
            _ => Ok(()),
        }
    }

    /// Calls a function, and the calls at its end after each other instead of inside each other.
    pub(super) fn apply(
        &self,
        function: &Rc<Function>,
        arguments: Vec<Item>,
        context: &Item,
    ) -> Answer<Item> {
        let mut result = self.apply_once(function, arguments, context)?;
        loop {
            let Item::Function(function) = &result else { return Ok(result) };
            let Some((closure, call)) = function.thunk() else { return Ok(result) };
            self.count_step()?;
            let next = self.evaluate(&call.procedure, &closure.input, &closure.frame)?;
            let mut arguments = Vec::with_capacity(call.arguments.len());
            for argument in &call.arguments {
                arguments.push(self.evaluate(argument, &closure.input, &closure.frame)?);
            }
            let answer = match &next {
                Item::Function(next) => self.apply_once(next, arguments, context),
                _ => Err(Thrown::new("T1006")),
            };
            result = answer.map_err(|thrown| thrown.said_by(call.callee.name.as_ref()))?;
        }
    }

    fn apply_once(&self, function: &Rc<Function>, arguments: Vec<Item>, context: &Item) -> Answer<Item> {
        match &**function {
            Function::Builtin(builtin) => self.builtin(*builtin, arguments, context),
            Function::Lambda(closure) => self.enter(closure, arguments, context),
            Function::Regex(pattern) => self.regex_call(pattern, &arguments),
            Function::Next { pattern, text, from } => self.next_match(pattern, text, *from),
            Function::Partial { function, given } => {
                let mut open = arguments.into_iter();
                let all = given
                    .iter()
                    .map(|given| given.clone().unwrap_or_else(|| open.next().unwrap_or_default()));
                match &**function {
                    // The signature does not see the arguments of a partial application.
                    Function::Builtin(builtin) => self.builtin_unchecked(*builtin, all.collect()),
                    _ => self.apply_once(function, all.collect(), context),
                }
            }
            Function::Transform { code, frame } => self.transform(code, arguments, frame),
            Function::Chain(first, second) => {
                let between = self.apply(first, arguments, context)?;
                self.apply(second, vec![between], context)
            }
        }
    }

    fn enter(&self, closure: &Closure, arguments: Vec<Item>, context: &Item) -> Answer<Item> {
        let arguments = match &closure.code.signature {
            Some(signature) if closure.open.is_none() => signature.check(arguments, context)?,
            _ => arguments,
        };
        let mut arguments = arguments.into_iter();
        let bindings: Tuple = closure
            .parameters()
            .iter()
            .map(|symbol| (*symbol, arguments.next().unwrap_or_default()))
            .collect();
        let holds = bindings.iter().any(|(_, item)| item.holds_function());
        let frame = Frame::inside(Some(Rc::clone(&closure.frame)), bindings);
        if holds {
            self.remember(&frame);
        }
        self.evaluate(&closure.code.body, &closure.input, &frame)
    }

    pub(super) fn partial(&self, partial: &Partial, input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let mut given = Vec::with_capacity(partial.arguments.len());
        for argument in &partial.arguments {
            given.push(argument.as_ref().map(|argument| self.evaluate(argument, input, frame)).transpose()?);
        }
        let function = self.evaluate(&partial.procedure, input, frame)?;
        if function.is_undefined() {
            self.forgot_dollar(partial.callee.without_dollar, "T1007", frame)?;
        }
        let Item::Function(function) = function else { return Err(Thrown::new("T1008")) };
        let made = match &*function {
            Function::Lambda(closure) => {
                let mut open = Vec::new();
                let mut bound = Tuple::new();
                for (at, symbol) in closure.parameters().iter().enumerate() {
                    match given.get(at) {
                        Some(None) => open.push(*symbol),
                        Some(Some(item)) => bound.push((*symbol, item.clone())),
                        None => bound.push((*symbol, Item::Undefined)),
                    }
                }
                let frame = Frame::inside(Some(Rc::clone(&closure.frame)), bound);
                self.remember(&frame);
                let input = closure.input.clone();
                Function::Lambda(Closure { code: Arc::clone(&closure.code), open: Some(open), frame, input })
            }
            _ => Function::Partial { function, given },
        };
        Ok(Item::Function(Rc::new(made)))
    }

    /// `left ~> right`
    pub(super) fn chain(&self, left: &Node, right: &Node, input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let value = self.evaluate(left, input, frame)?;
        if let Kind::Call(call) = &right.kind {
            return self.call(call, Some(value), input, frame);
        }
        let function = self.evaluate(right, input, frame)?;
        let Item::Function(function) = function else { return Err(Thrown::new("T2006").value(function)) };
        match value {
            Item::Function(first) => Ok(Item::Function(Rc::new(Function::Chain(first, function)))),
            value => self.apply(&function, vec![value], &Item::Null),
        }
    }
}
