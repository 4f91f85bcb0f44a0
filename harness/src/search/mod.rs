//! Which plans to run: breadth first over places discovered by running, then at random.
//!
//! Work goes on in generations. Each is a list of trials in an order that depends on nothing but the machine, the
//! scenarios and the seed; threads run them in any order, results are taken in that of the list. So reports are the
//! same bytes whatever the number of threads.

mod again;
#[cfg(feature = "bdd")]
mod aimed;
mod arena;
mod budget;
mod explore;
mod frontier;
mod intended;
mod load;
mod phases;
mod pool;
mod signature;
mod stampede;
mod strategy;

#[cfg(feature = "bdd")]
pub(crate) use aimed::{Aim, aimed};
pub use arena::{Arena, Ground, Judged, Trial};
pub use budget::Budget;
pub use load::{Loads, loads};
pub use phases::{Phase, Search, Summary, search, singles};
pub(crate) use pool::in_order;
pub use signature::{Fnv, signature};
pub use stampede::stampedes;
pub use strategy::plans;
