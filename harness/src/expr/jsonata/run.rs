//! One evaluation: expressions to values, within bounds that do not depend on the machine it runs on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::builtin::Builtin;
use super::frame::Frame;
use super::function::Function;
use super::item::{Item, List};
use super::tree::{Kind, Node, Symbol, Tree};
use super::words::{Answer, Kind as Reason, Thrown};
use crate::expr::Env;

/// How deep evaluations may be nested.
// Measured on AWS by several shapes of expressions (floci-io/floci issue 2737): the bound lies between 99 and 101.
const DEPTH_MAX: u32 = 100;

/// The memory that one value may take.
// Measured on AWS (floci-io/floci issue 2737): 873,782 numbers are accepted, one more is not; a text of 2^22
// characters is accepted, one of 2^23 is not.
pub(super) const BYTES_MAX: usize = 873_782 * 8;

/// How many steps an evaluation may take before it is given up. AWS stops by the clock, which cannot be told.
const STEPS_MAX: u64 = 5_000_000;

/// One evaluation.
pub(super) struct Run<'e> {
    tree: &'e Tree,
    pub(super) env: &'e Env<'e>,
    depth: Cell<u32>,
    steps: Cell<u64>,
    /// Frames that may hold themselves through a function.
    frames: RefCell<Vec<Rc<Frame>>>,
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.frames.borrow().iter().for_each(|frame| frame.clear());
    }
}

impl<'e> Run<'e> {
    pub(super) fn new(tree: &'e Tree, env: &'e Env<'e>) -> Self {
        Self { tree, env, depth: Cell::new(0), steps: Cell::new(0), frames: RefCell::default() }
    }

    /// The value of the whole expression.
    pub(super) fn value(&self) -> Answer<Item> {
        let root = Frame::inside(None, Vec::new());
        self.evaluate(&self.tree.root, &Item::Undefined, &root)
    }

    /// The variable that holds what a `%` refers to.
    pub(super) fn label(&self, slot: usize) -> Symbol {
        self.tree.labels[slot]
    }

