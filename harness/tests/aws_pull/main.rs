//! `pull` against a server that answers as AWS does: what it writes, what the other commands make of it, and what it says
//! where there is nothing to write. The program runs as a process with an environment of its own.

mod failing;
mod fetching;
mod place;
#[path = "../../../tests/support/server/mod.rs"]
#[expect(dead_code, unreachable_pub, reason = "other tests use the rest of it")]
mod server;
