//! Snapshots beside features: what came out once and was looked at, in the format of the insta crate, so that
//! `cargo insta review` works on them too.
//!
//! `orders/charge.feature` keeps the snapshot `throttled` in `orders/snapshots/charge__throttled.snap`.

mod album;
mod contents;
mod file;
#[cfg(test)]
mod tests;

pub(in crate::bdd) use album::Shot;
pub use album::{Album, Became, Kept};
pub(in crate::bdd) use contents::{diagnosis, history};
