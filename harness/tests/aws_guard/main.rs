//! The guard, as somebody meets it who wants to reach an account that nobody has allowed: with flags, variables, files
//! above, profiles, endpoints. Two servers count: the endpoint, and a proxy that everything would go through that leaves
//! this computer. The program runs as a process with an environment of its own.

mod attacks;
mod later;
mod place;
#[path = "../../../tests/support/server/mod.rs"]
#[expect(dead_code, unreachable_pub, reason = "other tests use the rest of it")]
mod server;
