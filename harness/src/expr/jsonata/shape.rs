//! The raw tree to paths, steps and their stages; finds what `%` refers to and where calls are tail calls.

use std::sync::Arc;

use super::item::Item;
use super::tree::{Call, Kind, Lambda, More, Node, Partial, Raw, Stage, Term, Transform};
use super::words::{Answer, Thrown};

/// A shaped tree.
pub(super) struct Shaped {
    pub(super) root: Node,
    /// By the number of a `%`: the number of its variable.
    pub(super) labels: Vec<usize>,
}

/// Shapes a raw tree with so many `%`.
pub(super) fn shape(raw: Node, slots: usize) -> Answer<Shaped> {
    let slots = (0..slots).map(|label| Slot { label, level: 1 }).collect();
    let mut shaper = Shaper { slots };
    let root = shaper.node(raw)?;
    if matches!(root.kind, Kind::Parent(_)) || !seeking(&root).is_empty() {
        return Err(Thrown::new("S0217"));
    }
    Ok(Shaped { root, labels: shaper.slots.iter().map(|slot| slot.label).collect() })
}

/// What one `%` looks for.
struct Slot {
    label: usize,
    /// How many levels up it still is.
    level: i32,
}

struct Shaper {
    slots: Vec<Slot>,
}

/// The `%`s that a node has not found.
fn seeking(node: &Node) -> Vec<usize> {
    let mut slots = node.more.as_ref().map_or_else(Vec::new, |more| more.seeking.clone());
    if let Kind::Parent(slot) = node.kind {
        slots.push(slot);
    }
    slots
}

/// Lets `result` look for what `part` has not found.
fn inherit(result: &mut Node, part: &Node) {
    let slots = seeking(part);
    if !slots.is_empty() {
        result.more().seeking.extend(slots);
    }
}

/// Turns predicates into the stages of a step.
fn as_step(mut node: Node) -> Node {
    if let Some(more) = &mut node.more {
        more.stages.extend(std::mem::take(&mut more.predicates).into_iter().map(Stage::Filter));
    }
    node
}

/// The path that a node is, or is the only step of.
fn as_path(node: Node) -> (Vec<Node>, bool, Node) {
    let shell = Node { kind: Kind::Wildcard, ..node.clone_shell() };
    if let Kind::Path { steps, keep_singleton } = node.kind {
        return (steps, keep_singleton, shell);
    }
    let offset = node.offset;
    (vec![node], false, Node::new(Kind::Wildcard, offset))
}

impl Node {
    /// The node without its kind.
    fn clone_shell(&self) -> Self {
        Self {
            kind: Kind::Wildcard,
            offset: self.offset,
            keep_array: self.keep_array,
            cons: self.cons,
            more: matches!(self.kind, Kind::Path { .. }).then(|| self.more.clone()).flatten(),
        }
    }

    fn last_step(&mut self) -> &mut Self {
        if matches!(self.kind, Kind::Path { .. }) {
            let Kind::Path { steps, .. } = &mut self.kind else { unreachable!("it is a path") };
            return steps.last_mut().expect("a path has a step");
        }
        self
    }
}

impl Shaper {
    fn node(&mut self, node: Node) -> Answer<Node> {
        let keep_array = node.keep_array;
        let mut result = self.by_kind(node)?;
        result.keep_array |= keep_array;
        Ok(result)
    }

    fn boxed(&mut self, node: Node) -> Answer<Box<Node>> {
        self.node(node).map(Box::new)
    }

