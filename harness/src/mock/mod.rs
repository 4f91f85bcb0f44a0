//! What a task answers when no fault is injected.

mod answer;
pub mod file;
mod objects;
mod script;
mod world;

pub use answer::{Answer, Call, FailingStep, Reply, Responder};
pub use objects::Objects;
pub use script::{Author, Script, Sequence, Then};
pub use world::Author as WrittenBy;
pub use world::{Change, Found, Identity, Kind, Meeting, Met, Repeating, World, Write};
