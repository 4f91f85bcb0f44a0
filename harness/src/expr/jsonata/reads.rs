//! What an expression reads, for inputs that must provide it and for checks of the definition.

use super::tree::{Kind, More, Node, Stage, Symbol, Tree};

/// What an expression reads of `$states` and which variables it names; each path once, in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Member paths below `$states.input`; the empty path where the whole input is read.
    pub input: Vec<Vec<String>>,
    /// Member paths below `$states.result`.
    pub result: Vec<Vec<String>>,
    /// Member paths below `$states.errorOutput`.
    pub error_output: Vec<Vec<String>>,
    /// Member paths below `$states.context`.
    pub context: Vec<Vec<String>>,
    /// Variables that the expression does not bind itself, with the members read of them.
    pub variables: Vec<(String, Vec<String>)>,
    /// `$states` is mentioned as a whole, so that anything may be read.
    pub whole_states: bool,
    /// Functions of JSONata and Step Functions that are named, without `$`.
    pub functions: Vec<String>,
}

impl Reads {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut walk = Walk { tree, reads: Self::default(), bound: Vec::new() };
        walk.node(&tree.root);
        let Walk { mut reads, bound, .. } = walk;
        let is_bound =
            |name: &String| bound.iter().any(|symbol| *tree.symbols[symbol.0 as usize].text == **name);
        reads.variables.retain(|(name, _)| !is_bound(name));
        reads.functions.retain(|name| !is_bound(name));
        reads
    }
}

struct Walk<'t> {
    tree: &'t Tree,
    reads: Reads,
    /// Variables that the expression binds, anywhere in it.
    bound: Vec<Symbol>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node) {
        if let Some(more) = &node.more {
            self.more(more);
        }
        match &node.kind {
            Kind::Variable(symbol) => self.variable(*symbol, &[]),
            Kind::Path { steps, .. } => self.path(steps),
            Kind::Bind(symbol, _) => self.bound.push(*symbol),
            Kind::Lambda(lambda) => self.bound.extend(&lambda.parameters),
            _ => {}
        }
        if !matches!(node.kind, Kind::Path { .. }) {
            node.children(&mut |child| self.node(child));
        }
    }

    fn more(&mut self, more: &More) {
        self.bound.extend(more.focus);
        self.bound.extend(more.index);
        for stage in &more.stages {
            match stage {
                Stage::Filter(filter) => self.node(filter),
                Stage::Index(symbol) => self.bound.push(*symbol),
            }
        }
        more.predicates.iter().for_each(|predicate| self.node(predicate));
        for (key, value) in more.group.iter().flatten() {
            self.node(key);
            self.node(value);
        }
    }

    fn path(&mut self, steps: &[Node]) {
        let mut rest = steps;
        if let Some((Node { kind: Kind::Variable(symbol), more, .. }, after)) = steps.split_first() {
            let mut members = Vec::new();
            for step in after {
                let Kind::Name(name) = &step.kind else { break };
                members.push(name.to_string());
                if step.more.is_some() {
                    break;
                }
            }
            if let Some(more) = more {
                self.more(more);
            }
            self.variable(*symbol, &members);
            rest = after;
        }
        for step in rest {
            self.node(step);
        }
    }

    fn variable(&mut self, symbol: Symbol, members: &[String]) {
        let name = &self.tree.symbols[symbol.0 as usize];
        match (&*name.text, members.split_first()) {
            ("" | "$", _) => {}
            ("states", None) => self.reads.whole_states = true,
            ("states", Some((part, rest))) => {
                let list = match part.as_str() {
                    "input" => &mut self.reads.input,
                    "result" => &mut self.reads.result,
                    "errorOutput" => &mut self.reads.error_output,
                    "context" => &mut self.reads.context,
                    _ => return,
                };
                note(list, rest.to_vec());
            }
            (text, _) if name.builtin.is_some() => note(&mut self.reads.functions, text.to_owned()),
            (text, _) => note(&mut self.reads.variables, (text.to_owned(), members.to_vec())),
        }
    }
}

fn note<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
