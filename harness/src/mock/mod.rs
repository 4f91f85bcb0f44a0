//! What a task answers when no fault is injected.

mod answer;
mod script;

pub use answer::{Answer, Call, Reply, Responder};
pub use script::Script;
