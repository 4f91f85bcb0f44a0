//! AWS itself: the only async, the only network.
//!
//! ```text
//! chaos.toml, flags ──settings──> guard ──> Cleared: clients that may be used ──calls──> TestState, Validate…, reads
//!                                                          │
//!   walk ──Ask──> service: cache on disk, token bucket ────┘
//! ```
//!
//! Nobody has a client but through the guard, and every call that this program can make stands in `calls`.
