//! Amazon States Language: from a loaded document to a [`Machine`], with every problem reported at once.

mod machine;
mod problem;

pub use machine::{
    Amount, Catcher, Choice, ChoiceRule, DataPath, Edge, Flow, ItemBatcher, ItemReader, Jitter, Kind,
    Machine, MachineType, Map, MapItems, MapMode, QueryLanguage, ResultPath, ResultWriter, Retrier, Scope,
    ScopeId, State, StateId, Task, TextSource, Transition, Wait,
};
pub use problem::{Problem, ProblemSeverity};