    fn by_kind(&mut self, node: Node) -> Answer<Node> {
        let offset = node.offset;
        let keep_array = node.keep_array;
        let mut result = Node::new(Kind::Wildcard, offset);
        result.kind = match node.kind {
            Kind::Raw(raw) => return self.raw(*raw, offset, keep_array),
            Kind::Name(name) => {
                let mut step = Node::new(Kind::Name(name), offset);
                step.keep_array = keep_array;
                Kind::Path { steps: vec![step], keep_singleton: keep_array }
            }
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.boxed(*left)?, self.boxed(*right)?);
                inherit(&mut result, &left);
                inherit(&mut result, &right);
                Kind::Binary(operator, left, right)
            }
            Kind::Negate(inner) => {
                let mut inner = self.node(*inner)?;
                if let Kind::Number(number) = &mut inner.kind {
                    *number = -*number;
                    return Ok(inner);
                }
                inherit(&mut result, &inner);
                Kind::Negate(Box::new(inner))
            }
            Kind::Array(items) => Kind::Array(self.all(items, &mut result)?),
            Kind::Object(pairs) => Kind::Object(self.pairs(pairs, Some(&mut result))?),
            Kind::Block { parts, .. } => {
                let parts = self.all(parts, &mut result)?;
                result.cons = parts
                    .iter()
                    .any(|part| part.cons || matches!(&part.kind, Kind::Path { steps, .. } if steps[0].cons));
                let binds = parts.iter().any(binds);
                Kind::Block { parts, binds }
            }
            Kind::Bind(symbol, value) => {
                let value = self.boxed(*value)?;
                inherit(&mut result, &value);
                Kind::Bind(symbol, value)
            }
            Kind::Condition(mut branches) => {
                branches.condition = self.node(branches.condition)?;
                inherit(&mut result, &branches.condition);
                branches.then = self.node(branches.then)?;
                inherit(&mut result, &branches.then);
                if let Some(otherwise) = branches.otherwise.take() {
                    let otherwise = self.node(otherwise)?;
                    inherit(&mut result, &otherwise);
                    branches.otherwise = Some(otherwise);
                }
                Kind::Condition(branches)
            }
            Kind::Call(call) => {
                let Call { procedure, arguments, callee } = Arc::unwrap_or_clone(call);
                let arguments = self.all(arguments, &mut result)?;
                let procedure = self.node(procedure)?;
                Kind::Call(Arc::new(Call { procedure, arguments, callee }))
            }
            Kind::Partial(partial) => self.partial(Arc::unwrap_or_clone(partial), &mut result)?,
            Kind::Lambda(lambda) => {
                let Lambda { parameters, signature, body, .. } = Arc::unwrap_or_clone(lambda);
                let body = with_thunks(self.node(body)?);
                Kind::Lambda(Arc::new(Lambda { parameters, signature, body, thunk: false }))
            }
            Kind::Apply(left, right) => {
                let (left, right) = (self.boxed(*left)?, self.boxed(*right)?);
                result.keep_array = left.keep_array || right.keep_array;
                Kind::Apply(left, right)
            }
            Kind::Transform(transform) => {
                let Transform { pattern, update, delete } = Arc::unwrap_or_clone(transform);
                let pattern = self.node(pattern)?;
                let update = self.node(update)?;
                let delete = delete.map(|delete| self.node(delete)).transpose()?;
                Kind::Transform(Arc::new(Transform { pattern, update, delete }))
            }
            leaf => leaf,
        };
        Ok(result)
    }

    fn all(&mut self, parts: Vec<Node>, result: &mut Node) -> Answer<Vec<Node>> {
        let mut shaped = Vec::with_capacity(parts.len());
        for part in parts {
            let part = self.node(part)?;
            inherit(result, &part);
            shaped.push(part);
        }
        Ok(shaped)
    }

    fn pairs(
        &mut self,
        pairs: Vec<(Node, Node)>,
        mut result: Option<&mut Node>,
    ) -> Answer<Vec<(Node, Node)>> {
        let mut shaped = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let (key, value) = (self.node(key)?, self.node(value)?);
            if let Some(result) = result.as_deref_mut() {
                inherit(result, &key);
                inherit(result, &value);
            }
            shaped.push((key, value));
        }
        Ok(shaped)
    }

    fn partial(&mut self, partial: Partial, result: &mut Node) -> Answer<Kind> {
        let Partial { procedure, arguments, callee } = partial;
        let mut shaped = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let argument = argument.map(|argument| self.node(argument)).transpose()?;
            if let Some(argument) = &argument {
                inherit(result, argument);
            }
            shaped.push(argument);
        }
        let procedure = self.node(procedure)?;
        Ok(Kind::Partial(Arc::new(Partial { procedure, arguments: shaped, callee })))
    }

    fn raw(&mut self, raw: Raw, offset: usize, keep_array: bool) -> Answer<Node> {
        match raw {
            Raw::Dot(left, right) => self.dot(left, right),
            Raw::Filter(left, predicate) => self.filter(left, predicate),
            Raw::Group(left, pairs) => {
                let mut result = self.node(left)?;
                if result.more.as_ref().is_some_and(|more| more.group.is_some()) {
                    return Err(Thrown::new("S0210"));
                }
                let pairs = self.pairs(pairs, None)?;
                result.more().group = Some(pairs);
                Ok(result)
            }
            Raw::Order(left, terms) => self.order(left, terms, offset),
            Raw::Focus(left, symbol) => {
                let mut result = self.node(left)?;
                let step = result.last_step();
                let more = step.more.as_deref();
                if more.is_some_and(|more| !more.stages.is_empty() || !more.predicates.is_empty()) {
                    return Err(Thrown::new("S0215"));
                }
                if matches!(step.kind, Kind::Sort(_)) {
                    return Err(Thrown::new("S0216"));
                }
                step.keep_array |= keep_array;
                step.more().focus = Some(symbol);
                step.more().tuple = true;
                Ok(result)
            }
            Raw::Index(left, symbol) => {
                let left = self.node(left)?;
                let mut result = if matches!(left.kind, Kind::Path { .. }) {
                    left
                } else {
                    path_of(vec![as_step(left)], false, offset)
                };
                let more = result.last_step().more();
                if more.stages.is_empty() {
                    more.index = Some(symbol);
                } else {
                    more.stages.push(Stage::Index(symbol));
                }
                more.tuple = true;
                Ok(result)
            }
            Raw::Operator(word) => {
                let mut name = Node::new(Kind::Name(Arc::from(word)), offset);
                name.keep_array = keep_array;
                self.node(name)
            }
            Raw::End => Err(Thrown::new("S0207")),
            Raw::Hole => Err(Thrown::new("S0201").token("?")),
        }
    }

    fn dot(&mut self, left: Node, right: Node) -> Answer<Node> {
        let left = self.node(left)?;
        let (mut steps, mut keep_singleton, mut shell) = as_path(left);
        if let [step] = &steps[..]
            && let Kind::Parent(slot) = step.kind
        {
            shell.more().seeking = vec![slot];
        }
        let right = self.node(right)?;
        match right.kind {
            // A group of a path on the right belongs to that path and is lost with it.
            Kind::Path { steps: more, .. } => steps.extend(more),
            _ => steps.push(as_step(right)),
        }
        for step in &mut steps {
            match &step.kind {
                Kind::Number(number) => return Err(Thrown::new("S0213").value(Item::Number(*number))),
                Kind::Literal(literal) => return Err(Thrown::new("S0213").value(Item::from(*literal))),
                Kind::Text(text) => step.kind = Kind::Name(Arc::clone(text)),
                _ => {}
            }
        }
        keep_singleton |= steps.iter().any(|step| step.keep_array);
        let last = steps.len() - 1;
        for at in [0, last] {
            steps[at].cons |= matches!(steps[at].kind, Kind::Array(_));
        }
        shell.kind = Kind::Path { steps, keep_singleton };
        self.resolve(&mut shell)?;
        Ok(shell)
    }

    fn filter(&mut self, left: Node, predicate: Node) -> Answer<Node> {
        let mut result = self.node(left)?;
        let is_path = matches!(result.kind, Kind::Path { .. });
        if !is_path && result.more.as_ref().is_some_and(|more| more.group.is_some()) {
            return Err(Thrown::new("S0209"));
        }
        if is_path && result.last_step().more.as_ref().is_some_and(|more| more.group.is_some()) {
            return Err(Thrown::new("S0209"));
        }
        let predicate = self.node(predicate)?;
        let slots = predicate.more.as_ref().map_or_else(Vec::new, |more| more.seeking.clone());
        let step = result.last_step();
        for slot in slots {
            if self.slots[slot].level == 1 {
                self.seek(step, slot)?;
            } else {
                self.slots[slot].level -= 1;
            }
        }
        if predicate.more.as_ref().is_some_and(|more| !more.seeking.is_empty()) {
            inherit(step, &predicate);
        }
        if is_path {
            step.more().stages.push(Stage::Filter(predicate));
        } else {
            step.more().predicates.push(predicate);
        }
        Ok(result)
    }

    fn order(&mut self, left: Node, terms: Vec<Term>, offset: usize) -> Answer<Node> {
        let left = self.node(left)?;
        let mut result =
            if matches!(left.kind, Kind::Path { .. }) { left } else { path_of(vec![left], false, offset) };
        let mut sort = Node::new(Kind::Sort(Vec::new()), offset);
        let mut shaped = Vec::with_capacity(terms.len());
        for Term { descending, expression } in terms {
            let expression = self.node(expression)?;
            inherit(&mut sort, &expression);
            shaped.push(Term { descending, expression });
        }
        sort.kind = Kind::Sort(shaped);
        if let Kind::Path { steps, .. } = &mut result.kind {
            steps.push(sort);
        }
        self.resolve(&mut result)?;
        Ok(result)
    }

    /// Looks for the ancestors that the last step of a path asks for.
    fn resolve(&mut self, path: &mut Node) -> Answer<()> {
        let Kind::Path { steps, .. } = &mut path.kind else { return Ok(()) };
        let mut lost = Vec::new();
        for slot in steps.last().map(seeking).unwrap_or_default() {
            let mut index = steps.len() as isize - 2;
            while self.slots[slot].level > 0 {
                if index < 0 {
                    lost.push(slot);
                    break;
                }
                let mut at = index as usize;
                index -= 1;
                let focus = |node: &Node| node.more.as_ref().is_some_and(|more| more.focus.is_some());
                while index >= 0 && focus(&steps[at]) && focus(&steps[index as usize]) {
                    at = index as usize;
                    index -= 1;
                }
                self.seek(&mut steps[at], slot)?;
            }
        }
        if !lost.is_empty() {
            path.more().seeking.extend(lost);
        }
        Ok(())
    }

    /// Goes one step up.
    fn seek(&mut self, node: &mut Node, slot: usize) -> Answer<()> {
        match &mut node.kind {
            Kind::Name(_) | Kind::Wildcard => {
                self.slots[slot].level -= 1;
                if self.slots[slot].level == 0 {
                    let more = node.more();
                    if let Some(known) = more.ancestor {
                        self.slots[slot].label = self.slots[known].label;
                    }
                    more.ancestor = Some(slot);
                    more.tuple = true;
                }
            }
            Kind::Parent(_) => self.slots[slot].level += 1,
            Kind::Block { parts, .. } => {
                if let Some(last) = parts.last_mut() {
                    self.seek(last, slot)?;
                    node.more().tuple = true;
                }
            }
            Kind::Path { steps, .. } => {
                let mut index = steps.len();
                loop {
                    index -= 1;
                    self.seek(&mut steps[index], slot)?;
                    if self.slots[slot].level <= 0 || index == 0 {
                        break;
                    }
                }
                node.more().tuple = true;
            }
            _ => return Err(Thrown::new("S0217")),
        }
        Ok(())
    }
}

