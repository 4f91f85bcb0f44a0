//! What an expression can see while it is evaluated, and how evaluation fails.

use std::cell::RefCell;
use std::sync::Arc;

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::jsonata;
use crate::value::{Object, Value};

/// What an expression can see.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// `$`
    pub input: &'a Value,
    /// `$$`
    pub context: &'a dyn ContextObject,
    /// `$name`
    pub variables: &'a Variables,
    /// Where `States.UUID`, `States.MathRandom` and jitter draw from.
    pub random: &'a Random,
    /// What `$states` of JSONata holds beside input and context.
    pub states: States<'a>,
    /// What JSONata evaluations of one execution share.
    pub jsonata: &'a jsonata::Session,
}

/// `$states.result` and `$states.errorOutput`, where the field that is evaluated may see them.
#[derive(Clone, Copy, Debug, Default)]
pub struct States<'a> {
    /// `$states.result`
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`
    pub error_output: Option<&'a Value>,
}

/// The context object, built only when an expression asks for it.
pub trait ContextObject {
    /// The whole object.
    fn value(&self) -> Value;

    /// One top-level member, without building the others.
    fn member(&self, name: &str) -> Option<Value> {
        self.value().get(name).cloned()
    }
}

impl ContextObject for Value {
    fn value(&self) -> Value {
        self.clone()
    }

    fn member(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }
}

/// The variables that a state sees: its own scope's over the enclosing ones.
#[derive(Clone, Debug, Default)]
pub struct Variables(Object);

impl Variables {
    /// The value of `$name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets `$name`.
    pub fn set(&mut self, name: Arc<str>, value: Value) {
        self.0.insert(name, value);
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.iter()
    }
}

/// A seeded stream of random numbers; made only when the first is drawn.
#[derive(Debug)]
pub struct Random {
    seed: u64,
    stream: RefCell<Option<ChaCha8Rng>>,
}

impl Random {
    /// The stream that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, stream: RefCell::new(None) }
    }

    /// The next 64 bits.
    pub fn next_u64(&self) -> u64 {
        let mut stream = self.stream.borrow_mut();
        stream.get_or_insert_with(|| ChaCha8Rng::seed_from_u64(self.seed)).next_u64()
    }

    /// A number from 0 up to and including `max`.
    pub fn up_to(&self, max: u64) -> u64 {
        match max.checked_add(1) {
            // The bias of the remainder is below 2^-40 for every delay that fits an execution.
            Some(count) => self.next_u64() % count,
            None => self.next_u64(),
        }
    }
}

/// How deep a value that an expression makes may be nested. A loop that wraps its own input would otherwise
/// nest until the stack ends; the JSON library that AWS uses stops here, too.
const DEPTH_MAX: u32 = 1000;

/// The value, unless it is nested too deep.
pub(super) fn checked_depth(value: Value) -> Result<Value, EvalError> {
    if value.depth() <= DEPTH_MAX {
        return Ok(value);
    }
    let cause = format!("a value is nested more than {DEPTH_MAX} levels deep");
    Err(EvalError { kind: EvalErrorKind::Unsupported, cause })
}

/// An expression that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, lower case, without the expression itself.
    pub message: String,
    /// Byte of the expression at which it is wrong.
    pub offset: usize,
}

impl SyntaxError {
    /// An error at byte `offset`.
    pub(super) fn at(offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), offset }
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct EvalError {
    /// What kind of failure it is.
    pub kind: EvalErrorKind,
    /// AWS's own text, without the prefix that names the state.
    pub cause: String,
}

/// What kind of failure an evaluation met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalErrorKind {
    /// A path found nothing where something must be.
    MissingPath(Arc<str>),
    /// An intrinsic function refused its arguments.
    Intrinsic,
    /// A value has the wrong type for its use.
    Type,
    /// A field of a JSONata state has no value it can use; where the field is, if it has a place of its own.
    Query(Option<Arc<str>>),
    /// No rule of a Choice state holds, and it has no default.
    NoChoice,
    /// The simulator does not model this; the execution is inconclusive, it did not fail.
    Unsupported,
}
