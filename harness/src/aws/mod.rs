//! AWS itself: the only async, the only network.
//!
//! ```text
//! chaos.toml, flags ──settings──> guard ──> Cleared: clients that may be used ──calls──> TestState, Validate…, reads
//!                                                          │
//!   walk ──Ask──> service: cache on disk, token bucket ────┘
//! ```
//!
//! Nobody has a client but through the guard, and every call that this program can make stands in `calls`.
//! [`serve`] is the other side: this program answers, and calls nobody.

mod bucket;
mod cache;
mod calls;
mod clients;
mod confirmed;
mod credentials;
mod environment;
mod failure;
mod flight;
mod guard;
mod live;
mod operation;
mod partition;
mod policy;
mod probe;
mod production;
pub mod pull;
mod refusal;
mod request;
pub mod serve;
mod service;
mod settings;
mod shared;
mod watch;

pub use bucket::Quota;
pub use cache::{Keeping, Scope};
pub use calls::{Caller, Clients, Role};
pub use clients::Patience;
pub use credentials::{Kind, LocalKeys};
pub use environment::Environment;
pub use failure::{Failure, FailureKind, Reach};
pub use guard::{Checked, Cleared, clear};
pub use live::{Confirmation, Live, NotLive, confirm_live};
pub use operation::Operation;
pub use policy::{Place, allowing, policy};
pub use probe::probe;
pub use refusal::{Named, Refusal};
pub use service::{Counts, Pace, Service};
pub use settings::{Flags, Settings, Source, Sourced};