fn path_of(steps: Vec<Node>, keep_singleton: bool, offset: usize) -> Node {
    Node::new(Kind::Path { steps, keep_singleton }, offset)
}

/// Whether evaluating a node may bind a variable in the frame it is evaluated in.
fn binds(node: &Node) -> bool {
    let more = node.more.as_deref();
    let in_more = |more: &More| {
        more.predicates.iter().any(binds)
            || more.stages.iter().any(|stage| matches!(stage, Stage::Filter(filter) if binds(filter)))
            || more.group.iter().flatten().any(|(key, value)| binds(key) || binds(value))
    };
    more.is_some_and(in_more)
        || match &node.kind {
            Kind::Bind(..) | Kind::Transform(_) => true,
            Kind::Path { steps, .. } | Kind::Array(steps) => steps.iter().any(binds),
            Kind::Binary(_, left, right) | Kind::Apply(left, right) => binds(left) || binds(right),
            Kind::Negate(inner) => binds(inner),
            Kind::Object(pairs) => pairs.iter().any(|(key, value)| binds(key) || binds(value)),
            Kind::Condition(branches) => {
                binds(&branches.condition)
                    || binds(&branches.then)
                    || branches.otherwise.as_ref().is_some_and(binds)
            }
            Kind::Call(call) => binds(&call.procedure) || call.arguments.iter().any(binds),
            Kind::Partial(partial) => {
                binds(&partial.procedure) || partial.arguments.iter().flatten().any(binds)
            }
            Kind::Sort(terms) => terms.iter().any(|term| binds(&term.expression)),
            _ => false,
        }
}

/// Calls in tail position become thunks, which the caller of the function calls.
fn with_thunks(mut node: Node) -> Node {
    match node.kind {
        Kind::Call(_) if node.more.as_ref().is_none_or(|more| more.predicates.is_empty()) => {
            let offset = node.offset;
            let thunk = Lambda { parameters: Vec::new(), signature: None, body: node, thunk: true };
            return Node::new(Kind::Lambda(Arc::new(thunk)), offset);
        }
        Kind::Condition(mut branches) => {
            branches.then = with_thunks(branches.then);
            branches.otherwise = branches.otherwise.map(with_thunks);
            node.kind = Kind::Condition(branches);
        }
        Kind::Block { mut parts, binds } => {
            if let Some(last) = parts.pop() {
                parts.push(with_thunks(last));
            }
            node.kind = Kind::Block { parts, binds };
        }
        _ => {}
    }
    node
}
