//! The second backend: an execution that is put together from the answers of a TestState API, state by state.
//!
//! One request is one call, and its text depends on nothing but the machine, the case and the answers before it, so that
//! answers can be kept by the text of their requests. Threads, time and faults are the simulator's;
//! [`History::simulated`](crate::history::History::simulated) says where it had to work out more than that. What cannot
//! be done is refused, as far as possible before any call.

mod answer;
mod ask;
mod backend;
mod cannot;
mod definition;
mod executor;
mod halt;
mod live;
mod placeholder;
mod reads;
mod rehearsal;
mod request;
mod settings;
mod simulated;
#[cfg(test)]
mod tests;
mod walker;

pub use ask::{Ask, AskError, Offline};
pub use backend::Backend;
pub use cannot::{Cannot, can_walk};
pub use executor::{Executor, Executors};
pub use halt::Halt;
pub use live::Live;
pub use placeholder::unresolved;
pub use rehearsal::Rehearsal;
pub use settings::{Form, Placeholders, Settings};
pub use walker::{Walked, walk, walk_with};
