//! Tokens to a raw tree: the operator precedence parser of JSONata 2.0.6.

use std::sync::Arc;

use super::builtin::Builtin;
use super::item::Item;
use super::pattern::Pattern;
use super::shape;
use super::signature::Signature;
use super::token::{Token, Tokens, power};
use super::tree::{
    Branches, Call, Callee, Kind, Lambda, Name, Node, Operator, Partial, Raw, Symbol, Term, Transform, Tree,
};
use super::words::{Answer, Kind as Reason, Thrown};

/// How deep an expression may be nested; the evaluator gives up long before.
const NESTING_MAX: u32 = 200;

/// How long a chain of operators may be, for the same reason.
const CHAIN_MAX: u32 = 1000;

/// Reads an expression; an error comes with the byte at which it was met.
pub(super) fn parse(text: &str) -> Result<Tree, (Box<Thrown>, usize)> {
    let mut parser = Parser {
        tokens: Tokens::new(text),
        token: Token::End,
        offset: 0,
        names: vec![Name { text: Arc::from("@"), builtin: None }],
        nesting: 0,
        chain: 0,
        slots: 0,
    };
    parser.whole().map_err(|thrown| (thrown, parser.offset.min(text.len())))
}

pub(super) struct Parser<'t> {
    tokens: Tokens<'t>,
    token: Token,
    offset: usize,
    names: Vec<Name>,
    nesting: u32,
    chain: u32,
    slots: usize,
}