    pub(super) fn name(&self, symbol: Symbol) -> &'e Arc<str> {
        &self.tree.symbols[symbol.0 as usize].text
    }

    /// Clears the frame at the end, as a function in it may hold it.
    pub(super) fn remember(&self, frame: &Rc<Frame>) {
        self.frames.borrow_mut().push(Rc::clone(frame));
    }

    pub(super) fn count_step(&self) -> Answer<()> {
        self.count_steps(1)
    }

    /// Counts work that grows with the data.
    pub(super) fn count_steps(&self, count: usize) -> Answer<()> {
        let steps = self.steps.get() + count as u64;
        self.steps.set(steps);
        if steps > STEPS_MAX {
            return Err(Thrown::of(Reason::Undecided("the expression takes more than 5,000,000 steps")));
        }
        Ok(())
    }

    /// Refuses a list of so many items.
    pub(super) fn check_items(count: usize) -> Answer<()> {
        Self::check_bytes(count.saturating_mul(8))
    }

    /// Refuses a value of so many bytes.
    pub(super) fn check_bytes(bytes: usize) -> Answer<()> {
        if bytes > BYTES_MAX {
            return Err(Thrown::of(Reason::Bound(
                "Expression evaluation memory limit exceeded: Check for excessive memory usage",
            )));
        }
        Ok(())
    }

    /// The value of one node.
    pub(super) fn evaluate(&self, node: &Node, input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let depth = self.depth.get() + 1;
        if depth > DEPTH_MAX {
            return Err(Thrown::of(Reason::Bound(
                "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.",
            )));
        }
        self.count_step()?;
        self.depth.set(depth);
        let mut result = self.by_kind(node, input, frame)?;
        if let Some(more) = &node.more {
            for predicate in &more.predicates {
                result = self.filter(predicate, result, frame)?;
            }
            if let Some(group) = more.group.as_ref().filter(|_| !matches!(node.kind, Kind::Path { .. })) {
                result = self.group(group, &result, frame)?;
            }
        }
        self.depth.set(depth - 1);
        if node.keep_array
            && let Item::List(list) = &mut result
            && list.sequence
        {
            list.keep_singleton = true;
        }
        Ok(result.unwrapped())
    }

    fn by_kind(&self, node: &Node, input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        Ok(match &node.kind {
            Kind::Name(name) => lookup(input, name),
            Kind::Text(text) => Item::Text(Arc::clone(text)),
            Kind::Number(number) => Item::Number(*number),
            Kind::Literal(literal) => Item::from(*literal),
            Kind::Variable(symbol) => self.variable(*symbol, input, frame),
            Kind::Regex(pattern) => Item::Function(Rc::new(Function::Regex(Arc::clone(pattern)))),
            Kind::Wildcard => wildcard(input),
            Kind::Descendants => self.descendants(input)?,
            Kind::Parent(slot) => frame.get(self.label(*slot)).unwrap_or_default(),
            Kind::Path { steps, keep_singleton } => self.path(node, steps, *keep_singleton, input, frame)?,
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right, input, frame)?,
            Kind::Negate(inner) => self.negate(inner, input, frame)?,
            Kind::Array(items) => self.array(node, items, input, frame)?,
            Kind::Object(pairs) => self.group(pairs, input, frame)?,
            Kind::Block { parts, binds } => self.block(parts, *binds, input, frame)?,
            Kind::Bind(symbol, value) => {
                let value = self.evaluate(value, input, frame)?;
                if value.holds_function() {
                    self.remember(frame);
                }
                frame.bind(*symbol, value.clone());
                value
            }
            Kind::Condition(branches) => {
                if Self::truth(&self.evaluate(&branches.condition, input, frame)?)? {
                    self.evaluate(&branches.then, input, frame)?
                } else if let Some(otherwise) = &branches.otherwise {
                    self.evaluate(otherwise, input, frame)?
                } else {
                    Item::Undefined
                }
            }
            Kind::Call(call) => self.call(call, None, input, frame)?,
            Kind::Partial(partial) => self.partial(partial, input, frame)?,
            Kind::Lambda(code) => Self::lambda(code, input, frame),
            Kind::Apply(left, right) => self.chain(left, right, input, frame)?,
            Kind::Transform(code) => {
                let function = Function::Transform { code: Arc::clone(code), frame: Rc::clone(frame) };
                Item::Function(Rc::new(function))
            }
            Kind::Sort(_) | Kind::Raw(_) => Item::Undefined,
        })
    }

    fn block(&self, parts: &[Node], binds: bool, input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let inner = binds.then(|| Frame::inside(Some(Rc::clone(frame)), Vec::new()));
        let mut result = Item::Undefined;
        for part in parts {
            result = self.evaluate(part, input, inner.as_ref().unwrap_or(frame))?;
        }
        Ok(result)
    }

    /// The value of `$name`; `$` is the context.
    pub(super) fn variable(&self, symbol: Symbol, input: &Item, frame: &Rc<Frame>) -> Item {
        let name = &self.tree.symbols[symbol.0 as usize];
        if name.text.is_empty() {
            return input.clone();
        }
        if let Some(item) = frame.get(symbol) {
            return item;
        }
        if let Some(value) = self.env.variables.get(&name.text) {
            return Item::from(value);
        }
        if &*name.text == "states" {
            return self.states();
        }
        name.builtin.map_or(Item::Undefined, |builtin| Item::Function(Rc::new(Function::Builtin(builtin))))
    }

    /// The function of JSONata that a variable names, unless something else has the name.
    pub(super) fn unshadowed(&self, symbol: Symbol, frame: &Rc<Frame>) -> Option<Builtin> {
        let name = &self.tree.symbols[symbol.0 as usize];
        name.builtin.filter(|_| frame.get(symbol).is_none() && self.env.variables.get(&name.text).is_none())
    }

    /// The whole `$states`.
    fn states(&self) -> Item {
        let parts = ["input", "result", "errorOutput", "context"];
        let members = parts.iter().map(|part| (Arc::from(*part), self.state(part)));
        Item::map(members.filter(|(_, item)| !item.is_undefined()).collect())
    }

    /// One part of `$states`.
    fn state(&self, part: &str) -> Item {
        match part {
            "input" => Item::from(self.env.input),
            "result" => self.env.states.result.map_or(Item::Undefined, Item::from),
            "errorOutput" => self.env.states.error_output.map_or(Item::Undefined, Item::from),
            "context" => Item::from(&self.env.context.value()),
            _ => Item::Undefined,
        }
    }

    /// Follows the members that a path begins with through objects, without making lists of them. Gives the value,
    /// and at which step it is; `$states` is never built for it.
    pub(super) fn members(&self, steps: &[Node], input: &Item, frame: &Rc<Frame>) -> Option<(Item, usize)> {
        let member = |at: usize| match steps.get(at) {
            Some(Node { kind: Kind::Name(name), more: None, keep_array: false, .. }) => Some(name),
            _ => None,
        };
        let mut at = 0;
        let mut item = match (&steps.first()?.kind, input) {
            (Kind::Name(_), Item::Map(map)) => map.get(member(0)?).unwrap_or_default(),
            (Kind::Variable(symbol), _) if steps[0].more.is_none() && !steps[0].keep_array => {
                let name = &self.tree.symbols[symbol.0 as usize];
                match &*name.text {
                    "" => return None,
                    "states" if frame.get(*symbol).is_none() => {
                        let part = member(1)?;
                        at = 1;
                        match (&**part, member(2)) {
                            ("context", Some(inner)) => {
                                at = 2;
                                self.env
                                    .context
                                    .member(inner)
                                    .map_or(Item::Undefined, |value| Item::from(&value))
                            }
                            (part, _) => self.state(part),
                        }
                    }
                    _ => self.variable(*symbol, &Item::Undefined, frame),
                }
            }
            _ => return None,
        };
        while let Item::Map(map) = &item {
            let Some(name) = member(at + 1) else { break };
            item = map.get(name).unwrap_or_default();
            at += 1;
        }
        Some((item, at))
    }

    /// The truth of a condition; an infinite number has none.
    pub(super) fn truth(item: &Item) -> Answer<bool> {
        numeric(item)?;
        Ok(item.truth())
    }

    fn negate(&self, inner: &Node, input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let value = self.evaluate(inner, input, frame)?;
        match numeric(&value)? {
            Some(number) => Ok(Item::Number(-number)),
            None if value.is_undefined() => Ok(value),
            None => Err(Thrown::new("D1002").value(value).token("-")),
        }
    }

    fn array(&self, node: &Node, items: &[Node], input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            match self.evaluate(item, input, frame)? {
                Item::Undefined => {}
                Item::List(inner) if !matches!(item.kind, Kind::Array(_)) => list.extend(inner.into_vec()),
                value => list.push(value),
            }
        }
        Self::check_items(list.len())?;
        let mut list = List::new(list);
        list.cons = node.cons;
        Ok(Item::List(list))
    }

    fn descendants(&self, input: &Item) -> Answer<Item> {
        if input.is_undefined() {
            return Ok(Item::Undefined);
        }
        let mut found = Vec::new();
        self.descend(input, &mut found)?;
        Ok(if found.len() == 1 { found.remove(0) } else { Item::sequence(found) })
    }

    fn descend(&self, item: &Item, found: &mut Vec<Item>) -> Answer<()> {
        self.count_step()?;
        match item {
            Item::List(list) => list.iter().try_for_each(|item| self.descend(&item, found)),
            other => {
                found.push(other.clone());
                Self::check_items(found.len())?;
                if let Item::Map(map) = other {
                    for (_, item) in map.members() {
                        self.descend(&item, found)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// A number; an infinite one is an error, something else none.
pub(super) fn numeric(item: &Item) -> Answer<Option<f64>> {
    match item {
        Item::Number(number) if number.is_infinite() => Err(Thrown::new("D1001").value(item.clone())),
        Item::Number(number) if number.is_nan() => Ok(None),
        Item::Number(number) => Ok(Some(*number)),
        _ => Ok(None),
    }
}

/// The member of an object, or those of the objects of a list.
pub(super) fn lookup(input: &Item, name: &str) -> Item {
    match input {
        Item::Map(map) => map.get(name).unwrap_or_default(),
        Item::List(list) => {
            let mut found = Vec::new();
            for item in list.iter() {
                match lookup(&item, name) {
                    Item::Undefined => {}
                    Item::List(inner) => found.extend(inner.into_vec()),
                    item => found.push(item),
                }
            }
            Item::sequence(found)
        }
        _ => Item::Undefined,
    }
}

/// `*`
fn wildcard(input: &Item) -> Item {
    fn flatten(item: Item, found: &mut Vec<Item>) {
        match item {
            Item::List(list) => list.into_vec().into_iter().for_each(|item| flatten(item, found)),
            item => found.push(item),
        }
    }
    let values: Vec<Item> = match input {
        Item::Map(map) => map.members().into_iter().map(|(_, item)| item).collect(),
        Item::List(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    // Appending a list to a sequence makes a plain list of it.
    let plain = values.iter().any(|item| matches!(item, Item::List(_)));
    let mut found = Vec::with_capacity(values.len());
    for item in values {
        flatten(item, &mut found);
    }
    if plain { Item::list(found) } else { Item::sequence(found) }
}
