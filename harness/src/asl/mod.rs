//! Amazon States Language: from a loaded document to a [`Machine`], with every problem reported at once.

mod check;
mod compile;
mod fields;
mod machine;
mod problems;
mod render;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use crate::load::{Problem, ProblemSeverity};
pub use compile::{Compiled, compile, compile_text};
pub use machine::{
    Amount, Catcher, Choice, ChoiceRule, DataPath, Edge, Flow, ItemBatcher, ItemReader, Jitter, Kind,
    Machine, MachineType, Map, MapItems, MapMode, QueryLanguage, ResultPath, ResultWriter, Retrier, Scope,
    ScopeId, State, StateId, Task, TextSource, Transition, Wait,
};
pub use render::render;
