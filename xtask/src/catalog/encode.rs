//! A model as bytes, in the form that `catalog::models` of the library reads and describes.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::facts::{Access, Facts};
use super::model::{Kind, Model, Operation, PLAIN, Shape};
use super::permissions::{Group, Permissions};
use super::waiters::Waiter;

/// The columns of one service, each a run of bytes of its own: like beside like compresses best.
#[derive(Default)]
struct Columns<'a> {
    texts: Texts<'a>,
    head: Vec<u8>,
    kinds: Vec<u8>,
    parts: Vec<u8>,
    words: Vec<u8>,
    names: Vec<u8>,
    types: Vec<u8>,
    flags: Vec<u8>,
    spellings: Vec<u8>,
    errors: Vec<u8>,
    groups: Vec<u8>,
    operations: Vec<u8>,
    waiters: Vec<u8>,
}

/// Texts in the order in which they are met, each once.
#[derive(Default)]
struct Texts<'a> {
    numbers: BTreeMap<&'a str, usize>,
    joined: String,
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(text).or_insert_with(|| {
            self.joined.push_str(text);
            self.joined.push('\n');
            next
        })
    }
}

/// The frame of a service before compression.
pub(super) fn service(model: &Model, facts: &Facts, permissions: &Permissions) -> Result<Vec<u8>> {
    let mut columns = Columns::default();
    columns.head(model, facts, permissions);
    for shape in &model.shapes {
        columns.shape(shape);
    }
    for error in &model.errors {
        let flags = u8::from(error.fault) | u8::from(error.retryable) << 1 | u8::from(error.throttling) << 2;
        number(columns.texts.number(&error.name), &mut columns.errors);
        number(error.status, &mut columns.errors);
        columns.errors.push(flags);
    }
    for group in &permissions.groups {
        columns.group(group);
    }
    let mut mapped = 0;
    for operation in &model.operations {
        let is_mapped = facts.access(&operation.name) != Access::Unmapped;
        let group = permissions.group(&operation.name).filter(|_| is_mapped);
        mapped += usize::from(group.is_some());
        columns.operation(operation, facts, group);
    }
    permissions.check(mapped)?;
    columns.finish()
}

impl<'a> Columns<'a> {
    fn head(&mut self, model: &'a Model, facts: &'a Facts, permissions: &Permissions) {
        for text in [&model.id, facts.iam.as_deref().unwrap_or_default()] {
            number(self.texts.number(text), &mut self.head);
        }
        let lists = [model.shapes.len(), model.errors.len(), permissions.groups.len()];
        for count in lists.into_iter().chain([model.operations.len()]) {
            number(count, &mut self.head);
        }
    }

    fn shape(&mut self, shape: &'a Shape) {
        // Codes of kinds: those of PLAIN, then these.
        let code = match &shape.kind {
            Kind::Plain(code) => *code,
            Kind::Document => PLAIN.len(),
            Kind::List(_) => PLAIN.len() + 1,
            Kind::Map(..) => PLAIN.len() + 2,
            Kind::Structure { union: false, .. } => PLAIN.len() + 3,
            Kind::Structure { union: true, .. } => PLAIN.len() + 4,
        };
        let marks = u8::from(shape.min.is_some()) << 4
            | u8::from(shape.max.is_some()) << 5
            | u8::from(!shape.words.is_empty()) << 6
            | u8::from(shape.sensitive) << 7;
        self.kinds.push(code as u8 | marks);
        for bound in shape.min.iter().chain(&shape.max) {
            number(self.texts.number(bound), &mut self.parts);
        }
        if !shape.words.is_empty() {
            number(shape.words.len(), &mut self.words);
            for word in &shape.words {
                number(self.texts.number(word), &mut self.words);
            }
        }
        match &shape.kind {
            Kind::Plain(_) | Kind::Document => {}
            Kind::List(item) => number(*item, &mut self.parts),
            Kind::Map(key, value) => {
                number(*key, &mut self.parts);
                number(*value, &mut self.parts);
            }
            Kind::Structure { members, .. } => {
                number(members.len(), &mut self.parts);
                for member in members {
                    let other = member.optimized != member.name;
                    number(self.texts.number(&member.name), &mut self.names);
                    number(member.shape, &mut self.types);
                    let token = u8::from(member.token) << 1;
                    self.flags.push(u8::from(member.required) | token | u8::from(other) << 2);
                    if other {
                        number(self.texts.number(&member.optimized), &mut self.spellings);
                    }
                }
            }
        }
    }

    fn group(&mut self, group: &'a Group) {
        number(group.actions.len(), &mut self.groups);
        for action in &group.actions {
            number(self.texts.number(action), &mut self.groups);
        }
        number(group.resources.len(), &mut self.groups);
        for resource in &group.resources {
            let name = self.texts.number(&resource.name);
            number(name << 1 | usize::from(resource.required), &mut self.groups);
        }
    }

    fn operation(&mut self, operation: &'a Operation, facts: &Facts, group: Option<usize>) {
        let refused = facts.refused.contains(&operation.name);
        let awaited = !operation.waiters.is_empty();
        let marks = u8::from(refused) << 3
            | u8::from(operation.stream) << 4
            | u8::from(operation.deprecated) << 5
            | u8::from(awaited) << 6;
        let column = &mut self.operations;
        number(self.texts.number(&operation.name), column);
        column.push(facts.access(&operation.name) as u8 | marks);
        for reference in [group, operation.input, operation.output] {
            number(reference.map_or(0, |at| at + 1), column);
        }
        number(operation.errors.len(), column);
        for error in &operation.errors {
            number(*error, column);
        }
        if awaited {
            number(operation.waiters.len(), &mut self.waiters);
            for waiter in &operation.waiters {
                self.waiter(waiter);
            }
        }
    }

    fn waiter(&mut self, waiter: &'a Waiter) {
        let column = &mut self.waiters;
        number(self.texts.number(&waiter.name), column);
        number(waiter.acceptors.len() << 1 | usize::from(waiter.complete), column);
        for acceptor in &waiter.acceptors {
            column.push(acceptor.outcome as u8 | (acceptor.test as u8) << 2);
            number(self.texts.number(&acceptor.path), column);
            number(self.texts.number(&acceptor.expected), column);
        }
    }

    /// Every column after its length, the texts first.
    fn finish(self) -> Result<Vec<u8>> {
        if self.texts.joined.matches('\n').count() != self.texts.numbers.len() {
            bail!("a text has more than one line");
        }
        let mut bytes = Vec::new();
        let texts = self.texts.joined.into_bytes();
        let columns = [
            texts,
            self.head,
            self.kinds,
            self.parts,
            self.words,
            self.names,
            self.types,
            self.flags,
            self.spellings,
            self.errors,
            self.groups,
            self.operations,
            self.waiters,
        ];
        for column in columns {
            number(column.len(), &mut bytes);
            bytes.extend_from_slice(&column);
        }
        Ok(bytes)
    }
}

/// A number in as few bytes as it needs, seven bits a byte, the lowest first.
pub(super) fn number(mut value: usize, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
