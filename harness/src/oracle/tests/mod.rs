//! Each rule has machines that it must flag, and their repaired twins that it must not.

mod compensation;
mod dataflow;
mod fixes;
mod idempotency;
mod intent;
mod leftover;
mod liveness;
mod partial;
mod payload;
mod permission;
mod quiet;
mod retry;
mod routing;
mod siblings;
mod visibility;