impl Parser<'_> {
    fn whole(&mut self) -> Answer<Tree> {
        self.advance(false)?;
        let raw = self.expression(0)?;
        if !matches!(self.token, Token::End) {
            return Err(self.complaint("S0201"));
        }
        let shaped = shape::shape(raw, self.slots)?;
        let labels = shaped.labels.iter().map(|label| self.symbol(&format!("!{label}"))).collect();
        Ok(Tree { root: shaped.root, symbols: std::mem::take(&mut self.names), labels })
    }

    /// The number of a name.
    fn symbol(&mut self, name: &str) -> Symbol {
        let at = self.names.iter().position(|known| &*known.text == name).unwrap_or_else(|| {
            self.names.push(Name { text: Arc::from(name), builtin: Builtin::named(name) });
            self.names.len() - 1
        });
        Symbol(at as u32)
    }

    /// An error about the present token.
    fn complaint(&self, code: &'static str) -> Box<Thrown> {
        match &self.token {
            Token::Number(number) => Thrown::new(code).second(Item::Number(*number)),
            Token::Literal(literal) => Thrown::new(code).second(Item::from(*literal)),
            _ => Thrown::new(code).token(self.shown()),
        }
    }

    /// The present token as messages show it.
    fn shown(&self) -> Arc<str> {
        match &self.token {
            Token::Operator(operator) => Arc::from(*operator),
            Token::Name(name) | Token::Variable(name) | Token::Text(name) => Arc::clone(name),
            Token::Number(number) => Arc::from(super::number::text(*number)),
            Token::Literal(literal) => Arc::from(Item::from(*literal).json_text()),
            Token::Regex { pattern, .. } => Arc::from(pattern.as_str()),
            Token::End => Arc::from("(end)"),
        }
    }

    fn is(&self, operator: &str) -> bool {
        matches!(&self.token, Token::Operator(found) if *found == operator)
    }

    fn advance(&mut self, operator_expected: bool) -> Answer<()> {
        let from = self.tokens.at;
        let next = self.tokens.next(operator_expected);
        let skipped = if next.is_ok() { 0 } else { self.tokens.at.saturating_sub(from) };
        self.offset = if next.is_ok() { from } else { from + skipped };
        self.token = next?;
        Ok(())
    }

    /// Goes beyond an operator that must be here.
    fn expect(&mut self, operator: &'static str, operator_expected: bool) -> Answer<()> {
        if self.is(operator) {
            return self.advance(operator_expected);
        }
        let code = if matches!(self.token, Token::End) { "S0203" } else { "S0202" };
        Err(self.complaint(code).value(Item::Text(Arc::from(operator))))
    }

    fn present_power(&self) -> u32 {
        if let Token::Operator(operator) = &self.token { power(operator) } else { 0 }
    }

    /// Pratt's algorithm.
    fn expression(&mut self, right_power: u32) -> Answer<Node> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(Thrown::of(Reason::Bound("The expression is nested too deep")));
        }
        let chain_outside = self.chain;
        let (token, offset) = (self.token.clone(), self.offset);
        self.advance(true)?;
        let mut left = self.prefix(token, offset)?;
        while right_power < self.present_power() {
            self.chain += 1;
            if self.chain > CHAIN_MAX {
                return Err(Thrown::of(Reason::Bound("The expression has too many operators")));
            }
            let (token, offset) = (self.token.clone(), self.offset);
            self.advance(false)?;
            left = self.infix(&token, offset, left)?;
        }
        self.chain = chain_outside;
        self.nesting -= 1;
        Ok(left)
    }

    fn boxed(&mut self, right_power: u32) -> Answer<Box<Node>> {
        self.expression(right_power).map(Box::new)
    }

    /// A token at which a value begins.
    fn prefix(&mut self, token: Token, offset: usize) -> Answer<Node> {
        let kind = match token {
            Token::Name(name) => Kind::Name(name),
            Token::Variable(name) => Kind::Variable(self.symbol(&name)),
            Token::Text(text) => Kind::Text(text),
            Token::Number(number) => Kind::Number(number),
            Token::Literal(literal) => Kind::Literal(literal),
            Token::Regex { pattern, flags } => Kind::Regex(Arc::new(Pattern::new(&pattern, &flags)?)),
            Token::End => return Ok(Node::raw(Raw::End, offset)),
            Token::Operator(operator) => match operator {
                "and" | "or" | "in" => return Ok(Node::raw(Raw::Operator(operator), offset)),
                "-" => Kind::Negate(self.boxed(70)?),
                "*" => Kind::Wildcard,
                "**" => Kind::Descendants,
                "%" => {
                    self.slots += 1;
                    Kind::Parent(self.slots - 1)
                }
                "(" => self.block()?,
                "[" => self.array()?,
                "{" => Kind::Object(self.pairs()?),
                "|" => self.transform()?,
                other => {
                    self.offset = offset;
                    return Err(Thrown::new("S0211").token(other));
                }
            },
        };
        Ok(Node::new(kind, offset))
    }

    fn block(&mut self) -> Answer<Kind> {
        let mut parts = Vec::new();
        while !self.is(")") {
            parts.push(self.expression(0)?);
            if !self.is(";") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", true)?;
        Ok(Kind::Block { parts, binds: true })
    }

    fn array(&mut self) -> Answer<Kind> {
        let mut items = Vec::new();
        while !self.is("]") || !items.is_empty() {
            let mut item = self.expression(0)?;
            if self.is("..") {
                let offset = self.offset;
                self.advance(false)?;
                let to = self.boxed(0)?;
                item = Node::new(Kind::Binary(Operator::Range, Box::new(item), to), offset);
            }
            items.push(item);
            if !self.is(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect("]", true)?;
        Ok(Kind::Array(items))
    }

    fn pairs(&mut self) -> Answer<Vec<(Node, Node)>> {
        let mut pairs = Vec::new();
        while !self.is("}") || !pairs.is_empty() {
            let key = self.expression(0)?;
            self.expect(":", false)?;
            pairs.push((key, self.expression(0)?));
            if !self.is(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect("}", true)?;
        Ok(pairs)
    }

    fn transform(&mut self) -> Answer<Kind> {
        let pattern = self.expression(0)?;
        self.expect("|", false)?;
        let update = self.expression(0)?;
        let mut delete = None;
        if self.is(",") {
            self.advance(false)?;
            delete = Some(self.expression(0)?);
        }
        self.expect("|", false)?;
        Ok(Kind::Transform(Arc::new(Transform { pattern, update, delete })))
    }

    /// An operator between two values.
    fn infix(&mut self, token: &Token, offset: usize, left: Node) -> Answer<Node> {
        let Token::Operator(operator) = *token else { return Err(self.complaint("S0201")) };
        let raw = match operator {
            "." => Raw::Dot(left, self.expression(75)?),
            "[" => return self.filter(offset, left),
            "{" => Raw::Group(left, self.pairs()?),
            "^" => Raw::Order(left, self.terms()?),
            "@" => Raw::Focus(left, self.bound_variable("@")?),
            "#" => Raw::Index(left, self.bound_variable("#")?),
            "(" => return self.call(offset, left),
            "?" => {
                let then = self.expression(0)?;
                let mut otherwise = None;
                if self.is(":") {
                    self.advance(false)?;
                    otherwise = Some(self.expression(0)?);
                }
                let branches = Branches { condition: left, then, otherwise };
                return Ok(Node::new(Kind::Condition(Box::new(branches)), offset));
            }
            ":=" => {
                let Kind::Variable(symbol) = left.kind else { return Err(Thrown::new("S0212")) };
                return Ok(Node::new(Kind::Bind(symbol, self.boxed(9)?), offset));
            }
            "~>" => return Ok(Node::new(Kind::Apply(Box::new(left), self.boxed(40)?), offset)),
            _ => {
                let Some(known) = Operator::named(operator).filter(|known| *known != Operator::Range) else {
                    return Err(Thrown::new("S0201").token(operator));
                };
                let right = self.boxed(power(operator))?;
                return Ok(Node::new(Kind::Binary(known, Box::new(left), right), offset));
            }
        };
        Ok(Node::raw(raw, offset))
    }

    fn filter(&mut self, offset: usize, mut left: Node) -> Answer<Node> {
        if !self.is("]") {
            let predicate = self.expression(0)?;
            self.expect("]", true)?;
            return Ok(Node::raw(Raw::Filter(left, predicate), offset));
        }
        // `[]` marks the innermost step.
        let mut step = &mut left;
        while matches!(&step.kind, Kind::Raw(raw) if matches!(**raw, Raw::Filter(..))) {
            let Kind::Raw(raw) = &mut step.kind else { break };
            let Raw::Filter(inner, _) = &mut **raw else { break };
            step = inner;
        }
        step.keep_array = true;
        self.advance(false)?;
        Ok(left)
    }

    fn terms(&mut self) -> Answer<Vec<Term>> {
        self.expect("(", false)?;
        let mut terms = Vec::new();
        loop {
            let descending = self.is(">");
            if descending || self.is("<") {
                self.advance(false)?;
            }
            terms.push(Term { descending, expression: self.expression(0)? });
            if !self.is(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", false)?;
        Ok(terms)
    }

    fn bound_variable(&mut self, operator: &'static str) -> Answer<Symbol> {
        match self.expression(80)?.kind {
            Kind::Variable(symbol) => Ok(symbol),
            _ => Err(Thrown::new("S0214").token(operator)),
        }
    }

    /// A call, a partial application, or the definition of a function.
    fn call(&mut self, offset: usize, procedure: Node) -> Answer<Node> {
        let mut arguments = Vec::new();
        let mut partial = false;
        while !self.is(")") || !arguments.is_empty() {
            if self.is("?") {
                partial = true;
                arguments.push(Node::raw(Raw::Hole, self.offset));
                self.advance(false)?;
            } else {
                arguments.push(self.expression(0)?);
            }
            if !self.is(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", true)?;
        if matches!(&procedure.kind, Kind::Name(name) if matches!(&**name, "function" | "λ")) {
            return self.lambda(offset, &arguments);
        }
        let callee = self.callee(&procedure);
        let kind = if partial {
            let hole = |node: &Node| matches!(&node.kind, Kind::Raw(raw) if matches!(**raw, Raw::Hole));
            let arguments = arguments.into_iter().map(|node| (!hole(&node)).then_some(node)).collect();
            Kind::Partial(Arc::new(Partial { procedure, arguments, callee }))
        } else {
            Kind::Call(Arc::new(Call { procedure, arguments, callee }))
        };
        Ok(Node::new(kind, offset))
    }

    fn callee(&mut self, procedure: &Node) -> Callee {
        match &procedure.kind {
            Kind::Variable(symbol) => {
                let name = Some(Arc::clone(&self.names[symbol.0 as usize].text));
                Callee { name, without_dollar: None }
            }
            Kind::Name(name) => {
                let name = Arc::clone(name);
                Callee { without_dollar: Some(self.symbol(&name)), name: Some(name) }
            }
            _ => Callee::default(),
        }
    }

    fn lambda(&mut self, offset: usize, arguments: &[Node]) -> Answer<Node> {
        let mut parameters = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let Kind::Variable(symbol) = argument.kind else {
                return Err(Thrown::new("S0208").value(Item::Number(at as f64 + 1.0)));
            };
            parameters.push(symbol);
        }
        let mut signature = None;
        if self.is("<") {
            signature = Some(self.signature()?);
        }
        self.expect("{", false)?;
        let body = self.expression(0)?;
        self.expect("}", false)?;
        let lambda = Lambda { parameters, signature, body, thunk: false };
        Ok(Node::new(Kind::Lambda(Arc::new(lambda)), offset))
    }

    fn signature(&mut self) -> Answer<Signature> {
        let mut text = String::from("<");
        let mut depth = 1;
        while depth > 0 && !self.is("{") && !matches!(self.token, Token::End) {
            self.advance(false)?;
            match &self.token {
                Token::Operator(">") => depth -= 1,
                Token::Operator("<") => depth += 1,
                _ => {}
            }
            text.push_str(&self.shown());
        }
        self.expect(">", false)?;
        Signature::parse(&text)
    }
}
