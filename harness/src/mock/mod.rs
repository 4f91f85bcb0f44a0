//! What a task answers when no fault is injected.

mod answer;

pub use answer::{Answer, Call, Reply, Responder};
