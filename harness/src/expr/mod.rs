//! What is evaluated while a state runs: paths, reference paths, payload templates, intrinsic functions and
//! Choice rules. Parsed once when the definition is loaded, pure when evaluated.

mod cursor;
mod env;
mod intrinsic;
pub mod jsonata;
mod path;
mod query;
mod reference;
mod rule;
mod template;

pub use env::{ContextObject, Env, EvalError, EvalErrorKind, Random, States, SyntaxError, Variables};
pub use intrinsic::{Call, Function};
pub use path::{Path, Root, Segment};
pub use query::Query;
pub use reference::ReferencePath;
pub use rule::{Comparison, Condition, OPERATORS, Operand, OperatorError, Rule, Timestamp};
pub use template::{Template, TemplateError};

#[cfg(test)]
mod tests;
