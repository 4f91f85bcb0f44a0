//! What is evaluated while a state runs: paths, reference paths, payload templates, intrinsic functions and
//! Choice rules. Parsed once when the definition is loaded, pure when evaluated.

mod env;
mod path;
mod reference;
mod rule;
mod template;

pub use env::{ContextObject, Env, EvalError, EvalErrorKind, Random, SyntaxError, Variables};
pub use path::{Path, Root, Segment};
pub use reference::ReferencePath;
pub use rule::{Comparison, Operand, Rule, Timestamp};
pub use template::{Call, Template};
