//! AWS itself: the only async, the only network.
//!
//! ```text
//! chaos.toml, flags ──settings──> guard ──> Cleared: clients that may be used ──calls──> TestState, Validate…, reads
//!                                                          │
//!   walk ──Ask──> service: cache on disk, token bucket ────┘
//! ```
//!
//! Nobody has a client but through the guard, and every call that this program can make stands in `calls`.

mod bucket;
mod cache;
mod calls;
mod clients;
mod failure;
mod flight;
mod operation;
mod request;
mod service;
mod watch;

pub use bucket::Quota;
pub use cache::{Keeping, Scope};
pub use calls::{Caller, Clients, Role};
pub use clients::Patience;
pub use failure::{Failure, FailureKind, Reach};
pub use operation::Operation;
pub use service::{Counts, Pace, Service};
